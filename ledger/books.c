/*
 * books.c - the frame around every rule: who, when, once, and all or nothing.
 *
 * What each kind does is in the file of its noun (books_int.h lists them). Here
 * stands what holds for all: positions without gap, time that never goes back,
 * the member who may submit, the reference used once in 13 months, postings
 * that sum to zero, and the roll-back of whatever is refused.
 */
#include "ledger/books_int.h"

#include <assert.h>

#include "keys/encoding.h"

static const struct {
	enum err (*apply)(struct books *books, struct fault *fault);
} appliers[KIND__COUNT] = {
	[KIND_charter] = { apply_charter },
	[KIND_member] = { apply_member },
	[KIND_key] = { apply_key },
	[KIND_policy] = { apply_policy },
	[KIND_beneficiary] = { apply_beneficiary },
	[KIND_project] = { apply_project },
	[KIND_batch] = { apply_batch },
	[KIND_gift] = { apply_gift },
	[KIND_patronage] = { apply_patronage },
	[KIND_settlement] = { apply_settlement },
	[KIND_allocation] = { apply_allocation },
	[KIND_proposal] = { apply_proposal },
	[KIND_ballot] = { apply_ballot },
	[KIND_decision] = { apply_decision },
	[KIND_condition] = { apply_condition },
	[KIND_payment] = { apply_payment },
	[KIND_paid] = { apply_paid },
	[KIND_reversal] = { apply_reversal },
	[KIND_amendment] = { apply_amendment },
	[KIND_delegation] = { apply_delegation },
	[KIND_succession] = { apply_succession },
	[KIND_correction] = { apply_correction },
	[KIND_valuation] = { apply_valuation },
	[KIND_contribution] = { apply_contribution },
	[KIND_redirect] = { apply_redirect },
	[KIND_remittance] = { apply_remittance },
	[KIND_fee] = { apply_fee },
	[KIND_payout] = { apply_payout },
	[KIND_refund] = { apply_refund },
	[KIND_chargeback] = { apply_chargeback },
	[KIND_writeoff] = { apply_writeoff },
	[KIND_recusal] = { apply_recusal },
	[KIND_cancellation] = { apply_cancellation },
	[KIND_returned] = { apply_returned },
	[KIND_restitution] = { apply_restitution },
	[KIND_account] = { apply_account },
	[KIND_statement] = { apply_statement },
	[KIND_order] = { apply_order },
	[KIND_confirmation] = { apply_confirmation },
	[KIND_expense] = { apply_expense },
	[KIND_income] = { apply_income },
	[KIND_notification] = { apply_notification },
	[KIND_opening] = { apply_opening },
	[KIND_journal] = { apply_journal },
	[KIND_close] = { apply_close },
	[KIND_receipt] = { apply_receipt },
	[KIND_voiding] = { apply_voiding },
	[KIND_report] = { apply_report },
	[KIND_meeting] = { apply_meeting },
	[KIND_authorisation] = { apply_authorisation },
	[KIND_endowment] = { apply_endowment },
};

void text_copy(char *out, size_t bytes, struct slice text)
{
	assert(text.n < bytes);
	if (text.n)
		memcpy(out, text.p, text.n);
	out[text.n] = '\0';
}

struct books *books_new(struct state *state, const struct books_hooks *hooks)
{
	struct books *books = calloc(1, sizeof *books);

	if (!books)
		return NULL;
	books->state = state;
	books->hooks = *hooks;
	return books;
}

void books_free(struct books *books)
{
	if (!books)
		return;
	free(books->postings);
	free(books);
}

struct cents books_plus(struct books *books, struct cents a, struct cents b)
{
	struct cents sum;

	if (cents_add(a, b, &sum) != ERR_OK) {
		books->overflow = true;
		return a;
	}
	return sum;
}

struct cents books_minus(struct books *books, struct cents a, struct cents b)
{
	return books_plus(books, a, cents_neg(b));
}

