/*
 * ledger_read.c - entries, rows, proofs and files of the log, read.
 *
 * Each call sees one commit. Proofs and the checkpoint are of the latest note
 * that was stored, which may be one commit behind; tiles are never behind,
 * because a wider partial tile begins with every narrower one.
 */
#include <inttypes.h>
#include <stdio.h>

#include "keys/encoding.h"
#include "ledger/books_query.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger_int.h"
#include "ledger/proof.h"
#include "ledger/rows.h"

#define PROOF_TAG_HEX_CHARS (2 * TAG_BYTES)

enum err ledger_size(struct ledger *ledger, uint64_t *ret_size, struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	*ret_size = ledger->meta.head.size;
	ledger_reading_stop(ledger);
	return ERR_OK;
}

enum err ledger_note_open(struct ledger *ledger, struct slice note,
			  struct checkpoint *ret_checkpoint, struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = query_checkpoint_open(ledger->books, note, ret_checkpoint, fault);
	ledger_reading_stop(ledger);
	return err;
}

/* The stored note and what it says. */
struct published {
	struct buffer note;
	struct checkpoint checkpoint;
};

static enum err published_read(struct ledger *ledger, struct published *published,
			       struct fault *fault)
{
	uint64_t size;
	enum err err;

	buffer_init(&published->note, NOTE_BYTES_MAX);
	err = store_note_read(ledger->store, &size, &published->note, fault);
	if (!err && !published->note.n)
		err = fault_set(
			fault, ERR_NOT_FOUND,
			"nothing is signed yet: open the ledger once for writing");
	if (!err)
		err = ledger_note_open(ledger, buffer_slice(&published->note),
				       &published->checkpoint, fault);
	if (!err && published->checkpoint.size > ledger->meta.head.size)
		err = fault_set(fault, ERR_CORRUPT,
				"the stored checkpoint is of a longer log than there is");
	return err;
}

enum err ledger_checkpoint(struct ledger *ledger, struct buffer *ret_note,
			   struct fault *fault)
{
	bool sign = false;
	uint64_t size;
	struct merkle_head signed_head = { 0 };
	struct buffer note;
	enum err err = ERR_OK;

	/* A writer that finds a commit without its note signs it. */
	buffer_init(&note, NOTE_BYTES_MAX);
	if (ledger->mode == LEDGER_WRITE)
		err = ledger_head_read(ledger, &signed_head, fault);
	if (!err)
		err = ledger_reading_start(ledger, fault);
	if (err)
		return err;
	err = store_note_read(ledger->store, &size, &note, fault);
	if (!err)
		sign = (!note.n || size < ledger->meta.head.size) &&
		       ledger->mode == LEDGER_WRITE && !ledger->succeeds &&
		       ledger->readings == 1;
	if (sign)
		err = ledger_head_check(ledger, &signed_head, fault);
	if (!err && sign)
		err = ledger_log_load(ledger, fault);
	ledger_reading_stop(ledger);
	if (!err && sign) {
		err = ledger_publish(ledger, fault);
		buffer_clear(&note);
		if (!err)
			buffer_put_slice(&note, buffer_slice(&ledger->note));
	}
	if (!err && !note.n)
		err = fault_set(
			fault, ERR_NOT_FOUND,
			"nothing is signed yet: open the ledger once for writing");
	if (!err) {
		buffer_put_slice(ret_note, buffer_slice(&note));
		err = buffer_check(ret_note, "the checkpoint", fault);
	}
	buffer_release(&note);
	return err;
}

enum err ledger_vkey(struct ledger *ledger, struct buffer *ret_vkey, struct fault *fault)
{
	char text[VKEY_TEXT_BYTES_MAX + 1];
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = ledger_log_load(ledger, fault);
	ledger_reading_stop(ledger);
	if (err)
		return err;
	vkey_format(&ledger->vkey, text);
	buffer_put_text(ret_vkey, text);
	return buffer_check(ret_vkey, "the log's key", fault);
}

enum err ledger_entry(struct ledger *ledger, uint64_t position, struct buffer *ret_bytes,
		      struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = position < ledger->meta.head.size
		      ? store_entry(ledger->store, position, ret_bytes, fault)
		      : fault_set(fault, ERR_NOT_FOUND,
				  "there is no entry %" PRIu64
				  ": the ledger has %" PRIu64,
				  position, ledger->meta.head.size);
	ledger_reading_stop(ledger);
	return err;
}

/* Rows that were there once are told apart from those that never were. */
static enum err rows_read(struct ledger *ledger, uint64_t position,
			  struct buffer *ret_blob, struct fault *fault)
{
	char text[DATE_TEXT_BYTES];
	struct date day;
	enum err err = store_rows(ledger->store, position, ret_blob, fault);

	if (err != ERR_NOT_FOUND ||
	    store_rows_deleted(ledger->store, position, &day, NULL) != ERR_OK)
		return err;
	date_format(day, text);
	return fault_set(fault, ERR_NOT_FOUND,
			 "the rows of position %" PRIu64
			 " were deleted on %s, after the legal retention",
			 position, text);
}

