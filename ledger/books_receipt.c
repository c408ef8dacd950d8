/*
 * books_receipt.c - tax receipts: numbered without a gap, on what has arrived, once.
 *
 * An entry has many receipts, in the order of their numbers, and what all of them stand
 * on together: so nobody reads from it which months are one donor's. What each one says
 * is behind its salted digest. A row is named by a mark, which those who have the rows
 * can make of its tag; the same mark twice is refused here, by the log alone, and what a
 * mark is worth is asked of the rows (books_query_receipt.h).
 */
#include "ledger/books_int.h"

static const char *number_key(struct key *key, int64_t number)
{
	return key_of(key, "receipt/%016" PRId64, number);
}

bool receipt_find(struct books *books, int64_t number, struct receipt_record *ret_receipt)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, number_key(&key, number), &reader))
		return false;
	ret_receipt->position = (uint64_t)record_read_integer(&reader);
	ret_receipt->amount = cents_of(record_read_integer(&reader));
	text_copy(ret_receipt->form, sizeof ret_receipt->form, record_read_text(&reader));
	ret_receipt->year = record_read_integer(&reader);
	text_copy(ret_receipt->digest, sizeof ret_receipt->digest,
		  record_read_text(&reader));
	ret_receipt->voided = (uint64_t)record_read_integer(&reader);
	ret_receipt->replaced_by = record_read_integer(&reader);
	return true;
}

static void receipt_write(struct books *books, int64_t number,
			  const struct receipt_record *receipt)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_integer(&record, (int64_t)receipt->position);
	record_integer(&record, cents_value(receipt->amount));
	record_text(&record, slice_of_text(receipt->form));
	record_integer(&record, receipt->year);
	record_text(&record, slice_of_text(receipt->digest));
	record_integer(&record, (int64_t)receipt->voided);
	record_integer(&record, receipt->replaced_by);
	books_put(books, number_key(&key, number), &record);
}

/* ---- what a receipt may stand on ---- */

static bool flow_is(const struct given_record *given, const char *flow)
{
	return strncmp(given->flow, flow, strlen(flow)) == 0;
}

static bool is_in_kind(const struct given_record *given)
{
	return flow_is(given, "patronage.");
}

/* By the charter; but a convention's money is given when it is paid, whenever that was
 * agreed. */
int64_t given_year(struct books *books, const struct given_record *given)
{
	bool by_arrival = books_get_integer(books, RECEIPTS_BY_ARRIVAL) != 0 ||
			  strcmp(given->flow, "patronage") == 0;

	if (given->arrived_on.day < 0)
		return 0;
	return ymd_of_date(by_arrival ? given->arrived_on : given->day).year;
}

static enum err year_check(struct books *books, const struct given_record *given,
			   uint64_t position, struct fault *fault)
{
	int64_t year = entry_integer(books->entry, "year");
	int64_t own = given_year(books, given);

	if (own == year)
		return ERR_OK;
	return fault_rule(fault, "receipt_year",
			  "position %" PRIu64 " was given in %" PRId64
			  ", and not in %" PRId64,
			  position, own, year);
}

static enum err not_received(struct fault *fault, uint64_t position, const char *why)
{
	return fault_rule(fault, "received", "position %" PRIu64 " %s", position, why);
}

/* The class of what an entry gives that is no row, for a form. */
static bool stood_find(struct books *books, uint64_t position, bool is_person,
		       enum line_class *ret_class, struct given_record *ret_given)
{
	if (is_person) {
		*ret_class = CLASS_PERSON;
		return given_find(books, position, *ret_class, ret_given) &&
		       flow_is(ret_given, "gift.");
	}
	*ret_class = CLASS_COMPANY;
	if (given_find(books, position, *ret_class, ret_given) &&
	    (flow_is(ret_given, "gift.") || flow_is(ret_given, "patronage")))
		return true;
	*ret_class = CLASS_MATCH;
	return given_find(books, position, *ret_class, ret_given);
}

static const char *stood_key(struct key *key, uint64_t block, uint64_t position)
{
	return key_of(key, "stood/%016" PRIu64 "/%016" PRIu64, block, position);
}

