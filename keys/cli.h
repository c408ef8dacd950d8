/*
 * cli.h - what the programs' main files have in common.
 *
 * Exit statuses: 0 done; 1 refused or verification failed; 2 usage or I/O. The
 * only files that print are main files, and these functions on their behalf.
 */
#ifndef ARRONDI_KEYS_CLI_H
#define ARRONDI_KEYS_CLI_H

#include "keys/buffer.h"
#include "keys/fault.h"

#define CLI_DONE    0
#define CLI_REFUSED 1
#define CLI_TROUBLE 2

/* The exit status of an error: CLI_TROUBLE for usage, I/O, busy and memory. */
int cli_status(enum err err);

/* Prints "PROGRAM: error: TEXT" on standard error, with the rule's name in brackets
 * where there is one; returns cli_status(fault->err). */
int cli_fail(const char *program, const struct fault *fault);

/* Prints a usage error and "try 'PROGRAM --help'"; returns CLI_TROUBLE. */
int cli_usage(const char *program, const char *format, ...) PRINTF_LIKE(2, 3);

/* Flushes standard output; returns status, or CLI_TROUBLE after a message when not
 * all could be written (a full disk must not look like success). */
int cli_finish(const char *program, int status);

/* Appends a file, or standard input for "-". A file that is missing is ERR_IO
 * here, because the user named it. */
MUST_USE enum err cli_read_file(const char *path, size_t bytes_max, struct buffer *out,
				struct fault *fault);

#endif
