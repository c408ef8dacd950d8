/*
 * board_pack.c - see board_pack.h.
 */
#include "reports/board_pack.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/books_query.h"
#include "reports/allocation.h"
#include "reports/naming.h"
#include "reports/question.h"
#include "reports/receivables.h"
#include "reports/sum.h"

struct board_pack {
	struct books *books;
	struct document *doc;
	enum lang lang;
	struct date today;
	struct proposal_view *proposals; /* owned */
	size_t proposal_count;
	struct attestation_view *attestations; /* owned */
	size_t attestation_count;
};

static const char *say(const struct board_pack *pack, enum msg msg)
{
	return tr(pack->lang, msg);
}

/* What the fund has to give for it, free or earmarked. */
static enum err fund_available(struct board_pack *pack, const char *fund,
			       struct cents *ret_sum, struct fault *fault)
{
	struct sub_balance_view *subs = NULL;
	size_t count = 0;
	enum err err = query_sub_balances(pack->books, &subs, &count, fault);

	*ret_sum = CENTS_ZERO;
	for (size_t i = 0; i < count && !err; i++)
		if (strcmp(subs[i].fund, fund) == 0)
			err = sum_add(ret_sum, subs[i].available, fault);
	free(subs);
	return err;
}

static enum err put_dossier(struct board_pack *pack, struct table *t,
			    const struct proposal_view *proposal, struct fault *fault)
{
	int32_t days = date_days(pack->today, proposal->expires_on);
	struct cents available;
	enum err err = fund_available(pack, proposal->fund, &available, fault);

	if (err)
		return err;
	row_begin(t, days < 0 || cents_cmp(available, proposal->amount) < 0 ? ROW_ALERT
									    : ROW_NORMAL);
	cell_integer(t, (int64_t)proposal->position);
	cell_date(t, proposal->proposed_on);
	cell_text(t, question_subject(pack->lang, proposal));
	cell_for_what(t, pack->books, pack->lang, proposal);
	cell_text_or_empty(t, proposal->purpose);
	cell_text_or_empty(t, proposal->fund);
	cell_cents_or_empty(t, proposal->amount);
	if (proposal->fund[0])
		cell_cents(t, available);
	else
		cell_empty(t);
	cell_date(t, proposal->expires_on);
	cell_integer(t, days);
	return ERR_OK;
}

static enum err put_dossiers(struct board_pack *pack, struct fault *fault)
{
	struct table *t;
	enum err err = ERR_OK;

	document_heading(pack->doc, 1, say(pack, MSG_PACK_OPEN_HEADING));
	t = table_begin(pack->doc, "dossiers", say(pack, MSG_PACK_DOSSIERS_TABLE));
	table_column(t, "position", say(pack, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "proposed_on", say(pack, MSG_PROPOSED_ON), VALUE_DATE);
	table_column(t, "subject", say(pack, MSG_SUBJECT), VALUE_TEXT);
	table_column(t, "for_what", say(pack, MSG_FOR_WHAT), VALUE_TEXT);
	table_column(t, "purpose", say(pack, MSG_PURPOSE), VALUE_TEXT);
	table_column(t, "fund", say(pack, MSG_FUND), VALUE_TEXT);
	table_column(t, "amount", say(pack, MSG_AMOUNT), VALUE_CENTS);
	/* Of one fund it may stand on several rows, so that no total row follows. */
	table_column(t, "available", say(pack, MSG_PACK_AVAILABLE), VALUE_CENTS);
	table_column(t, "expires_on", say(pack, MSG_EXPIRES_ON), VALUE_DATE);
	table_column(t, "days", say(pack, MSG_PACK_DAYS), VALUE_ORDINAL);
	for (size_t i = 0; i < pack->proposal_count && !err; i++)
		if (!pack->proposals[i].decided)
			err = put_dossier(pack, t, &pack->proposals[i], fault);
	document_paragraph(pack->doc, say(pack, MSG_PACK_DOSSIERS_EXPLAINED));
	return err;
}

/* ---- where each question stands ---- */

/* What the same beneficiary was granted before, whatever became of it. */
static enum err earlier_of(const struct board_pack *pack,
			   const struct proposal_view *proposal, int64_t *ret_count,
			   struct cents *ret_sum, struct fault *fault)
{
	enum err err = ERR_OK;

	*ret_count = 0;
	*ret_sum = CENTS_ZERO;
	for (size_t i = 0; i < pack->proposal_count && !err; i++) {
		const struct proposal_view *other = &pack->proposals[i];

		if (other->position == proposal->position ||
		    !question_was_granted(other) ||
		    strcmp(other->beneficiary, proposal->beneficiary) != 0)
			continue;
		++*ret_count;
		err = sum_add(ret_sum, other->amount, fault);
	}
	return err;
}

/* The last day of the beneficiary's attestation; false where it has none. */
static bool attested_until(const struct board_pack *pack, const char *beneficiary,
			   struct date *ret_until)
{
	for (size_t i = 0; i < pack->attestation_count; i++)
		if (strcmp(pack->attestations[i].beneficiary, beneficiary) == 0) {
			*ret_until = pack->attestations[i].until;
			return true;
		}
	return false;
}

static enum err put_standing(struct board_pack *pack, struct table *t,
			     const struct proposal_view *proposal, struct fault *fault)
{
	int64_t missing = proposal->needed - proposal->votes_for, count = 0;
	struct cents earlier = CENTS_ZERO;
	struct date until;
	enum err err = ERR_OK;

	if (proposal->beneficiary[0])
		err = earlier_of(pack, proposal, &count, &earlier, fault);
	if (err)
		return err;
	row_begin(t, ROW_NORMAL);
	cell_integer(t, (int64_t)proposal->position);
	cell_integer(t, proposal->votes_for);
	cell_integer(t, proposal->needed);
	cell_integer(t, missing > 0 ? missing : 0);
	cell_integer(t, proposal->against);
	cell_integer(t, proposal->abstain);
	cell_integer(t, proposal->recused);
	cell_integer(t, proposal->deferrals);
	cell_integer(t, count);
	cell_cents_or_empty(t, earlier);
	if (proposal->beneficiary[0] &&
	    attested_until(pack, proposal->beneficiary, &until))
		cell_date(t, until);
	else
		cell_empty(t);
	return ERR_OK;
}

static enum err put_standings(struct board_pack *pack, struct fault *fault)
{
	struct table *t = table_begin(pack->doc, "ballots_so_far",
				      say(pack, MSG_PACK_BALLOTS_TABLE));
	enum err err =
		query_attestations(pack->books, (struct date){ DATE_DAY_MAX },
				   &pack->attestations, &pack->attestation_count, fault);

