/*
 * test_hook_work.c - deliveries become entries, whatever the order in which they come.
 *
 * Covers gateway/hook_entry.c, gateway/hook_work.c, gateway/hook_work_book.c and
 * gateway/hook_worker.c.
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

#include "gateway/hook_entry.h"
#include "gateway/hook_work.h"
#include "gateway/hook_worker.h"
#include "ledger/books_query.h"
#include "tests/hook_place.h"

static struct hook_place place;
static struct fault fault;

#define must(err)                                                                        \
	do {                                                                             \
		if ((err) != ERR_OK)                                                     \
			fail_msg("%s", fault.text);                                      \
	} while (0)

static const struct hook_place_hook any = { .provider = "standard" };

static int start(void **unused)
{
	(void)unused;
	hook_place_make(&place, &any);
	return 0;
}

static int stop(void **unused)
{
	(void)unused;
	hook_place_release(&place);
	return 0;
}

/* ---- what is told ---- */

struct told {
	const char *type;
	char id[16], parent[16];
	int amount;
};

static void deliver(const struct told *told, int again)
{
	char body[512];

	(void)snprintf(body, sizeof body,
		       "{\"type\":\"%s\",\"timestamp\":\"%sT00:00:0%dZ\",\"data\":{"
		       "\"id\":\"%s\",\"parent\":\"%s\",\"amount\":%d,"
		       "\"currency\":\"EUR\",\"date\":\"%s\"}}",
		       told->type, temporary_today(), again, told->id, told->parent,
		       told->amount, temporary_today());
	hook_place_deliver(&place, body);
}

static void tell(const char *type, const char *id, const char *parent, int amount)
{
	struct told told = { .type = type, .amount = amount };

	(void)snprintf(told.id, sizeof told.id, "%s", id);
	(void)snprintf(told.parent, sizeof told.parent, "%s", parent);
	deliver(&told, 0);
}

static void kinds_are(uint64_t from, const char *expected)
{
	char kinds[512] = "";
	struct buffer entry;

	buffer_init(&entry, ENTRY_BYTES_MAX);
	for (uint64_t i = from; i < temporary_size(place.temporary); i++) {
		char *at;

		buffer_clear(&entry);
		must(ledger_entry(place.temporary->ledger, i, &entry, &fault));
		buffer_put(&entry, "", 1);
		at = strstr((const char *)entry.p, "\"kind\":\"");
		assert_non_null(at);
		at += strlen("\"kind\":\"");
		(void)snprintf(kinds + strlen(kinds), sizeof kinds - strlen(kinds),
			       "%.*s ", (int)strcspn(at, "\""), at);
	}
	buffer_release(&entry);
	assert_string_equal(kinds, expected);
}

/* Balances of all funds and of the provider, as text. */
static void balances(char *out, size_t bytes)
{
	struct sub_balance_view *subs;
	struct books *books;
	size_t count, n = 0;

	must(ledger_books(place.temporary->ledger, &books, &fault));
	must(query_sub_balances(books, &subs, &count, &fault));
	for (size_t i = 0; i < count; i++)
		n += (size_t)snprintf(out + n, bytes - n, "%s/%s %lld %lld\n",
				      subs[i].fund, subs[i].earmark,
				      (long long)cents_value(subs[i].available),
				      (long long)cents_value(subs[i].pledged));
	free(subs);
	n += (size_t)snprintf(
		out + n, bytes - n, "owed %lld credit %lld transit %lld\n",
		(long long)cents_value(
			query_balance(books, "receivable/" HOOK_PLACE_MEMBER)),
		(long long)cents_value(query_balance(books, "credit/" HOOK_PLACE_MEMBER)),
		(long long)cents_value(
			query_balance(books, "transit/" HOOK_PLACE_MEMBER)));
	ledger_books_done(place.temporary->ledger);
}

static struct inbox_counts counts(void)
{
	struct inbox_counts counted;

	must(inbox_count(place.work.inbox, &counted, &fault));
	return counted;
}

/* ---- single movements ---- */