bool books_get(struct books *books, const char *key, struct record_reader *ret_reader)
{
	struct slice value;

	if (!state_get(books->state, key, &value))
		return false;
	*ret_reader = record_reader(value);
	return true;
}

bool books_get_at(struct books *books, uint64_t position, const char *key,
		  struct record_reader *ret_reader)
{
	struct slice value;

	/* An entry is being applied where it has a leaf. */
	if (!books->leaf || position != books->position)
		return books_get(books, key, ret_reader);
	if (!state_get_new(books->state, key, &value))
		return false;
	*ret_reader = record_reader(value);
	return true;
}

int64_t books_get_integer(struct books *books, const char *key)
{
	struct record_reader reader;

	return books_get(books, key, &reader) ? record_read_integer(&reader) : 0;
}

struct cents books_get_cents(struct books *books, const char *key)
{
	return cents_of(books_get_integer(books, key));
}

void books_put(struct books *books, const char *key, const struct record *record)
{
	assert(!record->too_long);
	state_put(books->state, key, record_slice(record));
}

void books_put_integer(struct books *books, const char *key, int64_t integer)
{
	struct key text; /* a record of one field is written as a key is */

	key_of(&text, "%" PRId64 "\n", integer);
	state_put(books->state, key, slice_of_text(text.text));
}

uint64_t books_size(struct books *books)
{
	return (uint64_t)books_get_integer(books, "size");
}

const struct posting *books_postings(const struct books *books, size_t *ret_count)
{
	*ret_count = books->posting_count;
	return books->postings;
}

struct date books_today(const struct books *books)
{
	struct date today = { 0 };

	/* check_time() has refused every `at` that has no such day. */
	if (date_paris(books->entry->at, &today) != ERR_OK)
		abort();
	return today;
}

enum err books_check_date_window(struct books *books, struct month month,
				 const char *what, struct fault *fault)
{
	int32_t age = month_distance(month, month_of_date(books_today(books)));

	if (age < 0)
		return fault_rule(fault, "window", "%s is in the future", what);
	if (age > BOOKS_WINDOW_MONTHS)
		return fault_rule(fault, "window", "%s is more than %d months old", what,
				  BOOKS_WINDOW_MONTHS);
	return ERR_OK;
}

/* Before a key joins the queue of what expires. */
static void expiry_note(struct books *books, struct month month)
{
	if (month.n < books->fresh.n)
		books->fresh.n = 0;
}

void books_expire(struct books *books, struct month month, const char *key)
{
	struct key queue;

	expiry_note(books, month);
	state_put(books->state, key_of(&queue, "expire/%06" PRId32 "/%s", month.n, key),
		  slice_of("\n", 1));
}

void books_expire_never(struct books *books, const char *key)
{
	struct month month = month_of_date(books_today(books));
	struct key queue;

	for (int i = 0; i <= BOOKS_WINDOW_MONTHS; i++)
		state_delete(books->state,
			     key_of(&queue, "expire/%06" PRId32 "/%s", month.n + i, key));
}

void books_expire_anew(struct books *books, const char *key)
{
	struct month month = month_of_date(books_today(books));

	books_expire_never(books, key);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key);
}

/* What an entry makes expires in the order of entries, and not in its own: so the places
 * of a group stand on one page of the database, and each entry has one for a month. */
static const char *entry_queue(struct key *queue, struct month month, uint64_t position)
{
	return key_of(queue, "expire/%06" PRId32 "/%016" PRIu64, month.n, position);
}

void books_expire_with_entry(struct books *books, struct month month, const char *key)
{
	struct record_reader reader;
	struct record record;
	struct key queue;

	expiry_note(books, month);
	record_init(&record);
	entry_queue(&queue, month, books->position);
	if (books_get_at(books, books->position, queue.text, &reader))
		while (reader.rest.n)
			record_text(&record, record_read_text(&reader));
	record_text(&record, slice_of_text(key));
	books_put(books, queue.text, &record);
}

