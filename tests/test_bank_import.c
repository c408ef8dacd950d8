/*
 * test_bank_import.c - a bank file that is imported, orders that are given, and either
 * interrupted: gateway/bank_import.c, gateway/bank_known.c, gateway/bank_order.c.
 *
 * A kill at any moment leaves on the disk what stands there at one of the moments at
 * which the import tells something. So the folder is copied at each of them, and the same
 * file imported into the copy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/bank_errand.h"
#include "tests/folder.h"

/* Many are told at once, after one commit: of these one is enough. */
#define EVERY 6

static struct stage stage;
static struct bank_errand errand;
static char clean[BANK_ERRAND__COUNT][BANK_ERRAND_TEXT_BYTES];

/* Copies the folder when so many things have been told. */
struct copier {
	unsigned told, at;
	char to[STAGE_PATH_BYTES];
};

static void tell(struct copier *copier)
{
	if (copier->told++ != copier->at)
		return;
	folder_remove(copier->to);
	folder_copy(stage.dir, copier->to);
}

static void statement_tell(void *who, const struct bank_statement *statement,
			   const char *account, uint64_t position, bool before)
{
	(void)statement;
	(void)account;
	(void)position;
	(void)before;
	tell(who);
}

static void explained_tell(void *who, const struct bank_line *line,
			   const struct bank_finding *finding, uint64_t position)
{
	(void)line;
	(void)finding;
	(void)position;
	tell(who);
}

static void left_tell(void *who, uint64_t statement, uint32_t number,
		      const struct bank_line *line, enum bank_why why,
		      const struct fault *refusal)
{
	(void)statement;
	(void)number;
	(void)line;
	(void)why;
	if (refusal)
		fail_msg("the ledger refuses a line: %s", refusal->text);
	tell(who);
}

static void do_step(enum bank_errand_step step, struct copier *copier)
{
	const struct bank_import_events events = { copier, statement_tell, explained_tell,
						   left_tell };

	if (bank_errand_do(&errand, &stage, step, copier ? &events : NULL) != ERR_OK)
		fail_msg("step %d: %s", (int)step, stage.fault.text);
}

static void books_are(const char *expected)
{
	char text[BANK_ERRAND_TEXT_BYTES];

	bank_errand_books(&stage, text);
	assert_string_equal(text, expected);
}

static int setup(void **state)
{
	(void)state;
	stage_init(&stage);
	bank_errand_init(&errand, &stage);
	stage_keep(&stage, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bank_errand_release(&errand);
	stage_release(&stage);
	folder_remove(stage.folder);
	return 0;
}

static void what_is_imported_and_ordered_is_in_the_books(void **state)
{
	(void)state;
	stage_set(&stage, 0);
	stage_open(&stage);
	for (int i = 0; i < BANK_ERRAND__COUNT; i++) {
		do_step((enum bank_errand_step)i, NULL);
		bank_errand_look(&errand, &stage, "a clean run");
		bank_errand_books(&stage, clean[i]);
		do_step((enum bank_errand_step)i, NULL);
		books_are(clean[i]); /* twice is once */
	}
	/* The part and the line that name nothing. */
	assert_non_null(strstr(clean[BANK_ERRAND_FIRST], "open line 35 500\n"));
	assert_non_null(strstr(clean[BANK_ERRAND_FIRST], "open line 36 4200\n"));
	assert_non_null(strstr(clean[BANK_ERRAND_FIRST], "payment of 9000 due\n"));
	assert_non_null(strstr(clean[BANK_ERRAND_ORDERS], "payment of 9000 ordered\n"));
	assert_non_null(strstr(clean[BANK_ERRAND_SECOND], "payment of 9000 paid\n"));
	assert_non_null(strstr(clean[BANK_ERRAND_SECOND], "\n0 lines are owed\n"));
	stage_close(&stage);
	bank_errand_clear(&errand, BANK_ERRAND_FIRST);
}

static void an_import_that_was_interrupted_goes_on(void **state)
{
	struct copier copier = { .told = 1 };

	(void)state;
	(void)snprintf(copier.to, sizeof copier.to, "%s/copy", stage.folder);
	for (copier.at = 0; copier.at < copier.told; copier.at += EVERY) {
		stage_set(&stage, 0);
		stage_open(&stage);
		copier.told = 0;
		do_step(BANK_ERRAND_FIRST, &copier);
		stage_close(&stage);
		folder_remove(stage.dir);
		folder_copy(copier.to, stage.dir);
		stage_open(&stage);
		do_step(BANK_ERRAND_FIRST, NULL);
		books_are(clean[BANK_ERRAND_FIRST]);
		if (copier.at % (8 * EVERY) == 0)
			assert_int_equal(ledger_check(stage.ledger, &stage.fault),
					 ERR_OK);
		stage_close(&stage);
	}
	assert_true(copier.told > 130);
}

/* As one that another order has written since this one has looked. */
static void a_payment_file_takes_nobodys_place(void **state)
{
	char interrupted[STAGE_PATH_BYTES + 16];

	(void)state;
	stage_set(&stage, 0);
	bank_errand_clear(&errand, BANK_ERRAND_FIRST);
	stage_open(&stage);
	do_step(BANK_ERRAND_FIRST, NULL);
	assert_int_equal(symlink("nowhere", errand.out), 0);
	assert_int_equal(bank_errand_do(&errand, &stage, BANK_ERRAND_ORDERS, NULL),
			 ERR_CONFLICT);
	(void)snprintf(interrupted, sizeof interrupted, "%s.unordered", errand.out);
	assert_non_null(strstr(stage.fault.text, interrupted));
	assert_int_equal(unlink(errand.out), 0);
	books_are(clean[BANK_ERRAND_ORDERS]);
	bank_errand_look(&errand, &stage, "interrupted");
	bank_errand_tidy(&errand, &stage);
	assert_true(folder_is_there(errand.out) && !folder_is_there(interrupted));
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_imported_and_ordered_is_in_the_books),
		cmocka_unit_test(an_import_that_was_interrupted_goes_on),
		cmocka_unit_test(a_payment_file_takes_nobodys_place),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
