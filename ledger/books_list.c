/*
 * books_list.c - lists of members, receivables, proposals and bank accounts, for
 * books_query.h.
 */
#include "ledger/books_int.h"
#include "ledger/books_query.h"

#define LIST_ROWS_MAX (1u << 20)

static const char *const class_names[] = { "person", "company", "seller", "match" };
static const char *const status_names[] = { "open", "granted", "refused", "done",
					    "withdrawn" };

/* Makes room for one more element; NULL leaves the old array in *array. */
static void *grow(void **array, size_t count, size_t bytes_each)
{
	uint8_t *more = *array;

	if ((count & (count - 1)) == 0) { /* 0, and each power of two */
		size_t room = count ? count * 2 : 1;

		more = room > LIST_ROWS_MAX ? NULL
					    : reallocarray(*array, room, bytes_each);
		if (!more)
			return NULL;
		*array = more;
	}
	memset(more + bytes_each * count, 0, bytes_each);
	return more + bytes_each * count;
}

static enum err list_finish(struct books *books, bool complete, void *array,
			    void **ret_array, size_t count, size_t *ret_count,
			    struct fault *fault)
{
	enum err err = state_err(books->state);

	if (!complete && !err)
		err = ERR_MEMORY;
	if (err) {
		free(array);
		return fault_set(fault, err,
				 "the ledger's state could not be read whole");
	}
	*ret_array = array;
	*ret_count = count;
	return ERR_OK;
}

enum err query_members(struct books *books, struct member_view **ret_members,
		       size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;

	for (state_first(books->state, &cursor, "member/"); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		struct member_view *view = grow(&array, count, sizeof *view);

		complete =
			view &&
			query_member(books, slice_of_text(cursor.key + strlen("member/")),
				     view);
		count++;
	}
	return list_finish(books, complete, array, (void **)ret_members, count, ret_count,
			   fault);
}

/* Whether the one named by a key of "continued/" is now id: at once, or through others.
 */
static bool is_continued_by(struct books *books, const struct state_cursor *cursor,
			    struct slice id, bool at_once)
{
	struct record_reader reader = record_reader(cursor->value);
	char now[ID_BYTES];

	if (slice_equal(record_read_text(&reader), id))
		return at_once;
	member_now(books, slice_of_text(cursor->key + strlen("continued/")), now);
	return !at_once && slice_equal_text(id, now);
}

enum err query_continued(struct books *books, struct slice id,
			 struct member_view **ret_members, size_t *ret_count,
			 struct fault *fault)
{
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (state_first(books->state, &cursor, "continued/");
		     cursor.found && complete; state_next(books->state, &cursor)) {
			struct slice old =
				slice_of_text(cursor.key + strlen("continued/"));
			struct member_view *view;

			if (!is_continued_by(books, &cursor, id, pass == 0))
				continue;
			view = grow(&array, count++, sizeof *view);
			complete = view && query_member(books, old, view);
		}
	}
	return list_finish(books, complete, array, (void **)ret_members, count, ret_count,
			   fault);
}

enum err query_receivables(struct books *books, struct slice payer,
			   struct receivable_view **ret_lines, size_t *ret_count,
			   struct fault *fault)
{
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;
	struct key prefix;

	key_of(&prefix, payer.n ? "open/%.*s/" : "open/%.*s", SLICE(payer));
	for (state_first(books->state, &cursor, prefix.text); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		struct receivable_view *view = grow(&array, count, sizeof *view);
		const char *owner = cursor.key + strlen("open/"),
			   *rest = strchr(owner, '/');
		struct line line;

		complete = view &&
			   line_of_key(rest + 1, cursor.value, &line, fault) == ERR_OK;
		if (!complete)
			break;
		text_copy(view->payer, ID_BYTES, slice_of(owner, (size_t)(rest - owner)));
		text_copy(view->class, sizeof view->class,
			  slice_of_text(class_names[line.class]));
		text_copy(view->fund, ID_BYTES, slice_of_text(line.fund));
		text_copy(view->earmark, ID_BYTES, slice_of_text(line.earmark));
		view->position = line.position;
		view->part = line.part;
		view->open = line.open;
		view->due_on = line.due_on;
		count++;
	}
	return list_finish(books, complete, array, (void **)ret_lines, count, ret_count,
			   fault);
}

/* Of a promise of money that names a project, what is received and what is open. */
static enum err promise_read(struct books *books, uint64_t position, bool *ret_is,
			     struct promise_view *ret_view, struct fault *fault)
{
	struct promise_record promise;
	struct line_set lines;
	enum err err;

