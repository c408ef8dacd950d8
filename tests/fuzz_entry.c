/*
 * fuzz_entry.c - the entry codec: what is a leaf (ledger/entry.h, ledger/kind.h).
 */
#include <stdlib.h>

#include "ledger/entry.h"
#include "ledger/intake.h"
#include "tests/fuzz.h"

/* Asks for a member as its type has it: whatever passed the check can be read. */
static void member_read(const struct entry *entry, const struct member *member)
{
	switch (member->type) {
	case TYPE_INTEGER:
		(void)entry_integer(entry, member->name);
		return;
	case TYPE_CENTS:
		(void)entry_cents(entry, member->name);
		return;
	case TYPE_POSITION:
		(void)entry_position(entry, member->name);
		return;
	case TYPE_DATE:
		(void)entry_date(entry, member->name);
		return;
	case TYPE_MONTH:
		(void)entry_month(entry, member->name);
		return;
	case TYPE_HEX:
		if (member->max == HASH_HEX_CHARS && entry_has(entry, member->name))
			(void)entry_hash(entry, member->name);
		return;
	case TYPE_LIST:
	case TYPE_IDS:
	case TYPE_STEPS:
	case TYPE_OBJECT:
	case TYPE_CEILINGS:
	case TYPE_ACT:
		(void)entry_list(entry, member->name);
		return;
	case TYPE_ID:
	case TYPE_REF:
	case TYPE_LABEL:
	case TYPE_MONTHDAY:
	case TYPE_CHOICE:
	case TYPE_SIREN:
	case TYPE_RNA:
	case TYPE_IBAN:
	case TYPE_VKEY:
	case TYPE_NOTE:
	case TYPE_BASE64:
		(void)entry_text(entry, member->name);
		return;
	}
	abort();
}

static void entry_check(const struct entry *entry, struct slice bytes)
{
	const struct kind_def *def = kind_def(entry->kind);
	struct hash content, again;
	struct buffer out;
	struct fault fault;

	for (size_t i = 0; i < def->member_count; i++)
		if (entry_has(entry, def->members[i].name))
			member_read(entry, &def->members[i]);
	FUZZ_MUST(entry_content(entry, &content, &fault) == ERR_OK);
	FUZZ_MUST(entry_content(entry, &again, &fault) == ERR_OK);
	FUZZ_MUST(slice_equal(slice_of(content.b, HASH_BYTES),
			      slice_of(again.b, HASH_BYTES)));
	buffer_init(&out, bytes.n);
	FUZZ_MUST(json_write(entry->json, &out) == ERR_OK);
	FUZZ_MUST(slice_equal(buffer_slice(&out), bytes));
	buffer_release(&out);
}

FUZZ_TARGET(entry)
{
	struct json_doc *doc = json_doc_new();
	struct slice in = slice_of(bytes, n);
	struct json *draft = NULL;
	struct entry entry;
	enum kind kind;
	struct fault fault;
	bool is_whole;
	enum err err;

	FUZZ_MUST(doc != NULL);
	err = entry_parse(doc, in, &entry, &fault);
	fuzz_must_be_said(err, &fault);
	is_whole = err == ERR_OK;
	if (is_whole)
		entry_check(&entry, in);
	json_doc_clear(doc);
	/* A draft has not what the writer sets, so nothing is both. */
	if (!intake_parse(doc, in, &draft, &fault) &&
	    !kind_check(draft, STAGE_DRAFT, &kind, &fault))
		FUZZ_MUST(!is_whole && kind < KIND__COUNT);
	json_doc_free(doc);
	return 0;
}
