/*
 * prefet.c - see prefet.h: what is noted of the entries, and items a and d.
 */
#include "reports/prefet_int.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "reports/origin.h"

#define AUDITOR_CENTS   INT64_C(1000000)   /* loi 2008-776, art. 140, VI: 10 000 EUR */
#define PUBLISHED_CENTS INT64_C(15300000)  /* décret 2019-504; C. com., D. 612-5 */
#define COMMITTEE_CENTS INT64_C(100000000) /* décret 2009-158, art. 2: 1 000 000 EUR */

/* ---- what is noted ---- */

enum err prefet_new(struct books *books, const struct standing *standing,
		    const struct exercise_request *request, struct prefet **ret_prefet,
		    struct fault *fault)
{
	struct prefet *p = calloc(1, sizeof *p);
	enum err err;

	if (!p)
		return fault_set(fault, ERR_MEMORY, "out of memory for the report");
	p->books = books;
	p->standing = standing;
	err = accounting_new(books, standing, request, NULL, &p->accounting, fault);
	if (err)
		prefet_free(p);
	else
		*ret_prefet = p;
	return err;
}

void prefet_free(struct prefet *p)
{
	if (!p)
		return;
	accounting_free(p->accounting);
	name_index_release(&p->ids);
	free(p->beneficiaries);
	free(p);
}

static void copy_text(char *out, size_t bytes, struct slice text)
{
	size_t n = text.n < bytes ? text.n : bytes - 1;

	memcpy(out, text.p, n);
	out[n] = '\0';
}

/* The last entry of a beneficiary is what it is called now. */
static enum err note_beneficiary(struct prefet *p, const struct entry *entry,
				 struct fault *fault)
{
	uint32_t number = name_index_of(&p->ids, entry_text(entry, "id"));
	struct beneficiary_note *note;

	if (number == UINT32_MAX)
		return fault_set(fault, ERR_MEMORY, "out of memory for beneficiaries");
	if (p->ids.room > p->room) {
		note = reallocarray(p->beneficiaries, p->ids.room, sizeof *note);
		if (!note)
			return fault_set(fault, ERR_MEMORY,
					 "out of memory for beneficiaries");
		p->beneficiaries = note;
		p->room = p->ids.room;
	}
	note = &p->beneficiaries[number];
	copy_text(note->name, sizeof note->name, entry_text(entry, "name"));
	copy_text(note->nature, sizeof note->nature, entry_text(entry, "nature"));
	copy_text(note->siren, sizeof note->siren,
		  entry_has(entry, "siren") ? entry_text(entry, "siren")
					    : entry_text(entry, "rna"));
	return ERR_OK;
}

enum err prefet_add(struct prefet *p, uint64_t position, const struct entry *entry,
		    const struct posting *postings, size_t count, struct fault *fault)
{
	enum err err =
		accounting_add(p->accounting, position, entry, postings, count, fault);

	if (err)
		return err;
	if (exercise_term(accounting_exercise(p->accounting), entry->date) ==
	    TERM_CURRENT)
		p->entries[entry->kind]++;
	if (entry->kind == KIND_charter ||
	    (entry->kind == KIND_amendment && entry_has(entry, "legal_form")))
		copy_text(p->legal_form, sizeof p->legal_form,
			  entry_text(entry, "legal_form"));
	return entry->kind == KIND_beneficiary ? note_beneficiary(p, entry, fault)
					       : ERR_OK;
}

/* ---- a) the activity ---- */

