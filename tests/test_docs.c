/*
 * test_docs.c - what the papers say of kinds and rules is what kinds.def and rules.def
 * say.
 *
 * The tables between the marks in README.md and ledger/FORMAT.md are drawn from
 * those. With DOCS_WRITE=1 in the environment they are written anew (after a change
 * there); without, a difference fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "keys/file.h"
#include "ledger/rules.h"
#include "ledger/schema.h"

#define PAPER_BYTES_MAX ((size_t)1 << 20)
#define MARK_BYTES      64

/* What stands between "<!-- NAME -->" and "<!-- end of NAME -->". */
static void check_paper(const char *path, const char *name,
			enum err (*draw)(struct buffer *out))
{
	char begin_mark[MARK_BYTES], end_mark[MARK_BYTES];
	struct buffer paper, drawn, whole;
	struct fault fault;
	const char *begin, *end;

	snprintf(begin_mark, sizeof begin_mark, "<!-- %s -->\n", name);
	snprintf(end_mark, sizeof end_mark, "<!-- end of %s -->", name);
	buffer_init(&paper, PAPER_BYTES_MAX);
	buffer_init(&drawn, PAPER_BYTES_MAX);
	buffer_init(&whole, PAPER_BYTES_MAX);
	assert_int_equal(file_read(path, PAPER_BYTES_MAX, &paper, &fault), ERR_OK);
	assert_int_equal(draw(&drawn), ERR_OK);
	begin = strstr(buffer_text(&paper), begin_mark);
	assert_non_null(begin);
	begin += strlen(begin_mark);
	end = strstr(begin, end_mark);
	assert_non_null(end);
	(void)buffer_put(&whole, paper.p, (size_t)(begin - buffer_text(&paper)));
	(void)buffer_put_slice(&whole, buffer_slice(&drawn));
	(void)buffer_put_text(&whole, end);
	assert_int_equal(buffer_err(&whole), ERR_OK);
	if (getenv("DOCS_WRITE"))
		assert_int_equal(file_write(path, buffer_slice(&whole), 0644, &fault),
				 ERR_OK);
	else
		assert_string_equal(buffer_text(&paper), buffer_text(&whole));
	buffer_release(&paper);
	buffer_release(&drawn);
	buffer_release(&whole);
}

static void test_the_format_has_the_reference_of_the_kinds(void **state)
{
	(void)state;
	check_paper("ledger/FORMAT.md", "kinds", kinds_reference_markdown);
}

static void test_the_readme_has_the_table_of_who_submits_what(void **state)
{
	(void)state;
	check_paper("README.md", "kinds", kinds_table_markdown);
}

static void test_the_format_has_the_table_of_the_rules(void **state)
{
	(void)state;
	check_paper("ledger/FORMAT.md", "rules", rules_markdown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_format_has_the_reference_of_the_kinds),
		cmocka_unit_test(test_the_format_has_the_table_of_the_rules),
		cmocka_unit_test(test_the_readme_has_the_table_of_who_submits_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
