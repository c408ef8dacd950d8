/*
 * project.c - see project.h.
 *
 * Amounts are the books' own. The log is read for what the books do not keep: what was
 * asked for, the tranches, the days of conditions and of movements.
 */
#include "reports/project.h"

#include <stdlib.h>
#include <string.h>

#include "reports/naming.h"
#include "reports/question.h"
#include "reports/sum.h"

/* A payment of one of the project's grants, for what follows it. */
struct project_payment {
	uint64_t position, grant;
	struct cents amount;
};

struct project {
	struct books *books;
	struct document *doc;
	enum lang lang;
	char id[QUERY_ID_BYTES];
	bool recorded, is_open;
	char bearer[QUERY_ID_BYTES];
	struct cents requested;
	struct proposal_view *proposals; /* owned; of this project, by position */
	size_t proposal_count;
	struct project_payment *payments; /* owned; by position */
	size_t payment_count;
	struct table *summary, *cofunders, *decisions, *tranches, *movements;
	struct cents promised, received, granted, paid, cancelled, given_back, left;
};

static const char *say(const struct project *p, enum msg msg)
{
	return tr(p->lang, msg);
}

static const struct proposal_view *grant_at(const struct project *p, uint64_t position)
{
	for (size_t i = 0; i < p->proposal_count; i++)
		if (p->proposals[i].position == position)
			return &p->proposals[i];
	return NULL;
}

/* ---- the log ---- */

static void see_project(struct project *p, const struct entry *entry)
{
	struct slice bearer = entry_text(entry, "bearer");

	if (!slice_equal_text(entry_text(entry, "id"), p->id))
		return;
	p->recorded = true;
	p->is_open = text_is(entry_text(entry, "status"), "open");
	p->requested = entry_cents(entry, "requested");
	(void)snprintf(p->bearer, sizeof p->bearer, "%.*s", (int)bearer.n,
		       (const char *)bearer.p);
}

/* A tranche has no position: a condition names it by the grant and its own word. */
static void put_tranche(struct project *p, uint64_t position, int64_t number,
			const struct json *tranche)
{
	row_begin(p->tranches, ROW_NORMAL);
	cell_integer(p->tranches, (int64_t)position);
	cell_integer(p->tranches, number);
	cell_cents(p->tranches, item_cents(tranche, "amount"));
	if (item_has(tranche, "condition"))
		cell_slice(p->tranches, item_text(tranche, "condition"));
	else
		cell_empty(p->tranches);
}

static void see_proposal(struct project *p, uint64_t position, const struct entry *entry)
{
	int64_t number = 0;

	if (!grant_at(p, position) || !entry_has(entry, "tranches"))
		return;
	for (const struct json *item = entry_list(entry, "tranches")->first; item;
	     item = item->next)
		put_tranche(p, position, ++number, item);
}

static void put_movement(struct project *p, uint64_t position, const struct entry *entry,
			 enum msg what, uint64_t grant, struct cents amount)
{
	row_begin(p->movements, what == MSG_PROJECT_RETURNED ? ROW_ALERT : ROW_NORMAL);
	cell_integer(p->movements, (int64_t)position);
	cell_date(p->movements, entry->date);
	cell_text(p->movements, say(p, what));
	cell_integer(p->movements, (int64_t)grant);
	if (entry->kind == KIND_condition)
		cell_slice(p->movements, entry_text(entry, "condition"));
	else
		cell_empty(p->movements);
	if (entry->kind == KIND_condition)
		cell_empty(p->movements);
	else
		cell_cents(p->movements, amount);
}

static enum err see_payment(struct project *p, uint64_t position,
			    const struct entry *entry, struct fault *fault)
{
	uint64_t grant = entry_position(entry, "proposal");
	struct project_payment *more;

	if (!grant_at(p, grant))
		return ERR_OK;
	more = reallocarray(p->payments, p->payment_count + 1, sizeof *more);
	if (!more)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	p->payments = more;
	more[p->payment_count++] = (struct project_payment){
		.position = position,
		.grant = grant,
		.amount = entry_cents(entry, "amount"),
	};
	put_movement(p, position, entry, MSG_PROJECT_ORDERED, grant,
		     entry_cents(entry, "amount"));
	return ERR_OK;
}