static void put_activity(const struct prefet *p, struct document *doc)
{
	static const struct {
		enum kind kind;
		enum msg label;
	} lines[] = {
		{ KIND_batch, MSG_PREFET_BATCHES },
		{ KIND_gift, MSG_PREFET_GIFTS },
		{ KIND_patronage, MSG_PREFET_PATRONAGES },
		{ KIND_contribution, MSG_PREFET_CONTRIBUTIONS },
		{ KIND_proposal, MSG_PREFET_PROPOSALS },
		{ KIND_ballot, MSG_PREFET_BALLOTS },
		{ KIND_decision, MSG_PREFET_DECISIONS },
		{ KIND_paid, MSG_PREFET_PAYMENTS },
		{ KIND_restitution, MSG_PREFET_RESTITUTIONS },
	};
	struct table *table =
		table_begin(doc, "activity", tr(doc->lang, MSG_PREFET_ACTIVITY));

	table_column(table, "what", tr(doc->lang, MSG_FEC_LABEL), VALUE_TEXT);
	table_column(table, "count", tr(doc->lang, MSG_FEC_COUNT), VALUE_INTEGER);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		row_begin(table, ROW_NORMAL);
		cell_text(table, tr(doc->lang, lines[i].label));
		cell_integer(table, (int64_t)p->entries[lines[i].kind]);
	}
}

/* ---- d) who gave what ---- */

/* What one payer has promised in the year by one flow, net of what was taken back. */
struct given {
	const char *payer, *flow; /* inside the movements */
	struct cents amount;
};

static struct given *given_of(struct given *given, size_t *count, const char *payer,
			      const char *flow)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(given[i].payer, payer) == 0 &&
		    strcmp(given[i].flow, flow) == 0)
			return &given[i];
	given[*count] = (struct given){ .payer = payer, .flow = flow };
	return &given[(*count)++];
}

static enum err given_add(struct given *given, size_t *count,
			  const struct movement_view *moves, size_t move_count,
			  struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < move_count && !err; i++) {
		const char *payer = strchr(moves[i].account, '/');

		if (!payer || !treatment_find("income", moves[i].flow, "") ||
		    strcmp(moves[i].flow, "written-off") == 0 ||
		    cents_is_zero(moves[i].within))
			continue;
		err = accounts_add(
			&given_of(given, count, payer + 1, moves[i].flow)->amount,
			moves[i].within, fault);
	}
	return err;
}

static const char *given_label(enum lang lang, const char *flow)
{
	static const struct {
		const char *flow;
		enum msg label;
	} labels[] = {
		{ "match", MSG_FLOW_MATCH },
		{ "invoice.company", MSG_FLOW_INVOICE_COMPANY },
		{ "invoice.seller", MSG_FLOW_INVOICE_SELLER },
		{ "gift.company", MSG_FLOW_GIFT_COMPANY },
		{ "patronage", MSG_FLOW_PATRONAGE },
		{ "contribution", MSG_FLOW_CONTRIBUTION },
	};

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (strcmp(flow, labels[i].flow) == 0)
			return tr(lang, labels[i].label);
	return NULL; /* persons gave it */
}

/* What our bank gave back of gifts in the year; whose they were is told by the entries.
 */
static enum err refunded_of(const struct prefet *p, struct cents *ret_sum,
			    struct fault *fault)
{
	const struct exercise *exercise = accounting_exercise(p->accounting);
	struct movement_view *moves = NULL;
	size_t count = 0;
	enum err err = query_movements(p->books, "fund/", exercise->from, exercise->to,
				       &moves, &count, fault);

	*ret_sum = CENTS_ZERO;
	for (size_t i = 0; i < count && !err; i++)
		if (strcmp(moves[i].flow, "refunded") == 0)
			err = accounts_add(ret_sum, cents_neg(moves[i].within), fault);
	free(moves);
	return err;
}

static enum err put_given(const struct prefet *p, const struct given *given, size_t count,
			  struct document *doc, struct fault *fault)
{
	struct table *table = table_begin(doc, "given", tr(doc->lang, MSG_PREFET_GIVEN));
	struct cents persons = CENTS_ZERO, refunded;
	enum err err = refunded_of(p, &refunded, fault);

