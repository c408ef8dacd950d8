/*
 * books_given.c - what of each promise has arrived, and what of that stands on receipts.
 *
 * Lines tell what is open, and only while it is; a tax receipt asks the opposite, months
 * later: has all of this batch arrived, when, and is it on a receipt already? So a record
 * follows the lines of a class of an entry, from the promise to the end of the years in
 * which a receipt may be issued. Where match is taken back that was paid, its cents are
 * those of the batch that is corrected: there less than nothing may have arrived, and the
 * company's next receipt is less by it.
 */
#include "ledger/books_int.h"

static const char *given_key(struct key *key, uint64_t position, enum line_class class)
{
	return key_of(key, "given/%016" PRIu64 "/%d", position, (int)class);
}

bool given_find(struct books *books, uint64_t position, enum line_class class,
		struct given_record *ret_given)
{
	struct record_reader reader;
	struct key key;

	if (!books_get_at(books, position, given_key(&key, position, class), &reader))
		return false;
	text_copy(ret_given->payer, ID_BYTES, record_read_text(&reader));
	text_copy(ret_given->flow, FLOW_BYTES_MAX, record_read_text(&reader));
	ret_given->day.day = (int32_t)record_read_integer(&reader);
	ret_given->arrived_on.day = (int32_t)record_read_integer(&reader);
	ret_given->promised = cents_of(record_read_integer(&reader));
	ret_given->arrived = cents_of(record_read_integer(&reader));
	ret_given->receipted = cents_of(record_read_integer(&reader));
	ret_given->rows_at = (uint64_t)record_read_integer(&reader);
	ret_given->rows_count = record_read_integer(&reader);
	return true;
}

static void given_write(struct books *books, uint64_t position, enum line_class class,
			const struct given_record *given)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(given->payer));
	record_text(&record, slice_of_text(given->flow));
	record_integer(&record, given->day.day);
	record_integer(&record, given->arrived_on.day);
	record_integer(&record, cents_value(given->promised));
	record_integer(&record, cents_value(given->arrived));
	record_integer(&record, cents_value(given->receipted));
	record_integer(&record, (int64_t)given->rows_at);
	record_integer(&record, given->rows_count);
	books_put(books, given_key(&key, position, class), &record);
}

/* A receipt that stands on money that is gone: the world's facts are recorded, and the
 * receipt is to be made void. */
static void doubt_write(struct books *books, uint64_t position, enum line_class class,
			const struct given_record *given)
{
	struct key key;

	key_of(&key, "doubt/%016" PRIu64 "/%d", position, (int)class);
	if (cents_cmp(given->receipted, given->arrived) > 0)
		state_put(books->state, key.text, slice_of("\n", 1));
	else
		state_delete(books->state, key.text);
}

static void given_of_line(struct books *books, struct slice payer,
			  const struct line *line, struct given_record *ret_given)
{
	struct month month = month_of_date(books_today(books));
	struct key key;

	if (given_find(books, line->position, line->class, ret_given))
		return;
	*ret_given =
		(struct given_record){ .day = books->entry->date, .arrived_on.day = -1 };
	text_copy(ret_given->payer, ID_BYTES, payer);
	text_copy(ret_given->flow, FLOW_BYTES_MAX, slice_of_text(line->flow));
	if (month_add(month, GIVEN_MONTHS, &month) == ERR_OK)
		books_expire_with_entry(books, month,
					given_key(&key, line->position, line->class));
}

static void given_add(struct books *books, struct slice payer, const struct line *line,
		      struct cents promised, struct cents arrived)
{
	struct given_record given;

	if (cents_is_zero(promised) && cents_is_zero(arrived))
		return;
	given_of_line(books, payer, line, &given);
	given.promised = books_plus(books, given.promised, promised);
	given.arrived = books_plus(books, given.arrived, arrived);
	if (cents_is_positive(arrived))
		given.arrived_on = books->entry->date;
	given_write(books, line->position, line->class, &given);
	if (!cents_is_zero(given.receipted))
		doubt_write(books, line->position, line->class, &given);
}

void given_begin(struct books *books, struct slice payer, const struct line *line)
{
	struct given_record given;

	given_of_line(books, payer, line, &given);
	given_write(books, line->position, line->class, &given);
}

void given_promise(struct books *books, struct slice payer, const struct line *line,
		   struct cents amount)
{
	given_add(books, payer, line, amount, CENTS_ZERO);
}

void given_arrive(struct books *books, struct slice payer, const struct line *line,
		  struct cents amount)
{
	given_add(books, payer, line, CENTS_ZERO, amount);
}

void given_change(struct books *books, struct slice payer, const struct line *line,
		  struct cents amount)
{
	given_add(books, payer, line, amount, amount);
}

void given_rows(struct books *books, uint64_t batch, uint64_t rows_at, int64_t count)
{
	struct given_record given;

	if (!given_find(books, batch, CLASS_PERSON, &given))
		return; /* nobody of it is an individual */
	/* Its donors are the company's, whoever owes what they gave. */
	text_copy(given.payer, ID_BYTES, entry_text(books->entry, "company"));
	given.rows_at = rows_at;
	given.rows_count = count;
	given_write(books, batch, CLASS_PERSON, &given);
}

void given_stand(struct books *books, uint64_t position, enum line_class class,
		 struct given_record *given, struct cents amount)
{
	given->receipted = books_plus(books, given->receipted, amount);
	given_write(books, position, class, given);
	doubt_write(books, position, class, given);
}

enum err given_check_free(struct books *books, uint64_t position, enum line_class class,
			  struct fault *fault)
{
	struct given_record given;

	if (!given_find(books, position, class, &given) || cents_is_zero(given.receipted))
		return ERR_OK;
	return fault_rule(fault, "receipted",
			  "%" PRId64 " cents of position %" PRIu64
			  " stand on a tax receipt: make it void first",
			  cents_value(given.receipted), position);
}

enum err given_check_covered(struct books *books, uint64_t position, struct fault *fault)
{
	static const enum line_class classes[] = { CLASS_PERSON, CLASS_MATCH };
	struct given_record given;

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		struct cents left;

		if (!given_find(books, position, classes[i], &given) ||
		    cents_is_zero(given.receipted))
			continue;
		left = classes[i] == CLASS_MATCH ? given.arrived : given.promised;
		if (cents_cmp(given.receipted, left) > 0)
			return fault_rule(fault, "receipted",
					  "%" PRId64 " cents of position %" PRIu64
					  " stand on tax receipts, and %" PRId64
					  " would be left: make receipts void first",
					  cents_value(given.receipted), position,
					  cents_value(left));
	}
	return ERR_OK;
}
