/*
 * entry.c - typed access to what kind_check() has let pass.
 *
 *  (1) An accessor converts, it does not check again: a value that does not convert
 *      was let in by a broken check, and going on would falsify the books.
 */
#include "ledger/entry.h"

#include <assert.h>

#include "keys/buffer.h"
#include "keys/encoding.h"

/* Envelope and own members; kinds.def's longest is the charter. */
#define ENTRY_MEMBERS_MAX 64

/* (1) */
static void promise(bool kept)
{
	if (!kept)
		abort();
}

static struct date date_of_text(struct slice text)
{
	char copy[DATE_TEXT_BYTES];
	struct date date;

	promise(text.n == sizeof copy - 1);
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	promise(date_parse(copy, &date) == ERR_OK);
	return date;
}

enum err entry_of_json(const struct json *json, struct entry *ret_entry,
		       struct fault *fault)
{
	enum kind kind;
	enum err err = kind_check(json, STAGE_WHOLE, &kind, fault);

	if (err != ERR_OK)
		return err;
	*ret_entry = (struct entry){
		.kind = kind,
		.json = json,
		.by = json_get(json, "by")->text,
		.ref = json_get(json, "ref")->text,
		.at = json_get(json, "at")->integer,
		.date = date_of_text(json_get(json, "date")->text),
	};
	return ERR_OK;
}

enum err entry_parse(struct json_doc *doc, struct slice bytes, struct entry *ret_entry,
		     struct fault *fault)
{
	struct json *json;
	enum err err;

	if (bytes.n > ENTRY_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "entry has %zu bytes, more than %d: submit less at once",
				 bytes.n, ENTRY_BYTES_MAX);
	err = json_parse(doc, bytes, &json, fault);
	if (err != ERR_OK)
		return fault_prefix(fault, "entry");
	return entry_of_json(json, ret_entry, fault);
}

/* ---- what the submitter chose ---- */

static bool is_chosen(const struct entry *entry, const struct json *member)
{
	const struct member *declared = kind_member(entry->kind, member->name);

	promise(declared);
	if (declared->flags & MEMBER_SALTED)
		return false;
	/* Who submits is authenticated, not computed: another one says another thing. */
	return !(declared->flags & MEMBER_COMPUTED) || text_is(member->name, "by");
}

enum err entry_content(const struct entry *entry, struct hash *ret_content,
		       struct fault *fault)
{
	struct json reduced = { .type = JSON_OBJECT };
	struct json kept[ENTRY_MEMBERS_MAX];
	struct buffer bytes;
	enum err err;

	if (entry->content) {
		*ret_content = *entry->content;
		return ERR_OK;
	}
	/* A second chain through copies of the members; what they hold is shared. */
	promise(entry->json->count <= ENTRY_MEMBERS_MAX);
	for (const struct json *child = entry->json->first; child; child = child->next) {
		if (!is_chosen(entry, child))
			continue;
		kept[reduced.count] = *child;
		kept[reduced.count].next = NULL;
		if (reduced.count > 0)
			kept[reduced.count - 1].next = &kept[reduced.count];
		reduced.count++;
	}
	reduced.first = reduced.count > 0 ? kept : NULL;
	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = json_write(&reduced, &bytes);
	if (err == ERR_OK)
		*ret_content = hash_bytes(bytes.p, bytes.n);
	else if (err == ERR_INVALID)
		fault_set(fault, err, "an entry is nested deeper than %d",
			  JSON_DEPTH_MAX);
	else
		err = buffer_check(&bytes, "an entry", fault);
	buffer_release(&bytes);
	return err;
}

/* ---- members ---- */

/* The value, or NULL when it is absent; aborts unless the type is among `types`. */
static const struct json *value_of(const struct entry *entry, const char *name,
				   unsigned types)
{
	const struct member *declared = kind_member(entry->kind, slice_of_text(name));

	promise(declared && (types & 1u << declared->type));
	return json_get(entry->json, name);
}

