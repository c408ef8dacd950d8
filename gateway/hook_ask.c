/*
 * hook_ask.c - see hook_ask.h.
 */
#include "gateway/hook_ask.h"

#include "gateway/fetch.h"
#include "gateway/oauth.h"

static enum err borrowed_ask(const struct hook_desk *desk, const char *path,
			     struct buffer *token, struct buffer *ret_body,
			     struct fault *fault)
{
	enum err err = oauth_take(desk->oauth, token, fault);

	return err ? err
		   : fetcher_get(desk->fetcher, path, (const char *)token->p, ret_body,
				 fault);
}

enum err hook_ask(const struct hook_desk *desk, const char *path, struct buffer *ret_body,
		  struct fault *fault)
{
	struct fault why = { .err = ERR_OK };
	struct buffer token;
	enum err err;

	if (!desk->fetcher)
		return fault_set(fault, ERR_USAGE, "there is no API to ask");
	if (!desk->oauth)
		return fetcher_get(desk->fetcher, path, desk->token, ret_body, fault);
	buffer_init(&token, OAUTH_TOKEN_CHARS_MAX + 1);
	err = borrowed_ask(desk, path, &token, ret_body, &why);
	/* Taken back before its time: once more, with another. */
	if (err == ERR_DENIED && token.n > 0 &&
	    oauth_drop(desk->oauth, (const char *)token.p)) {
		buffer_release_secret(&token);
		buffer_init(&token, OAUTH_TOKEN_CHARS_MAX + 1);
		why = (struct fault){ .err = ERR_OK };
		err = borrowed_ask(desk, path, &token, ret_body, &why);
	}
	if (err && fault)
		*fault = why;
	buffer_release_secret(&token);
	return err;
}
