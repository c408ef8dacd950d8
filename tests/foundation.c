/*
 * foundation.c - see foundation.h.
 */
#include "tests/foundation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/sign.h"
#include "keys/vkey.h"
#include "ledger/intake.h"

#define DRAFT_BYTES_MAX 8192

void foundation_must(enum err err, const char *what, const struct fault *fault)
{
	if (!err)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, fault->text);
	exit(2);
}

static void double_quotes(char *text)
{
	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
}

/* Nobody votes here, so the seat's key is thrown away. */
static void seat_vkey(char ret_text[VKEY_TEXT_BYTES_MAX + 1])
{
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct signing_key *key = NULL;
	struct vkey vkey;
	struct fault fault;

	foundation_must(signing_key_generate(&key, &fault), "a seat's key", &fault);
	signing_key_public(key, public_key);
	foundation_must(vkey_make("siege-1", VKEY_ED25519, public_key, &vkey, &fault),
			"a seat's vkey", &fault);
	vkey_format(&vkey, ret_text);
	signing_key_free(key);
}

struct ledger *foundation_make(const char *dir)
{
	static const char format[] =
		"{'ref':'CHARTER','origin':'" FOUNDATION_ORIGIN "','name':'Fondation "
		"mesure','territory':'93','siren':'000009316','address':'1 place',"
		"'object':'Mesure','legal_form':'fonds-de-dotation','fiscal_year_end':"
		"'12-31','due_day':20,'receipts_by':'collected_on','terms':"
		"'" FOUNDATION_TERMS "','funds':["
		"{'id':'general','label':'General','class':'courant'},"
		"{'id':'emploi','label':'Emploi','class':'courant'},"
		"{'id':'projets','label':'Projets','class':'courant'},"
		"{'id':'fonctionnement','label':'Fonctionnement','class':'courant'}],"
		"'default_fund':'general','purposes':['mobilite'],'steps':[%d],"
		"'row_cap':%d,'quorum':{'present':1,'steps':[{'votes':1}],"
		"'monthly_ceiling':{}},'operator':'operator','treasurer':'treasurer',"
		"'seats':[{'name':'siege-1','vkey':'%s'}],'policy':["
		"{'fund':'emploi','bp':9000},{'fund':'fonctionnement','bp':1000}],"
		"'eligible_natures':['job-seeker']}";
	char vkey[VKEY_TEXT_BYTES_MAX + 1];
	struct ledger *ledger = NULL;
	struct fault fault;
	char *charter = NULL;

	seat_vkey(vkey);
	if (asprintf(&charter, format, FOUNDATION_STEP_CENTS, FOUNDATION_ROW_CAP_CENTS,
		     vkey) < 0)
		abort();
	double_quotes(charter);
	foundation_must(ledger_init(dir, slice_of_text(charter), &ledger, &fault),
			"the ledger", &fault);
	free(charter);
	return ledger;
}

/* A SIREN ends in a key that makes the sum of Luhn a multiple of ten. */
void foundation_company(unsigned i, char ret_id[FOUNDATION_COMPANY_BYTES])
{
	char digits[12];
	unsigned sum = 0;

	snprintf(digits, sizeof digits, "%08u", i + 1);
	for (unsigned d = 0; d < 8; d++) {
		unsigned digit = (unsigned)(digits[d] - '0') * (1 + d % 2);

		sum += digit > 9 ? digit - 9 : digit;
	}
	snprintf(ret_id, FOUNDATION_COMPANY_BYTES, "employer:%.8s%u", digits,
		 (10 - sum % 10) % 10);
}

struct date foundation_today(void)
{
	struct date date;

	if (date_paris(time(NULL), &date))
		abort();
	return date;
}

void draft_init(struct submission *submission, const char *by, const char *format, ...)
{
	char text[DRAFT_BYTES_MAX] = "{";
	struct fault fault;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text + 1, sizeof text - 2, format, args);
	va_end(args);
	if (n < 0 || n >= DRAFT_BYTES_MAX - 2)
		abort();
	text[1 + n] = '}';
	double_quotes(text);
	*submission = (struct submission){ .by = slice_of_text(by) };
	submission->doc = json_doc_new();
	if (!submission->doc)
		abort();
	foundation_must(intake_parse(submission->doc, slice_of(text, (size_t)n + 2),
				     &submission->draft, &fault),
			text, &fault);
	buffer_init(&submission->entry, ENTRY_BYTES_MAX);
}

void draft_release(struct submission *submission)
{
	json_doc_free(submission->doc);
	buffer_release(&submission->entry);
}
