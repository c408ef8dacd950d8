/*
 * trace_read.c - follows every cent of the log through the funds.
 *
 * Which promise a transfer pays is decided by the books. They are not asked how: what is
 * owed of each line before and after the entry tells it.
 */
#include "reports/trace_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/allocation_int.h"
#include "reports/naming.h"
#include "reports/sum.h"

static enum err no_memory(struct fault *fault)
{
	return fault_set(fault, ERR_MEMORY, "out of memory for the trace");
}

/* ---- entries ---- */

static int entry_cmp(const void *key, const void *entry)
{
	uint64_t position = *(const uint64_t *)key;
	uint64_t other = ((const struct trace_entry *)entry)->position;

	return (position > other) - (position < other);
}

const struct trace_entry *trace_entry_at(const struct trace *trace, uint64_t position)
{
	return trace->entry_count ? bsearch(&position, trace->entries, trace->entry_count,
					    sizeof *trace->entries, entry_cmp)
				  : NULL;
}

static bool is_promise(const struct entry *entry)
{
	return entry->kind == KIND_batch || entry->kind == KIND_gift ||
	       entry->kind == KIND_patronage || entry->kind == KIND_contribution;
}

static struct slice member_of_entry(const struct entry *entry)
{
	switch (entry->kind) {
	case KIND_batch:
		return entry_text(entry, "company");
	case KIND_gift:
	case KIND_patronage:
	case KIND_contribution:
	case KIND_settlement:
	case KIND_refund:
		return entry_text(entry, "payer");
	default:
		return slice_of_text("");
	}
}

static uint64_t stands_for(uint64_t position, const struct entry *entry)
{
	if (entry->kind == KIND_refund && entry_has(entry, "of"))
		return entry_position(entry, "of");
	if (entry->kind == KIND_chargeback)
		return entry_position(entry, "of");
	return position;
}

static enum err entry_remember(struct trace *trace, uint64_t position,
			       const struct entry *entry, struct fault *fault)
{
	struct slice member = member_of_entry(entry);
	struct trace_entry *to;

	if (trace->entry_count == trace->entry_room) {
		size_t room = trace->entry_room ? trace->entry_room * 2 : 64;
		struct trace_entry *more =
			reallocarray(trace->entries, room, sizeof *more);

		if (!more)
			return no_memory(fault);
		trace->entries = more;
		trace->entry_room = room;
	}
	to = &trace->entries[trace->entry_count++];
	*to = (struct trace_entry){ .position = position,
				    .stands_for = stands_for(position, entry),
				    .is_promise = is_promise(entry),
				    .date = entry->date,
				    .name = naming_entry(trace->lang, entry) };
	(void)snprintf(to->member, sizeof to->member, "%.*s", (int)member.n,
		       (const char *)member.p);
	return ERR_OK;
}

/* ---- what is owed ---- */

static struct trace_payer *payer_find(struct trace *trace, const char *id)
{
	struct trace_payer *more;

	for (size_t i = 0; i < trace->payer_count; i++)
		if (strcmp(trace->payers[i].id, id) == 0)
			return &trace->payers[i];
	more = reallocarray(trace->payers, trace->payer_count + 1, sizeof *more);
	if (!more)
		return NULL;
	trace->payers = more;
	more += trace->payer_count++;
	*more = (struct trace_payer){ .line = NULL };
	(void)snprintf(more->id, sizeof more->id, "%s", id);
	return more;
}

/* Lines of one promise and sub-balance count together. */
static enum err change_add(struct trace *trace, const struct receivable_view *line,
			   struct cents paid, struct fault *fault)
{
	char account[POSTING_ACCOUNT_BYTES_MAX];
	struct trace_change *change;

	(void)snprintf(account, sizeof account, "fund/%s/%s", line->fund, line->earmark);
	for (size_t i = 0; i < trace->change_count; i++) {
		change = &trace->changes[i];
		if (change->position == line->position &&
		    strcmp(change->account, account) == 0)
			return sum_add(&change->paid, paid, fault);
	}
	if (trace->change_count == trace->change_room) {
		size_t room = trace->change_room ? trace->change_room * 2 : 16;

		change = reallocarray(trace->changes, room, sizeof *change);
		if (!change)
			return no_memory(fault);
		trace->changes = change;
		trace->change_room = room;
	}
	change = &trace->changes[trace->change_count++];
	change->position = line->position;
	change->paid = paid;
	memcpy(change->account, account, sizeof account);
	return ERR_OK;
}

static enum err payer_compare(struct trace *trace, const char *id, struct fault *fault)
{
	struct trace_payer *payer = payer_find(trace, id);
	struct receivable_view *line = NULL;
	size_t lines = 0;
	enum err err;

