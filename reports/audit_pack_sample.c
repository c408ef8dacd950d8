/*
 * audit_pack_sample.c - the sample that anybody can draw again, and where the papers of
 * what was taken are (audit_pack_int.h).
 */
#include <string.h>

#include "keys/encoding.h"
#include "reports/audit_pack_int.h"

/* ---- units ---- */

static void put_plan(const struct audit_pack *pack)
{
	struct table *table =
		table_begin(pack->doc, "plan", pack_say(pack, MSG_AUDIT_PLAN));

	table_column(table, "entries", pack_say(pack, MSG_AUDIT_PLAN_ENTRIES),
		     VALUE_INTEGER);
	table_column(table, "book", pack_say(pack, MSG_AUDIT_PLAN_BOOK), VALUE_CENTS);
	table_column(table, "units", pack_say(pack, MSG_AUDIT_PLAN_UNITS), VALUE_INTEGER);
	table_column(table, "interval", pack_say(pack, MSG_AUDIT_PLAN_INTERVAL),
		     VALUE_CENTS);
	table_column(table, "start", pack_say(pack, MSG_AUDIT_PLAN_START), VALUE_ORDINAL);
	row_begin(table, ROW_NORMAL);
	cell_integer(table, pack->population);
	cell_cents(table, pack->book);
	cell_integer(table, pack->units);
	cell_cents(table, cents_of(pack->sample.interval));
	cell_integer(table, pack->sample.start);
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_SAMPLE_RULE));
}

static enum err put_units(struct audit_pack *pack, struct fault *fault)
{
	struct table *table =
		table_begin(pack->doc, "sample", pack_say(pack, MSG_AUDIT_SAMPLE));

	table_column(table, "unit", pack_say(pack, MSG_AUDIT_UNIT), VALUE_ORDINAL);
	table_column(table, "hits", pack_say(pack, MSG_AUDIT_HITS), VALUE_INTEGER);
	pack_entry_columns(pack, table);
	table_column(table, "large", pack_say(pack, MSG_AUDIT_LARGE), VALUE_TEXT);
	for (size_t i = 0; i < pack->entries.count; i++) {
		const struct pack_entry *entry = pack_entry_at(pack, i);
		int64_t unit, hits;
		size_t *taken;

		if (!entry->in_year || !cents_is_positive(entry->amount))
			continue;
		hits = sample_take(&pack->sample, entry->amount, &unit);
		if (!hits)
			continue;
		taken = pack_add(&pack->taken, sizeof *taken);
		if (!taken)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		*taken = i;
		row_begin(table, ROW_NORMAL);
		cell_integer(table, unit);
		cell_integer(table, hits);
		pack_entry_cells(pack, table, entry);
		cell_text(table,
			  pack_say(pack, sample_is_large(&pack->sample, entry->amount)
						 ? MSG_AUDIT_YES
						 : MSG_AUDIT_NO));
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	return ERR_OK;
}

/* ---- entries, each as likely as another ---- */

static void put_attributes(struct audit_pack *pack)
{
	struct table *table = table_begin(pack->doc, "attributes",
					  pack_say(pack, MSG_AUDIT_ATTRIBUTES));

	table_column(table, "draw", pack_say(pack, MSG_AUDIT_DRAW), VALUE_ORDINAL);
	pack_entry_columns(pack, table);
	for (uint64_t i = 0; i < AUDIT_PACK_ATTRIBUTES && pack->entries.count; i++) {
		uint64_t drawn = sample_attribute(&pack->standing.checkpoint.root,
						  slice_of_text(pack->seed), i,
						  pack->entries.count);

		row_begin(table, ROW_NORMAL);
		cell_integer(table, (int64_t)i);
		pack_entry_cells(pack, table, pack_entry_at(pack, (size_t)drawn));
	}
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_ATTRIBUTES_RULE));
}

/* ---- papers ---- */

