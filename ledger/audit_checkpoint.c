/*
 * audit_checkpoint.c - what the log has signed, now and before.
 *
 * The key comes from outside, or nothing is proved but that the export agrees
 * with itself. Where a program has no key to give, the charter's is used, and
 * audit_key_believed() says so.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "keys/encoding.h"
#include "keys/note.h"
#include "ledger/audit_int.h"

static enum err find(struct audit *audit, const char *rule, enum err err,
		     struct fault *fault)
{
	return audit_finds(audit, AUDIT_NO_POSITION, rule, err, fault);
}

/* ---- the checkpoint ---- */

/* The log key that entry 0 names, before anything is verified: the checkpoint's
 * size is only needed to know how the first bundle is called. */
static enum err charter_key(struct audit *audit, struct slice note, struct vkey *ret_vkey,
			    struct fault *fault)
{
	struct note parsed;
	struct checkpoint checkpoint;
	struct tile bundle = { .level = TILE_LEVEL_ENTRIES };
	struct entry charter;
	enum err err = note_parse(note, &parsed, fault);

	if (!err)
		err = checkpoint_parse(parsed.text, &checkpoint, fault);
	if (!err && checkpoint.size == 0)
		err = fault_set(fault, ERR_CORRUPT,
				"the log is empty, expected a charter at least");
	if (err)
		return find(audit, "checkpoint", err, fault);
	bundle.width =
		checkpoint.size < TILE_WIDTH ? (unsigned)checkpoint.size : TILE_WIDTH;
	err = audit_read_bundle(audit, &bundle, fault);
	if (err)
		return err;
	json_doc_clear(audit->doc);
	err = entry_parse(audit->doc, audit->entries[0], &charter, fault);
	if (!err && charter.kind != KIND_charter)
		err = fault_rule(fault, "charter", "is no charter");
	if (!err)
		err = vkey_parse(entry_text(&charter, "log"), ret_vkey, fault);
	return err ? audit_finds(audit, 0, "entry", err, fault) : ERR_OK;
}

static enum err note_read(struct audit *audit, struct buffer *note, struct fault *fault)
{
	enum err err = audit_folder_read(&audit->folder, "checkpoint", NOTE_BYTES_MAX,
					 note, fault);

	return find(audit, "file", err, fault);
}

/* The signers are the keys given, or the charter's. */
static enum err keys_choose(struct audit *audit, struct slice note, struct fault *fault)
{
	const struct audit_options *options = audit->options;

	audit->key_believed = options->n_vkeys == 0;
	audit->n_signers = audit->key_believed ? 1 : options->n_vkeys;
	if (audit->key_believed)
		return charter_key(audit, note, &audit->signers[0].vkey, fault);
	for (size_t i = 0; i < options->n_vkeys; i++)
		audit->signers[i].vkey = options->vkeys[i];
	return ERR_OK;
}

/* An auditor who names a cosigner relies on it. */
static enum err cosigners_check(struct audit *audit, const struct note_signer *found,
				struct fault *fault)
{
	for (size_t i = 1; i < audit->n_signers; i++) {
		struct audit_signer *signer = &audit->signers[i];

		if (!found[i - 1].verified)
			return fault_set(fault, ERR_UNKNOWN,
					 "cosigner '%s' has not signed the checkpoint",
					 signer->vkey.name);
		signer->cosigned_at_s = found[i - 1].cosigned_at_s;
	}
	return ERR_OK;
}

static enum err checkpoint_verify(struct audit *audit, struct slice note,
				  struct fault *fault)
{
	struct vkey cosigners[AUDIT_COSIGNERS_MAX];
	struct note_signer found[AUDIT_COSIGNERS_MAX];
	size_t n = audit->n_signers - 1;
	enum err err;

	for (size_t i = 0; i < n; i++)
		cosigners[i] = audit->signers[1 + i].vkey;
	err = checkpoint_open(note, &audit->signers[0].vkey, cosigners, n, found,
			      &audit->checkpoint, fault);
	if (!err)
		err = cosigners_check(audit, found, fault);
	if (!err && audit->checkpoint.size == 0)
		err = fault_set(fault, ERR_CORRUPT,
				"the log is empty, expected a charter at least");
	return find(audit, "checkpoint", err, fault);
}

enum err audit_open_checkpoint(struct audit *audit, struct fault *fault)
{
	struct buffer note;
	enum err err;

