/*
 * random_year.c - see random_year.h.
 */
#include "tests/random_year.h"
#include "tests/teller.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEKER       "job-seeker:00112233445566778899aabbccddeeff"
#define DAYS_AT_ONCE 7 /* so that RANDOM_STEPS take most of a year */
#define NO_ROWS      "'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'"
#define DIGEST       "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

const char *const random_companies[RANDOM_COMPANIES] = { "employer:000001016",
							 "employer:000004044" };
#define PROVIDER  "provider:stripe"
#define COLLECTOR "collector:bureau"
const char *const random_payers[RANDOM_PAYERS] = { "employer:000001016",
						   "employer:000004044", PROVIDER,
						   COLLECTOR };
const char *const random_funds[RANDOM_FUNDS] = { "emploi", "general", "projets",
						 "projets-2" };

/* splitmix64: the same on every machine. */
uint32_t random_roll(struct dice *dice, uint32_t sides)
{
	uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) % sides);
}

/* ---- days ---- */

/* Appends the day so many days before that of the world's clock, in Paris. */
static char *day_put(char *at, const struct world *world, int32_t days, bool month_only)
{
	struct date day;

	assert_int_equal(date_paris(world->at, &day), ERR_OK);
	day.day -= days;
	date_format(day, at);
	return at + (month_only ? strlen("2026-11") : strlen("2026-11-18"));
}

/* Its day becomes today, which is the bank's. */
static void day_set(const struct world *world, char *text)
{
	char *date = strstr(text, "'date':'"), after;

	if (!date)
		return;
	date += strlen("'date':'");
	after = date[strlen("2026-11-18")];
	(void)day_put(date, world, 0, false);
	date[strlen("2026-11-18")] = after;
}

/* What the books do not believe without the bank is shown by the bank, and said again:
 * out of a line that is larger than anything here. */
static enum err submit_shown(struct world *world, const char *by, char *text)
{
	static const char *const leaving[] = { "'kind':'paid'", "'kind':'refund'",
					       "'kind':'chargeback'" };
	int64_t amount = 100000000, balance = world_balance(world, "account/courant");
	uint64_t statement = world->leaf_count;
	char day[DATE_TEXT_BYTES];

	for (size_t i = 0; i < sizeof leaving / sizeof *leaving; i++)
		if (strncmp(text, leaving[i], strlen(leaving[i])) == 0)
			amount = -amount;
	*day_put(day, world, 0, false) = '\0';
	(void)world_must(world, "treasurer",
			 "'kind':'statement','account':'courant','page':1,"
			 "'digest':'%064zu','from':'%s','date':'%s','opening':%" PRId64
			 ",'closing':%" PRId64 ",'lines':[{'amount':%" PRId64
			 ",'booked_on':'%s'}]",
			 world->leaf_count, day, day, balance, balance + amount, amount,
			 day);
	day_set(world, text);
	return world_submit(world, by, "%s,'line':{'line':1,'statement':%" PRIu64 "}",
			    text, statement);
}

/* As world_submit(); {d7} stands for the day a week ago, {d-7} for that in a week, {m40}
 * for the month of 40 days ago. */
PRINTF_LIKE(3, 4)
static enum err submit(struct world *world, const char *by, const char *format, ...)
{
	char drawn[2000], text[2000], *at = text;
	va_list args;
	enum err err;
	int n;

	va_start(args, format);
	n = vsnprintf(drawn, sizeof drawn, format, args);
	va_end(args);
	assert_true(n > 0 && (size_t)n < sizeof drawn / 2);
	for (const char *from = drawn; *from; from++) {
		char *end;

		if (*from != '{' || (from[1] != 'd' && from[1] != 'm')) {
			*at++ = *from;
			continue;
		}
		at = day_put(at, world, (int32_t)strtol(from + 2, &end, 10),
			     from[1] == 'm');
		assert_int_equal(*end, '}');
		from = end;
	}
	*at = '\0';
	err = world_submit(world, by, "%s", text);
	if (err && strstr(world->fault.text, "cite the line"))
		err = submit_shown(world, by, text);
	return err;
}

