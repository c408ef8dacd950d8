/*
 * plan.c - see plan.h.
 */
#include "reports/plan.h"

#include <stdbool.h>
#include <string.h>

static const struct plan_account accounts[PLAN__COUNT] = {
#define PLAN(id, number, label, source) [PLAN_##id] = { number, label, source },
#define TREAT(noun, flow, class, account, destination, source)
#include "reports/plan.def"
};

static const struct treatment rules[] = {
#define PLAN(id, number, label, source)
#define TREAT(noun, flow, class, account, destination, source)                           \
	{ noun, flow, class, PLAN_##account, destination, source },
#include "reports/plan.def"
};

const struct plan_account *plan_account(enum plan plan)
{
	return &accounts[plan];
}

/* "patronage" fits "patronage" and "patronage.goods", "" fits all. */
static bool flow_fits(const char *rule, const char *flow)
{
	size_t n = strlen(rule);

	return strncmp(rule, flow, n) == 0 && (!n || !flow[n] || flow[n] == '.');
}

const struct treatment *treatment_find(const char *noun, const char *flow,
				       const char *class)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i].noun, noun) == 0 && flow_fits(rules[i].flow, flow) &&
		    (!*rules[i].class || strcmp(rules[i].class, class) == 0))
			return &rules[i];
	return NULL;
}

const struct treatment *treatments(size_t *ret_count)
{
	*ret_count = sizeof rules / sizeof *rules;
	return rules;
}