	if (!payer)
		return no_memory(fault);
	err = query_receivables(trace->now, slice_of_text(id), &line, &lines, fault);
	for (size_t i = 0; i < payer->lines && !err; i++)
		err = change_add(trace, &payer->line[i], payer->line[i].open, fault);
	for (size_t i = 0; i < lines && !err; i++)
		err = change_add(trace, &line[i], cents_neg(line[i].open), fault);
	free(payer->line);
	payer->line = line;
	payer->lines = lines;
	return err;
}

/* Postings of one account and flow are one: a payer may come more than once, for what it
 * was paid in, and is the second time as it was after the first. */
static enum err changes_read(struct trace *trace, const struct posting *postings,
			     size_t count, struct fault *fault)
{
	static const char noun[] = "receivable/";
	enum err err = ERR_OK;

	trace->change_count = 0;
	for (size_t i = 0; i < count && !err; i++)
		if (strncmp(postings[i].account, noun, sizeof noun - 1) == 0)
			err = payer_compare(trace, postings[i].account + sizeof noun - 1,
					    fault);
	return err;
}

/* ---- flows ---- */

static bool is_fund(const struct posting *posting)
{
	return strncmp(posting->account, "fund/", strlen("fund/")) == 0;
}

/* Money that the entry gives back of what another one used, or uses. */
static enum err follow_use(struct trace *trace, uint64_t position,
			   const struct entry *entry, const struct posting *posting,
			   struct fault *fault)
{
	uint64_t use = position;
	size_t account;
	enum err err = trace_account(&trace->lots, posting->account, &account, fault);

	if (entry->kind == KIND_decision)
		use = entry_position(entry, "proposal");
	else if (entry->kind == KIND_cancellation || entry->kind == KIND_restitution)
		use = entry_position(entry, "grant");
	else if (entry->kind == KIND_reversal)
		use = entry_position(entry, "of");
	if (err)
		return err;
	if (cents_is_negative(posting->amount))
		return trace_undo(&trace->lots, account, use, position,
				  cents_neg(posting->amount), fault);
	return trace_use(&trace->lots, account, use, posting->amount, fault);
}

static bool is_use(const struct posting *posting)
{
	static const char *const flows[] = { "granted", "cancelled", "restituted",
					     "expense", "fee" };

	for (size_t i = 0; i < sizeof flows / sizeof *flows; i++)
		if (flow_is(posting->flow, flows[i]))
			return true;
	return false;
}

static bool is_move(const struct posting *posting)
{
	return flow_is(posting->flow, "allocated") ||
	       flow_is(posting->flow, "transferred") ||
	       flow_is(posting->flow, "redirected");
}

/* One account gives, others take: an allocation has one default fund, a transfer and a
 * redirection one source. A redirection is of one contribution's money. */
static enum err follow_move(struct trace *trace, uint64_t position,
			    const struct entry *entry, const struct posting *from,
			    const struct posting *to, struct fault *fault)
{
	struct cents amount = cents_neg(to->amount);
	size_t source, target;
	enum err err = trace_account(&trace->lots, from->account, &source, fault);

	if (!err)
		err = trace_account(&trace->lots, to->account, &target, fault);
	if (err)
		return err;
	if (entry->kind == KIND_redirect)
		err = trace_take_back(&trace->lots, source, entry_position(entry, "of"),
				      target, &amount, fault);
	return err ? err
		   : trace_move(&trace->lots, source, target, position, amount, fault);
}

static enum err follow_moves(struct trace *trace, uint64_t position,
			     const struct entry *entry, const struct posting *postings,
			     size_t count, struct fault *fault)
{
	const struct posting *from = NULL;
	enum err err = ERR_OK;

	for (size_t i = 0; i < count; i++)
		if (is_fund(&postings[i]) && is_move(&postings[i]) &&
		    cents_is_positive(postings[i].amount))
			from = &postings[i];
	for (size_t i = 0; i < count && from && !err; i++)
		if (is_fund(&postings[i]) && is_move(&postings[i]) &&
		    cents_is_negative(postings[i].amount))
			err = follow_move(trace, position, entry, from, &postings[i],
					  fault);
	return err;
}

/* ---- what comes in, and what is taken back ---- */

/* The contribution that an entry undoes, if any. */
static bool undone_by(const struct trace *trace, const struct entry *entry,
		      uint64_t *ret_origin)
{
	const struct trace_entry *undone;
	uint64_t of;

	if (entry->kind == KIND_correction)
		of = entry_position(entry, "batch");
	else if (entry->kind == KIND_reversal || entry->kind == KIND_chargeback ||
		 (entry->kind == KIND_refund && entry_has(entry, "of")))
		of = entry_position(entry, "of");
	else
		return false;
	undone = trace_entry_at(trace, of);
	*ret_origin = undone ? undone->stands_for : of;
	return true;
}

