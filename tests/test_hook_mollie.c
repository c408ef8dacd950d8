/*
 * test_hook_mollie.c - what Mollie's calls and objects tell: gateway/hook_mollie.c,
 * gateway/hook_mollie_object.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/hook_rig.h"

static struct hook_rig rig;

static int begin(void **state)
{
	(void)state;
	hook_rig_init(&rig, "mollie", HOOK_LIVE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hook_rig_release(&rig);
	return 0;
}

static void use_classic(void)
{
	rig.endpoint.adapter = hook_adapter_find("mollie-classic");
}

static void read_event(const char *type, const char *entity)
{
	char body[512];

	snprintf(
		body, sizeof body,
		"{\"resource\":\"event\",\"id\":\"event_1\",\"type\":\"%s\",\"entityId\":"
		"\"%s\",\"createdAt\":\"2027-01-15T07:59:58.0Z\"}",
		type, entity);
	hook_rig_read(&rig, slice_of_text(body));
}

static void every_event_says_what_to_fetch(void **state)
{
	static const struct {
		const char *type;
		const char *entity;
		const char *lines;
	} cases[] = {
		{ "payment.paid", "tr_1",
		  "donation tr_1 - GET /v2/payments/tr_1?embed=refunds,chargebacks\n" },
		{ "payment.failed", "tr_1", "ignored 1\n" },
		{ "refund.refunded", "re_1",
		  "refund re_1 - GET /v2/refunds?from=re_1&limit=1\n" },
		{ "refund.failed", "re_1",
		  "refund-failed re_1 - GET /v2/refunds?from=re_1&limit=1 if-booked\n" },
		{ "chargeback.received", "chb_1",
		  "chargeback chb_1 - GET /v2/chargebacks?from=chb_1&limit=1\n" },
		{ "chargeback.reversed", "chb_1",
		  "chargeback-reversed chb_1 - GET "
		  "/v2/chargebacks?from=chb_1&limit=1\n" },
		{ "balance-transaction.created", "baltr_1",
		  "fee baltr_1 - GET "
		  "/v2/balances/primary/transactions?from=baltr_1&limit=1\n" },
		{ "payout.completed", "po_1", "payout po_1 - GET /v2/payouts/po_1\n" },
		{ "payout.completed", "payout_1",
		  "payout payout_1 - GET /v2/payouts/payout_1\n" },
		{ "payout.failed", "po_1",
		  "payout-failed po_1 - GET /v2/payouts/po_1 if-booked\n" },
		{ "payout.initiated", "po_1", "ignored 1\n" },
		{ "payment-link.paid", "pl_1", "ignored 1\n" },
		{ "profile.verified", "pfl_1", "unknown 1\n" },
		{ "payment.paid", "tr_1/../me",
		  "donation - - ! the event's entity has no id that is known\n" },
		{ "payment.paid", "re_1",
		  "donation - - ! the event's entity has no id that is known\n" },
		{ "refund.refunded", "re_1&limit=250",
		  "refund - - ! the event's entity has no id that is known\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		read_event(cases[i].type, cases[i].entity);
		hook_rig_told(&rig, cases[i].lines);
	}
	hook_rig_tells(&rig, "{\"resource\":\"payment\",\"id\":\"tr_1\"}",
		       "invalid: the body is no event of Mollie's\n");
}

static void the_older_kind_says_only_which_payment(void **state)
{
	(void)state;
	use_classic();
	hook_rig_tells(
		&rig, "id=tr_1",
		"donation tr_1 - GET /v2/payments/tr_1?embed=refunds,chargebacks\n");
	hook_rig_tells(
		&rig, "id=tr%5F1",
		"donation tr_1 - GET /v2/payments/tr_1?embed=refunds,chargebacks\n");
	hook_rig_tells(&rig, "id=tr_x%2F..%2Fme",
		       "invalid: the form has not one id of a payment\n");
}

/* What a payment tells that was fetched for the older kind's call. */
static void payment_tells(const char *more, const char *lines)
{
	char body[4096];

	use_classic();
	hook_rig_read(&rig, slice_of_text("id=tr_1"));
	snprintf(body, sizeof body,
		 "{\"resource\":\"payment\",\"id\":\"tr_1\",\"mode\":\"live\","
		 "\"createdAt\":"
		 "\"2027-01-14T10:00:00+00:00\",\"paidAt\":\"2027-01-14T23:30:00+00:00\","
		 "\"details\":{\"consumerName\":\"Hugo Dubois\"},%s}",
		 more);
	hook_rig_fetched_tells(&rig, 0, body, lines);
}

