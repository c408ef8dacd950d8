/*
 * api_log.c - the log as files (C2SP tlog-tiles), and the rows beside it.
 *
 * Checkpoint and hash tiles are public. Entry bundles are for those who verify, unless
 * the configuration opens them; rows are for them and the company that sent them.
 * Tiles never change, so they may be kept for ever by whoever may read them.
 */
#include <inttypes.h>

#include "gateway/api_int.h"
#include "ledger/books_query.h"
#include "ledger/proof.h"

#define CACHE_FOR_EVER "public, max-age=31536000, immutable"
#define TYPE_TEXT      "text/plain; charset=utf-8"
#define TYPE_BYTES     "application/octet-stream"

enum err route_checkpoint(struct api_call *call, struct ledger *ledger,
			  struct http_reply *reply, struct fault *fault)
{
	(void)call; /* there is nothing to ask */
	reply_bytes(reply, TYPE_TEXT, "no-cache");
	return ledger_checkpoint(ledger, &reply->body, fault);
}

static enum err file_put(struct api_call *call, struct ledger *ledger, const char *folder,
			 struct buffer *out, struct fault *fault)
{
	char path[LIMIT_TARGET_BYTES + 32];
	struct slice name = call->variable[0];
	int n = snprintf(path, sizeof path, "%s%.*s", folder, (int)name.n,
			 (const char *)name.p);

	if (n < 0 || (size_t)n >= sizeof path)
		return fault_set(fault, ERR_NOT_FOUND, "the log has no such file");
	return ledger_log_file(ledger, slice_of(path, (size_t)n), out, fault);
}

enum err route_tile(struct api_call *call, struct ledger *ledger,
		    struct http_reply *reply, struct fault *fault)
{
	reply_bytes(reply, TYPE_BYTES, CACHE_FOR_EVER);
	return file_put(call, ledger, "tile/", &reply->body, fault);
}

enum err route_bundle(struct api_call *call, struct ledger *ledger,
		      struct http_reply *reply, struct fault *fault)
{
	reply_bytes(reply, TYPE_BYTES, call->route->roles ? "no-store" : CACHE_FOR_EVER);
	return file_put(call, ledger, "tile/entries/", &reply->body, fault);
}

/* ---- consistency ---- */

enum err route_consistency(struct api_call *call, struct ledger *ledger,
			   struct http_reply *reply, struct fault *fault)
{
	struct number_parameter parameter = { "from", 1, JSON_INTEGER_MAX, 0 };
	struct hash path[MERKLE_PROOF_HASHES_MAX];
	struct json_writer json;
	uint64_t from = 0, to = 0;
	size_t count = 0;
	enum err err = call_number(call, &parameter, &from, fault);

	parameter.name = "to";
	if (!err)
		err = call_number(call, &parameter, &to, fault);
	if (!err && (!from || !to || from > to))
		err = fault_set(fault, ERR_INVALID,
				"give two sizes of the log: from=M&to=N, M at most N");
	if (!err)
		err = ledger_consistency(ledger, from, to, path, &count, fault);
	if (err)
		return err;
	reply_json(reply, &json);
	json_put_integer(&json, "from", (int64_t)from);
	json_put_integer(&json, "to", (int64_t)to);
	json_put_array(&json, "hashes");
	for (size_t i = 0; i < count; i++)
		json_put_base64(&json, NULL, slice_of(path[i].b, sizeof path[i].b));
	json_put_end(&json);
	return reply_json_end(&json, fault);
}

/* ---- the key ---- */

static enum err log_position(struct ledger *ledger, uint64_t *ret_position,
			     struct fault *fault)
{
	struct log_view log = { .position = 0 };
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	if (!query_log_at(books, UINT64_MAX, &log))
		err = fault_set(fault, ERR_CORRUPT, "the books name no key of the log");
	else if (log.change == LOG_FOUNDED)
		err = fault_set(fault, ERR_NOT_FOUND,
				"the log has the key that its charter names");
	ledger_books_done(ledger);
	*ret_position = log.position;
	return err;
}

/* Who knows an older key proves by it that the log has another, and which. */
enum err route_log_key(struct api_call *call, struct ledger *ledger,
		       struct http_reply *reply, struct fault *fault)
{
	struct json_writer json;
	struct buffer leaf, proof;
	uint64_t position;
	enum err err;

	(void)call; /* there is nothing to ask */
	buffer_init(&leaf, ENTRY_BYTES_MAX);
	buffer_init(&proof, PROOF_BYTES_MAX);
	err = log_position(ledger, &position, fault);
	if (!err)
		err = ledger_entry(ledger, position, &leaf, fault);
	if (!err)
		err = ledger_proof(ledger, position, &proof, fault);
	if (!err) {
		reply_json(reply, &json);
		json_put_integer(&json, "position", (int64_t)position);
		json_put_base64(&json, "leaf", buffer_slice(&leaf));
		json_put_slice(&json, "proof", buffer_slice(&proof));
		err = reply_json_end(&json, fault);
	}
	buffer_release(&leaf);
	buffer_release(&proof);
	return err;
}

/* ---- rows ---- */

static enum err rows_check_owner(struct api_call *call, struct ledger *ledger,
				 uint64_t position, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct buffer bytes;
	struct entry entry;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = doc ? ledger_entry(ledger, position, &bytes, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = entry_parse(doc, buffer_slice(&bytes), &entry, fault);
	if (!err && !call_owns(call, &entry))
		err = fault_set(fault, ERR_DENIED, "the rows are another company's");
	json_doc_free(doc);
	buffer_release(&bytes);
	return err;
}

enum err route_rows(struct api_call *call, struct ledger *ledger,
		    struct http_reply *reply, struct fault *fault)
{
	uint64_t position;
	enum err err = call_position(call, 0, &position, fault);

	if (!err && !call_has_role(call, ROLES_WITNESSES))
		err = rows_check_owner(call, ledger, position, fault);
	if (err)
		return err;
	reply_bytes(reply, "application/x-ndjson", "no-store");
	return ledger_rows(ledger, position, &reply->body, fault);
}
