/*
 * minutes.c - see minutes.h.
 */
#include "reports/minutes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"
#include "reports/meeting.h"
#include "reports/naming.h"
#include "reports/question.h"

/* A seat's key as it is in force. */
struct seat_key {
	char seat[QUERY_ID_BYTES];
	struct vkey vkey;
};

#define SIGNER_BYTES (VKEY_NAME_BYTES_MAX + 1 + 8 + 1)

/* Whose key has signed a note, and whether it has. */
struct signing {
	char key[SIGNER_BYTES]; /* its name and ID, as in the note's signature line */
	bool verified;
};

struct minutes_ballot {
	uint64_t proposal, position;
	struct date date;
	char seat[QUERY_ID_BYTES];
	enum msg vote;
	bool recused;
	struct signing signing;
};

/* A decision that a ratification names. */
struct ratification {
	uint64_t grant, by;
	bool done;
};

struct delegated_act {
	uint64_t proposal, delegation;
};

struct minutes {
	struct books *books;
	struct document *doc;
	enum lang lang;
	struct period period;
	/* All owned. */
	struct seat_key *keys;
	size_t key_count;
	struct minutes_ballot *ballots;
	size_t ballot_count;
	struct ratification *ratifications;
	size_t ratification_count;
	struct delegated_act *acts;
	size_t act_count;
	struct meeting_tables meeting;
	struct table *decisions, *votes, *signed_ballots, *recusals;
};

static const char *say(const struct minutes *m, enum msg msg)
{
	return tr(m->lang, msg);
}

/* Room for one more item at the end of an array; NULL when out of memory. */
static void *one_more(void **array, size_t *count, size_t bytes, struct fault *fault)
{
	char *more = reallocarray(*array, *count + 1, bytes);

	if (!more) {
		(void)fault_set(fault, ERR_MEMORY, "out of memory");
		return NULL;
	}
	*array = more;
	return memset(more + bytes * (*count)++, 0, bytes);
}

