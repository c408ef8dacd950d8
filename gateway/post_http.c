/*
 * post_http.c - one request to the gateway and its answer, by libcurl.
 */
#include "gateway/post_http.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "keys/version.h"

#define CONNECT_MS     15000
#define MEDIA_LINE_MAX 128

struct post_client {
	CURL *curl;
	char error[CURL_ERROR_SIZE];
};

enum err post_client_new(struct post_client **ret_client, struct fault *fault)
{
	struct post_client *client = NULL;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return fault_set(fault, ERR_IO, "libcurl could not be started");
	client = calloc(1, sizeof *client);
	if (client)
		client->curl = curl_easy_init();
	if (!client || !client->curl) {
		free(client);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	*ret_client = client;
	return ERR_OK;
}

void post_client_free(struct post_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	free(client);
	curl_global_cleanup();
}

void post_response_init(struct post_response *response)
{
	*response = (struct post_response){ .status = 0 };
	buffer_init(&response->body, POST_ANSWER_BYTES_MAX);
}

void post_response_release(struct post_response *response)
{
	buffer_release(&response->body);
}

/* ---- what libcurl calls ---- */

static size_t take_body(char *bytes, size_t one, size_t n, void *ctx)
{
	struct buffer *body = ctx;

	(void)one; /* always 1 */
	return buffer_put(body, bytes, n) == ERR_OK ? n : 0;
}

/* Another value than 0 ends the transfer. libcurl calls this once a second at least. */
static int tell_sent(void *ctx, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
		     curl_off_t up)
{
	const struct post_request *request = ctx;

	(void)down_all;
	(void)down;
	if (request->stop && atomic_load(request->stop))
		return 1;
	if (request->on_sent && up_all > 0 && up >= 0)
		request->on_sent(request->on_sent_ctx, (uint64_t)up, (uint64_t)up_all);
	return 0;
}

/* ---- a request ---- */

/* NULL when out of memory: the list is then freed. */
static struct curl_slist *header_add(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	if (!longer)
		curl_slist_free_all(list);
	return longer;
}

/* Header lines; NULL when out of memory. */
static struct curl_slist *headers_make(const struct post_request *request)
{
	char media[MEDIA_LINE_MAX];
	/* Without waiting for "100 Continue": a body is small, and a refusal is
	 * read all the same. */
	struct curl_slist *list = header_add(NULL, "Expect:");

