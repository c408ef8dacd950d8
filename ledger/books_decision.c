/*
 * books_decision.c - what the ballots say, and what a grant takes from where.
 *
 * Granted: so many votes for as the charter's step asks for the amount (with
 * what the beneficiary was granted on the 365 days up to today), more for than
 * against, and enough ballots that are not recusals. A decision is refused
 * until no missing ballot could change it, or the proposal has expired.
 */
#include "ledger/books_int.h"

static struct cents granted_before(struct books *books, const char *beneficiary,
				   struct date today)
{
	struct cents sum = CENTS_ZERO;
	struct state_cursor cursor;
	struct key prefix, from;
	int32_t first_day = today.day - BOOKS_GRANT_DAYS;

	key_of(&prefix, "granted/%s/", beneficiary);
	key_of(&from, "%s%05" PRId32, prefix.text, first_day > 0 ? first_day : 0);
	for (state_seek(books->state, &cursor, prefix.text, from.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		sum = books_plus(books, sum, cents_of(record_read_integer(&reader)));
	}
	return sum;
}

/* Structure and transfers ask for the top step and more than half of the seats. */
static int64_t votes_needed(struct books *books, const struct proposal_record *proposal,
			    struct date today)
{
	bool help = proposal->beneficiary[0] != '\0';
	struct state_cursor cursor;
	struct cents amount = proposal->amount;
	int64_t votes = 0, half = seat_count(books) / 2 + 1;

	if (help)
		amount = books_plus(books, amount,
				    granted_before(books, proposal->beneficiary, today));
	for (state_first(books->state, &cursor, "quorum/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);
		int64_t up_to = record_read_integer(&reader);

		votes = record_read_integer(&reader);
		if (help && up_to >= 0 && cents_value(amount) <= up_to)
			break;
	}
	return help || votes > half ? votes : half;
}

/* Counts the ballots of seats that are active now; *ret_missing is the number
 * of active seats that have cast none. */
static void tally(struct books *books, uint64_t position, struct decision_due *due,
		  int64_t *ret_missing)
{
	struct state_cursor cursor;
	struct key prefix;

	*ret_missing = seat_count(books);
	key_of(&prefix, "ballot/%016" PRIu64 "/", position);
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);
		struct slice vote = record_read_text(&reader), vkey;
		int64_t *count = text_is(vote, "for")       ? &due->votes_for
				 : text_is(vote, "against") ? &due->against
				 : text_is(vote, "abstain") ? &due->abstain
							    : &due->recused;

		if (!seat_key(books, slice_of_text(cursor.key + strlen(prefix.text)),
			      &vkey))
			continue;
		++*count;
		--*ret_missing;
	}
}

static bool carries(const struct decision_due *due, int64_t present_needed)
{
	int64_t present = due->votes_for + due->against + due->abstain;

	return due->votes_for >= due->needed && due->votes_for > due->against &&
	       present >= present_needed;
}

static enum err outcome(struct books *books, const struct proposal_record *proposal,
			struct date today, struct decision_due *due, int64_t missing,
			struct fault *fault)
{
	struct decision_due best = *due, worst = *due;
	struct charter_record charter;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	/* Recusals still to come would lower presence, votes against majority;
	 * a missing seat may also stay silent. */
	best.votes_for += missing;
	worst.against += missing;
	due->granted = carries(due, charter.present);
	if (date_cmp(today, proposal->expires_on) > 0)
		return ERR_OK;
	if (due->granted ? carries(&worst, charter.present)
			 : !carries(&best, charter.present))
		return ERR_OK;
	return fault_rule(fault, "undecided",
			  "the outcome is not certain: %" PRId64 " for, %" PRId64
			  " against, %" PRId64 " abstain, %" PRId64 " recused, %" PRId64
			  " missing; %" PRId64 " for are needed",
			  due->votes_for, due->against, due->abstain, due->recused,
			  missing, due->needed);
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

enum err decision_compute(struct books *books, const struct entry *decision,
			  struct decision_due *ret_due, struct fault *fault)
{
	uint64_t position = entry_position(decision, "proposal");
	struct proposal_record proposal;
	struct decision_due due = { .granted = false };
	struct date today = decision->date;
	int64_t missing;
	enum err err;

	if (!proposal_read(books, position, &proposal))
		return fault_rule(fault, "decision",
				  "position %" PRIu64 " is not a proposal", position);
	if (proposal.status != PROPOSAL_OPEN)
		return fault_rule(fault, "decision",
				  "proposal %" PRIu64 " is decided already", position);
	due.needed = votes_needed(books, &proposal, today);
	tally(books, position, &due, &missing);
	err = outcome(books, &proposal, today, &due, missing, fault);
	if (!err && due.granted && strcmp(proposal.subject, "structure") != 0) {
		err = fund_check_spendable(books, slice_of_text(proposal.fund), fault);
		if (!err && proposal.beneficiary[0])
			err = beneficiary_check_eligible(
				books, slice_of_text(proposal.beneficiary), NULL, fault);
		if (!err && proposal.beneficiary[0])
			err = check_ceiling(books, &proposal, today, fault);
		if (!err)
			err = take_parts(books, &proposal, &due, fault);
	}
	if (err)
		return err;
	*ret_due = due;
	return ERR_OK;
}

static enum err check_computed(const struct entry *entry, const struct decision_due *due,
			       struct fault *fault)
{
	const struct json *part = entry_list(entry, "parts")->first;
	bool same = entry_integer(entry, "for") == due->votes_for &&
		    entry_integer(entry, "against") == due->against &&
		    entry_integer(entry, "abstain") == due->abstain &&
		    entry_integer(entry, "recused") == due->recused &&
		    entry_integer(entry, "needed") == due->needed;

	if (!same)
		return fault_rule(
			fault, "decision",
			"the votes are not those of the ballots: expected %" PRId64
			" for, %" PRId64 " against, %" PRId64 " abstain, %" PRId64
			" recused, %" PRId64 " needed",
			due->votes_for, due->against, due->abstain, due->recused,
			due->needed);
	if (text_is(entry_text(entry, "outcome"), "granted") != due->granted)
		return fault_rule(fault, "decision", "the ballots say: %s",
				  due->granted ? "granted" : "refused");
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

enum err apply_decision(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t position = entry_position(entry, "proposal");
	struct proposal_record proposal;
	struct decision_due due;
	enum err err;

	err = decision_compute(books, entry, &due, fault);
	if (!err)
		err = check_computed(entry, &due, fault);
	if (err)
		return err;
	if (!proposal_read(books, position, &proposal))
		return fault_set(fault, ERR_CORRUPT,
				 "the proposal's record is gone: rebuild");
	proposal.status = due.granted ? PROPOSAL_GRANTED : PROPOSAL_REFUSED;
	proposal.decided_on = entry->date;
	proposal.votes_for = due.votes_for;
	proposal.against = due.against;
	proposal.abstain = due.abstain;
	proposal.recused = due.recused;
	proposal.needed = due.needed;
	proposal_write(books, position, &proposal);
	if (!due.granted || strcmp(proposal.subject, "structure") == 0)
		return ERR_OK;
	if (strcmp(proposal.subject, "transfer") == 0)
		return post_transfer(books, &proposal, fault);
	return post_grant(books, position, &proposal, &due, fault);
}