static void expire_with_receipt(struct books *books, const char *key)
{
	struct month month = month_of_date(books_today(books));

	if (month_add(month, GIVEN_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key);
}

static enum err stood_check_payer(struct books *books, const struct given_record *given,
				  uint64_t position, struct fault *fault)
{
	char member[ID_BYTES], payer[ID_BYTES];

	member_now(books, entry_text(books->entry, "member"), member);
	member_now(books, slice_of_text(given->payer), payer);
	if (strcmp(member, payer) != 0)
		return fault_rule(fault, "receipt",
				  "position %" PRIu64 " was given by '%s', not by '%s'",
				  position, payer, member);
	return ERR_OK;
}

static enum err stood_check_amount(const struct given_record *given, bool is_person,
				   uint64_t position, struct cents amount,
				   struct fault *fault)
{
	int64_t free = cents_value(given->arrived) - cents_value(given->receipted);

	if (cents_is_zero(amount) || (free == 0 && !cents_is_zero(given->receipted)))
		return fault_rule(fault, "receipted",
				  "nothing of position %" PRIu64
				  " is left for another receipt",
				  position);
	if (is_person && cents_cmp(given->arrived, given->promised) != 0)
		return not_received(fault, position, "has not arrived whole");
	if (is_in_kind(given) ? cents_is_positive(amount) && cents_value(amount) <= free
			      : cents_value(amount) == free)
		return ERR_OK;
	return fault_rule(fault, "received",
			  "%" PRId64 " cents of position %" PRIu64
			  " have arrived and stand on no receipt, not %" PRId64,
			  free, position, cents_value(amount));
}

/* A gift, a match or a convention. */
static enum err entry_stand(struct books *books, const struct json *item, bool is_person,
			    struct fault *fault)
{
	uint64_t position = (uint64_t)item_integer(item, "entry");
	struct cents amount = item_cents(item, "amount");
	struct given_record given;
	enum line_class class;
	struct key key;
	enum err err;

	if (!stood_find(books, position, is_person, &class, &given))
		return not_received(fault, position,
				    is_person ? "is no individual's gift"
					      : "is nothing that a company has given");
	err = is_person ? ERR_OK : stood_check_payer(books, &given, position, fault);
	if (!err)
		err = stood_check_amount(&given, is_person, position, amount, fault);
	if (!err)
		err = year_check(books, &given, position, fault);
	if (err)
		return err;
	given_stand(books, position, class, &given, amount);
	books_put_integer(books, stood_key(&key, books->position, position),
			  cents_value(amount));
	expire_with_receipt(books, key.text);
	return ERR_OK;
}

/* ---- rows ---- */

static const char *mark_key(struct key *key, const struct json *item)
{
	return key_of(key, "mark/%.*s", SLICE(item_text(item, "mark")));
}

static enum err mark_take(struct books *books, const struct json *item,
			  struct fault *fault)
{
	struct record_reader reader;
	struct key key;

	if (books_get(books, mark_key(&key, item), &reader))
		return fault_rule(fault, "receipted",
				  "a row stands on a receipt of position %" PRId64
				  " already",
				  record_read_integer(&reader));
	books_put_integer(books, key.text, (int64_t)books->position);
	expire_with_receipt(books, key.text);
	return ERR_OK;
}

/* Only a mark of the receipt's own entry can be its own. */
static enum err mark_free(struct books *books, const struct json *item, uint64_t block,
			  struct fault *fault)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, mark_key(&key, item), &reader) ||
	    (uint64_t)record_read_integer(&reader) != block)
		return fault_rule(
			fault, "voiding",
			"a row does not stand on a receipt of position %" PRIu64, block);
	state_delete(books->state, key.text);
	return ERR_OK;
}

/* block: that of a receipt that becomes void; or NULL. */
static enum err marks_each(struct books *books, const struct json *batch,
			   const uint64_t *block, struct fault *fault)
{
	const char *rule = block ? "voiding" : "receipt";
	struct slice before = slice_of("", 0);
	enum err err = ERR_OK;

	for (const struct json *item = json_get(batch, "marks")->first; item && !err;
	     item = item->next) {
		struct slice mark = item_text(item, "mark");

		if (before.n && memcmp(before.p, mark.p, mark.n) >= 0)
			return fault_rule(fault, rule, "the marks of a batch ascend");
		before = mark;
		err = block ? mark_free(books, item, *block, fault)
			    : mark_take(books, item, fault);
	}
	return err;
}

