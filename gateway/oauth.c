/*
 * oauth.c - see oauth.h.
 */
#include "gateway/oauth.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/json_pick.h"
#include "gateway/post_retry.h"
#include "keys/encoding.h"

#define FORM  "application/x-www-form-urlencoded"
#define BASIC "Authorization: Basic "
/* Of an id and a secret, each escaped. */
#define FORM_BYTES_MAX ((size_t)64 * 1024)

struct oauth {
	struct oauth_options options;
	pthread_mutex_t lock;  /* of all below */
	struct buffer token;   /* with its NUL; empty: none */
	struct buffer refresh; /* the same */
	int64_t since_ms, end_ms;
};

static void must(int rc)
{
	if (rc)
		abort(); /* a sound mutex cannot fail */
}

enum err oauth_new(const struct oauth_options *options, struct oauth **ret_oauth,
		   struct fault *fault)
{
	struct oauth *oauth = calloc(1, sizeof *oauth);

	if (!oauth)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	oauth->options = *options;
	buffer_init(&oauth->token, OAUTH_TOKEN_CHARS_MAX + 1);
	buffer_init(&oauth->refresh, OAUTH_TOKEN_CHARS_MAX + 1);
	must(pthread_mutex_init(&oauth->lock, NULL));
	*ret_oauth = oauth;
	return ERR_OK;
}

static void text_forget(struct buffer *text)
{
	buffer_release_secret(text);
	buffer_init(text, OAUTH_TOKEN_CHARS_MAX + 1);
}

void oauth_free(struct oauth *oauth)
{
	if (!oauth)
		return;
	buffer_release_secret(&oauth->token);
	buffer_release_secret(&oauth->refresh);
	must(pthread_mutex_destroy(&oauth->lock));
	free(oauth);
}

/* ---- what is asked ---- */

/* As a form has it: what is not plain is escaped. */
static void form_put(struct buffer *form, const char *name, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	buffer_printf(form, "%s%s=", form->n ? "&" : "", name);
	for (; *value; value++) {
		if (strchr(plain, *value))
			buffer_put(form, value, 1);
		else
			buffer_printf(form, "%%%02X", (unsigned)(unsigned char)*value);
	}
}

/* The line of the head that has the id and the secret. */
static void basic_put(const struct oauth_options *options, struct buffer *line,
		      struct buffer *scratch)
{
	char *text;

	buffer_printf(scratch, "%s:%s", options->id, options->secret);
	text = malloc(4 * (scratch->n / 3 + 1) + 1);
	if (text) {
		base64_encode(scratch->p, scratch->n, text);
		buffer_printf(line, BASIC "%s", text);
		bytes_wipe(text, strlen(text));
	}
	free(text);
}

static enum err status_judge(unsigned status, struct fault *fault)
{
	if (status == 400 || status == 401)
		return fault_set(fault, ERR_DENIED,
				 "it answers %u: are the client's id and secret good",
				 status);
	if (post_retry_is_status(status))
		return fault_set(fault, ERR_BUSY, "it answers %u", status);
	return fetch_status_judge(status, fault);
}

/* ---- what is answered ---- */

/* A token goes into a line of the head. */
static bool text_take(const struct json_want *want, struct buffer *out)
{
	if (want->token != JSON_TOKEN_TEXT || want->text.n == 0 ||
	    want->text.n > OAUTH_TOKEN_CHARS_MAX)
		return false;
	for (size_t i = 0; i < want->text.n; i++)
		if (want->text.p[i] <= ' ' || want->text.p[i] > '~')
			return false;
	text_forget(out);
	buffer_put_slice(out, want->text);
	buffer_put(out, "", 1);
	return buffer_err(out) == ERR_OK;
}

static int64_t life_s(const struct json_want *expires_in)
{
	if (expires_in->token != JSON_TOKEN_INTEGER || expires_in->integer <= 0)
		return OAUTH_LIFE_S;
	return expires_in->integer < OAUTH_LIFE_MAX_S ? expires_in->integer
						      : OAUTH_LIFE_MAX_S;
}

static enum err answer_read(struct oauth *oauth, struct slice answer, struct fault *fault)
{
	struct json_want want[] = { { .path = "access_token" },
				    { .path = "token_type" },
				    { .path = "expires_in" },
				    { .path = "refresh_token" } };
	void *texts = NULL;
	enum err err = json_pick(answer, want, 4, &texts, fault);

