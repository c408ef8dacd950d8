/*
 * proof.h - one text file that shows that a leaf is in the log, offline.
 *
 * A proof (c2sp.org/tlog-proof@v1) is a path and a checkpoint:
 *
 *   c2sp.org/tlog-proof@v1
 *   extra <base64>                     optional, not authenticated
 *   index <decimal>
 *   <base64 hash>                      0 to 63 lines, the leaf's sibling first
 *                                      an empty line
 *   <checkpoint, verbatim>
 *
 * A contribution is not a leaf but a row of a batch, whose entry is a leaf. Its
 * proof leads from the row to the batch's root, which the entry states, and from
 * the entry into the log:
 *
 *   arrondi/row-proof@v1
 *   row <the row's canonical line>
 *   index <decimal>                    of the row in its batch
 *   count <decimal>                    of rows in the batch
 *   <base64 hash>                      0 to 63 lines
 *                                      an empty line
 *   leaf <base64 of the entry's bytes>
 *                                      an empty line
 *   <tlog-proof of the entry, verbatim>
 *
 * Both have one spelling for one content: what parses is what format writes.
 */
#ifndef ARRONDI_LEDGER_PROOF_H
#define ARRONDI_LEDGER_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"
#include "keys/vkey.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/rows.h"

#define PROOF_EXTRA_BYTES_MAX 65535
#define PROOF_BYTES_MAX       1200000 /* a note's most, the extra and a path */
#define ROW_PROOF_BYTES_MAX   (PROOF_BYTES_MAX + 100000) /* and an entry's most */

/* Slices point into the bytes that were parsed, or to what the caller has. */
struct proof {
	struct slice extra_base64; /* p NULL: no such line */
	uint64_t index;
	struct merkle_proof path;
	struct slice note; /* the checkpoint as it was published */
};

/* Appends the text. ERR_INVALID where the path is past 63 hashes or the extra
 * is not base64; out's errors. The note is copied, not checked. */
MUST_USE enum err proof_format(const struct proof *proof, struct buffer *out,
			       struct fault *fault);

/* ERR_INVALID for another form, ERR_TOO_BIG past PROOF_BYTES_MAX. Nothing is
 * verified. */
MUST_USE enum err proof_parse(struct slice text, struct proof *ret_proof,
			      struct fault *fault);

/* Verifies the checkpoint's signature by the log (as checkpoint_open() does),
 * then the path of the leaf with this hash. Passes on the errors of both. */
MUST_USE enum err proof_verify(const struct proof *proof, const struct hash *leaf,
			       const struct vkey *log, struct checkpoint *ret_checkpoint,
			       struct fault *fault);

struct row_proof {
	struct slice line; /* the row's, without line feed */
	uint64_t index;
	uint64_t count;
	struct merkle_proof path;
	struct slice leaf_base64;
	struct slice entry_proof; /* the text of a struct proof */
};

/* Appends the text; the entry's bytes are given raw and proof->leaf_base64 is
 * not looked at. ERR_INVALID as for proof_format(), where the line is not a
 * canonical row or the entry is empty; ERR_TOO_BIG past an entry's most. */
MUST_USE enum err row_proof_format(const struct row_proof *proof, struct slice leaf,
				   struct buffer *out, struct fault *fault);

/* ERR_INVALID for another form, also of the row and of the entry's proof;
 * ERR_TOO_BIG past ROW_PROOF_BYTES_MAX. Nothing is verified. */
MUST_USE enum err row_proof_parse(struct slice text, struct row_proof *ret_proof,
				  struct fault *fault);

/* Reads the `count` and `root` members of a batch's entry; any error where the
 * bytes are not a batch's. */
typedef enum err row_proof_batch_fn(void *ctx, struct slice leaf,
				    struct merkle_head *ret_head, struct fault *fault);

/* What a verified proof shows. */
struct row_proof_shown {
	struct row row;
	uint64_t position; /* of the batch in the log */
	struct checkpoint checkpoint;
};

/*
 * Verifies all of it: the checkpoint, the entry in the log, the row in the
 * batch. The batch's root and count are what `batch` reads from the entry's own
 * bytes; ERR_CORRUPT where the proof's count is another. Nobody outside the log
 * is believed for them.
 */
MUST_USE enum err row_proof_verify(const struct row_proof *proof, const struct vkey *log,
				   row_proof_batch_fn *batch, void *batch_ctx,
				   struct row_proof_shown *ret_shown,
				   struct fault *fault);

#endif
