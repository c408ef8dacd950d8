/*
 * audit.h - verifies an export, with no database, no network and no trust.
 *
 * An export is a folder in the layout of c2sp.org/tlog-tiles, and rows beside it:
 *
 *   checkpoint                 signed by the log's key
 *   tile/<L>/<N>[.p/<W>]       the tree
 *   tile/entries/<N>[.p/<W>]   the entries
 *   rows/<position>            the rows of the batch at that position
 *
 * audit_run() reads each file once, in the order of the log. It recomputes
 * every hash, applies every rule to every entry, and reads every row, so after
 * ERR_OK:
 *
 *  (1) The folder holds the files of the checkpoint's size and nothing else;
 *      all the entries and tiles lead to the root that the log's key signed.
 *  (2) Each entry is canonical and obeys every rule where it stands.
 *  (3) Rows that are there are those that their batch states, and no claim
 *      stands in two of them. Rows may be withheld; they are then counted.
 *  (4) The log begins with each of the older checkpoints that were given.
 *
 * Memory grows with accounts, members, open proposals and the windows of the
 * rules, not with the age of the log nor with rows.
 */
#ifndef ARRONDI_LEDGER_AUDIT_H
#define ARRONDI_LEDGER_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "keys/vkey.h"
#include "ledger/books.h"
#include "ledger/books_query.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/kind.h"
#include "ledger/proof.h"

#define AUDIT_COSIGNERS_MAX CHECKPOINT_WITNESSES_MAX
#define AUDIT_OLDER_MAX     1024
#define AUDIT_THREADS_MAX   2

/* Of a finding that is about no entry. */
#define AUDIT_NO_POSITION UINT64_MAX

/*
 * What is wrong with an export. The rule is one of the books' (books.h), of the
 * rows' (rows.h), or of this file:
 *
 *   checkpoint  the checkpoint, its signatures or its origin
 *   key         no entry names the log key that was given
 *   file        a file or folder is missing, unexpected or no regular file
 *   bundle      a bundle has not the entries that it must have
 *   tile        a tile is not the one that the entries give
 *   root        the entries do not lead to the checkpoint's root
 *   entry       an entry is not canonical, or not of its kind's shape
 *   batch_rows  rows are not those that their batch states
 *   claim       a claim stands in an earlier batch, too
 *   older       an older checkpoint is not the log's, or not of this log
 *   cut_short   the export is shorter than an older checkpoint
 */
struct audit_finding {
	uint64_t position; /* of the entry, or AUDIT_NO_POSITION */
	char rule[FAULT_RULE_BYTES_MAX];
	char text[FAULT_TEXT_BYTES_MAX]; /* what was found, what was expected */
};

/* Called after each entry was applied; the books are those at that position.
 * The entry and its bytes are gone after the call. What is made of entries is
 * only true when audit_run() has returned ERR_OK: the root comes last. */
typedef enum err audit_entry_fn(void *ctx, uint64_t position, const struct entry *entry,
				struct slice bytes, struct books *books,
				struct fault *fault);

struct audit_options {
	const char *dir;
	/* A key of the log first, the one in force or an older one that signs beside it;
	 * then cosigners', each of whom must have signed. With none, the log's own key is
	 * believed: the export is then only known to agree with itself. */
	const struct vkey *vkeys;
	size_t n_vkeys;
	/* Older checkpoints, as notes that the log's key of then must have signed. */
	const struct slice *older;
	size_t n_older;
	bool without_rows;        /* does not look at rows/, nor at claims */
	unsigned threads;         /* 0 (as 1) to AUDIT_THREADS_MAX */
	const char *temp_dir;     /* for scratch.h, outlives the audit; NULL: "/tmp" */
	audit_entry_fn *on_entry; /* or NULL */
	void *on_entry_ctx;
	struct audit_finding *finding; /* or NULL; see audit_run() */
};

struct audit;

