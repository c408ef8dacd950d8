/*
 * markup.c - see markup.h.
 */
#include "tests/markup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void markup_init(struct markup *markup, const char *text)
{
	*markup = (struct markup){ .at = text };
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == ':' || c == '_' || c == '-';
}

static struct slice name_read(struct markup *markup)
{
	const char *begin = markup->at;

	while (is_name(*markup->at))
		markup->at++;
	assert_true(markup->at > begin);
	return slice_of(begin, (size_t)(markup->at - begin));
}

static char entity_read(const char **at)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "&amp;", '&' },
			 { "&lt;", '<' },
			 { "&gt;", '>' },
			 { "&quot;", '"' },
			 { "&apos;", '\'' } };

	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
		if (strncmp(*at, entities[i].name, strlen(entities[i].name)) == 0) {
			*at += strlen(entities[i].name);
			return entities[i].c;
		}
	}
	fail_msg("no entity: %.10s", *at);
	return 0;
}

/* Decodes up to `end`, which it must reach; what stops a text may not be inside. */
static void decode(const char *begin, const char *end, char *room, size_t bytes)
{
	size_t n = 0;

	while (begin < end) {
		assert_true(n + 1 < bytes);
		assert_true(*begin != '<' && *begin != '\0');
		room[n++] = *begin == '&' ? entity_read(&begin) : *begin++;
	}
	assert_ptr_equal(begin, end);
	room[n] = '\0';
}

static void attributes_read(struct markup *markup)
{
	const char *begin = markup->at;

	for (;;) {
		while (*markup->at == ' ' || *markup->at == '\n' || *markup->at == '\r')
			markup->at++;
		if (*markup->at == '>' || *markup->at == '/' || *markup->at == '?')
			break;
		(void)name_read(markup);
		assert_int_equal(*markup->at++, '=');
		assert_int_equal(*markup->at++, '"');
		while (*markup->at != '"') {
			assert_true(*markup->at != '\0' && *markup->at != '<');
			markup->at++;
		}
		markup->at++;
	}
	markup->attributes = slice_of(begin, (size_t)(markup->at - begin));
}

/* HTML's elements that have no end. */
static bool is_void(struct slice name)
{
	return slice_equal_text(name, "meta") || slice_equal_text(name, "br");
}

static enum markup_token element_open(struct markup *markup)
{
	markup->name = name_read(markup);
	attributes_read(markup);
	markup->closes = *markup->at == '/' || is_void(markup->name);
	if (*markup->at == '/')
		markup->at++;
	assert_int_equal(*markup->at++, '>');
	assert_true(markup->depth < MARKUP_DEPTH_MAX);
	markup->open[markup->depth++] = markup->name;
	return MARKUP_OPEN;
}

static enum markup_token element_close(struct markup *markup)
{
	assert_true(markup->depth > 0);
	assert_true(slice_equal(markup->open[--markup->depth], markup->name));
	return MARKUP_CLOSE;
}

enum markup_token markup_next(struct markup *markup)
{
	const char *end;

	if (markup->closes) {
		markup->closes = false;
		return element_close(markup);
	}
	while (strncmp(markup->at, "<!", 2) == 0 || strncmp(markup->at, "<?", 2) == 0) {
		markup->at = strchr(markup->at, '>');
		assert_non_null(markup->at);
		markup->at++;
	}
	if (!*markup->at) {
		assert_int_equal(markup->depth, 0);
		return MARKUP_END;
	}
	if (*markup->at == '<' && markup->at[1] == '/') {
		markup->at += 2;
		markup->name = name_read(markup);
		assert_int_equal(*markup->at++, '>');
		return element_close(markup);
	}
	if (*markup->at == '<') {
		markup->at++;
		return element_open(markup);
	}
	end = strchr(markup->at, '<');
	if (!end)
		end = markup->at + strlen(markup->at);
	/* A style sheet's own text is not ours to decode. */
	if (markup->depth && slice_equal_text(markup->open[markup->depth - 1], "style"))
		markup->text[0] = '\0';
	else
		decode(markup->at, end, markup->text, sizeof markup->text);
	markup->at = end;
	return MARKUP_TEXT;
}

bool markup_is(const struct markup *markup, const char *name)
{
	return slice_equal_text(markup->name, name);
}

bool markup_attribute(const struct markup *markup, const char *name, char *room,
		      size_t bytes)
{
	const char *at = (const char *)markup->attributes.p;
	const char *end = at + markup->attributes.n;
	size_t n = strlen(name);

	while (at < end) {
		const char *value;

		while (at < end && !is_name(*at))
			at++;
		if (at == end)
			return false;
		value = memchr(at, '"', (size_t)(end - at));
		assert_non_null(value);
		value++;
		if (strncmp(at, name, n) == 0 && at[n] == '=') {
			decode(value, strchr(value, '"'), room, bytes);
			return true;
		}
		at = strchr(value, '"') + 1;
	}
	return false;
}

void markup_inner_text(struct markup *markup, struct buffer *out)
{
	size_t depth = markup->depth - 1, silent = 0;
	char class[64];

	while (markup->depth > depth) {
		enum markup_token token = markup_next(markup);

		assert_int_not_equal(token, MARKUP_END);
		if (token == MARKUP_TEXT && !silent)
			buffer_put_text(out, markup->text);
		if (token == MARKUP_OPEN && !silent &&
		    markup_attribute(markup, "class", class, sizeof class) &&
		    (!strcmp(class, "mark") || !strcmp(class, "hidden")))
			silent = markup->depth;
		if (token == MARKUP_CLOSE && markup->depth < silent)
			silent = 0;
	}
}

bool markup_find(struct markup *markup, const char *name)
{
	for (;;) {
		enum markup_token token = markup_next(markup);

		if (token == MARKUP_END)
			return false;
		if (token == MARKUP_OPEN && markup_is(markup, name))
			return true;
	}
}
