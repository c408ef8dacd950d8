/*
 * keyfile.h - a private key at rest.
 *
 * The file is a line "Name: NAME", then a PKCS#8 key in PEM (RFC 5958, RFC 7468;
 * text before the block is allowed there), so that other tools read it, too.
 * With a passphrase the key is encrypted by PBES2 with scrypt (RFC 7914) and AES-256-CBC.
 *
 * What must never become false: a key file is made with mode 0600, is never
 * overwritten, and is refused when somebody else could have read or changed it.
 * The name is not secret and not authenticated: with another name the same key
 * is another vkey, which verifiers do not know.
 */
#ifndef ARRONDI_KEYS_KEYFILE_H
#define ARRONDI_KEYS_KEYFILE_H

#include "keys/fault.h"
#include "keys/sign.h"
#include "keys/vkey.h"

#define KEYFILE_BYTES_MAX    4096
#define PASSPHRASE_BYTES_MAX 512
#define PASSPHRASE_BYTES_MIN 8

struct keyfile {
	char name[KEY_NAME_BYTES_MAX + 1];
	struct signing_key *key; /* owned */
};

/* Writes a new file. passphrase may be NULL: the key is then not encrypted.
 * ERR_CONFLICT when the file exists; ERR_INVALID for the name or the passphrase;
 * ERR_IO, ERR_MEMORY. */
MUST_USE enum err keyfile_write(const char *path, const char *name,
				const struct signing_key *key, const char *passphrase,
				struct fault *fault);

/* passphrase may be NULL. ERR_IO when it cannot be read, ERR_DENIED when its mode,
 * kind or owner is refused, ERR_UNKNOWN when the passphrase is missing or wrong,
 * ERR_INVALID when it holds something else, ERR_MEMORY. */
MUST_USE enum err keyfile_read(const char *path, const char *passphrase,
			       struct keyfile *ret_keyfile, struct fault *fault);

/* The vkey (type 01) of a key file that was read. */
MUST_USE enum err keyfile_vkey(const struct keyfile *keyfile, struct vkey *ret_vkey,
			       struct fault *fault);

/* Frees the key and forgets the name; takes a struct of zeroes. */
void keyfile_clear(struct keyfile *keyfile);

/* The first line of a file, without its LF. The file's mode is checked as a key
 * file's. The caller wipes ret_passphrase. Errors as keyfile_read()'s, and
 * ERR_INVALID for a line that is too short, too long or holds a NUL. */
MUST_USE enum err passphrase_read(const char *path,
				  char ret_passphrase[PASSPHRASE_BYTES_MAX + 1],
				  struct fault *fault);

#endif
