/*
 * test_json_batch.c - batches as JSON: members in any order, nothing else, and
 * each wrong thing by its pointer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/json_batch.h"

#define HEAD                                                                             \
	"\"source\":\"salary\",\"period\":\"2026-10\",\"collected_on\":\"2026-10-30\","  \
	"\"reference\":\"PAYE-2026-10\",\"step_cents\":100,\"terms\":\"2026-09\""
#define SALARY(rows) "{" HEAD ",\"rows\":[" rows "]}"
#define INVOICE(rows)                                                                    \
	"{\"source\":\"invoice\",\"period\":\"2026-10\","                                \
	"\"collected_on\":\"2026-10-30\",\"reference\":\"FACT-2026-10\","                \
	"\"step_cents\":100,\"terms\":\"2026-09\",\"rows\":[" rows "]}"

static struct fault fault;
static struct batch_rules rules;

static int make_rules(void **state)
{
	(void)state;
	rules.fund[rules.fund_count++] = slice_of_text("general");
	rules.fund[rules.fund_count++] = slice_of_text("emploi");
	rules.default_fund = rules.fund[0];
	rules.row_cap = cents_of(5000);
	return 0;
}

/* A copy of exactly that size, so that a sanitizer sees every byte too far; it
 * must outlive the input. */
static uint8_t *body_copy;

static enum err parse_bytes(struct batch_input *input, const void *bytes, size_t n)
{
	free(body_copy);
	body_copy = malloc(n ? n : 1);
	memcpy(body_copy, bytes, n);
	assert_int_equal(batch_input_init(input, &rules, &fault), ERR_OK);
	return json_batch_parse(input, slice_of(body_copy, n), &fault);
}

static enum err parse(struct batch_input *input, const char *text)
{
	return parse_bytes(input, text, strlen(text));
}

/* "/rows/0/donor: is missing", one per line. */
static void assert_bad(const char *text, const char *wanted)
{
	char found[4096] = "", where[BATCH_WHERE_BYTES], reason[BATCH_REASON_BYTES];
	struct batch_input input;
	size_t n = 0;

	assert_int_equal(parse(&input, text), ERR_INVALID);
	for (size_t i = 0; i < input.bad.listed; i++) {
		batch_bad_where(&input.bad.bad[i], where);
		batch_bad_reason(&input.bad.bad[i], reason);
		n += (size_t)snprintf(found + n, sizeof found - n, "%s: %s\n", where,
				      reason);
		assert_true(n < sizeof found);
	}
	assert_string_equal(found, wanted);
	batch_input_release(&input);
}

/* ---- what is taken ---- */

static void a_batch_is_read_as_the_api_shows_it(void **state)
{
	struct batch_input input;
	struct batch_head head;

	(void)state;
	assert_int_equal(
		parse(&input, SALARY("{\"donor\":\"M0042\",\"roundup_cents\":37,"
				     "\"extra_cents\":200,\"fund\":\"emploi\"},"
				     "{\"donor\":\"M0043\",\"roundup_cents\":0}")),
		ERR_OK);
	assert_int_equal(input.row_count, 2);
	assert_true(slice_equal_text(input.rows[0].subject, "M0042"));
	assert_true(slice_equal_text(input.rows[0].fund, "emploi"));
	assert_int_equal(cents_value(input.rows[0].roundup), 37);
	assert_int_equal(cents_value(input.rows[0].extra), 200);
	assert_int_equal(input.rows[0].giver, GIVER_PERSON);
	assert_true(slice_equal_text(input.rows[1].fund, "general"));
	assert_int_equal(input.rows[1].line, 1);

	head = batch_input_head(&input, slice_of_text("log"),
				slice_of_text("employer:1"));
	assert_int_equal(head.source, BATCH_SALARY);
	assert_int_equal(head.period.n, 2026 * 12 + 10);
	assert_true(slice_equal_text(head.reference, "PAYE-2026-10"));
	assert_true(slice_equal_text(head.terms, "2026-09"));
	assert_int_equal(head.site.n, 0);
	assert_int_equal(cents_value(head.step), 100);
	assert_int_equal(cents_value(head.row_cap), 5000);
	batch_input_release(&input);
}

