/*
 * secret_file.c - secrets in files, one a line.
 */
#include "gateway/secret_file.h"

#include <string.h>

#include "keys/file.h"

char *secret_file_next(char **rest)
{
	char *line = *rest;

	for (;;) {
		line += strspn(line, "\r\n");
		if (*line == '\0')
			return NULL;

		char *end = line + strcspn(line, "\r\n");

		*rest = *end ? end + 1 : end;
		*end = '\0';
		return line;
	}
}

enum err secret_file_read(const char *path, struct buffer *out, char **ret_text,
			  struct fault *fault)
{
	enum err err = ERR_OK;

	buffer_init(out, SECRETS_FILE_BYTES_MAX + 1);
	if (*path)
		err = file_read_secret(path, SECRETS_FILE_BYTES_MAX, out, fault);
	if (err)
		return err;
	buffer_put(out, "", 1);
	err = buffer_check(out, "the file of secrets", fault);
	if (!err)
		*ret_text = (char *)out->p;
	return err;
}
