/*
 * fuzz_keyfile.c - key files and passphrase files (keys/keyfile.h). What is read can be
 * written and read again.
 */
#include <string.h>
#include <unistd.h>

#include "keys/encoding.h"
#include "keys/keyfile.h"
#include "tests/fuzz.h"

#define PASSPHRASE "a passphrase of nobody"

static void key_check(const struct keyfile *file)
{
	uint8_t seed[KEY_SEED_BYTES], again_seed[KEY_SEED_BYTES];
	struct keyfile again = { .key = NULL };
	struct vkey vkey;
	const char *path = fuzz_file(slice_of("", 0));

	FUZZ_MUST(keyfile_vkey(file, &vkey, NULL) == ERR_OK);
	FUZZ_MUST(strcmp(vkey.name, file->name) == 0);
	FUZZ_MUST(unlink(path) == 0);
	FUZZ_MUST(keyfile_write(path, file->name, file->key, NULL, NULL) == ERR_OK);
	FUZZ_MUST(keyfile_read(path, NULL, &again, NULL) == ERR_OK);
	signing_key_seed(file->key, seed);
	signing_key_seed(again.key, again_seed);
	FUZZ_MUST(memcmp(seed, again_seed, sizeof seed) == 0);
	FUZZ_MUST(strcmp(again.name, file->name) == 0);
	keyfile_clear(&again);
}

FUZZ_TARGET(keyfile)
{
	char passphrase[PASSPHRASE_BYTES_MAX + 1];
	struct keyfile file = { .key = NULL };
	struct fault fault;
	const char *path = fuzz_file(slice_of(bytes, n));
	enum err err;

	if (passphrase_read(path, passphrase, &fault) == ERR_OK)
		FUZZ_MUST(strlen(passphrase) >= PASSPHRASE_BYTES_MIN);
	err = keyfile_read(path, NULL, &file, &fault);
	/* Sealed, perhaps: then it takes the passphrase. */
	if (err == ERR_UNKNOWN)
		err = keyfile_read(path, PASSPHRASE, &file, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err)
		key_check(&file);
	keyfile_clear(&file);
	return 0;
}
