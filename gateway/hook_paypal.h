/*
 * hook_paypal.h - what the two files of PayPal's adapter share.
 */
#ifndef ARRONDI_GATEWAY_HOOK_PAYPAL_H
#define ARRONDI_GATEWAY_HOOK_PAYPAL_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/hook.h"

/* CRC-32 as zlib's. */
uint32_t paypal_crc32(struct slice bytes);

/* Whether a certificate may be fetched from there. */
bool paypal_url_is_good(const struct hook_endpoint *endpoint, struct slice url);

/* hook_paypal_read.c, as of struct hook_adapter. */
enum err paypal_read(const struct hook_endpoint *endpoint, struct slice body,
		     struct movements *movements, struct fault *fault);
enum err paypal_read_fetched(const struct hook_endpoint *endpoint,
			     const struct movement *wanted, struct slice body,
			     struct movements *movements, struct fault *fault);

/* hook_paypal_list.c. */
enum err paypal_list_path(const struct hook_endpoint *endpoint, struct date from,
			  struct date until, const char *cursor,
			  char ret_path[HOOK_LIST_PATH_CHARS_MAX + 1],
			  struct fault *fault);
enum err paypal_read_list(const struct hook_endpoint *endpoint, struct slice body,
			  struct movements *movements,
			  char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1],
			  struct fault *fault);

/* Of one transaction: what no event tells, for PayPal has none for transfers to the bank.
 * Only what this event names is fetched, and what is fetched is PayPal's own list. */
#define PAYPAL_TRANSACTIONS "/v1/reporting/transactions?"
#define PAYPAL_TRANSACTION  "REPORTING.TRANSACTION"
enum err paypal_transaction_path(const char *id, struct date date,
				 char ret_path[MOVEMENT_PATH_CHARS_MAX + 1],
				 struct fault *fault);
enum err paypal_transaction_read(const struct hook_endpoint *endpoint,
				 const struct movement *wanted, struct slice body,
				 struct movements *movements, struct fault *fault);
enum err paypal_retell(const struct hook_endpoint *endpoint,
		       const struct movement *missed, struct slice fetched,
		       struct buffer *ret_body, struct fault *fault);

#endif
