/*
 * claims_window.h - where a batch's claims must be new, and where they go.
 *
 * Pay is claimed once for a company and month: a batch of pay is looked up among
 * the pay of the same company and month, whoever sends it in how many parts. An
 * invoice or the day of a till may be posted in one month or the next by
 * mistake, so those are looked up in the company's months up to 13 before and
 * after: no batch admissible today meets one further away.
 *
 * The writer and the verifier both ask here, so both refuse the same.
 */
#ifndef ARRONDI_LEDGER_CLAIMS_WINDOW_H
#define ARRONDI_LEDGER_CLAIMS_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/books_query.h"
#include "ledger/claims.h"
#include "ledger/date.h"
#include "ledger/entry.h"
#include "ledger/tag.h"

#define CLAIMS_WINDOW_MONTHS 13

struct claims_window {
	struct slice source;  /* "salary", "invoice" or "till" */
	struct slice company; /* at most 64 bytes */
	struct month period;
};

/* Of a batch's entry; the slices point into it. */
struct claims_window claims_window_of(const struct entry *batch);
/* The same of a batch that is corrected. */
struct claims_window claims_window_of_view(const struct batch_view *batch);

/* *ret_conflict is the index of the first of tags[0..n-1], ascending, that was
 * claimed before; n where all are new. */
MUST_USE enum err claims_window_check(const struct claims_window *window,
				      const struct claims_storage *storage,
				      const struct tag *tags, size_t n,
				      size_t *ret_conflict, struct fault *fault);

/* Adds tags that claims_window_check() found to be new. *ret_first says whether
 * they are the first of their bucket. */
MUST_USE enum err claims_window_add(const struct claims_window *window,
				    const struct claims_storage *storage,
				    const struct tag *tags, size_t n, bool *ret_first,
				    struct fault *fault);

/* Frees tags that the window's own month has. */
MUST_USE enum err claims_window_remove(const struct claims_window *window,
				       const struct claims_storage *storage,
				       const struct tag *tags, size_t n,
				       struct fault *fault);

/* Whether the window's own month has any claim. */
MUST_USE enum err claims_window_used(const struct claims_window *window,
				     const struct claims_storage *storage, bool *ret_used,
				     struct fault *fault);

/* Forgets the claims of the window's own month, once no batch that is still
 * admissible looks there: for who replays a log of any age in bounded memory. */
MUST_USE enum err claims_window_drop(const struct claims_window *window,
				     const struct claims_storage *storage,
				     struct fault *fault);

/* The bucket of the batch's own month, as text with a NUL. */
void claims_window_bucket(const struct claims_window *window,
			  char ret_text[CLAIMS_BUCKET_BYTES_MAX]);

#endif