/*
 * ERR_CORRUPT, ERR_RULE, ERR_INVALID, ERR_TOO_BIG or ERR_UNKNOWN where the
 * export is at fault: fault->rule is the finding's, fault->text begins with
 * "entry N: " where it has a position, and *options->finding is filled. Of other
 * errors the export is not to blame, and *options->finding has an empty rule:
 * ERR_IO where the folder or a file cannot be read or the temporary file fails, ERR_USAGE
 * for options past the bounds above, ERR_MEMORY, or what on_entry returned. The caller
 * frees *ret_audit; nothing of the options is needed any more but on_entry's doings.
 */
MUST_USE enum err audit_run(const struct audit_options *options, struct audit **ret_audit,
			    struct fault *fault);

/* NULL is allowed. */
void audit_free(struct audit *audit);

/* ---- what was verified ---- */

/* What rests on nothing but somebody's word, and what was seen. */
struct audit_counts {
	uint64_t entries[KIND__COUNT];
	uint64_t rows;             /* read and verified */
	uint64_t batches_withheld; /* with rows that are not in the export */
	uint64_t rows_withheld;    /* that these batches state */
	uint64_t batches_signed;   /* that have their company's manifest */
	uint64_t corrections_signed;
	/* Settlements and payments carried out, with a bank statement's digest. */
	uint64_t settlements_with_statement;
	uint64_t paid_with_statement;
};

const struct checkpoint *audit_checkpoint(const struct audit *audit);
const struct audit_counts *audit_counts(const struct audit *audit);
/* Batches and their corrections: what has rows. */
uint64_t audit_counts_batches(const struct audit_counts *counts);
bool audit_without_rows(const struct audit *audit);

/* The keys that the log has had, the one in force last. Of the keys of the last origin
 * it is told whether they have signed the checkpoint. */
struct audit_log_key {
	struct log_view log;
	bool has_signed;
};
const struct audit_log_key *audit_log_keys(const struct audit *audit, size_t *ret_count);
/* The key given is not the one in force any more. */
bool audit_key_is_older(const struct audit *audit);

/* True where the log's key was taken from the log itself. */
bool audit_key_believed(const struct audit *audit);

/* The log's key in force, then the cosigners; all of them have signed. */
struct audit_signer {
	struct vkey vkey;
	uint64_t cosigned_at_s; /* 0 for a signature that states no time */
};
const struct audit_signer *audit_signers(const struct audit *audit, size_t *ret_count);

/* The sizes of the older checkpoints, ascending. */
const uint64_t *audit_older_sizes(const struct audit *audit, size_t *ret_count);

/* Recorded time of the last entry, UTC seconds. */
int64_t audit_last_at_s(const struct audit *audit);

/* For books_query.h; lives as long as the audit. */
struct books *audit_books(struct audit *audit);

/* Asked after the last question to the books: whether they could read all that they
 * answered from. ERR_IO, ERR_MEMORY. */
MUST_USE enum err audit_books_err(const struct audit *audit, struct fault *fault);

/* Reads entries from..to-1 again, of a log that was verified. ERR_IO where the export was
 * changed since. */
MUST_USE enum err audit_each_entry(struct audit *audit, uint64_t from, uint64_t to,
				   enum err (*each)(void *ctx, uint64_t position,
						    const struct entry *entry,
						    struct fault *fault),
				   void *ctx, struct fault *fault);

/* ---- proofs that somebody holds ---- */

enum audit_proof_kind { AUDIT_PROOF_ENTRY, AUDIT_PROOF_ROW };

struct audit_proof {
	enum audit_proof_kind kind;
	uint64_t position; /* of the entry, or of the row's batch */
	uint64_t size;     /* of the checkpoint in the proof */
	struct row row;    /* AUDIT_PROOF_ROW */
};

/*
 * Verifies a tlog-proof of an entry or a row's proof (proof.h): its checkpoint's
 * signature, its paths, and that its checkpoint is one of this log. The errors of
 * proof.h; ERR_CORRUPT where it is of another history; ERR_NOT_FOUND where it is of
 * a longer log than the export.
 */
MUST_USE enum err audit_proof_verify(struct audit *audit, struct slice text,
				     struct audit_proof *ret_proof, struct fault *fault);

#endif