/* What became of an order to pay; other reversals undo what is not this project's. */
static void see_of_payment(struct project *p, uint64_t position,
			   const struct entry *entry, const char *member, enum msg what)
{
	uint64_t of = entry_position(entry, member);

	for (size_t i = 0; i < p->payment_count; i++)
		if (p->payments[i].position == of)
			put_movement(p, position, entry, what, p->payments[i].grant,
				     p->payments[i].amount);
}

static void see_of_grant(struct project *p, uint64_t position, const struct entry *entry,
			 const char *member, enum msg what)
{
	uint64_t grant = entry_position(entry, member);

	if (grant_at(p, grant))
		put_movement(p, position, entry, what, grant,
			     entry->kind == KIND_condition
				     ? CENTS_ZERO
				     : entry_cents(entry, "amount"));
}

enum err project_visit(void *project, uint64_t position, const struct entry *entry,
		       const struct posting *postings, size_t count, struct fault *fault)
{
	struct project *p = project;

	(void)postings;
	(void)count;
	if (entry->kind == KIND_project)
		see_project(p, entry);
	else if (entry->kind == KIND_proposal)
		see_proposal(p, position, entry);
	else if (entry->kind == KIND_payment)
		return see_payment(p, position, entry, fault);
	else if (entry->kind == KIND_paid)
		see_of_payment(p, position, entry, "payment", MSG_PROJECT_PAID);
	else if (entry->kind == KIND_returned)
		see_of_payment(p, position, entry, "payment", MSG_PROJECT_RETURNED);
	else if (entry->kind == KIND_reversal)
		see_of_payment(p, position, entry, "of", MSG_PROJECT_ORDER_UNDONE);
	else if (entry->kind == KIND_restitution)
		see_of_grant(p, position, entry, "grant", MSG_GIVEN_BACK);
	else if (entry->kind == KIND_cancellation)
		see_of_grant(p, position, entry, "grant", MSG_CANCELLED);
	else if (entry->kind == KIND_condition && entry_has(entry, "proposal"))
		see_of_grant(p, position, entry, "proposal", MSG_ENTRY_CONDITION);
	return ERR_OK;
}

/* ---- the end ---- */

static enum err put_promise(struct project *p, const struct promise_view *promise,
			    struct fault *fault)
{
	struct cents promised = promise->received;
	enum err err = sum_add(&promised, promise->open, fault);

	if (!err)
		err = sum_add(&p->promised, promised, fault);
	if (!err)
		err = sum_add(&p->received, promise->received, fault);
	if (err)
		return err;
	row_begin(p->cofunders, ROW_NORMAL);
	cell_integer(p->cofunders, (int64_t)promise->position);
	cell_text(p->cofunders, naming_promise(p->lang, promise->flow));
	cell_member(p->cofunders, p->books, promise->payer);
	cell_cents(p->cofunders, promised);
	cell_cents(p->cofunders, promise->received);
	cell_cents(p->cofunders, promise->open);
	return ERR_OK;
}

static enum err put_cofunders(struct project *p, struct fault *fault)
{
	struct promise_view *promises = NULL;
	size_t count = 0;
	enum err err = query_project_promises(p->books, &promises, &count, fault);

	for (size_t i = 0; i < count && !err; i++)
		if (strcmp(promises[i].project, p->id) == 0)
			err = put_promise(p, &promises[i], fault);
	free(promises);
	table_total_row(p->cofunders, say(p, MSG_TOTAL));
	return err;
}

static enum err put_decision(struct project *p, const struct proposal_view *proposal,
			     struct fault *fault)
{
	bool granted = question_was_granted(proposal);
	struct cents left = CENTS_ZERO;
	enum err err = granted ? question_left(proposal, &left, fault) : ERR_OK;

