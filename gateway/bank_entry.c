/*
 * bank_entry.c - what is recorded of a bank file: drafts of entries.
 */
#include "gateway/bank_entry.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/entry.h"

#define DIGEST_DIGITS 14

size_t bank_page_count(const struct bank_statement *statement)
{
	size_t pages =
		(statement->line_count + BANK_PAGE_LINES_MAX - 1) / BANK_PAGE_LINES_MAX;

	return pages ? pages : 1;
}

void bank_page_next(const struct bank_file *file, const struct bank_statement *statement,
		    const char *account, const struct bank_page *before, uint32_t number,
		    struct bank_page *ret_page)
{
	size_t done = before ? (size_t)(before->lines - file->lines) + before->count -
				       statement->first_line
			     : 0;
	size_t left = statement->line_count - done;
	struct bank_page page = {
		.statement = statement,
		.account = account,
		.lines = file->lines ? file->lines + statement->first_line + done : NULL,
		.count = left > BANK_PAGE_LINES_MAX ? BANK_PAGE_LINES_MAX : left,
		.number = number,
		.first = !before,
		.opening = before ? before->closing : statement->opening,
	};

	page.last = page.count == left;
	page.closing = page.opening;
	/* They add up: the reader has seen to it. */
	for (size_t i = 0; i < page.count; i++)
		if (cents_add(page.closing, page.lines[i].amount, &page.closing))
			abort();
	*ret_page = page;
}

static void digits_of(const struct hash *hash, char ret_digits[DIGEST_DIGITS + 1])
{
	char digest[HASH_HEX_CHARS + 1];

	hex_encode(hash->b, HASH_BYTES, digest);
	for (size_t i = 0; i < DIGEST_DIGITS; i++)
		ret_digits[i] =
			digest[i] >= 'a' ? (char)(digest[i] - 'a' + 'A') : digest[i];
	ret_digits[DIGEST_DIGITS] = '\0';
}

/* "BK-", 14 digits of the file's digest, and where in it: as it is, or of a place that
 * takes too many digits for that a digest, too. */
static void ref_of(const struct bank_file *file, const char *where,
		   char ret_ref[BANK_REF_BYTES])
{
	char digits[DIGEST_DIGITS + 1], place[DIGEST_DIGITS + 1];
	struct hash hash;
	int n;

	digits_of(&file->digest, digits);
	if (strlen(where) > DIGEST_DIGITS) {
		hash = hash_bytes(where, strlen(where));
		digits_of(&hash, place);
		where = place;
	}
	n = snprintf(ret_ref, BANK_REF_BYTES, "BK-%s-%s", digits, where);
	assert(n > 0 && n < BANK_REF_BYTES);
}

static void add_day(struct json_doc *doc, struct json *object, const char *name,
		    struct date date)
{
	char text[DATE_TEXT_BYTES];

	date_format(date, text);
	(void)json_add_cstring(doc, object, name, text);
}

static struct json *draft_new(struct json_doc *doc, const char *kind, const char *ref,
			      struct date date)
{
	struct json *draft = json_new(doc, JSON_OBJECT);

	(void)json_add_cstring(doc, draft, "kind", kind);
	(void)json_add_cstring(doc, draft, "ref", ref);
	add_day(doc, draft, "date", date);
	return draft;
}

static enum err draft_end(struct json_doc *doc, struct json *draft,
			  struct json **ret_draft, struct fault *fault)
{
	enum err err = json_doc_err(doc);

	if (err)
		return fault_set(fault, err, "an entry of the bank: %s",
				 err == ERR_MEMORY ? "out of memory" : "too long");
	*ret_draft = draft;
	return ERR_OK;
}

