/*
 * test_hook_gocardless.c - what GoCardless's events tell: gateway/hook_gocardless.c,
 * gateway/hook_gocardless_chargeback.c.
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

static int begin(void **state)
{
	(void)state;
	hook_rig_init(&rig, "gocardless", HOOK_LIVE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hook_rig_release(&rig);
	return 0;
}

#define EVENTS(list) "{\"events\":[" list "],\"meta\":{\"webhook_id\":\"WB1\"}}"
#define EVENT(n, type, action, links)                                                    \
	"{\"id\":\"EV" #n "\",\"created_at\":\"2027-01-14T23:30:00.000Z\","              \
	"\"resource_type\":\"" type "\",\"action\":\"" action "\",\"links\":{" links     \
	"},\"details\":{\"cause\":\"x\",\"description\":\"of M. Dubois\"}}"
#define PAYMENT "\"payment\":\"PM1\""

static void read_one(const char *type, const char *action, const char *links)
{
	char body[1024];

	snprintf(body, sizeof body,
		 "{\"events\":[{\"id\":\"EV1\",\"created_at\":\"2027-01-14T23:30:00."
		 "000Z\","
		 "\"resource_type\":\"%s\",\"action\":\"%s\",\"links\":{%s}}]}",
		 type, action, links);
	hook_rig_read(&rig, slice_of_text(body));
}

static void every_event_says_what_to_fetch(void **state)
{
	static const struct {
		const char *type;
		const char *action;
		const char *links;
		const char *lines;
	} cases[] = {
		{ "payments", "confirmed", PAYMENT,
		  "donation PM1 - GET /payments/PM1\n" },
		{ "payments", "paid_out", PAYMENT ",\"payout\":\"PO1\"",
		  "donation PM1 - GET /payments/PM1\n" },
		{ "payments", "failed", PAYMENT,
		  "late-failure PM1 - GET /payments/PM1 if-booked\n" },
		{ "payments", "cancelled", PAYMENT,
		  "late-failure PM1 - GET /payments/PM1 if-booked\n" },
		{ "payments", "late_failure_settled", PAYMENT,
		  "late-failure PM1 - GET /payments/PM1 if-booked\n" },
		{ "payments", "charged_back", PAYMENT,
		  "chargeback PM1 - GET /payments/PM1\n" },
		{ "payments", "chargeback_settled", PAYMENT,
		  "chargeback PM1 - GET /payments/PM1\n" },
		{ "payments", "chargeback_cancelled", PAYMENT,
		  "chargeback-reversed PM1 - GET /payments/PM1\n" },
		{ "payments", "surcharge_fee_debited", PAYMENT, "ignored 1\n" },
		{ "payments", "submitted", PAYMENT, "ignored 1\n" },
		{ "refunds", "created", "\"refund\":\"RF1\"", "ignored 1\n" },
		{ "refunds", "paid", "\"refund\":\"RF1\"",
		  "refund RF1 - GET /refunds/RF1\n" },
		{ "refunds", "funds_returned", "\"refund\":\"RF1\"",
		  "refund-failed RF1 - GET /refunds/RF1 if-booked\n" },
		{ "payouts", "paid", "\"payout\":\"PO1\"",
		  "payout PO1 - GET /payouts/PO1\n" },
		{ "payouts", "bounced", "\"payout\":\"PO1\"",
		  "payout-failed PO1 - GET /payouts/PO1 if-booked\n" },
		{ "mandates", "cancelled", "\"mandate\":\"MD1\"",
		  "mandate-ended MD1 - 0.00 2027-01-15\n" },
		{ "mandates", "active", "\"mandate\":\"MD1\"", "ignored 1\n" },
		{ "mandates", "cancelled", "\"mandate\":\"\"",
		  "mandate-ended - - ! the event has no link that is known\n" },
		{ "subscriptions", "created", "\"subscription\":\"SB1\"", "unknown 1\n" },
		{ "payments", "confirmed", "\"payment\":\"PM1/../../me\"",
		  "donation - - ! the event has no link that is known\n" },
		{ "payments", "confirmed", "\"payment\":\"MD1\"",
		  "donation - - ! the event has no link that is known\n" },
		{ "payments", "confirmed", "",
		  "donation - - ! the event has no link that is "
		  "known\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		read_one(cases[i].type, cases[i].action, cases[i].links);
		hook_rig_told(&rig, cases[i].lines);
	}
}

static void a_delivery_has_several_events_each_by_itself(void **state)
{
	(void)state;
	hook_rig_tells(
		&rig,
		EVENTS(EVENT(1, "payments", "confirmed", PAYMENT) "," EVENT(
			2, "billing_requests", "fulfilled",
			"\"billing_request\":\"BRQ1\"") "," EVENT(3, "refunds", "paid",
								  "") "," EVENT(4,
										"payouts",
										"paid",
										"\"payout"
										"\":"
										"\"PO1"
										"\"")),
		"donation PM1 - GET /payments/PM1\n"
		"refund - - ! the event has no link that is known\n"
		"payout PO1 - GET /payouts/PO1\n"
		"unknown 1\n");
	assert_string_equal(rig.movements.item[2].event, "EV4");
	hook_rig_tells(&rig, "{\"events\":[]}", "");
}

static void a_delivery_has_250_events(void **state)
{
	struct buffer body;

	(void)state;
	buffer_init(&body, (size_t)1 << 20);
	buffer_put_text(&body, "{\"events\":[");
	for (int i = 0; i < 250; i++)
		buffer_printf(&body, "%s" EVENT(1, "payments", "confirmed", PAYMENT),
			      i ? "," : "");
	hook_rig_read(&rig, slice_of_text("{}"));
	buffer_put_text(&body, "]}");
	hook_rig_read(&rig, buffer_slice(&body));
	assert_int_equal(rig.movements.count, 250);
	buffer_cut(&body, body.n - 2);
	buffer_put_text(&body, "," EVENT(1, "payments", "confirmed", PAYMENT) "]}");
	hook_rig_read(&rig, buffer_slice(&body));
	hook_rig_told(&rig, "too-big: JSON has a list of more than 250 objects\n");
	buffer_release(&body);
}

static void what_is_no_delivery_is_refused_whole(void **state)
{
	(void)state;
	hook_rig_tells(&rig, "{\"events\":{}}",
		       "invalid: the body has no list of events\n");
	hook_rig_tells(&rig, "{\"webhooks\":[]}",
		       "invalid: the body has no list of events\n");
	hook_rig_tells(&rig, "{\"events\":[5]}",
		       "invalid: JSON has a list of something else than objects\n");
	hook_rig_tells(&rig,
		       EVENTS("{\"id\":\"EV1\",\"resource_type\":\"payments\",\"action\":"
			      "\"confirmed\",\"links\":{\"payment\":\"PM1\"}}"),
		       "donation PM1 - ! the event has no date\n");
}

/* ---- what is fetched ---- */