	*ret_is = promise_find(books, position, &promise) && !promise.in_kind &&
		  !promise.condition[0] && promise_is_of_project(&promise);
	if (!*ret_is)
		return ERR_OK;
	ret_view->position = position;
	memcpy(ret_view->payer, promise.payer, ID_BYTES);
	memcpy(ret_view->fund, promise.fund, ID_BYTES);
	memcpy(ret_view->project, promise.earmark, ID_BYTES);
	memcpy(ret_view->flow, promise.flow, FLOW_BYTES_MAX);
	ret_view->open = CENTS_ZERO;
	err = lines_read(books, slice_of_text(promise.payer), position, &lines, fault);
	for (size_t i = 0; i < lines.count && !err; i++)
		ret_view->open = books_plus(books, ret_view->open, lines.line[i].open);
	return err ? err
		   : promise_received(books, position, &promise, &ret_view->received,
				      fault);
}

enum err query_project_promises(struct books *books, struct promise_view **ret_promises,
				size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;

	for (state_first(books->state, &cursor, "earmarked/"); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		struct promise_view view, *row;
		bool is_one;
		enum err err = promise_read(
			books, strtoull(cursor.key + strlen("earmarked/"), NULL, 10),
			&is_one, &view, fault);

		if (err) {
			free(array);
			return err;
		}
		if (!is_one)
			continue;
		row = grow(&array, count, sizeof *row);
		complete = row != NULL;
		if (complete) {
			*row = view;
			count++;
		}
	}
	return list_finish(books, complete, array, (void **)ret_promises, count,
			   ret_count, fault);
}

enum err query_unvalued(struct books *books, struct date until, int64_t *ret_count,
			struct fault *fault)
{
	struct state_cursor cursor;
	int64_t count = 0;

	for (state_first(books->state, &cursor, "unvalued/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		count += record_read_integer(&reader) <= until.day;
	}
	if (state_err(books->state) != ERR_OK)
		return fault_set(fault, state_err(books->state),
				 "the ledger's state could not be read whole");
	*ret_count = count;
	return ERR_OK;
}

enum err query_open(struct books *books, struct slice payer, uint64_t position,
		    struct cents *ret_open, struct fault *fault)
{
	struct cents open = CENTS_ZERO;
	struct line_set lines;
	enum err err = lines_read(books, payer, position, &lines, fault);

	if (!err)
		err = state_err(books->state);
	if (err)
		return fault_set(fault, err, "what is open could not be read");
	books->overflow = false;
	for (size_t i = 0; i < lines.count; i++)
		open = books_plus(books, open, lines.line[i].open);
	if (books->overflow)
		return fault_set(fault, ERR_TOO_BIG,
				 "what is open passes 2^53 - 1 cents");
	*ret_open = open;
	return ERR_OK;
}

enum err query_dues(struct books *books, struct slice payer, struct due_view **ret_dues,
		    size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;
	struct key prefix;

	key_of(&prefix, "due/%.*s/", SLICE(payer));
	for (state_first(books->state, &cursor, prefix.text); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		struct due_view *view = grow(&array, count, sizeof *view);
		struct record_reader reader = record_reader(cursor.value);

		complete = view != NULL;
		if (!complete)
			break;
		view->due_on.day =
			(int32_t)strtol(cursor.key + strlen(prefix.text), NULL, 10);
		view->open = cents_of(record_read_integer(&reader));
		count++;
	}
	return list_finish(books, complete, array, (void **)ret_dues, count, ret_count,
			   fault);
}

static bool has_month(const struct month *months, size_t count, struct month month)
{
	for (size_t i = 0; i < count; i++)
		if (month_cmp(months[i], month) == 0)
			return true;
	return false;
}

enum err query_batch_periods(struct books *books, struct slice company,
			     struct month **ret_periods, size_t *ret_count,
			     struct fault *fault)
{
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;

