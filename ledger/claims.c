/*
 * claims.c - looking claims up and adding them; claims_merge.c joins runs.
 */
#include "ledger/claims.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "keys/encoding.h"
#include "ledger/claims_int.h"

uint64_t claims_run_pages(const struct claims_run *run)
{
	return (run->n_tags + CLAIMS_PAGE_TAGS - 1) / CLAIMS_PAGE_TAGS;
}

enum err claims_page_load(const struct claims_storage *storage, struct slice bucket,
			  const struct claims_run *run, uint64_t number,
			  struct claims_page *page, struct fault *fault)
{
	uint64_t n_left = run->n_tags - number * CLAIMS_PAGE_TAGS;
	size_t n = 0;

	assert(number < claims_run_pages(run));
	page->n = 0;
	enum err err =
		storage->load(storage->ctx, bucket, run, number, page->tags, &n, fault);
	if (err)
		return err;
	if (n != (n_left < CLAIMS_PAGE_TAGS ? n_left : CLAIMS_PAGE_TAGS))
		return fault_set(
			fault, ERR_CORRUPT, "claims: page %llu of run %llu has %zu tags",
			(unsigned long long)number, (unsigned long long)run->number, n);
	page->number = number;
	page->n = n;
	return ERR_OK;
}

/* The table's contract, checked once per use of a bucket. */
enum err claims_runs_read(const struct claims_storage *storage, struct slice bucket,
			  struct claims_runs *ret_runs, struct fault *fault)
{
	struct claims_runs runs = { .n = 0 };

	assert(bucket.n >= 1 && bucket.n <= CLAIMS_BUCKET_BYTES_MAX);
	enum err err = storage->runs(storage->ctx, bucket, &runs, fault);
	if (err)
		return err;
	bool good = runs.n <= CLAIMS_RUNS_MAX;
	for (unsigned i = 0; good && i < runs.n; i++)
		good = runs.run[i].n_tags > 0 &&
		       runs.run[i].n_tags <= CLAIMS_RUN_TAGS_MAX &&
		       runs.run[i].number > (i > 0 ? runs.run[i - 1].number : 0);
	if (!good)
		return fault_set(fault, ERR_CORRUPT, "claims: list of runs is damaged");
	*ret_runs = runs;
	return ERR_OK;
}

static bool tags_ascend(const struct tag *tags, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (tag_cmp(&tags[i - 1], &tags[i]) >= 0)
			return false;
	return true;
}

/* ---- looking up ---- */

/* A place in a run that only moves forward, as the tags looked for ascend. */
struct cursor {
	const struct claims_storage *storage;
	struct slice bucket;
	const struct claims_run *run;
	struct claims_page *page;
	uint64_t low; /* pages below this one are below the last tag sought */
	size_t at;    /* so are the tags before this one in the loaded page */
	bool sparse;  /* fewer tags are sought than there are pages */
};

static enum err cursor_load(struct cursor *cursor, uint64_t number, struct fault *fault)
{
	if (cursor->page->n > 0 && cursor->page->number == number)
		return ERR_OK;
	cursor->at = 0;
	return claims_page_load(cursor->storage, cursor->bucket, cursor->run, number,
				cursor->page, fault);
}

/* Where the tag would stand in a run of evenly spread tags, as those of an HMAC
 * are: within a page or two. Where they are not, the search is only longer. */
static uint64_t page_guess(const struct claims_run *run, const struct tag *sought)
{
	uint64_t high_bits = u32_get(sought->b) >> 16;

	_Static_assert(CLAIMS_RUN_TAGS_MAX / CLAIMS_PAGE_TAGS <= UINT64_C(1) << 47,
		       "pages times 16 bits fit");
	return claims_run_pages(run) * high_bits >> 16;
}

/* The page to begin with: the loaded one, unless the next tag is likely far off. */
static uint64_t cursor_start(const struct cursor *cursor, const struct tag *sought)
{
	const struct claims_page *page = cursor->page;
	uint64_t guess = page_guess(cursor->run, sought);

	if (page->n > 0 && page->number >= cursor->low &&
	    (!cursor->sparse || tag_cmp(sought, &page->tags[page->n - 1]) <= 0))
		return page->number;
	if (cursor->sparse && guess > cursor->low)
		return guess;
	return cursor->low;
}

/*
 * Loads the page that would hold the tag; *ret_between where the tag would stand
 * between two pages, or behind the last. Doubles its steps away from where it
 * begins, and halves what is left once it has been on both sides.
 */
static enum err cursor_seek_page(struct cursor *cursor, const struct tag *sought,
				 bool *ret_between, struct fault *fault)
{
	const struct claims_page *page = cursor->page;
	uint64_t end = claims_run_pages(cursor->run); /* pages from here: above */
	uint64_t probe = cursor_start(cursor, sought);
	uint64_t step = 1;
	bool was_below = false, was_above = false;

	*ret_between = true;
	while (cursor->low < end) {
		enum err err = cursor_load(cursor, probe, fault);
		if (err)
			return err;
		if (tag_cmp(&page->tags[page->n - 1], sought) < 0) {
			was_below = true;
			cursor->low = probe + 1;
			probe = end - probe > step ? probe + step : end - 1;
		} else if (tag_cmp(sought, &page->tags[0]) < 0) {
			was_above = true;
			end = probe;
			probe = probe - cursor->low > step ? probe - step : cursor->low;
		} else {
			*ret_between = false;
			return ERR_OK;
		}
		step *= 2;
		if (was_below && was_above)
			probe = cursor->low + (end - cursor->low) / 2;
	}
	return ERR_OK;
}

