/*
 * books_decision.c - the outcome of a proposal, and what a grant takes from where.
 *
 * Granted: so many votes for as the charter's step asks for the amount (with
 * what the beneficiary was granted on the 365 days up to today), more for than
 * against, and enough ballots that are not recusals. A decision is refused
 * until no missing ballot could change it, or the proposal has expired. Who made a
 * proposal may withdraw it before; one that has expired without enough seats being
 * there may be deferred, and stays open. Under a delegation its seats decide alone.
 */
#include "ledger/books_int.h"

static const char *const outcome_names[] = {
	[OUTCOME_GRANTED] = "granted",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_DEFERRED] = "deferred",
	[OUTCOME_WITHDRAWN] = "withdrawn",
};

const char *decision_outcome_name(enum decision_outcome outcome)
{
	return outcome_names[outcome];
}

static int64_t present_of(const struct tally *tally)
{
	return tally->votes_for + tally->against + tally->abstain;
}

static bool carries(const struct tally *tally, int64_t needed, int64_t present)
{
	return tally->votes_for >= needed && tally->votes_for > tally->against &&
	       present_of(tally) >= present;
}

/* Granted or refused, as soon as that is certain. */
static enum err outcome_of(const struct proposal_record *proposal, struct date today,
			   int64_t present, struct decision_due *due, struct fault *fault)
{
	const struct tally *tally = &due->tally;
	struct tally best = *tally, worst = *tally;
	bool granted = carries(tally, due->needed, present);

	/* Recusals still to come would lower presence, votes against majority;
	 * a missing seat may also stay silent. */
	best.votes_for += tally->missing;
	worst.against += tally->missing;
	due->outcome = granted ? OUTCOME_GRANTED : OUTCOME_REFUSED;
	if (date_cmp(today, proposal->expires_on) > 0)
		return ERR_OK;
	if (granted ? carries(&worst, due->needed, present)
		    : !carries(&best, due->needed, present))
		return ERR_OK;
	return fault_rule(fault, "undecided",
			  "the outcome is not certain: %" PRId64 " for, %" PRId64
			  " against, %" PRId64 " abstain, %" PRId64 " recused, %" PRId64
			  " missing; %" PRId64 " for are needed",
			  tally->votes_for, tally->against, tally->abstain,
			  tally->recused, tally->missing, due->needed);
}

static const char *ceiling_key(struct key *key, const char *fund, struct date date)
{
	return key_of(key, "ceilinged/%s/%06" PRId32, fund, month_of_date(date).n);
}

static enum err check_ceiling(struct books *books, const struct proposal_record *proposal,
			      struct date today, struct fault *fault)
{
	struct record_reader reader;
	struct cents sum, ceiling;
	struct key key;

	if (!books_get(books, key_of(&key, "ceiling/%s", proposal->fund), &reader))
		return ERR_OK;
	ceiling = cents_of(record_read_integer(&reader));
	sum = books_plus(
		books, proposal->amount,
		books_get_cents(books, ceiling_key(&key, proposal->fund, today)));
	if (cents_cmp(sum, ceiling) > 0)
		return fault_rule(fault, "ceiling",
				  "fund '%s' would grant %" PRId64
				  " cents this month; its ceiling is %" PRId64
				  ": decide next month",
				  proposal->fund, cents_value(sum), cents_value(ceiling));
	return ERR_OK;
}

/* This project's money first, then the fund's own earmark, then free money. */
static enum err take_parts(struct books *books, const struct proposal_record *proposal,
			   struct decision_due *due, struct fault *fault)
{
	const char *earmarks[3] = { proposal->project, proposal->fund, EARMARK_FREE };
	bool transfer = strcmp(proposal->subject, "transfer") == 0;
	struct cents rest = proposal->amount;

