/*
 * receipt_entry.c - what receipts stand on, as their entry lists it.
 */
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"
#include "ledger/receipt_issue_int.h"

static int by_place(const void *a, const void *b)
{
	const struct receipt_stand *left = a, *right = b;

	if (left->is_row != right->is_row)
		return left->is_row ? -1 : 1;
	if (left->position != right->position)
		return left->position < right->position ? -1 : 1;
	return strcmp(left->mark, right->mark);
}

/* The rows of one batch, from *at on. */
static void batch_add(struct json_doc *doc, struct json *list,
		      const struct receipt_stand *stands, size_t count, size_t *at)
{
	uint64_t position = stands[*at].position;
	struct json *batch = json_append(doc, list, JSON_OBJECT);
	struct json *marks = json_add(doc, batch, "marks", JSON_LIST);
	int64_t sum = 0;

	for (; *at < count && stands[*at].is_row && stands[*at].position == position;
	     ++*at) {
		struct json *mark = json_append(doc, marks, JSON_OBJECT);

		(void)json_add_cstring(doc, mark, "mark", stands[*at].mark);
		sum += cents_value(stands[*at].amount);
	}
	(void)json_add_integer(doc, batch, "batch", (int64_t)position);
	(void)json_add_integer(doc, batch, "amount", sum);
}

void receipt_stands_add(struct json_doc *doc, struct json *draft,
			struct receipt_stand *stands, size_t count)
{
	struct json *batches = json_add(doc, draft, "batches", JSON_LIST);
	struct json *entries = json_add(doc, draft, "entries", JSON_LIST);
	size_t at = 0;

	if (count)
		qsort(stands, count, sizeof *stands, by_place);
	while (at < count && stands[at].is_row)
		batch_add(doc, batches, stands, count, &at);
	for (; at < count; at++) {
		struct json *entry = json_append(doc, entries, JSON_OBJECT);

		(void)json_add_integer(doc, entry, "entry", (int64_t)stands[at].position);
		(void)json_add_integer(doc, entry, "amount",
				       cents_value(stands[at].amount));
	}
}

enum err receipt_record(struct ledger *ledger, const char *by, struct json_doc *doc,
			struct json *draft, uint64_t *ret_position, struct fault *fault)
{
	struct submission submission = { .by = slice_of_text(by),
					 .doc = doc,
					 .draft = draft };
	struct submission *const group[1] = { &submission };
	struct buffer checkpoint;
	enum err err = json_doc_err(doc);

	if (err)
		return fault_set(fault, err, "out of memory");
	buffer_init(&checkpoint, NOTE_BYTES_MAX);
	buffer_init(&submission.entry, ENTRY_BYTES_MAX);
	err = ledger_submit(ledger, group, 1, &checkpoint, fault);
	if (!err && submission.err) {
		err = submission.err;
		if (fault)
			*fault = submission.fault;
	}
	*ret_position = submission.position;
	buffer_release(&submission.entry);
	buffer_release(&checkpoint);
	return err;
}