#define AMOUNT(value) "{\"value\":\"" value "\",\"currency\":\"EUR\"}"
#define PAID          "\"status\":\"paid\",\"amount\":" AMOUNT("20.00")

static void a_payment_is_a_donation_once_it_is_paid(void **state)
{
	(void)state;
	payment_tells(PAID, "donation tr_1 - 20.00 2027-01-15\n");
	payment_tells("\"status\":\"open\",\"amount\":" AMOUNT("20.00"), "ignored 1\n");
	payment_tells("\"status\":\"failed\",\"amount\":" AMOUNT("20.00"), "ignored 1\n");
	payment_tells("\"status\":\"paid\",\"amount\":{\"value\":\"20.00\",\"currency\":"
		      "\"USD\"}",
		      "donation tr_1 - ! its currency is not the euro\n");
	payment_tells("\"status\":\"paid\",\"amount\":" AMOUNT("20.005"),
		      "donation tr_1 - ! its amount is no whole number of cents\n");
	payment_tells("\"status\":\"paid\",\"amount\":{\"value\":20.00,\"currency\":"
		      "\"EUR\"}",
		      "donation tr_1 - ! its amount is no whole number of cents\n");
	rig.endpoint.environment = HOOK_SANDBOX;
	payment_tells(PAID, "donation tr_1 - ! it is of the other environment (mode)\n");
}

/* Each by its own id, however often the same call comes. */
static void what_was_given_back_is_told_one_by_one(void **state)
{
	(void)state;
	payment_tells(
		PAID
		",\"amountRefunded\":" AMOUNT("7.50") ",\"amountChargedBack\":" AMOUNT(
			"20.00") ",\"_embedded\":{\"refunds\":["
				 "{\"resource\":\"refund\",\"id\":\"re_1\",\"status\":"
				 "\"refunded\",\"paymentId\":\"tr_1\",\"createdAt\":"
				 "\"2027-02-01T09:00:00Z\",\"amount\":" AMOUNT(
					 "5.00") "},"
						 "{\"resource\":\"refund\",\"id\":\"re_"
						 "2\",\"status\":"
						 "\"queued\",\"paymentId\":\"tr_1\","
						 "\"createdAt\":"
						 "\"2027-02-02T09:00:00Z\","
						 "\"amount\":" AMOUNT(
							 "2.50") "},"
								 "{\"resource\":"
								 "\"refund\",\"id\":\"re_"
								 "3\",\"status\":"
								 "\"failed\","
								 "\"paymentId\":\"tr_1\","
								 "\"createdAt\":"
								 "\"2027-02-02T09:00:"
								 "00Z\","
								 "\"amount\":" AMOUNT(
									 "1.00") "}],"
										 "\"charg"
										 "ebacks"
										 "\":[{"
										 "\"resou"
										 "rce\":"
										 "\"charg"
										 "eback\""
										 ",\"id\""
										 ":"
										 "\"chb_"
										 "1\","
										 "\"payme"
										 "ntId\":"
										 "\"tr_"
										 "1\","
										 "\"creat"
										 "edAt\":"
										 "\"2027-"
										 "02-"
										 "03T09:"
										 "00:"
										 "00Z\","
										 "\"amoun"
										 "t\""
										 ":" AMOUNT(
											 "20.00") ","
												  "\"reversedAt\":\"2027-02-09T09:00:00Z\"}]}",
		"donation tr_1 - 20.00 2027-01-15\n"
		"refund re_1 tr_1 5.00 2027-02-01\n"
		"refund-failed re_3 tr_1 1.00 2027-02-02 if-booked\n"
		"chargeback chb_1 tr_1 20.00 2027-02-03\n"
		"chargeback-reversed chb_1 tr_1 20.00 2027-02-09\n"
		"ignored 1\n");
	payment_tells(PAID ",\"amountRefunded\":" AMOUNT("0.00") ",\"_embedded\":{"
								 "\"refunds\":[],"
								 "\"chargebacks\":[]}",
		      "donation tr_1 - 20.00 2027-01-15\n");
}

