/*
 * test_hook_list.c - what providers' lists tell, for reconciling:
 * gateway/hook_stripe_list.c, gateway/hook_mollie_list.c, gateway/hook_paypal_list.c, and
 * those of gateway/hook_gocardless.c and gateway/hook_helloasso.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/hook_rig.h"

static struct hook_rig rig;
static char cursor[HOOK_CURSOR_CHARS_MAX + 1];

static void begin(const char *adapter)
{
	hook_rig_release(&rig);
	hook_rig_init(&rig, adapter, HOOK_LIVE);
}

static struct date day(const char *text)
{
	struct date date;

	assert_int_equal(date_parse(text, &date), ERR_OK);
	return date;
}

/* Of 14 to 16 January. */
static void path_is(const char *from_cursor, const char *wanted)
{
	char path[HOOK_LIST_PATH_CHARS_MAX + 1];
	struct fault fault;

	assert_int_equal(rig.endpoint.adapter->list_path(&rig.endpoint, day("2027-01-14"),
							 day("2027-01-16"), from_cursor,
							 path, &fault),
			 ERR_OK);
	assert_string_equal(path, wanted);
}

static void list_tells(const char *body, const char *lines, const char *next)
{
	hook_rig_list(&rig, slice_of_text(body), cursor);
	hook_rig_told(&rig, lines);
	assert_string_equal(cursor, next);
}

#define TXN(id, category, source, amount, fee)                                           \
	"{\"id\":\"" id                                                                  \
	"\",\"object\":\"balance_transaction\",\"reporting_category\":\"" category       \
	"\",\"source\":\"" source "\",\"amount\":" amount ",\"fee\":" fee                \
	",\"currency\":\"eur\",\"created\":1800000000,\"type\":\"adjustment\"}"

static void stripe_lists_its_balance_transactions(void **state)
{
	(void)state;
	begin("stripe");
	path_is("", "/v1/balance_transactions?limit=100&created[gte]=1799877600"
		    "&created[lt]=1800144000");
	path_is("txn_9", "/v1/balance_transactions?limit=100&created[gte]=1799877600"
			 "&created[lt]=1800144000&starting_after=txn_9");
	list_tells(
		"{\"object\":\"list\",\"has_more\":true,\"data\":[" TXN("txn_1", "charge", "ch_1", "2500", "63") "," TXN(
			"txn_2", "refund", "re_1", "-500",
			"0") "," TXN("txn_3", "refund_failure", "re_1", "500",
				     "0") "," TXN("txn_4", "dispute", "dp_1", "-2500",
						  "1500") "," TXN("txn_5",
								  "dispute_reversal",
								  "dp_1", "2500",
								  "0") "," TXN("txn_6",
									       "payout",
									       "po_1",
									       "-2437",
									       "0") "," TXN("txn_7",
											    "payout_reversal",
											    "po_1",
											    "2437",
											    "0") "," TXN("txn_8",
													 "charge_failure",
													 "py_1",
													 "-900",
													 "0") "," TXN("txn_9",
														      "topup",
														      "tu_1",
														      "100",
														      "0") "]}",
		"donation ch_1 - 25.00 2027-01-15\n"
		"fee txn_1 ch_1 0.63 2027-01-15\n"
		"refund re_1 - 5.00 2027-01-15\n"
		"refund-failed re_1 - 5.00 2027-01-15\n"
		"chargeback dp_1 - 25.00 2027-01-15\n"
		"fee txn_4 - 15.00 2027-01-15\n"
		"chargeback-reversed dp_1 - 25.00 2027-01-15\n"
		"payout po_1 - 24.37 2027-01-15\n"
		"payout-failed po_1 - 24.37 2027-01-15\n"
		"late-failure py_1 - 9.00 2027-01-15\n"
		"unknown 1\n",
		"txn_9");
	list_tells("{\"object\":\"list\",\"has_more\":false,\"data\":[" TXN(
			   "txn_1", "charge", "ch_1", "-2500",
			   "0") "," TXN("txn_2", "refund", "ch_1", "-500", "0") "]}",
		   "donation ch_1 - ! its amount is not above zero\n"
		   "refund - - ! a balance transaction is of nothing known\n",
		   "");
	list_tells("{\"error\":{}}",
		   "invalid: JSON at line 1, column 1: a value is wanted\n", "");
}

