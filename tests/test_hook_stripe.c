/*
 * test_hook_stripe.c - what Stripe's events tell: gateway/hook_stripe.c,
 * gateway/hook_read.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/hook_rig.h"

static struct hook_rig rig;

static int begin(void **state)
{
	(void)state;
	hook_rig_init(&rig, "stripe", HOOK_LIVE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hook_rig_release(&rig);
	return 0;
}

#define EVENT(type, object)                                                              \
	"{\"id\":\"evt_1\",\"object\":\"event\",\"livemode\":true,\"created\":"          \
	"1800000000,\"type\":\"" type "\",\"data\":{\"object\":{" object "}}}"

#define CHARGE(more)                                                                     \
	"\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":2500,\"currency\":\"eur\","    \
	"\"created\":1800000000,\"status\":\"succeeded\",\"billing_details\":{"          \
	"\"email\":"                                                                     \
	"\"donor@example.org\",\"name\":\"Hugo Dubois\"}" more

static void a_charge_is_a_donation_and_its_fee_is_fetched(void **state)
{
	(void)state;
	hook_rig_tells(
		&rig,
		EVENT("charge.succeeded",
		      CHARGE(",\"captured\":true,\"balance_transaction\":\"txn_1\"")),
		"donation ch_1 - 25.00 2027-01-15\n"
		"fee txn_1 ch_1 GET /v1/balance_transactions/txn_1\n");
	assert_string_equal(rig.movements.item[0].event, "evt_1");
	hook_rig_fetched_tells(&rig, 1,
			       "{\"id\":\"txn_1\",\"object\":\"balance_transaction\","
			       "\"amount\":2500,\"fee\":63,\"net\":2437,\"currency\":"
			       "\"eur\"}",
			       "fee txn_1 ch_1 0.63 2027-01-15\n");
}

static void a_fee_may_be_a_while_in_coming(void **state)
{
	(void)state;
	hook_rig_tells(&rig,
		       EVENT("charge.succeeded", CHARGE(",\"balance_transaction\":null")),
		       "donation ch_1 - 25.00 2027-01-15\n"
		       "fee - ch_1 GET /v1/charges/ch_1\n");
	hook_rig_fetched_tells(
		&rig, 1, "{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":2500}",
		"fee - ch_1 GET /v1/charges/ch_1 # the charge has no balance transaction "
		"yet\n");
	hook_rig_fetched_tells(&rig, 0,
			       "{\"id\":\"ch_1\",\"object\":\"charge\","
			       "\"balance_transaction\":{\"id\":\"txn_9\"}}",
			       "fee txn_9 ch_1 GET /v1/balance_transactions/txn_9\n");
	hook_rig_fetch(
		&rig, 0,
		slice_of_text("{\"id\":\"txn_8\",\"object\":\"balance_transaction\"}"));
	hook_rig_told(&rig, "invalid: what was fetched is not what was asked for\n");
}

static void what_was_fetched_may_be_nonsense(void **state)
{
	static const struct {
		const char *body;
		const char *lines;
	} cases[] = {
		{ "{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"fee\":0,"
		  "\"currency\":\"eur\"}",
		  "" },
		{ "{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"fee\":63,"
		  "\"currency\":\"usd\"}",
		  "fee txn_1 ch_1 ! its currency is not the euro\n" },
		{ "{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"fee\":6.3,"
		  "\"currency\":\"eur\"}",
		  "fee txn_1 ch_1 ! its amount is no whole number of cents\n" },
		{ "{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"fee\":-5,"
		  "\"currency\":\"eur\"}",
		  "fee txn_1 ch_1 ! the provider gives a fee back\n" },
		{ "{\"id\":\"txn_1\",\"object\":\"payout\",\"fee\":63}",
		  "invalid: what was fetched is no balance transaction\n" },
		{ "{\"error\":{\"message\":\"No such balance transaction\"}}",
		  "invalid: what was fetched is not what was asked for\n" },
		{ "<html>", "invalid: JSON at line 1, column 1: a value is wanted\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		hook_rig_read(&rig, slice_of_text(EVENT("charge.succeeded",
							CHARGE(",\"balance_transaction\":"
							       "\"txn_1\""))));
		hook_rig_fetched_tells(&rig, 1, cases[i].body, cases[i].lines);
	}
}

static void only_what_was_taken_is_a_donation(void **state)
{
	(void)state;
	hook_rig_tells(&rig, EVENT("charge.succeeded", CHARGE(",\"captured\":false")),
		       "ignored 1\n");
	hook_rig_tells(&rig,
		       EVENT("charge.captured",
			     CHARGE(",\"captured\":true,\"amount_captured\":2000,"
				    "\"balance_transaction\":\"txn_1\"")),
		       "donation ch_1 - 20.00 2027-01-15\n"
		       "fee txn_1 ch_1 GET /v1/balance_transactions/txn_1\n");
	hook_rig_tells(&rig,
		       EVENT("charge.succeeded",
			     "\"id\":\"py_1\",\"amount\":100,\"currency\":\"eur\","
			     "\"created\":1800000000,\"status\":\"succeeded\","
			     "\"balance_transaction\":\"txn_1\""),
		       "donation py_1 - 1.00 2027-01-15\n"
		       "fee txn_1 py_1 GET /v1/balance_transactions/txn_1\n");
}

static void a_charge_that_cannot_be_booked_is_parked(void **state)
{
	(void)state;
	hook_rig_tells(&rig,
		       EVENT("charge.succeeded",
			     "\"id\":\"ch_1\",\"amount\":2500,\"currency\":\"usd\","
			     "\"created\":1800000000,\"status\":\"succeeded\""),
		       "donation ch_1 - ! its currency is not the euro\n");
	hook_rig_tells(&rig,
		       EVENT("charge.succeeded",
			     "\"id\":\"ch_1\",\"amount\":25.00,\"currency\":\"eur\","
			     "\"created\":1800000000,\"status\":\"succeeded\""),
		       "donation ch_1 - ! its amount is no whole number of cents\n");
	hook_rig_tells(&rig,
		       EVENT("charge.succeeded",
			     "\"id\":\"ch_1\",\"amount\":2500,\"currency\":\"eur\","
			     "\"status\":\"succeeded\""),
		       "donation ch_1 - ! its object has no date\n");
	hook_rig_tells(&rig,
		       EVENT("charge.succeeded",
			     "\"id\":\"ch_1/../x\",\"amount\":2500,\"currency\":\"eur\","
			     "\"created\":1800000000,\"status\":\"succeeded\""),
		       "donation - - ! its object has no id that is known\n");
}

#define REFUND(status)                                                                   \
	"\"id\":\"re_1\",\"object\":\"refund\",\"amount\":500,\"currency\":\"eur\","     \
	"\"charge\":\"ch_1\",\"created\":1800000000,\"status\":\"" status "\""

static void a_refund_is_told_by_its_status(void **state)
{
	(void)state;
	hook_rig_tells(&rig, EVENT("refund.created", REFUND("pending")),
		       "refund re_1 ch_1 5.00 2027-01-15\n");
	hook_rig_tells(&rig, EVENT("refund.updated", REFUND("succeeded")),
		       "refund re_1 ch_1 5.00 2027-01-15\n");
	hook_rig_tells(&rig, EVENT("charge.refund.updated", REFUND("succeeded")),
		       "refund re_1 ch_1 5.00 2027-01-15\n");
	hook_rig_tells(&rig, EVENT("refund.failed", REFUND("failed")),
		       "refund-failed re_1 ch_1 5.00 2027-01-15 if-booked\n");
	hook_rig_tells(&rig, EVENT("refund.updated", REFUND("canceled")),
		       "refund-failed re_1 ch_1 5.00 2027-01-15 if-booked\n");
	hook_rig_tells(&rig, EVENT("refund.created", REFUND("requires_action")),
		       "ignored 1\n");
	hook_rig_tells(&rig,
		       EVENT("refund.created",
			     "\"id\":\"re_1\",\"amount\":500,\"currency\":\"eur\","
			     "\"charge\":null,\"created\":1800000000,\"status\":"
			     "\"succeeded\""),
		       "refund re_1 - ! the refund is of no charge that is known\n");
	/* A total of what was refunded so far: the refunds tell. */
	hook_rig_tells(&rig, EVENT("charge.refunded", CHARGE(",\"amount_refunded\":500")),
		       "ignored 1\n");
}