	if (err)
		return err;
	if ((!json_want_is(&want[1], "Bearer") && !json_want_is(&want[1], "bearer")) ||
	    !text_take(&want[0], &oauth->token)) {
		text_forget(&oauth->token);
		err = fault_set(fault, ERR_INVALID, "what it answers is no token");
	} else {
		oauth->since_ms = fetcher_now_ms(oauth->options.fetcher);
		oauth->end_ms = oauth->since_ms + life_s(&want[2]) * 1000;
		if (!text_take(&want[3], &oauth->refresh))
			text_forget(&oauth->refresh);
	}
	free(texts);
	return err;
}

/* ---- a grant ---- */

static void grant_form(const struct oauth *oauth, bool refreshes, struct buffer *form)
{
	form_put(form, "grant_type", refreshes ? "refresh_token" : "client_credentials");
	if (!oauth->options.is_basic)
		form_put(form, "client_id", oauth->options.id);
	if (refreshes)
		form_put(form, "refresh_token", (const char *)oauth->refresh.p);
	else if (!oauth->options.is_basic)
		form_put(form, "client_secret", oauth->options.secret);
}

static enum err grant(struct oauth *oauth, bool refreshes, struct fault *fault)
{
	struct buffer form, line, answer, scratch;
	const char *fields[] = { NULL, NULL };
	struct fetch_post post = { .path = oauth->options.path,
				   .media = FORM,
				   .fields = fields };
	struct fetch_answer status = { 0 };
	enum err err;

	buffer_init(&form, FORM_BYTES_MAX);
	buffer_init(&line, FORM_BYTES_MAX);
	buffer_init(&scratch, FORM_BYTES_MAX);
	buffer_init(&answer, FETCH_BYTES_MAX);
	grant_form(oauth, refreshes, &form);
	if (oauth->options.is_basic) {
		basic_put(&oauth->options, &line, &scratch);
		fields[0] = buffer_text(&line);
	}
	err = buffer_check(&form, "the client's id and secret", fault);
	if (!err && oauth->options.is_basic && line.n == 0)
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	post.body = buffer_slice(&form);
	if (!err)
		err = fetcher_post(oauth->options.fetcher, &post, &status, &answer,
				   fault);
	if (!err)
		err = status_judge(status.status, fault);
	if (!err)
		err = answer_read(oauth, buffer_slice(&answer), fault);
	buffer_release_secret(&form);
	buffer_release_secret(&line);
	buffer_release_secret(&scratch);
	buffer_release_secret(&answer);
	return err;
}

static bool is_good(const struct oauth *oauth)
{
	int64_t life_ms = oauth->end_ms - oauth->since_ms, early_ms = life_ms / 4;

	if (early_ms > OAUTH_EARLY_S * 1000)
		early_ms = OAUTH_EARLY_S * 1000;
	return oauth->token.n > 0 &&
	       fetcher_now_ms(oauth->options.fetcher) < oauth->end_ms - early_ms;
}

static enum err renew(struct oauth *oauth, struct fault *fault)
{
	struct fault why = { .err = ERR_OK };
	enum err err = ERR_DENIED;

	/* A refresh token that has ended is no reason to give up. */
	if (oauth->refresh.n > 0)
		err = grant(oauth, true, &why);
	if (err == ERR_DENIED || err == ERR_INVALID) {
		text_forget(&oauth->refresh);
		why = (struct fault){ .err = ERR_OK };
		err = grant(oauth, false, &why);
	}
	if (err)
		(void)fault_set(fault, err, "a token of the provider: %s", why.text);
	return err;
}

enum err oauth_take(struct oauth *oauth, struct buffer *ret_token, struct fault *fault)
{
	enum err err = ERR_OK;

	must(pthread_mutex_lock(&oauth->lock));
	if (!is_good(oauth))
		err = renew(oauth, fault);
	if (!err) {
		buffer_put(ret_token, oauth->token.p, oauth->token.n);
		err = buffer_check(ret_token, "a token", fault);
	}
	must(pthread_mutex_unlock(&oauth->lock));
	return err;
}

bool oauth_drop(struct oauth *oauth, const char *token)
{
	bool may_ask = true;

	must(pthread_mutex_lock(&oauth->lock));
	/* Another thread may have replaced it already. */
	if (oauth->token.n > 0 && strcmp((const char *)oauth->token.p, token) == 0) {
		may_ask = fetcher_now_ms(oauth->options.fetcher) >=
			  oauth->since_ms + OAUTH_AGE_MIN_S * 1000;
		if (may_ask)
			text_forget(&oauth->token);
	}
	must(pthread_mutex_unlock(&oauth->lock));
	return may_ask;
}
