/*
 * bank_payer_file.h - whose account an IBAN is: payers that transfer without a reference.
 *
 * A text file that the foundation keeps, a line for each account, "IBAN MEMBER"; blank
 * lines and lines that begin with "#" are passed over. It is outside the log, and helps
 * only where a transfer names nothing.
 */
#ifndef ARRONDI_GATEWAY_BANK_PAYER_FILE_H
#define ARRONDI_GATEWAY_BANK_PAYER_FILE_H

#include "gateway/bank_match.h"

#define BANK_PAYERS_MAX 20000

/* The array is freed with free(). ERR_INVALID with the line that is off, or an account
 * that stands twice; as cli_read_file(). */
MUST_USE enum err bank_payer_file_read(const char *path, struct bank_payer **ret_payers,
				       size_t *ret_count, struct fault *fault);

#endif
