/*
 * test_books_random.c - months that nobody would think of, and what must hold.
 *
 * Seeded sequences of batches, gifts, conventions, transfers, refunds, chargebacks,
 * write-offs, reversals, redirections, new terms, allocations, votes, payments and what
 * comes back of them, valid or not. After each one the books are
 * added up from their parts by this file alone, and at the end a replay must give the
 * same state. A failure prints its seed; ARRONDI_SEED=N runs that one.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/state.h"
#include "tests/world.h"

#define SEEDS  24
#define STEPS  160
#define SEEKER "job-seeker:00112233445566778899aabbccddeeff"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

static const char *const companies[] = { "employer:000001016", "employer:000004044" };
static const char *const funds[] = { "emploi", "general", "projets", "projets-2" };

struct dice {
	uint64_t state;
};

/* splitmix64: the same on every machine. */
static uint32_t roll(struct dice *dice, uint32_t sides)
{
	uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) % sides);
}

/* ---- what may happen ---- */

static void play_batch(struct world *world, struct dice *dice)
{
	const char *company = companies[roll(dice, 2)];
	uint32_t first = roll(dice, 4), second = roll(dice, 4);
	char totals[300];
	int n;

	n = snprintf(totals, sizeof totals,
		     "{'fund':'%s','giver':'person','amount':%" PRIu32 "}",
		     funds[first < second ? first : second], 1 + roll(dice, 999));
	if (first != second)
		snprintf(totals + n, sizeof totals - (size_t)n,
			 ",{'fund':'%s','giver':'person','amount':%" PRIu32 "}",
			 funds[first < second ? second : first], 1 + roll(dice, 999));
	(void)world_submit(
		world, company,
		"'kind':'batch','company':'%s','source':'%s','period':'2026-%02" PRIu32
		"','date':'2026-%02" PRIu32 "-2%" PRIu32
		"','step':100,'terms':'2026-09','count':2,"
		"'zero':0,'received':" DIGEST ",'root':" DIGEST ",'totals':[%s]",
		company, roll(dice, 3) ? "salary" : "invoice", 9 + roll(dice, 2),
		9 + roll(dice, 2), roll(dice, 9), totals);
}

static void play_promise(struct world *world, struct dice *dice)
{
	const char *fund = funds[roll(dice, 4)];
	bool earmarked = roll(dice, 3) == 0;

	if (roll(dice, 2))
		(void)world_submit(world, "operator",
				   "'kind':'gift','date':'2026-11-0%" PRIu32
				   "','payer':'%s','giver':'company','amount':%" PRIu32
				   ",'fund':'%s'%s%s%s",
				   1 + roll(dice, 9), companies[roll(dice, 2)],
				   1 + roll(dice, 5000), fund,
				   earmarked ? ",'earmark':'" : "", earmarked ? fund : "",
				   earmarked ? "'" : "");
	else
		(void)world_submit(
			world, "operator",
			"'kind':'patronage','date':'2026-11-0%" PRIu32
			"','due_on':'2026-12-31','payer':'%s','amount':%" PRIu32
			",'fund':'projets','earmark':'lab','form':'cash',"
			"'promise':'firm'",
			1 + roll(dice, 9), companies[roll(dice, 2)],
			1 + roll(dice, 9000));
}

/* In instalments, half of them waiting for a condition; or in kind. */
static void play_convention(struct world *world, struct dice *dice)
{
	uint32_t first = 1 + roll(dice, 5000), second = 1 + roll(dice, 5000);
	bool conditional = roll(dice, 2) == 0;

	if (roll(dice, 4) == 0) {
		(void)world_submit(world, "operator",
				   "'kind':'patronage','date':'2026-11-05','payer':'%s',"
				   "'amount':%" PRIu32
				   ",'fund':'projets','form':'goods','promise':'firm'",
				   companies[roll(dice, 2)], first);
		return;
	}
	(void)world_submit(
		world, "operator",
		"'kind':'patronage','date':'2026-11-05','payer':'%s','amount':%" PRIu32
		",'fund':'projets','earmark':'lab','form':'cash','promise':'%s'%s,"
		"'instalments':[{'amount':%" PRIu32 ",'due_on':'2026-11-0%" PRIu32
		"'},{'amount':%" PRIu32 ",'due_on':'2026-12-31'}]",
		companies[roll(dice, 2)], first + second,
		conditional ? "conditional" : "firm",
		conditional ? ",'condition':'permis'" : "", first, 1 + roll(dice, 9),
		second);
}