enum err bank_page_draft(const struct bank_file *file, const struct bank_page *page,
			 struct json_doc *doc, struct json **ret_draft,
			 struct fault *fault)
{
	const struct bank_statement *statement = page->statement;
	struct date from = page->first ? statement->from : page->lines[0].booked_on,
		    until = page->last ? statement->until
				       : page->lines[page->count - 1].booked_on;
	char ref[BANK_REF_BYTES], where[16], digest[HASH_HEX_CHARS + 1];
	struct json *draft, *lines;

	snprintf(where, sizeof where, "%" PRIu32, page->number);
	ref_of(file, where, ref);
	hex_encode(file->digest.b, HASH_BYTES, digest);
	draft = draft_new(doc, "statement", ref, until);
	(void)json_add_cstring(doc, draft, "account", page->account);
	(void)json_add_integer(doc, draft, "opening", cents_value(page->opening));
	(void)json_add_integer(doc, draft, "closing", cents_value(page->closing));
	(void)json_add_cstring(doc, draft, "digest", digest);
	add_day(doc, draft, "from", from);
	(void)json_add_integer(doc, draft, "page", page->number);
	if (statement->id[0] != '\0')
		(void)json_add_cstring(doc, draft, "name", statement->id);
	lines = json_add(doc, draft, "lines", JSON_LIST);
	for (size_t i = 0; i < page->count; i++) {
		struct json *line = json_append(doc, lines, JSON_OBJECT);

		(void)json_add_integer(doc, line, "amount",
				       cents_value(page->lines[i].amount));
		add_day(doc, line, "booked_on", page->lines[i].booked_on);
	}
	return draft_end(doc, draft, ret_draft, fault);
}

static void add_settlement(struct json_doc *doc, struct json *draft,
			   const struct bank_finding *finding)
{
	(void)json_add_cstring(doc, draft, "payer", finding->member);
	(void)json_add_integer(doc, draft, "amount", cents_value(finding->amount));
	(void)json_add_integer(doc, draft, "settles", (int64_t)finding->position);
}

/* A detail's parts are told apart by letters: most have but one. */
void bank_finding_ref(const struct bank_file *file, const struct bank_place *place,
		      char ret_ref[BANK_REF_BYTES])
{
	const char *const letters[] = { "", "B", "C", "D", "E", "F", "G", "H" };
	char where[40];

	_Static_assert(sizeof letters / sizeof *letters == BANK_REFERENCES_MAX,
		       "each part has its letter");
	assert(place->part >= 1 && place->part <= BANK_REFERENCES_MAX);
	snprintf(where, sizeof where, "%" PRIu32 ".%" PRIu32 ".%" PRIu32 "%s",
		 place->page, place->number, place->detail ? place->detail : place->part,
		 place->detail ? letters[place->part - 1] : "");
	ref_of(file, where, ret_ref);
}

enum err bank_finding_draft(const struct bank_file *file, const struct bank_line *line,
			    const struct bank_finding *finding,
			    const struct bank_place *place, struct json_doc *doc,
			    struct json **ret_draft, struct fault *fault)
{
	static const char *const kinds[] = {
		[BANK_OWED] = "settlement",
		[BANK_PAYOUT] = "settlement",
		[BANK_ORDERED] = "paid",
		[BANK_PAID] = "returned",
	};
	char ref[BANK_REF_BYTES];
	struct json *draft, *cited;

	bank_finding_ref(file, place, ref);
	draft = draft_new(doc, kinds[finding->subject], ref, line->booked_on);
	cited = json_add(doc, draft, "line", JSON_OBJECT);
	(void)json_add_integer(doc, cited, "line", place->number);
	(void)json_add_integer(doc, cited, "statement", (int64_t)place->statement);
	if (finding->subject == BANK_OWED || finding->subject == BANK_PAYOUT)
		add_settlement(doc, draft, finding);
	else
		(void)json_add_integer(doc, draft, "payment", (int64_t)finding->position);
	if (finding->subject == BANK_PAID)
		(void)json_add_cstring(doc, draft, "reason",
				       bank_return_reason(line->reason));
	return draft_end(doc, draft, ret_draft, fault);
}
