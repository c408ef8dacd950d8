/*
 * bank_match.c - what a line of a bank statement is about, if the ledger can know.
 */
#include "gateway/bank_match.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *name, *text;
} whys[] = {
	[BANK_MATCHED] = { "matched", "it is explained" },
	[BANK_NO_REFERENCE] = { "no-reference",
				"it names no payment of ours: an expense, a refund, or a "
				"charge of the bank's?" },
	[BANK_NOTHING_OPEN] = { "nothing-open", "it names an entry of which nothing is "
						"open: paid twice, or "
						"not recorded yet?" },
	[BANK_OTHER_AMOUNT] = { "other-amount", "what it names is of another amount, or "
						"goes the other way" },
	[BANK_MIXED] = { "mixed", "it names things that no one transfer can be for" },
	[BANK_UNKNOWN_PAYER] = { "unknown-payer", "it has no reference, and nobody knows "
						  "the account that it "
						  "came from" },
	[BANK_NOT_OWED] = { "not-owed", "its payer owes nothing of this amount: is the "
					"list missing that "
					"it pays?" },
	[BANK_AMBIGUOUS] = { "ambiguous", "this amount is owed more than once" },
	[BANK_PARTLY] = { "partly",
			  "a part of it is explained: the rest is for a person" },
};
_Static_assert(sizeof whys / sizeof *whys == BANK_WHY__COUNT,
	       "each reason has its words");

const char *bank_why_name(enum bank_why why)
{
	return whys[why].name;
}

const char *bank_why_text(enum bank_why why)
{
	return whys[why].text;
}

/* ISO 20022's external codes of return reasons, as SEPA uses them. */
const char *bank_return_reason(const char *code)
{
	static const struct {
		const char *code, *reason;
	} codes[] = {
		{ "AC04", "account-closed" }, { "AC07", "account-closed" },
		{ "AC01", "wrong-account" },  { "AC03", "wrong-account" },
		{ "AC14", "wrong-account" },  { "BE01", "wrong-account" },
		{ "BE04", "wrong-account" },  { "RC01", "wrong-account" },
		{ "RC07", "wrong-account" },  { "AC06", "refused" },
		{ "AG01", "refused" },        { "AG02", "refused" },
		{ "MS02", "refused" },        { "RR01", "refused" },
		{ "RR02", "refused" },        { "RR03", "refused" },
		{ "RR04", "refused" },        { "FOCR", "refused" },
	};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].reason;
	return "other";
}

/* ---- claims ---- */

static const char *payer_of(const struct bank_known *known, const char *iban)
{
	for (size_t i = 0; i < known->payer_count && iban[0] != '\0'; i++)
		if (strcmp(known->payers[i].iban, iban) == 0)
			return known->payers[i].member;
	return NULL;
}

