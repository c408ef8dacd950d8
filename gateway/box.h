/*
 * box.h - a SQLite database of the gateway's own, beside the ledger: the inbox, the
 * outbox.
 *
 * A box has a file in the ledger's folder (mode 0600, made where there is none), a
 * schema, and a table of statements, each prepared once. WAL and synchronous=FULL, as of
 * the ledger's own: one sync for each commit. A query binds its parameters in order,
 * steps, and ends; the first failure sticks and comes out of the step.
 *
 * A struct box is used by one thread at a time. After an error it can be used again: no
 * transaction stays open. ERR_BUSY when another held the database for too long, ERR_IO
 * for the disk, with the remedy, ERR_MEMORY, ERR_CORRUPT.
 *
 * The door to SQLite for all of the gateway: no other file there includes it.
 */
#ifndef ARRONDI_GATEWAY_BOX_H
#define ARRONDI_GATEWAY_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

struct box;
struct sqlite3_stmt;

/* What a box is; static data, as are its texts. */
struct box_plan {
	const char *noun;    /* "inbox" */
	const char *file;    /* "inbox.db" */
	int application_id;  /* tells it from other SQLite files */
	int version;         /* of the schema */
	const char *schema;  /* makes the tables */
	const char *upgrade; /* makes them of the version before; NULL: there is none */
	const char *const *texts; /* of the statements */
	size_t text_count;
	/* Statements that begin, end and undo a transaction. */
	size_t begin, commit, rollback;
};

/* Opens DIR's file, which is made if there is none. */
MUST_USE enum err box_open(const struct box_plan *plan, const char *dir,
			   struct box **ret_box, struct fault *fault);
/* The same, but ERR_NOT_FOUND where there is none. */
MUST_USE enum err box_open_existing(const struct box_plan *plan, const char *dir,
				    struct box **ret_box, struct fault *fault);
void box_close(struct box *box); /* takes NULL */

/* ---- queries ---- */

/* A statement that is being run. */
struct query {
	struct box *box;
	struct sqlite3_stmt *stmt;
	int n_bound;
	int rc;
};

struct query box_query(struct box *box, size_t stmt);
/* What is bound stays as it is until query_end(). */
void query_text(struct query *query, const char *text);
void query_blob(struct query *query, struct slice bytes);
void query_integer(struct query *query, int64_t integer);

/* To the next row; *ret_row tells whether there is one. After an error or the last row
 * the query has ended. */
MUST_USE enum err query_step(struct query *query, bool *ret_row, struct fault *fault);
void query_end(struct query *query);
/* Steps and ends what gives no rows. */
MUST_USE enum err query_run(struct query *query, struct fault *fault);

/* Calls each() for every row and ends the query, at the latest with the first error. */
typedef enum err query_row_fn(struct query *query, void *ctx, struct fault *fault);
MUST_USE enum err query_each(struct query *query, query_row_fn *each, void *ctx,
			     struct fault *fault);

/* Columns of the row; a text is cut to its room, a blob is valid until the next step. */
int64_t query_column(struct query *query, int column);
void query_column_text(struct query *query, int column, char *room, size_t bytes);
struct slice query_column_blob(struct query *query, int column);
bool query_column_is_null(struct query *query, int column);

/* Rows that the last statement changed. */
uint64_t box_changes(const struct box *box);

/* What was overwritten is gone from the log of writes, too; outside a transaction.
 * ERR_BUSY while another reads what was there before. */
MUST_USE enum err box_erase(struct box *box, struct fault *fault);

/* ---- transactions ---- */

MUST_USE enum err box_begin(struct box *box, struct fault *fault);
MUST_USE enum err box_commit(struct box *box, struct fault *fault);
void box_undo(struct box *box);

/* Begins a transaction unless one is begun; box_step_end() commits or undoes what this
 * began, and gives the error that it was given, or that of the commit. */
MUST_USE enum err box_step_begin(struct box *box, bool *ret_begun, struct fault *fault);
MUST_USE enum err box_step_end(struct box *box, bool begun, enum err err,
			       struct fault *fault);

#endif