static void without_the_lists_the_totals_tell(void **state)
{
	struct movement rest;
	struct fault fault;

	(void)state;
	payment_tells(PAID ",\"amountRefunded\":" AMOUNT("0.00"),
		      "donation tr_1 - 20.00 2027-01-15\n");
	payment_tells(PAID ",\"amountRefunded\":" AMOUNT(
			      "7.50") ",\"amountChargedBack\":" AMOUNT("12.50"),
		      "donation tr_1 - 20.00 2027-01-15\n"
		      "refund tr_1 tr_1 7.50 2027-01-15 total\n"
		      "chargeback tr_1 tr_1 12.50 2027-01-15 total\n");
	assert_int_equal(
		movement_difference(&rig.movements.item[1], cents_of(500), &rest, &fault),
		ERR_OK);
	assert_int_equal(cents_value(rest.amount), 250);
	payment_tells(
		PAID ",\"amountRefunded\":" AMOUNT("7.505"),
		"donation tr_1 - 20.00 2027-01-15\n"
		"refund tr_1 tr_1 ! its amount is no whole number of cents total\n");
}

static void fetched(const char *type, const char *entity, const char *body,
		    const char *lines)
{
	read_event(type, entity);
	hook_rig_fetched_tells(&rig, 0, body, lines);
}

#define ONE(list, object) "{\"count\":1,\"_embedded\":{\"" list "\":[" object "]}}"
#define RE_1                                                                             \
	"{\"resource\":\"refund\",\"id\":\"re_1\",\"status\":\"refunded\","              \
	"\"paymentId\":"                                                                 \
	"\"tr_1\",\"createdAt\":\"2027-02-01T09:00:00Z\",\"amount\":" AMOUNT("5.95") "}"

static void a_list_is_read_for_the_one_that_is_meant(void **state)
{
	(void)state;
	fetched("refund.refunded", "re_1", ONE("refunds", RE_1),
		"refund re_1 tr_1 5.95 2027-02-01\n");
	fetched("refund.refunded", "re_1", RE_1, "refund re_1 tr_1 5.95 2027-02-01\n");
	fetched("refund.refunded", "re_2", ONE("refunds", RE_1),
		"invalid: what was fetched is not what was asked for\n");
	fetched("refund.refunded", "re_1", ONE("refunds", ""),
		"invalid: what was fetched is not what was asked for\n");
	fetched("refund.refunded", "re_2", RE_1,
		"invalid: what was fetched is not what was asked for\n");
	fetched("refund.refunded", "re_1", "{\"status\":404,\"title\":\"Not Found\"}",
		"invalid: what was fetched is not what was asked for\n");
	fetched("chargeback.received", "chb_1",
		ONE("chargebacks",
		    "{\"resource\":\"chargeback\",\"id\":\"chb_1\",\"amount\":{"
		    "\"currency\":"
		    "\"USD\",\"value\":\"43.38\"},\"settlementAmount\":{\"currency\":"
		    "\"EUR\","
		    "\"value\":\"-35.07\"},\"paymentId\":\"tr_1\",\"createdAt\":"
		    "\"2027-03-14T17:09:02.0Z\",\"reversedAt\":null}"),
		"chargeback chb_1 tr_1 ! its currency is not the euro\n");
}

