/*
 * render.c - which renderer writes which format.
 */
#include "reports/render.h"

#include <stdlib.h>

enum err render(const struct document *doc, enum format format, struct buffer *out,
		struct fault *fault)
{
	switch (format) {
	case FORMAT_TEXT:
		return render_text(doc, out, fault);
	case FORMAT_CSV:
		return render_csv(doc, out, fault);
	case FORMAT_JSON:
		return render_json(doc, out, fault);
	case FORMAT_HTML:
		return render_html(doc, out, fault);
	case FORMAT_PDF:
		return render_pdf(doc, out, fault);
	case FORMAT_XLSX:
		return render_xlsx(doc, out, fault);
	case FORMAT_DATAPACKAGE:
		return render_datapackage(doc, out, fault);
	case FORMAT_SVG:
		return render_svg(doc, out, fault);
	case FORMAT_PNG:
		return render_png(doc, out, fault);
	case FORMAT_HLEDGER:
	case FORMAT_BEANCOUNT:
	case FORMAT_LEDGER:
	case FORMAT_FEC:
	case FORMAT_360GIVING:
	case FORMAT_360GIVING_CSV:
	case FORMAT__COUNT:
		break;
	}
	abort();
}
