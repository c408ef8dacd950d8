/*
 * oauth.h - a key that a provider lends for a while: OAuth 2 client credentials (RFC
 * 6749, sections 4.4 and 6).
 *
 * The client's id and secret stand in files; the token that they give lives in memory
 * alone. It is asked for when it is first needed, again before it ends, and again when a
 * provider no longer takes it; never more often than OAUTH_AGE_MIN_S, so that a client
 * that lacks a right does not ask without end. Where the provider gives a refresh token
 * (HelloAsso), that is used before the secret is shown again.
 *
 * Several threads may use one; one at a time asks. Nothing of an id, a secret or a token
 * comes into a fault.
 */
#ifndef ARRONDI_GATEWAY_OAUTH_H
#define ARRONDI_GATEWAY_OAUTH_H

#include <stdbool.h>

#include "gateway/fetch.h"
#include "keys/buffer.h"
#include "keys/fault.h"

#define OAUTH_TOKEN_CHARS_MAX 4096
#define OAUTH_LIFE_S          300 /* where the provider does not say */
#define OAUTH_LIFE_MAX_S      43200
#define OAUTH_EARLY_S         60 /* before its end, a token is replaced */
#define OAUTH_AGE_MIN_S       60

struct oauth;

struct oauth_options {
	struct fetcher *fetcher; /* of the provider's API */
	const char *path;        /* where tokens are given */
	const char *id, *secret;
	bool is_basic; /* id and secret stand in the head (PayPal), else in the form */
};

/* The texts and the fetcher must outlive it. ERR_MEMORY. */
MUST_USE enum err oauth_new(const struct oauth_options *options, struct oauth **ret_oauth,
			    struct fault *fault);
void oauth_free(struct oauth *oauth); /* takes NULL */

/* Appends a token that is good for now, and its NUL. ERR_DENIED: the id and the secret
 * are not taken; ERR_BUSY; ERR_INVALID: what is answered is no token; ERR_MEMORY. */
MUST_USE enum err oauth_take(struct oauth *oauth, struct buffer *ret_token,
			     struct fault *fault);

/* The provider does not take this token. True where another may be asked for. */
bool oauth_drop(struct oauth *oauth, const char *token);

#endif
