/*
 * http_head.c - the head of a request: copied, checked, and read in one way only.
 *
 *  (1) A request whose end two programs could see in different places (RFC 9112,
 *      6.1 and 6.3) is refused and its connection closed.
 *  (2) The first thing that is wrong is what the client is told.
 */
#include <assert.h>
#include <microhttpd.h>

#include "gateway/http_request_int.h"

/* Coming twice, one of these could frame, name or authenticate a request in two
 * ways. */
static const char *const single_fields[] = {
	"Authorization", "Content-Encoding",  "Content-Length", "Content-Type", "Expect",
	"Host",          "Transfer-Encoding",
};

/* Both passes over libmicrohttpd's fields: first they are measured, then copied. */
struct field_copy {
	struct http_request *request;
	size_t bytes;
	char *out; /* NULL in the first pass */
	bool is_bad;
};

static bool is_token(const char *name, size_t n)
{
	return n > 0 && strspn(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static bool is_value(const char *value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)value[i] < 0x20 && value[i] != '\t') ||
		    value[i] == 0x7f)
			return false;
	return true;
}

static enum MHD_Result field_measure(void *user, enum MHD_ValueKind kind,
				     const char *name, size_t name_bytes,
				     const char *value, size_t value_bytes)
{
	struct field_copy *copy = user;

	(void)kind;
	if (!is_token(name, name_bytes) || !is_value(value, value_bytes))
		copy->is_bad = true;
	copy->bytes += name_bytes + value_bytes + 4; /* ": " and the line's end */
	copy->request->field_count++;
	return MHD_YES;
}

static const char *text_copy(struct field_copy *copy, const char *text, size_t n)
{
	char *out = copy->out;

	if (n)
		memcpy(out, text, n);
	out[n] = '\0';
	copy->out += n + 1;
	return out;
}

static enum MHD_Result field_take(void *user, enum MHD_ValueKind kind, const char *name,
				  size_t name_bytes, const char *value,
				  size_t value_bytes)
{
	struct field_copy *copy = user;
	struct http_field *field = &copy->request->field[copy->request->field_count++];

	(void)kind;
	field->name = text_copy(copy, name, name_bytes);
	field->value = text_copy(copy, value, value_bytes);
	return MHD_YES;
}

static bool refuse(struct http_request *request, unsigned status, const char *slug,
		   const char *title, const char *detail)
{
	http_request_refuse(request, status, slug, title, detail);
	return false;
}

static bool refuse_bad(struct http_request *request, const char *detail)
{
	return refuse(request, 400, "bad-request", "The request cannot be understood",
		      detail);
}

/* For a request whose end is not certain: what follows on the connection may be its
 * body as well as another request. */
static bool refuse_framing(struct http_request *request, unsigned status,
			   const char *detail)
{
	request->must_close = true;
	return refuse(request, status, "framing", "The end of the request is not certain",
		      detail);
}

static bool fields_read(struct http_request *request)
{
	struct field_copy copy = { .request = request };
	const struct http_options *options = &request->server->options;
	size_t count;

	MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, field_measure,
				    &copy);
	count = request->field_count;
	request->field_count = 0;
	if (copy.is_bad)
		return refuse_framing(
			request, 400,
			"a header field is not a name, a colon and a value");
	if (count > LIMIT_HEADER_FIELDS || copy.bytes > options->header_bytes_max) {
		request->must_close = true;
		return refuse(request, 431, "header-too-big",
			      "The header fields are past a limit",
			      "send fewer or shorter header fields");
	}
	request->field_bytes = malloc(copy.bytes + 1);
	if (!request->field_bytes) {
		request->must_close = true;
		return refuse(request, 503, "memory", "The service cannot do this now",
			      "the service is out of memory");
	}
	copy.out = request->field_bytes;
	MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, field_take,
				    &copy);
	assert(request->field_count == count);
	return true;
}

/* The value of a field that comes at most once, or NULL. */
static const char *field_value(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->field_count; i++)
		if (strcasecmp(request->field[i].name, name) == 0)
			return request->field[i].value;
	return NULL;
}

static bool single_fields_check(struct http_request *request)
{
	for (size_t i = 0; i < sizeof single_fields / sizeof *single_fields; i++) {
		size_t count = 0;

		for (size_t j = 0; j < request->field_count; j++)
			count +=
				strcasecmp(request->field[j].name, single_fields[i]) == 0;
		if (count > 1)
			return refuse_framing(request, 400,
					      "a header field that may come once came"
					      " more than once");
	}
	return true;
}

