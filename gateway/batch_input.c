/*
 * batch_input.c - a batch as it was sent: its members, its rows, what is wrong.
 */
#include "gateway/batch_input.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/donor.h"
#include "keys/encoding.h"
#include "ledger/kind.h"

#define ROW_CAPACITY_MIN 256

/* As kinds.def has them. */
#define BATCH_REASONS "amount|credit-note|no-consent|payslip-cancelled"

static_assert(DONOR_BYTES_MAX == BATCH_SUBJECT_BYTES_MAX,
	      "a donor's reference that is good here is good for the ledger");
static_assert(ROW_FUND_BYTES_MAX <= BATCH_SUBJECT_BYTES_MAX, "one bound for all");

static const char *const member_names[BATCH_MEMBER__COUNT] = {
	[BATCH_COLLECTED_ON] = "collected_on",
	[BATCH_PERIOD] = "period",
	[BATCH_REASON] = "reason",
	[BATCH_REFERENCE] = "reference",
	[BATCH_SITE] = "site",
	[BATCH_SOURCE] = "source",
	[BATCH_STEP] = "step_cents",
	[BATCH_TERMS] = "terms",
};

/* As they are called in an answer; JSON's amounts have names of their own. */
static const char *const field_names[BATCH_FIELD__COUNT] = {
	[BATCH_FIELD_DONOR] = "donor",     [BATCH_FIELD_CLIENT] = "client",
	[BATCH_FIELD_INVOICE] = "invoice", [BATCH_FIELD_TILL] = "till",
	[BATCH_FIELD_DAY] = "day",         [BATCH_FIELD_GIVER] = "giver",
	[BATCH_FIELD_FUND] = "fund",       [BATCH_FIELD_SLIP] = "slip",
	[BATCH_FIELD_CONSENT] = "consent", [BATCH_FIELD_ROUNDUP] = "roundup",
	[BATCH_FIELD_EXTRA] = "extra",
};

#define BIT(n) (1u << (n))

const char *batch_member_name(enum batch_member member)
{
	assert(member < BATCH_MEMBER__COUNT);
	return member_names[member];
}

bool batch_input_takes(const struct batch_input *input, struct slice name,
		       enum batch_member *ret_member)
{
	for (unsigned i = 0; i < BATCH_MEMBER__COUNT; i++)
		if (slice_equal_text(name, member_names[i]) &&
		    (i != BATCH_REASON || input->rules->is_correction)) {
			*ret_member = (enum batch_member)i;
			return true;
		}
	return false;
}

const char *batch_field_name(enum batch_field field)
{
	assert(field < BATCH_FIELD__COUNT);
	return field_names[field];
}

unsigned batch_fields_needed(enum batch_source source)
{
	switch (source) {
	case BATCH_SALARY:
		return BIT(BATCH_FIELD_DONOR) | BIT(BATCH_FIELD_ROUNDUP);
	case BATCH_INVOICE:
		return BIT(BATCH_FIELD_INVOICE) | BIT(BATCH_FIELD_GIVER) |
		       BIT(BATCH_FIELD_ROUNDUP);
	case BATCH_TILL:
		return BIT(BATCH_FIELD_TILL) | BIT(BATCH_FIELD_DAY) |
		       BIT(BATCH_FIELD_ROUNDUP);
	case BATCH_SOURCE__COUNT:
		break;
	}
	abort();
}

unsigned batch_fields_allowed(enum batch_source source)
{
	unsigned common = BIT(BATCH_FIELD_FUND) | BIT(BATCH_FIELD_EXTRA);

	switch (source) {
	case BATCH_SALARY:
		return batch_fields_needed(source) | common | BIT(BATCH_FIELD_SLIP) |
		       BIT(BATCH_FIELD_CONSENT);
	case BATCH_INVOICE:
		return batch_fields_needed(source) | common | BIT(BATCH_FIELD_CLIENT);
	case BATCH_TILL:
		return batch_fields_needed(source) | common;
	case BATCH_SOURCE__COUNT:
		break;
	}
	abort();
}

enum err batch_input_init(struct batch_input *input, const struct batch_rules *rules,
			  struct fault *fault)
{
	assert(rules->fund_count <= BATCH_FUNDS_MAX);
	*input = (struct batch_input){
		.rules = rules,
		.members_place = BATCH_PLACE_PARAMETER,
		.rows_place = BATCH_PLACE_LINE,
	};
	if (claim_set_init(&input->claims))
		return fault_set(fault, ERR_IO, "the machine gives no random bytes");
	return ERR_OK;
}

