/*
 * batch_forms.c - see batch_forms.h.
 */
#include "tests/batch_forms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hash.h"
#include "ledger/batch.h"
#include "tests/fuzz.h"

const struct batch_rules *batch_forms_rules(void)
{
	static struct batch_rules rules;

	if (rules.fund_count == 0) {
		rules.fund[rules.fund_count++] = slice_of_text("general");
		rules.fund[rules.fund_count++] = slice_of_text("emploi");
		rules.default_fund = rules.fund[0];
		rules.row_cap = cents_of(5000);
	}
	return &rules;
}

static void set(struct batch_input *input, enum batch_member member, const char *value)
{
	FUZZ_MUST(batch_input_parameter(input, slice_of_text(batch_member_name(member)),
					slice_of_text(value)) == ERR_OK);
}

void batch_forms_begin(struct batch_input *input, enum batch_source source)
{
	FUZZ_MUST(batch_input_init(input, batch_forms_rules(), NULL) == ERR_OK);
	set(input, BATCH_SOURCE, batch_source_name(source));
	set(input, BATCH_PERIOD, "2026-10");
	set(input, BATCH_STEP, "100");
	set(input, BATCH_COLLECTED_ON, "2026-10-30");
	set(input, BATCH_REFERENCE, "PAYE-2026-10");
	set(input, BATCH_TERMS, "2026-09");
}

/* ---- writing ---- */

static void put_text(struct buffer *out, const char *name, struct slice text)
{
	buffer_printf(out, "\"%s\":\"%.*s\",", name, (int)text.n, (const char *)text.p);
}

static void put_day(struct buffer *out, const char *name, struct date date)
{
	char text[DATE_TEXT_BYTES];

	date_format(date, text);
	put_text(out, name, slice_of_text(text));
}

static void put_row(const struct batch_input *input, const struct batch_claim *claim,
		    struct buffer *out)
{
	buffer_put_text(out, "{");
	switch (input->source) {
	case BATCH_SALARY:
		put_text(out, "donor", claim->subject);
		put_text(out, "slip", claim->slip);
		if (claim->consent.day > 0)
			put_day(out, "consent", claim->consent);
		break;
	case BATCH_INVOICE:
		put_text(out, "invoice", claim->subject);
		put_text(out, "giver", slice_of_text(giver_name(claim->giver)));
		break;
	case BATCH_TILL:
		put_text(out, "till", claim->subject);
		put_day(out, "day", claim->day);
		break;
	case BATCH_SOURCE__COUNT:
		FUZZ_MUST(input->source != BATCH_SOURCE__COUNT);
	}
	put_text(out, "fund", claim->fund);
	buffer_printf(out, "\"roundup_cents\":%" PRId64 ",\"extra_cents\":%" PRId64 "}",
		      cents_value(claim->roundup), cents_value(claim->extra));
}

void batch_forms_json(const struct batch_input *input, struct buffer *out)
{
	char period[MONTH_TEXT_BYTES];

	month_format(input->period, period);
	buffer_put_text(out, "{");
	put_text(out, "source", slice_of_text(batch_source_name(input->source)));
	put_text(out, "period", slice_of_text(period));
	put_day(out, "collected_on", input->collected_on);
	put_text(out, "reference", slice_of_text(input->reference));
	put_text(out, "terms", slice_of_text(input->terms));
	if (input->site[0])
		put_text(out, "site", slice_of_text(input->site));
	buffer_printf(out, "\"step_cents\":%" PRId64 ",\"rows\":[",
		      cents_value(input->step));
	for (size_t i = 0; i < input->row_count; i++) {
		buffer_put_text(out, i ? "," : "");
		put_row(input, &input->rows[i], out);
	}
	buffer_put_text(out, "]}");
	FUZZ_MUST(buffer_err(out) == ERR_OK);
}

static void put_field(struct buffer *out, struct slice text)
{
	buffer_put_slice(out, text);
	buffer_put_text(out, ";");
}

static void put_line(const struct batch_input *input, const struct batch_claim *claim,
		     struct buffer *out)
{
	char amount[CENTS_TEXT_BYTES], day[DATE_TEXT_BYTES] = "";

	put_field(out, claim->subject);
	if (input->source == BATCH_SALARY) {
		put_field(out, claim->slip);
		if (claim->consent.day > 0)
			date_format(claim->consent, day);
		put_field(out, slice_of_text(day));
	} else if (input->source == BATCH_INVOICE) {
		put_field(out, slice_of_text(giver_name(claim->giver)));
	} else {
		date_format(claim->day, day);
		put_field(out, slice_of_text(day));
	}
	put_field(out, claim->fund);
	cents_format(claim->roundup, ',', amount);
	put_field(out, slice_of_text(amount));
	cents_format(claim->extra, '.', amount);
	buffer_put_text(out, amount);
	buffer_put_text(out, "\r\n");
}

