/*
 * audit_pack_letters.c - what others are asked: the bank, each payer, and who has tax
 * receipts (audit_pack_int.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/books_query_receipt.h"
#include "reports/audit_pack_int.h"
#include "reports/naming.h"
#include "reports/receivables.h"
#include "reports/sum.h"

/* ---- the bank ---- */

static enum err put_accounts(struct audit_pack *pack, struct fault *fault)
{
	struct account_view *accounts = NULL;
	struct table *table;
	size_t count = 0;
	enum err err = query_accounts(pack->books, &accounts, &count, fault);

	if (err)
		return err;
	table = table_begin(pack->doc, "accounts", pack_say(pack, MSG_AUDIT_ACCOUNTS));
	table_column(table, "account", pack_say(pack, MSG_BANK_ACCOUNT), VALUE_TEXT);
	table_column(table, "stated_on", pack_say(pack, MSG_AUDIT_STATED), VALUE_DATE);
	table_column(table, "balance", pack_say(pack, MSG_AUDIT_BALANCE), VALUE_CENTS);
	table_column(table, "lines", pack_say(pack, MSG_AUDIT_OPEN_LINES), VALUE_INTEGER);
	table_column(table, "arrived", pack_say(pack, MSG_ARRIVED), VALUE_CENTS);
	table_column(table, "left", pack_say(pack, MSG_LEFT), VALUE_CENTS);
	for (size_t i = 0; i < count; i++) {
		row_begin(table, accounts[i].lines ? ROW_ALERT : ROW_NORMAL);
		cell_text(table, accounts[i].label);
		if (accounts[i].stated_on.day < 0)
			cell_empty(table);
		else
			cell_date(table, accounts[i].stated_on);
		cell_cents(table, accounts[i].balance);
		cell_integer(table, accounts[i].lines);
		cell_cents(table, accounts[i].arrived);
		cell_cents(table, accounts[i].left);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	free(accounts);
	return ERR_OK;
}

/* What we have ordered, and the bank has not carried out. */
static enum err put_outstanding(struct audit_pack *pack, struct fault *fault)
{
	struct proposal_view *proposals = NULL;
	struct table *table;
	size_t count = 0;
	enum err err = query_proposals(pack->books, &proposals, &count, fault);

	if (err)
		return err;
	table = table_begin(pack->doc, "outstanding",
			    pack_say(pack, MSG_AUDIT_OUTSTANDING));
	table_column(table, "proposal", pack_say(pack, MSG_AUDIT_PROPOSAL),
		     VALUE_ORDINAL);
	table_column(table, "fund", pack_say(pack, MSG_FUND), VALUE_TEXT);
	table_column(table, "amount", pack_say(pack, MSG_AMOUNT), VALUE_CENTS);
	for (size_t i = 0; i < count && !err; i++) {
		struct cents open = proposals[i].ordered;

		err = sum_take(&open, proposals[i].paid, fault);
		if (err || !cents_is_positive(open))
			continue;
		row_begin(table, ROW_NORMAL);
		cell_integer(table, (int64_t)proposals[i].position);
		cell_text(table, proposals[i].fund);
		cell_cents(table, open);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	free(proposals);
	return err;
}

enum err pack_bank_put(struct audit_pack *pack, struct fault *fault)
{
	enum err err;

	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_BANK));
	err = put_accounts(pack, fault);
	if (!err)
		err = receivables_suspense(pack->books, &pack->standing, pack->doc,
					   fault);
	return err ? err : put_outstanding(pack, fault);
}

/* ---- payers ---- */

struct payer_sum {
	struct cents opening, promised, received, other, closing;
};

static enum err balance_until(struct audit_pack *pack, const char *payer,
			      struct payer_sum *sum, struct fault *fault)
{
	char account[POSTING_ACCOUNT_BYTES_MAX];
	struct movement_view *moves = NULL;
	size_t count = 0;
	enum err err;

	(void)snprintf(account, sizeof account, "receivable/%s", payer);
	err = query_movements(pack->books, account, pack->exercise.from,
			      pack->exercise.to, &moves, &count, fault);
	for (size_t i = 0; i < count && !err; i++) {
		if (strcmp(moves[i].account, account) != 0)
			continue; /* of a longer name */
		err = sum_add(&sum->opening, moves[i].before, fault);
		if (!err)
			err = sum_add(&sum->closing, moves[i].before, fault);
		if (!err)
			err = sum_add(&sum->closing, moves[i].within, fault);
	}
	free(moves);
	return err;
}

