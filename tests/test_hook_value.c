/*
 * test_hook_value.c - ids, amounts and moments of providers; picking them out of JSON;
 * and movements: gateway/hook_value.c, gateway/json_pick.c, gateway/movement.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/hook_value.h"
#include "gateway/json_pick.h"
#include "gateway/movement.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct fault fault;

/* ---- gateway/json_pick.c ---- */

static enum err pick_one(const char *json, const char *path, struct json_want *want,
			 void **ret_texts)
{
	*want = (struct json_want){ .path = path };
	fault = (struct fault){ 0 };
	return json_pick(slice_of_text(json), want, 1, ret_texts, &fault);
}

static void assert_picked(const char *json, const char *path, enum json_token token,
			  const char *text)
{
	struct json_want want;
	void *texts;

	assert_int_equal(pick_one(json, path, &want, &texts), ERR_OK);
	assert_int_equal(want.token, token);
	if (!slice_equal_text(want.text, text))
		fail_msg("%s of %s: '%.*s'", path, json, (int)want.text.n,
			 (const char *)want.text.p);
	free(texts);
}

static void a_value_is_picked_by_its_path(void **state)
{
	const char *json = "{ \"a\" : [ 1, {\"b\":2} ] ,\"b\":{\"c\":\"x\\u0041\",\"d\":"
			   "{\"e\":-12.50}},\"n\":null, \"t\":true, \"i\":7 }";

	(void)state;
	assert_picked(json, "a", JSON_TOKEN_LIST, "[ 1, {\"b\":2} ]");
	assert_picked(json, "a.b", JSON_TOKEN_END, "");
	assert_picked(json, "b", JSON_TOKEN_OBJECT,
		      "{\"c\":\"x\\u0041\",\"d\":{\"e\":-12.50}}");
	assert_picked(json, "b.c", JSON_TOKEN_TEXT, "xA");
	assert_picked(json, "b.d.e", JSON_TOKEN_NUMBER, "-12.50");
	assert_picked(json, "b.d.f", JSON_TOKEN_END, "");
	assert_picked(json, "c", JSON_TOKEN_END, "");
	assert_picked(json, "i", JSON_TOKEN_INTEGER, "7");
	/* A name with a point in it is no path. */
	assert_picked("{\"b.c\":1,\"b\":{\"c\":2}}", "b.c", JSON_TOKEN_INTEGER, "2");
	/* A scalar on the way ends it. */
	assert_picked("{\"b\":1}", "b.c", JSON_TOKEN_END, "");
}

static void assert_not_picked(const char *json, const char *path, const char *why)
{
	struct json_want want;
	void *texts = &want;

	assert_int_equal(pick_one(json, path, &want, &texts), ERR_INVALID);
	assert_null(texts);
	if (!strstr(fault.text, why))
		fail_msg("%s: %s", json, fault.text);
}

static void what_comes_twice_is_refused(void **state)
{
	const char *twice = "JSON has a member twice that must come once";

	(void)state;
	assert_not_picked("{\"a\":1,\"a\":2}", "a", twice);
	assert_not_picked("{\"a\":{\"b\":1},\"a\":{\"b\":2}}", "a.b", twice);
	assert_not_picked("{\"a\":{\"b\":1},\"a\":{\"c\":2}}", "a.b", twice);
	assert_not_picked("{\"a\":{\"b\":1},\"\\u0061\":null}", "a.b", twice);
	assert_not_picked("{\"a\":{\"b\":1,\"b\":null}}", "a.b", twice);
	/* The same name elsewhere is another. */
	assert_picked("{\"a\":{\"b\":1},\"b\":{\"a\":{\"b\":2}}}", "a.b",
		      JSON_TOKEN_INTEGER, "1");
	/* What nobody wants may come as often as it likes. */
	assert_picked("{\"x\":1,\"x\":2,\"a\":3}", "a", JSON_TOKEN_INTEGER, "3");
}

static void what_is_no_object_is_refused(void **state)
{
	(void)state;
	assert_not_picked("[1]", "a", "JSON is not an object");
	assert_not_picked("", "a", "a value is wanted");
	assert_not_picked("{\"a\":1}x", "a", "something follows the value");
	assert_not_picked("{\"a\":1,}", "a", "a member's name is wanted");
	assert_not_picked("\xef\xbb\xbf{\"a\":1}", "a", "a value is wanted");
	assert_not_picked("{\"x\":\"\\ud800\",\"a\":1}", "a", "JSON at line 1");
}

static enum err count_item(void *ctx, struct slice item, struct fault *unused)
{
	(void)unused;
	assert_true(item.n >= 2 && item.p[0] == '{' && item.p[item.n - 1] == '}');
	++*(size_t *)ctx;
	return ERR_OK;
}

