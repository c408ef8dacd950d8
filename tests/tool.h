/*
 * tool.h - what somebody else's program says of bytes of ours.
 */
#ifndef ARRONDI_TESTS_TOOL_H
#define ARRONDI_TESTS_TOOL_H

#include "keys/buffer.h"

/*
 * Runs "before FILE after" on a file that holds the bytes, and keeps what it prints. The
 * test fails where the program is missing or fails: `make deps` installs it. The caller
 * releases said.
 */
void tool_run(const char *before, const struct buffer *bytes, const char *after,
	      struct buffer *said);

#endif