static void evidence_begin(struct audit_pack *pack)
{
	struct table *table =
		table_begin(pack->doc, "evidence", pack_say(pack, MSG_AUDIT_EVIDENCE));

	pack->evidence = table;
	table_column(table, "position", pack_say(pack, MSG_ENTRY), VALUE_ORDINAL);
	table_column(table, "ref", pack_say(pack, MSG_AUDIT_REF), VALUE_MONO);
	table_column(table, "refers", pack_say(pack, MSG_AUDIT_REFERS), VALUE_ORDINAL);
	table_column(table, "statement", pack_say(pack, MSG_BANK_STATEMENT),
		     VALUE_ORDINAL);
	table_column(table, "line", pack_say(pack, MSG_BANK_LINE), VALUE_ORDINAL);
	table_column(table, "signed", pack_say(pack, MSG_AUDIT_SIGNED), VALUE_TEXT);
	table_column(table, "paper", pack_say(pack, MSG_AUDIT_PAPER), VALUE_MONO);
	table_column(table, "leaf", pack_say(pack, MSG_AUDIT_LEAF), VALUE_MONO);
}

/* The first member of those names that the entry has; kinds differ in what they have. */
static const struct json *first_of(const struct entry *entry, const char *const *names,
				   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct json *value = json_get(entry->json, names[i]);

		if (value)
			return value;
	}
	return NULL;
}

#define FIRST_OF(entry, names) first_of(entry, names, sizeof(names) / sizeof *(names))

static void cell_number(struct table *table, const struct json *value)
{
	if (value && value->type == JSON_INTEGER)
		cell_integer(table, value->integer);
	else
		cell_empty(table);
}

static enum err put_evidence(struct audit_pack *pack, uint64_t position,
			     const struct entry *entry, struct fault *fault)
{
	static const char *const refers[] = { "of",    "payment", "proposal",  "settles",
					      "batch", "grant",   "delegation" };
	static const char *const signs[] = { "manifest", "note", "signatures" };
	static const char *const papers[] = { "received",  "delivery", "voucher",
					      "statement", "digest",   "payee" };
	const struct json *line = json_get(entry->json, "line"), *paper;
	struct table *table = pack->evidence;
	char leaf_hex[HASH_HEX_CHARS + 1];
	struct buffer bytes;
	struct hash leaf;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = json_write(entry->json, &bytes);
	if (!err) {
		leaf = hash_leaf(bytes.p, bytes.n);
		hex_encode(leaf.b, HASH_BYTES, leaf_hex);
	}
	buffer_release(&bytes);
	if (err)
		return fault_set(fault, err, "an entry could not be written");
	row_begin(table, ROW_NORMAL);
	cell_integer(table, (int64_t)position);
	cell_slice(table, entry->ref);
	cell_number(table, FIRST_OF(entry, refers));
	cell_number(table, json_get(line, "statement"));
	cell_number(table, json_get(line, "line"));
	cell_text(table,
		  pack_say(pack, FIRST_OF(entry, signs) ? MSG_AUDIT_YES : MSG_AUDIT_NO));
	paper = FIRST_OF(entry, papers);
	if (paper && paper->type == JSON_TEXT)
		cell_slice(table, paper->text);
	else
		cell_empty(table);
	cell_text(table, leaf_hex);
	return ERR_OK;
}

enum err pack_sample_see(struct audit_pack *pack, uint64_t position,
			 const struct entry *entry, struct fault *fault)
{
	size_t i;

	if (pack->next_taken == pack->taken.count)
		return ERR_OK;
	i = *PACK_AT(pack->taken, size_t, pack->next_taken);
	if (pack_entry_at(pack, i)->position != position)
		return ERR_OK;
	pack->next_taken++;
	return put_evidence(pack, position, entry, fault);
}

enum err pack_sample_put(struct audit_pack *pack, struct fault *fault)
{
	enum err err;

	sample_plan(&pack->standing.checkpoint.root, slice_of_text(pack->seed),
		    pack->units, pack->book, &pack->sample);
	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_SAMPLE));
	put_plan(pack);
	err = put_units(pack, fault);
	if (err)
		return err;
	evidence_begin(pack);
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_EVIDENCE_EXPLAINED));
	put_attributes(pack);
	return ERR_OK;
}
