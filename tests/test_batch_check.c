/*
 * test_batch_check.c - rows against the entry that states them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/batch_check.h"
#include "tests/temporary.h"

/* A batch's draft as an entry: the check asks for no computed member. */
static struct entry view_of(const struct asked *asked)
{
	return (struct entry){ .kind = KIND_batch, .json = asked->submission.draft };
}

static enum err check(const struct asked *asked, int64_t cap, struct fault *fault)
{
	struct entry view = view_of(asked);

	struct rows_limits limits = batch_limits(&view, cents_of(cap));

	return batch_check(&view, buffer_slice(&asked->blob), &limits, NULL, fault);
}

static void rows_and_entry_must_say_the_same(void **unused)
{
	const struct asked_batch batch = { "B", "salary", 1, 1, 0, 50 };
	struct submission *submission;
	struct asked asked;
	struct fault fault;
	struct json *part;
	char root[65] = { 0 };

	(void)unused;
	asked_batch_init(&asked, &batch);
	submission = &asked.submission;
	assert_int_equal(check(&asked, 100, &fault), ERR_OK);
	assert_int_equal(check(&asked, 49, &fault),
			 ERR_RULE); /* past the charter's cap */
	(void)json_add_integer(submission->doc, submission->draft, "count", 51);
	assert_int_equal(check(&asked, 100, &fault), ERR_CORRUPT);
	(void)json_add_integer(submission->doc, submission->draft, "count", 49);
	assert_int_equal(check(&asked, 100, &fault), ERR_RULE);
	(void)json_add_integer(submission->doc, submission->draft, "count", 50);
	memcpy(root, json_get(submission->draft, "root")->text.p, 64);
	root[5] = root[5] == '0' ? '1' : '0';
	(void)json_add_cstring(submission->doc, submission->draft, "root", root);
	assert_int_equal(check(&asked, 100, &fault), ERR_CORRUPT);
	root[5] = (char)json_get(submission->draft, "received")->text.p[5];
	(void)json_add_cstring(submission->doc, submission->draft, "root", root);
	assert_int_equal(check(&asked, 100, &fault), ERR_OK);
	part = json_get(submission->draft, "totals")->first;
	(void)json_add_integer(submission->doc, part, "amount", 2501);
	assert_int_equal(check(&asked, 100, &fault), ERR_CORRUPT);
	(void)json_add(submission->doc, submission->draft, "totals", JSON_LIST);
	assert_int_equal(check(&asked, 100, &fault), ERR_CORRUPT);
	asked_clear(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_entry_must_say_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
