/*
 * bank_file.h - a file of a bank's, whatever its format: statements and their lines.
 *
 * One table of formats stands behind one door: camt.053 and camt.054 (ISO 20022), OFX
 * and CFONB 120. A file is read in pieces, so that its length takes no memory; its lines
 * do, and have a bound. What is read is held in memory only, for matching: no name is
 * kept, and an IBAN of somebody else never leaves it.
 *
 * What must never become false, of a file that was taken:
 *
 *  (1) Each statement is of one account in euros, and of one of the accounts that were
 *      asked for, if any were.
 *  (2) Where it has balances, opening + lines = closing; where a statement of the same
 *      account follows in the file, it opens with what the one before closed with.
 *  (3) Lines are of what was booked: what is pending or only told of is counted, and
 *      entries of nothing are left out. Within a statement they are in the order of
 *      their days, and of the file within a day.
 *
 * All else is refused, the whole file, with the place and the reason.
 */
#ifndef ARRONDI_GATEWAY_BANK_FILE_H
#define ARRONDI_GATEWAY_BANK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"
#include "ledger/date.h"
#include "ledger/iban.h"
#include "ledger/money.h"

/* ISO 20022's Max35Text, in ASCII, with its NUL. */
#define BANK_ID_BYTES   36
#define BANK_CODE_BYTES 5
#define BANK_TEXT_BYTES 141

/* More references in one line are not looked at: one credit of a collector's may name
 * several batches. */
#define BANK_REFERENCES_MAX 8

struct bank_line {
	struct cents amount; /* not 0; what arrived is positive */
	struct date booked_on;
	uint32_t entry;   /* of the statement, in the file's order, from 1 */
	uint32_t detail;  /* of the entry, from 1; 0: the entry is not split */
	uint32_t details; /* that the entry has */
	bool reversal;    /* of an earlier movement (RvslInd) */
	uint8_t reference_count;
	uint64_t references[BANK_REFERENCES_MAX]; /* ours that it names (RF) */
	/* "" where there is none. */
	char end_to_end[BANK_ID_BYTES];
	char bank_reference[BANK_ID_BYTES];  /* AcctSvcrRef, else NtryRef */
	char entry_reference[BANK_ID_BYTES]; /* the same of its entry, if it is a detail
					      */
	char payment_info[BANK_ID_BYTES];    /* of the payment file that it carries out */
	char iban[IBAN_TEXT_BYTES];          /* the other side's */
	char reason[BANK_CODE_BYTES];        /* of a return: AC04 */
	char family[BANK_CODE_BYTES];        /* ISO's transaction codes: RCDT, ESCT */
	char sub_family[BANK_CODE_BYTES];
	char text[BANK_TEXT_BYTES]; /* the beginning of what the payer wrote, in ASCII */
};

struct bank_statement {
	char iban[IBAN_TEXT_BYTES]; /* ours */
	char id[BANK_ID_BYTES];     /* the bank's name for it, or "" */
	uint64_t sequence;          /* electronic, else legal; 0: none */
	uint64_t missing;        /* numbers between it and the one before in the file */
	struct date from, until; /* no line is outside */
	bool balanced;           /* opening and closing are known */
	bool opening_derived;    /* from closing and lines: the format has none */
	struct cents opening, closing;
	size_t first_line, line_count;
	uint32_t entries; /* booked */
	uint32_t pending; /* entries that are not booked, or only told of */
	uint32_t zero;    /* lines of nothing, left out */
};

struct bank_file {
	const char *format; /* "camt.053.001.08"; NULL until it is known */
	struct hash digest; /* SHA-256 of the file */
	uint64_t bytes;
	struct bank_statement *statements; /* owned, as lines */
	struct bank_line *lines;
	size_t statement_count, line_count;
	size_t statement_capacity, line_capacity;
	const char *const *own; /* the caller's; IBANs that it may be of; NULL: any */
	size_t own_count;
};

/* own[0..own_count-1] are IBANs in their electronic form and outlive the file. */
void bank_file_init(struct bank_file *file, const char *const *own, size_t own_count);

/* Frees; takes a file that was only initialised. */
void bank_file_release(struct bank_file *file);

/* Reads a file, or standard input for "-", of an initialised file. ERR_INVALID where it
 * is no such file or does not add up, ERR_DENIED where it is of somebody else's account,
 * ERR_TOO_BIG, ERR_NOT_FOUND, ERR_IO, ERR_MEMORY; release it then, too. */
MUST_USE enum err bank_file_read(struct bank_file *file, const char *path,
				 struct fault *fault);

/* The same of bytes that are there. */
MUST_USE enum err bank_file_parse(struct bank_file *file, struct slice bytes,
				  struct fault *fault);

#endif
