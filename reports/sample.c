/*
 * sample.c - see sample.h.
 */
#include "reports/sample.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A seed is a line that an auditor has written down. */
#define SEED_BYTES_MAX   256
#define NUMBER_BYTES_MAX 24

static uint64_t draw(const struct hash *root, struct slice seed, const char *behind)
{
	uint8_t bytes[HASH_BYTES + SEED_BYTES_MAX + NUMBER_BYTES_MAX];
	size_t n = HASH_BYTES, behind_n = strlen(behind);
	uint64_t number = 0;
	struct hash hash;

	assert(seed.n <= SEED_BYTES_MAX && behind_n <= NUMBER_BYTES_MAX);
	memcpy(bytes, root->b, HASH_BYTES);
	if (seed.n)
		memcpy(bytes + n, seed.p, seed.n);
	n += seed.n;
	memcpy(bytes + n, behind, behind_n);
	n += behind_n;
	hash = hash_bytes(bytes, n);
	for (int i = 0; i < 8; i++)
		number = number << 8 | hash.b[i];
	return number;
}

void sample_plan(const struct hash *root, struct slice seed, int64_t units,
		 struct cents book, struct sample *ret_sample)
{
	int64_t interval;

	assert(units >= 1 && units <= SAMPLE_UNITS_MAX && !cents_is_negative(book));
	interval = cents_value(book) / units;
	if (interval < 1)
		interval = 1;
	*ret_sample = (struct sample){ .book = book, .interval = interval };
	ret_sample->start = (int64_t)(draw(root, seed, "") % (uint64_t)interval);
	ret_sample->next = ret_sample->start;
}

int64_t sample_take(struct sample *sample, struct cents amount, int64_t *ret_unit)
{
	int64_t end = sample->before + cents_value(amount), hits = 0;

	assert(!cents_is_negative(amount));
	*ret_unit = sample->next;
	for (; sample->next < end; sample->next += sample->interval)
		hits++;
	sample->before = end;
	return hits;
}

bool sample_is_large(const struct sample *sample, struct cents amount)
{
	return cents_value(amount) >= sample->interval;
}

uint64_t sample_attribute(const struct hash *root, struct slice seed, uint64_t index,
			  uint64_t count)
{
	char behind[NUMBER_BYTES_MAX];

	assert(count);
	(void)snprintf(behind, sizeof behind, "#%" PRIu64, index);
	return draw(root, seed, behind) % count;
}
