/*
 * openapi.c - the API's description, drawn from the routes and kinds.
 *
 * OpenAPI wants the methods of a path together, so a path is written where it first
 * comes in the table, with both its methods.
 */
#include "gateway/openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/json_writer.h"
#include "keys/version.h"
#include "ledger/schema.h"

#define SCHEMA_REF "#/components/schemas/"

/* What the parameters of an address, or of a head, hold. */
static const struct {
	const char *name;
	const char *schema;
} parameters[] = {
	{ "after", "{\"type\":\"integer\",\"minimum\":0}" },
	{ "limit", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200}" },
	{ "dry_run", "{\"type\":\"string\",\"enum\":[\"1\"]}" },
	{ "from", "{\"type\":\"integer\",\"minimum\":1}" },
	{ "to", "{\"type\":\"integer\",\"minimum\":1}" },
	{ "position", "{\"type\":\"integer\",\"minimum\":0}" },
	{ "Arrondi-Manifest", "{\"type\":\"string\",\"contentEncoding\":\"base64\"}" },
	{ "Arrondi-Salt", "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"}" },
	{ "company",
	  "{\"type\":\"string\",\"description\":\"By a collector: the employer for "
	  "whom it posts\"}" },
	{ "receipt", "{\"type\":\"integer\",\"minimum\":1}" },
	{ "digest", "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"}" },
	{ "row", "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{32}$\"}" },
};

/* A batch is not sent as the draft of its entry; a correction is sent as a batch is,
 * with its reason, and may be without rows. */
#define BATCH_SCHEMA BATCH_SENT("", "", "1")
#define CORRECTION_SCHEMA                                                                \
	BATCH_SENT(",\"reason\"",                                                        \
		   "\"reason\":{\"type\":\"string\",\"enum\":[\"amount\","               \
		   "\"credit-note\",\"no-consent\",\"payslip-cancelled\"]},",            \
		   "0")
#define BATCH_SENT(needed, members, rows_min)                                            \
	"{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"source\","  \
	"\"period\",\"collected_on\",\"reference\",\"step_cents\",\"terms\","            \
	"\"rows\"" needed "],"                                                           \
	"\"properties\":{" members                                                       \
	"\"source\":{\"type\":\"string\",\"enum\":[\"invoice\","                         \
	"\"salary\",\"till\"]},\"period\":{\"type\":\"string\",\"pattern\":"             \
	"\"^[0-9]{4}-(0[1-9]|1[0-2])$\"},\"collected_on\":{\"type\":\"string\","         \
	"\"format\":\"date\"},\"reference\":{\"type\":\"string\",\"pattern\":"           \
	"\"^[A-Z0-9._-]{1,32}$\"},\"step_cents\":{\"type\":\"integer\",\"minimum\":1},"  \
	"\"terms\":{\"type\":\"string\"},\"site\":{\"type\":\"string\"},\"rows\":{"      \
	"\"type\":\"array\",\"minItems\":" rows_min                                      \
	",\"maxItems\":100000,\"items\":{\"$ref\":"                                      \
	"\"" SCHEMA_REF "batch-row\"}}}}"
#define BATCH_ROW_SCHEMA                                                                 \
	"{\"type\":\"object\",\"additionalProperties\":false,\"required\":["             \
	"\"roundup_cents\"],\"properties\":{\"donor\":{\"type\":\"string\"},\"slip\":{"  \
	"\"type\":\"string\"},\"consent\":{\"type\":\"string\",\"format\":\"date\"},"    \
	"\"invoice\":{\"type\":\"string\"},\"client\":{\"type\":"                        \
	"\"string\"},\"giver\":{\"type\":\"string\",\"enum\":[\"person\",\"company\","   \
	"\"seller\"]},\"till\":{\"type\":\"string\"},\"day\":{\"type\":\"string\","      \
	"\"format\":\"date\"},\"fund\":{\"type\":\"string\"},\"roundup_cents\":{"        \
	"\"type\":\"integer\",\"minimum\":0},\"extra_cents\":{\"type\":\"integer\","     \
	"\"minimum\":0}}}"
#define BALLOT_SCHEMA                                                                    \
	"{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"seat\","    \
	"\"vote\",\"note\",\"ref\"],\"properties\":{\"seat\":{\"type\":\"string\"},"     \
	"\"vote\":{\"type\":\"string\",\"enum\":[\"for\",\"against\",\"abstain\","       \
	"\"recused\"]},\"note\":{\"type\":\"string\"},\"ref\":{\"type\":\"string\"},"    \
	"\"proposal\":{\"type\":\"integer\"},\"kind\":{\"type\":\"string\"}}}"
