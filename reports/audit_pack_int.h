/*
 * audit_pack_int.h - what the files of the audit pack share; private to audit_pack*.c.
 *
 *	audit_pack.c         walks through the log, and says whether all is there
 *	audit_pack_read.c    what is kept of each entry
 *	audit_pack_sample.c  the sample, and where its papers are
 *	audit_pack_duties.c  who did what, by which keys and decisions
 *	audit_pack_tests.c   what is asked about of single entries, and the cut-off
 *	audit_pack_letters.c what others are asked: the bank, payers, donors
 */
#ifndef ARRONDI_REPORTS_AUDIT_PACK_INT_H
#define ARRONDI_REPORTS_AUDIT_PACK_INT_H

#include "ledger/books_query.h"
#include "ledger/kind.h"
#include "ledger/merkle.h"
#include "reports/audit_pack.h"
#include "reports/exercise.h"
#include "reports/name_index.h"
#include "reports/sample.h"
#include "reports/trace.h"

#define PACK_SEED_BYTES 257
#define PACK_HITS_MAX   100 /* rows of one test; the others are counted */

/* An entry of the year, or recorded in it. */
struct pack_entry {
	uint64_t position;
	uint64_t of; /* that a reversal undoes, or a payment carried out; else 0 */
	int64_t at;  /* recorded, UTC seconds */
	struct date date, recorded;
	struct cents amount; /* what it moves: its debits */
	enum kind kind;
	uint32_t by;     /* who submitted it: of `members` */
	uint32_t signer; /* who answers for it: the seat of a ballot, else `by` */
	bool in_year;    /* by its date */
};

/* From when on a key speaks for a member. */
struct pack_key {
	uint32_t member;
	char *vkey; /* owned */
	uint64_t position;
	struct date from;
};

/* A payment of a grant, whenever it was ordered. */
struct pack_payment {
	uint64_t position, proposal;
	struct cents amount;
	uint32_t by;
};

/* A seat's ballot for a proposal. */
struct pack_ballot {
	uint64_t proposal;
	uint32_t seat;
};

/* What a payer owed and did in a month. */
struct pack_month {
	uint32_t payer; /* of `members` */
	struct month month;
	struct cents promised, received, other;
};

/* A growing array. */
struct pack_list {
	void *items; /* owned */
	size_t count, room;
};

struct audit_pack {
	struct books *books;
	struct standing standing;
	struct document *doc;
	enum lang lang;

	struct exercise_request asked;
	struct exercise exercise;
	char seed[PACK_SEED_BYTES];
	int64_t units;
	bool has_since;
	struct checkpoint since;
	struct hash since_root; /* computed here, at that size */

	bool is_second; /* time that the log is walked through */
	struct books *now;
	struct trace *trace;
	struct source_visitor trace_visitor;
	char month[MONTH_TEXT_BYTES];

	struct merkle_frontier frontier;
	struct name_index members, accounts;
	struct pack_list uses; /* uint64_t: how often an account was moved in the year */
	struct pack_list entries, keys, payments, ballots, months;
	struct cents opening_owed; /* by all, before the year */

	struct cents book; /* of the population */
	int64_t population;
	struct sample sample;
	struct pack_list taken; /* size_t: of `entries`, ascending */
	size_t next_taken;
	struct table *evidence, *hits;
	int64_t rare_hits;
	uint64_t *submitted; /* owned; by member */
};

#define PACK_AT(list, type, i) (&((type *)(list).items)[i])

/* Room for one more at the end, zeroed; NULL out of memory. */
void *pack_add(struct pack_list *list, size_t bytes);

static inline const char *pack_say(const struct audit_pack *pack, enum msg msg)
{
	return tr(pack->lang, msg);
}

static inline const struct pack_entry *pack_entry_at(const struct audit_pack *pack,
						     size_t i)
{
	return PACK_AT(pack->entries, struct pack_entry, i);
}

/* The member's name or id, as a cell. */
void pack_cell_member(const struct audit_pack *pack, struct table *table,
		      uint32_t member);

/* The columns position, recorded, date, kind, member and amount, and their cells. */
void pack_entry_columns(const struct audit_pack *pack, struct table *table);
void pack_entry_cells(const struct audit_pack *pack, struct table *table,
		      const struct pack_entry *entry);

/* audit_pack_read.c: keeps what is needed of an entry. */
MUST_USE enum err pack_read(struct audit_pack *pack, uint64_t position,
			    const struct entry *entry, const struct posting *postings,
			    size_t count, struct fault *fault);

/* Each writes its part; those of the first kind when the log was read once. */
MUST_USE enum err pack_sample_put(struct audit_pack *pack, struct fault *fault);
MUST_USE enum err pack_sample_see(struct audit_pack *pack, uint64_t position,
				  const struct entry *entry, struct fault *fault);
MUST_USE enum err pack_duties_put(struct audit_pack *pack, struct fault *fault);
MUST_USE enum err pack_disbursements_put(struct audit_pack *pack, struct fault *fault);
MUST_USE enum err pack_cut_off_put(struct audit_pack *pack, struct fault *fault);
MUST_USE enum err pack_tests_put(struct audit_pack *pack, struct fault *fault);
/* Whether one of the postings is of an account that is seldom moved. */
void pack_tests_see(struct audit_pack *pack, uint64_t position,
		    const struct posting *postings, size_t count);
MUST_USE enum err pack_bank_put(struct audit_pack *pack, struct fault *fault);
MUST_USE enum err pack_letters_put(struct audit_pack *pack, struct fault *fault);
MUST_USE enum err pack_receipts_put(struct audit_pack *pack, struct fault *fault);

#endif
