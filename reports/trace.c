/*
 * trace.c - see trace.h.
 */
#include "reports/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/naming.h"
#include "reports/question.h"
#include "reports/sum.h"
#include "reports/trace_int.h"

/* What one contribution has brought, by what became of it. */
struct origin_sum {
	uint64_t origin;
	struct cents spent, unspent;
};

/* What is asked for, of one use and sub-balance. */
struct use_sum {
	struct cents amount, paid;
};

static const char *say(const struct trace *trace, enum msg msg)
{
	return tr(trace->lang, msg);
}

/* ---- what is asked for ---- */

static bool is_asked(const struct trace *trace, uint64_t origin)
{
	const struct trace_entry *entry = trace_entry_at(trace, origin);

	if (!entry)
		return false; /* a shortage */
	if (trace->by_entry)
		return origin == trace->entry_asked;
	if (trace->by_month)
		return month_cmp(month_of_date(entry->date), trace->month_asked) == 0;
	return strcmp(entry->member, trace->member_asked) == 0;
}

static enum err position_parse(const char *text, uint64_t *ret_position,
			       struct fault *fault)
{
	char *end;

	errno = 0;
	*ret_position = strtoull(text, &end, 10);
	if (errno || *end || text[0] < '0' || text[0] > '9')
		return fault_set(fault, ERR_USAGE,
				 "'%s' is not a position of the log: give a number",
				 text);
	return ERR_OK;
}

static enum err member_check(struct trace *trace, const char *id, struct fault *fault)
{
	struct member_view member;

	if (!text_is_id(slice_of_text(id), QUERY_ID_BYTES - 1) ||
	    !query_member(trace->books, slice_of_text(id), &member))
		return fault_set(fault, ERR_NOT_FOUND,
				 "there is no such member of this ledger: give one such "
				 "as employer:SIREN");
	(void)snprintf(trace->member_asked, sizeof trace->member_asked, "%s", id);
	return ERR_OK;
}

static enum err asked_read(struct trace *trace, const struct report_request *request,
			   struct fault *fault)
{
	const char *entry = request->text[OPTION_ENTRY];
	const char *member = request->text[OPTION_MEMBER];
	const char *month = request->text[OPTION_MONTH];

	if (!!entry + !!member + !!month != 1)
		return fault_set(fault, ERR_USAGE,
				 "a trace is of one thing: give --entry, --member or "
				 "--month");
	trace->by_entry = entry != NULL;
	trace->by_month = month != NULL;
	if (entry)
		return position_parse(entry, &trace->entry_asked, fault);
	if (member)
		return member_check(trace, member, fault);
	if (month_parse(month, &trace->month_asked) != ERR_OK)
		return fault_set(fault, ERR_USAGE, "'%s' is not a month, YYYY-MM", month);
	return ERR_OK;
}

/* ---- contributions ---- */

/* Sums in the order of the entries: their number is the entry's in trace->entries. */
static enum err origins_sum(const struct trace *trace, struct origin_sum *sums,
			    struct fault *fault)
{
	const struct trace_lots *lots = &trace->lots;
	enum err err = ERR_OK;

	for (size_t i = 0; i < lots->pieces && !err; i++) {
		const struct trace_entry *entry =
			trace_entry_at(trace, lots->piece[i].origin);

		if (entry)
			err = sum_add(&sums[entry - trace->entries].spent,
				      lots->piece[i].amount, fault);
	}
	for (size_t a = 0; a < lots->accounts; a++)
		for (size_t i = 0; i < lots->account[a].lots && !err; i++) {
			const struct trace_lot *lot = &lots->account[a].lot[i];
			const struct trace_entry *entry =
				trace_entry_at(trace, lot->origin);

			if (entry)
				err = sum_add(&sums[entry - trace->entries].unspent,
					      lot->amount, fault);
		}
	return err;
}

static void put_contribution(struct trace *trace, struct table *table,
			     const struct trace_entry *entry, struct cents brought,
			     const struct origin_sum *sum)
{
	row_begin(table, ROW_NORMAL);
	cell_integer(table, (int64_t)entry->position);
	cell_date(table, entry->date);
	cell_text(table, entry->name);
	if (entry->member[0])
		cell_member(table, trace->books, entry->member);
	else
		cell_empty(table);
	cell_cents(table, brought);
	cell_cents(table, sum->spent);
	cell_cents(table, sum->unspent);
}

static enum err put_contributions(struct trace *trace, struct fault *fault)
{
	struct origin_sum *sums = calloc(trace->entry_count + 1, sizeof *sums);
	struct table *t = table_begin(trace->doc, "contributions",
				      say(trace, MSG_TRACE_CONTRIBUTIONS_TABLE));
	enum err err = sums ? origins_sum(trace, sums, fault)
			    : fault_set(fault, ERR_MEMORY, "out of memory");

