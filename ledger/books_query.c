/*
 * books_query.c - the state, read aloud. Nothing here changes anything.
 */
#include "ledger/books_query.h"

#include "keys/encoding.h"
#include "ledger/books_int.h"

#define QUERY_ROWS_MAX (1u << 20)

_Static_assert(QUERY_ID_BYTES == ID_BYTES, "views hold whole ids");

/* A growing array of views. */
struct rows {
	uint8_t *p;
	size_t bytes_each, count, room;
};

static void *rows_add(struct rows *rows)
{
	if (rows->count == rows->room) {
		size_t room = rows->room ? rows->room * 2 : 16;
		uint8_t *more = room > QUERY_ROWS_MAX
					? NULL
					: reallocarray(rows->p, room, rows->bytes_each);

		if (!more)
			return NULL;
		rows->p = more;
		rows->room = room;
	}
	void *row = rows->p + rows->bytes_each * rows->count++;
	memset(row, 0, rows->bytes_each);
	return row;
}

/* Ends a query: hands the array over, or frees it where something failed. */
static enum err rows_finish(struct books *books, struct rows *rows, bool complete,
			    void **ret_rows, size_t *ret_count, struct fault *fault)
{
	enum err err = state_err(books->state);

	if (!complete && !err)
		err = ERR_MEMORY;
	if (err) {
		free(rows->p);
		return fault_set(fault, err,
				 "the ledger's state could not be read whole");
	}
	*ret_rows = rows->p;
	*ret_count = rows->count;
	return ERR_OK;
}

static void copy_cut(char *out, size_t bytes, struct slice text)
{
	size_t n = text.n < bytes ? text.n : bytes - 1;

	memcpy(out, text.p ? (const char *)text.p : "", n);
	out[n] = '\0';
}

enum err query_charter(struct books *books, struct charter_view *ret_charter,
		       struct fault *fault)
{
	struct charter_record charter;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	memset(ret_charter, 0, sizeof *ret_charter);
	ret_charter->leaf = charter.leaf;
	ret_charter->row_cap = charter.row_cap;
	copy_cut(ret_charter->origin, sizeof ret_charter->origin,
		 slice_of_text(charter.origin));
	copy_cut(ret_charter->first_origin, sizeof ret_charter->first_origin,
		 slice_of_text(charter.first_origin));
	copy_cut(ret_charter->default_fund, ID_BYTES,
		 slice_of_text(charter.default_fund));
	copy_cut(ret_charter->terms, ID_BYTES, slice_of_text(charter.terms));
	copy_cut(ret_charter->name, sizeof ret_charter->name,
		 slice_of_text(charter.name));
	copy_cut(ret_charter->siren, sizeof ret_charter->siren,
		 slice_of_text(charter.siren));
	copy_cut(ret_charter->log_vkey, sizeof ret_charter->log_vkey,
		 slice_of_text(charter.log));
	return ERR_OK;
}

enum err query_funds(struct books *books, struct fund_view **ret_funds, size_t *ret_count,
		     struct fault *fault)
{
	struct rows rows = { .bytes_each = sizeof(struct fund_view) };
	struct charter_record charter;
	struct state_cursor cursor;
	struct fund_view *funds;
	size_t count = 0;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	for (state_first(books->state, &cursor, "fund/"); cursor.found;
	     state_next(books->state, &cursor))
		count++;
	funds = calloc(count ? count : 1, sizeof *funds);
	rows.p = (uint8_t *)funds;
	rows.count = count;
	for (state_first(books->state, &cursor, "fund/"); funds && cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);
		struct slice class = record_read_text(&reader),
			     label = record_read_text(&reader);
		size_t number = (size_t)record_read_integer(&reader);

		if (number >= count)
			continue;
		copy_cut(funds[number].id, ID_BYTES,
			 slice_of_text(cursor.key + strlen("fund/")));
		copy_cut(funds[number].class, sizeof funds[number].class, class);
		copy_cut(funds[number].label, sizeof funds[number].label, label);
		funds[number].is_default =
			strcmp(funds[number].id, charter.default_fund) == 0;
	}
	return rows_finish(books, &rows, funds != NULL, (void **)ret_funds, ret_count,
			   fault);
}

