/*
 * hook_ask.h - asking a hook's provider with the key that the hook has for it: one that
 * stands in a file, or one that is borrowed for a while (gateway/oauth.h).
 */
#ifndef ARRONDI_GATEWAY_HOOK_ASK_H
#define ARRONDI_GATEWAY_HOOK_ASK_H

#include "gateway/hook_set.h"
#include "keys/buffer.h"
#include "keys/fault.h"

/* As fetcher_get(), whose body is appended. ERR_USAGE where the provider is never asked:
 * there is no API. */
MUST_USE enum err hook_ask(const struct hook_desk *desk, const char *path,
			   struct buffer *ret_body, struct fault *fault);

#endif