void batch_input_release(struct batch_input *input)
{
	free(input->rows);
	free(input->texts);
	batch_bad_list_release(&input->bad);
	claim_set_release(&input->claims);
	input->rows = NULL;
	input->texts = NULL;
	input->row_count = input->row_capacity = 0;
}

/* ---- what is wrong ---- */

enum err batch_input_bad_member(struct batch_input *input, struct slice member,
				enum batch_flaw flaw)
{
	return batch_bad_list_add(&input->bad, input->members_place, 0, member, flaw);
}

enum err batch_input_bad_row(struct batch_input *input, uint32_t at, struct slice member,
			     enum batch_flaw flaw)
{
	return batch_bad_list_add(&input->bad, input->rows_place, at, member, flaw);
}

static enum err bad_field(struct batch_input *input, const struct batch_row *row,
			  enum batch_field field, enum batch_flaw flaw)
{
	struct slice name = slice_of_text(field_names[field]);

	if (input->rows_place == BATCH_PLACE_ROW && field == BATCH_FIELD_ROUNDUP)
		name = slice_of_text("roundup_cents");
	if (input->rows_place == BATCH_PLACE_ROW && field == BATCH_FIELD_EXTRA)
		name = slice_of_text("extra_cents");
	return batch_input_bad_row(input, row->at, name, flaw);
}

/* ---- members ---- */

/* The parsers of the ledger take C strings; a text that is too long for any of
 * them, or holds a NUL, becomes "", which none takes. */
static void short_text(struct slice value, char ret_text[BATCH_ID_BYTES_MAX + 1])
{
	size_t n = 0;

	if (value.n > 0 && value.n <= BATCH_ID_BYTES_MAX && !memchr(value.p, 0, value.n))
		n = value.n;
	if (n > 0)
		memcpy(ret_text, value.p, n);
	ret_text[n] = '\0';
}

static bool set_id(struct slice value, bool good, char ret_id[BATCH_ID_BYTES_MAX + 1])
{
	if (good)
		short_text(value, ret_id);
	return good;
}

static bool set_step(struct batch_input *input, int64_t step_cents)
{
	if (step_cents < 1 || step_cents > BATCH_STEP_CENTS_MAX)
		return false;
	input->step = cents_of(step_cents);
	return true;
}

static bool member_set(struct batch_input *input, enum batch_member member,
		       struct slice value)
{
	char text[BATCH_ID_BYTES_MAX + 1];
	uint64_t number;

	short_text(value, text);
	switch (member) {
	case BATCH_COLLECTED_ON:
		return date_parse(text, &input->collected_on) == ERR_OK;
	case BATCH_PERIOD:
		return month_parse(text, &input->period) == ERR_OK;
	case BATCH_REASON:
		return set_id(value, text_is_choice(value, BATCH_REASONS), input->reason);
	case BATCH_REFERENCE:
		return set_id(value, text_is_ref(value), input->reference);
	case BATCH_SITE:
		return set_id(value, text_is_id(value, BATCH_ID_BYTES_MAX), input->site);
	case BATCH_SOURCE:
		return batch_source_parse(value, &input->source) == ERR_OK;
	case BATCH_STEP:
		return decimal_parse(text, strlen(text), &number) == ERR_OK &&
		       number <= BATCH_STEP_CENTS_MAX && set_step(input, (int64_t)number);
	case BATCH_TERMS:
		return set_id(value, text_is_id(value, BATCH_ID_BYTES_MAX), input->terms);
	case BATCH_MEMBER__COUNT:
		break;
	}
	abort();
}

/* Notes that the member came; tells whether it came before. */
static bool member_came(struct batch_input *input, enum batch_member member)
{
	bool before = input->seen & BIT(member);

	input->seen |= BIT(member);
	return before;
}

static enum err member_done(struct batch_input *input, enum batch_member member,
			    bool good, enum batch_flaw flaw)
{
	if (!good) {
		input->given &= ~BIT(member);
		return batch_input_bad_member(
			input, slice_of_text(batch_member_name(member)), flaw);
	}
	input->given |= BIT(member);
	return ERR_OK;
}

