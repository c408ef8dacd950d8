/*
 * audit_pack_duties.c - who did what, by which keys, and by which decisions money left
 * (audit_pack_int.h).
 *
 * Duties that no one should hold together: to tell what money is owed, to decide, to pay,
 * and to say what the bank shows. A ballot is its seat's, whoever handed it in.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/vkey.h"
#include "reports/audit_pack_int.h"

enum duty { DUTY_RULE, DUTY_TELL, DUTY_DECIDE, DUTY_PAY, DUTY_RECONCILE, DUTY__COUNT };

static const struct {
	const char *id;
	enum msg label;
} duties[DUTY__COUNT] = {
	[DUTY_RULE] = { "rules", MSG_AUDIT_DUTY_RULE },
	[DUTY_TELL] = { "tells", MSG_AUDIT_DUTY_TELL },
	[DUTY_DECIDE] = { "decides", MSG_AUDIT_DUTY_DECIDE },
	[DUTY_PAY] = { "pays", MSG_AUDIT_DUTY_PAY },
	[DUTY_RECONCILE] = { "reconciles", MSG_AUDIT_DUTY_RECONCILE },
};

static enum duty duty_of(enum kind kind)
{
	static const enum kind tells[] = { KIND_batch,     KIND_correction,
					   KIND_gift,      KIND_patronage,
					   KIND_valuation, KIND_contribution,
					   KIND_remittance };
	static const enum kind decides[] = { KIND_ballot, KIND_condition,
					     KIND_confirmation };
	static const enum kind pays[] = { KIND_payment, KIND_order, KIND_refund,
					  KIND_expense };
	static const enum kind reconciles[] = { KIND_statement,  KIND_settlement,
						KIND_paid,       KIND_returned,
						KIND_income,     KIND_writeoff,
						KIND_restitution };
	static const struct {
		const enum kind *kinds;
		size_t count;
		enum duty duty;
	} groups[] = {
		{ tells, sizeof tells / sizeof *tells, DUTY_TELL },
		{ decides, sizeof decides / sizeof *decides, DUTY_DECIDE },
		{ pays, sizeof pays / sizeof *pays, DUTY_PAY },
		{ reconciles, sizeof reconciles / sizeof *reconciles, DUTY_RECONCILE },
	};

	for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
		for (size_t i = 0; i < groups[g].count; i++)
			if (groups[g].kinds[i] == kind)
				return groups[g].duty;
	return DUTY_RULE;
}

struct holder {
	int64_t count[DUTY__COUNT];
};

/* ---- the matrix, and who holds two ---- */

