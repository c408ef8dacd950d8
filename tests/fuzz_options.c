/*
 * fuzz_options.c - arrondi-post's configuration file (gateway/post_options.h).
 */
#include <string.h>

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

FUZZ_TARGET(options)
{
	post_check(fuzz_file(slice_of(bytes, n)));
	return 0;
}
