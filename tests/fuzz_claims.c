/*
 * fuzz_claims.c - claims in their sorted runs (ledger/claims.h), beside a plain set of
 * the same: what was added is found, what was removed is new again.
 *
 * The bytes are steps: what to do, with which tags (a first one, how many, how far
 * apart).
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/claims.h"
#include "ledger/claims_file.h"
#include "tests/fuzz.h"

#define TAGS      8192
#define STEPS_MAX 24

static bool is_there[TAGS];
static struct tag chosen[TAGS];
static unsigned number[TAGS]; /* of a chosen tag */

static struct tag tag_of(unsigned i)
{
	struct tag tag = { { 0 } };

	/* Both halves of a tag count in its order. */
	u32_put(tag.b, i / 7);
	u32_put(tag.b + TAG_BYTES - 4, i);
	return tag;
}

/* Those of a range that are there, or are not; with `all`, both. */
static size_t choose(struct fuzz_feed *feed, bool there, bool all)
{
	size_t first = fuzz_number(feed, TAGS), step = 1 + fuzz_number(feed, 8);
	size_t count = 1 + fuzz_number(feed, 3000), n = 0;

	for (size_t i = first; i < TAGS && count > 0; i += step, count--)
		if (all || is_there[i] == there) {
			number[n] = (unsigned)i;
			chosen[n++] = tag_of((unsigned)i);
		}
	return n;
}

static void mark(size_t n, bool there)
{
	for (size_t i = 0; i < n; i++)
		is_there[number[i]] = there;
}

/* The first of the chosen tags that is there. */
static size_t conflict_of(size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_there[number[i]])
			return i;
	return n;
}

static void step_run(const struct claims_storage *storage, struct slice bucket,
		     struct fuzz_feed *feed)
{
	unsigned what = fuzz_byte(feed) % 8;
	size_t n = choose(feed, what >= 6, what >= 4 && what < 6), found;

	if (what < 4) {
		FUZZ_MUST(claims_add(storage, bucket, chosen, n, NULL) == ERR_OK);
		mark(n, true);
	} else if (what < 6) {
		FUZZ_MUST(claims_check(storage, bucket, chosen, n, &found, NULL) ==
			  ERR_OK);
		FUZZ_MUST(found == conflict_of(n));
	} else if (n > 0) {
		FUZZ_MUST(claims_remove(storage, bucket, chosen, n, NULL) == ERR_OK);
		mark(n, false);
	}
}

/* Each run is more than twice the next, as the header promises; and holds what the set
 * does. */
static void runs_check(const struct claims_storage *storage, struct slice bucket)
{
	static struct claims_runs runs;
	uint64_t tags = 0, there = 0;

	FUZZ_MUST(storage->runs(storage->ctx, bucket, &runs, NULL) == ERR_OK);
	for (unsigned i = 0; i < runs.n; i++) {
		tags += runs.run[i].n_tags;
		FUZZ_MUST(i == 0 || runs.run[i - 1].n_tags > 2 * runs.run[i].n_tags);
		FUZZ_MUST(i == 0 || runs.run[i - 1].number < runs.run[i].number);
	}
	for (size_t i = 0; i < TAGS; i++)
		there += is_there[i];
	FUZZ_MUST(tags == there);
}

FUZZ_TARGET(claims)
{
	struct slice bucket = slice_of_text("salary/employer:000001016/2026-10");
	struct fuzz_feed feed = { slice_of(bytes, n) };
	struct claims_file *file = NULL;
	struct claims_storage storage;

	FUZZ_MUST(claims_file_open("/tmp", &file, NULL) == ERR_OK);
	storage = claims_file_storage(file);
	memset(is_there, 0, sizeof is_there);
	for (int i = 0; i < STEPS_MAX && feed.rest.n > 0; i++) {
		step_run(&storage, bucket, &feed);
		runs_check(&storage, bucket);
	}
	claims_file_free(file);
	return 0;
}
