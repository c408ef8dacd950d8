/*
 * books_line.c - lines of receivables: what a payer owes, to the last detail.
 *
 * A line is what one entry (a batch, gift or convention) makes one payer owe in
 * one class to one sub-balance, by one instalment. It is in the state only while
 * something of it is open. Lines are paid in the order of their keys: by position,
 * then by part (a convention's instalments, which ascend by day), then by class
 * (person, company, seller, match), and within a class by largest remainder over
 * what is open, ties by fund id in byte order (DESIGN section 3, "Promised is not
 * received").
 */
#include "ledger/books_int.h"

#include <assert.h>

enum line_class class_of_giver(struct slice giver)
{
	if (text_is(giver, "person"))
		return CLASS_PERSON;
	return text_is(giver, "company") ? CLASS_COMPANY : CLASS_SELLER;
}

/* A line's key behind its prefix: POSITION/PART/CLASS/FUND/EARMARK. */
const char *line_trail_key(struct key *key, const char *prefix, const struct line *line)
{
	return key_of(key, "%s/%016" PRIu64 "/%02d/%d/%s/%s", prefix, line->position,
		      line->part, (int)line->class, line->fund, line->earmark);
}

static const char *open_key(struct key *key, struct slice payer, const struct line *line)
{
	struct key prefix;

	return line_trail_key(key, key_of(&prefix, "open/%.*s", SLICE(payer)), line);
}

const char *line_whole_key(struct key *key, const char *trail, struct slice payer,
			   const struct line *line)
{
	struct line place = *line;
	struct key prefix;

	place.part = 0; /* a convention is taken back whole */
	if (line->class == CLASS_MATCH)
		place.position = 0; /* of the charter, which is no batch */
	return line_trail_key(key, key_of(&prefix, "%s/%.*s", trail, SLICE(payer)),
			      &place);
}

/* The month is a trail's: the one in which it last grew. */
static void line_put(struct books *books, const char *key, const struct line *line,
		     struct cents amount, int64_t month)
{
	struct record record;

	if (cents_is_zero(amount)) {
		state_delete(books->state, key);
		return;
	}
	record_init(&record);
	record_integer(&record, cents_value(amount));
	record_text(&record, slice_of_text(line->flow));
	record_integer(&record, line->due_on.day);
	record_integer(&record, month);
	books_put(books, key, &record);
}

enum err line_of_key(const char *rest, struct slice value, struct line *ret_line,
		     struct fault *fault)
{
	struct record_reader reader = record_reader(value);
	int class, used = 0;

	if (sscanf(rest, "%16" SCNu64 "/%2d/%1d/%n", &ret_line->position, &ret_line->part,
		   &class, &used) != 3 ||
	    !used)
		return fault_set(fault, ERR_CORRUPT,
				 "a receivable's record is damaged: rebuild");
	ret_line->class = (enum line_class) class;
	rest += used;
	const char *slash = strchr(rest, '/');
	if (!slash)
		return fault_set(fault, ERR_CORRUPT,
				 "a receivable's record is damaged: rebuild");
	text_copy(ret_line->fund, ID_BYTES, slice_of(rest, (size_t)(slash - rest)));
	text_copy(ret_line->earmark, ID_BYTES, slice_of_text(slash + 1));
	ret_line->open = cents_of(record_read_integer(&reader));
	text_copy(ret_line->flow, FLOW_BYTES_MAX, record_read_text(&reader));
	ret_line->due_on.day = (int32_t)record_read_integer(&reader);
	return ERR_OK;
}

/* How much stands under a key of a trail, and the month in which it last grew. What
 * is too old to be undone does not count, whether or not it was dropped already. */
static struct cents trail_read(struct books *books, const char *key, int64_t *ret_month)
{
	struct record_reader reader;
	struct cents amount;

	*ret_month = month_of_date(books_today(books)).n;
	if (!books_get(books, key, &reader) || line_trail_is_past(books, reader))
		return CENTS_ZERO;
	amount = cents_of(record_read_integer(&reader));
	(void)record_read_text(&reader); /* flow */
	(void)record_read_integer(&reader);
	*ret_month = record_read_integer(&reader);
	return amount;
}

