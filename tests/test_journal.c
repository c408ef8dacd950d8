/*
 * test_journal.c - the accountant's journals: what is written adds up to our balances.
 *
 * The journals are read back here by a reader of their few forms, which knows nothing
 * of how they were written.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "reports/journal.h"
#include "tests/report_rig.h"
#include "tests/story.h"

#define ACCOUNTS_MAX 64
#define NAME_BYTES   200

/* What a tool would know of an account. */
struct seen {
	char name[NAME_BYTES];
	int64_t sum, asserted;
	int openings, assertions;
};

struct reading {
	struct seen seen[ACCOUNTS_MAX];
	size_t n;
	int transactions;
	int64_t transaction_sum;
};

static struct seen *seen_of(struct reading *reading, const char *name, size_t n)
{
	struct seen *seen;

	for (size_t i = 0; i < reading->n; i++)
		if (strlen(reading->seen[i].name) == n &&
		    memcmp(reading->seen[i].name, name, n) == 0)
			return &reading->seen[i];
	assert_true(reading->n < ACCOUNTS_MAX && n < NAME_BYTES);
	seen = &reading->seen[reading->n++];
	*seen = (struct seen){ .sum = 0 };
	memcpy(seen->name, name, n);
	return seen;
}

/* "-1234.56 EUR" after blanks; returns what follows. */
static const char *read_amount(const char *text, int64_t *ret_cents)
{
	bool negative;
	char *end;
	long long euros, cents;

	text += strspn(text, " ");
	negative = *text == '-';
	euros = strtoll(text + negative, &end, 10);
	assert_int_equal(*end, '.');
	cents = strtoll(end + 1, &end, 10);
	*ret_cents = (euros * 100 + cents) * (negative ? -1 : 1);
	if (strncmp(end, " ~ 0", 4) == 0) /* beancount's tolerance: none */
		end += 4;
	assert_memory_equal(end, " EUR", 4);
	return end + 4;
}

static void end_transaction(struct reading *reading)
{
	assert_int_equal(reading->transaction_sum, 0);
}

/* A line of a transaction: an account, two blanks, an amount, maybe "= amount". */
static void read_posting(struct reading *reading, const char *line)
{
	const char *name = line + strspn(line, " "), *end = strstr(name, "  ");
	struct seen *seen;
	int64_t amount;

	assert_non_null(end);
	seen = seen_of(reading, name, (size_t)(end - name));
	end = read_amount(end, &amount);
	seen->sum += amount;
	reading->transaction_sum += amount;
	if (strncmp(end, " = ", 3) == 0) {
		(void)read_amount(end + 3, &seen->asserted);
		seen->assertions++;
		assert_int_equal(seen->sum, seen->asserted);
	}
}

/* "DATE open NAME EUR", "DATE balance NAME  AMOUNT EUR", "account NAME". */
static bool read_directive(struct reading *reading, const char *line)
{
	const char *word = line + 11;
	struct seen *seen;

	if (strncmp(line, "account ", 8) == 0) {
		seen_of(reading, line + 8, strlen(line + 8))->openings++;
		return true;
	}
	if (strlen(line) < 11)
		return false;
	if (strncmp(word, "open ", 5) == 0) {
		size_t n = strlen(word + 5);

		assert_string_equal(word + n + 1, " EUR");
		seen_of(reading, word + 5, n - 4)->openings++;
		return true;
	}
	if (strncmp(word, "balance ", 8) != 0)
		return false;
	seen = seen_of(reading, word + 8, strcspn(word + 8, " "));
	(void)read_amount(word + 8 + strcspn(word + 8, " "), &seen->asserted);
	seen->assertions++;
	return true;
}

static void read_line(struct reading *reading, const char *line)
{
	const char *text = line + strspn(line, " ");

	if (!*text || *text == ';')
		return;
	if (text != line && strncmp(text, "format ", 7) == 0)
		return;     /* of a commodity */
	if (text != line) { /* metadata have a colon behind their first word */
		if (text[strcspn(text, ": ")] == ':' && text[0] >= 'a' &&
		    strstr(text, " EUR") == NULL)
			return;
		read_posting(reading, line);
		return;
	}
	if (strncmp(line, "decimal-mark", 12) == 0 ||
	    strncmp(line, "commodity", 9) == 0 || strncmp(line, "option", 6) == 0)
		return;
	end_transaction(reading);
	if (read_directive(reading, line))
		return;
	assert_memory_equal(line + 10, " * ", 3);
	reading->transactions++;
}