#define OUT                                                                              \
	"{\"id\":\"txn_2\",\"amount\":-2500,\"fee\":1500,\"currency\":\"eur\","          \
	"\"created\":1800000000}"
#define BACK                                                                             \
	"{\"id\":\"txn_3\",\"amount\":2500,\"fee\":0,\"currency\":\"eur\","              \
	"\"created\":1800086400}"
#define DISPUTE(list)                                                                    \
	"\"id\":\"dp_1\",\"object\":\"dispute\",\"amount\":2500,\"charge\":\"ch_1\","    \
	"\"status\":\"needs_response\",\"balance_transactions\":[" list "]"

static void a_dispute_moves_money_when_its_funds_do(void **state)
{
	(void)state;
	hook_rig_tells(&rig, EVENT("charge.dispute.created", DISPUTE("")), "ignored 1\n");
	hook_rig_tells(&rig, EVENT("charge.dispute.closed", DISPUTE("")), "ignored 1\n");
	hook_rig_tells(&rig, EVENT("charge.dispute.funds_withdrawn", DISPUTE(OUT)),
		       "chargeback dp_1 ch_1 25.00 2027-01-15\n"
		       "fee txn_2 ch_1 15.00 2027-01-15\n");
	assert_string_equal(rig.movements.item[1].event, "evt_1");
	hook_rig_tells(&rig,
		       EVENT("charge.dispute.funds_reinstated", DISPUTE(OUT "," BACK)),
		       "chargeback dp_1 ch_1 25.00 2027-01-15\n"
		       "fee txn_2 ch_1 15.00 2027-01-15\n"
		       "chargeback-reversed dp_1 ch_1 25.00 2027-01-16\n");
	/* Not shown by what it lists. */
	hook_rig_tells(
		&rig, EVENT("charge.dispute.funds_reinstated", DISPUTE(OUT)),
		"chargeback dp_1 ch_1 25.00 2027-01-15\n"
		"fee txn_2 ch_1 15.00 2027-01-15\n"
		"chargeback-reversed dp_1 ch_1 ! the dispute's transactions do not "
		"show it\n");
	hook_rig_tells(
		&rig, EVENT("charge.dispute.funds_withdrawn", DISPUTE("")),
		"chargeback dp_1 ch_1 ! the dispute's transactions do not show it\n");
	hook_rig_tells(&rig,
		       EVENT("charge.dispute.funds_withdrawn",
			     "\"id\":\"dp_1\",\"charge\":\"ch_1\""),
		       "chargeback dp_1 ch_1 ! the dispute lists no transactions\n");
	hook_rig_tells(
		&rig,
		EVENT("charge.dispute.funds_withdrawn",
		      "\"id\":null,\"charge\":\"ch_1\",\"balance_transactions\":[]"),
		"chargeback - - ! the dispute or its charge has no id\n");
}

