/*
 * statement.c - see statement.h.
 *
 * The tables are laid out first and filled as the log is read. What an entry did is
 * told by its postings, not by its kind: a reversed gift that was paid has become a
 * credit, and a batch draws on an old one, without a rule being repeated here.
 */
#include "reports/statement.h"

#include <stdlib.h>
#include <string.h>

#include "reports/naming.h"
#include "reports/owed.h"
#include "reports/patronage_tax.h"
#include "reports/payment_code.h"
#include "reports/question.h"
#include "reports/sum.h"

/* A batch that was handed in: what its corrections do not repeat, and the rows that
 * are in force. */
struct handed {
	uint64_t position;
	struct month period;
	int64_t count;
};

struct statement {
	struct books *books;
	struct document *doc;
	enum lang lang;
	struct date today;
	struct member_view member;
	char receivable[POSTING_ACCOUNT_BYTES_MAX], credit[POSTING_ACCOUNT_BYTES_MAX],
		transit[POSTING_ACCOUNT_BYTES_MAX];
	struct owed owed;
	struct handed *handed; /* owned; ascending by position */
	size_t handed_count;
	uint64_t *refunds; /* owned; positions of what our bank gave back */
	size_t refund_count;
	struct table *summary, *open, *batches, *entries;
	struct cents promised, paid, balance; /* so far */
	struct patronage_skills skills;
	struct cents turnover; /* negative: not known */
};

/* What one entry did to the member. */
struct effect {
	bool concerns;
	struct cents promised, paid;
};

static const char *say(const struct statement *s, enum msg msg)
{
	return tr(s->lang, msg);
}

/* ---- an entry's effect ---- */

/* What these flows move is no promise: money that arrived or was given back. */
static bool flow_is_of_a_promise(const char *flow)
{
	return strcmp(flow, "settled") != 0 && strcmp(flow, "overpaid") != 0 &&
	       strcmp(flow, "reversed") != 0 && strcmp(flow, "refunded") != 0;
}

/* What was transferred is paid while it is in transit, too; and so is what was kept. */
static enum err effect_add(const struct statement *s, struct effect *effect,
			   const struct posting *posting, struct cents *bank,
			   struct fault *fault)
{
	bool in_transit = strcmp(posting->account, s->transit) == 0;

	effect->concerns = effect->concerns || in_transit;
	if (in_transit || account_is_cash(posting->account) ||
	    strcmp(posting->flow, "fee") == 0)
		return sum_add(bank, posting->amount, fault);
	if (strcmp(posting->account, s->receivable) != 0 &&
	    strcmp(posting->account, s->credit) != 0)
		return ERR_OK;
	effect->concerns = true;
	if (!flow_is_of_a_promise(posting->flow))
		return ERR_OK;
	return sum_add(&effect->promised, posting->amount, fault);
}

/* What our bank gave back of a member's gift has left a fund, and moves no account of the
 * member's; nor does its undoing. */
static enum err given_back(struct statement *s, uint64_t position,
			   const struct entry *entry, bool *ret_is, struct fault *fault)
{
	uint64_t *more;

	*ret_is = false;
	if (entry->kind == KIND_refund && entry_has(entry, "of") &&
	    text_is(entry_text(entry, "through"), "bank") &&
	    slice_equal_text(entry_text(entry, "payer"), s->member.id)) {
		more = reallocarray(s->refunds, s->refund_count + 1, sizeof *more);
		if (!more)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		s->refunds = more;
		s->refunds[s->refund_count++] = position;
		*ret_is = true;
	}
	for (size_t i = 0; entry->kind == KIND_reversal && i < s->refund_count; i++)
		*ret_is = *ret_is || s->refunds[i] == entry_position(entry, "of");
	return ERR_OK;
}

/* By the company itself, or for it, or by this collector. */
static bool is_handed_by(const struct entry *entry, const char *member)
{
	if (entry->kind == KIND_remittance)
		return slice_equal_text(entry->by, member);
	return (entry->kind == KIND_batch || entry->kind == KIND_correction) &&
	       (slice_equal_text(entry_text(entry, "company"), member) ||
		slice_equal_text(entry_text(entry, "collector"), member));
}

