/*
 * random_books.c - see random_books.h.
 */
#include "tests/random_books.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/notary.h"

static void day_of(const struct world *world, int32_t days_ago,
		   char ret_day[DATE_TEXT_BYTES])
{
	struct date day;

	assert_int_equal(date_paris(world->at, &day), ERR_OK);
	day.day -= days_ago;
	date_format(day, ret_day);
}

void random_open(struct world *world)
{
	char day[DATE_TEXT_BYTES], members[1000];

	day_of(world, 60, day);
	snprintf(members, sizeof members,
		 "'kind':'opening','ref':'OPENING','date':'%s','label':'Reprise',"
		 "'lines':[{'account':'5121','amount':70000},"
		 "{'account':'5122','amount':5000},{'account':'2183','amount':30000},"
		 "{'account':'401','amount':-4000},"
		 "{'account':'10231','amount':-50000,'fund':'dotation'},"
		 "{'account':'1068','amount':-20000,'fund':'emploi'},"
		 "{'account':'110','amount':-1000,'fund':'general'},"
		 "{'account':'196','amount':-30000,'fund':'projets','earmark':'lab'}]",
		 day);
	(void)notary_must(world, members);
}

static void submit_signed(struct world *world, const char *by, const char *members)
{
	char *signed_by_two = notary_signs(world, 2, by, "%s", members);

	(void)world_submit(world, by, "%s", signed_by_two);
	free(signed_by_two);
}

static void play_journal(struct world *world, struct dice *dice)
{
	static const char *const numbers[] = { "6811", "28183", "401",  "4486",
					       "512",  "606",   "6571", "2183" };
	char day[DATE_TEXT_BYTES], members[500];
	uint32_t first = random_roll(dice, 8), amount = 1 + random_roll(dice, 90000);

	day_of(world, (int32_t)random_roll(dice, 80), day);
	snprintf(members, sizeof members,
		 "'kind':'journal','ref':'J%zu','date':'%s','label':'Inventaire',"
		 "'lines':[{'account':'%s','amount':%" PRIu32
		 "},{'account':'%s','amount':-%" PRIu32 "}]",
		 world->leaf_count, day, numbers[first], amount,
		 numbers[(first + 1 + random_roll(dice, 7)) % 8],
		 random_roll(dice, 9) ? amount : amount - 1);
	submit_signed(world, random_roll(dice, 2) ? "treasurer" : "operator", members);
}

/* Some journal, with each amount the other way round. */
static void play_undoing(struct world *world, struct dice *dice)
{
	uint32_t of = random_roll(dice, (uint32_t)world->leaf_count);
	struct json_doc *doc = json_doc_new();
	char day[DATE_TEXT_BYTES];
	struct buffer members;
	struct entry entry;
	struct fault fault;
	const char *comma = "";

	day_of(world, 0, day);
	buffer_init(&members, 4000);
	if (entry_parse(doc, slice_of(world->leaves[of].bytes, world->leaves[of].n),
			&entry, &fault) == ERR_OK &&
	    entry.kind == KIND_journal) {
		buffer_printf(&members,
			      "'kind':'journal','ref':'J%zu','date':'%s','label':'X',"
			      "'of':%" PRIu32 ",'lines':[",
			      world->leaf_count, day, of);
		for (const struct json *line = entry_list(&entry, "lines")->first; line;
		     line = line->next, comma = ",")
			buffer_printf(&members,
				      "%s{'account':'%.*s','amount':%" PRId64 "}", comma,
				      (int)item_text(line, "account").n,
				      (const char *)item_text(line, "account").p,
				      -cents_value(item_cents(line, "amount")));
		buffer_put_text(&members, "]");
		submit_signed(world, "treasurer", buffer_text(&members));
	}
	buffer_release(&members);
	json_doc_free(doc);
}

static void play_endowment(struct world *world, struct dice *dice)
{
	uint64_t position = world->leaf_count;
	char day[DATE_TEXT_BYTES];
	enum err err;

	day_of(world, (int32_t)random_roll(dice, 3), day);
	err = world_submit(world, "treasurer",
			   "'kind':'endowment','date':'%s','amount':%" PRIu32
			   ",'fund':'dotation'%s",
			   day, 1 + random_roll(dice, 90000),
			   random_roll(dice, 2) ? ",'account':'2131'" : "");
	day_of(world, 0, day);
	if (!err && random_roll(dice, 3) == 0)
		(void)world_submit(world, "treasurer",
				   "'kind':'reversal','date':'%s','reason':'amount',"
				   "'of':%" PRIu64,
				   day, position);
}

void random_book(struct world *world, struct dice *dice)
{
	char day[DATE_TEXT_BYTES];

	switch (random_roll(dice, 40)) {
	case 0:
		day_of(world, 20 + (int32_t)random_roll(dice, 60), day);
		(void)world_submit(world, "operator",
				   "'kind':'close','step':'cutoff','day':'%s'", day);
		break;
	case 1:
	case 2:
	case 3:
		play_journal(world, dice);
		break;
	case 5:
	case 6:
		play_endowment(world, dice);
		break;
	case 4:
		for (int i = 0; i < 20; i++)
			play_undoing(world, dice);
		break;
	default:
		break;
	}
}
