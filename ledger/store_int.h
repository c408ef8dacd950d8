/*
 * store_int.h - what the files of the store share; private to store*.c.
 *
 * Every statement stands in one table (sql_texts.c) and is prepared once. A
 * query binds its parameters in order, steps, and ends; the first failure sticks
 * and comes out of the step, so binding needs no checks.
 */
#ifndef ARRONDI_LEDGER_STORE_INT_H
#define ARRONDI_LEDGER_STORE_INT_H

#include <sqlite3.h>

#include "ledger/store.h"

enum store_stmt {
	STMT_BEGIN_SNAPSHOT,
	STMT_BEGIN_EXCLUSIVE,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_META_READ,
	STMT_META_WRITE,
	STMT_NOTE_READ,
	STMT_NOTE_WRITE,
	STMT_TAIL_ADD,
	STMT_TAIL_READ,
	STMT_TAIL_RANGE,
	STMT_TAIL_FOLD,
	STMT_BUNDLE_ADD,
	STMT_BUNDLE_READ,
	STMT_TILE_ADD,
	STMT_TILE_READ,
	STMT_EDGE_READ,
	STMT_EDGE_WRITE,
	STMT_EDGE_CLEAR,
	STMT_ROWS_ADD,
	STMT_ROWS_READ,
	STMT_ROWS_NEXT,
	STMT_ROWS_SIZE,
	STMT_ROWS_DELETED,
	STMT_ROWS_DELETED_ADD,
	STMT_ROWS_DELETE,
	STMT_COUNT,
	STMT_STATE_GET,
	STMT_STATE_SEEK,
	STMT_STATE_PUT,
	STMT_STATE_DELETE,
	STMT_STATE_CLEAR,
	STMT_CLAIM_RUNS,
	STMT_CLAIM_RUN_ADD,
	STMT_CLAIM_RUN_DROP,
	STMT_CLAIM_RUN_CLEAR,
	STMT_CLAIM_PAGE_READ,
	STMT_CLAIM_PAGE_ADD,
	STMT_CLAIM_PAGE_DROP,
	STMT_CLAIM_PAGE_CLEAR,
	STMT_CLAIM_BUCKET_NEXT,
	STMT_TOKEN_ADD,
	STMT_TOKEN_READ,
	STMT_TOKEN_REVOKE,
	STMT_COMPANY_SECRET_READ,
	STMT_COMPANY_SECRET_ADD,
	STMT_COMPANY_SECRET_MOVE,
	STMT_DONORS_MOVE,
	STMT_CONSENTS_PAST_MOVE,
	STMT_SLIPS_MOVE,
	STMT_TOMBSTONES_MOVE,
	STMT_DONORS_FROM,
	STMT_DONOR_ADD,
	STMT_DONOR_SECRET_PUT,
	STMT_CONSENT_PUT,
	STMT_CONSENT_KEEP,
	STMT_CONSENT_ALL,
	STMT_CONSENT_MOVE,
	STMT_CONSENT_MOVE_PAST,
	STMT_CONSENT_DROP_PAST,
	STMT_DONOR_ALIASES,
	STMT_DONOR_DROP,
	STMT_SLIP_ADD,
	STMT_SLIPS,
	STMT_SLIPS_DROP,
	STMT_TOMBSTONE_ADD,
	STMT_TOMBSTONES_FROM,
	STMT_TOMBSTONE_ANY,
	STMT_TOMBSTONE_TAG_ADD,
	STMT_TOMBSTONE_TAGS,
	STMT__COUNT
};

extern const char *const sql_texts[STMT__COUNT];

struct store {
	sqlite3 *db;
	sqlite3_stmt *stmt[STMT__COUNT];
	bool lowered;     /* synchronous is NORMAL: a forerunner, or the note */
	bool has_begun;   /* a transaction, which SQLite may have given up by itself */
	bool is_in_doubt; /* the disk may have lost a part of the log of writes */
	int64_t busy_ms, busy_since_ms;
	/* What the state's backing gave last (struct state_backing). */
	uint8_t key[STATE_KEY_BYTES_MAX];
	uint8_t value[STATE_VALUE_BYTES_MAX];
};

/* Brings the schema up to date; ERR_INVALID for a newer one. (store_schema.c) */
MUST_USE enum err store_schema_migrate(struct store *store, struct fault *fault);
/* ERR_INVALID unless the schema is exactly ours. */
MUST_USE enum err store_schema_check(struct store *store, struct fault *fault);

/* Whether a commit from now on waits for the disk; what waits asks for it before it
 * begins. (store.c) */
MUST_USE enum err store_level_set(struct store *store, bool lower, struct fault *fault);
/* Of a writer: until a transaction ends it, which holds the write lock. (store_doubt.c)
 */
#define STORE_CHECKPOINT_PAGES 4000
void store_doubt_begin(struct store *store);
MUST_USE enum err store_doubt_end(struct store *store, struct fault *fault);

/* How long a statement waits for another's transaction from now on. (store.c) */
void store_busy_limit(struct store *store, int64_t limit_ms);

/* ---- queries (store_run.c) ---- */

struct sql {
	struct store *store;
	sqlite3_stmt *stmt;
	int rc;
	int bound;
};

struct sql sql_of(struct store *store, enum store_stmt stmt);
/* The bytes must outlive the query. */
void sql_blob(struct sql *query, struct slice blob);
void sql_integer(struct sql *query, int64_t integer);
void sql_null(struct sql *query);
/* Whether there is a (next) row. On an error the query has ended. */
MUST_USE enum err sql_step(struct sql *query, bool *ret_row, struct fault *fault);
/* Runs to the end, and ends. */
MUST_USE enum err sql_run(struct sql *query, struct fault *fault);
/* Steps to the one row that there must be: ERR_NOT_FOUND with `what` otherwise. */
MUST_USE enum err sql_one(struct sql *query, const char *what, struct fault *fault);
void sql_end(struct sql *query);

/* Columns from 0; a slice is good until the next step or the end. */
int64_t sql_column(const struct sql *query, int column);
struct slice sql_column_blob(const struct sql *query, int column);
bool sql_column_is_null(const struct sql *query, int column);
/* ERR_CORRUPT unless the column has exactly n bytes. */
MUST_USE enum err sql_column_copy(const struct sql *query, int column, void *ret_bytes,
				  size_t n, struct fault *fault);

/* Of `count` keys of 32 bytes, strictly ascending, those of which a member has a row:
 * met() gets the key's number and the row, whose columns are the key and what stmt
 * selects behind it. One walk through both. (store_secrets.c) */
MUST_USE enum err store_keys_walk(struct store *store, enum store_stmt stmt,
				  struct slice member, const uint8_t *keys, size_t count,
				  enum err (*met)(void *ctx, size_t i,
						  const struct sql *row,
						  struct fault *fault),
				  void *ctx, struct fault *fault);

/* A consent of a donor whose row is there; the one before is kept. (store_consent.c) */
MUST_USE enum err store_consent_replace(struct store *store, struct slice member,
					const uint8_t key[STORE_SECRET_BYTES],
					struct slice consent, struct fault *fault);

/* SQLite's error as ours, with a remedy. rc must not be SQLITE_OK. */
enum err store_fail(struct store *store, int rc, struct fault *fault);
MUST_USE enum err store_exec(struct store *store, const char *sql, struct fault *fault);

#endif