#define BALTR(deductions)                                                                \
	ONE("balance_transactions",                                                      \
	    "{\"resource\":\"balance_transaction\",\"id\":\"baltr_1\",\"type\":"         \
	    "\"payment\","                                                               \
	    "\"createdAt\":\"2027-01-15T09:00:00Z\",\"deductions\":" deductions          \
	    ",\"context\":{\"paymentId\":\"tr_1\"}}")

static void a_fee_is_what_a_balance_transaction_deducts(void **state)
{
	(void)state;
	fetched("balance-transaction.created", "baltr_1", BALTR(AMOUNT("-0.25")),
		"fee baltr_1 tr_1 0.25 2027-01-15\n");
	fetched("balance-transaction.created", "baltr_1", BALTR("null"), "ignored 1\n");
	fetched("balance-transaction.created", "baltr_1", BALTR(AMOUNT("0.00")),
		"ignored 1\n");
	fetched("balance-transaction.created", "baltr_1", BALTR(AMOUNT("0.25")),
		"fee baltr_1 tr_1 ! the provider gives a fee back\n");
	fetched("balance-transaction.created", "baltr_1", BALTR(AMOUNT("-0.255")),
		"fee baltr_1 tr_1 ! its amount is no whole number of cents\n");
}

static void a_payout_is_one_when_it_is_completed(void **state)
{
	(void)state;
	fetched("payout.completed", "po_1",
		"{\"resource\":\"payout\",\"id\":\"po_1\",\"status\":\"completed\","
		"\"amount\":" AMOUNT("100.00") ",\"createdAt\":\"2027-01-15T09:00:00Z\"}",
		"payout po_1 - 100.00 2027-01-15\n");
	fetched("payout.completed", "po_1",
		"{\"resource\":\"payout\",\"id\":\"po_1\",\"status\":\"failed\","
		"\"amount\":" AMOUNT("100.00") ",\"createdAt\":\"2027-01-15T09:00:00Z\"}",
		"payout-failed po_1 - 100.00 2027-01-15 if-booked\n");
}

/* ---- settlements ---- */

#define ROW(gross)            "{\"amountNet\":" AMOUNT("1") ",\"amountGross\":" AMOUNT(gross) "}"
#define MONTH(revenue, costs) "{\"revenue\":[" revenue "],\"costs\":[" costs "]}"

static void settlement_tells(const char *periods, const char *lines)
{
	struct movement wanted = { .kind = MOVEMENT_PAYOUT, .object = "stl_1" };
	struct fault fault;
	char body[4096];

	use_classic();
	movement_want(&wanted, "/v2/settlements/%s", wanted.object);
	movements_release(&rig.movements);
	assert_int_equal(movements_put(&rig.movements, &wanted, &fault), ERR_OK);
	snprintf(body, sizeof body,
		 "{\"resource\":\"settlement\",\"id\":\"stl_1\",\"status\":\"paidout\","
		 "\"settledAt\":\"2027-01-15T09:41:44.0Z\",\"amount\":" AMOUNT(
			 "39.75") ","
				  "\"periods\":%s}",
		 periods);
	hook_rig_fetched_tells(&rig, 0, body, lines);
}

