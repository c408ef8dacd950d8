/*
 * fuzz_api.c - requests to the gateway, from their first byte to the answer: head,
 * target, parameters, fields, body, and every route behind them, over a real ledger.
 *
 * In a request "{operator}", "{employer}" and so on stand for the token of
 * tests/api_rig.h,
 * "{today}" and "{month}" for the day and the month, since the ledger has the real clock,
 * and "{last}" for the position of the last entry. A line "====" parts one request from
 * the next.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/api_int.h"
#include "gateway/json_reader.h"
#include "tests/api_rig.h"
#include "tests/fake_mhd.h"
#include "tests/fuzz.h"

#define REQUESTS_MAX 4
#define PART_LINE    "====\n"
#define TEXT_MAX     ((size_t)1 << 20)
#define ANSWER_MAX   ((size_t)64 << 20)

static struct api_rig rig;
static struct ledger *reader;

static void rig_end(void)
{
	ledger_close(reader);
	api_rig_free(&rig);
}

static void rig_begin(void)
{
	api_rig_init(&rig);
	rig.config.threads = 1;
	api_rig_start(&rig);
	FUZZ_MUST(ledger_open(rig.temporary->dir, LEDGER_READ, &reader, NULL) == ERR_OK);
	FUZZ_MUST(atexit(rig_end) == 0);
}

static uint64_t size_now(void)
{
	uint64_t size;

	FUZZ_MUST(ledger_size(reader, &size, NULL) == ERR_OK);
	return size;
}

static const char *last_position(void)
{
	static char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)size_now() - 1);
	return text;
}

static const char *word_value(const char *word, size_t n)
{
	static const char *const tokens[WHO__COUNT] = {
		[WHO_OPERATOR] = "operator", [WHO_TREASURER] = "treasurer",
		[WHO_SEAT] = "seat",         [WHO_AUDITOR] = "auditor",
		[WHO_EMPLOYER] = "employer", [WHO_OTHER] = "other",
	};

	for (int i = 0; i < WHO__COUNT; i++)
		if (strlen(tokens[i]) == n && memcmp(tokens[i], word, n) == 0)
			return rig.token[i];
	if (n == 5 && memcmp(word, "today", 5) == 0)
		return temporary_today();
	if (n == 5 && memcmp(word, "month", 5) == 0)
		return temporary_month(0);
	if (n == 4 && memcmp(word, "last", 4) == 0)
		return last_position();
	return NULL;
}

/* Puts the words' values in their place. */
static void text_fill(struct slice in, struct buffer *out)
{
	for (size_t i = 0; i < in.n; i++) {
		const char *word = (const char *)in.p + i + 1;
		const char *close = in.p[i] == '{' && in.n - i > 1
					    ? memchr(word, '}', in.n - i - 1)
					    : NULL;
		size_t n = close ? (size_t)(close - word) : 0;
		const char *value = n ? word_value(word, n) : NULL;

		if (value) {
			buffer_put_text(out, value);
			i += n + 1;
		} else {
			buffer_put_byte(out, in.p[i]);
		}
	}
}

static void json_must_be_good(struct slice body)
{
	struct json_reader json;
	enum json_token token;

	json_reader_init(&json, body);
	FUZZ_MUST(json_reader_next(&json, &token, NULL) == ERR_OK);
	FUZZ_MUST(json_reader_skip(&json, token, NULL) == ERR_OK);
	FUZZ_MUST(json_reader_next(&json, &token, NULL) == ERR_OK);
	FUZZ_MUST(token == JSON_TOKEN_END);
	json_reader_release(&json);
}

static void ask(struct slice request)
{
	struct fake_answer answer = { .status = 0 };
	uint64_t before = size_now();

	buffer_init(&answer.body, ANSWER_MAX);
	if (fake_ask(rig.api->server, request, &answer)) {
		/* Whatever is asked, the service itself is not at fault. */
		FUZZ_MUST(answer.status != 500 && answer.status != 503);
		FUZZ_MUST(buffer_err(&answer.body) == ERR_OK);
		if (strstr(answer.type, "json") && !strstr(answer.type, "ndjson"))
			json_must_be_good(buffer_slice(&answer.body));
		FUZZ_MUST(answer.status != 201 || size_now() <= before + 1);
		FUZZ_MUST(answer.status == 201 || size_now() == before);
	}
	buffer_release(&answer.body);
}

FUZZ_TARGET(api)
{
	struct slice rest = slice_of(bytes, n);
	struct buffer text;

	if (!rig.api)
		rig_begin();
	for (int i = 0; i < REQUESTS_MAX && rest.n > 0; i++) {
		const uint8_t *part =
			memmem(rest.p, rest.n, PART_LINE, sizeof PART_LINE - 1);
		size_t one = part ? (size_t)(part - rest.p) : rest.n;

		buffer_init(&text, TEXT_MAX);
		text_fill(slice_of(rest.p, one), &text);
		if (buffer_err(&text) == ERR_OK)
			ask(buffer_slice(&text));
		buffer_release(&text);
		one += part ? sizeof PART_LINE - 1 : 0;
		rest = slice_of(rest.p + one, rest.n - one);
	}
	return 0;
}