static void each_object_of_a_list_is_given(void **state)
{
	size_t n = 0;

	(void)state;
	assert_int_equal(json_each(slice_of_text("[ {} , {\"a\":[{}]},{}]"), 3,
				   count_item, &n, &fault),
			 ERR_OK);
	assert_int_equal(n, 3);
	assert_int_equal(
		json_each(slice_of_text("[{},{},{}]"), 2, count_item, &n, &fault),
		ERR_TOO_BIG);
	assert_string_equal(fault.text, "JSON has a list of more than 2 objects");
	assert_int_equal(json_each(slice_of_text("[1]"), 2, count_item, &n, &fault),
			 ERR_INVALID);
	assert_int_equal(json_each(slice_of_text("{}"), 2, count_item, &n, &fault),
			 ERR_INVALID);
	assert_int_equal(json_each(slice_of_text(""), 2, count_item, &n, &fault),
			 ERR_INVALID);
}

/* ---- gateway/hook_value.c ---- */

static void ids_are_fit_for_a_path(void **state)
{
	static const char *const good[] = { "tr_7UhSN1zuXS", "PP-D-12345", "a", "0" };
	static const char *const bad[] = { "",     "a b", "a/b",      "../x", "a.b",
					   "a%2F", "a\n", "\xc3\xa9", "a?b" };
	char id[MOVEMENT_ID_CHARS_MAX + 1], text[MOVEMENT_ID_CHARS_MAX + 2];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(hook_id_of_text(slice_of_text(good[i]), "", id));
		assert_string_equal(id, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(hook_id_of_text(slice_of_text(bad[i]), "", id));
	assert_false(hook_id_of_text(slice_of_text("tr_"), "tr_", id));
	assert_false(hook_id_of_text(slice_of_text("cst_1"), "tr_", id));
	memset(text, 'x', sizeof text);
	assert_true(hook_id_of_text(slice_of(text, MOVEMENT_ID_CHARS_MAX), "", id));
	assert_false(hook_id_of_text(slice_of(text, MOVEMENT_ID_CHARS_MAX + 1), "", id));
}

static void an_id_may_come_as_its_whole_object(void **state)
{
	struct json_want want = { .token = JSON_TOKEN_OBJECT };
	char id[MOVEMENT_ID_CHARS_MAX + 1];

	(void)state;
	want.text = slice_of_text("{\"object\":\"charge\",\"id\":\"ch_1\"}");
	assert_true(hook_id_of_want(&want, "ch_", id));
	assert_string_equal(id, "ch_1");
	want.text = slice_of_text("{\"object\":\"charge\"}");
	assert_false(hook_id_of_want(&want, "ch_", id));
	want.token = JSON_TOKEN_NULL;
	assert_false(hook_id_of_want(&want, "ch_", id));
}

static void decimals_are_read_exactly(void **state)
{
	static const struct {
		const char *text;
		unsigned places;
		int64_t n;
	} good[] = {
		{ "10.00", 2, 1000 },
		{ "10", 2, 1000 },
		{ "10.5", 2, 1050 },
		{ "0.01", 2, 1 },
		{ "-10.25", 2, -1025 },
		{ "-0.25", 2, -25 },
		{ "0", 2, 0 },
		{ "2.1000", 2, 210 },
		{ "2.1000", 4, 21000 },
		{ "2.5410", 4, 25410 },
		{ "45.0", 1, 450 },
		{ "45.0", 0, 45 },
		{ "1.1", 1, 11 },
		{ "0000012.30", 2, 1230 },
		/* A double would make 3 or 4 of the last digit. */
		{ "90071992547409.93", 2, INT64_C(9007199254740993) },
		{ "1000000000000000.00", 2, INT64_C(100000000000000000) },
	};
	static const char *const bad[] = { "",
					   ".5",
					   "5.",
					   "1.005",
					   "1,00",
					   " 1.00",
					   "1.00 ",
					   "+1.00",
					   "1e2",
					   "--1",
					   "-",
					   "1.0.0",
					   "0x10",
					   "1 000",
					   "NaN",
					   "99999999999999999999999",
					   "12345678901234567890.00" };
	int64_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		if (!hook_decimal_parse(slice_of_text(good[i].text), good[i].places, &n))
			fail_msg("'%s' is refused", good[i].text);
		if (n != good[i].n)
			fail_msg("'%s' is read as %lld", good[i].text, (long long)n);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (hook_decimal_parse(slice_of_text(bad[i]), 2, &n))
			fail_msg("'%s' is read as %lld", bad[i], (long long)n);
	assert_false(hook_decimal_parse(slice_of_text("45.05"), 1, &n));
}

static struct json_want want_of(enum json_token token, const char *text, int64_t integer)
{
	return (struct json_want){
		.token = token,
		.text = slice_of_text(text),
		.integer = integer,
	};
}

static void an_amount_has_the_type_that_its_provider_uses(void **state)
{
	struct json_want text = want_of(JSON_TOKEN_TEXT, "25.00", 0);
	struct json_want number = want_of(JSON_TOKEN_NUMBER, "25.00", 25);
	struct json_want integer = want_of(JSON_TOKEN_INTEGER, "2500", 2500);
	struct cents cents;

	(void)state;
	assert_true(hook_amount_of_decimal(&text, &cents));
	assert_int_equal(cents_value(cents), 2500);
	assert_false(hook_amount_of_decimal(&number, &cents));
	assert_false(hook_amount_of_decimal(&integer, &cents));
	assert_true(hook_amount_of_integer(&integer, &cents));
	assert_int_equal(cents_value(cents), 2500);
	assert_false(hook_amount_of_integer(&number, &cents));
	assert_false(hook_amount_of_integer(&text, &cents));
	text.text = slice_of_text("90071992547409.92"); /* 2^53 cents */
	assert_false(hook_amount_of_decimal(&text, &cents));
}

static void assert_parked(bool is_read, int64_t n, const char *currency,
			  const char *reason)
{
	struct movement movement = { .state = MOVEMENT_KNOWN };
	struct json_want want = want_of(JSON_TOKEN_TEXT, currency, 0);
	bool is_set = movement_set_amount(&movement, is_read, cents_of(n), &want);

	if (!reason) {
		assert_true(is_set);
		assert_int_equal(cents_value(movement.amount), n);
		return;
	}
	assert_false(is_set);
	assert_int_equal(movement.state, MOVEMENT_PARKED);
	assert_string_equal(movement.reason, reason);
	assert_int_equal(cents_value(movement.amount), 0);
}

static void an_amount_is_of_euros_and_above_zero(void **state)
{
	(void)state;
	assert_parked(true, 1, "EUR", NULL);
	assert_parked(true, 1, "eur", NULL);
	assert_parked(true, 1, "Eur", "its currency is not the euro");
	assert_parked(true, 1, "usd", "its currency is not the euro");
	assert_parked(true, 1, "", "its currency is not the euro");
	assert_parked(false, 0, "EUR", "its amount is no whole number of cents");
	assert_parked(true, 0, "EUR", "its amount is not above zero");
	assert_parked(true, -1, "EUR", "its amount is not above zero");
}

static void moments_are_read_in_every_form_that_is_sent(void **state)
{
	static const struct {
		const char *text;
		int64_t utc_s;
	} good[] = {
		{ "2023-12-25T10:30:54+00:00", 1703500254 },
		{ "2023-03-14T17:09:02.0Z", 1678813742 },
		{ "2024-06-07T14:11:15.7442115+02:00", 1717762275 },
		{ "2014-01-01T12:00:00.000Z", 1388577600 },
		{ "2015-05-18T15:45:13Z", 1431963913 },
		{ "2023-12-31T23:30:00-01:00", 1704069000 },
		{ "2023-12-31T23:30:00-0100", 1704069000 },
	};
	static const char *const bad[] = {
		"",
		"2023-12-25",
		"2023-12-25T10:30Z",
		"2023-12-25 10:30:54Z",
		"2023-12-25T10:30:54",
		"2023-12-25T10:30:54.Z",
		"2023-13-25T10:30:54Z",
		"2023-02-29T10:30:54Z",
		"2023-12-25T24:00:00Z",
		"2023-12-25T10:60:54Z",
		"2023-12-25T10:30:54z",
		"2023-12-25T10:30:54+01000",
		"2023-12-25T10:30:54ZZ",
		"0001-01-01T00:00:00+00:00",
		"2023-12-25T10:30:54+24:00",
		"2023-12-25T10:30:54+01:60",
	};
	int64_t utc_s;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(hook_moment_parse(slice_of_text(good[i].text), &utc_s));
		assert_int_equal(utc_s, good[i].utc_s);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (hook_moment_parse(slice_of_text(bad[i]), &utc_s))
			fail_msg("'%s' is read", bad[i]);
}

static void assert_day(struct json_want want, const char *day)
{
	char text[DATE_TEXT_BYTES];
	struct date date;

	assert_int_equal(hook_date_of_want(&want, &date), day != NULL);
	if (!day)
		return;
	date_format(date, text);
	assert_string_equal(text, day);
}

static void a_day_is_the_day_in_paris(void **state)
{
	(void)state;
	assert_day(want_of(JSON_TOKEN_TEXT, "2027-01-14T23:30:00Z", 0), "2027-01-15");
	assert_day(want_of(JSON_TOKEN_TEXT, "2027-07-14T21:59:59Z", 0), "2027-07-14");
	assert_day(want_of(JSON_TOKEN_TEXT, "2027-07-14T22:00:00Z", 0), "2027-07-15");
	assert_day(want_of(JSON_TOKEN_TEXT, "2014-05-21", 0), "2014-05-21");
	assert_day(want_of(JSON_TOKEN_TEXT, "2014-05-32", 0), NULL);
	assert_day(want_of(JSON_TOKEN_INTEGER, "1648320032", 1648320032), "2022-03-26");
	assert_day(want_of(JSON_TOKEN_INTEGER, "-1", -1), NULL);
	assert_day(want_of(JSON_TOKEN_INTEGER, "1648320032000", 1648320032000), NULL);
	assert_day(want_of(JSON_TOKEN_NULL, "null", 0), NULL);
	assert_day(want_of(JSON_TOKEN_END, "", 0), NULL);
}

/* ---- gateway/movement.c ---- */

static void a_movement_has_one_key(void **state)
{
	struct movement movement = { .kind = MOVEMENT_CHARGEBACK_REVERSED,
				     .object = "dp_1",
				     .parent = "ch_1",
				     .event = "evt_1" };
	char key[MOVEMENT_KEY_CHARS_MAX + 1];

	(void)state;
	movement.amount = cents_of(2500);
	movement_key("stripe", &movement, key);
	assert_string_equal(key, "stripe chargeback-reversed dp_1");
	movement.is_cumulative = true;
	movement_key("mollie-classic", &movement, key);
	assert_string_equal(key, "mollie-classic chargeback-reversed dp_1 2500");
	memset(movement.object, 'x', MOVEMENT_ID_CHARS_MAX);
	movement_key("mollie-classic", &movement, key);
	assert_int_equal(strlen(key), 14 + 1 + 19 + 1 + MOVEMENT_ID_CHARS_MAX + 5);
}

static void kinds_have_names(void **state)
{
	enum movement_kind back;

	(void)state;
	for (int kind = 0; kind < MOVEMENT__COUNT; kind++) {
		const char *name = movement_kind_name((enum movement_kind)kind);

		assert_int_equal(movement_kind_parse(name, &back), ERR_OK);
		assert_int_equal(back, kind);
	}
	assert_int_equal(movement_kind_parse("gift", &back), ERR_NOT_FOUND);
}

static void of_a_total_the_rest_is_booked(void **state)
{
	struct movement total = { .kind = MOVEMENT_REFUND,
				  .object = "tr_1",
				  .is_cumulative = true };
	struct movement rest;

	(void)state;
	total.amount = cents_of(1000);
	assert_int_equal(movement_difference(&total, cents_of(300), &rest, &fault),
			 ERR_OK);
	assert_int_equal(cents_value(rest.amount), 700);
	assert_string_equal(rest.object, "tr_1");
	assert_int_equal(movement_difference(&total, cents_of(1000), &rest, &fault),
			 ERR_NOT_FOUND);
	assert_int_equal(movement_difference(&total, cents_of(1001), &rest, &fault),
			 ERR_RULE);
	assert_string_equal(fault.text,
			    "more was booked than the provider says has moved");
}

static void a_delivery_tells_so_many_movements(void **state)
{
	struct movement movement = { .kind = MOVEMENT_DONATION };
	struct movements movements;

	(void)state;
	movements_init(&movements);
	for (size_t i = 0; i < MOVEMENTS_MAX; i++)
		assert_int_equal(movements_put(&movements, &movement, &fault), ERR_OK);
	assert_int_equal(movements_put(&movements, &movement, &fault), ERR_TOO_BIG);
	assert_string_equal(fault.text, "a delivery tells more than 1024 movements");
	assert_int_equal(movements.count, MOVEMENTS_MAX);
	movements_release(&movements);
	assert_int_equal(movements.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_picked_by_its_path),
		cmocka_unit_test(what_comes_twice_is_refused),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(each_object_of_a_list_is_given),
		cmocka_unit_test(ids_are_fit_for_a_path),
		cmocka_unit_test(an_id_may_come_as_its_whole_object),
		cmocka_unit_test(decimals_are_read_exactly),
		cmocka_unit_test(an_amount_has_the_type_that_its_provider_uses),
		cmocka_unit_test(an_amount_is_of_euros_and_above_zero),
		cmocka_unit_test(moments_are_read_in_every_form_that_is_sent),
		cmocka_unit_test(a_day_is_the_day_in_paris),
		cmocka_unit_test(a_movement_has_one_key),
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(of_a_total_the_rest_is_booked),
		cmocka_unit_test(a_delivery_tells_so_many_movements),
	};

	return cmocka_run_group_tests_name("hook_value", tests, NULL, NULL);
}
