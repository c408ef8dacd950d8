/*
 * post_url.h - where arrondi-post sends to, in the one form that it takes.
 *
 * A payroll token must not travel in the clear, nor to whoever can make two
 * programs read one address differently. So an address is read here, strictly,
 * and libcurl only ever sees what this grammar lets through:
 *
 *	https://HOST[:PORT][/PREFIX]
 *	http://LOOPBACK[:PORT][/PREFIX]
 *
 * HOST is letters, digits, '.' and '-', or an IPv6 address in brackets; LOOPBACK is
 * localhost, 127.x.y.z or [::1]. There is no user, no query and no fragment.
 */
#ifndef ARRONDI_GATEWAY_POST_URL_H
#define ARRONDI_GATEWAY_POST_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"

#define POST_URL_BYTES_MAX    512
#define POST_TARGET_BYTES_MAX 4096

struct post_url {
	char base[POST_URL_BYTES_MAX + 1]; /* without a slash at its end */
	bool is_plain;                     /* http, to this very machine */
};

/* ERR_USAGE for anything else. The fault never repeats the text, which might hold a
 * password. */
MUST_USE enum err post_url_parse(const char *text, struct post_url *ret_url,
				 struct fault *fault);

/* Appends "base/path" to out; path begins with a slash. */
void post_url_put(const struct post_url *url, const char *path, struct buffer *out);

/* Appends "?name=value" or, unless *is_first, "&name=value", the value
 * percent-encoded, and clears *is_first. */
void post_url_put_parameter(struct buffer *out, bool *is_first, const char *name,
			    const char *value);

#endif