static enum err follow_income(struct trace *trace, uint64_t position,
			      const struct entry *entry, const char *name,
			      struct cents amount, struct fault *fault)
{
	uint64_t origin = position;
	size_t account;
	enum err err = trace_account(&trace->lots, name, &account, fault);

	for (size_t i = 0; i < trace->change_count && !err; i++) {
		struct trace_change *change = &trace->changes[i];
		struct cents part = cents_min(change->paid, amount);

		if (!cents_is_positive(part) || strcmp(change->account, name) != 0)
			continue;
		err = sum_take(&change->paid, part, fault);
		if (!err)
			err = sum_take(&amount, part, fault);
		if (!err)
			err = trace_bring(&trace->lots, account, change->position, part,
					  fault);
	}
	if (err || cents_is_zero(amount))
		return err;
	if (entry->kind == KIND_correction || entry->kind == KIND_reversal)
		(void)undone_by(trace, entry, &origin);
	/* A refund that is undone gives back what it took. */
	if (entry->kind == KIND_reversal)
		return trace_undo(&trace->lots, account, entry_position(entry, "of"),
				  origin, amount, fault);
	return trace_bring(&trace->lots, account, origin, amount, fault);
}

static enum err follow_taking(struct trace *trace, uint64_t position,
			      const struct entry *entry, const char *name,
			      struct cents amount, struct fault *fault)
{
	uint64_t origin;
	size_t account;
	enum err err = trace_account(&trace->lots, name, &account, fault);

	for (size_t i = 0; i < trace->change_count && !err; i++) {
		struct trace_change *change = &trace->changes[i];
		struct cents part = cents_min(cents_neg(change->paid), amount),
			     left = part;

		if (!cents_is_positive(part) || strcmp(change->account, name) != 0)
			continue;
		err = trace_take_back(&trace->lots, account, change->position,
				      TRACE_NOWHERE, &left, fault);
		if (!err)
			err = sum_take(&part, left, fault);
		if (!err)
			err = sum_take(&amount, part, fault);
	}
	if (!err && undone_by(trace, entry, &origin))
		err = trace_take_back(&trace->lots, account, origin, TRACE_NOWHERE,
				      &amount, fault);
	if (err || cents_is_zero(amount))
		return err;
	return trace_use(&trace->lots, account, position, amount, fault);
}

/* What the other flows of an entry do to a sub-balance in all. */
static enum err follow_rest(struct trace *trace, uint64_t position,
			    const struct entry *entry, const struct posting *postings,
			    size_t count, size_t first, struct fault *fault)
{
	const char *name = postings[first].account;
	struct cents sum = CENTS_ZERO;
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && !err; i++) {
		if (is_use(&postings[i]) || is_move(&postings[i]) ||
		    strcmp(postings[i].account, name) != 0)
			continue;
		if (i < first)
			return ERR_OK; /* it was followed with that one */
		err = sum_add(&sum, postings[i].amount, fault);
	}
	if (err || cents_is_zero(sum))
		return err;
	return cents_is_negative(sum)
		       ? follow_income(trace, position, entry, name, cents_neg(sum),
				       fault)
		       : follow_taking(trace, position, entry, name, sum, fault);
}

enum err trace_visit(void *ctx, uint64_t position, const struct entry *entry,
		     const struct posting *postings, size_t count, struct fault *fault)
{
	struct trace *trace = ctx;
	bool any = is_promise(entry);
	enum err err = changes_read(trace, postings, count, fault);

	for (size_t i = 0; i < count; i++)
		any = any || is_fund(&postings[i]);
	if (!err && any)
		err = entry_remember(trace, position, entry, fault);
	if (!err)
		err = follow_moves(trace, position, entry, postings, count, fault);
	for (size_t i = 0; i < count && !err; i++) {
		if (!is_fund(&postings[i]) || is_move(&postings[i]))
			continue;
		err = is_use(&postings[i])
			      ? follow_use(trace, position, entry, &postings[i], fault)
			      : follow_rest(trace, position, entry, postings, count, i,
					    fault);
	}
	return err;
}

void trace_read_release(struct trace *trace)
{
	for (size_t i = 0; i < trace->payer_count; i++)
		free(trace->payers[i].line);
	free(trace->payers);
	free(trace->changes);
	free(trace->entries);
	trace_lots_release(&trace->lots);
}
