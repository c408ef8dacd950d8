/*
 * test_accounts.c - a year's accounts as documents: they agree with each other, with the
 * FEC and with the books. Of reports/accounts.c, reports/balance.c,
 * reports/grand_livre.c, reports/journaux.c, reports/dedicated.c, reports/crod.c,
 * reports/cer.c and reports/origin.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/accounts.h"
#include "reports/render.h"
#include "tests/accounting_rig.h"
#include "tests/random_books.h"

#define TEXT_BYTES_MAX ((size_t)16 << 20)
#define YEARS          6

/* The accounting of a world's year, and the documents made of it. */
struct year {
	struct accounting *accounting;
	struct accounts accounts;
	struct posted posted;
	struct standing standing;
};

static void year_begin(struct world *world, const struct exercise_request *request,
		       struct year *year)
{
	struct voucher_sink sink;
	struct fault fault;

	memset(year, 0, sizeof *year);
	sink = posted_sink(&year->posted);
	rig_standing(world, &year->standing);
	year->accounting = rig_accounting(world, request, &sink);
	if (accounts_begin(year->accounting, world->books, &year->standing, &year->posted,
			   &year->accounts, &fault))
		fail_msg("%s", fault.text);
}

static void year_end(struct year *year)
{
	accounting_free(year->accounting);
	posted_release(&year->posted);
}

/* The document, which renders; the caller releases it. */
static void put(struct year *year, accounts_fn *fn, struct document *doc)
{
	struct buffer text;
	struct fault fault;

	document_init(doc, LANG_FR, "accounts", "Comptes");
	if (accounts_front(&year->accounts, doc, &fault) ||
	    fn(&year->accounts, doc, &fault) || document_check(doc, &fault))
		fail_msg("%s", fault.text);
	buffer_init(&text, TEXT_BYTES_MAX);
	assert_int_equal(render_text(doc, &text, &fault), ERR_OK);
	assert_int_equal(render_json(doc, &text, &fault), ERR_OK);
	buffer_release(&text);
}

static int64_t total(const struct document *doc, const char *table, const char *column)
{
	const struct table *t = rig_table(doc, table);

	return rig_cents(t, rig_row(t, ROW_TOTAL), column);
}

/* The sum of a column over its ordinary rows. */
static int64_t sum(const struct document *doc, const char *table, const char *column)
{
	const struct table *t = rig_table(doc, table);
	int64_t sum = 0;

	for (const struct row *row = t->first_row; row; row = row->next)
		if (row->style == ROW_NORMAL || row->style == ROW_ALERT)
			sum += rig_cents(t, row, column);
	return sum;
}

/* The balance of an account in the balance générale; 0 where it is not there. */
static int64_t closing(const struct document *doc, const char *number)
{
	const struct table *t = rig_table(doc, "accounts");

	for (const struct row *row = t->first_row; row; row = row->next)
		if (row->style == ROW_NORMAL &&
		    strcmp(rig_text(t, row, "number"), number) == 0)
			return rig_cents(t, row, "debit_balance") -
			       rig_cents(t, row, "credit_balance");
	return 0;
}

static int64_t closing_of_class(const struct document *doc, char class)
{
	const struct table *t = rig_table(doc, "accounts");
	int64_t sum = 0;

	for (const struct row *row = t->first_row; row; row = row->next)
		if (row->style == ROW_NORMAL && *rig_text(t, row, "number") == class)
			sum += rig_cents(t, row, "debit_balance") -
			       rig_cents(t, row, "credit_balance");
	return sum;
}

/* ---- they agree ---- */

static int64_t opening_debit(const struct accounts *accounts)
{
	int64_t sum = 0;

	for (size_t i = 0; i < accounts->opening.count; i++)
		if (cents_is_positive(accounts->opening.lines[i].amount))
			sum += cents_value(accounts->opening.lines[i].amount);
	return sum;
}

/* The sum of the classes' rows. */
static int64_t of_classes(const struct document *balance, const char *column)
{
	const struct table *t = rig_table(balance, "accounts");
	int64_t sum = 0;

	for (const struct row *row = t->first_row; row; row = row->next)
		if (row->style == ROW_SUBTOTAL)
			sum += rig_cents(t, row, column);
	return sum;
}

