/*
 * audit_pack.c - walks through the log twice, and says whether all of it is there
 * (audit_pack.h).
 */
#include "reports/audit_pack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "keys/file.h"
#include "keys/note.h"
#include "reports/audit_pack_int.h"
#include "reports/naming.h"
#include "reports/sum.h"

#define SEED_DEFAULT "arrondi"

/* ---- what is asked ---- */

static enum err units_read(const char *text, int64_t *ret_units, struct fault *fault)
{
	char *end = NULL;
	long units = text ? strtol(text, &end, 10) : AUDIT_PACK_UNITS;

	if (text && (*text < '1' || *text > '9' || *end || units > SAMPLE_UNITS_MAX))
		return fault_set(
			fault, ERR_USAGE,
			"'%s' is no size of a sample: give a number from 1 to %d", text,
			SAMPLE_UNITS_MAX);
	*ret_units = units;
	return ERR_OK;
}

static enum err asked_read(struct audit_pack *pack, const struct report_request *request,
			   struct slice since, struct fault *fault)
{
	const char *seed = request->text[OPTION_SEED];
	enum err err = exercise_request_of(request, &pack->asked, fault);

	if (!seed)
		seed = SEED_DEFAULT;
	if (!err && (!*seed || strlen(seed) >= sizeof pack->seed))
		err = fault_set(fault, ERR_USAGE, "a seed has 1 to %zu bytes",
				sizeof pack->seed - 1);
	if (!err)
		err = units_read(request->text[OPTION_SAMPLE], &pack->units, fault);
	if (err)
		return err;
	(void)snprintf(pack->seed, sizeof pack->seed, "%s", seed);
	pack->has_since = since.n > 0;
	if (pack->has_since)
		err = query_checkpoint_open(pack->books, since, &pack->since, fault);
	if (!err && pack->has_since && pack->since.size > pack->standing.checkpoint.size)
		err = fault_set(fault, ERR_INVALID,
				"the earlier checkpoint is of %" PRIu64
				" entries, and this log has %" PRIu64
				": give one that is older",
				pack->since.size, pack->standing.checkpoint.size);
	return err;
}

/* ---- walking ---- */

static enum err leaf_see(struct audit_pack *pack, const struct entry *entry,
			 struct fault *fault)
{
	struct buffer bytes;
	struct hash leaf;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = json_write(entry->json, &bytes);
	if (err) {
		err = buffer_check(&bytes, "an entry", fault);
	} else {
		leaf = hash_leaf(bytes.p, bytes.n);
		err = merkle_append(&pack->frontier, &leaf);
	}
	buffer_release(&bytes);
	if (!err && pack->has_since && pack->frontier.size == pack->since.size)
		merkle_frontier_root(&pack->frontier, &pack->since_root);
	return err;
}

static enum err first_visit(struct audit_pack *pack, uint64_t position,
			    const struct entry *entry, const struct posting *postings,
			    size_t count, struct fault *fault)
{
	struct date last;
	enum err err = leaf_see(pack, entry, fault);

	if (!err && entry->kind == KIND_charter)
		err = naming_last_day(&pack->standing, &last, fault);
	if (!err && entry->kind == KIND_charter)
		err = exercise_of(&pack->asked, entry_text(entry, "fiscal_year_end"),
				  last, &pack->exercise, fault);
	return err ? err : pack_read(pack, position, entry, postings, count, fault);
}

static enum err visit(void *ctx, uint64_t position, const struct entry *entry,
		      const struct posting *postings, size_t count, struct fault *fault)
{
	struct audit_pack *pack = ctx;
	enum err err;

	if (!pack->is_second)
		return first_visit(pack, position, entry, postings, count, fault);
	*pack->trace_visitor.books = pack->now;
	err = pack->trace_visitor.visit(pack->trace_visitor.ctx, position, entry,
					postings, count, fault);
	if (err)
		return err;
	pack_tests_see(pack, position, postings, count);
	return pack_sample_see(pack, position, entry, fault);
}

struct source_visitor audit_pack_visitor(struct audit_pack *pack)
{
	return (struct source_visitor){ .ctx = pack,
					.visit = visit,
					.books = &pack->now };
}

/* ---- whether all is there ---- */

static enum err root_check(const struct audit_pack *pack, struct fault *fault)
{
	struct hash root;

	merkle_frontier_root(&pack->frontier, &root);
	if (pack->frontier.size != pack->standing.checkpoint.size ||
	    !hash_equal(&root, &pack->standing.checkpoint.root))
		return fault_set(fault, ERR_CORRUPT,
				 "the entries are not those that the checkpoint "
				 "stands for: stop, and verify the export");
	if (pack->has_since && pack->since.size &&
	    !hash_equal(&pack->since_root, &pack->since.root))
		return fault_set(fault, ERR_INVALID,
				 "this log does not continue the earlier checkpoint: "
				 "its first %" PRIu64
				 " entries are not those that were signed then",
				 pack->since.size);
	return ERR_OK;
}

