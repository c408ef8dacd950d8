/*
 * fuzz_report.c - reports of whatever the books have let in (a script of
 * tests/world_play.h): each can be drawn, in both languages, and what is drawn can be
 * read by the machines that it is for.
 */
#include <string.h>

#include "gateway/json_reader.h"
#include "keys/encoding.h"
#include "reports/allocation.h"
#include "reports/render.h"
#include "tests/fuzz.h"
#include "tests/report_rig.h"
#include "tests/world_fixed.h"
#include "tests/world_play.h"

#define REPORT_BYTES_MAX ((size_t)8 << 20)
#define MARK_BYTES       3 /* of UTF-8 */

static void json_check(struct slice text)
{
	struct json_reader json;
	enum json_token token;

	json_reader_init(&json, text);
	FUZZ_MUST(json_reader_next(&json, &token, NULL) == ERR_OK);
	FUZZ_MUST(token == JSON_TOKEN_OBJECT);
	FUZZ_MUST(json_reader_skip(&json, token, NULL) == ERR_OK);
	FUZZ_MUST(json_reader_next(&json, &token, NULL) == ERR_OK);
	FUZZ_MUST(token == JSON_TOKEN_END);
	json_reader_release(&json);
}

static void text_check(struct slice text)
{
	FUZZ_MUST(utf8_valid((const char *)text.p, text.n));
	for (size_t i = 0; i < text.n; i++)
		FUZZ_MUST((text.p[i] >= 0x20 && text.p[i] != 0x7f) || text.p[i] == '\n');
}

/* The field at *at, to its separator or line's end, where it leaves *at. What begins it,
 * quotes aside, is no formula. */
static void field_check(struct slice text, char separator, size_t *at)
{
	bool is_quoted = *at < text.n && text.p[*at] == '"';
	size_t first = *at + is_quoted;

	if (first < text.n && strchr("=+@", text.p[first]))
		FUZZ_MUST(text.p[first] == '\0');
	if (first + 1 < text.n && text.p[first] == '-')
		FUZZ_MUST(text.p[first + 1] >= '0' && text.p[first + 1] <= '9');
	*at = first;
	while (*at < text.n) {
		uint8_t c = text.p[*at];

		if (!is_quoted && (c == '\r' || c == separator))
			return;
		FUZZ_MUST(is_quoted || (c != '"' && c != '\n'));
		++*at;
		if (!is_quoted || c != '"')
			continue;
		if (*at < text.n && text.p[*at] == '"')
			++*at;
		else
			return;
	}
}

static void csv_check(struct slice text, char separator)
{
	size_t at = MARK_BYTES;

	FUZZ_MUST(text.n > MARK_BYTES && memcmp(text.p, "\xEF\xBB\xBF", MARK_BYTES) == 0);
	while (at < text.n) {
		field_check(text, separator, &at);
		FUZZ_MUST(at < text.n);
		if (text.p[at] == '\r')
			FUZZ_MUST(++at < text.n && text.p[at] == '\n');
		else
			FUZZ_MUST(text.p[at] == separator);
		at++;
	}
}

static void renders_check(const struct document *doc, enum lang lang)
{
	struct buffer out;
	struct fault fault;

	buffer_init(&out, REPORT_BYTES_MAX);
	FUZZ_MUST(render_text(doc, &out, &fault) == ERR_OK);
	text_check(buffer_slice(&out));
	buffer_clear(&out);
	FUZZ_MUST(render_json(doc, &out, &fault) == ERR_OK);
	json_check(buffer_slice(&out));
	buffer_clear(&out);
	FUZZ_MUST(render_csv(doc, &out, &fault) == ERR_OK);
	csv_check(buffer_slice(&out), lang == LANG_FR ? ';' : ',');
	buffer_release(&out);
}

FUZZ_TARGET(report)
{
	struct world *world = world_told();
	struct standing standing;
	struct world_trial trial;
	struct fault fault;

	world_try(world, &trial);
	world_play(world, slice_of(bytes, n));
	rig_standing(world, &standing);
	for (int lang = 0; lang < LANG__COUNT; lang++) {
		struct report_request request = { .lang = (enum lang)lang };
		struct document doc;

		FUZZ_MUST(allocation_report(world->books, &standing, &request, &doc,
					    &fault) == ERR_OK);
		renders_check(&doc, (enum lang)lang);
		document_release(&doc);
	}
	world_undo(world, &trial);
	return 0;
}
