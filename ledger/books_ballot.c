/*
 * books_ballot.c - one seat's signed vote.
 *
 * The text that a seat signs is one fixed list of lines, '-' where a line is
 * void; byte for byte, or it does not count. It binds the vote to this log, this
 * charter, this proposal and its terms, and to a state of the log that the seat
 * had seen, so that each signature also anchors history:
 *
 *	arrondi/ballot@v1
 *	origin ORIGIN
 *	charter LEAF-HASH-HEX
 *	proposal POSITION LEAF-HASH-HEX
 *	subject SUBJECT
 *	fund FUND
 *	to FUND
 *	beneficiary ID
 *	project ID
 *	purpose PURPOSE
 *	amount CENTS
 *	payee DIGEST-HEX
 *	act DIGEST-HEX
 *	seat SEAT
 *	vote VOTE
 *	seen SIZE ROOT-HEX
 *
 * A seat may vote again until the decision; its new ballot must have seen the
 * one before, so that nobody can play an older note again. A recusal is final.
 */
#include "ledger/books_int.h"

#include "keys/encoding.h"
#include "keys/note.h"

static const char *or_void(const char *text)
{
	return text[0] ? text : "-";
}

enum err books_ballot_text(struct books *books, uint64_t position, struct slice seat,
			   struct slice vote, const struct ballot_sight *seen,
			   char out[BALLOT_TEXT_BYTES_MAX], struct fault *fault)
{
	char charter_hex[HASH_HEX_CHARS + 1], leaf_hex[HASH_HEX_CHARS + 1];
	char act_hex[HASH_HEX_CHARS + 1] = "-", root_hex[HASH_HEX_CHARS + 1],
				      amount[24] = "-";
	struct charter_record charter;
	struct proposal_record proposal;
	enum err err;
	int n;

	err = charter_read(books, &charter, fault);
	if (err)
		return err;
	if (!proposal_read(books, position, &proposal))
		return fault_rule(fault, "ballot",
				  "position %" PRIu64 " is not a proposal", position);
	hex_encode(charter.leaf.b, HASH_BYTES, charter_hex);
	hex_encode(proposal.leaf.b, HASH_BYTES, leaf_hex);
	hex_encode(seen->root.b, HASH_BYTES, root_hex);
	if (strcmp(proposal.subject, "structure") == 0)
		hex_encode(proposal.act.b, HASH_BYTES, act_hex);
	if (!cents_is_zero(proposal.amount))
		snprintf(amount, sizeof amount, "%" PRId64, cents_value(proposal.amount));
	n = snprintf(
		out, BALLOT_TEXT_BYTES_MAX,
		"arrondi/ballot@v1\norigin %s\ncharter %s\nproposal %" PRIu64 " %s\n"
		"subject %s\nfund %s\nto %s\nbeneficiary %s\nproject %s\npurpose %s\n"
		"amount %s\npayee %s\nact %s\nseat %.*s\nvote %.*s\nseen %" PRIu64
		" %s\n",
		charter.origin, charter_hex, position, leaf_hex, proposal.subject,
		or_void(proposal.fund), or_void(proposal.to),
		or_void(proposal.beneficiary), or_void(proposal.project),
		or_void(proposal.purpose), amount, or_void(proposal.payee), act_hex,
		SLICE(seat), SLICE(vote), seen->size, root_hex);
	if (n < 0 || n >= BALLOT_TEXT_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "the ballot text is longer than %d bytes",
				 BALLOT_TEXT_BYTES_MAX);
	return ERR_OK;
}

/* What the seat says it has seen: the last line of the text. */
static enum err sight_read(struct slice text, struct ballot_sight *ret_seen,
			   struct fault *fault)
{
	char line[128], hex[HASH_HEX_CHARS + 1];
	size_t start = text.n - 1; /* a note's text ends in LF */
	int used = 0;

