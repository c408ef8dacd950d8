/*
 * test_books_bank_random.c - whatever is recorded of the bank, in whatever order, an
 * account is what its last statement says, and suspense is what is not explained of the
 * lines, to the cent.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/teller.h"

#define STEPS     500
#define LINES_MAX 4
#define CENTS_MAX 5000

static const char *const companies[] = { "employer:000001016", "employer:000004044" };

/* What the test itself knows of the account. */
struct bank {
	struct world *world;
	uint64_t dice; /* SplitMix64 */
	int64_t balance;
	int32_t stated_on;
	int statements;
	int explained, undone, refused; /* so many of each */
};

/* 0 .. below - 1. */
static uint32_t roll(struct bank *bank, uint32_t below)
{
	uint64_t z = bank->dice += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ z >> 31) % below);
}

static struct date today(const struct bank *bank)
{
	struct date date;

	assert_int_equal(date_paris(bank->world->at, &date), ERR_OK);
	return date;
}

static const char *day_text(struct date date, char text[DATE_TEXT_BYTES])
{
	date_format(date, text);
	return text;
}

static void tally(struct bank *bank, enum err err, int *done)
{
	(*(err ? &bank->refused : done))++;
}

static void states(struct bank *bank)
{
	char lines[LINES_MAX * 64] = "", from[DATE_TEXT_BYTES], to[DATE_TEXT_BYTES];
	uint32_t count = roll(bank, LINES_MAX + 1);
	int64_t closing = bank->balance;
	size_t n = 0;

	day_text((struct date){ bank->stated_on }, from);
	day_text(today(bank), to);
	for (uint32_t i = 0; i < count; i++) {
		int64_t amount = 1 + roll(bank, CENTS_MAX);

		amount = roll(bank, 3) ? amount : -amount;
		closing += amount;
		n += (size_t)snprintf(lines + n, sizeof lines - n,
				      "%s{'amount':%" PRId64 ",'booked_on':'%s'}",
				      i ? "," : "", amount, to);
	}
	(void)world_must(
		bank->world, "treasurer",
		"'kind':'statement','account':'courant','page':1,'digest':'%064d',"
		"'from':'%s','date':'%s','opening':%" PRId64 ",'closing':%" PRId64
		",'lines':[%s]",
		++bank->statements, from, to, bank->balance, closing, lines);
	bank->balance = closing;
	bank->stated_on = today(bank).day;
}

/* A line that is not explained yet, and as much of it as the dice say; false: none. */
static bool some_line(struct bank *bank, char cites[160], int64_t *ret_amount)
{
	struct suspense_view *lines = NULL;
	char day[DATE_TEXT_BYTES];
	size_t count = 0;

	assert_int_equal(
		query_suspense(bank->world->books, &lines, &count, &bank->world->fault),
		ERR_OK);
	if (count) {
		struct suspense_view *line = &lines[roll(bank, (uint32_t)count)];
		int64_t open = cents_value(line->open);

		/* A cent more than there is, at times. */
		*ret_amount = 1 + roll(bank, (uint32_t)(open < 0 ? -open : open) + 1);
		*ret_amount = open < 0 ? -*ret_amount : *ret_amount;
		snprintf(cites, 160,
			 ",'date':'%s','line':{'line':%" PRId64 ",'statement':%" PRIu64
			 "}",
			 day_text(line->booked_on, day), line->line, line->statement);
	}
	free(lines);
	return count > 0;
}

static void explains(struct bank *bank)
{
	const char *payer = companies[roll(bank, 2)];
	char cites[160];
	int64_t amount;
	enum err err;

	if (!some_line(bank, cites, &amount))
		return;
	if (amount > 0 && roll(bank, 2))
		err = world_submit(bank->world, "treasurer",
				   "'kind':'settlement','payer':'%s','amount':%" PRId64
				   "%s",
				   payer, amount, cites);
	else if (amount > 0)
		err = world_submit(bank->world, "treasurer",
				   "'kind':'income','fund':'general','nature':'other',"
				   "'amount':%" PRId64 "%s",
				   amount, cites);
	else if (roll(bank, 2))
		err = world_submit(bank->world, "treasurer",
				   "'kind':'refund','payer':'%s','through':'bank',"
				   "'reason':'overpaid','amount':%" PRId64 "%s",
				   payer, -amount, cites);
	else
		err = world_submit(bank->world, "treasurer",
				   "'kind':'expense','fund':'general','nature':'other',"
				   "'class':'mission','amount':%" PRId64 "%s",
				   -amount, cites);
	tally(bank, err, &bank->explained);
}

/* Of anything, most of which cannot be; with a line of its own, or without. */

static void undoes(struct bank *bank)
{
	uint32_t of = roll(bank, (uint32_t)bank->world->leaf_count);
	char cites[160], day[DATE_TEXT_BYTES];
	int64_t amount;

	if (roll(bank, 3) || !some_line(bank, cites, &amount))
		snprintf(cites, sizeof cites, ",'date':'%s'", day_text(today(bank), day));
	tally(bank,
	      world_submit(bank->world, "treasurer",
			   "'kind':'reversal','reason':'amount','of':%" PRIu32 "%s", of,
			   cites),
	      &bank->undone);
}

static void gives(struct bank *bank)
{
	const char *payer = companies[roll(bank, 2)];
	char day[DATE_TEXT_BYTES];

	(void)world_must(bank->world, payer,
			 "'kind':'gift','date':'%s','payer':'%s','giver':'company',"
			 "'fund':'emploi','amount':%d",
			 day_text(today(bank), day), payer,
			 1 + (int)roll(bank, CENTS_MAX));
}

static void must_hold(struct bank *bank)
{
	struct suspense_view *lines = NULL;
	struct account_view *accounts = NULL;
	size_t count = 0, n_accounts = 0;
	int64_t open = 0;

	assert_int_equal(
		query_suspense(bank->world->books, &lines, &count, &bank->world->fault),
		ERR_OK);
	for (size_t i = 0; i < count; i++)
		open += cents_value(lines[i].open);
	assert_int_equal(query_accounts(bank->world->books, &accounts, &n_accounts,
					&bank->world->fault),
			 ERR_OK);
	assert_int_equal(n_accounts, 1);
	assert_int_equal(cents_value(accounts[0].arrived) - cents_value(accounts[0].left),
			 open);
	assert_int_equal(accounts[0].lines, count);
	free(lines);
	free(accounts);
	assert_int_equal(world_balance(bank->world, "account/courant"), bank->balance);
	assert_int_equal(-world_balance(bank->world, "suspense/courant"), open);
	assert_int_equal(world_balance(bank->world, "bank"), 0);
}

static void test_the_bank_is_what_its_statements_say_whatever_is_recorded(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct bank bank = { .world = world_new(), .dice = seed };

		(void)teller_vote(bank.world,
				  TELLER_ACCOUNT("courant", TELLER_IBAN, "active"));
		bank.stated_on = today(&bank).day;
		states(&bank);
		for (int i = 0; i < STEPS; i++) {
			switch (roll(&bank, 6)) {
			case 0:
				states(&bank);
				break;
			case 1:
				gives(&bank);
				break;
			case 2:
				undoes(&bank);
				break;
			default:
				explains(&bank);
			}
			if (roll(&bank, 4) == 0)
				bank.world->at += roll(&bank, 12 * 86400);
			must_hold(&bank);
		}
		/* It would prove nothing if nothing was taken. */
		assert_true(bank.explained > 50 && bank.undone > 10 && bank.refused > 20);
		world_check(bank.world);
		world_free(bank.world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_the_bank_is_what_its_statements_say_whatever_is_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
