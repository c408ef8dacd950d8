/*
 * books_payee.c - a payee whose payment came back is not paid before a seat has asked.
 *
 * A wrong account, or one that somebody has put in another's place, is found out when
 * the bank sends a payment back. The payee is then flagged: nothing more is ordered for
 * it until a seat has confirmed the account by another way than the one by which it
 * came, and signs that it has:
 *
 *	arrondi/payee@v1
 *	origin ORIGIN
 *	charter LEAF-HASH-HEX
 *	seat SEAT
 *	payee HEX
 *	returned POSITION
 *
 * Another account is another payee, which the board votes.
 */
#include "ledger/books_int.h"

#include "keys/encoding.h"

static const char *flag_key(struct key *key, const char *payee)
{
	return key_of(key, "flagged/%s", payee);
}

void payee_flag(struct books *books, const char *payee, uint64_t grant)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_integer(&record, (int64_t)books->position);
	record_integer(&record, (int64_t)grant);
	books_put(books, flag_key(&key, payee), &record);
}

/* The position of the payment's return, and the grant that it was of. */
static bool flag_read(struct books *books, const char *payee, uint64_t *ret_returned,
		      uint64_t *ret_grant)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, flag_key(&key, payee), &reader))
		return false;
	*ret_returned = (uint64_t)record_read_integer(&reader);
	*ret_grant = (uint64_t)record_read_integer(&reader);
	return true;
}

enum err payee_check(struct books *books, const char *payee, struct fault *fault)
{
	uint64_t returned, grant;

	if (!flag_read(books, payee, &returned, &grant))
		return ERR_OK;
	return fault_rule(fault, "flagged",
			  "a payment to this payee came back at position %" PRIu64
			  ": a seat confirms its account first",
			  returned);
}

enum err books_payee_text(struct books *books, struct slice seat, uint64_t returned,
			  struct slice payee, char out[PAYEE_TEXT_BYTES_MAX],
			  struct fault *fault)
{
	return seat_note_text(books, "payee", seat, out, PAYEE_TEXT_BYTES_MAX, fault,
			      "payee %.*s\nreturned %" PRIu64 "\n", SLICE(payee),
			      returned);
}

bool books_payee_flagged(struct books *books, uint64_t returned,
			 char ret_payee[PAYEE_HEX_BYTES])
{
	struct state_cursor cursor;

	for (state_first(books->state, &cursor, "flagged/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		if ((uint64_t)record_read_integer(&reader) != returned)
			continue;
		text_copy(ret_payee, PAYEE_HEX_BYTES,
			  slice_of_text(cursor.key + strlen("flagged/")));
		return true;
	}
	return false;
}

/* Who has an interest in the beneficiary does not vouch for the account either. */
static enum err check_interest(struct books *books, uint64_t grant, struct slice seat,
			       struct fault *fault)
{
	struct proposal_record proposal;

	if (!proposal_read(books, grant, &proposal) ||
	    !recusal_binds(books, grant, &proposal, seat))
		return ERR_OK;
	return fault_rule(fault, "recused",
			  "'%.*s' has declared its interest in whom this pays",
			  SLICE(seat));
}

enum err apply_confirmation(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice seat = entry_text(entry, "seat");
	uint64_t returned = entry_position(entry, "returned"), flagged_at, grant;
	char payee[PAYEE_HEX_BYTES], expected[PAYEE_TEXT_BYTES_MAX];
	struct key key;
	enum err err;

	text_copy(payee, sizeof payee, entry_text(entry, "payee"));
	if (!flag_read(books, payee, &flagged_at, &grant) || flagged_at != returned)
		return fault_rule(fault, "confirmation",
				  "position %" PRIu64
				  " is not what this payee waits to be confirmed for",
				  returned);
	err = books_payee_text(books, seat, returned, slice_of_text(payee), expected,
			       fault);
	if (!err)
		err = seat_check_note(books, expected, "confirmation", fault);
	if (!err)
		err = check_interest(books, grant, seat, fault);
	if (err)
		return err;
	state_delete(books->state, flag_key(&key, payee));
	return ERR_OK;
}
