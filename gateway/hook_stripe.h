/*
 * hook_stripe.h - what the two files of Stripe's adapter share.
 */
#ifndef ARRONDI_GATEWAY_HOOK_STRIPE_H
#define ARRONDI_GATEWAY_HOOK_STRIPE_H

#include "gateway/hook.h"

/* hook_stripe_list.c, as of struct hook_adapter. */
enum err stripe_list_path(const struct hook_endpoint *endpoint, struct date from,
			  struct date until, const char *cursor,
			  char ret_path[HOOK_LIST_PATH_CHARS_MAX + 1],
			  struct fault *fault);
enum err stripe_read_list(const struct hook_endpoint *endpoint, struct slice body,
			  struct movements *movements,
			  char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1],
			  struct fault *fault);

enum err stripe_retell_path(const struct movement *missed,
			    char ret_path[MOVEMENT_PATH_CHARS_MAX + 1],
			    struct fault *fault);
enum err stripe_retell(const struct hook_endpoint *endpoint,
		       const struct movement *missed, struct slice fetched,
		       struct buffer *ret_body, struct fault *fault);

#endif
