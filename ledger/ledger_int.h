/*
 * ledger_int.h - what the files of the ledger share; private to ledger*.c and
 * export.c.
 */
#ifndef ARRONDI_LEDGER_LEDGER_INT_H
#define ARRONDI_LEDGER_LEDGER_INT_H

#include "keys/keyfile.h"
#include "keys/vkey.h"
#include "ledger/claims_change.h"
#include "ledger/head_file.h"
#include "ledger/ledger.h"
#include "ledger/ledger_clock.h"
#include "ledger/log_tree.h"
#include "ledger/store.h"

#define LEDGER_DATABASE "ledger.db"
#define LEDGER_KEY      "log.key"
#define LEDGER_HEAD     "head"
#define LEDGER_CHARTER  "charter.json"

#define LEDGER_PATH_BYTES_MAX 4096

/* The form of the projections: keys and records of the books' state. To be raised with
 * each change of them; what another form has written is derived anew from the log. */
#define LEDGER_PROJECTIONS 2

struct ledger {
	char dir[LEDGER_PATH_BYTES_MAX];
	enum ledger_mode mode;
	struct store *store;
	struct state *state;
	struct books *books;
	struct log_tree *tree;
	struct vkey vkey; /* of the charter's key; name "" before the charter */

	/* What state, books and tree stand for, when `loaded`. */
	bool loaded;
	bool tree_loaded;
	struct store_meta meta;

	unsigned readings; /* nested read transactions */
	bool books_open;

	/* LEDGER_WRITE only. */
	struct keyfile key;
	struct head_file *head;
	struct ledger_clock clock;
	struct buffer note; /* the one signed last; empty: none */
	uint64_t note_size;
};

/* ---- ledger.c ---- */

/* "DIR/NAME". ERR_TOO_BIG. */
MUST_USE enum err ledger_path(const char *dir, const char *name,
			      char ret_path[LEDGER_PATH_BYTES_MAX], struct fault *fault);
/* Opens what ledger_open() opens, but for a log without a charter. */
MUST_USE enum err ledger_open_files(const char *dir, enum ledger_mode mode,
				    struct ledger **ret_ledger, struct fault *fault);
/* Reads the log's vkey from the charter. */
MUST_USE enum err ledger_vkey_load(struct ledger *ledger, struct fault *fault);

/* Notes what others have committed; a transaction is open. */
MUST_USE enum err ledger_catch_up(struct ledger *ledger, struct fault *fault);
/* The tree of ledger->meta, loaded if it is not. */
MUST_USE enum err ledger_tree(struct ledger *ledger, struct fault *fault);
/* Forgets all that was cached: the transaction did not commit. */
void ledger_forget(struct ledger *ledger);

/* A snapshot, nested at will: each start that succeeds is followed by a stop. */
MUST_USE enum err ledger_reading_start(struct ledger *ledger, struct fault *fault);
void ledger_reading_stop(struct ledger *ledger);

/* ERR_DENIED unless the ledger was opened for writing. */
MUST_USE enum err ledger_writable(const struct ledger *ledger, struct fault *fault);

/* ---- ledger_sign.c ---- */

/* What was signed last. It has to be read before the transaction begins that it is
 * compared with: a snapshot is behind as soon as another has committed and signed. */
MUST_USE enum err ledger_head_read(struct ledger *ledger, struct merkle_head *ret_signed,
				   struct fault *fault);
/* ERR_CORRUPT where that is more, or of another log, than there is. A transaction is
 * open. */
MUST_USE enum err ledger_head_check(struct ledger *ledger,
				    const struct merkle_head *signed_head,
				    struct fault *fault);
/* Raises `head` and signs the committed head of ledger->meta; keeps the note.
 * No transaction is open. */
MUST_USE enum err ledger_publish(struct ledger *ledger, struct fault *fault);

/* ---- ledger_secrets.c ---- */

/* A forerunner, for what a batch rests on; and the end of it or of any transaction that
 * stands outside the log: committed unless err is one. */
MUST_USE enum err ledger_secrets_begin(struct ledger *ledger, struct fault *fault);
MUST_USE enum err ledger_secrets_end(struct ledger *ledger, enum err err,
				     struct fault *fault);

/* ---- ledger_claims.c ---- */

/* From the rows in force of a batch to those of its correction; the caller releases
 * the change. A transaction is open. */
MUST_USE enum err ledger_claims_change(struct ledger *ledger,
				       const struct batch_view *batch,
				       const struct tag *tags, size_t n,
				       struct claims_change *ret_change,
				       struct fault *fault);

#endif