	table_column(t, "position", say(trace, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "date", say(trace, MSG_ENTERED_ON), VALUE_DATE);
	table_column(t, "kind", say(trace, MSG_ENTRY), VALUE_TEXT);
	table_column(t, "member", say(trace, MSG_PAYER), VALUE_TEXT);
	table_column(t, "received", say(trace, MSG_RECEIVED), VALUE_CENTS);
	table_column(t, "spent", say(trace, MSG_TRACE_SPENT), VALUE_CENTS);
	table_column(t, "unspent", say(trace, MSG_TRACE_UNSPENT), VALUE_CENTS);
	for (size_t i = 0; i < trace->entry_count && !err; i++) {
		const struct trace_entry *entry = &trace->entries[i];
		struct cents brought = sums[i].spent;

		err = sum_add(&brought, sums[i].unspent, fault);
		if (err || !is_asked(trace, entry->position) ||
		    (cents_is_zero(brought) && !entry->is_promise))
			continue;
		put_contribution(trace, t, entry, brought, &sums[i]);
	}
	table_total_row(t, say(trace, MSG_TOTAL));
	free(sums);
	return err;
}

/* ---- uses ---- */

/* The order of use is kept within a use and sub-balance by its place in memory. */
static int piece_cmp(const void *x, const void *y)
{
	const struct trace_piece *const *p = x, *const *q = y;
	int order = ((*p)->use > (*q)->use) - ((*p)->use < (*q)->use);

	if (!order)
		order = (*p > *q) - (*p < *q);
	return order;
}

/* "fund/F/E": the fund, and what the money was earmarked to. */
static void cells_account(struct trace *trace, struct table *table, const char *account)
{
	const char *fund = account + strlen("fund/"), *slash = strchr(fund, '/');
	size_t n = slash ? (size_t)(slash - fund) : strlen(fund);

	cell_slice(table, slice_of(fund, n));
	if (!slash || strcmp(slash, "/-") == 0)
		cell_text(table, say(trace, MSG_EARMARK_NONE));
	else if (strncmp(slash + 1, fund, n) == 0 && slash[1 + n] == '\0')
		cell_text(table, say(trace, MSG_EARMARK_FUND));
	else
		cell_text(table, slash + 1);
}

/* A grant has the proposal's own words, another use those of its entry. */
static void put_use(struct trace *trace, struct table *table,
		    const struct trace_piece *piece, const struct use_sum *sum)
{
	const struct trace_entry *entry = trace_entry_at(trace, piece->use);
	struct proposal_view proposal;
	bool is_grant = query_proposal(trace->books, piece->use, &proposal);

	row_begin(table, ROW_NORMAL);
	cell_integer(table, (int64_t)piece->use);
	if (is_grant && proposal.decided)
		cell_date(table, proposal.decided_on);
	else if (entry)
		cell_date(table, entry->date);
	else
		cell_empty(table);
	cell_text(table, is_grant ? question_subject(trace->lang, &proposal)
			 : entry  ? entry->name
				  : "-");
	if (is_grant)
		cell_for_what(table, trace->books, trace->lang, &proposal);
	else
		cell_empty(table);
	cells_account(trace, table, trace->lots.account[piece->account].name);
	cell_cents(table, sum->amount);
	cell_cents(table, sum->paid);
}

/* What has left the bank of a use: of a grant what is paid and was not given back, of all
 * else the whole. */
static enum err paid_of(struct trace *trace, uint64_t use, struct cents *ret_paid,
			bool *ret_is_grant, struct fault *fault)
{
	struct proposal_view proposal;

	*ret_is_grant = query_proposal(trace->books, use, &proposal);
	if (!*ret_is_grant)
		return ERR_OK;
	*ret_paid = proposal.paid;
	return sum_take(ret_paid, proposal.restituted, fault);
}

/* The pieces of one use, from the first on. */
static enum err put_pieces(struct trace *trace, struct table *table,
			   const struct trace_piece **piece, size_t n,
			   struct fault *fault)
{
	struct use_sum *sums = calloc(trace->lots.accounts + 1, sizeof *sums);
	struct cents left = CENTS_ZERO;
	bool is_grant = false;
	enum err err = sums ? paid_of(trace, piece[0]->use, &left, &is_grant, fault)
			    : fault_set(fault, ERR_MEMORY, "out of memory");