bool line_trail_is_past(struct books *books, struct record_reader reader)
{
	(void)record_read_integer(&reader); /* amount */
	(void)record_read_text(&reader);
	(void)record_read_integer(&reader); /* due day */
	return month_of_date(books_today(books)).n - record_read_integer(&reader) >
	       BOOKS_WINDOW_MONTHS;
}

struct cents line_trail(struct books *books, const char *key)
{
	int64_t month;

	return trail_read(books, key, &month);
}

void line_trail_change(struct books *books, const char *key, const struct line *line,
		       struct cents amount)
{
	int64_t month;
	struct cents before = trail_read(books, key, &month);

	if (cents_is_positive(amount))
		month = month_of_date(books_today(books)).n;
	line_put(books, key, line, books_plus(books, before, amount), month);
}

void line_change(struct books *books, struct slice payer, const struct line *line,
		 struct cents amount)
{
	struct line now = *line;
	struct record_reader reader;
	struct cents due;
	struct key key;

	now.open = CENTS_ZERO;
	open_key(&key, payer, line);
	if (books_get_at(books, line->position, key.text, &reader)) {
		now.open = cents_of(record_read_integer(&reader));
		(void)record_read_text(&reader);
		/* While something is open of a line it keeps its day. */
		now.due_on.day = (int32_t)record_read_integer(&reader);
	}
	line_put(books, key.text, &now, books_plus(books, now.open, amount), 0);
	key_of(&key, "due/%.*s/%05" PRId32, SLICE(payer), now.due_on.day);
	due = books_plus(books, books_get_cents(books, key.text), amount);
	if (cents_is_zero(due))
		state_delete(books->state, key.text);
	else
		books_put_integer(books, key.text, cents_value(due));
}

enum err line_add(struct books *books, struct slice payer, const struct line *line,
		  struct fault *fault)
{
	struct key debit, credit;

	line_change(books, payer, line, line->open);
	given_promise(books, payer, line, line->open);
	return books_move(books, key_of(&debit, "receivable/%.*s", SLICE(payer)),
			  account_of(&credit, "pledged", slice_of_text(line->fund),
				     slice_of_text(line->earmark)),
			  line->flow, line->open, fault);
}

/* The order of settling. The keys' own order is not quite that: '-' and '.' may
 * stand in an id and are below the '/' that ends it. */
int line_cmp(const struct line *a, const struct line *b)
{
	int order;

	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	if (a->part != b->part)
		return a->part < b->part ? -1 : 1;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	order = strcmp(a->fund, b->fund);
	return order ? order : strcmp(a->earmark, b->earmark);
}

static int by_order(const void *a, const void *b)
{
	return line_cmp(a, b);
}

bool lines_next(struct books *books, struct slice payer, uint64_t from,
		uint64_t *ret_position)
{
	struct state_cursor cursor;
	struct key prefix, first;

	key_of(&prefix, "open/%.*s/", SLICE(payer));
	key_of(&first, "%s%016" PRIu64, prefix.text, from);
	state_seek(books->state, &cursor, prefix.text, first.text);
	if (!cursor.found)
		return false;
	*ret_position = strtoull(cursor.key + strlen(prefix.text), NULL, 10);
	return true;
}

enum err lines_read(struct books *books, struct slice payer, uint64_t position,
		    struct line_set *ret_lines, struct fault *fault)
{
	struct state_cursor cursor;
	struct key payers, prefix;
	size_t payer_bytes;

	payer_bytes = strlen(key_of(&payers, "open/%.*s/", SLICE(payer)));
	key_of(&prefix, "%s%016" PRIu64 "/", payers.text, position);
	ret_lines->count = 0;
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor)) {
		enum err err;

		/* The charter has 64 funds at most, and there are 4 classes; a
		 * convention has 60 instalments. */
		if (ret_lines->count == LINES_POSITION_MAX)
			return fault_set(fault, ERR_CORRUPT,
					 "an entry has too many receivables: rebuild");
		err = line_of_key(cursor.key + payer_bytes, cursor.value,
				  &ret_lines->line[ret_lines->count++], fault);
		if (err)
			return err;
	}
	qsort(ret_lines->line, ret_lines->count, sizeof *ret_lines->line, by_order);
	return ERR_OK;
}

