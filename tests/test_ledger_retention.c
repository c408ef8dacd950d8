/*
 * test_ledger_retention.c - rows are kept for as long as the law asks, then deleted by
 * one door only; and everything else stays good without them.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger/audit.h"
#include "ledger/ledger_int.h"
#include "ledger/store_int.h"
#include "tests/temporary.h"

static uint64_t post(struct temporary *t, const char *ref, unsigned seed)
{
	const struct asked_batch batch = { ref, "salary", 1, seed, 0, 20 };
	uint64_t position;
	struct asked asked;

	asked_batch_init(&asked, &batch);
	if (temporary_submit(t, &asked) != ERR_OK)
		fail_msg("%s", t->fault.text);
	position = asked.submission.position;
	asked_clear(&asked);
	return position;
}

struct list {
	size_t count;
	struct retained rows[8];
};

static enum err take(void *ctx, const struct retained *rows, struct fault *fault)
{
	struct list *list = ctx;

	(void)fault;
	assert_true(list->count < 8);
	list->rows[list->count++] = *rows;
	return ERR_OK;
}

static struct date day_of(const char *text)
{
	struct date day;

	assert_int_equal(date_parse(text, &day), ERR_OK);
	return day;
}

static struct list list_of(struct temporary *t, struct date as_of)
{
	struct list list = { .count = 0 };

	assert_int_equal(ledger_retention_each(t->ledger, as_of, take, &list, &t->fault),
			 ERR_OK);
	return list;
}

/* The world's fiscal year ends with December: ten years after the one of today. */
static struct date last_day_kept(void)
{
	char text[DATE_TEXT_BYTES + 16];

	snprintf(text, sizeof text, "%ld-12-31",
		 strtol(temporary_today(), NULL, 10) + LEDGER_RETENTION_YEARS);
	return day_of(text);
}

static void rows_are_kept_to_the_last_day_that_the_law_asks_for(void **unused)
{
	struct temporary *t = temporary_new();
	struct date last = last_day_kept(), next = { last.day + 1 };
	uint64_t position = post(t, "B-1", 1), count = 99;
	struct list list;

	(void)unused;
	assert_int_equal(list_of(t, last).count, 0);
	assert_int_equal(ledger_retention_delete(t->ledger, last, &count, &t->fault),
			 ERR_OK);
	assert_int_equal(count, 0);
	list = list_of(t, next);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.rows[0].position, position);
	assert_int_equal(list.rows[0].until.day, last.day);
	assert_true(list.rows[0].bytes > 20 * 60);
	temporary_free(t);
}

static void audit_of(struct temporary *t, struct audit **ret_audit)
{
	static char out[TEMPORARY_PATH];
	struct audit_options options = { .dir = out };

	temporary_path(t, "export", out);
	assert_int_equal(ledger_export(t->ledger, out, &t->fault), ERR_OK);
	if (audit_run(&options, ret_audit, &t->fault) != ERR_OK)
		fail_msg("%s", t->fault.text);
}

static void the_log_verifies_at_the_totals_of_deleted_rows(void **unused)
{
	struct temporary *t = temporary_new();
	struct date next = { last_day_kept().day + 1 };
	uint64_t first = post(t, "B-1", 1), second = post(t, "B-2", 2), count = 0;
	struct audit *audit = NULL;
	struct buffer rows;

	(void)unused;
	assert_int_equal(ledger_retention_delete(t->ledger, next, &count, &t->fault),
			 ERR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(list_of(t, next).count, 0);
	buffer_init(&rows, 100000);
	assert_int_equal(ledger_rows(t->ledger, first, &rows, &t->fault), ERR_NOT_FOUND);
	assert_non_null(strstr(t->fault.text, "after the legal retention"));
	assert_int_equal(ledger_rows(t->ledger, second, &rows, &t->fault), ERR_NOT_FOUND);
	assert_int_equal(ledger_check(t->ledger, &t->fault), ERR_OK);
	assert_int_equal(ledger_rebuild(t->ledger, &t->fault), ERR_OK);
	assert_int_equal(ledger_check(t->ledger, &t->fault), ERR_OK);
	audit_of(t, &audit);
	assert_int_equal(audit_counts(audit)->batches_withheld, 2);
	audit_free(audit);
	/* And the ledger goes on. */
	(void)post(t, "B-3", 3);
	assert_int_equal(ledger_check(t->ledger, &t->fault), ERR_OK);
	buffer_release(&rows);
	temporary_free(t);
}

static void rows_go_by_no_other_door(void **unused)
{
	static const char *const doors[] = {
		"DELETE FROM rows",
		"UPDATE rows SET bytes = x''",
		"REPLACE INTO rows SELECT position, x'' FROM rows",
	};
	struct temporary *t = temporary_new();
	struct date next = { last_day_kept().day + 1 };
	uint64_t position = post(t, "B-1", 1), count = 0;
	char sql[100];

	(void)unused;
	for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
		assert_int_not_equal(
			sqlite3_exec(t->ledger->store->db, doors[i], NULL, NULL, NULL),
			SQLITE_OK);
	assert_int_equal(ledger_retention_delete(t->ledger, next, &count, &t->fault),
			 ERR_OK);
	/* What was deleted neither comes back nor is forgotten. */
	snprintf(sql, sizeof sql, "INSERT INTO rows VALUES (%" PRIu64 ", x'')", position);
	assert_int_not_equal(sqlite3_exec(t->ledger->store->db, sql, NULL, NULL, NULL),
			     SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(t->ledger->store->db,
					  "DELETE FROM rows_deleted", NULL, NULL, NULL),
			     SQLITE_OK);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_kept_to_the_last_day_that_the_law_asks_for),
		cmocka_unit_test(the_log_verifies_at_the_totals_of_deleted_rows),
		cmocka_unit_test(rows_go_by_no_other_door),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
