/*
 * draw.h - the charts of a document as pictures.
 *
 * A picture draws what the chart's rows say and says it in words, too: names and
 * amounts stand beside what is drawn. The same document gives the same bytes.
 */
#ifndef ARRONDI_REPORTS_DRAW_H
#define ARRONDI_REPORTS_DRAW_H

#include "keys/buffer.h"
#include "keys/fault.h"
#include "reports/document.h"

/* Appends one chart as an <svg> element for a page of HTML, hidden from who cannot see
 * it: the page says the chart's alt text. Its ids begin with the chart's own. ERR_IO
 * where the fonts are missing; ERR_MEMORY, ERR_TOO_BIG. */
MUST_USE enum err draw_svg_element(const struct table *chart, struct buffer *out,
				   struct fault *fault);

#endif
