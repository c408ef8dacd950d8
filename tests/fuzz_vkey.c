/*
 * fuzz_vkey.c - public keys in one line (keys/vkey.h), names, and API tokens
 * (keys/token.h).
 */
#include <stdlib.h>
#include <string.h>

#include "keys/token.h"
#include "keys/vkey.h"
#include "tests/fuzz.h"

FUZZ_TARGET(vkey)
{
	struct slice in = slice_of(bytes, n);
	char text[VKEY_TEXT_BYTES_MAX + 1];
	char *name = fuzz_text(bytes, n);
	struct vkey vkey, again;
	struct fault fault;
	struct hash hash;
	enum err err;

	err = vkey_parse(in, &vkey, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err) {
		vkey_format(&vkey, text);
		FUZZ_MUST(slice_equal_text(in, text));
		FUZZ_MUST(vkey_make(vkey.name, vkey.type, vkey.public_key, &again,
				    NULL) == ERR_OK);
		FUZZ_MUST(vkey_equal(&vkey, &again) && vkey.id == again.id);
	}
	/* A name of ours is one of the specification's. */
	if (key_name_check(name, &fault) == ERR_OK)
		FUZZ_MUST(key_name_valid(slice_of_text(name)));
	else
		(void)key_name_valid(in);
	if (token_parse_hash(in, &hash, &fault) == ERR_OK)
		FUZZ_MUST(n == TOKEN_TEXT_BYTES);
	free(name);
	return 0;
}