void random_bank(struct world *world)
{
	const char *act = TELLER_ACCOUNT("courant", TELLER_IBAN, "active");
	uint64_t proposal;
	int64_t had;

	world->at += 86400; /* the first statement begins after what was without one */
	had = world_balance(world, "bank");
	proposal = world->leaf_count;
	(void)submit(world, "operator",
		     "'kind':'proposal','subject':'structure','expires_on':'{d-30}',"
		     "'act':{%s}",
		     act);
	world_votes(world, proposal, 4);
	(void)submit(world, "operator", "'kind':'decision','proposal':%" PRIu64,
		     proposal);
	(void)submit(world, "operator", "%s,'proposal':%" PRIu64, act, proposal);
	assert_int_equal(submit(world, "treasurer",
				"'kind':'statement','account':'courant','page':1,"
				"'digest':'%064d','from':'{d0}','date':'{d0}',"
				"'opening':%" PRId64 ",'closing':%" PRId64 ",'lines':[]",
				0, had, had),
			 ERR_OK);
}

/* ---- what may happen ---- */

/* The position of an entry of a kind, where some tries find one. */
static uint32_t some(struct world *world, struct dice *dice, const char *kind)
{
	uint32_t of = 0;
	char member[40];

	snprintf(member, sizeof member, "\"kind\":\"%s\"", kind);
	for (int tries = 0; tries < 60; tries++) {
		of = random_roll(dice, (uint32_t)world->leaf_count);
		if (strstr((const char *)world->leaves[of].bytes, member))
			break;
	}
	return of;
}

/* One or two totals of persons. */
static void draw_totals(struct dice *dice, char totals[300])
{
	uint32_t first = random_roll(dice, 4), second = random_roll(dice, 4);
	int n;

	n = snprintf(totals, 300, "{'fund':'%s','giver':'person','amount':%" PRIu32 "}",
		     random_funds[first < second ? first : second],
		     1 + random_roll(dice, 999));
	if (first != second)
		snprintf(totals + n, 300 - (size_t)n,
			 ",{'fund':'%s','giver':'person','amount':%" PRIu32 "}",
			 random_funds[first < second ? second : first],
			 1 + random_roll(dice, 999));
}

static void play_batch(struct world *world, struct dice *dice)
{
	const char *company = random_companies[random_roll(dice, 2)];
	char totals[300];

	bool collected = random_roll(dice, 3) == 0;

	draw_totals(dice, totals);
	(void)submit(world, collected ? COLLECTOR : company,
		     "'kind':'batch','company':'%s','source':'%s','period':'{m%" PRIu32
		     "}','date':'{d%" PRIu32 "}','step':100,'terms':'2026-09','count':2,"
		     "'zero':0,'received':" DIGEST ",'root':" DIGEST ",'totals':[%s]%s",
		     company, random_roll(dice, 3) ? "salary" : "invoice",
		     random_roll(dice, 45), random_roll(dice, 40), totals,
		     collected ? ",'collector':'" COLLECTOR "'" : "");
}

/* Some batch as it should have been, or that should not have been. */
static void correct(struct world *world, struct dice *dice, uint32_t batch)
{
	bool emptied = random_roll(dice, 4) == 0;
	char totals[300] = "";

	if (!emptied)
		draw_totals(dice, totals);
	for (size_t i = 0; i < 2 * (size_t)RANDOM_COMPANIES; i++)
		(void)submit(world, i % 2 ? COLLECTOR : random_companies[i / 2],
			     "'kind':'correction','batch':%" PRIu32
			     ",'company':'%s','reason':'amount','date':'{d0}',"
			     "'count':%d,'zero':0,'received':" DIGEST
			     ",'root':%s,'totals':[%s]%s",
			     batch, random_companies[i / 2], emptied ? 0 : 2,
			     emptied ? NO_ROWS : DIGEST, totals,
			     i % 2 ? ",'collector':'" COLLECTOR "'" : "");
}

static void play_correction(struct world *world, struct dice *dice)
{
	correct(world, dice, some(world, dice, "batch"));
}

static void play_promise(struct world *world, struct dice *dice)
{
	const char *fund = random_funds[random_roll(dice, 4)];
	bool earmarked = random_roll(dice, 3) == 0;

	if (random_roll(dice, 2))
		(void)submit(world, "operator",
			     "'kind':'gift','date':'{d%" PRIu32
			     "}','payer':'%s','giver':'company','amount':%" PRIu32
			     ",'fund':'%s'%s%s%s",
			     1 + random_roll(dice, 9),
			     random_payers[random_roll(dice, 3)],
			     1 + random_roll(dice, 5000), fund,
			     earmarked ? ",'earmark':'" : "", earmarked ? fund : "",
			     earmarked ? "'" : "");
	else
		(void)submit(world, "operator",
			     "'kind':'patronage','date':'{d%" PRIu32
			     "}','due_on':'{d-40}','payer':'%s','amount':%" PRIu32
			     ",'fund':'projets','earmark':'lab','form':'cash',"
			     "'promise':'firm'",
			     1 + random_roll(dice, 9),
			     random_companies[random_roll(dice, 2)],
			     1 + random_roll(dice, 9000));
}

