/*
 * api_list.c - entries, read: one, its proof, or those of a kind, page by page.
 *
 * There is no index by kind: a list looks through the log from where the last page
 * ended, a bounded way, and says where it stopped. Officers read all; any other member
 * reads what is its own.
 */
#include <inttypes.h>

#include "gateway/api_int.h"
#include "ledger/tile.h"

#define LIST_LIMIT_DEFAULT 50
#define LIST_LIMIT_MAX     200
#define LIST_SCAN_MAX      20000 /* entries that one request looks at */

/* ---- one entry ---- */

/* Reads and parses an entry that the caller may read. ERR_NOT_FOUND, ERR_DENIED. */
static enum err entry_read(struct api_call *call, struct ledger *ledger,
			   struct json_doc *doc, struct buffer *bytes,
			   struct entry *ret_entry, uint64_t *ret_position,
			   struct fault *fault)
{
	enum err err = call_position(call, 0, ret_position, fault);

	if (!err)
		err = ledger_entry(ledger, *ret_position, bytes, fault);
	if (!err)
		err = entry_parse(doc, buffer_slice(bytes), ret_entry, fault);
	return err;
}

static enum err entry_put(uint64_t position, struct slice bytes, struct http_reply *reply,
			  struct fault *fault)
{
	struct hash leaf = hash_leaf(bytes.p, bytes.n);
	struct json_writer json;

	reply_json(reply, &json);
	json_put_integer(&json, "position", (int64_t)position);
	json_put_hex(&json, "leaf_hash", slice_of(leaf.b, sizeof leaf.b));
	json_put_json(&json, "entry", bytes);
	return reply_json_end(&json, fault);
}

enum err route_entry(struct api_call *call, struct ledger *ledger,
		     struct http_reply *reply, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct buffer bytes;
	struct entry entry;
	uint64_t position = 0;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = doc ? entry_read(call, ledger, doc, &bytes, &entry, &position, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err && !call_has_role(call, ROLES_OFFICERS) && !call_owns(call, &entry))
		err = fault_set(fault, ERR_DENIED, "the entry is another member's");
	if (!err)
		err = entry_put(position, buffer_slice(&bytes), reply, fault);
	json_doc_free(doc);
	buffer_release(&bytes);
	return err;
}

/* A row is shown to its company and to the foundation's officers. */
static enum err row_proof(struct api_call *call, struct ledger *ledger, const char *tag,
			  struct buffer *out, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct buffer bytes;
	struct entry entry;
	uint64_t position = 0;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = doc ? entry_read(call, ledger, doc, &bytes, &entry, &position, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err && !call_has_role(call, ROLES_OFFICERS) && !call_owns(call, &entry))
		err = fault_set(fault, ERR_DENIED, "the batch is another company's");
	if (!err)
		err = ledger_row_proof(ledger, position, slice_of_text(tag), out, fault);
	json_doc_free(doc);
	buffer_release(&bytes);
	return err;
}

enum err route_entry_proof(struct api_call *call, struct ledger *ledger,
			   struct http_reply *reply, struct fault *fault)
{
	const char *tag = http_request_parameter(call->request, "row");
	uint64_t position;
	enum err err = call_position(call, 0, &position, fault);

	if (err)
		return err;
	reply_bytes(reply, "text/plain; charset=utf-8", "no-store");
	return tag ? row_proof(call, ledger, tag, &reply->body, fault)
		   : ledger_proof(ledger, position, &reply->body, fault);
}

/* ---- a page ---- */

struct page {
	struct api_call *call;
	struct json_doc *doc;
	struct json_writer json;
	char mark[64]; /* that an entry of the kind holds: "kind":"gift" */
	uint64_t limit, count;
	uint64_t last; /* the position that was looked at last */
};

static enum err page_take(void *ctx, uint64_t position, struct slice bytes,
			  struct fault *fault)
{
	struct page *page = ctx;
	struct api_call *call = page->call;
	struct entry entry;
	enum err err;

	if (page->count == page->limit)
		return ERR_OK;
	page->last = position;
	/* An act inside a proposal has a kind as well, so this only sorts out. */
	if (!memmem(bytes.p, bytes.n, page->mark, strlen(page->mark)))
		return ERR_OK;
	json_doc_clear(page->doc);
	err = entry_parse(page->doc, bytes, &entry, fault);
	if (err || entry.kind != call->route->kind)
		return err;
	if (!call_has_role(call, ROLES_OFFICERS) && !call_owns(call, &entry))
		return ERR_OK;
	json_put_object(&page->json, NULL);
	json_put_integer(&page->json, "position", (int64_t)position);
	json_put_json(&page->json, "entry", bytes);
	json_put_end(&page->json);
	page->count++;
	return ERR_OK;
}

/* Looks at whole bundles, from..to-1, until the page is full. */
static enum err page_scan(struct page *page, struct ledger *ledger, uint64_t from,
			  uint64_t to, struct fault *fault)
{
	enum err err = ERR_OK;

	while (!err && from < to && page->count < page->limit) {
		uint64_t end = (from / TILE_WIDTH + 1) * TILE_WIDTH;

		if (end > to)
			end = to;
		err = ledger_each_entry(ledger, from, end, page_take, page, fault);
		from = end;
	}
	return err;
}

static enum err page_write(struct page *page, struct ledger *ledger, uint64_t from,
			   struct fault *fault)
{
	uint64_t size = 0, to;
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault); /* one snapshot for all */

	if (err)
		return err;
	err = ledger_size(ledger, &size, fault);
	to = from + LIST_SCAN_MAX < size ? from + LIST_SCAN_MAX : size;
	json_put_array(&page->json, "entries");
	page->last = from;
	if (!err)
		err = page_scan(page, ledger, from, to, fault);
	ledger_books_done(ledger);
	json_put_end(&page->json);
	if (from < size && page->last + 1 < size)
		json_put_integer(&page->json, "next", (int64_t)page->last);
	else
		json_put_null(&page->json, "next");
	return err;
}

enum err route_list(struct api_call *call, struct ledger *ledger,
		    struct http_reply *reply, struct fault *fault)
{
	struct page page = { .call = call };
	uint64_t after = 0;
	enum err err = call_number(
		call, &(struct number_parameter){ "after", 0, JSON_INTEGER_MAX, 0 },
		&after, fault);

	if (!err)
		err = call_number(call,
				  &(struct number_parameter){ "limit", 1, LIST_LIMIT_MAX,
							      LIST_LIMIT_DEFAULT },
				  &page.limit, fault);
	if (err)
		return err;
	page.doc = json_doc_new();
	if (!page.doc)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	(void)snprintf(page.mark, sizeof page.mark, "\"kind\":\"%s\"",
		       kind_def(call->route->kind)->name);
	reply_json(reply, &page.json);
	/* Position 0 is the charter, which no list holds. */
	err = page_write(&page, ledger, after + 1, fault);
	if (!err)
		err = reply_json_end(&page.json, fault);
	json_doc_free(page.doc);
	return err;
}
