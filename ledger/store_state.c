/*
 * store_state.c - the table behind the books' memory (state.h).
 *
 * What is given back is copied out of SQLite and the statement ended at once: a
 * statement left in mid-row would keep the transaction open after its commit.
 */
#include "ledger/state_map.h"
#include "ledger/store_int.h"

static enum err value_keep(struct store *store, struct slice value,
			   struct slice *ret_value)
{
	if (value.n > sizeof store->value)
		return ERR_CORRUPT;
	if (value.n)
		memcpy(store->value, value.p, value.n);
	*ret_value = slice_of(store->value, value.n);
	return ERR_OK;
}

static enum err backing_get(void *ctx, struct slice key, struct slice *ret_value,
			    bool *ret_found)
{
	struct store *store = ctx;
	struct sql query = sql_of(store, STMT_STATE_GET);
	bool row = false;
	enum err err;

	sql_blob(&query, key);
	err = sql_step(&query, &row, NULL);
	if (err)
		return err;
	if (row)
		err = value_keep(store, sql_column_blob(&query, 0), ret_value);
	*ret_found = row;
	sql_end(&query);
	return err;
}

static enum err backing_seek(void *ctx, struct slice prefix, struct slice from,
			     struct slice *ret_key, struct slice *ret_value,
			     bool *ret_found)
{
	struct store *store = ctx;
	struct sql query = sql_of(store, STMT_STATE_SEEK);
	struct slice key;
	bool row = false;
	enum err err;

	sql_blob(&query, from);
	err = sql_step(&query, &row, NULL);
	if (err)
		return err;
	*ret_found = false;
	key = row ? sql_column_blob(&query, 0) : (struct slice){ 0 };
	if (row && state_key_begins(key, prefix)) {
		err = key.n > sizeof store->key
			      ? ERR_CORRUPT
			      : value_keep(store, sql_column_blob(&query, 1), ret_value);
		if (!err) {
			memcpy(store->key, key.p, key.n);
			*ret_key = slice_of(store->key, key.n);
			*ret_found = true;
		}
	}
	sql_end(&query);
	return err;
}

struct state_backing store_state_backing(struct store *store)
{
	return (struct state_backing){
		.ctx = store,
		.get = backing_get,
		.seek = backing_seek,
	};
}

enum err store_state_change(void *ctx, struct slice key, struct slice value)
{
	struct sql query = sql_of(ctx, value.p ? STMT_STATE_PUT : STMT_STATE_DELETE);

	sql_blob(&query, key);
	if (value.p)
		sql_blob(&query, value);
	return sql_run(&query, NULL);
}

enum err store_projections_clear(struct store *store, struct fault *fault)
{
	static const enum store_stmt clears[] = { STMT_STATE_CLEAR, STMT_EDGE_CLEAR,
						  STMT_CLAIM_RUN_CLEAR,
						  STMT_CLAIM_PAGE_CLEAR };
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < sizeof clears / sizeof *clears; i++) {
		struct sql query = sql_of(store, clears[i]);

		err = sql_run(&query, fault);
	}
	return err;
}
