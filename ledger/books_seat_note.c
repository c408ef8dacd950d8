/*
 * books_seat_note.c - what a seat declares alone: a text that it signs.
 *
 * All of them begin alike, so that none can be taken for another's, another log's or
 * another seat's:
 *
 *	arrondi/TYPE@v1
 *	origin ORIGIN
 *	charter LEAF-HASH-HEX
 *	seat SEAT
 *
 * (A ballot, which says more, is books_ballot.c's.)
 */
#include "ledger/books_int.h"

#include <stdarg.h>

#include "keys/encoding.h"
#include "keys/note.h"

enum err seat_note_text(struct books *books, const char *type, struct slice seat,
			char *out, size_t bytes, struct fault *fault, const char *format,
			...)
{
	char charter_hex[HASH_HEX_CHARS + 1];
	struct charter_record charter;
	enum err err = charter_read(books, &charter, fault);
	va_list args;
	int n, rest;

	if (err)
		return err;
	hex_encode(charter.leaf.b, HASH_BYTES, charter_hex);
	n = snprintf(out, bytes, "arrondi/%s@v1\norigin %s\ncharter %s\nseat %.*s\n",
		     type, charter.origin, charter_hex, SLICE(seat));
	if (n < 0 || (size_t)n >= bytes)
		goto too_long;
	va_start(args, format);
	rest = vsnprintf(out + n, bytes - (size_t)n, format, args);
	va_end(args);
	if (rest >= 0 && (size_t)rest < bytes - (size_t)n)
		return ERR_OK;
too_long:
	return fault_set(fault, ERR_TOO_BIG, "the %s's text is longer than %zu bytes",
			 type, bytes);
}

enum err signature_open(struct books *books, struct slice seat, struct slice note,
			struct slice *ret_text, struct fault *fault)
{
	struct slice vkey_text;
	struct vkey vkey;
	enum err err;

	if (!seat_key(books, seat, &vkey_text))
		return fault_rule(fault, "seat", "'%.*s' is not an active seat",
				  SLICE(seat));
	err = vkey_parse(vkey_text, &vkey, fault);
	if (err)
		return err;
	if (note_open(note, &vkey, ret_text, fault) != ERR_OK)
		return fault_rule(fault, "signature",
				  "the %s is not signed by the key of '%.*s'",
				  kind_def(books->entry->kind)->name, SLICE(seat));
	return ERR_OK;
}

enum err seat_open_note(struct books *books, struct slice *ret_text, struct fault *fault)
{
	const struct entry *entry = books->entry;

	return signature_open(books, entry_text(entry, "seat"), entry_text(entry, "note"),
			      ret_text, fault);
}

enum err seat_check_note(struct books *books, const char *expected, const char *rule,
			 struct fault *fault)
{
	struct slice text;
	enum err err = seat_open_note(books, &text, fault);

	if (err)
		return err;
	if (!slice_equal_text(text, expected))
		return fault_rule(fault, rule, "the signed text is not that of this %s",
				  kind_def(books->entry->kind)->name);
	return ERR_OK;
}
