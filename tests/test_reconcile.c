/*
 * test_reconcile.c - what a provider lists beside what is here: gateway/reconcile.c,
 * gateway/reconcile_list.c, gateway/reconcile_store.c, gateway/reconcile_daily.c,
 * gateway/hook_ask.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "gateway/reconcile.h"
#include "gateway/reconcile_daily.h"
#include "tests/hook_place.h"
#include "tests/provider.h"

#define TEXT_BYTES 8192

static struct hook_place place;
static struct provider provider;
static struct reconciliation result;
static struct fault fault;
static char answers[PROVIDER_ANSWERS_MAX][TEXT_BYTES];
static char told[TEXT_BYTES];

#define must(err)                                                                        \
	do {                                                                             \
		if ((err) != ERR_OK)                                                     \
			fail_msg("%s", fault.text);                                      \
	} while (0)

static int start_of(const char *adapter)
{
	const struct hook_place_hook hook = { .provider = adapter };

	hook_place_make(&place, &hook);
	provider.count = 0;
	return 0;
}

static int start_stripe(void **unused)
{
	(void)unused;
	return start_of("stripe");
}

static int start_gocardless(void **unused)
{
	(void)unused;
	return start_of("gocardless");
}

static int stop(void **unused)
{
	(void)unused;
	reconciliation_release(&result);
	hook_place_release(&place);
	return 0;
}

/* ---- the provider ---- */

static void answers_raw(const char *text)
{
	assert_true(provider.count < PROVIDER_ANSWERS_MAX);
	(void)snprintf(answers[provider.count], TEXT_BYTES, "%s", text);
	provider.answer[provider.count] = answers[provider.count];
	provider.count++;
}

