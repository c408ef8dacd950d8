/*
 * api_reply.c - what the routes share in reading a request and filling a reply.
 */
#include <inttypes.h>

#include "gateway/api_int.h"
#include "gateway/log.h"
#include "keys/encoding.h"

void reply_json(struct http_reply *reply, struct json_writer *writer)
{
	reply_bytes(reply, "application/json", "no-store");
	json_writer_init(writer, &reply->body);
	json_put_object(writer, NULL);
}

enum err reply_json_end(struct json_writer *writer, struct fault *fault)
{
	enum err err;

	json_put_end(writer);
	err = json_writer_finish(writer);
	return err ? fault_set(fault, err, "the answer could not be written") : ERR_OK;
}

void reply_bytes(struct http_reply *reply, const char *type, const char *cache)
{
	reply->status = 200;
	reply->content_type = type;
	http_reply_header(reply, "Cache-Control", "%s", cache);
}

void call_problem(struct api_call *call, struct http_reply *reply,
		  const struct problem *problem)
{
	struct problem own = *problem;

	own.instance = http_request_id(call->request);
	problem_reply(&own, reply);
	call->is_answered = true;
}

void call_refuse_type(struct api_call *call, struct http_reply *reply,
		      const char *expected)
{
	char detail[160];

	(void)snprintf(detail, sizeof detail, "send the body as %s", expected);
	call_problem(call, reply,
		     &(struct problem){ .status = 415,
					.slug = "content-type",
					.title = "The body is of another type",
					.detail = detail });
}

void call_fail(const struct api_call *call, struct http_reply *reply,
	       const struct fault *fault)
{
	const char *id = http_request_id(call->request);

	if (problem_status(fault->err) >= 500) {
		struct log_line line;

		log_begin(&line, LOG_ERROR, "fault");
		log_text(&line, "id", id);
		log_text(&line, "route", call->route->path);
		log_text(&line, "error", err_name(fault->err));
		log_sentence(&line, "text", fault->text);
		log_end(&line);
	}
	problem_reply_fault(fault, id, reply);
}

enum err call_position(const struct api_call *call, unsigned i, uint64_t *ret_position,
		       struct fault *fault)
{
	struct slice text = call->variable[i];
	uint64_t position;

	if (decimal_parse((const char *)text.p, text.n, &position) != ERR_OK ||
	    position > JSON_INTEGER_MAX)
		return fault_set(fault, ERR_INVALID,
				 "a position is a whole number from 0 on");
	*ret_position = position;
	return ERR_OK;
}

enum err call_number(const struct api_call *call,
		     const struct number_parameter *parameter, uint64_t *ret_number,
		     struct fault *fault)
{
	const char *text = http_request_parameter(call->request, parameter->name);
	uint64_t number = parameter->fallback;

	if (text && (decimal_parse(text, strlen(text), &number) != ERR_OK ||
		     number < parameter->min || number > parameter->max))
		return fault_set(fault, ERR_INVALID,
				 "parameter '%s' must be a whole number from %" PRIu64
				 " to %" PRIu64,
				 parameter->name, parameter->min, parameter->max);
	*ret_number = number;
	return ERR_OK;
}

enum err call_dry_run(struct api_call *call, struct fault *fault)
{
	const char *text = http_request_parameter(call->request, "dry_run");

	if (text && strcmp(text, "1") != 0)
		return fault_set(fault, ERR_INVALID,
				 "parameter 'dry_run' is 1, or is left out");
	call->is_dry_run = text != NULL;
	return ERR_OK;
}

enum err call_idempotency(const struct api_call *call, const struct slice *ref,
			  struct slice *ret_key, struct fault *fault)
{
	const char *value = "";
	enum err err = http_request_header(call->request, "Idempotency-Key", &value);
	struct slice key;

	*ret_key = slice_of(NULL, 0);
	if (err == ERR_NOT_FOUND)
		return ERR_OK;
	key = slice_of_text(value);
	/* A structured field (RFC 8941) quotes it; most clients do not. */
	if (!err && key.n >= 2 && key.p[0] == '"' && key.p[key.n - 1] == '"')
		key = slice_of(key.p + 1, key.n - 2);
	if (err || !text_is_ref(key))
		return fault_set(
			fault, ERR_INVALID,
			"an Idempotency-Key has the form of a reference: 1 to 32 "
			"of A-Z 0-9 . _ -");
	if (ref && !slice_equal(*ref, key))
		return fault_set(fault, ERR_INVALID,
				 "the Idempotency-Key is not the reference in the body: "
				 "send the same, or leave it out");
	*ret_key = key;
	return ERR_OK;
}