/* Drops what stands at the cursor, and its place; returns how many keys. */
static int drop_at(struct books *books, const struct state_cursor *cursor)
{
	struct record_reader reader = record_reader(cursor->value);
	size_t prefix = sizeof "expire/000000/" - 1;
	struct record named;
	struct key key;
	int dropped = 0;

	/* A copy, for what is read is gone when something is deleted. */
	record_init(&named);
	while (reader.rest.n)
		record_text(&named, record_read_text(&reader));
	reader = record_reader(record_slice(&named));
	while (reader.rest.n) {
		struct slice name = record_read_text(&reader);

		if (name.n)
			text_copy(key.text, sizeof key.text, name);
		state_delete(books->state, name.n ? key.text : cursor->key + prefix);
		dropped++;
	}
	state_delete(books->state, cursor->key);
	return dropped;
}

/* Keeps the state as small as the windows are: a few keys with each entry, so
 * that no entry pays for a whole month. Reads never rely on it. */
static void drop_expired(struct books *books)
{
	struct month today = month_of_date(books_today(books));
	struct state_cursor cursor;
	struct key limit;
	size_t prefix = sizeof "expire/000000/" - 1;
	int dropped = 0;

	/* To look is a tenth of what an entry costs, and it finds something in a few of
	 * the first entries of a month. */
	if (books->fresh.n >= today.n &&
	    books->fresh_undone == state_undone(books->state))
		return;
	key_of(&limit, "expire/%06" PRId32 "/", today.n);
	for (state_first(books->state, &cursor, "expire/");
	     cursor.found && dropped < BOOKS_EXPIRE_MAX &&
	     strncmp(cursor.key, limit.text, prefix) < 0;
	     state_next(books->state, &cursor))
		dropped += drop_at(books, &cursor);
	books->fresh.n = dropped < BOOKS_EXPIRE_MAX ? today.n : 0;
	books->fresh_undone = state_undone(books->state);
}

bool books_reference(struct books *books, struct slice by, struct slice ref, int64_t at,
		     uint64_t *ret_position, struct hash *ret_content)
{
	struct record_reader reader;
	struct slice content;
	struct month used;
	struct date today;
	struct key key;

	if (!books_get(books, key_of(&key, "ref/%.*s/%.*s", SLICE(by), SLICE(ref)),
		       &reader))
		return false;
	*ret_position = (uint64_t)record_read_integer(&reader);
	content = record_read_text(&reader);
	if (month_from_outside(record_read_integer(&reader), &used) != ERR_OK ||
	    date_paris(at, &today) != ERR_OK ||
	    hex_decode((const char *)content.p, content.n, ret_content->b,
		       sizeof ret_content->b) != ERR_OK)
		return false;
	return month_distance(used, month_of_date(today)) <= BOOKS_WINDOW_MONTHS;
}

/* A reference that is used again after its window takes the old one's place in
 * the queue of expiry, or the old place would drop the new record. */
static void reference_forget(struct books *books, const struct entry *entry)
{
	struct record others;
	struct record_reader reader;
	struct month month;
	struct key key, queue;
	uint64_t position;

	key_of(&key, "ref/%.*s/%.*s", SLICE(entry->by), SLICE(entry->ref));
	if (!books_get(books, key.text, &reader))
		return;
	position = (uint64_t)record_read_integer(&reader);
	(void)record_read_text(&reader);
	if (month_from_outside(record_read_integer(&reader), &month) != ERR_OK ||
	    month_add(month, BOOKS_WINDOW_MONTHS, &month) != ERR_OK ||
	    !books_get(books, entry_queue(&queue, month, position), &reader))
		return;
	record_init(&others);
	while (reader.rest.n) {
		struct slice name = record_read_text(&reader);

		if (!slice_equal_text(name, key.text))
			record_text(&others, name);
	}
	if (record_slice(&others).n)
		books_put(books, queue.text, &others);
	else
		state_delete(books->state, queue.text);
}

