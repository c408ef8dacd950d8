/*
 * post_options.h - what arrondi-post was asked to do.
 *
 * One table names every option, says how it must look and how to mend it. Options
 * come from the command line and, all but the file to post, from a small
 * configuration file, so that what a company never changes is written once:
 *
 *	# What Arrondi is sent each month.
 *	url = https://ledger.example
 *	step = 1.00
 *
 * One `name = value` per line, names as on the command line without the dashes; '#'
 * begins a line of comment. There is no quoting and no continuation. A name that is not
 * an option or stands twice is refused with its line. The command line wins.
 */
#ifndef ARRONDI_GATEWAY_POST_OPTIONS_H
#define ARRONDI_GATEWAY_POST_OPTIONS_H

#include <stdbool.h>

#include "gateway/post_url.h"
#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/vkey.h"
#include "ledger/money.h"

#define POST_CONFIG_BYTES_MAX ((size_t)64 * 1024)
#define POST_RETRIES_DEFAULT  5
#define POST_RETRIES_MAX      20

enum post_word {
	POST_URL,
	POST_TOKEN_FILE,
	POST_VKEY,
	POST_STATE,
	POST_SOURCE,
	POST_PERIOD,
	POST_COLLECTED_ON,
	POST_STEP,
	POST_TERMS,
	POST_REFERENCE,
	POST_SITE,
	POST_COMPANY, /* by a collector: for whom */
	POST_RETRIES,
	POST_KEY,
	POST_PASSPHRASE_FILE,
	POST_CORRECTS,
	POST_REASON,
	POST_CA,
	POST_WORD__COUNT
};

/* "url", "token-file", ... */
const char *post_word_name(enum post_word word);

struct post_options {
	/* As they were given; NULL for none. They point into argv or into config. */
	const char *word[POST_WORD__COUNT];
	const char *file; /* to post; "-" is standard input */
	bool is_dry_run;

	/* Read from the words by post_options_check(). */
	struct post_url url;
	struct vkey vkey;
	struct cents step;
	unsigned retries;
	uint64_t corrects; /* position of the batch, where POST_CORRECTS is given */

	struct buffer config; /* owned: the configuration file, cut into words */
};

void post_options_init(struct post_options *options);
void post_options_release(struct post_options *options);

/* Puts in the words of a configuration file where the command line has none.
 * ERR_USAGE with "PATH:LINE: ..."; ERR_IO, ERR_TOO_BIG. Once per struct. */
MUST_USE enum err post_options_read(struct post_options *options, const char *path,
				    struct fault *fault);

/* That all that is needed is there and looks as it must; reads the typed ones.
 * ERR_USAGE, naming the option and the remedy. */
MUST_USE enum err post_options_check(struct post_options *options, struct fault *fault);

#endif
