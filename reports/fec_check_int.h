/*
 * fec_check_int.h - what the files of the FEC's check share.
 *
 *	fec_check.c          the file, its name, header and lines; the document
 *	fec_check_fields.c   amounts, dates, texts: the rules of one line
 *	fec_check_entry.c    entries, journals, accounts: those of many
 */
#ifndef ARRONDI_REPORTS_FEC_CHECK_INT_H
#define ARRONDI_REPORTS_FEC_CHECK_INT_H

#include "ledger/date.h"
#include "ledger/money.h"
#include "reports/fec_check.h"
#include "reports/name_index.h"

#define FEC_FIELDS_MAX 64

enum fec_level { FEC_REFUSED, FEC_ERROR, FEC_ALERT, FEC_NOTE };

#define FEC_RULE(id, name, level, origin, column, what_fr, what_en, remedy_fr,           \
		 remedy_en)                                                              \
	FEC_RULE_##id,
enum fec_rule {
#include "reports/fec_rules.def"
	FEC_RULE__COUNT
};

/* The columns that are known, in the order of the text; then those of its variants. */
enum fec_column {
	COLUMN_JOURNAL,
	COLUMN_JOURNAL_LABEL,
	COLUMN_NUMBER,
	COLUMN_DATE,
	COLUMN_ACCOUNT,
	COLUMN_ACCOUNT_LABEL,
	COLUMN_AUX,
	COLUMN_AUX_LABEL,
	COLUMN_PIECE,
	COLUMN_PIECE_DATE,
	COLUMN_LABEL,
	COLUMN_DEBIT,
	COLUMN_CREDIT,
	COLUMN_LETTERS,
	COLUMN_LETTERS_DATE,
	COLUMN_VALID,
	COLUMN_FOREIGN,
	COLUMN_CURRENCY,
	COLUMN_AMOUNT, /* Montant, with Sens, instead of Debit and Credit */
	COLUMN_SIDE,
	COLUMN__COUNT
};

struct finding {
	uint64_t line;          /* 0: of the whole file */
	enum fec_column column; /* COLUMN__COUNT: the rule's own */
};

/* What a line says, as far as it could be read. */
struct fec_line {
	uint64_t number;
	struct slice field[COLUMN__COUNT]; /* empty where the file has no such column */
	bool has_amount, has_date, has_valid;
	struct cents amount; /* debits are positive */
	struct date date, valid;
};

/* A sequence of numbers that should have no gap. */
struct sequence {
	uint64_t last;
	bool begun;
};

struct gaps {
	uint64_t count;
	uint64_t line[FEC_FINDINGS_SHOWN];
};

struct fec_check {
	enum lang lang;
	char separator;
	size_t column_of[FEC_FIELDS_MAX]; /* of each field: enum fec_column, or COUNT */
	bool has_column[COLUMN__COUNT];
	size_t fields;
	bool has_closing;
	struct date closing; /* as the file's name says */
	bool utf8, out_of_memory, overflow;

	struct finding found[FEC_RULE__COUNT][FEC_FINDINGS_SHOWN];
	uint64_t found_count[FEC_RULE__COUNT];

	/* The entry that is being read. */
	bool in_entry, entry_spoilt, saw_result, saw_running;
	uint64_t entry_line, entry_lines;
	char entry_key[512];
	struct cents entry_sum;
	struct date entry_date;
	bool entry_has_date;

	struct cents debit, credit;
	uint64_t lines, entries;
	struct date last_valid;
	bool has_last_valid, saw_other_journal;
	struct sequence whole;
	struct gaps whole_gaps, journal_gaps;
	struct name_index journals, journal_labels, accounts, account_labels;
	struct sequence *journal_sequences; /* owned */
	uint32_t *journal_label_of;         /* owned */
	uint32_t *account_label_of;         /* owned */
	size_t journal_room, account_room;
};

void fec_find(struct fec_check *check, enum fec_rule rule, uint64_t line,
	      enum fec_column column);

/* Without case; "é" and "è" are "e", and what else is no letter is left out. */
enum fec_column fec_column_of(struct slice name);
const char *fec_column_name(enum fec_column column);

/* fec_check_fields.c: reads and judges the fields of one line. */
void fec_check_fields(struct fec_check *check, struct fec_line *line);
/* The bytes of a whole line. */
void fec_check_text(struct fec_check *check, uint64_t number, struct slice text);

/* fec_check_entry.c: what a line is among the others; and the end of the file. */
void fec_check_line(struct fec_check *check, const struct fec_line *line);
void fec_check_end(struct fec_check *check);

#endif