/* Sums what stands under "LEVEL/ACCOUNT/FLOW/" for from <= number <= to. */
static struct cents sum_numbers(struct books *books, const char *level,
				const char *account_flow, int width, int32_t from,
				int32_t to)
{
	struct cents sum = CENTS_ZERO;
	struct state_cursor cursor;
	struct key prefix, first;

	key_of(&prefix, "%s/%s/", level, account_flow);
	key_of(&first, "%s%0*" PRId32, prefix.text, width, from < 0 ? 0 : from);
	for (state_seek(books->state, &cursor, prefix.text, first.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		if (strtol(cursor.key + strlen(prefix.text), NULL, 10) > to)
			break;
		sum = books_plus(books, sum, cents_of(record_read_integer(&reader)));
	}
	return sum;
}

/* The sum up to and including a day. */
static struct cents flow_until(struct books *books, const char *account_flow, int32_t day)
{
	struct date date = { .day = day };
	struct month month;

	if (day < 0)
		return CENTS_ZERO;
	month = month_of_date(date);
	return books_plus(books,
			  sum_numbers(books, "bm", account_flow, 6, 0, month.n - 1),
			  sum_numbers(books, "bd", account_flow, 5,
				      month_first_day(month).day, day));
}

enum err query_movements(struct books *books, const char *prefix, struct date from,
			 struct date to, struct movement_view **ret_movements,
			 size_t *ret_count, struct fault *fault)
{
	struct rows rows = { .bytes_each = sizeof(struct movement_view) };
	struct state_cursor cursor;
	bool complete = true;
	struct key key;

	books->overflow = false;
	state_first(books->state, &cursor, key_of(&key, "bm/%s", prefix));
	while (cursor.found && complete) {
		struct movement_view *row = rows_add(&rows);
		char account_flow[STATE_KEY_BYTES_MAX], *slash;
		struct key past;

		complete = row != NULL;
		if (!complete)
			break;
		text_copy(account_flow, sizeof account_flow,
			  slice_of_text(cursor.key + strlen("bm/")));
		*strrchr(account_flow, '/') = '\0'; /* the month */
		row->before = flow_until(books, account_flow, from.day - 1);
		row->within = books_minus(books, flow_until(books, account_flow, to.day),
					  row->before);
		/* Past all months of this flow: '~' is above every digit. */
		key_of(&past, "bm/%s/~", account_flow);
		slash = strrchr(account_flow, '/');
		copy_cut(row->flow, sizeof row->flow, slice_of_text(slash + 1));
		copy_cut(row->account, sizeof row->account,
			 slice_of(account_flow, (size_t)(slash - account_flow)));
		state_seek(books->state, &cursor, key.text, past.text);
	}
	if (books->overflow)
		complete = false;
	return rows_finish(books, &rows, complete, (void **)ret_movements, ret_count,
			   fault);
}

struct cents query_balance(struct books *books, const char *account)
{
	return books_balance(books, account);
}

/* What moves a fund's money, and is not received by the foundation. The word is the
 * flow's first. */
static bool flow_is_income(const char *flow)
{
	static const char *const moved[] = { "allocated",  "cancelled",  "expense",
					     "fee",        "granted",    "redirected",
					     "restituted", "transferred" };
	size_t n = strcspn(flow, ".");

	for (size_t i = 0; i < sizeof moved / sizeof *moved; i++)
		if (strlen(moved[i]) == n && strncmp(flow, moved[i], n) == 0)
			return false;
	return true;
}

static struct sub_balance_view *sub_of(struct rows *rows, const char *account)
{
	const char *fund = strchr(account, '/') + 1, *earmark = strchr(fund, '/') + 1;
	size_t fund_bytes = (size_t)(earmark - 1 - fund);
	struct sub_balance_view *subs = (struct sub_balance_view *)(void *)rows->p, *sub;

	for (size_t i = 0; i < rows->count; i++)
		if (strncmp(subs[i].fund, fund, fund_bytes) == 0 &&
		    !subs[i].fund[fund_bytes] && strcmp(subs[i].earmark, earmark) == 0)
			return &subs[i];
	sub = rows_add(rows);
	if (sub) {
		copy_cut(sub->fund, ID_BYTES, slice_of(fund, fund_bytes));
		copy_cut(sub->earmark, ID_BYTES, slice_of_text(earmark));
	}
	return sub;
}

static int sub_cmp(const void *a, const void *b)
{
	const struct sub_balance_view *x = a, *y = b;
	int order = strcmp(x->fund, y->fund);

	return order ? order : strcmp(x->earmark, y->earmark);
}

enum err query_sub_balances(struct books *books, struct sub_balance_view **ret_subs,
			    size_t *ret_count, struct fault *fault)
{
	static const char *const nouns[] = { "fund/", "pledged/", "committed/",
					     "ordered/" };
	struct rows rows = { .bytes_each = sizeof(struct sub_balance_view) };
	bool complete = true;

	books->overflow = false;
	for (size_t noun = 0; noun < sizeof nouns / sizeof *nouns && complete; noun++) {
		struct movement_view *moves = NULL;
		size_t count = 0;
		enum err err = query_movements(books, nouns[noun], (struct date){ 0 },
					       (struct date){ DATE_DAY_MAX }, &moves,
					       &count, fault);

		if (err) {
			free(rows.p);
			return err;
		}
		for (size_t i = 0; i < count && complete; i++) {
			struct sub_balance_view *sub = sub_of(&rows, moves[i].account);
			struct cents credit = cents_neg(moves[i].within);

			complete = sub != NULL;
			if (!complete)
				break;
			if (noun == 0) {
				sub->available =
					books_plus(books, sub->available, credit);
				if (flow_is_income(moves[i].flow))
					sub->received =
						books_plus(books, sub->received, credit);
			} else if (noun == 1) {
				sub->pledged = books_plus(books, sub->pledged, credit);
			} else {
				sub->committed =
					books_plus(books, sub->committed, credit);
				/* Net of what the bank has sent back. */
				if (strncmp(moves[i].flow, "paid", 4) == 0 ||
				    strncmp(moves[i].flow, "returned", 8) == 0)
					sub->paid = books_minus(books, sub->paid, credit);
			}
		}
		free(moves);
	}
	for (size_t i = 0; i < rows.count; i++) {
		struct sub_balance_view *sub =
			(struct sub_balance_view *)(void *)rows.p + i;

		if (cents_is_negative(sub->available))
			sub->overdrawn = cents_neg(sub->available);
	}
	if (rows.count)
		qsort(rows.p, rows.count, rows.bytes_each, sub_cmp);
	return rows_finish(books, &rows, complete && !books->overflow, (void **)ret_subs,
			   ret_count, fault);
}

bool query_member(struct books *books, struct slice id, struct member_view *ret_member)
{
	struct record_reader reader;
	struct slice vkey;
	struct key key;

	if (id.n >= ID_BYTES ||
	    !books_get(books, key_of(&key, "member/%.*s", SLICE(id)), &reader))
		return false;
	memset(ret_member, 0, sizeof *ret_member);
	ret_member->has_key = member_key(books, id, &vkey);
	text_copy(ret_member->id, ID_BYTES, id);
	text_copy(ret_member->role, sizeof ret_member->role, record_read_text(&reader));
	ret_member->active = record_read_integer(&reader) != 0;
	ret_member->match_percent = record_read_integer(&reader);
	ret_member->match_cap_month = cents_of(record_read_integer(&reader));
	text_copy(ret_member->match_fund, QUERY_ID_BYTES, record_read_text(&reader));
	text_copy(ret_member->siren, sizeof ret_member->siren, record_read_text(&reader));
	text_copy(ret_member->name, sizeof ret_member->name, record_read_text(&reader));
	ret_member->step = cents_of(record_read_integer(&reader));
	text_copy(ret_member->collector, QUERY_ID_BYTES, record_read_text(&reader));
	return true;
}

bool member_is_keyless(const struct member_view *member)
{
	return member->active && !member->has_key &&
	       strcmp(member->role, "employer") == 0;
}