#define DECISION_SCHEMA                                                                  \
	"{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"ref\":{"  \
	"\"type\":\"string\"},\"proposal\":{\"type\":\"integer\"},\"kind\":{\"type\":"   \
	"\"string\"}}}"
#define PROBLEM_SCHEMA                                                                   \
	"{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\"],"             \
	"\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":"            \
	"\"string\"},\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":"            \
	"\"string\"},\"instance\":{\"type\":\"string\"},\"rule\":{\"type\":"             \
	"\"string\"},\"error_count\":{\"type\":\"integer\"},\"errors\":{\"type\":"       \
	"\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"line\":{\"type\":"   \
	"\"integer\"},\"pointer\":{\"type\":\"string\"},\"member\":{\"type\":"           \
	"\"string\"},\"reason\":{\"type\":\"string\"},\"remedy\":{\"type\":"             \
	"\"string\"}}}}}}"

static void put_json(struct json_writer *json, const char *key, const char *text)
{
	json_put_json(json, key, slice_of_text(text));
}

static const char *schema_of(const char *parameter)
{
	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
		if (strcmp(parameters[i].name, parameter) == 0)
			return parameters[i].schema;
	return "{\"type\":\"string\"}";
}

static void put_parameter(struct json_writer *json, struct slice name, const char *in)
{
	char text[ROUTE_PATH_BYTES_MAX];

	(void)snprintf(text, sizeof text, "%.*s", (int)name.n, (const char *)name.p);
	json_put_object(json, NULL);
	json_put_text(json, "name", text);
	json_put_text(json, "in", in);
	json_put_bool(json, "required", strcmp(in, "path") == 0);
	put_json(json, "schema", schema_of(text));
	json_put_end(json);
}

static void put_parameters(struct json_writer *json, const struct route *route)
{
	json_put_array(json, "parameters");
	for (const char *p = route->path; (p = strchr(p, '{'));) {
		size_t n = strcspn(++p, "+}");

		put_parameter(json, slice_of(p, n), "path");
	}
	for (const char *p = route->parameters; *p;) {
		size_t n = strcspn(p, " ");

		put_parameter(json, slice_of(p, n), "query");
		p += n;
		p += *p == ' ';
	}
	if (route->body == ROUTE_BODY_BATCH) {
		put_parameter(json, slice_of_text("Arrondi-Manifest"), "header");
		put_parameter(json, slice_of_text("Arrondi-Salt"), "header");
	}
	json_put_end(json);
}

static void put_media(struct json_writer *json, const char *type, const char *schema)
{
	char ref[sizeof SCHEMA_REF + ROUTE_PATH_BYTES_MAX];

	json_put_object(json, type);
	json_put_object(json, "schema");
	if (schema) {
		(void)snprintf(ref, sizeof ref, SCHEMA_REF "%s", schema);
		json_put_text(json, "$ref", ref);
	} else {
		json_put_text(json, "type", "string");
	}
	json_put_end(json);
	json_put_end(json);
}

static void put_body(struct json_writer *json, const struct route *route)
{
	if (route->body == ROUTE_BODY_NONE)
		return;
	json_put_object(json, "requestBody");
	json_put_bool(json, "required", route->body != ROUTE_BODY_DECISION);
	json_put_object(json, "content");
	switch (route->body) {
	case ROUTE_BODY_ENTRY:
		put_media(json, "application/json", kind_def(route->kind)->name);
		break;
	case ROUTE_BODY_BATCH:
		put_media(json, "application/json",
			  route->kind == KIND_correction ? "correction-sent"
							 : "batch-sent");
		put_media(json, "text/csv", NULL);
		break;
	case ROUTE_BODY_BALLOT:
		put_media(json, "application/json", "ballot-sent");
		put_media(json, "text/plain", NULL);
		break;
	case ROUTE_BODY_DECISION:
		put_media(json, "application/json", "decision-sent");
		break;
	case ROUTE_BODY_DELIVERY:
		put_media(json, "application/octet-stream", NULL);
		break;
	case ROUTE_BODY_NONE:
		break;
	}
	json_put_end(json);
	json_put_end(json);
}

static const char *answer_type(enum route_answer answer)
{
	switch (answer) {
	case ROUTE_JSON:
		return "application/json";
	case ROUTE_TEXT:
		return "text/plain";
	case ROUTE_BYTES:
		return "application/octet-stream";
	case ROUTE_HTML:
		return "text/html";
	}
	abort();
}

