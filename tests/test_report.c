/*
 * test_report.c - the tables of reports, formats and options say what they mean, and a
 * period is the one that was asked for.
 * Covers reports/report_list.c, reports/format.c, reports/period.c, reports/render.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reports/format.h"
#include "reports/period.h"
#include "reports/render.h"
#include "reports/report.h"

#define OUT_BYTES_MAX ((size_t)1 << 20)

static void a_report_is_found_by_its_name_and_can_be_had(void **state)
{
	size_t count;
	const struct report *reports = report_list(&count);

	(void)state;
	assert_true(count >= 4);
	for (size_t i = 0; i < count; i++) {
		const struct report *report = &reports[i];
		unsigned formats = report_formats(report);

		assert_ptr_equal(report_find(report->name), report);
		assert_true(formats & 1u << report->format);
		assert_int_equal(report->needs & ~report->takes, 0);
		assert_int_equal(report->takes >> OPTION__COUNT, 0);
		assert_true(report->write || report->stream || !report->formats);
		assert_int_equal(report->formats & ~format_set(FORM_OWN), 0);
		if (report->draw || report->draw_file)
			assert_int_equal(formats & format_set(FORM_DOCUMENT),
					 format_set(FORM_DOCUMENT));
		else
			assert_int_equal(formats, report->formats);
	}
	assert_null(report_find("weather"));
}

static void a_format_has_one_name(void **state)
{
	enum format found;

	(void)state;
	for (int format = 0; format < FORMAT__COUNT; format++) {
		assert_int_equal(format_parse(format_name((enum format)format), &found),
				 ERR_OK);
		assert_int_equal(found, format);
	}
	assert_int_equal(format_parse("docx", &found), ERR_USAGE);
	assert_int_equal(format_form(FORMAT_CSV), FORM_DOCUMENT);
	assert_int_equal(format_form(FORMAT_HLEDGER), FORM_OWN);
	assert_int_equal(format_set(FORM_DOCUMENT) & format_set(FORM_OWN), 0);
	assert_int_equal(format_set(FORM_DOCUMENT) & FORMAT_BIT(JSON), FORMAT_BIT(JSON));
}

static void every_document_is_rendered_in_every_format_of_documents(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;

	(void)state;
	document_init(&doc, LANG_FR, "doc", "Titre");
	buffer_init(&out, OUT_BYTES_MAX);
	for (int format = 0; format < FORMAT__COUNT; format++) {
		if (format_form((enum format)format) != FORM_DOCUMENT)
			continue;
		buffer_clear(&out);
		assert_int_equal(render(&doc, (enum format)format, &out, &fault), ERR_OK);
		assert_true(out.n > 0);
	}
	buffer_release(&out);
	document_release(&doc);
}

static struct date day(const char *text)
{
	struct date date;

	assert_int_equal(date_parse(text, &date), ERR_OK);
	return date;
}

static void a_period_ends_with_the_ledger_where_nobody_says_otherwise(void **state)
{
	/* 2026-11-22 at 21:16 in Paris. */
	struct standing standing = { .last_at_s = 1795378587 };
	struct period whole = { .has_from = false };
	struct period part = { .has_from = true,
			       .has_to = true,
			       .from = day("2026-11-02"),
			       .to = day("2026-11-03") };
	struct fault fault;

	(void)state;
	assert_int_equal(period_resolve(&whole, &standing, &fault), ERR_OK);
	assert_int_equal(date_cmp(whole.to, day("2026-11-22")), 0);
	assert_true(period_holds(&whole, day("1999-01-01")));
	assert_false(period_holds(&whole, day("2026-11-23")));
	assert_int_equal(period_resolve(&part, &standing, &fault), ERR_OK);
	assert_false(period_holds(&part, day("2026-11-01")));
	assert_true(period_holds(&part, day("2026-11-02")));
	assert_true(period_holds(&part, day("2026-11-03")));
	assert_false(period_holds(&part, day("2026-11-04")));
	part.to = day("2026-11-01");
	assert_int_equal(period_resolve(&part, &standing, &fault), ERR_USAGE);
	part = (struct period){ .has_from = true, .from = day("2026-11-23") };
	assert_int_equal(period_resolve(&part, &standing, &fault), ERR_USAGE);
}

static void a_period_is_told_on_the_front_page(void **state)
{
	struct period period = { .has_from = true,
				 .from = day("2026-01-01"),
				 .to = day("2026-12-31") };
	struct document doc;

	(void)state;
	document_init(&doc, LANG_FR, "doc", "Titre");
	period_put(&period, &doc);
	assert_string_equal(doc.first_subtitle->text, "Du 01/01/2026 au 31/12/2026");
	assert_string_equal(doc.first_property->id, "from");
	assert_string_equal(doc.last_property->id, "to");
	assert_int_equal(document_err(&doc), ERR_OK);
	document_release(&doc);
	document_init(&doc, LANG_EN, "doc", "Title");
	period.has_from = false;
	period_put(&period, &doc);
	assert_string_equal(doc.first_subtitle->text,
			    "From the beginning to 31 Dec 2026");
	assert_ptr_equal(doc.first_property, doc.last_property);
	document_release(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_found_by_its_name_and_can_be_had),
		cmocka_unit_test(a_format_has_one_name),
		cmocka_unit_test(every_document_is_rendered_in_every_format_of_documents),
		cmocka_unit_test(
			a_period_ends_with_the_ledger_where_nobody_says_otherwise),
		cmocka_unit_test(a_period_is_told_on_the_front_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
