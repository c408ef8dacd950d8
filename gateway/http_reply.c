/*
 * http_reply.c - what a handler answers.
 *
 * What must never become false: no value that could end a field or begin another one
 * gets into a reply, and a failure while filling one is never forgotten.
 */
#include <assert.h>
#include <stdarg.h>

#include "gateway/http_reply.h"

void http_reply_init(struct http_reply *reply)
{
	/* The fields' room is left as it is: there are none. */
	reply->status = 200;
	reply->content_type = NULL;
	reply->header_count = 0;
	reply->constant = (struct slice){ 0 };
	reply->err = ERR_OK;
	buffer_init(&reply->body, LIMIT_REPLY_BODY_BYTES);
}

void http_reply_release(struct http_reply *reply)
{
	if (reply)
		buffer_release(&reply->body);
}

static enum err value_check(const char *value)
{
	for (const char *c = value; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			return ERR_INVALID;
	return ERR_OK;
}

enum err http_reply_header(struct http_reply *reply, const char *name, const char *format,
			   ...)
{
	struct http_reply_header *header;
	enum err err = ERR_TOO_BIG;
	va_list arguments;
	int n;

	if (reply->err)
		return reply->err;
	if (reply->header_count == LIMIT_REPLY_HEADER_FIELDS)
		goto out;
	header = &reply->header[reply->header_count];
	va_start(arguments, format);
	n = vsnprintf(header->value, sizeof header->value, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= sizeof header->value)
		goto out;
	err = value_check(header->value);
	if (err)
		goto out;
	header->name = name;
	reply->header_count++;
out:
	reply->err = err;
	return err;
}

enum err http_reply_err(const struct http_reply *reply)
{
	return reply->err ? reply->err : buffer_err(&reply->body);
}