	for (state_first(books->state, &cursor, "batch/"); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		uint64_t position = strtoull(cursor.key + strlen("batch/"), NULL, 10);
		struct batch_view batch;
		struct month *period;

		if (!query_batch(books, position, &batch) ||
		    !slice_equal_text(company, batch.company) ||
		    strcmp(batch.source, "salary") != 0 ||
		    has_month(array, count, batch.period))
			continue;
		period = grow(&array, count, sizeof *period);
		complete = period != NULL;
		if (complete)
			*period = batch.period;
		count++;
	}
	return list_finish(books, complete, array, (void **)ret_periods, count, ret_count,
			   fault);
}

enum err query_overdrawn(struct books *books, struct overdrawn_view **ret_views,
			 size_t *ret_count, struct fault *fault)
{
	static const char prefix[] = "ab/fund/";
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;

	for (state_first(books->state, &cursor, prefix); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);
		struct cents balance = cents_of(record_read_integer(&reader));
		const char *fund = cursor.key + sizeof prefix - 1;
		const char *slash = strchr(fund, '/');
		struct overdrawn_view *view;

		if (!slash || !cents_is_positive(balance))
			continue;
		view = grow(&array, count, sizeof *view);
		complete = view != NULL;
		if (!complete)
			break;
		text_copy(view->fund, ID_BYTES, slice_of(fund, (size_t)(slash - fund)));
		text_copy(view->earmark, ID_BYTES, slice_of_text(slash + 1));
		view->overdrawn = balance;
		count++;
	}
	return list_finish(books, complete, array, (void **)ret_views, count, ret_count,
			   fault);
}

enum err query_attestations(struct books *books, struct date until,
			    struct attestation_view **ret_views, size_t *ret_count,
			    struct fault *fault)
{
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;

	for (state_first(books->state, &cursor, "beneficiary/"); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);
		struct attestation_view *view;
		char text[DATE_TEXT_BYTES] = "";
		struct slice until_text;
		struct date ends;

		(void)record_read_text(&reader); /* nature */
		until_text = record_read_text(&reader);
		if (until_text.n == DATE_TEXT_BYTES - 1)
			text_copy(text, sizeof text, until_text);
		if (date_parse(text, &ends) != ERR_OK || date_cmp(ends, until) > 0)
			continue;
		view = grow(&array, count, sizeof *view);
		complete = view != NULL;
		if (!complete)
			break;
		text_copy(view->beneficiary, ID_BYTES,
			  slice_of_text(cursor.key + strlen("beneficiary/")));
		text_copy(view->name, QUERY_LABEL_BYTES, record_read_text(&reader));
		view->until = ends;
		count++;
	}
	return list_finish(books, complete, array, (void **)ret_views, count, ret_count,
			   fault);
}

/* By the ballots that there are, on the day of the last entry. */
static void votes_so_far(struct books *books, uint64_t position,
			 const struct proposal_record *proposal,
			 struct proposal_view *view)
{
	struct tally tally = tally_of(books, position, proposal, 0);
	struct date today;

	view->votes_for = tally.votes_for;
	view->against = tally.against;
	view->abstain = tally.abstain;
	view->recused = tally.recused;
	if (date_paris(books_get_integer(books, "last"), &today) == ERR_OK)
		view->needed = tally_needed(books, position, proposal, today);
}

static void proposal_view_of(struct books *books, uint64_t position,
			     const struct proposal_record *proposal,
			     struct proposal_view *view)
{
	memset(view, 0, sizeof *view);
	view->position = position;
	memcpy(view->subject, proposal->subject, sizeof view->subject);
	memcpy(view->fund, proposal->fund, ID_BYTES);
	memcpy(view->to, proposal->to, ID_BYTES);
	memcpy(view->beneficiary, proposal->beneficiary, ID_BYTES);
	memcpy(view->project, proposal->project, ID_BYTES);
	memcpy(view->purpose, proposal->purpose, ID_BYTES);
	memcpy(view->payee, proposal->payee, sizeof view->payee);
	view->amount = proposal->amount;
	view->ordered = proposal->ordered;
	view->paid = proposal->paid;
	view->cancelled = proposal->cancelled;
	view->restituted = proposal->restituted;
	view->deferrals = proposal->deferrals;
	view->grant = proposal->grant;
	view->delegation = proposal->delegation;
	view->is_unratified = delegation_is_unratified(books, position);
	text_copy(view->status, sizeof view->status,
		  slice_of_text(status_names[proposal->status]));
	view->proposed_on = proposal->proposed_on;
	view->expires_on = proposal->expires_on;
	view->decided = proposal->decided_on.day >= 0;
	view->payment_made = proposal->paid_on.day >= 0;
	view->decided_on = proposal->decided_on;
	view->decided_at = proposal->decided_at;
	view->notified_on = proposal->notified_on;
	view->paid_on = proposal->paid_on;
	view->votes_for = proposal->votes_for;
	view->against = proposal->against;
	view->abstain = proposal->abstain;
	view->recused = proposal->recused;
	view->needed = proposal->needed;
	if (!view->decided)
		votes_so_far(books, position, proposal, view);
}

