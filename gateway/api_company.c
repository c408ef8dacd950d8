/*
 * api_company.c - for whom a batch is posted.
 *
 * A company posts for itself. A collector names the employer in the address, in either
 * form of the body; that it is this employer's collector is asked here already, for the
 * donors' secrets are the employer's and would be used before the books can refuse.
 */
#include "gateway/api_batch_int.h"

static void company_set(struct api_call *call, const char *company)
{
	(void)snprintf(call->batch->company, sizeof call->batch->company, "%s", company);
}

enum err company_begin(struct api_call *call, struct books *books, struct fault *fault)
{
	const char *named = http_request_parameter(call->request, "company");
	struct member_view company;

	if (call->caller.role != ROLE_COLLECTOR) {
		if (named && strcmp(named, call->caller.member) != 0)
			return fault_rule(fault, "company",
					  "a company posts its own batches only");
		company_set(call, call->caller.member);
		return ERR_OK;
	}
	if (!named)
		return fault_set(fault, ERR_INVALID,
				 "a collector says for whom it posts: add "
				 "?company=employer:SIREN");
	if (!query_member(books, slice_of_text(named), &company) || !company.active ||
	    strcmp(company.collector, call->caller.member) != 0)
		return fault_rule(fault, "collector",
				  "'%s' is not the collector of an active employer of "
				  "that name",
				  call->caller.member);
	company_set(call, company.id);
	return ERR_OK;
}

enum err company_of_batch(struct api_call *call, struct fault *fault)
{
	const char *named = http_request_parameter(call->request, "company");
	const char *company = call->batch->old.company;

	if (named && strcmp(named, company) != 0)
		return fault_rule(fault, "correction",
				  "the batch is one of '%s', and not of the company "
				  "that the address names",
				  company);
	company_set(call, company);
	return ERR_OK;
}
