/*
 * store.h - the only door to the database: what a ledger keeps, and nothing of
 * what it means.
 *
 * One file in SQLite's WAL mode: many processes may read while one writes, and
 * readers see whole commits only. What is finished (full bundles, full tiles,
 * rows) can only be added to: triggers abort every change, whoever asks for it.
 *
 *   bundle tail        entries: full C2SP bundles, and those not yet in one
 *   tile edge          the tree: full tiles, and the partial one of each level
 *   rows               the rows of a batch, by the position of its entry
 *   state claim_*      projections: rewritten by rebuild, compared by check
 *   meta note          size and root; the latest signed checkpoint
 *   token *_secret     held outside the log; lost, they cannot be made again
 *
 *  (1) Size, root, entries, tiles, rows and projections change together, in one
 *      transaction, or not at all.
 *  (2) After any error the caller calls store_rollback(), and the store can be
 *      used again: no error asks for a new process.
 *
 * Errors: ERR_BUSY when another held the database for too long; ERR_IO when the
 * disk or its rights are at fault, with the remedy; ERR_MEMORY; ERR_CORRUPT when
 * the file is not what it was; ERR_TOO_BIG when something passes a bound.
 */
#ifndef ARRONDI_LEDGER_STORE_H
#define ARRONDI_LEDGER_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"
#include "ledger/claims.h"
#include "ledger/date.h"
#include "ledger/merkle.h"
#include "ledger/state.h"
#include "ledger/tag.h"
#include "ledger/tile.h"

/* How long a transaction waits for another's to end; the note waits less. */
#define STORE_BUSY_MS      5000
#define STORE_NOTE_BUSY_MS 100

/* Of one batch's rows: 100,000 lines. */
#define STORE_ROWS_BYTES_MAX (100000 * 160)

struct store;

enum store_mode {
	STORE_READ,   /* must exist; nothing can be written */
	STORE_WRITE,  /* must exist; its schema is brought up to date */
	STORE_CREATE, /* must not exist */
};

/* ERR_NOT_FOUND when there is no such file, ERR_CONFLICT when there is one. */
MUST_USE enum err store_open(const char *path, enum store_mode mode,
			     struct store **ret_store, struct fault *fault);
void store_close(struct store *store);

/* ---- transactions (store.c) ---- */

/* One at a time. A snapshot sees one commit until it ends; an exclusive one
 * keeps other writers out. A forerunner is exclusive too, and its commit does not
 * wait for the disk: a later commit that does makes it last as well, because both
 * stand in one file, one behind the other. It is for what a later exclusive
 * transaction rests on, and nobody else does. */
enum store_transaction { STORE_SNAPSHOT, STORE_EXCLUSIVE, STORE_FORERUNNER };
MUST_USE enum err store_begin(struct store *store, enum store_transaction transaction,
			      struct fault *fault);
/* After ERR_OK the changes survive a power cut, but for a forerunner's. */
MUST_USE enum err store_commit(struct store *store, struct fault *fault);
/* Also ends a snapshot. Does nothing when there is no transaction. */
void store_rollback(struct store *store);

/* Whether the file's pages are what they should be, which takes reading all of them.
 * ERR_CORRUPT, with what SQLite says of the first that is not. */
MUST_USE enum err store_integrity(struct store *store, struct fault *fault);

/* A copy of the whole, made while others read and write; file must not exist. */
MUST_USE enum err store_backup(struct store *store, const char *file,
			       struct fault *fault);

/* ---- the log (store_log.c) ---- */

/* generation grows when a rebuild rewrites the projections, which tells who has
 * cached them; format is that of the program which wrote them. */
struct store_meta {
	struct merkle_head head;
	int64_t at; /* of the last entry; 0 before the first */
	int64_t generation;
	int64_t format;
};
MUST_USE enum err store_meta_read(struct store *store, struct store_meta *ret_meta,
				  struct fault *fault);
MUST_USE enum err store_meta_write(struct store *store, const struct store_meta *meta,
				   struct fault *fault);

/* The latest signed checkpoint. Appends nothing where there is none yet. */
MUST_USE enum err store_note_read(struct store *store, uint64_t *ret_size,
				  struct buffer *ret_note, struct fault *fault);
/* In a transaction of its own, which does not wait for the disk: who opens the
 * ledger next can sign again what was lost. An older note replaces nothing. */
MUST_USE enum err store_note_write(struct store *store, uint64_t size, struct slice note,
				   struct fault *fault);

