/*
 * hook_mac.h - HMAC-SHA-256 of a delivery under each secret of its endpoint.
 *
 * Every secret is tried, whichever matches, and texts are compared in constant time: what
 * a stranger can measure says nothing of a secret or of which is in use. An empty secret
 * matches nothing.
 */
#ifndef ARRONDI_GATEWAY_HOOK_MAC_H
#define ARRONDI_GATEWAY_HOOK_MAC_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/hook.h"
#include "keys/hash.h"
#include "keys/slice.h"

/* Of the parts one after the other, without copying them together. */
struct hash hook_mac(struct slice secret, const struct slice *parts, size_t count);

/* Whether the text is, in lower-case hexadecimal, the MAC of the parts under one of the
 * endpoint's secrets as their text stands. */
bool hook_mac_is_hex(const struct hook_endpoint *endpoint, const struct slice *parts,
		     size_t count, struct slice text);

#endif
