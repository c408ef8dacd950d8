/*
 * doctor.h - what is wrong with a ledger's folder, in plain words with the remedy.
 *
 * Each check looks at one thing that an operator can mend. It changes nothing, needs no
 * key's passphrase, and works beside a gateway that is running.
 */
#ifndef ARRONDI_LEDGER_DOCTOR_H
#define ARRONDI_LEDGER_DOCTOR_H

#include <stddef.h>

#include "keys/fault.h"

#define DOCTOR_TEXT_BYTES 512

/* Below so much free space, or a tenth of the database, nothing more should be awaited.
 */
#define DOCTOR_SPACE_BYTES_MIN (INT64_C(64) << 20)
#define DOCTOR_WAL_BYTES_MAX   (INT64_C(256) << 20)

/* What was found, and what to do. */
struct doctor_finding {
	const char *check; /* static: "key", "head", ... */
	char text[DOCTOR_TEXT_BYTES];
};

/* Calls each() for each finding, in the order of the checks; *ret_count is how many.
 * ERR_IO where there is no such folder. */
MUST_USE enum err doctor_look(const char *dir,
			      void (*each)(void *ctx,
					   const struct doctor_finding *finding),
			      void *ctx, size_t *ret_count, struct fault *fault);

/* The names of the checks, NULL behind the last. */
extern const char *const doctor_checks[];

#endif
