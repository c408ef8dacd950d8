/*
 * claims.h - no claim counts twice, whatever the number of claims.
 *
 * A claim is a tag in a bucket (a company's pay of one source and period, or
 * its invoices of one month). A batch brings tags in ascending order; they must
 * be new in the buckets where the rule looks, and then join one bucket.
 *
 * The logarithmic method: a bucket is a list of sorted runs. A batch becomes a
 * run; while the run before it is at most twice as large, both are merged. So a
 * bucket of n tags has at most log2(n) + 1 runs, a tag is moved O(log n) times,
 * and neither a million tags at once nor a million times one tag is a bad case.
 * A check gallops: it costs about the smaller of the batch and the run.
 *
 * Where runs lie is behind a small table, because there are two places: the
 * ledger's database and, for who verifies without one, claims_file.h. Runs are
 * cut into pages of CLAIMS_PAGE_TAGS, so that neither a check of one invoice
 * against a year of them nor a merge needs a whole run in memory.
 *
 *  (1) Every page of a run is full, but for the last, which is not empty.
 *  (2) Tags ascend strictly within a run, across its pages.
 *  (3) A run is stored whole before the runs that it replaces are dropped.
 */
#ifndef ARRONDI_LEDGER_CLAIMS_H
#define ARRONDI_LEDGER_CLAIMS_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/tag.h"

#define CLAIMS_BUCKET_BYTES_MAX 128
#define CLAIMS_PAGE_TAGS        1024

/* Each run is more than twice the next, so that a bucket past so many would hold
 * more tags than anybody's disk. */
#define CLAIMS_RUN_TAGS_MAX (UINT64_C(1) << 47)
#define CLAIMS_RUNS_MAX     48

/* A run: its number, which grows within a bucket and is never used twice, from
 * 1; and how many tags it holds, at least 1. */
struct claims_run {
	uint64_t number;
	uint64_t n_tags;
};

struct claims_runs {
	unsigned n;
	struct claims_run run[CLAIMS_RUNS_MAX]; /* ascending by number */
};

/*
 * Where runs lie. A bucket's key is 1 to CLAIMS_BUCKET_BYTES_MAX opaque bytes;
 * a bucket that was never stored has no runs. Pages count from 0. Natural for
 * SQL: one row per (bucket, run, page) with the tags as one blob, and n_tags of
 * a run is its last page × CLAIMS_PAGE_TAGS + that page's tags.
 */
struct claims_storage {
	void *ctx;

	/* The runs of a bucket, ascending by number; ERR_CORRUPT where there are
	 * more than CLAIMS_RUNS_MAX. */
	enum err (*runs)(void *ctx, struct slice bucket, struct claims_runs *ret_runs,
			 struct fault *fault);

	/* Copies one page that exists; a full one, or the run's last. *ret_n is
	 * the number of its tags; ERR_CORRUPT where that is not as it should. */
	enum err (*load)(void *ctx, struct slice bucket, const struct claims_run *run,
			 uint64_t page, struct tag ret_tags[CLAIMS_PAGE_TAGS],
			 size_t *ret_n, struct fault *fault);

	/* Stores the next page of a new run, in order from page 0. run->n_tags is
	 * the whole run's from the first page on, though the pages that bring
	 * them there come one by one. */
	enum err (*store)(void *ctx, struct slice bucket, const struct claims_run *run,
			  uint64_t page, const struct tag *tags, size_t n,
			  struct fault *fault);

	/* Forgets one run. */
	enum err (*drop)(void *ctx, struct slice bucket, const struct claims_run *run,
			 struct fault *fault);
};

/*
 * Looks tags[0..n-1], strictly ascending (asserted), up in one bucket.
 * *ret_conflict is the index of the first that is there already, or n where all
 * are new. To list every conflict, go on from tags + *ret_conflict + 1.
 */
MUST_USE enum err claims_check(const struct claims_storage *storage, struct slice bucket,
			       const struct tag *tags, size_t n, size_t *ret_conflict,
			       struct fault *fault);

/*
 * Adds tags[0..n-1], strictly ascending (asserted), of which the caller knows
 * from claims_check() that none is in this bucket; ERR_CORRUPT where a merge
 * meets one twice. n = 0 changes nothing. After an error the storage may hold a
 * part of it: its owner rolls its transaction back, or throws it away.
 */
MUST_USE enum err claims_add(const struct claims_storage *storage, struct slice bucket,
			     const struct tag *tags, size_t n, struct fault *fault);

/* Frees tags[0..n-1], strictly ascending (asserted), all of which are in the bucket:
 * ERR_CORRUPT otherwise. Writes the whole bucket anew, so it is for what is rare. After
 * an error, as claims_add(). */
MUST_USE enum err claims_remove(const struct claims_storage *storage, struct slice bucket,
				const struct tag *tags, size_t n, struct fault *fault);

/* Forgets a bucket, once no rule looks into it any more. */
MUST_USE enum err claims_drop(const struct claims_storage *storage, struct slice bucket,
			      struct fault *fault);

#endif
