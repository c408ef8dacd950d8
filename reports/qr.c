/*
 * qr.c - see qr.h.
 */
#include "reports/qr.h"

#include <errno.h>
#include <string.h>

#include <qrencode.h>

#define SQUARE 4 /* units of the picture */

enum err qr_make(const char *text, struct qr *ret_qr, struct fault *fault)
{
	QRcode *code = QRcode_encodeData((int)strlen(text), (const unsigned char *)text,
					 0, QR_ECLEVEL_M);

	if (!code)
		return errno == ERANGE ? fault_set(fault, ERR_TOO_BIG,
						   "the text is too long for a QR code")
				       : fault_set(fault, ERR_MEMORY, "out of memory");
	ret_qr->width = code->width;
	for (int i = 0; i < code->width * code->width; i++)
		ret_qr->squares[i] = code->data[i] & 1 ? '#' : '.';
	ret_qr->squares[code->width * code->width] = '\0';
	QRcode_free(code);
	return ERR_OK;
}

static void put_escaped(struct buffer *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			buffer_put_text(out, "&amp;");
		else if (*text == '<')
			buffer_put_text(out, "&lt;");
		else
			buffer_put_byte(out, (uint8_t)*text);
	}
}

/* Dark squares that lie side by side are one. */
static void put_row(const struct qr *qr, int row, struct buffer *out)
{
	const char *row_of = qr->squares + (size_t)row * (size_t)qr->width;

	for (int from = 0, to; from < qr->width; from = to) {
		to = from + 1;
		if (row_of[from] != '#')
			continue;
		while (to < qr->width && row_of[to] == '#')
			to++;
		buffer_printf(out, "M%d %dh%dv%dh-%dz", (from + QR_QUIET) * SQUARE,
			      (row + QR_QUIET) * SQUARE, (to - from) * SQUARE, SQUARE,
			      (to - from) * SQUARE);
	}
}

enum err qr_svg(const struct qr *qr, const char *text, struct buffer *out,
		struct fault *fault)
{
	int side = (qr->width + 2 * QR_QUIET) * SQUARE;

	buffer_printf(out,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		      "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
		      side, side, side, side);
	put_escaped(out, text);
	buffer_printf(out,
		      "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n"
		      "<path fill=\"#000\" d=\"",
		      side, side);
	for (int row = 0; row < qr->width; row++)
		put_row(qr, row, out);
	buffer_put_text(out, "\"/>\n</svg>\n");
	return buffer_check(out, "a QR code", fault);
}
