/*
 * journal.c - postings written down for other tools, and what they must add up to.
 *
 * The journal is written in one pass. What is known of an account (its name in the
 * tool, balance, first day) stands in a map by the account's path, as does each name
 * that was given away: (1) of journal.h rests on these two alone.
 *
 *	account/PATH        name, balance in cents, first day
 *	name/SPACE/ID       the id's name in that space
 *	taken/SPACE/NAME    whose name it is
 *
 * A space is that of payers, funds or earmarks: ids are told apart inside each.
 */
#include "reports/journal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/kind.h"
#include "ledger/state.h"

#define NAME_BYTES_MAX    128 /* of one part of an account's name */
#define ACCOUNT_BYTES_MAX 320 /* of a whole name: two parts and their beginning */
#define PARTS_MAX         2
#define ACCOUNT_COLUMNS   52 /* that amounts are aligned behind, where names are short */

static const struct noun {
	const char *noun;
	const char *hledger, *beancount;
	const char *space[PARTS_MAX]; /* of each part behind the noun */
} nouns[] = {
	{ "bank", "assets:bank", "Assets:Bank", { NULL } },
	{ "transit", "assets:transit", "Assets:Transit", { "payer" } },
	{ "account", "assets:account", "Assets:Account", { "account" } },
	{ "suspense", "liabilities:suspense", "Liabilities:Suspense", { "account" } },
	{ "receivable", "assets:receivable", "Assets:Receivable", { "payer" } },
	{ "credit", "liabilities:credit", "Liabilities:Credit", { "payer" } },
	{ "committed",
	  "liabilities:committed",
	  "Liabilities:Committed",
	  { "fund", "earmark" } },
	{ "ordered",
	  "liabilities:ordered",
	  "Liabilities:Ordered",
	  { "fund", "earmark" } },
	{ "pledged", "equity:pledged", "Equity:Pledged", { "fund", "earmark" } },
	{ "fund", "equity:fund", "Equity:Fund", { "fund", "earmark" } },
	{ "inkind", "expenses:inkind", "Expenses:InKind", { "payer" } },
	{ "ledger", "assets:ledger", "Assets:Ledger", { "number" } },
	{ "voluntary", "income:voluntary", "Income:Voluntary", { "fund", "earmark" } },
};

struct account {
	char name[ACCOUNT_BYTES_MAX];
	struct cents balance;
	struct date first;
};

struct journal {
	enum journal_format format;
	enum lang lang;
	const struct standing *standing;
	struct buffer *out;
	struct state *map;
	struct date last; /* the latest day of a transaction */
};

/* ---- names ---- */

/* One id as a part of a name: what the tool does not take becomes "-". */
static void name_spell(enum journal_format format, struct slice id,
		       char ret_name[NAME_BYTES_MAX])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = id.n < NAME_BYTES_MAX - 8 ? id.n : NAME_BYTES_MAX - 8;
	bool hledger = format == JOURNAL_HLEDGER;

	for (size_t i = 0; i < n; i++) {
		char c = (char)id.p[i];
		bool kept = c && (strchr(plain, c) || (hledger && strchr("._", c)));

		ret_name[i] = kept ? c : '-';
	}
	ret_name[n] = '\0';
	if (!hledger && ret_name[0] >= 'a' && ret_name[0] <= 'z')
		ret_name[0] = (char)(ret_name[0] - 'a' + 'A');
}

static bool name_is_taken(struct journal *journal, const char *space, const char *name)
{
	char key[STATE_KEY_BYTES_MAX];
	struct slice value;

	(void)snprintf(key, sizeof key, "taken/%s/%s", space, name);
	return state_get(journal->map, key, &value);
}

/* Gives an id a name that no other id of its space has. */
static void name_give(struct journal *journal, const char *space, struct slice id,
		      const char *id_key, char ret_name[NAME_BYTES_MAX])
{
	char key[STATE_KEY_BYTES_MAX];
	size_t n;

	if (slice_equal_text(id, "-"))
		id = slice_of_text("free");
	name_spell(journal->format, id, ret_name);
	n = strlen(ret_name);
	for (unsigned number = 2; name_is_taken(journal, space, ret_name); number++)
		(void)snprintf(ret_name + n, NAME_BYTES_MAX - n, "-%u", number);
	(void)snprintf(key, sizeof key, "taken/%s/%s", space, ret_name);
	state_put(journal->map, key, id);
	state_put(journal->map, id_key, slice_of_text(ret_name));
}

