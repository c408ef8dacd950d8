/*
 * state.h - the books' memory: an ordered map from text keys to bytes.
 *
 * Everything that the rule engine knows stands in this one map, so that one
 * mechanism gives admission, rollback of a refused entry, persistence, the
 * comparison of a replay with what is stored, and cheap opening.
 *
 *  (1) After books_apply() of entries 0..n-1, the map is a pure function of
 *      those entries: two replays give the same keys and bytes.
 *  (2) Without a backing it lives in memory alone (the verifier). With one (the
 *      store), keys are read through on first use, and what has changed is
 *      handed out by state_flush() into the transaction that holds the entries.
 *  (3) state_rollback() brings back exactly what was there at state_mark().
 *
 * Keys are printable ASCII text; parts are separated by '/', and numbers that
 * order matters for are zero-padded. Values are records: fields of text
 * separated by LF (record_*), never with a LF or NUL inside a field.
 *
 * A failing backing or allocation is sticky: reads then find nothing, writes do
 * nothing, and state_err() tells; the caller must ask it before it believes
 * any verdict, and roll back.
 */
#ifndef ARRONDI_LEDGER_STATE_H
#define ARRONDI_LEDGER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

#define STATE_KEY_BYTES_MAX   320
#define STATE_VALUE_BYTES_MAX 16384

struct state;

/* Where the map is kept when not in memory. Slices that `get` and `seek` give
 * are copied before the next call. seek finds the first key >= from that
 * begins with prefix. */
struct state_backing {
	void *ctx;
	enum err (*get)(void *ctx, struct slice key, struct slice *ret_value,
			bool *ret_found);
	enum err (*seek)(void *ctx, struct slice prefix, struct slice from,
			 struct slice *ret_key, struct slice *ret_value, bool *ret_found);
};

struct state *state_new(const struct state_backing *backing /* or NULL; copied */);
void state_free(struct state *state);

/* Slices given back are valid until the next call on the state. */
bool state_get(struct state *state, const char *key, struct slice *ret_value);
/* The same for a key that no backing has, for it names what is being applied: none is
 * asked. */
bool state_get_new(struct state *state, const char *key, struct slice *ret_value);
void state_put(struct state *state, const char *key, struct slice value);
void state_delete(struct state *state, const char *key);

/* Steps through the keys that begin with prefix, in byte order:
 *
 *   struct state_cursor c;
 *   for (state_first(state, &c, "fund/"); c.found; state_next(state, &c)) ...
 *
 * The map may be changed while stepping; a step finds the least key after the
 * cursor's. c.key is a NUL-terminated copy; c.value is valid until the next
 * call on the state. */
struct state_cursor {
	bool found;
	char prefix[STATE_KEY_BYTES_MAX];
	char key[STATE_KEY_BYTES_MAX];
	struct slice value;
};
void state_first(struct state *state, struct state_cursor *cursor, const char *prefix);
/* The same, beginning at the first key >= from. */
void state_seek(struct state *state, struct state_cursor *cursor, const char *prefix,
		const char *from);
void state_next(struct state *state, struct state_cursor *cursor);

MUST_USE enum err state_err(const struct state *state);

/* A mark is taken before an entry is applied; around it there may be one more, of
 * who asks what would happen. They end in the reverse order. */
#define STATE_MARKS_MAX 2
void state_mark(struct state *state);
void state_rollback(struct state *state); /* also clears the sticky error */
void state_release(struct state *state);  /* keeps the changes */

/* Calls change() for each key changed since the last flush, in key order;
 * value.p is NULL where the key was deleted. Then all is clean. */
MUST_USE enum err state_flush(struct state *state,
			      enum err (*change)(void *ctx, struct slice key,
						 struct slice value),
			      void *ctx);
/* Forgets clean and dirty alike: another writer has moved the backing, or the
 * transaction that was flushed into did not commit. */
void state_drop(struct state *state);

/* How many keys stand in memory, and how many deletions there were since the state was
 * made or dropped. */
size_t state_keys(const struct state *state);
size_t state_deleted(const struct state *state);

/* How often it was rolled back or dropped: what was learnt of it before may be wrong. */
uint64_t state_undone(const struct state *state);

/* Records. Writing: record_init, then fields in order, then state_put. */
struct record {
	size_t n;
	bool too_long;
	char text[STATE_VALUE_BYTES_MAX];
};
void record_init(struct record *record);
void record_text(struct record *record, struct slice text);
void record_integer(struct record *record, int64_t integer);
/* Of a record that is too long: a slice that state_put() refuses as ERR_TOO_BIG. */
struct slice record_slice(const struct record *record);

/* Reading: fields in the order in which they were written; past the end they
 * are empty or 0. The slices point into the value. */
struct record_reader {
	struct slice rest;
};
struct record_reader record_reader(struct slice value);
struct slice record_read_text(struct record_reader *reader);
int64_t record_read_integer(struct record_reader *reader);

#endif