#define EVENT(n, type, action, links)                                                    \
	"{\"id\":\"EV" #n "\",\"created_at\":\"2027-01-14T23:30:00.000Z\","              \
	"\"resource_type\":\"" type "\",\"action\":\"" action "\",\"links\":{" links     \
	"}}"

static void gocardless_lists_its_events(void **state)
{
	(void)state;
	begin("gocardless");
	path_is("", "/events?limit=500&created_at[gte]=2027-01-13T22:00:00Z"
		    "&created_at[lte]=2027-01-16T23:59:59Z");
	path_is("EV2", "/events?limit=500&created_at[gte]=2027-01-13T22:00:00Z"
		       "&created_at[lte]=2027-01-16T23:59:59Z&after=EV2");
	list_tells(
		"{\"events\":[" EVENT(
			1, "payments", "confirmed",
			"\"payment\":\"PM1\"") "," EVENT(2, "mandates", "cancelled",
							 "\"mandate\":\"MD1\"") "],"
										"\"meta\""
										":{"
										"\"cursor"
										"s\":{"
										"\"before"
										"\":null,"
										"\"after"
										"\":"
										"\"EV2\"}"
										",\"limit"
										"\":500}"
										"}",
		"donation PM1 - GET /payments/PM1\n"
		"mandate-ended MD1 - 0.00 2027-01-15\n",
		"EV2");
	list_tells("{\"events\":[],\"meta\":{\"cursors\":{\"after\":null}}}", "", "");
	list_tells("{\"events\":[],\"meta\":{\"cursors\":{\"after\":\"&x=1\"}}}",
		   "invalid: the list does not say where its next page begins\n", "");
}

#define BALTR(id, type, value, fee, context)                                             \
	"{\"resource\":\"balance_transaction\",\"id\":\"" id "\",\"type\":\"" type       \
	"\",\"createdAt\":\"2027-01-15T09:00:00Z\",\"initialAmount\":{\"currency\":"     \
	"\"EUR\",\"value\":\"" value "\"},\"deductions\":" fee ",\"context\":{" context  \
	"}}"
#define KEPT(value) "{\"currency\":\"EUR\",\"value\":\"" value "\"}"
#define TR          "\"paymentId\":\"tr_1\""

static void mollie_lists_its_balances_transactions(void **state)
{
	const char *body = "{\"_embedded\":{\"balance_transactions\":[" BALTR(
		"baltr_1", "payment", "20.00", KEPT("-0.29"),
		TR) "," BALTR("baltr_2", "refund", "-5.00", KEPT("-0.25"),
			      TR
			      ",\"refundId\":\"re_1\"") "," BALTR("baltr_3", "chargeback",
								  "-20.00", "null",
								  TR
								  ",\"chargebackId\":"
								  "\"chb_1\"") "," BALTR("baltr"
											 "_4",
											 "outgo"
											 "ing-"
											 "trans"
											 "fer",
											 "-14."
											 "46",
											 "null",
											 "\"set"
											 "tleme"
											 "ntId"
											 "\":"
											 "\"stl"
											 "_1\"") "," BALTR("baltr_5",
													   "invoice-compensation",
													   "1.00",
													   "null",
													   "") "]},"
													       "\"_links\":{\"next\":{\"href\":\"https://api.mollie.com/v2/balances/bal_1/"
													       "transactions?from=baltr_6&limit=250\"}}}";

	(void)state;
	begin("mollie");
	path_is("", "/v2/balances/primary/transactions?limit=250");
	path_is("baltr_6", "/v2/balances/primary/transactions?limit=250&from=baltr_6");
	list_tells(body,
		   "donation tr_1 - 20.00 2027-01-15\n"
		   "fee baltr_1 tr_1 0.29 2027-01-15\n"
		   "refund re_1 tr_1 5.00 2027-01-15\n"
		   "fee baltr_2 tr_1 0.25 2027-01-15\n"
		   "chargeback chb_1 tr_1 20.00 2027-01-15\n"
		   "payout stl_1 - 14.46 2027-01-15\n"
		   "unknown 1\n",
		   "baltr_6");
	begin("mollie-classic");
	list_tells(body,
		   "donation tr_1 - 20.00 2027-01-15\n"
		   "refund re_1 tr_1 5.00 2027-01-15\n"
		   "chargeback chb_1 tr_1 20.00 2027-01-15\n"
		   "payout stl_1 - 14.46 2027-01-15\n"
		   "unknown 1\n",
		   "baltr_6");
	list_tells("{\"_embedded\":{\"balance_transactions\":[]},\"_links\":{\"next\":"
		   "null}}",
		   "", "");
	list_tells("{\"_embedded\":{\"balance_transactions\":[]},\"_links\":{\"next\":{"
		   "\"href\":\"https://api.mollie.com/?limit=1\"}}}",
		   "invalid: the list does not say where its next page begins\n", "");
}