static void put_checkpoints(struct audit_pack *pack)
{
	char root[HASH_BASE64_CHARS + 1];

	if (!pack->has_since) {
		document_note(pack->doc, pack_say(pack, MSG_AUDIT_NO_SINCE));
		return;
	}
	base64_encode(pack->since.root.b, sizeof pack->since.root.b, root);
	document_property_integer(pack->doc, "since_size",
				  pack_say(pack, MSG_AUDIT_SINCE_SIZE),
				  (int64_t)pack->since.size);
	document_property_mono(pack->doc, "since_root",
			       pack_say(pack, MSG_AUDIT_SINCE_ROOT), root);
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_SINCE));
}

struct count {
	int64_t count;
	struct cents sum;
	uint64_t first, last;
};

static enum err count_add(struct count *count, const struct pack_entry *entry,
			  struct fault *fault)
{
	if (!count->count++)
		count->first = entry->position;
	count->last = entry->position;
	return sum_add(&count->sum, entry->amount, fault);
}

static void count_columns(const struct audit_pack *pack, struct table *table)
{
	table_column(table, "count", pack_say(pack, MSG_AUDIT_COUNT), VALUE_INTEGER);
	table_column(table, "sum", pack_say(pack, MSG_AUDIT_SUM), VALUE_CENTS);
	table_column(table, "first", pack_say(pack, MSG_AUDIT_FIRST), VALUE_ORDINAL);
	table_column(table, "last", pack_say(pack, MSG_AUDIT_LAST), VALUE_ORDINAL);
}

static void count_cells(struct table *table, const struct count *count)
{
	cell_integer(table, count->count);
	cell_cents(table, count->sum);
	cell_integer(table, (int64_t)count->first);
	cell_integer(table, (int64_t)count->last);
}

static enum err put_kinds(struct audit_pack *pack, struct fault *fault)
{
	struct count counts[KIND__COUNT] = { 0 };
	struct table *table = table_begin(pack->doc, "population",
					  pack_say(pack, MSG_AUDIT_POPULATION));
	enum err err = ERR_OK;

	table_column(table, "kind", pack_say(pack, MSG_AUDIT_KIND), VALUE_TEXT);
	count_columns(pack, table);
	for (size_t i = 0; i < pack->entries.count && !err; i++)
		if (pack_entry_at(pack, i)->in_year)
			err = count_add(&counts[pack_entry_at(pack, i)->kind],
					pack_entry_at(pack, i), fault);
	for (int kind = 0; kind < KIND__COUNT && !err; kind++) {
		if (!counts[kind].count)
			continue;
		row_begin(table, ROW_NORMAL);
		cell_text(table, kind_def((enum kind)kind)->name);
		count_cells(table, &counts[kind]);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	return err;
}

/* By the day of recording, in which positions follow each other without a gap. */
static enum err put_days(struct audit_pack *pack, struct fault *fault)
{
	struct table *table =
		table_begin(pack->doc, "days", pack_say(pack, MSG_AUDIT_DAYS));
	enum err err = ERR_OK;

	table_column(table, "day", pack_say(pack, MSG_AUDIT_RECORDED), VALUE_DATE);
	count_columns(pack, table);
	for (size_t i = 0; i < pack->entries.count && !err;) {
		struct date day = pack_entry_at(pack, i)->recorded;
		struct count count = { 0 };

		for (; i < pack->entries.count && !err &&
		       date_cmp(pack_entry_at(pack, i)->recorded, day) == 0;
		     i++)
			err = count_add(&count, pack_entry_at(pack, i), fault);
		if (exercise_term(&pack->exercise, day) != TERM_CURRENT)
			continue;
		row_begin(table, ROW_NORMAL);
		cell_date(table, day);
		count_cells(table, &count);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	return err;
}

/* What each member has submitted, and in how many months of its own. */
static enum err put_sequences(struct audit_pack *pack, struct fault *fault)
{
	struct count *counts = calloc(pack->members.count + 1, sizeof *counts);
	struct table *table =
		table_begin(pack->doc, "sequences", pack_say(pack, MSG_AUDIT_SEQUENCES));
	enum err err = counts ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");

	table_column(table, "member", pack_say(pack, MSG_AUDIT_BY), VALUE_TEXT);
	count_columns(pack, table);
	for (size_t i = 0; i < pack->entries.count && !err; i++)
		err = count_add(&counts[pack_entry_at(pack, i)->by],
				pack_entry_at(pack, i), fault);
	for (uint32_t member = 0; member < pack->members.count && !err; member++) {
		if (!counts[member].count)
			continue;
		row_begin(table, ROW_NORMAL);
		pack_cell_member(pack, table, member);
		count_cells(table, &counts[member]);
	}
	table_total_row(table, pack_say(pack, MSG_TOTAL));
	free(counts);
	return err;
}

static enum err put_completeness(struct audit_pack *pack, struct fault *fault)
{
	enum err err;

	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_COMPLETENESS));
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_COMPLETE));
	put_checkpoints(pack);
	err = put_kinds(pack, fault);
	if (!err)
		err = put_days(pack, fault);
	return err ? err : put_sequences(pack, fault);
}