enum err batch_input_set(struct batch_input *input, enum batch_member member,
			 struct slice value)
{
	if (member_came(input, member))
		return member_done(input, member, false, BATCH_FLAW_TWICE);
	return member_done(input, member, member_set(input, member, value),
			   BATCH_FLAW_SYNTAX);
}

enum err batch_input_set_step(struct batch_input *input, int64_t step_cents)
{
	if (member_came(input, BATCH_STEP))
		return member_done(input, BATCH_STEP, false, BATCH_FLAW_TWICE);
	return member_done(input, BATCH_STEP, set_step(input, step_cents),
			   BATCH_FLAW_SYNTAX);
}

enum err batch_input_parameter(struct batch_input *input, struct slice name,
			       struct slice value)
{
	enum batch_member member;

	if (!batch_input_takes(input, name, &member))
		return batch_input_bad_member(input, batch_clean_name(name),
					      BATCH_FLAW_UNKNOWN);
	return batch_input_set(input, member, value);
}

bool batch_input_ready(const struct batch_input *input)
{
	unsigned needed = BIT(BATCH_SOURCE) | BIT(BATCH_PERIOD) | BIT(BATCH_STEP);

	return (input->given & needed) == needed;
}

/* ---- rows ---- */

static enum batch_flaw donor_flaw(struct slice reference)
{
	switch (donor_judge(reference)) {
	case DONOR_GOOD:
		return BATCH_FLAW__COUNT;
	case DONOR_EMPTY:
		return BATCH_FLAW_MISSING;
	case DONOR_NIR:
		return BATCH_FLAW_NIR;
	case DONOR_EMAIL:
		return BATCH_FLAW_EMAIL;
	case DONOR_NAME:
		return BATCH_FLAW_NAME;
	case DONOR_LONG:
		return BATCH_FLAW_LONG;
	case DONOR_BLANK:
		return BATCH_FLAW_BLANK;
	case DONOR_SYNTAX:
		return BATCH_FLAW_CHARACTERS;
	}
	abort();
}

/* A number that the company gave to a paper or a machine: [A-Za-z0-9._/-]{1,32}. */
static enum batch_flaw number_flaw(struct slice number)
{
	if (number.n == 0)
		return BATCH_FLAW_MISSING;
	if (memchr(number.p, '@', number.n))
		return BATCH_FLAW_EMAIL;
	if (number.n > BATCH_SUBJECT_BYTES_MAX)
		return BATCH_FLAW_LONG;
	for (size_t i = 0; i < number.n; i++) {
		uint8_t c = number.p[i];

		if (c == ' ')
			return BATCH_FLAW_BLANK;
		if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= 'a' && c <= 'z') && !memchr("._/-", c, 4))
			return BATCH_FLAW_CHARACTERS;
	}
	return BATCH_FLAW__COUNT;
}

static enum batch_flaw slip_flaw(struct slice slip)
{
	enum batch_flaw flaw = number_flaw(slip);

	return flaw == BATCH_FLAW__COUNT && donor_has_nir(slip) ? BATCH_FLAW_NIR : flaw;
}

static enum batch_flaw fund_flaw(struct batch_input *input, struct slice fund)
{
	const struct batch_rules *rules = input->rules;

	if (fund.n > 0 && slice_equal(fund, input->last_fund))
		return BATCH_FLAW__COUNT;
	if (rules->fund_count == 0 && !text_is_id(fund, ROW_FUND_BYTES_MAX))
		return BATCH_FLAW_FUND;
	for (size_t i = 0; i < rules->fund_count; i++)
		if (slice_equal(fund, rules->fund[i])) {
			input->last_fund = rules->fund[i];
			return BATCH_FLAW__COUNT;
		}
	return rules->fund_count == 0 ? BATCH_FLAW__COUNT : BATCH_FLAW_FUND;
}

static enum batch_flaw giver_flaw(struct slice giver, enum giver *ret_giver)
{
	return giver_parse(giver, ret_giver) ? BATCH_FLAW_GIVER : BATCH_FLAW__COUNT;
}

static enum batch_flaw day_flaw(const struct batch_input *input, struct slice day,
				struct date *ret_day)
{
	char text[BATCH_ID_BYTES_MAX + 1];

