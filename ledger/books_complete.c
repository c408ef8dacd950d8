/*
 * books_complete.c - what the writer adds to a draft before it is an entry.
 *
 * The same functions compute it here and when the entry is applied, so the
 * writer cannot record what the rules would not compute.
 */
#include "ledger/books_int.h"

static void add_parts(struct json_doc *doc, struct json *draft, const char *name,
		      const struct match_part *parts, size_t count)
{
	struct json *list = json_add(doc, draft, name, JSON_LIST);

	for (size_t i = 0; i < count; i++) {
		struct json *part = json_append(doc, list, JSON_OBJECT);

		(void)json_add_cstring(doc, part, "fund", parts[i].fund);
		(void)json_add_integer(doc, part, "amount", cents_value(parts[i].amount));
	}
}

static enum err complete_batch(struct books *books, struct json_doc *doc,
			       struct json *draft, const struct entry *entry,
			       struct fault *fault)
{
	char due_text[DATE_TEXT_BYTES];
	struct match_due match;
	struct batch_ask ask;
	struct date due_on;
	enum err err = batch_due_on(books, entry, &due_on, fault);

	if (!err)
		err = batch_match(books, entry, &ask, &match, fault);
	if (err)
		return err;
	date_format(due_on, due_text);
	(void)json_add_cstring(doc, draft, "due_on", due_text);
	add_parts(doc, draft, "match", match.parts, match.part_count);
	return ERR_OK;
}

static enum err complete_correction(struct books *books, struct json_doc *doc,
				    struct json *draft, const struct entry *entry,
				    struct fault *fault)
{
	struct correction_due due;
	enum err err = correction_compute(books, entry, &due, fault);

	if (err)
		return err;
	add_parts(doc, draft, "match", due.match.parts, due.match.part_count);
	return ERR_OK;
}

static enum err complete_allocation(struct books *books, struct json_doc *doc,
				    struct json *draft, const struct entry *entry,
				    struct fault *fault)
{
	struct allocation_due due;
	enum err err = allocation_compute(books, entry, &due, fault);

	if (err)
		return err;
	(void)json_add_integer(doc, draft, "amount", cents_value(due.amount));
	add_parts(doc, draft, "parts", due.parts, due.part_count);
	return ERR_OK;
}

static enum err complete_decision(struct books *books, struct json_doc *doc,
				  struct json *draft, const struct entry *entry,
				  struct fault *fault)
{
	struct decision_due due;
	struct json *list;
	enum err err = decision_compute(books, entry, &due, fault);

	if (err)
		return err;
	(void)json_add_integer(doc, draft, "for", due.tally.votes_for);
	(void)json_add_integer(doc, draft, "against", due.tally.against);
	(void)json_add_integer(doc, draft, "abstain", due.tally.abstain);
	(void)json_add_integer(doc, draft, "recused", due.tally.recused);
	(void)json_add_integer(doc, draft, "needed", due.needed);
	(void)json_add_cstring(doc, draft, "outcome", decision_outcome_name(due.outcome));
	list = json_add(doc, draft, "parts", JSON_LIST);
	for (size_t i = 0; i < due.part_count; i++) {
		struct json *part = json_append(doc, list, JSON_OBJECT);

		if (strcmp(due.parts[i].earmark, EARMARK_FREE) != 0)
			(void)json_add_cstring(doc, part, "earmark",
					       due.parts[i].earmark);
		(void)json_add_integer(doc, part, "amount",
				       cents_value(due.parts[i].amount));
	}
	return ERR_OK;
}

static enum err complete_order(struct books *books, struct json_doc *doc,
			       struct json *draft, const struct entry *entry,
			       struct fault *fault)
{
	struct cents total;
	enum err err = order_compute(books, entry, &total, fault);

	if (err)
		return err;
	(void)json_add_integer(doc, draft, "total", cents_value(total));
	return ERR_OK;
}

/* A view of a draft that has its time but not yet what is computed from it. */
static enum err draft_view(const struct json *draft, enum kind kind, int64_t at,
			   struct entry *ret_view, struct fault *fault)
{
	char text[DATE_TEXT_BYTES];

	*ret_view = (struct entry){ .kind = kind, .json = draft, .at = at };
	ret_view->by = item_text(draft, "by");
	ret_view->ref = item_text(draft, "ref");
	text_copy(text, sizeof text, item_text(draft, "date"));
	if (date_parse(text, &ret_view->date) != ERR_OK)
		return fault_set(fault, ERR_INVALID, "member 'date' is not a date");
	return ERR_OK;
}

static enum err complete_kind(struct books *books, struct json_doc *doc,
			      struct json *draft, const struct entry *entry,
			      struct fault *fault)
{
	switch ((int)entry->kind) {
	case KIND_batch:
		return complete_batch(books, doc, draft, entry, fault);
	case KIND_correction:
		return complete_correction(books, doc, draft, entry, fault);
	case KIND_allocation:
		return complete_allocation(books, doc, draft, entry, fault);
	case KIND_decision:
		return complete_decision(books, doc, draft, entry, fault);
	case KIND_order:
		return complete_order(books, doc, draft, entry, fault);
	}
	return ERR_OK;
}

enum err books_complete(struct books *books, struct json_doc *doc, struct json *draft,
			int64_t at, struct fault *fault)
{
	char today_text[DATE_TEXT_BYTES];
	struct date today;
	struct entry view;
	enum kind kind;
	enum err err;

	if (!kind_by_name(item_text(draft, "kind"), &kind))
		return fault_set(fault, ERR_INVALID,
				 "member 'kind' is not a kind of entry");
	if (date_paris(at, &today) != ERR_OK)
		return fault_rule(fault, "time",
				  "the machine's clock gives a day that is not ours");
	err = books_check_charter_first(books, kind, fault);
	date_format(today, today_text);
	(void)json_add_integer(doc, draft, "at", at);
	if (kind_def(kind)->nature == NATURE_ACT)
		(void)json_add_cstring(doc, draft, "date", today_text);
	if (!err)
		err = draft_view(draft, kind, at, &view, fault);
	if (!err && kind != KIND_charter)
		err = member_check_may(books, view.by, kind, fault);
	books->overflow = false;
	books->entry = &view; /* the rules ask what day it is */
	if (!err)
		err = complete_kind(books, doc, draft, &view, fault);
	books->entry = NULL;
	/* A verdict reached on a state that could not be read is none. */
	if (state_err(books->state) != ERR_OK)
		return fault_set(fault, state_err(books->state),
				 "the ledger's state could not be read");
	if (err)
		return err;
	if (books->overflow)
		return fault_rule(fault, "overflow", "an amount passes 2^53 - 1 cents");
	if (json_doc_err(doc) != ERR_OK)
		return fault_set(fault, json_doc_err(doc),
				 "out of memory while completing an entry");
	return ERR_OK;
}