PRINTF_LIKE(1, 2) static void answers_with(const char *format, ...)
{
	char body[TEXT_BYTES / 2], text[TEXT_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(body, sizeof body, format, args);
	va_end(args);
	(void)snprintf(text, sizeof text, ANSWER("200 OK", "", "%s"), body);
	answers_raw(text);
}

/* With the answers so far. */
static const char *reconcile_at; /* or NULL */

static void provider_begin(const char *adapter)
{
	static char api[64];
	struct hook_place_hook hook = { .provider = adapter,
					.api = api,
					.reconcile_at = reconcile_at };

	provider.asked = 0;
	memset(provider.request, 0, sizeof provider.request);
	provider_start(&provider);
	(void)snprintf(api, sizeof api, "http://127.0.0.1:%u", provider.port);
	hook_place_configure(&place, &hook);
}

static void provider_end(void)
{
	provider_stop(&provider);
	assert_int_equal(provider.asked, provider.count);
	provider.count = 0;
}

static long long now(void)
{
	return (long long)place.work.now_s;
}

/* ---- Stripe's words ---- */

#define CHARGE                                                                           \
	"{\"id\":\"%s\",\"object\":\"charge\",\"amount\":%d,\"currency\":\"eur\","       \
	"\"created\":%lld,\"status\":\"succeeded\",\"captured\":true,"                   \
	"\"balance_transaction\":\"txn_%s\"}"
#define EVENT                                                                            \
	"{\"object\":\"event\",\"type\":\"%s\",\"livemode\":true,\"created\":1,"         \
	"\"data\":{\"object\":%s}}"
#define ROW                                                                              \
	"{\"id\":\"%s\",\"object\":\"balance_transaction\",\"reporting_category\":"      \
	"\"%s\",\"source\":\"%s\",\"amount\":%d,\"fee\":%d,\"currency\":\"%s\","         \
	"\"created\":%lld}"

static void deliver_charge(const char *id, int cents)
{
	char charge[1024], event[2048];

	(void)snprintf(charge, sizeof charge, CHARGE, id, cents, now(), id + 3);
	(void)snprintf(event, sizeof event, EVENT, "charge.succeeded", charge);
	hook_place_deliver(&place, event);
}

static void deliver_refund(const char *id, const char *charge, int cents)
{
	char refund[1024], event[2048];

	(void)snprintf(refund, sizeof refund,
		       "{\"id\":\"%s\",\"amount\":%d,\"currency\":\"eur\",\"created\":%"
		       "lld,\"status\":\"succeeded\",\"charge\":\"%s\"}",
		       id, cents, now(), charge);
	(void)snprintf(event, sizeof event, EVENT, "refund.created", refund);
	hook_place_deliver(&place, event);
}

static const char *row(const char *id, const char *category, const char *source,
		       int cents, int fee)
{
	static char rows[8][512];
	static unsigned next;
	char *text = rows[next++ % 8];

	(void)snprintf(text, sizeof *rows, ROW, id, category, source, cents, fee, "eur",
		       now());
	return text;
}

/* ---- what comes of it ---- */

static enum err run_days(int from, int until)
{
	struct reconcile reconcile = { .inbox = place.work.inbox };
	enum err err;

	hook_place_settle(&place);
	reconcile.ledger = place.temporary->ledger;
	reconcile.desk = hook_set_desk(place.hooks, 0);
	must(date_parse(temporary_today(), &reconcile.today));
	must(date_add_days(reconcile.today, from, &reconcile.from));
	must(date_add_days(reconcile.today, until, &reconcile.until));
	reconciliation_release(&result);
	fault = (struct fault){ .err = ERR_OK };
	err = reconcile_run(&reconcile, &result, &fault);
	hook_place_resume(&place);
	return err;
}

static enum err run(void)
{
	return run_days(-3, 0);
}

/* "missing-here donation ch_1 25.00" a line. */
static void differences_are(size_t listed, size_t agreed, const char *lines)
{
	told[0] = '\0';
	for (size_t i = 0; i < result.count; i++) {
		const struct reconcile_difference *difference = &result.item[i];
		char theirs[CENTS_TEXT_BYTES], ours[CENTS_TEXT_BYTES];
		size_t n = strlen(told);

		cents_format(difference->movement.amount, '.', theirs);
		cents_format(difference->ours, '.', ours);
		(void)snprintf(told + n, sizeof told - n, "%s %s %s %s %s%s%s\n",
			       reconcile_what_name(difference->what),
			       movement_kind_name(difference->movement.kind),
			       difference->movement.object, theirs, ours,
			       difference->reason[0] ? ": " : "", difference->reason);
		assert_true(strlen(reconcile_what_remedy(difference->what)) > 20);
	}
	assert_string_equal(told, lines);
	assert_int_equal(result.listed, listed);
	assert_int_equal(result.agreed, agreed);
}

static size_t store(void)
{
	struct reconcile reconcile = { .inbox = place.work.inbox };
	size_t stored = 0;

	reconcile.desk = hook_set_desk(place.hooks, 0);
	must(reconcile_store(&reconcile, &result, place.work.now_s, &stored, &fault));
	return stored;
}

static void fetch_all(void)
{
	size_t count;

	do {
		must(hook_work_fetch(&place.work, &count, &fault));
		hook_place_work(&place);
	} while (count);
}

static uint64_t entries(void)
{
	uint64_t size;

	hook_place_settle(&place);
	must(ledger_size(place.temporary->ledger, &size, &fault));
	hook_place_resume(&place);
	return size;
}

/* ---- tests ---- */

static void what_agrees_is_no_difference(void **unused)
{
	(void)unused;
	deliver_charge("ch_1", 2500);
	deliver_refund("re_1", "ch_1", 500);
	hook_place_work(&place);
	answers_with(ROW, "txn_1", "charge", "ch_1", 2500, 63, "eur", now());
	answers_with("{\"object\":\"list\",\"has_more\":true,\"data\":[%s]}",
		     row("txn_1", "charge", "ch_1", 2500, 63));
	answers_with("{\"object\":\"list\",\"has_more\":false,\"data\":[%s]}",
		     row("txn_2", "refund", "re_1", -500, 0));
	provider_begin("stripe");
	fetch_all();
	must(run());
	provider_end();
	differences_are(3, 3, "");
	assert_non_null(strstr(provider.request[2], "&starting_after=txn_1 HTTP"));
}

static void each_difference_is_told(void **unused)
{
	struct inbox_movement moved;

	(void)unused;
	deliver_charge("ch_1", 2500);
	deliver_charge("ch_2", 900);
	deliver_charge("ch_3", 700);
	deliver_charge("ch_6", 600);
	deliver_refund("re_1", "ch_1", 2600); /* more than the gift: parked */
	deliver_refund("re_2", "ch_9", 100);  /* of a gift that was never told */
	hook_place_work(&place);
	/* As if the ledger had been restored from before it. */
	must(inbox_movement_find(place.work.inbox, "stripe", MOVEMENT_DONATION, "ch_6",
				 &moved, &fault));
	moved.position = 0;
	must(inbox_movement_set(place.work.inbox, &moved, &fault));
	answers_with("{\"has_more\":false,\"data\":[%s,%s,%s,%s,%s,%s,%s," ROW "]}",
		     row("txn_1", "charge", "ch_1", 2500, 0),
		     row("txn_2", "charge", "ch_2", 901, 0),
		     row("txn_3", "refund", "re_1", -2600, 0),
		     row("txn_4", "refund", "re_2", -100, 0),
		     row("txn_6", "charge", "ch_6", 600, 0),
		     row("txn_8", "charge", "ch_4", 4200, 0),
		     row("txn_9", "topup", "tu_1", 1, 0), "txn_7", "charge", "ch_5", 800,
		     0, "usd", now());
	provider_begin("stripe");
	must(run());
	provider_end();
	differences_are(
		7, 1,
		"amount-differs donation ch_2 9.01 9.00\n"
		"missing-here donation ch_4 42.00 0.00\n"
		"unusable-there donation ch_5 0.00 0.00: its currency is not the euro\n"
		"ledger-differs donation ch_6 6.00 6.00\n"
		"parked-here refund re_1 26.00 26.00: refund: 2600 cents are given back "
		"in "
		"all, more than the 2500 that were promised\n"
		"waits-here refund re_2 1.00 1.00: waits for the donation that it is of, "
		"which was not told yet\n"
		"missing-there donation ch_3 7.00 7.00\n");
	assert_int_equal(result.unknown, 1);
}

/* Of days before, nothing is asked for; around them, nothing is missed. */
static void other_days_are_not_compared(void **unused)
{
	(void)unused;
	deliver_charge("ch_1", 2500);
	hook_place_work(&place);
	answers_with("{\"has_more\":false,\"data\":[%s]}",
		     row("txn_2", "charge", "ch_2", 900, 0));
	provider_begin("stripe");
	must(run_days(-9, -8));
	provider_end();
	differences_are(0, 0, "");
	provider_begin("stripe");
	assert_int_equal(run_days(0, -1), ERR_USAGE);
	assert_int_equal(run_days(-400, 0), ERR_USAGE);
	provider_end();
}

static void what_is_missing_is_booked_once(void **unused)
{
	uint64_t before = entries();

	(void)unused;
	for (int again = 0; again < 2; again++)
		answers_with("{\"has_more\":false,\"data\":[%s,%s]}",
			     row("txn_1", "charge", "ch_1", 2500, 63),
			     row("txn_2", "payout", "po_1", -100, 0));
	/* The charge twice: for itself, and for its fee. */
	answers_with(CHARGE, "ch_1", 2500, now(), "1");
	answers_with("{\"id\":\"po_1\",\"amount\":100,\"currency\":\"eur\","
		     "\"arrival_date\":%lld}",
		     now());
	answers_with(CHARGE, "ch_1", 2500, now(), "1");
	answers_with(ROW, "txn_1", "charge", "ch_1", 2500, 63, "eur", now());
	answers_with("{\"has_more\":false,\"data\":[%s,%s]}",
		     row("txn_1", "charge", "ch_1", 2500, 63),
		     row("txn_2", "payout", "po_1", -100, 0));
	provider_begin("stripe");
	must(run());
	assert_int_equal(result.count, 3);
	must(run()); /* nothing was changed */
	differences_are(3, 0,
			"missing-here donation ch_1 25.00 0.00\n"
			"missing-here payout po_1 1.00 0.00\n"
			"missing-here fee txn_1 0.63 0.00\n");
	assert_int_equal(store(), 3);
	hook_place_work(&place);
	fetch_all();
	must(run());
	differences_are(3, 3, "");
	assert_int_equal(store(), 0);
	provider_end();
	/* The delivery itself comes late. */
	deliver_charge("ch_1", 2500);
	hook_place_work(&place);
	assert_int_equal(entries(), before + 3);
}

static void a_provider_in_trouble_is_no_result(void **unused)
{
	static const struct {
		const char *answer;
		enum err err;
		unsigned times;
		const char *sentence;
	} cases[] = {
		{ ANSWER("503 No", "Retry-After: 30\r\n", ""), ERR_BUSY, 1,
		  "hook 'any': it answers 503" },
		{ ANSWER("401 No", "", ""), ERR_DENIED, 1,
		  "hook 'any': it answers 401: is the key good for this" },
		{ ANSWER("200 OK", "", "<html>"), ERR_INVALID, 1,
		  "hook 'any': JSON at line 1, column 1: a value is wanted" },
		{ ANSWER("200 OK", "", "{\"data\":{}}"), ERR_INVALID, 1, NULL },
		/* A list that leads back to where it was. */
		{ ANSWER("200 OK", "",
			 "{\"has_more\":true,\"data\":[{\"id\":\"txn_1\"}]}"),
		  ERR_INVALID, 2, "hook 'any': the list does not go on" },
	};

	(void)unused;
	deliver_charge("ch_1", 2500);
	hook_place_work(&place);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (unsigned n = 0; n < cases[i].times; n++)
			answers_raw(cases[i].answer);
		provider_begin("stripe");
		assert_int_equal(run(), cases[i].err);
		if (cases[i].sentence)
			assert_string_equal(fault.text, cases[i].sentence);
		assert_int_equal(result.count, 0);
		assert_int_equal(result.listed, 0);
		provider_end();
	}
}