/* In instalments, half of them waiting for a condition; or in kind. */
static void play_convention(struct world *world, struct dice *dice)
{
	uint32_t first = 1 + random_roll(dice, 5000),
		 second = 1 + random_roll(dice, 5000);
	bool conditional = random_roll(dice, 2) == 0;

	if (random_roll(dice, 4) == 0) {
		(void)submit(world, "operator",
			     "'kind':'patronage','date':'{d9}','payer':'%s',"
			     "'amount':%" PRIu32
			     ",'fund':'projets','form':'goods','promise':'firm'",
			     random_companies[random_roll(dice, 2)], first);
		return;
	}
	(void)submit(world, "operator",
		     "'kind':'patronage','date':'{d9}','payer':'%s','amount':%" PRIu32
		     ",'fund':'projets','earmark':'lab','form':'cash','promise':'%s'%s,"
		     "'instalments':[{'amount':%" PRIu32 ",'due_on':'{d%" PRIu32
		     "}'},{'amount':%" PRIu32 ",'due_on':'{d-60}'}]",
		     random_companies[random_roll(dice, 2)], first + second,
		     conditional ? "conditional" : "firm",
		     conditional ? ",'condition':'permis'" : "", first,
		     1 + random_roll(dice, 9), second);
}

/* What may become of a convention. */
static void play_later(struct world *world, struct dice *dice)
{
	uint32_t of = some(world, dice, "patronage");

	(void)submit(world, "operator",
		     "'kind':'condition','condition':'permis','evidence':" DIGEST
		     ",'patronage':%" PRIu32,
		     of);
	(void)submit(world, "treasurer",
		     "'kind':'valuation','date':'{d0}','patronage':%" PRIu32
		     ",'amount':%" PRIu32,
		     of, 1 + random_roll(dice, 5000));
}

/* The project closes for as long as its money is sought. */
static void play_redirect(struct world *world, struct dice *dice)
{
	(void)world_must(
		world, "operator",
		"'kind':'project','id':'lab','title':'Lab','bearer':'bearer:lab',"
		"'status':'closed'");
	for (int i = 0; i < 10; i++)
		(void)submit(world, "treasurer",
			     "'kind':'redirect','consent':" DIGEST ",'of':%" PRIu32
			     ",'fund':'%s','amount':%" PRIu32,
			     some(world, dice, "patronage"),
			     random_funds[random_roll(dice, 4)],
			     1 + random_roll(dice, 2000));
	(void)world_must(
		world, "operator",
		"'kind':'project','id':'lab','title':'Lab','bearer':'bearer:lab',"
		"'status':'open'");
}

static void play_settlement(struct world *world, struct dice *dice)
{
	char settles[40] = "";

	if (random_roll(dice, 3) == 0)
		snprintf(settles, sizeof settles, ",'settles':%" PRIu32,
			 random_roll(dice, (uint32_t)world->leaf_count));
	(void)submit(world, "treasurer",
		     "'kind':'settlement','date':'{d%" PRIu32
		     "}','payer':'%s','amount':%" PRIu32 "%s",
		     random_roll(dice, 50),
		     random_payers[random_roll(dice, RANDOM_PAYERS)],
		     1 + random_roll(dice, 3000), settles);
}

static void play_terms(struct world *world, struct dice *dice)
{
	(void)submit(world, "operator",
		     "'kind':'member','id':'employer:000001016','role':'employer',"
		     "'siren':'000001016','name':'M','status':'active',"
		     "'match_percent':%" PRIu32 ",'match_cap_month':%" PRIu32 "%s%s",
		     random_roll(dice, 4) * 50, random_roll(dice, 3) * 700,
		     random_roll(dice, 3) ? "" : ",'match_fund':'emploi'",
		     random_roll(dice, 4) ? ",'collector':'" COLLECTOR "'" : "");
}