static enum err batch_check_received(struct books *books, uint64_t position,
				     const struct given_record *given,
				     struct fault *fault)
{
	if (!flow_is(given, "salary.") && !flow_is(given, "invoice."))
		return not_received(fault, position,
				    "names nobody: what is given at a till is on no "
				    "receipt");
	if (cents_cmp(given->arrived, given->promised) != 0)
		return not_received(fault, position, "has not arrived whole");
	return year_check(books, given, position, fault);
}

static enum err batch_stand(struct books *books, const struct json *item,
			    struct fault *fault)
{
	uint64_t position = (uint64_t)item_integer(item, "batch");
	struct cents amount = item_cents(item, "amount");
	struct given_record given;
	enum err err;

	if (!given_find(books, position, CLASS_PERSON, &given) || !given.rows_count)
		return not_received(fault, position, "is no batch of individuals' rows");
	err = batch_check_received(books, position, &given, fault);
	if (!err)
		err = marks_each(books, item, NULL, fault);
	if (err)
		return err;
	if (cents_cmp(books_plus(books, given.receipted, amount), given.arrived) > 0)
		return fault_rule(fault, "receipted",
				  "more would stand on receipts than position %" PRIu64
				  " has brought",
				  position);
	given_stand(books, position, CLASS_PERSON, &given, amount);
	return ERR_OK;
}

static enum err batch_release(struct books *books, const struct json *item,
			      uint64_t block, struct fault *fault)
{
	uint64_t position = (uint64_t)item_integer(item, "batch");
	struct cents amount = item_cents(item, "amount");
	struct given_record given;
	enum err err;

	if (!given_find(books, position, CLASS_PERSON, &given) ||
	    cents_cmp(amount, given.receipted) > 0)
		return fault_rule(fault, "voiding",
				  "so much of position %" PRIu64
				  " does not stand on receipts",
				  position);
	err = marks_each(books, item, &block, fault);
	if (!err)
		given_stand(books, position, CLASS_PERSON, &given, cents_neg(amount));
	return err;
}

static enum err entry_release(struct books *books, const struct json *item,
			      bool is_person, uint64_t block, struct fault *fault)
{
	uint64_t position = (uint64_t)item_integer(item, "entry");
	struct cents amount = item_cents(item, "amount");
	struct given_record given;
	enum line_class class;
	struct key key;

	stood_key(&key, block, position);
	if (cents_is_zero(amount) ||
	    cents_cmp(books_get_cents(books, key.text), amount) != 0 ||
	    !stood_find(books, position, is_person, &class, &given))
		return fault_rule(fault, "voiding",
				  "%" PRId64 " cents of position %" PRIu64
				  " do not stand on a receipt of position %" PRIu64,
				  cents_value(amount), position, block);
	given_stand(books, position, class, &given, cents_neg(amount));
	state_delete(books->state, key.text);
	return ERR_OK;
}

/* ---- all that an entry lists ---- */

struct standing_on {
	bool is_person, is_release;
	uint64_t block; /* of the receipt that is released */
	struct cents sum;
};

static enum err list_each(struct books *books, const char *list, const char *named,
			  struct standing_on *on, struct fault *fault)
{
	bool is_batch = strcmp(list, "batches") == 0;
	int64_t before = -1;
	enum err err = ERR_OK;

	for (const struct json *item = entry_list(books->entry, list)->first;
	     item && !err; item = item->next) {
		int64_t position = item_integer(item, named);

		if (position <= before)
			return fault_rule(fault, on->is_release ? "voiding" : "receipt",
					  "its %s do not ascend by position", list);
		before = position;
		on->sum = books_plus(books, on->sum, item_cents(item, "amount"));
		if (is_batch)
			err = on->is_release
				      ? batch_release(books, item, on->block, fault)
				      : batch_stand(books, item, fault);
		else
			err = on->is_release
				      ? entry_release(books, item, on->is_person,
						      on->block, fault)
				      : entry_stand(books, item, on->is_person, fault);
	}
	return err;
}

static enum err stand(struct books *books, struct standing_on *on, struct fault *fault)
{
	enum err err = list_each(books, "batches", "batch", on, fault);

	return err ? err : list_each(books, "entries", "entry", on, fault);
}

/* ---- receipts ---- */

static enum err year_check_window(struct books *books, struct fault *fault)
{
	int64_t year = entry_integer(books->entry, "year"),
		now = ymd_of_date(books_today(books)).year;

	if (year > now || year < now - (GIVEN_MONTHS / 12 - 1))
		return fault_rule(fault, "receipt_year",
				  "a receipt is of this year or one of the two before, "
				  "not of %" PRId64,
				  year);
	return ERR_OK;
}