static void read_journal(const struct buffer *out, struct reading *reading)
{
	char *copy = strdup(buffer_text(out)), *next = copy;

	assert_non_null(copy);
	*reading = (struct reading){ .n = 0 };
	while (next) {
		char *line = next, *end = strchr(line, '\n');

		next = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		read_line(reading, line);
	}
	end_transaction(reading);
	free(copy);
}

/* The journal of a world, through a replay of its leaves. */
static void write_journal(const struct world *world, enum journal_format format,
			  struct buffer *out)
{
	struct standing standing = { .last_at_s = world->at };
	struct world *again = world_empty();
	struct journal *journal;
	struct spool spool;
	struct fault fault;

	snprintf(standing.checkpoint.origin, sizeof standing.checkpoint.origin, "%s",
		 WORLD_ORIGIN);
	standing.checkpoint.size = world->leaf_count;
	assert_int_equal(spool_open(&spool, &fault), ERR_OK);
	journal = journal_new(format, LANG_FR, &standing, &spool);
	assert_non_null(journal);
	for (size_t i = 0; i < world->leaf_count; i++) {
		struct slice bytes = slice_of(world->leaves[i].bytes, world->leaves[i].n);
		struct json_doc *doc = json_doc_new();
		const struct posting *postings;
		struct entry entry;
		size_t count;

		assert_int_equal(world_replay(again, bytes), ERR_OK);
		assert_int_equal(entry_parse(doc, bytes, &entry, &fault), ERR_OK);
		postings = books_postings(again->books, &count);
		assert_int_equal(journal_add(journal, i, &entry, postings, count, &fault),
				 ERR_OK);
		json_doc_free(doc);
	}
	assert_int_equal(journal_finish(journal, &fault), ERR_OK);
	journal_free(journal);
	rig_spool_read(&spool, out);
	world_free(again);
}

static void assert_balance(struct reading *reading, const struct world *world,
			   const char *name, const char *account)
{
	struct seen *seen = seen_of(reading, name, strlen(name));

	assert_int_equal(seen->sum, cents_value(query_balance(world->books, account)));
	assert_int_equal(seen->asserted, seen->sum);
}

/* Each account is declared once, asserted once, and comes to what is asserted; the
 * sums of all our balances and of all theirs are the same by their absolute values. */
static void assert_whole(struct reading *reading, const struct world *world)
{
	struct movement_view *moves = NULL;
	int64_t ours = 0, theirs = 0;
	size_t count, accounts = 0;
	struct fault fault;

	for (size_t i = 0; i < reading->n; i++) {
		struct seen *seen = &reading->seen[i];

		assert_int_equal(seen->openings, 1);
		assert_int_equal(seen->assertions, 1);
		assert_int_equal(seen->sum, seen->asserted);
		theirs += seen->sum > 0 ? seen->sum : -seen->sum;
	}
	assert_int_equal(query_movements(world->books, "", (struct date){ 0 },
					 (struct date){ DATE_DAY_MAX }, &moves, &count,
					 &fault),
			 ERR_OK);
	for (size_t i = 0; i < count; i++) {
		int64_t balance;

		if (i && strcmp(moves[i].account, moves[i - 1].account) == 0)
			continue;
		balance = cents_value(query_balance(world->books, moves[i].account));
		ours += balance > 0 ? balance : -balance;
		accounts++;
	}
	assert_int_equal(ours, theirs);
	assert_int_equal(accounts, reading->n);
	free(moves);
}

/* The story's journal, written and read back. */
static void story_journal(struct world *world, enum journal_format format,
			  struct buffer *out, struct reading *ret_reading)
{
	struct story story;

	story_tell(world, &story);
	write_journal(world, format, out);
	read_journal(out, ret_reading);
	assert_whole(ret_reading, world);
}