/* Adds entries first.. of which the bytes lie in `bytes`, entry i between
 * ends[i - 1] and ends[i]; those that fill a bundle go into it, with the tail. */
struct store_entries {
	uint64_t first;
	size_t count;
	const uint8_t *bytes;
	const size_t *ends;
};
MUST_USE enum err store_entries_add(struct store *store,
				    const struct store_entries *entries,
				    struct fault *fault);
/* Appends the bytes of the entry. ERR_NOT_FOUND. */
MUST_USE enum err store_entry(struct store *store, uint64_t position, struct buffer *out,
			      struct fault *fault);
/* Appends a bundle of the first `width` entries of bundle n. ERR_NOT_FOUND where
 * there are fewer. */
MUST_USE enum err store_bundle(struct store *store, uint64_t n, unsigned width,
			       struct buffer *out, struct fault *fault);

/* Full tiles. ERR_NOT_FOUND. */
MUST_USE enum err store_tile(struct store *store, unsigned level, uint64_t n,
			     struct hash ret_hashes[TILE_WIDTH], struct fault *fault);
MUST_USE enum err store_tile_add(struct store *store, unsigned level, uint64_t n,
				 const struct hash hashes[TILE_WIDTH],
				 struct fault *fault);
/* The partial tile of a level; width 0 where there is none. */
MUST_USE enum err store_edge(struct store *store, unsigned level,
			     struct hash ret_hashes[TILE_WIDTH], unsigned *ret_width,
			     struct fault *fault);
MUST_USE enum err store_edge_write(struct store *store, unsigned level,
				   const struct hash *hashes, unsigned width,
				   struct fault *fault);

/* Rows of a batch. ERR_NOT_FOUND. */
MUST_USE enum err store_rows_add(struct store *store, uint64_t position,
				 struct slice blob, struct fault *fault);
MUST_USE enum err store_rows(struct store *store, uint64_t position, struct buffer *out,
			     struct fault *fault);
/* The first batch at `from` or after it that has rows; false: none. */
MUST_USE enum err store_rows_next(struct store *store, uint64_t from,
				  uint64_t *ret_position, bool *ret_found,
				  struct fault *fault);

/* Bytes of a batch's rows. ERR_NOT_FOUND. */
MUST_USE enum err store_rows_size(struct store *store, uint64_t position,
				  int64_t *ret_bytes, struct fault *fault);
/* Deletes them for good; the day of it is remembered outside the log. */
MUST_USE enum err store_rows_delete(struct store *store, uint64_t position,
				    struct date day, struct fault *fault);
/* When they were deleted. ERR_NOT_FOUND where they were not. */
MUST_USE enum err store_rows_deleted(struct store *store, uint64_t position,
				     struct date *ret_day, struct fault *fault);

/* How many there are of what has a number, for who looks for what should not be. */
struct store_counts {
	uint64_t bundles, tail, tiles, rows, claim_runs, claim_buckets;
};
MUST_USE enum err store_count(struct store *store, struct store_counts *ret_counts,
			      struct fault *fault);

/* ---- the projections (store_state.c, store_claims.c) ---- */

/* Valid as long as the store. Reads need a transaction, so that they agree. */
struct state_backing store_state_backing(struct store *store);
/* For state_flush(): ctx is the store. A value without p deletes. */
enum err store_state_change(void *store, struct slice key, struct slice value);
struct claims_storage store_claims(struct store *store);

/* The first bucket after `after`; false: none. */
MUST_USE enum err store_bucket_next(struct store *store, struct slice after,
				    uint8_t ret_bucket[CLAIMS_BUCKET_BYTES_MAX],
				    size_t *ret_n, bool *ret_found, struct fault *fault);
/* Forgets state, claims and edges, to write them anew in this transaction. */
MUST_USE enum err store_projections_clear(struct store *store, struct fault *fault);

/* ---- what stands outside the log (store_secrets.c) ---- */

struct store_token {
	char member[65];
	int64_t role; /* enum role */
	int64_t expires_at;
};
MUST_USE enum err store_token_add(struct store *store, const struct hash *hash,
				  const struct store_token *token, struct fault *fault);
/* ERR_NOT_FOUND. */
MUST_USE enum err store_token(struct store *store, const struct hash *hash,
			      struct store_token *ret_token, struct fault *fault);
MUST_USE enum err store_token_revoke(struct store *store, struct slice member,
				     int64_t *ret_count, struct fault *fault);

