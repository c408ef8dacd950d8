/*
 * ledger_sign.c - committed, then noted in `head`, then signed.
 *
 * If we were to crash
 *   before the commit: nobody was told, nothing happened;
 *   after the commit: the next opening notes and signs what was committed;
 *   after `head`: the next opening signs the same pair, and Ed25519 gives the
 *     same signature;
 *   after the signature: its note may be lost from the database, which is not
 *     synchronised for it, and is made again, byte for byte.
 *
 * The stored note is what readers without the key hand out. Between a commit and
 * its note they hand out the one before, which is as true.
 *
 * Which key signs is what the books say at that size, and its file is looked for each
 * time: another process may have recorded that the key changes, or moved the files.
 */
#include <inttypes.h>

#include "ledger/checkpoint.h"
#include "ledger/ledger_int.h"

static enum err behind(const struct merkle_head *signed_head,
		       const struct merkle_head *now, struct fault *fault)
{
	return fault_set(
		fault, ERR_CORRUPT,
		"this is an older or another copy of a log of which size %" PRIu64
		" was signed (here: %" PRIu64 "): nothing is signed, because it "
		"would contradict what others hold; reading still works",
		signed_head->size, now->size);
}

enum err ledger_head_read(struct ledger *ledger, struct merkle_head *ret_signed,
			  struct fault *fault)
{
	/* A successor without it: nothing of its origin was signed. */
	if (!ledger->head) {
		*ret_signed = (struct merkle_head){ .root = hash_empty() };
		return ERR_OK;
	}
	return head_file_read(ledger->head, ret_signed, fault);
}

enum err ledger_head_check(struct ledger *ledger, const struct merkle_head *signed_head,
			   struct fault *fault)
{
	const struct merkle_head *now = &ledger->meta.head;
	struct hash root = now->root;
	enum err err = ERR_OK;

	if (signed_head->size > now->size)
		return behind(signed_head, now, fault);
	if (signed_head->size < now->size) {
		err = ledger_tree(ledger, fault);
		if (!err)
			err = log_tree_root_at(ledger->tree, signed_head->size, &root,
					       fault);
	}
	if (!err && !hash_equal(&root, &signed_head->root))
		err = behind(signed_head, now, fault);
	return err;
}

/* The files may be renamed while we look for a key among them. */
#define KEY_TRIES 3

/* The key in force, without which nothing is signed; and the one before, for as long as
 * its file is there. */
static enum err keys_take(struct ledger *ledger, const struct signing_key **ret_key,
			  const struct signing_key **ret_before, struct fault *fault)
{
	enum err err = ERR_OK;

	for (int i = 0; i < KEY_TRIES; i++) {
		err = ledger_key_must_be_here(ledger, &ledger->vkey, fault);
		if (err != ERR_DENIED)
			break;
	}
	if (err)
		return err;
	*ret_key = ledger_keys_find(&ledger->keys, &ledger->vkey);
	*ret_before = ledger_keys_find(&ledger->keys, &ledger->vkey_before);
	return ERR_OK;
}

/* Signs ledger->meta's head, which is committed and in `head`. */
static enum err note_make(struct ledger *ledger, const struct signing_key *key,
			  const struct signing_key *before, struct fault *fault)
{
	struct checkpoint checkpoint = {
		.size = ledger->meta.head.size,
		.root = ledger->meta.head.root,
	};
	enum err err;

	/* The key's name is the origin, as the rules say. */
	memcpy(checkpoint.origin, ledger->vkey.name, sizeof checkpoint.origin);
	buffer_clear(&ledger->note);
	err = checkpoint_sign(&checkpoint, key, &ledger->note, fault);
	if (!err && before)
		err = checkpoint_sign_also(&checkpoint, before, &ledger->note, fault);
	if (err) {
		buffer_clear(&ledger->note);
		return err;
	}
	ledger->note_size = checkpoint.size;
	return ERR_OK;
}

/* Of a successor: the first that is signed under its origin. */
static enum err head_begin(struct ledger *ledger, struct fault *fault)
{
	char path[LEDGER_PATH_BYTES_MAX];
	enum err err = ledger_path(ledger->dir, LEDGER_HEAD, path, fault);

	return err ? err : head_file_open(path, &ledger->head, fault);
}

enum err ledger_publish(struct ledger *ledger, struct fault *fault)
{
	const struct signing_key *key, *before;
	enum err err;

	if (ledger->note.n && ledger->note_size == ledger->meta.head.size)
		return ERR_OK;
	if (ledger->succeeds)
		return fault_set(fault, ERR_DENIED,
				 "nothing is signed before the succession is recorded");
	err = keys_take(ledger, &key, &before, fault);
	if (!err && !ledger->head)
		err = head_begin(ledger, fault);
	if (!err)
		err = head_file_raise(ledger->head, &ledger->meta.head, fault);
	if (!err)
		err = note_make(ledger, key, before, fault);
	if (err)
		return err;
	/* That it is signed is what counts. Should the note not be stored now, the
	 * next one is, or the next opening stores this one. */
	if (store_note_write(ledger->store, ledger->note_size,
			     buffer_slice(&ledger->note), NULL))
		store_rollback(ledger->store);
	return ERR_OK;
}
