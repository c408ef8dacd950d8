/*
 * api_caller.c - who calls, by the token shown; and what is theirs.
 *
 * A token is looked up at each request: it is revoked at once, and so is its use.
 */
#include <strings.h>
#include <time.h>

#include "gateway/api_int.h"

#define BEARER "Bearer "

/* The text behind "Bearer"; empty when there is none. */
static struct slice token_of(const struct http_request *request)
{
	const char *value;

	if (http_request_header(request, "Authorization", &value) != ERR_OK ||
	    strncasecmp(value, BEARER, sizeof BEARER - 1) != 0)
		return slice_of(NULL, 0);
	value += sizeof BEARER - 1;
	return slice_of_text(value + strspn(value, " "));
}

/* The member must still be what it was when the token was issued. */
static enum err member_check(struct books *books, const struct token_grant *grant,
			     struct fault *fault)
{
	struct member_view member;
	enum role role;
	bool is_active;

	is_active = query_member(books, slice_of_text(grant->member), &member) &&
		    member.active && role_by_name(slice_of_text(member.role), &role) &&
		    role == grant->role;
	if (!is_active)
		return fault_set(fault, ERR_DENIED,
				 "the member that this token stands for has retired, or "
				 "has another role by now");
	return ERR_OK;
}

enum err caller_check(struct ledger *ledger, const struct http_request *request,
		      unsigned roles, struct token_grant *ret_caller, struct fault *fault)
{
	struct slice token = token_of(request);
	struct token_grant grant;
	struct books *books;
	enum err err;

	if (!token.n)
		return fault_set(fault, ERR_UNKNOWN,
				 "a token is needed: send Authorization: Bearer TOKEN");
	/* Both are asked of one commit, which costs one transaction. */
	err = ledger_books(ledger, &books, fault);
	if (err)
		return err;
	err = ledger_token_check(ledger, token, (int64_t)time(NULL), &grant, fault);
	if (!err)
		err = member_check(books, &grant, fault);
	ledger_books_done(ledger);
	if (!err && !(grant.role & roles))
		err = fault_set(fault, ERR_DENIED, "the role '%s' may not do this",
				role_name(grant.role));
	if (!err)
		*ret_caller = grant;
	return err;
}

bool caller_is_known(struct ledger *ledger, const struct http_request *request)
{
	struct slice token = token_of(request);
	struct token_grant grant;

	return token.n &&
	       ledger_token_check(ledger, token, INT64_MIN, &grant, NULL) == ERR_OK;
}

bool call_has_role(const struct api_call *call, unsigned roles)
{
	return (call->caller.role & roles) != 0;
}

bool call_owns(const struct api_call *call, const struct entry *entry)
{
	const char *own = NULL;

	if (slice_equal_text(entry->by, call->caller.member))
		return true;
	switch ((int)entry->kind) {
	case KIND_batch:
	case KIND_correction:
		own = "company";
		break;
	case KIND_gift:
	case KIND_patronage:
	case KIND_contribution:
	case KIND_settlement:
	case KIND_fee:
	case KIND_payout:
	case KIND_refund:
		own = "payer";
		break;
	case KIND_member:
		own = "id";
		break;
	}
	return own && slice_equal_text(entry_text(entry, own), call->caller.member);
}