static void a_story_in_hledger_comes_to_our_balances(void **state)
{
	struct world *world = world_new();
	struct reading reading;
	struct buffer out;

	(void)state;
	story_journal(world, JOURNAL_HLEDGER, &out, &reading);
	assert_balance(&reading, world, "assets:bank", "bank");
	assert_balance(&reading, world, "assets:receivable:employer-000001016",
		       "receivable/" STORY_LILAS);
	assert_balance(&reading, world, "liabilities:credit:employer-000001016",
		       "credit/" STORY_LILAS);
	assert_balance(&reading, world, "equity:fund:general:free", "fund/general/-");
	assert_balance(&reading, world, "equity:fund:projets:projets",
		       "fund/projets/projets");
	assert_balance(&reading, world, "liabilities:ordered:projets:atelier-velo",
		       "ordered/projets/atelier-velo");
	assert_non_null(strstr(buffer_text(&out),
			       "2026-10-30 * (10) employer:000001016 | batch R9  ; "
			       "position:10, kind:batch, by:employer:000001016, "
			       "ref:R9\n"));
	assert_non_null(strstr(buffer_text(&out), "; flow:salary.person\n"));
	buffer_release(&out);
	world_free(world);
}

/* The same accounts as hledger's; what is told of an entry has lines of its own. */
static void a_story_in_ledger_comes_to_our_balances(void **state)
{
	struct world *world = world_new();
	struct reading reading;
	struct buffer out;

	(void)state;
	story_journal(world, JOURNAL_LEDGER, &out, &reading);
	assert_balance(&reading, world, "equity:fund:general:free", "fund/general/-");
	assert_non_null(strstr(buffer_text(&out),
			       "2026-10-30 * (10) employer:000001016 | batch R9\n"
			       "    ; position: 10\n    ; kind: batch\n"
			       "    ; by: employer:000001016\n    ; ref: R9\n"));
	assert_non_null(strstr(buffer_text(&out), "  ; flow: salary.person\n"));
	buffer_release(&out);
	world_free(world);
}

static void a_story_in_beancount_comes_to_our_balances(void **state)
{
	struct world *world = world_new();
	struct reading reading;
	struct buffer out;

	(void)state;
	story_journal(world, JOURNAL_BEANCOUNT, &out, &reading);
	assert_balance(&reading, world, "Assets:Bank", "bank");
	assert_balance(&reading, world, "Assets:Receivable:Employer-000004044",
		       "receivable/" STORY_CANAL);
	assert_balance(&reading, world, "Equity:Fund:Projets:Atelier-velo",
		       "fund/projets/atelier-velo");
	/* The day after the last: a balance is one of the morning. And to the cent. */
	assert_non_null(strstr(buffer_text(&out), "\n2026-12-02 balance Assets:Bank "));
	assert_non_null(strstr(buffer_text(&out), " ~ 0 EUR\n"));
	buffer_release(&out);
	world_free(world);
}

static void a_ledger_in_which_nothing_moved_is_a_journal_without_accounts(void **state)
{
	struct world *world = world_new();
	struct reading reading;
	struct buffer out;

	(void)state;
	for (int format = JOURNAL_HLEDGER; format <= JOURNAL_LEDGER; format++) {
		write_journal(world, (enum journal_format)format, &out);
		read_journal(&out, &reading);
		assert_int_equal(reading.n, 0);
		assert_int_equal(reading.transactions, 0);
		buffer_release(&out);
	}
	world_free(world);
}

/* One made-up transaction between accounts whose ids look alike once written. */
static void add_alike(struct journal *journal, const char *const *paths, size_t count)
{
	struct posting postings[8];
	struct entry entry = { .kind = KIND_gift,
			       .by = slice_of_text("operator"),
			       .ref = slice_of_text("A"),
			       .date = { 20000 } };
	struct fault fault;

	assert_true(count <= 8 && count % 2 == 0);
	for (size_t i = 0; i < count; i++) {
		snprintf(postings[i].account, sizeof postings[i].account, "%s", paths[i]);
		snprintf(postings[i].flow, sizeof postings[i].flow, "gift.person");
		postings[i].amount = cents_of(i % 2 ? -1 : 1);
		postings[i].date = entry.date;
	}
	assert_int_equal(journal_add(journal, 1, &entry, postings, count, &fault),
			 ERR_OK);
}