static enum err reference_use(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct month month = month_of_date(books_today(books));
	struct hash content, first;
	struct record record;
	char hex[HASH_HEX_CHARS + 1];
	uint64_t position;
	struct key key;
	enum err err;

	if (books_reference(books, entry->by, entry->ref, entry->at, &position, &first))
		return fault_rule(
			fault, "reference",
			"reference '%.*s' was used by this member at position %" PRIu64
			" less than %d months ago",
			SLICE(entry->ref), position, BOOKS_WINDOW_MONTHS);
	err = entry_content(entry, &content, fault);
	if (err)
		return err;
	hex_encode(content.b, sizeof content.b, hex);
	record_init(&record);
	record_integer(&record, (int64_t)books->position);
	record_text(&record, slice_of(hex, HASH_HEX_CHARS));
	record_integer(&record, month.n);
	reference_forget(books, entry);
	key_of(&key, "ref/%.*s/%.*s", SLICE(entry->by), SLICE(entry->ref));
	books_put(books, key.text, &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire_with_entry(books, month, key.text);
	return ERR_OK;
}

static enum err check_time(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	int64_t last = books_get_integer(books, "last");
	struct date today;
	enum err err;

	if (date_paris(entry->at, &today) != ERR_OK)
		return fault_rule(fault, "time",
				  "recorded time %" PRId64 " is not a day of ours",
				  entry->at);
	if (entry->at < last)
		return fault_rule(fault, "time",
				  "recorded time %" PRId64
				  " is before that of the entry before, %" PRId64,
				  entry->at, last);
	if (kind_def(entry->kind)->nature == NATURE_ACT) {
		if (date_cmp(entry->date, today) != 0)
			return fault_rule(
				fault, "date",
				"an act is dated on the day it is recorded in Paris");
		return ERR_OK;
	}
	if (date_cmp(entry->date, today) > 0)
		return fault_rule(fault, "date",
				  "date is after the day it is recorded in Paris");
	err = books_check_date_window(books, month_of_date(entry->date), "date", fault);
	return err ? err : close_check_open(books, entry->date, fault);
}

enum err books_check_charter_first(struct books *books, enum kind kind,
				   struct fault *fault)
{
	bool first = books_size(books) == 0;

	if ((kind == KIND_charter) == first)
		return ERR_OK;
	return fault_rule(fault, "charter",
			  first ? "the first entry is not a charter"
				: "there is a charter already");
}

static enum err apply_rules(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	enum err err;

	err = books_check_charter_first(books, entry->kind, fault);
	if (err)
		return err;
	err = check_time(books, fault);
	if (!err && entry->kind != KIND_charter)
		err = member_check_may(books, entry->by, entry->kind, fault);
	if (!err)
		err = reference_use(books, fault);
	if (!err)
		err = authorisation_check(books, fault);
	if (!err)
		err = appliers[entry->kind].apply(books, fault);
	if (!err)
		err = citation_check_used(books, fault);
	if (!err)
		err = books_post_end(books, fault);
	if (err)
		return err;
	drop_expired(books);
	books_put_integer(books, "last", entry->at);
	books_put_integer(books, "size", (int64_t)books->position + 1);
	return ERR_OK;
}

enum err books_apply(struct books *books, const struct entry *entry,
		     const struct hash *leaf, struct fault *fault)
{
	enum err err;

	books->entry = entry;
	books->leaf = leaf;
	books->position = books_size(books);
	books->posting_count = 0;
	books->post_on = entry->date;
	books->cash_moved = false;
	books->overflow = false;
	state_mark(books->state);
	err = apply_rules(books, fault);
	/* A verdict reached on a state that could not be read is none. */
	if (state_err(books->state) != ERR_OK)
		err = fault_set(fault, state_err(books->state),
				"the ledger's state could not be read or written");
	else if (books->overflow)
		err = fault_rule(fault, "overflow", "an amount passes 2^53 - 1 cents");
	books->entry = NULL;
	books->leaf = NULL;
	if (err) {
		books->posting_count = 0;
		state_rollback(books->state);
	} else {
		state_release(books->state);
	}
	return err;
}
