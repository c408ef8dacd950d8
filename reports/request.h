/*
 * request.h - what somebody asks of a report.
 */
#ifndef ARRONDI_REPORTS_REQUEST_H
#define ARRONDI_REPORTS_REQUEST_H

#include "reports/format.h"
#include "reports/lang.h"
#include "reports/period.h"

#define OPTION(NAME, name, value, help) OPTION_##NAME,
enum option_name {
#include "reports/options.def"
	OPTION__COUNT
};
#undef OPTION

/* A set of options: OPTION_BIT(FROM) | OPTION_BIT(TO). */
#define OPTION_BIT(NAME) (1u << OPTION_##NAME)

struct report_request {
	enum lang lang;
	enum format format;
	struct period period;            /* of --from and --to, not resolved */
	const char *text[OPTION__COUNT]; /* as it was given; NULL where it was not */
};

#endif
