/*
 * movement.h - what a provider says of money that has moved, in the ledger's words.
 *
 * Every provider has its own events; what they tell is one of these few movements. An
 * adapter (gateway/hook.h) turns an authentic body into them, and whoever books works
 * with movements alone. No donor's name or address is in one.
 *
 *  (1) A movement is told apart by provider, object and kind, and by nothing else: not
 *      by the delivery or the event, of which several may tell the same. It is booked
 *      once (movement_key()).
 *  (2) What undoes another has the same object as what it undoes: REFUND_FAILED the
 *      refund's, CHARGEBACK_REVERSED the chargeback's, PAYOUT_FAILED the payout's,
 *      LATE_FAILURE the donation's. It waits for it, unless it is only_if_booked.
 *  (3) parent is the donation's object for a fee of one donation, a refund, a chargeback
 *      and its reversal; "" where there is none. A movement whose parent was not booked
 *      waits for it. Of a payout that is told donation by donation (HelloAsso), object
 *      is the donation's and parent names the transfer to the bank.
 *  (4) amount is above zero, of euros, and says what moved, never a sign or a rest. It is
 *      zero where the movement needs none (MANDATE_ENDED), or is still to be fetched.
 */
#ifndef ARRONDI_GATEWAY_MOVEMENT_H
#define ARRONDI_GATEWAY_MOVEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/date.h"
#include "ledger/money.h"

#define MOVEMENT_ID_CHARS_MAX   64
#define MOVEMENT_PATH_CHARS_MAX 200
#define MOVEMENT_KEY_CHARS_MAX  200
#define MOVEMENTS_MAX           1024 /* of one delivery */

/* Their names are part of keys that are stored: none is ever changed. */
#define MOVEMENT_KINDS(KIND)                                                             \
	KIND(DONATION, "donation") /* the provider has a donor's money for us */         \
	KIND(FEE, "fee")           /* what it keeps of it */                             \
	KIND(PAYOUT, "payout")     /* it has sent so much to the bank */                 \
	KIND(PAYOUT_FAILED, "payout-failed")                                             \
	KIND(REFUND, "refund") /* given back to the donor */                             \
	KIND(REFUND_FAILED, "refund-failed")                                             \
	KIND(CHARGEBACK, "chargeback") /* taken back by the donor or the bank */         \
	KIND(CHARGEBACK_REVERSED, "chargeback-reversed")                                 \
	KIND(LATE_FAILURE, "late-failure") /* the donation was confirmed, yet failed */  \
	KIND(MANDATE_ENDED, "mandate-ended") /* no money: nothing will come any more */

enum movement_kind {
#define MOVEMENT_KIND(name, text) MOVEMENT_##name,
	MOVEMENT_KINDS(MOVEMENT_KIND)
#undef MOVEMENT_KIND
		MOVEMENT__COUNT
};

enum movement_state {
	MOVEMENT_KNOWN,  /* complete: can be booked */
	MOVEMENT_WANTED, /* `path` is to be fetched first: gives it to read_fetched() */
	MOVEMENT_PARKED, /* authentic, but cannot be booked: `reason` */
};

struct movement {
	enum movement_kind kind;
	enum movement_state state;
	char object[MOVEMENT_ID_CHARS_MAX + 1]; /* the provider's id of what moved */
	char parent[MOVEMENT_ID_CHARS_MAX + 1];
	char event[MOVEMENT_ID_CHARS_MAX + 1]; /* the event's id, or "": for people */
	struct cents amount;
	struct date date; /* in Paris; may lie ahead where a provider announces */

	/* Undoes what was booked; where nothing was, there is nothing to undo, it does
	 * not wait (the provider never had the money), and it is not remembered as done:
	 * told again later, it is looked at again. */
	bool only_if_booked;

	/* amount is all that has moved so far under this object, over any number of
	 * movements: movement_difference() is what to book. */
	bool is_cumulative;

	/* What to GET, behind the address of the provider's API. Where only that tells
	 * what the object is (a fee of Stripe's), the object is "" until then; a movement
	 * that is wanted is told apart by kind, parent and path, and what read_fetched()
	 * tells takes its place. */
	char path[MOVEMENT_PATH_CHARS_MAX + 1];

	/* A constant text, for people: why it is parked; or, of one that is wanted, why
	 * what was fetched did not do and is to be fetched again later. NULL otherwise.
	 */
	const char *reason;
};

/* What one delivery, or one object that was fetched, tells. */
struct movements {
	struct movement *item; /* owned */
	size_t count;
	size_t capacity;
	unsigned ignored; /* events that are known, and move nothing */
	unsigned unknown; /* events of types that are not known */
};

void movements_init(struct movements *movements);
void movements_release(struct movements *movements);

/* Copies. ERR_TOO_BIG past MOVEMENTS_MAX, ERR_MEMORY. */
MUST_USE enum err movements_put(struct movements *movements,
				const struct movement *movement, struct fault *fault);

const char *movement_kind_name(enum movement_kind kind);
MUST_USE enum err movement_kind_parse(const char *name, enum movement_kind *ret_kind);

/* "stripe donation ch_123": what makes it booked once. A cumulative one has the total in
 * it: "mollie refund tr_9 1000". */
void movement_key(const char *provider, const struct movement *movement,
		  char ret_key[MOVEMENT_KEY_CHARS_MAX + 1]);

/* Of a cumulative movement, what was not booked yet; booked is all that was, of this kind
 * and parent, under whichever objects. ERR_NOT_FOUND where that is nothing;
 * ERR_RULE where more was booked than the provider says, which a person must look at. */
MUST_USE enum err movement_difference(const struct movement *cumulative,
				      struct cents booked, struct movement *ret_movement,
				      struct fault *fault);

/* Makes it wanted: the path is formatted from ids that were checked. */
void movement_want(struct movement *movement, const char *format, ...) PRINTF_LIKE(2, 3);

/* Makes it complete, of what was fetched for it. */
void movement_know(struct movement *movement);

/* Makes it parked. reason is a constant text. */
void movement_park(struct movement *movement, const char *reason);

#endif
