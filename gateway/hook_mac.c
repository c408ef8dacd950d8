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

bool hook_mac_is_hex(const struct hook_endpoint *endpoint, const struct slice *parts,
		     size_t count, struct slice text)
{
	bool is_one = false;

	if (text.n != HASH_HEX_CHARS)
		return false;
	for (size_t i = 0; i < endpoint->secret_count; i++) {
		char hex[HASH_HEX_CHARS + 1];
		struct hash mac;

		if (endpoint->secret[i].n == 0)
			continue;
		mac = hook_mac(endpoint->secret[i], parts, count);
		hex_encode(mac.b, sizeof mac.b, hex);
		is_one |= bytes_equal_secret(hex, text.p, HASH_HEX_CHARS);
	}
	return is_one;
}
