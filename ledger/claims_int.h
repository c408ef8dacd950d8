/*
 * claims_int.h - what claims.c and claims_merge.c share; private to them.
 */
#ifndef ARRONDI_LEDGER_CLAIMS_INT_H
#define ARRONDI_LEDGER_CLAIMS_INT_H

#include "ledger/claims.h"

/* One page in memory, 16 KiB. n is 0 as long as nothing was loaded. */
struct claims_page {
	uint64_t number;
	size_t n;
	struct tag tags[CLAIMS_PAGE_TAGS];
};

uint64_t claims_run_pages(const struct claims_run *run);

/* storage->runs(), and the checks of its contract: ERR_CORRUPT. */
MUST_USE enum err claims_runs_read(const struct claims_storage *storage,
				   struct slice bucket, struct claims_runs *ret_runs,
				   struct fault *fault);

/* storage->load(), and the check that the page is as full as it has to be. */
MUST_USE enum err claims_page_load(const struct claims_storage *storage,
				   struct slice bucket, const struct claims_run *run,
				   uint64_t number, struct claims_page *page,
				   struct fault *fault);

/* Stores run `added` of the tags of n_runs runs and of tags[0..n-1], but for
 * without[0..n_without-1], which ascend; so many are added->n_tags. ERR_CORRUPT where
 * one of the latter is not there. Drops nothing. */
MUST_USE enum err claims_merge(const struct claims_storage *storage, struct slice bucket,
			       const struct claims_run *runs, unsigned n_runs,
			       const struct tag *tags, size_t n,
			       const struct tag *without, size_t n_without,
			       const struct claims_run *added, struct fault *fault);

#endif
