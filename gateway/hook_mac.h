/*
 * hook_mac.h - HMAC-SHA-256 of a delivery under each secret of its endpoint.
 *
 * Every secret is tried, whichever matches, and texts are compared in constant time: what
 * a stranger can measure says nothing of a secret or of which is in use. An empty secret
 * matches nothing. A body is hashed once for each secret, however many signatures a
 * stranger puts into the head.
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

/* The MACs of the parts under each secret, as its text stands. */
struct hook_macs {
	char hex[HOOK_SECRETS_MAX][HASH_HEX_CHARS + 1];
	size_t count;
};
void hook_macs_make(const struct hook_endpoint *endpoint, const struct slice *parts,
		    size_t count, struct hook_macs *ret_macs);

/* Whether the text is one of them, in lower-case hexadecimal. */
bool hook_macs_have(const struct hook_macs *macs, struct slice text);

/* Both, for one text: whether the text is, in lower-case hexadecimal, the MAC of the
 * parts under one of the endpoint's secrets as their text stands. */
bool hook_mac_is_hex(const struct hook_endpoint *endpoint, const struct slice *parts,
		     size_t count, struct slice text);

#endif
