/*
 * test_hook_helloasso.c - what HelloAsso's notifications and payments tell:
 * gateway/hook_helloasso.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/json_pick.h"
#include "tests/hook_rig.h"
#include "tests/shared_files.h"

static struct hook_rig rig;

static int begin(void **state)
{
	(void)state;
	hook_rig_init(&rig, "helloasso", HOOK_LIVE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hook_rig_release(&rig);
	return 0;
}

static void a_notification_is_a_hint(void **state)
{
	(void)state;
	hook_rig_tells(
		&rig,
		"{\"eventType\":\"Payment\",\"data\":{\"id\":13790,\"amount\":2000,"
		"\"payer\":{\"email\":\"donor@example.org\"},\"state\":"
		"\"Authorized\"},\"metadata\":{\"id\":1}}",
		"donation 13790 - GET /v5/payments/13790\n");
	hook_rig_tells(&rig, "{\"eventType\":\"Order\",\"data\":{\"id\":1}}",
		       "ignored 1\n");
	hook_rig_tells(&rig, "{\"eventType\":\"Form\",\"data\":{\"id\":1}}",
		       "ignored 1\n");
	hook_rig_tells(&rig, "{\"eventType\":\"Quest\",\"data\":{\"id\":1}}",
		       "unknown 1\n");
	hook_rig_tells(&rig, "{\"eventType\":\"Payment\",\"data\":{\"id\":\"../1\"}}",
		       "donation - - ! the payment has no id that is known\n");
	hook_rig_tells(&rig, "{\"eventType\":\"Payment\",\"data\":{\"id\":-1}}",
		       "donation - - ! the payment has no id that is known\n");
	hook_rig_tells(&rig, "{\"eventType\":\"Payment\",\"data\":{\"id\":1.0}}",
		       "donation - - ! the payment has no id that is known\n");
}

static void payment_tells(const char *members, const char *lines)
{
	char body[4096];

	hook_rig_read(&rig,
		      slice_of_text("{\"eventType\":\"Payment\",\"data\":{\"id\":7}}"));
	snprintf(body, sizeof body,
		 "{\"id\":7,\"date\":\"2027-01-15T00:30:15.0825381+02:00\",\"meta\":{"
		 "\"updatedAt\":\"2027-03-01T09:00:00+01:00\"},\"payer\":{\"email\":"
		 "\"donor@example.org\"},%s}",
		 members);
	hook_rig_fetched_tells(&rig, 0, body, lines);
}

#define ITEM(type, share)                                                                \
	"{\"type\":\"" type "\",\"shareAmount\":" share ",\"amount\":6000}"
#define DONATION "donation 7 - 20.00 2027-01-14\n"
#define WON      "chargeback-reversed 7 7 20.00 2027-03-01 if-booked\n"
#define OF_20    "\"amount\":2000,\"items\":[" ITEM("Donation", "2000") "]"

static void only_an_authorised_payment_is_money(void **state)
{
	static const char *const none[] = { "Pending",
					    "Registered",
					    "Refused",
					    "Unknown",
					    "WaitingBankValidation",
					    "AuthorizedPreprod",
					    "Canceled",
					    "Inconsistent",
					    "NoDonation" };
	char members[512];

	(void)state;
	payment_tells(OF_20 ",\"state\":\"Authorized\"", DONATION WON);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		snprintf(members, sizeof members, OF_20 ",\"state\":\"%s\"", none[i]);
		payment_tells(members, "ignored 1\n");
	}
}

static void a_tip_is_not_ours(void **state)
{
	(void)state;
	/* Counted into the payment's amount, or not: the shares are ours. */
	payment_tells("\"amount\":2300,\"amountTip\":300,\"items\":[" ITEM(
			      "Donation", "2000") "],\"state\":\"Authorized\"",
		      DONATION WON);
	payment_tells("\"amount\":2000,\"amountTip\":300,\"items\":[" ITEM(
			      "MonthlyDonation", "2000") "],\"state\":\"Authorized\"",
		      DONATION WON);
	payment_tells("\"amount\":2000,\"items\":[" ITEM("Payment", "1500") "," ITEM(
			      "Donation", "500") "],\"state\":\"Authorized\"",
		      DONATION WON);
	payment_tells(
		"\"amount\":2300,\"items\":[" ITEM("Donation", "2000") "],\"state\":"
								       "\"Authorized\"",
		"donation 7 - ! the items' shares do not come to the payment\n");
	payment_tells("\"amount\":2000,\"amountTip\":-300,\"items\":[" ITEM(
			      "Donation", "2000") "],\"state\":\"Authorized\"",
		      "donation 7 - ! the items' shares do not come to the payment\n");
	payment_tells("\"amount\":2000,\"state\":\"Authorized\"",
		      "donation 7 - ! the items' shares do not come to the payment\n");
	payment_tells("\"amount\":2000,\"items\":[" ITEM("Membership", "1500") "," ITEM(
			      "Donation", "500") "],\"state\":\"Authorized\"",
		      "donation 7 - ! the payment is not for donations alone\n");
}

#define OP(id, amount, tip, status)                                                      \
	"{\"id\":" id ",\"amount\":" amount ",\"amountTip\":" tip                        \
	",\"status\":\"" status                                                          \
	"\",\"meta\":{\"createdAt\":\"2027-02-10T09:00:00+02:00\"}}"

