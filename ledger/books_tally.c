/*
 * books_tally.c - what the ballots of a proposal say, and how many votes it needs.
 *
 * Ballots count of the seats that are active now. A seat that has declared an interest
 * in whom the proposal is about counts as recused, whatever it had voted before.
 */
#include "ledger/books_int.h"

/* ---- what was voted ---- */

struct counting {
	struct books *books;
	uint64_t delegation;
	struct tally *tally;
};

static bool may_vote(struct counting *counting, struct slice seat)
{
	struct slice vkey;

	return seat_key(counting->books, seat, &vkey) &&
	       (!counting->delegation ||
		delegation_has(counting->books, counting->delegation, seat));
}

/* Who is recused by declaration needs no ballot to be counted so. */
static void count_recused(void *ctx, struct slice seat)
{
	struct counting *counting = ctx;

	if (!may_vote(counting, seat))
		return;
	counting->tally->recused++;
	counting->tally->missing--;
}

static void count_ballot(struct tally *tally, struct slice vote)
{
	int64_t *count = text_is(vote, "for")       ? &tally->votes_for
			 : text_is(vote, "against") ? &tally->against
			 : text_is(vote, "abstain") ? &tally->abstain
						    : &tally->recused;

	++*count;
	--tally->missing;
}

static int64_t voters(struct books *books, uint64_t delegation)
{
	struct state_cursor cursor;
	struct key prefix;
	struct slice vkey;
	int64_t count = 0;

	if (!delegation)
		return seat_count(books);
	key_of(&prefix, "delegate/%016" PRIu64 "/", delegation);
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor))
		if (seat_key(books, slice_of_text(cursor.key + strlen(prefix.text)),
			     &vkey))
			count++;
	return count;
}

struct tally tally_of(struct books *books, uint64_t position,
		      const struct proposal_record *proposal, uint64_t delegation)
{
	struct tally tally = { .missing = voters(books, delegation) };
	struct counting counting = { .books = books,
				     .delegation = delegation,
				     .tally = &tally };
	struct state_cursor cursor;
	struct key prefix;

	recusal_each(books, position, proposal, count_recused, &counting);
	key_of(&prefix, "ballot/%016" PRIu64 "/", position);
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct slice seat = slice_of_text(cursor.key + strlen(prefix.text));
		struct record_reader reader = record_reader(cursor.value);
		char vote[16];

		text_copy(vote, sizeof vote, record_read_text(&reader));
		if (may_vote(&counting, seat) &&
		    !recusal_binds(books, position, proposal, seat))
			count_ballot(&tally, slice_of_text(vote));
	}
	return tally;
}

/* ---- what is needed ---- */

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

/* The amount by which the charter's step is found; false: the top step, and more than
 * half of the seats, as for structure and transfers. */
static bool weight_of(struct books *books, uint64_t position,
		      const struct proposal_record *proposal, struct date today,
		      struct cents *ret_weight)
{
	struct proposal_record grant;

	if (proposal->beneficiary[0]) {
		*ret_weight =
			books_plus(books, proposal->amount,
				   granted_before(books, proposal->beneficiary, today));
		return true;
	}
	if (proposal->grant && proposal_read(books, proposal->grant, &grant)) {
		*ret_weight = grant.amount;
		return true;
	}
	*ret_weight = ratification_sum(books, position);
	return strcmp(proposal->subject, "ratification") == 0;
}

int64_t tally_needed(struct books *books, uint64_t position,
		     const struct proposal_record *proposal, struct date today)
{
	int64_t votes = 0, half = seat_count(books) / 2 + 1;
	struct state_cursor cursor;
	struct cents weight;
	bool by_amount = weight_of(books, position, proposal, today, &weight);

	for (state_first(books->state, &cursor, "quorum/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);
		int64_t up_to = record_read_integer(&reader);

		votes = record_read_integer(&reader);
		if (by_amount && up_to >= 0 && cents_value(weight) <= up_to)
			break;
	}
	return by_amount || votes > half ? votes : half;
}
