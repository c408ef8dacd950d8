/*
 * hook.c - deliveries of payment providers: the table of adapters, and what is asked of
 * every delivery whoever sends it.
 */
#include "gateway/hook.h"

#include <string.h>
#include <strings.h>

#include "keys/encoding.h"
#include "keys/hash.h"

const struct hook_adapter *const hook_adapters[] = {
	&hook_stripe,         &hook_gocardless, &hook_mollie,
	&hook_mollie_classic, &hook_helloasso,  &hook_paypal,
	&hook_standard,       &hook_svix,       NULL,
};

const struct hook_adapter *hook_adapter_find(const char *name)
{
	for (const struct hook_adapter *const *adapter = hook_adapters; *adapter;
	     adapter++)
		if (strcmp((*adapter)->name, name) == 0)
			return *adapter;
	return NULL;
}

enum err hook_endpoint_check(const struct hook_endpoint *endpoint, struct fault *fault)
{
	if (endpoint->secret_count > HOOK_SECRETS_MAX)
		return fault_set(fault, ERR_USAGE, "hook '%s' has more than %d secrets",
				 endpoint->name, HOOK_SECRETS_MAX);
	for (size_t i = 0; i < endpoint->secret_count; i++)
		if (endpoint->secret[i].n == 0)
			return fault_set(fault, ERR_USAGE,
					 "hook '%s' has an empty secret", endpoint->name);
	if (endpoint->path_secret.n > 0 && endpoint->path_secret.n < HOOK_PATH_SECRET_MIN)
		return fault_set(fault, ERR_USAGE,
				 "hook '%s' has a path secret of less than %d characters",
				 endpoint->name, HOOK_PATH_SECRET_MIN);
	return endpoint->adapter->check(endpoint, fault);
}

static enum err bounds_check(const struct hook_request *request, struct fault *fault)
{
	if (request->header_count > HOOK_HEADERS_MAX)
		return fault_set(fault, ERR_TOO_BIG, "the head has more than %d lines",
				 HOOK_HEADERS_MAX);
	for (size_t i = 0; i < request->header_count; i++)
		if (request->header[i].value.n > HOOK_HEADER_CHARS_MAX)
			return fault_set(fault, ERR_TOO_BIG,
					 "a line of the head has more than %d characters",
					 HOOK_HEADER_CHARS_MAX);
	if (request->body.n > HOOK_BODY_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG, "the body has more than %zu bytes",
				 HOOK_BODY_BYTES_MAX);
	if (request->body.n == 0)
		return fault_set(fault, ERR_INVALID, "the body is empty");
	return ERR_OK;
}

/* Hashes first, so that neither the length nor a common beginning can be measured. */
static bool path_is_ours(const struct hook_endpoint *endpoint, struct slice path)
{
	struct hash ours = hash_bytes(endpoint->path_secret.p, endpoint->path_secret.n);
	struct hash theirs = hash_bytes(path.p, path.n);

	return bytes_equal_secret(ours.b, theirs.b, sizeof ours.b);
}

enum err hook_verify(const struct hook_endpoint *endpoint,
		     const struct hook_request *request, int64_t now_s,
		     struct fault *fault)
{
	enum err err = bounds_check(request, fault);

	if (err)
		return err;
	if (!path_is_ours(endpoint, request->path_secret))
		return fault_set(fault, ERR_UNKNOWN,
				 "the path does not end with the hook's secret");
	return endpoint->adapter->verify(endpoint, request, now_s, fault);
}

unsigned hook_status(const struct hook_adapter *adapter, enum err err)
{
	switch (err) {
	case ERR_OK:
		return adapter->done_status;
	case ERR_UNKNOWN:
	case ERR_INVALID:
		return adapter->refused_status;
	case ERR_TOO_BIG:
		return 413;
	default:
		return 503;
	}
}

bool hook_header_is(const struct hook_header *header, const char *name)
{
	return header->name.n == strlen(name) &&
	       strncasecmp((const char *)header->name.p, name, header->name.n) == 0;
}

enum err hook_header_one(const struct hook_request *request, const char *name,
			 struct slice *ret_value, struct fault *fault)
{
	const struct hook_header *found = NULL;

	for (size_t i = 0; i < request->header_count; i++) {
		if (!hook_header_is(&request->header[i], name))
			continue;
		if (found)
			return fault_set(fault, ERR_UNKNOWN,
					 "the head has more than one line %s", name);
		found = &request->header[i];
	}
	if (!found)
		return fault_set(fault, ERR_UNKNOWN, "the head has no line %s", name);
	*ret_value = found->value;
	return ERR_OK;
}

bool hook_part_next(struct slice *rest, char mark, struct slice *ret_part)
{
	const uint8_t *end;

	if (!rest->p)
		return false;
	end = rest->n ? memchr(rest->p, mark, rest->n) : NULL;
	if (!end) {
		*ret_part = *rest;
		*rest = slice_of(NULL, 0);
		return true;
	}
	*ret_part = slice_of(rest->p, (size_t)(end - rest->p));
	*rest = slice_of(end + 1, rest->n - ret_part->n - 1);
	return true;
}

bool hook_is_fresh(struct slice decimal, int64_t now_s)
{
	uint64_t time_s;

	/* Twelve digits are 31,000 years: no sum below can overflow. */
	if (decimal.n > 12 ||
	    decimal_parse((const char *)decimal.p, decimal.n, &time_s) != ERR_OK)
		return false;
	return (int64_t)time_s >= now_s - HOOK_AGE_S &&
	       (int64_t)time_s <= now_s + HOOK_AGE_S;
}
