/*
 * hook_mollie.h - what Mollie's two ways of telling share: reading Mollie's objects.
 */
#ifndef ARRONDI_GATEWAY_HOOK_MOLLIE_H
#define ARRONDI_GATEWAY_HOOK_MOLLIE_H

#include "gateway/hook.h"
#include "gateway/movement.h"
#include "keys/fault.h"
#include "keys/slice.h"

/* What an object of Mollie's tells, by its "resource": a payment with all that was given
 * back of it, a refund, a chargeback, a balance transaction, a payout, a settlement; or
 * a list that holds the one whose id is wanted. */
MUST_USE enum err mollie_object_read(const struct hook_endpoint *endpoint,
				     const struct movement *wanted, struct slice body,
				     struct movements *movements, struct fault *fault);

/* hook_mollie_list.c, as of struct hook_adapter. */
enum err mollie_list_path(const struct hook_endpoint *endpoint, struct date from,
			  struct date until, const char *cursor,
			  char ret_path[HOOK_LIST_PATH_CHARS_MAX + 1],
			  struct fault *fault);
enum err mollie_read_list(const struct hook_endpoint *endpoint, struct slice body,
			  struct movements *movements,
			  char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1],
			  struct fault *fault);

enum err mollie_retell(const struct hook_endpoint *endpoint,
		       const struct movement *missed, struct slice fetched,
		       struct buffer *ret_body, struct fault *fault);
enum err mollie_classic_retell(const struct hook_endpoint *endpoint,
			       const struct movement *missed, struct slice fetched,
			       struct buffer *ret_body, struct fault *fault);

#endif