	short_text(day, text);
	if (date_parse(text, ret_day))
		return BATCH_FLAW_DAY;
	return month_cmp(month_of_date(*ret_day), input->period) == 0 ? BATCH_FLAW__COUNT
								      : BATCH_FLAW_PERIOD;
}

/* The day of a consent to the batch's terms, which comes before what it allows. */
static enum batch_flaw consent_flaw(const struct batch_input *input, struct slice day,
				    struct date *ret_day)
{
	char text[BATCH_ID_BYTES_MAX + 1];

	short_text(day, text);
	if (date_parse(text, ret_day))
		return BATCH_FLAW_DAY;
	return (input->given & BIT(BATCH_COLLECTED_ON)) &&
			       date_cmp(*ret_day, input->collected_on) > 0
		       ? BATCH_FLAW_CONSENT_LATE
		       : BATCH_FLAW__COUNT;
}

/* One text of a row into the claim. BATCH_FLAW__COUNT where nothing is wrong. */
static enum batch_flaw text_judge(struct batch_input *input, const struct batch_row *row,
				  enum batch_field field, struct batch_claim *claim)
{
	struct slice text = row->text[field];

	switch (field) {
	case BATCH_FIELD_DONOR:
		claim->subject = text;
		return donor_flaw(text);
	case BATCH_FIELD_CLIENT:
		return text.n == 0 ? BATCH_FLAW__COUNT : donor_flaw(text);
	case BATCH_FIELD_INVOICE:
	case BATCH_FIELD_TILL:
		claim->subject = text;
		return number_flaw(text);
	case BATCH_FIELD_DAY:
		return day_flaw(input, text, &claim->day);
	case BATCH_FIELD_GIVER:
		return giver_flaw(text, &claim->giver);
	case BATCH_FIELD_FUND:
		claim->fund = text.n > 0 ? text : input->rules->default_fund;
		return text.n == 0 ? BATCH_FLAW__COUNT : fund_flaw(input, text);
	case BATCH_FIELD_SLIP:
		claim->slip = text;
		return text.n == 0 ? BATCH_FLAW__COUNT : slip_flaw(text);
	case BATCH_FIELD_CONSENT:
		return text.n == 0 ? BATCH_FLAW__COUNT
				   : consent_flaw(input, text, &claim->consent);
	case BATCH_FIELD_ROUNDUP:
	case BATCH_FIELD_EXTRA:
	case BATCH_FIELD__COUNT:
		break;
	}
	abort();
}

/* The amounts, each by itself and then together. ret_field names the bad one. */
static enum batch_flaw amounts_judge(const struct batch_input *input,
				     const struct batch_row *row,
				     enum batch_field *ret_field)
{
	struct cents sum;

	*ret_field = BATCH_FIELD_ROUNDUP;
	if (cents_is_negative(row->roundup))
		return BATCH_FLAW_NEGATIVE;
	if (input->source != BATCH_TILL && cents_cmp(row->roundup, input->step) >= 0)
		return BATCH_FLAW_STEP;
	*ret_field = BATCH_FIELD_EXTRA;
	if (cents_is_negative(row->extra))
		return BATCH_FLAW_NEGATIVE;
	if (cents_add(row->roundup, row->extra, &sum) ||
	    cents_cmp(sum, input->rules->row_cap) > 0) {
		if (cents_is_zero(row->extra))
			*ret_field = BATCH_FIELD_ROUNDUP;
		return BATCH_FLAW_CAP;
	}
	return BATCH_FLAW__COUNT;
}

/* Bad fields are added to *wrong, a set. */
static enum err row_judge(struct batch_input *input, const struct batch_row *row,
			  struct batch_claim *claim, unsigned *wrong)
{
	unsigned amounts = BIT(BATCH_FIELD_ROUNDUP) | BIT(BATCH_FIELD_EXTRA);
	unsigned missing =
		batch_fields_needed(input->source) & ~row->given & ~row->reported;
	enum batch_field field;
	enum batch_flaw flaw;

	*wrong = row->reported | missing;
	for (unsigned i = 0; i < BATCH_FIELD__COUNT; i++) {
		field = (enum batch_field)i;
		if (missing & BIT(i))
			flaw = BATCH_FLAW_MISSING;
		else if (i < BATCH_FIELD_ROUNDUP &&
			 (row->given & ~row->reported & BIT(i)))
			flaw = text_judge(input, row, field, claim);
		else
			continue;
		if (flaw == BATCH_FLAW__COUNT)
			continue;
		*wrong |= BIT(i);
		if (bad_field(input, row, field, flaw))
			return ERR_MEMORY;
	}
	if (*wrong & amounts)
		return ERR_OK;
	flaw = amounts_judge(input, row, &field);
	return flaw == BATCH_FLAW__COUNT ? ERR_OK : bad_field(input, row, field, flaw);
}