#define ONE_MORE(m, name, fault)                                                         \
	one_more((void **)&(m)->name##s, &(m)->name##_count, sizeof *(m)->name##s, fault)

/* ---- keys and signatures ---- */

static struct seat_key *key_of_seat(struct minutes *m, struct slice seat)
{
	for (size_t i = 0; i < m->key_count; i++)
		if (slice_equal_text(seat, m->keys[i].seat))
			return &m->keys[i];
	return NULL;
}

static enum err see_key(struct minutes *m, struct slice seat, struct slice vkey,
			struct fault *fault)
{
	struct seat_key *key = key_of_seat(m, seat);

	if (!key)
		key = ONE_MORE(m, key, fault);
	if (!key)
		return ERR_MEMORY;
	(void)snprintf(key->seat, sizeof key->seat, "%.*s", (int)seat.n,
		       (const char *)seat.p);
	return vkey_parse(vkey, &key->vkey, fault);
}

static enum err see_charter(struct minutes *m, const struct entry *entry,
			    struct fault *fault)
{
	enum err err = ERR_OK;

	for (const struct json *item = entry_list(entry, "seats")->first; item && !err;
	     item = item->next)
		err = see_key(m, item_text(item, "name"), item_text(item, "vkey"), fault);
	return err;
}

/* Members who are no seats have keys, too: a note of theirs is never asked for. */
static struct signing signing_of(struct minutes *m, const struct entry *entry)
{
	const struct seat_key *key = key_of_seat(m, entry_text(entry, "seat"));
	struct signing signing = { .verified = false };
	struct slice text;
	struct fault ignored;

	if (!key)
		return signing;
	(void)snprintf(signing.key, sizeof signing.key, "%s+%08" PRIx32, key->vkey.name,
		       key->vkey.id);
	signing.verified = note_open(entry_text(entry, "note"), &key->vkey, &text,
				     &ignored) == ERR_OK;
	return signing;
}

static void cells_signing(struct minutes *m, struct table *table,
			  const struct signing *signing)
{
	cell_text_or_empty(table, signing->key);
	cell_text(table, say(m, signing->verified ? MSG_MINUTES_VERIFIED
						  : MSG_MINUTES_NOT_VERIFIED));
}

/* ---- ballots and recusals ---- */

static enum msg vote_label(struct slice vote)
{
	if (text_is(vote, "for"))
		return MSG_VOTES_FOR;
	if (text_is(vote, "against"))
		return MSG_VOTES_AGAINST;
	return text_is(vote, "abstain") ? MSG_MINUTES_ABSTAINS : MSG_MINUTES_RECUSED;
}

static enum err see_ballot(struct minutes *m, uint64_t position,
			   const struct entry *entry, struct fault *fault)
{
	struct slice seat = entry_text(entry, "seat");
	struct minutes_ballot *ballot = ONE_MORE(m, ballot, fault);

	if (!ballot)
		return ERR_MEMORY;
	ballot->proposal = entry_position(entry, "proposal");
	ballot->position = position;
	ballot->date = entry->date;
	(void)snprintf(ballot->seat, sizeof ballot->seat, "%.*s", (int)seat.n,
		       (const char *)seat.p);
	ballot->vote = vote_label(entry_text(entry, "vote"));
	ballot->recused = ballot->vote == MSG_MINUTES_RECUSED;
	ballot->signing = signing_of(m, entry);
	return ERR_OK;
}

static void see_recusal(struct minutes *m, uint64_t position, const struct entry *entry)
{
	struct signing signing = signing_of(m, entry);
	struct slice beneficiary = entry_text(entry, "beneficiary");
	char id[QUERY_ID_BYTES];

	if (!period_holds(&m->period, entry->date))
		return;
	(void)snprintf(id, sizeof id, "%.*s", (int)beneficiary.n,
		       (const char *)beneficiary.p);
	row_begin(m->recusals, signing.verified ? ROW_NORMAL : ROW_ALERT);
	cell_integer(m->recusals, (int64_t)position);
	cell_date(m->recusals, entry->date);
	cell_slice(m->recusals, entry_text(entry, "seat"));
	cell_beneficiary(m->recusals, m->lang, id);
	cells_signing(m, m->recusals, &signing);
}

/* ---- decisions ---- */

static enum err see_proposal(struct minutes *m, uint64_t position,
			     const struct entry *entry, struct fault *fault)
{
	if (!entry_has(entry, "ratifies"))
		return ERR_OK;
	for (const struct json *item = entry_list(entry, "ratifies")->first; item;
	     item = item->next) {
		struct ratification *ratification = ONE_MORE(m, ratification, fault);

		if (!ratification)
			return ERR_MEMORY;
		ratification->grant = (uint64_t)item_integer(item, "grant");
		ratification->by = position;
	}
	return ERR_OK;
}

/* As the decision's entry says it: a deferral leaves the proposal open. */
static enum msg outcome_label(const struct entry *entry)
{
	struct slice outcome = entry_text(entry, "outcome");

	if (text_is(outcome, "granted"))
		return MSG_OUTCOME_GRANTED;
	if (text_is(outcome, "deferred"))
		return MSG_MINUTES_DEFERRED;
	return text_is(outcome, "refused") ? MSG_OUTCOME_REFUSED : MSG_OUTCOME_WITHDRAWN;
}

static void put_decision(struct minutes *m, uint64_t position, const struct entry *entry,
			 const struct proposal_view *proposal)
{
	struct table *t = m->decisions;

	row_begin(t, ROW_NORMAL);
	cell_integer(t, (int64_t)position);
	cell_date(t, entry->date);
	cell_integer(t, (int64_t)proposal->position);
	cell_text(t, question_subject(m->lang, proposal));
	cell_for_what(t, m->books, m->lang, proposal);
	cell_text_or_empty(t, proposal->fund);
	cell_cents_or_empty(t, proposal->amount);
	cell_text(t, say(m, outcome_label(entry)));
	if (entry_has(entry, "defer_to"))
		cell_date(t, entry_date(entry, "defer_to"));
	else
		cell_empty(t);
	if (entry_has(entry, "meeting"))
		cell_integer(t, (int64_t)entry_position(entry, "meeting"));
	else
		cell_empty(t);
}

static void put_votes(struct minutes *m, uint64_t position, const struct entry *entry)
{
	int64_t in_favour = entry_integer(entry, "for");
	int64_t against = entry_integer(entry, "against");
	int64_t abstain = entry_integer(entry, "abstain");

	row_begin(m->votes, ROW_NORMAL);
	cell_integer(m->votes, (int64_t)position);
	cell_integer(m->votes, in_favour + against + abstain);
	cell_integer(m->votes, in_favour);
	cell_integer(m->votes, entry_integer(entry, "needed"));
	cell_integer(m->votes, against);
	cell_integer(m->votes, abstain);
	cell_integer(m->votes, entry_integer(entry, "recused"));
}

static void put_ballots(struct minutes *m, uint64_t position, uint64_t proposal)
{
	struct table *t = m->signed_ballots;

	for (size_t i = 0; i < m->ballot_count; i++) {
		const struct minutes_ballot *ballot = &m->ballots[i];

		if (ballot->proposal != proposal)
			continue;
		row_begin(t, ballot->signing.verified ? ROW_NORMAL : ROW_ALERT);
		cell_integer(t, (int64_t)position);
		cell_integer(t, (int64_t)ballot->position);
		cell_date(t, ballot->date);
		cell_text(t, ballot->seat);
		cell_text(t, say(m, ballot->vote));
		cells_signing(m, t, &ballot->signing);
	}
}

static enum err see_decision(struct minutes *m, uint64_t position,
			     const struct entry *entry, struct fault *fault)
{
	uint64_t of = entry_position(entry, "proposal");
	struct proposal_view proposal;
	struct delegated_act *act;

	for (size_t i = 0; i < m->ratification_count; i++)
		if (m->ratifications[i].by == of &&
		    text_is(entry_text(entry, "outcome"), "granted"))
			m->ratifications[i].done = true;
	if (!period_holds(&m->period, entry->date))
		return ERR_OK;
	if (!query_proposal(m->books, of, &proposal))
		return fault_set(fault, ERR_CORRUPT,
				 "a decision is of a proposal that the books have not");
	put_decision(m, position, entry, &proposal);
	put_votes(m, position, entry);
	put_ballots(m, position, of);
	if (!entry_has(entry, "delegation"))
		return ERR_OK;
	act = ONE_MORE(m, act, fault);
	if (!act)
		return ERR_MEMORY;
	act->proposal = of;
	act->delegation = entry_position(entry, "delegation");
	return ERR_OK;
}

enum err minutes_visit(void *minutes, uint64_t position, const struct entry *entry,
		       const struct posting *postings, size_t count, struct fault *fault)
{
	struct minutes *m = minutes;

	(void)postings;
	(void)count;
	if (entry->kind == KIND_charter)
		return see_charter(m, entry, fault);
	if (entry->kind == KIND_key)
		return see_key(m, entry_text(entry, "member"), entry_text(entry, "vkey"),
			       fault);
	if (entry->kind == KIND_proposal)
		return see_proposal(m, position, entry, fault);
	if (entry->kind == KIND_ballot)
		return see_ballot(m, position, entry, fault);
	if (entry->kind == KIND_decision)
		return see_decision(m, position, entry, fault);
	if (entry->kind == KIND_meeting && period_holds(&m->period, entry->date))
		meeting_put(&m->meeting, position, entry);
	if (entry->kind == KIND_recusal)
		see_recusal(m, position, entry);
	return ERR_OK;
}

/* ---- the end ---- */

/* A decision under a delegation was recorded before any entry that ratifies it. */
static void cell_ratification(struct minutes *m, struct table *table, uint64_t proposal)
{
	for (size_t i = 0; i < m->ratification_count; i++)
		if (m->ratifications[i].done && m->ratifications[i].grant == proposal) {
			cell_integer(table, (int64_t)m->ratifications[i].by);
			return;
		}
	cell_empty(table);
}

static void put_delegated(struct minutes *m)
{
	struct table *t =
		table_begin(m->doc, "delegated", say(m, MSG_MINUTES_DELEGATED_TABLE));
	bool any_unratified = false;

	table_column(t, "proposal", say(m, MSG_PROJECT_PROPOSAL), VALUE_ORDINAL);
	table_column(t, "for_what", say(m, MSG_FOR_WHAT), VALUE_TEXT);
	table_column(t, "amount", say(m, MSG_AMOUNT), VALUE_CENTS);
	table_column(t, "delegation", say(m, MSG_MINUTES_DELEGATION), VALUE_ORDINAL);
	table_column(t, "ratified_by", say(m, MSG_MINUTES_RATIFIED_BY), VALUE_ORDINAL);
	for (size_t i = 0; i < m->act_count; i++) {
		struct proposal_view proposal;

		if (!query_proposal(m->books, m->acts[i].proposal, &proposal))
			continue; /* it was found when it was decided */
		any_unratified = any_unratified || proposal.is_unratified;
		row_begin(t, proposal.is_unratified ? ROW_ALERT : ROW_NORMAL);
		cell_integer(t, (int64_t)proposal.position);
		cell_for_what(t, m->books, m->lang, &proposal);
		cell_cents(t, proposal.amount);
		cell_integer(t, (int64_t)m->acts[i].delegation);
		cell_ratification(m, t, proposal.position);
	}
	if (any_unratified)
		document_note(m->doc, say(m, MSG_UNRATIFIED_EXPLAINED));
}

enum err minutes_finish(struct minutes *m, struct fault *fault)
{
	put_delegated(m);
	document_paragraph(m->doc, say(m, MSG_MINUTES_SIGNED_BY));
	return document_check(m->doc, fault);
}

/* ---- the beginning ---- */

static void lay_out_decisions(struct minutes *m)
{
	struct table *t;

	t = table_begin(m->doc, "decisions", say(m, MSG_DECISIONS_TABLE));
	table_column(t, "position", say(m, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "decided_on", say(m, MSG_DECIDED_ON), VALUE_DATE);
	table_column(t, "proposal", say(m, MSG_PROJECT_PROPOSAL), VALUE_ORDINAL);
	table_column(t, "subject", say(m, MSG_SUBJECT), VALUE_TEXT);
	table_column(t, "for_what", say(m, MSG_FOR_WHAT), VALUE_TEXT);
	table_column(t, "fund", say(m, MSG_FUND), VALUE_TEXT);
	table_column(t, "amount", say(m, MSG_AMOUNT), VALUE_CENTS);
	table_column(t, "outcome", say(m, MSG_OUTCOME), VALUE_TEXT);
	table_column(t, "deferred_to", say(m, MSG_MINUTES_DEFERRED_TO), VALUE_DATE);
	table_column(t, "meeting", say(m, MSG_MEETING), VALUE_ORDINAL);
	m->decisions = t;
	t = table_begin(m->doc, "votes", say(m, MSG_MINUTES_VOTES_TABLE));
	/* Votes of different questions are not to be added up. */
	table_column(t, "decision", say(m, MSG_MINUTES_DECISION), VALUE_ORDINAL);
	table_column(t, "present", say(m, MSG_MINUTES_PRESENT), VALUE_ORDINAL);
	table_column(t, "votes_for", say(m, MSG_VOTES_FOR), VALUE_ORDINAL);
	table_column(t, "needed", say(m, MSG_VOTES_NEEDED), VALUE_ORDINAL);
	table_column(t, "against", say(m, MSG_VOTES_AGAINST), VALUE_ORDINAL);
	table_column(t, "abstain", say(m, MSG_VOTES_ABSTAIN), VALUE_ORDINAL);
	table_column(t, "recused", say(m, MSG_VOTES_RECUSED), VALUE_ORDINAL);
	m->votes = t;
}

static void lay_out_signatures(struct minutes *m)
{
	struct table *t;

	document_paragraph(m->doc, say(m, MSG_MINUTES_PRESENCE_EXPLAINED));
	t = table_begin(m->doc, "ballots", say(m, MSG_MINUTES_BALLOTS_TABLE));
	table_column(t, "decision", say(m, MSG_MINUTES_DECISION), VALUE_ORDINAL);
	table_column(t, "position", say(m, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "date", say(m, MSG_ENTERED_ON), VALUE_DATE);
	table_column(t, "seat", say(m, MSG_MINUTES_SEAT), VALUE_TEXT);
	table_column(t, "vote", say(m, MSG_MINUTES_VOTE), VALUE_TEXT);
	table_column(t, "key", say(m, MSG_MINUTES_KEY), VALUE_MONO);
	table_column(t, "signature", say(m, MSG_MINUTES_SIGNATURE), VALUE_TEXT);
	m->signed_ballots = t;
	t = table_begin(m->doc, "recusals", say(m, MSG_MINUTES_RECUSALS_TABLE));
	table_column(t, "position", say(m, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "date", say(m, MSG_ENTERED_ON), VALUE_DATE);
	table_column(t, "seat", say(m, MSG_MINUTES_SEAT), VALUE_TEXT);
	table_column(t, "beneficiary", say(m, MSG_FOR_WHAT), VALUE_TEXT);
	table_column(t, "key", say(m, MSG_MINUTES_KEY), VALUE_MONO);
	table_column(t, "signature", say(m, MSG_MINUTES_SIGNATURE), VALUE_TEXT);
	m->recusals = t;
}

enum err minutes_begin(struct books *books, const struct standing *standing,
		       const struct period *period, struct document *doc,
		       struct minutes **ret_minutes, struct fault *fault)
{
	struct minutes *m = calloc(1, sizeof *m);
	enum err err;

	if (!m)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	*m = (struct minutes){
		.books = books, .doc = doc, .lang = doc->lang, .period = *period
	};
	err = period_resolve(&m->period, standing, fault);
	if (!err)
		err = naming_standing(doc, books, standing, fault);
	if (err) {
		minutes_free(m);
		return err;
	}
	period_put(&m->period, doc);
	meeting_begin(&m->meeting, books, doc);
	document_paragraph(doc, say(m, MSG_MEETINGS_EXPLAINED));
	lay_out_decisions(m);
	lay_out_signatures(m);
	*ret_minutes = m;
	return ERR_OK;
}

void minutes_free(struct minutes *m)
{
	if (!m)
		return;
	free(m->keys);
	free(m->ballots);
	free(m->ratifications);
	free(m->acts);
	free(m);
}

enum err minutes_report(struct source *source, const struct report_request *request,
			struct document *doc, struct fault *fault)
{
	struct minutes *m = NULL;
	struct source_visitor visitor = { .visit = minutes_visit };
	enum err err;

	document_init(doc, request->lang, "minutes",
		      tr(request->lang, MSG_MINUTES_TITLE));
	err = minutes_begin(source_books(source), source_standing(source),
			    &request->period, doc, &m, fault);
	visitor.ctx = m;
	if (!err)
		err = source_each_posting(source, &visitor, fault);
	if (!err)
		err = minutes_finish(m, fault);
	minutes_free(m);
	return err;
}
