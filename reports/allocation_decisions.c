/*
 * allocation_decisions.c - sections 3 and 4: what was decided, by how many votes, how
 * fast it was paid, and what for.
 *
 * What was paid of a decision, and when first, are the proposal's own figures, as of
 * the ledger's last entry; the sums by purpose are the period's.
 */
#include "reports/allocation_int.h"

#include <stdlib.h>
#include <string.h>

#include "reports/question.h"

#define ATTESTATION_DAYS 60 /* before its end there is time to renew it */

static void cell_amount(struct table *table, const struct proposal_view *proposal)
{
	if (cents_is_zero(proposal->amount)) /* of structure */
		cell_empty(table);
	else
		cell_cents(table, proposal->amount);
}

static bool is_decided_within(const struct allocation *a,
			      const struct proposal_view *proposal)
{
	return proposal->decided && period_holds(&a->period, proposal->decided_on);
}

static bool pays_somebody(const struct proposal_view *proposal)
{
	return proposal->beneficiary[0] != '\0';
}

bool allocation_was_granted(const struct allocation *a,
			    const struct proposal_view *proposal)
{
	return is_decided_within(a, proposal) && question_was_granted(proposal) &&
	       pays_somebody(proposal);
}

static void put_decision(struct allocation *a, struct table *table,
			 const struct proposal_view *proposal)
{
	row_begin(table, proposal->is_unratified ? ROW_ALERT : ROW_NORMAL);
	cell_integer(table, (int64_t)proposal->position);
	cell_date(table, proposal->decided_on);
	cell_text(table, question_subject(a->lang, proposal));
	cell_for_what(table, a->books, a->lang, proposal);
	cell_text_or_empty(table, proposal->purpose);
	cell_text_or_empty(table, proposal->fund);
	cell_amount(table, proposal);
	cell_text(table, say(a, question_outcome(proposal)));
}

static void put_decisions(struct allocation *a)
{
	struct table *table = allocation_table(a, "decisions", MSG_DECISIONS_TABLE);
	bool any_unratified = false;

	allocation_column(a, table, "position", MSG_POSITION, VALUE_ORDINAL);
	allocation_column(a, table, "decided_on", MSG_DECIDED_ON, VALUE_DATE);
	allocation_column(a, table, "subject", MSG_SUBJECT, VALUE_TEXT);
	allocation_column(a, table, "for_what", MSG_FOR_WHAT, VALUE_TEXT);
	allocation_column(a, table, "purpose", MSG_PURPOSE, VALUE_TEXT);
	allocation_column(a, table, "fund", MSG_FUND, VALUE_TEXT);
	allocation_column(a, table, "amount", MSG_AMOUNT, VALUE_CENTS);
	allocation_column(a, table, "outcome", MSG_OUTCOME, VALUE_TEXT);
	for (size_t i = 0; i < a->proposal_count; i++)
		if (is_decided_within(a, &a->proposals[i])) {
			put_decision(a, table, &a->proposals[i]);
			any_unratified = any_unratified || a->proposals[i].is_unratified;
		}
	if (any_unratified)
		document_note(a->doc, say(a, MSG_UNRATIFIED_EXPLAINED));
}

/* What of a grant may still be paid. */
static struct cents left_of(struct allocation *a, const struct proposal_view *proposal)
{
	return allocation_minus(a, allocation_minus(a, proposal->amount, proposal->paid),
				proposal->cancelled);
}

