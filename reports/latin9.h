/*
 * latin9.h - texts in ISO 8859-15, as the FEC wants them.
 *
 * It has all that French is written with, and the euro sign; a narrow no-break space or
 * a typographic apostrophe it has not. Those are folded; what has no likeness at all
 * becomes "?", so that a name in another script is seen to be missing.
 */
#ifndef ARRONDI_REPORTS_LATIN9_H
#define ARRONDI_REPORTS_LATIN9_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/slice.h"

/* Appends valid UTF-8 in ISO 8859-15. */
void latin9_put(struct buffer *out, struct slice utf8);

/* The byte of a character; false where it has none. */
bool latin9_of(uint32_t character, uint8_t *ret_byte);

#endif