static enum err rows_grow(struct batch_input *input, struct fault *fault)
{
	size_t capacity =
		input->row_capacity ? input->row_capacity * 2 : ROW_CAPACITY_MIN;
	struct batch_claim *rows;

	if (input->row_count == BATCH_ROWS_MAX)
		return fault_set(
			fault, ERR_TOO_BIG,
			"a batch has at most %d rows: send the others as another",
			BATCH_ROWS_MAX);
	if (input->row_count < input->row_capacity)
		return ERR_OK;
	rows = realloc(input->rows, capacity * sizeof *rows);
	if (!rows)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	input->rows = rows;
	input->row_capacity = capacity;
	return ERR_OK;
}

static enum batch_field subject_field(enum batch_source source)
{
	switch (source) {
	case BATCH_SALARY:
		return BATCH_FIELD_DONOR;
	case BATCH_INVOICE:
		return BATCH_FIELD_INVOICE;
	case BATCH_TILL:
		return BATCH_FIELD_TILL;
	case BATCH_SOURCE__COUNT:
		break;
	}
	abort();
}

/* Whether the claim came before; only asked where the claim itself is good. */
static enum err claim_judge(struct batch_input *input, const struct batch_row *row,
			    unsigned wrong)
{
	enum batch_field subject = subject_field(input->source);
	bool added;

	if (wrong & (BIT(subject) | BIT(BATCH_FIELD_SLIP) | BIT(BATCH_FIELD_DAY)))
		return ERR_OK;
	if (claim_set_add(&input->claims, input->rows, (uint32_t)input->row_count,
			  &added))
		return ERR_MEMORY;
	return added ? ERR_OK : bad_field(input, row, subject, BATCH_FLAW_CLAIM);
}

enum err batch_input_add(struct batch_input *input, const struct batch_row *row,
			 struct fault *fault)
{
	struct batch_claim *claim;
	unsigned wrong;
	enum err err = rows_grow(input, fault);

	assert(batch_input_ready(input));
	if (err)
		return err;
	claim = &input->rows[input->row_count];
	*claim = (struct batch_claim){
		.fund = input->rules->default_fund,
		.roundup = row->roundup,
		.extra = row->extra,
		.giver = GIVER_PERSON,
		.line = row->at,
	};
	if (row_judge(input, row, claim, &wrong) || claim_judge(input, row, wrong))
		return fault_set(fault, ERR_MEMORY, "out of memory");
	input->row_count++;
	return ERR_OK;
}

/* ---- the whole ---- */

enum err batch_input_finish(struct batch_input *input, struct fault *fault)
{
	bool is_correction = input->rules->is_correction;
	unsigned optional = BIT(BATCH_SITE) | (is_correction ? 0 : BIT(BATCH_REASON));
	unsigned missing = (BIT(BATCH_MEMBER__COUNT) - 1) & ~optional & ~input->seen;

	for (unsigned i = 0; i < BATCH_MEMBER__COUNT; i++)
		if ((missing & BIT(i)) &&
		    batch_input_bad_member(input, slice_of_text(member_names[i]),
					   BATCH_FLAW_MISSING))
			return fault_set(fault, ERR_MEMORY, "out of memory");
	if (input->row_count == 0 && input->bad.count == 0 && !is_correction &&
	    batch_input_bad_member(input, slice_of_text("rows"), BATCH_FLAW_NO_ROWS))
		return fault_set(fault, ERR_MEMORY, "out of memory");
	return batch_bad_list_check(&input->bad, fault);
}

struct batch_head batch_input_head(const struct batch_input *input, struct slice origin,
				   struct slice company)
{
	return (struct batch_head){
		.origin = origin,
		.company = company,
		.reference = slice_of_text(input->reference),
		.site = slice_of_text(input->site),
		.terms = slice_of_text(input->terms),
		.source = input->source,
		.period = input->period,
		.collected_on = input->collected_on,
		.step = input->step,
		.row_cap = input->rules->row_cap,
	};
}