/* What may become of a convention; most positions are none. */
static void play_later(struct world *world, struct dice *dice)
{
	uint32_t of = roll(dice, (uint32_t)world->leaf_count);

	(void)world_submit(world, "operator",
			   "'kind':'condition','condition':'permis','evidence':" DIGEST
			   ",'patronage':%" PRIu32,
			   of);
	(void)world_submit(world, "treasurer",
			   "'kind':'valuation','date':'2026-11-18','patronage':%" PRIu32
			   ",'amount':%" PRIu32,
			   of, 1 + roll(dice, 5000));
}

/* The project closes for as long as its money is sought. */
static void play_redirect(struct world *world, struct dice *dice)
{
	(void)world_must(
		world, "operator",
		"'kind':'project','id':'lab','title':'Lab','bearer':'bearer:lab',"
		"'status':'closed'");
	for (int i = 0; i < 10; i++)
		(void)world_submit(world, "treasurer",
				   "'kind':'redirect','consent':" DIGEST ",'of':%" PRIu32
				   ",'fund':'%s','amount':%" PRIu32,
				   roll(dice, (uint32_t)world->leaf_count),
				   funds[roll(dice, 4)], 1 + roll(dice, 2000));
	(void)world_must(
		world, "operator",
		"'kind':'project','id':'lab','title':'Lab','bearer':'bearer:lab',"
		"'status':'open'");
}

static void play_settlement(struct world *world, struct dice *dice)
{
	char settles[40] = "";

	if (roll(dice, 3) == 0)
		snprintf(settles, sizeof settles, ",'settles':%" PRIu32,
			 roll(dice, (uint32_t)world->leaf_count));
	(void)world_submit(world, "treasurer",
			   "'kind':'settlement','date':'2026-1%" PRIu32 "-1%" PRIu32
			   "','payer':'%s','amount':%" PRIu32 "%s",
			   roll(dice, 2), roll(dice, 8), companies[roll(dice, 2)],
			   1 + roll(dice, 3000), settles);
}

static void play_terms(struct world *world, struct dice *dice)
{
	(void)world_submit(world, "operator",
			   "'kind':'member','id':'employer:000001016','role':'employer',"
			   "'siren':'000001016','name':'M','status':'active',"
			   "'match_percent':%" PRIu32 ",'match_cap_month':%" PRIu32 "%s",
			   roll(dice, 4) * 50, roll(dice, 3) * 700,
			   roll(dice, 3) ? "" : ",'match_fund':'emploi'");
}

static void play_proposal(struct world *world, struct dice *dice)
{
	uint64_t position = world->leaf_count;
	uint32_t amount = 1 + roll(dice, 3000);
	enum err err;

	if (roll(dice, 3) == 0)
		err = world_submit(
			world, "operator",
			"'kind':'proposal','subject':'transfer','fund':'emploi',"
			"'to':'projets','amount':%" PRIu32 ",'expires_on':'2026-12-31'",
			amount);
	else if (roll(dice, 2))
		err = world_submit(
			world, "operator",
			"'kind':'proposal','subject':'support','fund':'emploi',"
			"'beneficiary':'" SEEKER "','amount':%" PRIu32
			",'purpose':'mobilite','payee':" DIGEST
			",'expires_on':'2026-12-31'",
			amount);
	else
		err = world_submit(
			world, "operator",
			"'kind':'proposal','subject':'grant','fund':'projets',"
			"'beneficiary':'bearer:lab','project':'lab','amount':%" PRIu32
			",'purpose':'demarrage','payee':" DIGEST
			",'expires_on':'2026-12-31'",
			amount);
	if (err)
		return;
	world_votes(world, position, 4);
	err = world_submit(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			   position);
	if (err || roll(dice, 4) == 0)
		return;
	err = world_submit(world, "treasurer",
			   "'kind':'payment','proposal':%" PRIu64 ",'amount':%" PRIu32
			   ",'payee':" DIGEST,
			   position, 1 + roll(dice, amount));
	if (!err && roll(dice, 2))
		(void)world_submit(world, "treasurer",
				   "'kind':'paid','date':'2026-11-18','payment':%zu",
				   world->leaf_count - 1);
}

/* Most positions are nothing that can be given back, written off or sent back. */
static void play_back(struct world *world, struct dice *dice)
{
	uint32_t of = roll(dice, (uint32_t)world->leaf_count);
	uint32_t amount = 1 + roll(dice, 2000);
	const char *payer = companies[roll(dice, 2)];

	(void)world_submit(
		world, "treasurer",
		"'kind':'writeoff','payer':'%s','reason':'abandoned','of':%" PRIu32
		",'amount':%" PRIu32,
		payer, of, amount);
	(void)world_submit(world, "treasurer",
			   "'kind':'refund','date':'2026-11-18','payer':'%s','reason':"
			   "'asked','through':'%s','of':%" PRIu32 ",'amount':%" PRIu32,
			   payer, roll(dice, 2) ? "bank" : "payer",
			   roll(dice, (uint32_t)world->leaf_count), amount);
	if (roll(dice, 4) == 0)
		(void)world_submit(
			world, "treasurer",
			"'kind':'refund','date':'2026-11-18','payer':'%s',"
			"'reason':'overpaid','through':'bank','amount':%" PRIu32,
			payer, amount);
}

