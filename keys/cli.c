/*
 * cli.c - what the programs' main files have in common.
 *
 * A script reads exit statuses and a person reads standard error; both must be told
 * the same, so the status is derived from the fault that is printed.
 */
#include "keys/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/file.h"

int cli_status(enum err err)
{
	switch (err) {
	case ERR_OK:
		return CLI_DONE;
	case ERR_INVALID:
	case ERR_RULE:
	case ERR_CONFLICT:
	case ERR_UNKNOWN:
	case ERR_DENIED:
	case ERR_NOT_FOUND:
	case ERR_TOO_BIG:
	case ERR_CORRUPT:
		return CLI_REFUSED;
	case ERR_USAGE:
	case ERR_BUSY:
	case ERR_IO:
	case ERR_MEMORY:
		return CLI_TROUBLE;
	case ERR__COUNT:
		break;
	}
	abort();
}

int cli_fail(const char *program, const struct fault *fault)
{
	if (fault->rule[0] != '\0')
		fprintf(stderr, "%s: error: %s [%s]\n", program, fault->text,
			fault->rule);
	else
		fprintf(stderr, "%s: error: %s\n", program, fault->text);
	return cli_status(fault->err);
}

int cli_usage(const char *program, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: error: ", program);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\ntry '%s --help'\n", program);
	return CLI_TROUBLE;
}

int cli_finish(const char *program, int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "%s: error: standard output cannot be written: %s\n", program,
		strerrordesc_np(errno));
	return CLI_TROUBLE;
}

enum err cli_read_file(const char *path, size_t bytes_max, struct buffer *out,
		       struct fault *fault)
{
	enum err err;

	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, "standard input", bytes_max, out,
				    fault);
	err = file_read(path, bytes_max, out, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_IO, "file '%s' does not exist", path);
	return err;
}