/* Money at the bank is the member's where the entry is: no entry settles for two. */
static enum err effect_of(struct statement *s, uint64_t position,
			  const struct entry *entry, const struct posting *postings,
			  size_t count, struct effect *ret_effect, struct fault *fault)
{
	struct effect effect = { .concerns = false };
	struct cents bank = CENTS_ZERO;
	bool is_given_back;
	enum err given = given_back(s, position, entry, &is_given_back, fault);

	if (given)
		return given;
	for (size_t i = 0; i < count; i++) {
		enum err err = effect_add(s, &effect, &postings[i], &bank, fault);

		if (err)
			return err;
	}
	/* A batch without a row moves nothing, and yet was handed in; so was a
	 * correction that changes no total, or a remittance without a fee. */
	if (is_handed_by(entry, s->member.id))
		effect.concerns = true;
	if (is_given_back && !effect.concerns) {
		effect.concerns = true;
		effect.promised = bank;
	}
	if (effect.concerns)
		effect.paid = bank;
	*ret_effect = effect;
	return ERR_OK;
}

/* ---- rows ---- */

static bool undoes(const struct entry *entry)
{
	return entry->kind == KIND_reversal || entry->kind == KIND_chargeback ||
	       entry->kind == KIND_writeoff ||
	       (entry->kind == KIND_fee && entry_has(entry, "of")) ||
	       (entry->kind == KIND_refund && entry_has(entry, "of"));
}

/* The entry that this one names, if any. */
static void cell_named(struct table *table, const struct entry *entry)
{
	if (entry->kind == KIND_settlement && entry_has(entry, "settles"))
		cell_integer(table, (int64_t)entry_position(entry, "settles"));
	else if (entry->kind == KIND_correction)
		cell_integer(table, (int64_t)entry_position(entry, "batch"));
	else if (undoes(entry))
		cell_integer(table, (int64_t)entry_position(entry, "of"));
	else if (entry->kind == KIND_condition && entry_has(entry, "patronage"))
		cell_integer(table, (int64_t)entry_position(entry, "patronage"));
	else
		cell_empty(table);
}

static void put_entry(struct statement *s, uint64_t position, const struct entry *entry,
		      const struct effect *effect)
{
	row_begin(s->entries, ROW_NORMAL);
	cell_integer(s->entries, (int64_t)position);
	cell_date(s->entries, entry->date);
	cell_text(s->entries, naming_entry(s->lang, entry));
	cell_named(s->entries, entry);
	cell_cents_or_empty(s->entries, effect->promised);
	cell_cents_or_empty(s->entries, effect->paid);
	cell_cents(s->entries, s->balance);
	cell_slice(s->entries, entry->ref);
}

static enum err amounts_sum(const struct json *list, struct cents *ret_sum,
			    struct fault *fault)
{
	struct cents sum = CENTS_ZERO;
	enum err err = ERR_OK;

	for (const struct json *item = list->first; item && !err; item = item->next)
		err = sum_add(&sum, item_cents(item, "amount"), fault);
	*ret_sum = sum;
	return err;
}

static enum err batch_remember(struct statement *s, uint64_t position,
			       const struct entry *batch, struct handed **ret_handed,
			       struct fault *fault)
{
	struct handed *more = reallocarray(s->handed, s->handed_count + 1, sizeof *more);

	if (!more)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	s->handed = more;
	*ret_handed = &more[s->handed_count++];
	**ret_handed = (struct handed){ .position = position,
					.period = entry_month(batch, "period") };
	return ERR_OK;
}

static int handed_cmp(const void *key, const void *handed)
{
	uint64_t position = *(const uint64_t *)key;
	uint64_t other = ((const struct handed *)handed)->position;

	return (position > other) - (position < other);
}

