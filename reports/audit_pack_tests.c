/*
 * audit_pack_tests.c - what an auditor asks about single entries, and what is of one year
 * and was recorded in another (audit_pack_int.h). ISA 240, paragraphs 32 and A42 to A45.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/audit_pack_int.h"
#include "reports/sum.h"

#define ROUND_CENTS   100000 /* of 1 000 euros */
#define RARE_USES     2      /* in the year: an account that is moved so often, or less */
#define SELDOM        2      /* entries in the year, by one member */
#define SOON_DAYS     10
#define NIGHT_UNTIL_S (6 * 3600)
#define NIGHT_FROM_S  (22 * 3600)
#define SATURDAY      6
#define CLOSE_DAYS    10

/* ---- the cut-off ---- */

static bool is_near(struct date date, struct date end)
{
	int32_t days = date_days(end, date);

	return days >= -CLOSE_DAYS && days <= CLOSE_DAYS;
}

enum err pack_cut_off_put(struct audit_pack *pack, struct fault *fault)
{
	struct table *table;

	(void)fault;
	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_CUT_OFF));
	table = table_begin(pack->doc, "cut_off", pack_say(pack, MSG_AUDIT_CUT_OFF));
	table_column(table, "why", pack_say(pack, MSG_AUDIT_WHY), VALUE_TEXT);
	pack_entry_columns(pack, table);
	for (size_t i = 0; i < pack->entries.count; i++) {
		const struct pack_entry *entry = pack_entry_at(pack, i);
		bool recorded_in_year =
			exercise_term(&pack->exercise, entry->recorded) == TERM_CURRENT;
		enum msg why = MSG_AUDIT_NEAR;

		if (entry->in_year && !recorded_in_year)
			why = MSG_AUDIT_LATE;
		else if (!entry->in_year)
			why = MSG_AUDIT_EARLIER;
		else if (!cents_is_positive(entry->amount) ||
			 !sample_is_large(&pack->sample, entry->amount) ||
			 !is_near(entry->date, pack->exercise.to))
			continue;
		row_begin(table, why == MSG_AUDIT_NEAR ? ROW_NORMAL : ROW_ALERT);
		cell_text(table, pack_say(pack, why));
		pack_entry_cells(pack, table, entry);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_CUT_OFF_EXPLAINED));
	return ERR_OK;
}

/* ---- tests ---- */

/* What payroll systems and providers tell comes at any hour, and is no act of a person.
 */
static bool is_by_hand(const struct pack_entry *entry)
{
	static const enum kind machines[] = { KIND_batch,      KIND_correction,
					      KIND_gift,       KIND_fee,
					      KIND_payout,     KIND_refund,
					      KIND_chargeback, KIND_remittance,
					      KIND_statement,  KIND_settlement };

	for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
		if (machines[i] == entry->kind)
			return false;
	return true;
}

static bool is_manual(const struct audit_pack *pack, size_t i)
{
	static const enum kind kinds[] = { KIND_journal,  KIND_reversal, KIND_writeoff,
					   KIND_redirect, KIND_opening,  KIND_endowment };

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (kinds[k] == pack_entry_at(pack, i)->kind)
			return true;
	return false;
}

static bool is_round(const struct audit_pack *pack, size_t i)
{
	int64_t cents = cents_value(pack_entry_at(pack, i)->amount);

	return cents > 0 && cents % ROUND_CENTS == 0;
}

static bool is_weekend(const struct audit_pack *pack, size_t i)
{
	const struct pack_entry *entry = pack_entry_at(pack, i);

	return is_by_hand(entry) && date_weekday(entry->recorded) >= SATURDAY;
}

static bool is_night(const struct audit_pack *pack, size_t i)
{
	const struct pack_entry *entry = pack_entry_at(pack, i);
	struct paris_time time;

	return is_by_hand(entry) && paris_of_utc(entry->at, &time) == ERR_OK &&
	       (time.day_s < NIGHT_UNTIL_S || time.day_s >= NIGHT_FROM_S);
}

static bool is_seldom(const struct audit_pack *pack, size_t i)
{
	return pack->submitted[pack_entry_at(pack, i)->by] <= SELDOM;
}

static const struct pack_entry *entry_of(const struct audit_pack *pack, uint64_t position)
{
	size_t low = 0, high = pack->entries.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pack_entry_at(pack, middle)->position < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low < pack->entries.count && pack_entry_at(pack, low)->position == position
		       ? pack_entry_at(pack, low)
		       : NULL;
}

static bool is_undone_soon(const struct audit_pack *pack, size_t i)
{
	const struct pack_entry *entry = pack_entry_at(pack, i), *of;

	if (entry->kind != KIND_reversal)
		return false;
	of = entry_of(pack, entry->of);
	return of && date_days(of->recorded, entry->recorded) <= SOON_DAYS;
}

/* Of the payments of grants: another one before it, of the same amount, for the same
 * beneficiary. */
static bool is_paid_twice(const struct audit_pack *pack, size_t i)
{
	const struct pack_entry *entry = pack_entry_at(pack, i);
	const struct pack_payment *one = NULL;
	struct proposal_view proposal, other;

	if (entry->kind != KIND_payment)
		return false;
	for (size_t p = 0; p < pack->payments.count; p++)
		if (PACK_AT(pack->payments, struct pack_payment, p)->position ==
		    entry->position)
			one = PACK_AT(pack->payments, struct pack_payment, p);
	if (!one || !query_proposal(pack->books, one->proposal, &proposal))
		return false;
	for (size_t p = 0; p < pack->payments.count; p++) {
		const struct pack_payment *before =
			PACK_AT(pack->payments, struct pack_payment, p);

		if (before->position < one->position &&
		    cents_cmp(before->amount, one->amount) == 0 &&
		    query_proposal(pack->books, before->proposal, &other) &&
		    strcmp(other.beneficiary, proposal.beneficiary) == 0)
			return true;
	}
	return false;
}

