/*
 * books_succession.c - a new log that continues an old one.
 *
 * A restored backup, a new host or a new legal form: the entries before are the old
 * log's, and from here on origin and key are others, so that nobody can take one log
 * for the other. That it is so is not the operator's to say alone: more than half of
 * the seats sign
 *
 *	arrondi/succession@v1
 *	origin OLD
 *	charter LEAF-HASH-HEX
 *	checkpoint SIZE ROOT-HEX
 *	to NEW
 *	log VKEY
 *	reason REASON
 *	seat SEAT
 *
 * and the old log's own checkpoint of exactly the entries before stands beside it.
 */
#include "ledger/books_int.h"

#include "keys/encoding.h"
#include "ledger/checkpoint.h"

enum err books_succession_text(struct books *books, const struct succession_text *said,
			       char out[SUCCESSION_TEXT_BYTES_MAX], struct fault *fault)
{
	char charter_hex[HASH_HEX_CHARS + 1], root_hex[HASH_HEX_CHARS + 1];
	struct charter_record charter;
	enum err err = charter_read(books, &charter, fault);
	int n;

	if (err)
		return err;
	hex_encode(charter.leaf.b, HASH_BYTES, charter_hex);
	hex_encode(said->head.root.b, HASH_BYTES, root_hex);
	n = snprintf(out, SUCCESSION_TEXT_BYTES_MAX,
		     "arrondi/succession@v1\norigin %s\ncharter %s\n"
		     "checkpoint %" PRIu64 " %s\nto %.*s\nlog %.*s\nreason %.*s\n"
		     "seat %.*s\n",
		     charter.origin, charter_hex, said->head.size, root_hex,
		     SLICE(said->origin), SLICE(said->log), SLICE(said->reason),
		     SLICE(said->seat));
	if (n < 0 || n >= SUCCESSION_TEXT_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "the succession's text is longer than %d bytes",
				 SUCCESSION_TEXT_BYTES_MAX);
	return ERR_OK;
}

static enum err check_checkpoint(struct books *books,
				 const struct charter_record *charter,
				 struct merkle_head *ret_head, struct fault *fault)
{
	struct slice note = entry_text(books->entry, "checkpoint");
	struct checkpoint checkpoint;
	struct hash root;
	struct vkey old;
	enum err err = vkey_parse(slice_of_text(charter->log), &old, fault);

	if (err)
		return err;
	if (checkpoint_open(note, &old, NULL, 0, NULL, &checkpoint, fault) != ERR_OK)
		return fault_rule(fault, "succession",
				  "the checkpoint is not one of '%s', signed by the key "
				  "in force",
				  charter->origin);
	if (checkpoint.size != books->position)
		return fault_rule(fault, "succession",
				  "the checkpoint is of %" PRIu64 " entries, and %" PRIu64
				  " come before this one",
				  checkpoint.size, books->position);
	err = books->hooks.root_at(books->hooks.ctx, checkpoint.size, &root, fault);
	if (err)
		return err;
	if (!hash_equal(&root, &checkpoint.root))
		return fault_rule(fault, "succession",
				  "the checkpoint has another root than the entries "
				  "before this one");
	*ret_head = checkpoint_head(&checkpoint);
	return ERR_OK;
}

static enum err consent_text(struct books *books, struct slice seat, const void *ctx,
			     struct buffer *out, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct succession_text said = {
		.head = *(const struct merkle_head *)ctx,
		.origin = entry_text(entry, "origin"),
		.log = entry_text(entry, "log"),
		.reason = entry_text(entry, "reason"),
		.seat = seat,
	};
	char text[SUCCESSION_TEXT_BYTES_MAX];
	enum err err = books_succession_text(books, &said, text, fault);

	if (!err)
		buffer_put_text(out, text);
	return err;
}

static enum err check_consents(struct books *books, const struct merkle_head *head,
			       struct fault *fault)
{
	int64_t count = 0;
	enum err err = signatures_check(
		books, entry_list(books->entry, "consents"),
		&(struct signed_text){ "succession", consent_text, head }, &count, fault);

	if (err)
		return err;
	if (2 * count <= seat_count(books))
		return fault_rule(fault, "succession",
				  "%" PRId64 " of %" PRId64
				  " seats consent: more than half must",
				  count, seat_count(books));
	return ERR_OK;
}

enum err apply_succession(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice origin = entry_text(entry, "origin"), log = entry_text(entry, "log");
	struct charter_record charter;
	struct merkle_head head;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	if (log_has_origin(books, origin))
		return fault_rule(fault, "succession",
				  "'%.*s' is or was this log's origin already",
				  SLICE(origin));
	err = log_check_key(books, log, origin, "succession", fault);
	if (!err)
		err = check_checkpoint(books, &charter, &head, fault);
	if (!err)
		err = check_consents(books, &head, fault);
	if (err)
		return err;
	log_put(books, &charter, LOG_SUCCEEDED, log, origin);
	charter_write(books, &charter);
	return ERR_OK;
}
