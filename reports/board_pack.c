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
		err = receivables_suspense(books, standing, doc, fault);
	if (!err)
		err = put_commitments(&pack, fault);
	free(pack.proposals);
	return err ? err : document_check(doc, fault);
}
