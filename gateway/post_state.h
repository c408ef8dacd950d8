/*
 * post_state.h - the last checkpoint that this company has seen of the log.
 *
 * Whoever keeps one can tell when the log is rewritten: the next one must contain it.
 * The state file is that signed note itself, byte for byte, so that it can be handed to
 * `arrondi-verify --checkpoint FILE` or to another company, and compared.
 *
 *  (1) The file only ever moves to a checkpoint that was proved to contain the one
 *      before. One that was not is kept beside it, in FILE.conflict: two notes that one
 *      key has signed and that exclude each other are the evidence.
 *  (2) Two runs with one file wait for each other (FILE.lock), or the slower one would
 *      put an older checkpoint back.
 */
#ifndef ARRONDI_GATEWAY_POST_STATE_H
#define ARRONDI_GATEWAY_POST_STATE_H

#include <stdbool.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"
#include "keys/vkey.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"

struct post_state {
	const char *path; /* the caller's */
	int lock_fd;
	bool is_known; /* there was a checkpoint before */
	struct checkpoint before;
};

/* Reads and verifies the file, if there is one; waits for the lock. ERR_CORRUPT or
 * ERR_UNKNOWN where it is not a checkpoint signed by the log's key; ERR_IO. */
MUST_USE enum err post_state_open(const char *path, const struct vkey *log,
				  struct post_state *ret_state, struct fault *fault);
void post_state_close(struct post_state *state);

/* Whether a consistency proof is needed to go on to this checkpoint. */
bool post_state_needs_proof(const struct post_state *state, const struct checkpoint *now);

/* ERR_CORRUPT, naming both checkpoints, where the log that is now does not contain the
 * log that was. proof may be NULL where none is needed. */
MUST_USE enum err post_state_check(const struct post_state *state,
				   const struct checkpoint *now,
				   const struct merkle_proof *proof, struct fault *fault);

/* Puts the note in the file, or, as evidence, beside it. ERR_IO, ERR_TOO_BIG. */
MUST_USE enum err post_state_store(const struct post_state *state, struct slice note,
				   struct fault *fault);
MUST_USE enum err post_state_accuse(const struct post_state *state, struct slice note,
				    struct fault *fault);

#endif