enum err ledger_rows(struct ledger *ledger, uint64_t position, struct buffer *ret_blob,
		     struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = rows_read(ledger, position, ret_blob, fault);
	ledger_reading_stop(ledger);
	return err;
}

/* ---- entries, bundle by bundle ---- */

static enum err bundle_each(struct ledger *ledger, uint64_t n, uint64_t from, uint64_t to,
			    enum err (*each)(void *ctx, uint64_t position,
					     struct slice bytes, struct fault *fault),
			    void *ctx, struct buffer *bundle, struct fault *fault)
{
	struct slice entries[TILE_WIDTH];
	uint64_t first = n * TILE_WIDTH;
	uint64_t rest = ledger->meta.head.size - first;
	unsigned width = rest < TILE_WIDTH ? (unsigned)rest : TILE_WIDTH;
	enum err err;

	buffer_clear(bundle);
	err = store_bundle(ledger->store, n, width, bundle, fault);
	if (err == ERR_NOT_FOUND) /* it is below the size: it must be there */
		err = fault_set(fault, ERR_CORRUPT,
				"entries of bundle %" PRIu64 " are missing", n);
	if (!err)
		err = tile_bundle_split(buffer_slice(bundle), width, entries, fault);
	for (unsigned i = 0; !err && i < width; i++)
		if (first + i >= from && first + i < to)
			err = each(ctx, first + i, entries[i], fault);
	return err;
}

enum err ledger_each_entry(struct ledger *ledger, uint64_t from, uint64_t to,
			   enum err (*each)(void *ctx, uint64_t position,
					    struct slice bytes, struct fault *fault),
			   void *ctx, struct fault *fault)
{
	struct buffer bundle;
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	buffer_init(&bundle, TILE_BUNDLE_BYTES_MAX);
	if (from > to || to > ledger->meta.head.size)
		err = fault_set(fault, ERR_NOT_FOUND,
				"there are no entries %" PRIu64 " to %" PRIu64
				": the ledger has %" PRIu64,
				from, to, ledger->meta.head.size);
	for (uint64_t n = from / TILE_WIDTH; !err && n * TILE_WIDTH < to; n++)
		if (from < to)
			err = bundle_each(ledger, n, from, to, each, ctx, &bundle, fault);
	buffer_release(&bundle);
	ledger_reading_stop(ledger);
	return err;
}

/* ---- proofs ---- */

static enum err proof_write(struct ledger *ledger, uint64_t position,
			    struct buffer *ret_proof, struct fault *fault)
{
	struct published published;
	struct merkle_reader reader;
	struct proof proof = { .index = position };
	enum err err = published_read(ledger, &published, fault);

	if (!err && position >= published.checkpoint.size)
		err = fault_set(fault, ERR_NOT_FOUND,
				"entry %" PRIu64
				" is not below the checkpoint's size, %" PRIu64,
				position, published.checkpoint.size);
	if (!err)
		err = ledger_tree(ledger, fault);
	if (!err) {
		reader = log_tree_reader(ledger->tree, published.checkpoint.size);
		err = merkle_prove_inclusion(&reader, position, published.checkpoint.size,
					     &proof.path, fault);
	}
	if (!err) {
		proof.note = buffer_slice(&published.note);
		err = proof_format(&proof, ret_proof, fault);
	}
	buffer_release(&published.note);
	return err;
}

enum err ledger_proof(struct ledger *ledger, uint64_t position, struct buffer *ret_proof,
		      struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = proof_write(ledger, position, ret_proof, fault);
	ledger_reading_stop(ledger);
	return err;
}

/* The number of the line that ends in this tag. A fund's name cannot imitate it:
 * it holds no quotation mark. */
static enum err row_find(struct slice blob, struct slice tag_hex, uint64_t *ret_index,
			 struct fault *fault)
{
	char end[PROOF_TAG_HEX_CHARS + 16];
	const uint8_t *found = NULL;
	uint64_t index = 0;
	uint8_t tag[TAG_BYTES];

	if (hex_decode((const char *)tag_hex.p, tag_hex.n, tag, sizeof tag) != ERR_OK)
		return fault_set(fault, ERR_INVALID, "a tag is %d lower-case hex digits",
				 PROOF_TAG_HEX_CHARS);
	int n = snprintf(end, sizeof end, "\"tag\":\"%.*s\"}\n", PROOF_TAG_HEX_CHARS,
			 (const char *)tag_hex.p);

	if (blob.n)
		found = memmem(blob.p, blob.n, end, (size_t)n);
	if (!found)
		return fault_set(fault, ERR_NOT_FOUND,
				 "the batch has no row with this tag");
	for (const uint8_t *p = blob.p; (p = memchr(p, '\n', (size_t)(found - p))); p++)
		index++;
	*ret_index = index;
	return ERR_OK;
}