	while (start > 0 && text.p[start - 1] != '\n')
		start--;
	if (text.n - start >= sizeof line)
		return fault_rule(fault, "ballot",
				  "the ballot's last line is not 'seen SIZE ROOT'");
	text_copy(line, sizeof line, slice_of(text.p + start, text.n - start));
	if (sscanf(line, "seen %16" SCNu64 " %64[0-9a-f]\n%n", &ret_seen->size, hex,
		   &used) != 2 ||
	    !used || hex_decode(hex, strlen(hex), ret_seen->root.b, HASH_BYTES) != ERR_OK)
		return fault_rule(fault, "ballot",
				  "the ballot's last line is not 'seen SIZE ROOT'");
	return ERR_OK;
}

static enum err sight_check(struct books *books, const struct ballot_sight *seen,
			    uint64_t proposal, struct fault *fault)
{
	struct hash root;
	enum err err;

	if (seen->size <= proposal)
		return fault_rule(fault, "seen",
				  "the seat has not seen the proposal: size %" PRIu64,
				  seen->size);
	if (seen->size > books->position)
		return fault_rule(fault, "seen",
				  "the seat says it has seen %" PRIu64
				  " entries; there are %" PRIu64,
				  seen->size, books->position);
	err = books->hooks.root_at(books->hooks.ctx, seen->size, &root, fault);
	if (err)
		return err;
	if (!hash_equal(&root, &seen->root))
		return fault_rule(
			fault, "seen",
			"the checkpoint that the seat has seen is not of this log");
	return ERR_OK;
}

static enum err ballot_check_note(struct books *books, struct ballot_sight *ret_seen,
				  struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice seat = entry_text(entry, "seat"), text;
	uint64_t proposal = entry_position(entry, "proposal");
	char expected[BALLOT_TEXT_BYTES_MAX];
	enum err err = seat_open_note(books, &text, fault);

	if (!err)
		err = sight_read(text, ret_seen, fault);
	if (!err)
		err = sight_check(books, ret_seen, proposal, fault);
	if (!err)
		err = books_ballot_text(books, proposal, seat, entry_text(entry, "vote"),
					ret_seen, expected, fault);
	if (err)
		return err;
	if (!slice_equal_text(text, expected))
		return fault_rule(fault, "ballot",
				  "the signed text is not the ballot text of this "
				  "proposal and vote");
	return ERR_OK;
}

enum err apply_ballot(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t position = entry_position(entry, "proposal");
	struct slice seat = entry_text(entry, "seat");
	struct proposal_record proposal;
	struct record_reader reader;
	struct ballot_sight seen;
	struct record record;
	struct key key;
	enum err err;

	if (!proposal_read(books, position, &proposal))
		return fault_rule(fault, "ballot",
				  "position %" PRIu64 " is not a proposal", position);
	if (proposal.status != PROPOSAL_OPEN)
		return fault_rule(fault, "ballot", "proposal %" PRIu64 " is decided",
				  position);
	if (date_cmp(entry->date, proposal.expires_on) > 0)
		return fault_rule(fault, "expiry", "proposal %" PRIu64 " has expired",
				  position);
	err = ballot_check_note(books, &seen, fault);
	if (err)
		return err;
	if (!text_is(entry_text(entry, "vote"), "recused") &&
	    recusal_binds(books, position, &proposal, seat))
		return fault_rule(fault, "recused",
				  "'%.*s' has declared an interest in whom proposal "
				  "%" PRIu64 " is about",
				  SLICE(seat), position);
	key_of(&key, "ballot/%016" PRIu64 "/%.*s", position, SLICE(seat));
	if (books_get(books, key.text, &reader)) {
		bool recused = text_is(record_read_text(&reader), "recused");

		if (recused)
			return fault_rule(fault, "recused",
					  "'%.*s' is recused from proposal %" PRIu64,
					  SLICE(seat), position);
		if (seen.size <= (uint64_t)record_read_integer(&reader))
			return fault_rule(
				fault, "seen",
				"the new ballot of '%.*s' has not seen the one before",
				SLICE(seat));
	}
	record_init(&record);
	record_text(&record, entry_text(entry, "vote"));
	record_integer(&record, (int64_t)books->position);
	books_put(books, key.text, &record);
	return ERR_OK;
}
