/*
 * books_statement.c - what the bank says of an account, line by line.
 *
 * A statement is taken whole or not at all: it begins with what the account has, and
 * opening and lines make its closing. So the ledger's account is the bank's at each
 * statement's end, by construction and not by anybody's care. Every line stands in
 * suspense/ACCOUNT until another entry cites it and says what it was (books_citation.c);
 * what is in suspense is exactly what nobody has explained yet.
 *
 * What was recorded before there were statements stands in the account "bank". The first
 * statement of each account takes its opening from there; what is left is what was
 * recorded and the bank does not show, or the reverse.
 */
#include "ledger/books_int.h"

/* ---- lines that are not explained ---- */

static const char *line_key(struct key *key, uint64_t statement, int64_t number)
{
	return key_of(key, "unexplained/%016" PRIu64 "/%04" PRId64, statement, number);
}

bool bank_line_of_key(const char *rest, struct slice value, struct bank_line *ret_line)
{
	struct record_reader reader = record_reader(value);

	if (sscanf(rest, "%16" SCNu64 "/%4" SCNd64, &ret_line->statement,
		   &ret_line->number) != 2)
		return false;
	text_copy(ret_line->account, ACCOUNT_ID_BYTES, record_read_text(&reader));
	ret_line->open = cents_of(record_read_integer(&reader));
	ret_line->booked_on.day = (int32_t)record_read_integer(&reader);
	return true;
}

bool bank_line_read(struct books *books, uint64_t statement, int64_t number,
		    struct bank_line *ret_line)
{
	struct slice value;
	struct key key;

	return state_get(books->state, line_key(&key, statement, number), &value) &&
	       bank_line_of_key(key.text + strlen("unexplained/"), value, ret_line);
}

void bank_line_write(struct books *books, const struct bank_line *line)
{
	struct record record;
	struct key key;

	line_key(&key, line->statement, line->number);
	if (cents_is_zero(line->open)) {
		state_delete(books->state, key.text);
		return;
	}
	record_init(&record);
	record_text(&record, slice_of_text(line->account));
	record_integer(&record, cents_value(line->open));
	record_integer(&record, line->booked_on.day);
	books_put(books, key.text, &record);
}

/* ---- the rules ---- */

bool statements_from(struct books *books, struct date *ret_from)
{
	struct record_reader reader;

	if (!books_get(books, "stated_from", &reader))
		return false;
	ret_from->day = (int32_t)record_read_integer(&reader);
	return true;
}

/* The last day on which something was recorded of the bank without a statement; -1: on
 * none. Asked once, by the first statement. */
static struct date unstated_until(struct books *books)
{
	struct date last = { -1 };
	struct state_cursor cursor;

	for (state_first(books->state, &cursor, "bd/bank/"); cursor.found;
	     state_next(books->state, &cursor)) {
		int32_t day = (int32_t)strtol(strrchr(cursor.key, '/') + 1, NULL, 10);

		if (day > last.day)
			last.day = day;
	}
	return last;
}

static enum err check_first(struct books *books, struct date from, struct fault *fault)
{
	struct date last = unstated_until(books);
	char text[DATE_TEXT_BYTES];

	if (date_cmp(from, last) > 0) {
		books_put_integer(books, "stated_from", from.day);
		return ERR_OK;
	}
	date_format(last, text);
	return fault_rule(fault, "statement",
			  "the bank was recorded without statements until %s: the first "
			  "one begins after that day",
			  text);
}

static enum err check_days(struct books *books, const struct account_record *account,
			   struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct date from = entry_date(entry, "from"), none;

	if (date_cmp(from, entry->date) > 0)
		return fault_rule(fault, "statement",
				  "it begins after its date, which is its last day");
	if (account->stated_on.day >= 0 && date_cmp(from, account->stated_on) < 0)
		return fault_rule(fault, "statement",
				  "it begins before the end of the statement before, "
				  "position %" PRIu64,
				  account->statement);
	if (!statements_from(books, &none))
		return check_first(books, from, fault);
	return ERR_OK;
}