static void helloasso_lists_its_payments(void **state)
{
	char path[HOOK_LIST_PATH_CHARS_MAX + 1];
	struct fault fault;

	(void)state;
	begin("helloasso");
	assert_int_equal(rig.endpoint.adapter->list_path(&rig.endpoint, day("2027-01-14"),
							 day("2027-01-16"), "", path,
							 &fault),
			 ERR_USAGE);
	assert_string_equal(fault.text, "hook 'rig' needs the association's account");
	rig.endpoint.account = "../me";
	assert_int_equal(rig.endpoint.adapter->list_path(&rig.endpoint, day("2027-01-14"),
							 day("2027-01-16"), "", path,
							 &fault),
			 ERR_USAGE);
	rig.endpoint.account = "fondation-93";
	path_is("",
		"/v5/organizations/fondation-93/payments?from=2027-01-14&to=2027-01-17"
		"&pageSize=100");
	path_is("MjA%3D", "/v5/organizations/fondation-93/payments?from=2027-01-14"
			  "&to=2027-01-17&pageSize=100&continuationToken=MjA%3D");
	list_tells(
		"{\"data\":[{\"id\":7,\"date\":\"2027-01-15T10:00:00+01:00\",\"amount\":"
		"2000,\"state\":\"Contested\",\"items\":[{\"type\":\"Donation\","
		"\"shareAmount\":2000}]},{\"id\":8,\"state\":\"Refused\"}],"
		"\"pagination\":{"
		"\"continuationToken\":\"Mj+A/=\"}}",
		"donation 7 - 20.00 2027-01-15\n"
		"chargeback 7 7 20.00 2027-01-15\n"
		"ignored 1\n",
		"Mj%2BA%2F%3D");
	/* A token is given even where nothing follows. */
	list_tells("{\"data\":[],\"pagination\":{\"continuationToken\":\"MjA=\"}}", "",
		   "");
}

#define T(id, code, reference, value, fee)                                               \
	"{\"transaction_info\":{\"transaction_id\":\"" id                                \
	"\",\"paypal_reference_id\":" reference ",\"transaction_event_code\":\"" code    \
	"\",\"transaction_initiation_date\":\"2027-01-14T23:30:00+0000\","               \
	"\"transaction_amount\":{\"currency_code\":\"EUR\",\"value\":\"" value           \
	"\"},\"fee_amount\":" fee "}}"
#define FEE(value) "{\"currency_code\":\"EUR\",\"value\":\"" value "\"}"