/* The same within the page: at stands on the first tag that is not below. */
static bool cursor_seek_tag(struct cursor *cursor, const struct tag *sought)
{
	const struct claims_page *page = cursor->page;
	size_t low = cursor->at;
	size_t high = low;
	size_t step = 1;

	while (high < page->n && tag_cmp(&page->tags[high], sought) < 0) {
		low = high + 1;
		high = page->n - low < step ? page->n : low + step;
		step *= 2;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tag_cmp(&page->tags[middle], sought) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	cursor->at = low;
	return low < page->n && tag_cmp(&page->tags[low], sought) == 0;
}

/* The first of tags[0..n-1] that stands in the run, or n. */
static enum err run_check(struct cursor *cursor, const struct tag *tags, size_t n,
			  size_t *ret_conflict, struct fault *fault)
{
	size_t i = 0;

	cursor->page->n = 0;
	cursor->sparse = n < claims_run_pages(cursor->run);
	for (; i < n; i++) {
		bool between;
		enum err err = cursor_seek_page(cursor, &tags[i], &between, fault);

		if (err)
			return err;
		if (!between && cursor_seek_tag(cursor, &tags[i]))
			break;
	}
	*ret_conflict = i;
	return ERR_OK;
}

enum err claims_check(const struct claims_storage *storage, struct slice bucket,
		      const struct tag *tags, size_t n, size_t *ret_conflict,
		      struct fault *fault)
{
	struct claims_runs runs;
	struct claims_page *page = NULL;
	size_t conflict = n;

	assert(tags_ascend(tags, n));
	enum err err = claims_runs_read(storage, bucket, &runs, fault);
	if (err)
		return err;
	if (runs.n > 0 && n > 0) {
		page = malloc(sizeof *page);
		if (!page)
			return fault_set(fault, ERR_MEMORY, "out of memory");
	}

	/* Only a conflict before the one that is known already is of interest. */
	for (unsigned i = 0; !err && i < runs.n && conflict > 0; i++) {
		struct cursor cursor = { .storage = storage,
					 .bucket = bucket,
					 .run = &runs.run[i],
					 .page = page };

		err = run_check(&cursor, tags, conflict, &conflict, fault);
	}
	if (!err)
		*ret_conflict = conflict;
	free(page);
	return err;
}

/* ---- adding ---- */

enum err claims_add(const struct claims_storage *storage, struct slice bucket,
		    const struct tag *tags, size_t n, struct fault *fault)
{
	struct claims_runs runs;

	assert(tags_ascend(tags, n));
	if (n == 0)
		return ERR_OK;
	enum err err = claims_runs_read(storage, bucket, &runs, fault);
	if (err)
		return err;

	/* The new run swallows every earlier one that is at most twice what it has
	 * swallowed so far; what stays is more than twice as large as the next. */
	struct claims_run added = { .number = 1, .n_tags = n };
	unsigned n_kept = runs.n;
	if (runs.n > 0)
		added.number = runs.run[runs.n - 1].number + 1;
	while (n_kept > 0 && runs.run[n_kept - 1].n_tags <= 2 * added.n_tags)
		added.n_tags += runs.run[--n_kept].n_tags;
	if (n_kept == CLAIMS_RUNS_MAX)
		return fault_set(fault, ERR_TOO_BIG, "claims: too many runs in a bucket");

	err = claims_merge(storage, bucket, runs.run + n_kept, runs.n - n_kept, tags, n,
			   NULL, 0, &added, fault);
	for (unsigned i = n_kept; !err && i < runs.n; i++)
		err = storage->drop(storage->ctx, bucket, &runs.run[i], fault);
	return err;
}

enum err claims_remove(const struct claims_storage *storage, struct slice bucket,
		       const struct tag *tags, size_t n, struct fault *fault)
{
	struct claims_runs runs;
	struct claims_run left = { .n_tags = 0 };

	assert(tags_ascend(tags, n));
	if (n == 0)
		return ERR_OK;
	enum err err = claims_runs_read(storage, bucket, &runs, fault);
	if (err)
		return err;
	for (unsigned i = 0; i < runs.n; i++) {
		left.n_tags += runs.run[i].n_tags;
		left.number = runs.run[i].number + 1;
	}
	if (left.n_tags < n)
		return fault_set(fault, ERR_CORRUPT,
				 "claims: more tags to be freed than there are");
	left.n_tags -= n;
	err = claims_merge(storage, bucket, runs.run, runs.n, NULL, 0, tags, n, &left,
			   fault);
	for (unsigned i = 0; !err && i < runs.n; i++)
		err = storage->drop(storage->ctx, bucket, &runs.run[i], fault);
	return err;
}

enum err claims_drop(const struct claims_storage *storage, struct slice bucket,
		     struct fault *fault)
{
	struct claims_runs runs;
	enum err err = claims_runs_read(storage, bucket, &runs, fault);

	for (unsigned i = 0; !err && i < runs.n; i++)
		err = storage->drop(storage->ctx, bucket, &runs.run[i], fault);
	return err;
}
