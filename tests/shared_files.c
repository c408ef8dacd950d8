/*
 * shared_files.c - samples and vectors of third parties, which are not in this tree.
 */
#include "tests/shared_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "keys/buffer.h"
#include "keys/file.h"

#define FILE_BYTES_MAX ((size_t)4 << 20)

struct slice shared_file(const char *name)
{
	const char *folder = getenv("ARRONDI_SHARED");
	char path[512];
	struct buffer file;

	snprintf(path, sizeof path, "%s/%s", folder ? folder : "../shared", name);
	buffer_init(&file, FILE_BYTES_MAX);
	if (file_read(path, FILE_BYTES_MAX, &file, NULL) != ERR_OK) {
		print_message("# skipped: %s is not here (ARRONDI_SHARED=folder)\n",
			      path);
		skip();
	}
	return buffer_slice(&file); /* its bytes are the caller's */
}