static void a_payout_may_fail_after_it_was_paid(void **state)
{
	const char *payout = EVENT("payout.paid", "\"id\":\"po_1\",\"amount\":110000,"
						  "\"currency\":\"eur\",\"arrival_date\":"
						  "1800057600");

	(void)state;
	hook_rig_tells(&rig, payout, "payout po_1 - 1100.00 2027-01-16\n");
	hook_rig_tells(&rig,
		       EVENT("payout.failed",
			     "\"id\":\"po_1\",\"amount\":110000,\"currency\":\"eur\","
			     "\"arrival_date\":1800057600"),
		       "payout-failed po_1 - 1100.00 2027-01-16 if-booked\n");
	hook_rig_tells(&rig,
		       EVENT("payout.paid",
			     "\"id\":\"po_1\",\"amount\":-500,\"currency\":\"eur\","
			     "\"arrival_date\":1800057600"),
		       "payout po_1 - ! its amount is not above zero\n");
	hook_rig_tells(&rig, EVENT("payout.reconciliation_completed", "\"id\":\"po_1\""),
		       "ignored 1\n");
}

static void a_mandate_ends(void **state)
{
	(void)state;
	hook_rig_tells(
		&rig,
		EVENT("mandate.updated", "\"id\":\"mandate_1\",\"status\":\"active\""),
		"ignored 1\n");
	hook_rig_tells(
		&rig,
		EVENT("mandate.updated", "\"id\":\"mandate_1\",\"status\":\"inactive\""),
		"mandate-ended mandate_1 - 0.00 2027-01-15\n");
	hook_rig_tells(&rig,
		       EVENT("customer.subscription.deleted",
			     "\"id\":\"sub_1\",\"status\":\"canceled\""),
		       "mandate-ended sub_1 - 0.00 2027-01-15\n");
}

