/*
 * problem.c - how the gateway says no (RFC 9457).
 *
 * One table says for each of our errors which status and which type a client sees.
 * What must never become false: nothing of our inside (a path, a database's words) is
 * told to a client, and a problem that asks for patience says for how long.
 */
#include <assert.h>

#include "gateway/json_writer.h"
#include "gateway/problem.h"

/* A fault's text is for the client when it speaks of what the client sent. */
static const struct problem_kind {
	unsigned status;
	const char *slug;
	const char *title;
	const char *fixed_detail; /* NULL: the fault's own text is told */
} kinds[] = {
	[ERR_OK] = { 0, NULL, NULL, NULL },
	[ERR_USAGE] = { 500, "misconfigured", "The service is not configured for this",
			"the operator has to look at the service's log" },
	[ERR_INVALID] = { 400, "invalid", "The request has not the declared form", NULL },
	[ERR_RULE] = { 422, "rule", "A rule of the ledger refuses this", NULL },
	[ERR_CONFLICT] = { 409, "conflict",
			   "The same reference was used for something else", NULL },
	[ERR_UNKNOWN] = { 401, "unknown", "A valid token is needed", NULL },
	[ERR_DENIED] = { 403, "denied", "This token may not do this", NULL },
	[ERR_NOT_FOUND] = { 404, "not-found", "There is no such thing", NULL },
	[ERR_TOO_BIG] = { 413, "too-big", "What was sent is past a limit", NULL },
	[ERR_CORRUPT] = { 500, "corrupt", "The ledger does not match its hashes",
			  "the operator has to look at the service's log" },
	[ERR_BUSY] = { 503, "busy", "The service is busy", NULL },
	[ERR_IO] = { 503, "unavailable", "The service cannot do this now",
		     "a file, a disk or a connection of the service failed" },
	[ERR_MEMORY] = { 503, "memory", "The service cannot do this now",
			 "the service is out of memory" },
};
static_assert(sizeof kinds / sizeof *kinds == ERR__COUNT, "each error has its answer");

unsigned problem_status(enum err err)
{
	assert(err > ERR_OK && err < ERR__COUNT);
	return kinds[err].status;
}

void problem_from_fault(struct problem *problem, const struct fault *fault,
			const char *instance)
{
	const struct problem_kind *kind = &kinds[fault->err];

	assert(fault->err > ERR_OK && fault->err < ERR__COUNT);
	*problem = (struct problem){
		.status = kind->status,
		.slug = kind->slug,
		.title = kind->title,
		.detail = kind->fixed_detail,
		.instance = instance,
	};
	if (kind->fixed_detail)
		return;
	if (fault->text[0])
		problem->detail = fault->text;
	if (fault->rule[0])
		problem->rule = fault->rule;
}

static void put_optional(struct json_writer *json, const char *key, const char *text)
{
	if (text)
		json_put_text(json, key, text);
}

static void put_error(struct json_writer *json, const struct problem_error *error)
{
	json_put_object(json, NULL);
	if (error->line > 0)
		json_put_integer(json, "line", error->line);
	put_optional(json, "pointer", error->pointer);
	put_optional(json, "member", error->member);
	json_put_text(json, "reason", error->reason);
	put_optional(json, "remedy", error->remedy);
	json_put_end(json);
}

static void put_errors(struct json_writer *json, const struct problem *problem)
{
	size_t n = problem->error_count;

	if (n == 0)
		return;
	json_put_integer(json, "error_count", (int64_t)n);
	if (n > LIMIT_PROBLEM_ERRORS)
		n = LIMIT_PROBLEM_ERRORS;
	json_put_array(json, "errors");
	for (size_t i = 0; i < n; i++)
		put_error(json, &problem->errors[i]);
	json_put_end(json);
}

static void put_problem(const struct problem *problem, struct buffer *out)
{
	struct json_writer json;
	char type[LIMIT_PROBLEM_MEMBER_BYTES];

	(void)snprintf(type, sizeof type, "/problems/%s", problem->slug);
	json_writer_init(&json, out);
	json_put_object(&json, NULL);
	json_put_text(&json, "type", type);
	json_put_text(&json, "title", problem->title);
	json_put_integer(&json, "status", problem->status);
	put_optional(&json, "detail", problem->detail);
	if (problem->instance) {
		(void)snprintf(type, sizeof type, "/requests/%s", problem->instance);
		json_put_text(&json, "instance", type);
	}
	put_optional(&json, "rule", problem->rule);
	put_errors(&json, problem);
	json_put_end(&json);
	json_writer_finish(&json);
}

void problem_reply(const struct problem *problem, struct http_reply *reply)
{
	assert(problem->status >= 400 && problem->status <= 599);
	http_reply_release(reply);
	http_reply_init(reply);
	reply->status = problem->status;
	reply->content_type = "application/problem+json";
	http_reply_header(reply, "Cache-Control", "no-store");
	if (problem->status == 401)
		http_reply_header(reply, "WWW-Authenticate", "Bearer");
	if (problem->status == 429 || problem->status == 503)
		http_reply_header(reply, "Retry-After", "%d", LIMIT_RETRY_AFTER_S);
	put_problem(problem, &reply->body);
}

void problem_reply_fault(const struct fault *fault, const char *instance,
			 struct http_reply *reply)
{
	struct problem problem;

	problem_from_fault(&problem, fault, instance);
	problem_reply(&problem, reply);
}
