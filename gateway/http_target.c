/*
 * http_target.c - the one strict reading of a request's target (RFC 9112, 3.2.1).
 *
 *  (1) Decoding happens once, and what came out is checked, never what went in.
 *  (2) A decoded byte never has a meaning that its encoded form had not: an encoded
 *      slash does not part segments, an encoded "&" does not part parameters.
 */
#include <assert.h>
#include <stdbool.h>

#include "gateway/http_target.h"

/* Decodes into bytes, which has room for as much as is read. */
struct decoder {
	const char *in;
	char *out;
};

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* What may stand in a target as it is (RFC 3986, 3.3 and 3.4), "%" aside. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~!$&'()*+,;=:@/?", c));
}

/* One byte, decoded, with *ret_encoded telling whether it was encoded. */
static enum err decode_byte(struct decoder *decoder, char *ret_byte, bool *ret_encoded)
{
	const char *in = decoder->in;
	int high, low;

	if (*in != '%') {
		if (!is_plain(*in))
			return ERR_INVALID;
		*ret_byte = *in;
		*ret_encoded = false;
		decoder->in++;
		return ERR_OK;
	}
	high = digit_value(in[1]);
	low = high < 0 ? -1 : digit_value(in[2]);
	if (low < 0 || high * 16 + low < 0x20 || high * 16 + low > 0x7e)
		return ERR_INVALID;
	*ret_byte = (char)(high * 16 + low);
	*ret_encoded = true;
	decoder->in += 3;
	return ERR_OK;
}

static bool is_dots(const char *segment, const char *end)
{
	size_t n = (size_t)(end - segment);

	return (n == 1 && segment[0] == '.') || (n == 2 && memcmp(segment, "..", 2) == 0);
}

static enum err path_decode(struct decoder *decoder)
{
	const char *segment = NULL;
	size_t segments = 0;

	for (; *decoder->in && *decoder->in != '?';) {
		bool is_encoded;
		char byte;
		enum err err = decode_byte(decoder, &byte, &is_encoded);

		if (err || byte == '\\' || byte == '%' || (byte == '/' && is_encoded))
			return ERR_INVALID;
		if (byte == '/') {
			if (segment &&
			    (segment == decoder->out || is_dots(segment, decoder->out)))
				return ERR_INVALID;
			if (++segments > LIMIT_PATH_SEGMENTS)
				return ERR_TOO_BIG;
			segment = decoder->out + 1;
		}
		*decoder->out++ = byte;
	}
	if (!segment || is_dots(segment, decoder->out))
		return ERR_INVALID;
	*decoder->out++ = '\0';
	return ERR_OK;
}

static bool is_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= LIMIT_PARAMETER_NAME_BYTES &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == n;
}

/* Decodes up to the next delimiter, which is not taken. */
static enum err text_decode(struct decoder *decoder, const char *delimiters,
			    const char **ret_text)
{
	const char *text = decoder->out;

	while (*decoder->in && !strchr(delimiters, *decoder->in)) {
		bool is_encoded;
		char byte;
		enum err err = decode_byte(decoder, &byte, &is_encoded);

		if (err)
			return err;
		*decoder->out++ = byte == '+' && !is_encoded ? ' ' : byte;
	}
	*decoder->out++ = '\0';
	*ret_text = text;
	return ERR_OK;
}

static enum err parameter_decode(struct decoder *decoder, struct http_target *target)
{
	struct http_parameter parameter;
	enum err err;

	if (target->parameter_count == LIMIT_QUERY_PARAMETERS)
		return ERR_TOO_BIG;
	err = text_decode(decoder, "=&", &parameter.name);
	if (err)
		return err;
	if (*decoder->in != '=' || !is_name(parameter.name))
		return ERR_INVALID;
	decoder->in++;
	err = text_decode(decoder, "&", &parameter.value);
	if (err)
		return err;
	if (http_target_parameter(target, parameter.name))
		return ERR_INVALID;
	target->parameter[target->parameter_count++] = parameter;
	return ERR_OK;
}

enum err http_target_parse(const char *raw, struct http_target *ret_target,
			   struct fault *fault)
{
	struct decoder decoder = { .in = raw, .out = ret_target->bytes };
	enum err err;

	if (strnlen(raw, LIMIT_TARGET_BYTES + 1) > LIMIT_TARGET_BYTES)
		return fault_set(fault, ERR_TOO_BIG,
				 "the request's target is past %d bytes: shorten it",
				 LIMIT_TARGET_BYTES);
	ret_target->path = ret_target->bytes;
	ret_target->parameter_count = 0;
	err = raw[0] == '/' ? path_decode(&decoder) : ERR_INVALID;
	if (err)
		return fault_set(fault, err,
				 "the request's path is not a plain path: at most %d"
				 " segments, no dot segments, empty segments, encoded"
				 " slashes or bytes beyond printable ASCII",
				 LIMIT_PATH_SEGMENTS);
	while (err == ERR_OK && *decoder.in) {
		decoder.in++; /* the "?" or the "&" */
		if (!*decoder.in && ret_target->parameter_count == 0)
			break; /* a lone "?" */
		err = parameter_decode(&decoder, ret_target);
	}
	if (err)
		return fault_set(fault, err,
				 "the request's query is not name=value&...: each name"
				 " once, at most %d, printable ASCII",
				 LIMIT_QUERY_PARAMETERS);
	assert(decoder.out <= ret_target->bytes + sizeof ret_target->bytes);
	return ERR_OK;
}

const char *http_target_parameter(const struct http_target *target, const char *name)
{
	for (size_t i = 0; i < target->parameter_count; i++)
		if (strcmp(target->parameter[i].name, name) == 0)
			return target->parameter[i].value;
	return NULL;
}
