/*
 * test_bank_memory.c - memory that runs short while a bank file is read or written: the
 * n-th request fails, for every n; each time it is said, and nothing is left behind that
 * breaks the next. (A sanitizer has a malloc() of its own, so there only once is read.)
 */
#include <errno.h>
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

static int64_t until_failure = -1; /* -1: not armed */
static bool has_failed;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);
void *malloc(size_t n);
void *calloc(size_t count, size_t n);
void *realloc(void *p, size_t n);
void *reallocarray(void *p, size_t count, size_t n);

static bool fails_now(void)
{
	if (until_failure < 0 || until_failure-- > 0)
		return false;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return fails_now() ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
	return fails_now() ? NULL : __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
	return fails_now() ? NULL : __libc_realloc(p, n);
}

void *reallocarray(void *p, size_t count, size_t n)
{
	return count && n > SIZE_MAX / count ? NULL : realloc(p, count * n);
}
#endif

static void arm(int64_t n)
{
	has_failed = false;
	until_failure = n;
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

	for (size_t i = 0; i < COUNT(FILES); i++) {
		enum err err = ERR_MEMORY;
		int64_t n = 0;

		for (; err; n++) {
			arm(n);
			err = paper_parse(paper, FILES[i], strlen(FILES[i]));
			arm(-1);
			if (!err)
				break;
			if (err != ERR_MEMORY)
				fail_msg("request %d: %s", (int)n, paper->fault.text);
		}
		assert_int_equal(has_failed, false);
		assert_true(paper->file.line_count > 0);
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
	enum err err = ERR_MEMORY;

	(void)state;
	for (int64_t n = 0; err; n++) {
		struct buffer out;

		buffer_init(&out, 10000);
		arm(n);
		err = pain_write(&order, &out, NULL);
		arm(-1);
		assert_true(err == ERR_OK || err == ERR_MEMORY);
		assert_true(err ? out.n == 0 : out.n > 0);
		buffer_release(&out);
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
