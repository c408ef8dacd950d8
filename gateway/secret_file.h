/*
 * secret_file.h - secrets in files that only the service reads, one a line.
 */
#ifndef ARRONDI_GATEWAY_SECRET_FILE_H
#define ARRONDI_GATEWAY_SECRET_FILE_H

#include "keys/buffer.h"
#include "keys/fault.h"

#define SECRETS_FILE_BYTES_MAX 16384

/* The file's text, ended by a NUL; "" where path is "". The buffer, which is initialised
 * here, is to be released with buffer_release_secret() in any case; the text stands in
 * it. ERR_USAGE, ERR_IO as file_read_secret(). */
MUST_USE enum err secret_file_read(const char *path, struct buffer *out, char **ret_text,
				   struct fault *fault);

/* Takes the next line that is not empty off the front of *rest, and ends it by a NUL in
 * its place. NULL after the last. */
char *secret_file_next(char **rest);

#endif
