/*
 * books_citation.c - which line of a bank statement an entry explains.
 *
 * Who says that money arrived or left names the statement's line that shows it. The
 * money is then taken out of suspense/ACCOUNT, where the statement has put it; so each
 * cent of the bank is explained once, and what nobody explains stays in sight. One line
 * may be explained by several entries (one transfer for two batches), which together
 * never exceed it. An entry that is undone gives its line back, unless the bank shows
 * that the money came back: then it is undone by the line of that.
 */
#include "ledger/books_int.h"

/* What an entry has explained, kept for as long as it may be undone: a bank_line whose
 * `open` is what was cited of it. */
static const char *citation_key(struct key *key, uint64_t position)
{
	return key_of(key, "cited/%016" PRIu64, position);
}

static void citation_write(struct books *books, const struct bank_line *cited)
{
	struct month month = month_of_date(books_today(books));
	struct record record;
	struct key key;

	record_init(&record);
	record_integer(&record, (int64_t)cited->statement);
	record_integer(&record, cited->number);
	record_text(&record, slice_of_text(cited->account));
	record_integer(&record, cents_value(cited->open));
	record_integer(&record, cited->booked_on.day);
	books_put(books, citation_key(&key, books->position), &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

static bool citation_read(struct books *books, uint64_t position,
			  struct bank_line *ret_cited)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, citation_key(&key, position), &reader))
		return false;
	ret_cited->statement = (uint64_t)record_read_integer(&reader);
	ret_cited->number = record_read_integer(&reader);
	text_copy(ret_cited->account, ACCOUNT_ID_BYTES, record_read_text(&reader));
	ret_cited->open = cents_of(record_read_integer(&reader));
	ret_cited->booked_on.day = (int32_t)record_read_integer(&reader);
	return true;
}

/* ---- the rules ---- */

/* It happened when the bank booked it, or on the first day that is open since. Of a line
 * that is older than any date may be, it is the day on which somebody has found out. */
static enum err check_date(struct books *books, struct date booked_on,
			   struct fault *fault)
{
	struct date date = books->entry->date, today = books_today(books);
	struct date on = close_open_day(books, booked_on);
	int32_t age = month_distance(month_of_date(on), month_of_date(today));
	char text[DATE_TEXT_BYTES];

	if (date_cmp(date, on) == 0 ||
	    (age > BOOKS_WINDOW_MONTHS && date_cmp(date, today) == 0))
		return ERR_OK;
	date_format(age > BOOKS_WINDOW_MONTHS ? today : on, text);
	return fault_rule(fault, "line", "the line that it cites makes its date %s",
			  text);
}

static enum err check_amount(const struct bank_line *line, struct cents amount,
			     struct fault *fault)
{
	bool arrives = cents_is_positive(amount);
	struct cents most = arrives ? line->open : cents_neg(line->open);

	if (arrives != cents_is_positive(line->open))
		return fault_rule(
			fault, "line",
			"line %" PRId64 " of statement %" PRIu64 " is money that %s",
			line->number, line->statement, arrives ? "left" : "arrived");
	if (cents_cmp(arrives ? amount : cents_neg(amount), most) > 0)
		return fault_rule(fault, "line",
				  "%" PRId64 " cents of line %" PRId64
				  " of statement %" PRIu64
				  " are not explained yet, less than %" PRId64,
				  cents_value(most), line->number, line->statement,
				  cents_value(arrives ? amount : cents_neg(amount)));
	return ERR_OK;
}

static enum err cite(struct books *books, const struct json *cites, struct cents amount,
		     struct key *ret_cash, struct fault *fault)
{
	uint64_t statement = (uint64_t)item_integer(cites, "statement");
	int64_t number = item_integer(cites, "line");
	struct bank_line line, cited;
	enum err err;

	if (!bank_line_read(books, statement, number, &line))
		return fault_rule(fault, "line",
				  "position %" PRIu64 " has no line %" PRId64
				  " that is not explained yet",
				  statement, number);
	err = check_date(books, line.booked_on, fault);
	if (!err)
		err = check_amount(&line, amount, fault);
	if (err)
		return err;
	cited = line;
	cited.open = amount;
	citation_write(books, &cited);
	line.open = books_minus(books, line.open, amount);
	bank_line_write(books, &line);
	account_suspense(ret_cash, line.account);
	return ERR_OK;
}

static const struct json *cites(const struct books *books)
{
	return kind_member(books->entry->kind, slice_of_text("line"))
		       ? entry_list(books->entry, "line")
		       : NULL;
}

enum err citation_use(struct books *books, struct cents amount, struct key *ret_cash,
		      struct fault *fault)
{
	char text[DATE_TEXT_BYTES];
	struct date from;

	books->cash_moved = true;
	if (cites(books))
		return cite(books, cites(books), amount, ret_cash, fault);
	key_of(ret_cash, "bank");
	if (!statements_from(books, &from) || date_cmp(books->entry->date, from) < 0)
		return ERR_OK;
	date_format(from, text);
	return fault_rule(fault, "line",
			  "there are bank statements since %s: cite the line that shows "
			  "this money",
			  text);
}

enum err citation_undo(struct books *books, uint64_t of, struct cents amount,
		       struct key *ret_cash, struct fault *fault)
{
	struct bank_line cited, line;

	books->cash_moved = true;
	if (cites(books))
		return cite(books, cites(books), amount, ret_cash, fault);
	if (!citation_read(books, of, &cited)) {
		key_of(ret_cash, "bank");
		return ERR_OK;
	}
	if (bank_line_read(books, cited.statement, cited.number, &line))
		cited.open = books_plus(books, cited.open, line.open);
	bank_line_write(books, &cited);
	account_suspense(ret_cash, cited.account);
	return ERR_OK;
}

enum err citation_check_used(struct books *books, struct fault *fault)
{
	if (books->cash_moved || !cites(books))
		return ERR_OK;
	return fault_rule(fault, "line",
			  "it cites a line of a statement, and moves nothing at the "
			  "bank");
}