	if (request->media) {
		snprintf(media, sizeof media, "Content-Type: %s", request->media);
		list = list ? header_add(list, media) : NULL;
	}
	for (const char *const *field = request->fields; list && field && *field; field++)
		list = header_add(list, *field);
	return list;
}

/* Options that libcurl refuses are options that it was built without. */
struct setup {
	CURL *curl;
	CURLcode code; /* the first refusal */
};

static void set_long(struct setup *setup, CURLoption option, long value)
{
	if (setup->code == CURLE_OK)
		setup->code = curl_easy_setopt(setup->curl, option, value);
}

static void set_pointer(struct setup *setup, CURLoption option, const void *value)
{
	if (setup->code == CURLE_OK)
		setup->code = curl_easy_setopt(setup->curl, option, value);
}

static void set_safety(struct setup *setup, const struct post_request *request)
{
	const char *scheme = request->is_plain ? "http" : "https";

	set_pointer(setup, CURLOPT_PROTOCOLS_STR, scheme);
	set_long(setup, CURLOPT_FOLLOWLOCATION, 0L);
	set_long(setup, CURLOPT_SSL_VERIFYPEER, 1L);
	set_long(setup, CURLOPT_SSL_VERIFYHOST, 2L);
	set_long(setup, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (request->ca) {
		set_pointer(setup, CURLOPT_CAINFO, request->ca);
		set_pointer(setup, CURLOPT_CAPATH, NULL);
	}
	set_long(setup, CURLOPT_NOSIGNAL, 1L);
	set_long(setup, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	set_long(setup, CURLOPT_TIMEOUT_MS, (long)request->time_ms);
	if (request->is_plain)
		set_pointer(setup, CURLOPT_PROXY, "");
}

static void set_request(struct setup *setup, const struct post_request *request)
{
	set_pointer(setup, CURLOPT_URL, request->url);
	set_pointer(setup, CURLOPT_USERAGENT,
		    request->agent ? request->agent : "arrondi-post/" ARRONDI_VERSION);
	if (request->token) {
		set_long(setup, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		set_pointer(setup, CURLOPT_XOAUTH2_BEARER, request->token);
	}
	if (request->media) {
		set_long(setup, CURLOPT_POST, 1L);
		if (setup->code == CURLE_OK)
			setup->code =
				curl_easy_setopt(setup->curl, CURLOPT_POSTFIELDSIZE_LARGE,
						 (curl_off_t)request->body.n);
		/* NULL would mean: ask a callback for it. */
		set_pointer(setup, CURLOPT_POSTFIELDS,
			    request->body.n ? (const void *)request->body.p : "");
	}
	if (request->on_sent || request->stop) {
		set_long(setup, CURLOPT_NOPROGRESS, 0L);
		set_pointer(setup, CURLOPT_XFERINFODATA, request);
		if (setup->code == CURLE_OK)
			setup->code = curl_easy_setopt(
				setup->curl, CURLOPT_XFERINFOFUNCTION, tell_sent);
	}
}

/* Whether another try may succeed where this one failed. */
static bool may_pass(CURLcode code)
{
	switch ((int)code) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return true;
	}
	return false;
}

static enum err failure(const struct post_client *client, CURLcode code,
			const struct buffer *body, struct fault *fault)
{
	const char *text = client->error[0] ? client->error : curl_easy_strerror(code);

	if (code == CURLE_WRITE_ERROR && buffer_err(body) != ERR_OK)
		return buffer_check(body, "the server's answer", fault);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return fault_set(fault, ERR_BUSY, "the request was given up: to stop");
	if (code == CURLE_OUT_OF_MEMORY)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	return fault_set(fault, may_pass(code) ? ERR_BUSY : ERR_IO, "%s", text);
}

/* "Text/CSV; charset=utf-8" is text/csv. */
static void media_copy(const char *type, char ret_media[POST_MEDIA_BYTES_MAX + 1])
{
	size_t n = type ? strcspn(type, "; \t") : 0;

	if (n > POST_MEDIA_BYTES_MAX)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		char c = type[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		ret_media[i] = c > ' ' && c < 0x7f ? c : '?';
	}
	ret_media[n] = '\0';
}

static void head_read(CURL *curl, struct post_response *response)
{
	long status = 0;
	char *type = NULL;
	curl_off_t after_s = 0;

	if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
	    status < 0 || status > 999)
		status = 0;
	if (curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK)
		type = NULL;
	if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after_s) != CURLE_OK ||
	    after_s < 0)
		after_s = 0;
	response->status = (unsigned)status;
	response->retry_after_s = after_s > 3600 ? 3600 : (unsigned)after_s;
	media_copy(type, response->media);
}

enum err post_client_ask(struct post_client *client, const struct post_request *request,
			 struct post_response *response, struct fault *fault)
{
	struct setup setup = { .curl = client->curl, .code = CURLE_OK };
	struct curl_slist *headers = headers_make(request);
	enum err err = ERR_OK;
	CURLcode code;

	if (!headers)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	buffer_clear(&response->body);
	client->error[0] = '\0';
	curl_easy_reset(client->curl);
	set_pointer(&setup, CURLOPT_ERRORBUFFER, client->error);
	set_safety(&setup, request);
	set_request(&setup, request);
	set_pointer(&setup, CURLOPT_HTTPHEADER, headers);
	set_pointer(&setup, CURLOPT_WRITEDATA, &response->body);
	if (setup.code == CURLE_OK)
		setup.code =
			curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_body);
	if (setup.code != CURLE_OK) {
		err = fault_set(fault, ERR_IO, "libcurl lacks what is needed: %s",
				curl_easy_strerror(setup.code));
	} else {
		code = curl_easy_perform(client->curl);
		if (code != CURLE_OK)
			err = failure(client, code, &response->body, fault);
		else
			head_read(client->curl, response);
	}
	/* The handle must not keep what ends here. */
	curl_easy_reset(client->curl);
	curl_slist_free_all(headers);
	return err;
}
