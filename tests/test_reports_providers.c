/*
 * test_reports_providers.c - providers, collectors and co-funders in the reports: what is
 * kept as a fee, what is in transit, who owes what a collector has posted, and who pays
 * for a project. Of reports/allocation_projects.c, reports/allocation_funds.c and
 * reports/statement.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "reports/allocation.h"
#include "reports/statement.h"
#include "tests/report_rig.h"

#define LILAS  "employer:000001016"
#define FUNDER "funder:000009316"
#define STRIPE "provider:stripe"
#define BUREAU "collector:bureau"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

static void members_join(struct world *world)
{
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" STRIPE
			 "','role':'provider','name':'Stripe','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" BUREAU
			 "','role':'collector','name':'Bureau','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" FUNDER "','role':'funder','siren':"
			 "'000009316','name':'Co-financeur','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" LILAS "','role':'employer','siren':"
			 "'000001016','name':'Menuiserie','status':'active',"
			 "'match_percent':100,'match_cap_month':300,"
			 "'collector':'" BUREAU "'");
}

/* A gift of 100.00, 2.00 of it kept, 98.00 paid out of which 90.00 arrived. */
static void provider_tells(struct world *world)
{
	uint64_t gift, payout;

	gift = world_must(world, STRIPE,
			  "'kind':'gift','date':'2026-11-02','payer':'" STRIPE
			  "','giver':'person','fund':'emploi','amount':10000");
	(void)world_must(world, STRIPE,
			 "'kind':'fee','date':'2026-11-02','payer':'" STRIPE
			 "','amount':200,'of':%" PRIu64,
			 gift);
	payout = world_must(world, STRIPE,
			    "'kind':'payout','date':'2026-11-09','payer':'" STRIPE
			    "','amount':9800");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-10','payer':'" STRIPE
			 "','amount':9000,'settles':%" PRIu64,
			 payout);
}

static void allocation(struct world *world, struct document *doc)
{
	struct report_request request = { .lang = LANG_FR };
	struct standing standing;
	struct fault fault;

	rig_standing(world, &standing);
	if (allocation_report(world->books, &standing, &request, doc, &fault))
		fail_msg("%s", fault.text);
}

static const struct row *row_named(const struct table *table, const char *column,
				   const char *name)
{
	for (const struct row *row = table->first_row; row; row = row->next)
		if (strcmp(rig_text(table, row, column), name) == 0)
			return row;
	fail_msg("no row '%s' in table '%s'", name, table->id);
	return NULL;
}

/* ---- the allocation report ---- */

static void test_a_fee_is_spent_and_what_is_in_transit_is_not_at_the_bank(void **state)
{
	struct world *world = world_new();
	const struct table *table;
	const struct row *row;
	struct document doc;

	(void)state;
	members_join(world);
	provider_tells(world);
	allocation(world, &doc);
	table = rig_table(&doc, "funds");
	row = row_named(table, "fund", "emploi");
	assert_int_equal(rig_cents(table, row, "received"), 10000);
	assert_int_equal(rig_cents(table, row, "spent"), 0);
	row = row_named(table, "fund", "fonctionnement");
	assert_int_equal(rig_cents(table, row, "received"), 0);
	assert_int_equal(rig_cents(table, row, "spent"), 200);
	assert_int_equal(rig_cents(table, row, "available"), -200);
	table = rig_table(&doc, "sources");
	row = rig_row(table, ROW_TOTAL);
	assert_int_equal(rig_cents(table, row, "received"), 10000);
	assert_int_equal(rig_cents(table, row, "receivable"), 0);
	table = rig_table(&doc, "cash");
	row = row_named(table, "line",
			"Versé par des prestataires, pas encore en banque (à déduire)");
	assert_int_equal(rig_cents(table, row, "amount"), -800);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "amount"), 9000);
	document_release(&doc);
	world_free(world);
}

static void part_is(const struct table *table, const struct row *row, const char *nature,
		    const char *payer, int64_t received, int64_t receivable)
{
	assert_non_null(row);
	assert_string_equal(rig_text(table, row, "project"), "Lab");
	assert_string_equal(rig_text(table, row, "nature"), nature);
	assert_string_equal(rig_text(table, row, "payer"), payer);
	assert_int_equal(rig_cents(table, row, "received"), received);
	assert_int_equal(rig_cents(table, row, "receivable"), receivable);
	assert_int_equal(rig_cents(table, row, "promised"), received + receivable);
}

/* Two gifts of one payer are one row; what was given back, and what names no project, is
 * in none. */
