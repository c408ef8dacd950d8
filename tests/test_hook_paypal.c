/*
 * test_hook_paypal.c - what PayPal's deliveries and objects tell:
 * gateway/hook_paypal_read.c.
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
	hook_rig_init(&rig, "paypal", HOOK_LIVE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hook_rig_release(&rig);
	return 0;
}

static void read_event(const char *type, const char *resource)
{
	char body[1024];

	snprintf(body, sizeof body,
		 "{\"id\":\"WH-1\",\"create_time\":\"2027-01-15T07:59:58.000Z\","
		 "\"event_type\":\"%s\",\"summary\":\"of Hugo Dubois\",\"resource\":{%s,"
		 "\"amount\":{\"value\":\"9925.00\",\"currency_code\":\"EUR\"}}}",
		 type, resource);
	hook_rig_read(&rig, slice_of_text(body));
}

/* Never what the delivery itself says of an amount: a CRC binds nothing. */
static void every_delivery_says_what_to_fetch(void **state)
{
	static const struct {
		const char *type;
		const char *resource;
		const char *lines;
	} cases[] = {
		{ "PAYMENT.CAPTURE.COMPLETED", "\"id\":\"4X\"",
		  "donation 4X - GET /v2/payments/captures/4X\n" },
		{ "PAYMENT.CAPTURE.REFUNDED", "\"id\":\"3T\"",
		  "refund 3T - GET /v2/payments/refunds/3T\n" },
		{ "PAYMENT.CAPTURE.REVERSED", "\"id\":\"3T\"",
		  "chargeback 3T - GET /v2/payments/refunds/3T\n" },
		{ "PAYMENT.SALE.COMPLETED", "\"id\":\"4E\"",
		  "donation 4E - GET /v1/payments/sale/4E\n" },
		{ "PAYMENT.SALE.REFUNDED", "\"id\":\"3T\"",
		  "refund 3T - GET /v1/payments/refund/3T\n" },
		{ "CUSTOMER.DISPUTE.CREATED", "\"dispute_id\":\"PP-D-1\"",
		  "ignored 1\n" },
		{ "CUSTOMER.DISPUTE.RESOLVED", "\"dispute_id\":\"PP-D-1\"",
		  "chargeback PP-D-1 - GET /v1/customer/disputes/PP-D-1\n" },
		{ "BILLING.SUBSCRIPTION.CANCELLED", "\"id\":\"I-BW\"",
		  "mandate-ended I-BW - 0.00 2027-01-15\n" },
		{ "PAYMENT.CAPTURE.PENDING", "\"id\":\"4X\"", "ignored 1\n" },
		{ "INVOICING.INVOICE.PAID", "\"id\":\"x\"", "unknown 1\n" },
		{ "PAYMENT.CAPTURE.COMPLETED", "\"id\":\"4X/../../x\"",
		  "donation - - ! the resource has no id that is known\n" },
		{ "CUSTOMER.DISPUTE.RESOLVED", "\"id\":\"PP-D-1\"",
		  "chargeback - - ! the resource has no id that is known\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		read_event(cases[i].type, cases[i].resource);
		hook_rig_told(&rig, cases[i].lines);
	}
	hook_rig_tells(
		&rig,
		"{\"event_type\":\"PAYMENT.CAPTURE.COMPLETED\",\"resource\":{\"id\":"
		"\"4X\"}}",
		"donation 4X - ! the event has no date\n");
}

static void fetched(const char *type, const char *resource, const char *body,
		    const char *lines)
{
	read_event(type, resource);
	hook_rig_fetched_tells(&rig, 0, body, lines);
}

#define EUR(value) "{\"currency_code\":\"EUR\",\"value\":\"" value "\"}"
#define CAPTURE(status, fee)                                                             \
	"{\"id\":\"4X\",\"status\":\"" status "\",\"amount\":" EUR(                      \
		"25.00") ",\"seller_receivable_breakdown\":{\"gross_"                    \
			 "amount\":" EUR("25.00") ",\"paypal_fee\":" fee                 \
						  "},\"create_time\":\"2027-01-"         \
						  "14T23:30:00Z\"}"

static void a_capture_tells_gift_and_fee(void **state)
{
	const char *type = "PAYMENT.CAPTURE.COMPLETED", *id = "\"id\":\"4X\"";
	const char *both = "donation 4X - 25.00 2027-01-15\nfee 4X 4X 0.78 2027-01-15\n";

	(void)state;
	fetched(type, id, CAPTURE("COMPLETED", EUR("0.78")), both);
	/* By the time that it is fetched. */
	fetched(type, id, CAPTURE("PARTIALLY_REFUNDED", EUR("0.78")), both);
	fetched(type, id, CAPTURE("REFUNDED", EUR("0.78")), both);
	fetched(type, id, CAPTURE("PENDING", EUR("0.78")), "ignored 1\n");
	fetched(type, id, CAPTURE("COMPLETED", EUR("0.00")),
		"donation 4X - 25.00 2027-01-15\n");
	fetched(type, id, CAPTURE("COMPLETED", EUR("0.785")),
		"donation 4X - 25.00 2027-01-15\n"
		"fee 4X 4X ! its amount is no whole number of cents\n");
	fetched(type, id, "{\"id\":\"4Y\",\"status\":\"COMPLETED\"}",
		"invalid: what was fetched is not what was asked for\n");
	fetched(type, id,
		"{\"id\":\"4X\",\"status\":\"COMPLETED\",\"create_time\":"
		"\"2027-01-14T23:30:00Z\",\"amount\":{\"value\":\"25.00\","
		"\"currency_code\":\"USD\"}}",
		"donation 4X - ! its currency is not the euro\n");
}

static void a_sale_is_the_older_kind_of_capture(void **state)
{
	(void)state;
	fetched("PAYMENT.SALE.COMPLETED", "\"id\":\"4E\"",
		"{\"id\":\"4E\",\"state\":\"completed\",\"create_time\":"
		"\"2027-01-15T15:44:02Z\",\"amount\":{\"total\":\"20.00\",\"currency\":"
		"\"EUR\"},\"transaction_fee\":{\"value\":\"0.88\",\"currency\":\"EUR\"}}",
		"donation 4E - 20.00 2027-01-15\nfee 4E 4E 0.88 2027-01-15\n");
	fetched("PAYMENT.SALE.REFUNDED", "\"id\":\"3T\"",
		"{\"id\":\"3T\",\"state\":\"completed\",\"create_time\":"
		"\"2027-02-15T15:44:02Z\",\"sale_id\":\"4E\",\"amount\":{\"total\":\"5."
		"00\","
		"\"currency\":\"EUR\"}}",
		"refund 3T 4E 5.00 2027-02-15\n");
}

#define GOT_REFUND(links)                                                                \
	"{\"id\":\"3T\",\"status\":\"COMPLETED\",\"amount\":" EUR(                       \
		"10.00") ",\"create_time\":\"2027-02-01T10:00:00Z\",\"links\":[" links   \
			 "]}"
#define UP                                                                               \
	"{\"rel\":\"up\",\"href\":\"https:\\/\\/api.paypal.com\\/v2\\/payments\\/"       \
	"captures\\/4X\"}"

static void a_refund_tells_by_a_link_what_it_is_of(void **state)
{
	const char *self =
		GOT_REFUND("{\"rel\":\"self\",\"href\":\"https://api.paypal.com/v2/"
			   "payments/refunds/3T\"}");

	(void)state;
	fetched("PAYMENT.CAPTURE.REFUNDED", "\"id\":\"3T\"", GOT_REFUND(UP),
		"refund 3T 4X 10.00 2027-02-01\n");
	fetched("PAYMENT.CAPTURE.REFUNDED", "\"id\":\"3T\"", self,
		"refund 3T - ! the refund is of no payment that is known\n");
	/* The chargeback is the capture's, whoever tells it. */
	fetched("PAYMENT.CAPTURE.REVERSED", "\"id\":\"3T\"", GOT_REFUND(UP),
		"chargeback 4X 4X 10.00 2027-02-01\n");
}

#define DISPUTE(outcome, transactions)                                                   \
	"{\"dispute_id\":\"PP-D-1\",\"status\":\"RESOLVED\",\"update_time\":"            \
	"\"2027-03-01T10:00:00Z\",\"dispute_amount\":" EUR(                              \
		"25.00") ",\"disputed_transactions\":[" transactions                     \
			 "],\"dispute_outcome\":{"                                       \
			 "\"outcome_code\":\"" outcome "\"}}"
#define OF_4X "{\"seller_transaction_id\":\"4X\"}"

static void a_dispute_is_lost_or_won(void **state)
{
	const char *type = "CUSTOMER.DISPUTE.RESOLVED", *id = "\"dispute_id\":\"PP-D-1\"";

	(void)state;
	fetched(type, id, DISPUTE("RESOLVED_BUYER_FAVOUR", OF_4X),
		"chargeback 4X 4X 25.00 2027-03-01\n");
	fetched(type, id, DISPUTE("RESOLVED_SELLER_FAVOUR", OF_4X),
		"chargeback-reversed 4X 4X 25.00 2027-03-01 if-booked\n");
	fetched(type, id, DISPUTE("CANCELED_BY_BUYER", OF_4X),
		"chargeback-reversed 4X 4X 25.00 2027-03-01 if-booked\n");
	fetched(type, id, DISPUTE("RESOLVED_BUYER_FAVOUR", OF_4X "," OF_4X),
		"chargeback 4X 4X ! the dispute is of more than one payment\n");
	fetched(type, id, DISPUTE("RESOLVED_BUYER_FAVOUR", ""),
		"chargeback PP-D-1 - ! the dispute is of no payment that is known\n");
	fetched(type, id, "{\"dispute_id\":\"PP-D-1\",\"status\":\"OPEN\"}",
		"ignored 1\n");
}

static void paypals_samples(void **state)
{
	(void)state;
	hook_rig_sample_tells(&rig, "paypal.PAYMENT.CAPTURE.COMPLETED.json",
			      "donation 42311647XV020574X - GET "
			      "/v2/payments/captures/42311647XV020574X\n");
	hook_rig_sample_tells(&rig, "paypal.PAYMENT.CAPTURE.REFUNDED.json",
			      "refund 3TY19547JX188154X - GET "
			      "/v2/payments/refunds/3TY19547JX188154X\n");
	hook_rig_sample_tells(&rig, "paypal.PAYMENT.SALE.COMPLETED.json",
			      "donation 4EU7004268015634R - GET "
			      "/v1/payments/sale/4EU7004268015634R\n");
	hook_rig_sample_tells(&rig, "paypal.CUSTOMER.DISPUTE.CREATED.json",
			      "ignored 1\n");
	hook_rig_sample_tells(&rig, "paypal.CUSTOMER.DISPUTE.RESOLVED.json",
			      "chargeback PP-D-12345 - GET "
			      "/v1/customer/disputes/PP-D-12345\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(every_delivery_says_what_to_fetch),
		TEST(a_capture_tells_gift_and_fee),
		TEST(a_sale_is_the_older_kind_of_capture),
		TEST(a_refund_tells_by_a_link_what_it_is_of),
		TEST(a_dispute_is_lost_or_won),
		TEST(paypals_samples),
	};

	return cmocka_run_group_tests_name("hook_paypal", tests, NULL, NULL);
}
