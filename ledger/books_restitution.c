/*
 * books_restitution.c - a grantee gives money back.
 *
 * It goes back to the sub-balances that it came from, the money drawn last first: what
 * funders had earmarked was spent first, and so is the last to be unspent.
 */
#include "ledger/books_int.h"

static enum err give_back(struct books *books, uint64_t position,
			  const struct proposal_record *grant, struct cents amount,
			  const char *cash, struct fault *fault)
{
	struct slice fund = slice_of_text(grant->fund);
	struct grant_part parts[3];
	char flow[FLOW_BYTES_MAX];
	enum err err = ERR_OK;
	size_t count;

	count = grant_parts_read(books, position, parts);
	snprintf(flow, sizeof flow, "restituted.%s", grant->purpose);
	for (size_t i = count; i-- > 0 && cents_is_positive(amount) && !err;) {
		struct cents part = cents_min(
			amount, books_minus(books, parts[i].paid, parts[i].back));
		struct key to;

		if (!cents_is_positive(part))
			continue;
		parts[i].back = books_plus(books, parts[i].back, part);
		amount = books_minus(books, amount, part);
		err = books_move(
			books, cash,
			account_of(&to, "fund", fund, slice_of_text(parts[i].earmark)),
			flow, part, fault);
	}
	grant_parts_write(books, position, parts, count);
	if (!err && cents_is_positive(amount))
		return fault_set(fault, ERR_CORRUPT,
				 "the grant's parts do not add up: rebuild");
	return err;
}

enum err apply_restitution(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t of = entry_position(entry, "grant");
	struct cents amount = entry_cents(entry, "amount"), left;
	struct proposal_record grant;
	struct key cash;
	enum err err = grant_find(books, of, "restitution", &grant, fault);

	if (err)
		return err;
	left = books_minus(books, grant.paid, grant.restituted);
	if (cents_cmp(amount, left) > 0)
		return fault_rule(
			fault, "restitution",
			"%" PRId64 " cents of the grant were paid and not given "
			"back, less than %" PRId64 ": record the rest as what it is",
			cents_value(left), cents_value(amount));
	err = citation_use(books, amount, &cash, fault);
	if (err)
		return err;
	grant.restituted = books_plus(books, grant.restituted, amount);
	proposal_write(books, of, &grant);
	return give_back(books, of, &grant, amount, cash.text, fault);
}
