/*
 * test_claims.c - the same answers as a naive set, and few runs: ledger/claims.c,
 * ledger/claims_merge.c and, below them, ledger/claims_file.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "ledger/claims.h"
#include "ledger/claims_file.h"

#define UNIVERSE 40000 /* tags that a random test draws from */
#define BUCKETS  3

static struct fault fault;
static const struct slice JANUARY = { (const uint8_t *)"acme/salary/2026-01", 19 };

static struct claims_file *file;
static struct claims_storage storage;

static int file_open(void **state)
{
	(void)state;
	if (claims_file_open("/tmp", &file, &fault))
		return -1;
	storage = claims_file_storage(file);
	return 0;
}

static int file_free(void **state)
{
	(void)state;
	claims_file_free(file);
	return 0;
}

/* Numbers below n from a fixed seed, so that a failure can be seen again. */
static uint64_t random_state = UINT64_C(88172645463325252);
static size_t random_below(size_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state % n);
}

/* A tag that grows with i. */
static struct tag tag_of(uint64_t i)
{
	struct tag tag = { { 0 } };

	u64_put(tag.b + 2, i);
	return tag;
}

/* The same, evenly spread as an HMAC's are. */
static struct tag spread_tag_of(uint64_t i)
{
	struct tag tag = { { 0 } };

	u64_put(tag.b, UINT64_MAX / UNIVERSE * i);
	return tag;
}

