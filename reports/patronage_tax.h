/*
 * patronage_tax.h - what a company's own gifts take off its tax (CGI, art. 238 bis).
 *
 * Its own are the match, gifts of the company and conventions, in the year in which a
 * receipt counts them; never what its employees, clients or tills gave. Skills count up
 * to three times the social security's ceiling for each person, as on the receipt
 * (ledger/receipt_data.h). The law's figures stand in patronage_law.def.
 */
#ifndef ARRONDI_REPORTS_PATRONAGE_TAX_H
#define ARRONDI_REPORTS_PATRONAGE_TAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/books.h"
#include "ledger/entry.h"
#include "ledger/money.h"
#include "reports/document.h"

/* Of one year's gifts. */
struct patronage_effect {
	struct cents ceiling;   /* the year's */
	struct cents within;    /* the gifts, up to it */
	struct cents reduction; /* rounded down to the cent */
	struct cents excess;    /* may be taken off later */
	int64_t until;          /* the last year for that */
	const char *source;     /* static */
};

/* turnover: of the company's year, without VAT; negative: not known, and the floor is the
 * ceiling. False where the law of that year is not known here. ERR_TOO_BIG is told by
 * *ret_err: an amount does not fit. */
bool patronage_effect_of(int64_t year, struct cents gifts, struct cents turnover,
			 struct patronage_effect *ret_effect, enum err *ret_err);

/* The people of conventions in skills, met while the log is read. Zeroes are none. */
struct patronage_skills {
	struct skilled {
		uint64_t position;
		int64_t people;
	} * item; /* owned */
	size_t count;
};
MUST_USE enum err patronage_skills_see(struct patronage_skills *skills, uint64_t position,
				       const struct entry *entry, struct fault *fault);
void patronage_skills_release(struct patronage_skills *skills);

/* The table tax_effect, with its notes; nothing where the member has given nothing of its
 * own. */
MUST_USE enum err patronage_tax_put(struct books *books, const char *member,
				    const struct patronage_skills *skills,
				    struct cents turnover, struct document *doc,
				    struct fault *fault);

#endif
