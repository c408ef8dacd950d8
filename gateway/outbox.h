/*
 * outbox.h - what members are to be told, from the entry that it is about until whoever
 * was to hear it has said so.
 *
 * A database of its own, DIR/outbox.db. Two tables:
 *
 *   endpoint   where a member is told, its place in the log, and whether it is disabled
 *   message    a body that is sent as it is, and what became of it
 *
 *	message    WAITING --> DELIVERED, FAILED (the schedule is over)
 *	           either ---> WAITING again, by hand
 *
 *  (1) A message is known by its endpoint and its key, for ever: what is put again is
 *      there already, also when its body was purged.
 *  (2) An endpoint's place moves in the same commit that keeps what was found up to it.
 *      So nothing is told twice as two things, and nothing is left out.
 *  (3) A message's wire id is the same at each attempt and after any crash: whoever hears
 *      one twice, for the answer was lost, can see that.
 *
 * A struct outbox is used by one thread at a time; errors are those of gateway/box.h.
 */
#ifndef ARRONDI_GATEWAY_OUTBOX_H
#define ARRONDI_GATEWAY_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/hook_sign.h"
#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define OUTBOX_ENDPOINT_CHARS_MAX 32
#define OUTBOX_REASON_CHARS_MAX   200
#define OUTBOX_KEY_CHARS_MAX      64
#define OUTBOX_BODY_BYTES_MAX     ((size_t)20000) /* as Standard Webhooks advises */

struct outbox;

/* Opens DIR/outbox.db, which is made if there is none (mode 0600). */
MUST_USE enum err outbox_open(const char *dir, struct outbox **ret_outbox,
			      struct fault *fault);
/* The same, but ERR_NOT_FOUND where there is none. */
MUST_USE enum err outbox_open_existing(const char *dir, struct outbox **ret_outbox,
				       struct fault *fault);
void outbox_close(struct outbox *outbox); /* takes NULL */

/* One transaction, over any of the calls below. An error of one of them, or of the
 * commit, undoes them all. */
MUST_USE enum err outbox_begin(struct outbox *outbox, struct fault *fault);
MUST_USE enum err outbox_commit(struct outbox *outbox, struct fault *fault);
void outbox_undo(struct outbox *outbox);

/* ---- endpoints ---- */

struct outbox_endpoint {
	char name[OUTBOX_ENDPOINT_CHARS_MAX + 1];
	uint64_t next; /* the first position whose entry was not looked at */
	bool is_disabled;
	char reason[OUTBOX_REASON_CHARS_MAX + 1]; /* why, or "" */
};

/* One that is not known begins at this size of the log. */
MUST_USE enum err outbox_endpoint(struct outbox *outbox, const char *name, uint64_t size,
				  struct outbox_endpoint *ret_endpoint,
				  struct fault *fault);
/* ERR_NOT_FOUND where it is not known. */
MUST_USE enum err outbox_endpoint_find(struct outbox *outbox, const char *name,
				       struct outbox_endpoint *ret_endpoint,
				       struct fault *fault);
MUST_USE enum err outbox_endpoint_move(struct outbox *outbox, const char *name,
				       uint64_t next, struct fault *fault);
/* ERR_NOT_FOUND where it was never used. */
MUST_USE enum err outbox_endpoint_disable(struct outbox *outbox, const char *name,
					  const char *reason, struct fault *fault);
/* What waits for it is due at once. */
MUST_USE enum err outbox_endpoint_enable(struct outbox *outbox, const char *name,
					 struct fault *fault);

typedef enum err outbox_endpoint_fn(void *ctx, const struct outbox_endpoint *endpoint,
				    struct fault *fault);
/* By name. The outbox is not used meanwhile. */
MUST_USE enum err outbox_endpoints(struct outbox *outbox, outbox_endpoint_fn *each,
				   void *ctx, struct fault *fault);

/* ---- messages ---- */

enum outbox_state { OUTBOX_WAITING, OUTBOX_DELIVERED, OUTBOX_FAILED };

struct outbox_message {
	int64_t id;
	char endpoint[OUTBOX_ENDPOINT_CHARS_MAX + 1];
	char key[OUTBOX_KEY_CHARS_MAX + 1]; /* "batch.recorded/12" */
	char wire[HOOK_SIGN_ID_CHARS_MAX + 1];
	int64_t created_at; /* UTC seconds */
	enum outbox_state state;
	unsigned tries;
	int64_t next_at;  /* not before this second */
	int64_t tried_at; /* the last time; 0: not yet */
	unsigned status;  /* of the last answer; 0: none came */
	char reason[OUTBOX_REASON_CHARS_MAX + 1];
	bool is_purged; /* its body is gone */
};

/* Keeps one that waits, unless it is known: (1). */
MUST_USE enum err outbox_put(struct outbox *outbox, const char *endpoint, const char *key,
			     const char *wire, struct slice body, int64_t now_s,
			     struct fault *fault);
/* How an attempt went: state, tries, next_at, tried_at, status, reason. */
MUST_USE enum err outbox_message_set(struct outbox *outbox,
				     const struct outbox_message *message,
				     struct fault *fault);
/* The oldest that is due for an endpoint after the id `after`, with its body;
 * ERR_NOT_FOUND where there is none. */
MUST_USE enum err outbox_due(struct outbox *outbox, const char *endpoint, int64_t now_s,
			     int64_t after, struct outbox_message *ret_message,
			     struct buffer *ret_body, struct fault *fault);
MUST_USE enum err outbox_message(struct outbox *outbox, int64_t id,
				 struct outbox_message *ret_message,
				 struct buffer *ret_body, struct fault *fault);

typedef enum err outbox_message_fn(void *ctx, const struct outbox_message *message,
				   struct fault *fault);
/* Those of a state, newest first, at most `most`. The outbox is not used meanwhile. */
MUST_USE enum err outbox_messages(struct outbox *outbox, enum outbox_state state,
				  size_t most, outbox_message_fn *each, void *ctx,
				  struct fault *fault);

/* ---- the operator ---- */

/* Sent again as if it were new, by the same wire id. ERR_NOT_FOUND; ERR_CONFLICT where
 * its body was purged. */
MUST_USE enum err outbox_replay(struct outbox *outbox, int64_t id, struct fault *fault);

/* Destroys bodies of messages that were made before that second; those that still wait
 * have failed with it. Gives how many. */
MUST_USE enum err outbox_purge(struct outbox *outbox, int64_t before, uint64_t *ret_count,
			       struct fault *fault);

struct outbox_counts {
	uint64_t messages[OUTBOX_FAILED + 1];
	uint64_t disabled;         /* endpoints */
	int64_t oldest_waiting_at; /* 0: none waits */
};
MUST_USE enum err outbox_count(struct outbox *outbox, struct outbox_counts *ret_counts,
			       struct fault *fault);

#endif
