/*
 * document.c - a document's memory, texts and blocks, on an arena that only grows.
 *
 * A document is built once, rendered a few times and thrown away whole, so there
 * is no freeing of parts. Nothing moves once it is made: rows and blocks are
 * linked, and a renderer may keep pointers to them.
 */
#include "reports/document_int.h"

#include <assert.h>
#include <stdalign.h>

#include "keys/encoding.h"

#define CHUNK_BYTES ((size_t)64 << 10)

struct document_chunk {
	struct document_chunk *next;
	size_t used_bytes;
	size_t bytes;
	alignas(max_align_t) uint8_t byte[];
};

void document_fail(struct document *doc, enum err err)
{
	if (doc->err == ERR_OK)
		doc->err = err;
}

static struct document_chunk *chunk_new(struct document *doc, size_t bytes)
{
	struct document_chunk *chunk;

	if (bytes < CHUNK_BYTES)
		bytes = CHUNK_BYTES;
	if (bytes > DOCUMENT_BYTES_MAX - doc->bytes) {
		document_fail(doc, ERR_TOO_BIG);
		return NULL;
	}
	chunk = malloc(sizeof *chunk + bytes);
	if (!chunk) {
		document_fail(doc, ERR_MEMORY);
		return NULL;
	}
	*chunk = (struct document_chunk){ .next = doc->chunks, .bytes = bytes };
	doc->chunks = chunk;
	doc->bytes += bytes;
	return chunk;
}

void *document_alloc(struct document *doc, size_t bytes)
{
	struct document_chunk *chunk = doc->chunks;
	void *p;

	if (doc->err)
		return NULL;
	if (bytes > DOCUMENT_BYTES_MAX) {
		document_fail(doc, ERR_TOO_BIG);
		return NULL;
	}
	bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!chunk || bytes > chunk->bytes - chunk->used_bytes)
		chunk = chunk_new(doc, bytes);
	if (!chunk)
		return NULL;
	p = chunk->byte + chunk->used_bytes;
	chunk->used_bytes += bytes;
	memset(p, 0, bytes);
	return p;
}

/* (2): controls, line and paragraph separators, and what turns the direction of
 * text (Unicode's Bidi_Control). */
static bool is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e ||
	       c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static const char replacement[] = "\ufffd";

#define REPLACEMENT_BYTES (sizeof replacement - 1)

static size_t safe_bytes(const char *text, size_t n)
{
	size_t bytes = 0;

	for (size_t at = 0; at < n;) {
		size_t from = at;

		bytes += is_unsafe(utf8_next(text, n, &at)) ? REPLACEMENT_BYTES
							    : at - from;
	}
	return bytes;
}

const char *document_copy(struct document *doc, const char *text, size_t n)
{
	size_t written = 0;
	char *copy;

	if (!utf8_valid(text, n)) {
		document_fail(doc, ERR_INVALID);
		return NULL;
	}
	copy = document_alloc(doc, safe_bytes(text, n) + 1);
	if (!copy)
		return NULL;
	for (size_t at = 0; at < n;) {
		size_t from = at;
		bool unsafe = is_unsafe(utf8_next(text, n, &at));
		size_t bytes = unsafe ? REPLACEMENT_BYTES : at - from;

		memcpy(copy + written, unsafe ? replacement : text + from, bytes);
		written += bytes;
	}
	return copy;
}

const char *document_copy_text(struct document *doc, const char *text)
{
	assert(text);
	return document_copy(doc, text, strlen(text));
}

static bool is_id(const char *id)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz";

	return *id && strchr(first, *id) &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(id);
}

const char *document_copy_id(struct document *doc, const char *id)
{
	assert(is_id(id));
	return document_copy_text(doc, id);
}

void document_init(struct document *doc, enum lang lang, const char *id,
		   const char *title)
{
	*doc = (struct document){ .lang = lang };
	doc->id = document_copy_id(doc, id);
	doc->title = document_copy_text(doc, title);
}