static void put_vote(struct allocation *a, struct table *table,
		     const struct proposal_view *proposal)
{
	bool pays = question_was_granted(proposal) && pays_somebody(proposal);

	row_begin(table, ROW_NORMAL);
	cell_integer(table, (int64_t)proposal->position);
	cell_integer(table, proposal->votes_for);
	cell_integer(table, proposal->needed);
	cell_integer(table, proposal->against);
	cell_integer(table, proposal->abstain);
	cell_integer(table, proposal->recused);
	cell_integer(table, date_days(proposal->proposed_on, proposal->decided_on));
	if (proposal->payment_made)
		cell_integer(table, date_days(proposal->proposed_on, proposal->paid_on));
	else
		cell_empty(table);
	if (pays) {
		cell_cents(table, proposal->paid);
		cell_cents(table, left_of(a, proposal));
		cell_cents(table, proposal->cancelled);
		cell_cents(table, proposal->restituted);
	} else {
		cell_empty(table);
		cell_empty(table);
		cell_empty(table);
		cell_empty(table);
	}
}

static void put_votes(struct allocation *a)
{
	struct table *table = allocation_table(a, "votes", MSG_VOTES_TABLE);

	allocation_column(a, table, "position", MSG_POSITION, VALUE_ORDINAL);
	/* Votes of different questions are not to be added up. */
	allocation_column(a, table, "votes_for", MSG_VOTES_FOR, VALUE_ORDINAL);
	allocation_column(a, table, "needed", MSG_VOTES_NEEDED, VALUE_ORDINAL);
	allocation_column(a, table, "against", MSG_VOTES_AGAINST, VALUE_ORDINAL);
	allocation_column(a, table, "abstain", MSG_VOTES_ABSTAIN, VALUE_ORDINAL);
	allocation_column(a, table, "recused", MSG_VOTES_RECUSED, VALUE_ORDINAL);
	allocation_column(a, table, "days_to_decision", MSG_DAYS_TO_DECISION,
			  VALUE_ORDINAL);
	allocation_column(a, table, "days_to_payment", MSG_DAYS_TO_PAYMENT,
			  VALUE_ORDINAL);
	allocation_column(a, table, "paid", MSG_PAID_SO_FAR, VALUE_CENTS);
	allocation_column(a, table, "left", MSG_LEFT_TO_PAY, VALUE_CENTS);
	allocation_column(a, table, "cancelled", MSG_CANCELLED, VALUE_CENTS);
	allocation_column(a, table, "given_back", MSG_GIVEN_BACK, VALUE_CENTS);
	for (size_t i = 0; i < a->proposal_count; i++)
		if (is_decided_within(a, &a->proposals[i]))
			put_vote(a, table, &a->proposals[i]);
	table_total_row(table, say(a, MSG_TOTAL));
}

/* At the end of the period: also what was decided after it. */
static bool is_open(const struct allocation *a, const struct proposal_view *proposal)
{
	return date_cmp(proposal->proposed_on, a->period.to) <= 0 &&
	       (!proposal->decided || date_cmp(proposal->decided_on, a->period.to) > 0);
}

static void put_open(struct allocation *a)
{
	struct table *table = allocation_table(a, "open_proposals", MSG_OPEN_TABLE);
	bool any_expired = false;

	allocation_column(a, table, "position", MSG_POSITION, VALUE_ORDINAL);
	allocation_column(a, table, "proposed_on", MSG_PROPOSED_ON, VALUE_DATE);
	allocation_column(a, table, "subject", MSG_SUBJECT, VALUE_TEXT);
	allocation_column(a, table, "for_what", MSG_FOR_WHAT, VALUE_TEXT);
	allocation_column(a, table, "fund", MSG_FUND, VALUE_TEXT);
	allocation_column(a, table, "amount", MSG_AMOUNT, VALUE_CENTS);
	allocation_column(a, table, "expires_on", MSG_EXPIRES_ON, VALUE_DATE);
	allocation_column(a, table, "deferrals", MSG_DEFERRALS, VALUE_ORDINAL);
	for (size_t i = 0; i < a->proposal_count; i++) {
		const struct proposal_view *proposal = &a->proposals[i];
		bool expired = date_cmp(proposal->expires_on, a->period.to) < 0;

		if (!is_open(a, proposal))
			continue;
		any_expired = any_expired || expired;
		row_begin(table, expired ? ROW_ALERT : ROW_NORMAL);
		cell_integer(table, (int64_t)proposal->position);
		cell_date(table, proposal->proposed_on);
		cell_text(table, question_subject(a->lang, proposal));
		cell_for_what(table, a->books, a->lang, proposal);
		cell_text_or_empty(table, proposal->fund);
		cell_amount(table, proposal);
		cell_date(table, proposal->expires_on);
		cell_integer(table, proposal->deferrals);
	}
	if (any_expired)
		document_note(a->doc, say(a, MSG_EXPIRED_EXPLAINED));
}