	for (size_t i = transfer ? 2 : 0; i < 3 && cents_is_positive(rest); i++) {
		struct cents there, part;

		if (!earmarks[i][0])
			continue;
		there = fund_available(books, slice_of_text(proposal->fund),
				       slice_of_text(earmarks[i]));
		part = cents_min(there, rest);
		if (!cents_is_positive(part))
			continue;
		text_copy(due->parts[due->part_count].earmark, ID_BYTES,
			  slice_of_text(earmarks[i]));
		due->parts[due->part_count].used = CENTS_ZERO;
		due->parts[due->part_count++].amount = part;
		rest = books_minus(books, rest, part);
	}
	if (cents_is_positive(rest))
		return fault_rule(fault, "available",
				  "fund '%s' lacks %" PRId64 " cents for this decision",
				  proposal->fund, cents_value(rest));
	return ERR_OK;
}

/* What only money that helps somebody, or moves, is held to. */
static enum err check_grant(struct books *books, const struct proposal_record *proposal,
			    const struct delegation_record *delegation, struct date today,
			    struct decision_due *due, struct fault *fault)
{
	enum err err = fund_check_spendable(books, slice_of_text(proposal->fund), fault);

	if (!err && proposal->beneficiary[0])
		err = beneficiary_check_eligible(
			books, slice_of_text(proposal->beneficiary), NULL, fault);
	if (!err && delegation)
		err = delegation_check_limits(books, delegation, proposal, today, fault);
	if (!err && proposal->beneficiary[0])
		err = check_ceiling(books, proposal, today, fault);
	if (!err)
		err = take_parts(books, proposal, due, fault);
	return err;
}

static enum err decide(struct books *books, const struct entry *decision,
		       const struct proposal_record *proposal, struct decision_due *due,
		       struct fault *fault)
{
	uint64_t under = entry_position(decision, "delegation");
	struct date today = decision->date;
	struct delegation_record delegation;
	struct charter_record charter;
	int64_t present = 0; /* a delegation asks for votes, and for nobody's presence */
	enum err err;

	if (entry_has(decision, "delegation")) {
		err = delegation_find(books, under, proposal, today, &delegation, fault);
		due->needed = err ? 0 : delegation.votes;
	} else {
		err = charter_read(books, &charter, fault);
		present = err ? 0 : charter.present;
	}
	if (!err)
		err = outcome_of(proposal, today, present, due, fault);
	if (!err && under && due->outcome != OUTCOME_GRANTED)
		err = fault_rule(fault, "delegation",
				 "its seats do not grant it: the board decides");
	if (!err && due->outcome == OUTCOME_GRANTED && proposal->fund[0])
		err = check_grant(books, proposal, under ? &delegation : NULL, today, due,
				  fault);
	if (!err && due->outcome == OUTCOME_GRANTED && proposal->grant)
		err = cancellation_check(books, proposal, fault);
	return err;
}

static enum err withdraw(const struct entry *decision,
			 const struct proposal_record *proposal, struct decision_due *due,
			 struct fault *fault)
{
	if (!slice_equal_text(decision->by, proposal->made_by))
		return fault_rule(fault, "withdrawn",
				  "only '%s', who made the proposal, withdraws it",
				  proposal->made_by);
	due->outcome = OUTCOME_WITHDRAWN;
	return ERR_OK;
}

static enum err defer(struct books *books, const struct entry *decision,
		      const struct proposal_record *proposal, struct decision_due *due,
		      struct fault *fault)
{
	struct charter_record charter;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	if (date_cmp(decision->date, proposal->expires_on) <= 0)
		return fault_rule(fault, "deferred",
				  "the proposal has not expired: seats may still vote");
	if (present_of(&due->tally) >= charter.present)
		return fault_rule(fault, "deferred",
				  "%" PRId64
				  " seats are present, which is enough to decide",
				  present_of(&due->tally));
	due->outcome = OUTCOME_DEFERRED;
	return proposal_check_expiry(decision->date, entry_date(decision, "defer_to"),
				     fault);
}

enum err decision_compute(struct books *books, const struct entry *decision,
			  struct decision_due *ret_due, struct fault *fault)
{
	uint64_t position = entry_position(decision, "proposal");
	uint64_t under = entry_position(decision, "delegation");
	bool withdraws = entry_has(decision, "withdraw");
	bool defers = entry_has(decision, "defer_to");
	struct proposal_record proposal;
	struct decision_due due = { .part_count = 0 };
	enum err err;

