/*
 * books_journal.c - accounting entries on the accounts that no other kind moves.
 *
 * What the ledger's own kinds move (the bank, donors' promises, funds, aid) is never
 * moved by hand; all else that a foundation's accounts need, depreciation, provisions,
 * what is due at the year's end, is a journal: lines on accounts of the chart that add
 * up to 0, signed by two seats. Each signs exactly
 *
 *	arrondi/journal@v1
 *	origin ORIGIN
 *	charter LEAF-HASH-HEX
 *	seat SEAT
 *	by MEMBER
 *	ref REF
 *	date DAY
 *	label LABEL
 *	voucher HEX
 *	of POSITION
 *	line ACCOUNT CENTS FUND EARMARK
 *
 * one `line` for each, `-` where something is void. Submitter and reference are in the
 * text, so that no signature is good for a second entry. An opening is signed the same
 * way, with its own name in the first line (books_opening.c).
 *
 * A journal is undone by another one with the opposite lines, which names it.
 */
#include "ledger/books_int.h"

#include "keys/encoding.h"
#include "ledger/chart.h"

/* ---- what is signed ---- */

static void field_put(struct buffer *out, const struct json *draft, const char *name)
{
	struct slice text = item_text(draft, name);

	buffer_printf(out, "%s %.*s\n", name, SLICE(text.n ? text : slice_of("-", 1)));
}

static void line_put(struct buffer *out, const struct json *line)
{
	struct slice fund = item_text(line, "fund"), earmark = item_text(line, "earmark");

	buffer_printf(out, "line %.*s %" PRId64 " %.*s %.*s\n",
		      SLICE(item_text(line, "account")),
		      cents_value(item_cents(line, "amount")),
		      SLICE(fund.n ? fund : slice_of("-", 1)),
		      SLICE(earmark.n ? earmark : slice_of("-", 1)));
}

enum err books_journal_text(struct books *books, const struct json *draft,
			    struct slice seat, struct buffer *out, struct fault *fault)
{
	char charter_hex[HASH_HEX_CHARS + 1];
	struct charter_record charter;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	hex_encode(charter.leaf.b, HASH_BYTES, charter_hex);
	buffer_printf(out, "arrondi/%.*s@v1\norigin %s\ncharter %s\nseat %.*s\n",
		      SLICE(item_text(draft, "kind")), charter.origin, charter_hex,
		      SLICE(seat));
	field_put(out, draft, "by");
	field_put(out, draft, "ref");
	field_put(out, draft, "date");
	field_put(out, draft, "label");
	field_put(out, draft, "voucher");
	if (item_has(draft, "of"))
		buffer_printf(out, "of %" PRId64 "\n", item_integer(draft, "of"));
	else
		buffer_put_text(out, "of -\n");
	for (const struct json *line = json_get(draft, "lines")->first; line;
	     line = line->next)
		line_put(out, line);
	if (buffer_err(out) != ERR_OK)
		return fault_set(fault, buffer_err(out),
				 "the text to sign could not be written whole");
	return ERR_OK;
}

static enum err entry_write(struct books *books, struct slice seat, const void *ctx,
			    struct buffer *out, struct fault *fault)
{
	(void)ctx;
	return books_journal_text(books, books->entry->json, seat, out, fault);
}

/* The kind asks for at least two signatures, and no seat signs twice. */
enum err journal_check_signed(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	const struct signed_text said = { .rule = kind_def(entry->kind)->name,
					  .write = entry_write };
	int64_t count;

	return signatures_check(books, entry_list(entry, "signatures"), &said, &count,
				fault);
}

/* ---- the lines ---- */

enum err journal_line(const struct json *line, const char *rule, struct key *ret_account,
		      struct fault *fault)
{
	struct slice number = item_text(line, "account");