/* A settlement is charged back whole. */
static void play_chargeback(struct world *world, struct dice *dice)
{
	for (int i = 0; i < 6; i++) {
		uint32_t of = roll(dice, (uint32_t)world->leaf_count);
		struct json_doc *doc = json_doc_new();
		struct entry entry;
		struct fault fault;

		if (entry_parse(doc,
				slice_of(world->leaves[of].bytes, world->leaves[of].n),
				&entry, &fault) == ERR_OK &&
		    (entry.kind == KIND_settlement || entry.kind == KIND_gift))
			(void)world_submit(world, "treasurer",
					   "'kind':'chargeback','date':'2026-11-18',"
					   "'of':%" PRIu32 ",'amount':%" PRId64,
					   of,
					   cents_value(entry_cents(&entry, "amount")));
		json_doc_free(doc);
	}
}

/* What may come back of a grant, or be cancelled of it. */
static void play_grant_back(struct world *world, struct dice *dice)
{
	uint32_t of = roll(dice, (uint32_t)world->leaf_count);
	uint32_t amount = 1 + roll(dice, 1500);
	uint64_t position = world->leaf_count;

	(void)world_submit(world, "treasurer",
			   "'kind':'returned','date':'2026-11-18','reason':'other',"
			   "'payment':%" PRIu32,
			   roll(dice, (uint32_t)world->leaf_count));
	(void)world_submit(world, "treasurer",
			   "'kind':'restitution','date':'2026-11-18','grant':%" PRIu32
			   ",'amount':%" PRIu32,
			   of, amount);
	position = world->leaf_count;
	if (world_submit(world, "operator",
			 "'kind':'proposal','subject':'cancellation','expires_on':"
			 "'2026-12-31','grant':%" PRIu32 ",'amount':%" PRIu32,
			 of, amount) != ERR_OK)
		return;
	world_votes(world, position, 4);
	if (world_submit(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 position) == ERR_OK)
		(void)world_submit(world, "operator",
				   "'kind':'cancellation','proposal':%" PRIu64
				   ",'grant':%" PRIu32 ",'amount':%" PRIu32,
				   position, of, amount);
}

static void play(struct world *world, struct dice *dice)
{
	switch (roll(dice, 20)) {
	case 0:
	case 1:
	case 2:
		play_batch(world, dice);
		break;
	case 3:
	case 4:
		play_promise(world, dice);
		break;
	case 5:
	case 6:
	case 7:
		play_settlement(world, dice);
		break;
	case 8:
		play_terms(world, dice);
		break;
	case 9:
		play_proposal(world, dice);
		break;
	case 10:
		play_convention(world, dice);
		break;
	case 11:
		play_later(world, dice);
		break;
	case 12:
		play_redirect(world, dice);
		break;
	case 15:
	case 16:
		play_back(world, dice);
		break;
	case 17:
		play_chargeback(world, dice);
		break;
	case 18:
	case 19:
		play_grant_back(world, dice);
		break;
	case 13:
		(void)world_submit(world, "operator",
				   "'kind':'allocation','month':'2026-%02" PRIu32 "'",
				   9 + roll(dice, 2));
		break;
	default:
		(void)world_submit(
			world, "treasurer",
			"'kind':'reversal','date':'2026-11-18','reason':'amount',"
			"'of':%" PRIu32,
			roll(dice, (uint32_t)world->leaf_count));
	}
}

/* ---- what must hold ---- */

static int64_t value_of(const struct state_cursor *cursor)
{
	struct record_reader reader = record_reader(cursor->value);

	return record_read_integer(&reader);
}

/* The sum of what stands under a prefix, each of it at least `least`. */
static int64_t sum_under(struct world *world, const char *prefix, int64_t least)
{
	struct state_cursor cursor;
	int64_t sum = 0;

	for (state_first(world->state, &cursor, prefix); cursor.found;
	     state_next(world->state, &cursor)) {
		assert_true(value_of(&cursor) >= least);
		sum += value_of(&cursor);
	}
	return sum;
}