static void a_refund_is_an_operation_that_was_processed(void **state)
{
	(void)state;
	payment_tells(OF_20 ",\"state\":\"Refunded\",\"refundOperations\":[" OP(
			      "991", "2000", "0", "Processed") "]",
		      DONATION "refund 991 7 20.00 2027-02-10\n");
	/* With its tip or without. */
	payment_tells(OF_20 ",\"state\":\"Refunded\",\"refundOperations\":[" OP(
			      "991", "2300", "300", "Processed") "]",
		      DONATION "refund 991 7 20.00 2027-02-10\n");
	payment_tells(OF_20 ",\"state\":\"Authorized\",\"refundOperations\":[" OP(
			      "991", "500", "0", "Processed") "," OP("992", "500", "0",
								     "Refused") "]",
		      DONATION "refund 991 7 5.00 2027-02-10\n" WON "ignored 1\n");
	payment_tells(OF_20 ",\"state\":\"Refunded\",\"refundOperations\":[" OP(
			      "991", "2001", "0", "Processed") "]",
		      DONATION
		      "refund 991 7 ! the refund is of more than the donation\n");
	payment_tells(OF_20 ",\"state\":\"Refunded\",\"refundOperations\":[]",
		      DONATION "refund 7 - ! the payment is refunded, by no operation\n");
}

static void a_payment_may_be_contested_and_won_again(void **state)
{
	(void)state;
	payment_tells(OF_20 ",\"state\":\"Contested\",\"cashOutState\":\"Contested\"",
		      DONATION "chargeback 7 7 20.00 2027-03-01\n");
}

static void a_transfer_to_the_bank_is_told_payment_by_payment(void **state)
{
	(void)state;
	payment_tells(OF_20
		      ",\"state\":\"Authorized\",\"cashOutState\":\"CashedOut\","
		      "\"idCashOut\":4242,\"cashOutDate\":\"2027-02-01T00:00:00+02:00\"",
		      DONATION WON "payout 7 4242 20.00 2027-01-31\n");
	payment_tells(
		OF_20 ",\"state\":\"Authorized\",\"cashOutState\":\"CashedOut\","
		      "\"idCashOut\":4242,\"cashOutDate\":\"0001-01-01T00:00:00+00:00\"",
		DONATION WON "payout 7 4242 ! the transfer to the bank has no date\n");
	payment_tells(OF_20 ",\"state\":\"Authorized\",\"cashOutState\":\"Transfered\"",
		      DONATION WON);
}

static void what_was_not_asked_for_is_refused(void **state)
{
	(void)state;
	hook_rig_read(&rig,
		      slice_of_text("{\"eventType\":\"Payment\",\"data\":{\"id\":7}}"));
	hook_rig_fetched_tells(&rig, 0, "{\"id\":8,\"state\":\"Authorized\"}",
			       "invalid: what was fetched is not what was asked for\n");
}

/* The payment as it is fetched is what a notification has under "data". */
static void sample_tells(const char *name, const char *lines)
{
	struct json_want data = { .path = "data" };
	char path[128];
	struct slice file;
	void *texts;

	snprintf(path, sizeof path, "data/provider-samples/helloasso.%s.json", name);
	file = shared_file(path);
	hook_rig_read(&rig, file);
	assert_int_equal(json_pick(file, &data, 1, &texts, NULL), ERR_OK);
	hook_rig_fetch(&rig, 0, data.text);
	hook_rig_told(&rig, lines);
	free(texts);
	free((void *)(uintptr_t)file.p);
}

static void helloassos_samples(void **state)
{
	(void)state;
	sample_tells("payment.authorized.donation",
		     "donation 13790 - 20.00 2024-06-07\n"
		     "chargeback-reversed 13790 13790 20.00 2024-06-07 if-booked\n");
	sample_tells("payment.authorized.checkout",
		     "donation 15222 - 10.00 2024-07-10\n"
		     "chargeback-reversed 15222 15222 10.00 2024-06-07 if-booked\n");
	sample_tells("payment.waiting.checkout", "ignored 1\n");
	sample_tells("payment.refunded", "donation 13790 - 20.00 2024-06-07\n"
					 "refund 991 13790 20.00 2024-06-10\n");
	sample_tells("payment.contested", "donation 13790 - 20.00 2024-06-07\n"
					  "chargeback 13790 13790 20.00 2024-06-07\n");
	sample_tells("payment.cashedout",
		     "donation 13790 - 20.00 2024-06-07\n"
		     "chargeback-reversed 13790 13790 20.00 2024-06-07 if-booked\n"
		     "payout 13790 4242 20.00 2024-07-01\n");
	hook_rig_sample_tells(&rig, "helloasso.order.donation.json", "ignored 1\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_notification_is_a_hint),
		TEST(only_an_authorised_payment_is_money),
		TEST(a_tip_is_not_ours),
		TEST(a_refund_is_an_operation_that_was_processed),
		TEST(a_payment_may_be_contested_and_won_again),
		TEST(a_transfer_to_the_bank_is_told_payment_by_payment),
		TEST(what_was_not_asked_for_is_refused),
		TEST(helloassos_samples),
	};

	return cmocka_run_group_tests_name("hook_helloasso", tests, NULL, NULL);
}
