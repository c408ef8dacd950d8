/*
 * inbox.h - deliveries of payment providers, from their arrival until what they tell is
 * in the ledger.
 *
 * A database of its own, DIR/inbox.db: it holds what providers say of donors, so it
 *stands outside the log and outside the ledger's backups, and bodies are purged after a
 *time. Two tables:
 *
 *   delivery   a body as it came, with a salted digest of it that its entries carry
 *   movement   what deliveries told (gateway/movement.h), by its key: booked once,
 *              whatever told it, how often, and in whatever order
 *
 *	delivery   WAITING --> DONE, PARKED
 *	movement   READY ----> BOOKED, NOTHING, PARKED
 *	           WANTED ---> NOTHING (what was fetched is put as movements), PARKED
 *
 *  (1) inbox_store() returns ERR_OK once the deliveries are on the disk (one sync for the
 *      whole group); nothing that was acknowledged is lost.
 *  (2) A delivery becomes DONE in the same commit that keeps its movements.
 *  (3) A movement that is BOOKED stays, with its entry's position: its key is never
 *booked again. What was recorded in the ledger before a crash, and not marked here, is
 *      submitted again under the same reference, and the ledger answers as the first
 *time. (4) Nobody's name is in a movement; bodies are handed to the adapters alone.
 *
 * A struct inbox is used by one thread at a time; each thread and program opens its own.
 * After an error the inbox can be used again: no transaction stays open. ERR_BUSY when
 * another held the database for too long, ERR_IO for the disk, with the remedy,
 * ERR_MEMORY, ERR_CORRUPT.
 */
#ifndef ARRONDI_GATEWAY_INBOX_H
#define ARRONDI_GATEWAY_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/movement.h"
#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"

#define INBOX_ENDPOINT_CHARS_MAX 32
#define INBOX_REASON_CHARS_MAX   200
#define INBOX_KEY_CHARS_MAX      (MOVEMENT_KEY_CHARS_MAX + MOVEMENT_PATH_CHARS_MAX)

struct inbox;

/* Opens DIR/inbox.db, which is made if there is none (mode 0600). */
MUST_USE enum err inbox_open(const char *dir, struct inbox **ret_inbox,
			     struct fault *fault);
/* The same, but ERR_NOT_FOUND where there is none. */
MUST_USE enum err inbox_open_existing(const char *dir, struct inbox **ret_inbox,
				      struct fault *fault);
void inbox_close(struct inbox *inbox); /* takes NULL */

/* ---- arriving ---- */

/* Verified, and borrowed until inbox_store() returns. */
struct inbox_arrival {
	const char *endpoint;
	struct slice body;
	int64_t received_at; /* UTC seconds */
	bool is_hint;        /* hook_adapter.sends_hints */
};

/* Stores all of them durably, or none. A body that the endpoint was sent before is not
 * stored again; a hint is then to be read again. */
MUST_USE enum err inbox_store(struct inbox *inbox,
			      const struct inbox_arrival *const *arrivals, size_t count,
			      struct fault *fault);

/* ---- deliveries ---- */

enum inbox_delivery_state {
	INBOX_DELIVERY_WAITING, /* to be read */
	INBOX_DELIVERY_DONE,
	INBOX_DELIVERY_PARKED, /* authentic, but not to be used */
};

struct inbox_delivery {
	int64_t id;
	char endpoint[INBOX_ENDPOINT_CHARS_MAX + 1];
	int64_t received_at;
	enum inbox_delivery_state state;
	char reason[INBOX_REASON_CHARS_MAX + 1];
	struct hash digest; /* SHA-256 of 32 bytes of salt and the body */
	bool is_purged;     /* its body is gone */
};

typedef enum err inbox_delivery_fn(void *ctx, const struct inbox_delivery *delivery,
				   struct slice body, struct fault *fault);

/* Calls each() for deliveries of that state after the id `after`, oldest first, at most
 * `most`; without bodies where with_body is false. The inbox is not used meanwhile. */
MUST_USE enum err inbox_deliveries(struct inbox *inbox, enum inbox_delivery_state state,
				   int64_t after, size_t most, bool with_body,
				   inbox_delivery_fn *each, void *ctx,
				   struct fault *fault);
MUST_USE enum err inbox_delivery(struct inbox *inbox, int64_t id,
				 struct inbox_delivery *ret_delivery,
				 struct buffer *ret_body, struct fault *fault);

/* ---- movements ---- */

enum inbox_movement_state {
	INBOX_MOVEMENT_WANTED, /* its path is to be fetched */
	INBOX_MOVEMENT_READY,  /* complete; it may wait for its parent */
	INBOX_MOVEMENT_BOOKED,
	INBOX_MOVEMENT_NOTHING, /* nothing had to be booked, or it was fetched */
	INBOX_MOVEMENT_PARKED,
};