static void put_matrix(const struct audit_pack *pack, const struct holder *holders)
{
	struct table *table =
		table_begin(pack->doc, "duties", pack_say(pack, MSG_AUDIT_DUTIES));

	table_column(table, "member", pack_say(pack, MSG_AUDIT_WHO), VALUE_TEXT);
	for (int duty = 0; duty < DUTY__COUNT; duty++)
		table_column(table, duties[duty].id, pack_say(pack, duties[duty].label),
			     VALUE_INTEGER);
	for (uint32_t member = 0; member < pack->members.count; member++) {
		int64_t sum = 0;

		for (int duty = 0; duty < DUTY__COUNT; duty++)
			sum += holders[member].count[duty];
		if (!sum)
			continue;
		row_begin(table, ROW_NORMAL);
		pack_cell_member(pack, table, member);
		for (int duty = 0; duty < DUTY__COUNT; duty++)
			cell_integer(table, holders[member].count[duty]);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
}

static void put_exception(const struct audit_pack *pack, struct table *table,
			  uint32_t member, const char *first, const char *second)
{
	row_begin(table, ROW_ALERT);
	pack_cell_member(pack, table, member);
	cell_text(table, first);
	cell_text(table, second);
}

static void put_pairs(const struct audit_pack *pack, struct table *table,
		      const struct holder *holders, uint32_t member)
{
	for (int a = DUTY_TELL; a < DUTY__COUNT; a++)
		for (int b = a + 1; b < DUTY__COUNT; b++)
			if (holders[member].count[a] && holders[member].count[b])
				put_exception(pack, table, member,
					      pack_say(pack, duties[a].label),
					      pack_say(pack, duties[b].label));
}

/* The same secret key behind two members: then two signatures are one. */
static enum err put_shared_keys(const struct audit_pack *pack, struct table *table,
				struct fault *fault)
{
	for (size_t i = 0; i < pack->keys.count; i++)
		for (size_t j = i + 1; j < pack->keys.count; j++) {
			const struct pack_key *a = PACK_AT(pack->keys, struct pack_key,
							   i),
					      *b = PACK_AT(pack->keys, struct pack_key,
							   j);
			struct vkey one, other;
			enum err err;

			if (a->member == b->member)
				continue;
			err = vkey_parse(slice_of_text(a->vkey), &one, fault);
			if (!err)
				err = vkey_parse(slice_of_text(b->vkey), &other, fault);
			if (err)
				return err;
			if (memcmp(one.public_key, other.public_key,
				   sizeof one.public_key) == 0)
				put_exception(pack, table, b->member,
					      pack_say(pack, MSG_AUDIT_SHARED_KEY),
					      pack->members.names[a->member]);
		}
	return ERR_OK;
}

static enum err put_exceptions(const struct audit_pack *pack,
			       const struct holder *holders, struct fault *fault)
{
	struct table *table = table_begin(pack->doc, "duty_exceptions",
					  pack_say(pack, MSG_AUDIT_EXCEPTIONS));

	table_column(table, "member", pack_say(pack, MSG_AUDIT_WHO), VALUE_TEXT);
	table_column(table, "first", pack_say(pack, MSG_AUDIT_ONE), VALUE_TEXT);
	table_column(table, "second", pack_say(pack, MSG_AUDIT_OTHER), VALUE_TEXT);
	for (uint32_t member = 0; member < pack->members.count; member++)
		put_pairs(pack, table, holders, member);
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_DUTIES_EXPLAINED));
	return put_shared_keys(pack, table, fault);
}

/* ---- keys ---- */

/* Until another one of the same member; NULL: it is in force. */
static const struct pack_key *key_after(const struct audit_pack *pack, size_t i)
{
	const struct pack_key *key = PACK_AT(pack->keys, struct pack_key, i);

	for (size_t j = i + 1; j < pack->keys.count; j++)
		if (PACK_AT(pack->keys, struct pack_key, j)->member == key->member)
			return PACK_AT(pack->keys, struct pack_key, j);
	return NULL;
}

static void put_keys(const struct audit_pack *pack)
{
	struct table *table =
		table_begin(pack->doc, "keys", pack_say(pack, MSG_AUDIT_KEYS));

	table_column(table, "member", pack_say(pack, MSG_AUDIT_WHO), VALUE_TEXT);
	table_column(table, "position", pack_say(pack, MSG_ENTRY), VALUE_ORDINAL);
	table_column(table, "from", pack_say(pack, MSG_AUDIT_FROM), VALUE_DATE);
	table_column(table, "to", pack_say(pack, MSG_AUDIT_UNTIL), VALUE_DATE);
	table_column(table, "vkey", pack_say(pack, MSG_AUDIT_KEY), VALUE_MONO);
	for (size_t i = 0; i < pack->keys.count; i++) {
		const struct pack_key *key = PACK_AT(pack->keys, struct pack_key, i);
		const struct pack_key *after = key_after(pack, i);

		row_begin(table, ROW_NORMAL);
		pack_cell_member(pack, table, key->member);
		cell_integer(table, (int64_t)key->position);
		cell_date(table, key->from);
		if (after)
			cell_date(table, after->from);
		else
			cell_empty(table);
		cell_text(table, key->vkey);
	}
}

enum err pack_duties_put(struct audit_pack *pack, struct fault *fault)
{
	struct holder *holders = calloc(pack->members.count + 1, sizeof *holders);
	enum err err;

	if (!holders)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < pack->entries.count; i++) {
		const struct pack_entry *entry = pack_entry_at(pack, i);

		holders[entry->signer].count[duty_of(entry->kind)]++;
	}
	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_DUTIES));
	put_matrix(pack, holders);
	err = put_exceptions(pack, holders, fault);
	put_keys(pack);
	free(holders);
	return err;
}

