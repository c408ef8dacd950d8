/*
 * bench_make.c - makes the ledgers that are measured, without HTTP.
 *
 *   bench_make DIR COMPANIES TOKENS                  members only
 *   bench_make DIR COMPANIES TOKENS gifts N          and gifts, N entries in all
 *   bench_make DIR COMPANIES TOKENS batches N ROWS   and N batches of pay
 *
 * TOKENS becomes one line "company token" for each company. Entries go in
 * through ledger_submit(), in groups, as the gateway's writer does. What was
 * promised is settled group by group: in a ledger that has run for years, nearly
 * everything is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/note.h"
#include "keys/token.h"
#include "ledger/batch.h"
#include "tests/foundation.h"
#include "tests/stopwatch.h"

#define GROUP_MAX   200
#define MONTHS      12 /* batches are of so many months before this one */
#define TOKEN_S     (INT64_C(2) * DAY_S)
#define DONOR_BYTES 32

struct maker {
	struct ledger *ledger;
	unsigned companies;
	char today[DATE_TEXT_BYTES];
	struct buffer note;
	struct submission submission[GROUP_MAX];
	struct batch batch[GROUP_MAX];
	struct batch_rows rows[GROUP_MAX];
	size_t n;
	unsigned settlements;
};

/* ---- groups ---- */

static void group_submit(struct maker *maker)
{
	struct submission *group[GROUP_MAX];
	struct fault fault;

	for (size_t i = 0; i < maker->n; i++)
		group[i] = &maker->submission[i];
	foundation_must(
		ledger_submit(maker->ledger, group, maker->n, &maker->note, &fault),
		"a group", &fault);
	for (size_t i = 0; i < maker->n; i++) {
		foundation_must(group[i]->err, "an entry", &group[i]->fault);
		draft_release(group[i]);
		batch_release(&maker->batch[i]);
	}
	maker->n = 0;
}

/* The next place of the group, which is submitted first where it is full. */
static struct submission *group_next(struct maker *maker)
{
	if (maker->n == GROUP_MAX)
		group_submit(maker);
	return &maker->submission[maker->n++];
}

/* Ends the group with the company's transfer. */
static void settle(struct maker *maker, const char *company, int64_t amount)
{
	draft_init(group_next(maker), "treasurer",
		   "'kind':'settlement','ref':'S-%u','date':'%s','payer':'%s',"
		   "'amount':%" PRId64,
		   maker->settlements++, maker->today, company, amount);
	group_submit(maker);
}

/* ---- members ---- */

static void token_print(struct maker *maker, const char *id, FILE *tokens)
{
	struct token_grant grant = { .role = ROLE_EMPLOYER };
	char text[TOKEN_TEXT_BYTES + 1];
	struct fault fault;

	snprintf(grant.member, sizeof grant.member, "%s", id);
	grant.expires_at = time(NULL) + TOKEN_S;
	foundation_must(ledger_token_issue(maker->ledger, &grant, text, &fault),
			"a token", &fault);
	fprintf(tokens, "%s %s\n", id, text);
}

static void companies_make(struct maker *maker, const char *path)
{
	FILE *tokens = fopen(path, "we");
	char id[FOUNDATION_COMPANY_BYTES];

	if (!tokens) {
		perror(path);
		exit(2);
	}
	for (unsigned i = 0; i < maker->companies; i++) {
		foundation_company(i, id);
		draft_init(group_next(maker), "operator",
			   "'kind':'member','ref':'M-%u','id':'%s','role':'employer',"
			   "'siren':'%s','name':'Entreprise %u','status':'active',"
			   "'step':%d",
			   i, id, strchr(id, ':') + 1, i, FOUNDATION_STEP_CENTS);
	}
	group_submit(maker);
	for (unsigned i = 0; i < maker->companies; i++) {
		foundation_company(i, id);
		token_print(maker, id, tokens);
	}
	if (fclose(tokens)) {
		perror(path);
		exit(2);
	}
}

/* ---- gifts ---- */

static void gifts_make(struct maker *maker, unsigned entries)
{
	unsigned size = 1 + maker->companies;
	char id[FOUNDATION_COMPANY_BYTES];
	unsigned gifts = 0;

	while (size + 1 < entries) {
		int64_t sum = 0;

		foundation_company(maker->settlements % maker->companies, id);
		for (; size + 1 < entries && maker->n < GROUP_MAX - 1; size++) {
			unsigned amount = 100 + gifts % 900;

			draft_init(group_next(maker), id,
				   "'kind':'gift','ref':'G-%u','date':'%s','payer':'%s',"
				   "'giver':'company','fund':'%s','amount':%u",
				   gifts, maker->today, id,
				   gifts % 2 ? "emploi" : "projets", amount);
			gifts++;
			sum += amount;
		}
		settle(maker, id, sum);
		size++;
	}
}

/* ---- batches ---- */

/* Secrets that are made, not kept: a donor's is its key. */
static enum err secret_company(void *ctx, uint8_t ret_secret[BATCH_SECRET_BYTES],
			       struct fault *fault)
{
	(void)ctx;
	(void)fault;
	memset(ret_secret, 1, BATCH_SECRET_BYTES);
	return ERR_OK;
}