/* The batch that an entry hands in or corrects. */
static enum err batch_find(struct statement *s, uint64_t position,
			   const struct entry *entry, struct handed **ret_handed,
			   struct fault *fault)
{
	uint64_t of;

	if (entry->kind == KIND_batch)
		return batch_remember(s, position, entry, ret_handed, fault);
	of = entry_position(entry, "batch");
	*ret_handed = s->handed_count ? bsearch(&of, s->handed, s->handed_count,
						sizeof *s->handed, handed_cmp)
				      : NULL;
	if (!*ret_handed)
		return fault_set(fault, ERR_CORRUPT,
				 "a correction is of a batch that was not handed in");
	return ERR_OK;
}

/* A correction's row says what it changes, so that the columns add up to what is in
 * force. Of a collector's batch the rows are the collector's, and the match is the
 * company's. */
static enum err put_batch(struct statement *s, uint64_t position,
			  const struct entry *entry, const struct effect *effect,
			  struct fault *fault)
{
	bool is_collected = entry_has(entry, "collector");
	bool is_company = slice_equal_text(entry_text(entry, "company"), s->member.id);
	struct cents total = effect->promised, match = CENTS_ZERO;
	struct handed *handed;
	enum err err = batch_find(s, position, entry, &handed, fault);

	if (!err && (is_company || !is_collected))
		err = amounts_sum(entry_list(entry, "match"), &match, fault);
	if (!err)
		err = sum_add(&total, cents_neg(match), fault);
	if (err)
		return err;
	row_begin(s->batches, ROW_NORMAL);
	cell_integer(s->batches, (int64_t)position);
	cell_month(s->batches, handed->period);
	cell_text(s->batches, naming_entry(s->lang, entry));
	cell_integer(s->batches, entry_integer(entry, "count") - handed->count);
	handed->count = entry_integer(entry, "count");
	if (is_collected && is_company)
		cell_empty(s->batches);
	else
		cell_cents(s->batches, total);
	if (is_collected && !is_company)
		cell_empty(s->batches);
	else
		cell_cents(s->batches, match);
	cell_slice(s->batches, entry->ref);
	return ERR_OK;
}

enum err statement_add(struct statement *s, uint64_t position, const struct entry *entry,
		       const struct posting *postings, size_t count, struct fault *fault)
{
	struct effect effect;
	enum err err = effect_of(s, position, entry, postings, count, &effect, fault);

	if (err)
		return err;
	/* Also of an entry that concerned another: who continues it owes it now. */
	owed_see(&s->owed, s->lang, position, entry);
	err = patronage_skills_see(&s->skills, position, entry, fault);
	if (err)
		return err;
	if (!effect.concerns)
		return ERR_OK;
	err = sum_add(&s->promised, effect.promised, fault);
	if (!err)
		err = sum_add(&s->paid, effect.paid, fault);
	if (!err)
		err = sum_add(&s->balance, effect.promised, fault);
	if (!err)
		err = sum_add(&s->balance, cents_neg(effect.paid), fault);
	if (err)
		return err;
	put_entry(s, position, entry, &effect);
	if (entry->kind != KIND_batch && entry->kind != KIND_correction)
		return ERR_OK;
	return put_batch(s, position, entry, &effect, fault);
}

/* ---- the end ---- */

static void put_sum(struct statement *s, enum msg label, struct cents amount)
{
	row_begin(s->summary, cents_is_negative(amount) ? ROW_ALERT : ROW_NORMAL);
	cell_text(s->summary, say(s, label));
	cell_cents(s->summary, amount);
}

static void put_summary(struct statement *s)
{
	put_sum(s, MSG_PROMISED, s->promised);
	put_sum(s, MSG_PAID, s->paid);
	put_sum(s, MSG_RECEIVABLE_END, query_balance(s->books, s->receivable));
	put_sum(s, MSG_CREDIT, cents_neg(query_balance(s->books, s->credit)));
}