	for (size_t i = 0; i < n && !err; i++) {
		struct use_sum *sum = &sums[piece[i]->account];
		struct cents paid = piece[i]->amount;

		if (is_grant) {
			paid = cents_min(paid, left);
			err = sum_take(&left, paid, fault);
		}
		if (err || !is_asked(trace, piece[i]->origin))
			continue;
		err = sum_add(&sum->amount, piece[i]->amount, fault);
		if (!err)
			err = sum_add(&sum->paid, paid, fault);
	}
	for (size_t i = 0; i < n && !err; i++) {
		struct use_sum *sum = &sums[piece[i]->account];

		if (cents_is_zero(sum->amount))
			continue;
		put_use(trace, table, piece[i], sum);
		*sum = (struct use_sum){ .amount = CENTS_ZERO };
	}
	free(sums);
	return err;
}

static enum err put_uses(struct trace *trace, struct fault *fault)
{
	const struct trace_lots *lots = &trace->lots;
	const struct trace_piece **piece = calloc(lots->pieces + 1, sizeof(void *));
	struct table *t =
		table_begin(trace->doc, "uses", say(trace, MSG_TRACE_USES_TABLE));
	enum err err = piece ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");

	table_column(t, "position", say(trace, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "date", say(trace, MSG_DECIDED_ON), VALUE_DATE);
	table_column(t, "what", say(trace, MSG_SUBJECT), VALUE_TEXT);
	table_column(t, "for_what", say(trace, MSG_FOR_WHAT), VALUE_TEXT);
	table_column(t, "fund", say(trace, MSG_FUND), VALUE_TEXT);
	table_column(t, "earmark", say(trace, MSG_EARMARK), VALUE_TEXT);
	table_column(t, "amount", say(trace, MSG_TRACE_FINANCED), VALUE_CENTS);
	table_column(t, "paid", say(trace, MSG_TRACE_PAID), VALUE_CENTS);
	for (size_t i = 0; i < lots->pieces && !err; i++)
		piece[i] = &lots->piece[i];
	if (!err && lots->pieces)
		qsort(piece, lots->pieces, sizeof *piece, piece_cmp);
	for (size_t i = 0, n; i < lots->pieces && !err; i += n) {
		for (n = 1; i + n < lots->pieces && piece[i + n]->use == piece[i]->use;)
			n++;
		err = put_pieces(trace, t, piece + i, n, fault);
	}
	table_total_row(t, say(trace, MSG_TOTAL));
	free(piece);
	return err;
}

/* ---- what is not spent, and the whole ---- */

static enum err put_unspent(struct trace *trace, struct fault *fault)
{
	struct table *t =
		table_begin(trace->doc, "unspent", say(trace, MSG_TRACE_UNSPENT_TABLE));
	enum err err = ERR_OK;

	table_column(t, "fund", say(trace, MSG_FUND), VALUE_TEXT);
	table_column(t, "earmark", say(trace, MSG_EARMARK), VALUE_TEXT);
	table_column(t, "amount", say(trace, MSG_AMOUNT), VALUE_CENTS);
	for (size_t a = 0; a < trace->lots.accounts && !err; a++) {
		const struct trace_account *account = &trace->lots.account[a];
		struct cents sum = CENTS_ZERO;

		for (size_t i = 0; i < account->lots && !err; i++)
			if (is_asked(trace, account->lot[i].origin))
				err = sum_add(&sum, account->lot[i].amount, fault);
		if (err || cents_is_zero(sum))
			continue;
		row_begin(t, ROW_NORMAL);
		cells_account(trace, t, account->name);
		cell_cents(t, sum);
	}
	table_total_row(t, say(trace, MSG_TOTAL));
	return err;
}

/* (2) of trace.h, sub-balance by sub-balance. */
static enum err put_account(struct trace *trace, struct table *table, size_t number,
			    struct fault *fault)
{
	const struct trace_account *account = &trace->lots.account[number];
	struct cents unspent = CENTS_ZERO, balance, agrees = account->shortage;
	enum err err = ERR_OK;

	for (size_t i = 0; i < account->lots && !err; i++)
		err = sum_add(&unspent, account->lot[i].amount, fault);
	balance = cents_neg(query_balance(trace->books, account->name));
	if (!err)
		err = sum_add(&agrees, balance, fault);
	if (err)
		return err;
	if (cents_cmp(agrees, unspent) != 0)
		return fault_set(fault, ERR_CORRUPT,
				 "the trace of '%s' does not come to its balance: report "
				 "this, with the log",
				 account->name);
	row_begin(table, cents_is_zero(account->shortage) ? ROW_NORMAL : ROW_ALERT);
	cells_account(trace, table, account->name);
	cell_cents(table, unspent);
	cell_cents(table, account->shortage);
	cell_cents(table, balance);
	return ERR_OK;
}

static enum err put_whole(struct trace *trace, struct fault *fault)
{
	struct table *t =
		table_begin(trace->doc, "whole", say(trace, MSG_TRACE_WHOLE_TABLE));
	enum err err = ERR_OK;