static void members_come_in_any_order_and_spelling(void **state)
{
	struct batch_input input;

	(void)state;
	assert_int_equal(
		parse(&input,
		      "{\"rows\" : [ {\"fund\":\"emplo\\u0069\",\"extra_cents\":1,\n"
		      "\"do\\u006eor\":\"\\u004d1\",\"roundup_cents\":2} ],\n"
		      "\"\\u0073ite\":\"p-\\u0031\"," HEAD "}"),
		ERR_OK);
	assert_int_equal(input.row_count, 1);
	assert_true(slice_equal_text(input.rows[0].subject, "M1"));
	assert_true(slice_equal_text(input.rows[0].fund, "emploi"));
	assert_string_equal(input.site, "p-1");
	batch_input_release(&input);
}

static void invoices_and_tills_have_members_of_their_own(void **state)
{
	struct batch_input input;

	(void)state;
	assert_int_equal(
		parse(&input, INVOICE("{\"invoice\":\"F2026-881\","
				      "\"giver\":\"company\",\"client\":\"C017\","
				      "\"roundup_cents\":37},"
				      "{\"donor\":\"C017\",\"giver\":\"seller\","
				      "\"roundup_cents\":1,\"invoice\":\"F/2\"}")),
		ERR_OK);
	assert_int_equal(input.rows[0].giver, GIVER_COMPANY);
	assert_int_equal(input.rows[1].giver, GIVER_SELLER);
	assert_true(slice_equal_text(input.rows[1].subject, "F/2"));
	batch_input_release(&input);

	assert_int_equal(
		parse(&input,
		      "{\"source\":\"till\",\"period\":\"2026-10\","
		      "\"collected_on\":\"2026-10-30\",\"reference\":\"T\","
		      "\"step_cents\":100,\"terms\":\"2026-09\",\"rows\":["
		      "{\"till\":\"T1\",\"day\":\"2026-10-31\",\"roundup_cents\":9}]}"),
		ERR_OK);
	assert_int_equal(input.rows[0].day.day, 20757);
	batch_input_release(&input);
}

/* ---- what is refused, by its pointer ---- */

static void each_bad_row_is_listed(void **state)
{
	(void)state;
	assert_bad(SALARY("{\"donor\":\"M1\",\"roundup_cents\":37},"
			  "{\"donor\":\"M1\",\"roundup_cents\":37},"
			  "{\"donor\":\"M2\",\"roundup_cents\":100},"
			  "{\"donor\":\"M3\",\"roundup_cents\":-1},"
			  "{\"donor\":\"M4\",\"roundup_cents\":0.37},"
			  "{\"donor\":\"M5\",\"roundup_cents\":1e400},"
			  "{\"donor\":\"M6\",\"roundup_cents\":\"37\"},"
			  "{\"donor\":\"M7\",\"roundup_cents\":1,\"fund\":\"inconnu\"},"
			  "{\"donor\":\"2750693123456 \",\"roundup_cents\":1},"
			  "{\"donor\":\"a@example.org\",\"roundup_cents\":1},"
			  "{\"donor\":\"M8\",\"roundup_cents\":1,\"extra_cents\":5000},"
			  "{\"donor\":\"M9\",\"roundup_cents\":9007199254740993},"
			  "{\"donor\":\"M9\",\"roundup_cents\":1,\"extra_cents\":-5}"),
		   "/rows/1/donor: the same claim stands before in this batch\n"
		   "/rows/2/roundup_cents: the round-up is not below the rounding step\n"
		   "/rows/3/roundup_cents: is negative\n"
		   "/rows/4/roundup_cents: is not a whole number of cents\n"
		   "/rows/5/roundup_cents: is not a whole number of cents\n"
		   "/rows/6/roundup_cents: is not a whole number of cents\n"
		   "/rows/7/fund: is not a fund of the foundation\n"
		   "/rows/8/donor: is or holds a NIR (social security number)\n"
		   "/rows/9/donor: is an e-mail address\n"
		   "/rows/10/extra_cents: the row gives more than one row may\n"
		   "/rows/11/roundup_cents: is not a whole number of cents\n"
		   "/rows/12/extra_cents: is negative\n"
		   "/rows/12/donor: the same claim stands before in this batch\n");
}

