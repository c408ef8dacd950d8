/*
 * audit_checkpoint.c - the checkpoint that the log has signed.
 *
 * The key comes from outside, or nothing is proved but that the export agrees
 * with itself. Where a program has no key to give, the log's own is used, and
 * audit_key_believed() says so. Which keys the log has had, and whether the one in
 * force has signed, is only known once its entries were read (audit_log.c).
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "keys/encoding.h"
#include "ledger/audit_int.h"

static enum err find(struct audit *audit, const char *rule, enum err err,
		     struct fault *fault)
{
	return audit_finds(audit, AUDIT_NO_POSITION, rule, err, fault);
}

/* ---- the checkpoint ---- */

/* The signers are the keys given; else the log's own, once its entries were read. */
static void keys_choose(struct audit *audit)
{
	const struct audit_options *options = audit->options;

	audit->key_believed = options->n_vkeys == 0;
	audit->n_signers = audit->key_believed ? 1 : options->n_vkeys;
	for (size_t i = 0; i < options->n_vkeys; i++)
		audit->signers[i].vkey = options->vkeys[i];
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
	err = audit->key_believed
		      ? checkpoint_peek(note, &audit->checkpoint, fault)
		      : checkpoint_open(note, &audit->signers[0].vkey, cosigners, n,
					found, &audit->checkpoint, fault);
	if (err == ERR_UNKNOWN)
		(void)fault_set(fault, err,
				"the checkpoint is not signed by %s+%08" PRIx32
				", which was given: if the log's key has changed, take "
				"the key in force",
				audit->signers[0].vkey.name, audit->signers[0].vkey.id);
	if (!err)
		err = cosigners_check(audit, found, fault);
	if (!err && audit->checkpoint.size == 0)
		err = fault_set(fault, ERR_CORRUPT,
				"the log is empty, expected a charter at least");
	return find(audit, "checkpoint", err, fault);
}

enum err audit_open_checkpoint(struct audit *audit, struct fault *fault)
{
	enum err err = audit_folder_read(&audit->folder, "checkpoint", NOTE_BYTES_MAX,
					 &audit->note, fault);

	if (err)
		return find(audit, "file", err, fault);
	keys_choose(audit);
	return checkpoint_verify(audit, buffer_slice(&audit->note), fault);
}

enum err audit_roots_differ(const char *rule, const struct hash *found,
			    const struct hash *expected, uint64_t size, const char *whose,
			    struct fault *fault)
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
	err = audit_roots_differ("root", &root, &checkpoint->root, checkpoint->size,
				 "the checkpoint", fault);
	return find(audit, "root", err, fault);
}