	if (!proposal_read(books, position, &proposal))
		return fault_rule(fault, "decision",
				  "position %" PRIu64 " is not a proposal", position);
	if (proposal.status != PROPOSAL_OPEN)
		return fault_rule(fault, "decision",
				  "proposal %" PRIu64 " is decided already", position);
	if (withdraws + defers + entry_has(decision, "delegation") > 1)
		return fault_rule(
			fault, "decision",
			"a proposal is withdrawn, or deferred, or decided under "
			"a delegation: one of these");
	due.tally = tally_of(books, position, &proposal, under);
	due.needed = tally_needed(books, position, &proposal, decision->date);
	if (withdraws)
		err = withdraw(decision, &proposal, &due, fault);
	else if (defers)
		err = defer(books, decision, &proposal, &due, fault);
	else
		err = decide(books, decision, &proposal, &due, fault);
	if (!err)
		*ret_due = due;
	return err;
}

static enum err check_computed(const struct entry *entry, const struct decision_due *due,
			       struct fault *fault)
{
	const struct json *part = entry_list(entry, "parts")->first;
	const struct tally *tally = &due->tally;
	const char *outcome = decision_outcome_name(due->outcome);
	bool same = entry_integer(entry, "for") == tally->votes_for &&
		    entry_integer(entry, "against") == tally->against &&
		    entry_integer(entry, "abstain") == tally->abstain &&
		    entry_integer(entry, "recused") == tally->recused &&
		    entry_integer(entry, "needed") == due->needed;

	if (!same)
		return fault_rule(
			fault, "decision",
			"the votes are not those of the ballots: expected %" PRId64
			" for, %" PRId64 " against, %" PRId64 " abstain, %" PRId64
			" recused, %" PRId64 " needed",
			tally->votes_for, tally->against, tally->abstain, tally->recused,
			due->needed);
	if (!text_is(entry_text(entry, "outcome"), outcome))
		return fault_rule(fault, "decision", "the ballots say: %s", outcome);
	if (entry_list(entry, "parts")->count != due->part_count)
		return fault_rule(fault, "decision", "there are %zu parts; expected %zu",
				  entry_list(entry, "parts")->count, due->part_count);
	for (size_t i = 0; i < due->part_count; i++, part = part->next) {
		const char *earmark = due->parts[i].earmark;
		bool free_money = strcmp(earmark, EARMARK_FREE) == 0;

		if (item_has(part, "earmark") == free_money ||
		    (!free_money &&
		     !slice_equal_text(item_text(part, "earmark"), earmark)) ||
		    cents_cmp(item_cents(part, "amount"), due->parts[i].amount) != 0)
			return fault_rule(fault, "decision",
					  "part %zu is not in the order of spending: "
					  "expected %" PRId64 " cents of earmark '%s'",
					  i, cents_value(due->parts[i].amount), earmark);
	}
	return ERR_OK;
}

static enum err post_transfer(struct books *books, const struct proposal_record *proposal,
			      struct fault *fault)
{
	struct slice free_money = slice_of_text(EARMARK_FREE);
	struct key from, to;

	return books_move(
		books,
		account_of(&from, "fund", slice_of_text(proposal->fund), free_money),
		account_of(&to, "fund", slice_of_text(proposal->to), free_money),
		"transferred", proposal->amount, fault);
}

