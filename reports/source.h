/*
 * source.h - where a report's figures come from: a ledger folder, or an export.
 *
 * A board draws reports from the ledger, an auditor from an export; a report must
 * not be able to tell which. What it may ask is here: the books, the checkpoint
 * that they stand on, and the postings of every entry. Nothing here is of the
 * machine (no path, no clock).
 *
 *  (1) The books are those of exactly the checkpoint's entries, and stay so until
 *      source_close(), whoever writes to the ledger meanwhile.
 *  (2) The checkpoint is signed by the key that the charter names.
 *  (3) A folder's books are read as they are stored ("arrondi-ledger check"
 *      proves them); an export's are made by replaying and verifying it whole.
 *      Postings are always replayed.
 */
#ifndef ARRONDI_REPORTS_SOURCE_H
#define ARRONDI_REPORTS_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/books.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"

struct source;

/* What a report says that it stands on. */
struct standing {
	struct checkpoint checkpoint;
	int64_t last_at_s; /* recorded time of the last entry, UTC seconds */
};

/*
 * Opens a folder that holds a ledger ("ledger.db") or an export ("checkpoint").
 * ERR_USAGE where it holds neither; ERR_BUSY where the last entries of a ledger
 * are not signed yet; the errors of ledger_open() and audit_run().
 */
MUST_USE enum err source_open(const char *path, struct source **ret_source,
			      struct fault *fault);

/* Accepts NULL. */
void source_close(struct source *source);

const struct standing *source_standing(const struct source *source);

/* For books_query.h; lives as long as the source. */
struct books *source_books(struct source *source);

/* Called for every entry in the log's order, also for those without postings.
 * What it is given is gone after the call. */
struct source_visitor {
	void *ctx;
	enum err (*visit)(void *ctx, uint64_t position, const struct entry *entry,
			  const struct posting *postings, size_t count,
			  struct fault *fault);
	/* Set before each call to the books as they stand after the entry; or NULL. */
	struct books **books;
};

/* Replays the whole log; what was made of the postings is only true after ERR_OK.
 * Passes on what visit() returns. */
MUST_USE enum err source_each_posting(struct source *source,
				      const struct source_visitor *visitor,
				      struct fault *fault);

/* Calls draw() with the source as it was when the log had its first `size` entries, good
 * during the call: books, standing and postings are those of then. Passes on what draw()
 * returns; ERR_RULE where there were never so many. */
MUST_USE enum err source_at(struct source *source, uint64_t size,
			    enum err (*draw)(void *ctx, struct source *source,
					     struct fault *fault),
			    void *ctx, struct fault *fault);

#endif