/* Open lines, whose keys end in /FUND/EARMARK. */
static int64_t sum_of_sub_balance(struct world *world, const char *fund,
				  const char *earmark)
{
	struct state_cursor cursor;
	char tail[160];
	int64_t sum = 0;

	snprintf(tail, sizeof tail, "/%s/%s", fund, earmark);
	for (state_first(world->state, &cursor, "open/"); cursor.found;
	     state_next(world->state, &cursor)) {
		size_t n = strlen(cursor.key), tail_n = strlen(tail);

		if (n > tail_n && strcmp(cursor.key + n - tail_n, tail) == 0)
			sum += value_of(&cursor);
	}
	return sum;
}

static void check_payers(struct world *world)
{
	for (size_t i = 0; i < 2; i++) {
		char account[100], prefix[100];
		int64_t owed;

		snprintf(account, sizeof account, "receivable/%s", companies[i]);
		snprintf(prefix, sizeof prefix, "open/%s/", companies[i]);
		owed = sum_under(world, prefix, 1);
		assert_int_equal(world_balance(world, account), owed);
		snprintf(prefix, sizeof prefix, "due/%s/", companies[i]);
		assert_int_equal(sum_under(world, prefix, 1), owed);
	}
}

static void check_sub_balances(struct world *world)
{
	static const char *const earmarks[] = { "-",       "emploi",    "general",
						"projets", "projets-2", "lab" };

	for (size_t f = 0; f < 4; f++)
		for (size_t e = 0; e < 6; e++) {
			char account[100];

			snprintf(account, sizeof account, "pledged/%s/%s", funds[f],
				 earmarks[e]);
			assert_int_equal(
				-world_balance(world, account),
				sum_of_sub_balance(world, funds[f], earmarks[e]));
		}
}

/* What is committed or ordered is what was granted and not yet paid. */
static void check_grants(struct world *world)
{
	struct proposal_view *proposals = NULL;
	struct fault fault;
	int64_t due = 0;
	size_t count;

	assert_int_equal(query_proposals(world->books, &proposals, &count, &fault),
			 ERR_OK);
	for (size_t i = 0; i < count; i++)
		if (strcmp(proposals[i].status, "granted") == 0 &&
		    proposals[i].beneficiary[0])
			due += cents_value(proposals[i].amount) -
			       cents_value(proposals[i].cancelled) -
			       cents_value(proposals[i].paid);
	free(proposals);
	assert_int_equal(-sum_under(world, "ab/committed/", INT64_MIN) -
				 sum_under(world, "ab/ordered/", INT64_MIN),
			 due);
}

/* The bank holds what is free, granted or the payers' credit, and nothing else. */
static void check_bank(struct world *world)
{
	assert_int_equal(world_balance(world, "bank"),
			 -sum_under(world, "ab/fund/", INT64_MIN) -
				 sum_under(world, "ab/committed/", INT64_MIN) -
				 sum_under(world, "ab/ordered/", INT64_MIN) -
				 sum_under(world, "ab/credit/", INT64_MIN));
	assert_int_equal(sum_under(world, "ab/", INT64_MIN), 0);
}

/* Nothing of a line is undone that was not done. */
static void check_trails(struct world *world)
{
	static const char *const trails[] = { "applied/", "drawn/", "lessened/", "taken/",
					      "written/" };

	for (size_t i = 0; i < sizeof trails / sizeof *trails; i++)
		(void)sum_under(world, trails[i], 1);
}

/* Days and months add up to the balance of every account. */
static void check_days(struct world *world)
{
	assert_int_equal(sum_under(world, "bd/", INT64_MIN), 0);
	assert_int_equal(sum_under(world, "bm/", INT64_MIN), 0);
	assert_int_equal(sum_under(world, "bd/fund/", INT64_MIN),
			 sum_under(world, "ab/fund/", INT64_MIN));
	assert_int_equal(sum_under(world, "bm/fund/", INT64_MIN),
			 sum_under(world, "ab/fund/", INT64_MIN));
}

static void run_seed(uint64_t seed)
{
	struct world *world = world_new();
	struct dice dice = { .state = seed };

	print_message("  seed %" PRIu64 "\n", seed);
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-01-31'}");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:lab','nature':'association',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-01-31'}");
	(void)world_must(
		world, "operator",
		"'kind':'project','id':'lab','title':'Lab','bearer':'bearer:lab',"
		"'status':'open'");
	for (int step = 0; step < STEPS; step++) {
		play(world, &dice);
		check_payers(world);
		check_sub_balances(world);
		check_grants(world);
		check_bank(world);
		check_trails(world);
		check_days(world);
	}
	world_check(world);
	world_free(world);
}

static void test_the_books_add_up_whatever_happens(void **state)
{
	const char *one = getenv("ARRONDI_SEED");

	(void)state;
	if (one) {
		run_seed(strtoull(one, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_books_add_up_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