static void what_is_not_known_is_counted(void **state)
{
	(void)state;
	hook_rig_tells(&rig, EVENT("radar.early_fraud_warning.created", "\"id\":\"x\""),
		       "unknown 1\n");
	hook_rig_tells(&rig, "{\"object\":\"event\",\"livemode\":true}", "unknown 1\n");
	hook_rig_tells(&rig, "{\"object\":\"event\",\"livemode\":true,\"type\":5}",
		       "unknown 1\n");
}

static void what_is_no_event_of_ours_is_refused_whole(void **state)
{
	(void)state;
	hook_rig_tells(
		&rig, "{\"object\":\"v2.core.event\",\"livemode\":true}",
		"invalid: a thin event (v2.core.event) tells no amount: have snapshot "
		"events sent to this address\n");
	hook_rig_tells(&rig, "{\"object\":\"charge\",\"livemode\":true}",
		       "invalid: the body is no event of Stripe's\n");
	hook_rig_tells(&rig, "[]", "invalid: JSON is not an object\n");
	hook_rig_tells(&rig, EVENT("charge.succeeded", CHARGE(",\"amount\":9925")),
		       "invalid: JSON has a member twice that must come once\n");
	rig.endpoint.environment = HOOK_SANDBOX;
	hook_rig_tells(&rig, EVENT("charge.succeeded", CHARGE("")),
		       "invalid: the event is of the other environment (livemode)\n");
}

static void stripes_samples(void **state)
{
	static const struct {
		const char *name;
		const char *lines;
	} samples[] = {
		{ "charge.succeeded",
		  "donation ch_000000000000000000000000 - ! its currency "
		  "is not the euro\n" },
		{ "charge.failed", "ignored 1\n" },
		{ "charge.refunded", "ignored 1\n" },
		{ "charge.refund.updated", "refund re_000000000000000000000000 - ! its "
					   "currency is not the euro\n" },
		{ "charge.dispute.created", "ignored 1\n" },
		{ "charge.dispute.closed", "ignored 1\n" },
		{ "charge.dispute.funds_withdrawn",
		  "chargeback dp_00000000000000 ch_00000000000000 ! its currency is not "
		  "the "
		  "euro\n" },
		{ "checkout.session.completed.payment_mode", "ignored 1\n" },
		{ "customer.subscription.deleted",
		  "mandate-ended sub_000000000000000000000000 - 0.00 2022-03-26\n" },
		{ "invoice.paid", "ignored 1\n" },
		{ "mandate.updated", "ignored 1\n" },
		{ "payment_intent.succeeded", "ignored 1\n" },
		{ "payment_intent.processing", "ignored 1\n" },
		{ "payment_intent.payment_failed", "ignored 1\n" },
		{ "payout.created", "ignored 1\n" },
		{ "payout.paid", "payout po_000000000000000000000000 - ! its currency is "
				 "not the euro\n" },
		{ "balance.available", "ignored 1\n" },
		{ "object.event", "unknown 1\n" },
		{ "object.charge", "invalid: the body is no event of Stripe's\n" },
	};
	char name[128];

	(void)state;
	rig.endpoint.environment = HOOK_SANDBOX;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		snprintf(name, sizeof name, "stripe.%s.json", samples[i].name);
		hook_rig_sample_tells(&rig, name, samples[i].lines);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_charge_is_a_donation_and_its_fee_is_fetched),
		TEST(a_fee_may_be_a_while_in_coming),
		TEST(what_was_fetched_may_be_nonsense),
		TEST(only_what_was_taken_is_a_donation),
		TEST(a_charge_that_cannot_be_booked_is_parked),
		TEST(a_refund_is_told_by_its_status),
		TEST(a_dispute_moves_money_when_its_funds_do),
		TEST(a_payout_may_fail_after_it_was_paid),
		TEST(a_mandate_ends),
		TEST(what_is_not_known_is_counted),
		TEST(what_is_no_event_of_ours_is_refused_whole),
		TEST(stripes_samples),
	};

	return cmocka_run_group_tests_name("hook_stripe", tests, NULL, NULL);
}