static void a_settlement_kept_what_its_rows_say_but_for_a_part_of_a_cent(void **state)
{
	const char *payout = "payout stl_1 - 39.75 2027-01-15\n";
	const char *both = "payout stl_1 - 39.75 2027-01-15\n"
			   "fee stl_1 - 3.15 2027-01-15\n";
	const char *odd =
		"payout stl_1 - 39.75 2027-01-15\n"
		"fee stl_1 - ! the settlement's rows do not come to its amount\n";

	(void)state;
	settlement_tells("{\"2024\":{\"04\":" MONTH(ROW("86.1000") "," ROW("-43.2000"),
						    ROW("2.5410") "," ROW("0.6050")) "}}",
			 both);
	settlement_tells(
		"{\"2026\":{\"12\":" MONTH(ROW("40.0000"),
					   ROW("2.0000")) "},"
							  "\"2027\":{\"01\":" MONTH(
								  ROW("2.9000"),
								  ROW("1.1460")) "}}",
		both);
	settlement_tells("{\"2026\":{\"12\":" MONTH(ROW("39.7500"), "") "}}", payout);
	settlement_tells("null", payout);
	settlement_tells("{\"2026\":{\"12\":" MONTH(ROW("42.9000"), ROW("3.1401")) "}}",
			 both);
	settlement_tells("{\"2026\":{\"12\":" MONTH(ROW("42.9000"), ROW("3.1600")) "}}",
			 odd);
	settlement_tells("{\"2026\":{\"12\":" MONTH(ROW("42.9000"), ROW("3.1400")) "}}",
			 odd);
	settlement_tells("{\"2026\":{\"12\":" MONTH(ROW("42.9050"), ROW("3.1550")) "}}",
			 odd);
	settlement_tells("{\"2026\":{\"12\":" MONTH(ROW("30.0000"), "") "}}", odd);
	settlement_tells("{\"2026\":{\"12\":" MONTH(ROW("42.90001"), ROW("3.1500")) "}}",
			 odd);
	settlement_tells("{\"2026\":[]}", "invalid: a settlement's periods are no "
					  "objects\n");
}

/* ---- third parties' samples ---- */

static void mollies_samples(void **state)
{
	static const struct {
		const char *name;
		const char *lines;
	} samples[] = {
		{ "event.payment.paid", "donation tr_5B8cwPMGnU6qLbRvo7qEZo - GET "
					"/v2/payments/"
					"tr_5B8cwPMGnU6qLbRvo7qEZo?embed=refunds,"
					"chargebacks\n" },
		{ "event.refund.refunded", "refund re_4qqhO89gsT - GET "
					   "/v2/refunds?from=re_4qqhO89gsT&limit=1\n" },
		{ "event.chargeback.received",
		  "chargeback chb_n9z0tp - GET "
		  "/v2/chargebacks?from=chb_n9z0tp&limit=1\n" },
		{ "event.chargeback.reversed",
		  "chargeback-reversed chb_n9z0tp - GET "
		  "/v2/chargebacks?from=chb_n9z0tp&limit=1\n" },
		{ "event.payout.completed",
		  "payout po_test - GET /v2/payouts/po_test\n" },
		{ "event.balance-transaction.created",
		  "fee baltr_QM24QwzUWR4ev4Xfgyt29A - GET "
		  "/v2/balances/primary/"
		  "transactions?from=baltr_QM24QwzUWR4ev4Xfgyt29A&limit="
		  "1\n" },
		{ "object.webhook-event", "ignored 1\n" },
		{ "object.payment", "invalid: the body is no event of Mollie's\n" },
	};
	char name[128];

	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		snprintf(name, sizeof name, "mollie.%s.json", samples[i].name);
		hook_rig_sample_tells(&rig, name, samples[i].lines);
	}
	use_classic();
	hook_rig_sample_tells(&rig, "mollie.classic.form.txt",
			      "donation tr_5B8cwPMGnU6qLbRvo7qEZo - GET "
			      "/v2/payments/tr_5B8cwPMGnU6qLbRvo7qEZo?embed=refunds,"
			      "chargebacks\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(every_event_says_what_to_fetch),
		TEST(the_older_kind_says_only_which_payment),
		TEST(a_payment_is_a_donation_once_it_is_paid),
		TEST(what_was_given_back_is_told_one_by_one),
		TEST(without_the_lists_the_totals_tell),
		TEST(a_list_is_read_for_the_one_that_is_meant),
		TEST(a_fee_is_what_a_balance_transaction_deducts),
		TEST(a_payout_is_one_when_it_is_completed),
		TEST(a_settlement_kept_what_its_rows_say_but_for_a_part_of_a_cent),
		TEST(mollies_samples),
	};

	return cmocka_run_group_tests_name("hook_mollie", tests, NULL, NULL);
}
