/*
 * test_docs.c - what the papers say of the kinds is what kinds.def says.
 *
 * The tables between the marks in README.md and ledger/FORMAT.md are drawn from
 * kinds.def. With DOCS_WRITE=1 in the environment they are written anew (after
 * a change of kinds.def); without, a difference fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "keys/file.h"
#include "ledger/schema.h"

#define PAPER_BYTES_MAX ((size_t)1 << 20)
#define BEGIN           "<!-- kinds -->\n"
#define END             "<!-- end of kinds -->"

static void check_paper(const char *path, enum err (*draw)(struct buffer *out))
{
	struct buffer paper, drawn, whole;
	struct fault fault;
	const char *begin, *end;

	buffer_init(&paper, PAPER_BYTES_MAX);
	buffer_init(&drawn, PAPER_BYTES_MAX);
	buffer_init(&whole, PAPER_BYTES_MAX);
	assert_int_equal(file_read(path, PAPER_BYTES_MAX, &paper, &fault), ERR_OK);
	assert_int_equal(draw(&drawn), ERR_OK);
	begin = strstr(buffer_text(&paper), BEGIN);
	assert_non_null(begin);
	begin += strlen(BEGIN);
	end = strstr(begin, END);
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
	check_paper("ledger/FORMAT.md", kinds_reference_markdown);
}

static void test_the_readme_has_the_table_of_who_submits_what(void **state)
{
	(void)state;
	check_paper("README.md", kinds_table_markdown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_format_has_the_reference_of_the_kinds),
		cmocka_unit_test(test_the_readme_has_the_table_of_who_submits_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
