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
#include "ledger/ledger_key.h"
#include "ledger/log_tree.h"
#include "ledger/store.h"

#define LEDGER_DATABASE "ledger.db"
#define LEDGER_KEY      "log.key"
#define LEDGER_HEAD     "head"
#define LEDGER_CHARTER  "charter.json"
#define LEDGER_CLOCK    "clock"

#define LEDGER_PATH_BYTES_MAX 4096

/* The form of the projections: keys and records of the books' state. To be raised with
 * each change of them; what another form has written is derived anew from the log. */
#define LEDGER_PROJECTIONS 8

/* The key files of the folder, as they were when their stamps were. */
struct ledger_key_stamp {
	uint64_t inode; /* 0: there is no such file */
	int64_t changed_s, changed_ns;
};
struct ledger_key_file {
	bool is_known, is_there;
	struct ledger_key_stamp stamp;
	struct keyfile keyfile;
	struct vkey vkey;
};
struct ledger_keys {
	struct ledger_key_file file[LEDGER_KEY__COUNT];
};

struct ledger {
	char dir[LEDGER_PATH_BYTES_MAX];
	enum ledger_mode mode;
	struct store *store;
	struct state *state;
	struct books *books;
	struct log_tree *tree;
	/* The log's key in force at meta.head, and the one before that may sign beside
	 * it; name "" where there is none. Of the last ledger_log_load(). */
	struct vkey vkey, vkey_before;

	/* What state, books and tree stand for, when `loaded`. */
	bool loaded;
	bool tree_loaded;
	struct store_meta meta;

	unsigned readings; /* nested read transactions */
	bool books_open;

	/* LEDGER_WRITE only. */
	struct ledger_keys keys;
	struct head_file *head; /* NULL only where `succeeds` */
	bool succeeds;          /* takes a succession and nothing else, and then signs */
	struct ledger_clock clock;
	bool clock_is_believed; /* it was compared with the last entry */
	struct buffer note;     /* the one signed last; empty: none */
	uint64_t note_size;
};

/* ---- ledger.c ---- */

/* "DIR/NAME". ERR_TOO_BIG. */
MUST_USE enum err ledger_path(const char *dir, const char *name,
			      char ret_path[LEDGER_PATH_BYTES_MAX], struct fault *fault);
/* Opens what ledger_open() opens, but for a log without a charter. */
MUST_USE enum err ledger_open_files(const char *dir, enum ledger_mode mode, bool succeeds,
				    struct ledger **ret_ledger, struct fault *fault);

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

/* ---- ledger_read.c ---- */

/* Verifies a checkpoint by the key in force at its size. */
MUST_USE enum err ledger_note_open(struct ledger *ledger, struct slice note,
				   struct checkpoint *ret_checkpoint,
				   struct fault *fault);

/* ---- ledger_key.c ---- */

/* Reads again what has changed. ERR_DENIED, ERR_INVALID, ERR_IO for a file that is no
 * key of ours to use. */
MUST_USE enum err ledger_keys_read(struct ledger_keys *keys, const char *dir,
				   struct fault *fault);
void ledger_keys_clear(struct ledger_keys *keys);
/* NULL where no file has it. */
const struct signing_key *ledger_keys_find(const struct ledger_keys *keys,
					   const struct vkey *vkey);
/* ERR_DENIED where no file has it. */
MUST_USE enum err ledger_key_must_be_here(struct ledger *ledger, const struct vkey *vkey,
					  struct fault *fault);
/* Of an entry that names a new key of the log: that the folder has it. */
MUST_USE enum err ledger_key_check_new(struct ledger *ledger, const struct entry *entry,
				       struct fault *fault);
/* Sets vkey and vkey_before. A transaction is open. */
MUST_USE enum err ledger_log_load(struct ledger *ledger, struct fault *fault);

/* ---- ledger_clock.c ---- */

/* The second to record. ERR_BUSY where the clock is not believed. A transaction is open.
 */
MUST_USE enum err ledger_clock_take(struct ledger *ledger, int64_t *ret_at,
				    struct fault *fault);

/* ---- ledger_secrets.c ---- */

/* A forerunner, for what a batch rests on; and the end of it or of any transaction that
 * stands outside the log: committed unless err is one. */
MUST_USE enum err ledger_secrets_begin(struct ledger *ledger, struct fault *fault);
MUST_USE enum err ledger_secrets_end(struct ledger *ledger, enum err err,
				     struct fault *fault);

/* ---- ledger_donor.c ---- */

/* Within a transaction. */
MUST_USE enum err ledger_donor_secret(struct ledger *ledger, struct slice member,
				      const uint8_t *key,
				      uint8_t ret_secret[STORE_SECRET_BYTES],
				      bool *ret_known, struct fault *fault);

/* ---- ledger_claims.c ---- */

/* From the rows in force of a batch to those of its correction; the caller releases
 * the change. A transaction is open. */
MUST_USE enum err ledger_claims_change(struct ledger *ledger,
				       const struct batch_view *batch,
				       const struct tag *tags, size_t n,
				       struct claims_change *ret_change,
				       struct fault *fault);

/* ---- ledger_receipt.c ---- */

/* What a receipt, a voiding or a correction has to do with rows on receipts: rule
 * "receipt_rows". What the books will refuse passes. A transaction is open. */
MUST_USE enum err ledger_receipt_rows(struct ledger *ledger, const struct entry *entry,
				      const struct batch_rows *rows, struct fault *fault);

#endif