bool query_proposal(struct books *books, uint64_t position,
		    struct proposal_view *ret_proposal)
{
	struct proposal_record proposal;

	if (!proposal_read(books, position, &proposal))
		return false;
	proposal_view_of(books, position, &proposal, ret_proposal);
	return true;
}

enum err query_proposals(struct books *books, struct proposal_view **ret_proposals,
			 size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;

	for (state_first(books->state, &cursor, "proposal/"); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		struct proposal_view *view = grow(&array, count, sizeof *view);
		struct proposal_record proposal;

		complete = view && proposal_of_record(cursor.value, &proposal);
		if (complete)
			proposal_view_of(
				books,
				strtoull(cursor.key + strlen("proposal/"), NULL, 10),
				&proposal, view);
		count++;
	}
	return list_finish(books, complete, array, (void **)ret_proposals, count,
			   ret_count, fault);
}

void query_project_title(struct books *books, const char *id,
			 char ret_title[QUERY_LABEL_BYTES])
{
	struct record_reader reader;
	struct slice title;
	struct key key;

	ret_title[0] = '\0';
	if (!books_get(books, key_of(&key, "project/%s", id), &reader))
		return;
	(void)record_read_text(&reader); /* status */
	(void)record_read_text(&reader); /* bearer */
	title = record_read_text(&reader);
	if (title.n < QUERY_LABEL_BYTES)
		text_copy(ret_title, QUERY_LABEL_BYTES, title);
}

enum err query_suspense(struct books *books, struct suspense_view **ret_lines,
			size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0;

	for (state_first(books->state, &cursor, "unexplained/"); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		struct suspense_view *view = grow(&array, count, sizeof *view);
		struct bank_line line;

		complete = view && bank_line_of_key(cursor.key + strlen("unexplained/"),
						    cursor.value, &line);
		if (!complete)
			break;
		text_copy(view->account, QUERY_ID_BYTES, slice_of_text(line.account));
		view->statement = line.statement;
		view->line = line.number;
		view->open = line.open;
		view->booked_on = line.booked_on;
		count++;
	}
	return list_finish(books, complete, array, (void **)ret_lines, count, ret_count,
			   fault);
}

static void account_view_of(struct books *books, const struct account_record *account,
			    struct account_view *ret_view)
{
	struct key key;

	text_copy(ret_view->id, QUERY_ID_BYTES, slice_of_text(account->id));
	text_copy(ret_view->iban, sizeof ret_view->iban, slice_of_text(account->iban));
	text_copy(ret_view->label, sizeof ret_view->label, slice_of_text(account->label));
	ret_view->active = account->active;
	ret_view->stated_on = account->stated_on;
	ret_view->oldest_on.day = -1;
	ret_view->balance = books_balance(books, account_bank(&key, account->id));
}

static void suspense_count(struct books *books, struct account_view *accounts,
			   size_t count, const struct suspense_view *line)
{
	for (size_t i = 0; i < count; i++) {
		struct account_view *account = &accounts[i];

		if (strcmp(account->id, line->account) != 0)
			continue;
		account->lines++;
		if (cents_is_positive(line->open))
			account->arrived =
				books_plus(books, account->arrived, line->open);
		else
			account->left = books_minus(books, account->left, line->open);
		if (account->oldest_on.day < 0 ||
		    date_cmp(line->booked_on, account->oldest_on) < 0)
			account->oldest_on = line->booked_on;
	}
}

enum err query_accounts(struct books *books, struct account_view **ret_accounts,
			size_t *ret_count, struct fault *fault)
{
	struct suspense_view *lines = NULL;
	struct state_cursor cursor;
	void *array = NULL;
	bool complete = true;
	size_t count = 0, n_lines = 0;
	enum err err = query_suspense(books, &lines, &n_lines, fault);

	if (err)
		return err;
	for (state_first(books->state, &cursor, "account/"); cursor.found && complete;
	     state_next(books->state, &cursor)) {
		struct slice id = slice_of_text(cursor.key + strlen("account/"));
		struct account_view *view = grow(&array, count, sizeof *view);
		struct account_record account;

		complete = view && account_find(books, id, &account);
		if (!complete)
			break;
		account_view_of(books, &account, view);
		count++;
	}
	for (size_t i = 0; i < n_lines && complete; i++)
		suspense_count(books, array, count, &lines[i]);
	free(lines);
	return list_finish(books, complete, array, (void **)ret_accounts, count,
			   ret_count, fault);
}
