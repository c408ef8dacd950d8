/*
 * inbox_int.h - what the files of the inbox share; private to inbox*.c.
 *
 * Every statement stands in one table and is prepared once. A query binds its parameters
 * in order, steps, and ends; the first failure sticks and comes out of the step.
 */
#ifndef ARRONDI_GATEWAY_INBOX_INT_H
#define ARRONDI_GATEWAY_INBOX_INT_H

#include <sqlite3.h>

#include "gateway/inbox.h"

enum inbox_stmt {
	INBOX_BEGIN,
	INBOX_COMMIT,
	INBOX_ROLLBACK,
	INBOX_DELIVERY_ADD,
	INBOX_DELIVERY_AGAIN,
	INBOX_DELIVERY_READ,
	INBOX_DELIVERY_LIST,
	INBOX_DELIVERY_SET,
	INBOX_DELIVERY_REPLAY,
	INBOX_DELIVERY_PURGE,
	INBOX_DELIVERY_COUNT,
	INBOX_MOVEMENT_PUT,
	INBOX_WANTED_PUT,
	INBOX_MOVEMENT_LIST,
	INBOX_MOVEMENT_READ,
	INBOX_MOVEMENT_SET,
	INBOX_MOVEMENT_FIND,
	INBOX_MOVEMENT_SUM,
	INBOX_MOVEMENT_BETWEEN,
	INBOX_MOVEMENT_WAKE,
	INBOX_MOVEMENT_REPLAY,
	INBOX_MOVEMENT_COUNT,
	INBOX_STMT__COUNT
};

struct inbox {
	sqlite3 *db;
	sqlite3_stmt *stmt[INBOX_STMT__COUNT];
	bool is_begun;
};

/* A statement that is being run. */
struct query {
	struct inbox *inbox;
	sqlite3_stmt *stmt;
	int n_bound;
	int rc;
};

struct query query_of(struct inbox *inbox, enum inbox_stmt stmt);
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

/* Rows that the last statement changed. */
uint64_t query_changes(const struct inbox *inbox);

/* What was overwritten is gone from the log of writes, too; outside a transaction.
 * ERR_BUSY while another reads what was there before. */
MUST_USE enum err inbox_erase(struct inbox *inbox, struct fault *fault);

/* Begins a transaction unless one is begun; inbox_end() commits or undoes what this
 * began, and gives the error that it was given, or that of the commit. */
MUST_USE enum err inbox_step_begin(struct inbox *inbox, bool *ret_begun,
				   struct fault *fault);
MUST_USE enum err inbox_step_end(struct inbox *inbox, bool begun, enum err err,
				 struct fault *fault);

#endif