void document_release(struct document *doc)
{
	struct document_chunk *next;

	for (struct document_chunk *chunk = doc->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	*doc = (struct document){ .err = ERR_INVALID };
}

static bool document_is_whole(const struct document *doc)
{
	for (const struct block *block = doc->first_block; block; block = block->next)
		if (block->kind == BLOCK_TABLE && !table_is_whole(block->table))
			return false;
	return true;
}

enum err document_err(const struct document *doc)
{
	assert(doc->err || document_is_whole(doc));
	return doc->err;
}

enum err document_check(const struct document *doc, struct fault *fault)
{
	const char *id = doc->id ? doc->id : "";

	switch (document_err(doc)) {
	case ERR_OK:
		return ERR_OK;
	case ERR_TOO_BIG:
		return fault_set(fault, ERR_TOO_BIG,
				 "report '%s' is past %zu bytes, or a total past its "
				 "limit: ask for a shorter period",
				 id, DOCUMENT_BYTES_MAX);
	case ERR_MEMORY:
		return fault_set(fault, ERR_MEMORY, "report '%s': out of memory", id);
	case ERR_INVALID:
	case ERR_USAGE:
	case ERR_RULE:
	case ERR_CONFLICT:
	case ERR_UNKNOWN:
	case ERR_DENIED:
	case ERR_NOT_FOUND:
	case ERR_CORRUPT:
	case ERR_BUSY:
	case ERR_IO:
	case ERR__COUNT:
		break;
	}
	return fault_set(fault, ERR_INVALID,
			 "report '%s' holds a text that is not UTF-8, or a moment out of "
			 "range: verify the ledger",
			 id);
}

struct value document_moment(struct document *doc, int64_t utc_s)
{
	struct paris_time time;

	if (paris_of_utc(utc_s, &time))
		document_fail(doc, ERR_INVALID);
	return (struct value){ .type = VALUE_MOMENT, .n = utc_s };
}

void document_made(struct document *doc, const char *author, int64_t utc_s)
{
	doc->author = document_copy_text(doc, author);
	doc->made_utc_s = document_moment(doc, utc_s).n;
}

void document_subtitle(struct document *doc, const char *text)
{
	struct line *line = document_alloc(doc, sizeof *line);

	if (!line)
		return;
	line->text = document_copy_text(doc, text);
	if (doc->last_subtitle)
		doc->last_subtitle->next = line;
	else
		doc->first_subtitle = line;
	doc->last_subtitle = line;
}

static bool document_has_property(const struct document *doc, const char *id)
{
	if (!strcmp(id, "id") || !strcmp(id, "lang") || !strcmp(id, "title"))
		return true;
	for (const struct property *p = doc->first_property; p; p = p->next)
		if (strcmp(p->id, id) == 0)
			return true;
	return false;
}

static void document_property(struct document *doc, const char *id, const char *label,
			      struct value value)
{
	struct property *property = document_alloc(doc, sizeof *property);

	if (!property)
		return;
	assert(!document_has_property(doc, id));
	property->id = document_copy_id(doc, id);
	property->label = document_copy_text(doc, label);
	property->value = value;
	if (doc->last_property)
		doc->last_property->next = property;
	else
		doc->first_property = property;
	doc->last_property = property;
}

void document_property_text(struct document *doc, const char *id, const char *label,
			    const char *text)
{
	document_property(doc, id, label,
			  (struct value){ .type = VALUE_TEXT,
					  .text = document_copy_text(doc, text) });
}

void document_property_mono(struct document *doc, const char *id, const char *label,
			    const char *text)
{
	document_property(doc, id, label,
			  (struct value){ .type = VALUE_MONO,
					  .text = document_copy_text(doc, text) });
}

void document_property_integer(struct document *doc, const char *id, const char *label,
			       int64_t n)
{
	document_property(doc, id, label,
			  (struct value){ .type = VALUE_INTEGER, .n = n });
}

void document_property_date(struct document *doc, const char *id, const char *label,
			    struct date date)
{
	document_property(doc, id, label,
			  (struct value){ .type = VALUE_DATE, .date = date });
}

void document_property_moment(struct document *doc, const char *id, const char *label,
			      int64_t utc_s)
{
	document_property(doc, id, label, document_moment(doc, utc_s));
}

struct block *document_block(struct document *doc, enum block_kind kind)
{
	struct block *block = document_alloc(doc, sizeof *block);

	if (!block)
		return NULL;
	block->kind = kind;
	if (doc->last_block)
		doc->last_block->next = block;
	else
		doc->first_block = block;
	doc->last_block = block;
	return block;
}

static void block_add_text(struct document *doc, enum block_kind kind, int level,
			   const char *text)
{
	struct block *block = document_block(doc, kind);

	if (!block)
		return;
	block->level = level;
	block->text = document_copy_text(doc, text);
}

void document_heading(struct document *doc, int level, const char *text)
{
	assert(level >= 1 && level <= DOCUMENT_LEVEL_MAX);
	block_add_text(doc, BLOCK_HEADING, level, text);
}

void document_paragraph(struct document *doc, const char *text)
{
	block_add_text(doc, BLOCK_PARAGRAPH, 0, text);
}

void document_note(struct document *doc, const char *text)
{
	block_add_text(doc, BLOCK_NOTE, 0, text);
}

void document_command(struct document *doc, const char *text)
{
	block_add_text(doc, BLOCK_COMMAND, 0, text);
}

void document_code(struct document *doc, const char *text, const char *squares)
{
	size_t width = 1;

	while (width * width < strlen(squares))
		width++;
	assert(width * width == strlen(squares));
	block_add_text(doc, BLOCK_COMMAND, 0, text);
	if (doc->err)
		return;
	doc->last_block->squares = document_copy_text(doc, squares);
	doc->last_block->squares_wide = (int)width;
}