void batch_forms_csv(const struct batch_input *input, struct buffer *out)
{
	static const char *const heads[] = {
		[BATCH_SALARY] = "Matricule;Bulletin;Consentement;",
		[BATCH_INVOICE] = "facture;donateur;",
		[BATCH_TILL] = "caisse;jour;",
	};

	buffer_put_text(out, heads[input->source]);
	buffer_put_text(out, "fonds;arrondi;don\r\n");
	for (size_t i = 0; i < input->row_count; i++)
		put_line(input, &input->rows[i], out);
	FUZZ_MUST(buffer_err(out) == ERR_OK);
}

/* ---- comparing ---- */

static void claims_must_equal(const struct batch_claim *a, const struct batch_claim *b)
{
	FUZZ_MUST(slice_equal(a->subject, b->subject));
	FUZZ_MUST(slice_equal(a->slip, b->slip));
	FUZZ_MUST(slice_equal(a->fund, b->fund));
	FUZZ_MUST(cents_cmp(a->roundup, b->roundup) == 0);
	FUZZ_MUST(cents_cmp(a->extra, b->extra) == 0);
	FUZZ_MUST(date_cmp(a->day, b->day) == 0);
	FUZZ_MUST(date_cmp(a->consent, b->consent) == 0);
	FUZZ_MUST(a->giver == b->giver);
}

void batch_forms_must_equal(const struct batch_input *a, const struct batch_input *b)
{
	FUZZ_MUST(a->source == b->source && cents_cmp(a->step, b->step) == 0);
	FUZZ_MUST(month_cmp(a->period, b->period) == 0);
	FUZZ_MUST(date_cmp(a->collected_on, b->collected_on) == 0);
	FUZZ_MUST(strcmp(a->reference, b->reference) == 0);
	FUZZ_MUST(strcmp(a->terms, b->terms) == 0 && strcmp(a->site, b->site) == 0);
	FUZZ_MUST(a->row_count == b->row_count);
	for (size_t i = 0; i < a->row_count; i++)
		claims_must_equal(&a->rows[i], &b->rows[i]);
}

/* ---- rows ---- */

static enum err company_secret(void *ctx, uint8_t ret_secret[BATCH_SECRET_BYTES],
			       struct fault *fault)
{
	(void)ctx;
	(void)fault;
	memset(ret_secret, 7, BATCH_SECRET_BYTES);
	return ERR_OK;
}

static enum err donor_secrets(void *ctx, const uint8_t *keys,
			      const struct donor_ask *asks, size_t count, bool keep,
			      uint8_t *ret_secrets, uint8_t *ret_verdicts,
			      struct fault *fault)
{
	(void)ctx;
	(void)asks;
	(void)ret_verdicts;
	(void)keep;
	(void)fault;
	for (size_t i = 0; i < count; i++) {
		struct hash secret =
			hash_bytes(keys + i * BATCH_SECRET_BYTES, BATCH_SECRET_BYTES);

		memcpy(ret_secrets + i * BATCH_SECRET_BYTES, secret.b,
		       BATCH_SECRET_BYTES);
	}
	return ERR_OK;
}

static struct batch_head head_of(const struct batch_input *input)
{
	struct batch_head head = batch_input_head(input, slice_of_text("ledger.test/93"),
						  slice_of_text("employer:000001016"));

	head.row_cap = input->rules->row_cap;
	return head;
}

static void make(const struct batch_input *input, const struct batch_claim *claims,
		 size_t n, struct batch *batch)
{
	const struct batch_secrets secrets = { .company = company_secret,
					       .donors = donor_secrets };
	struct batch_head head = head_of(input);
	struct fault fault;

	batch_init(batch);
	FUZZ_MUST(batch_make(&head, &secrets, claims, n, true, batch, &fault) == ERR_OK);
	FUZZ_MUST(batch->summary.head.size + batch->zero == n);
}

static void rows_must_equal(const struct batch *a, const struct batch *b)
{
	FUZZ_MUST(slice_equal(buffer_slice(&a->blob), buffer_slice(&b->blob)));
	FUZZ_MUST(a->summary.head.size == b->summary.head.size);
	FUZZ_MUST(hash_equal(&a->summary.head.root, &b->summary.head.root));
	FUZZ_MUST(a->summary.n_totals == b->summary.n_totals);
}

void batch_forms_check_rows(const struct batch_input *input)
{
	size_t n = input->row_count, half = n / 2;
	struct batch_claim *turned = calloc(n + 1, sizeof *turned);
	struct batch_head head = head_of(input);
	struct batch whole, other, part;
	struct fault fault;

	FUZZ_MUST(turned != NULL);
	for (size_t i = 0; i < n; i++)
		turned[i] = input->rows[n - 1 - i];
	make(input, input->rows, n, &whole);
	make(input, turned, n, &other);
	rows_must_equal(&whole, &other);
	batch_release(&other);
	make(input, input->rows, half, &other);
	make(input, input->rows + half, n - half, &part);
	FUZZ_MUST(batch_keep(&other, &head, buffer_slice(&part.blob), &fault) == ERR_OK);
	other.zero += part.zero;
	rows_must_equal(&whole, &other);
	batch_release(&part);
	batch_release(&other);
	batch_release(&whole);
	free(turned);
}
