/*
 * api_books.c - what the books say: the funds, and a member's statement.
 */
#include "gateway/api_int.h"
#include "ledger/reference.h"

/* ---- funds ---- */

static void put_sub(struct json_writer *json, const struct sub_balance_view *sub)
{
	json_put_object(json, NULL);
	json_put_text(json, "earmark", strcmp(sub->earmark, "-") ? sub->earmark : NULL);
	json_put_integer(json, "pledged_cents", cents_value(sub->pledged));
	json_put_integer(json, "received_cents", cents_value(sub->received));
	json_put_integer(json, "committed_cents", cents_value(sub->committed));
	json_put_integer(json, "paid_cents", cents_value(sub->paid));
	json_put_integer(json, "available_cents", cents_value(sub->available));
	json_put_integer(json, "overdrawn_cents", cents_value(sub->overdrawn));
	json_put_end(json);
}

struct funds {
	struct fund_view *fund; /* owned */
	struct sub_balance_view *sub;
	size_t fund_count, sub_count;
};

static void put_funds(struct json_writer *json, const struct funds *funds)
{
	json_put_array(json, "funds");
	for (size_t i = 0; i < funds->fund_count; i++) {
		const struct fund_view *fund = &funds->fund[i];

		json_put_object(json, NULL);
		json_put_text(json, "id", fund->id);
		json_put_text(json, "label", fund->label);
		json_put_text(json, "class", fund->class);
		json_put_bool(json, "is_default", fund->is_default);
		json_put_array(json, "sub_balances");
		for (size_t j = 0; j < funds->sub_count; j++)
			if (strcmp(funds->sub[j].fund, fund->id) == 0)
				put_sub(json, &funds->sub[j]);
		json_put_end(json);
		json_put_end(json);
	}
	json_put_end(json);
}

enum err route_funds(struct api_call *call, struct ledger *ledger,
		     struct http_reply *reply, struct fault *fault)
{
	struct funds funds = { 0 };
	struct json_writer json;
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault);
	uint64_t size;

	(void)call; /* every member reads the same */
	if (err)
		return err;
	size = books_size(books);
	err = query_funds(books, &funds.fund, &funds.fund_count, fault);
	if (!err)
		err = query_sub_balances(books, &funds.sub, &funds.sub_count, fault);
	ledger_books_done(ledger);
	if (!err) {
		reply_json(reply, &json);
		json_put_integer(&json, "size", (int64_t)size);
		put_funds(&json, &funds);
		err = reply_json_end(&json, fault);
	}
	free(funds.fund);
	free(funds.sub);
	return err;
}

/* ---- a member's statement ---- */

struct statement {
	struct member_view member;
	struct receivable_view *line; /* owned; in the order of settling */
	size_t line_count;
	struct cents credit, open;
};

static enum err statement_read(struct ledger *ledger, struct slice id,
			       struct statement *statement, struct fault *fault)
{
	char account[POSTING_ACCOUNT_BYTES_MAX];
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	if (!query_member(books, id, &statement->member))
		err = fault_set(fault, ERR_NOT_FOUND, "there is no such member");
	if (!err)
		err = query_receivables(books, id, &statement->line,
					&statement->line_count, fault);
	(void)snprintf(account, sizeof account, "credit/%s", statement->member.id);
	if (!err)
		statement->credit = cents_neg(query_balance(books, account));
	ledger_books_done(ledger);
	for (size_t i = 0; !err && i < statement->line_count; i++)
		err = cents_add(statement->open, statement->line[i].open,
				&statement->open);
	return err;
}

/* The lines of one batch or convention, which follow each other. */
static size_t put_owed(struct json_writer *json, const struct statement *statement,
		       size_t i)
{
	const struct receivable_view *first = &statement->line[i];
	char reference[REFERENCE_TEXT_BYTES], due_on[DATE_TEXT_BYTES];
	int64_t open = 0;

	reference_of_position(first->position, reference);
	date_format(first->due_on, due_on);
	json_put_object(json, NULL);
	json_put_integer(json, "position", (int64_t)first->position);
	json_put_text(json, "transfer_reference", reference);
	json_put_text(json, "due_on", due_on);
	json_put_array(json, "lines");
	for (; i < statement->line_count; i++) {
		const struct receivable_view *line = &statement->line[i];

		if (line->position != first->position)
			break;
		json_put_object(json, NULL);
		json_put_text(json, "class", line->class);
		json_put_text(json, "fund", line->fund);
		json_put_text(json, "earmark",
			      strcmp(line->earmark, "-") ? line->earmark : NULL);
		json_put_integer(json, "open_cents", cents_value(line->open));
		json_put_end(json);
		open += cents_value(line->open); /* within the checked sum of all */
	}
	json_put_end(json);
	json_put_integer(json, "open_cents", open);
	json_put_end(json);
	return i;
}

static void put_statement(struct json_writer *json, const struct statement *statement)
{
	const struct member_view *member = &statement->member;
	size_t i = 0;

	json_put_text(json, "member", member->id);
	json_put_text(json, "role", member->role);
	json_put_text(json, "name", member->name[0] ? member->name : NULL);
	json_put_bool(json, "active", member->active);
	json_put_integer(json, "credit_cents", cents_value(statement->credit));
	json_put_integer(json, "open_cents", cents_value(statement->open));
	json_put_array(json, "owed");
	while (i < statement->line_count)
		i = put_owed(json, statement, i);
	json_put_end(json);
}

enum err route_statement(struct api_call *call, struct ledger *ledger,
			 struct http_reply *reply, struct fault *fault)
{
	struct statement statement = { .open = CENTS_ZERO };
	struct slice id = call->variable[0];
	struct json_writer json;
	enum err err;

	if (!call_has_role(call, ROLES_OFFICERS) &&
	    !slice_equal_text(id, call->caller.member))
		return fault_set(fault, ERR_DENIED, "the statement is another member's");
	if (!text_is_id(id, QUERY_ID_BYTES - 1))
		return fault_set(fault, ERR_NOT_FOUND, "there is no such member");
	err = statement_read(ledger, id, &statement, fault);
	if (!err) {
		reply_json(reply, &json);
		put_statement(&json, &statement);
		err = reply_json_end(&json, fault);
	}
	free(statement.line);
	return err;
}
