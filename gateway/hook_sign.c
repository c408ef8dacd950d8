/*
 * hook_sign.c - Standard Webhooks that we send: their secrets, and the lines that sign.
 */
#include "gateway/hook_sign.h"

#include <stdio.h>
#include <string.h>

#include "gateway/hook_mac.h"
#include "gateway/hook_value.h"
#include "keys/encoding.h"

#define PREFIX        "whsec_"
#define PREFIX_CHARS  (sizeof PREFIX - 1)
#define SECRET_BYTES  32
#define KEY_BYTES_MIN 24
#define KEY_BYTES_MAX 64

_Static_assert(HOOK_SIGN_SECRET_CHARS == PREFIX_CHARS + BASE64_CHARS(SECRET_BYTES),
	       "a new secret fits");
_Static_assert(HOOK_SIGN_LINE_CHARS >=
		       sizeof "webhook-signature: " +
			       HOOK_SIGN_SECRETS_MAX * (4 + BASE64_CHARS(HASH_BYTES)),
	       "as many signatures fit in a line");

enum err hook_secret_new(char ret_secret[HOOK_SIGN_SECRET_CHARS + 1], struct fault *fault)
{
	uint8_t bytes[SECRET_BYTES];

	if (random_bytes(bytes, sizeof bytes) != ERR_OK)
		return fault_set(fault, ERR_IO, "this machine gives no random bytes");
	memcpy(ret_secret, PREFIX, PREFIX_CHARS);
	base64_encode(bytes, sizeof bytes, ret_secret + PREFIX_CHARS);
	bytes_wipe(bytes, sizeof bytes);
	return ERR_OK;
}

/* Appends " v1,..." to the line. */
static enum err signature_add(struct slice secret, const struct slice *parts,
			      size_t count, char *line, size_t *n, struct fault *fault)
{
	uint8_t key[KEY_BYTES_MAX];
	size_t key_n = 0;
	struct hash mac;

	if (secret.n <= PREFIX_CHARS || memcmp(secret.p, PREFIX, PREFIX_CHARS) != 0 ||
	    base64_decode((const char *)secret.p + PREFIX_CHARS, secret.n - PREFIX_CHARS,
			  key, sizeof key, &key_n) != ERR_OK ||
	    key_n < KEY_BYTES_MIN)
		return fault_set(fault, ERR_USAGE,
				 "a secret is not whsec_ with 24 to 64 bytes in base64");
	mac = hook_mac(slice_of(key, key_n), parts, count);
	bytes_wipe(key, sizeof key);
	memcpy(line + *n, " v1,", 4);
	base64_encode(mac.b, sizeof mac.b, line + *n + 4);
	*n += 4 + BASE64_CHARS(HASH_BYTES);
	return ERR_OK;
}

enum err hook_sign(const struct slice *secrets, size_t count, const char *id,
		   int64_t now_s, struct slice body, struct hook_signature *ret_signature,
		   struct fault *fault)
{
	static const char name[] = "webhook-signature:";
	struct hook_signature *made = ret_signature;
	char checked[MOVEMENT_ID_CHARS_MAX + 1], time[24];
	struct slice dot = slice_of_text(".");
	struct slice parts[] = { slice_of_text(id), dot, { NULL, 0 }, dot, body };
	size_t n = sizeof name - 1;
	enum err err = ERR_OK;

	if (!hook_id_of_text(slice_of_text(id), "", checked))
		return fault_set(fault, ERR_INVALID, "that is no message's id");
	if (count == 0 || count > HOOK_SIGN_SECRETS_MAX)
		return fault_set(fault, ERR_USAGE, "1 to %d secrets sign a message",
				 HOOK_SIGN_SECRETS_MAX);
	snprintf(time, sizeof time, "%lld", (long long)now_s);
	parts[2] = slice_of_text(time);
	*made = (struct hook_signature){ .fields = { made->id, made->time,
						     made->signature, NULL } };
	snprintf(made->id, sizeof made->id, "webhook-id: %s", checked);
	snprintf(made->time, sizeof made->time, "webhook-timestamp: %s", time);
	memcpy(made->signature, name, n);
	for (size_t i = 0; !err && i < count; i++)
		err = signature_add(secrets[i], parts, sizeof parts / sizeof *parts,
				    made->signature, &n, fault);
	return err;
}
