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

/* Signs ledger->meta's head, which is committed and in `head`. */
static enum err note_make(struct ledger *ledger, struct fault *fault)
{
	struct checkpoint checkpoint = {
		.size = ledger->meta.head.size,
		.root = ledger->meta.head.root,
	};
	enum err err;

	/* The key's name is the origin, as the charter says. */
	memcpy(checkpoint.origin, ledger->key.name, sizeof checkpoint.origin);
	buffer_clear(&ledger->note);
	err = checkpoint_sign(&checkpoint, ledger->key.key, &ledger->note, fault);
	if (err) {
		buffer_clear(&ledger->note);
		return err;
	}
	ledger->note_size = checkpoint.size;
	return ERR_OK;
}

enum err ledger_publish(struct ledger *ledger, struct fault *fault)
{
	enum err err;

	if (ledger->note.n && ledger->note_size == ledger->meta.head.size)
		return ERR_OK;
	err = head_file_raise(ledger->head, &ledger->meta.head, fault);
	if (!err)
		err = note_make(ledger, fault);
	if (err)
		return err;
	/* That it is signed is what counts. Should the note not be stored now, the
	 * next one is, or the next opening stores this one. */
	if (store_note_write(ledger->store, ledger->note_size,
			     buffer_slice(&ledger->note), NULL))
		store_rollback(ledger->store);
	return ERR_OK;
}