/* ---- what left, and who decided it ---- */

static const struct pack_payment *payment_of(const struct audit_pack *pack,
					     uint64_t position)
{
	for (size_t i = 0; i < pack->payments.count; i++)
		if (PACK_AT(pack->payments, struct pack_payment, i)->position == position)
			return PACK_AT(pack->payments, struct pack_payment, i);
	return NULL;
}

/* The seats that voted for it, as ids. */
static void cell_seats(const struct audit_pack *pack, struct table *table,
		       uint64_t proposal)
{
	char text[1024];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < pack->ballots.count && n < sizeof text; i++) {
		const struct pack_ballot *ballot =
			PACK_AT(pack->ballots, struct pack_ballot, i);

		if (ballot->proposal == proposal)
			n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
					      n ? ", " : "",
					      pack->members.names[ballot->seat]);
	}
	cell_text(table, text);
}

static bool was_authorised(const struct proposal_view *proposal,
			   const struct pack_payment *payment)
{
	return proposal->decided_at && proposal->decided_at < payment->position &&
	       proposal->votes_for >= proposal->needed && !proposal->is_unratified;
}

static void put_disbursement(const struct audit_pack *pack, struct table *table,
			     const struct pack_entry *paid)
{
	const struct pack_payment *payment = payment_of(pack, paid->of);
	struct proposal_view proposal;
	bool known = payment && query_proposal(pack->books, payment->proposal, &proposal);
	bool right = known && was_authorised(&proposal, payment);

	row_begin(table, right ? ROW_NORMAL : ROW_ALERT);
	cell_integer(table, (int64_t)paid->position);
	cell_date(table, paid->date);
	cell_integer(table, (int64_t)paid->of);
	if (known) {
		cell_integer(table, (int64_t)payment->proposal);
		cell_integer(table, (int64_t)proposal.decided_at);
		cell_integer(table, proposal.votes_for);
		cell_integer(table, proposal.needed);
		cell_seats(pack, table, payment->proposal);
		cell_text(table, proposal.fund);
		cell_cents(table, payment->amount);
	} else {
		for (int i = 0; i < 7; i++)
			cell_empty(table);
	}
	cell_text(table, pack_say(pack, right ? MSG_AUDIT_YES : MSG_AUDIT_NO));
}

enum err pack_disbursements_put(struct audit_pack *pack, struct fault *fault)
{
	struct table *table;

	(void)fault;
	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_AUTHORISATION));
	table = table_begin(pack->doc, "disbursements",
			    pack_say(pack, MSG_AUDIT_DISBURSEMENTS));
	table_column(table, "position", pack_say(pack, MSG_ENTRY), VALUE_ORDINAL);
	table_column(table, "date", pack_say(pack, MSG_ENTERED_ON), VALUE_DATE);
	table_column(table, "payment", pack_say(pack, MSG_AUDIT_ORDERED), VALUE_ORDINAL);
	table_column(table, "proposal", pack_say(pack, MSG_AUDIT_PROPOSAL),
		     VALUE_ORDINAL);
	table_column(table, "decision", pack_say(pack, MSG_AUDIT_DECISION),
		     VALUE_ORDINAL);
	table_column(table, "votes", pack_say(pack, MSG_AUDIT_VOTES), VALUE_ORDINAL);
	table_column(table, "needed", pack_say(pack, MSG_AUDIT_NEEDED), VALUE_ORDINAL);
	table_column(table, "seats", pack_say(pack, MSG_AUDIT_SEATS), VALUE_TEXT);
	table_column(table, "fund", pack_say(pack, MSG_FUND), VALUE_TEXT);
	table_column(table, "amount", pack_say(pack, MSG_AMOUNT), VALUE_CENTS);
	table_column(table, "authorised", pack_say(pack, MSG_AUDIT_RIGHT), VALUE_TEXT);
	for (size_t i = 0; i < pack->entries.count; i++)
		if (pack_entry_at(pack, i)->in_year &&
		    pack_entry_at(pack, i)->kind == KIND_paid)
			put_disbursement(pack, table, pack_entry_at(pack, i));
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_DISBURSED_EXPLAINED));
	return ERR_OK;
}
