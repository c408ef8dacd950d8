/*
 * audit_pack_read.c - what an audit pack keeps of each entry (audit_pack_int.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/audit_pack_int.h"
#include "reports/naming.h"
#include "reports/sum.h"

void *pack_add(struct pack_list *list, size_t bytes)
{
	uint8_t *item;

	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		void *items = reallocarray(list->items, room, bytes);

		if (!items)
			return NULL;
		list->items = items;
		list->room = room;
	}
	item = (uint8_t *)list->items + list->count++ * bytes;
	memset(item, 0, bytes);
	return item;
}

static enum err no_memory(struct fault *fault)
{
	return fault_set(fault, ERR_MEMORY, "out of memory for the audit pack");
}

static enum err member_number(struct audit_pack *pack, struct slice id,
			      uint32_t *ret_member, struct fault *fault)
{
	*ret_member = name_index_of(&pack->members, id);
	return *ret_member == UINT32_MAX ? no_memory(fault) : ERR_OK;
}

void pack_cell_member(const struct audit_pack *pack, struct table *table, uint32_t member)
{
	cell_member(table, pack->books, pack->members.names[member]);
}

void pack_entry_columns(const struct audit_pack *pack, struct table *table)
{
	table_column(table, "position", pack_say(pack, MSG_ENTRY), VALUE_ORDINAL);
	table_column(table, "recorded", pack_say(pack, MSG_AUDIT_RECORDED), VALUE_MOMENT);
	table_column(table, "date", pack_say(pack, MSG_ENTERED_ON), VALUE_DATE);
	table_column(table, "kind", pack_say(pack, MSG_AUDIT_KIND), VALUE_TEXT);
	table_column(table, "by", pack_say(pack, MSG_AUDIT_BY), VALUE_TEXT);
	table_column(table, "amount", pack_say(pack, MSG_AMOUNT), VALUE_CENTS);
}

void pack_entry_cells(const struct audit_pack *pack, struct table *table,
		      const struct pack_entry *entry)
{
	cell_integer(table, (int64_t)entry->position);
	cell_moment(table, entry->at);
	cell_date(table, entry->date);
	cell_text(table, kind_def(entry->kind)->name);
	pack_cell_member(pack, table, entry->signer);
	cell_cents(table, entry->amount);
}

/* ---- keys ---- */

static enum err key_add(struct audit_pack *pack, struct slice member, struct slice vkey,
			uint64_t position, struct date from, struct fault *fault)
{
	struct pack_key *key = pack_add(&pack->keys, sizeof *key);

	if (!key)
		return no_memory(fault);
	key->position = position;
	key->from = from;
	key->vkey = strndup((const char *)vkey.p, vkey.n);
	if (!key->vkey)
		return no_memory(fault);
	return member_number(pack, member, &key->member, fault);
}

static enum err keys_read(struct audit_pack *pack, uint64_t position,
			  const struct entry *entry, struct fault *fault)
{
	const struct json *seats;
	enum err err = ERR_OK;

	if (entry->kind == KIND_key)
		return key_add(pack, entry_text(entry, "member"),
			       entry_text(entry, "vkey"), position, entry->date, fault);
	if (entry->kind == KIND_member && entry_has(entry, "vkey"))
		return key_add(pack, entry_text(entry, "id"), entry_text(entry, "vkey"),
			       position, entry->date, fault);
	if (entry->kind != KIND_charter)
		return ERR_OK;
	seats = entry_list(entry, "seats");
	for (const struct json *seat = seats->first; seat && !err; seat = seat->next)
		err = key_add(pack, item_text(seat, "name"), item_text(seat, "vkey"),
			      position, entry->date, fault);
	return err;
}

/* ---- the board's part ---- */

static enum err board_read(struct audit_pack *pack, uint64_t position,
			   const struct entry *entry, struct fault *fault)
{
	struct pack_payment *payment;
	struct pack_ballot *ballot;

	if (entry->kind == KIND_payment) {
		payment = pack_add(&pack->payments, sizeof *payment);
		if (!payment)
			return no_memory(fault);
		*payment = (struct pack_payment){
			.position = position,
			.proposal = entry_position(entry, "proposal"),
			.amount = entry_cents(entry, "amount"),
		};
		return member_number(pack, entry->by, &payment->by, fault);
	}
	if (entry->kind != KIND_ballot || !text_is(entry_text(entry, "vote"), "for"))
		return ERR_OK;
	ballot = pack_add(&pack->ballots, sizeof *ballot);
	if (!ballot)
		return no_memory(fault);
	ballot->proposal = entry_position(entry, "proposal");
	return member_number(pack, entry_text(entry, "seat"), &ballot->seat, fault);
}