static void add_range(struct slice bucket, uint64_t from, uint64_t step, size_t n)
{
	struct tag *tags = calloc(n, sizeof *tags);
	size_t conflict;

	assert_non_null(tags);
	for (size_t i = 0; i < n; i++)
		tags[i] = tag_of(from + i * step);
	assert_int_equal(claims_check(&storage, bucket, tags, n, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, n);
	assert_int_equal(claims_add(&storage, bucket, tags, n, &fault), ERR_OK);
	free(tags);
}

static bool is_claimed(struct slice bucket, uint64_t i)
{
	struct tag tag = tag_of(i);
	size_t conflict = 9;

	assert_int_equal(claims_check(&storage, bucket, &tag, 1, &conflict, &fault),
			 ERR_OK);
	return conflict == 0;
}

/* Each run is more than twice the next, so there are O(log n) of them. */
static void assert_runs_halve(struct slice bucket, uint64_t want_tags)
{
	struct claims_runs runs;
	uint64_t n_tags = 0;

	assert_int_equal(storage.runs(storage.ctx, bucket, &runs, &fault), ERR_OK);
	for (unsigned i = 0; i < runs.n; i++) {
		n_tags += runs.run[i].n_tags;
		if (i > 0)
			assert_true(runs.run[i - 1].n_tags > 2 * runs.run[i].n_tags);
	}
	assert_int_equal(n_tags, want_tags);
	assert_true(runs.n <= 64 - (unsigned)__builtin_clzll(want_tags | 1));
}

static void a_bucket_that_nobody_named_has_no_claims(void **state)
{
	struct tag tag = tag_of(1);
	size_t conflict = 9;

	(void)state;
	assert_int_equal(claims_check(&storage, JANUARY, &tag, 1, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 1);
	assert_int_equal(claims_check(&storage, JANUARY, NULL, 0, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 0);
	assert_int_equal(claims_add(&storage, JANUARY, NULL, 0, &fault), ERR_OK);
	assert_int_equal(claims_drop(&storage, JANUARY, &fault), ERR_OK);
	assert_int_equal(claims_file_used_bytes(file), 0);
}

static void the_first_conflict_is_named_and_the_next_ones_can_be_asked_for(void **state)
{
	struct tag tags[] = { tag_of(1), tag_of(20), tag_of(21), tag_of(40) };
	size_t conflict = 9;

	(void)state;
	add_range(JANUARY, 0, 10, 5);
	assert_int_equal(claims_check(&storage, JANUARY, tags, 4, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 1);
	assert_int_equal(claims_check(&storage, JANUARY, tags + 2, 2, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 1);
	assert_int_equal(claims_check(&storage, JANUARY, tags, 1, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 1);
}

static void the_first_conflict_of_several_runs_is_the_first_of_the_batch(void **state)
{
	struct tag tags[] = { tag_of(5), tag_of(1000), tag_of(900001) };
	size_t conflict = 9;

	(void)state;
	add_range(JANUARY, 1000, 1, 5000); /* the older run has the second tag */
	add_range(JANUARY, 900000, 1, 100);
	add_range(JANUARY, 5, 1, 1);
	assert_int_equal(claims_check(&storage, JANUARY, tags, 3, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 0);
	assert_int_equal(claims_check(&storage, JANUARY, tags + 1, 2, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 0);
}

static void random_batches_are_judged_as_a_naive_set_would(void **state)
{
	static uint8_t naive[BUCKETS][UNIVERSE];
	uint64_t n_in[BUCKETS] = { 0 };

	(void)state;
	memset(naive, 0, sizeof naive);
	for (unsigned round = 0; round < 600; round++) {
		static struct tag tags[UNIVERSE];
		static size_t value[UNIVERSE];
		unsigned b = (unsigned)random_below(BUCKETS);
		uint8_t key[1] = { (uint8_t)b };
		struct slice bucket = slice_of(key, sizeof key);
		/* One tag, some, or thousands: each is a way that batches arrive. */
		size_t step = 1 + random_below(round % 7 == 0 ? 20 : UNIVERSE);
		bool only_new = random_below(3) > 0;
		size_t n = 0, want = SIZE_MAX, conflict;

		for (size_t i = random_below(step); i < UNIVERSE;
		     i += 1 + random_below(step)) {
			if (only_new && naive[b][i])
				continue;
			if (naive[b][i] && want == SIZE_MAX)
				want = n;
			value[n] = i;
			tags[n++] = b == 0 ? tag_of(i) : spread_tag_of(i);
		}
		assert_int_equal(
			claims_check(&storage, bucket, tags, n, &conflict, &fault),
			ERR_OK);
		assert_int_equal(conflict, want == SIZE_MAX ? n : want);
		if (conflict < n)
			continue;
		assert_int_equal(claims_add(&storage, bucket, tags, n, &fault), ERR_OK);
		for (size_t i = 0; i < n; i++)
			naive[b][value[i]] = 1;
		n_in[b] += n;
		assert_runs_halve(bucket, n_in[b]);
		if (random_below(60) == 0) {
			assert_int_equal(claims_drop(&storage, bucket, &fault), ERR_OK);
			memset(naive[b], 0, sizeof naive[b]);
			n_in[b] = 0;
		}
	}
}

static void a_thousand_times_one_claim_leaves_few_runs(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 3000; i++) {
		add_range(JANUARY, i * 7919 % 3001, 1, 1);
		assert_runs_halve(JANUARY, i + 1);
	}
	for (uint64_t i = 0; i < 3000; i++)
		assert_true(is_claimed(JANUARY, i * 7919 % 3001));
	assert_false(is_claimed(JANUARY, 3001));

	/* Slots of dropped runs were used again: twice the tags and a bit. */
	assert_true(claims_file_used_bytes(file) <= 3000 * TAG_BYTES * 2 + 4096);
}

static void a_run_of_many_pages_is_searched_to_its_edges(void **state)
{
	const size_t n = 5 * CLAIMS_PAGE_TAGS + 3;

	(void)state;
	add_range(JANUARY, 10, 2, n);
	for (size_t page = 0; page <= 5; page++) {
		uint64_t first = 10 + 2 * page * CLAIMS_PAGE_TAGS;

		assert_true(is_claimed(JANUARY, first));
		assert_false(is_claimed(JANUARY, first - 1));
		assert_false(is_claimed(JANUARY, first + 1));
	}
	assert_true(is_claimed(JANUARY, 10 + 2 * (n - 1)));
	assert_false(is_claimed(JANUARY, 10 + 2 * n));
	assert_false(is_claimed(JANUARY, 0));
}

/* The storage's reads are counted by a table in front of it. */
static unsigned loads;
static enum err counting_load(void *ctx, struct slice bucket,
			      const struct claims_run *run, uint64_t page,
			      struct tag ret_tags[CLAIMS_PAGE_TAGS], size_t *ret_n,
			      struct fault *ret_fault)
{
	loads++;
	return claims_file_storage(file).load(ctx, bucket, run, page, ret_tags, ret_n,
					      ret_fault);
}

static void one_claim_is_looked_up_in_few_pages_of_a_large_run(void **state)
{
	struct claims_storage counting = storage;
	size_t conflict;

	(void)state;
	counting.load = counting_load;
	add_range(JANUARY, 0, 2, 100 * CLAIMS_PAGE_TAGS);
	for (uint64_t i = 1; i < 200 * CLAIMS_PAGE_TAGS; i += 9998) {
		struct tag tag = tag_of(i);

		loads = 0;
		assert_int_equal(
			claims_check(&counting, JANUARY, &tag, 1, &conflict, &fault),
			ERR_OK);
		assert_int_equal(conflict, 1);
		assert_true(loads <= 16);
	}
}

static void evenly_spread_tags_are_found_almost_at_once(void **state)
{
	const size_t n = 100 * CLAIMS_PAGE_TAGS;
	struct claims_storage counting = storage;
	struct tag *tags = calloc(n, sizeof *tags);
	size_t conflict;

	(void)state;
	assert_non_null(tags);
	for (size_t i = 0; i < n; i++)
		u64_put(tags[i].b, UINT64_MAX / n * i + random_below(UINT64_MAX / n));
	assert_int_equal(claims_add(&storage, JANUARY, tags, n, &fault), ERR_OK);
	counting.load = counting_load;
	loads = 0;
	for (size_t i = 0; i < n; i += 997) {
		assert_int_equal(
			claims_check(&counting, JANUARY, &tags[i], 1, &conflict, &fault),
			ERR_OK);
		assert_int_equal(conflict, 0);
	}
	assert_true(loads <= 3 * (n / 997));

	/* Thirteen in one go, fewer than there are pages, and the last is claimed. */
	struct tag some[13];
	for (size_t i = 0; i < 13; i++) {
		some[i] = tags[i * 7000 + 9];
		some[i].b[TAG_BYTES - 1] = i < 12;
	}
	loads = 0;
	assert_int_equal(claims_check(&counting, JANUARY, some, 13, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 12);
	assert_true(loads <= 3 * 13);
	free(tags);
}

static void buckets_do_not_know_of_each_other(void **state)
{
	char key[CLAIMS_BUCKET_BYTES_MAX];

	(void)state;
	memset(key, 'k', sizeof key);
	for (uint8_t i = 0; i < 200; i++) {
		key[sizeof key - 1] = (char)i;
		add_range(slice_of(key, sizeof key), i, 1, 1);
	}
	for (uint8_t i = 0; i < 200; i += 2) {
		key[sizeof key - 1] = (char)i;
		assert_int_equal(claims_drop(&storage, slice_of(key, sizeof key), &fault),
				 ERR_OK);
	}
	for (uint8_t i = 0; i < 200; i++) {
		key[sizeof key - 1] = (char)i;
		assert_int_equal(is_claimed(slice_of(key, sizeof key), i), i % 2);
		assert_false(is_claimed(slice_of(key, sizeof key), i + 1u));
	}
	assert_int_equal(claims_file_used_bytes(file), 100 * TAG_BYTES);
}

static void a_dropped_bucket_gives_its_room_back(void **state)
{
	(void)state;
	add_range(JANUARY, 0, 1, 10000);
	add_range(JANUARY, 20000, 1, 3);
	assert_int_equal(claims_drop(&storage, JANUARY, &fault), ERR_OK);
	assert_int_equal(claims_file_used_bytes(file), 0);
	assert_false(is_claimed(JANUARY, 5));
	add_range(JANUARY, 0, 1, 10000);
}

static void a_claim_that_nobody_checked_is_found_by_the_merge(void **state)
{
	struct tag tag = tag_of(3);

	(void)state;
	add_range(JANUARY, 3, 1, 1);
	assert_int_equal(claims_add(&storage, JANUARY, &tag, 1, &fault), ERR_CORRUPT);
}

/* Failures and damage, planted one call at a time. */
static unsigned calls_until_failure;
static bool fails_now(void)
{
	return calls_until_failure > 0 && --calls_until_failure == 0;
}

static enum err failing_load(void *ctx, struct slice bucket, const struct claims_run *run,
			     uint64_t page, struct tag ret_tags[CLAIMS_PAGE_TAGS],
			     size_t *ret_n, struct fault *ret_fault)
{
	if (fails_now())
		return fault_set(ret_fault, ERR_IO, "planted");
	return claims_file_storage(file).load(ctx, bucket, run, page, ret_tags, ret_n,
					      ret_fault);
}

static enum err failing_store(void *ctx, struct slice bucket,
			      const struct claims_run *run, uint64_t page,
			      const struct tag *tags, size_t n, struct fault *ret_fault)
{
	if (fails_now())
		return fault_set(ret_fault, ERR_IO, "planted");
	return claims_file_storage(file).store(ctx, bucket, run, page, tags, n,
					       ret_fault);
}

static enum err short_load(void *ctx, struct slice bucket, const struct claims_run *run,
			   uint64_t page, struct tag ret_tags[CLAIMS_PAGE_TAGS],
			   size_t *ret_n, struct fault *ret_fault)
{
	enum err err = claims_file_storage(file).load(ctx, bucket, run, page, ret_tags,
						      ret_n, ret_fault);
	--*ret_n;
	return err;
}

static enum err damaged_runs(void *ctx, struct slice bucket, struct claims_runs *ret_runs,
			     struct fault *ret_fault)
{
	(void)ctx, (void)bucket, (void)ret_fault;
	ret_runs->n = 2;
	ret_runs->run[0] = (struct claims_run){ 2, 1 };
	ret_runs->run[1] = (struct claims_run){ 2, 1 };
	return ERR_OK;
}

static void a_storage_that_fails_is_reported_and_nothing_leaks(void **state)
{
	struct claims_storage failing = storage;
	struct tag tag = tag_of(1);
	size_t conflict = 9;

	(void)state;
	add_range(JANUARY, 10, 1, 3 * CLAIMS_PAGE_TAGS);
	failing.load = failing_load;
	failing.store = failing_store;
	calls_until_failure = 1;
	assert_int_equal(claims_check(&failing, JANUARY, &tag, 1, &conflict, &fault),
			 ERR_IO);
	assert_int_equal(conflict, 9);

	/* A merge of two runs of 3 and 2 pages: 5 loads, and 5 stores or less. */
	static struct tag more[2 * CLAIMS_PAGE_TAGS];
	for (size_t i = 0; i < 2 * CLAIMS_PAGE_TAGS; i++)
		more[i] = tag_of(100000 + i);
	for (unsigned call = 1; call <= 8; call++) {
		calls_until_failure = call;
		assert_int_equal(
			claims_add(&failing, JANUARY, more, 2 * CLAIMS_PAGE_TAGS, &fault),
			ERR_IO);
		file_free(NULL);
		file_open(NULL);
		add_range(JANUARY, 10, 1, 3 * CLAIMS_PAGE_TAGS);
		failing.ctx = storage.ctx;
	}
	calls_until_failure = 0;
	assert_int_equal(
		claims_add(&failing, JANUARY, more, 2 * CLAIMS_PAGE_TAGS, &fault),
		ERR_OK);
}

static void a_storage_that_breaks_its_contract_is_found_out(void **state)
{
	struct claims_storage broken = storage;
	struct tag tag = tag_of(1);
	size_t conflict = 9;

	(void)state;
	add_range(JANUARY, 10, 1, 3);
	broken.load = short_load;
	assert_int_equal(claims_check(&broken, JANUARY, &tag, 1, &conflict, &fault),
			 ERR_CORRUPT);
	broken.runs = damaged_runs;
	assert_int_equal(claims_check(&broken, JANUARY, &tag, 1, &conflict, &fault),
			 ERR_CORRUPT);
	assert_int_equal(claims_add(&broken, JANUARY, &tag, 1, &fault), ERR_CORRUPT);
	assert_int_equal(claims_drop(&broken, JANUARY, &fault), ERR_CORRUPT);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	struct claims_file *none = NULL;

	(void)state;
	assert_int_equal(claims_file_open("/tmp/no/such/folder", &none, &fault), ERR_IO);
	assert_null(none);
	claims_file_free(NULL);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, file_open, file_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILE(a_bucket_that_nobody_named_has_no_claims),
		WITH_FILE(the_first_conflict_is_named_and_the_next_ones_can_be_asked_for),
		WITH_FILE(the_first_conflict_of_several_runs_is_the_first_of_the_batch),
		WITH_FILE(random_batches_are_judged_as_a_naive_set_would),
		WITH_FILE(a_thousand_times_one_claim_leaves_few_runs),
		WITH_FILE(a_run_of_many_pages_is_searched_to_its_edges),
		WITH_FILE(one_claim_is_looked_up_in_few_pages_of_a_large_run),
		WITH_FILE(evenly_spread_tags_are_found_almost_at_once),
		WITH_FILE(buckets_do_not_know_of_each_other),
		WITH_FILE(a_dropped_bucket_gives_its_room_back),
		WITH_FILE(a_claim_that_nobody_checked_is_found_by_the_merge),
		WITH_FILE(a_storage_that_fails_is_reported_and_nothing_leaks),
		WITH_FILE(a_storage_that_breaks_its_contract_is_found_out),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