static void put_response(struct json_writer *json, const char *status,
			 const char *description, const char *type, const char *schema)
{
	json_put_object(json, status);
	json_put_text(json, "description", description);
	json_put_object(json, "content");
	if (schema)
		put_media(json, type, schema);
	else
		put_json(json, type, "{}");
	json_put_end(json);
	json_put_end(json);
}

static void put_responses(struct json_writer *json, const struct route *route)
{
	const char *type = answer_type(route->answers);

	json_put_object(json, "responses");
	put_response(json, "200",
		     route->method == HTTP_POST ? "Recorded before, or a dry run"
						: "Done",
		     type, NULL);
	if (route->method == HTTP_POST)
		put_response(json, "201", "Recorded", type, NULL);
	put_response(json, "default", "A problem (RFC 9457)", "application/problem+json",
		     "problem");
	json_put_end(json);
}

static void put_operation(struct json_writer *json, const struct route *route)
{
	char roles[160] = "Public.";
	size_t n = 0;

	json_put_object(json, route->method == HTTP_POST ? "post" : "get");
	json_put_text(json, "summary", route->does);
	for (unsigned bit = 1; bit <= ROLE_AUDITOR; bit <<= 1)
		if (route->roles & bit)
			n += (size_t)snprintf(roles + n, sizeof roles - n, "%s%s",
					      n ? ", " : "For the roles ",
					      role_name((enum role)bit));
	json_put_text(json, "description", roles);
	put_json(json, "security", route->roles ? "[{\"token\":[]}]" : "[]");
	put_parameters(json, route);
	put_body(json, route);
	put_responses(json, route);
	json_put_end(json);
}

static bool is_first_of_path(const struct routes *routes, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(routes->route[j].path, routes->route[i].path) == 0)
			return false;
	return true;
}

/* "{tile+}" is ours; OpenAPI knows "{tile}". */
static void put_paths(struct json_writer *json, const struct routes *routes)
{
	json_put_object(json, "paths");
	for (size_t i = 0; i < routes->count; i++) {
		char path[ROUTE_PATH_BYTES_MAX];
		size_t n = 0;

		if (!is_first_of_path(routes, i))
			continue;
		for (const char *p = routes->route[i].path; *p && n < sizeof path - 1;
		     p++)
			if (*p != '+')
				path[n++] = *p;
		path[n] = '\0';
		json_put_object(json, path);
		for (size_t j = i; j < routes->count; j++)
			if (strcmp(routes->route[j].path, routes->route[i].path) == 0)
				put_operation(json, &routes->route[j]);
		json_put_end(json);
	}
	json_put_end(json);
}

static enum err put_schemas(struct json_writer *json, struct fault *fault)
{
	struct buffer schema;
	enum err err = ERR_OK;

	buffer_init(&schema, SCHEMA_BYTES_MAX);
	json_put_object(json, "schemas");
	put_json(json, "batch-sent", BATCH_SCHEMA);
	put_json(json, "correction-sent", CORRECTION_SCHEMA);
	put_json(json, "batch-row", BATCH_ROW_SCHEMA);
	put_json(json, "ballot-sent", BALLOT_SCHEMA);
	put_json(json, "decision-sent", DECISION_SCHEMA);
	put_json(json, "problem", PROBLEM_SCHEMA);
	for (int kind = 0; kind < KIND__COUNT && !err; kind++) {
		buffer_clear(&schema);
		err = schema_write((enum kind)kind, &schema);
		if (err)
			err = fault_set(fault, err, "the schemas could not be written");
		else
			json_put_json(json, kind_def((enum kind)kind)->name,
				      buffer_slice(&schema));
	}
	json_put_end(json);
	buffer_release(&schema);
	return err;
}

enum err openapi_write(const struct routes *routes, struct buffer *out,
		       struct fault *fault)
{
	struct json_writer json;
	enum err err;

	json_writer_init(&json, out);
	json_put_object(&json, NULL);
	json_put_text(&json, "openapi", "3.1.0");
	json_put_object(&json, "info");
	json_put_text(&json, "title", "Arrondi");
	json_put_text(&json, "version", ARRONDI_VERSION);
	json_put_end(&json);
	put_paths(&json, routes);
	json_put_object(&json, "components");
	err = put_schemas(&json, fault);
	json_put_object(&json, "securitySchemes");
	put_json(&json, "token", "{\"type\":\"http\",\"scheme\":\"bearer\"}");
	json_put_end(&json);
	json_put_end(&json);
	json_put_end(&json);
	if (err)
		return err;
	err = json_writer_finish(&json);
	return err ? fault_set(fault, err, "the description could not be written")
		   : ERR_OK;
}
