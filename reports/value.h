/*
 * value.h - one typed value of a document, and its two written forms.
 *
 * A value is written for eyes, in the document's language, or for machines, in
 * the same way whatever the language is. Renderers choose one; none has its own.
 */
#ifndef ARRONDI_REPORTS_VALUE_H
#define ARRONDI_REPORTS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/date.h"
#include "ledger/money.h"
#include "reports/lang.h"

enum value_type {
	VALUE_TEXT,
	VALUE_MONO,    /* a hash, a key, a reference: copied, not read */
	VALUE_CENTS,   /* summed by a total row */
	VALUE_INTEGER, /* a count: summed by a total row */
	VALUE_ORDINAL, /* a number that names: a position, a year; never summed */
	VALUE_PERCENT, /* in basis points */
	VALUE_DATE,
	VALUE_MONTH,
	VALUE_MOMENT, /* UTC seconds, shown by the clock of Paris */
	VALUE__COUNT
};

struct value {
	enum value_type type;
	bool empty;
	union {
		const char *text; /* VALUE_TEXT, VALUE_MONO; not owned */
		struct cents cents;
		int64_t n; /* VALUE_INTEGER, _ORDINAL, _PERCENT, _MOMENT */
		struct date date;
		struct month month;
	};
};

/* The type's name in machine-readable formats: "text", "cents", "basis_points"... */
const char *value_type_name(enum value_type type);

/* Text that may be wrapped, against figures that may not. */
bool value_type_is_text(enum value_type type);

/* Whether a column of it is aligned to the right. */
bool value_type_is_number(enum value_type type);

/*
 * For eyes: "1 234,56 €", "22/11/2026"; an empty value is "". Returns the value's
 * own text, or `room`, filled.
 */
const char *value_figure(const struct value *value, enum lang lang,
			 char room[LANG_FIGURE_BYTES]);

/*
 * For machines: amounts and percentages as "-1234.56" with that decimal mark,
 * integers in plain digits, "2026-11-22", "2026-11", "2026-11-22T20:16:27Z"; an
 * empty value is "". Returns as value_figure() does.
 */
const char *value_plain(const struct value *value, char decimal_mark,
			char room[LANG_FIGURE_BYTES]);

#endif