static enum err post_grant(struct books *books, uint64_t position,
			   const struct proposal_record *proposal,
			   const struct decision_due *due, struct fault *fault)
{
	struct slice fund = slice_of_text(proposal->fund);
	struct date today = books->entry->date;
	char flow[FLOW_BYTES_MAX];
	struct month month;
	struct key key;

	snprintf(flow, sizeof flow, "granted.%s", proposal->purpose);
	for (size_t i = 0; i < due->part_count; i++) {
		struct slice earmark = slice_of_text(due->parts[i].earmark);
		struct key from, to;
		enum err err = books_move(books, account_of(&from, "fund", fund, earmark),
					  account_of(&to, "committed", fund, earmark),
					  flow, due->parts[i].amount, fault);

		if (err)
			return err;
	}
	grant_parts_write(books, position, due->parts, due->part_count);
	books_put_integer(books,
			  key_of(&key, "granted/%s/%05" PRId32 "/%016" PRIu64,
				 proposal->beneficiary, today.day, books->position),
			  cents_value(proposal->amount));
	if (month_add(month_of_date(today), BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
	ceiling_key(&key, proposal->fund, today);
	books_put_integer(books, key.text,
			  cents_value(books_plus(books, books_get_cents(books, key.text),
						 proposal->amount)));
	books_expire(books, month_of_date(today), key.text);
	return ERR_OK;
}

static enum err change_payee(struct books *books, const struct proposal_record *proposal,
			     struct fault *fault)
{
	struct proposal_record grant;
	enum err err = grant_find(books, proposal->grant, "grant", &grant, fault);

	if (err)
		return err;
	text_copy(grant.payee, sizeof grant.payee, slice_of_text(proposal->payee));
	proposal_write(books, proposal->grant, &grant);
	return ERR_OK;
}

/* What a granted proposal does by itself; acts and cancellations are carried out by
 * entries of their own. */
static enum err carry_out(struct books *books, uint64_t position,
			  const struct proposal_record *proposal,
			  const struct decision_due *due, struct fault *fault)
{
	const char *subject = proposal->subject;
	struct delegation_record delegation;
	enum err err;

	if (strcmp(subject, "transfer") == 0)
		return post_transfer(books, proposal, fault);
	if (strcmp(subject, "payee") == 0)
		return change_payee(books, proposal, fault);
	if (strcmp(subject, "ratification") == 0)
		ratification_carry_out(books, position);
	if (!proposal->beneficiary[0])
		return ERR_OK;
	if (proposal->delegation) {
		err = delegation_find(books, proposal->delegation, proposal,
				      books->entry->date, &delegation, fault);
		if (err)
			return err;
		delegation_use(books, &delegation, position, proposal);
	}
	return post_grant(books, position, proposal, due, fault);
}

static enum proposal_status status_after(enum decision_outcome outcome)
{
	switch (outcome) {
	case OUTCOME_GRANTED:
		return PROPOSAL_GRANTED;
	case OUTCOME_REFUSED:
		return PROPOSAL_REFUSED;
	case OUTCOME_DEFERRED:
		return PROPOSAL_OPEN;
	case OUTCOME_WITHDRAWN:
		return PROPOSAL_WITHDRAWN;
	}
	abort();
}

enum err apply_decision(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t position = entry_position(entry, "proposal");
	struct proposal_record proposal;
	struct decision_due due;
	enum err err;

	err = decision_compute(books, entry, &due, fault);
	if (!err)
		err = meeting_check_decision(books, fault);
	if (!err)
		err = check_computed(entry, &due, fault);
	if (err)
		return err;
	if (!proposal_read(books, position, &proposal))
		return fault_set(fault, ERR_CORRUPT,
				 "the proposal's record is gone: rebuild");
	proposal.status = status_after(due.outcome);
	proposal.votes_for = due.tally.votes_for;
	proposal.against = due.tally.against;
	proposal.abstain = due.tally.abstain;
	proposal.recused = due.tally.recused;
	proposal.needed = due.needed;
	if (due.outcome == OUTCOME_DEFERRED) {
		proposal.expires_on = entry_date(entry, "defer_to");
		proposal.deferrals++;
	} else {
		proposal.decided_on = entry->date;
		proposal.decided_at = books->position;
		proposal.delegation = entry_position(entry, "delegation");
	}
	proposal_write(books, position, &proposal);
	return due.outcome == OUTCOME_GRANTED
		       ? carry_out(books, position, &proposal, &due, fault)
		       : ERR_OK;
}
