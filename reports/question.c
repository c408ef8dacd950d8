/*
 * question.c - see question.h.
 */
#include "reports/question.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "reports/sum.h"

#define JOB_SEEKER_PREFIX    "job-seeker:"
#define JOB_SEEKER_HEX_SHOWN 8 /* never the whole of a person's number */
#define TEXT_BYTES           512

static const struct {
	const char *subject;
	enum msg label;
} subjects[] = {
	{ "support", MSG_SUBJECT_SUPPORT },
	{ "grant", MSG_SUBJECT_GRANT },
	{ "transfer", MSG_SUBJECT_TRANSFER },
	{ "structure", MSG_SUBJECT_STRUCTURE },
	{ "cancellation", MSG_SUBJECT_CANCELLATION },
	{ "payee", MSG_SUBJECT_PAYEE },
	{ "ratification", MSG_SUBJECT_RATIFICATION },
};

const char *question_subject(enum lang lang, const struct proposal_view *proposal)
{
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
		if (strcmp(subjects[i].subject, proposal->subject) == 0)
			return tr(lang, subjects[i].label);
	return proposal->subject;
}

void cell_beneficiary(struct table *table, enum lang lang, const char *id)
{
	size_t prefix = strlen(JOB_SEEKER_PREFIX);
	char text[TEXT_BYTES];

	if (strncmp(id, JOB_SEEKER_PREFIX, prefix) != 0) {
		cell_text(table, id);
		return;
	}
	(void)snprintf(text, sizeof text, "%s%.*s", tr(lang, MSG_JOB_SEEKER),
		       JOB_SEEKER_HEX_SHOWN, id + prefix);
	cell_text(table, text);
}

void cell_for_what(struct table *table, struct books *books, enum lang lang,
		   const struct proposal_view *proposal)
{
	char title[QUERY_LABEL_BYTES], text[TEXT_BYTES];

	if (strcmp(proposal->subject, "transfer") == 0) {
		(void)snprintf(text, sizeof text, "%s%s", tr(lang, MSG_TO_FUND),
			       proposal->to);
		cell_text(table, text);
	} else if (proposal->project[0]) {
		query_project_title(books, proposal->project, title);
		cell_text(table, title[0] ? title : proposal->project);
	} else if (proposal->beneficiary[0]) {
		cell_beneficiary(table, lang, proposal->beneficiary);
	} else if (proposal->grant) {
		(void)snprintf(text, sizeof text, "%s%" PRIu64, tr(lang, MSG_OF_DECISION),
			       proposal->grant);
		cell_text(table, text);
	} else {
		cell_empty(table);
	}
}

void cell_text_or_empty(struct table *table, const char *text)
{
	if (text[0])
		cell_text(table, text);
	else
		cell_empty(table);
}

void cell_cents_or_empty(struct table *table, struct cents c)
{
	if (cents_is_zero(c))
		cell_empty(table);
	else
		cell_cents(table, c);
}

bool question_was_granted(const struct proposal_view *proposal)
{
	return strcmp(proposal->status, "granted") == 0 ||
	       strcmp(proposal->status, "done") == 0;
}

enum msg question_outcome(const struct proposal_view *proposal)
{
	if (proposal->is_unratified)
		return MSG_OUTCOME_UNRATIFIED;
	if (strcmp(proposal->status, "withdrawn") == 0)
		return MSG_OUTCOME_WITHDRAWN;
	return question_was_granted(proposal) ? MSG_OUTCOME_GRANTED : MSG_OUTCOME_REFUSED;
}

enum err question_left(const struct proposal_view *proposal, struct cents *ret_left,
		       struct fault *fault)
{
	enum err err;

	*ret_left = proposal->amount;
	err = sum_take(ret_left, proposal->paid, fault);
	return err ? err : sum_take(ret_left, proposal->cancelled, fault);
}
