/*
 * tool.c - see tool.h.
 */
#include "tests/tool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define SAID_BYTES_MAX ((size_t)256 << 20)
#define COMMAND_BYTES  512

static void bytes_write(int fd, const struct buffer *bytes)
{
	for (size_t n = 0; n < bytes->n;) {
		ssize_t written = write(fd, bytes->p + n, bytes->n - n);

		assert_true(written > 0);
		n += (size_t)written;
	}
}

void tool_run(const char *before, const struct buffer *bytes, const char *after,
	      struct buffer *said)
{
	char path[] = "/tmp/arrondi-tool.XXXXXX", command[COMMAND_BYTES], part[4096];
	int fd = mkstemp(path), status;
	FILE *pipe;
	size_t n;

	assert_true(fd >= 0);
	bytes_write(fd, bytes);
	assert_int_equal(close(fd), 0);
	(void)snprintf(command, sizeof command, "%s %s %s", before, path, after);
	buffer_init(said, SAID_BYTES_MAX);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while ((n = fread(part, 1, sizeof part, pipe)) > 0)
		buffer_put(said, part, n);
	status = pclose(pipe);
	(void)unlink(path);
	if (status != 0)
		fail_msg("'%s' ended with %d: is it installed?", command, status);
	assert_int_equal(buffer_err(said), ERR_OK);
}