/* Attestations that end soon, or have ended, by the ledger's last entry. */
static enum err put_attestations(struct allocation *a, struct fault *fault)
{
	struct date until = { .day = a->period.to.day + ATTESTATION_DAYS };
	struct attestation_view *views = NULL;
	struct table *table;
	size_t count = 0;
	enum err err = query_attestations(a->books, until, &views, &count, fault);

	if (err || !count)
		return err;
	table = allocation_table(a, "attestations", MSG_ATTESTATIONS_TABLE);
	allocation_column(a, table, "for_what", MSG_FOR_WHAT, VALUE_TEXT);
	allocation_column(a, table, "until", MSG_ATTESTATION_UNTIL, VALUE_DATE);
	allocation_column(a, table, "days", MSG_ATTESTATION_DAYS, VALUE_ORDINAL);
	for (size_t i = 0; i < count; i++) {
		bool ended = date_cmp(views[i].until, a->period.to) < 0;

		row_begin(table, ended ? ROW_ALERT : ROW_NORMAL);
		if (views[i].name[0])
			cell_text(table, views[i].name);
		else
			cell_beneficiary(table, a->lang, views[i].beneficiary);
		cell_date(table, views[i].until);
		cell_integer(table, date_days(a->period.to, views[i].until));
	}
	document_paragraph(a->doc, say(a, MSG_ATTESTATIONS_EXPLAINED));
	free(views);
	return ERR_OK;
}

enum err allocation_decisions(struct allocation *a, struct fault *fault)
{
	document_heading(a->doc, 1, say(a, MSG_DECISIONS_HEADING));
	document_paragraph(a->doc, say(a, MSG_DECISIONS_EXPLAINED));
	put_decisions(a);
	put_votes(a);
	put_open(a);
	return put_attestations(a, fault);
}

/* ---- section 4 ---- */

#define PURPOSES_MAX 256 /* the charter has 64; older charters may have had others */

struct purpose_sum {
	const char *id;
	int64_t supports, grants;
	struct cents granted, paid, given_back;
};

struct purpose_sums {
	struct purpose_sum sum[PURPOSES_MAX];
	size_t n;
};

static enum err purpose_of(struct purpose_sums *sums, const char *id,
			   struct purpose_sum **ret_sum, struct fault *fault)
{
	for (size_t i = 0; i < sums->n; i++)
		if (strcmp(sums->sum[i].id, id) == 0) {
			*ret_sum = &sums->sum[i];
			return ERR_OK;
		}
	if (sums->n == PURPOSES_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "the ledger has more than %d purposes", PURPOSES_MAX);
	sums->sum[sums->n] = (struct purpose_sum){ .id = id };
	*ret_sum = &sums->sum[sums->n++];
	return ERR_OK;
}

/* The sum to which a flow adds, or from which it takes. */
static struct cents *member_of(struct purpose_sum *sum, const char *flow)
{
	if (flow_is(flow, "granted") || flow_is(flow, "cancelled"))
		return &sum->granted;
	return flow_is(flow, "restituted") ? &sum->given_back : &sum->paid;
}

static bool flow_is_one_of(const char *flow, const char *const *verbs)
{
	while (*verbs && !flow_is(flow, *verbs))
		verbs++;
	return *verbs != NULL;
}

