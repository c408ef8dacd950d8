/*
 * audit_int.h - what the files of the verifier share; private to audit*.c.
 *
 * Functions below report in *fault only. Whoever knows which entry it is about
 * and which rule of audit.h makes a finding of it, by audit_finds().
 */
#ifndef ARRONDI_LEDGER_AUDIT_INT_H
#define ARRONDI_LEDGER_AUDIT_INT_H

#include "keys/buffer.h"
#include "ledger/audit.h"
#include "ledger/audit_folder.h"
#include "ledger/audit_rows.h"
#include "ledger/audit_tree.h"
#include "ledger/json.h"
#include "ledger/merkle.h"
#include "ledger/state_file.h"

struct audit_ahead; /* audit_ahead.h */

/* A checkpoint that somebody has kept, as it was given. */
struct audit_older {
	struct merkle_head head; /* what it says; not verified before it is compared */
	struct slice note;       /* borrowed until audit_run() returns */
	size_t number;
};

struct audit {
	/* What was asked; borrowed until audit_run() returns. */
	const struct audit_options *options;
	bool without_rows;
	bool key_believed;

	struct audit_folder folder;
	struct checkpoint checkpoint;
	struct audit_signer signers[1 + AUDIT_COSIGNERS_MAX];
	size_t n_signers;
	struct buffer note;             /* the checkpoint's */
	struct audit_log_key *log_keys; /* owned; once all entries were applied */
	size_t n_log_keys;
	bool key_is_older;
	struct audit_older *older; /* owned; ascending by size */
	uint64_t *older_sizes;     /* owned; the same sizes */
	size_t n_older;
	size_t next_older; /* the first that is not compared yet */

	struct audit_tree tree;
	struct state_file *state_file; /* what the state does not keep in memory */
	struct state *state;
	struct books *books;
	struct cents row_cap; /* once the charter was applied */

	struct buffer bundle;
	struct slice entries[TILE_WIDTH]; /* of the bundle */
	struct hash leaves[TILE_WIDTH];
	struct json_doc *doc;

	uint64_t rows_files; /* that stand in rows/ */
	uint64_t rows_met;   /* that a batch has */
	struct audit_rows rows;
	struct audit_rows old_rows; /* that a correction replaces */
	struct audit_claims claims;
	struct audit_ahead *ahead; /* NULL with one thread */

	struct audit_counts counts;
	int64_t last_at_s;
	struct audit_finding finding;
};

/*
 * Makes a finding of *fault, and prefixes its text by "entry N: " where it has a
 * position; the rule that *fault names goes before the one given. Errors of which the
 * export is not to blame pass through. Returns the error, ERR_CORRUPT for a file
 * that is missing.
 */
MUST_USE enum err audit_finds(struct audit *audit, uint64_t position, const char *rule,
			      enum err err, struct fault *fault);

/* ---- audit_checkpoint.c ---- */

/* Reads the checkpoint, and verifies it by the keys given. */
MUST_USE enum err audit_open_checkpoint(struct audit *audit, struct fault *fault);

/* At the end: the root is the checkpoint's. */
MUST_USE enum err audit_compare_root(struct audit *audit, struct fault *fault);

/* "the first N entries lead to the root X, expected Y from Z": ERR_CORRUPT. */
enum err audit_roots_differ(const char *rule, const struct hash *found,
			    const struct hash *expected, uint64_t size, const char *whose,
			    struct fault *fault);

/* ---- audit_older.c ---- */

/* Reads the older checkpoints and sorts them. */
MUST_USE enum err audit_open_older(struct audit *audit, struct fault *fault);

/* Verifies and compares the older checkpoints of the tree's present size. */
MUST_USE enum err audit_compare_older(struct audit *audit, struct fault *fault);

/* At the end: there are none that are larger than the export. */
MUST_USE enum err audit_finish_older(struct audit *audit, struct fault *fault);

/* ---- audit_log.c ---- */

/* At the end: the key given is one of the log's, and the one in force has signed. */
MUST_USE enum err audit_check_keys(struct audit *audit, struct fault *fault);

/* ---- audit_entries.c ---- */

/* Reads the bundle into audit->bundle, split into audit->entries. */
MUST_USE enum err audit_read_bundle(struct audit *audit, const struct tile *bundle,
				    struct fault *fault);

/* Reads bundle after bundle and applies each entry. */
MUST_USE enum err audit_entries_run(struct audit *audit, struct fault *fault);

/* That each file in rows/ was met, and that there is none of another position. */
MUST_USE enum err audit_rows_all_met(struct audit *audit, struct fault *fault);

#endif
