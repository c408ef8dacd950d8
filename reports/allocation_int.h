/*
 * allocation_int.h - what the files of the allocation report share.
 *
 * All that is read from the books more than once is read once, by allocation.c; the
 * sections add it up. An overflow is sticky: allocation_plus() notes it, and
 * allocation_report() looks at the end.
 */
#ifndef ARRONDI_REPORTS_ALLOCATION_INT_H
#define ARRONDI_REPORTS_ALLOCATION_INT_H

#include "ledger/books_query.h"
#include "reports/allocation.h"

/* The movements of the accounts that begin alike; owned. */
struct moves {
	struct movement_view *p;
	size_t n;
};

/*
 * A sub-balance of a fund in the period. All are credits: what the foundation
 * has to spend is positive.
 *
 *	available_start + received + allocated + transferred - granted + given_back
 *		- spent = available
 *	committed_start + granted - paid = committed
 *
 * Granted is net of what was cancelled, paid of what the bank has sent back. Spent is
 * what the foundation pays for itself: the fees of providers and collectors.
 */
struct sub_sums {
	char fund[QUERY_ID_BYTES];
	char earmark[QUERY_ID_BYTES]; /* "-" for none */
	struct cents available_start, received, allocated, transferred, granted,
		given_back, spent, available;
	struct cents pledged_start, pledged; /* promised and not received */
	struct cents committed_start, paid, committed;
};

struct allocation {
	struct books *books;
	const struct standing *standing;
	struct document *doc;
	enum lang lang;
	struct period period; /* resolved */
	bool overflow;

	struct charter_view charter;
	struct fund_view *funds; /* owned; in the charter's order */
	size_t fund_count;
	struct moves fund, pledged, committed, ordered, credit;
	struct moves bank, transit, account, suspense;
	struct proposal_view *proposals; /* owned; by position */
	size_t proposal_count;
	struct sub_sums *subs; /* owned; by fund's order, free money first, then by id */
	size_t sub_count;
};

struct cents allocation_plus(struct allocation *a, struct cents x, struct cents y);
struct cents allocation_minus(struct allocation *a, struct cents x, struct cents y);

/* The message in the report's language. */
const char *say(const struct allocation *a, enum msg msg);

/* A table of the document, titled. */
struct table *allocation_table(struct allocation *a, const char *id, enum msg title);
void allocation_column(struct allocation *a, struct table *table, const char *id,
		       enum msg label, enum value_type type);

/* What a flow of an account "fund/..." is: income unless it is one of these. */
bool flow_is(const char *flow, const char *verb); /* "granted" or "granted.X" */
bool flow_is_income(const char *flow);

/* The words of an origin of money, or the flow itself. */
const char *allocation_flow_label(const struct allocation *a, const char *flow);

/* Of "FUND" or "FUND/EARMARK", in the charter's order; fund_count where there is none. */
size_t allocation_fund_number(const struct allocation *a, const char *fund);

/* A proposal that gave money to somebody, decided in the period. */
bool allocation_was_granted(const struct allocation *a,
			    const struct proposal_view *proposal);

/* "Free", "To the fund", or the project's title. */
void cell_earmark(struct allocation *a, struct table *table, const char *fund,
		  const char *earmark);

/* allocation_subs.c: fills a->subs. */
MUST_USE enum err allocation_subs(struct allocation *a, struct fault *fault);
/* Adds y to x, member by member, but for the names. */
void sub_sums_add(struct allocation *a, struct sub_sums *x, const struct sub_sums *y);

/* The pictures, and the sections. */
MUST_USE enum err allocation_flows(struct allocation *a, struct fault *fault);
MUST_USE enum err allocation_months(struct allocation *a, struct fault *fault);
MUST_USE enum err allocation_sources(struct allocation *a, struct fault *fault);
MUST_USE enum err allocation_projects(struct allocation *a, struct fault *fault);
MUST_USE enum err allocation_kind(struct allocation *a, struct fault *fault);
void allocation_funds(struct allocation *a);
MUST_USE enum err allocation_decisions(struct allocation *a, struct fault *fault);
MUST_USE enum err allocation_purposes(struct allocation *a, struct fault *fault);
MUST_USE enum err allocation_outcomes(struct allocation *a, struct fault *fault);
MUST_USE enum err allocation_receivables(struct allocation *a, struct fault *fault);

#endif
