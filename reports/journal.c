/*
 * journal.c - postings written down for other tools, and what they must add up to.
 *
 * The journal is written in one pass, into a spool. What is known of an account (its
 * name in the tool, balance, first day) has the number of its path; each name that was
 * given away stands in a map: (1) of journal.h rests on these two alone.
 *
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
#include "reports/name_index.h"

#define NAME_BYTES_MAX    128 /* of one part of an account's name */
#define ACCOUNT_BYTES_MAX 320 /* of a whole name: two parts and their beginning */
#define PARTS_MAX         2
#define ACCOUNT_COLUMNS   54 /* that amounts are aligned behind, where names are short */
#define AMOUNT_COLUMNS    12 /* of an amount, at least */

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
	struct spool *spool;
	struct buffer *out; /* the spool's */
	struct state *map;
	struct name_index paths;
	struct account *accounts; /* owned; by the number of their path */
	size_t room;
	struct date last; /* the latest day of a transaction */
};

/* ---- names ---- */

/* One id as a part of a name: what the tool does not take becomes "-". */
static void name_spell(enum journal_format format, struct slice id,
		       char ret_name[NAME_BYTES_MAX])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = id.n < NAME_BYTES_MAX - 8 ? id.n : NAME_BYTES_MAX - 8;
	bool hledger = format != JOURNAL_BEANCOUNT;

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
			     journal->format == JOURNAL_BEANCOUNT
				     ? nouns[number].beancount
				     : nouns[number].hledger);
	for (size_t i = 0; i < PARTS_MAX && nouns[number].space[i]; i++) {
		char name[NAME_BYTES_MAX];

		name_of(journal, nouns[number].space[i], part_take(&rest), name);
		n += (size_t)snprintf(ret_name + n, ACCOUNT_BYTES_MAX - n, ":%s", name);
		assert(n < ACCOUNT_BYTES_MAX);
	}
	return ERR_OK;
}

/* ---- accounts ---- */

/* The account of a path, which gets its name when it is first met. The pointer is good
 * until the next call. */
static enum err account_of(struct journal *journal, const char *path, struct date date,
			   struct account **ret_account, struct fault *fault)
{
	size_t before = journal->paths.count;
	uint32_t number = name_index_of(&journal->paths, slice_of_text(path));
	struct account *account;

	if (number == UINT32_MAX)
		return fault_set(fault, ERR_MEMORY, "out of memory for the journal");
	if (journal->paths.room > journal->room) {
		account = reallocarray(journal->accounts, journal->paths.room,
				       sizeof *account);
		if (!account)
			return fault_set(fault, ERR_MEMORY,
					 "out of memory for the journal");
		journal->accounts = account;
		journal->room = journal->paths.room;
	}
	account = *ret_account = &journal->accounts[number];
	if (number < before)
		return ERR_OK;
	*account = (struct account){ .balance = CENTS_ZERO, .first = date };
	return account_name(journal, path, account->name, fault);
}

static enum err journal_check(struct journal *journal, struct fault *fault)
{
	enum err err = state_err(journal->map);

	if (err)
		return fault_set(fault, err, "the journal's accounts could not be kept");
	return spool_drain(journal->spool, fault);
}

/* ---- writing ---- */

static void put_blanks(struct journal *journal, size_t n)
{
	static const char blanks[] =
		"                                                      ";

	buffer_put(journal->out, blanks, n < sizeof blanks - 1 ? n : sizeof blanks - 1);
}

static void put_figure(struct journal *journal, const char *account, struct cents amount)
{
	char text[CENTS_TEXT_BYTES];
	size_t n = strlen(account);

	cents_format(amount, '.', text);
	buffer_put(journal->out, account, n);
	put_blanks(journal, n + 2 < ACCOUNT_COLUMNS ? ACCOUNT_COLUMNS - n : 2);
	n = strlen(text);
	put_blanks(journal, n < AMOUNT_COLUMNS ? AMOUNT_COLUMNS - n : 0);
	buffer_put(journal->out, text, n);
}

static void put_amount(struct journal *journal, const char *account, struct cents amount)
{
	put_figure(journal, account, amount);
	buffer_put_text(journal->out, " EUR");
}

/* Bytes of ids, references and numbers alternate with what stands between them. */
static void put_parts(struct journal *journal, const char *const *between,
		      const struct slice *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buffer_put_text(journal->out, between[i]);
		buffer_put_slice(journal->out, parts[i]);
	}
	buffer_put_text(journal->out, between[count]);
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
	else if (journal->format == JOURNAL_LEDGER)
		buffer_put_text(journal->out, "commodity EUR\n    format 1000.00 EUR\n");
	else
		buffer_put_text(journal->out, "option \"operating_currency\" \"EUR\"\n");
}

/* What stands between date, position, submitter, kind and reference, and again. */
static const char *const transaction_parts[][9] = {
	[JOURNAL_HLEDGER] = { "\n", " * (", ") ", " | ", " ",
			      "  ; position:", ", kind:", ", by:", ", ref:" },
	[JOURNAL_BEANCOUNT] = { "\n", " * \"", "\" \"", " ", "\"\n  position: ",
				"\n  kind: \"", "\"\n  ref: \"", "\"\n", NULL },
	[JOURNAL_LEDGER] = { "\n", " * (", ") ", " | ", " ", "\n    ; position: ",
			     "\n    ; kind: ", "\n    ; by: ", "\n    ; ref: " },
};

