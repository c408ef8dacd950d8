/*
 * books_close.c - a period ends: first nothing more is booked in it, then its accounts
 * are approved.
 *
 * After a cut-off every later entry is dated behind it, whatever its kind, so that
 * the figures that the auditor has seen stay what they are. What arrives late is booked
 * on the first day that is open; a line of a bank statement, too. The approval carries
 * out what the board has voted: the very accounts, by their digest.
 */
#include "ledger/books_int.h"

/* ---- the first open day ---- */

static bool open_from(struct books *books, struct date *ret_from)
{
	struct record_reader reader;

	if (!books_get(books, "open_from", &reader))
		return false;
	ret_from->day = (int32_t)record_read_integer(&reader);
	return true;
}

bool query_open_from(struct books *books, struct date *ret_from)
{
	return open_from(books, ret_from);
}

struct date close_open_day(struct books *books, struct date date)
{
	struct date from;

	return open_from(books, &from) && date_cmp(date, from) < 0 ? from : date;
}

void close_open_from(struct books *books, struct date from)
{
	books_put_integer(books, "open_from", close_open_day(books, from).day);
}

enum err close_check_open(struct books *books, struct date date, struct fault *fault)
{
	struct date from = close_open_day(books, date);
	char text[DATE_TEXT_BYTES];

	if (date_cmp(date, from) == 0)
		return ERR_OK;
	date_format(from, text);
	return fault_rule(fault, "closed",
			  "the books are closed before %s: date it on that day, the "
			  "first that is open",
			  text);
}

/* ---- the cut-off ---- */

static const char *cutoff_key(struct key *key, struct date day)
{
	return key_of(key, "cutoff/%05" PRId32, day.day);
}

static enum err check_day(struct books *books, struct date day, struct fault *fault)
{
	struct date from;

	if (date_cmp(day, books->entry->date) >= 0)
		return fault_rule(fault, "close",
				  "a period is cut off when its last day is past");
	if (open_from(books, &from) && date_cmp(day, from) < 0)
		return fault_rule(fault, "close", "that day is closed already");
	return ERR_OK;
}

/* A statement of days that are closed could not be recorded any more, nor, then, any
 * later one of its account. */
static enum err check_stated(struct books *books, struct date day, struct fault *fault)
{
	struct state_cursor cursor;

	for (state_first(books->state, &cursor, "account/"); cursor.found;
	     state_next(books->state, &cursor)) {
		const char *id = cursor.key + strlen("account/");
		struct account_record account;

		if (!account_find(books, slice_of_text(id), &account) ||
		    !account.active || account.stated_on.day < 0 ||
		    date_cmp(account.stated_on, day) >= 0)
			continue;
		return fault_rule(fault, "close",
				  "the statements of bank account '%s' do not reach that "
				  "day yet",
				  id);
	}
	return ERR_OK;
}

static enum err cut_off(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct date day = entry_date(entry, "day");
	struct record record;
	struct key key;
	enum err err = check_day(books, day, fault);

	if (!err)
		err = check_stated(books, day, fault);
	if (err)
		return err;
	record_init(&record);
	record_integer(&record, (int64_t)books->position);
	record_integer(&record, -1);
	books_put(books, cutoff_key(&key, day), &record);
	close_open_from(books, (struct date){ day.day + 1 });
	return ERR_OK;
}

/* ---- the approval ---- */

static enum err check_year_end(struct books *books, struct date day, struct fault *fault)
{
	char text[DATE_TEXT_BYTES];
	struct charter_record charter;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	date_format(day, text);
	if (strcmp(text + strlen("YYYY-"), charter.year_end) == 0)
		return ERR_OK;
	return fault_rule(fault, "close",
			  "%s is not the end of a fiscal year: that is %s", text,
			  charter.year_end);
}

enum err close_check_approved(struct books *books, const struct json *act,
			      struct fault *fault)
{
	struct date day = item_date(act, "day");
	struct record_reader reader;
	struct key key;

	if (!text_is(item_text(act, "step"), "approved"))
		return fault_rule(fault, "close", "a cut-off is not voted");
	if (!item_has(act, "accounts"))
		return fault_rule(fault, "close",
				  "what is approved are accounts: give their digest");
	if (!books_get(books, cutoff_key(&key, day), &reader))
		return fault_rule(fault, "close", "that day was not cut off");
	(void)record_read_integer(&reader);
	if (record_read_integer(&reader) >= 0)
		return fault_rule(fault, "close",
				  "the accounts of that day are approved already");
	return check_year_end(books, day, fault);
}

static enum err approve(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct record_reader reader;
	struct record record;
	struct key key;
	enum err err = proposal_carry_out(books, fault);

	if (!err)
		err = close_check_approved(books, entry->json, fault);
	if (err)
		return err;
	cutoff_key(&key, entry_date(entry, "day"));
	record_init(&record);
	record_integer(&record, books_get(books, key.text, &reader)
					? record_read_integer(&reader)
					: -1);
	record_integer(&record, (int64_t)books->position);
	books_put(books, key.text, &record);
	return ERR_OK;
}

enum err apply_close(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;

	if (text_is(entry_text(entry, "step"), "approved"))
		return approve(books, fault);
	if (entry_has(entry, "accounts") || entry_has(entry, "report") ||
	    entry_has(entry, "proposal"))
		return fault_rule(fault, "close",
				  "a cut-off has a day, and nothing else");
	return cut_off(books, fault);
}