static enum err form_check(struct books *books, bool is_person, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct member_record member;

	if (is_person)
		return entry_has(entry, "member")
			       ? fault_rule(fault, "receipt",
					    "individuals' receipts name no member")
			       : ERR_OK;
	if (!member_find(books, entry_text(entry, "member"), &member) ||
	    member.role != ROLE_EMPLOYER)
		return fault_rule(fault, "receipt",
				  "a company's receipt names the company");
	if (entry_list(entry, "batches")->count ||
	    entry_list(entry, "receipts")->count != 1)
		return fault_rule(fault, "receipt",
				  "a company's receipt stands alone in its entry, and on "
				  "nobody's rows");
	return ERR_OK;
}

static enum err replace(struct books *books, int64_t number, int64_t by,
			struct fault *fault)
{
	struct receipt_record old;

	if (!receipt_find(books, number, &old) || !old.voided || old.replaced_by)
		return fault_rule(fault, "receipt",
				  "receipt %" PRId64
				  " is not void, or was replaced already",
				  number);
	old.replaced_by = by;
	receipt_write(books, number, &old);
	return ERR_OK;
}

static enum err receipts_write(struct books *books, struct cents *ret_sum,
			       struct fault *fault)
{
	const struct entry *entry = books->entry;
	int64_t number = entry_integer(entry, "first");
	struct receipt_record receipt = { .position = books->position,
					  .year = entry_integer(entry, "year") };
	enum err err = ERR_OK;

	if (number != books_get_integer(books, "receipts") + 1)
		return fault_rule(fault, "receipt",
				  "the next receipt has the number %" PRId64
				  ", not %" PRId64,
				  books_get_integer(books, "receipts") + 1, number);
	text_copy(receipt.form, sizeof receipt.form, entry_text(entry, "form"));
	*ret_sum = CENTS_ZERO;
	for (const struct json *item = entry_list(entry, "receipts")->first; item && !err;
	     item = item->next, number++) {
		if (item_has(item, "replaces"))
			err = replace(books, item_integer(item, "replaces"), number,
				      fault);
		receipt.amount = item_cents(item, "amount");
		*ret_sum = books_plus(books, *ret_sum, receipt.amount);
		text_copy(receipt.digest, sizeof receipt.digest,
			  item_text(item, "digest"));
		receipt_write(books, number, &receipt);
	}
	books_put_integer(books, "receipts", number - 1);
	return err;
}

enum err apply_receipt(struct books *books, struct fault *fault)
{
	struct cents amount = entry_cents(books->entry, "amount"), sum;
	struct standing_on on = {
		.is_person = text_is(entry_text(books->entry, "form"), "11580"),
		.sum = CENTS_ZERO,
	};
	enum err err = year_check_window(books, fault);

	if (!err)
		err = form_check(books, on.is_person, fault);
	if (!err)
		err = receipts_write(books, &sum, fault);
	if (!err)
		err = stand(books, &on, fault);
	if (err)
		return err;
	if (cents_cmp(sum, amount) != 0 || cents_cmp(on.sum, amount) != 0)
		return fault_rule(
			fault, "receipt",
			"its receipts come to %" PRId64
			" cents, and what they stand on to %" PRId64 ", not to %" PRId64,
			cents_value(sum), cents_value(on.sum), cents_value(amount));
	return ERR_OK;
}

enum err apply_voiding(struct books *books, struct fault *fault)
{
	int64_t number = entry_integer(books->entry, "number");
	struct standing_on on = { .is_release = true, .sum = CENTS_ZERO };
	struct receipt_record receipt;
	enum err err;

	if (!receipt_find(books, number, &receipt) || receipt.voided)
		return fault_rule(
			fault, "voiding",
			"there is no receipt %" PRId64 ", or it is void already", number);
	on.is_person = strcmp(receipt.form, "11580") == 0;
	on.block = receipt.position;
	receipt.voided = books->position;
	receipt_write(books, number, &receipt);
	err = stand(books, &on, fault);
	if (err)
		return err;
	if (cents_cmp(on.sum, receipt.amount) != 0)
		return fault_rule(
			fault, "voiding",
			"receipt %" PRId64 " is of %" PRId64 " cents, not of %" PRId64,
			number, cents_value(receipt.amount), cents_value(on.sum));
	return ERR_OK;
}