	if (!err && granted)
		err = sum_add(&p->granted, proposal->amount, fault);
	if (!err)
		err = sum_add(&p->paid, proposal->paid, fault);
	if (!err)
		err = sum_add(&p->cancelled, proposal->cancelled, fault);
	if (!err)
		err = sum_add(&p->given_back, proposal->restituted, fault);
	if (!err)
		err = sum_add(&p->left, left, fault);
	if (err)
		return err;
	row_begin(p->decisions, proposal->is_unratified ? ROW_ALERT : ROW_NORMAL);
	cell_integer(p->decisions, (int64_t)proposal->position);
	cell_date(p->decisions, proposal->proposed_on);
	if (proposal->decided)
		cell_date(p->decisions, proposal->decided_on);
	else
		cell_empty(p->decisions);
	cell_text(p->decisions, proposal->fund);
	cell_text(p->decisions, say(p, proposal->decided ? question_outcome(proposal)
							 : MSG_OUTCOME_OPEN));
	cell_cents(p->decisions, proposal->amount);
	cell_cents(p->decisions, proposal->paid);
	cell_cents(p->decisions, left);
	cell_cents(p->decisions, proposal->cancelled);
	cell_cents(p->decisions, proposal->restituted);
	return ERR_OK;
}

static void put_sum(struct project *p, enum msg label, struct cents amount)
{
	row_begin(p->summary, ROW_NORMAL);
	cell_text(p->summary, say(p, label));
	cell_cents(p->summary, amount);
}

static void put_summary(struct project *p)
{
	if (cents_is_positive(p->requested))
		put_sum(p, MSG_PROJECT_REQUESTED, p->requested);
	put_sum(p, MSG_PROJECT_PROMISED, p->promised);
	put_sum(p, MSG_PROJECT_RECEIVED, p->received);
	put_sum(p, MSG_GRANTED, p->granted);
	put_sum(p, MSG_CANCELLED, p->cancelled);
	put_sum(p, MSG_PAID_SO_FAR, p->paid);
	put_sum(p, MSG_LEFT_TO_PAY, p->left);
	put_sum(p, MSG_GIVEN_BACK, p->given_back);
}

enum err project_finish(struct project *p, struct fault *fault)
{
	enum err err = ERR_OK;

	if (!p->recorded)
		return fault_set(fault, ERR_NOT_FOUND,
				 "'%s' is not a project of this ledger: its id is what "
				 "the entry 'project' calls it",
				 p->id);
	for (size_t i = 0; i < p->proposal_count && !err; i++)
		err = put_decision(p, &p->proposals[i], fault);
	if (!err)
		err = put_cofunders(p, fault);
	if (err)
		return err;
	put_summary(p);
	document_property_text(p->doc, "project", say(p, MSG_PROJECT), p->id);
	document_property_text(
		p->doc, "status", say(p, MSG_STATEMENT_STATUS),
		say(p, p->is_open ? MSG_PROJECT_OPEN : MSG_PROJECT_CLOSED));
	if (p->bearer[0])
		document_property_text(p->doc, "bearer", say(p, MSG_PROJECT_BEARER),
				       p->bearer);
	return document_check(p->doc, fault);
}

/* ---- the beginning ---- */