/* ---- payers' months ---- */

static struct pack_month *month_at(struct audit_pack *pack, uint32_t payer,
				   struct month month)
{
	/* The months of a payer come in the order of the log, or nearly so. */
	for (size_t i = pack->months.count; i-- > 0;) {
		struct pack_month *at = PACK_AT(pack->months, struct pack_month, i);

		if (at->payer == payer && at->month.n == month.n)
			return at;
	}
	struct pack_month *added = pack_add(&pack->months, sizeof *added);

	if (added) {
		added->payer = payer;
		added->month = month;
	}
	return added;
}

static enum err owed_read(struct audit_pack *pack, const struct entry *entry,
			  const struct posting *posting, struct fault *fault)
{
	static const char prefix[] = "receivable/";
	struct pack_month *month;
	uint32_t payer;
	enum err err;

	if (strncmp(posting->account, prefix, strlen(prefix)) != 0 ||
	    exercise_term(&pack->exercise, posting->date) != TERM_CURRENT)
		return ERR_OK;
	err = member_number(pack, slice_of_text(posting->account + strlen(prefix)),
			    &payer, fault);
	if (err)
		return err;
	month = month_at(pack, payer, month_of_date(posting->date));
	if (!month)
		return no_memory(fault);
	if (entry->kind == KIND_settlement || entry->kind == KIND_payout)
		return sum_take(&month->received, posting->amount, fault);
	if (entry->kind == KIND_batch || entry->kind == KIND_gift ||
	    entry->kind == KIND_patronage || entry->kind == KIND_contribution)
		return sum_add(&month->promised, posting->amount, fault);
	return sum_add(&month->other, posting->amount, fault);
}

/* ---- all ---- */

static enum err account_read(struct audit_pack *pack, const struct posting *posting,
			     struct fault *fault)
{
	uint32_t number = name_index_of(&pack->accounts, slice_of_text(posting->account));

	if (number == UINT32_MAX)
		return no_memory(fault);
	while (pack->uses.count <= number)
		if (!pack_add(&pack->uses, sizeof(uint64_t)))
			return no_memory(fault);
	if (exercise_term(&pack->exercise, posting->date) == TERM_CURRENT)
		++*PACK_AT(pack->uses, uint64_t, number);
	return ERR_OK;
}

static uint64_t undone_of(const struct entry *entry)
{
	if (entry->kind == KIND_reversal)
		return entry_position(entry, "of");
	if (entry->kind == KIND_paid || entry->kind == KIND_returned)
		return entry_position(entry, "payment");
	return 0;
}

static enum err entry_keep(struct audit_pack *pack, uint64_t position,
			   const struct entry *entry, struct cents amount,
			   struct fault *fault)
{
	struct pack_entry kept = { .position = position,
				   .of = undone_of(entry),
				   .at = entry->at,
				   .date = entry->date,
				   .amount = amount,
				   .kind = entry->kind };
	struct pack_entry *added;
	enum err err = member_number(pack, entry->by, &kept.by, fault);

	kept.signer = kept.by;
	if (!err && entry->kind == KIND_ballot)
		err = member_number(pack, entry_text(entry, "seat"), &kept.signer, fault);
	if (!err && date_paris(entry->at, &kept.recorded) != ERR_OK)
		err = fault_set(fault, ERR_CORRUPT, "an entry's time is no day of ours");
	if (err)
		return err;
	kept.in_year = exercise_term(&pack->exercise, kept.date) == TERM_CURRENT;
	if (!kept.in_year &&
	    exercise_term(&pack->exercise, kept.recorded) != TERM_CURRENT)
		return ERR_OK;
	added = pack_add(&pack->entries, sizeof *added);
	if (!added)
		return no_memory(fault);
	*added = kept;
	if (!kept.in_year || !cents_is_positive(amount))
		return ERR_OK;
	pack->population++;
	return sum_add(&pack->book, amount, fault);
}

enum err pack_read(struct audit_pack *pack, uint64_t position, const struct entry *entry,
		   const struct posting *postings, size_t count, struct fault *fault)
{
	struct cents amount = CENTS_ZERO;
	enum err err = keys_read(pack, position, entry, fault);

	for (size_t i = 0; i < count && !err; i++) {
		if (cents_is_positive(postings[i].amount))
			err = sum_add(&amount, postings[i].amount, fault);
		if (!err)
			err = account_read(pack, &postings[i], fault);
		if (!err)
			err = owed_read(pack, entry, &postings[i], fault);
	}
	if (!err)
		err = board_read(pack, position, entry, fault);
	return err ? err : entry_keep(pack, position, entry, amount, fault);
}
