/*
 * audit_summary.h - what a verifier has to say, for a person and for a program.
 *
 * Both say the same: what was verified, the balances that follow, and what no
 * hash can prove, so that nobody takes the one for the other.
 */
#ifndef ARRONDI_LEDGER_AUDIT_SUMMARY_H
#define ARRONDI_LEDGER_AUDIT_SUMMARY_H

#include <stddef.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "ledger/audit.h"

/* A proof that was verified, and the name of its file. */
struct audit_proof_file {
	const char *name;
	struct audit_proof proof;
};

/* Append English text of lines, or one canonical JSON document and a line feed.
 * ERR_MEMORY, ERR_TOO_BIG for out. */
MUST_USE enum err audit_summary_text(struct audit *audit,
				     const struct audit_proof_file *proofs,
				     size_t n_proofs, struct buffer *out,
				     struct fault *fault);
MUST_USE enum err audit_summary_json(struct audit *audit,
				     const struct audit_proof_file *proofs,
				     size_t n_proofs, struct buffer *out,
				     struct fault *fault);

/* The same for an export that is at fault. */
MUST_USE enum err audit_finding_text(const struct audit_finding *finding,
				     struct buffer *out, struct fault *fault);
MUST_USE enum err audit_finding_json(const struct audit_finding *finding,
				     struct buffer *out, struct fault *fault);

#endif
