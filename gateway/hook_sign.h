/*
 * hook_sign.h - Standard Webhooks that we send: their secrets, and the lines that sign.
 *
 * What gateway/hook_standard.c takes of others is what is made here: an HMAC-SHA-256 of
 * ID "." SECONDS "." BODY. While one secret replaces another, both sign, and whoever
 * receives needs to know one.
 */
#ifndef ARRONDI_GATEWAY_HOOK_SIGN_H
#define ARRONDI_GATEWAY_HOOK_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

#define HOOK_SIGN_SECRETS_MAX  2
#define HOOK_SIGN_ID_CHARS_MAX 64
#define HOOK_SIGN_SECRET_CHARS 50 /* "whsec_" and 32 bytes in base64 */
#define HOOK_SIGN_LINE_CHARS   160

/* The lines of the head of one attempt, as gateway/fetch.h takes them. */
struct hook_signature {
	char id[HOOK_SIGN_LINE_CHARS + 1];
	char time[HOOK_SIGN_LINE_CHARS + 1];
	char signature[HOOK_SIGN_LINE_CHARS + 1];
	const char
		*fields[4]; /* these three, and NULL: not to be copied with the struct */
};

/* A new secret, to be shown once to the member and kept. ERR_IO where the machine gives
 * no random bytes. */
MUST_USE enum err hook_secret_new(char ret_secret[HOOK_SIGN_SECRET_CHARS + 1],
				  struct fault *fault);

/*
 * id is the message's, the same at each attempt: letters, digits, '_' and '-'. now_s is
 * the attempt's. ERR_INVALID for another id; ERR_USAGE where a secret is no "whsec_" with
 * 24 to 64 bytes, or there is none or more than HOOK_SIGN_SECRETS_MAX.
 */
MUST_USE enum err hook_sign(const struct slice *secrets, size_t count, const char *id,
			    int64_t now_s, struct slice body,
			    struct hook_signature *ret_signature, struct fault *fault);

#endif