#define GOT_PAYMENT(status)                                                              \
	"{\"payments\":{\"id\":\"PM1\",\"amount\":2500,\"currency\":\"EUR\",\"status\":" \
	"\"" status "\",\"charge_date\":\"2027-01-10\"}}"

static void fetched(const char *action, const char *body, const char *lines)
{
	read_one("payments", action, PAYMENT);
	hook_rig_fetched_tells(&rig, 0, body, lines);
}

#define OF(id, day, action, payment)                                                     \
	"{\"id\":\"" id "\",\"created_at\":\"2027-0" day                                 \
	"T08:00:00Z\",\"resource_type\":\"payments\",\"action\":\"" action               \
	"\",\"links\":{\"payment\":\"" payment "\"}}"

/* The payment, then its events. */
static void history(const char *action, const char *body, const char *lines)
{
	fetched(action, GOT_PAYMENT("charged_back"),
		strcmp(action, "chargeback_cancelled") == 0
			? "chargeback-reversed PM1 - GET /events?payment=PM1&limit=500\n"
			: "chargeback PM1 - GET /events?payment=PM1&limit=500\n");
	hook_rig_fetched_tells(&rig, 0, body, lines);
}

/* Whichever event is heard first, and however often: the same come out. */
static void each_chargeback_of_a_payment_is_its_own(void **state)
{
	const char *twice = EVENTS(OF("EV4", "3-01", "charged_back", "PM1") "," OF(
		"EV3", "2-20", "chargeback_cancelled",
		"PM1") "," OF("EV9", "2-12", "chargeback_settled",
			      "PM1") "," OF("EV2", "2-10", "charged_back",
					    "PM1") "," OF("EV1", "1-15", "confirmed",
							  "PM1"));
	const char *lines = "chargeback PM1 PM1 25.00 2027-02-10\n"
			    "chargeback PM1-2 PM1 25.00 2027-03-01\n"
			    "chargeback-reversed PM1 PM1 25.00 2027-02-20\n";

	(void)state;
	history("charged_back", twice, lines);
	history("chargeback_settled", twice, lines);
	history("chargeback_cancelled", twice, lines);
	/* Not shown yet: asked for again. */
	history("charged_back", EVENTS(OF("EV1", "1-15", "confirmed", "PM1")),
		"chargeback PM1 - GET /events?payment=PM1&limit=500 # the payment's "
		"events "
		"do not show it yet\n");
	history("chargeback_cancelled", EVENTS(OF("EV2", "2-10", "charged_back", "PM1")),
		"chargeback-reversed PM1 - GET /events?payment=PM1&limit=500 # the "
		"payment's events do not show it yet\n");
	history("charged_back", EVENTS(OF("EV2", "2-10", "charged_back", "PM2")),
		"invalid: what was fetched is not what was asked for\n");
	history("charged_back",
		"{\"events\":[],\"meta\":{\"cursors\":{\"after\":\"EV1\"}}}",
		"too-big: a payment has more than 500 events\n");
}