#define GC_EVENT(n, action)                                                              \
	"{\"id\":\"EV" #n "\",\"created_at\":\"%sT10:00:00Z\",\"resource_type\":"        \
	"\"payments\",\"action\":\"" action "\",\"links\":{\"payment\":\"PM1\"}}"
#define GC_PAYMENT                                                                       \
	"{\"payments\":{\"id\":\"PM1\",\"amount\":1200,\"currency\":\"EUR\",\"status\":" \
	"\"paid_out\",\"charge_date\":\"%s\"}}"

/* An event has no amount: its payment is read, once for both that tell of it. */
static void what_a_list_hints_at_is_fetched(void **unused)
{
	const char *today = temporary_today();

	(void)unused;
	for (int again = 0; again < 2; again++) {
		answers_with("{\"events\":[" GC_EVENT(2, "paid_out") "," GC_EVENT(
				     1, "confirmed") "],\"meta\":{\"cursors\":{"
						     "\"after\":null}}}",
			     today, today);
		answers_with(GC_PAYMENT, today);
		if (!again)
			answers_with(GC_PAYMENT, today); /* the worker's */
	}
	provider_begin("gocardless");
	must(run());
	differences_are(1, 0, "missing-here donation PM1 12.00 0.00\n");
	assert_int_equal(store(), 1);
	hook_place_work(&place);
	fetch_all();
	must(run());
	differences_are(1, 1, "");
	provider_end();
}

