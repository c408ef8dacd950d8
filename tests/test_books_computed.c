/*
 * test_books_computed.c - what the writer computes (ledger/books_complete.c) cannot
 * be written otherwise.
 *
 * An entry that was accepted is taken off the log again, one of its computed
 * members is changed, and both the writer's rules and the auditor must name the
 * rule. Also: facts of any size are recorded.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/forgery.h"
#include "tests/world.h"

#define LILAS    "employer:000001016"
#define ROOT_ONE "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define SEEKER   "job-seeker:00112233445566778899aabbccddeeff"

/* The last leaf with one text, in single quotes, in the place of another. */
static char *last_leaf_with(const struct world *world, const char *find, const char *put)
{
	const struct world_leaf *leaf = &world->leaves[world->leaf_count - 1];
	char *old = strndup((const char *)leaf->bytes, leaf->n),
	     *find_text = strdup(find);
	char *put_text = strdup(put), *at, *text = NULL;

	assert_true(old && find_text && put_text);
	for (char *c = find_text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	for (char *c = put_text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	at = strstr(old, find_text);
	if (!at)
		fail_msg("'%s' is not in %s", find_text, old);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - old), old, put_text,
			     at + strlen(find_text)) > 0);
	free(old);
	free(find_text);
	free(put_text);
	return text;
}

/* A world that has replayed all of this one but its last leaf. */
static struct world *one_before(const struct world *world)
{
	struct world *before = world_empty();

	for (size_t i = 0; i + 1 < world->leaf_count; i++)
		assert_int_equal(world_replay(before, slice_of(world->leaves[i].bytes,
							       world->leaves[i].n)),
				 ERR_OK);
	return before;
}

static void last_refused_with(struct world *world, const char *rule, const char *find,
			      const char *put)
{
	char *text = last_leaf_with(world, find, put);
	struct world *before = one_before(world);
	struct world_leaf last;

	assert_int_equal(world_replay(before, slice_of_text(text)), ERR_RULE);
	assert_string_equal(before->fault.rule, rule);
	last = world->leaves[--world->leaf_count];
	world->leaves[world->leaf_count] = (struct world_leaf){ .bytes = NULL };
	forgery_must_be_found(world, slice_of_text(text), rule);
	world->leaves[world->leaf_count++] = last;
	world_free(before);
	free(text);
}

static void must_batch(struct world *world)
{
	(void)world_must(
		world, LILAS,
		"'kind':'batch','company':'" LILAS
		"','source':'salary','period':'2026-10','date':'2026-10-30',"
		"'step':100,'terms':'2026-09','count':3,'zero':0,'received':" ROOT_ONE
		",'root':" ROOT_ONE ",'totals':[{'fund':'emploi','giver':'person',"
		"'amount':60},{'fund':'general','giver':'person','amount':40}]");
}

static void test_the_match_and_the_due_day_of_a_batch(void **state)
{
	struct world *world = world_new();

	(void)state;
	must_batch(world);
	last_refused_with(world, "match", "'match':[{'amount':60,",
			  "'match':[{'amount':61,");
	last_refused_with(world, "match", "{'amount':60,'fund':'emploi'},{'amount':40",
			  "{'amount':40");
	last_refused_with(
		world, "match", "{'amount':40,'fund':'general'}]",
		"{'amount':40,'fund':'general'},{'amount':1,'fund':'projets'}]");
	last_refused_with(world, "due", "'due_on':'2026-11-20'", "'due_on':'2026-12-20'");
	world_free(world);
}

static void test_the_match_of_a_correction(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world->leaf_count;

	(void)state;
	must_batch(world);
	(void)world_must(
		world, LILAS,
		"'kind':'correction','batch':%" PRIu64 ",'company':'" LILAS
		"','reason':'amount','date':'2026-11-17','count':3,'zero':0,'received'"
		":" ROOT_ONE ",'root':" ROOT_ONE ",'totals':[{'fund':'emploi','giver':"
		"'person','amount':50},{'fund':'general','giver':'person','amount':30}]",
		batch);
	last_refused_with(world, "match", "{'amount':-13,'fund':'emploi'}",
			  "{'amount':-14,'fund':'emploi'}");
	last_refused_with(world, "match", "{'amount':-13,'fund':'emploi'},", "");
	world_free(world);
}

static void test_the_amount_and_the_parts_of_an_allocation(void **state)
{
	struct world *world = world_new();

	(void)state;
	must_batch(world);
	(void)world_must(world, "operator",
			 "'kind':'settlement','date':'2026-10-31','payer':'" LILAS
			 "','amount':200");
	(void)world_must(world, "operator", "'kind':'allocation','month':'2026-10'");
	last_refused_with(world, "allocation", "'amount':80,'at'", "'amount':79,'at'");
	last_refused_with(world, "allocation", "{'amount':44,'fund':'emploi'}",
			  "{'amount':43,'fund':'emploi'}");
	last_refused_with(world, "allocation", "{'amount':8,'fund':'fonctionnement'}",
			  "{'amount':8,'fund':'emploi'}");
	last_refused_with(world, "allocation", ",{'amount':8,'fund':'fonctionnement'}",
			  "");
	world_free(world);
}

static void test_the_votes_and_the_parts_of_a_decision(void **state)
{
	struct world *world = world_new();
	uint64_t proposal;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':" ROOT_ONE ",'until':'2027-01-31'}");
	(void)world_must(world, "operator",
			 "'kind':'gift','date':'2026-11-01','payer':'" LILAS
			 "','giver':'company','fund':'emploi','amount':100000");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
			 "','amount':100000");
	proposal = world_must(world, "operator",
			      "'kind':'proposal','subject':'support','fund':'emploi',"
			      "'beneficiary':'" SEEKER
			      "','amount':40000,'purpose':'mobilite',"
			      "'payee':" ROOT_ONE ",'expires_on':'2026-12-31'");
	world_votes(world, proposal, 3);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	last_refused_with(world, "decision", "'for':3", "'for':4");
	last_refused_with(world, "decision", "'against':0", "'against':1");
	last_refused_with(world, "decision", "'needed':3", "'needed':2");
	last_refused_with(world, "decision", "'outcome':'granted'",
			  "'outcome':'refused'");
	last_refused_with(world, "decision", "[{'amount':40000}]", "[{'amount':39999}]");
	last_refused_with(world, "decision", "[{'amount':40000}]",
			  "[{'amount':40000,'earmark':'emploi'}]");
	last_refused_with(world, "decision", "[{'amount':40000}]", "[]");
	world_free(world);
}

static void test_one_transfer_pays_three_thousand_gifts(void **state)
{
	struct world *world = world_new();
	const struct posting *postings;
	size_t count;

	(void)state;
	for (int i = 0; i < 3000; i++)
		(void)world_must(world, "operator",
				 "'kind':'gift','date':'2026-11-01','payer':'" LILAS
				 "','giver':'person','fund':'emploi','amount':7");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
			 "','amount':20999");
	postings = books_postings(world->books, &count);
	assert_non_null(postings);
	assert_int_equal(count, 4);
	assert_int_equal(world_available(world, "emploi", "-"), 20999);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 1);
	world_check(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_match_and_the_due_day_of_a_batch),
		cmocka_unit_test(test_the_match_of_a_correction),
		cmocka_unit_test(test_the_amount_and_the_parts_of_an_allocation),
		cmocka_unit_test(test_the_votes_and_the_parts_of_a_decision),
		cmocka_unit_test(test_one_transfer_pays_three_thousand_gifts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
