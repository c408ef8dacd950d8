/*
 * test_audit_continues.c - one log held against the one that it says it continues
 * (ledger/audit_continues.c, ledger/audit_continues_print.c).
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/audit_continues.h"
#include "tests/attempt.h"
#include "tests/exhibit.h"
#include "tests/succession.h"

#define LILAS   "employer:000001016"
#define NEW_LOG "ledger.new/93"
#define BEFORE  5 /* entries that both have */

static const struct say RIGHT = { .origin = NEW_LOG, .reason = "host", .seats = 3 };

struct pair {
	struct archive *old, *new;
	struct attempt a, b;
	struct audit_continues continues;
	struct audit_finding finding;
	struct fault fault;
	enum err err;
};

static void gift(struct archive *archive, const char *ref, int cents)
{
	(void)world_must(archive->world, LILAS,
			 "'kind':'gift','ref':'%s','date':'2026-11-18','payer':'" LILAS
			 "','giver':'company','fund':'emploi','amount':%d",
			 ref, cents);
}

/* The seats are the same persons, and the log's key is for both to sign with. */
static void keys_share(struct world *from, struct world *to)
{
	for (int i = 0; i < WORLD_SEATS; i++) {
		signing_key_free(to->seat_keys[i]);
		to->seat_keys[i] = from->seat_keys[i];
		from->seat_keys[i] = NULL;
		memcpy(to->seat_vkeys[i], from->seat_vkeys[i], sizeof to->seat_vkeys[i]);
	}
	signing_key_free(to->log_key);
	to->log_key = from->log_key;
	from->log_key = NULL;
	memcpy(to->log_vkey, from->log_vkey, sizeof to->log_vkey);
	to->refs = from->refs;
}

/* An archive of the old one's first entries, as a backup has them. */
static struct archive *archive_backup(struct archive *old)
{
	struct archive *backup = archive_new();

	world_free(backup->world);
	backup->world = world_empty();
	for (size_t i = 0; i < BEFORE; i++)
		assert_int_equal(
			world_replay(backup->world, slice_of(old->world->leaves[i].bytes,
							     old->world->leaves[i].n)),
			ERR_OK);
	keys_share(old->world, backup->world);
	return backup;
}

/* An old log that has gone on by two gifts, and its backup. */
static void pair_begin(struct pair *pair)
{
	*pair = (struct pair){ .old = archive_new() };
	gift(pair->old, "G1", 100);
	gift(pair->old, "G2", 200);
	assert_int_equal(pair->old->world->leaf_count, BEFORE);
	gift(pair->old, "G3", 300);
	gift(pair->old, "G4", 400);
	archive_write(pair->old);
	pair->new = archive_backup(pair->old);
}

static void pair_check(struct pair *pair)
{
	attempt_init(&pair->a, pair->old);
	attempt_init(&pair->b, pair->new);
	pair->b.options.n_vkeys = 0; /* the succession leads to its key */
	attempt_run(&pair->a);
	attempt_run(&pair->b);
	assert_int_equal(pair->a.err, ERR_OK);
	assert_int_equal(pair->b.err, ERR_OK);
	pair->err = audit_continues_check(pair->a.audit, pair->b.audit, &pair->continues,
					  &pair->finding, &pair->fault);
}

static void pair_end(struct pair *pair)
{
	audit_continues_release(&pair->continues);
	attempt_free(&pair->a);
	attempt_free(&pair->b);
	archive_free(pair->old);
	archive_free(pair->new);
}

static void pair_finds(struct pair *pair, const char *rule)
{
	pair_check(pair);
	assert_int_not_equal(pair->err, ERR_OK);
	assert_string_equal(pair->finding.rule, rule);
	assert_string_equal(pair->fault.rule, rule);
	exhibit_keep_pair(&pair->a.options, &pair->b.options, &pair->finding);
	pair_end(pair);
}

static void test_what_the_new_log_lacks_is_listed(void **state)
{
	struct pair pair;
	struct buffer out;

	(void)state;
	pair_begin(&pair);
	assert_int_equal(succeed(pair.new->world, &RIGHT), BEFORE);
	gift(pair.new, "G3", 300);
	gift(pair.new, "G4", 401);
	archive_write(pair.new);
	pair_check(&pair);
	assert_int_equal(pair.err, ERR_OK);
	assert_int_equal(pair.continues.at, BEFORE);
	assert_int_equal(pair.continues.n_seats, 3);
	assert_int_equal(pair.continues.n_lost, 2);
	assert_int_equal(pair.continues.lost[0].position, BEFORE);
	assert_int_equal(pair.continues.lost[0].state, LOST_RECORDED);
	assert_int_equal(pair.continues.lost[0].again, BEFORE + 1);
	assert_int_equal(pair.continues.lost[1].state, LOST_DIFFERS);
	assert_int_equal(audit_continues_missing(&pair.continues), 1);
	buffer_init(&out, 100000);
	assert_int_equal(audit_continues_text(pair.a.audit, pair.b.audit, &pair.continues,
					      &out, &pair.fault),
			 ERR_OK);
	assert_non_null(strstr(buffer_text(&out), "reason     host\n"
						  "consented  3 seats: siege-1, siege-2, "
						  "siege-3\n"));
	assert_non_null(strstr(buffer_text(&out),
			       "not continued whole: 1 entries of " WORLD_ORIGIN
			       " are missing (1 gift)\n"));
	buffer_clear(&out);
	assert_int_equal(audit_continues_json(pair.a.audit, pair.b.audit, &pair.continues,
					      &out, &pair.fault),
			 ERR_OK);
	assert_non_null(
		strstr(buffer_text(&out), "\"ref\":\"G4\",\"state\":\"differs\""));
	assert_non_null(strstr(buffer_text(&out), "\"result\":\"missing\""));
	buffer_release(&out);
	pair_end(&pair);
}

