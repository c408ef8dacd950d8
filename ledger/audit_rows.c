/*
 * audit_rows.c - see audit_rows.h.
 */
#include "ledger/audit_rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger/batch_check.h"
#include "ledger/kind.h"
#include "ledger/rows.h"

/* kinds.def's bound of a batch's `count`, and a line feed to each row. */
#define ROWS_COUNT_MAX      100000
#define ROWS_BLOB_BYTES_MAX ((size_t)ROWS_COUNT_MAX * (ROW_LINE_BYTES_MAX + 1))

/* A bucket of invoices is looked at from CLAIMS_WINDOW_MONTHS later, by batches
 * whose period may be so old again; one of pay only by batches of its month. */
#define BUCKET_MONTHS_SALARY CLAIMS_WINDOW_MONTHS
#define BUCKET_MONTHS_OTHER  (2 * CLAIMS_WINDOW_MONTHS)

void audit_rows_init(struct audit_rows *rows)
{
	*rows = (struct audit_rows){ 0 };
	buffer_init(&rows->blob, ROWS_BLOB_BYTES_MAX);
}

void audit_rows_release(struct audit_rows *rows)
{
	free(rows->tags);
	buffer_release(&rows->blob);
	*rows = (struct audit_rows){ 0 };
}

static enum err tags_reserve(struct audit_rows *rows, size_t count, struct fault *fault)
{
	struct tag *grown;

	if (count <= rows->tags_capacity)
		return ERR_OK;
	grown = reallocarray(rows->tags, count, sizeof *grown);
	if (!grown)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	rows->tags = grown;
	rows->tags_capacity = count;
	return ERR_OK;
}

enum err audit_rows_read(struct audit_rows *rows, const struct audit_folder *folder,
			 uint64_t position, const struct entry *batch,
			 struct cents row_cap, struct fault *fault)
{
	size_t count = (size_t)entry_integer(batch, "count");
	size_t bytes_max = count * (ROW_LINE_BYTES_MAX + 1);
	char path[AUDIT_PATH_BYTES_MAX];
	enum err err;

	assert(count > 0 && count <= ROWS_COUNT_MAX);
	rows->position = position;
	rows->count = count;
	audit_rows_path(position, path);
	err = audit_folder_read(folder, path, bytes_max, &rows->blob, fault);
	rows->withheld = err == ERR_NOT_FOUND;
	if (rows->withheld)
		return ERR_OK;
	if (!err)
		err = tags_reserve(rows, count, fault);
	if (!err)
		err = batch_check(batch, buffer_slice(&rows->blob), row_cap, rows->tags,
				  fault);
	return err;
}

/* ---- claims ---- */

void audit_claims_init(struct audit_claims *claims, const char *dir)
{
	*claims = (struct audit_claims){ .dir = dir };
}

void audit_claims_release(struct audit_claims *claims)
{
	claims_file_free(claims->file);
	free(claims->buckets);
	*claims = (struct audit_claims){ 0 };
}

static struct claims_window window_of(const struct audit_bucket *bucket)
{
	return (struct claims_window){
		.source = slice_of_text(bucket->source),
		.company = slice_of_text(bucket->company),
		.period = bucket->period,
	};
}

static bool bucket_expired(const struct audit_bucket *bucket, struct month now)
{
	int32_t months = strcmp(bucket->source, "salary") == 0 ? BUCKET_MONTHS_SALARY
							       : BUCKET_MONTHS_OTHER;

	return month_distance(bucket->period, now) > months;
}

/* Once a month, what is too old for every rule. */
static enum err claims_expire(struct audit_claims *claims, struct month now,
			      struct fault *fault)
{
	struct claims_storage storage = claims_file_storage(claims->file);
	size_t kept = 0;
	enum err err = ERR_OK;

	if (month_cmp(now, claims->now) == 0)
		return ERR_OK;
	claims->now = now;
	for (size_t i = 0; !err && i < claims->n_buckets; i++) {
		struct audit_bucket *bucket = &claims->buckets[i];
		struct claims_window window = window_of(bucket);

		if (bucket_expired(bucket, now))
			err = claims_window_drop(&window, &storage, fault);
		else
			claims->buckets[kept++] = *bucket;
	}
	claims->n_buckets = kept;
	return err;
}

static enum err bucket_push(struct audit_claims *claims,
			    const struct claims_window *window, struct fault *fault)
{
	struct audit_bucket *bucket;

	if (claims->n_buckets == claims->buckets_capacity) {
		size_t capacity =
			claims->buckets_capacity ? claims->buckets_capacity * 2 : 64;
		void *grown = reallocarray(claims->buckets, capacity, sizeof *bucket);

		if (!grown)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		claims->buckets = grown;
		claims->buckets_capacity = capacity;
	}
	bucket = &claims->buckets[claims->n_buckets++];
	assert(window->company.n < sizeof bucket->company);
	assert(window->source.n < sizeof bucket->source);
	*bucket = (struct audit_bucket){ .period = window->period };
	memcpy(bucket->company, window->company.p, window->company.n);
	memcpy(bucket->source, window->source.p, window->source.n);
	return ERR_OK;
}

/* The month in which an entry was recorded, by the clock of Paris. */
static struct month month_recorded(const struct entry *entry)
{
	struct date date;

	/* books_apply() has refused every `at` that has no such day. */
	if (date_paris(entry->at, &date) != ERR_OK)
		abort();
	return month_of_date(date);
}

static enum err claims_check_add(struct audit_claims *claims, const struct entry *batch,
				 const struct audit_rows *rows, size_t *ret_conflict,
				 struct fault *fault)
{
	struct claims_window window = claims_window_of(batch);
	struct claims_storage storage;
	bool first = false;
	enum err err = ERR_OK;

	if (!claims->file)
		err = claims_file_open(claims->dir, &claims->file, fault);
	if (!err)
		err = claims_expire(claims, month_recorded(batch), fault);
	if (err)
		return err;
	storage = claims_file_storage(claims->file);
	err = claims_window_check(&window, &storage, rows->tags, rows->count,
				  ret_conflict, fault);
	if (err || *ret_conflict < rows->count)
		return err;
	err = claims_window_add(&window, &storage, rows->tags, rows->count, &first,
				fault);
	if (!err && first)
		err = bucket_push(claims, &window, fault);
	return err;
}

enum err audit_claims_take(struct audit_claims *claims, const struct entry *batch,
			   const struct audit_rows *rows, struct fault *fault)
{
	size_t conflict = 0;
	enum err err = claims_check_add(claims, batch, rows, &conflict, fault);

	/* The temporary file is ours: nothing that is wrong in it is the export's. */
	if (err == ERR_CORRUPT)
		return fault_set(fault, ERR_IO,
				 "the temporary file of claims in '%s' was changed",
				 claims->dir);
	if (err)
		return err;
	if (conflict < rows->count)
		return fault_rule(fault, "claim",
				  "line %zu of the rows claims what an earlier batch has "
				  "claimed, expected only new claims",
				  conflict + 1);
	return ERR_OK;
}