	table_column(t, "fund", say(trace, MSG_FUND), VALUE_TEXT);
	table_column(t, "earmark", say(trace, MSG_EARMARK), VALUE_TEXT);
	table_column(t, "unspent", say(trace, MSG_TRACE_UNSPENT_ALL), VALUE_CENTS);
	table_column(t, "shortage", say(trace, MSG_TRACE_SHORTAGE), VALUE_CENTS);
	table_column(t, "balance", say(trace, MSG_TRACE_BALANCE), VALUE_CENTS);
	for (size_t a = 0; a < trace->lots.accounts && !err; a++)
		err = put_account(trace, t, a, fault);
	table_total_row(t, say(trace, MSG_TOTAL));
	document_paragraph(trace->doc, say(trace, MSG_TRACE_WHOLE_EXPLAINED));
	return err;
}

static void put_proof(struct trace *trace)
{
	char command[96];

	document_heading(trace->doc, 1, say(trace, MSG_TRACE_PROOF_HEADING));
	document_paragraph(trace->doc, say(trace, MSG_TRACE_PROOF_EXPLAINED));
	if (trace->by_entry) {
		(void)snprintf(command, sizeof command,
			       "arrondi-ledger proof %s %" PRIu64,
			       say(trace, MSG_TRACE_LEDGER), trace->entry_asked);
		document_command(trace->doc, command);
	} else {
		document_command(trace->doc, say(trace, MSG_TRACE_PROOF_COMMAND));
	}
}

enum err trace_finish(struct trace *trace, struct fault *fault)
{
	enum err err;

	if (trace->by_entry && !trace_entry_at(trace, trace->entry_asked))
		return fault_set(
			fault, ERR_NOT_FOUND,
			"entry %" PRIu64 " is not a contribution of this ledger: "
			"give the position of a batch, a gift, a convention or a "
			"contribution",
			trace->entry_asked);
	err = put_contributions(trace, fault);
	if (!err)
		err = put_uses(trace, fault);
	if (!err)
		err = put_unspent(trace, fault);
	document_heading(trace->doc, 1, say(trace, MSG_TRACE_RULE_HEADING));
	document_paragraph(trace->doc, say(trace, MSG_TRACE_RULE));
	document_paragraph(trace->doc, say(trace, MSG_TRACE_RULE_BACK));
	if (!err)
		err = put_whole(trace, fault);
	if (err)
		return err;
	put_proof(trace);
	return document_check(trace->doc, fault);
}

/* ---- the beginning ---- */

static void put_asked(struct trace *trace)
{
	char month[LANG_FIGURE_BYTES];

	if (trace->by_entry) {
		document_property_integer(trace->doc, "entry", say(trace, MSG_ENTRY),
					  (int64_t)trace->entry_asked);
	} else if (trace->by_month) {
		lang_month(trace->lang, trace->month_asked, month);
		document_property_text(trace->doc, "month", say(trace, MSG_TRACE_MONTH),
				       month);
	} else {
		document_property_text(trace->doc, "member",
				       say(trace, MSG_STATEMENT_MEMBER),
				       trace->member_asked);
	}
}

enum err trace_begin(struct books *books, const struct standing *standing,
		     const struct report_request *request, struct document *doc,
		     struct trace **ret_trace, struct fault *fault)
{
	struct trace *trace = calloc(1, sizeof *trace);
	enum err err;

	if (!trace)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	*trace = (struct trace){ .books = books, .doc = doc, .lang = doc->lang };
	err = asked_read(trace, request, fault);
	if (!err)
		err = naming_standing(doc, books, standing, fault);
	if (!err)
		err = naming_overdrawn(doc, books, fault);
	if (err) {
		trace_free(trace);
		return err;
	}
	put_asked(trace);
	*ret_trace = trace;
	return ERR_OK;
}

struct source_visitor trace_visitor(struct trace *trace)
{
	return (struct source_visitor){ .ctx = trace,
					.visit = trace_visit,
					.books = &trace->now };
}

void trace_free(struct trace *trace)
{
	if (!trace)
		return;
	trace_read_release(trace);
	free(trace);
}

enum err trace_report(struct source *source, const struct report_request *request,
		      struct document *doc, struct fault *fault)
{
	struct trace *trace = NULL;
	struct source_visitor visitor;
	enum err err;

	document_init(doc, request->lang, "trace", tr(request->lang, MSG_TRACE_TITLE));
	err = trace_begin(source_books(source), source_standing(source), request, doc,
			  &trace, fault);
	if (err)
		return err;
	visitor = trace_visitor(trace);
	err = source_each_posting(source, &visitor, fault);
	if (!err)
		err = trace_finish(trace, fault);
	trace_free(trace);
	return err;
}
