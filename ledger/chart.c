/*
 * chart.c - see chart.h.
 */
#include "ledger/chart.h"

#include <stddef.h>
#include <string.h>

struct prefix {
	const char *digits, *text;
};

static const struct prefix roots[] = {
#define CHART(root, label) { root, label },
#include "ledger/chart.def"
};

static const struct prefix owned[] = {
#define OWNED(prefix, why) { prefix, why },
#include "ledger/chart.def"
};

static const char *text_of(const struct prefix *table, size_t count, struct slice number)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(table[i].digits);

		if (number.n >= n && memcmp(number.p, table[i].digits, n) == 0)
			return table[i].text;
	}
	return NULL;
}

const char *chart_label(struct slice number)
{
	if (number.n < 3 || number.n >= CHART_NUMBER_BYTES)
		return NULL;
	for (size_t i = 0; i < number.n; i++)
		if (number.p[i] < '0' || number.p[i] > '9')
			return NULL;
	return text_of(roots, sizeof roots / sizeof *roots, number);
}

bool chart_has(struct slice number)
{
	return chart_label(number) != NULL;
}

const char *chart_owned(struct slice number)
{
	return text_of(owned, sizeof owned / sizeof *owned, number);
}
