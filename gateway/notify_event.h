/*
 * notify_event.h - what members are told: the events, and the texts that tell them.
 *
 * An event is derived from an entry that is in the log, or from what is owed; its body is
 * the JSON of a Standard Webhook:
 *
 *	{"type": "batch.recorded", "timestamp": "2026-11-27T09:00:00Z", "data": {
 *	   "origin": "ledger.example/93", "position": 12, "leaf": "<64 hex digits>",
 *	   "kind": "batch", "amount_cents": 12345, ...}}
 *
 * timestamp is when the entry was recorded; amounts are cents of euros; leaf is the
 * RFC 6962 hash of the entry's bytes, whose proof GET /v1/entries/POSITION/proof gives.
 * There is nobody's name in it: members are named by their identifiers.
 *
 *	type               told to                                  of an entry
 *	batch.recorded     the company, and the collector for it    batch
 *	transfer.missing   who owes                                 (by which it is owed)
 *	transfer.settled   who has paid                             settlement
 *	decision.to_sign   every active seat                        proposal, or a
 *decision that defers one payment.made       whoever asks paid
 *
 * The operator, the treasurer and auditors are told of everybody's.
 */
#ifndef ARRONDI_GATEWAY_NOTIFY_EVENT_H
#define ARRONDI_GATEWAY_NOTIFY_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/notify_set.h"
#include "gateway/outbox.h"
#include "ledger/books_query.h"
#include "ledger/ledger.h"

/* Where it is derived: one reading of a ledger, and where to it is put. */
struct notify_source {
	struct ledger *ledger;
	struct outbox *outbox;
	uint64_t size; /* of the signed checkpoint: what is behind it is not told yet */
	char origin[129];
	int64_t now_s;
};

/* Derives from entries that an endpoint's place has not passed, at most NOTIFY_STEP, and
 * moves it; *ret_more where there are more. ERR_CORRUPT, ERR_IO, ERR_MEMORY, ERR_BUSY:
 * nothing was kept. */
#define NOTIFY_STEP 512
MUST_USE enum err notify_derive(const struct notify_source *source,
				const struct notify_desk *desk, bool *ret_more,
				struct fault *fault);

/* Tells of transfers that are still missing so many days after they were due. */
MUST_USE enum err notify_missing(const struct notify_source *source,
				 const struct notify_desk *desk, struct fault *fault);

#endif
