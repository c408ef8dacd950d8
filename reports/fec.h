/*
 * fec.h - the fichier des écritures comptables (LPF, art. A47 A-1).
 *
 * Eighteen columns, a line for each voucher and account, never for each donor: the
 * opening first, then the year in the order in which it was recorded, then its end;
 * classes 6 and 7 are not closed. Numbers ascend without a gap in each journal. The
 * text is made while the log is read, and waits in a file: memory does not grow.
 *
 * Where an accountant keeps the books elsewhere, the same file is an auxiliary journal
 * of theirs and is called so: it is not the FEC then.
 */
#ifndef ARRONDI_REPORTS_FEC_H
#define ARRONDI_REPORTS_FEC_H

#include <stdbool.h>

#include "keys/fault.h"
#include "reports/accounting.h"
#include "reports/document.h"
#include "reports/spool.h"

#define FEC_NAME_BYTES 64
#define FEC_COLUMNS    18

extern const char *const fec_columns[FEC_COLUMNS];

struct fec_request {
	struct exercise_request exercise;
	bool utf8; /* instead of ISO 8859-15 */
	bool auxiliary;
};

/* What was written, for the description and for tests. */
struct fec_facts {
	uint64_t vouchers[DAYBOOK__COUNT];
	uint64_t lines;
	struct cents debit, credit;
	char name[FEC_NAME_BYTES]; /* "SIRENFECAAAAMMJJ.txt" */
};

/* The file, appended to out. */
MUST_USE enum err fec_report(struct source *source, const struct fec_request *request,
			     struct spool *out, struct fault *fault);

/* What goes with it (the article's II): its columns, codes and accounts, each with the
 * rule by which it is booked. Initialises the document; the caller releases it. */
MUST_USE enum err fec_description(struct source *source,
				  const struct fec_request *request, enum lang lang,
				  struct document *doc, struct fault *fault);

/* The same file for entries that do not come from a source: a sink for accounting_new(),
 * then, after accounting_close(), the whole text. */
struct fec;
MUST_USE enum err fec_new(const struct fec_request *request, struct fec **ret_fec,
			  struct fault *fault);
void fec_free(struct fec *fec); /* accepts NULL */
const struct voucher_sink *fec_sink(const struct fec *fec);
MUST_USE enum err fec_finish(struct fec *fec, struct accounting *accounting,
			     struct spool *out, struct fault *fault);
const struct fec_facts *fec_facts(const struct fec *fec);

/* The name of its file: "SIRENFECAAAAMMJJ.txt". */
MUST_USE enum err fec_source_name(struct source *source,
				  const struct fec_request *request,
				  char ret_name[FEC_NAME_BYTES], struct fault *fault);
void fec_name(const char *siren, const struct exercise *exercise, bool auxiliary,
	      char ret_name[FEC_NAME_BYTES]);

#endif
