/*
 * fuzz_donor.c - donors' references and the NIR that may hide in one (gateway/donor.h),
 * and names of columns (gateway/batch_column.h).
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/batch_column.h"
#include "gateway/donor.h"
#include "tests/fuzz.h"

static void reference_check(struct slice text)
{
	if (donor_judge(text) != DONOR_GOOD)
		return;
	FUZZ_MUST(text.n >= 1 && text.n <= DONOR_BYTES_MAX && !donor_has_nir(text));
	for (size_t i = 0; i < text.n; i++)
		FUZZ_MUST(text.p[i] && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
					      "abcdefghijklmnopqrstuvwxyz._-",
					      text.p[i]));
}

/* What separates a NIR's digits hides it from nobody. */
static void nir_check(struct slice text)
{
	uint8_t *apart = malloc(2 * text.n + 1);

	FUZZ_MUST(apart != NULL);
	for (size_t i = 0; i < text.n; i++) {
		apart[2 * i] = text.p[i];
		apart[2 * i + 1] = '-';
	}
	FUZZ_MUST(donor_has_nir(slice_of(apart, 2 * text.n)) == donor_has_nir(text));
	free(apart);
}

static void column_check(struct slice name)
{
	char folded[BATCH_COLUMN_NAME_BYTES], again[BATCH_COLUMN_NAME_BYTES];
	enum batch_field field;

	batch_column_fold(name, folded);
	FUZZ_MUST(strlen(folded) < sizeof folded);
	batch_column_fold(slice_of_text(folded), again);
	(void)batch_column_known_word(folded);
	for (int source = 0; source < BATCH_SOURCE__COUNT; source++)
		if (batch_column_field(folded, (enum batch_source)source, &field)) {
			FUZZ_MUST(field < BATCH_FIELD__COUNT);
			/* A name that is known folds into itself. */
			FUZZ_MUST(strcmp(folded, again) == 0);
		}
}

FUZZ_TARGET(donor)
{
	struct slice text = slice_of(bytes, n);

	reference_check(text);
	nir_check(text);
	column_check(text);
	return 0;
}
