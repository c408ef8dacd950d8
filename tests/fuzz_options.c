/*
 * fuzz_options.c - the two configuration files: arrondi-post's (gateway/post_options.h)
 * and the gateway's (gateway/config.h).
 */
#include <string.h>

#include "gateway/config.h"
#include "gateway/post_options.h"
#include "tests/fuzz.h"

static void post_check(const char *path)
{
	struct post_options options;
	struct fault fault;
	enum err err;

	post_options_init(&options);
	options.file = "-";
	err = post_options_read(&options, path, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err) {
		for (int i = 0; i < POST_WORD__COUNT; i++)
			FUZZ_MUST(!options.word[i] || !strchr(options.word[i], '\n'));
		err = post_options_check(&options, &fault);
		fuzz_must_be_said(err, &fault);
		if (!err)
			FUZZ_MUST(options.retries <= POST_RETRIES_MAX &&
				  cents_is_positive(options.step));
	}
	post_options_release(&options);
}

static void gateway_check(const char *path)
{
	struct config config;
	struct http_options options;
	struct fault fault;
	enum err err;

	config_init(&config);
	err = config_read(path, &config, &fault);
	fuzz_must_be_said(err, &fault);
	if (err)
		return;
	config_http_options(&config, &options);
	FUZZ_MUST(config.threads >= 1 && config.connections_max >= 8);
	FUZZ_MUST(config.listen[0] && strlen(config.listen) <= LIMIT_LISTEN_BYTES);
	FUZZ_MUST(config.batch_rows_max >= 1 &&
		  config.batch_rows_max <= LIMIT_BATCH_ROWS);
}

FUZZ_TARGET(options)
{
	const char *path = fuzz_file(slice_of(bytes, n));

	post_check(path);
	gateway_check(path);
	return 0;
}
