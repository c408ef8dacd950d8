/*
 * identity.h - a person who wants a tax receipt, as the vault keeps it and as a file
 * brings it.
 *
 * The file is CSV, UTF-8, with this header line, `;` between fields, and double quotes
 * (doubled inside) around a field that has a `;`:
 *
 *	reference;name;street;postcode;city;country
 *
 * reference is the donor's number at the company; or several, with blanks between them:
 * a client's invoices as invoice:NUMBER, a direct donor's gifts as gift:POSITION. All of
 *a line are one person's, who gets one receipt a year. Only who wants a receipt is in it.
 * The reference `company` is the member's own: its name with its legal form, and its
 * address, as its receipts have them.
 */
#ifndef ARRONDI_LEDGER_IDENTITY_H
#define ARRONDI_LEDGER_IDENTITY_H

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define IDENTITY_FIELDS         6
#define IDENTITY_REFERENCES_MAX 64
#define IDENTITY_COMPANY        "company"

enum identity_field {
	IDENTITY_REFERENCE,
	IDENTITY_NAME,
	IDENTITY_STREET,
	IDENTITY_POSTCODE,
	IDENTITY_CITY,
	IDENTITY_COUNTRY, /* may be empty: France */
};

struct identity {
	struct slice field[IDENTITY_FIELDS];
};

/* As the vault seals it: a line for each field. */
void identity_write(const struct identity *identity, struct buffer *out);
/* Points into bytes. ERR_CORRUPT. */
MUST_USE enum err identity_read(struct slice bytes, struct identity *ret_identity,
				struct fault *fault);

/* The next of the references, from *rest on; false at the end. */
bool identity_reference(struct slice *rest, struct slice *ret_reference);

/* Calls each() for every line; what it is given is good during the call. Every line that
 * is wrong is told by bad(), with its number from 1, and the count is given back: then
 * the caller takes nothing. ERR_INVALID where the header is another one. */
struct identity_reader {
	void *ctx;
	enum err (*each)(void *ctx, const struct identity *identity, struct fault *fault);
	void (*bad)(void *ctx, size_t line, const char *why);
};
MUST_USE enum err identity_file_read(struct slice file,
				     const struct identity_reader *reader,
				     size_t *ret_bad, struct fault *fault);

#endif
