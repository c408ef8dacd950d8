/*
 * qr.h - a QR code (ISO/IEC 18004) as squares: the only door to libqrencode.
 *
 * Error correction M, the smallest version that holds the text. The same text gives the
 * same squares.
 */
#ifndef ARRONDI_REPORTS_QR_H
#define ARRONDI_REPORTS_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"

#define QR_WIDTH_MAX 177 /* squares on a side, of version 40 */
#define QR_QUIET     4   /* light squares that there must be around it */

struct qr {
	int width;
	/* Row by row, dark ones '#', else '.'; ended by a NUL. */
	char squares[QR_WIDTH_MAX * QR_WIDTH_MAX + 1];
};

/* ERR_TOO_BIG where the text is longer than a QR code holds; ERR_MEMORY. */
MUST_USE enum err qr_make(const char *text, struct qr *ret_qr, struct fault *fault);

/* Appends a picture of its own, with the quiet squares around it, that says the text to
 * who does not see it. */
MUST_USE enum err qr_svg(const struct qr *qr, const char *text, struct buffer *out,
			 struct fault *fault);

#endif
