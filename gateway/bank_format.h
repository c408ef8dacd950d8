/*
 * bank_format.h - the formats of bank files: a table, and what its readers call.
 *
 * A reader gets the file in pieces and puts together statements with the functions
 * below, which check what holds in every format. A new format is a file and a row of
 * the table in bank_file.c.
 */
#ifndef ARRONDI_GATEWAY_BANK_FORMAT_H
#define ARRONDI_GATEWAY_BANK_FORMAT_H

#include "gateway/bank_file.h"

/* What a reader may look at to know its own: the file's first bytes. */
#define BANK_HEAD_BYTES 1024

struct bank_format {
	bool (*knows)(struct slice head);
	/* *ret_reader is freed by end(), also after an error; NULL as it was where there
	 * is nothing to free. ERR_MEMORY. */
	enum err (*begin)(struct bank_file *file, void **ret_reader, struct fault *fault);
	enum err (*feed)(void *reader, struct slice bytes, bool last,
			 struct fault *fault);
	void (*end)(void *reader);
};

extern const struct bank_format bank_format_camt;
extern const struct bank_format bank_format_ofx;
extern const struct bank_format bank_format_cfonb;

/* Begins a statement, which the reader fills as it learns of it; the pointer is good
 * until the next one begins. ERR_TOO_BIG, ERR_MEMORY. */
MUST_USE enum err bank_file_begin(struct bank_file *file,
				  struct bank_statement **ret_statement,
				  struct fault *fault);

/* Sets the account of the statement under way, as people write an IBAN. ERR_INVALID
 * where it is none, ERR_DENIED where it is not one of ours. */
MUST_USE enum err bank_file_account(struct bank_file *file, struct slice iban,
				    struct fault *fault);

/* Appends a line of zeroes; the pointer is good until the next one. */
MUST_USE enum err bank_file_line(struct bank_file *file, struct bank_line **ret_line,
				 struct fault *fault);

/* Ends the statement: has an account, adds up, follows the one before. Lines of nothing
 * are left out, the others sorted, and from and until cover them. from may be later
 * than until, and until the 1970-01-01 of zeroes: not known. */
MUST_USE enum err bank_file_end(struct bank_file *file, struct fault *fault);

/* At the end of a file that has to have one. */
MUST_USE enum err bank_file_has_statement(const struct bank_file *file,
					  struct fault *fault);

/* Copies an identifier of n bytes at most; one that is longer or has anything but
 * printable ASCII is none of ours and becomes "". */
void bank_id_copy(struct slice text, char *ret_text, size_t bytes);

/* Looks for our references in a piece of the payer's text, and keeps its beginning. */
void bank_line_text(struct bank_line *line, struct slice text);

/* Takes a counterparty's account where it is an IBAN, of whatever country. */
void bank_line_iban(struct bank_line *line, struct slice text);

#endif
