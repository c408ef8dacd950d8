/*
 * books_manifest.c - a company's own signature of what it posted.
 *
 * The entry implies the text that the company must have signed, line by line
 * (ledger/manifest.h); nothing of the note is read but its signature. So a batch
 * cannot be recorded under a company's signature with one cent, one row, one date
 * or one byte of the file that the company did not sign for.
 *
 * A manifest is never asked for: a batch without one is the operator's word, and is
 * told apart from the others wherever batches are counted.
 */
#include "ledger/books_int.h"

#include "keys/note.h"

/* How much of a line a refusal repeats. */
#define LINE_SHOWN_BYTES 72

static int shown(struct slice line)
{
	int n = 0;

	while ((size_t)n < line.n && n < LINE_SHOWN_BYTES && line.p[n] >= ' ' &&
	       line.p[n] <= '~')
		n++;
	return n;
}

/* Cuts one line off the text, without its LF; nothing when there is none left. */
static struct slice line_take(struct slice *text)
{
	const uint8_t *end = text->n ? memchr(text->p, '\n', text->n) : NULL;
	struct slice line = slice_of(text->p, end ? (size_t)(end - text->p) : text->n);
	size_t used = end ? line.n + 1 : line.n;

	*text = slice_of(text->p + used, text->n - used);
	return line;
}

/* Names the first line that differs. */
static enum err texts_compare(struct slice signed_text, struct slice expected,
			      struct fault *fault)
{
	if (slice_equal(signed_text, expected))
		return ERR_OK;
	for (unsigned number = 1;; number++) {
		struct slice ours = line_take(&expected),
			     theirs = line_take(&signed_text);

		if (slice_equal(ours, theirs) && (expected.n || signed_text.n))
			continue;
		return fault_rule(fault, "manifest",
				  "line %u of the manifest is '%.*s'; the entry makes "
				  "it '%.*s'",
				  number, shown(theirs), (const char *)theirs.p,
				  shown(ours), (const char *)ours.p);
	}
}

static enum err note_check(struct books *books, struct slice *ret_text,
			   struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice company = entry_text(entry, "company"), vkey_text;
	struct vkey vkey;
	enum err err;

	if (!member_key(books, company, &vkey_text))
		return fault_rule(fault, "manifest",
				  "'%.*s' has no key: the operator records it first",
				  SLICE(company));
	err = vkey_parse(vkey_text, &vkey, fault);
	if (err)
		return err;
	if (note_open(entry_text(entry, "manifest"), &vkey, ret_text, fault) != ERR_OK)
		return fault_rule(fault, "manifest",
				  "the manifest is not signed by the key in force of "
				  "'%.*s'",
				  SLICE(company));
	return ERR_OK;
}

static void text_put(const struct books *books, const struct manifest *manifest,
		     struct buffer *out)
{
	manifest_put_head(manifest, out);
	for (const struct json *total = entry_list(books->entry, "totals")->first; total;
	     total = total->next)
		manifest_put_total(item_text(total, "fund"), item_text(total, "giver"),
				   item_cents(total, "amount"), out);
	manifest_put_tail(manifest, out);
}

enum err manifest_check(struct books *books, const struct manifest *about,
			struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct manifest manifest = *about;
	struct charter_record charter;
	struct buffer expected;
	struct slice text;
	enum err err;

	if (!entry_has(entry, "manifest"))
		return ERR_OK;
	buffer_init(&expected, MANIFEST_TEXT_BYTES_MAX);
	err = charter_read(books, &charter, fault);
	if (!err)
		err = note_check(books, &text, fault);
	if (err)
		goto out;
	manifest.origin = slice_of_text(charter.origin);
	manifest.company = entry_text(entry, "company");
	manifest.ref = entry->ref;
	manifest.date = json_get(entry->json, "date")->text;
	manifest.count = entry_integer(entry, "count");
	manifest.zero = entry_integer(entry, "zero");
	manifest.received = entry_text(entry, "received");
	text_put(books, &manifest, &expected);
	err = buffer_check(&expected, "the manifest's text", fault);
	if (!err)
		err = texts_compare(text, buffer_slice(&expected), fault);
out:
	buffer_release(&expected);
	return err;
}

enum err manifest_check_batch(struct books *books, struct fault *fault)
{
	const struct entry *batch = books->entry;
	struct manifest manifest = {
		.period = entry_text(batch, "period"),
		.source = entry_text(batch, "source"),
		.site = entry_text(batch, "site"),
		.step = entry_cents(batch, "step"),
		.terms = entry_text(batch, "terms"),
	};

	return manifest_check(books, &manifest, fault);
}