struct inbox_movement {
	int64_t id;
	int64_t delivery; /* which told it first */
	char endpoint[INBOX_ENDPOINT_CHARS_MAX + 1];
	char key[INBOX_KEY_CHARS_MAX + 1];
	enum inbox_movement_state state;
	struct movement movement; /* its `reason` is NULL: the text stands below */
	char reason[INBOX_REASON_CHARS_MAX + 1]; /* why it waits or is parked, or "" */
	unsigned tries;
	int64_t next_at;    /* not before this second */
	uint64_t position;  /* of its entry, once booked */
	struct hash digest; /* its delivery's */
};

/* One transaction, over any of the calls below. An error of one of them, or of the
 * commit, undoes them all. */
MUST_USE enum err inbox_begin(struct inbox *inbox, struct fault *fault);
MUST_USE enum err inbox_commit(struct inbox *inbox, struct fault *fault);
void inbox_undo(struct inbox *inbox);

/* Keeps a movement that a delivery, or what was fetched, has told. One whose key is known
 * stays as it is, but for one that is parked or was nothing: it takes what is told now.
 * One that is wanted has a key of its kind, parent and path, and is wanted again whatever
 * it was: there is news of it. */
MUST_USE enum err inbox_movement_put(struct inbox *inbox, const char *provider,
				     const char *endpoint, int64_t delivery,
				     const struct movement *movement, int64_t now,
				     struct fault *fault);
MUST_USE enum err inbox_delivery_set(struct inbox *inbox, int64_t id,
				     enum inbox_delivery_state state, const char *reason,
				     struct fault *fault);

/* Its new state, and with it reason, tries, next_at, position, and the movement's own
 * members. */
MUST_USE enum err inbox_movement_set(struct inbox *inbox,
				     const struct inbox_movement *movement,
				     struct fault *fault);

/* It is booked: at that position, with the amount that the movement has now. */
MUST_USE enum err inbox_movement_book(struct inbox *inbox,
				      const struct inbox_movement *movement,
				      struct fault *fault);

typedef enum err inbox_movement_fn(void *ctx, const struct inbox_movement *movement,
				   struct fault *fault);

/* Calls each() for movements of that state whose next_at is not after `until`, after the
 * id `after`, in the order of their ids, at most `most`. The inbox is not used meanwhile.
 */
MUST_USE enum err inbox_movements(struct inbox *inbox, enum inbox_movement_state state,
				  int64_t until, int64_t after, size_t most,
				  inbox_movement_fn *each, void *ctx,
				  struct fault *fault);

MUST_USE enum err inbox_movement(struct inbox *inbox, int64_t id,
				 struct inbox_movement *ret_movement,
				 struct fault *fault);

/* The one of that provider, kind and object that is booked, or else the first: what was
 * only fetched for it is not it. ERR_NOT_FOUND where it was never told. */
MUST_USE enum err inbox_movement_find(struct inbox *inbox, const char *provider,
				      enum movement_kind kind, const char *object,
				      struct inbox_movement *ret_movement,
				      struct fault *fault);

/* What waits for that object need not wait any longer. */
MUST_USE enum err inbox_movements_wake(struct inbox *inbox, const char *object,
				       struct fault *fault);

/* Calls each() for the movements of an endpoint that have a day from..until, whatever
 * became of them, but for those that are wanted. The inbox is not used meanwhile. */
MUST_USE enum err inbox_movements_between(struct inbox *inbox, const char *endpoint,
					  struct date from, struct date until,
					  inbox_movement_fn *each, void *ctx,
					  struct fault *fault);

/* The sum of what is booked of a kind under a parent, under whichever objects. */
MUST_USE enum err inbox_booked(struct inbox *inbox, const char *provider,
			       enum movement_kind kind, const char *parent,
			       struct cents *ret_sum, struct fault *fault);

/* ---- the operator ---- */

/* What waits becomes due now, what is parked waits again: a delivery is read again, and a
 * movement is fetched or booked again. ERR_NOT_FOUND; ERR_CONFLICT where it is booked, or
 * its body was purged. */
MUST_USE enum err inbox_replay_delivery(struct inbox *inbox, int64_t id,
					struct fault *fault);
MUST_USE enum err inbox_replay_movement(struct inbox *inbox, int64_t id,
					struct fault *fault);

/* Destroys bodies of deliveries that were received before that second and are DONE or
 * PARKED, on the disk as well; gives how many. Their digests stay. Outside a transaction.
 * On an error some may be destroyed: the same again goes on. */
MUST_USE enum err inbox_purge(struct inbox *inbox, int64_t before, uint64_t *ret_count,
			      struct fault *fault);

struct inbox_counts {
	uint64_t delivery[INBOX_DELIVERY_PARKED + 1];
	uint64_t movement[INBOX_MOVEMENT_PARKED + 1];
	int64_t oldest_waiting_at; /* of deliveries; 0: none */
};
MUST_USE enum err inbox_count(struct inbox *inbox, struct inbox_counts *ret_counts,
			      struct fault *fault);

/* The same of what is open alone, which costs no more than there is of it: none is told
 * to be done, booked or nothing. The oldest that waits is here also the delivery of which
 * a movement does. */
MUST_USE enum err inbox_count_open(struct inbox *inbox, struct inbox_counts *ret_counts,
				   struct fault *fault);

#endif