static void books_agree(struct year *year, const struct document *balance)
{
	struct document book;

	assert_int_equal(of_classes(balance, "opening"), 0);
	assert_int_equal(of_classes(balance, "debit"),
			 total(balance, "accounts", "debit"));
	assert_int_equal(of_classes(balance, "credit"),
			 total(balance, "accounts", "credit"));

	assert_int_equal(total(balance, "accounts", "opening"), 0);
	assert_int_equal(total(balance, "accounts", "debit"),
			 total(balance, "accounts", "credit"));
	assert_int_equal(total(balance, "accounts", "debit_balance"),
			 total(balance, "accounts", "credit_balance"));
	put(year, grand_livre_put, &book);
	assert_int_equal(total(&book, "lines", "debit"),
			 total(balance, "accounts", "debit") +
				 opening_debit(&year->accounts));
	assert_int_equal(total(&book, "lines", "debit"), sum(&book, "lines", "debit"));
	assert_int_equal(total(&book, "lines", "credit"), total(&book, "lines", "debit"));
	document_release(&book);
	put(year, journaux_put, &book);
	assert_int_equal(total(&book, "lines", "debit"),
			 total(balance, "accounts", "debit") +
				 opening_debit(&year->accounts));
	assert_int_equal(total(&book, "lines", "credit"), sum(&book, "lines", "credit"));
	document_release(&book);
}

/* What the grand livre ends with on the accounts of one number. */
static int64_t ends_with(const struct table *t, const char *number)
{
	int64_t sum = 0;

	for (const struct row *row = t->first_row; row; row = row->next)
		if (row->style == ROW_SUBTOTAL &&
		    strcmp(rig_text(t, row, "number"), number) == 0)
			sum += rig_cents(t, row, "balance");
	return sum;
}

static void grand_livre_ends_in_the_balance(struct year *year,
					    const struct document *balance)
{
	const struct table *t = rig_table(balance, "accounts");
	struct document book;

	put(year, grand_livre_put, &book);
	for (const struct row *row = t->first_row; row; row = row->next)
		if (row->style == ROW_NORMAL)
			assert_int_equal(ends_with(rig_table(&book, "lines"),
						   rig_text(t, row, "number")),
					 closing(balance, rig_text(t, row, "number")));
	document_release(&book);
}

static void statements_agree(struct year *year, const struct document *balance)
{
	bool is_over = accounting_exercise(year->accounting)->is_over;
	struct document crod, cer, dedicated;
	int64_t result = -closing_of_class(balance, '6') - closing_of_class(balance, '7');
	int64_t left;

	put(year, crod_put, &crod);
	assert_int_equal(total(&crod, "income", "whole") -
				 total(&crod, "charges", "whole"),
			 result);
	assert_int_equal(rig_cents(rig_table(&crod, "result"),
				   rig_table(&crod, "result")->first_row, "whole"),
			 result);
	assert_int_equal(total(&crod, "kind_income", "whole"),
			 total(&crod, "kind_uses", "whole"));
	put(year, cer_put, &cer);
	assert_int_equal(total(&cer, "sources", "public"),
			 total(&crod, "income", "public"));
	assert_int_equal(total(&cer, "uses", "public"),
			 total(&crod, "charges", "public"));
	left = sum(&cer, "left", "public");
	assert_int_equal(total(&cer, "left", "public"), left);
	assert_int_equal(total(&cer, "left", "previous_public"),
			 left - (total(&cer, "sources", "public") -
				 total(&cer, "uses", "public")));
	assert_int_equal(total(&cer, "dedicated", "public"),
			 sum(&cer, "dedicated", "public"));
	put(year, dedicated_put, &dedicated);
	assert_int_equal(total(&dedicated, "public", "closing"),
			 total(&cer, "dedicated", "public"));
	assert_int_equal(total(&dedicated, "public", "opening") +
				 total(&dedicated, "public", "reported") -
				 total(&dedicated, "public", "used") +
				 total(&dedicated, "public", "transferred"),
			 total(&dedicated, "public", "closing"));
	if (is_over) {
		/* What was put to another use is of the same account. */
		assert_int_equal(total(&dedicated, "public", "closing") -
					 total(&dedicated, "public", "transferred"),
				 -closing(balance, "196"));
		assert_int_equal(total(&dedicated, "bodies", "closing") -
					 total(&dedicated, "bodies", "transferred"),
				 -closing(balance, "195"));
	}
	document_release(&crod);
	document_release(&cer);
	document_release(&dedicated);
}

static void test_the_documents_of_random_years_agree(void **state)
{
	(void)state;
	for (uint64_t seed = 21; seed < 21 + YEARS; seed++) {
		struct world *world = world_new();
		struct dice dice = { .state = seed };

		random_begin(world);
		random_open(world);
		for (int step = 0; step < RANDOM_STEPS; step++) {
			if (step == 70 && seed % 2)
				random_bank(world);
			random_play(world, &dice);
		}
		for (int32_t y = 2026; y <= 2028; y++) {
			struct exercise_request request = rig_year(y);
			struct document balance;
			struct year year;

			year_begin(world, &request, &year);
			put(&year, balance_put, &balance);
			books_agree(&year, &balance);
			grand_livre_ends_in_the_balance(&year, &balance);
			statements_agree(&year, &balance);
			document_release(&balance);
			year_end(&year);
		}
		world_free(world);
	}
}

