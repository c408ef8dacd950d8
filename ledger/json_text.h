/*
 * json_text.h - how a text and a name look in canonical form.
 *
 * Beside json.h and not in it, because ledger/intake.c writes canonical form too
 * and cannot include json.h: jansson has a JSON_INTEGER and a JSON_OBJECT of
 * its own.
 */
#ifndef ARRONDI_LEDGER_JSON_TEXT_H
#define ARRONDI_LEDGER_JSON_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/slice.h"

/* Appends valid UTF-8 as a canonical string, quotes included. */
void json_text_write(struct slice text, struct buffer *out);

/* Whether a byte may stand in a name: printable ASCII that needs no escape. */
static inline bool json_name_byte(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

/* The order of members: bytes, and a name before those that begin with it. */
static inline int json_name_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

#endif
