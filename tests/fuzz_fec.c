/*
 * fuzz_fec.c - anybody's FEC (reports/fec_check.c): whatever the bytes are, it is judged,
 * and what is told of it can be shown.
 */
#include <stdio.h>

#include "reports/fec_check.h"
#include "reports/render.h"
#include "tests/fuzz.h"

#define TEXT_BYTES_MAX ((size_t)16 << 20)

FUZZ_TARGET(fec)
{
	/* An empty stream cannot be opened on no bytes. */
	FILE *file = n ? fmemopen((void *)(uintptr_t)bytes, n, "r") : NULL;
	struct document doc;
	struct buffer text;
	struct fault fault;
	bool refused = false;
	enum err err;

	if (!file)
		return 0;
	err = fec_check_stream(file, "732829320FEC20261231.txt", LANG_FR, &doc, &refused,
			       &fault);
	FUZZ_MUST(err == ERR_OK || err == ERR_TOO_BIG);
	if (!err) {
		buffer_init(&text, TEXT_BYTES_MAX);
		FUZZ_MUST(render_text(&doc, &text, &fault) == ERR_OK);
		buffer_release(&text);
	}
	document_release(&doc);
	(void)fclose(file);
	return 0;
}