static enum err secret_donors(void *ctx, const uint8_t *keys,
			      const struct donor_ask *asks, size_t count, bool keep,
			      uint8_t *ret_secrets, uint8_t *ret_verdicts,
			      struct fault *fault)
{
	(void)asks;
	(void)ret_verdicts;
	(void)ctx;
	(void)keep;
	(void)fault;
	memcpy(ret_secrets, keys, count * BATCH_SECRET_BYTES);
	return ERR_OK;
}

struct claims {
	struct batch_claim *p;
	char (*donors)[DONOR_BYTES];
	unsigned n;
	int64_t sum_cents;
};

static void claims_init(struct claims *claims, unsigned n)
{
	static const char *const funds[] = { "emploi", "projets", "general" };

	*claims = (struct claims){ .p = calloc(n, sizeof *claims->p),
				   .donors = calloc(n, sizeof *claims->donors),
				   .n = n };
	if (!claims->p || !claims->donors)
		abort();
	for (unsigned i = 0; i < n; i++) {
		claims->p[i] = (struct batch_claim){
			.fund = slice_of_text(funds[i % 3]),
			.roundup = cents_of(1 + i % 99),
			.extra = cents_of(i % 4 ? 0 : 200),
			.giver = GIVER_PERSON,
			.line = i + 2,
		};
		claims->sum_cents += cents_value(claims->p[i].roundup) +
				     cents_value(claims->p[i].extra);
	}
}

/* A company's donors are the same each month, and others in its next year's. */
static void claims_name(struct claims *claims, unsigned year)
{
	for (unsigned i = 0; i < claims->n; i++) {
		snprintf(claims->donors[i], DONOR_BYTES, "M%u-%u", year, i);
		claims->p[i].subject = slice_of_text(claims->donors[i]);
	}
}

static void batch_add(struct maker *maker, const struct batch_head *head,
		      const struct claims *claims)
{
	static const struct batch_secrets secrets = { .company = secret_company,
						      .donors = secret_donors };
	struct submission *submission = group_next(maker);
	struct batch *batch = &maker->batch[maker->n - 1];
	struct batch_rows *rows = &maker->rows[maker->n - 1];
	uint8_t salt[BATCH_SALT_BYTES];
	struct fault fault;

	*submission = (struct submission){ .by = head->company, .rows = rows };
	buffer_init(&submission->entry, ENTRY_BYTES_MAX);
	submission->doc = json_doc_new();
	if (!submission->doc)
		abort();
	submission->draft = json_new(submission->doc, JSON_OBJECT);
	foundation_must(
		batch_make(head, &secrets, claims->p, claims->n, true, batch, &fault),
		"a batch", &fault);
	foundation_must(batch_draft(batch, head, slice_of_text("bench"), submission->doc,
				    submission->draft, salt, &fault),
			"a draft", &fault);
	*rows = batch_rows(batch);
}

/* The months of a company, one batch each, from batch number i on. */
static unsigned months_add(struct maker *maker, const char *company,
			   const struct claims *claims, unsigned i, unsigned end)
{
	struct month now = month_of_date(foundation_today());
	unsigned n = end - i < MONTHS ? end - i : MONTHS;
	char ref[DONOR_BYTES];

	for (unsigned m = 0; m < n; m++) {
		struct batch_head head = {
			.origin = slice_of_text(FOUNDATION_ORIGIN),
			.company = slice_of_text(company),
			.terms = slice_of_text(FOUNDATION_TERMS),
			.source = BATCH_SALARY,
			.step = cents_of(FOUNDATION_STEP_CENTS),
			.row_cap = cents_of(FOUNDATION_ROW_CAP_CENTS),
		};

		snprintf(ref, sizeof ref, "B-%u", i + m);
		head.reference = slice_of_text(ref);
		if (month_add(now, -1 - (int32_t)m, &head.period))
			abort();
		head.collected_on = month_last_day(head.period);
		batch_add(maker, &head, claims);
	}
	return n;
}

static void batches_make(struct maker *maker, unsigned batches, unsigned rows)
{
	char company[FOUNDATION_COMPANY_BYTES];
	struct claims claims;

	claims_init(&claims, rows);
	for (unsigned i = 0; i < batches;) {
		unsigned turn = i / MONTHS, n;

		foundation_company(turn % maker->companies, company);
		claims_name(&claims, turn / maker->companies);
		n = months_add(maker, company, &claims, i, batches);
		settle(maker, company, claims.sum_cents * n);
		i += n;
	}
	free(claims.p);
	free(claims.donors);
}

int main(int argc, char **argv)
{
	static struct maker maker;

	if (argc < 4) {
		fprintf(stderr, "usage: bench_make DIR COMPANIES TOKENS "
				"[gifts N | batches N ROWS]\n");
		return 2;
	}
	maker.companies = stopwatch_number(argv[2]);
	date_format(foundation_today(), maker.today);
	buffer_init(&maker.note, NOTE_BYTES_MAX);
	maker.ledger = foundation_make(argv[1]);
	companies_make(&maker, argv[3]);
	if (argc == 6 && strcmp(argv[4], "gifts") == 0)
		gifts_make(&maker, stopwatch_number(argv[5]));
	if (argc == 7 && strcmp(argv[4], "batches") == 0)
		batches_make(&maker, stopwatch_number(argv[5]),
			     stopwatch_number(argv[6]));
	ledger_close(maker.ledger);
	buffer_release(&maker.note);
	return 0;
}