#define TYPES_NUMBER (1u << TYPE_INTEGER)
#define TYPES_TEXT                                                                       \
	(1u << TYPE_ID | 1u << TYPE_REF | 1u << TYPE_LABEL | 1u << TYPE_DATE |           \
	 1u << TYPE_MONTH | 1u << TYPE_MONTHDAY | 1u << TYPE_HEX | 1u << TYPE_CHOICE |   \
	 1u << TYPE_SIREN | 1u << TYPE_RNA | 1u << TYPE_VKEY | 1u << TYPE_NOTE |         \
	 1u << TYPE_BASE64 | 1u << TYPE_IBAN)
#define TYPES_NESTED                                                                     \
	(1u << TYPE_LIST | 1u << TYPE_IDS | 1u << TYPE_STEPS | 1u << TYPE_OBJECT |       \
	 1u << TYPE_CEILINGS | 1u << TYPE_ACT)

bool entry_has(const struct entry *entry, const char *name)
{
	return value_of(entry, name, ~0u) != NULL;
}

struct slice entry_text(const struct entry *entry, const char *name)
{
	const struct json *value = value_of(entry, name, TYPES_TEXT);

	return value ? value->text : slice_of("", 0);
}

int64_t entry_integer(const struct entry *entry, const char *name)
{
	const struct json *value = value_of(entry, name, TYPES_NUMBER);

	return value ? value->integer : 0;
}

struct cents entry_cents(const struct entry *entry, const char *name)
{
	const struct json *value = value_of(entry, name, 1u << TYPE_CENTS);

	return value ? cents_of(value->integer) : CENTS_ZERO;
}

struct date entry_date(const struct entry *entry, const char *name)
{
	const struct json *value = value_of(entry, name, 1u << TYPE_DATE);

	return value ? date_of_text(value->text) : (struct date){ 0 };
}

struct month entry_month(const struct entry *entry, const char *name)
{
	const struct json *value = value_of(entry, name, 1u << TYPE_MONTH);
	char copy[MONTH_TEXT_BYTES];
	struct month month = { 0 };

	if (!value)
		return month;
	promise(value->text.n == sizeof copy - 1);
	memcpy(copy, value->text.p, value->text.n);
	copy[value->text.n] = '\0';
	promise(month_parse(copy, &month) == ERR_OK);
	return month;
}

uint64_t entry_position(const struct entry *entry, const char *name)
{
	const struct json *value = value_of(entry, name, 1u << TYPE_POSITION);

	return value ? (uint64_t)value->integer : 0;
}

struct hash entry_hash(const struct entry *entry, const char *name)
{
	const struct json *value = value_of(entry, name, 1u << TYPE_HEX);
	struct hash hash = { 0 };

	if (!value)
		return hash;
	promise(hex_decode((const char *)value->text.p, value->text.n, hash.b,
			   sizeof hash.b) == ERR_OK);
	return hash;
}

const struct json *entry_list(const struct entry *entry, const char *name)
{
	return value_of(entry, name, TYPES_NESTED);
}

/* ---- members of the objects inside ---- */

static const struct json *item_value(const struct json *item, const char *name,
				     enum json_type type)
{
	const struct json *value = json_get(item, name);

	promise(item && item->type == JSON_OBJECT && (!value || value->type == type));
	return value;
}

struct slice item_text(const struct json *item, const char *name)
{
	const struct json *value = item_value(item, name, JSON_TEXT);

	return value ? value->text : slice_of("", 0);
}

struct cents item_cents(const struct json *item, const char *name)
{
	const struct json *value = item_value(item, name, JSON_INTEGER);

	return value ? cents_of(value->integer) : CENTS_ZERO;
}

int64_t item_integer(const struct json *item, const char *name)
{
	const struct json *value = item_value(item, name, JSON_INTEGER);

	return value ? value->integer : 0;
}

struct date item_date(const struct json *item, const char *name)
{
	struct slice text = item_text(item, name);

	return text.n ? date_of_text(text) : (struct date){ 0 };
}

bool item_has(const struct json *item, const char *name)
{
	return json_get(item, name) != NULL;
}

bool text_is(struct slice text, const char *word)
{
	return slice_equal_text(text, word);
}