static void each_movement_has_its_entry(void **unused)
{
	char found[2048];
	uint64_t from;

	(void)unused;
	hook_place_settle(&place);
	from = temporary_size(place.temporary);
	hook_place_resume(&place);
	tell("donation.received", "D1", "", 10000);
	tell("fee.charged", "F1", "D1", 175);
	hook_place_work(&place);
	tell("refund.paid", "R1", "D1", 3000);
	hook_place_work(&place);
	tell("refund.failed", "R1", "D1", 3000);
	hook_place_work(&place);
	tell("chargeback.received", "C1", "D1", 10000);
	hook_place_work(&place);
	tell("chargeback.reversed", "C1", "D1", 10000);
	hook_place_work(&place);
	tell("payout.paid", "P1", "", 9825);
	hook_place_work(&place);
	tell("payout.failed", "P1", "", 9825);
	tell("mandate.ended", "M1", "", 0);
	hook_place_work(&place);
	assert_int_equal(place.parked, 0);
	hook_place_settle(&place);
	kinds_are(from, "gift fee refund reversal chargeback reversal payout reversal ");
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED], 8);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_NOTHING], 1);
	balances(found, sizeof found);
	assert_non_null(strstr(found, "owed 9825 credit 0 transit 0"));
	must(ledger_check(place.temporary->ledger, &fault));
}

static void a_movement_waits_for_what_it_is_of(void **unused)
{
	(void)unused;
	tell("refund.paid", "R1", "D1", 3000);
	tell("refund.failed", "R1", "D1", 3000);
	hook_place_work(&place);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_READY], 2);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED], 0);
	tell("donation.received", "D1", "", 10000);
	hook_place_work(&place);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_READY], 0);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED], 3);
}

static void what_is_told_twice_is_booked_once(void **unused)
{
	struct told told = { "donation.received", "D1", "", 500 };

	(void)unused;
	for (int i = 0; i < 5; i++) {
		deliver(&told, i % 3);
		hook_place_work(&place);
	}
	assert_int_equal(counts().delivery[INBOX_DELIVERY_DONE], 3);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED], 1);
}

/* A crash after the ledger's commit and before the inbox's. */
static void what_was_recorded_and_not_marked_is_found_again(void **unused)
{
	struct inbox_movement movement;
	uint64_t position, size;

	(void)unused;
	tell("donation.received", "D1", "", 500);
	hook_place_work(&place);
	must(inbox_movement_find(place.work.inbox, "standard", MOVEMENT_DONATION, "D1",
				 &movement, &fault));
	position = movement.position;
	movement.state = INBOX_MOVEMENT_READY;
	movement.position = 0;
	must(inbox_movement_set(place.work.inbox, &movement, &fault));
	hook_place_work(&place);
	must(inbox_movement_find(place.work.inbox, "standard", MOVEMENT_DONATION, "D1",
				 &movement, &fault));
	assert_int_equal(movement.state, INBOX_MOVEMENT_BOOKED);
	assert_int_equal(movement.position, position);
	hook_place_settle(&place);
	size = temporary_size(place.temporary);
	assert_int_equal(size, position + 1);
}

static void what_cannot_be_used_is_parked_with_its_reason(void **unused)
{
	(void)unused;
	hook_place_deliver(&place, "no JSON at all");
	hook_place_work(&place);
	assert_int_equal(counts().delivery[INBOX_DELIVERY_PARKED], 1);
	assert_int_equal(place.parked, 1);
	/* More than the gift: a rule of the ledger's. */
	tell("donation.received", "D1", "", 500);
	tell("refund.paid", "R1", "D1", 501);
	hook_place_work(&place);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_PARKED], 1);
	assert_int_equal(place.parked, 2);
	assert_int_equal(strncmp(place.why, "refund: ", strlen("refund: ")), 0);
	/* A person says: again. It is refused again. */
	for (int64_t id = 1; id <= 2; id++)
		if (inbox_replay_movement(place.work.inbox, id, &fault) == ERR_OK)
			assert_int_equal(counts().movement[INBOX_MOVEMENT_READY], 1);
	hook_place_work(&place);
	assert_int_equal(place.parked, 3);
}

