/*
 * books_promise.c - gifts, conventions and contributions: promised, and taken back.
 *
 * What became of a promise can be told for as long as anybody may ask: of the amount,
 * some is open (its lines), some was written off, some was received and is gone again
 * (refunded, redirected), and the rest is where its earmark put it. Records of gifts
 * that name no project expire after 13 months; the others stay, for a project may
 * close years later.
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

bool promise_is_of_project(const struct promise_record *promise)
{
	return strcmp(promise->earmark, EARMARK_FREE) != 0 &&
	       strcmp(promise->earmark, promise->fund) != 0;
}

void promise_write(struct books *books, uint64_t position,
		   const struct promise_record *promise)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(promise->made_by));
	record_text(&record, slice_of_text(promise->fund));
	record_text(&record, slice_of_text(promise->earmark));
	record_text(&record, slice_of_text(promise->flow));
	record_integer(&record, promise->class);
	record_integer(&record, cents_value(promise->amount));
	record_integer(&record, promise->month);
	record_integer(&record, promise->in_kind);
	record_text(&record, slice_of_text(promise->condition));
	record_integer(&record, cents_value(promise->off));
	record_integer(&record, cents_value(promise->out));
	record_integer(&record, cents_value(promise->back));
	record_integer(&record, cents_value(promise->charged));
	books_put(books, key_of(&key, "promise/%016" PRIu64, position), &record);
	/* So that who asks for these does not look through all the others. */
	if (!promise_is_of_project(promise))
		return;
	record_init(&record);
	record_integer(&record, 1);
	books_put(books, key_of(&key, "earmarked/%016" PRIu64, position), &record);
}

bool promise_find(struct books *books, uint64_t position,
		  struct promise_record *ret_promise)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, key_of(&key, "promise/%016" PRIu64, position), &reader))
		return false;
	text_copy(ret_promise->made_by, ID_BYTES, record_read_text(&reader));
	text_copy(ret_promise->fund, ID_BYTES, record_read_text(&reader));
	text_copy(ret_promise->earmark, ID_BYTES, record_read_text(&reader));
	text_copy(ret_promise->flow, FLOW_BYTES_MAX, record_read_text(&reader));
	ret_promise->class = (enum line_class)record_read_integer(&reader);
	ret_promise->amount = cents_of(record_read_integer(&reader));
	ret_promise->month = record_read_integer(&reader);
	ret_promise->in_kind = record_read_integer(&reader) != 0;
	text_copy(ret_promise->condition, ID_BYTES, record_read_text(&reader));
	ret_promise->off = cents_of(record_read_integer(&reader));
	ret_promise->out = cents_of(record_read_integer(&reader));
	ret_promise->back = cents_of(record_read_integer(&reader));
	ret_promise->charged = cents_of(record_read_integer(&reader));
	member_now(books, slice_of_text(ret_promise->made_by), ret_promise->payer);
	return true;
}

enum err promise_received(struct books *books, uint64_t position,
			  const struct promise_record *promise,
			  struct cents *ret_received, struct fault *fault)
{
	struct cents received = books_minus(books, promise->amount, promise->off);
	struct line_set lines;
	enum err err;

	*ret_received = CENTS_ZERO;
	if (promise->in_kind || promise->condition[0])
		return ERR_OK;
	err = lines_read(books, slice_of_text(promise->payer), position, &lines, fault);
	if (err)
		return err;
	received = books_minus(books, received, promise->out);
	for (size_t i = 0; i < lines.count; i++)
		received = books_minus(books, received, lines.line[i].open);
	if (cents_is_positive(received))
		*ret_received = received;
	return ERR_OK;
}

void promise_take(struct books *books, uint64_t position, enum promise_loss loss,
		  struct cents amount)
{
	struct promise_record promise;

	if (!promise_find(books, position, &promise))
		return; /* it was reversed since, and nobody asks any more */
	switch (loss) {
	case PROMISE_OFF:
		promise.off = books_plus(books, promise.off, amount);
		break;
	case PROMISE_CHARGED:
		promise.charged = books_plus(books, promise.charged, amount);
		/* fall through */
	case PROMISE_BACK:
		promise.back = books_plus(books, promise.back, amount);
		promise.out = books_plus(books, promise.out, amount);
		break;
	case PROMISE_OUT:
		promise.out = books_plus(books, promise.out, amount);
		break;
	}
	promise_write(books, position, &promise);
}

