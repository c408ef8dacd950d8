/*
 * api_hook.c - deliveries of payment providers: verified on the bytes as they came,
 *stored, answered.
 *
 *	HTTP thread   verified, handed to the inbox's writer
 *	its thread    stored with all that wait, in one commit; answered
 *
 * Nothing is parsed here, so that the answer comes in milliseconds. Where verifying may
 * have to fetch a certificate first, a worker does it.
 */
#include <time.h>

#include "gateway/api_int.h"
#include "gateway/log.h"

/* ---- answers ---- */

/* Providers keep what we answer, so a status says it all. */
static void hook_answer(struct api_call *call, unsigned status)
{
	struct http_reply reply;

	http_reply_init(&reply);
	reply.status = status;
	http_reply_header(&reply, "Cache-Control", "no-store");
	if (status == 503)
		http_reply_header(&reply, "Retry-After", "5");
	call_finish(call, &reply);
	http_reply_release(&reply);
}

/* The fault's sentences repeat nothing of what was sent (hook.h). */
static void hook_log(const struct api_call *call, const char *endpoint, const char *event,
		     const struct fault *fault)
{
	struct log_line line;

	log_begin(&line, fault->err == ERR_IO ? LOG_ERROR : LOG_WARNING, event);
	log_text(&line, "id", http_request_id(call->request));
	log_text(&line, "hook", endpoint);
	log_sentence(&line, "text", fault->text);
	log_end(&line);
}

static void hook_stored(void *ctx, const struct fault *fault)
{
	struct api_call *call = ctx;
	unsigned status = call->desk->endpoint.adapter->done_status;

	if (fault)
		hook_log(call, call->desk->endpoint.name, "delivery-not-stored", fault);
	hook_answer(call, fault ? 503 : status);
}

/* ---- a delivery ---- */

/* Whoever connects is the reverse proxy, which says for whom in a field of its own. */
static const char *sender_address(const struct api_call *call)
{
	const char *field = call->api->config.address_field, *address;

	if (!*field || http_request_header(call->request, field, &address) != ERR_OK)
		return "";
	return address;
}

static enum err delivery_verify(const struct api_call *call, int64_t now_s,
				struct fault *fault)
{
	struct hook_header header[LIMIT_HEADER_FIELDS];
	struct hook_request request = {
		.header = header,
		.header_count = http_request_field_count(call->request),
		.body = http_request_body(call->request),
		.path_secret = call->variable[1],
		.address = sender_address(call),
	};

	for (size_t i = 0; i < request.header_count; i++) {
		const char *name, *value;

		http_request_field(call->request, i, &name, &value);
		header[i] =
			(struct hook_header){ slice_of_text(name), slice_of_text(value) };
	}
	return hook_verify(&call->desk->endpoint, &request, now_s, fault);
}

static enum err delivery_put(struct api_call *call, int64_t now_s, struct fault *fault)
{
	call->delivery = (struct inbox_job){
		.arrival = { .endpoint = call->desk->endpoint.name,
			     .body = http_request_body(call->request),
			     .received_at = now_s,
			     .is_hint = call->desk->endpoint.adapter->sends_hints },
		.done = hook_stored,
		.ctx = call,
	};
	return inbox_writer_put(call->api->inbox, &call->delivery, fault);
}

void call_receive(struct api_call *call)
{
	const struct hook_endpoint *endpoint = &call->desk->endpoint;
	struct fault fault = { 0 };
	int64_t now_s = (int64_t)time(NULL);
	enum err err = delivery_verify(call, now_s, &fault);

	if (err) {
		fault.err = err;
		hook_log(call, endpoint->name, "delivery-refused", &fault);
		hook_answer(call, hook_status(endpoint->adapter, err));
		return;
	}
	err = delivery_put(call, now_s, &fault);
	if (err) {
		fault.err = err;
		hook_stored(call, &fault);
	}
}

bool call_finds_hook(struct api_call *call)
{
	char name[CONFIG_HOOK_NAME_CHARS + 1];
	struct slice variable = call->variable[0];

	if (variable.n >= sizeof name)
		return false;
	memcpy(name, variable.p, variable.n);
	name[variable.n] = '\0';
	call->hooks = api_hooks_take(call->api);
	call->desk = hook_set_find(call->hooks, name);
	return call->desk != NULL;
}

bool call_may_fetch(const struct api_call *call)
{
	return call->desk->endpoint.certificates != NULL;
}

/* ---- the hooks in force ---- */

struct hook_set *api_hooks_take(struct api *api)
{
	struct hook_set *set;

	api_lock(&api->hooks_lock);
	set = hook_set_ref(api->hooks);
	api_unlock(&api->hooks_lock);
	return set;
}

void api_hooks_put(struct api *api, struct hook_set *set)
{
	struct hook_set *before;

	api_lock(&api->hooks_lock);
	before = api->hooks;
	api->hooks = set;
	api_unlock(&api->hooks_lock);
	hook_set_unref(before);
}