static void play_proposal(struct world *world, struct dice *dice)
{
	uint64_t position = world->leaf_count;
	uint32_t amount = 1 + random_roll(dice, 3000);
	enum err err;

	if (random_roll(dice, 3) == 0)
		err = submit(world, "operator",
			     "'kind':'proposal','subject':'transfer','fund':'emploi',"
			     "'to':'projets','amount':%" PRIu32 ",'expires_on':'{d-30}'",
			     amount);
	else if (random_roll(dice, 2))
		err = submit(world, "operator",
			     "'kind':'proposal','subject':'support','fund':'emploi',"
			     "'beneficiary':'" SEEKER "','amount':%" PRIu32
			     ",'purpose':'mobilite','payee':" DIGEST
			     ",'expires_on':'{d-30}'",
			     amount);
	else
		err = submit(
			world, "operator",
			"'kind':'proposal','subject':'grant','fund':'projets',"
			"'beneficiary':'bearer:lab','project':'lab','amount':%" PRIu32
			",'purpose':'demarrage','payee':" DIGEST ",'expires_on':'{d-30}'",
			amount);
	if (err)
		return;
	world_votes(world, position, 4);
	err = submit(world, "operator", "'kind':'decision','proposal':%" PRIu64,
		     position);
	if (err || random_roll(dice, 4) == 0)
		return;
	err = submit(world, "treasurer",
		     "'kind':'payment','proposal':%" PRIu64 ",'amount':%" PRIu32
		     ",'payee':" DIGEST,
		     position, 1 + random_roll(dice, amount));
	if (!err && random_roll(dice, 2))
		(void)submit(world, "treasurer",
			     "'kind':'paid','date':'{d0}','payment':%zu",
			     world->leaf_count - 1);
}

/* Most positions are nothing that can be given back, written off or sent back. */
static void play_back(struct world *world, struct dice *dice)
{
	uint32_t of = random_roll(dice, (uint32_t)world->leaf_count);
	uint32_t amount = 1 + random_roll(dice, 2000);
	const char *payer = random_payers[random_roll(dice, RANDOM_PAYERS)];

	for (size_t i = 0; i < RANDOM_PAYERS; i++)
		(void)submit(world, "treasurer",
			     "'kind':'writeoff','payer':'%s','reason':'abandoned',"
			     "'of':%" PRIu32 ",'amount':%" PRIu32,
			     random_payers[i], of, 1 + amount / 4);
	(void)submit(world, "treasurer",
		     "'kind':'refund','date':'{d0}','payer':'%s','reason':"
		     "'asked','through':'%s','of':%" PRIu32 ",'amount':%" PRIu32,
		     payer, random_roll(dice, 2) ? "bank" : "payer",
		     random_roll(dice, (uint32_t)world->leaf_count), amount);
	if (random_roll(dice, 4) == 0)
		(void)submit(world, "treasurer",
			     "'kind':'refund','date':'{d0}','payer':'%s',"
			     "'reason':'overpaid','through':'bank','amount':%" PRIu32,
			     payer, amount);
}

/* A settlement is charged back whole. */
static void play_chargeback(struct world *world, struct dice *dice)
{
	for (int i = 0; i < 6; i++) {
		uint32_t of = random_roll(dice, (uint32_t)world->leaf_count);
		struct json_doc *doc = json_doc_new();
		struct entry entry;
		struct fault fault;

		if (entry_parse(doc,
				slice_of(world->leaves[of].bytes, world->leaves[of].n),
				&entry, &fault) == ERR_OK &&
		    (entry.kind == KIND_settlement || entry.kind == KIND_gift))
			(void)submit(world, "treasurer",
				     "'kind':'chargeback','date':'{d0}',"
				     "'of':%" PRIu32 ",'amount':%" PRId64,
				     of, cents_value(entry_cents(&entry, "amount")));
		json_doc_free(doc);
	}
}

/* What may come back of a grant, or be cancelled of it. */
static void play_grant_back(struct world *world, struct dice *dice)
{
	uint32_t of = some(world, dice, "proposal");
	uint32_t amount = 1 + random_roll(dice, 1500);
	uint64_t position = world->leaf_count;

	/* All have one payee, to whom nothing would be paid any more. */
	if (submit(world, "treasurer",
		   "'kind':'returned','date':'{d0}','reason':'other',"
		   "'payment':%" PRIu32,
		   some(world, dice, "payment")) == ERR_OK)
		teller_confirms(world, world->leaf_count - 1);
	for (int i = 0; i < 4; i++)
		(void)submit(world, "treasurer",
			     "'kind':'restitution','date':'{d0}','grant':%" PRIu32
			     ",'amount':%" PRIu32,
			     some(world, dice, "proposal"), 1 + amount / 10);
	position = world->leaf_count;
	if (submit(world, "operator",
		   "'kind':'proposal','subject':'cancellation','expires_on':"
		   "'{d-30}','grant':%" PRIu32 ",'amount':%" PRIu32,
		   of, amount) != ERR_OK)
		return;
	world_votes(world, position, 4);
	if (submit(world, "operator", "'kind':'decision','proposal':%" PRIu64,
		   position) == ERR_OK)
		(void)submit(world, "operator",
			     "'kind':'cancellation','proposal':%" PRIu64
			     ",'grant':%" PRIu32 ",'amount':%" PRIu32,
			     position, of, amount);
}