static void test_all_recorded_again_is_continued_whole(void **state)
{
	struct pair pair;
	struct buffer out;

	(void)state;
	pair_begin(&pair);
	(void)succeed(pair.new->world, &RIGHT);
	gift(pair.new, "G4", 400);
	gift(pair.new, "G30", 1);
	gift(pair.new, "G3", 300);
	archive_write(pair.new);
	pair_check(&pair);
	assert_int_equal(pair.err, ERR_OK);
	assert_int_equal(audit_continues_missing(&pair.continues), 0);
	assert_int_equal(pair.continues.lost[0].again, BEFORE + 3);
	assert_int_equal(pair.continues.lost[1].again, BEFORE + 1);
	buffer_init(&out, 100000);
	assert_int_equal(audit_continues_text(pair.a.audit, pair.b.audit, &pair.continues,
					      &out, &pair.fault),
			 ERR_OK);
	assert_non_null(strstr(buffer_text(&out),
			       "\nverified: " NEW_LOG " continues " WORLD_ORIGIN "\n"));
	buffer_release(&out);
	pair_end(&pair);
}

static void test_a_log_of_a_later_origin_is_followed_from_the_first(void **state)
{
	struct say third = { .origin = "ledger.third/93",
			     .reason = "legal-form",
			     .seats = 4 };
	struct pair pair;

	(void)state;
	pair_begin(&pair);
	(void)succeed(pair.new->world, &RIGHT);
	gift(pair.new, "G3", 300);
	(void)succeed(pair.new->world, &third);
	gift(pair.new, "G4", 400);
	archive_write(pair.new);
	pair_check(&pair);
	assert_int_equal(pair.err, ERR_OK);
	assert_int_equal(pair.continues.at, BEFORE);
	assert_string_equal(pair.continues.reason, "host");
	assert_int_equal(audit_continues_missing(&pair.continues), 0);
	pair_end(&pair);
}

static void test_a_log_without_a_succession_continues_nothing(void **state)
{
	struct pair pair;

	(void)state;
	pair_begin(&pair);
	archive_write(pair.new);
	pair_finds(&pair, "succession");
}

static void test_another_foundation_has_another_charter(void **state)
{
	struct pair pair;

	(void)state;
	pair_begin(&pair);
	archive_free(pair.new);
	pair.new = archive_new();
	(void)succeed(pair.new->world, &RIGHT);
	archive_write(pair.new);
	/* The keys of the old one went with its backup. */
	pair_finds(&pair, "charter");
}

/* Signed by the old log's own key: a second history that it never showed. */
static void test_entries_before_that_are_not_the_old_logs_are_found(void **state)
{
	struct pair pair;
	struct archive *forked;

	(void)state;
	pair_begin(&pair);
	forked = archive_new();
	world_free(forked->world);
	forked->world = world_empty();
	for (size_t i = 0; i < BEFORE - 1; i++)
		assert_int_equal(world_replay(forked->world,
					      slice_of(pair.old->world->leaves[i].bytes,
						       pair.old->world->leaves[i].n)),
				 ERR_OK);
	keys_share(pair.new->world, forked->world);
	archive_free(pair.new);
	pair.new = forked;
	gift(pair.new, "G2", 201);
	assert_int_equal(succeed(pair.new->world, &RIGHT), BEFORE);
	archive_write(pair.new);
	pair_finds(&pair, "older");
}

static void test_an_old_export_that_ends_before_is_too_short(void **state)
{
	struct pair pair;

	(void)state;
	pair_begin(&pair);
	gift(pair.new, "G3", 300);
	gift(pair.new, "G4", 400);
	gift(pair.new, "G5", 500);
	(void)succeed(pair.new->world, &RIGHT);
	archive_write(pair.new);
	pair_finds(&pair, "cut_short");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_new_log_lacks_is_listed),
		cmocka_unit_test(test_all_recorded_again_is_continued_whole),
		cmocka_unit_test(test_a_log_of_a_later_origin_is_followed_from_the_first),
		cmocka_unit_test(test_a_log_without_a_succession_continues_nothing),
		cmocka_unit_test(test_another_foundation_has_another_charter),
		cmocka_unit_test(test_entries_before_that_are_not_the_old_logs_are_found),
		cmocka_unit_test(test_an_old_export_that_ends_before_is_too_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
