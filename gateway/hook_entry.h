/*
 * hook_entry.h - a movement as the entry that books it: a draft, not yet submitted.
 *
 *	donation             gift, owed by the provider
 *	fee                  fee of that gift, or of none
 *	payout               payout
 *	refund               refund of the gift, through the provider
 *	chargeback           chargeback of the gift
 *	late-failure         chargeback of the gift
 *	refund-failed        reversal of the refund
 *	chargeback-reversed  reversal of the chargeback
 *	payout-failed        reversal of the payout
 *	mandate-ended        nothing
 *
 * The entry's reference follows from the movement's key: whoever submits it again, after
 *a crash or by hand, is answered by the ledger as the first time.
 */
#ifndef ARRONDI_GATEWAY_HOOK_ENTRY_H
#define ARRONDI_GATEWAY_HOOK_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/hook_set.h"
#include "gateway/inbox.h"
#include "ledger/json.h"

/* Whether a movement of that kind is booked at all. */
bool hook_entry_books(enum movement_kind kind);

/* What must be booked before it: a movement of that kind with this object, or NULL where
 * it stands alone. */
const char *hook_entry_waits_for(const struct movement *movement,
				 enum movement_kind *ret_kind);

/* The draft, in doc. `of` is the position of what it waits for. ERR_MEMORY. */
MUST_USE enum err hook_entry_draft(const struct inbox_movement *movement,
				   const struct hook_desk *desk, uint64_t of,
				   struct json_doc *doc, struct json **ret_draft,
				   struct fault *fault);

/* Whether this is the entry that books the movement: of its kind, under its reference,
 * and of its amount. ERR_MEMORY; ERR_INVALID where the bytes are no entry. */
MUST_USE enum err hook_entry_is(const struct inbox_movement *movement, struct slice entry,
				bool *ret_is, struct fault *fault);

#endif