/* The flow of a movement, "granted.PURPOSE" and its like, gives the purpose. */
static enum err add_purposes(struct allocation *a, struct purpose_sums *sums,
			     const struct moves *moves, const char *const *verbs,
			     struct fault *fault)
{
	for (size_t i = 0; i < moves->n; i++) {
		const struct movement_view *move = &moves->p[i];
		const char *dot = strchr(move->flow, '.');
		struct purpose_sum *sum;
		struct cents *member;
		enum err err;

		if (!dot || cents_is_zero(move->within) ||
		    !flow_is_one_of(move->flow, verbs))
			continue;
		err = purpose_of(sums, dot + 1, &sum, fault);
		if (err)
			return err;
		member = member_of(sum, move->flow);
		*member = allocation_plus(a, *member, move->within);
	}
	return ERR_OK;
}

static enum err count_purposes(struct allocation *a, struct purpose_sums *sums,
			       struct fault *fault)
{
	for (size_t i = 0; i < a->proposal_count; i++) {
		const struct proposal_view *proposal = &a->proposals[i];
		struct purpose_sum *sum;
		enum err err;

		if (!allocation_was_granted(a, proposal))
			continue;
		err = purpose_of(sums, proposal->purpose, &sum, fault);
		if (err)
			return err;
		if (strcmp(proposal->subject, "support") == 0)
			sum->supports++;
		else
			sum->grants++;
	}
	return ERR_OK;
}

static int purpose_cmp(const void *x, const void *y)
{
	const struct purpose_sum *s = x, *t = y;

	return strcmp(s->id, t->id);
}

static void put_purposes(struct allocation *a, const struct purpose_sums *sums)
{
	struct table *table = allocation_table(a, "purposes", MSG_PURPOSES_TABLE);

	allocation_column(a, table, "purpose", MSG_PURPOSE, VALUE_TEXT);
	allocation_column(a, table, "supports", MSG_SUPPORTS, VALUE_INTEGER);
	allocation_column(a, table, "grants", MSG_GRANTS, VALUE_INTEGER);
	allocation_column(a, table, "granted", MSG_GRANTED, VALUE_CENTS);
	allocation_column(a, table, "paid", MSG_PAID, VALUE_CENTS);
	allocation_column(a, table, "given_back", MSG_GIVEN_BACK, VALUE_CENTS);
	for (size_t i = 0; i < sums->n; i++) {
		row_begin(table, ROW_NORMAL);
		cell_text(table, sums->sum[i].id);
		cell_integer(table, sums->sum[i].supports);
		cell_integer(table, sums->sum[i].grants);
		cell_cents(table, sums->sum[i].granted);
		cell_cents(table, sums->sum[i].paid);
		cell_cents(table, cents_neg(sums->sum[i].given_back));
	}
	table_total_row(table, say(a, MSG_TOTAL));
}

enum err allocation_purposes(struct allocation *a, struct fault *fault)
{
	/* Each flow moves two accounts; it is counted at one of them. */
	static const char *const of_fund[] = { "cancelled", "granted", "restituted",
					       NULL },
				 *const of_ordered[] = { "paid", NULL },
				 *const of_committed[] = { "returned", NULL };
	struct purpose_sums sums = { .n = 0 };
	enum err err;

	err = add_purposes(a, &sums, &a->fund, of_fund, fault);
	if (!err)
		err = add_purposes(a, &sums, &a->ordered, of_ordered, fault);
	if (!err)
		err = add_purposes(a, &sums, &a->committed, of_committed, fault);
	if (!err)
		err = count_purposes(a, &sums, fault);
	if (err)
		return err;
	if (sums.n)
		qsort(sums.sum, sums.n, sizeof *sums.sum, purpose_cmp);
	document_heading(a->doc, 1, say(a, MSG_PURPOSES_HEADING));
	put_purposes(a, &sums);
	return ERR_OK;
}