static void paypal_lists_its_transactions(void **state)
{
	char path[HOOK_LIST_PATH_CHARS_MAX + 1];
	struct fault fault;

	(void)state;
	begin("paypal");
	path_is("", "/v1/reporting/transactions?start_date=2027-01-14T00:00:00Z"
		    "&end_date=2027-01-16T23:59:59Z&fields=transaction_info&page_size=100"
		    "&page=1");
	path_is("2",
		"/v1/reporting/transactions?start_date=2027-01-14T00:00:00Z"
		"&end_date=2027-01-16T23:59:59Z&fields=transaction_info&page_size=100"
		"&page=2");
	assert_int_equal(rig.endpoint.adapter->list_path(&rig.endpoint, day("2027-01-01"),
							 day("2027-02-01"), "", path,
							 &fault),
			 ERR_INVALID);
	assert_string_equal(fault.text, "PayPal lists 31 days at a time at most");
	list_tells(
		"{\"transaction_details\":[" T("4X", "T0006", "null", "25.00", FEE("-0.78")) "," T(
			"3T", "T1107", "\"4X\"", "-10.00",
			"null") "," T("5R", "T1106", "\"4X\"", "-15.00",
				      "null") "," T("6C", "T1202", "\"4X\"", "15.00",
						    "null") "," T("7W", "T0400", "null",
								  "-100.00",
								  "null") "," T("8H",
										"T1110",
										"\"4X\"",
										"-15.00",
										"null") "],"
											"\"page\":1,\"total_pages\":2}",
		"donation 4X - 25.00 2027-01-15\n"
		"fee 4X 4X 0.78 2027-01-15\n"
		"refund 3T 4X 10.00 2027-01-15\n"
		"chargeback 4X 4X 15.00 2027-01-15\n"
		"chargeback-reversed 4X 4X 15.00 2027-01-15\n"
		"payout 7W - 100.00 2027-01-15\n"
		"unknown 1\n",
		"2");
	list_tells(
		"{\"transaction_details\":[" T("3T", "T1201", "null", "-10.00",
					       "null") "],\"page\":2,\"total_pages\":2}",
		"chargeback - - ! a transaction has no id that is known\n", "");
	/* What we pay to others is no donation. */
	list_tells(
		"{\"transaction_details\":[" T("4X", "T0001", "null", "-25.00",
					       "null") "],\"page\":1,\"total_pages\":1}",
		"donation 4X - ! its amount is not above zero\n", "");
	list_tells("{\"transaction_details\":[]}",
		   "invalid: the list does not say its pages\n", "");
}

/* ---- telling again ---- */

static struct movement missed_of(enum movement_kind kind, const char *object,
				 const char *parent)
{
	struct movement missed = { .kind = kind, .date = day("2027-01-15") };

	(void)snprintf(missed.object, sizeof missed.object, "%s", object);
	(void)snprintf(missed.parent, sizeof missed.parent, "%s", parent);
	return missed;
}

/* What is told again reads as if it had been posted; fetched is what was at the path. */
static void retells(const struct movement *missed, const char *path, const char *fetched,
		    const char *lines)
{
	const struct hook_adapter *adapter = rig.endpoint.adapter;
	char found[MOVEMENT_PATH_CHARS_MAX + 1] = "";
	struct buffer body;
	struct fault fault = { .err = ERR_OK };

	buffer_init(&body, HOOK_BODY_BYTES_MAX);
	if (adapter->retell_path)
		assert_int_equal(adapter->retell_path(missed, found, &fault), ERR_OK);
	assert_string_equal(found, path);
	assert_int_equal(adapter->retell(&rig.endpoint, missed, slice_of_text(fetched),
					 &body, &fault),
			 ERR_OK);
	hook_rig_read(&rig, buffer_slice(&body));
	hook_rig_told(&rig, lines);
	buffer_release(&body);
}

static void retells_not(const struct movement *missed, const char *fetched, enum err err)
{
	struct buffer body;
	struct fault fault = { .err = ERR_OK };

	buffer_init(&body, HOOK_BODY_BYTES_MAX);
	assert_int_equal(rig.endpoint.adapter->retell(&rig.endpoint, missed,
						      slice_of_text(fetched), &body,
						      &fault),
			 err);
	buffer_release(&body);
}