static void put_owed(struct statement *s)
{
	for (size_t i = 0; i < s->owed.n; i++) {
		const struct owed_entry *entry = &s->owed.p[i];

		row_begin(s->open,
			  owed_days_late(entry, s->today) > 0 ? ROW_ALERT : ROW_NORMAL);
		owed_cells(s->open, entry, s->today);
	}
	table_total_row(s->open, say(s, MSG_TOTAL));
}

/* By hand: a running balance is not to be summed. */
static void put_entries_total(struct statement *s)
{
	row_begin(s->entries, ROW_TOTAL);
	row_label(s->entries, say(s, MSG_TOTAL));
	cell_empty(s->entries); /* date */
	cell_empty(s->entries); /* kind */
	cell_empty(s->entries); /* names */
	cell_cents(s->entries, s->promised);
	cell_cents(s->entries, s->paid);
	cell_cents(s->entries, s->balance);
	cell_empty(s->entries); /* reference */
}

enum err statement_finish(struct statement *s, struct fault *fault)
{
	enum err err;

	put_summary(s);
	put_owed(s);
	table_total_row(s->batches, say(s, MSG_TOTAL));
	put_entries_total(s);
	err = patronage_tax_put(s->books, s->member.id, &s->skills, s->turnover, s->doc,
				fault);
	if (!err)
		err = payment_code_put(s->books, &s->owed, s->doc, fault);
	return err ? err : document_check(s->doc, fault);
}

/* ---- the beginning ---- */

static void put_member(struct statement *s)
{
	const struct member_view *member = &s->member;

	if (member->name[0])
		document_subtitle(s->doc, member->name);
	document_property_text(s->doc, "member", say(s, MSG_STATEMENT_MEMBER),
			       member->id);
	if (member->siren[0])
		document_property_text(s->doc, "siren", say(s, MSG_STATEMENT_SIREN),
				       member->siren);
	document_property_text(
		s->doc, "status", say(s, MSG_STATEMENT_STATUS),
		say(s, member->active ? MSG_STATEMENT_ACTIVE : MSG_STATEMENT_RETIRED));
	if (member->match_percent)
		document_property_integer(s->doc, "match_percent",
					  say(s, MSG_STATEMENT_MATCH),
					  member->match_percent);
}

static void lay_out_sums(struct statement *s)
{
	s->summary = table_begin(s->doc, "summary", say(s, MSG_STATEMENT_SUMMARY_TABLE));
	table_column(s->summary, "line", say(s, MSG_STATEMENT_LINE), VALUE_TEXT);
	table_column(s->summary, "amount", say(s, MSG_AMOUNT), VALUE_CENTS);
	document_paragraph(s->doc, say(s, MSG_STATEMENT_SUMMARY_EXPLAINED));
	s->open = table_begin(s->doc, "owed", say(s, MSG_STATEMENT_OWED_TABLE));
	owed_columns(s->open, s->lang);
	document_paragraph(s->doc, say(s, MSG_STATEMENT_OWED_EXPLAINED));
}