static void only_known_members_are_taken(void **state)
{
	(void)state;
	assert_bad(SALARY("{\"donor\":\"M1\",\"roundup_cents\":1,\"net_a_payer\":[1,{}]},"
			  "{\"donor\":\"M2\",\"roundup_cents\":1,\"2750693123456\":1},"
			  "{\"donor\":\"M3\",\"roundup_cents\":1,\"\":1},"
			  "{\"donor\":\"M4\",\"roundup_cents\":1,\"invoice\":\"F1\"},"
			  "{\"donor\":\"M5\",\"roundup_cents\":1,\"roundup_cents\":1},"
			  "{\"roundup_cents\":1,\"slip\":\"S 1\"}"),
		   "/rows/0/net_a_payer: is not a member that may be sent here\n"
		   "/rows/1: is not a member that may be sent here\n"
		   "/rows/2: is not a member that may be sent here\n"
		   "/rows/3/invoice: is not a member that may be sent here\n"
		   "/rows/4/roundup_cents: is there twice\n"
		   "/rows/5/donor: is missing\n"
		   "/rows/5/slip: holds a blank\n");
	assert_bad("{" HEAD ",\"terms\":\"2026-09\",\"iban\":{\"a\":[]},\"rows\":[]}",
		   "/terms: is there twice\n"
		   "/iban: is not a member that may be sent here\n");
	assert_bad("{" HEAD ",\"rows\":[],\"rows\":[]}", "/rows: is there twice\n");
}

static void values_have_the_declared_types(void **state)
{
	(void)state;
	assert_bad(SALARY("1,[{}],\"M1\",null,{\"donor\":1,\"fund\":null,"
			  "\"roundup_cents\":[1,[2]]}"),
		   "/rows/0: is not an object\n"
		   "/rows/1: is not an object\n"
		   "/rows/2: is not an object\n"
		   "/rows/3: is not an object\n"
		   "/rows/4/donor: is not a text\n"
		   "/rows/4/fund: is not a text\n"
		   "/rows/4/roundup_cents: is not a whole number of cents\n");
	assert_bad("{\"source\":1,\"period\":{},\"collected_on\":null,\"reference\":[],"
		   "\"step_cents\":\"100\",\"terms\":true,\"rows\":{}}",
		   "/source: is not a text\n"
		   "/period: is not a text\n"
		   "/collected_on: is not a text\n"
		   "/reference: is not a text\n"
		   "/step_cents: is not a whole number of cents\n"
		   "/terms: is not a text\n"
		   "/rows: is not a list\n");
	assert_bad("[]", ": is not an object\n");
	assert_bad("\"{}\"", ": is not an object\n");
}

static void what_is_missing_is_told(void **state)
{
	(void)state;
	assert_bad("{}", "/rows: is missing\n"
			 "/collected_on: is missing\n"
			 "/period: is missing\n"
			 "/reference: is missing\n"
			 "/source: is missing\n"
			 "/step_cents: is missing\n"
			 "/terms: is missing\n");
	assert_bad(SALARY(""), "/rows: there is no row at all\n");
	assert_bad(INVOICE("{}"), "/rows/0/invoice: is missing\n"
				  "/rows/0/giver: is missing\n"
				  "/rows/0/roundup_cents: is missing\n");
}

static void members_of_the_head_are_judged(void **state)
{
	(void)state;
	assert_bad("{\"source\":\"gift\",\"period\":\"2026-1\","
		   "\"collected_on\":\"2026-02-29\",\"reference\":\"paye\","
		   "\"step_cents\":0,\"terms\":\"\",\"site\":\"\\u00e9\","
		   "\"rows\":[{\"donor\":\"Dupont\"}]}",
		   "/source: has not the syntax of its kind\n"
		   "/period: has not the syntax of its kind\n"
		   "/collected_on: has not the syntax of its kind\n"
		   "/reference: has not the syntax of its kind\n"
		   "/step_cents: has not the syntax of its kind\n"
		   "/terms: has not the syntax of its kind\n"
		   "/site: has not the syntax of its kind\n");
}

/* ---- hostility ---- */

static void what_is_not_json_is_refused_with_its_place(void **state)
{
	static const char *const BAD[] = {
		"",
		"{" HEAD ",\"rows\":[{\"donor\":\"M1\",\"roundup_cents\":NaN}]}",
		"{" HEAD ",\"rows\":[{\"donor\":\"M1\"",
		SALARY("{\"donor\":\"M\xFF\",\"roundup_cents\":1}"),
		SALARY("{\"donor\":\"M\\u0000\",\"roundup_cents\":1}"),
		SALARY("") " x",
		"[] []",
		"\xEF\xBB\xBF{}",
	};
	struct batch_input input;

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		assert_int_equal(parse(&input, BAD[i]), ERR_INVALID);
		assert_non_null(strstr(fault.text, "JSON at line 1, column"));
		batch_input_release(&input);
	}
}

