/*
 * test_bank_memory.c - memory that runs short while a bank file is read or written: the
 * n-th request fails, for every n; each time it is said, and nothing is left behind that
 * breaks the next. (A sanitizer has a malloc() of its own, so there only once is read.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/pain.h"
#include "tests/bank_paper.h"
#include "tests/short_memory.h"

/* What each of the files says, or it was not to be taken. */
static void is_whole(const struct bank_file *file)
{
	struct cents sum = CENTS_ZERO;

	assert_int_equal(file->statement_count, 1);
	assert_true(file->line_count > 0);
	for (size_t i = 0; i < file->line_count; i++)
		assert_int_equal(cents_add(sum, file->lines[i].amount, &sum), ERR_OK);
	assert_int_equal(cents_cmp(sum, file->statements[0].closing), 0);
	assert_true(file->line_count == 1 || file->lines[0].reference_count == 1);
}

/* Of texts that are right, in each format. */
static void reading_says_that_memory_ran_out(void **state)
{
	static const char *const FILES[] = {
		WHOLE(OPENING("0") CLOSING("40") ENTRY(
			"40", "CRDT", "2026-11-05",
			"<NtryDtls><TxDtls><Amt Ccy='EUR'>15</Amt><RmtInf><Ustrd>"
			"RF67B00000012</Ustrd></RmtInf></TxDtls><TxDtls><Amt Ccy='EUR'>25"
			"</Amt></TxDtls></NtryDtls>")),
		"<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>" OURS
		"</BANKACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>20261105<TRNAMT>1<MEMO>x"
		"</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>1<DTASOF>20261130"
		"</LEDGERBAL></STMTRS></OFX>",
		"0130006    00001EUR2 12345678901  311026                                "
		" "
		"                 0000000000000{\n"
		"0430006B1  00001EUR2 12345678901A1051126  051126x                       "
		" "
		"        0000001  0000000000001A\n"
		"0730006    00001EUR2 12345678901  301126                                "
		" "
		"                 0000000000001A\n",
	};
	struct paper *paper = *state;

	for (size_t i = 0; i < COUNT(FILES); i++)
		for (uint64_t n = 0;; n++) {
			bool failed;
			enum err err;

			short_memory_arm(n);
			err = paper_parse(paper, FILES[i], strlen(FILES[i]));
			failed = short_memory_disarm();
			if (err && (err != ERR_MEMORY || !failed))
				fail_msg("request %d: %s", (int)n, paper->fault.text);
			if (!err)
				is_whole(&paper->file);
			if (!failed) {
				assert_true(n >= 2 || !SHORT_MEMORY_WORKS);
				break;
			}
		}
}

static void writing_says_that_memory_ran_out(void **state)
{
	static const struct pain_payment payment = {
		"P-1", { "A", OURS, NULL }, { 1 }, "x"
	};
	const struct pain_order order = { .id = "O-1",
					  .execute_on = { 20785 },
					  .debtor = { "B", PAYER, NULL },
					  .payments = &payment,
					  .count = 1 };
	bool failed = true;

	(void)state;
	for (uint64_t n = 0; failed; n++) {
		struct buffer out;
		enum err err;

		buffer_init(&out, 10000);
		short_memory_arm(n);
		err = pain_write(&order, &out, NULL);
		failed = short_memory_disarm();
		assert_true(err == ERR_OK || (err == ERR_MEMORY && failed));
		assert_true(err ? out.n == 0 : out.n > 0);
		buffer_release(&out);
		if (!failed)
			assert_true(n > 2 || !SHORT_MEMORY_WORKS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reading_says_that_memory_ran_out,
						paper_setup, paper_teardown),
		cmocka_unit_test(writing_says_that_memory_ran_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