#define STORE_SECRET_BYTES 32
/* ERR_NOT_FOUND. Adding where there is one changes nothing. */
MUST_USE enum err store_company_secret(struct store *store, struct slice member,
				       uint8_t ret_secret[STORE_SECRET_BYTES],
				       struct fault *fault);
MUST_USE enum err store_company_secret_add(struct store *store, struct slice member,
					   const uint8_t secret[STORE_SECRET_BYTES],
					   struct fault *fault);
/* A company that continues another, and knows no donor yet: the other's secret is its own
 * from here on, and so are donors' secrets, consents, payslips' numbers and tombstones.
 * Changes nothing where the one has a secret, or the other has none. */
MUST_USE enum err store_donors_move(struct store *store, struct slice to,
				    struct slice from, struct fault *fault);
/* What is kept of a donor, good during the call: the secret of its tags, and the consent
 * in force, of which consent.h knows what it says. */
struct store_donor {
	const uint8_t *secret; /* STORE_SECRET_BYTES; NULL: none */
	struct slice consent;  /* empty: none */
};
/* each() of `count` donors whose keys, 32 bytes each, strictly ascend, for those that are
 * there. */
MUST_USE enum err store_donors(struct store *store, struct slice member,
			       const uint8_t *keys, size_t count,
			       enum err (*each)(void *ctx, size_t i,
						const struct store_donor *donor,
						struct fault *fault),
			       void *ctx, struct fault *fault);
/* A secret, unless NULL, and a consent, unless empty, of a donor. Where there is a secret
 * already, *secret becomes that one; a consent that is there is kept behind the new one.
 */
MUST_USE enum err store_donor_add(struct store *store, struct slice member,
				  const uint8_t key[STORE_SECRET_BYTES], uint8_t *secret,
				  struct slice consent, struct fault *fault);

/* ---- the register of consents (store_consent.c) ---- */

struct store_consent {
	struct slice member, consent; /* good during the call */
	uint8_t key[STORE_SECRET_BYTES];
	bool is_past; /* another has replaced it */
};
/* By member, key, and in the order in which they were recorded. */
MUST_USE enum err store_consent_each(struct store *store,
				     enum err (*each)(void *ctx,
						      const struct store_consent *row,
						      struct fault *fault),
				     void *ctx, struct fault *fault);

/* ---- donors who asked to be forgotten (store_tombstone.c) ---- */

/* A payslip's number that a donor has had: without it a tag cannot be found later. */
MUST_USE enum err store_slip_add(struct store *store, struct slice member,
				 const uint8_t *key, struct slice slip,
				 struct fault *fault);
MUST_USE enum err store_slips(struct store *store, struct slice member,
			      const uint8_t *key,
			      enum err (*each)(void *ctx, struct slice slip,
					       struct fault *fault),
			      void *ctx, struct fault *fault);
/* The keys that lead to one secret: a donor's numbers. */
MUST_USE enum err store_donor_aliases(struct store *store, struct slice member,
				      const uint8_t secret[STORE_SECRET_BYTES],
				      enum err (*each)(void *ctx, struct slice key,
						       struct fault *fault),
				      void *ctx, struct fault *fault);
/* Deletes a key's secret and slips, gives its consents to a random key, and leaves a
 * tombstone to the end of the month `until`. */
MUST_USE enum err store_donor_forget(struct store *store, struct slice member,
				     const uint8_t *key, const uint8_t *random_key,
				     struct month until, struct fault *fault);
/* Tags of rows of forgotten donors, and those that are there in that month. */
MUST_USE enum err store_tombstone_tag_add(struct store *store, struct slice member,
					  const struct tag *tag, struct month until,
					  struct fault *fault);
MUST_USE enum err store_tombstone_tags(struct store *store, struct slice member,
				       struct month month,
				       enum err (*each)(void *ctx, struct slice tag,
							struct fault *fault),
				       void *ctx, struct fault *fault);
/* As store_donors(), for the keys that have a tombstone in that month. */
MUST_USE enum err store_tombstones(struct store *store, struct slice member,
				   struct month month, const uint8_t *keys, size_t count,
				   enum err (*each)(void *ctx, size_t i,
						    struct fault *fault),
				   void *ctx, struct fault *fault);
/* What was deleted is in no file any more: the log of writes is emptied. ERR_BUSY where a
 * reader still needs it. */
MUST_USE enum err store_erase(struct store *store, struct fault *fault);

#endif