static const struct {
	const char *id;
	enum msg label;
	bool (*is_hit)(const struct audit_pack *pack, size_t i);
} tests[] = {
	{ "manual", MSG_AUDIT_TEST_MANUAL, is_manual },
	{ "round", MSG_AUDIT_TEST_ROUND, is_round },
	{ "weekend", MSG_AUDIT_TEST_WEEKEND, is_weekend },
	{ "night", MSG_AUDIT_TEST_NIGHT, is_night },
	{ "seldom", MSG_AUDIT_TEST_SELDOM, is_seldom },
	{ "undone_soon", MSG_AUDIT_TEST_UNDONE, is_undone_soon },
	{ "paid_twice", MSG_AUDIT_TEST_TWICE, is_paid_twice },
};

static void put_hit(struct audit_pack *pack, const char *test,
		    const struct pack_entry *entry)
{
	row_begin(pack->hits, ROW_NORMAL);
	cell_text(pack->hits, test);
	pack_entry_cells(pack, pack->hits, entry);
}

static enum err put_test(struct audit_pack *pack, struct table *table, size_t test,
			 struct fault *fault)
{
	struct cents sum = CENTS_ZERO;
	int64_t count = 0;
	enum err err = ERR_OK;

	for (size_t i = 0; i < pack->entries.count && !err; i++) {
		if (!tests[test].is_hit(pack, i))
			continue;
		if (++count <= PACK_HITS_MAX)
			put_hit(pack, tests[test].id, pack_entry_at(pack, i));
		err = sum_add(&sum, pack_entry_at(pack, i)->amount, fault);
	}
	row_begin(table, ROW_NORMAL);
	cell_text(table, tests[test].id);
	cell_text(table, pack_say(pack, tests[test].label));
	cell_integer(table, count);
	cell_cents(table, sum);
	return err;
}

void pack_tests_see(struct audit_pack *pack, uint64_t position,
		    const struct posting *postings, size_t count)
{
	const struct pack_entry *entry = entry_of(pack, position);

	for (size_t i = 0; entry && i < count; i++) {
		uint32_t account = name_index_of(&pack->accounts,
						 slice_of_text(postings[i].account));

		/* Every account was met the first time: there is no new name. */
		if (exercise_term(&pack->exercise, postings[i].date) != TERM_CURRENT ||
		    *PACK_AT(pack->uses, uint64_t, account) > RARE_USES)
			continue;
		if (++pack->rare_hits <= PACK_HITS_MAX)
			put_hit(pack, postings[i].account, entry);
		return;
	}
}

/* ---- Benford ---- */

static void put_benford(struct audit_pack *pack)
{
	/* log10(1 + 1/d), in basis points. */
	static const int64_t expected[] = {
		3010, 1761, 1249, 969, 792, 669, 580, 512, 458
	};
	struct table *table =
		table_begin(pack->doc, "benford", pack_say(pack, MSG_AUDIT_BENFORD));
	int64_t counts[10] = { 0 };

	table_column(table, "digit", pack_say(pack, MSG_AUDIT_DIGIT), VALUE_ORDINAL);
	table_column(table, "count", pack_say(pack, MSG_AUDIT_COUNT), VALUE_INTEGER);
	table_column(table, "observed", pack_say(pack, MSG_AUDIT_OBSERVED),
		     VALUE_PERCENT);
	table_column(table, "expected", pack_say(pack, MSG_AUDIT_EXPECTED),
		     VALUE_PERCENT);
	for (size_t i = 0; i < pack->entries.count; i++) {
		int64_t cents = cents_value(pack_entry_at(pack, i)->amount);

		if (!pack_entry_at(pack, i)->in_year || cents <= 0)
			continue;
		while (cents >= 10)
			cents /= 10;
		counts[cents]++;
	}
	for (int digit = 1; digit <= 9; digit++) {
		row_begin(table, ROW_NORMAL);
		cell_integer(table, digit);
		cell_integer(table, counts[digit]);
		cell_percent(table, pack->population
					    ? counts[digit] * 10000 / pack->population
					    : 0);
		cell_percent(table, expected[digit - 1]);
	}
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_BENFORD_EXPLAINED));
}

enum err pack_tests_put(struct audit_pack *pack, struct fault *fault)
{
	struct table *table;
	enum err err = ERR_OK;

	pack->submitted = calloc(pack->members.count + 1, sizeof *pack->submitted);
	if (!pack->submitted)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < pack->entries.count; i++)
		pack->submitted[pack_entry_at(pack, i)->by]++;
	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_TESTS));
	table = table_begin(pack->doc, "tests", pack_say(pack, MSG_AUDIT_TESTS));
	table_column(table, "test", pack_say(pack, MSG_AUDIT_TEST), VALUE_MONO);
	table_column(table, "what", pack_say(pack, MSG_AUDIT_WHAT), VALUE_TEXT);
	table_column(table, "count", pack_say(pack, MSG_AUDIT_COUNT), VALUE_INTEGER);
	table_column(table, "sum", pack_say(pack, MSG_AUDIT_SUM), VALUE_CENTS);
	pack->hits = table_begin(pack->doc, "hits", pack_say(pack, MSG_AUDIT_TEST_HITS));
	table_column(pack->hits, "test", pack_say(pack, MSG_AUDIT_TEST), VALUE_MONO);
	pack_entry_columns(pack, pack->hits);
	for (size_t test = 0; test < sizeof tests / sizeof *tests && !err; test++)
		err = put_test(pack, table, test, fault);
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_TESTS_EXPLAINED));
	put_benford(pack);
	return err;
}
