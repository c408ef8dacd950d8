/*
 * test_hook_close.c - what providers tell of days that are closed, or of an appeal.
 *
 * Covers the dates of ledger/ledger_submit.c (submission.follows_close) through
 * gateway/hook_work_book.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/hook_work.h"
#include "keys/note.h"
#include "ledger/entry.h"
#include "tests/hook_place.h"

static struct hook_place place;
static struct fault fault;
static char days[4][DATE_TEXT_BYTES]; /* today, yesterday... */

#define must(err)                                                                        \
	do {                                                                             \
		if ((err) != ERR_OK)                                                     \
			fail_msg("%s", fault.text);                                      \
	} while (0)

static const struct hook_place_hook any = { .provider = "standard" };

static int start(void **unused)
{
	struct date today;

	(void)unused;
	hook_place_make(&place, &any);
	assert_int_equal(date_paris(place.work.now_s, &today), ERR_OK);
	for (int i = 0; i < 4; i++)
		date_format((struct date){ today.day - i }, days[i]);
	return 0;
}

static int stop(void **unused)
{
	(void)unused;
	hook_place_release(&place);
	return 0;
}

static void tell(const char *id, const char *day)
{
	char body[512];

	(void)snprintf(body, sizeof body,
		       "{\"type\":\"donation.received\",\"timestamp\":\"%sT00:00:00Z\","
		       "\"data\":{\"id\":\"%s\",\"amount\":500,\"currency\":\"EUR\","
		       "\"date\":\"%s\"}}",
		       days[0], id, day);
	hook_place_deliver(&place, body);
	hook_place_work(&place);
}

/* Nothing is dated on that day, or before it, from now on. */
static void cut_off(const char *day)
{
	struct asked asked;
	struct buffer note;

	asked_init(&asked, "treasurer",
		   "'kind':'close','ref':'C-%s','step':'cutoff','day':'%s'", day, day);
	buffer_init(&note, NOTE_BYTES_MAX);
	must(sequencer_ask(place.sequencer, &asked.submission, &note, &fault));
	buffer_release(&note);
	asked_clear(&asked);
}

static struct inbox_movement movement_of(const char *id)
{
	struct inbox_movement movement;

	must(inbox_movement_find(place.work.inbox, "standard", MOVEMENT_DONATION, id,
				 &movement, &fault));
	return movement;
}

static void is_booked_on(const char *id, const char *day)
{
	struct inbox_movement movement = movement_of(id);
	char member[32];
	struct buffer entry;

	assert_int_equal(movement.state, INBOX_MOVEMENT_BOOKED);
	buffer_init(&entry, ENTRY_BYTES_MAX);
	hook_place_settle(&place);
	must(ledger_entry(place.temporary->ledger, movement.position, &entry, &fault));
	hook_place_resume(&place);
	(void)snprintf(member, sizeof member, "\"date\":\"%s\"", day);
	buffer_put_byte(&entry, '\0');
	assert_non_null(strstr((const char *)entry.p, member));
	buffer_release(&entry);
}

/* As a crash between the two commits leaves it. */
static void forget_booking(const char *id)
{
	struct inbox_movement movement = movement_of(id);

	movement.state = INBOX_MOVEMENT_READY;
	movement.position = 0;
	must(inbox_movement_set(place.work.inbox, &movement, &fault));
}

static void a_late_one_is_dated_on_the_first_open_day(void **unused)
{
	(void)unused;
	tell("OPEN", days[3]);
	cut_off(days[2]);
	tell("LATE", days[3]);
	tell("IN-TIME", days[0]);
	assert_int_equal(place.parked, 0);
	is_booked_on("OPEN", days[3]);
	is_booked_on("LATE", days[1]);
	is_booked_on("IN-TIME", days[0]);
}

static void told_again_after_a_close_it_is_the_same(void **unused)
{
	uint64_t open, late;

	(void)unused;
	tell("OPEN", days[3]);
	cut_off(days[3]);
	tell("LATE", days[3]);
	open = movement_of("OPEN").position;
	late = movement_of("LATE").position;
	cut_off(days[1]); /* its first open day is another one now */
	forget_booking("OPEN");
	forget_booking("LATE");
	hook_place_work(&place);
	assert_int_equal(place.parked, 0);
	assert_int_equal(movement_of("OPEN").position, open);
	assert_int_equal(movement_of("LATE").position, late);
	is_booked_on("LATE", days[2]);
}

/* Only the date may differ, and only so. */
static void another_amount_is_no_repetition(void **unused)
{
	struct inbox_movement movement;

	(void)unused;
	cut_off(days[1]);
	tell("LATE", days[3]);
	forget_booking("LATE");
	movement = movement_of("LATE");
	movement.movement.amount = cents_of(501);
	must(inbox_movement_set(place.work.inbox, &movement, &fault));
	hook_place_work(&place);
	assert_int_equal(place.parked, 1);
	assert_non_null(strstr(place.why, "was used with other content"));
}

static void an_earlier_day_is_no_repetition(void **unused)
{
	struct inbox_movement movement;

	(void)unused;
	tell("D", days[2]);
	forget_booking("D");
	movement = movement_of("D");
	movement.movement.date.day += 1;
	must(inbox_movement_set(place.work.inbox, &movement, &fault));
	hook_place_work(&place);
	assert_int_equal(place.parked, 1);
}

/* ---- an appeal to the public ---- */

static uint64_t authorise(const char *from, const char *until)
{
	struct asked asked;
	struct buffer note;
	uint64_t position;

	asked_init(&asked, "operator",
		   "'kind':'authorisation','ref':'A-1','date':'%s','reference':'FDD 1',"
		   "'given':'tacitly','digest':'%064d','from':'%s','until':'%s'",
		   from, 0, from, until);
	buffer_init(&note, NOTE_BYTES_MAX);
	must(sequencer_ask(place.sequencer, &asked.submission, &note, &fault));
	position = asked.submission.position;
	buffer_release(&note);
	asked_clear(&asked);
	return position;
}

static void a_gift_names_the_appeal_that_it_answers(void **unused)
{
	struct hook_place_hook appeal = any;
	char member[48];
	struct buffer entry;

	(void)unused;
	appeal.authorisation = (unsigned)authorise(days[1], days[0]);
	hook_place_configure(&place, &appeal);
	tell("ANSWERS", days[1]);
	tell("BEFORE", days[2]);
	assert_int_equal(movement_of("BEFORE").state, INBOX_MOVEMENT_PARKED);
	assert_int_equal(strncmp(place.why, "authorisation: ", 15), 0);
	assert_int_equal(movement_of("ANSWERS").state, INBOX_MOVEMENT_BOOKED);
	buffer_init(&entry, ENTRY_BYTES_MAX);
	hook_place_settle(&place);
	must(ledger_entry(place.temporary->ledger, movement_of("ANSWERS").position,
			  &entry, &fault));
	hook_place_resume(&place);
	(void)snprintf(member, sizeof member, "\"authorisation\":%u,",
		       appeal.authorisation);
	buffer_put_byte(&entry, '\0');
	assert_non_null(strstr((const char *)entry.p, member));
	buffer_release(&entry);
}

#define CLOSE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLOSE_TEST(a_late_one_is_dated_on_the_first_open_day),
		CLOSE_TEST(told_again_after_a_close_it_is_the_same),
		CLOSE_TEST(another_amount_is_no_repetition),
		CLOSE_TEST(an_earlier_day_is_no_repetition),
		CLOSE_TEST(a_gift_names_the_appeal_that_it_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