	if (!chart_has(number))
		return fault_rule(fault, "chart", "'%.*s' is not an account of the chart",
				  SLICE(number));
	if (cents_is_zero(item_cents(line, "amount")))
		return fault_rule(fault, rule, "a line of account %.*s moves nothing",
				  SLICE(number));
	key_of(ret_account, CHART_NOUN "/%.*s", SLICE(number));
	return ERR_OK;
}

static enum err take_line(struct books *books, const struct json *line, struct cents *sum,
			  struct fault *fault)
{
	struct slice number = item_text(line, "account");
	struct cents amount = item_cents(line, "amount");
	struct key account;
	enum err err = journal_line(line, "journal", &account, fault);

	if (!err && chart_owned(number))
		err = fault_rule(fault, "journal", "no journal moves account %.*s: %s",
				 SLICE(number), chart_owned(number));
	if (err)
		return err;
	*sum = books_plus(books, *sum, amount);
	return books_post(books, account.text, "journal", amount, fault);
}

/* ---- what undoes it ---- */

/* Of the lines as they are, or as what undoes them has them. */
static void lines_digest(const struct json *lines, bool opposite,
			 char ret_hex[HASH_HEX_CHARS + 1])
{
	struct buffer text;
	struct hash hash;

	buffer_init(&text, ENTRY_BYTES_MAX);
	for (const struct json *line = lines->first; line; line = line->next) {
		int64_t cents = cents_value(item_cents(line, "amount"));

		buffer_printf(&text, "%.*s %" PRId64 "\n",
			      SLICE(item_text(line, "account")),
			      opposite ? -cents : cents);
	}
	hash = hash_bytes(text.p, text.n);
	hex_encode(hash.b, HASH_BYTES, ret_hex);
	buffer_release(&text);
}

static const char *journal_key(struct key *key, uint64_t position)
{
	return key_of(key, "journal/%016" PRIu64, position);
}

static void remember(struct books *books)
{
	struct month month = month_of_date(books_today(books));
	char hex[HASH_HEX_CHARS + 1];
	struct record record;
	struct key key;

	lines_digest(entry_list(books->entry, "lines"), true, hex);
	record_init(&record);
	record_text(&record, slice_of(hex, HASH_HEX_CHARS));
	record_integer(&record, month.n);
	books_put(books, journal_key(&key, books->position), &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

/* What undoes another one undoes all of it, once, and is not undone itself: the lines
 * are then recorded anew. */
static enum err check_undoes(struct books *books, struct fault *fault)
{
	uint64_t of = entry_position(books->entry, "of");
	char hex[HASH_HEX_CHARS + 1];
	struct record_reader reader;
	struct slice expected;
	struct key key;
	enum err err;

	if (!books_get(books, journal_key(&key, of), &reader))
		return fault_rule(fault, "journal",
				  "position %" PRIu64
				  " is no journal of the last %d months that can be "
				  "undone",
				  of, BOOKS_WINDOW_MONTHS);
	expected = record_read_text(&reader);
	err = reversal_check_age(books, record_read_integer(&reader), of, fault);
	if (err)
		return err;
	lines_digest(entry_list(books->entry, "lines"), false, hex);
	if (!slice_equal_text(expected, hex))
		return fault_rule(fault, "journal",
				  "its lines are not those of position %" PRIu64
				  ", each with the opposite amount",
				  of);
	state_delete(books->state, key.text);
	return ERR_OK;
}

enum err apply_journal(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct cents sum = CENTS_ZERO;
	enum err err = ERR_OK;

	for (const struct json *line = entry_list(entry, "lines")->first; line && !err;
	     line = line->next)
		err = take_line(books, line, &sum, fault);
	if (err)
		return err;
	if (!cents_is_zero(sum))
		return fault_rule(fault, "journal",
				  "its lines add up to %" PRId64 " cents, not to 0",
				  cents_value(sum));
	if (entry_has(entry, "of"))
		err = check_undoes(books, fault);
	else
		remember(books);
	return err ? err : journal_check_signed(books, fault);
}
