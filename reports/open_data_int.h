/*
 * open_data_int.h - what the files of the open data share.
 */
#ifndef ARRONDI_REPORTS_OPEN_DATA_INT_H
#define ARRONDI_REPORTS_OPEN_DATA_INT_H

#include "ledger/books_query.h"
#include "reports/open_data.h"

#define OPEN_DATA_PREFIX_BYTES 33
#define OPEN_DATA_ID_BYTES     160

/* A payment that the bank has carried out and not sent back. */
struct open_payment {
	uint64_t position; /* of the order to pay */
	struct date paid_on;
	struct cents amount;
};

struct open_grant {
	struct proposal_view proposal;
	int64_t changed_s; /* when the last entry about it was recorded */
	struct cents disbursed;
	struct open_payment *payments; /* owned; by position */
	size_t payment_count;

	bool is_person;
	char recipient_id[OPEN_DATA_ID_BYTES];
	char recipient_name[QUERY_LABEL_BYTES];
	char title[QUERY_LABEL_BYTES]; /* of the project, or of what the help is for */
	char programme[QUERY_LABEL_BYTES];
	bool has_from, has_until;
	struct date from, until; /* of the project, as planned */
};

struct open_data {
	struct charter_view charter;
	char territory[QUERY_ID_BYTES];
	char prefix[OPEN_DATA_PREFIX_BYTES];
	struct period period;     /* resolved */
	struct open_grant *grant; /* owned; by position */
	size_t count;
};

/* Replays the log. The prefix may be NULL. */
MUST_USE enum err open_data_collect(struct source *source, const struct period *period,
				    const char *prefix, enum lang lang,
				    struct open_data *ret_data, struct fault *fault);
void open_data_release(struct open_data *data);

#endif