/* Fills the parts that come from the batch itself. */
static enum err row_prove(const struct entry *batch, struct slice blob,
			  struct slice tag_hex, struct row_proof *proof,
			  struct fault *fault)
{
	struct merkle_head head;
	struct hash root;
	enum err err = row_find(blob, tag_hex, &proof->index, fault);

	if (!err)
		err = rows_prove(blob, proof->index, &proof->line, &head, &proof->path,
				 fault);
	if (err)
		return err;
	root = entry_hash(batch, "root");
	if (!hash_equal(&head.root, &root))
		return fault_set(
			fault, ERR_CORRUPT,
			"the rows are not those of which the batch states the root");
	proof->count = head.size;
	return ERR_OK;
}

static enum err row_proof_write(struct ledger *ledger, uint64_t position,
				struct slice tag_hex, struct buffer *ret_proof,
				struct fault *fault)
{
	struct row_proof proof = { 0 };
	struct buffer blob, leaf, entry_proof;
	struct json_doc *doc = json_doc_new();
	struct entry batch;
	enum err err;

	buffer_init(&blob, STORE_ROWS_BYTES_MAX);
	buffer_init(&leaf, ENTRY_BYTES_MAX);
	buffer_init(&entry_proof, PROOF_BYTES_MAX);
	err = doc ? rows_read(ledger, position, &blob, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = store_entry(ledger->store, position, &leaf, fault);
	if (!err)
		err = entry_parse(doc, buffer_slice(&leaf), &batch, fault);
	if (!err && batch.kind != KIND_batch && batch.kind != KIND_correction)
		err = fault_set(fault, ERR_CORRUPT, "rows stand beside what is no batch");
	if (!err)
		err = row_prove(&batch, buffer_slice(&blob), tag_hex, &proof, fault);
	if (!err)
		err = proof_write(ledger, position, &entry_proof, fault);
	if (!err) {
		proof.entry_proof = buffer_slice(&entry_proof);
		err = row_proof_format(&proof, buffer_slice(&leaf), ret_proof, fault);
	}
	json_doc_free(doc);
	buffer_release(&blob);
	buffer_release(&leaf);
	buffer_release(&entry_proof);
	return err;
}

enum err ledger_row_proof(struct ledger *ledger, uint64_t position, struct slice tag_hex,
			  struct buffer *ret_proof, struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = row_proof_write(ledger, position, tag_hex, ret_proof, fault);
	ledger_reading_stop(ledger);
	return err;
}

enum err ledger_consistency(struct ledger *ledger, uint64_t old_size, uint64_t size,
			    struct hash *ret_path, size_t *ret_count, struct fault *fault)
{
	struct merkle_reader reader;
	struct merkle_proof proof;
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	if (!old_size || old_size > size || size > ledger->meta.head.size)
		err = fault_set(fault, ERR_NOT_FOUND,
				"there are no sizes %" PRIu64 " and %" PRIu64
				" of this log",
				old_size, size);
	if (!err)
		err = ledger_tree(ledger, fault);
	if (!err) {
		reader = log_tree_reader(ledger->tree, size);
		err = merkle_prove_consistency(&reader, old_size, size, &proof, fault);
	}
	if (!err) {
		memcpy(ret_path, proof.hash, proof.n_hashes * sizeof *ret_path);
		*ret_count = proof.n_hashes;
	}
	ledger_reading_stop(ledger);
	return err;
}

/* ---- files of the C2SP layout ---- */

static enum err tile_file(struct ledger *ledger, const struct tile *tile,
			  struct buffer *ret_bytes, struct fault *fault)
{
	struct hash hashes[TILE_WIDTH];
	uint64_t size = ledger->meta.head.size;
	enum err err;

	if (tile->level == TILE_LEVEL_ENTRIES) {
		uint64_t rest;

		if (tile->index > size / TILE_WIDTH)
			return fault_set(fault, ERR_NOT_FOUND, "there is no such bundle");
		rest = size - tile->index * TILE_WIDTH;
		if (tile->width > rest)
			return fault_set(fault, ERR_NOT_FOUND, "there is no such bundle");
		return store_bundle(ledger->store, tile->index, tile->width, ret_bytes,
				    fault);
	}
	err = ledger_tree(ledger, fault);
	if (!err)
		err = log_tree_tile(ledger->tree, tile, hashes, fault);
	if (!err) {
		buffer_put(ret_bytes, hashes, tile->width * sizeof *hashes);
		err = buffer_check(ret_bytes, "the tile", fault);
	}
	return err;
}

enum err ledger_log_file(struct ledger *ledger, struct slice path,
			 struct buffer *ret_bytes, struct fault *fault)
{
	struct tile tile;
	enum err err;

	if (slice_equal_text(path, "checkpoint"))
		return ledger_checkpoint(ledger, ret_bytes, fault);
	if (tile_path_parse(path, &tile, NULL) != ERR_OK)
		return fault_set(fault, ERR_NOT_FOUND, "the log has no such file");
	err = ledger_reading_start(ledger, fault);
	if (err)
		return err;
	err = tile_file(ledger, &tile, ret_bytes, fault);
	ledger_reading_stop(ledger);
	return err;
}
