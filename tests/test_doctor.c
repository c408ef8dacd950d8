/*
 * test_doctor.c - each illness that ledger/doctor.c knows, made and found; and none
 * found where there is none.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/file.h"
#include "keys/keyfile.h"
#include "ledger/doctor.h"
#include "tests/temporary.h"

#define FOUND_MAX 16

struct found {
	size_t count;
	struct doctor_finding finding[FOUND_MAX];
};

static void take(void *ctx, const struct doctor_finding *finding)
{
	struct found *found = ctx;

	assert_true(found->count < FOUND_MAX);
	found->finding[found->count++] = *finding;
}

static struct found look(struct temporary *t)
{
	struct found found = { .count = 0 };
	size_t count = 0;

	assert_int_equal(doctor_look(t->dir, take, &found, &count, &t->fault), ERR_OK);
	assert_int_equal(count, found.count);
	return found;
}

/* This check finds something, whatever others find for the same reason. */
static void assert_told(struct temporary *t, const char *check, const char *says)
{
	struct found found = look(t);

	for (size_t i = 0; i < found.count; i++)
		if (strcmp(found.finding[i].check, check) == 0 &&
		    strstr(found.finding[i].text, says))
			return;
	fail_msg("'%s' was not said by '%s'", says, check);
}

/* Exactly this check finds something, and says this. */
static void assert_ill(struct temporary *t, const char *check, const char *says)
{
	struct found found = look(t);
	bool is_said = false;

	for (size_t i = 0; i < found.count; i++) {
		if (strcmp(found.finding[i].check, check) != 0)
			fail_msg("%s: %s", found.finding[i].check, found.finding[i].text);
		is_said = is_said || strstr(found.finding[i].text, says);
	}
	if (!is_said)
		fail_msg("'%s' was not said: %s", says,
			 found.count ? found.finding[0].text : "nothing was found");
}

static const char *path_of(struct temporary *t, const char *name)
{
	static char path[TEMPORARY_PATH + 32];

	snprintf(path, sizeof path, "%s/%s", t->dir, name);
	return path;
}

