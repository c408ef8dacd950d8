/*
 * ledger_key.h - the log's key files in a ledger's folder, and how one takes over.
 *
 *   log.key      signs
 *   log.key.new  made before the vote; signs from its amendment or succession on
 *   log.key.old  the key before; signs beside it for as long as the file is there
 *
 * Which key signs is decided by the log alone: whoever writes looks for the key in force
 * among the three files, under whichever name it stands. So none of the steps below has
 * to come at once with another, and a crash between any two of them leaves a folder
 * that signs what it should.
 *
 *  (1) No file of a key is overwritten, and none removed but by ledger_key_end().
 */
#ifndef ARRONDI_LEDGER_LEDGER_KEY_H
#define ARRONDI_LEDGER_LEDGER_KEY_H

#include "keys/fault.h"
#include "keys/vkey.h"
#include "ledger/ledger.h"

enum ledger_key {
	LEDGER_KEY_IN_PLACE,
	LEDGER_KEY_NEW,
	LEDGER_KEY_OLD,
	LEDGER_KEY__COUNT
};

const char *ledger_key_name(enum ledger_key key); /* of its file */

/* What a folder has, and what the log says of it. The ledger may be open for reading. */
struct ledger_key_view {
	bool is_there;
	bool is_in_force; /* signs each checkpoint now */
	bool is_before;   /* it did before the key in force, and may sign beside it */
	struct vkey vkey;
};
MUST_USE enum err ledger_key_look(struct ledger *ledger,
				  struct ledger_key_view ret_keys[LEDGER_KEY__COUNT],
				  struct fault *fault);

/* Makes log.key.new, a key of this origin (NULL: the log's own), or finds the one that
 * was made before. ERR_CONFLICT where an older change is not finished yet. */
MUST_USE enum err ledger_key_prepare(struct ledger *ledger, const char *origin,
				     struct vkey *ret_vkey, struct fault *fault);

/* The key in force takes its place: log.key becomes log.key.old, log.key.new log.key.
 * May be done again. ERR_DENIED where log.key.new is not in force. */
MUST_USE enum err ledger_key_activate(struct ledger *ledger, struct fault *fault);

/* Destroys log.key.old. ERR_NOT_FOUND where there is none, ERR_DENIED where the key in
 * force is not in its place. */
MUST_USE enum err ledger_key_end(struct ledger *ledger, struct fault *fault);

#endif
