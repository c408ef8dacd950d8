/*
 * hook_mac.c - HMAC-SHA-256 of a delivery under each secret of its endpoint.
 */
#include "gateway/hook_mac.h"

#include "keys/encoding.h"

struct hash hook_mac(struct slice secret, const struct slice *parts, size_t count)
{
	struct hmac_key key;
	struct hash_stream stream;
	struct hash inner, outer;

	hmac_key_init(&key, secret.p, secret.n);
	stream = key.inner;
	for (size_t i = 0; i < count; i++)
		hash_add(&stream, parts[i].p, parts[i].n);
	inner = hash_end(&stream);
	stream = key.outer;
	hash_add(&stream, inner.b, sizeof inner.b);
	outer = hash_end(&stream);
	hmac_key_clear(&key);
	return outer;
}

void hook_macs_make(const struct hook_endpoint *endpoint, const struct slice *parts,
		    size_t count, struct hook_macs *ret_macs)
{
	ret_macs->count = 0;
	for (size_t i = 0; i < endpoint->secret_count; i++) {
		struct hash mac;

		if (endpoint->secret[i].n == 0)
			continue;
		mac = hook_mac(endpoint->secret[i], parts, count);
		hex_encode(mac.b, sizeof mac.b, ret_macs->hex[ret_macs->count++]);
	}
}

bool hook_macs_have(const struct hook_macs *macs, struct slice text)
{
	bool is_one = false;

	if (text.n != HASH_HEX_CHARS)
		return false;
	for (size_t i = 0; i < macs->count; i++)
		is_one |= bytes_equal_secret(macs->hex[i], text.p, HASH_HEX_CHARS);
	return is_one;
}

bool hook_mac_is_hex(const struct hook_endpoint *endpoint, const struct slice *parts,
		     size_t count, struct slice text)
{
	struct hook_macs macs;

	if (text.n != HASH_HEX_CHARS)
		return false;
	hook_macs_make(endpoint, parts, count, &macs);
	return hook_macs_have(&macs, text);
}