	table_column(table, "payer", tr(doc->lang, MSG_PREFET_GIVER), VALUE_TEXT);
	table_column(table, "nature", tr(doc->lang, MSG_PROJECT_NATURE), VALUE_TEXT);
	table_column(table, "amount", tr(doc->lang, MSG_AMOUNT), VALUE_CENTS);
	for (size_t i = 0; i < count && !err; i++) {
		const char *label = given_label(doc->lang, given[i].flow);

		if (!label) {
			err = accounts_add(&persons, given[i].amount, fault);
			continue;
		}
		row_begin(table, ROW_NORMAL);
		cell_member(table, p->books, given[i].payer);
		cell_text(table, label);
		cell_cents(table, given[i].amount);
	}
	row_begin(table, ROW_NORMAL);
	cell_text(table, tr(doc->lang, MSG_PREFET_PERSONS));
	cell_text(table, tr(doc->lang, MSG_PREFET_PERSONS_GIFTS));
	cell_cents(table, persons);
	if (!err && !cents_is_zero(refunded)) {
		row_begin(table, ROW_NORMAL);
		cell_text(table, tr(doc->lang, MSG_PREFET_REFUNDED));
		cell_text(table, tr(doc->lang, MSG_FLOW_REFUNDED));
		cell_cents(table, refunded);
	}
	table_total_row(table, tr(doc->lang, MSG_TOTAL));
	document_paragraph(doc, tr(doc->lang, MSG_PREFET_GIVEN_EXPLAINED));
	return err;
}

static enum err put_givers(const struct prefet *p, struct document *doc,
			   struct fault *fault)
{
	const struct exercise *exercise = accounting_exercise(p->accounting);
	struct movement_view *owed = NULL, *credit = NULL;
	struct given *given = NULL;
	size_t owed_count = 0, credit_count = 0, count = 0;
	enum err err = query_movements(p->books, "receivable/", exercise->from,
				       exercise->to, &owed, &owed_count, fault);

	if (!err)
		err = query_movements(p->books, "credit/", exercise->from, exercise->to,
				      &credit, &credit_count, fault);
	if (!err)
		given = calloc(owed_count + credit_count + 1, sizeof *given);
	if (!err && !given)
		err = fault_set(fault, ERR_MEMORY, "out of memory for the report");
	if (!err)
		err = given_add(given, &count, owed, owed_count, fault);
	if (!err)
		err = given_add(given, &count, credit, credit_count, fault);
	if (!err)
		err = put_given(p, given, count, doc, fault);
	free(given);
	free(owed);
	free(credit);
	return err;
}

/* ---- thresholds ---- */

static void put_threshold(struct table *table, enum lang lang, enum msg what,
			  struct cents amount, int64_t limit, enum msg then)
{
	bool past = cents_cmp(amount, cents_of(limit)) > 0;

	row_begin(table, past ? ROW_ALERT : ROW_NORMAL);
	cell_text(table, tr(lang, what));
	cell_cents(table, amount);
	cell_cents(table, cents_of(limit));
	cell_text(table, tr(lang, past ? MSG_PREFET_PAST : MSG_PREFET_BELOW));
	cell_text(table, tr(lang, then));
}

static enum err sum_of(const struct origin *origin, unsigned figures,
		       struct cents *ret_sum, struct fault *fault)
{
	enum err err = ERR_OK;

	*ret_sum = CENTS_ZERO;
	for (int figure = 0; figure < FIGURE__COUNT && !err; figure++)
		if (figures & 1u << figure)
			err = accounts_add(ret_sum, origin->whole[figure], fault);
	return err;
}

/* What was given for good: credits of the accounts of endowment. */
static enum err endowment_of(const struct accounts *accounts, struct cents *ret_sum,
			     struct fault *fault)
{
	size_t count = accounting_accounts(accounts->accounting);
	enum err err = ERR_OK;

	*ret_sum = CENTS_ZERO;
	for (size_t i = 0; i < count && !err; i++) {
		struct account_year year;
		const char *number = accounting_account(accounts->accounting, i)->number;

		if (strncmp(number, "102", 3) != 0 && strncmp(number, "108", 3) != 0)
			continue;
		err = account_year(accounts, i, &year, fault);
		if (!err)
			err = accounts_add(ret_sum, cents_neg(year.closing), fault);
	}
	return err;
}

