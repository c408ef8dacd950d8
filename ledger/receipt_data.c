/*
 * receipt_data.c - see receipt_data.h.
 */
#include "ledger/receipt_data.h"

#include <inttypes.h>

#include "keys/encoding.h"
#include "keys/hash.h"

#define SALT_BYTES 32

/* Plafond annuel de la sécurité sociale, in cents: arrêtés of 19 December 2023, 19
 * December 2024 and 22 December 2025. */
static const struct {
	int64_t year, cents;
} ceilings[] = {
	{ 2024, 4636800 },
	{ 2025, 4710000 },
	{ 2026, 4806000 },
};

bool receipt_skills_cap(int64_t year, int64_t people, struct cents *ret_cap)
{
	for (size_t i = 0; i < sizeof ceilings / sizeof *ceilings; i++)
		if (ceilings[i].year == year) {
			*ret_cap = cents_of(3 * people * ceilings[i].cents);
			return true;
		}
	return false;
}

struct json *receipt_body(struct books *books, struct json_doc *doc)
{
	static const char *const members[] = { "address", "legal_form", "name", "object",
					       "siren" };
	struct json *body = json_new(doc, JSON_OBJECT);

	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		(void)json_add_text(doc, body, members[i], query_body(books, members[i]));
	return body;
}

static void giver_add(const struct receipt_plan *plan, struct json_doc *doc,
		      struct json *data)
{
	struct json *giver = json_add(doc, data, "giver", JSON_OBJECT);
	const struct identity *identity = plan->identity;

	if (plan->company) {
		(void)json_add_cstring(doc, giver, "id", plan->company->id);
		(void)json_add_cstring(doc, giver, "name", plan->company->name);
		(void)json_add_cstring(doc, giver, "siren", plan->company->siren);
	}
	if (!identity)
		return;
	(void)json_add_text(doc, giver, "name", identity->field[IDENTITY_NAME]);
	(void)json_add_text(doc, giver, "address", identity->field[IDENTITY_STREET]);
	(void)json_add_text(doc, giver, "postcode", identity->field[IDENTITY_POSTCODE]);
	(void)json_add_text(doc, giver, "city", identity->field[IDENTITY_CITY]);
	if (identity->field[IDENTITY_COUNTRY].n)
		(void)json_add_text(doc, giver, "country",
				    identity->field[IDENTITY_COUNTRY]);
}

static void gift_add(const struct receipt_gift *gift, struct json_doc *doc,
		     struct json *list)
{
	struct json *item = json_append(doc, list, JSON_OBJECT);
	char text[DATE_TEXT_BYTES], mark[MARK_HEX_BYTES];

	(void)json_add_integer(doc, item, "amount", cents_value(gift->amount));
	date_format(gift->day, text);
	(void)json_add_cstring(doc, item, "date", text);
	date_format(gift->arrived_on, text);
	(void)json_add_cstring(doc, item, "arrived_on", text);
	(void)json_add_cstring(doc, item, "what", gift->what);
	(void)json_add_integer(doc, item, gift->is_row ? "batch" : "entry",
			       (int64_t)gift->position);
	if (gift->fund[0])
		(void)json_add_cstring(doc, item, "fund", gift->fund);
	if (gift->is_earmarked)
		(void)json_add_integer(doc, item, "earmarked", 1);
	if (gift->people)
		(void)json_add_integer(doc, item, "people", gift->people);
	if (gift->is_row) {
		receipt_mark(&gift->tag, mark);
		(void)json_add_cstring(doc, item, "mark", mark);
	}
}

static void numbers_add(const struct receipt_plan *plan, struct json_doc *doc,
			struct json *data)
{
	char day[DATE_TEXT_BYTES];

	date_format(plan->issued_on, day);
	(void)json_add_cstring(doc, data, "date", day);
	(void)json_add_text(doc, data, "form", plan->form);
	(void)json_add_integer(doc, data, "amount", cents_value(plan->amount));
	(void)json_add_integer(doc, data, "number", plan->number);
	(void)json_add_integer(doc, data, "year", plan->year);
	(void)json_add_cstring(doc, data, "origin", plan->origin);
	(void)json_add_cstring(doc, data, "signatory", plan->signatory);
	if (plan->proof)
		(void)json_add_cstring(doc, data, "proof", plan->proof);
	if (plan->replaces)
		(void)json_add_integer(doc, data, "replaces", plan->replaces);
}

enum err receipt_data_write(const struct receipt_plan *plan, struct buffer *out,
			    struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct json *data = doc ? json_new(doc, JSON_OBJECT) : NULL, *list;
	char salt[HEX_CHARS(SALT_BYTES) + 1];
	uint8_t random[SALT_BYTES];
	enum err err = random_bytes(random, sizeof random);

	if (err) {
		json_doc_free(doc);
		return fault_set(fault, err, "the machine gives no random bytes");
	}
	hex_encode(random, sizeof random, salt);
	(void)json_add_cstring(doc, data, "salt", salt);
	numbers_add(plan, doc, data);
	(void)json_add_copy(doc, data, "body", plan->body);
	giver_add(plan, doc, data);
	list = json_add(doc, data, "gifts", JSON_LIST);
	for (size_t i = 0; i < plan->gift_count; i++)
		gift_add(&plan->gifts[i], doc, list);
	err = doc ? json_doc_err(doc) : ERR_MEMORY;
	if (!err)
		err = json_write(data, out);
	json_doc_free(doc);
	return err ? fault_set(fault, err, "a receipt could not be written") : ERR_OK;
}