/* A file is recorded once, and so is each part of it. */
static enum err paper_use(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct month month = month_of_date(books_today(books));
	struct record_reader reader;
	struct key key;

	key_of(&key, "paper/%.*s/%04" PRId64, SLICE(entry_text(entry, "digest")),
	       entry_integer(entry, "page"));
	if (books_get(books, key.text, &reader))
		return fault_rule(
			fault, "statement",
			"page %" PRId64 " of this file was recorded at position %" PRId64,
			entry_integer(entry, "page"), record_read_integer(&reader));
	books_put_integer(books, key.text, (int64_t)books->position);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
	return ERR_OK;
}

static enum err take_opening(struct books *books, const struct account_record *account,
			     struct fault *fault)
{
	struct cents opening = entry_cents(books->entry, "opening"), balance;
	struct key key;

	account_bank(&key, account->id);
	if (account->stated_on.day < 0) {
		books->post_on = close_open_day(books, entry_date(books->entry, "from"));
		return books_move(books, key.text, "bank", "opened", opening, fault);
	}
	balance = books_balance(books, key.text);
	if (cents_cmp(opening, balance) == 0)
		return ERR_OK;
	return fault_rule(fault, "statement",
			  "it opens with %" PRId64 " cents, and the account has %" PRId64
			  " since position %" PRIu64 ": a statement is missing between",
			  cents_value(opening), cents_value(balance), account->statement);
}

/* ---- the lines ---- */

static enum err take_line(struct books *books, const struct json *item,
			  struct bank_line *line, struct fault *fault)
{
	struct date booked_on = item_date(item, "booked_on");
	struct key bank, suspense;

	line->number++;
	line->open = item_cents(item, "amount");
	if (cents_is_zero(line->open))
		return fault_rule(fault, "statement", "line %" PRId64 " moves nothing",
				  line->number);
	if (date_cmp(booked_on, line->booked_on) < 0 ||
	    date_cmp(booked_on, books->entry->date) > 0)
		return fault_rule(fault, "statement",
				  "the day of line %" PRId64
				  " is not between the one before and the last",
				  line->number);
	line->booked_on = booked_on;
	bank_line_write(books, line);
	books->post_on = close_open_day(books, booked_on);
	return books_move(books, account_bank(&bank, line->account),
			  account_suspense(&suspense, line->account), "stated",
			  line->open, fault);
}

static enum err take_lines(struct books *books, const struct account_record *account,
			   struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct cents sum = entry_cents(entry, "opening"),
		     closing = entry_cents(entry, "closing");
	struct bank_line line = { .statement = books->position,
				  .booked_on = entry_date(entry, "from") };

	memcpy(line.account, account->id, ACCOUNT_ID_BYTES);
	for (const struct json *item = entry_list(entry, "lines")->first; item;
	     item = item->next) {
		enum err err = take_line(books, item, &line, fault);

		if (err)
			return err;
		sum = books_plus(books, sum, line.open);
	}
	if (cents_cmp(sum, closing) == 0)
		return ERR_OK;
	return fault_rule(fault, "statement",
			  "opening and lines make %" PRId64 " cents, and it closes with "
			  "%" PRId64,
			  cents_value(sum), cents_value(closing));
}

enum err apply_statement(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct account_record account;
	enum err err = account_find_active(books, entry_text(entry, "account"),
					   "statement", &account, fault);

	if (!err)
		err = books_check_date_window(
			books, month_of_date(entry_date(entry, "from")), "from", fault);
	if (!err)
		err = check_days(books, &account, fault);
	if (!err)
		err = paper_use(books, fault);
	if (!err)
		err = take_opening(books, &account, fault);
	if (!err)
		err = take_lines(books, &account, fault);
	if (err)
		return err;
	account.stated_on = entry->date;
	account.statement = books->position;
	account_write(books, &account);
	return ERR_OK;
}
