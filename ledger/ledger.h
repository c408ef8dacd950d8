/*
 * ledger.h - a ledger folder, opened: the facade that the programs use.
 *
 * Any number of processes may have a ledger open; each write begins by taking
 * the database's write lock and applying what others have appended, so a
 * gateway and a command share one ledger on one machine. A struct ledger is
 * used by one thread at a time.
 *
 * Order of an append, which is the design: entries, rows, tiles and the books'
 * changes are committed (one fsync for the whole group); then the pair (size,
 * root) is noted in `head`; then it is signed; then it is answered. A crash
 * between any two of these loses nothing that was acknowledged, and signs
 * nothing that was not committed.
 */
#ifndef ARRONDI_LEDGER_LEDGER_H
#define ARRONDI_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"
#include "ledger/books.h"
#include "ledger/checkpoint.h"
#include "ledger/consent.h"
#include "ledger/date.h"
#include "ledger/entry.h"

struct ledger;

enum ledger_mode {
	LEDGER_READ,  /* never writes; needs no key; many at once */
	LEDGER_WRITE, /* may append and sign; reads log.key (ledger_key.h) */
};

/* Makes DIR (which must not exist or be empty) with its database and log.key,
 * and appends the charter: charter_json is a person's JSON, whose `log` member
 * is filled in with the vkey of a new key. Returns an open ledger. */
MUST_USE enum err ledger_init(const char *dir, struct slice charter_json,
			      struct ledger **ret_ledger, struct fault *fault);
MUST_USE enum err ledger_open(const char *dir, enum ledger_mode mode,
			      struct ledger **ret_ledger, struct fault *fault);
/* For a succession and nothing else, of a restored folder without `head`, or of one whose
 * log's key is lost. Once it is recorded and signed the ledger is like any other. */
MUST_USE enum err ledger_open_successor(const char *dir, struct ledger **ret_ledger,
					struct fault *fault);
void ledger_close(struct ledger *ledger);

/* The rows of a batch, made in the request's thread (batch.h makes them). */
struct batch_rows {
	struct slice blob;   /* canonical rows, LF after each; rows.h */
	const uint8_t *tags; /* count x 16 bytes, ascending */
	uint64_t count;
	struct hash root;
};

/* What somebody asks to have recorded. The draft has kind, ref and its members
 * (and `date` for a fact); `by` is the authenticated member. */
struct submission {
	struct slice by;
	struct json_doc *doc;
	struct json *draft;
	const struct batch_rows *rows; /* a batch's; else NULL */
	bool dry_run;                  /* says what would happen, records nothing */
	/* It is a fact that somebody else tells, and is not to be refused for its day:
	 * where that is closed, it is dated on the first open day (FORMAT.md, rule
	 * `closed`). The same again is a repetition also of what was dated otherwise for
	 * that. */
	bool follows_close;
	size_t *claim_rows; /* room for claim_rows_max indices, or NULL */
	size_t claim_rows_max;
	/* Called with the books and postings as the entry leaves them, also of a dry run,
	 * for who wants to tell its effect: it must be quick, for the writer waits. NULL:
	 * nobody asks. Not called for what is refused or repeated. */
	void (*look)(void *ctx, uint64_t position, struct books *books);
	void *look_ctx;
	/* Of submission_prepare(). */
	bool is_prepared;
	enum err unfit; /* memory failed when it was half done: it is refused */
	enum kind kind;
	struct hash content;
	/* Results, written by ledger_submit(). */
	enum err err;
	struct fault fault;
	uint64_t position;
	bool repeated;    /* the same reference and content: answered as the first time */
	size_t claim_row; /* of rule "claim": the first row's index; else SIZE_MAX */
	size_t claim_count;  /* indices in claim_rows: all such rows, as far as there is
				room */
	struct buffer entry; /* canonical bytes; the caller inits and releases it */
};

/* What a submission costs before the books are asked: its shape, its submitter's name in
 * it and the digest of what it says. Where it was not called, or has found something to
 * refuse, ledger_submit() does it; called before, in the thread of who asks, it spares
 * the one that writes. The draft must then be left as it is. Again: nothing. */
void submission_prepare(struct submission *submission);

/* Appends a group in one transaction. Each submission has its own result; the
 * return value is about the group: when it is not ERR_OK nothing at all was
 * recorded and every result carries it. (One exception, told by the rule
 * "unsigned": recorded, but the checkpoint could not be signed; the same request
 * again is answered as repeated.) *ret_checkpoint is the signed note that covers
 * them, a buffer that the caller inits and releases. A draft is completed in
 * place: who tries again brings a new one. */
MUST_USE enum err ledger_submit(struct ledger *ledger,
				struct submission *const *submissions, size_t count,
				struct buffer *ret_checkpoint, struct fault *fault);