/* An expense is one under its own name: no fund receives less. */
static const char *source_flow(const char *source, const char *flow)
{
	return strcmp(source, FEE_ACCOUNT) == 0 ? "fee" : flow;
}

enum err source_move(struct books *books, const char *source, const char *account,
		     const char *flow, struct cents amount, struct fault *fault)
{
	enum err err =
		books_post(books, source, source_flow(source, flow), amount, fault);

	return err ? err : books_post(books, account, flow, cents_neg(amount), fault);
}

/* The postings of a payment of part of a line: the money arrives from source,
 * and what was pledged is now the fund's. */
static enum err line_post_paid(struct books *books, struct slice payer,
			       const struct line *line, const char *source,
			       struct cents amount, struct fault *fault)
{
	struct slice fund = slice_of_text(line->fund),
		     earmark = slice_of_text(line->earmark);
	struct key receivable, pledged, free_money;
	enum err err;

	err = source_move(books, source,
			  key_of(&receivable, "receivable/%.*s", SLICE(payer)), "settled",
			  amount, fault);
	if (!err)
		err = books_post(books, account_of(&pledged, "pledged", fund, earmark),
				 "settled", amount, fault);
	if (!err)
		err = books_post(books, account_of(&free_money, "fund", fund, earmark),
				 line->flow, cents_neg(amount), fault);
	return err;
}

static enum err line_pay(struct books *books, struct slice payer, const struct line *line,
			 const char *source, const char *trail, struct cents amount,
			 struct fault *fault)
{
	struct key key;

	if (cents_is_zero(amount))
		return ERR_OK;
	line_change(books, payer, line, cents_neg(amount));
	given_arrive(books, payer, line, amount);
	line_trail_change(books, line_trail_key(&key, trail, line), line, amount);
	return line_post_paid(books, payer, line, source, amount, fault);
}

enum err line_unpay(struct books *books, struct slice payer, const struct line *line,
		    const char *source, struct cents amount, struct fault *fault)
{
	line_change(books, payer, line, amount);
	given_arrive(books, payer, line, cents_neg(amount));
	return line_post_paid(books, payer, line, source, cents_neg(amount), fault);
}

/* Shares an amount over the lines of one class of one position and part. */
static enum err class_share(struct books *books, const struct line *lines, size_t count,
			    struct cents *amount, struct cents *ret_shares,
			    struct fault *fault)
{
	uint64_t weight[LINES_POSITION_MAX];
	struct cents open = CENTS_ZERO;

	for (size_t i = 0; i < count; i++) {
		assert(cents_is_positive(lines[i].open));
		open = books_plus(books, open, lines[i].open);
		weight[i] = (uint64_t)cents_value(lines[i].open);
	}
	struct cents part = cents_min(*amount, open);
	if (cents_split(part, weight, count, ret_shares) != ERR_OK)
		return fault_rule(fault, "overflow", "an amount could not be split");
	*amount = books_minus(books, *amount, part);
	return ERR_OK;
}

enum err lines_share(struct books *books, const struct line_set *lines,
		     struct cents amount, struct cents ret_shares[LINES_POSITION_MAX],
		     struct cents *ret_rest, struct fault *fault)
{
	for (size_t i = 0; i < lines->count; i++)
		ret_shares[i] = CENTS_ZERO;
	for (size_t i = 0; i < lines->count && cents_is_positive(amount);) {
		size_t end = i + 1;
		enum err err;

		while (end < lines->count &&
		       lines->line[end].part == lines->line[i].part &&
		       lines->line[end].class == lines->line[i].class)
			end++;
		err = class_share(books, lines->line + i, end - i, &amount,
				  ret_shares + i, fault);
		if (err)
			return err;
		i = end;
	}
	*ret_rest = amount;
	return ERR_OK;
}

enum err lines_pay(struct books *books, struct slice payer, const struct line_set *lines,
		   const char *source, const char *trail, struct cents amount,
		   struct cents *ret_rest, struct fault *fault)
{
	struct cents share[LINES_POSITION_MAX];
	enum err err = lines_share(books, lines, amount, share, ret_rest, fault);

	for (size_t i = 0; i < lines->count && !err; i++)
		err = line_pay(books, payer, &lines->line[i], source, trail, share[i],
			       fault);
	return err;
}
