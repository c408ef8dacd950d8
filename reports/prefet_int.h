/*
 * prefet_int.h - what the files of the préfet's report share.
 *
 *	prefet.c           what is noted of entries; items a and d; thresholds
 *	prefet_actions.c   items b and c: what was funded, and who benefits
 */
#ifndef ARRONDI_REPORTS_PREFET_INT_H
#define ARRONDI_REPORTS_PREFET_INT_H

#include "ledger/books_query.h"
#include "ledger/kind.h"
#include "reports/naming.h"
#include "reports/prefet.h"

struct beneficiary_note {
	char name[QUERY_LABEL_BYTES]; /* of a legal person, else "" */
	char nature[32];
	char siren[16]; /* or RNA; "" for none */
};

struct prefet {
	struct books *books;
	const struct standing *standing;
	struct accounting *accounting;
	char legal_form[32];
	uint64_t entries[KIND__COUNT]; /* of the year, by their date */
	struct name_index ids;
	struct beneficiary_note *beneficiaries; /* owned; by the number of their id */
	size_t room;
};

MUST_USE enum err prefet_put_actions(const struct prefet *p, struct document *doc,
				     struct fault *fault);

#endif
