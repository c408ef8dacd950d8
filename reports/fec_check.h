/*
 * fec_check.h - anybody's fichier des écritures comptables, looked at before the tax
 * office does.
 *
 * The rules are a table (fec_rules.def): those of the tax office's own tool, and the
 * stricter ones that it leaves out. The file is read once, line by line; memory grows
 * with its journals and accounts, not with its lines. Both separators, both encodings
 * and both forms of amounts (debit and credit, or amount and side) are understood.
 */
#ifndef ARRONDI_REPORTS_FEC_CHECK_H
#define ARRONDI_REPORTS_FEC_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "keys/fault.h"
#include "reports/document.h"
#include "reports/lang.h"

/* Findings that are shown of one rule; all are counted. */
#define FEC_FINDINGS_SHOWN 20

/* Initialises the document, which the caller releases, and fills it. *ret_refused: some
 * finding is an error. ERR_NOT_FOUND or ERR_IO where the file cannot be read. */
MUST_USE enum err fec_check(const char *path, enum lang lang, struct document *doc,
			    bool *ret_refused, struct fault *fault);

/* The same of an open file, which the caller closes; name is what it is called. */
MUST_USE enum err fec_check_stream(FILE *file, const char *name, enum lang lang,
				   struct document *doc, bool *ret_refused,
				   struct fault *fault);

#endif
