/*
 * report_rig.c - see report_rig.h.
 */
#include "tests/report_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define TEXT_BYTES_MAX ((size_t)64 << 20)

void rig_standing(const struct world *world, struct standing *ret_standing)
{
	*ret_standing = (struct standing){ .last_at_s = world->at };
	snprintf(ret_standing->checkpoint.origin, sizeof ret_standing->checkpoint.origin,
		 "%s", WORLD_ORIGIN);
	ret_standing->checkpoint.size = world->leaf_count;
}

void rig_each_entry(const struct world *world, rig_visit *visit, void *ctx)
{
	struct world *again = world_empty();
	struct fault fault;

	for (size_t i = 0; i < world->leaf_count; i++) {
		struct slice bytes = slice_of(world->leaves[i].bytes, world->leaves[i].n);
		struct json_doc *doc = json_doc_new();
		const struct posting *postings;
		struct entry entry;
		size_t count;

		assert_int_equal(world_replay(again, bytes), ERR_OK);
		assert_int_equal(entry_parse(doc, bytes, &entry, &fault), ERR_OK);
		postings = books_postings(again->books, &count);
		visit(ctx, i, &entry, postings, count, again->books);
		json_doc_free(doc);
	}
	world_free(again);
}

static enum err collect(void *ctx, struct slice part, struct fault *fault)
{
	(void)fault;
	return buffer_put_slice(ctx, part);
}

void rig_spool_read(struct spool *spool, struct buffer *ret_text)
{
	struct fault fault;

	buffer_init(ret_text, TEXT_BYTES_MAX);
	assert_int_equal(spool_each(spool, collect, ret_text, &fault), ERR_OK);
	assert_int_equal(spool_bytes(spool), ret_text->n);
	spool_close(spool);
}

static void show(void *ctx, uint64_t position, const struct entry *entry,
		 const struct posting *postings, size_t count, struct books *books)
{
	const struct source_visitor *visitor = ctx;
	struct fault fault;

	if (visitor->books)
		*visitor->books = books;
	if (visitor->visit(visitor->ctx, position, entry, postings, count, &fault))
		fail_msg("%s", fault.text);
}

void rig_show(const struct world *world, const struct source_visitor *visitor)
{
	struct source_visitor copy = *visitor;

	rig_each_entry(world, show, &copy);
}

const struct table *rig_table(const struct document *doc, const char *id)
{
	for (const struct block *block = doc->first_block; block; block = block->next)
		if (block->kind == BLOCK_TABLE && strcmp(block->table->id, id) == 0)
			return block->table;
	fail_msg("there is no table '%s'", id);
	return NULL;
}

const struct value *rig_value(const struct table *table, const struct row *row,
			      const char *column)
{
	for (size_t i = 0; i < table->columns; i++)
		if (strcmp(table->column[i].id, column) == 0)
			return &row->value[i];
	fail_msg("table '%s' has no column '%s'", table->id, column);
	return NULL;
}

int64_t rig_cents(const struct table *table, const struct row *row, const char *column)
{
	const struct value *value = rig_value(table, row, column);

	assert_int_equal(value->type, VALUE_CENTS);
	return value->empty ? 0 : cents_value(value->cents);
}

const char *rig_text(const struct table *table, const struct row *row, const char *column)
{
	const struct value *value = rig_value(table, row, column);

	return value->empty ? "" : value->text;
}

int64_t rig_number(const struct table *table, const struct row *row, const char *column)
{
	const struct value *value = rig_value(table, row, column);

	return value->empty ? -1 : value->n;
}

const struct row *rig_row(const struct table *table, enum row_style style)
{
	const struct row *found = NULL;

	for (const struct row *row = table->first_row; row; row = row->next) {
		if (row->style != style)
			continue;
		assert_null(found);
		found = row;
	}
	assert_non_null(found);
	return found;
}