static void deep_nesting_is_refused(void **state)
{
	enum { DEPTH = 100000 };
	char *text = malloc(DEPTH);
	struct batch_input input;

	(void)state;
	memset(text, '[', DEPTH);
	assert_int_equal(parse_bytes(&input, text, DEPTH), ERR_TOO_BIG);
	batch_input_release(&input);
	memcpy(text, "{\"rows\":", 8);
	assert_int_equal(parse_bytes(&input, text, DEPTH), ERR_TOO_BIG);
	batch_input_release(&input);
	free(text);
}

static void a_text_of_ten_megabytes_is_one_bad_row(void **state)
{
	static const char BEFORE[] =
		"{" HEAD ",\"rows\":[{\"roundup_cents\":1,\"donor\":\"";
	static const char AFTER[] = "\"}]}";
	const size_t LONG = 10 * 1024 * 1024, N_BEFORE = sizeof BEFORE - 1;
	char *text = malloc(N_BEFORE + LONG + sizeof AFTER);
	struct batch_input input;

	(void)state;
	memcpy(text, BEFORE, N_BEFORE);
	memset(text + N_BEFORE, '7', LONG);
	memcpy(text + N_BEFORE + LONG, AFTER, sizeof AFTER);
	assert_int_equal(parse_bytes(&input, text, N_BEFORE + LONG + sizeof AFTER - 1),
			 ERR_INVALID);
	assert_int_equal(input.bad.count, 1);
	assert_int_equal(input.bad.bad[0].flaw, BATCH_FLAW_LONG);
	batch_input_release(&input);
	free(text);
}

static void rows_past_the_limit_are_too_many(void **state)
{
	enum { ROW_BYTES = 48 };
	char *text = malloc(512 + (BATCH_ROWS_MAX + 1) * ROW_BYTES);
	struct batch_input input;
	size_t n = (size_t)snprintf(text, 512, "{" HEAD ",\"rows\":[");

	(void)state;
	for (int i = 0; i <= BATCH_ROWS_MAX; i++)
		n += (size_t)snprintf(text + n, ROW_BYTES,
				      "%s{\"donor\":\"M%d\",\"roundup_cents\":1}",
				      i ? "," : "", i);
	n += (size_t)snprintf(text + n, ROW_BYTES, "]}");
	assert_int_equal(parse_bytes(&input, text, n), ERR_TOO_BIG);
	assert_non_null(strstr(fault.text, "100000"));
	batch_input_release(&input);
	free(text);
}

static void every_cut_and_every_changed_byte_is_survived(void **state)
{
	static const char WHOLE[] =
		"{\"rows\":[{\"donor\":\"M\\u0031\",\"roundup_cents\":37,"
		"\"x\":[true]},{}]," HEAD ",\"site\":\"a\"}";
	static const char BYTES[] = "\0\"\\{}[]:,0-eu\x80\xC3";
	char text[sizeof WHOLE];
	struct batch_input input;

	(void)state;
	for (size_t n = 0; n < sizeof WHOLE - 1; n++) {
		assert_int_equal(parse_bytes(&input, WHOLE, n), ERR_INVALID);
		batch_input_release(&input);
	}
	for (size_t at = 0; at < sizeof WHOLE - 1; at++)
		for (size_t b = 0; b < sizeof BYTES - 1; b++) {
			memcpy(text, WHOLE, sizeof WHOLE);
			text[at] = BYTES[b];
			assert_int_equal(parse_bytes(&input, text, sizeof WHOLE - 1),
					 ERR_INVALID);
			batch_input_release(&input);
		}
}

static int free_copy(void **state)
{
	(void)state;
	free(body_copy);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_is_read_as_the_api_shows_it),
		cmocka_unit_test(members_come_in_any_order_and_spelling),
		cmocka_unit_test(invoices_and_tills_have_members_of_their_own),
		cmocka_unit_test(each_bad_row_is_listed),
		cmocka_unit_test(only_known_members_are_taken),
		cmocka_unit_test(values_have_the_declared_types),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(members_of_the_head_are_judged),
		cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(a_text_of_ten_megabytes_is_one_bad_row),
		cmocka_unit_test(rows_past_the_limit_are_too_many),
		cmocka_unit_test(every_cut_and_every_changed_byte_is_survived),
	};

	return cmocka_run_group_tests(tests, make_rules, free_copy);
}
