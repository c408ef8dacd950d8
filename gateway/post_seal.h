/*
 * post_seal.h - a company signs what it posts.
 *
 * What is signed is computed here, from the file and the command line alone: what the
 * server would book is never asked for, so that it cannot be signed unread. Only the
 * fund of rows that name none is the foundation's to say.
 *
 *  (1) The same file under the same reference gives the same note, so that whoever
 *      asks again after a lost answer sends what was sent before.
 *  (2) The salt of the file's digest is a hash of a signature that never leaves the
 *      company, so that whoever has the key, and nobody else, can find it again.
 */
#ifndef ARRONDI_GATEWAY_POST_SEAL_H
#define ARRONDI_GATEWAY_POST_SEAL_H

#include <stdbool.h>

#include "gateway/post_file.h"
#include "gateway/post_options.h"
#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/vkey.h"
#include "ledger/batch.h"

struct post_seal {
	bool is_made;
	char signer[KEY_NAME_BYTES_MAX + 1]; /* the company */
	uint8_t salt[BATCH_SALT_BYTES];
	struct buffer note;
	struct buffer manifest_field, salt_field; /* lines of a request's head */
	const char *fields[3];                    /* both, and NULL */
};

void post_seal_init(struct post_seal *seal);
void post_seal_release(struct post_seal *seal);

/* Signs with --key. The seal is initialised. The errors of keyfile_read();
 * ERR_TOO_BIG past MANIFEST_NOTE_BYTES_MAX, ERR_MEMORY. */
MUST_USE enum err post_seal_make(const struct post_options *options,
				 const struct post_sum *sum, struct slice body,
				 struct post_seal *seal, struct fault *fault);

#endif