static void months_columns(const struct audit_pack *pack, struct table *table)
{
	table_column(table, "promised", pack_say(pack, MSG_AUDIT_PROMISED), VALUE_CENTS);
	table_column(table, "received", pack_say(pack, MSG_AUDIT_RECEIVED), VALUE_CENTS);
	table_column(table, "other", pack_say(pack, MSG_AUDIT_OTHER_MOVES), VALUE_CENTS);
}

/* The letter of one payer: what we have, month by month, and what it is asked. */
static enum err put_letter(struct audit_pack *pack, uint32_t payer, int number,
			   struct payer_sum *sum, struct fault *fault)
{
	char id[32], closing[LANG_FIGURE_BYTES], day[LANG_FIGURE_BYTES], text[1024];
	const char *name = pack->members.names[payer];
	struct member_view member;
	struct table *table;
	struct date until;
	enum err err = naming_last_day(&pack->standing, &until, fault);

	if (!err)
		err = balance_until(pack, name, sum, fault);
	if (err)
		return err;
	if (date_cmp(pack->exercise.to, until) < 0)
		until = pack->exercise.to;
	if (query_member(pack->books, slice_of_text(name), &member) && member.name[0])
		name = member.name;
	lang_cents(pack->lang, sum->closing, closing);
	lang_date(pack->lang, until, day);
	document_heading(pack->doc, 2, name);
	(void)snprintf(text, sizeof text, "%s %s, %s %s.",
		       pack_say(pack, MSG_AUDIT_LETTER), day,
		       pack_say(pack, MSG_AUDIT_LETTER_OWE), closing);
	document_paragraph(pack->doc, text);
	(void)snprintf(id, sizeof id, "confirmation_%d", number);
	table = table_begin(pack->doc, id, pack_say(pack, MSG_AUDIT_LETTER_MONTHS));
	table_column(table, "month", pack_say(pack, MSG_AUDIT_MONTH), VALUE_MONTH);
	months_columns(pack, table);
	for (size_t i = 0; i < pack->months.count && !err; i++) {
		const struct pack_month *month =
			PACK_AT(pack->months, struct pack_month, i);

		if (month->payer != payer)
			continue;
		row_begin(table, ROW_NORMAL);
		cell_month(table, month->month);
		cell_cents(table, month->promised);
		cell_cents(table, month->received);
		cell_cents(table, month->other);
		err = sum_add(&sum->promised, month->promised, fault);
		if (!err)
			err = sum_add(&sum->received, month->received, fault);
		if (!err)
			err = sum_add(&sum->other, month->other, fault);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_LETTER_REPLY));
	return err;
}

static bool has_month(const struct audit_pack *pack, uint32_t payer)
{
	for (size_t i = 0; i < pack->months.count; i++)
		if (PACK_AT(pack->months, struct pack_month, i)->payer == payer)
			return true;
	return false;
}

static void put_summary(const struct audit_pack *pack, struct table *table,
			uint32_t payer, const struct payer_sum *sum)
{
	row_begin(table, ROW_NORMAL);
	pack_cell_member(pack, table, payer);
	cell_cents(table, sum->opening);
	cell_cents(table, sum->promised);
	cell_cents(table, sum->received);
	cell_cents(table, sum->other);
	cell_cents(table, sum->closing);
}

enum err pack_letters_put(struct audit_pack *pack, struct fault *fault)
{
	struct table *table;
	int number = 0;
	enum err err = ERR_OK;

	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_LETTERS));
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_LETTERS_EXPLAINED));
	table = table_begin(pack->doc, "confirmations",
			    pack_say(pack, MSG_AUDIT_CONFIRMATIONS));
	table_column(table, "payer", pack_say(pack, MSG_PAYER), VALUE_TEXT);
	table_column(table, "opening", pack_say(pack, MSG_AUDIT_OPENING), VALUE_CENTS);
	months_columns(pack, table);
	table_column(table, "closing", pack_say(pack, MSG_AUDIT_CLOSING), VALUE_CENTS);
	for (uint32_t payer = 0; payer < pack->members.count && !err; payer++) {
		struct payer_sum sum = { .opening = CENTS_ZERO };

		if (!has_month(pack, payer))
			continue;
		err = put_letter(pack, payer, ++number, &sum, fault);
		if (!err)
			put_summary(pack, table, payer, &sum);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	return err;
}

