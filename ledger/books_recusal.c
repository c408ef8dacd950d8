/*
 * books_recusal.c - a seat declares its interest in a beneficiary.
 *
 * From then on it votes on nothing that helps this beneficiary, nor on what becomes of
 * that help. Its declaration is a signed note, as a ballot is:
 *
 *	arrondi/recusal@v1
 *	origin ORIGIN
 *	charter LEAF-HASH-HEX
 *	seat SEAT
 *	beneficiary ID
 *
 * It is final: who had an interest yesterday cannot be known to have none today.
 */
#include "ledger/books_int.h"

#include "keys/encoding.h"
#include "keys/note.h"

enum err books_recusal_text(struct books *books, struct slice seat,
			    struct slice beneficiary, char out[RECUSAL_TEXT_BYTES_MAX],
			    struct fault *fault)
{
	return seat_note_text(books, "recusal", seat, out, RECUSAL_TEXT_BYTES_MAX, fault,
			      "beneficiary %.*s\n", SLICE(beneficiary));
}

static enum err check_note(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	char expected[RECUSAL_TEXT_BYTES_MAX];
	enum err err =
		books_recusal_text(books, entry_text(entry, "seat"),
				   entry_text(entry, "beneficiary"), expected, fault);

	return err ? err : seat_check_note(books, expected, "recusal", fault);
}

static const char *recusal_key(struct key *key, struct slice beneficiary,
			       struct slice seat)
{
	return key_of(key, "recusal/%.*s/%.*s", SLICE(beneficiary), SLICE(seat));
}

enum err apply_recusal(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice beneficiary = entry_text(entry, "beneficiary");
	struct slice seat = entry_text(entry, "seat"), value;
	struct key key;
	enum err err;

	if (!state_get(books->state, key_of(&key, "beneficiary/%.*s", SLICE(beneficiary)),
		       &value))
		return fault_rule(fault, "recusal", "beneficiary '%.*s' is not recorded",
				  SLICE(beneficiary));
	err = check_note(books, fault);
	if (err)
		return err;
	if (state_get(books->state, recusal_key(&key, beneficiary, seat), &value))
		return fault_rule(fault, "recusal",
				  "'%.*s' has declared its interest in '%.*s' already",
				  SLICE(seat), SLICE(beneficiary));
	books_put_integer(books, key.text, (int64_t)books->position);
	return ERR_OK;
}

/* ---- whom a proposal is about ---- */

/* At most as many as a ratification lists. */
#define CONCERNED_MAX 64
struct concerned {
	size_t count;
	char id[CONCERNED_MAX][ID_BYTES];
};

static void concerned_add(struct concerned *concerned, const char *id)
{
	if (id[0] && concerned->count < CONCERNED_MAX)
		text_copy(concerned->id[concerned->count++], ID_BYTES, slice_of_text(id));
}

static void concerned_read(struct books *books, uint64_t position,
			   const struct proposal_record *proposal,
			   struct concerned *ret_concerned)
{
	struct proposal_record grant;
	struct state_cursor cursor;
	struct key prefix;

	ret_concerned->count = 0;
	concerned_add(ret_concerned, proposal->beneficiary);
	if (proposal->grant && proposal_read(books, proposal->grant, &grant))
		concerned_add(ret_concerned, grant.beneficiary);
	key_of(&prefix, "ratify/%016" PRIu64 "/", position);
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor)) {
		uint64_t of = strtoull(cursor.key + strlen(prefix.text), NULL, 10);

		if (proposal_read(books, of, &grant))
			concerned_add(ret_concerned, grant.beneficiary);
	}
}

/* Whether it has an interest in one of the first `count` of them. */
static bool is_interested(struct books *books, const struct concerned *concerned,
			  size_t count, struct slice seat)
{
	struct slice value;
	struct key key;

	for (size_t i = 0; i < count; i++)
		if (state_get(books->state,
			      recusal_key(&key, slice_of_text(concerned->id[i]), seat),
			      &value))
			return true;
	return false;
}

bool recusal_binds(struct books *books, uint64_t position,
		   const struct proposal_record *proposal, struct slice seat)
{
	struct concerned concerned;

	concerned_read(books, position, proposal, &concerned);
	return is_interested(books, &concerned, concerned.count, seat);
}

void recusal_each(struct books *books, uint64_t position,
		  const struct proposal_record *proposal,
		  void (*each)(void *ctx, struct slice seat), void *ctx)
{
	struct concerned concerned;
	struct state_cursor cursor;
	struct key prefix;

	concerned_read(books, position, proposal, &concerned);
	for (size_t i = 0; i < concerned.count; i++) {
		key_of(&prefix, "recusal/%s/", concerned.id[i]);
		for (state_first(books->state, &cursor, prefix.text); cursor.found;
		     state_next(books->state, &cursor)) {
			struct slice seat =
				slice_of_text(cursor.key + strlen(prefix.text));

			if (!is_interested(books, &concerned, i, seat))
				each(ctx, seat);
		}
	}
}
