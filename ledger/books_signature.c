/*
 * books_signature.c - what several seats sign together: each its own copy of one text.
 *
 * A list of {seat, note}: every note is the text that the entry implies
 * for that seat, signed by the key that the seat has now, and no seat signs twice. How
 * many must is the caller's rule.
 */
#include "ledger/books_int.h"

#include "keys/note.h"

static enum err check_one(struct books *books, const struct json *signature,
			  const struct signed_text *said, struct fault *fault)
{
	struct slice seat = item_text(signature, "seat"), text;
	struct buffer expected;
	enum err err =
		signature_open(books, seat, item_text(signature, "note"), &text, fault);

	if (err)
		return err;
	buffer_init(&expected, NOTE_BYTES_MAX);
	err = said->write(books, seat, said->ctx, &expected, fault);
	if (!err && buffer_err(&expected) != ERR_OK)
		err = fault_set(fault, buffer_err(&expected),
				"out of memory for what a seat has signed");
	if (!err && !slice_equal(text, buffer_slice(&expected)))
		err = fault_rule(fault, said->rule,
				 "the text that '%.*s' has signed is not that of this %s",
				 SLICE(seat), kind_def(books->entry->kind)->name);
	buffer_release(&expected);
	return err;
}

enum err signatures_check(struct books *books, const struct json *signatures,
			  const struct signed_text *said, int64_t *ret_count,
			  struct fault *fault)
{
	int64_t count = 0;

	for (const struct json *signature = signatures->first; signature;
	     signature = signature->next, count++) {
		enum err err = check_one(books, signature, said, fault);

		if (err)
			return err;
		for (const struct json *other = signatures->first; other != signature;
		     other = other->next)
			if (slice_equal(item_text(signature, "seat"),
					item_text(other, "seat")))
				return fault_rule(fault, said->rule, "'%.*s' signs twice",
						  SLICE(item_text(signature, "seat")));
	}
	*ret_count = count;
	return ERR_OK;
}