static void accounts_that_would_look_alike_get_names_of_their_own(void **state)
{
	static const char *const paths[] = { "credit/a:b",       "credit/a-b",
					     "credit/a.b",       "credit/a-b-2",
					     "fund/emploi/free", "fund/emploi/-",
					     "fund/emploi/a",    "fund/emploi/free-2" };
	struct standing standing = { .last_at_s = 0 };
	struct reading reading;
	struct buffer out;
	struct fault fault;

	(void)state;
	for (int format = JOURNAL_HLEDGER; format <= JOURNAL_LEDGER; format++) {
		bool hledger = format != JOURNAL_BEANCOUNT;
		struct journal *journal;
		struct spool spool;

		assert_int_equal(spool_open(&spool, &fault), ERR_OK);
		journal = journal_new((enum journal_format)format, LANG_EN, &standing,
				      &spool);
		assert_non_null(journal);
		add_alike(journal, paths, 8);
		add_alike(journal, paths, 8); /* the same names again */
		assert_int_equal(journal_finish(journal, &fault), ERR_OK);
		journal_free(journal);
		rig_spool_read(&spool, &out);
		read_journal(&out, &reading);
		assert_int_equal(reading.n, 8);
		assert_int_equal(seen_of(&reading,
					 hledger ? "equity:fund:emploi:free"
						 : "Equity:Fund:Emploi:Free",
					 23)
					 ->sum,
				 -2);
		assert_non_null(strstr(buffer_text(&out),
				       hledger ? "equity:fund:emploi:free-2-2"
					       : "Equity:Fund:Emploi:Free-2-2"));
		buffer_release(&out);
	}
}

static void an_account_without_a_place_is_refused(void **state)
{
	struct posting posting = { .account = "elsewhere/x",
				   .flow = "gift.person",
				   .date = { 20000 } };
	struct entry entry = { .kind = KIND_gift, .date = { 20000 } };
	struct standing standing = { .last_at_s = 0 };
	struct journal *journal;
	struct spool spool;
	struct fault fault;

	(void)state;
	assert_int_equal(spool_open(&spool, &fault), ERR_OK);
	journal = journal_new(JOURNAL_HLEDGER, LANG_FR, &standing, &spool);
	assert_non_null(journal);
	posting.amount = cents_of(1);
	assert_int_equal(journal_add(journal, 1, &entry, &posting, 1, &fault),
			 ERR_INVALID);
	journal_free(journal);
	spool_close(&spool);
}

static void a_long_journal_does_not_stay_in_memory(void **state)
{
	static const char *const paths[] = { "bank", "fund/emploi/-" };
	struct standing standing = { .last_at_s = 0 };
	struct reading reading;
	struct journal *journal;
	struct buffer out;
	struct spool spool;
	struct fault fault;

	(void)state;
	assert_int_equal(spool_open(&spool, &fault), ERR_OK);
	journal = journal_new(JOURNAL_LEDGER, LANG_FR, &standing, &spool);
	assert_non_null(journal);
	for (int i = 0; i < 5000; i++) {
		add_alike(journal, paths, 2);
		assert_true(spool.text.n < SPOOL_BYTES);
	}
	assert_true(spool.sent > 2 * SPOOL_BYTES);
	assert_int_equal(journal_finish(journal, &fault), ERR_OK);
	journal_free(journal);
	rig_spool_read(&spool, &out);
	read_journal(&out, &reading);
	assert_int_equal(reading.transactions, 5001); /* and the assertions' */
	assert_int_equal(seen_of(&reading, "assets:bank", 11)->asserted, 5000);
	buffer_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_story_in_hledger_comes_to_our_balances),
		cmocka_unit_test(a_story_in_beancount_comes_to_our_balances),
		cmocka_unit_test(a_story_in_ledger_comes_to_our_balances),
		cmocka_unit_test(
			a_ledger_in_which_nothing_moved_is_a_journal_without_accounts),
		cmocka_unit_test(accounts_that_would_look_alike_get_names_of_their_own),
		cmocka_unit_test(an_account_without_a_place_is_refused),
		cmocka_unit_test(a_long_journal_does_not_stay_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