static void without_its_hook_a_delivery_is_parked(void **unused)
{
	struct config config;

	(void)unused;
	tell("donation.received", "D1", "", 500);
	hook_set_unref(place.hooks);
	config_init(&config);
	must(hook_set_load(&config, &place.hooks, &fault));
	place.work.hooks = place.hooks;
	hook_place_work(&place);
	assert_int_equal(counts().delivery[INBOX_DELIVERY_PARKED], 1);
	assert_string_equal(place.why, "its hook is not configured any more");
}

/* ---- any order ---- */

#define DONATIONS 40
#define TOLD_MAX  (DONATIONS * 6)

static size_t year_make(struct told *told)
{
	size_t n = 0;

#define TELL(what, prefix, of, cents)                                                    \
	do {                                                                             \
		told[n] = (struct told){ .type = what, .amount = cents };                \
		(void)snprintf(told[n].id, sizeof told[n].id, "%s%d", prefix, i);        \
		if (of)                                                                  \
			(void)snprintf(told[n].parent, sizeof told[n].parent, "D%d", i); \
		n++;                                                                     \
	} while (0)
	for (int i = 0; i < DONATIONS; i++) {
		TELL("donation.received", "D", false, 1000 + 37 * i);
		TELL("fee.charged", "F", true, 25 + i % 7);
		if (i % 3 == 0)
			TELL("refund.paid", "R", true, 300 + i);
		if (i % 9 == 0)
			TELL("refund.failed", "R", true, 300 + i);
		if (i % 5 == 0)
			TELL("chargeback.received", "C", true, 500);
		if (i % 10 == 0)
			TELL("chargeback.reversed", "C", true, 500);
		if (i % 8 == 7)
			TELL("payout.paid", "P", false, 5000);
		if (i % 16 == 15)
			TELL("payout.failed", "P", false, 5000);
	}
#undef TELL
	return n;
}

static unsigned dice(unsigned *seed, unsigned sides)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 12) % sides;
}

static void shuffle(struct told *told, size_t n, unsigned seed)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = dice(&seed, (unsigned)i);
		struct told kept = told[i - 1];

		told[i - 1] = told[j];
		told[j] = kept;
	}
}

/* What the provider's credit has not paid yet, the next gift takes; so a last gift and
 * payout leave nothing open whatever came first. */
static void year_close(void)
{
	char found[2048], *at;
	long long owed, credit;

	hook_place_settle(&place);
	balances(found, sizeof found);
	at = strstr(found, "owed ");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "owed %lld credit %lld", &owed, &credit), 2);
	hook_place_resume(&place);
	tell("donation.received", "LAST", "", 1000000);
	hook_place_work(&place);
	tell("payout.paid", "PLAST", "", (int)(owed + credit + 1000000));
	hook_place_work(&place);
	hook_place_settle(&place);
}

static void year_run(unsigned seed, char *out, size_t bytes)
{
	struct told told[TOLD_MAX];
	size_t n = year_make(told);

	if (seed)
		shuffle(told, n, seed);
	for (size_t i = 0; i < n; i++) {
		deliver(&told[i], 0);
		for (unsigned again = seed ? dice(&seed, 4) : 0; again > 0; again--)
			deliver(&told[dice(&seed, (unsigned)i + 1)], (int)again);
		if (!seed || dice(&seed, 7) == 0)
			hook_place_work(&place);
	}
	hook_place_work(&place);
	assert_int_equal(place.parked, 0);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_READY], 0);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED], n);
	year_close();
	balances(out, bytes);
	must(ledger_check(place.temporary->ledger, &fault));
}

static void any_order_gives_the_same_balances(void **unused)
{
	char ordered[2048], other[2048];

	(void)unused;
	year_run(0, ordered, sizeof ordered);
	assert_non_null(strstr(ordered, "owed 0 credit 0"));
	for (unsigned seed = 1; seed <= 3; seed++) {
		(void)stop(NULL);
		hook_place_make(&place, &any);
		year_run(seed, other, sizeof other);
		assert_string_equal(other, ordered);
	}
}

