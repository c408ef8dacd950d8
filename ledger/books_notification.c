/*
 * books_notification.c - a beneficiary is told in writing what it was granted.
 *
 * From the day of that letter on the foundation owes the money, and it is a charge of
 * that year. The letter itself, which names a person, stays outside: here is its digest.
 */
#include "ledger/books_int.h"

enum err apply_notification(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t of = entry_position(entry, "grant");
	struct proposal_record grant;
	enum err err = grant_find(books, of, "notification", &grant, fault);

	if (err)
		return err;
	if (grant.notified_on.day >= 0)
		return fault_rule(
			fault, "notification",
			"the beneficiary of proposal %" PRIu64 " was told already", of);
	if (date_cmp(entry->date, grant.decided_on) < 0)
		return fault_rule(fault, "notification",
				  "nobody is told before it is decided");
	grant.notified_on = entry->date;
	proposal_write(books, of, &grant);
	return ERR_OK;
}