static void name_of(struct journal *journal, const char *space, struct slice id,
		    char ret_name[NAME_BYTES_MAX])
{
	char key[STATE_KEY_BYTES_MAX];
	struct slice value;

	(void)snprintf(key, sizeof key, "name/%s/%.*s", space, (int)id.n,
		       (const char *)id.p);
	if (state_get(journal->map, key, &value) && value.n < NAME_BYTES_MAX) {
		memcpy(ret_name, value.p, value.n);
		ret_name[value.n] = '\0';
	} else {
		name_give(journal, space, id, key, ret_name);
	}
}

static struct slice part_take(const char **rest)
{
	size_t n = strcspn(*rest, "/");
	struct slice part = slice_of(*rest, n);

	*rest += n + ((*rest)[n] == '/');
	return part;
}

static enum err account_name(struct journal *journal, const char *path,
			     char ret_name[ACCOUNT_BYTES_MAX], struct fault *fault)
{
	const char *rest = path;
	struct slice noun = part_take(&rest);
	size_t number = 0, n;

	while (number < sizeof nouns / sizeof *nouns &&
	       !slice_equal_text(noun, nouns[number].noun))
		number++;
	if (number == sizeof nouns / sizeof *nouns)
		return fault_set(fault, ERR_INVALID,
				 "account '%s' has no place in a journal", path);
	n = (size_t)snprintf(ret_name, ACCOUNT_BYTES_MAX, "%s",
			     journal->format == JOURNAL_HLEDGER
				     ? nouns[number].hledger
				     : nouns[number].beancount);
	for (size_t i = 0; i < PARTS_MAX && nouns[number].space[i]; i++) {
		char name[NAME_BYTES_MAX];

		name_of(journal, nouns[number].space[i], part_take(&rest), name);
		n += (size_t)snprintf(ret_name + n, ACCOUNT_BYTES_MAX - n, ":%s", name);
		assert(n < ACCOUNT_BYTES_MAX);
	}
	return ERR_OK;
}

/* ---- accounts ---- */

static void account_of_record(struct slice value, struct account *ret_account)
{
	struct record_reader reader = record_reader(value);
	struct slice name = record_read_text(&reader);

	assert(name.n < ACCOUNT_BYTES_MAX); /* we wrote it */
	memcpy(ret_account->name, name.p, name.n);
	ret_account->name[name.n] = '\0';
	ret_account->balance = cents_of(record_read_integer(&reader));
	ret_account->first.day = (int32_t)record_read_integer(&reader);
}

static enum err account_read(struct journal *journal, const char *path, struct date date,
			     struct account *ret_account, struct fault *fault)
{
	char key[STATE_KEY_BYTES_MAX];
	struct slice value;

	(void)snprintf(key, sizeof key, "account/%s", path);
	if (state_get(journal->map, key, &value)) {
		account_of_record(value, ret_account);
		return ERR_OK;
	}
	ret_account->balance = CENTS_ZERO;
	ret_account->first = date;
	return account_name(journal, path, ret_account->name, fault);
}

static void account_write(struct journal *journal, const char *path,
			  const struct account *account)
{
	char key[STATE_KEY_BYTES_MAX];
	struct record record;

	(void)snprintf(key, sizeof key, "account/%s", path);
	record_init(&record);
	record_text(&record, slice_of_text(account->name));
	record_integer(&record, cents_value(account->balance));
	record_integer(&record, account->first.day);
	state_put(journal->map, key, record_slice(&record));
}

static enum err journal_check(struct journal *journal, struct fault *fault)
{
	enum err err = state_err(journal->map);

	if (err)
		return fault_set(fault, err, "the journal's accounts could not be kept");
	return buffer_check(journal->out, "the journal", fault);
}

/* ---- writing ---- */

