/*
 * books_promise.c - gifts and conventions: promised, and taken back.
 */
#include "ledger/books_int.h"

static enum err promise_check_payer(struct books *books, unsigned roles,
				    struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice payer = entry_text(entry, "payer");
	struct member_record member, submitter;

	if (!member_find(books, payer, &member) || !member.active ||
	    !(member.role & roles))
		return fault_rule(fault, "payer",
				  "'%.*s' is not an active member who may owe this",
				  SLICE(payer));
	if (!member_find(books, entry->by, &submitter))
		return fault_rule(fault, "member", "the submitter is not a member");
	if (!(submitter.role & (ROLE_OPERATOR | ROLE_TREASURER)) &&
	    !slice_equal(entry->by, payer))
		return fault_rule(fault, "payer", "a member may only promise for itself");
	return ERR_OK;
}

static void promise_put(struct books *books, struct slice payer, const struct line *line)
{
	struct month month = month_of_date(books_today(books));
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, payer);
	record_text(&record, slice_of_text(line->fund));
	record_text(&record, slice_of_text(line->earmark));
	record_text(&record, slice_of_text(line->flow));
	record_integer(&record, line->class);
	record_integer(&record, cents_value(line->open));
	record_integer(&record, month.n);
	books_put(books, key_of(&key, "promise/%016" PRIu64, books->position), &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

static bool promise_read(struct books *books, uint64_t position,
			 struct promise_record *ret_promise)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, key_of(&key, "promise/%016" PRIu64, position), &reader))
		return false;
	text_copy(ret_promise->payer, ID_BYTES, record_read_text(&reader));
	text_copy(ret_promise->fund, ID_BYTES, record_read_text(&reader));
	text_copy(ret_promise->earmark, ID_BYTES, record_read_text(&reader));
	text_copy(ret_promise->flow, FLOW_BYTES_MAX, record_read_text(&reader));
	ret_promise->class = (enum line_class)record_read_integer(&reader);
	ret_promise->amount = cents_of(record_read_integer(&reader));
	ret_promise->month = record_read_integer(&reader);
	return true;
}

static enum err promise_apply(struct books *books, struct line *line, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice fund = entry_text(entry, "fund"), earmark;
	enum err err;

	err = fund_check(books, fund, fault);
	if (!err)
		err = earmark_check(books, entry, &earmark, fault);
	if (err)
		return err;
	line->position = books->position;
	text_copy(line->fund, ID_BYTES, fund);
	text_copy(line->earmark, ID_BYTES, earmark);
	line->open = entry_cents(entry, "amount");
	promise_put(books, entry_text(entry, "payer"), line);
	return line_add(books, entry_text(entry, "payer"), line, fault);
}

enum err apply_gift(struct books *books, struct fault *fault)
{
	struct slice giver = entry_text(books->entry, "giver");
	struct line line = { .class = class_of_giver(giver) };
	struct charter_record charter;
	enum err err;

	snprintf(line.flow, sizeof line.flow, "gift.%.*s", SLICE(giver));
	err = promise_check_payer(books, ROLE_PROVIDER | ROLE_EMPLOYER | ROLE_OPERATOR,
				  fault);
	if (!err)
		err = charter_read(books, &charter, fault);
	if (err)
		return err;
	if (date_due_next_month(books->entry->date, (int32_t)charter.due_day,
				&line.due_on) != ERR_OK)
		return fault_rule(fault, "date",
				  "the day on which it is due is past 2199");
	return promise_apply(books, &line, fault);
}

enum err apply_patronage(struct books *books, struct fault *fault)
{
	struct line line = { .class = CLASS_COMPANY, .flow = "patronage" };
	enum err err;

	if (!text_is(entry_text(books->entry, "form"), "cash") ||
	    !text_is(entry_text(books->entry, "promise"), "firm") ||
	    !entry_has(books->entry, "amount") || !entry_has(books->entry, "due_on"))
		return fault_rule(fault, "patronage",
				  "only a firm promise of cash with its amount and day");
	line.due_on = entry_date(books->entry, "due_on");
	err = promise_check_payer(books, ROLE_EMPLOYER, fault);
	if (err)
		return err;
	return promise_apply(books, &line, fault);
}

static bool line_alike(const struct line *line, const struct line *like)
{
	return line->class == like->class && strcmp(line->fund, like->fund) == 0 &&
	       strcmp(line->earmark, like->earmark) == 0 &&
	       strcmp(line->flow, like->flow) == 0;
}

/* Takes back what is open of one entry, up to *amount. */
static enum err cancel_at(struct books *books, struct slice payer, uint64_t position,
			  const struct line *like, struct cents *amount,
			  struct fault *fault)
{
	struct key receivable, pledged;
	struct line_set lines;
	enum err err = lines_read(books, payer, position, &lines, fault);

	for (size_t i = 0; i < lines.count && !err; i++) {
		const struct line *line = &lines.line[i];
		struct cents part = cents_min(*amount, line->open);

		if (!line_alike(line, like))
			continue;
		line_change(books, payer, line, cents_neg(part));
		err = books_move(
			books, key_of(&receivable, "receivable/%.*s", SLICE(payer)),
			account_of(&pledged, "pledged", slice_of_text(line->fund),
				   slice_of_text(line->earmark)),
			line->flow, cents_neg(part), fault);
		*amount = books_minus(books, *amount, part);
	}
	return err;
}

/* The newest position below `below` at which the payer has open lines. */
static bool newest_below(struct books *books, struct slice payer, uint64_t below,
			 uint64_t *ret_position)
{
	uint64_t position = 0;
	bool found = false;

	while (lines_next(books, payer, position, &position) && position < below) {
		*ret_position = position++;
		found = true;
	}
	return found;
}

enum err promise_take_back(struct books *books, struct slice payer,
			   const struct line *like, bool any_position,
			   struct cents amount, struct fault *fault)
{
	uint64_t position = like->position + 1;
	struct key fund, credit, taken;
	enum err err = ERR_OK;

	if (!any_position)
		err = cancel_at(books, payer, like->position, like, &amount, fault);
	while (!err && any_position && cents_is_positive(amount) &&
	       newest_below(books, payer, position, &position))
		err = cancel_at(books, payer, position, like, &amount, fault);
	if (err || cents_is_zero(amount))
		return err;
	line_taken_key(&taken, payer, like);
	line_trail_change(books, taken.text, like, amount);
	books_expire_anew(books, taken.text);
	return books_move(books,
			  account_of(&fund, "fund", slice_of_text(like->fund),
				     slice_of_text(like->earmark)),
			  key_of(&credit, "credit/%.*s", SLICE(payer)), like->flow,
			  amount, fault);
}

enum err reverse_promise(struct books *books, uint64_t of, struct fault *fault)
{
	struct promise_record promise;
	struct line like = { .position = of };
	enum err err;

	if (!promise_read(books, of, &promise))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " cannot be reversed any more", of);
	err = reversal_check_age(books, promise.month, of, fault);
	if (err)
		return err;
	like.class = promise.class;
	text_copy(like.fund, ID_BYTES, slice_of_text(promise.fund));
	text_copy(like.earmark, ID_BYTES, slice_of_text(promise.earmark));
	text_copy(like.flow, FLOW_BYTES_MAX, slice_of_text(promise.flow));
	return promise_take_back(books, slice_of_text(promise.payer), &like, false,
				 promise.amount, fault);
}
