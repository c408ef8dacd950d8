/*
 * fuzz_batch_csv.c - payroll files (gateway/batch_csv.h), as one of each source. What is
 * taken is the same batch when it is written as JSON.
 */
#include "gateway/batch_csv.h"
#include "gateway/json_batch.h"
#include "tests/batch_forms.h"
#include "tests/fuzz.h"

#define FORM_BYTES_MAX ((size_t)4 << 20)

/* What is said of a bad file holds nothing of it that is not ours. */
static void bad_check(const struct batch_input *input)
{
	char where[BATCH_WHERE_BYTES], reason[BATCH_REASON_BYTES];

	FUZZ_MUST(input->bad.listed <= input->bad.count);
	for (size_t i = 0; i < input->bad.listed; i++) {
		batch_bad_where(&input->bad.bad[i], where);
		batch_bad_reason(&input->bad.bad[i], reason);
		FUZZ_MUST(batch_bad_remedy(&input->bad.bad[i])[0] != '\0');
	}
}

static void other_form_check(const struct batch_input *input)
{
	struct batch_input other;
	struct buffer json;
	struct fault fault;

	buffer_init(&json, FORM_BYTES_MAX);
	batch_forms_json(input, &json);
	FUZZ_MUST(batch_input_init(&other, batch_forms_rules(), &fault) == ERR_OK);
	FUZZ_MUST(json_batch_parse(&other, buffer_slice(&json), &fault) == ERR_OK);
	batch_forms_must_equal(input, &other);
	batch_input_release(&other);
	buffer_release(&json);
}

FUZZ_TARGET(batch_csv)
{
	struct batch_input input;
	struct fault fault;
	enum err err;

	for (int source = 0; source < BATCH_SOURCE__COUNT; source++) {
		batch_forms_begin(&input, (enum batch_source)source);
		err = batch_csv_parse(&input, slice_of(bytes, n), &fault);
		fuzz_must_be_said(err, &fault);
		if (!err) {
			FUZZ_MUST(input.bad.count == 0);
			other_form_check(&input);
			batch_forms_check_rows(&input);
		}
		bad_check(&input);
		batch_input_release(&input);
	}
	return 0;
}