	buffer_init(&note, NOTE_BYTES_MAX);
	err = note_read(audit, &note, fault);
	if (!err)
		err = keys_choose(audit, buffer_slice(&note), fault);
	if (!err)
		err = checkpoint_verify(audit, buffer_slice(&note), fault);
	buffer_release(&note);
	return err;
}

static enum err roots_differ(const char *rule, const struct hash *found,
			     const struct hash *expected, uint64_t size,
			     const char *whose, struct fault *fault)
{
	char found_text[HASH_BASE64_CHARS + 1], expected_text[HASH_BASE64_CHARS + 1];

	base64_encode(found->b, HASH_BYTES, found_text);
	base64_encode(expected->b, HASH_BYTES, expected_text);
	(void)fault_rule(fault, rule,
			 "the first %" PRIu64 " entries lead to the root %s, expected %s "
			 "from %s",
			 size, found_text, expected_text, whose);
	return ERR_CORRUPT;
}

enum err audit_compare_root(struct audit *audit, struct fault *fault)
{
	const struct checkpoint *checkpoint = &audit->checkpoint;
	struct hash root;
	enum err err;

	assert(audit->tree.frontier.size == checkpoint->size);
	merkle_frontier_root(&audit->tree.frontier, &root);
	if (hash_equal(&root, &checkpoint->root))
		return ERR_OK;
	err = roots_differ("root", &root, &checkpoint->root, checkpoint->size,
			   "the checkpoint", fault);
	return find(audit, "root", err, fault);
}

enum err audit_check_charter(struct audit *audit, const struct entry *charter,
			     struct fault *fault)
{
	char expected[VKEY_TEXT_BYTES_MAX + 1];
	struct slice log = entry_text(charter, "log");

	vkey_format(&audit->signers[0].vkey, expected);
	if (!slice_equal_text(log, expected))
		return fault_rule(fault, "key",
				  "the charter's log key is %.*s, expected %s",
				  (int)log.n, (const char *)log.p, expected);
	return ERR_OK;
}

/* ---- older checkpoints ---- */

static int head_cmp(const void *a, const void *b)
{
	uint64_t left = ((const struct merkle_head *)a)->size;
	uint64_t right = ((const struct merkle_head *)b)->size;

	return left < right ? -1 : left > right;
}

static enum err older_open(struct audit *audit, size_t number, struct fault *fault)
{
	struct checkpoint older;
	enum err err =
		checkpoint_open(audit->options->older[number], &audit->signers[0].vkey,
				NULL, 0, NULL, &older, fault);

	if (err) {
		(void)fault_prefix(fault, "older checkpoint %zu", number + 1);
		return find(audit, "older", err, fault);
	}
	if (older.size > audit->checkpoint.size) {
		(void)fault_rule(fault, "cut_short",
				 "the export has %" PRIu64 " entries, expected at least "
				 "%" PRIu64 " from older checkpoint %zu",
				 audit->checkpoint.size, older.size, number + 1);
		return find(audit, "cut_short", ERR_CORRUPT, fault);
	}
	audit->older[audit->n_older++] = checkpoint_head(&older);
	return ERR_OK;
}

enum err audit_open_older(struct audit *audit, struct fault *fault)
{
	size_t n = audit->options->n_older;
	enum err err = ERR_OK;

	audit->older = calloc(n + 1, sizeof *audit->older);
	audit->older_sizes = calloc(n + 1, sizeof *audit->older_sizes);
	if (!audit->older || !audit->older_sizes)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !err && i < n; i++)
		err = older_open(audit, i, fault);
	if (err)
		return err;
	qsort(audit->older, n, sizeof *audit->older, head_cmp);
	for (size_t i = 0; i < n; i++)
		audit->older_sizes[i] = audit->older[i].size;
	return ERR_OK;
}

enum err audit_compare_older(struct audit *audit, struct fault *fault)
{
	uint64_t size = audit->tree.frontier.size;
	struct hash root;
	enum err err;

	for (; audit->next_older < audit->n_older; audit->next_older++) {
		const struct merkle_head *older = &audit->older[audit->next_older];

		if (older->size > size)
			return ERR_OK;
		merkle_frontier_root(&audit->tree.frontier, &root);
		if (hash_equal(&root, &older->root))
			continue;
		err = roots_differ("older", &root, &older->root, size,
				   "the older checkpoint: history was rewritten", fault);
		return find(audit, "older", err, fault);
	}
	return ERR_OK;
}
