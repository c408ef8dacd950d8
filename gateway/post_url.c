/*
 * post_url.c - where arrondi-post sends to, in the one form that it takes.
 */
#include "gateway/post_url.h"

#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"

#define ALNUM     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define HOST_SET  ALNUM ".-"
#define IPV6_SET  "0123456789abcdefABCDEF:."
#define PATH_SET  ALNUM "-._~/"
#define PLAIN_SET ALNUM "-._~"

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* The bytes of the host at text, brackets included; 0 where there is none. */
static size_t host_bytes(const char *text)
{
	size_t n;

	if (*text != '[')
		return strspn(text, HOST_SET);
	n = strspn(text + 1, IPV6_SET);
	return n > 0 && text[1 + n] == ']' ? n + 2 : 0;
}

/* Four decimal numbers up to 255, the first of them 127. */
static bool is_ipv4_loopback(const char *host, size_t n)
{
	const char *at = host, *end = host + n;

	for (int i = 0; i < 4; i++) {
		size_t digits = strspn(at, "0123456789");
		uint64_t number;

		if (decimal_parse(at, digits, &number) != ERR_OK || number > 255 ||
		    (i == 0 && number != 127))
			return false;
		at += digits;
		if (i < 3 && (at >= end || *at++ != '.'))
			return false;
	}
	return at == end;
}

static bool is_loopback(const char *host, size_t n)
{
	return slice_equal_text(slice_of(host, n), "localhost") ||
	       slice_equal_text(slice_of(host, n), "[::1]") || is_ipv4_loopback(host, n);
}

/* ":PORT" or nothing; NULL where it is neither. */
static const char *port_end(const char *at)
{
	size_t digits;
	uint64_t port;

	if (*at != ':')
		return at;
	digits = strspn(at + 1, "0123456789");
	if (decimal_parse(at + 1, digits, &port) != ERR_OK || port < 1 || port > 65535)
		return NULL;
	return at + 1 + digits;
}

/* A segment of dots would be taken out of the path by whoever reads it next. */
static bool is_prefix(const char *path)
{
	return (*path == '\0' || *path == '/') && path[strspn(path, PATH_SET)] == '\0' &&
	       !strstr(path, "//") && !strstr(path, "/.");
}

enum err post_url_parse(const char *text, struct post_url *ret_url, struct fault *fault)
{
	bool is_plain = starts_with(text, "http://");
	const char *host, *path;
	size_t n;

	if (!is_plain && !starts_with(text, "https://"))
		return fault_set(fault, ERR_USAGE,
				 "the address must begin with https:// (or with "
				 "http:// for this machine itself)");
	if (strlen(text) > POST_URL_BYTES_MAX)
		return fault_set(fault, ERR_USAGE, "the address is longer than %d bytes",
				 POST_URL_BYTES_MAX);
	host = strchr(text, ':') + 3;
	n = host_bytes(host);
	path = n > 0 ? port_end(host + n) : NULL;
	if (!path || !is_prefix(path))
		return fault_set(fault, ERR_USAGE,
				 "the address must be https://HOST[:PORT][/PREFIX], "
				 "without user, query or fragment");
	if (is_plain && !is_loopback(host, n))
		return fault_set(fault, ERR_USAGE,
				 "http:// would show the token to the network: use "
				 "https://");
	n = strlen(text);
	while (text[n - 1] == '/')
		n--;
	memcpy(ret_url->base, text, n);
	ret_url->base[n] = '\0';
	ret_url->is_plain = is_plain;
	return ERR_OK;
}

void post_url_put(const struct post_url *url, const char *path, struct buffer *out)
{
	(void)buffer_put_text(out, url->base);
	(void)buffer_put_text(out, path);
}

void post_url_put_parameter(struct buffer *out, bool *is_first, const char *name,
			    const char *value)
{
	(void)buffer_printf(out, "%c%s=", *is_first ? '?' : '&', name);
	*is_first = false;
	for (; *value; value++) {
		if (strchr(PLAIN_SET, *value))
			(void)buffer_put_byte(out, (uint8_t)*value);
		else
			(void)buffer_printf(out, "%%%02X", (unsigned char)*value);
	}
}
