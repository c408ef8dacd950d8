/*
 * claims_merge.c - many sorted runs into one, a page at a time.
 *
 * The memory is one page per run and one for the result, whatever their length.
 * The runs that merge are few, and each is more than twice the next, so looking
 * for the least of their heads one by one is quicker than keeping a heap.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/claims_int.h"

/* A run, or the new tags, being read from its start. */
struct source {
	const struct claims_run *run; /* NULL for the new tags */
	struct claims_page *page;     /* owned; NULL for the new tags */
	const struct tag *at;
	const struct tag *end; /* of the page */
};

struct merge {
	const struct claims_storage *storage;
	struct slice bucket;
	const struct claims_run *added;
	const struct tag *without, *without_end; /* left out */
	unsigned n_sources;
	struct source source[CLAIMS_RUNS_MAX + 1];
	struct claims_page out;
};

static enum err source_load(const struct merge *merge, struct source *source,
			    uint64_t number, struct fault *fault)
{
	enum err err = claims_page_load(merge->storage, merge->bucket, source->run,
					number, source->page, fault);
	if (err)
		return err;
	source->at = source->page->tags;
	source->end = source->at + source->page->n;
	return ERR_OK;
}

static enum err source_open(struct merge *merge, const struct claims_run *run,
			    struct fault *fault)
{
	struct source *source = &merge->source[merge->n_sources++];

	*source = (struct source){ .run = run, .page = malloc(sizeof *source->page) };
	if (!source->page)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	return source_load(merge, source, 0, fault);
}

/* The source with the least head, or NULL at the end of all. */
static struct source *merge_least(struct merge *merge)
{
	struct source *least = NULL;

	for (unsigned i = 0; i < merge->n_sources; i++) {
		struct source *source = &merge->source[i];

		if (source->at < source->end &&
		    (!least || tag_cmp(source->at, least->at) < 0))
			least = source;
	}
	return least;
}

static enum err source_advance(struct merge *merge, struct source *source,
			       struct fault *fault)
{
	if (++source->at < source->end || !source->run)
		return ERR_OK;
	uint64_t next = source->page->number + 1;
	if (next == claims_run_pages(source->run))
		return ERR_OK;
	return source_load(merge, source, next, fault);
}

static enum err merge_flush(struct merge *merge, struct fault *fault)
{
	enum err err = merge->storage->store(merge->storage->ctx, merge->bucket,
					     merge->added, merge->out.number,
					     merge->out.tags, merge->out.n, fault);
	merge->out.number++;
	merge->out.n = 0;
	return err;
}

static enum err merge_put(struct merge *merge, const struct tag *tag, struct fault *fault)
{
	merge->out.tags[merge->out.n++] = *tag;
	return merge->out.n == CLAIMS_PAGE_TAGS ? merge_flush(merge, fault) : ERR_OK;
}

static enum err merge_all(struct merge *merge, struct fault *fault)
{
	struct tag last = { 0 };
	uint64_t n = 0, n_left_out = 0;
	struct source *source;

	while ((source = merge_least(merge)) != NULL) {
		struct tag tag = *source->at;

		if (n > 0 && tag_cmp(&last, &tag) >= 0)
			return fault_set(fault, ERR_CORRUPT,
					 "claims: a tag stands twice in a bucket");
		last = tag;
		n++;
		enum err err = ERR_OK;
		if (merge->without < merge->without_end &&
		    tag_cmp(merge->without, &tag) == 0) {
			merge->without++;
			n_left_out++;
		} else {
			err = merge_put(merge, &tag, fault);
		}
		if (!err)
			err = source_advance(merge, source, fault);
		if (err)
			return err;
	}
	if (merge->without < merge->without_end)
		return fault_set(fault, ERR_CORRUPT,
				 "claims: a tag to be freed is not in its bucket");
	assert(n - n_left_out == merge->added->n_tags);
	return merge->out.n > 0 ? merge_flush(merge, fault) : ERR_OK;
}

enum err claims_merge(const struct claims_storage *storage, struct slice bucket,
		      const struct claims_run *runs, unsigned n_runs,
		      const struct tag *tags, size_t n, const struct tag *without,
		      size_t n_without, const struct claims_run *added,
		      struct fault *fault)
{
	struct merge *merge = malloc(sizeof *merge);
	enum err err = ERR_OK;

	if (!merge)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	assert(n_runs <= CLAIMS_RUNS_MAX);
	merge->storage = storage;
	merge->bucket = bucket;
	merge->added = added;
	merge->without = without;
	/* Where there is none it may be NULL, to which C adds nothing, not even 0. */
	merge->without_end = n_without ? without + n_without : without;
	merge->n_sources = 1;
	merge->source[0] = (struct source){ .at = tags, .end = n ? tags + n : tags };
	merge->out.number = 0;
	merge->out.n = 0;
	for (unsigned i = 0; !err && i < n_runs; i++)
		err = source_open(merge, &runs[i], fault);
	if (!err)
		err = merge_all(merge, fault);
	for (unsigned i = 0; i < merge->n_sources; i++)
		free(merge->source[i].page);
	free(merge);
	return err;
}