/* ---- from the beginning to the end ---- */

enum err audit_pack_begin(struct books *books, const struct standing *standing,
			  const struct report_request *request, struct slice since,
			  struct document *doc, struct audit_pack **ret_pack,
			  struct fault *fault)
{
	struct audit_pack *pack = calloc(1, sizeof *pack);
	enum err err;

	if (!pack)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	pack->books = books;
	pack->standing = *standing;
	pack->doc = doc;
	pack->lang = doc->lang;
	merkle_frontier_init(&pack->frontier);
	err = asked_read(pack, request, since, fault);
	if (err) {
		audit_pack_free(pack);
		return err;
	}
	*ret_pack = pack;
	return ERR_OK;
}

static enum err trace_ask(struct audit_pack *pack, struct fault *fault)
{
	struct report_request request = { .lang = pack->lang };
	struct date last;
	enum err err = naming_last_day(&pack->standing, &last, fault);

	if (err)
		return err;
	if (date_cmp(pack->exercise.to, last) < 0)
		last = pack->exercise.to;
	month_format(month_of_date(last), pack->month);
	request.text[OPTION_MONTH] = pack->month;
	err = trace_begin(pack->books, &pack->standing, &request, pack->doc, &pack->trace,
			  fault);
	if (!err)
		pack->trace_visitor = trace_visitor(pack->trace);
	return err;
}

static void put_year(struct audit_pack *pack)
{
	document_property_date(pack->doc, "from", pack_say(pack, MSG_AUDIT_FROM),
			       pack->exercise.from);
	document_property_date(pack->doc, "to", pack_say(pack, MSG_AUDIT_TO),
			       pack->exercise.to);
	document_property_text(pack->doc, "seed", pack_say(pack, MSG_AUDIT_SEED),
			       pack->seed);
	if (!pack->exercise.is_over)
		document_note(pack->doc, pack_say(pack, MSG_EXERCISE_OPEN));
}

enum err audit_pack_turn(struct audit_pack *pack, struct fault *fault)
{
	enum err err = root_check(pack, fault);

	if (!err)
		err = trace_ask(pack, fault);
	if (err)
		return err;
	put_year(pack);
	err = put_completeness(pack, fault);
	if (!err)
		err = pack_sample_put(pack, fault);
	if (!err)
		err = pack_cut_off_put(pack, fault);
	if (!err)
		err = pack_duties_put(pack, fault);
	if (!err)
		err = pack_disbursements_put(pack, fault);
	if (!err)
		err = pack_tests_put(pack, fault);
	pack->is_second = true;
	return err;
}

enum err audit_pack_finish(struct audit_pack *pack, struct fault *fault)
{
	enum err err = pack_bank_put(pack, fault);

	if (!err)
		err = pack_letters_put(pack, fault);
	if (!err)
		err = pack_receipts_put(pack, fault);
	if (err)
		return err;
	document_heading(pack->doc, 1, pack_say(pack, MSG_AUDIT_TRACE));
	document_paragraph(pack->doc, pack_say(pack, MSG_AUDIT_TRACE_EXPLAINED));
	return trace_finish(pack->trace, fault);
}

void audit_pack_free(struct audit_pack *pack)
{
	if (!pack)
		return;
	for (size_t i = 0; i < pack->keys.count; i++)
		free(PACK_AT(pack->keys, struct pack_key, i)->vkey);
	free(pack->keys.items);
	free(pack->uses.items);
	free(pack->entries.items);
	free(pack->payments.items);
	free(pack->ballots.items);
	free(pack->months.items);
	free(pack->taken.items);
	free(pack->submitted);
	name_index_release(&pack->members);
	name_index_release(&pack->accounts);
	trace_free(pack->trace);
	free(pack);
}

static enum err pack_run(struct source *source, struct audit_pack *pack,
			 struct fault *fault)
{
	struct source_visitor visitor = audit_pack_visitor(pack);
	enum err err = source_each_posting(source, &visitor, fault);

	if (!err)
		err = audit_pack_turn(pack, fault);
	if (!err)
		err = source_each_posting(source, &visitor, fault);
	return err ? err : audit_pack_finish(pack, fault);
}

enum err audit_pack_report(struct source *source, const struct report_request *request,
			   struct document *doc, struct fault *fault)
{
	const char *path = request->text[OPTION_SINCE];
	struct audit_pack *pack = NULL;
	struct buffer since;
	enum err err = ERR_OK;

	document_init(doc, request->lang, "audit_pack",
		      tr(request->lang, MSG_AUDIT_TITLE));
	buffer_init(&since, NOTE_BYTES_MAX);
	if (path)
		err = file_read(path, NOTE_BYTES_MAX, &since, fault);
	if (!err)
		err = audit_pack_begin(source_books(source), source_standing(source),
				       request, buffer_slice(&since), doc, &pack, fault);
	if (!err)
		err = pack_run(source, pack, fault);
	audit_pack_free(pack);
	buffer_release(&since);
	return err ? err : document_check(doc, fault);
}