/* ---- a backlog ---- */

#define BACKLOG (2 * HOOK_WORK_GROUP + 100)

/* Every tenth donation is told after what is refunded of it. */
static void backlog_tell(void)
{
	char id[16], refund[16];

	for (int i = 0; i < BACKLOG; i++) {
		(void)snprintf(id, sizeof id, "D%d", i);
		(void)snprintf(refund, sizeof refund, "R%d", i);
		if (i % 10 == 0)
			tell("refund.paid", refund, id, 100);
		tell("donation.received", id, "", 1000 + i);
	}
}

static void backlog_read(void)
{
	size_t count;

	do
		must(hook_work_read(&place.work, &count, &place.fault));
	while (count);
}

static void a_backlog_is_booked_in_flights(void **unused)
{
	char found[2048], expected[64];
	long long owed = 0;
	size_t count;

	(void)unused;
	backlog_tell();
	backlog_read();
	must(hook_work_book(&place.work, &count, &place.fault));
	assert_int_equal(count, HOOK_WORK_GROUP);
	/* The writer has it, and nothing was waited for. */
	assert_non_null(place.work.flight);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED], 0);
	must(hook_work_book(&place.work, &count, &place.fault));
	assert_non_null(place.work.flight);
	assert_true(counts().movement[INBOX_MOVEMENT_BOOKED] >= HOOK_WORK_GROUP * 8 / 10);
	hook_place_work(&place);
	assert_null(place.work.flight);
	assert_int_equal(place.parked, 0);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_READY], 0);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED],
			 BACKLOG + (BACKLOG + 9) / 10);
	for (int i = 0; i < BACKLOG; i++)
		owed += 1000 + i - (i % 10 == 0 ? 100 : 0);
	(void)snprintf(expected, sizeof expected, "owed %lld credit 0", owed);
	hook_place_settle(&place);
	balances(found, sizeof found);
	assert_non_null(strstr(found, expected));
	must(ledger_check(place.temporary->ledger, &fault));
}

static void what_is_in_flight_outlives_its_configuration(void **unused)
{
	size_t count;

	(void)unused;
	backlog_tell();
	backlog_read();
	must(hook_work_book(&place.work, &count, &place.fault));
	assert_non_null(place.work.flight);
	hook_place_configure(&place, &any);
	must(hook_work_land(&place.work, &place.fault));
	assert_null(place.work.flight);
	assert_true(counts().movement[INBOX_MOVEMENT_BOOKED] >= HOOK_WORK_GROUP * 8 / 10);
	must(hook_work_land(&place.work, &place.fault)); /* nothing */
}

static void a_writer_that_stops_answers_what_is_in_flight(void **unused)
{
	size_t count;

	(void)unused;
	backlog_tell();
	backlog_read();
	must(hook_work_book(&place.work, &count, &place.fault));
	sequencer_stop(place.sequencer);
	must(hook_work_land(&place.work, &place.fault));
	assert_true(counts().movement[INBOX_MOVEMENT_BOOKED] >= HOOK_WORK_GROUP * 8 / 10);
	place.sequencer = NULL;
	temporary_reopen(place.temporary);
	hook_place_resume(&place);
}

static void total_put(const char *object, int cents)
{
	struct movement total = { .kind = MOVEMENT_REFUND,
				  .state = MOVEMENT_KNOWN,
				  .amount = cents_of(cents),
				  .is_cumulative = true,
				  .parent = "D0" };
	struct date today;

	assert_int_equal(date_paris(place.work.now_s, &today), ERR_OK);
	total.date = today;
	(void)snprintf(total.object, sizeof total.object, "%s", object);
	must(inbox_movement_put(place.work.inbox, "standard", HOOK_PLACE_NAME, 1, &total,
				place.work.now_s, &fault));
}

/* One in flight and one in the next group are of one donation: what is new of the second
 * is only known once the first is booked. */
