/*
 * store_claims.c - runs of claims (claims.h) as two tables: run, and pages.
 */
#include "ledger/store_int.h"

static enum err claims_runs(void *ctx, struct slice bucket, struct claims_runs *ret_runs,
			    struct fault *fault)
{
	struct sql query = sql_of(ctx, STMT_CLAIM_RUNS);
	struct claims_runs runs = { 0 };
	bool row = true;
	enum err err = ERR_OK;

	sql_blob(&query, bucket);
	for (;;) {
		err = sql_step(&query, &row, fault);
		if (err)
			return err;
		if (!row)
			break;
		if (runs.n >= CLAIMS_RUNS_MAX) {
			sql_end(&query);
			return fault_set(fault, ERR_CORRUPT,
					 "a bucket of claims has too many runs");
		}
		runs.run[runs.n++] = (struct claims_run){
			.number = (uint64_t)sql_column(&query, 0),
			.n_tags = (uint64_t)sql_column(&query, 1),
		};
	}
	sql_end(&query);
	*ret_runs = runs;
	return ERR_OK;
}

static size_t page_tags(const struct claims_run *run, uint64_t page)
{
	uint64_t before = page * CLAIMS_PAGE_TAGS;
	uint64_t rest = run->n_tags > before ? run->n_tags - before : 0;

	return (size_t)(rest < CLAIMS_PAGE_TAGS ? rest : CLAIMS_PAGE_TAGS);
}

static enum err claims_load(void *ctx, struct slice bucket, const struct claims_run *run,
			    uint64_t page, struct tag ret_tags[CLAIMS_PAGE_TAGS],
			    size_t *ret_n, struct fault *fault)
{
	struct sql query = sql_of(ctx, STMT_CLAIM_PAGE_READ);
	size_t n = page_tags(run, page);
	enum err err;

	sql_blob(&query, bucket);
	sql_integer(&query, (int64_t)run->number);
	sql_integer(&query, (int64_t)page);
	err = sql_one(&query, "a page of claims", fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_CORRUPT, "a page of claims is missing");
	if (err)
		return err;
	err = sql_column_copy(&query, 0, ret_tags, n * sizeof *ret_tags, fault);
	sql_end(&query);
	if (!err)
		*ret_n = n;
	return err;
}

static enum err run_add(struct store *store, struct slice bucket,
			const struct claims_run *run, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_CLAIM_RUN_ADD);

	sql_blob(&query, bucket);
	sql_integer(&query, (int64_t)run->number);
	sql_integer(&query, (int64_t)run->n_tags);
	return sql_run(&query, fault);
}

static enum err claims_store(void *ctx, struct slice bucket, const struct claims_run *run,
			     uint64_t page, const struct tag *tags, size_t n,
			     struct fault *fault)
{
	struct sql query = sql_of(ctx, STMT_CLAIM_PAGE_ADD);
	enum err err = page == 0 ? run_add(ctx, bucket, run, fault) : ERR_OK;

	if (err)
		return err;
	sql_blob(&query, bucket);
	sql_integer(&query, (int64_t)run->number);
	sql_integer(&query, (int64_t)page);
	sql_blob(&query, slice_of(tags, n * sizeof *tags));
	return sql_run(&query, fault);
}

static enum err claims_forget(void *ctx, struct slice bucket,
			      const struct claims_run *run, struct fault *fault)
{
	static const enum store_stmt drops[] = { STMT_CLAIM_PAGE_DROP,
						 STMT_CLAIM_RUN_DROP };
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < sizeof drops / sizeof *drops; i++) {
		struct sql query = sql_of(ctx, drops[i]);

		sql_blob(&query, bucket);
		sql_integer(&query, (int64_t)run->number);
		err = sql_run(&query, fault);
	}
	return err;
}

struct claims_storage store_claims(struct store *store)
{
	return (struct claims_storage){
		.ctx = store,
		.runs = claims_runs,
		.load = claims_load,
		.store = claims_store,
		.drop = claims_forget,
	};
}

enum err store_bucket_next(struct store *store, struct slice after,
			   uint8_t ret_bucket[CLAIMS_BUCKET_BYTES_MAX], size_t *ret_n,
			   bool *ret_found, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_CLAIM_BUCKET_NEXT);
	struct slice bucket = { 0 };
	bool row = false;
	enum err err;

	sql_blob(&query, after);
	err = sql_step(&query, &row, fault);
	if (err)
		return err;
	if (row)
		bucket = sql_column_blob(&query, 0);
	if (row && (!bucket.n || bucket.n > CLAIMS_BUCKET_BYTES_MAX)) {
		err = fault_set(fault, ERR_CORRUPT,
				"a bucket of claims has no proper name");
	} else if (row) {
		memcpy(ret_bucket, bucket.p, bucket.n);
		*ret_n = bucket.n;
	}
	if (!err)
		*ret_found = row;
	sql_end(&query);
	return err;
}
