/*
 * audit_continues_print.c - what a verifier has to say of a log that continues another,
 * for a person and for a program. See audit_continues.h.
 */
#include <inttypes.h>

#include "ledger/audit_continues.h"
#include "ledger/json.h"

#define U64 "%" PRIu64

static const char *const states[] = {
	[LOST_MISSING] = "missing",
	[LOST_DIFFERS] = "differs",
	[LOST_RECORDED] = "recorded",
};

/* ---- for a person ---- */

static void log_put(struct buffer *out, const char *what, struct audit *audit)
{
	const struct checkpoint *checkpoint = audit_checkpoint(audit);
	size_t n;
	const struct audit_log_key *keys = audit_log_keys(audit, &n);

	buffer_printf(out, "%s%s, " U64 " entries, root ", what, checkpoint->origin,
		      checkpoint->size);
	buffer_put_base64(out, checkpoint->root.b, HASH_BYTES);
	buffer_printf(out, "\n           signed by %s%s\n", keys[n - 1].log.vkey,
		      audit_key_believed(audit)
			      ? " (not one of yours: the seats have consented to it)"
			      : "");
}

static void consents_put(struct buffer *out, const struct audit_continues *continues)
{
	buffer_printf(out,
		      "continues  the first " U64 " entries are the same; entry " U64
		      " of the new log is\n           the succession: it names %s and "
		      "its checkpoint of " U64 " entries\n",
		      continues->at, continues->at, continues->old_origin, continues->at);
	buffer_printf(out, "reason     %s\nconsented  %zu seats:", continues->reason,
		      continues->n_seats);
	for (size_t i = 0; i < continues->n_seats; i++)
		buffer_printf(out, "%s %s", i ? "," : "", continues->seats[i]);
	buffer_put_text(out, "\n");
}

/* "3 batch, 1 gift", in the order in which kinds are declared. */
static void kinds_put(struct buffer *out, const struct audit_continues *continues)
{
	bool is_first = true;

	for (int kind = 0; kind < KIND__COUNT; kind++) {
		size_t n = 0;

		for (size_t i = 0; i < continues->n_lost; i++)
			n += continues->lost[i].kind == (enum kind)kind &&
			     continues->lost[i].state != LOST_RECORDED;
		if (!n)
			continue;
		buffer_printf(out, "%s%zu %s", is_first ? "" : ", ", n,
			      kind_def((enum kind)kind)->name);
		is_first = false;
	}
}

static void lost_put(struct buffer *out, const struct audit_lost *lost)
{
	char date[DATE_TEXT_BYTES];

	date_format(lost->date, date);
	buffer_printf(out,
		      "  entry " U64 "  %-12s %s  by %s, reference %s: ", lost->position,
		      kind_def(lost->kind)->name, date, lost->by, lost->ref);
	switch (lost->state) {
	case LOST_MISSING:
		buffer_put_text(out, "not in the new log\n");
		return;
	case LOST_DIFFERS:
		buffer_printf(out, "entry " U64 " of the new log has other content\n",
			      lost->again);
		return;
	case LOST_RECORDED:
		buffer_printf(out, "recorded again as entry " U64 "\n", lost->again);
		return;
	}
}

static void all_lost_put(struct buffer *out, const struct audit_continues *continues)
{
	size_t missing = audit_continues_missing(continues);

	if (continues->n_lost == 0) {
		buffer_put_text(out, "\nThe old log has no entry after these: nothing is "
				     "lost\n");
		return;
	}
	buffer_printf(
		out,
		"\nThe old log went on: it has %zu more, of which %zu were recorded "
		"again\n",
		continues->n_lost, continues->n_lost - missing);
	for (size_t i = 0; i < continues->n_lost; i++)
		lost_put(out, &continues->lost[i]);
}

enum err audit_continues_text(struct audit *old, struct audit *new,
			      const struct audit_continues *continues, struct buffer *out,
			      struct fault *fault)
{
	size_t missing = audit_continues_missing(continues);

	log_put(out, "old        ", old);
	log_put(out, "new        ", new);
	consents_put(out, continues);
	all_lost_put(out, continues);
	buffer_put_text(out, "\nBalances, and what rests on somebody's word: verify each "
			     "export alone\n");
	if (missing) {
		buffer_printf(out,
			      "\nnot continued whole: %zu entries of %s are missing (",
			      missing, continues->old_origin);
		kinds_put(out, continues);
		buffer_put_text(out, ")\n");
	} else {
		buffer_printf(out, "\nverified: %s continues %s\n",
			      audit_checkpoint(new)->origin, continues->old_origin);
	}
	return buffer_check(out, "the summary", fault);
}

/* ---- for a program ---- */

static void number_put(struct json_doc *doc, struct json *object, const char *name,
		       uint64_t n)
{
	/* Positions and sizes of a log that was read are far below 2^53. */
	(void)json_add_integer(doc, object, name, (int64_t)n);
}

static void log_json(struct json_doc *doc, struct json *top, const char *name,
		     struct audit *audit)
{
	struct json *log = json_add(doc, top, name, JSON_OBJECT);
	size_t n;
	const struct audit_log_key *keys = audit_log_keys(audit, &n);

	(void)json_add_cstring(doc, log, "origin", audit_checkpoint(audit)->origin);
	number_put(doc, log, "size", audit_checkpoint(audit)->size);
	(void)json_add_cstring(doc, log, "vkey", keys[n - 1].log.vkey);
}

static void lost_json(struct json_doc *doc, struct json *list,
		      const struct audit_lost *lost)
{
	struct json *item = json_append(doc, list, JSON_OBJECT);
	char date[DATE_TEXT_BYTES];

	date_format(lost->date, date);
	if (lost->state != LOST_MISSING)
		number_put(doc, item, "again", lost->again);
	(void)json_add_cstring(doc, item, "by", lost->by);
	(void)json_add_cstring(doc, item, "date", date);
	(void)json_add_cstring(doc, item, "kind", kind_def(lost->kind)->name);
	number_put(doc, item, "position", lost->position);
	(void)json_add_cstring(doc, item, "ref", lost->ref);
	(void)json_add_cstring(doc, item, "state", states[lost->state]);
}

enum err audit_continues_json(struct audit *old, struct audit *new,
			      const struct audit_continues *continues, struct buffer *out,
			      struct fault *fault)
{
	size_t missing = audit_continues_missing(continues);
	struct json_doc *doc = json_doc_new();
	struct json *top, *list;
	enum err err;

	if (!doc)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	top = json_new(doc, JSON_OBJECT);
	(void)json_add_cstring(doc, top, "result", missing ? "missing" : "verified");
	log_json(doc, top, "old", old);
	log_json(doc, top, "new", new);
	number_put(doc, top, "at", continues->at);
	number_put(doc, top, "missing", missing);
	(void)json_add_cstring(doc, top, "reason", continues->reason);
	list = json_add(doc, top, "seats", JSON_LIST);
	for (size_t i = 0; i < continues->n_seats; i++)
		(void)json_append_text(doc, list, slice_of_text(continues->seats[i]));
	list = json_add(doc, top, "lost", JSON_LIST);
	for (size_t i = 0; i < continues->n_lost; i++)
		lost_json(doc, list, &continues->lost[i]);
	err = json_doc_err(doc);
	if (!err)
		err = json_write(top, out);
	buffer_put_text(out, "\n");
	json_doc_free(doc);
	return err ? fault_set(fault, err, "the summary could not be written")
		   : buffer_check(out, "the summary", fault);
}
