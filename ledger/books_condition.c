/*
 * books_condition.c - tranches of a grant, and the conditions that open them.
 *
 * A tranche that names a condition cannot be ordered before somebody of the board
 * has recorded that it is met, with the digest of the evidence; nor can any tranche
 * behind it. A convention that depends on something is owed from the day on which the
 * same is recorded of it (books_patronage.c).
 */
#include "ledger/books_int.h"

struct tranche {
	struct cents amount;
	char condition[ID_BYTES]; /* "" for none */
	int64_t met_at;           /* position of the condition entry, or 0 */
};

static struct tranche tranche_read(struct slice value)
{
	struct record_reader reader = record_reader(value);
	struct tranche tranche = { .amount = cents_of(record_read_integer(&reader)) };

	text_copy(tranche.condition, ID_BYTES, record_read_text(&reader));
	tranche.met_at = record_read_integer(&reader);
	return tranche;
}

static bool tranche_is_open(const struct tranche *tranche)
{
	return !tranche->condition[0] || tranche->met_at;
}

static const char *tranches_of(struct key *key, uint64_t position)
{
	return key_of(key, "tranche/%016" PRIu64 "/", position);
}

struct cents condition_payable(struct books *books, uint64_t position,
			       const struct proposal_record *proposal)
{
	struct cents sum = CENTS_ZERO;
	struct state_cursor cursor;
	bool in_tranches = false;
	struct key prefix;

	for (state_first(books->state, &cursor, tranches_of(&prefix, position));
	     cursor.found; state_next(books->state, &cursor)) {
		struct tranche tranche = tranche_read(cursor.value);

		in_tranches = true;
		if (!tranche_is_open(&tranche))
			break;
		sum = books_plus(books, sum, tranche.amount);
	}
	return in_tranches ? sum : proposal->amount;
}

enum err apply_condition(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t position = entry_position(entry, "proposal");
	struct slice condition = entry_text(entry, "condition");
	struct proposal_record proposal;
	struct state_cursor cursor;
	struct key prefix;
	bool found = false;

	if (entry_has(entry, "proposal") == entry_has(entry, "patronage"))
		return fault_rule(fault, "condition",
				  "a condition is either a proposal's or a patronage's");
	if (entry_has(entry, "patronage"))
		return patronage_condition(books, fault);
	if (!proposal_read(books, position, &proposal) ||
	    proposal.status != PROPOSAL_GRANTED)
		return fault_rule(fault, "condition",
				  "position %" PRIu64 " is not a granted proposal",
				  position);
	for (state_first(books->state, &cursor, tranches_of(&prefix, position));
	     cursor.found; state_next(books->state, &cursor)) {
		struct tranche tranche = tranche_read(cursor.value);
		struct record record;

		if (tranche_is_open(&tranche) ||
		    !slice_equal_text(condition, tranche.condition))
			continue;
		found = true;
		record_init(&record);
		record_integer(&record, cents_value(tranche.amount));
		record_text(&record, condition);
		record_integer(&record, (int64_t)books->position);
		books_put(books, cursor.key, &record);
	}
	if (!found)
		return fault_rule(fault, "condition",
				  "no tranche of proposal %" PRIu64
				  " waits for the condition '%.*s'",
				  position, SLICE(condition));
	return ERR_OK;
}
