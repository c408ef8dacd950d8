/*
 * books_cancellation.c - granted money that is not paid after all, or to another payee.
 *
 * Money that was granted is bound until the board votes otherwise: nobody frees it by
 * letting it lie. What was not ordered may be cancelled, and then is free again where
 * it came from, the money drawn last first. A payee may be changed, by a vote again,
 * for what is ordered from then on.
 */
#include "ledger/books_int.h"

enum err grant_find(struct books *books, uint64_t position, const char *rule,
		    struct proposal_record *ret_grant, struct fault *fault)
{
	if (!proposal_read(books, position, ret_grant) ||
	    ret_grant->status != PROPOSAL_GRANTED || !ret_grant->beneficiary[0])
		return fault_rule(fault, rule,
				  "position %" PRIu64
				  " is not a support or grant that was granted",
				  position);
	return ERR_OK;
}

struct cents grant_unordered(struct books *books, const struct proposal_record *grant)
{
	return books_minus(books, books_minus(books, grant->amount, grant->ordered),
			   grant->cancelled);
}

static enum err check_amount(struct books *books, const struct proposal_record *grant,
			     struct cents amount, struct fault *fault)
{
	struct cents left = grant_unordered(books, grant);

	if (cents_cmp(amount, left) > 0)
		return fault_rule(fault, "cancellation",
				  "%" PRId64 " cents of the grant were not ordered, less "
				  "than the %" PRId64 " to be cancelled",
				  cents_value(left), cents_value(amount));
	return ERR_OK;
}

enum err cancellation_check(struct books *books, const struct proposal_record *proposal,
			    struct fault *fault)
{
	struct proposal_record grant;
	enum err err = grant_find(books, proposal->grant, "grant", &grant, fault);

	if (err)
		return err;
	if (strcmp(proposal->subject, "cancellation") == 0)
		return check_amount(books, &grant, proposal->amount, fault);
	if (strcmp(proposal->payee, grant.payee) == 0)
		return fault_rule(fault, "payee", "that is the payee already");
	return ERR_OK;
}

/* The cancelled money is no part of what the beneficiary was granted on that day. */
static void granted_lessen(struct books *books, const struct proposal_record *grant,
			   struct cents amount)
{
	struct record_reader reader;
	struct key key;

	key_of(&key, "granted/%s/%05" PRId32 "/%016" PRIu64, grant->beneficiary,
	       grant->decided_on.day, grant->decided_at);
	if (!books_get(books, key.text, &reader))
		return; /* long ago */
	books_put_integer(
		books, key.text,
		cents_value(books_minus(books, cents_of(record_read_integer(&reader)),
					amount)));
}

static enum err free_parts(struct books *books, uint64_t position,
			   const struct proposal_record *grant, struct cents amount,
			   struct fault *fault)
{
	struct slice fund = slice_of_text(grant->fund);
	size_t count;
	struct grant_part parts[3];
	char flow[FLOW_BYTES_MAX];
	enum err err = ERR_OK;

	count = grant_parts_read(books, position, parts);
	snprintf(flow, sizeof flow, "cancelled.%s", grant->purpose);
	for (size_t i = count; i-- > 0 && cents_is_positive(amount) && !err;) {
		struct slice earmark = slice_of_text(parts[i].earmark);
		struct cents part = cents_min(
			amount, books_minus(books, parts[i].amount, parts[i].used));
		struct key from, to;

		if (!cents_is_positive(part))
			continue;
		parts[i].amount = books_minus(books, parts[i].amount, part);
		amount = books_minus(books, amount, part);
		err = books_move(books, account_of(&from, "committed", fund, earmark),
				 account_of(&to, "fund", fund, earmark), flow, part,
				 fault);
	}
	grant_parts_write(books, position, parts, count);
	if (!err && cents_is_positive(amount))
		return fault_set(fault, ERR_CORRUPT,
				 "the grant's parts do not add up: rebuild");
	return err;
}

enum err apply_cancellation(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t position = entry_position(entry, "proposal");
	uint64_t of = entry_position(entry, "grant");
	struct cents amount = entry_cents(entry, "amount");
	struct proposal_record proposal, grant;
	enum err err;

	if (!proposal_read(books, position, &proposal) ||
	    strcmp(proposal.subject, "cancellation") != 0 ||
	    proposal.status != PROPOSAL_GRANTED)
		return fault_rule(fault, "cancellation",
				  "proposal %" PRIu64
				  " is no cancellation that was granted and not carried "
				  "out",
				  position);
	if (proposal.grant != of || cents_cmp(proposal.amount, amount) != 0)
		return fault_rule(fault, "cancellation",
				  "this is not what proposal %" PRIu64 " says", position);
	err = grant_find(books, of, "grant", &grant, fault);
	if (!err)
		err = check_amount(books, &grant, amount, fault);
	if (err)
		return err;
	proposal.status = PROPOSAL_DONE;
	proposal_write(books, position, &proposal);
	grant.cancelled = books_plus(books, grant.cancelled, amount);
	proposal_write(books, of, &grant);
	granted_lessen(books, &grant, amount);
	return free_parts(books, of, &grant, amount, fault);
}
