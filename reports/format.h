/*
 * format.h - the forms of a report, by name (reports/formats.def).
 */
#ifndef ARRONDI_REPORTS_FORMAT_H
#define ARRONDI_REPORTS_FORMAT_H

#include <stdbool.h>

#include "keys/fault.h"

#define FORMAT(NAME, name, what) FORMAT_##NAME,
enum format {
#include "reports/formats.def"
	FORMAT__COUNT
};
#undef FORMAT

/* A set of formats: FORMAT_BIT(CSV) | FORMAT_BIT(JSON). */
#define FORMAT_BIT(NAME) (1u << FORMAT_##NAME)

enum format_form { FORM_DOCUMENT, FORM_PICTURE, FORM_OWN };

/* "text", "csv": what --format takes, and what a file's name ends with. */
const char *format_name(enum format format);
enum format_form format_form(enum format format);

/* Whether it is made of bytes that no terminal should be shown. */
bool format_is_binary(enum format format);

/* The formats of that form, as a set. */
unsigned format_set(enum format_form form);

/* ERR_USAGE where no format is called so. */
MUST_USE enum err format_parse(const char *name, enum format *ret_format);

#endif