enum err promise_of_entry(struct books *books, unsigned roles,
			  struct promise_record *ret_promise, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice fund = entry_text(entry, "fund"), payer = entry_text(entry, "payer"),
		     earmark;
	enum err err = promise_check_payer(books, roles, fault);

	if (!err)
		err = fund_check(books, fund, fault);
	if (!err)
		err = earmark_check(books, entry, &earmark, fault);
	if (err)
		return err;
	*ret_promise = (struct promise_record){
		.class = CLASS_COMPANY,
		.amount = entry_cents(entry, "amount"),
		.month = month_of_date(books_today(books)).n,
	};
	text_copy(ret_promise->payer, ID_BYTES, payer);
	text_copy(ret_promise->made_by, ID_BYTES, payer);
	text_copy(ret_promise->fund, ID_BYTES, fund);
	text_copy(ret_promise->earmark, ID_BYTES, earmark);
	return ERR_OK;
}

struct line promise_line(const struct promise_record *promise, uint64_t position)
{
	struct line line = { .position = position, .class = promise->class };

	memcpy(line.fund, promise->fund, sizeof line.fund);
	memcpy(line.earmark, promise->earmark, sizeof line.earmark);
	memcpy(line.flow, promise->flow, sizeof line.flow);
	return line;
}

/* A promise of money that is owed as it is recorded, by one line. */
static enum err promise_owe(struct books *books, const struct promise_record *promise,
			    struct date due_on, struct fault *fault)
{
	struct line line = promise_line(promise, books->position);

	line.open = promise->amount;
	line.due_on = due_on;
	promise_write(books, books->position, promise);
	return line_add(books, slice_of_text(promise->payer), &line, fault);
}

static void gift_expire(struct books *books)
{
	struct month month = month_of_date(books_today(books));
	struct key key;

	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire_with_entry(
			books, month,
			key_of(&key, "promise/%016" PRIu64, books->position));
}

enum err apply_gift(struct books *books, struct fault *fault)
{
	struct slice giver = entry_text(books->entry, "giver");
	struct promise_record promise;
	struct charter_record charter;
	struct date due_on;
	enum err err;

	err = promise_of_entry(books, ROLE_PROVIDER | ROLE_EMPLOYER | ROLE_OPERATOR,
			       &promise, fault);
	if (!err)
		err = charter_read(books, &charter, fault);
	if (err)
		return err;
	promise.class = class_of_giver(giver);
	snprintf(promise.flow, sizeof promise.flow, "gift.%.*s", SLICE(giver));
	if (date_due_next_month(books->entry->date, (int32_t)charter.due_day, &due_on) !=
	    ERR_OK)
		return fault_rule(fault, "date",
				  "the day on which it is due is past 2199");
	if (!promise_is_of_project(&promise))
		gift_expire(books);
	err = promise_owe(books, &promise, due_on, fault);
	if (err)
		return err;
	/* Or a provider's credit, from what it has given back, would never be used. */
	return credit_use(books, slice_of_text(promise.payer), books->position,
			  CREDIT_ALL, fault);
}

enum err apply_contribution(struct books *books, struct fault *fault)
{
	struct promise_record promise;
	enum err err = promise_of_entry(books, ROLE_FUNDER, &promise, fault);

	if (err)
		return err;
	snprintf(promise.flow, sizeof promise.flow, "contribution");
	return promise_owe(books, &promise, entry_date(books->entry, "due_on"), fault);
}

static bool line_alike(const struct line *line, const struct line *like)
{
	return line->class == like->class && strcmp(line->fund, like->fund) == 0 &&
	       strcmp(line->earmark, like->earmark) == 0 &&
	       strcmp(line->flow, like->flow) == 0;
}

/* What is open of a line is owed no more, up to *amount. */
static enum err line_close(struct books *books, struct slice payer,
			   const struct line *line, const char *trail,
			   struct cents *amount, struct fault *fault)
{
	struct cents part = cents_min(*amount, line->open);
	struct key receivable, pledged, key;

