/*
 * hook_work_int.h - what the steps share; private to hook_work*.c.
 */
#ifndef ARRONDI_GATEWAY_HOOK_WORK_INT_H
#define ARRONDI_GATEWAY_HOOK_WORK_INT_H

#include "gateway/hook_work.h"

#define REASON_NO_HOOK "its hook is not configured any more"

/* Whether an error is our own and passes: the same again later may do. */
bool work_is_trouble(enum err err);

/* Gives a movement up to a person. */
MUST_USE enum err work_park(struct hook_work *work, struct inbox_movement *movement,
			    const char *why, struct fault *fault);

/* It is to be looked at again in so many seconds. */
MUST_USE enum err work_wait(struct hook_work *work, struct inbox_movement *movement,
			    int64_t wait_s, const char *why, struct fault *fault);

/* It needs nothing, or nothing more. */
MUST_USE enum err work_nothing(struct hook_work *work, struct inbox_movement *movement,
			       struct fault *fault);

/* Movements of a state that are due, after the id `after`, at most `most`, copied into a
 * new array that the caller frees. */
MUST_USE enum err work_movements(struct hook_work *work, enum inbox_movement_state state,
				 int64_t after, size_t most,
				 struct inbox_movement **ret_movements, size_t *ret_count,
				 struct fault *fault);

#endif
