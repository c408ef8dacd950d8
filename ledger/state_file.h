/*
 * state_file.h - what a state does not keep in memory: a tree of pages in a file.
 *
 * For who replays a log without a database: the verifier. Its state is a cache over this
 * file, and is emptied into it before it grows large, so that the memory of a replay does
 * not grow with what the log holds.
 *
 *	err = state_file_open("/tmp", &file, fault);
 *	backing = state_file_backing(file);
 *	state = state_new(&backing);
 *	after each entry: err = state_file_relieve(file, state, fault);
 *
 * The tree is a B+tree: inner pages lead to leaves by the least key that each may hold.
 * A page whose last cell is removed leaves the tree; pages are not merged before, because
 * what the books delete, they mostly delete in order (what expires).
 *
 * A file that fails is the machine's fault, never the log's: errors are ERR_IO,
 *ERR_MEMORY or ERR_TOO_BIG for the file, stay, and state_file_fault() tells them in a
 *sentence.
 */
#ifndef ARRONDI_LEDGER_STATE_FILE_H
#define ARRONDI_LEDGER_STATE_FILE_H

#include "keys/fault.h"
#include "ledger/state.h"

/* A state of more keys, or of which more were deleted, is emptied into the file. Deleted
 * keys stand in the way of steps over their neighbours. */
#define STATE_FILE_KEYS_MAX    16384
#define STATE_FILE_DELETED_MAX 256

struct state_file;

/* Makes an empty one, in memory before it needs a file in folder `dir` (such as "/tmp"),
 * which outlives it: ERR_MEMORY. The caller gives it back to state_file_free(), after the
 * state; NULL is allowed there. */
MUST_USE enum err state_file_open(const char *dir, struct state_file **ret_file,
				  struct fault *fault);
void state_file_free(struct state_file *file);

/* For state_new(); valid as long as the file. */
struct state_backing state_file_backing(struct state_file *file);

/* Writes the changes of a state over this file, outside of any mark, and empties it, if
 * it has become large. */
MUST_USE enum err state_file_relieve(struct state_file *file, struct state *state,
				     struct fault *fault);

/* The same, however small it is. */
MUST_USE enum err state_file_empty(struct state_file *file, struct state *state,
				   struct fault *fault);

/* What went wrong first; err is ERR_OK if nothing did. */
const struct fault *state_file_fault(const struct state_file *file);

/* Pages in use, of the size of page_file.h. */
uint32_t state_file_pages(const struct state_file *file);

#endif