static void stripe_tells_again_what_was_listed(void **state)
{
	struct movement missed = missed_of(MOVEMENT_FEE, "txn_1", "ch_1");
	const char *charge =
		"{\"id\":\"ch_1\",\"amount\":2500,\"currency\":\"eur\",\"created\":"
		"1800000000,\"status\":\"succeeded\",\"captured\":true,"
		"\"balance_transaction\":\"txn_1\"}";

	(void)state;
	begin("stripe");
	retells(&missed, "/v1/charges/ch_1", charge,
		"donation ch_1 - 25.00 2027-01-15\n"
		"fee txn_1 ch_1 GET /v1/balance_transactions/txn_1\n");
	missed = missed_of(MOVEMENT_PAYOUT, "po_1", "");
	retells(&missed, "/v1/payouts/po_1",
		"{\"id\":\"po_1\",\"amount\":100,\"currency\":\"eur\",\"arrival_date\":"
		"1800000000}",
		"payout po_1 - 1.00 2027-01-15\n");
	retells_not(&missed, charge, ERR_INVALID); /* another object */
	missed = missed_of(MOVEMENT_LATE_FAILURE, "py_1", "");
	retells_not(&missed, charge, ERR_NOT_FOUND);
	missed = missed_of(MOVEMENT_FEE, "txn_1", "");
	retells_not(&missed, charge, ERR_NOT_FOUND);
}

/* What is never trusted is only named again. */
static void others_tell_again_what_is_then_fetched(void **state)
{
	struct movement donation = missed_of(MOVEMENT_DONATION, "PM1", "");
	struct movement fee = missed_of(MOVEMENT_FEE, "PO1", "");
	struct movement refund = missed_of(MOVEMENT_REFUND, "9", "7");
	struct movement mollie = missed_of(MOVEMENT_REFUND, "re_1", "tr_1");
	struct movement payout = missed_of(MOVEMENT_PAYOUT, "7W", "");

	(void)state;
	begin("gocardless");
	retells(&donation, "", "", "donation PM1 - GET /payments/PM1\n");
	retells(&fee, "", "", "payout PO1 - GET /payouts/PO1\n");
	begin("helloasso");
	retells(&refund, "", "", "donation 7 - GET /v5/payments/7\n");
	retells_not(&donation, "", ERR_NOT_FOUND);
	begin("mollie-classic");
	retells(&mollie, "", "",
		"donation tr_1 - GET /v2/payments/tr_1?embed=refunds,chargebacks\n");
	retells_not(&payout, "", ERR_NOT_FOUND);
	begin("paypal");
	retells(&payout, "", "",
		"payout 7W - GET /v1/reporting/transactions?transaction_id=7W&start_date="
		"2027-01-14T00:00:00Z&end_date=2027-01-16T23:59:59Z&fields="
		"transaction_info\n");
	hook_rig_fetched_tells(&rig, 0,
			       "{\"transaction_details\":[" T(
				       "7W", "T0400", "null", "-100.00",
				       "null") "," T("8X", "T0400", "null", "-1.00",
						     "null") "],\"page\":1,"
							     "\"total_pages\":1}",
			       "payout 7W - 100.00 2027-01-15\n");
}

static void anybody_else_has_no_list(void **state)
{
	(void)state;
	assert_null(hook_adapter_find("standard")->list_path);
	assert_null(hook_adapter_find("svix")->list_path);
}

static int end(void **state)
{
	(void)state;
	hook_rig_release(&rig);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stripe_lists_its_balance_transactions),
		cmocka_unit_test(gocardless_lists_its_events),
		cmocka_unit_test(mollie_lists_its_balances_transactions),
		cmocka_unit_test(helloasso_lists_its_payments),
		cmocka_unit_test(paypal_lists_its_transactions),
		cmocka_unit_test(stripe_tells_again_what_was_listed),
		cmocka_unit_test(others_tell_again_what_is_then_fetched),
		cmocka_unit_test(anybody_else_has_no_list),
	};

	return cmocka_run_group_tests_name("hook_list", tests, NULL, end);
}
