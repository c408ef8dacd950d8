/*
 * chart.h - which numbers are accounts of the foundation's books (chart.def).
 *
 * An account of the books that no kind of the ledger moves by itself is an account of
 * the ledger under its number: "ledger/2183".
 */
#ifndef ARRONDI_LEDGER_CHART_H
#define ARRONDI_LEDGER_CHART_H

#include <stdbool.h>

#include "keys/slice.h"

#define CHART_NOUN         "ledger"
#define CHART_NUMBER_BYTES 9 /* of 3 to 8 digits, with the NUL */

/* Whether it is of 3 to 8 digits, and one of the chart. */
bool chart_has(struct slice number);
/* The label of the chart's account that it is, or is a part of: French, UTF-8. NULL where
 * it is none. */
const char *chart_label(struct slice number);
/* Why no journal may move it; NULL where one may. */
const char *chart_owned(struct slice number);

#endif
