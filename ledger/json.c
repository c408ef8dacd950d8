/*
 * json.c - canonical JSON values: their memory, their building, their bytes.
 *
 * (The reading of canonical bytes is json_parse.c.) Values live in chunks that
 * are freed together, so there is one allocation for some hundred values and
 * no ownership to follow inside a tree.
 *
 *  (1) The members of an object ascend strictly by name: whoever adds one puts it
 *      in its place.
 *  (2) Every name, text and integer of a document has a canonical form, so
 *      json_write() can fail for want of room or for depth, never for content.
 */
#include "ledger/json.h"

#include <assert.h>

#include "keys/encoding.h"
#include "ledger/json_doc.h"

#define CHUNK_BYTES   ((size_t)16 * 1024)
#define INTEGER_CHARS 20

struct chunk {
	struct chunk *next;
	size_t capacity_bytes, used_bytes;
	max_align_t bytes[];
};

struct json_doc {
	struct chunk *chunks; /* the one in use first */
	size_t values;
	enum err err; /* the first failure sticks */
};

/* ---- memory ---- */

struct json_doc *json_doc_new(void)
{
	return calloc(1, sizeof(struct json_doc));
}

static void chunks_free(struct chunk *chunk)
{
	while (chunk) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

void json_doc_free(struct json_doc *doc)
{
	if (!doc)
		return;
	chunks_free(doc->chunks);
	free(doc);
}

void json_doc_clear(struct json_doc *doc)
{
	struct chunk *kept = doc->chunks;

	if (kept) {
		chunks_free(kept->next);
		kept->next = NULL;
		kept->used_bytes = 0;
	}
	/* A document that was once very large does not stay so. */
	if (kept && kept->capacity_bytes > CHUNK_BYTES) {
		free(kept);
		kept = NULL;
	}
	*doc = (struct json_doc){ .chunks = kept };
}

enum err json_doc_err(const struct json_doc *doc)
{
	return doc->err;
}

void *json_doc_fail(struct json_doc *doc, enum err err)
{
	if (doc->err == ERR_OK)
		doc->err = err;
	return NULL;
}

void *json_doc_alloc(struct json_doc *doc, size_t n)
{
	size_t rounded = (n + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	struct chunk *chunk = doc->chunks;

	if (n > SIZE_MAX / 2)
		return json_doc_fail(doc, ERR_TOO_BIG);
	if (!chunk || chunk->capacity_bytes - chunk->used_bytes < rounded) {
		size_t capacity = rounded > CHUNK_BYTES ? rounded : CHUNK_BYTES;

		chunk = malloc(sizeof *chunk + capacity);
		if (!chunk)
			return json_doc_fail(doc, ERR_MEMORY);
		*chunk = (struct chunk){ doc->chunks, capacity, 0 };
		doc->chunks = chunk;
	}
	chunk->used_bytes += rounded;
	return (uint8_t *)chunk->bytes + chunk->used_bytes - rounded;
}

struct json *json_new(struct json_doc *doc, enum json_type type)
{
	struct json *value;

	if (doc->err != ERR_OK)
		return NULL;
	if (doc->values == JSON_VALUES_MAX)
		return json_doc_fail(doc, ERR_TOO_BIG);
	value = json_doc_alloc(doc, sizeof *value);
	if (!value)
		return NULL;
	doc->values++;
	*value = (struct json){ .type = type };
	return value;
}

/* ---- building ---- */

static bool name_is_canonical(struct slice name)
{
	if (name.n > JSON_NAME_BYTES_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!json_name_byte(name.p[i]))
			return false;
	return true;
}

static bool text_is_canonical(struct slice text)
{
	return text.n == 0 || (!memchr(text.p, '\0', text.n) &&
			       utf8_valid((const char *)text.p, text.n));
}

static bool bytes_copy(struct json_doc *doc, struct slice from, struct slice *ret_copy)
{
	uint8_t *p;

	*ret_copy = slice_of("", 0);
	if (from.n == 0)
		return true;
	p = json_doc_alloc(doc, from.n);
	if (!p)
		return false;
	memcpy(p, from.p, from.n);
	*ret_copy = slice_of(p, from.n);
	return true;
}

void json_link(struct json *parent, struct json *child)
{
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->count++;
}

/* (1) */
static void member_place(struct json *object, struct json *child)
{
	struct json **link = &object->first;
	struct json *same;

	if (!object->last || json_name_cmp(object->last->name, child->name) < 0) {
		json_link(object, child);
		return;
	}
	while (json_name_cmp((*link)->name, child->name) < 0)
		link = &(*link)->next;
	same = slice_equal((*link)->name, child->name) ? *link : NULL;
	child->next = same ? same->next : *link;
	*link = child;
	if (same && object->last == same)
		object->last = child;
	object->count += !same;
}

/* name is NULL for an item of a list. */
static struct json *child_add(struct json_doc *doc, struct json *parent, const char *name,
			      enum json_type type)
{
	struct json *child;

	if (!parent)
		return NULL;
	assert(parent->type == (name ? JSON_OBJECT : JSON_LIST));
	child = json_new(doc, type);
	if (!child)
		return NULL;
	if (!name) {
		json_link(parent, child);
		return child;
	}
	if (!name_is_canonical(slice_of_text(name)))
		return json_doc_fail(doc, ERR_INVALID);
	if (!bytes_copy(doc, slice_of_text(name), &child->name))
		return NULL;
	member_place(parent, child);
	return child;
}

static struct json *integer_add(struct json_doc *doc, struct json *parent,
				const char *name, int64_t integer)
{
	struct json *child;

	if (integer > JSON_INTEGER_MAX || integer < -JSON_INTEGER_MAX)
		return json_doc_fail(doc, ERR_INVALID);
	child = child_add(doc, parent, name, JSON_INTEGER);
	if (child)
		child->integer = integer;
	return child;
}

static struct json *text_add(struct json_doc *doc, struct json *parent, const char *name,
			     struct slice text)
{
	struct slice copy;
	struct json *child;

	/* Copied first: `text` may be the value that is about to be replaced. */
	if (!text_is_canonical(text))
		return json_doc_fail(doc, ERR_INVALID);
	if (doc->err != ERR_OK || !bytes_copy(doc, text, &copy))
		return NULL;
	child = child_add(doc, parent, name, JSON_TEXT);
	if (child)
		child->text = copy;
	return child;
}

struct json *json_add_integer(struct json_doc *doc, struct json *object, const char *name,
			      int64_t integer)
{
	assert(name);
	return integer_add(doc, object, name, integer);
}

struct json *json_add_text(struct json_doc *doc, struct json *object, const char *name,
			   struct slice text)
{
	assert(name);
	return text_add(doc, object, name, text);
}

struct json *json_add_cstring(struct json_doc *doc, struct json *object, const char *name,
			      const char *text)
{
	return json_add_text(doc, object, name, slice_of_text(text));
}

struct json *json_add(struct json_doc *doc, struct json *object, const char *name,
		      enum json_type type)
{
	assert(name);
	assert(type == JSON_LIST || type == JSON_OBJECT);
	return child_add(doc, object, name, type);
}

struct json *json_append(struct json_doc *doc, struct json *list, enum json_type type)
{
	assert(type == JSON_LIST || type == JSON_OBJECT);
	return child_add(doc, list, NULL, type);
}

struct json *json_append_text(struct json_doc *doc, struct json *list, struct slice text)
{
	return text_add(doc, list, NULL, text);
}

struct json *json_append_integer(struct json_doc *doc, struct json *list, int64_t integer)
{
	return integer_add(doc, list, NULL, integer);
}

static struct json *copy_add(struct json_doc *doc, struct json *parent, const char *name,
			     const struct json *value, int depth)
{
	char child_name[JSON_NAME_BYTES_MAX + 1];
	struct json *copy;

	if (depth > JSON_DEPTH_MAX)
		return json_doc_fail(doc, ERR_INVALID);
	if (value->type == JSON_INTEGER)
		return integer_add(doc, parent, name, value->integer);
	if (value->type == JSON_TEXT)
		return text_add(doc, parent, name, value->text);
	copy = child_add(doc, parent, name, value->type);
	for (const struct json *child = value->first; copy && child;
	     child = child->next) {
		bool named = value->type == JSON_OBJECT;

		if (named) {
			memcpy(child_name, child->name.p, child->name.n);
			child_name[child->name.n] = '\0';
		}
		if (!copy_add(doc, copy, named ? child_name : NULL, child, depth + 1))
			return NULL;
	}
	return copy;
}

struct json *json_add_copy(struct json_doc *doc, struct json *parent, const char *name,
			   const struct json *value)
{
	return copy_add(doc, parent, name, value, 1);
}

void json_remove(struct json *object, const char *name)
{
	struct json *before = NULL;

	assert(object->type == JSON_OBJECT);
	for (struct json *child = object->first; child; child = child->next) {
		if (slice_equal_text(child->name, name)) {
			*(before ? &before->next : &object->first) = child->next;
			if (object->last == child)
				object->last = before;
			object->count--;
			return;
		}
		before = child;
	}
}

const struct json *json_get(const struct json *object, const char *name)
{
	struct slice wanted = slice_of_text(name);

	if (!object || object->type != JSON_OBJECT)
		return NULL;
	for (const struct json *child = object->first; child; child = child->next)
		if (slice_equal(child->name, wanted))
			return child;
	return NULL;
}

/* ---- writing ---- */

static void integer_write(int64_t integer, struct buffer *out)
{
	char digits[INTEGER_CHARS];
	size_t at = sizeof digits;
	uint64_t left = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (integer < 0)
		digits[--at] = '-';
	buffer_put(out, digits + at, sizeof digits - at);
}

static bool value_write(const struct json *value, int depth, struct buffer *out)
{
	bool object = value->type == JSON_OBJECT;

	if (value->type == JSON_INTEGER) {
		integer_write(value->integer, out);
		return true;
	}
	if (value->type == JSON_TEXT) {
		json_text_write(value->text, out);
		return true;
	}
	if (depth == JSON_DEPTH_MAX)
		return false;
	buffer_put_byte(out, object ? '{' : '[');
	for (const struct json *child = value->first; child; child = child->next) {
		if (child != value->first)
			buffer_put_byte(out, ',');
		if (object) {
			json_text_write(child->name, out);
			buffer_put_byte(out, ':');
		}
		if (!value_write(child, depth + 1, out))
			return false;
	}
	buffer_put_byte(out, object ? '}' : ']');
	return true;
}

enum err json_write(const struct json *value, struct buffer *out)
{
	if (!value_write(value, 0, out))
		return ERR_INVALID;
	return buffer_err(out);
}