static void totals_of_one_donation_are_not_in_flight_together(void **unused)
{
	struct cents booked;

	(void)unused;
	tell("donation.received", "D0", "", 1000);
	hook_place_work(&place);
	total_put("T1", 300);
	for (int i = 1; i < HOOK_WORK_GROUP; i++) {
		char id[16];

		(void)snprintf(id, sizeof id, "D%d", i);
		tell("donation.received", id, "", 1000);
	}
	backlog_read();
	total_put("T2", 500);
	hook_place_work(&place);
	assert_int_equal(place.parked, 0);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_READY], 0);
	must(inbox_booked(place.work.inbox, "standard", MOVEMENT_REFUND, "D0", &booked,
			  &fault));
	assert_int_equal(cents_value(booked), 500);
}

/* ---- the threads ---- */

static struct hook_set *hooks_take(void *ctx)
{
	(void)ctx;
	return hook_set_ref(place.hooks);
}

static void worker_books(uint64_t count, unsigned tell_count)
{
	struct hook_worker_options options = { .dir = place.temporary->dir,
					       .sequencer = place.sequencer,
					       .purge_days = 90,
					       .hooks = hooks_take };
	struct hook_worker *worker;

	must(hook_worker_start(&options, &worker, &fault));
	for (unsigned i = 0; i < tell_count; i++) {
		char id[16];

		(void)snprintf(id, sizeof id, "W%u", i);
		tell("donation.received", id, "", 100 + (int)i);
		hook_worker_wake(worker);
	}
	for (int i = 0; i < 50000 && counts().movement[INBOX_MOVEMENT_BOOKED] < count;
	     i++) {
		const struct timespec pause = { .tv_nsec = 200000 };

		(void)nanosleep(&pause, NULL);
	}
	hook_worker_stop(worker);
}

static void the_worker_books_what_it_is_woken_for(void **unused)
{
	(void)unused;
	worker_books(20, 20);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED], 20);
}

/* Bookings wait for a calm moment, and not for ever. */
static void deliveries_that_never_pause_are_booked_all_the_same(void **unused)
{
	struct hook_worker_options options = { .dir = place.temporary->dir,
					       .sequencer = place.sequencer,
					       .purge_days = 90,
					       .hooks = hooks_take };
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct hook_worker *worker;

	(void)unused;
	must(hook_worker_start(&options, &worker, &fault));
	tell("donation.received", "D1", "", 100);
	for (int i = 0; i < 20000 && !counts().movement[INBOX_MOVEMENT_BOOKED]; i++) {
		hook_worker_wake(worker);
		(void)nanosleep(&pause, NULL);
	}
	hook_worker_stop(worker);
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED], 1);
}

/* What the ledger has recorded when it stops is marked. */
static void a_worker_that_stops_in_flight_lands(void **unused)
{
	uint64_t from, recorded;

	(void)unused;
	hook_place_settle(&place);
	from = temporary_size(place.temporary);
	hook_place_resume(&place);
	backlog_tell();
	worker_books(1, 0);
	hook_place_settle(&place);
	recorded = temporary_size(place.temporary) - from;
	assert_int_equal(counts().movement[INBOX_MOVEMENT_BOOKED], recorded);
}

#define WORK_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORK_TEST(each_movement_has_its_entry),
		WORK_TEST(a_movement_waits_for_what_it_is_of),
		WORK_TEST(what_is_told_twice_is_booked_once),
		WORK_TEST(what_was_recorded_and_not_marked_is_found_again),
		WORK_TEST(what_cannot_be_used_is_parked_with_its_reason),
		WORK_TEST(without_its_hook_a_delivery_is_parked),
		WORK_TEST(any_order_gives_the_same_balances),
		WORK_TEST(a_backlog_is_booked_in_flights),
		WORK_TEST(what_is_in_flight_outlives_its_configuration),
		WORK_TEST(a_writer_that_stops_answers_what_is_in_flight),
		WORK_TEST(totals_of_one_donation_are_not_in_flight_together),
		WORK_TEST(the_worker_books_what_it_is_woken_for),
		WORK_TEST(deliveries_that_never_pause_are_booked_all_the_same),
		WORK_TEST(a_worker_that_stops_in_flight_lands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