static void a_payment_tells_its_amount(void **state)
{
	const char *donation = "donation PM1 - 25.00 2027-01-10\n";

	(void)state;
	fetched("confirmed", GOT_PAYMENT("confirmed"), donation);
	fetched("paid_out", GOT_PAYMENT("paid_out"), donation);
	fetched("confirmed", GOT_PAYMENT("charged_back"), donation);
	fetched("charged_back", GOT_PAYMENT("charged_back"),
		"chargeback PM1 - GET /events?payment=PM1&limit=500\n");
	fetched("chargeback_cancelled", GOT_PAYMENT("confirmed"),
		"chargeback-reversed PM1 - GET /events?payment=PM1&limit=500\n");
	fetched("failed", GOT_PAYMENT("failed"),
		"late-failure PM1 - 25.00 2027-01-15 if-booked\n");
}

/* Confirmed and failed by now: whichever of the two is heard first. */
static void a_late_failure_commutes(void **state)
{
	(void)state;
	fetched("confirmed", GOT_PAYMENT("failed"),
		"donation PM1 - 25.00 2027-01-10\n"
		"late-failure PM1 - 25.00 2027-01-10 if-booked\n");
}

static void a_payment_that_cannot_be_booked_is_parked(void **state)
{
	(void)state;
	fetched("confirmed", GOT_PAYMENT("submitted"),
		"donation PM1 - ! the payment is not one that was confirmed\n");
	fetched("confirmed",
		"{\"payments\":{\"id\":\"PM1\",\"amount\":2500,\"currency\":\"GBP\","
		"\"status\":\"confirmed\"}}",
		"donation PM1 - ! its currency is not the euro\n");
	fetched("confirmed",
		"{\"payments\":{\"id\":\"PM1\",\"amount\":\"2500\",\"currency\":\"EUR\","
		"\"status\":\"confirmed\"}}",
		"donation PM1 - ! its amount is no whole number of cents\n");
	fetched("confirmed",
		"{\"payments\":{\"id\":\"PM2\",\"amount\":2500,\"currency\":\"EUR\"}}",
		"invalid: what was fetched is not what was asked for\n");
	fetched("confirmed", "{\"error\":{\"type\":\"invalid_api_usage\"}}",
		"invalid: what was fetched is not what was asked for\n");
}

static void a_refund_tells_what_it_is_of(void **state)
{
	(void)state;
	read_one("refunds", "paid", "\"refund\":\"RF1\"");
	hook_rig_fetched_tells(&rig, 0,
			       "{\"refunds\":{\"id\":\"RF1\",\"amount\":150,\"currency\":"
			       "\"EUR\",\"links\":{\"payment\":\"PM1\"}}}",
			       "refund RF1 PM1 1.50 2027-01-15\n");
	read_one("refunds", "bounced", "\"refund\":\"RF1\"");
	hook_rig_fetched_tells(&rig, 0,
			       "{\"refunds\":{\"id\":\"RF1\",\"amount\":150,\"currency\":"
			       "\"EUR\",\"links\":{\"payment\":\"PM1\"}}}",
			       "refund-failed RF1 PM1 1.50 2027-01-15 if-booked\n");
	read_one("refunds", "paid", "\"refund\":\"RF1\"");
	hook_rig_fetched_tells(
		&rig, 0,
		"{\"refunds\":{\"id\":\"RF1\",\"amount\":150,\"currency\":"
		"\"EUR\",\"links\":{}}}",
		"refund RF1 - ! the refund is of no payment that is known\n");
}

#define GOT_PAYOUT(fees)                                                                 \
	"{\"payouts\":{\"id\":\"PO1\",\"amount\":9955,\"currency\":\"EUR\",\"status\":"  \
	"\"paid\",\"arrival_date\":\"2027-01-18\",\"deducted_fees\":" fees "}}"

static void payout_read(const char *fees)
{
	char body[512];

	snprintf(body, sizeof body, GOT_PAYOUT("%s"), fees);
	read_one("payouts", "paid", "\"payout\":\"PO1\"");
	hook_rig_fetch(&rig, 0, slice_of_text(body));
}