/* Reading. Each call sees the latest committed state. */
MUST_USE enum err ledger_size(struct ledger *ledger, uint64_t *ret_size,
			      struct fault *fault);
/* The latest signed checkpoint note. A reader gives the stored one. */
MUST_USE enum err ledger_checkpoint(struct ledger *ledger, struct buffer *ret_note,
				    struct fault *fault);
/* Of the key in force. */
MUST_USE enum err ledger_vkey(struct ledger *ledger, struct buffer *ret_vkey,
			      struct fault *fault);
MUST_USE enum err ledger_entry(struct ledger *ledger, uint64_t position,
			       struct buffer *ret_bytes, struct fault *fault);
/* Calls each() with the bytes of entries from..to-1, bundle by bundle. */
MUST_USE enum err ledger_each_entry(struct ledger *ledger, uint64_t from, uint64_t to,
				    enum err (*each)(void *ctx, uint64_t position,
						     struct slice bytes,
						     struct fault *fault),
				    void *ctx, struct fault *fault);
MUST_USE enum err ledger_rows(struct ledger *ledger, uint64_t position,
			      struct buffer *ret_blob, struct fault *fault);
/* A tlog-proof of one entry against the latest checkpoint. */
MUST_USE enum err ledger_proof(struct ledger *ledger, uint64_t position,
			       struct buffer *ret_proof, struct fault *fault);
/* A row's proof (proof.h) by its tag, 32 lower-case hex digits. */
MUST_USE enum err ledger_row_proof(struct ledger *ledger, uint64_t position,
				   struct slice tag_hex, struct buffer *ret_proof,
				   struct fault *fault);
/* The consistency proof from an older size to size (0 < old <= size). */
MUST_USE enum err ledger_consistency(struct ledger *ledger, uint64_t old_size,
				     uint64_t size, struct hash *ret_path /* 63 */,
				     size_t *ret_count, struct fault *fault);
/* A file of the C2SP layout by its path ("checkpoint", "tile/0/000.p/5",
 * "tile/entries/000"); ERR_NOT_FOUND otherwise. */
MUST_USE enum err ledger_log_file(struct ledger *ledger, struct slice path,
				  struct buffer *ret_bytes, struct fault *fault);

/* The books, for queries (books_query.h), inside one read transaction that
 * lasts until ledger_books_done(). */
MUST_USE enum err ledger_books(struct ledger *ledger, struct books **ret_books,
			       struct fault *fault);
void ledger_books_done(struct ledger *ledger);
/* A query that could not read says that there is nothing. Whether that has happened since
 * the last reading began, so that what was found is worth nothing: ERR_IO, ERR_MEMORY. */
MUST_USE enum err ledger_books_err(const struct ledger *ledger, struct fault *fault);

/* Tokens: who may speak through the API. Held outside the log. */
struct token_grant {
	char member[65];
	enum role role;
	int64_t expires_at; /* UTC seconds */
};
MUST_USE enum err ledger_token_issue(struct ledger *ledger,
				     const struct token_grant *grant,
				     char *ret_text /* TOKEN_TEXT_BYTES + 1 */,
				     struct fault *fault);
MUST_USE enum err ledger_token_check(struct ledger *ledger, struct slice text,
				     int64_t now, struct token_grant *ret_grant,
				     struct fault *fault);
/* Revokes all tokens of a member; gives how many there were. */
MUST_USE enum err ledger_token_revoke(struct ledger *ledger, struct slice member,
				      int64_t *ret_count, struct fault *fault);

/* The secrets under which claims become tags (DESIGN section 3, "Rows are not
 * leaves"); batch.h is the only user. A company's own secret is made at random
 * on first use; a company that continues another takes over its. */
MUST_USE enum err ledger_company_secret(struct ledger *ledger, struct slice member,
					uint8_t ret_secret[32], struct fault *fault);

/* What a batch of pay asks of a donor's consent, and what it would register. */
struct donor_ask {
	struct consent_ask consent;
	struct cents step, extra;
	struct slice fund;
};
/* The secrets of `count` donors, and a verdict on each (enum consent_verdict) by the
 * register of consents; without `asks` none is judged, and ret_verdicts may be NULL. A
 * donor is found by a key, which is an HMAC of the donor's reference under the company's
 * secret, so that the table names nobody. With `keep`, and where none is refused, missing
 * secrets are made at random and kept, and new consents are registered, in one short
 * transaction that waits for no disk of its own; without (a dry run) they are random and
 * forgotten. keys and ret_secrets hold count x 32 bytes; keys ascend strictly. */
MUST_USE enum err ledger_donors(struct ledger *ledger, struct slice member,
				const uint8_t *keys, const struct donor_ask *asks,
				size_t count, bool keep, uint8_t *ret_secrets,
				uint8_t *ret_verdicts, struct fault *fault);
