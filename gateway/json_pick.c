/*
 * json_pick.c - a few values out of a JSON object, by their paths.
 *
 * Which paths can still be met is a bit mask per object that is open, so one walk over
 * the bytes finds all of them.
 */
#include "gateway/json_pick.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct picker {
	struct json_reader reader;
	struct json_want *wants;
	size_t count;
	unsigned depth; /* of the object that is open: 0 is the outermost */
	uint64_t open[JSON_READER_DEPTH_MAX + 1]; /* lead through this object */
	uint64_t seen[JSON_READER_DEPTH_MAX + 1]; /* were met in it */
};

/* The name at that depth of a path; *ret_is_last where nothing follows it. */
static struct slice path_name(const char *path, unsigned depth, bool *ret_is_last)
{
	const char *end;

	for (; depth > 0; depth--)
		path = strchr(path, '.') + 1;
	end = strchr(path, '.');
	*ret_is_last = !end;
	return slice_of(path, end ? (size_t)(end - path) : strlen(path));
}

/* The wants that this name leads to, and among them those that it ends. */
static uint64_t name_match(const struct picker *picker, uint64_t *ret_last)
{
	uint64_t match = 0, last = 0;

	for (size_t i = 0; i < picker->count; i++) {
		uint64_t bit = UINT64_C(1) << i;
		bool is_last;

		if (!(picker->open[picker->depth] & bit) ||
		    !slice_equal(
			    path_name(picker->wants[i].path, picker->depth, &is_last),
			    picker->reader.text))
			continue;
		match |= bit;
		if (is_last)
			last |= bit;
	}
	*ret_last = last;
	return match;
}

/* Behind the token of an object or list: skips it, and tells where it stood. */
static enum err container_skip(struct json_reader *reader, enum json_token token,
			       struct slice *ret_bytes, struct fault *fault)
{
	const uint8_t *start = json_reader_place(reader).at - 1;
	enum err err = json_reader_skip(reader, token, fault);

	if (!err)
		*ret_bytes =
			slice_of(start, (size_t)(json_reader_place(reader).at - start));
	return err;
}

static bool is_container(enum json_token token)
{
	return token == JSON_TOKEN_OBJECT || token == JSON_TOKEN_LIST;
}

static enum err value_take(struct picker *picker, uint64_t last, enum json_token token,
			   struct fault *fault)
{
	struct slice text = picker->reader.text;
	enum err err = ERR_OK;

	if (is_container(token))
		err = container_skip(&picker->reader, token, &text, fault);
	for (size_t i = 0; !err && i < picker->count; i++) {
		if (!(last >> i & 1))
			continue;
		picker->wants[i].token = token;
		picker->wants[i].text = text;
		picker->wants[i].integer = picker->reader.integer;
	}
	return err;
}

/* The reader stands behind a member's name. */
static enum err member_read(struct picker *picker, struct fault *fault)
{
	uint64_t last, match = name_match(picker, &last);
	enum json_token token;
	enum err err;

	if (picker->seen[picker->depth] & match)
		return fault_set(fault, ERR_INVALID,
				 "JSON has a member twice that must come once");
	picker->seen[picker->depth] |= match;
	if (!match)
		return json_reader_skip(&picker->reader, JSON_TOKEN_NAME, fault);
	err = json_reader_next(&picker->reader, &token, fault);
	if (err)
		return err;
	if (last) {
		assert(last == match); /* no path leads through another */
		return value_take(picker, last, token, fault);
	}
	if (token == JSON_TOKEN_OBJECT) {
		picker->depth++;
		picker->open[picker->depth] = match;
		picker->seen[picker->depth] = 0;
		return ERR_OK;
	}
	return token == JSON_TOKEN_LIST ? json_reader_skip(&picker->reader, token, fault)
					: ERR_OK;
}

static enum err object_read(struct picker *picker, struct fault *fault)
{
	enum json_token token;
	enum err err = json_reader_next(&picker->reader, &token, fault);

	if (!err && token != JSON_TOKEN_OBJECT)
		return fault_set(fault, ERR_INVALID, "JSON is not an object");
	while (!err) {
		err = json_reader_next(&picker->reader, &token, fault);
		if (err)
			break;
		if (token != JSON_TOKEN_OBJECT_END)
			err = member_read(picker, fault);
		else if (picker->depth == 0)
			return json_reader_next(&picker->reader, &token, fault);
		else
			picker->depth--;
	}
	return err;
}

enum err json_pick(struct slice bytes, struct json_want *wants, size_t count,
		   void **ret_texts, struct fault *fault)
{
	struct picker picker = { .wants = wants, .count = count };
	enum err err;

	assert(count > 0 && count <= JSON_PICK_WANTS_MAX);
	for (size_t i = 0; i < count; i++) {
		wants[i].token = JSON_TOKEN_END;
		wants[i].text = slice_of(NULL, 0);
		wants[i].integer = 0;
	}
	picker.open[0] = ~UINT64_C(0) >> (JSON_PICK_WANTS_MAX - count);
	json_reader_init(&picker.reader, bytes);
	err = object_read(&picker, fault);
	*ret_texts = err ? NULL : json_reader_take_texts(&picker.reader);
	json_reader_release(&picker.reader);
	return err;
}

static enum err list_read(struct json_reader *reader, size_t items_max,
			  json_item_fn *item, void *ctx, struct fault *fault)
{
	enum json_token token;
	enum err err = json_reader_next(reader, &token, fault);

	if (!err && token != JSON_TOKEN_LIST)
		return fault_set(fault, ERR_INVALID, "JSON is not a list");
	for (size_t n = 0; !err; n++) {
		struct slice bytes;

		err = json_reader_next(reader, &token, fault);
		if (err)
			break;
		if (token == JSON_TOKEN_LIST_END)
			return json_reader_next(reader, &token, fault);
		if (token != JSON_TOKEN_OBJECT)
			return fault_set(
				fault, ERR_INVALID,
				"JSON has a list of something else than objects");
		if (n == items_max)
			return fault_set(fault, ERR_TOO_BIG,
					 "JSON has a list of more than %zu objects",
					 items_max);
		err = container_skip(reader, token, &bytes, fault);
		if (!err)
			err = item(ctx, bytes, fault);
	}
	return err;
}

enum err json_each(struct slice list, size_t items_max, json_item_fn *item, void *ctx,
		   struct fault *fault)
{
	struct json_reader reader;
	enum err err;

	json_reader_init(&reader, list);
	err = list_read(&reader, items_max, item, ctx, fault);
	json_reader_release(&reader);
	return err;
}

bool json_want_is(const struct json_want *want, const char *text)
{
	return want->token == JSON_TOKEN_TEXT && slice_equal_text(want->text, text);
}

bool json_want_is_true(const struct json_want *want)
{
	return want->token == JSON_TOKEN_TRUE;
}

bool json_want_is_void(const struct json_want *want)
{
	return want->token == JSON_TOKEN_END || want->token == JSON_TOKEN_NULL;
}
