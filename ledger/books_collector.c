/*
 * books_collector.c - a collector serves many employers, and posts in their names.
 *
 * What it has collected for them it owes itself; the company's match stays the company's,
 * and so do its donors, their tags and its claims. Whose collector somebody is stands in
 * the employer's own entry, so that nobody collects for a company that does not say so.
 */
#include "ledger/books_int.h"

enum err collector_check_member(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice collector = entry_text(entry, "collector");
	struct member_record member;

	if (!entry_has(entry, "collector"))
		return ERR_OK;
	if (!text_is(entry_text(entry, "role"), "employer"))
		return fault_rule(fault, "collector", "only an employer has a collector");
	if (!member_find(books, collector, &member) || member.role != ROLE_COLLECTOR ||
	    !member.active)
		return fault_rule(fault, "collector", "'%.*s' is not an active collector",
				  SLICE(collector));
	return ERR_OK;
}

static enum err check_submitter(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;

	if (!slice_equal(entry_text(entry, "collector"), entry->by))
		return fault_rule(fault, "collector",
				  "what a collector posts in a company's name it submits "
				  "itself");
	return ERR_OK;
}

enum err collector_check_batch(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct member_record company;
	enum err err;

	if (!entry_has(entry, "collector"))
		return slice_equal(entry_text(entry, "company"), entry->by)
			       ? ERR_OK
			       : fault_rule(fault, "company",
					    "a company posts its own batches only");
	err = check_submitter(books, fault);
	if (err)
		return err;
	if (!member_find(books, entry_text(entry, "company"), &company) ||
	    !company.active)
		return fault_rule(fault, "collector", "'%.*s' is not an active employer",
				  SLICE(entry_text(entry, "company")));
	if (!slice_equal_text(entry->by, company.collector))
		return fault_rule(fault, "collector",
				  "'%.*s' is not the collector of '%s'", SLICE(entry->by),
				  company.id);
	return ERR_OK;
}

enum err collector_check_correction(struct books *books, const struct batch_view *batch,
				    struct fault *fault)
{
	const struct entry *entry = books->entry;

	if (!entry_has(entry, "collector") &&
	    !slice_equal(entry_text(entry, "company"), entry->by))
		return fault_rule(fault, "company",
				  "a company corrects its own batches only");
	/* The collector owes it, also when the company has another one by now. */
	if (!slice_equal_text(entry_text(entry, "collector"), batch->collector))
		return fault_rule(fault, "collector",
				  "the batch is corrected by who posted it: '%s'",
				  batch->collector[0] ? batch->collector
						      : batch->company);
	return batch->collector[0] ? check_submitter(books, fault) : ERR_OK;
}
