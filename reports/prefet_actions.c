/*
 * prefet_actions.c - items b and c: each action that was funded in the year, and each
 * legal person that benefits, with what it was granted and paid.
 */
#include "reports/prefet_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A grant that was decided in the year, or of which money moved in it. */
struct action {
	const struct proposal_view *proposal;
	const struct beneficiary_note *beneficiary; /* NULL where it is not known */
	struct cents granted, paid;                 /* in the year */
};

static bool action_of(const struct prefet *p, const struct proposal_view *proposal,
		      struct action *ret_action)
{
	const struct exercise *exercise = accounting_exercise(p->accounting);
	bool is_granted = strcmp(proposal->status, "granted") == 0 ||
			  strcmp(proposal->status, "done") == 0;

	if (!is_granted || !*proposal->beneficiary)
		return false;
	*ret_action = (struct action){
		.proposal = proposal,
		.granted = CENTS_ZERO,
		.paid = accounting_paid(p->accounting, proposal->position, TERM_CURRENT)
	};
	for (size_t i = 0; i < p->ids.count; i++)
		if (strcmp(p->ids.names[i], proposal->beneficiary) == 0)
			ret_action->beneficiary = &p->beneficiaries[i];
	if (exercise_term(exercise, proposal->decided_on) == TERM_CURRENT)
		ret_action->granted = proposal->amount;
	return !cents_is_zero(ret_action->granted) || !cents_is_zero(ret_action->paid);
}

static bool is_legal_person(const struct action *action)
{
	return action->beneficiary &&
	       strcmp(action->beneficiary->nature, "job-seeker") != 0;
}

/* A legal person's name, or its id; of a person the number of the file. */
static void cell_beneficiary(struct table *table, const struct action *action,
			     enum lang lang)
{
	char text[64];

	if (is_legal_person(action)) {
		cell_text(table, *action->beneficiary->name
					 ? action->beneficiary->name
					 : action->proposal->beneficiary);
		return;
	}
	(void)snprintf(text, sizeof text, "%s %" PRIu64, tr(lang, MSG_PREFET_FILE),
		       action->proposal->position);
	cell_text(table, text);
}

static void put_actions(const struct prefet *p, const struct action *actions,
			size_t count, struct document *doc)
{
	struct table *table =
		table_begin(doc, "actions", tr(doc->lang, MSG_PREFET_ACTIONS));

	table_column(table, "position", tr(doc->lang, MSG_POSITION), VALUE_ORDINAL);
	table_column(table, "decided_on", tr(doc->lang, MSG_PREFET_DECIDED_ON),
		     VALUE_DATE);
	table_column(table, "purpose", tr(doc->lang, MSG_PREFET_PURPOSE), VALUE_TEXT);
	table_column(table, "project", tr(doc->lang, MSG_PROJECT), VALUE_TEXT);
	table_column(table, "beneficiary", tr(doc->lang, MSG_PREFET_BENEFICIARY),
		     VALUE_TEXT);
	table_column(table, "granted", tr(doc->lang, MSG_PREFET_GRANTED), VALUE_CENTS);
	table_column(table, "paid", tr(doc->lang, MSG_PREFET_PAID), VALUE_CENTS);
	for (size_t i = 0; i < count; i++) {
		const struct proposal_view *proposal = actions[i].proposal;
		char title[QUERY_LABEL_BYTES] = "";

		if (*proposal->project)
			query_project_title(p->books, proposal->project, title);
		row_begin(table, ROW_NORMAL);
		cell_integer(table, (int64_t)proposal->position);
		cell_date(table, proposal->decided_on);
		cell_text(table, proposal->purpose);
		cell_text(table, title);
		cell_beneficiary(table, &actions[i], doc->lang);
		cell_cents(table, actions[i].granted);
		cell_cents(table, actions[i].paid);
	}
	table_total_row(table, tr(doc->lang, MSG_TOTAL));
}

/* The sums of one beneficiary, over all of its actions. */
static enum err put_person(const struct action *actions, size_t count, size_t first,
			   struct table *table, enum lang lang, struct fault *fault)
{
	const struct action *action = &actions[first];
	struct cents granted = CENTS_ZERO, paid = CENTS_ZERO;
	enum err err = ERR_OK;

	for (size_t i = first; i < count && !err; i++) {
		if (strcmp(actions[i].proposal->beneficiary,
			   action->proposal->beneficiary) != 0)
			continue;
		err = accounts_add(&granted, actions[i].granted, fault);
		if (!err)
			err = accounts_add(&paid, actions[i].paid, fault);
	}
	row_begin(table, ROW_NORMAL);
	cell_beneficiary(table, action, lang);
	cell_text(table, action->beneficiary->siren);
	cell_text(table, action->beneficiary->nature);
	cell_empty(table);
	cell_cents(table, granted);
	cell_cents(table, paid);
	return err;
}

static bool was_before(const struct action *actions, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(actions[k].proposal->beneficiary,
			   actions[i].proposal->beneficiary) == 0)
			return true;
	return false;
}

static enum err put_persons(const struct action *actions, size_t count,
			    struct document *doc, struct fault *fault)
{
	struct table *table = table_begin(doc, "beneficiaries",
					  tr(doc->lang, MSG_PREFET_PERSONS_LEGAL));
	enum err err = ERR_OK;

	table_column(table, "name", tr(doc->lang, MSG_PREFET_BENEFICIARY), VALUE_TEXT);
	table_column(table, "siren", tr(doc->lang, MSG_PREFET_SIREN), VALUE_MONO);
	table_column(table, "nature", tr(doc->lang, MSG_PROJECT_NATURE), VALUE_TEXT);
	table_column(table, "contact", tr(doc->lang, MSG_PREFET_CONTACT), VALUE_TEXT);
	table_column(table, "granted", tr(doc->lang, MSG_PREFET_GRANTED), VALUE_CENTS);
	table_column(table, "paid", tr(doc->lang, MSG_PREFET_PAID), VALUE_CENTS);
	for (size_t i = 0; i < count && !err; i++)
		if (is_legal_person(&actions[i]) && !was_before(actions, i))
			err = put_person(actions, count, i, table, doc->lang, fault);
	table_total_row(table, tr(doc->lang, MSG_TOTAL));
	document_paragraph(doc, tr(doc->lang, MSG_PREFET_CONTACT_EXPLAINED));
	return err;
}

enum err prefet_put_actions(const struct prefet *p, struct document *doc,
			    struct fault *fault)
{
	struct proposal_view *proposals = NULL;
	struct action *actions = NULL;
	size_t proposal_count = 0, count = 0;
	enum err err = query_proposals(p->books, &proposals, &proposal_count, fault);

	if (!err)
		actions = calloc(proposal_count + 1, sizeof *actions);
	if (!err && !actions)
		err = fault_set(fault, ERR_MEMORY, "out of memory for the report");
	for (size_t i = 0; !err && i < proposal_count; i++)
		if (action_of(p, &proposals[i], &actions[count]))
			count++;
	if (!err) {
		put_actions(p, actions, count, doc);
		err = put_persons(actions, count, doc, fault);
	}
	free(actions);
	free(proposals);
	return err;
}