static void put_amount(struct journal *journal, const char *account, struct cents amount)
{
	char text[CENTS_TEXT_BYTES];

	cents_format(amount, '.', text);
	buffer_printf(journal->out, "%-*s  %12s EUR", ACCOUNT_COLUMNS, account, text);
}

static void put_head(struct journal *journal)
{
	const struct checkpoint *checkpoint = &journal->standing->checkpoint;
	char root[HASH_BASE64_CHARS + 1];

	base64_encode(checkpoint->root.b, sizeof checkpoint->root.b, root);
	buffer_printf(journal->out,
		      "; %s\n;   %s  %s\n;   %s  %" PRIu64 "\n;   %s  %s\n\n",
		      tr(journal->lang, MSG_JOURNAL_STANDING),
		      tr(journal->lang, MSG_REPORT_ORIGIN), checkpoint->origin,
		      tr(journal->lang, MSG_REPORT_SIZE), checkpoint->size,
		      tr(journal->lang, MSG_REPORT_ROOT), root);
	if (journal->format == JOURNAL_HLEDGER)
		buffer_put_text(journal->out, "decimal-mark .\ncommodity 1000.00 EUR\n");
	else
		buffer_put_text(journal->out, "option \"operating_currency\" \"EUR\"\n");
}

static void put_transaction(struct journal *journal, uint64_t position,
			    const struct entry *entry, struct date day)
{
	const char *kind = kind_def(entry->kind)->name;
	int by = (int)entry->by.n, ref = (int)entry->ref.n;
	const char *by_text = (const char *)entry->by.p,
		   *ref_text = (const char *)entry->ref.p;
	char date[DATE_TEXT_BYTES];

	date_format(day, date);
	if (journal->format == JOURNAL_HLEDGER)
		buffer_printf(journal->out,
			      "\n%s * (%" PRIu64 ") %.*s | %s %.*s  ; position:%" PRIu64
			      ", kind:%s, by:%.*s, ref:%.*s\n",
			      date, position, by, by_text, kind, ref, ref_text, position,
			      kind, by, by_text, ref, ref_text);
	else
		buffer_printf(journal->out,
			      "\n%s * \"%.*s\" \"%s %.*s\"\n  position: %" PRIu64
			      "\n  kind: \"%s\"\n  ref: \"%.*s\"\n",
			      date, by, by_text, kind, ref, ref_text, position, kind, ref,
			      ref_text);
}

static void put_posting(struct journal *journal, const char *account,
			const struct posting *posting)
{
	bool hledger = journal->format == JOURNAL_HLEDGER;

	buffer_put_text(journal->out, hledger ? "    " : "  ");
	put_amount(journal, account, posting->amount);
	if (hledger)
		buffer_printf(journal->out, "  ; flow:%s\n", posting->flow);
	else
		buffer_printf(journal->out, "\n    flow: \"%s\"\n", posting->flow);
}

static enum err add_posting(struct journal *journal, const struct posting *posting,
			    struct fault *fault)
{
	struct account account;
	enum err err =
		account_read(journal, posting->account, posting->date, &account, fault);

	if (err)
		return err;
	if (cents_add(account.balance, posting->amount, &account.balance) != ERR_OK)
		return fault_set(fault, ERR_TOO_BIG,
				 "the balance of '%s' passes 2^53 - 1 cents",
				 posting->account);
	if (date_cmp(posting->date, account.first) < 0)
		account.first = posting->date;
	account_write(journal, posting->account, &account);
	put_posting(journal, account.name, posting);
	return ERR_OK;
}

/* The days of a bank statement are a transaction each. */
enum err journal_add(struct journal *journal, uint64_t position,
		     const struct entry *entry, const struct posting *postings,
		     size_t count, struct fault *fault)
{
	if (!count)
		return ERR_OK;
	for (size_t i = 0; i < count; i++) {
		struct date day = postings[i].date;
		enum err err;

		if (date_cmp(day, journal->last) > 0)
			journal->last = day;
		if (i == 0 || date_cmp(day, postings[i - 1].date) != 0)
			put_transaction(journal, position, entry, day);
		err = add_posting(journal, &postings[i], fault);
		if (err)
			return err;
	}
	return journal_check(journal, fault);
}

/* ---- the end: accounts, and what they must come to ---- */

