/*
 * tax_receipt_folder.h - a year's tax receipts, drawn into a folder: a file for each.
 *
 * Each is drawn from its copy in the vault, after that was held against the digest in the
 * log; so it is the same bytes each time. Beside it stand its data, by which anybody who
 * has it checks it against an export (arrondi-report check). Files are written aside and
 * renamed: one that is there is whole, and a run that was stopped is simply begun again.
 */
#ifndef ARRONDI_REPORTS_TAX_RECEIPT_FOLDER_H
#define ARRONDI_REPORTS_TAX_RECEIPT_FOLDER_H

#include "keys/fault.h"
#include "reports/format.h"

struct tax_receipt_order {
	const char *dir;      /* the ledger's, with the vault beside it */
	const char *key_file; /* NULL: in dir */
	const char *out;      /* made where it is not there, for the owner alone */
	int64_t year;
	enum format format; /* of FORM_DOCUMENT */
	void (*progress)(void *ctx, size_t done, size_t all);
	void *ctx;
};

struct tax_receipts_drawn {
	size_t count,
		voided; /* what is void is not drawn, and what there was is removed */
};

MUST_USE enum err tax_receipts_draw(const struct tax_receipt_order *order,
				    struct tax_receipts_drawn *ret_drawn,
				    struct fault *fault);

#endif