/* A ledger with its charter only, and one without an entry in the year. */
static void test_nothing_at_all_is_a_document_without_rows(void **state)
{
	static accounts_fn *const all[] = { balance_put,   grand_livre_put, journaux_put,
					    dedicated_put, crod_put,        cer_put };
	static const int32_t years[] = { 1980, 2026, 2150 };
	struct world *world = world_new();

	(void)state;
	for (size_t y = 0; y < sizeof years / sizeof *years; y++) {
		struct exercise_request request = rig_year(years[y]);
		struct year year;

		year_begin(world, &request, &year);
		for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
			struct document doc;

			put(&year, all[i], &doc);
			if (i == 0)
				assert_int_equal(total(&doc, "accounts", "debit"), 0);
			document_release(&doc);
		}
		year_end(&year);
	}
	world_free(world);
}

/* ---- worked: what is earmarked, over three years ---- */

#define LILAS  "employer:000001016"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

static void at(struct world *world, const char *day)
{
	struct date date;

	assert_int_equal(date_parse(day, &date), ERR_OK);
	world->at = (int64_t)date.day * DAY_S + 12 * 3600;
}

static uint64_t granted(struct world *world, const char *members)
{
	uint64_t proposal = world_must(world, "operator", "%s", members);

	world_votes(world, proposal, 4);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	return proposal;
}

static void paid(struct world *world, uint64_t grant, int amount, const char *day)
{
	uint64_t payment = world_must(world, "treasurer",
				      "'kind':'payment','proposal':%" PRIu64
				      ",'payee':" DIGEST ",'amount':%d",
				      grant, amount);

	(void)world_must(world, "treasurer",
			 "'kind':'paid','date':'%s','payment':%" PRIu64, day, payment);
}

/* 1 000.00 to a project in 2026, of which 300.00 are paid in it, 500.00 in 2027 beside
 * 200.00 more given. */
static void earmark(struct world *world)
{
	uint64_t grant;

	at(world, "2026-11-20");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:lab','nature':'association',"
			 "'name':'Lab','siren':'000009316',"
			 "'attestation':{'digest':" DIGEST ",'until':'2028-12-31'}");
	(void)world_must(world, "operator",
			 "'kind':'project','id':'lab','title':'Lab','status':'open',"
			 "'bearer':'bearer:lab'");
	(void)world_must(world, LILAS,
			 "'kind':'gift','date':'2026-11-20','payer':'" LILAS
			 "','giver':'company','fund':'projets','earmark':'lab',"
			 "'amount':100000");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-20','payer':'" LILAS
			 "','amount':100000");
	grant = granted(world,
			"'kind':'proposal','subject':'grant','amount':80000,"
			"'fund':'projets','beneficiary':'bearer:lab','project':'lab',"
			"'payee':" DIGEST
			",'purpose':'demarrage','expires_on':'2026-12-20'");
	paid(world, grant, 30000, "2026-11-20");
	at(world, "2027-03-10");
	paid(world, grant, 50000, "2027-03-10");
	(void)world_must(world, LILAS,
			 "'kind':'gift','date':'2027-03-10','payer':'" LILAS
			 "','giver':'company','fund':'projets','earmark':'lab',"
			 "'amount':20000");
	at(world, "2028-02-01");
	(void)world_must(world, LILAS,
			 "'kind':'gift','date':'2028-02-01','payer':'" LILAS
			 "','giver':'company','fund':'emploi','amount':100");
}

static void dedicated_is(struct world *world, int32_t y, int64_t opening,
			 int64_t reported, int64_t used, int64_t end)
{
	struct exercise_request request = rig_year(y);
	struct document doc;
	struct year year;

	year_begin(world, &request, &year);
	put(&year, dedicated_put, &doc);
	assert_int_equal(total(&doc, "public", "opening"), opening);
	assert_int_equal(total(&doc, "public", "reported"), reported);
	assert_int_equal(total(&doc, "public", "used"), used);
	assert_int_equal(total(&doc, "public", "closing"), end);
	assert_int_equal(rig_balance(year.accounting, "6896", TERM_CURRENT), reported);
	assert_int_equal(rig_balance(year.accounting, "7896", TERM_CURRENT), -used);
	document_release(&doc);
	year_end(&year);
}

