/*
 * sealed.h - a small file that only a passphrase opens.
 *
 * For what must be at hand on a machine and in no log or database: names and accounts of
 * those who are helped. The file is one line of text, then bytes:
 *
 *	arrondi/sealed@v1 WHAT scrypt 16384 8 5 SALT NONCE LF
 *	AES-256-GCM of the contents, and its tag of 16 bytes
 *
 * SALT (16 bytes) and NONCE (12) are hexadecimal and new in every file written. The key
 *is scrypt (RFC 7914) of the passphrase; the line is authenticated with the contents, so
 * that one file cannot be put in another's place.
 *
 * What must never become false: it is written whole or not at all, durably, with mode
 * 0600, and refused when somebody else could have read or changed it.
 */
#ifndef ARRONDI_KEYS_SEALED_H
#define ARRONDI_KEYS_SEALED_H

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

/* The most that the line and the tag take. */
#define SEALED_WHAT_BYTES_MAX 32
#define SEALED_MORE_BYTES_MAX (SEALED_WHAT_BYTES_MAX + 160)

/* what is a word of a-z. The contents are written in place of what is there. ERR_INVALID
 * for the passphrase's length, ERR_IO, ERR_MEMORY. */
MUST_USE enum err sealed_write(const char *path, const char *what, struct slice contents,
			       const char *passphrase, struct fault *fault);

/* Appends the contents to out, at most what it may hold; it is to be empty, and to be
 * released with buffer_release_secret(). ERR_NOT_FOUND where there is no file,
 * ERR_UNKNOWN where the passphrase is another one or the file was changed (which cannot
 * be told apart), ERR_INVALID where it holds something else, ERR_TOO_BIG, and as
 * file_read_secret(). */
MUST_USE enum err sealed_read(const char *path, const char *what, const char *passphrase,
			      struct buffer *out, struct fault *fault);

#endif
