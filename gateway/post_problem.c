/*
 * post_problem.c - a refusal (RFC 9457), row by row, as lines for a person.
 */
#include "gateway/post_problem.h"

#include <inttypes.h>
#include <stdio.h>

#include "gateway/post_object.h"
#include "keys/encoding.h"

/* Of one text of the server's, in bytes. */
#define TEXT_BYTES 320

struct text {
	char s[TEXT_BYTES];
};

/* Without controls (C0, DEL, C1); a text that is too long is cut between characters. */
static void text_take(const struct json_reader *reader, enum json_token token,
		      struct text *ret_text)
{
	const char *from = (const char *)reader->text.p;
	size_t at = 0, n = 0;

	if (token != JSON_TOKEN_TEXT)
		return;
	while (at < reader->text.n) {
		size_t start = at;
		uint32_t c = utf8_next(from, reader->text.n, &at);

		if (n + (at - start) >= TEXT_BYTES)
			break;
		if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
			ret_text->s[n++] = '?';
			continue;
		}
		memcpy(ret_text->s + n, from + start, at - start);
		n += at - start;
	}
	ret_text->s[n] = '\0';
}

/* What we do not want of a member must still be gone through. */
static enum err value_end(struct json_reader *reader, enum json_token token,
			  struct fault *fault)
{
	if (token == JSON_TOKEN_OBJECT || token == JSON_TOKEN_LIST)
		return json_reader_skip(reader, token, fault);
	return ERR_OK;
}

/* ---- one bad row ---- */

static const char *const row_names[] = { "line",   "pointer", "member",
					 "reason", "remedy",  NULL };

struct row {
	int64_t line; /* 0: none */
	struct text text[5];
};

static enum err row_member(void *ctx, size_t member, struct json_reader *reader,
			   enum json_token token, struct fault *fault)
{
	struct row *row = ctx;

	if (member == 0 && token == JSON_TOKEN_INTEGER)
		row->line = reader->integer;
	text_take(reader, token, &row->text[member]);
	return value_end(reader, token, fault);
}

/* "line 3: roundup: is negative; send 0 or more" */
static void row_put(const struct row *row, struct buffer *out)
{
	if (row->line > 0)
		(void)buffer_printf(out, "line %" PRId64 ": ", row->line);
	for (size_t i = 1; i <= 3; i++)
		if (row->text[i].s[0])
			(void)buffer_printf(out, "%s%s", row->text[i].s,
					    i < 3 ? ": " : "");
	if (row->text[4].s[0])
		(void)buffer_printf(out, "; %s", row->text[4].s);
	(void)buffer_put_byte(out, '\n');
}

static enum err row_item(void *ctx, struct json_reader *reader, enum json_token token,
			 struct fault *fault)
{
	struct row row = { .line = 0 };
	enum err err;

	if (token != JSON_TOKEN_OBJECT)
		return post_not_an_answer(fault);
	err = post_object_read(reader, row_names, row_member, &row, fault);
	if (!err)
		row_put(&row, ctx);
	return err;
}

/* ---- the problem ---- */

static const char *const problem_names[] = { "title", "detail", "errors", "type", NULL };

struct reading {
	struct buffer *out;
	bool is_problem;
	struct text title, detail;
};

static enum err problem_member(void *ctx, size_t member, struct json_reader *reader,
			       enum json_token token, struct fault *fault)
{
	struct reading *reading = ctx;

	if (member == 0)
		text_take(reader, token, &reading->title);
	else if (member == 1)
		text_take(reader, token, &reading->detail);
	else if (member == 2)
		return post_list_read(reader, token, row_item, reading->out, fault);
	else if (member == 3)
		reading->is_problem = token == JSON_TOKEN_TEXT;
	return value_end(reader, token, fault);
}

enum err post_problem_read(struct slice body, struct buffer *out,
			   char ret_sentence[POST_SENTENCE_BYTES], struct fault *fault)
{
	struct reading reading = { .out = out };
	size_t before = out->n;
	enum err err =
		post_body_read(body, problem_names, problem_member, &reading, fault);

	if (!err)
		err = buffer_check(out, "the list of bad rows", fault);
	if (!err && !reading.is_problem)
		err = post_not_an_answer(fault);
	if (err) {
		buffer_cut(out, before);
		return err;
	}
	snprintf(ret_sentence, POST_SENTENCE_BYTES, "%s%s%s", reading.title.s,
		 reading.title.s[0] && reading.detail.s[0] ? ": " : "", reading.detail.s);
	return ERR_OK;
}