	table_column(t, "position", say(pack, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "votes_for", say(pack, MSG_VOTES_FOR), VALUE_ORDINAL);
	table_column(t, "needed", say(pack, MSG_VOTES_NEEDED), VALUE_ORDINAL);
	table_column(t, "missing", say(pack, MSG_PACK_MISSING), VALUE_ORDINAL);
	table_column(t, "against", say(pack, MSG_VOTES_AGAINST), VALUE_ORDINAL);
	table_column(t, "abstain", say(pack, MSG_VOTES_ABSTAIN), VALUE_ORDINAL);
	table_column(t, "recused", say(pack, MSG_VOTES_RECUSED), VALUE_ORDINAL);
	table_column(t, "deferrals", say(pack, MSG_DEFERRALS), VALUE_ORDINAL);
	table_column(t, "earlier", say(pack, MSG_PACK_EARLIER), VALUE_ORDINAL);
	table_column(t, "earlier_sum", say(pack, MSG_PACK_EARLIER_SUM), VALUE_CENTS);
	table_column(t, "attested", say(pack, MSG_ATTESTATION_UNTIL), VALUE_DATE);
	for (size_t i = 0; i < pack->proposal_count && !err; i++)
		if (!pack->proposals[i].decided)
			err = put_standing(pack, t, &pack->proposals[i], fault);
	document_paragraph(pack->doc, say(pack, MSG_PACK_BALLOTS_EXPLAINED));
	return err;
}

static enum err put_commitment(struct board_pack *pack, struct table *t,
			       const struct proposal_view *proposal, struct fault *fault)
{
	struct cents left;
	enum err err = question_left(proposal, &left, fault);

	if (err || cents_is_zero(left))
		return err;
	row_begin(t, ROW_NORMAL);
	cell_integer(t, (int64_t)proposal->position);
	cell_date(t, proposal->decided_on);
	cell_for_what(t, pack->books, pack->lang, proposal);
	cell_text(t, proposal->fund);
	cell_cents(t, proposal->amount);
	cell_cents(t, proposal->paid);
	cell_cents(t, left);
	return ERR_OK;
}

static enum err put_commitments(struct board_pack *pack, struct fault *fault)
{
	struct table *t;
	enum err err = ERR_OK;

	document_heading(pack->doc, 1, say(pack, MSG_PACK_COMMITMENTS_HEADING));
	t = table_begin(pack->doc, "to_pay", say(pack, MSG_PACK_COMMITMENTS_TABLE));
	table_column(t, "position", say(pack, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "decided_on", say(pack, MSG_DECIDED_ON), VALUE_DATE);
	table_column(t, "for_what", say(pack, MSG_FOR_WHAT), VALUE_TEXT);
	table_column(t, "fund", say(pack, MSG_FUND), VALUE_TEXT);
	table_column(t, "amount", say(pack, MSG_GRANTED), VALUE_CENTS);
	table_column(t, "paid", say(pack, MSG_PAID_SO_FAR), VALUE_CENTS);
	table_column(t, "left", say(pack, MSG_LEFT_TO_PAY), VALUE_CENTS);
	for (size_t i = 0; i < pack->proposal_count && !err; i++)
		if (question_was_granted(&pack->proposals[i]) &&
		    pack->proposals[i].beneficiary[0])
			err = put_commitment(pack, t, &pack->proposals[i], fault);
	table_total_row(t, say(pack, MSG_TOTAL));
	return err;
}

enum err board_pack_report(struct books *books, const struct standing *standing,
			   const struct report_request *request, struct document *doc,
			   struct fault *fault)
{
	struct board_pack pack = { .books = books, .doc = doc, .lang = request->lang };
	enum err err;

	document_init(doc, request->lang, "board_pack", say(&pack, MSG_PACK_TITLE));
	err = allocation_put(books, standing, request, doc, fault);
	if (!err)
		err = naming_last_day(standing, &pack.today, fault);
	if (!err)
		err = query_proposals(books, &pack.proposals, &pack.proposal_count,
				      fault);
	if (!err)
		err = put_dossiers(&pack, fault);
	if (!err)
		err = put_standings(&pack, fault);
	if (!err)
		err = receivables_suspense(books, standing, doc, fault);
	if (!err)
		err = put_commitments(&pack, fault);
	free(pack.proposals);
	free(pack.attestations);
	return err ? err : document_check(doc, fault);
}
