/*
 * hook_gocardless.h - what the two files of GoCardless's adapter share.
 */
#ifndef ARRONDI_GATEWAY_HOOK_GOCARDLESS_H
#define ARRONDI_GATEWAY_HOOK_GOCARDLESS_H

#include <stdbool.h>

#include "gateway/movement.h"
#include "keys/fault.h"
#include "keys/slice.h"

/* hook_gocardless_chargeback.c: makes a chargeback, or its end, wanted at the events of
 * its payment, whose amount it has; and reads these. */
void gocardless_chargeback_want(struct movement *movement);
bool gocardless_chargeback_is_wanted(const struct movement *movement);
MUST_USE enum err gocardless_chargeback_read(const struct movement *wanted,
					     struct slice body,
					     struct movements *movements,
					     struct fault *fault);

#endif