/* The first claim of that position, or where it would stand. */
static size_t claim_first(const struct bank_known *known, uint64_t position)
{
	size_t low = 0, high = known->claim_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (known->claims[middle].position < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of one batch the collector may owe the rows and the employer the match: then the line
 * says who pays, by its account, or else by its amount. */
static enum bank_why claim_named(const struct bank_known *known,
				 const struct bank_line *line, uint64_t position,
				 struct bank_claim **ret_claim)
{
	const char *payer = payer_of(known, line->iban);
	struct bank_claim *by_payer = NULL, *by_amount = NULL, *any = NULL;
	size_t count = 0;

	for (size_t i = claim_first(known, position);
	     i < known->claim_count && known->claims[i].position == position; i++) {
		struct bank_claim *claim = &known->claims[i];

		if (!cents_is_positive(claim->open))
			continue;
		any = claim;
		count++;
		if (payer && strcmp(claim->member, payer) == 0)
			by_payer = claim;
		if (cents_cmp(claim->open, line->amount) == 0)
			by_amount = by_amount ? NULL : claim;
	}
	*ret_claim = count == 1 ? any : by_payer ? by_payer : by_amount;
	if (!any)
		return BANK_NOTHING_OPEN;
	return *ret_claim ? BANK_MATCHED : BANK_AMBIGUOUS;
}

static void find(struct bank_match *match, struct bank_claim *claim, struct cents amount)
{
	struct bank_finding *finding = &match->findings[match->count++];

	assert(match->count <= BANK_REFERENCES_MAX && cents_is_positive(amount));
	*finding = (struct bank_finding){
		.subject = claim->subject,
		.position = claim->position,
		.amount = amount,
	};
	memcpy(finding->member, claim->member, BANK_MEMBER_BYTES);
	/* A payment that is carried out may come back on the same statement. What is paid
	 * too much is the payer's credit, and nothing is left of this. */
	if (claim->subject == BANK_ORDERED)
		claim->subject = BANK_PAID;
	else if (cents_cmp(amount, claim->open) >= 0 ||
		 cents_sub(claim->open, amount, &claim->open))
		claim->open = CENTS_ZERO;
}

/* ---- what a line names ---- */

struct named {
	struct bank_claim *claims[BANK_REFERENCES_MAX];
	size_t count;
	struct cents open; /* of all together */
	bool one_member;
};

static enum bank_why look_up(const struct bank_known *known, const struct bank_line *line,
			     struct named *named)
{
	*named = (struct named){ .one_member = true };
	for (size_t i = 0; i < line->reference_count; i++) {
		struct bank_claim *claim;
		enum bank_why why = claim_named(known, line, line->references[i], &claim);

		if (why)
			return why;
		named->claims[named->count++] = claim;
		if (claim->subject != named->claims[0]->subject)
			return BANK_MIXED;
		named->one_member &= strcmp(claim->member, named->claims[0]->member) == 0;
		if (cents_add(named->open, claim->open, &named->open))
			return BANK_OTHER_AMOUNT;
	}
	return BANK_MATCHED;
}

/* All that is named, each whole. */
static void take_whole(const struct named *named, struct bank_match *match)
{
	for (size_t i = 0; i < named->count; i++)
		find(match, named->claims[i], named->claims[i]->open);
}

/* In the order of the references, each as far as it is open; the last takes what is
 * left. What is short is open still. */
static void take_in_order(const struct named *named, struct cents amount,
			  struct bank_match *match)
{
	for (size_t i = 0; i < named->count && cents_is_positive(amount); i++) {
		bool last = i + 1 == named->count;
		struct cents part =
			last ? amount : cents_min(amount, named->claims[i]->open);

		find(match, named->claims[i], part);
		if (cents_sub(amount, part, &amount))
			return; /* a part is at most the whole */
	}
}

static enum bank_why by_references(const struct bank_known *known,
				   const struct bank_line *line, struct cents amount,
				   struct bank_match *match)
{
	bool arrived = cents_is_positive(line->amount);
	struct named named;
	enum bank_why why = look_up(known, line, &named);
	enum bank_subject subject;
	bool exact;

	if (why)
		return why;
	subject = named.claims[0]->subject;
	exact = cents_cmp(named.open, amount) == 0;
	if (arrived != (subject != BANK_ORDERED))
		return BANK_OTHER_AMOUNT;
	if (exact)
		take_whole(&named, match);
	else if (subject == BANK_OWED && named.one_member)
		take_in_order(&named, amount, match);
	else if (subject == BANK_PAYOUT && named.one_member &&
		 cents_cmp(amount, named.open) < 0)
		take_in_order(&named, amount, match);
	else
		return subject == BANK_OWED && !named.one_member ? BANK_MIXED
								 : BANK_OTHER_AMOUNT;
	return BANK_MATCHED;
}

/* ---- what a line does not name ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether a text holds the name of "provider:name", in whatever case. */
static bool text_names(const char *text, const char *member)
{
	const char *name = strrchr(member, ':');
	size_t n;

	name = name ? name + 1 : member;
	n = strlen(name);
	if (n < 3) /* too short to mean anything */
		return false;
	for (; *text; text++) {
		size_t i = 0;

		while (i < n && lower(text[i]) == lower(name[i]))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

/* The only claim of a subject and amount, of whom the text or the account names. */
static enum bank_why find_only(const struct bank_known *known, enum bank_subject subject,
			       struct cents amount, const char *text, const char *member,
			       struct bank_match *match)
{
	struct bank_claim *only = NULL;

	for (size_t i = 0; i < known->claim_count; i++) {
		struct bank_claim *claim = &known->claims[i];

		if (claim->only_named || claim->subject != subject ||
		    cents_cmp(claim->open, amount) != 0 ||
		    (text && !text_names(text, claim->member)) ||
		    (member && strcmp(claim->member, member) != 0))
			continue;
		if (only)
			return BANK_AMBIGUOUS;
		only = claim;
	}
	if (!only)
		return BANK_NOT_OWED;
	find(match, only, amount);
	return BANK_MATCHED;
}

static enum bank_why by_payer(const struct bank_known *known,
			      const struct bank_line *line, struct cents amount,
			      struct bank_match *match)
{
	enum bank_why why =
		find_only(known, BANK_PAYOUT, amount, line->text, NULL, match);
	const char *payer = payer_of(known, line->iban);

	if (why != BANK_NOT_OWED)
		return why;
	if (!payer)
		return BANK_UNKNOWN_PAYER;
	return find_only(known, BANK_OWED, amount, NULL, payer, match);
}

void bank_match(const struct bank_known *known, const struct bank_line *line,
		struct bank_match *ret_match)
{
	bool arrived = cents_is_positive(line->amount);
	struct cents amount = arrived ? line->amount : cents_neg(line->amount);

	ret_match->count = 0;
	if (line->reference_count > 0)
		ret_match->why = by_references(known, line, amount, ret_match);
	else if (arrived)
		ret_match->why = by_payer(known, line, amount, ret_match);
	else
		ret_match->why = BANK_NO_REFERENCE;
	assert((ret_match->why == BANK_MATCHED) == (ret_match->count > 0));
}