/* Digits alone, as RFC 9110, 8.6 has it. */
static bool length_parse(const char *text, size_t *ret_length)
{
	size_t length = 0;

	if (!*text || strlen(text) > 18)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		length = length * 10 + (size_t)(*text - '0');
	}
	*ret_length = length;
	return true;
}

static bool framing_check(struct http_request *request, const char *version,
			  size_t *ret_length)
{
	const char *length = field_value(request, "Content-Length");
	const char *coding = field_value(request, "Transfer-Encoding");
	bool is_1_1 = strcmp(version, "HTTP/1.1") == 0;

	*ret_length = 0;
	if (!is_1_1 && strcmp(version, "HTTP/1.0") != 0)
		return refuse_framing(request, 505,
				      "only HTTP/1.0 and HTTP/1.1 are spoken");
	if (coding && (length || !is_1_1))
		return refuse_framing(request, 400,
				      "Transfer-Encoding may not come with"
				      " Content-Length or with HTTP/1.0");
	if (coding && strcasecmp(coding, "chunked") != 0)
		return refuse_framing(request, 501,
				      "the only Transfer-Encoding is chunked");
	if (length && !length_parse(length, ret_length))
		return refuse_framing(request, 400, "Content-Length is not a number");
	if (is_1_1 && !field_value(request, "Host"))
		return refuse_framing(request, 400, "there is no Host field");
	return true;
}

static bool method_check(struct http_request *request, const char *method)
{
	static const char *const names[] = {
		[HTTP_GET] = "GET",
		[HTTP_HEAD] = "HEAD",
		[HTTP_POST] = "POST",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i], method) != 0)
			continue;
		request->method = (enum http_method)i;
		request->method_name = names[i];
		return true;
	}
	refuse(request, 405, "method", "This method is not served",
	       "use GET, HEAD or POST");
	http_reply_header(&request->reply, "Allow", "GET, HEAD, POST");
	return false;
}

static bool target_check(struct http_request *request)
{
	struct fault fault = { .err = ERR_OK };
	enum err err = http_target_parse(request->raw_target, &request->target, &fault);

	free(request->raw_target);
	request->raw_target = NULL;
	if (err == ERR_TOO_BIG)
		return refuse(request, 414, "target-too-long",
			      "The request's target is past a limit", fault.text);
	if (err)
		return refuse_bad(request, fault.text);
	return true;
}

static bool expectation_check(struct http_request *request)
{
	const char *expectation = field_value(request, "Expect");

	if (expectation && strcasecmp(expectation, "100-continue") != 0)
		return refuse(request, 417, "expectation", "This cannot be expected here",
			      "the only expectation is 100-continue");
	request->is_expectant = expectation != NULL;
	return true;
}

static bool content_check(struct http_request *request)
{
	const char *coding = field_value(request, "Content-Encoding");
	const char *type = field_value(request, "Content-Type");
	size_t n = type ? strcspn(type, "; \t") : 0;

	if (coding && strcasecmp(coding, "identity") != 0)
		return refuse(request, 415, "content-coding",
			      "This content coding is not read", "send it uncompressed");
	if (n > LIMIT_CONTENT_TYPE_BYTES ||
	    (n > 0 && strspn(type, "!#$&-^_.+/0123456789"
				   "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ") < n))
		return refuse_bad(request, "Content-Type is not a media type");
	for (size_t i = 0; i < n; i++) {
		char c = type[i];

		request->content_type[i] =
			(char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	return true;
}

static bool size_check(struct http_request *request, size_t length)
{
	const struct http_hooks *hooks = &request->server->hooks;
	size_t max = 0;

	if (request->method == HTTP_POST)
		max = hooks->body_bytes_max(hooks->user, request);
	request->body_bytes_max = max;
	buffer_init(&request->body, max);
	if (max > LIMIT_STRANGER_BODY_BYTES && length <= max)
		http_peer_trust(request->server->watch, request->peer);
	if (length <= max)
		return true;
	return refuse(request, 413, "too-big", "What was sent is past a limit",
		      "the body is longer than this route takes");
}

static bool server_check(struct http_request *request)
{
	if (!request->server->is_stopping)
		return true;
	request->must_close = true;
	return refuse(request, 503, "busy", "The service is busy",
		      "the service is stopping: send the same request again later");
}

void http_head_read(struct http_request *request, const char *method, const char *version)
{
	size_t length = 0;

	if (fields_read(request) && single_fields_check(request) &&
	    framing_check(request, version, &length) && expectation_check(request) &&
	    server_check(request) && method_check(request, method) &&
	    target_check(request) && content_check(request) &&
	    size_check(request, length))
		request->state = HTTP_STATE_BODY;
	assert(request->state == HTTP_STATE_BODY || request->state == HTTP_STATE_REFUSED);
}
