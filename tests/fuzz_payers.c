/*
 * fuzz_payers.c - the file of payers' accounts (gateway/bank_payer_file.h).
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/bank_payer_file.h"
#include "ledger/iban.h"
#include "tests/fuzz.h"

FUZZ_TARGET(payers)
{
	struct bank_payer *payers = NULL;
	struct fault fault;
	size_t count = 0;
	enum err err = bank_payer_file_read(fuzz_file(slice_of(bytes, n)), &payers,
					    &count, &fault);

	fuzz_must_be_said(err, &fault);
	FUZZ_MUST(err == ERR_OK || err == ERR_INVALID || err == ERR_TOO_BIG);
	if (err)
		return 0;
	for (size_t i = 0; i < count; i++) {
		const struct bank_payer *one = &payers[i];

		FUZZ_MUST(iban_check(slice_of_text(one->iban), NULL) != ERR_INVALID);
		FUZZ_MUST(one->member[0] && !strpbrk(one->member, " \t\n"));
		for (size_t j = 0; j < i; j++)
			FUZZ_MUST(strcmp(payers[j].iban, one->iban) != 0);
	}
	free(payers);
	return 0;
}
