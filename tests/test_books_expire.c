/*
 * test_books_expire.c - what the books forget once its window is past.
 *
 * Covers ledger/books.c: the queue of what expires, and that an entry's reference and its
 * promise stand in one place of it.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ledger/state.h"
#include "tests/world.h"

#define MONTHS_S(n) ((int64_t)(n)*31 * 86400)

static int start(void **state)
{
	struct world *world = world_new();

	world_must(world, "operator",
		   "'kind':'member','id':'provider:any','role':'provider',"
		   "'status':'active','name':'Any'");
	*state = world;
	return 0;
}

static int stop(void **state)
{
	world_free(*state);
	return 0;
}

#define GIFT(fund)                                                                       \
	"'kind':'gift','ref':'%s','date':'%s','payer':'provider:any','fund':'" fund      \
	"','giver':'person','amount':100"

static const char *today(const struct world *world)
{
	static char text[DATE_TEXT_BYTES];
	struct date date;

	assert_int_equal(date_paris(world->at, &date), ERR_OK);
	date_format(date, text);
	return text;
}

static uint64_t give(struct world *world, const char *ref)
{
	return world_must(world, "provider:any", GIFT("emploi"), ref, today(world));
}

static bool stands(struct world *world, const char *key)
{
	struct slice value;

	return state_get(world->state, key, &value);
}

static bool promise_stands(struct world *world, uint64_t position)
{
	char key[64];

	(void)snprintf(key, sizeof key, "promise/%016" PRIu64, position);
	return stands(world, key);
}

static int count_of(struct world *world, const char *prefix)
{
	struct state_cursor cursor;
	int count = 0;

	for (state_first(world->state, &cursor, prefix); cursor.found;
	     state_next(world->state, &cursor))
		count++;
	return count;
}

static void a_reference_used_again_keeps_its_new_record(void **state)
{
	struct world *world = *state;
	uint64_t first = give(world, "G-1");

	world->at += MONTHS_S(14);
	(void)give(world, "G-1");
	/* The first one's promise is dropped by the same entry, its reference is not. */
	assert_false(promise_stands(world, first));
	assert_true(stands(world, "ref/provider:any/G-1"));
	(void)give(world, "G-2");
	assert_true(stands(world, "ref/provider:any/G-1"));
	world_refuses(world, "reference", "provider:any", GIFT("emploi"), "G-1",
		      today(world));
}

static void what_is_past_is_dropped_a_few_with_each_entry(void **state)
{
	struct world *world = *state;
	uint64_t first = 0;
	int before;
	char ref[16];

	for (int i = 0; i < 60; i++) {
		uint64_t position;

		(void)snprintf(ref, sizeof ref, "G-%d", i);
		position = give(world, ref);
		if (!i)
			first = position;
	}
	before = count_of(world, "promise/");
	world->at += MONTHS_S(14);
	(void)give(world, "LATER-1");
	assert_false(promise_stands(world, first));
	assert_true(promise_stands(world, first + 59)); /* no entry pays for all */
	assert_true(count_of(world, "promise/") > before - 40);
	for (int i = 2; i < 8; i++) {
		(void)snprintf(ref, sizeof ref, "LATER-%d", i);
		(void)give(world, ref);
	}
	assert_int_equal(count_of(world, "promise/"), 7);
	assert_false(stands(world, "ref/provider:any/G-59"));
	assert_true(stands(world, "ref/provider:any/LATER-1"));
}

/* An entry that was refused has dropped nothing, and does not say that there is nothing
 * to drop. */
static void a_refused_entry_drops_nothing(void **state)
{
	struct world *world = *state;
	uint64_t first = give(world, "G-1");

	world->at += MONTHS_S(14);
	world_refuses(world, "fund", "provider:any", GIFT("nowhere"), "N-1",
		      today(world));
	assert_true(promise_stands(world, first));
	(void)give(world, "N-2");
	assert_false(promise_stands(world, first));
}

/* As a dry run does: what it dropped is there again, and is looked for again. */
static void what_was_tried_and_undone_is_dropped_later(void **state)
{
	struct world *world = *state;
	uint64_t first = give(world, "G-1");

	world->at += MONTHS_S(14);
	state_mark(world->state);
	(void)give(world, "TRIED");
	assert_false(promise_stands(world, first));
	state_rollback(world->state);
	free(world->leaves[--world->leaf_count].bytes);
	assert_true(promise_stands(world, first));
	(void)give(world, "G-2");
	assert_false(promise_stands(world, first));
}

#define EXPIRE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXPIRE_TEST(a_reference_used_again_keeps_its_new_record),
		EXPIRE_TEST(what_is_past_is_dropped_a_few_with_each_entry),
		EXPIRE_TEST(a_refused_entry_drops_nothing),
		EXPIRE_TEST(what_was_tried_and_undone_is_dropped_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