static void test_who_pays_which_part_of_a_project(void **state)
{
	struct world *world = world_new();
	const struct table *table;
	const struct row *row;
	struct document doc;
	uint64_t gift;

	(void)state;
	members_join(world);
	(void)world_must(world, "operator",
			 "'kind':'project','id':'lab','title':'Lab','status':'open'");
	(void)world_must(world, FUNDER,
			 "'kind':'contribution','date':'2026-10-12','payer':'" FUNDER
			 "','amount':500000,'due_on':'2027-01-31','fund':'projets',"
			 "'earmark':'lab'");
	(void)world_must(world, FUNDER,
			 "'kind':'contribution','date':'2026-10-12','payer':'" FUNDER
			 "','amount':700,'due_on':'2027-01-31','fund':'projets'");
	(void)world_must(world, LILAS,
			 "'kind':'patronage','date':'2026-10-10','payer':'" LILAS
			 "','fund':'projets','earmark':'lab','form':'cash',"
			 "'promise':'firm','amount':90000,'due_on':'2026-12-31'");
	(void)world_must(world, LILAS,
			 "'kind':'patronage','date':'2026-10-10','payer':'" LILAS
			 "','fund':'projets','earmark':'lab','form':'goods',"
			 "'promise':'firm','amount':70000");
	gift = world_must(world, STRIPE,
			  "'kind':'gift','date':'2026-11-02','payer':'" STRIPE
			  "','giver':'person','fund':'projets','earmark':'lab',"
			  "'amount':5000");
	(void)world_must(world, STRIPE,
			 "'kind':'gift','date':'2026-11-03','payer':'" STRIPE
			 "','giver':'person','fund':'projets','earmark':'lab',"
			 "'amount':2500");
	(void)world_must(world, STRIPE,
			 "'kind':'payout','date':'2026-11-09','payer':'" STRIPE
			 "','amount':6000");
	(void)world_must(world, STRIPE,
			 "'kind':'refund','date':'2026-11-12','payer':'" STRIPE
			 "','amount':1000,'reason':'asked','through':'payer',"
			 "'of':%" PRIu64,
			 gift);
	allocation(world, &doc);
	table = rig_table(&doc, "projects");
	row = table->first_row;
	part_is(table, row, "Don", "Stripe", 5000, 1500);
	row = row->next;
	part_is(table, row, "Mécénat", "Menuiserie", 0, 90000);
	row = row->next;
	part_is(table, row, "Contributions financières", "Co-financeur", 0, 500000);
	row = row->next;
	assert_int_equal(row->style, ROW_SUBTOTAL);
	assert_int_equal(rig_cents(table, row, "promised"), 596500);
	row = rig_row(table, ROW_TOTAL);
	assert_int_equal(rig_cents(table, row, "received"), 5000);
	assert_int_equal(rig_cents(table, row, "receivable"), 591500);
	document_release(&doc);
	world_free(world);
}

/* ---- statements ---- */

static void see(void *ctx, uint64_t position, const struct entry *entry,
		const struct posting *postings, size_t count, struct books *books)
{
	struct fault fault;

	(void)books;
	if (statement_add(ctx, position, entry, postings, count, &fault))
		fail_msg("%s", fault.text);
}

static void statement(struct world *world, const char *member, struct document *doc)
{
	struct statement *statement = NULL;
	struct standing standing;
	struct fault fault;

	rig_standing(world, &standing);
	document_init(doc, LANG_FR, "statement", "Relevé");
	assert_int_equal(statement_begin(world->books, &standing, slice_of_text(member),
					 cents_of(-1), doc, &statement, &fault),
			 ERR_OK);
	rig_each_entry(world, see, statement);
	assert_int_equal(statement_finish(statement, &fault), ERR_OK);
	statement_free(statement);
}

static void test_a_provider_has_paid_what_it_kept_and_what_is_in_transit(void **state)
{
	struct world *world = world_new();
	const struct table *table;
	const struct row *row;
	struct document doc;

	(void)state;
	members_join(world);
	provider_tells(world);
	statement(world, STRIPE, &doc);
	table = rig_table(&doc, "entries");
	row = row_named(table, "kind", "Frais retenus");
	assert_int_equal(rig_cents(table, row, "paid"), 200);
	row = row_named(table, "kind", "Versement annoncé");
	assert_int_equal(rig_cents(table, row, "paid"), 9800);
	assert_int_equal(rig_cents(table, row, "balance"), 0);
	row = row_named(table, "kind", "Virement reçu"); /* was paid already */
	assert_int_equal(rig_cents(table, row, "paid"), 0);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "balance"), 0);
	document_release(&doc);
	world_free(world);
}

static void test_a_collectors_batch_is_on_two_statements(void **state)
{
	struct world *world = world_new();
	const struct table *table;
	struct document doc;
	uint64_t batch;

	(void)state;
	members_join(world);
	batch = world_must(
		world, BUREAU,
		"'kind':'batch','company':'" LILAS "','source':'salary','period':"
		"'2026-10','date':'2026-10-30','step':1000,'terms':'2026-09','count':1,"
		"'zero':0,'received':" DIGEST ",'root':" DIGEST
		",'totals':[{'fund':'emploi','giver':'person','amount':250}],"
		"'collector':'" BUREAU "'");
	(void)world_must(world, BUREAU,
			 "'kind':'remittance','date':'2026-11-10','digest':" DIGEST
			 ",'amount':250,'fee':10,'batches':[{'batch':%" PRIu64 "}]",
			 batch);
	statement(world, BUREAU, &doc);
	table = rig_table(&doc, "batches");
	assert_int_equal(rig_cents(table, table->first_row, "total"), 250);
	assert_string_equal(rig_text(table, table->first_row, "match"), "");
	table = rig_table(&doc, "entries");
	assert_int_equal(rig_cents(table, row_named(table, "kind", "Bordereau"), "paid"),
			 10);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "balance"), 240);
	document_release(&doc);
	statement(world, LILAS, &doc);
	table = rig_table(&doc, "batches");
	assert_string_equal(rig_text(table, table->first_row, "total"), "");
	assert_int_equal(rig_cents(table, table->first_row, "match"), 250);
	table = rig_table(&doc, "entries");
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "balance"), 250);
	document_release(&doc);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_fee_is_spent_and_what_is_in_transit_is_not_at_the_bank),
		cmocka_unit_test(test_who_pays_which_part_of_a_project),
		cmocka_unit_test(
			test_a_provider_has_paid_what_it_kept_and_what_is_in_transit),
		cmocka_unit_test(test_a_collectors_batch_is_on_two_statements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
