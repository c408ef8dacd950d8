/*
 * accounting_int.h - what the files of the accounting share.
 *
 *	accounting.c          entries to vouchers, accounts and their sums
 *	accounting_names.c    accounts, payers and what is remembered of entries
 *	accounting_subs.c     what funds were promised: income, and what is earmarked
 *	accounting_grants.c   when aid is a charge
 *	accounting_books.c    what people book themselves: openings, journals
 *	accounting_close.c    the year's end, and the opening of the next
 */
#ifndef ARRONDI_REPORTS_ACCOUNTING_INT_H
#define ARRONDI_REPORTS_ACCOUNTING_INT_H

#include "ledger/books_query.h"
#include "reports/accounting.h"
#include "reports/name_index.h"

#define VOUCHER_LABEL_BYTES 512
#define GRANT_PARTS_MAX     3
#define GRANT_TRANCHES_MAX  16
#define NO_AUX              UINT32_MAX

/* What a later entry must know of an earlier one. */
enum remembered {
	REMEMBERED_GIFT, /* of a company; a person's are not remembered */
	REMEMBERED_PATRONAGE,
	REMEMBERED_CONTRIBUTION,
	REMEMBERED_REFUND,  /* of: what was refunded */
	REMEMBERED_EXPENSE, /* of: its nature, as the number of a name */
	REMEMBERED_PAYMENT  /* of: the proposal */
};
struct memory {
	uint64_t position, of;
	enum remembered what;
};

struct grant_part {
	uint32_t sub; /* the earmark's number in subs, or UINT32_MAX for free money */
	struct cents amount, used;
};

struct grant {
	uint64_t position; /* of the proposal */
	struct cents amount, waiting, charged, paid, cancelled;
	struct cents paid_in[TERM__COUNT]; /* net of what came back */
	bool is_granted, is_notified, is_project;
	uint32_t aux;
	uint32_t fund;
	struct grant_part part[GRANT_PARTS_MAX];
	size_t part_count;
	struct tranche {
		struct cents amount;
		uint32_t condition; /* in names */
		bool is_met;
	} * tranche; /* owned; those that wait for something */
	size_t tranche_count;
};

/* A sub-balance that is earmarked, by the period. */
struct dedicated {
	char fund[QUERY_ID_BYTES], earmark[QUERY_ID_BYTES];
	struct cents given[2][TERM__COUNT]; /* by bodies, by the public */
	struct cents opened[2];             /* that the books began with */
	struct cents used[TERM__COUNT];
	struct cents moved[2][TERM__COUNT]; /* in, by a redirection */
};

struct accounting {
	struct books *books;
	const struct standing *standing;
	struct exercise_request request;
	const struct voucher_sink *sink; /* or NULL */
	struct exercise exercise;
	bool has_exercise, overflow, no_memory;
	struct date last_day;

	struct fund_view *funds; /* owned */
	size_t fund_count;
	struct cents consumed[TERM__COUNT]; /* charges of a consumable endowment */

	struct name_index numbers, payers, names, subs, banks;
	const char **payer_label;        /* owned, as are the strings */
	const char **number_label;       /* owned, as are the strings */
	struct ledger_account *accounts; /* owned */
	size_t account_count, account_room;
	uint32_t *account_slots; /* owned; index + 1 */
	size_t account_slot_count;

	struct memory *memories; /* owned; ascending by position */
	size_t memory_count, memory_room;
	struct grant *grants; /* owned; ascending by position */
	size_t grant_count, grant_room;
	struct dedicated *dedicated; /* owned; by their number in subs */
	size_t dedicated_room;

	/* The voucher that is being made. */
	struct date day;
	enum term term;
	struct voucher_line *lines; /* owned */
	size_t line_count, line_room;
	char label[VOUCHER_LABEL_BYTES];
	struct voucher_line *opening; /* owned */
};

struct cents accounting_plus(struct accounting *a, struct cents x, struct cents y);
/* The first failure: out of memory, or a sum past 2^53 - 1. */
MUST_USE enum err accounting_check(const struct accounting *a, struct fault *fault);

/* Grows an owned array to hold one more; false, and noted, when out of memory. */
bool accounting_grow(struct accounting *a, void **array, size_t *room, size_t count,
		     size_t bytes);

/* ---- names ---- */

/* The number of an account's number, whose label is copied the first time. */
uint32_t accounting_number(struct accounting *a, const char *number, const char *label);
uint32_t accounting_payer(struct accounting *a, struct slice id);
/* A grant's auxiliary account. */
uint32_t accounting_grant_aux(struct accounting *a, uint64_t position);
size_t accounting_slot(struct accounting *a, uint32_t number, uint32_t aux,
		       enum destination destination);
void accounting_remember(struct accounting *a, uint64_t position, enum remembered what,
			 uint64_t of);
const struct memory *accounting_recall(const struct accounting *a, uint64_t position);
/* The class of a fund; "" of one that is not known. */
const char *accounting_class(const struct accounting *a, struct slice fund);

/* ---- lines of the voucher ---- */

void accounting_line(struct accounting *a, enum plan plan, uint32_t aux,
		     enum destination destination, struct cents amount);
void accounting_line_number(struct accounting *a, uint32_t number, uint32_t aux,
			    enum destination destination, struct cents amount);

/* Ends the voucher that is being made: accounting.c. */
MUST_USE enum err accounting_put(struct accounting *a, struct voucher *voucher,
				 struct fault *fault);

/* Whether an account is the bank's, or what of its statements nothing explains. */
bool number_is_cash(const char *number);

/* ---- parts of an account's path: "NOUN/A/B" ---- */

struct path {
	char noun[16];
	struct slice a, b, both; /* both: "A/B" */
};
struct path path_of(const char *account);

/* accounting_subs.c */
bool flow_is_promised(const char *flow);
MUST_USE enum err accounting_subs(struct accounting *a, const struct entry *entry,
				  const struct posting *postings, size_t count,
				  struct fault *fault);
struct dedicated *accounting_sub(struct accounting *a, struct slice both);

/* accounting_books.c: lines of an opening, account by account as it says them. */
MUST_USE enum err accounting_opened(struct accounting *a, const struct entry *entry,
				    struct fault *fault);
/* The number of an account that a person has named, with the chart's label. */
uint32_t accounting_named(struct accounting *a, struct slice number);

/* accounting_grants.c */
MUST_USE enum err accounting_grants(struct accounting *a, uint64_t position,
				    const struct entry *entry,
				    const struct posting *postings, size_t count,
				    struct fault *fault);
/* TO_OTHERS of a grant to a project, else TO_MISSION. */
enum destination accounting_grant_destination(const struct accounting *a,
					      uint64_t proposal);
void grants_release(struct accounting *a);

#endif
