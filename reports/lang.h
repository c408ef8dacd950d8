/*
 * lang.h - how a language says words, and writes amounts, counts and dates.
 *
 * Reports are French by default. Nothing here asks the machine's locale: a report
 * of the same facts must be the same bytes on every machine, years apart.
 *
 * Figures are for eyes: they group digits, and a negative one has a true minus
 * sign (U+2212). The spaces of an amount are no-break (U+00A0, U+202F), so that
 * wrapping never parts it from its euro. CSV and JSON write figures for machines
 * and do not come here.
 */
#ifndef ARRONDI_REPORTS_LANG_H
#define ARRONDI_REPORTS_LANG_H

#include <stdint.h>

#include "keys/fault.h"
#include "ledger/date.h"
#include "ledger/money.h"

enum lang { LANG_FR, LANG_EN, LANG__COUNT };

#define MSG(name, fr, en) MSG_##name,
enum msg {
#include "reports/messages.def"
	MSG__COUNT
};
#undef MSG

/* Room for any figure below, in UTF-8, with its NUL. */
#define LANG_FIGURE_BYTES 64

/* "fr" or "en"; ERR_USAGE otherwise. */
MUST_USE enum err lang_parse(const char *name, enum lang *ret_lang);
const char *lang_name(enum lang lang);

/* The message in that language: valid UTF-8, static. */
const char *tr(enum lang lang, enum msg msg);

/* "1 234,56 €", "€1,234.56". */
void lang_cents(enum lang lang, struct cents c, char ret_text[LANG_FIGURE_BYTES]);

/* Whole euros, on a scale: "1 234 €", "€1,234". */
void lang_euros(enum lang lang, int64_t euros, char ret_text[LANG_FIGURE_BYTES]);

/* "1 234", "1,234". */
void lang_integer(enum lang lang, int64_t n, char ret_text[LANG_FIGURE_BYTES]);

/* A number that names, in any language: "2026", digits not grouped; "−1". */
void lang_ordinal(int64_t n, char ret_text[LANG_FIGURE_BYTES]);

/* 1234 basis points: "12,34 %", "12.34%". */
void lang_percent(enum lang lang, int64_t basis_points, char ret_text[LANG_FIGURE_BYTES]);

/* "22/11/2026", "22 Nov 2026". */
void lang_date(enum lang lang, struct date date, char ret_text[LANG_FIGURE_BYTES]);

/* "nov. 2026", "Nov 2026". */
void lang_month(enum lang lang, struct month month, char ret_text[LANG_FIGURE_BYTES]);

/* "22/11/2026 à 21:16", "22 Nov 2026 at 21:16": both by the clock of Paris.
 * ERR_INVALID as in ledger/date.h. */
MUST_USE enum err lang_moment(enum lang lang, int64_t utc_s,
			      char ret_text[LANG_FIGURE_BYTES]);

#endif
