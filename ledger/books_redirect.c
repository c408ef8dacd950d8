/*
 * books_redirect.c - money of a closed project's earmark put to another use.
 *
 * A funder's earmark binds. When its project has closed, what was received and not
 * spent waits, until the funder has consented in writing to another use of it; never
 * without, and never more than is left of what this one promise has brought.
 */
#include "ledger/books_int.h"

/* The promise whose money it is, and that it may be moved at all. */
static enum err redirect_source(struct books *books, struct promise_record *ret_promise,
				struct fault *fault)
{
	uint64_t of = entry_position(books->entry, "of");
	char bearer[ID_BYTES];

	if (!promise_find(books, of, ret_promise) || ret_promise->in_kind ||
	    !promise_is_of_project(ret_promise))
		return fault_rule(
			fault, "redirect",
			"position %" PRIu64 " does not promise money to a project", of);
	if (project_check_open(books, slice_of_text(ret_promise->earmark), bearer,
			       NULL) == ERR_OK)
		return fault_rule(fault, "redirect",
				  "project '%s' is open: its money stays",
				  ret_promise->earmark);
	return ERR_OK;
}

static enum err redirect_check_amount(struct books *books,
				      const struct promise_record *promise,
				      struct fault *fault)
{
	struct cents amount = entry_cents(books->entry, "amount"), received, there;
	struct slice fund = slice_of_text(promise->fund);
	enum err err = promise_received(books, entry_position(books->entry, "of"),
					promise, &received, fault);

	if (!err)
		err = fund_check_spendable(books, fund, fault);
	if (err)
		return err;
	if (cents_cmp(amount, received) > 0)
		return fault_rule(fault, "redirect",
				  "%" PRId64 " cents of it were received and are left, "
				  "less than %" PRId64,
				  cents_value(received), cents_value(amount));
	there = fund_available(books, fund, slice_of_text(promise->earmark));
	if (cents_cmp(amount, there) > 0)
		return fault_rule(fault, "available",
				  "%" PRId64 " cents are available of '%s', less than "
				  "%" PRId64,
				  cents_value(there), promise->earmark,
				  cents_value(amount));
	return ERR_OK;
}

static enum err redirect_target(struct books *books, struct slice *ret_earmark,
				struct fault *fault)
{
	struct slice fund = entry_text(books->entry, "fund");
	char bearer[ID_BYTES];
	enum err err = fund_check(books, fund, fault);

	if (!err)
		err = earmark_check(books, books->entry, ret_earmark, fault);
	if (err || slice_equal_text(*ret_earmark, EARMARK_FREE) ||
	    slice_equal(*ret_earmark, fund))
		return err;
	return project_check_open(books, *ret_earmark, bearer, fault);
}

enum err apply_redirect(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct cents amount = entry_cents(entry, "amount");
	struct promise_record promise;
	struct slice earmark;
	struct key from, to;
	enum err err = redirect_source(books, &promise, fault);

	if (!err)
		err = redirect_target(books, &earmark, fault);
	if (!err)
		err = redirect_check_amount(books, &promise, fault);
	if (err)
		return err;
	promise_take(books, entry_position(entry, "of"), PROMISE_OUT, amount);
	return books_move(books,
			  account_of(&from, "fund", slice_of_text(promise.fund),
				     slice_of_text(promise.earmark)),
			  account_of(&to, "fund", entry_text(entry, "fund"), earmark),
			  "redirected", amount, fault);
}
