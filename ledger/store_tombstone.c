/*
 * store_tombstone.c - donors who asked to be forgotten: what goes, and what must stay.
 */
#include "ledger/store_int.h"

static enum err run_of_donor(struct store *store, enum store_stmt stmt,
			     struct slice member, const uint8_t *key, struct fault *fault)
{
	struct sql query = sql_of(store, stmt);

	sql_blob(&query, member);
	sql_blob(&query, slice_of(key, STORE_SECRET_BYTES));
	return sql_run(&query, fault);
}

/* ---- payslips of a donor ---- */

enum err store_slip_add(struct store *store, struct slice member, const uint8_t *key,
			struct slice slip, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_SLIP_ADD);

	sql_blob(&query, member);
	sql_blob(&query, slice_of(key, STORE_SECRET_BYTES));
	sql_blob(&query, slip);
	return sql_run(&query, fault);
}

/* Calls each() with the first column of the rows of a query that is bound. */
static enum err each_row(struct sql *query,
			 enum err (*each)(void *ctx, struct slice value,
					  struct fault *fault),
			 void *ctx, struct fault *fault)
{
	enum err err = ERR_OK;

	for (;;) {
		bool row = false;

		err = sql_step(query, &row, fault);
		if (err)
			return err;
		if (!row)
			break;
		err = each(ctx, sql_column_blob(query, 0), fault);
		if (err)
			break;
	}
	sql_end(query);
	return err;
}

enum err store_slips(struct store *store, struct slice member, const uint8_t *key,
		     enum err (*each)(void *ctx, struct slice slip, struct fault *fault),
		     void *ctx, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_SLIPS);

	sql_blob(&query, member);
	sql_blob(&query, slice_of(key, STORE_SECRET_BYTES));
	return each_row(&query, each, ctx, fault);
}

enum err store_donor_aliases(struct store *store, struct slice member,
			     const uint8_t secret[STORE_SECRET_BYTES],
			     enum err (*each)(void *ctx, struct slice key,
					      struct fault *fault),
			     void *ctx, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_DONOR_ALIASES);

	sql_blob(&query, member);
	sql_blob(&query, slice_of(secret, STORE_SECRET_BYTES));
	return each_row(&query, each, ctx, fault);
}

/* ---- forgetting ---- */

/* That somebody consented, and when, has to be shown still; of whom it was is not known
 * any more: it goes on under a random key. */
static enum err consents_unname(struct store *store, struct slice member,
				const uint8_t *key, const uint8_t *random_key,
				struct fault *fault)
{
	static const enum store_stmt moves[] = { STMT_CONSENT_MOVE,
						 STMT_CONSENT_MOVE_PAST };
	enum err err = ERR_OK;

	for (size_t i = 0; i < 2 && !err; i++) {
		struct sql query = sql_of(store, moves[i]);

		sql_blob(&query, member);
		sql_blob(&query, slice_of(key, STORE_SECRET_BYTES));
		sql_blob(&query, slice_of(random_key, STORE_SECRET_BYTES));
		err = sql_run(&query, fault);
	}
	if (!err)
		err = run_of_donor(store, STMT_CONSENT_DROP_PAST, member, key, fault);
	return err;
}

enum err store_donor_forget(struct store *store, struct slice member, const uint8_t *key,
			    const uint8_t *random_key, struct month until,
			    struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TOMBSTONE_ADD);
	enum err err;

	sql_blob(&query, member);
	sql_blob(&query, slice_of(key, STORE_SECRET_BYTES));
	sql_integer(&query, until.n);
	err = sql_run(&query, fault);
	if (!err)
		err = consents_unname(store, member, key, random_key, fault);
	if (!err)
		err = run_of_donor(store, STMT_SLIPS_DROP, member, key, fault);
	if (!err)
		err = run_of_donor(store, STMT_DONOR_DROP, member, key, fault);
	return err;
}

enum err store_tombstone_tag_add(struct store *store, struct slice member,
				 const struct tag *tag, struct month until,
				 struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TOMBSTONE_TAG_ADD);

	sql_blob(&query, member);
	sql_blob(&query, slice_of(tag->b, TAG_BYTES));
	sql_integer(&query, until.n);
	return sql_run(&query, fault);
}

enum err store_tombstone_tags(struct store *store, struct slice member,
			      struct month month,
			      enum err (*each)(void *ctx, struct slice tag,
					       struct fault *fault),
			      void *ctx, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TOMBSTONE_TAGS);

	sql_blob(&query, member);
	sql_integer(&query, month.n);
	return each_row(&query, each, ctx, fault);
}

/* ---- asking ---- */

struct tombstones_found {
	struct month month;
	enum err (*each)(void *ctx, size_t i, struct fault *fault);
	void *ctx;
};

static enum err tombstone_met(void *ctx, size_t i, const struct sql *row,
			      struct fault *fault)
{
	const struct tombstones_found *found = ctx;

	if (sql_column(row, 1) < found->month.n)
		return ERR_OK; /* its claims can be made by nobody again */
	return found->each(found->ctx, i, fault);
}

enum err store_tombstones(struct store *store, struct slice member, struct month month,
			  const uint8_t *keys, size_t count,
			  enum err (*each)(void *ctx, size_t i, struct fault *fault),
			  void *ctx, struct fault *fault)
{
	struct tombstones_found found = { .month = month, .each = each, .ctx = ctx };
	struct sql query = sql_of(store, STMT_TOMBSTONE_ANY);
	bool row = false;
	enum err err;

	sql_blob(&query, member);
	sql_integer(&query, month.n);
	err = sql_step(&query, &row, fault);
	if (err)
		return err;
	sql_end(&query);
	if (!row)
		return ERR_OK;
	return store_keys_walk(store, STMT_TOMBSTONES_FROM, member, keys, count,
			       tombstone_met, &found, fault);
}