static void a_payout_tells_what_was_kept(void **state)
{
	(void)state;
	payout_read("45");
	hook_rig_told(&rig, "payout PO1 - 99.55 2027-01-18\n"
			    "fee PO1 - GET /payout_items?payout=PO1&limit=500\n");
	hook_rig_fetched_tells(
		&rig, 1,
		"{\"payout_items\":[{\"type\":\"payment_paid_out\",\"amount\":\"10000."
		"0\"},"
		"{\"type\":\"gocardless_fee\",\"amount\":\"-40.3\"},"
		"{\"type\":\"surcharge_fee\",\"amount\":\"-5.0\"}],"
		"\"meta\":{\"cursors\":{\"before\":null,\"after\":null},\"limit\":500}}",
		"fee PO1 - 0.45 2027-01-18\n");
	payout_read("0");
	hook_rig_told(&rig, "payout PO1 - 99.55 2027-01-18\n");
	payout_read("null");
	hook_rig_told(&rig, "payout PO1 - 99.55 2027-01-18\n"
			    "fee PO1 - ! its amount is no whole number of cents\n");
	read_one("payouts", "bounced", "\"payout\":\"PO1\"");
	hook_rig_fetched_tells(&rig, 0, GOT_PAYOUT("45"),
			       "payout-failed PO1 - 99.55 2027-01-15 if-booked\n");
}

static void items_tell(const char *items, const char *after, const char *lines)
{
	char body[1024];

	payout_read("45");
	snprintf(body, sizeof body,
		 "{\"payout_items\":[%s],\"meta\":{\"cursors\":{\"after\":%s}}}", items,
		 after);
	hook_rig_fetched_tells(&rig, 1, body, lines);
}

static void a_payouts_items_come_to_its_fees(void **state)
{
	const char *fee = "fee PO1 - 0.45 2027-01-18\n";
	const char *odd = "fee PO1 - ! the payout's items do not come to its fees\n";

	(void)state;
	items_tell("{\"type\":\"gocardless_fee\",\"amount\":\"-45.0\"}", "null", fee);
	items_tell("{\"type\":\"app_fee\",\"amount\":\"-44.6\"}", "null", fee);
	items_tell("{\"type\":\"gocardless_fee\",\"amount\":\"-44.0\"}", "null", odd);
	items_tell("{\"type\":\"gocardless_fee\",\"amount\":\"-46.0\"}", "null", odd);
	items_tell("{\"type\":\"gocardless_fee\",\"amount\":\"45.0\"}", "null", odd);
	items_tell("{\"type\":\"gocardless_fee\",\"amount\":-45}", "null", odd);
	items_tell("{\"type\":\"gocardless_fee\",\"amount\":\"-45.05\"}", "null", odd);
	items_tell("", "null", odd);
	/* More of them on another page: then the payout's own figure stands. */
	items_tell("{\"type\":\"gocardless_fee\",\"amount\":\"-4.0\"}", "\"PIT9\"", fee);
}

static void gocardlesss_samples(void **state)
{
	static const struct {
		const char *name;
		const char *lines;
	} samples[] = {
		{ "payments.confirmed", "donation PM123 - GET /payments/PM123\n" },
		{ "payments.paid_out", "donation PM123 - GET /payments/PM123\n" },
		{ "payments.failed",
		  "late-failure PM123 - GET /payments/PM123 if-booked\n" },
		{ "payments.cancelled",
		  "late-failure PM123 - GET /payments/PM123 if-booked\n" },
		{ "payments.late_failure_settled",
		  "late-failure PM123 - GET /payments/PM123 if-booked\n" },
		{ "payments.charged_back", "chargeback PM123 - GET /payments/PM123\n" },
		{ "payments.chargeback_settled",
		  "chargeback PM123 - GET /payments/PM123\n" },
		{ "payments.chargeback_cancelled",
		  "chargeback-reversed PM123 - GET /payments/PM123\n" },
		{ "payouts.paid", "payout PO123 - GET /payouts/PO123\n" },
		{ "refunds.paid", "refund RF123 - GET /refunds/RF123\n" },
		{ "mandates.cancelled", "mandate-ended MD123 - 0.00 2024-03-22\n" },
		{ "mandates.active.recorded", "ignored 1\n" },
		{ "webhook.two-events", "ignored 1\nunknown 1\n" },
	};
	char name[128];

	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		snprintf(name, sizeof name, "gocardless.%s.json", samples[i].name);
		hook_rig_sample_tells(&rig, name, samples[i].lines);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(every_event_says_what_to_fetch),
		TEST(a_delivery_has_several_events_each_by_itself),
		TEST(a_delivery_has_250_events),
		TEST(what_is_no_delivery_is_refused_whole),
		TEST(a_payment_tells_its_amount),
		TEST(each_chargeback_of_a_payment_is_its_own),
		TEST(a_late_failure_commutes),
		TEST(a_payment_that_cannot_be_booked_is_parked),
		TEST(a_refund_tells_what_it_is_of),
		TEST(a_payout_tells_what_was_kept),
		TEST(a_payouts_items_come_to_its_fees),
		TEST(gocardlesss_samples),
	};

	return cmocka_run_group_tests_name("hook_gocardless", tests, NULL, NULL);
}