/* What was fetched for a donation is not that donation: a refund must find the other. */
static void what_waits_for_what_was_fetched_is_booked(void **unused)
{
	const char *today = temporary_today();
	struct inbox_movement refund;
	char body[512];

	(void)unused;
	(void)snprintf(body, sizeof body, "{\"events\":[" GC_EVENT(1, "confirmed") "]}",
		       today);
	hook_place_deliver(&place, body);
	(void)snprintf(body, sizeof body,
		       "{\"events\":[{\"id\":\"EV3\",\"created_at\":\"%sT10:00:00Z\","
		       "\"resource_type\":\"refunds\",\"action\":\"paid\","
		       "\"links\":{\"refund\":\"RF1\"}}]}",
		       today);
	hook_place_deliver(&place, body);
	hook_place_work(&place);
	answers_with(GC_PAYMENT, today);
	answers_with("{\"refunds\":{\"id\":\"RF1\",\"amount\":200,\"currency\":\"EUR\","
		     "\"links\":{\"payment\":\"PM1\"}}}");
	provider_begin("gocardless");
	fetch_all();
	provider_end();
	must(inbox_movement_find(place.work.inbox, "gocardless", MOVEMENT_REFUND, "RF1",
				 &refund, &fault));
	assert_int_equal(refund.state, INBOX_MOVEMENT_BOOKED);
}

static void what_is_listed_and_not_shown_is_told(void **unused)
{
	const char *today = temporary_today();

	(void)unused;
	answers_with(
		"{\"events\":[" GC_EVENT(1, "confirmed") "],\"meta\":{\"cursors\":{}}}",
		today);
	answers_raw(ANSWER("404 Not Found", "", ""));
	provider_begin("gocardless");
	must(run());
	provider_end();
	differences_are(1, 0,
			"unusable-there donation PM1 0.00 0.00: the provider does not "
			"show it as its list does\n");
}

/* ---- by itself ---- */

