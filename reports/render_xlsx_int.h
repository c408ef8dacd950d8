/*
 * render_xlsx_int.h - a finished workbook, looked through before it is given away.
 *
 * libxlsxwriter keeps the parts of a workbook in temporary files and does not look
 * whether they could be written: on a disk without room it makes a workbook that lacks
 * rows, and says that all is well. So what it made is read back.
 */
#ifndef ARRONDI_REPORTS_RENDER_XLSX_INT_H
#define ARRONDI_REPORTS_RENDER_XLSX_INT_H

#include <stddef.h>

#include "keys/fault.h"
#include "keys/slice.h"

/* ERR_OK where every part of the zip file can be unpacked and ends with the end of its
 * first element, and all sheets together have so many cells; else ERR_IO, or ERR_MEMORY.
 */
MUST_USE enum err workbook_check(struct slice zip, size_t cells, struct fault *fault);

#endif
