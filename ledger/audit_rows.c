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

/* A bucket of pay is looked at by batches of its month, which come CLAIMS_WINDOW_MONTHS
 * later at most, and by their corrections, so much later again. One of invoices is
 * looked at from CLAIMS_WINDOW_MONTHS later as well. */
#define BUCKET_MONTHS_SALARY (2 * CLAIMS_WINDOW_MONTHS)
#define BUCKET_MONTHS_OTHER  (3 * CLAIMS_WINDOW_MONTHS)

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

enum err audit_rows_read_blob(struct audit_rows *rows, const struct audit_folder *folder,
			      uint64_t position, uint64_t count, struct fault *fault)
{
	size_t bytes_max = (size_t)count * (ROW_LINE_BYTES_MAX + 1);
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
	return err ? err : tags_reserve(rows, (size_t)count, fault);
}

enum err audit_rows_read(struct audit_rows *rows, const struct audit_folder *folder,
			 uint64_t position, const struct entry *entry,
			 const struct rows_limits *limits, struct fault *fault)
{
	enum err err =
		audit_rows_read_blob(rows, folder, position, limits->rows_max, fault);

	if (err || rows->withheld)
		return err;
	return batch_check(entry, buffer_slice(&rows->blob), limits, rows->tags, fault);
}

enum err audit_rows_read_tags(struct audit_rows *rows, const struct audit_folder *folder,
			      uint64_t position, const struct rows_limits *limits,
			      struct fault *fault)
{
	struct rows_summary summary;
	enum err err =
		audit_rows_read_blob(rows, folder, position, limits->rows_max, fault);

	if (err || rows->withheld)
		return err;
	err = rows_summarise(buffer_slice(&rows->blob), limits, rows->tags, &summary,
			     fault);
	if (!err && summary.head.size != limits->rows_max)
		err = fault_set(fault, ERR_IO,
				"the export was changed while it was read: try again");
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

/* The month of a recorded time, by the clock of Paris. */
static struct month month_recorded(int64_t at)
{
	struct date date;

	/* books_apply() has refused every `at` that has no such day. */
	if (date_paris(at, &date) != ERR_OK)
		abort();
	return month_of_date(date);
}

static enum err claims_take(struct audit_claims *claims, int64_t recorded_at,
			    const struct claims_window *window,
			    const struct claims_change *change, size_t *ret_conflict,
			    struct fault *fault)
{
	struct claims_storage storage;
	int buckets = 0;
	enum err err = ERR_OK;

	if (!claims->file)
		err = claims_file_open(claims->dir, &claims->file, fault);
	if (!err)
		err = claims_expire(claims, month_recorded(recorded_at), fault);
	if (err)
		return err;
	storage = claims_file_storage(claims->file);
	err = claims_change_check(change, window, &storage, ret_conflict, fault);
	if (err || *ret_conflict < change->n_come)
		return err;
	err = claims_change_make(change, window, &storage, &buckets, fault);
	/* One that is empty stays in the list: to drop it is no error. */
	if (!err && buckets > 0)
		err = bucket_push(claims, window, fault);
	return err;
}

enum err audit_claims_take(struct audit_claims *claims, int64_t recorded_at,
			   const struct claims_window *window,
			   const struct claims_change *change, struct fault *fault)
{
	size_t conflict = 0;
	enum err err = claims_take(claims, recorded_at, window, change, &conflict, fault);

	/* The temporary file is ours: nothing that is wrong in it is the export's. */
	if (err == ERR_CORRUPT)
		return fault_set(fault, ERR_IO,
				 "the temporary file of claims in '%s' was changed",
				 claims->dir);
	if (err)
		return err;
	if (conflict < change->n_come)
		return fault_rule(fault, "claim",
				  "line %zu of the rows claims what an earlier batch has "
				  "claimed, expected only new claims",
				  claims_change_row(change, conflict) + 1);
	return ERR_OK;
}