static void lay_out_entries(struct statement *s)
{
	struct table *t;

	t = table_begin(s->doc, "batches", say(s, MSG_STATEMENT_BATCHES_TABLE));
	table_column(t, "position", say(s, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "period", say(s, MSG_PERIOD), VALUE_MONTH);
	table_column(t, "source", say(s, MSG_SOURCE), VALUE_TEXT);
	table_column(t, "count", say(s, MSG_ROWS), VALUE_INTEGER);
	table_column(t, "total", say(s, MSG_ROUNDUPS), VALUE_CENTS);
	table_column(t, "match", say(s, MSG_MATCH), VALUE_CENTS);
	table_column(t, "reference", say(s, MSG_ENTRY_REFERENCE), VALUE_MONO);
	s->batches = t;
	t = table_begin(s->doc, "entries", say(s, MSG_STATEMENT_ENTRIES_TABLE));
	table_column(t, "position", say(s, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "date", say(s, MSG_ENTERED_ON), VALUE_DATE);
	table_column(t, "kind", say(s, MSG_ENTRY), VALUE_TEXT);
	table_column(t, "names", say(s, MSG_REFERS_TO), VALUE_ORDINAL);
	table_column(t, "promised", say(s, MSG_PROMISED), VALUE_CENTS);
	table_column(t, "paid", say(s, MSG_PAID), VALUE_CENTS);
	table_column(t, "balance", say(s, MSG_BALANCE), VALUE_CENTS);
	table_column(t, "reference", say(s, MSG_ENTRY_REFERENCE), VALUE_MONO);
	s->entries = t;
	document_paragraph(s->doc, say(s, MSG_STATEMENT_BALANCE_EXPLAINED));
}

static enum err member_find(struct statement *s, struct slice id, struct fault *fault)
{
	if (!text_is_id(id, QUERY_ID_BYTES - 1))
		return fault_set(fault, ERR_NOT_FOUND,
				 "what is asked for is not a member's id: give one such "
				 "as employer:SIREN");
	if (!query_member(s->books, id, &s->member))
		return fault_set(fault, ERR_NOT_FOUND,
				 "'%.*s' is not a member of this ledger", (int)id.n,
				 (const char *)id.p);
	(void)snprintf(s->receivable, sizeof s->receivable, "receivable/%s",
		       s->member.id);
	(void)snprintf(s->credit, sizeof s->credit, "credit/%s", s->member.id);
	(void)snprintf(s->transit, sizeof s->transit, "transit/%s", s->member.id);
	return ERR_OK;
}

enum err statement_begin(struct books *books, const struct standing *standing,
			 struct slice member, struct cents turnover, struct document *doc,
			 struct statement **ret_statement, struct fault *fault)
{
	struct statement *s = calloc(1, sizeof *s);
	enum err err;

	if (!s)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	*s = (struct statement){
		.books = books, .doc = doc, .lang = doc->lang, .turnover = turnover
	};
	err = member_find(s, member, fault);
	if (!err)
		err = naming_last_day(standing, &s->today, fault);
	if (!err)
		err = naming_standing(doc, books, standing, fault);
	if (!err)
		err = naming_overdrawn(doc, books, fault);
	if (!err)
		err = owed_read(books, slice_of_text(s->member.id), &s->owed, fault);
	if (err) {
		statement_free(s);
		return err;
	}
	put_member(s);
	lay_out_sums(s);
	lay_out_entries(s);
	*ret_statement = s;
	return ERR_OK;
}

void statement_free(struct statement *s)
{
	if (!s)
		return;
	owed_release(&s->owed);
	free(s->handed);
	free(s->refunds);
	patronage_skills_release(&s->skills);
	free(s);
}

static enum err statement_visit(void *ctx, uint64_t position, const struct entry *entry,
				const struct posting *postings, size_t count,
				struct fault *fault)
{
	return statement_add(ctx, position, entry, postings, count, fault);
}

static enum err turnover_read(const char *text, struct cents *ret_turnover,
			      struct fault *fault)
{
	*ret_turnover = cents_of(-1);
	if (text && cents_parse(text, ret_turnover) != ERR_OK)
		return fault_set(fault, ERR_USAGE,
				 "'%s' is no turnover: give euros, such as 480000", text);
	return ERR_OK;
}

enum err statement_report(struct source *source, const struct report_request *request,
			  struct document *doc, struct fault *fault)
{
	struct statement *s = NULL;
	struct source_visitor visitor = { .visit = statement_visit };
	struct cents turnover;
	enum err err = turnover_read(request->text[OPTION_TURNOVER], &turnover, fault);

	document_init(doc, request->lang, "statement",
		      tr(request->lang, MSG_STATEMENT_TITLE));
	if (!err)
		err = statement_begin(source_books(source), source_standing(source),
				      slice_of_text(request->text[OPTION_MEMBER]),
				      turnover, doc, &s, fault);
	visitor.ctx = s;
	if (!err)
		err = source_each_posting(source, &visitor, fault);
	if (!err)
		err = statement_finish(s, fault);
	statement_free(s);
	return err;
}
