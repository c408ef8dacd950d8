/*
 * hook_ask.c - see hook_ask.h.
 */
#include "gateway/hook_ask.h"

#include "gateway/fetch.h"

enum err hook_ask(const struct hook_desk *desk, const char *path, struct buffer *ret_body,
		  struct fault *fault)
{
	if (!desk->fetcher)
		return fault_set(fault, ERR_USAGE, "there is no API to ask");
	return fetcher_get(desk->fetcher, path, desk->token, ret_body, fault);
}
