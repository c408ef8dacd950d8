/*
 * fuzz_target.c - what stands in a request's line (gateway/http_target.h), where a route
 * is found for it (gateway/api_route.h), and addresses that arrondi-post is given
 * (gateway/post_url.h).
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/api_route.h"
#include "gateway/http_target.h"
#include "gateway/post_url.h"
#include "tests/fuzz.h"

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

static void path_check(const char *path)
{
	static struct routes routes;
	struct route_match match;

	FUZZ_MUST(path[0] == '/' && is_printable(path));
	FUZZ_MUST(!strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../"));
	FUZZ_MUST(!strpbrk(path, "%\\"));
	if (routes.count == 0)
		routes_init(&routes, false);
	for (int method = HTTP_GET; method <= HTTP_POST; method++) {
		routes_match(&routes, (enum http_method)method, path, &match);
		FUZZ_MUST(match.is_path_known || !match.route);
		for (int i = 0; match.route && i < ROUTE_VARIABLES_MAX; i++)
			FUZZ_MUST(match.variable[i].n <= strlen(path));
	}
}

static void target_check(const char *raw)
{
	static struct http_target target;
	struct fault fault;
	enum err err = http_target_parse(raw, &target, &fault);

	fuzz_must_be_said(err, &fault);
	if (err)
		return;
	FUZZ_MUST(target.parameter_count <= LIMIT_QUERY_PARAMETERS);
	path_check(target.path);
	for (size_t i = 0; i < target.parameter_count; i++) {
		const struct http_parameter *parameter = &target.parameter[i];

		FUZZ_MUST(is_printable(parameter->name) &&
			  is_printable(parameter->value));
		/* Each comes once, or it would not be found. */
		FUZZ_MUST(http_target_parameter(&target, parameter->name) ==
			  parameter->value);
	}
}

static void url_check(const char *text)
{
	struct post_url url, again;
	struct buffer out;
	bool is_first = true;
	struct fault fault;
	enum err err;

	err = post_url_parse(text, &url, &fault);
	fuzz_must_be_said(err, &fault);
	if (err)
		return;
	FUZZ_MUST(strncmp(url.base, url.is_plain ? "http://" : "https://",
			  url.is_plain ? 7 : 8) == 0);
	FUZZ_MUST(!strpbrk(url.base, "@?#\\%") && is_printable(url.base));
	FUZZ_MUST(post_url_parse(url.base, &again, NULL) == ERR_OK);
	FUZZ_MUST(strcmp(again.base, url.base) == 0);
	buffer_init(&out, POST_TARGET_BYTES_MAX);
	post_url_put(&url, "/v1/batches", &out);
	post_url_put_parameter(&out, &is_first, "site", text);
	FUZZ_MUST(buffer_err(&out) == ERR_OK || strlen(text) > POST_URL_BYTES_MAX);
	buffer_release(&out);
}

FUZZ_TARGET(target)
{
	char *text = fuzz_text(bytes, n);

	target_check(text);
	url_check(text);
	free(text);
	return 0;
}
