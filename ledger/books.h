/*
 * books.h - the one rule engine: what an entry does, and whether it may.
 *
 * The writer admits with it, the verifier replays with it, a rebuild restores
 * with it. Nothing that a rule needs is missing from the log, except what the
 * hooks give, which all can be had from the log's own tiles.
 *
 *  (1) books_apply() either applies an entry whole, or refuses it with the
 *      rule's name and leaves the books as they were.
 *  (2) The postings of an entry sum to zero.
 *  (3) What the writer computes (a match, an allocation, a decision) is
 *      recomputed by the same function when the entry is applied, and compared.
 */
#ifndef ARRONDI_LEDGER_BOOKS_H
#define ARRONDI_LEDGER_BOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "ledger/entry.h"
#include "ledger/merkle.h"
#include "ledger/money.h"
#include "ledger/state.h"

struct books;

struct books_hooks {
	void *ctx;
	/* The root of the log's first `size` entries; size is at most the
	 * number of entries applied. */
	enum err (*root_at)(void *ctx, uint64_t size, struct hash *ret_root,
			    struct fault *fault);
};

struct books *books_new(struct state *state, const struct books_hooks *hooks);
void books_free(struct books *books); /* not the state */

/* The number of entries applied; 0 before the charter. */
uint64_t books_size(struct books *books);

/* Sets `at`, an act's `date` and the computed members of a checked draft, whose
 * `by` the caller has set to the authenticated member. A draft that could not
 * be completed is refused by the rule that forbids it. */
MUST_USE enum err books_complete(struct books *books, struct json_doc *doc,
				 struct json *draft, int64_t at, struct fault *fault);

/* Applies the next entry; leaf is the RFC 6962 hash of its bytes. */
MUST_USE enum err books_apply(struct books *books, const struct entry *entry,
			      const struct hash *leaf, struct fault *fault);

/* Looks up a submitter's reference within its 13 months: its position and the
 * content's digest (entry_content()). */
bool books_reference(struct books *books, struct slice by, struct slice ref, int64_t at,
		     uint64_t *ret_position, struct hash *ret_content);

/* The postings of the entry applied last. An account is a path such as
 * "fund/emploi/-"; a flow says by what movement ("salary.person", "allocated").
 * Debits are positive. Those of one day follow one another and sum to zero. */
#define POSTING_ACCOUNT_BYTES_MAX 200
#define POSTING_FLOW_BYTES_MAX    80
struct posting {
	char account[POSTING_ACCOUNT_BYTES_MAX];
	char flow[POSTING_FLOW_BYTES_MAX];
	struct cents amount;
	struct date date; /* the entry's, but for a statement's lines */
};
const struct posting *books_postings(const struct books *books, size_t *ret_count);

/* The text that a seat signs to vote on a proposal, having seen the checkpoint
 * (size, root). Written into out, NUL-terminated. */
#define BALLOT_TEXT_BYTES_MAX 2048
struct ballot_sight {
	uint64_t size;
	struct hash root;
};
MUST_USE enum err books_ballot_text(struct books *books, uint64_t proposal,
				    struct slice seat, struct slice vote,
				    const struct ballot_sight *seen,
				    char out[BALLOT_TEXT_BYTES_MAX], struct fault *fault);

/* The text that a seat signs to declare its interest in a beneficiary. */
#define RECUSAL_TEXT_BYTES_MAX 512
MUST_USE enum err books_recusal_text(struct books *books, struct slice seat,
				     struct slice beneficiary,
				     char out[RECUSAL_TEXT_BYTES_MAX],
				     struct fault *fault);

/* The text that a seat signs to confirm the account of a payee whose payment came back
 * at that position. */
#define PAYEE_TEXT_BYTES_MAX 512
#define PAYEE_HEX_BYTES      65
MUST_USE enum err books_payee_text(struct books *books, struct slice seat,
				   uint64_t returned, struct slice payee,
				   char out[PAYEE_TEXT_BYTES_MAX], struct fault *fault);
/* The payee who waits to be confirmed since that position; false: none. */
bool books_payee_flagged(struct books *books, uint64_t returned,
			 char ret_payee[PAYEE_HEX_BYTES]);

/* The text that a seat signs to consent that this log is continued by another: `head`
 * is what the old log's checkpoint says, origin and log are those from there on. */
#define SUCCESSION_TEXT_BYTES_MAX 2048
struct succession_text {
	struct merkle_head head;
	struct slice origin, log, reason, seat;
};
MUST_USE enum err books_succession_text(struct books *books,
					const struct succession_text *said,
					char out[SUCCESSION_TEXT_BYTES_MAX],
					struct fault *fault);

/* What a seat signs of a journal or an opening, appended: `draft` is the entry, or what
 * it will be made of, with its `by`. */
MUST_USE enum err books_journal_text(struct books *books, const struct json *draft,
				     struct slice seat, struct buffer *out,
				     struct fault *fault);

#endif