static void test_earmarked_money_goes_from_year_to_year(void **state)
{
	struct world *world = world_new();
	uint64_t grant;

	(void)state;
	earmark(world);
	dedicated_is(world, 2026, 0, 70000, 0, 70000);
	dedicated_is(world, 2027, 70000, 20000, 50000, 40000);
	/* 300.00 more are given, and 600.00 used: first what there was. */
	(void)world_must(world, LILAS,
			 "'kind':'gift','date':'2028-02-01','payer':'" LILAS
			 "','giver':'company','fund':'projets','earmark':'lab',"
			 "'amount':30000");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2028-02-01','payer':'" LILAS
			 "','amount':50100");
	grant = granted(world,
			"'kind':'proposal','subject':'grant','amount':60000,"
			"'fund':'projets','beneficiary':'bearer:lab','project':'lab',"
			"'payee':" DIGEST
			",'purpose':'demarrage','expires_on':'2028-03-01'");
	paid(world, grant, 60000, "2028-02-01");
	at(world, "2029-01-02");
	dedicated_is(world, 2028, 40000, 10000, 40000, 10000);
	world_free(world);
}

/* ---- worked: what the public has paid ---- */

static int64_t figure(const struct document *doc, const char *table, const char *label,
		      const char *column)
{
	const struct table *t = rig_table(doc, table);

	for (const struct row *row = t->first_row; row; row = row->next)
		if (strcmp(rig_text(t, row, "label"), label) == 0)
			return rig_cents(t, row, column);
	fail_msg("no line '%s'", label);
	return 0;
}

/* A body gives 500.00 for a project, of which 300.00 are granted and paid, and 60.00 for
 * anything; the public gives 1 000.00; running costs are 100.00. */
static void test_the_public_pays_what_others_do_not(void **state)
{
	struct exercise_request request = rig_year(2026);
	struct world *world = world_new();
	struct document doc;
	struct year year;
	uint64_t grant;

	(void)state;
	earmark(world);
	at(world, "2028-02-01");
	request = rig_year(2028);
	(void)world_must(world, "operator",
			 "'kind':'member','id':'funder:000009316','role':'funder',"
			 "'siren':'000009316','name':'Corps','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'project','id':'autre','title':'Autre','status':'open',"
			 "'bearer':'bearer:lab'");
	(void)world_must(world, "funder:000009316",
			 "'kind':'contribution','date':'2028-02-01','payer':"
			 "'funder:000009316','amount':50000,'due_on':'2028-02-28',"
			 "'fund':'projets','earmark':'autre'");
	(void)world_must(world, "funder:000009316",
			 "'kind':'contribution','date':'2028-02-01','payer':"
			 "'funder:000009316','amount':6000,'due_on':'2028-02-28',"
			 "'fund':'emploi'");
	(void)world_must(world, LILAS,
			 "'kind':'gift','date':'2028-02-01','payer':'" LILAS
			 "','giver':'person','fund':'emploi','amount':100000");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2028-02-01','payer':"
			 "'funder:000009316','amount':56000");
	(void)world_must(world, "treasurer",
			 "'kind':'expense','date':'2028-02-01','amount':10000,'class':"
			 "'fonctionnement','fund':'emploi','nature':'supplier'");
	grant = granted(world, "'kind':'proposal','subject':'grant','amount':30000,"
			       "'fund':'projets','beneficiary':'bearer:lab','project':"
			       "'autre','payee':" DIGEST
			       ",'purpose':'demarrage','expires_on':'2028-03-01'");
	paid(world, grant, 30000, "2028-02-01");
	world->at += 366 * DAY_S; /* the year is over */
	year_begin(world, &request, &year);
	put(&year, crod_put, &doc);
	assert_int_equal(figure(&doc, "charges",
				"En France\u00a0: versements à d'autres organismes",
				"whole"),
			 30000);
	assert_int_equal(figure(&doc, "charges",
				"En France\u00a0: versements à d'autres organismes",
				"public"),
			 0);
	assert_int_equal(figure(&doc, "charges", "Frais de fonctionnement", "whole"),
			 10000);
	assert_int_equal(figure(&doc, "charges", "Frais de fonctionnement", "public"),
			 4000);
	assert_int_equal(
		figure(&doc, "charges", "Reports en fonds dédiés de l'exercice", "whole"),
		20000);
	assert_int_equal(figure(&doc, "charges", "Reports en fonds dédiés de l'exercice",
				"public"),
			 0);
	assert_int_equal(figure(&doc, "income",
				"Contributions financières sans contrepartie", "whole"),
			 56000);
	document_release(&doc);
	year_end(&year);
	world_free(world);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_the_public_pays_what_others_do_not),
	cmocka_unit_test(test_the_documents_of_random_years_agree),
	cmocka_unit_test(test_nothing_at_all_is_a_document_without_rows),
	cmocka_unit_test(test_earmarked_money_goes_from_year_to_year),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
