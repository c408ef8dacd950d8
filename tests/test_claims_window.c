/*
 * test_claims_window.c - in which months a claim must be new.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/claims_file.h"
#include "ledger/claims_window.h"

static const struct tag tags[3] = { { { 1 } }, { { 2 } }, { { 3 } } };

static struct claims_window window_of(const char *source, const char *company, int month)
{
	return (struct claims_window){
		.source = slice_of_text(source),
		.company = slice_of_text(company),
		.period = { 2026 * 12 + month },
	};
}

static void a_claim_is_looked_up_in_the_months_of_its_source(void **unused)
{
	static const struct {
		const char *source, *company;
		int month;
		size_t conflict;
	} cases[] = {
		{ "salary", "a", 6, 1 },       { "salary", "a", 7, 3 },
		{ "salary", "a", 5, 3 },       { "salary", "b", 6, 3 },
		{ "invoice", "a", 6, 1 },      { "invoice", "a", 6 + 13, 1 },
		{ "invoice", "a", 6 - 13, 1 }, { "invoice", "a", 6 + 14, 3 },
		{ "invoice", "a", 6 - 14, 3 }, { "invoice", "b", 6, 3 },
		{ "till", "a", 6, 3 },
	};
	static const char *const sources[] = { "salary", "invoice" };
	struct claims_file *file = NULL;
	struct claims_storage storage;
	struct fault fault;
	bool first = false;

	(void)unused;
	assert_int_equal(claims_file_open("/tmp", &file, &fault), ERR_OK);
	storage = claims_file_storage(file);
	for (int i = 0; i < 2; i++) {
		struct claims_window window = window_of(sources[i], "a", 6);

		assert_int_equal(
			claims_window_add(&window, &storage, tags + 1, 1, &first, &fault),
			ERR_OK);
		assert_true(first);
	}
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct claims_window window =
			window_of(cases[i].source, cases[i].company, cases[i].month);
		size_t conflict = 99;

		assert_int_equal(claims_window_check(&window, &storage, tags, 3,
						     &conflict, &fault),
				 ERR_OK);
		assert_int_equal(conflict, cases[i].conflict);
	}
	claims_file_free(file);
}

static void the_first_of_several_conflicts_is_named(void **unused)
{
	struct claims_window late = window_of("invoice", "a", 9);
	struct claims_window early = window_of("invoice", "a", 3);
	struct claims_window now = window_of("invoice", "a", 6);
	struct claims_file *file = NULL;
	struct claims_storage storage;
	struct fault fault;
	size_t conflict;
	bool first;

	(void)unused;
	assert_int_equal(claims_file_open("/tmp", &file, &fault), ERR_OK);
	storage = claims_file_storage(file);
	assert_int_equal(claims_window_add(&early, &storage, tags + 2, 1, &first, &fault),
			 ERR_OK);
	assert_int_equal(claims_window_add(&late, &storage, tags, 1, &first, &fault),
			 ERR_OK);
	assert_int_equal(claims_window_check(&now, &storage, tags, 3, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 0);
	assert_int_equal(claims_window_add(&early, &storage, tags + 1, 1, &first, &fault),
			 ERR_OK);
	assert_false(first);
	claims_file_free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_claim_is_looked_up_in_the_months_of_its_source),
		cmocka_unit_test(the_first_of_several_conflicts_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
