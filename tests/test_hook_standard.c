/*
 * test_hook_standard.c - what events of our own schema tell: gateway/hook_standard.c.
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
	hook_rig_init(&rig, "standard", HOOK_LIVE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hook_rig_release(&rig);
	return 0;
}

#define EVENT(type, data)                                                                \
	"{\"type\":\"" type                                                              \
	"\",\"timestamp\":\"2027-01-14T23:30:00.344522Z\",\"data\":{" data "}}"
#define OF_25 "\"amount\":2500,\"currency\":\"EUR\""

static void every_type_is_a_movement(void **state)
{
	static const struct {
		const char *type;
		const char *movement;
	} cases[] = {
		{ "donation.received", "donation" },
		{ "donation.failed", "late-failure" },
		{ "fee.charged", "fee" },
		{ "refund.paid", "refund" },
		{ "refund.failed", "refund-failed" },
		{ "chargeback.received", "chargeback" },
		{ "chargeback.reversed", "chargeback-reversed" },
		{ "payout.paid", "payout" },
		{ "payout.failed", "payout-failed" },
	};
	char body[512], lines[128];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(body, sizeof body,
			 EVENT("%s", "\"id\":\"X-1\",\"parent\":\"D-1\"," OF_25),
			 cases[i].type);
		snprintf(lines, sizeof lines, "%s X-1 D-1 25.00 2027-01-15\n",
			 cases[i].movement);
		hook_rig_tells(&rig, body, lines);
	}
	hook_rig_tells(&rig, EVENT("mandate.ended", "\"id\":\"M-1\""),
		       "mandate-ended M-1 - 0.00 2027-01-15\n");
	hook_rig_tells(&rig, EVENT("donation.pledged", "\"id\":\"X-1\""), "unknown 1\n");
	hook_rig_tells(&rig, "{\"test\": 2432232314}", "unknown 1\n");
}

static void a_day_of_its_own_goes_before_the_timestamp(void **state)
{
	(void)state;
	hook_rig_tells(&rig,
		       EVENT("donation.received",
			     "\"id\":\"D-1\",\"date\":\"2027-01-10\"," OF_25),
		       "donation D-1 - 25.00 2027-01-10\n");
	hook_rig_tells(&rig,
		       EVENT("donation.received",
			     "\"id\":\"D-1\",\"date\":\"10/01/2027\"," OF_25),
		       "donation D-1 - ! data.date is no day and no moment\n");
}

static void what_is_not_of_the_schema_is_parked(void **state)
{
	static const struct {
		const char *data;
		const char *lines;
	} cases[] = {
		{ OF_25,
		  "refund - - ! data.id is not 1 to 64 letters, digits, _ or -\n" },
		{ "\"id\":\"Hugo Dubois\",\"parent\":\"D-1\"," OF_25,
		  "refund - - ! data.id is not 1 to 64 letters, digits, _ or -\n" },
		{ "\"id\":\"R-1\"," OF_25,
		  "refund R-1 - ! data.parent is not the id of a donation\n" },
		{ "\"id\":\"R-1\",\"parent\":7," OF_25,
		  "refund R-1 - ! data.parent is not the id of a donation\n" },
		{ "\"id\":\"R-1\",\"parent\":\"D-1\",\"amount\":\"25.00\",\"currency\":"
		  "\"EUR\"",
		  "refund R-1 D-1 ! its amount is no whole number of cents\n" },
		{ "\"id\":\"R-1\",\"parent\":\"D-1\",\"amount\":2500",
		  "refund R-1 D-1 ! its currency is not the euro\n" },
		{ "\"id\":\"R-1\",\"parent\":\"D-1\",\"amount\":0,\"currency\":\"EUR\"",
		  "refund R-1 D-1 ! its amount is not above zero\n" },
	};
	char body[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(body, sizeof body, EVENT("refund.paid", "%s"), cases[i].data);
		hook_rig_tells(&rig, body, cases[i].lines);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(every_type_is_a_movement),
		TEST(a_day_of_its_own_goes_before_the_timestamp),
		TEST(what_is_not_of_the_schema_is_parked),
	};

	return cmocka_run_group_tests_name("hook_standard", tests, NULL, NULL);
}
