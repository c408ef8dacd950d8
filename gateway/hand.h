/*
 * hand.h - a thread that works in rounds: when woken, when a round is due, and at once
 * again while it finds something to do.
 */
#ifndef ARRONDI_GATEWAY_HAND_H
#define ARRONDI_GATEWAY_HAND_H

#include <stdbool.h>

#include "keys/fault.h"

struct hand;

/* Starts the thread. round() is told ctx, in the thread; true: there is more to do.
 * It comes at the latest after round_s seconds. ERR_MEMORY, ERR_IO. */
MUST_USE enum err hand_start(bool (*round)(void *ctx), void *ctx, int round_s,
			     struct hand **ret_hand, struct fault *fault);

/* There is something to do. From any thread, until hand_free(). Takes NULL. */
void hand_wake(struct hand *hand);

/* Waits for the end of the round that is under way, and of the thread. Takes NULL. */
void hand_end(struct hand *hand);

/* It has ended, or is NULL. */
void hand_free(struct hand *hand);

#endif