/* Fees, payouts and what arrives of them; or what turns out otherwise. */
static void play_provider(struct world *world, struct dice *dice)
{
	char of[40] = "";

	if (random_roll(dice, 2))
		snprintf(of, sizeof of, ",'of':%" PRIu32, some(world, dice, "gift"));
	(void)submit(world, "treasurer",
		     "'kind':'fee','date':'{d0}','payer':'%s','amount':%" PRIu32 "%s",
		     random_roll(dice, 3) ? PROVIDER : COLLECTOR,
		     1 + random_roll(dice, 300), of);
	if (random_roll(dice, 2))
		(void)submit(world, PROVIDER,
			     "'kind':'payout','date':'{d0}','payer':'" PROVIDER
			     "','amount':%" PRIu32,
			     1 + random_roll(dice, 4000));
	for (int i = 0; i < 4; i++)
		(void)submit(world, "treasurer",
			     "'kind':'settlement','date':'{d0}','payer':'" PROVIDER
			     "','amount':%" PRIu32 ",'settles':%" PRIu32,
			     1 + random_roll(dice, 2000), some(world, dice, "payout"));
	if (random_roll(dice, 3) == 0)
		(void)submit(world, PROVIDER,
			     "'kind':'reversal','date':'{d0}','reason':'payout-failed',"
			     "'of':%" PRIu32,
			     some(world, dice, random_roll(dice, 2) ? "payout" : "fee"));
}

/* What a batch that was not corrected adds up to. */
static int64_t batch_sum(struct world *world, uint32_t of)
{
	struct json_doc *doc = json_doc_new();
	struct entry entry;
	struct fault fault;
	int64_t sum = 0;

	if (entry_parse(doc, slice_of(world->leaves[of].bytes, world->leaves[of].n),
			&entry, &fault) == ERR_OK &&
	    entry.kind == KIND_batch)
		for (const struct json *total = entry_list(&entry, "totals")->first;
		     total; total = total->next)
			sum += cents_value(item_cents(total, "amount"));
	json_doc_free(doc);
	return sum;
}

static void play_remittance(struct world *world, struct dice *dice)
{
	for (int i = 0; i < 4; i++) {
		uint32_t of = some(world, dice, "batch");
		int64_t sum = batch_sum(world, of);

		(void)submit(world, COLLECTOR,
			     "'kind':'remittance','date':'{d0}','digest':" DIGEST
			     ",'amount':%" PRId64 ",'batches':[{'batch':%" PRIu32 "}]%s",
			     sum, of, random_roll(dice, 2) ? ",'fee':7" : "");
	}
	(void)submit(world, "treasurer",
		     "'kind':'settlement','date':'{d0}','payer':'" COLLECTOR
		     "','amount':%" PRIu32 ",'settles':%" PRIu32,
		     1 + random_roll(dice, 1500), some(world, dice, "remittance"));
}

void random_play(struct world *world, struct dice *dice)
{
	if (random_roll(dice, 2))
		world->at += random_roll(dice, DAYS_AT_ONCE * 86400);
	switch (random_roll(dice, 28)) {
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
	case 25:
	case 26:
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
	case 20:
	case 21:
		play_correction(world, dice);
		break;
	case 22:
	case 23:
		play_provider(world, dice);
		break;
	case 24:
		play_remittance(world, dice);
		break;
	case 13:
		(void)submit(world, "operator",
			     "'kind':'allocation','month':'{m%" PRIu32 "}'",
			     20 + random_roll(dice, 45));
		break;
	default:
		(void)submit(world, "treasurer",
			     "'kind':'reversal','date':'{d0}','reason':'amount',"
			     "'of':%" PRIu32,
			     random_roll(dice, (uint32_t)world->leaf_count));
	}
}

void random_begin(struct world *world)
{
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2099-12-31'}");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:lab','nature':'association',"
			 "'attestation':{'digest':" DIGEST ",'until':'2099-12-31'}");
	(void)world_must(
		world, "operator",
		"'kind':'project','id':'lab','title':'Lab','bearer':'bearer:lab',"
		"'status':'open'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" PROVIDER
			 "','role':'provider','name':'S','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" COLLECTOR
			 "','role':'collector','name':'C','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'employer:000004044','role':'employer',"
			 "'siren':'000004044','name':'M','status':'active',"
			 "'collector':'" COLLECTOR "'");
}