static void news_note(void *ctx, const struct reconcile_news *news)
{
	(void)ctx;
	if (news->result)
		(void)snprintf(told, sizeof told, "%s %zu/%zu", news->hook,
			       news->result->listed, news->result->count);
	else
		(void)snprintf(told, sizeof told, "%s", news->fault->text);
}

/* A day in Paris at that hour, of 2027. */
static void daily(struct reconcile_daily *days, const char *moment, const char *news)
{
	struct tm utc = { 0 };
	bool is_done;

	assert_non_null(strptime(moment, "%Y-%m-%dT%H:%M", &utc));
	told[0] = '\0';
	must(reconcile_daily_round(days, place.temporary->dir, place.work.inbox,
				   place.hooks, (int64_t)timegm(&utc) - 3600, news_note,
				   NULL, &is_done, &fault));
	assert_string_equal(told, news);
	assert_int_equal(is_done, news[0] != '\0');
}

static void once_a_day_it_is_done_by_itself(void **unused)
{
	static struct reconcile_daily days;
	const char *empty = "{\"has_more\":false,\"data\":[]}";
	const char *no = ANSWER("503 No", "Retry-After: 9\r\n", "");
	const char *said = "hook 'any': it answers 503";
	const char *denied = "hook 'any': it answers 401: is the key good for this";

	(void)unused;
	answers_with("%s", empty);
	answers_raw(no);
	answers_with("%s", empty);
	for (int i = 0; i < RECONCILE_DAILY_TRIES; i++)
		answers_raw(ANSWER("401 No", "", ""));
	answers_with("%s", empty);
	reconcile_at = "05:30";
	provider_begin("stripe");
	daily(&days, "2027-01-10T05:29", "");
	daily(&days, "2027-01-10T05:30", "any 0/0");
	daily(&days, "2027-01-10T05:31", "");
	daily(&days, "2027-01-10T23:59", "");
	daily(&days, "2027-01-11T00:00", "");
	/* A provider that is down is asked again later, */
	daily(&days, "2027-01-11T08:00", said);
	daily(&days, "2027-01-11T08:01", "");
	daily(&days, "2027-01-11T08:10", "any 0/0");
	daily(&days, "2027-01-11T23:00", "");
	/* and after a few times no more on that day. */
	daily(&days, "2027-01-12T05:30", denied);
	daily(&days, "2027-01-12T06:00", denied);
	daily(&days, "2027-01-12T07:00", denied);
	daily(&days, "2027-01-12T10:00", denied);
	daily(&days, "2027-01-12T16:00", denied);
	daily(&days, "2027-01-12T23:59", "");
	daily(&days, "2027-01-13T05:30", "any 0/0");
	provider_end();
	reconcile_at = NULL;
	/* Two weeks up to yesterday, and those around them. */
	assert_non_null(strstr(provider.request[0], "created[gte]=1797112800&created[lt]="
						    "1799625600 "));
}

static void an_hour_is_two_numbers(void **unused)
{
	static const char *const bad[] = { "",      "5:30", "24:00", "05:60",
					   "05.30", "0530", "05:3x", "-1:00" };
	int32_t day_s = -1;

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(reconcile_hour_parse(bad[i], &day_s, &fault), ERR_USAGE);
	must(reconcile_hour_parse("23:59", &day_s, &fault));
	assert_int_equal(day_s, 86340);
}

#define STRIPE_TEST(name) cmocka_unit_test_setup_teardown(name, start_stripe, stop)
#define GOCARDLESS_TEST(name)                                                            \
	cmocka_unit_test_setup_teardown(name, start_gocardless, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STRIPE_TEST(what_agrees_is_no_difference),
		STRIPE_TEST(each_difference_is_told),
		STRIPE_TEST(other_days_are_not_compared),
		STRIPE_TEST(what_is_missing_is_booked_once),
		STRIPE_TEST(a_provider_in_trouble_is_no_result),
		STRIPE_TEST(once_a_day_it_is_done_by_itself),
		cmocka_unit_test(an_hour_is_two_numbers),
		GOCARDLESS_TEST(what_a_list_hints_at_is_fetched),
		GOCARDLESS_TEST(what_waits_for_what_was_fetched_is_booked),
		GOCARDLESS_TEST(what_is_listed_and_not_shown_is_told),
	};

	return cmocka_run_group_tests_name("reconcile", tests, NULL, NULL);
}