	line_change(books, payer, line, cents_neg(part));
	given_promise(books, payer, line, cents_neg(part));
	if (trail)
		line_trail_change(books, line_trail_key(&key, trail, line), line, part);
	*amount = books_minus(books, *amount, part);
	return books_move(books, key_of(&receivable, "receivable/%.*s", SLICE(payer)),
			  account_of(&pledged, "pledged", slice_of_text(line->fund),
				     slice_of_text(line->earmark)),
			  line->flow, cents_neg(part), fault);
}

/* Takes back what is open of one entry, up to *amount. */
static enum err cancel_at(struct books *books, struct slice payer, uint64_t position,
			  const struct line *like, const char *trail,
			  struct cents *amount, struct fault *fault)
{
	struct line_set lines;
	enum err err = lines_read(books, payer, position, &lines, fault);

	for (size_t i = 0; i < lines.count && !err; i++)
		if (line_alike(&lines.line[i], like))
			err = line_close(books, payer, &lines.line[i], trail, amount,
					 fault);
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
			   const struct line *like, struct cents amount,
			   struct taking *taking, struct fault *fault)
{
	uint64_t position = like->position + 1;
	struct key fund, credit, taken;
	enum err err = ERR_OK;

	if (!taking->any_position)
		err = cancel_at(books, payer, like->position, like, taking->trail,
				&amount, fault);
	while (!err && taking->any_position && cents_is_positive(amount) &&
	       newest_below(books, payer, position, &position))
		err = cancel_at(books, payer, position, like, taking->trail, &amount,
				fault);
	if (err)
		return err;
	taking->off = writeoff_of(books, payer, like, amount);
	writeoff_change(books, payer, like, cents_neg(taking->off));
	given_promise(books, payer, like, cents_neg(taking->off));
	amount = books_minus(books, amount, taking->off);
	taking->gone = amount;
	given_change(books, payer, like, cents_neg(amount));
	if (cents_is_zero(amount))
		return ERR_OK;
	line_whole_key(&taken, "taken", payer, like);
	line_trail_change(books, taken.text, like, amount);
	books_expire_anew(books, taken.text);
	return books_move(books,
			  account_of(&fund, "fund", slice_of_text(like->fund),
				     slice_of_text(like->earmark)),
			  key_of(&credit, "credit/%.*s", SLICE(payer)), like->flow,
			  amount, fault);
}

bool promise_is_told_by(struct books *books, uint64_t position, struct slice payer)
{
	struct promise_record promise;

	return promise_find(books, position, &promise) &&
	       strncmp(promise.flow, "gift.", 5) == 0 &&
	       slice_equal_text(payer, promise.payer);
}

enum err reverse_promise(struct books *books, uint64_t of, struct fault *fault)
{
	struct taking taking = { .any_position = false };
	struct promise_record promise;
	struct cents amount;
	struct line like;
	struct key key;
	enum err err;

	if (!promise_find(books, of, &promise))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " cannot be reversed any more", of);
	err = reversal_check_age(books, promise.month, of, fault);
	/* That a provider's gift did not come about is no act of ours. */
	if (!err && !promise_is_told_by(books, of, books->entry->by))
		err = given_check_free(books, of, promise.class, fault);
	if (err)
		return err;
	state_delete(books->state, key_of(&key, "promise/%016" PRIu64, of));
	state_delete(books->state, key_of(&key, "earmarked/%016" PRIu64, of));
	if (promise.in_kind || promise.condition[0])
		return patronage_undo(books, of, &promise, fault);
	/* What was written off is not owed, and what is gone cannot be taken back. */
	amount = books_minus(books, promise.amount, promise.off);
	amount = books_minus(books, amount, promise.out);
	if (cents_is_negative(amount)) /* refunded, and charged back all the same */
		amount = CENTS_ZERO;
	like = promise_line(&promise, of);
	writeoff_forget(books, slice_of_text(promise.payer), &like);
	given_promise(books, slice_of_text(promise.payer), &like, cents_neg(promise.off));
	return promise_take_back(books, slice_of_text(promise.payer), &like, amount,
				 &taking, fault);
}
