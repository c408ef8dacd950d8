/*
 * batch_secrets.c - the secrets that a ledger keeps, as batch.h asks for them.
 */
#include "ledger/batch_secrets.h"

static enum err company_secret(void *ctx, uint8_t ret_secret[BATCH_SECRET_BYTES],
			       struct fault *fault)
{
	const struct batch_company *company = ctx;

	return ledger_company_secret(company->ledger, company->member, ret_secret, fault);
}

static enum err donors(void *ctx, const uint8_t *keys, const struct donor_ask *asks,
		       size_t count, bool keep, uint8_t *ret_secrets,
		       uint8_t *ret_verdicts, struct fault *fault)
{
	const struct batch_company *company = ctx;

	return ledger_donors(company->ledger, company->member, keys, asks, count, keep,
			     ret_secrets, ret_verdicts, fault);
}

static enum err donor_slips(void *ctx, const struct donor_slip *slips, size_t count,
			    struct fault *fault)
{
	const struct batch_company *company = ctx;

	return ledger_donor_slips(company->ledger, company->member, slips, count, fault);
}

struct batch_secrets batch_secrets_of_ledger(struct batch_company *company)
{
	return (struct batch_secrets){
		.ctx = company,
		.company = company_secret,
		.donors = donors,
		.asks_consents = true,
		.slips = donor_slips,
	};
}