static enum err put_thresholds(const struct accounts *accounts, struct document *doc,
			       struct fault *fault)
{
	struct table *table =
		table_begin(doc, "thresholds", tr(doc->lang, MSG_PREFET_THRESHOLDS));
	const unsigned gifts = 1u << FIGURE_GIFTS | 1u << FIGURE_PATRONAGE;
	const unsigned all = gifts | 1u << FIGURE_PUBLIC_OTHER |
			     1u << FIGURE_CONTRIBUTIONS | 1u << FIGURE_OTHER;
	struct cents resources, given, before, endowment;
	struct origin origins[TERM__COUNT];
	enum err err = origin_read(accounts, origins, fault);

	table_column(table, "what", tr(doc->lang, MSG_FEC_LABEL), VALUE_TEXT);
	table_column(table, "amount", tr(doc->lang, MSG_AMOUNT), VALUE_CENTS);
	table_column(table, "limit", tr(doc->lang, MSG_PREFET_LIMIT), VALUE_CENTS);
	table_column(table, "state", tr(doc->lang, MSG_PREFET_STATE), VALUE_TEXT);
	table_column(table, "then", tr(doc->lang, MSG_PREFET_THEN), VALUE_TEXT);
	if (!err)
		err = sum_of(&origins[TERM_CURRENT], all, &resources, fault);
	if (!err)
		err = sum_of(&origins[TERM_CURRENT], gifts, &given, fault);
	if (!err)
		err = sum_of(&origins[TERM_PREVIOUS], gifts, &before, fault);
	if (!err)
		err = endowment_of(accounts, &endowment, fault);
	if (err)
		return err;
	put_threshold(table, doc->lang, MSG_PREFET_RESOURCES, resources, AUDITOR_CENTS,
		      MSG_PREFET_AUDITOR);
	put_threshold(table, doc->lang, MSG_PREFET_GIFTS_N, given, PUBLISHED_CENTS,
		      MSG_PREFET_PUBLISH);
	put_threshold(table, doc->lang, MSG_PREFET_GIFTS_N_1, before, PUBLISHED_CENTS,
		      MSG_PREFET_APPEAL);
	put_threshold(table, doc->lang, MSG_PREFET_ENDOWMENT, endowment, COMMITTEE_CENTS,
		      MSG_PREFET_COMMITTEE);
	return ERR_OK;
}

/* ---- the whole ---- */

enum err prefet_put(struct prefet *p, struct document *doc, struct fault *fault)
{
	struct accounts accounts;
	enum err err = accounting_close(p->accounting, fault);

	if (!err)
		err = accounts_begin(p->accounting, p->books, p->standing, NULL,
				     &accounts, fault);
	if (!err)
		err = accounts_front(&accounts, doc, fault);
	if (err)
		return err;
	if (strcmp(p->legal_form, "fonds-de-dotation") != 0)
		document_note(doc, tr(doc->lang, MSG_PREFET_NOT_OWED));
	put_activity(p, doc);
	err = prefet_put_actions(p, doc, fault);
	if (!err)
		err = put_givers(p, doc, fault);
	if (!err)
		err = put_thresholds(&accounts, doc, fault);
	document_paragraph(doc, tr(doc->lang, MSG_PREFET_SOURCE));
	return err ? err : document_check(doc, fault);
}

static enum err visit(void *ctx, uint64_t position, const struct entry *entry,
		      const struct posting *postings, size_t count, struct fault *fault)
{
	return prefet_add(ctx, position, entry, postings, count, fault);
}

enum err prefet_report(struct source *source, const struct report_request *request,
		       struct document *doc, struct fault *fault)
{
	struct exercise_request exercise;
	struct prefet *p = NULL;
	struct source_visitor visitor = { .visit = visit };
	enum err err;

	document_init(doc, request->lang, "prefet", tr(request->lang, MSG_PREFET_TITLE));
	err = exercise_request_of(request, &exercise, fault);
	if (!err)
		err = prefet_new(source_books(source), source_standing(source), &exercise,
				 &p, fault);
	visitor.ctx = p;
	if (!err)
		err = source_each_posting(source, &visitor, fault);
	if (!err)
		err = prefet_put(p, doc, fault);
	prefet_free(p);
	return err;
}