static void lay_out_money(struct project *p)
{
	struct table *t =
		table_begin(p->doc, "summary", say(p, MSG_PROJECT_SUMMARY_TABLE));

	table_column(t, "line", say(p, MSG_STATEMENT_LINE), VALUE_TEXT);
	table_column(t, "amount", say(p, MSG_AMOUNT), VALUE_CENTS);
	p->summary = t;
	document_paragraph(p->doc, say(p, MSG_PROJECT_EXPLAINED));
	t = table_begin(p->doc, "cofunders", say(p, MSG_PROJECT_COFUNDERS_TABLE));
	table_column(t, "position", say(p, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "nature", say(p, MSG_PROJECT_NATURE), VALUE_TEXT);
	table_column(t, "payer", say(p, MSG_PAYER), VALUE_TEXT);
	table_column(t, "promised", say(p, MSG_PROMISED), VALUE_CENTS);
	table_column(t, "received", say(p, MSG_RECEIVED), VALUE_CENTS);
	table_column(t, "open", say(p, MSG_RECEIVABLE_END), VALUE_CENTS);
	p->cofunders = t;
}

static void lay_out_decisions(struct project *p)
{
	struct table *t =
		table_begin(p->doc, "decisions", say(p, MSG_PROJECT_DECISIONS_TABLE));

	table_column(t, "position", say(p, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "proposed_on", say(p, MSG_PROPOSED_ON), VALUE_DATE);
	table_column(t, "decided_on", say(p, MSG_DECIDED_ON), VALUE_DATE);
	table_column(t, "fund", say(p, MSG_FUND), VALUE_TEXT);
	table_column(t, "outcome", say(p, MSG_OUTCOME), VALUE_TEXT);
	table_column(t, "amount", say(p, MSG_AMOUNT), VALUE_CENTS);
	table_column(t, "paid", say(p, MSG_PAID_SO_FAR), VALUE_CENTS);
	table_column(t, "left", say(p, MSG_LEFT_TO_PAY), VALUE_CENTS);
	table_column(t, "cancelled", say(p, MSG_CANCELLED), VALUE_CENTS);
	table_column(t, "given_back", say(p, MSG_GIVEN_BACK), VALUE_CENTS);
	p->decisions = t;
	t = table_begin(p->doc, "tranches", say(p, MSG_PROJECT_TRANCHES_TABLE));
	table_column(t, "decision", say(p, MSG_PROJECT_PROPOSAL), VALUE_ORDINAL);
	table_column(t, "number", say(p, MSG_PROJECT_TRANCHE), VALUE_ORDINAL);
	table_column(t, "amount", say(p, MSG_AMOUNT), VALUE_CENTS);
	table_column(t, "condition", say(p, MSG_PROJECT_CONDITION), VALUE_TEXT);
	p->tranches = t;
	t = table_begin(p->doc, "movements", say(p, MSG_PROJECT_MOVEMENTS_TABLE));
	table_column(t, "position", say(p, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "date", say(p, MSG_ENTERED_ON), VALUE_DATE);
	table_column(t, "what", say(p, MSG_ENTRY), VALUE_TEXT);
	table_column(t, "decision", say(p, MSG_PROJECT_PROPOSAL), VALUE_ORDINAL);
	table_column(t, "condition", say(p, MSG_PROJECT_CONDITION), VALUE_TEXT);
	table_column(t, "amount", say(p, MSG_AMOUNT), VALUE_CENTS);
	p->movements = t;
}

/* Keeps those of this project. */
static enum err proposals_read(struct project *p, struct fault *fault)
{
	size_t count = 0;
	enum err err = query_proposals(p->books, &p->proposals, &count, fault);

	for (size_t i = 0; i < count && !err; i++)
		if (strcmp(p->proposals[i].project, p->id) == 0)
			p->proposals[p->proposal_count++] = p->proposals[i];
	return err;
}

enum err project_begin(struct books *books, const struct standing *standing,
		       const char *id, struct document *doc, struct project **ret_project,
		       struct fault *fault)
{
	char title[QUERY_LABEL_BYTES];
	struct project *p;
	enum err err;

	if (!text_is_id(slice_of_text(id), QUERY_ID_BYTES - 1))
		return fault_set(fault, ERR_NOT_FOUND,
				 "what is asked for is not a project's id");
	p = calloc(1, sizeof *p);
	if (!p)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	*p = (struct project){ .books = books, .doc = doc, .lang = doc->lang };
	(void)snprintf(p->id, sizeof p->id, "%s", id);
	err = naming_standing(doc, books, standing, fault);
	if (!err)
		err = naming_overdrawn(doc, books, fault);
	if (!err)
		err = proposals_read(p, fault);
	if (err) {
		project_free(p);
		return err;
	}
	query_project_title(books, id, title);
	if (title[0])
		document_subtitle(doc, title);
	lay_out_money(p);
	lay_out_decisions(p);
	*ret_project = p;
	return ERR_OK;
}

void project_free(struct project *p)
{
	if (!p)
		return;
	free(p->proposals);
	free(p->payments);
	free(p);
}

enum err project_report(struct source *source, const struct report_request *request,
			struct document *doc, struct fault *fault)
{
	struct project *p = NULL;
	struct source_visitor visitor = { .visit = project_visit };
	enum err err;

	document_init(doc, request->lang, "project",
		      tr(request->lang, MSG_PROJECT_TITLE));
	err = project_begin(source_books(source), source_standing(source),
			    request->text[OPTION_PROJECT], doc, &p, fault);
	visitor.ctx = p;
	if (!err)
		err = source_each_posting(source, &visitor, fault);
	if (!err)
		err = project_finish(p, fault);
	project_free(p);
	return err;
}