typedef void account_fn(struct journal *journal, const struct account *account);

static void each_account(struct journal *journal, account_fn *put)
{
	struct state_cursor cursor;

	for (state_first(journal->map, &cursor, "account/"); cursor.found;
	     state_next(journal->map, &cursor)) {
		struct account account;

		account_of_record(cursor.value, &account);
		put(journal, &account);
	}
}

static void put_declared(struct journal *journal, const struct account *account)
{
	char first[DATE_TEXT_BYTES];

	date_format(account->first, first);
	if (journal->format == JOURNAL_HLEDGER)
		buffer_printf(journal->out, "account %s\n", account->name);
	else
		buffer_printf(journal->out, "%s open %s EUR\n", first, account->name);
}

/* hledger checks a day's assertions in the order of the file, so this one, of the
 * last day, is checked when all is booked; nothing moves in it. */
static void put_asserted_hledger(struct journal *journal, const struct account *account)
{
	char text[CENTS_TEXT_BYTES];

	cents_format(account->balance, '.', text);
	buffer_put_text(journal->out, "    ");
	put_amount(journal, account->name, CENTS_ZERO);
	buffer_printf(journal->out, " = %s EUR\n", text);
}

/* beancount checks at the beginning of a day: `last` is by now the day after. */
static void put_asserted_beancount(struct journal *journal, const struct account *account)
{
	char date[DATE_TEXT_BYTES];

	date_format(journal->last, date);
	buffer_printf(journal->out, "%s balance ", date);
	put_amount(journal, account->name, account->balance);
	buffer_put_byte(journal->out, '\n');
}

static enum err put_assertions(struct journal *journal, struct fault *fault)
{
	const char *title = tr(journal->lang, MSG_JOURNAL_ASSERTIONS);
	char date[DATE_TEXT_BYTES];

	if (journal->format == JOURNAL_HLEDGER) {
		date_format(journal->last, date);
		buffer_printf(journal->out, "\n%s * %s\n", date, title);
		each_account(journal, put_asserted_hledger);
		return ERR_OK;
	}
	if (date_add_days(journal->last, 1, &journal->last) != ERR_OK)
		return fault_set(fault, ERR_TOO_BIG,
				 "a balance after the last day of 2199 cannot be "
				 "asserted");
	buffer_printf(journal->out, "\n; %s\n", title);
	each_account(journal, put_asserted_beancount);
	return ERR_OK;
}

enum err journal_finish(struct journal *journal, struct fault *fault)
{
	struct state_cursor cursor;
	enum err err = ERR_OK;

	state_first(journal->map, &cursor, "account/");
	if (cursor.found) {
		buffer_put_byte(journal->out, '\n');
		each_account(journal, put_declared);
		err = put_assertions(journal, fault);
	}
	return err ? err : journal_check(journal, fault);
}

struct journal *journal_new(enum journal_format format, enum lang lang,
			    const struct standing *standing, struct buffer *out)
{
	struct journal *journal = calloc(1, sizeof *journal);

	if (!journal)
		return NULL;
	*journal = (struct journal){ .format = format,
				     .lang = lang,
				     .standing = standing,
				     .out = out,
				     .map = state_new(NULL) };
	if (!journal->map) {
		free(journal);
		return NULL;
	}
	/* "-" has the name "free" before any project can take it. */
	char name[NAME_BYTES_MAX];
	name_of(journal, "earmark", slice_of_text("-"), name);
	put_head(journal);
	return journal;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	state_free(journal->map);
	free(journal);
}

static enum err journal_visit(void *ctx, uint64_t position, const struct entry *entry,
			      const struct posting *postings, size_t count,
			      struct fault *fault)
{
	return journal_add(ctx, position, entry, postings, count, fault);
}

enum err journal_report(struct source *source, enum journal_format format, enum lang lang,
			struct buffer *out, struct fault *fault)
{
	struct journal *journal = journal_new(format, lang, source_standing(source), out);
	struct source_visitor visitor = { .ctx = journal, .visit = journal_visit };
	enum err err;

	if (!journal)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = source_each_posting(source, &visitor, fault);
	if (!err)
		err = journal_finish(journal, fault);
	journal_free(journal);
	return err;
}
