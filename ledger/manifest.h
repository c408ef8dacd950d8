/*
 * manifest.h - the text that a company signs of what it posts.
 *
 * Without it a batch rests on the word of whoever runs the ledger. The text is one
 * fixed list of lines, '-' where a line is void; byte for byte, or it does not count:
 *
 *	arrondi/manifest@v1
 *	origin ORIGIN
 *	company ID
 *	ref REFERENCE
 *	date YYYY-MM-DD
 *	period YYYY-MM
 *	source SOURCE
 *	site ID
 *	step CENTS
 *	terms VERSION
 *	count ROWS
 *	zero ROWS
 *	total FUND GIVER CENTS          one for each, ascending as in the entry
 *	corrects POSITION
 *	received HEX
 *
 * The rows' root is not among them: it is made of tags, whose secrets a company does
 * not know. `received` takes its place: SHA-256 of 32 bytes of salt, which the company
 * chooses, and of the very bytes that it posts.
 */
#ifndef ARRONDI_LEDGER_MANIFEST_H
#define ARRONDI_LEDGER_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/slice.h"
#include "ledger/money.h"

/* Of a signed manifest: as kinds.def bounds the member. */
#define MANIFEST_NOTE_BYTES_MAX 4096
/* Of its text, which the ledger makes of any entry: 192 totals and the rest. */
#define MANIFEST_TEXT_BYTES_MAX ((size_t)32 * 1024)

/* All but the totals. Texts as they stand in the entry. */
struct manifest {
	struct slice origin, company, ref, date, period, source;
	struct slice site; /* empty for none */
	struct slice terms;
	struct cents step;
	int64_t count, zero;
	bool is_correction;
	uint64_t corrects;     /* position of the batch corrected */
	struct slice received; /* hex */
};

/* Appends the lines before the totals, one total's, and the lines after them. The
 * buffer keeps its first error. */
void manifest_put_head(const struct manifest *manifest, struct buffer *out);
void manifest_put_total(struct slice fund, struct slice giver, struct cents amount,
			struct buffer *out);
void manifest_put_tail(const struct manifest *manifest, struct buffer *out);

#endif
