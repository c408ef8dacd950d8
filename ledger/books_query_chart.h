/*
 * books_query_chart.h - the accounts of the books that journals and the opening move, as
 * books_query.h: the caller frees the array with free().
 */
#ifndef ARRONDI_LEDGER_BOOKS_QUERY_CHART_H
#define ARRONDI_LEDGER_BOOKS_QUERY_CHART_H

#include "ledger/books_query.h"
#include "ledger/chart.h"

struct chart_view {
	char number[CHART_NUMBER_BYTES];
	const char *label;    /* of the chart: French, UTF-8; never NULL */
	struct cents balance; /* debits are positive */
};
/* Ascending by number, as texts. */
MUST_USE enum err query_chart(struct books *books, struct chart_view **ret_accounts,
			      size_t *ret_count, struct fault *fault);

#endif
