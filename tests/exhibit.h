/*
 * exhibit.h - forged exports that are kept, for arrondi-verify itself to find.
 *
 * With the environment variable ARRONDI_FORGERIES=DIR each forgery that a test's own
 * auditor has found is copied into a folder of DIR, which is there already, so that a
 * script can give it to the real program. Nothing of this is in the export:
 *
 *   export, successor   what is to be verified
 *   older-N, proof      what somebody has kept of the log
 *   arguments           of arrondi-verify in that folder, one a line
 *   expected            the two lines by which it must begin
 *   name                which breach it is, where a test has said so
 *
 * Without the variable nothing is kept.
 */
#ifndef ARRONDI_TESTS_EXHIBIT_H
#define ARRONDI_TESTS_EXHIBIT_H

#include "ledger/audit.h"

/* Names the next exhibit. The text lives until then. */
void exhibit_name(const char *name);

/* What these options were given to find, and have found. The rows are looked at. */
void exhibit_keep(const struct audit_options *options,
		  const struct audit_finding *finding);
/* Two exports of which the second does not continue the first. */
void exhibit_keep_pair(const struct audit_options *old, const struct audit_options *new,
		       const struct audit_finding *finding);
/* A proof that is none of the export's, which the rule refuses. */
void exhibit_keep_proof(const struct audit_options *options, struct slice proof,
			const char *rule);

#endif