/* ---- donors ---- */

static enum err put_receipts(struct audit_pack *pack, struct fault *fault)
{
	struct table *table =
		table_begin(pack->doc, "receipts", pack_say(pack, MSG_AUDIT_RECEIPTS));
	int64_t count = query_receipt_count(pack->books);
	struct receipt_view receipt;

	(void)fault;
	table_column(table, "number", pack_say(pack, MSG_222BIS_NUMBER), VALUE_ORDINAL);
	table_column(table, "year", pack_say(pack, MSG_222BIS_YEAR), VALUE_ORDINAL);
	table_column(table, "form", pack_say(pack, MSG_222BIS_FORM), VALUE_MONO);
	table_column(table, "position", pack_say(pack, MSG_ENTRY), VALUE_ORDINAL);
	table_column(table, "voided", pack_say(pack, MSG_222BIS_VOIDED_AT),
		     VALUE_ORDINAL);
	table_column(table, "replaced", pack_say(pack, MSG_222BIS_REPLACED),
		     VALUE_ORDINAL);
	table_column(table, "in_force", pack_say(pack, MSG_AUDIT_IN_FORCE), VALUE_CENTS);
	for (int64_t number = 1; number <= count; number++) {
		if (!query_receipt(pack->books, number, &receipt) ||
		    receipt.year != ymd_of_date(pack->exercise.to).year)
			continue;
		row_begin(table, ROW_NORMAL);
		cell_integer(table, receipt.number);
		cell_integer(table, receipt.year);
		cell_text(table, receipt.form);
		cell_integer(table, (int64_t)receipt.position);
		if (receipt.voided)
			cell_integer(table, (int64_t)receipt.voided);
		else
			cell_empty(table);
		if (receipt.replaced_by)
			cell_integer(table, receipt.replaced_by);
		else
			cell_empty(table);
		cell_cents(table, receipt.voided ? CENTS_ZERO : receipt.amount);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	return ERR_OK;
}

/* What has arrived of gifts, and what of that is on receipts: never more. */
static enum err put_given(struct audit_pack *pack, struct fault *fault)
{
	static const char *const classes[] = { "person", "company", "seller", "match" };
	struct given_view *given = NULL;
	struct table *table;
	size_t count = 0;
	enum err err = query_given(pack->books, &given, &count, fault);

	if (err)
		return err;
	table = table_begin(pack->doc, "eligible", pack_say(pack, MSG_AUDIT_ELIGIBLE));
	table_column(table, "class", pack_say(pack, MSG_AUDIT_CLASS), VALUE_MONO);
	table_column(table, "arrived", pack_say(pack, MSG_AUDIT_RECEIVED), VALUE_CENTS);
	table_column(table, "receipted", pack_say(pack, MSG_AUDIT_RECEIPTED),
		     VALUE_CENTS);
	for (size_t class = 0; class < sizeof classes / sizeof *classes && !err;
	     class ++) {
		struct cents arrived = CENTS_ZERO, receipted = CENTS_ZERO;

		for (size_t i = 0; i < count && !err; i++) {
			if (strcmp(given[i].class, classes[class]) != 0 ||
			    given[i].year != ymd_of_date(pack->exercise.to).year)
				continue;
			err = sum_add(&arrived, given[i].arrived, fault);
			if (!err)
				err = sum_add(&receipted, given[i].receipted, fault);
		}
		row_begin(table,
			  cents_cmp(receipted, arrived) > 0 ? ROW_ALERT : ROW_NORMAL);
		cell_text(table, classes[class]);
		cell_cents(table, arrived);
		cell_cents(table, receipted);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	free(given);
	return err;
}

enum err pack_receipts_put(struct audit_pack *pack, struct fault *fault)
{
	enum err err;

	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_RECEIPTS));
	err = put_receipts(pack, fault);
	if (!err)
		err = put_given(pack, fault);
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_RECEIPTS_EXPLAINED));
	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_RETENTION));
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_RETENTION_EXPLAINED));
	return err;
}
