/*
 * fuzz_batch_json.c - batches in JSON (gateway/json_batch.h). What is taken is the same
 * batch when it is written as CSV.
 */
#include "gateway/batch_csv.h"
#include "gateway/json_batch.h"
#include "tests/batch_forms.h"
#include "tests/fuzz.h"

#define FORM_BYTES_MAX ((size_t)4 << 20)

static void set(struct batch_input *input, const char *name, const char *value)
{
	FUZZ_MUST(batch_input_parameter(input, slice_of_text(name),
					slice_of_text(value)) == ERR_OK);
}

/* The same members, which go beside a CSV body. */
static void other_begin(const struct batch_input *input, struct batch_input *other)
{
	char period[MONTH_TEXT_BYTES], day[DATE_TEXT_BYTES], step[24];

	month_format(input->period, period);
	date_format(input->collected_on, day);
	snprintf(step, sizeof step, "%lld", (long long)cents_value(input->step));
	FUZZ_MUST(batch_input_init(other, batch_forms_rules(), NULL) == ERR_OK);
	set(other, "source", batch_source_name(input->source));
	set(other, "period", period);
	set(other, "step_cents", step);
	set(other, "collected_on", day);
	set(other, "reference", input->reference);
	set(other, "terms", input->terms);
	if (input->site[0])
		set(other, "site", input->site);
}

static void other_form_check(const struct batch_input *input)
{
	struct batch_input other;
	struct buffer csv;
	struct fault fault;

	buffer_init(&csv, FORM_BYTES_MAX);
	batch_forms_csv(input, &csv);
	other_begin(input, &other);
	FUZZ_MUST(batch_csv_parse(&other, buffer_slice(&csv), &fault) == ERR_OK);
	batch_forms_must_equal(input, &other);
	batch_input_release(&other);
	buffer_release(&csv);
}

FUZZ_TARGET(batch_json)
{
	struct batch_input input;
	struct fault fault;
	enum err err;

	FUZZ_MUST(batch_input_init(&input, batch_forms_rules(), &fault) == ERR_OK);
	err = json_batch_parse(&input, slice_of(bytes, n), &fault);
	fuzz_must_be_said(err, &fault);
	if (!err) {
		FUZZ_MUST(input.bad.count == 0);
		other_form_check(&input);
		batch_forms_check_rows(&input);
	}
	batch_input_release(&input);
	return 0;
}
