/*
 * post_object.c - the one way in which arrondi-post walks through a JSON answer.
 */
#include "gateway/post_object.h"

enum err post_not_an_answer(struct fault *fault)
{
	return fault_set(fault, ERR_INVALID,
			 "the server's answer is not one that this program knows");
}

/* The member whose name the reader has just read; its value comes next. */
static enum err member_read(struct json_reader *reader, const char *const *names,
			    uint64_t *seen, post_member_fn *member, void *ctx,
			    struct fault *fault)
{
	enum json_token token;
	uint64_t bit;
	size_t i = 0;
	enum err err;

	while (names[i] && !slice_equal_text(reader->text, names[i]))
		i++;
	if (!names[i])
		return json_reader_skip(reader, JSON_TOKEN_NAME, fault);
	bit = UINT64_C(1) << i;
	if (*seen & bit)
		return post_not_an_answer(fault);
	*seen |= bit;
	err = json_reader_next(reader, &token, fault);
	return err ? err : member(ctx, i, reader, token, fault);
}

enum err post_object_read(struct json_reader *reader, const char *const *names,
			  post_member_fn *member, void *ctx, struct fault *fault)
{
	uint64_t seen = 0;

	for (unsigned n = 0; n <= POST_MEMBERS_MAX; n++) {
		enum json_token token;
		enum err err = json_reader_next(reader, &token, fault);

		if (err || token == JSON_TOKEN_OBJECT_END)
			return err;
		err = member_read(reader, names, &seen, member, ctx, fault);
		if (err)
			return err;
	}
	return post_not_an_answer(fault);
}

enum err post_body_read(struct slice body, const char *const *names,
			post_member_fn *member, void *ctx, struct fault *fault)
{
	struct json_reader reader;
	enum json_token token;
	enum err err;

	json_reader_init(&reader, body);
	err = json_reader_next(&reader, &token, fault);
	if (!err && token != JSON_TOKEN_OBJECT)
		err = post_not_an_answer(fault);
	if (!err)
		err = post_object_read(&reader, names, member, ctx, fault);
	if (!err)
		err = json_reader_next(&reader, &token, fault); /* nothing follows */
	json_reader_release(&reader);
	return err;
}

enum err post_list_read(struct json_reader *reader, enum json_token token,
			post_item_fn *item, void *ctx, struct fault *fault)
{
	enum err err = token == JSON_TOKEN_LIST ? ERR_OK : post_not_an_answer(fault);

	while (!err) {
		err = json_reader_next(reader, &token, fault);
		if (err || token == JSON_TOKEN_LIST_END)
			break;
		err = item(ctx, reader, token, fault);
	}
	return err;
}