static void put_transaction(struct journal *journal, uint64_t position,
			    const struct entry *entry, struct date day)
{
	struct slice kind = slice_of_text(kind_def(entry->kind)->name);
	char date[DATE_TEXT_BYTES], number[24];
	struct slice at;

	date_format(day, date);
	(void)snprintf(number, sizeof number, "%" PRIu64, position);
	at = slice_of_text(number);
	if (journal->format == JOURNAL_BEANCOUNT) {
		const struct slice parts[] = { slice_of_text(date), entry->by, kind,
					       entry->ref,          at,        kind,
					       entry->ref };

		put_parts(journal, transaction_parts[journal->format], parts, 7);
	} else {
		const struct slice parts[] = {
			slice_of_text(date), at, entry->by, kind,
			entry->ref,          at, kind,      entry->by
		};

		put_parts(journal, transaction_parts[journal->format], parts, 8);
		buffer_put_slice(journal->out, entry->ref);
		buffer_put_byte(journal->out, '\n');
	}
}

static void put_posting(struct journal *journal, const char *account,
			const struct posting *posting)
{
	static const char *const flow[] = { [JOURNAL_HLEDGER] = "  ; flow:",
					    [JOURNAL_BEANCOUNT] = "\n    flow: \"",
					    [JOURNAL_LEDGER] = "  ; flow: " };
	bool beancount = journal->format == JOURNAL_BEANCOUNT;

	buffer_put_text(journal->out, beancount ? "  " : "    ");
	put_amount(journal, account, posting->amount);
	buffer_put_text(journal->out, flow[journal->format]);
	buffer_put_text(journal->out, posting->flow);
	buffer_put_text(journal->out, beancount ? "\"\n" : "\n");
}

static enum err add_posting(struct journal *journal, const struct posting *posting,
			    struct fault *fault)
{
	struct account *account = NULL;
	enum err err =
		account_of(journal, posting->account, posting->date, &account, fault);

	if (err)
		return err;
	if (cents_add(account->balance, posting->amount, &account->balance) != ERR_OK)
		return fault_set(fault, ERR_TOO_BIG,
				 "the balance of '%s' passes 2^53 - 1 cents",
				 posting->account);
	if (date_cmp(posting->date, account->first) < 0)
		account->first = posting->date;
	put_posting(journal, account->name, posting);
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
	for (size_t i = 0; i < journal->paths.count; i++)
		put(journal, &journal->accounts[i]);
}

static void put_declared(struct journal *journal, const struct account *account)
{
	char first[DATE_TEXT_BYTES];

	date_format(account->first, first);
	if (journal->format != JOURNAL_BEANCOUNT)
		buffer_printf(journal->out, "account %s\n", account->name);
	else
		buffer_printf(journal->out, "%s open %s EUR\n", first, account->name);
}

/* hledger checks a day's assertions in the order of the file, so this one, of the
 * last day, is checked when all is booked; nothing moves in it. ledger checks in the
 * order of the file, whatever the days are. */
static void put_asserted_hledger(struct journal *journal, const struct account *account)
{
	char text[CENTS_TEXT_BYTES];

	cents_format(account->balance, '.', text);
	buffer_put_text(journal->out, "    ");
	put_amount(journal, account->name, CENTS_ZERO);
	buffer_printf(journal->out, " = %s EUR\n", text);
}

/* beancount checks at the beginning of a day: `last` is by now the day after. Unless it
 * is told to tolerate nothing, it lets a cent pass. */
static void put_asserted_beancount(struct journal *journal, const struct account *account)
{
	char date[DATE_TEXT_BYTES];

	date_format(journal->last, date);
	buffer_printf(journal->out, "%s balance ", date);
	put_figure(journal, account->name, account->balance);
	buffer_put_text(journal->out, " ~ 0 EUR\n");
}

static enum err put_assertions(struct journal *journal, struct fault *fault)
{
	const char *title = tr(journal->lang, MSG_JOURNAL_ASSERTIONS);
	char date[DATE_TEXT_BYTES];

	if (journal->format != JOURNAL_BEANCOUNT) {
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
	enum err err = ERR_OK;

	if (journal->paths.count) {
		buffer_put_byte(journal->out, '\n');
		each_account(journal, put_declared);
		err = put_assertions(journal, fault);
	}
	return err ? err : journal_check(journal, fault);
}

struct journal *journal_new(enum journal_format format, enum lang lang,
			    const struct standing *standing, struct spool *out)
{
	struct journal *journal = calloc(1, sizeof *journal);

	if (!journal)
		return NULL;
	*journal = (struct journal){ .format = format,
				     .lang = lang,
				     .standing = standing,
				     .spool = out,
				     .out = &out->text,
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
	name_index_release(&journal->paths);
	free(journal->accounts);
	free(journal);
}

static enum err journal_visit(void *ctx, uint64_t position, const struct entry *entry,
			      const struct posting *postings, size_t count,
			      struct fault *fault)
{
	return journal_add(ctx, position, entry, postings, count, fault);
}

enum err journal_report(struct source *source, enum journal_format format, enum lang lang,
			struct spool *out, struct fault *fault)
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