/* One donor's consent in force. ERR_NOT_FOUND. */
MUST_USE enum err ledger_consent(struct ledger *ledger, struct slice member,
				 const uint8_t key[32], struct consent *ret_consent,
				 struct fault *fault);
/* Registers it in the place of the one in force, which is kept. */
MUST_USE enum err ledger_consent_set(struct ledger *ledger, struct slice member,
				     const uint8_t key[32], const struct consent *consent,
				     struct fault *fault);
/* The whole register, by member, donor, and as they were recorded. */
struct registered {
	struct slice member; /* good during the call */
	uint8_t key[32];
	bool is_past; /* another has replaced it */
	struct consent consent;
};
MUST_USE enum err ledger_consent_each(struct ledger *ledger,
				      enum err (*each)(void *ctx,
						       const struct registered *row,
						       struct fault *fault),
				      void *ctx, struct fault *fault);

/* A donor asks to be forgotten: its secret, by all its numbers, is destroyed, its
 * consents go on under keys that lead nowhere, and its rows are refused until the end of
 * the month in which the last claim of before can be made twice. Rows that are recorded
 * stay, by tag and amount (code de commerce, art. L123-22). ERR_NOT_FOUND, also when it
 * was done before; ERR_BUSY or ERR_IO where it may be done, but a reader or the disk
 * keeps the bytes in the database's log of writes: the same call again, or any checkpoint
 * of it, ends that. */
#define LEDGER_TOMBSTONE_MONTHS 13
struct forgotten {
	struct month until;
	size_t numbers;
};
MUST_USE enum err ledger_donor_forget(struct ledger *ledger, struct slice member,
				      const uint8_t key[32],
				      struct forgotten *ret_forgotten,
				      struct fault *fault);
/* The lines, of the rows at a position, of donors whom the company's tombstones name. */
MUST_USE enum err ledger_rows_kept(struct ledger *ledger, struct slice member,
				   uint64_t position, struct buffer *ret_rows,
				   struct fault *fault);
/* Payslips' numbers by which donors' tags are made, kept for that. */
struct donor_slip {
	const uint8_t *key; /* 32 bytes */
	struct slice slip;
};
MUST_USE enum err ledger_donor_slips(struct ledger *ledger, struct slice member,
				     const struct donor_slip *slips, size_t count,
				     struct fault *fault);

/* A donor has a new reference: from here on its key leads to the secret of the old one,
 * as the old one still does, so that neither makes a claim of the other's again.
 * ERR_NOT_FOUND where the old one has no secret, ERR_CONFLICT where the new one has. */
MUST_USE enum err ledger_donor_rename(struct ledger *ledger, struct slice member,
				      const uint8_t old_key[32],
				      const uint8_t new_key[32], struct fault *fault);

/* Rows after the legal retention: accounting records are kept for 10 years (code de
 * commerce, art. L123-22), counted from the end of the fiscal year in which the batch was
 * recorded. Totals, roots and every proof that somebody holds stay good without them. */
#define LEDGER_RETENTION_YEARS 10
struct retained {
	uint64_t position;
	struct date recorded_on;
	struct date until; /* the last day on which they must be kept */
	int64_t bytes;
};
/* Calls each() for the rows whose last day is before as_of, in the order of the log. */
MUST_USE enum err ledger_retention_each(struct ledger *ledger, struct date as_of,
					enum err (*each)(void *ctx,
							 const struct retained *rows,
							 struct fault *fault),
					void *ctx, struct fault *fault);
/* Deletes those rows, and remembers that on the day as_of; gives how many batches and
 * corrections. */
MUST_USE enum err ledger_retention_delete(struct ledger *ledger, struct date as_of,
					  uint64_t *ret_count, struct fault *fault);

/* The machine's clock is right, although it is far from the last entry: entries are
 * recorded again. To be said by the operator alone. */
MUST_USE enum err ledger_clock_say_right(const char *dir, struct fault *fault);
/* ERR_BUSY "clock" where the clock is far from the last entry and that was not said. */
MUST_USE enum err ledger_clock_check(struct ledger *ledger, struct fault *fault);
/* The second at which the last entry was recorded. */
MUST_USE enum err ledger_last_at(struct ledger *ledger, int64_t *ret_at,
				 struct fault *fault);

/* Replays the whole log and compares every projection with it; the fault names
 * the first difference. rebuild writes them anew. */
MUST_USE enum err ledger_check(struct ledger *ledger, struct fault *fault);
MUST_USE enum err ledger_rebuild(struct ledger *ledger, struct fault *fault);
MUST_USE enum err ledger_backup(struct ledger *ledger, const char *file,
				struct fault *fault);
/* Writes the C2SP layout and rows/ into OUT, which must not exist. On failure nothing is
 * left. */
MUST_USE enum err ledger_export(struct ledger *ledger, const char *out,
				struct fault *fault);

#endif
