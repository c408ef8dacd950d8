/*
 * reconcile_list.h - all that a provider lists of some days, page by page, each object
 * and kind once.
 *
 * What a list only hints at is fetched (GoCardless's events have no amount); of the days
 * around those that are asked for, only that it exists is wanted, and nothing is fetched.
 */
#ifndef ARRONDI_GATEWAY_RECONCILE_LIST_H
#define ARRONDI_GATEWAY_RECONCILE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/reconcile.h"

struct listed {
	struct movement movement; /* WANTED where it was not fetched, or did not come */
	bool is_judged;           /* it is of the days that are asked for */
};

/* Sorted by object, then kind. */
struct listing {
	struct listed *item; /* owned */
	size_t count, capacity;
	size_t unknown;
};

/* Errors as reconcile_run()'s. The caller releases it in any case. */
MUST_USE enum err listing_make(const struct reconcile *reconcile,
			       struct listing *ret_listing, struct fault *fault);
void listing_release(struct listing *listing);

/* NULL where there is none. */
const struct listed *listing_find(const struct listing *listing, enum movement_kind kind,
				  const char *object);
/* Whether something of that object was listed and not looked at. */
bool listing_has_unread(const struct listing *listing, const char *object);

#endif