static void harm(struct temporary *t, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path_of(t, "ledger.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_ledger_in_use_is_healthy(void **unused)
{
	struct temporary *t = temporary_new();

	(void)unused;
	(void)temporary_gift(t, "R-1", 100);
	assert_int_equal(look(t).count, 0);
	(void)temporary_gift(t, "R-2", 100);
	temporary_free(t);
}

static void files_that_others_may_read_are_told(void **unused)
{
	static const char *const names[] = { "ledger.db", "log.key", "head" };

	(void)unused;
	for (size_t i = 0; i < 3; i++) {
		struct temporary *t = temporary_new();
		struct found found;

		assert_int_equal(chmod(path_of(t, names[i]), 0644), 0);
		found = look(t);
		assert_true(found.count > 0);
		assert_string_equal(found.finding[0].check, "folder");
		assert_non_null(strstr(found.finding[0].text, names[i]));
		assert_non_null(strstr(found.finding[0].text, "chmod 600"));
		temporary_free(t);
	}
}

static void missing_files_are_told_with_what_to_do(void **unused)
{
	static const struct {
		const char *name, *check, *says;
	} files[] = {
		{ "log.key", "key", "brought back" },
		{ "head", "head", "--newest" },
		{ "charter.json", "folder", "show" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct temporary *t = temporary_new();

		assert_int_equal(unlink(path_of(t, files[i].name)), 0);
		assert_ill(t, files[i].check, files[i].says);
		temporary_free(t);
	}
}

static void another_key_and_another_head_are_told(void **unused)
{
	struct temporary *t = temporary_new();
	struct signing_key *key = NULL;

	(void)unused;
	assert_int_equal(unlink(path_of(t, "log.key")), 0);
	assert_int_equal(signing_key_generate(&key, &t->fault), ERR_OK);
	assert_int_equal(keyfile_write(path_of(t, "log.key"), "ledger.test/93", key, NULL,
				       &t->fault),
			 ERR_OK);
	signing_key_free(key);
	assert_ill(t, "key", "not the log's key in force");
	temporary_free(t);

	t = temporary_new();
	assert_int_equal(file_write(path_of(t, "head"),
				    slice_of_text("00000000000000009999 "
						  "00112233445566778899aabbccddeeff"
						  "00112233445566778899aabbccddeeff\n"),
				    0600, &t->fault),
			 ERR_OK);
	assert_ill(t, "head", "older or another copy");
	assert_int_equal(
		file_write(path_of(t, "head"), slice_of_text("x\n"), 0600, &t->fault),
		ERR_OK);
	assert_ill(t, "head", "damaged");
	temporary_free(t);
}

static void projections_that_disagree_are_told(void **unused)
{
	struct temporary *t = temporary_new();

	(void)unused;
	(void)temporary_gift(t, "R-1", 100);
	harm(t, "DELETE FROM state WHERE substr(key, 1, 3) = CAST('ab/' AS BLOB)");
	assert_ill(t, "projections", "arrondi-ledger rebuild");
	temporary_free(t);
}

static void a_lost_or_false_signature_is_told(void **unused)
{
	struct temporary *t = temporary_new();

	(void)unused;
	harm(t, "UPDATE note SET bytes = x'00'");
	assert_told(t, "signature", "cannot be used");
	temporary_free(t);
}

static void a_ledger_that_cannot_be_opened_is_told_once(void **unused)
{
	struct temporary *t = temporary_new();
	struct found found;

	(void)unused;
	harm(t, "PRAGMA user_version = 99");
	found = look(t);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.finding[0].check, "database");
	assert_non_null(strstr(found.finding[0].text, "newer version"));
	temporary_free(t);
}

static void the_clock_is_compared_with_the_last_entry(void **unused)
{
	struct temporary *t = temporary_new();

	(void)unused;
	/* As if the last entry had been recorded in 2100. */
	harm(t, "UPDATE meta SET at = 4102444800");
	assert_told(t, "time", "days before the last entry");
	harm(t, "DROP TRIGGER meta_grows; UPDATE meta SET at = unixepoch() + 86400");
	assert_told(t, "time", "set the machine's clock");
	harm(t, "UPDATE meta SET at = unixepoch() - 200 * 86400");
	assert_told(t, "time", "200 days after the last entry");
	temporary_free(t);
}

static void what_the_foundation_should_know_is_told(void **unused)
{
	struct temporary *t = temporary_new();
	struct asked asked;

	(void)unused;
	asked_init(&asked, "operator",
		   "'kind':'beneficiary','ref':'B-1','id':"
		   "'job-seeker:00112233445566778899aabbccddeeff',"
		   "'nature':'job-seeker','attestation':{'digest':"
		   "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9',"
		   "'until':'2020-01-31'}");
	assert_int_equal(temporary_submit(t, &asked), ERR_OK);
	asked_clear(&asked);
	assert_ill(t, "attestations", "have ended");
	temporary_free(t);
}

static void a_folder_that_is_none_cannot_be_looked_at(void **unused)
{
	struct found found = { .count = 0 };
	struct fault fault;
	size_t count;

	(void)unused;
	assert_int_equal(doctor_look("/nowhere/at/all", take, &found, &count, &fault),
			 ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ledger_in_use_is_healthy),
		cmocka_unit_test(files_that_others_may_read_are_told),
		cmocka_unit_test(missing_files_are_told_with_what_to_do),
		cmocka_unit_test(another_key_and_another_head_are_told),
		cmocka_unit_test(projections_that_disagree_are_told),
		cmocka_unit_test(a_lost_or_false_signature_is_told),
		cmocka_unit_test(a_ledger_that_cannot_be_opened_is_told_once),
		cmocka_unit_test(the_clock_is_compared_with_the_last_entry),
		cmocka_unit_test(what_the_foundation_should_know_is_told),
		cmocka_unit_test(a_folder_that_is_none_cannot_be_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
