/*
 * vault.h - who the donors are that want a tax receipt; apart from what they gave.
 *
 * Beside the ledger, in DIR/vault.db: identities, each sealed by AES-256-GCM under a key
 * of its own, which is wrapped by the vault's key. That key is in a file of mode 0600,
 * DIR/vault.key or wherever the operator keeps it, and never in the database: a copy of
 * the database alone names nobody. Neither file is part of an export of the ledger or of
 * its backup.
 *
 * The law wants copies of receipts kept for 6 years (CGI art. 1378 octies and LPF art.
 * L14 A, 102 B): they are sealed one by one, apart from the identities, and stay when a
 * person asks to be forgotten, until those years have passed.
 *
 *  (1) To forget a person destroys the person's key and bytes in one transaction, of a
 *      database that overwrites what it deletes.
 *  (2) What is sealed is opened only for what it was sealed for: row and table are
 *      authenticated with it.
 */
#ifndef ARRONDI_LEDGER_VAULT_H
#define ARRONDI_LEDGER_VAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/date.h"

#define VAULT_KEEP_YEARS     6
#define VAULT_DATA_BYTES_MAX 65536

struct vault;

enum vault_mode {
	VAULT_READ,  /* both files must be there */
	VAULT_WRITE, /* they are made, with a new key, where neither is */
};

/* key_file: NULL for DIR/vault.key. ERR_NOT_FOUND where there is no vault or no key;
 * ERR_DENIED where the key is another vault's, or others may read its file. */
MUST_USE enum err vault_open(const char *dir, const char *key_file, enum vault_mode mode,
			     struct vault **ret_vault, struct fault *fault);
void vault_close(struct vault *vault); /* NULL is none */
bool vault_is_there(const char *dir);

/* A group of changes, all or nothing. */
MUST_USE enum err vault_begin(struct vault *vault, struct fault *fault);
MUST_USE enum err vault_end(struct vault *vault, enum err err, struct fault *fault);

/* Puts a person in the place of those who had one of its references; data are sealed. */
MUST_USE enum err vault_person_put(struct vault *vault, struct slice member,
				   const struct slice *references, size_t count,
				   struct slice data, struct fault *fault);
/* In the order in which they came. member and data are good during the call. */
MUST_USE enum err vault_person_each(struct vault *vault,
				    enum err (*each)(void *ctx, struct slice member,
						     struct slice data,
						     struct fault *fault),
				    void *ctx, struct fault *fault);
/* ERR_NOT_FOUND where nobody has the reference. */
MUST_USE enum err vault_person_forget(struct vault *vault, struct slice member,
				      struct slice reference, struct fault *fault);

struct vault_copy {
	int64_t number, year;
	struct date issued_on;
	int64_t position; /* of its entry in the log; -1: not known to be recorded */
	struct slice data;
};
typedef enum err vault_copy_fn(void *ctx, const struct vault_copy *copy,
			       struct fault *fault);
/* A receipt that is about to be recorded. */
MUST_USE enum err vault_copy_add(struct vault *vault, const struct vault_copy *copy,
				 struct fault *fault);
MUST_USE enum err vault_copy_record(struct vault *vault, int64_t number,
				    uint64_t position, struct fault *fault);
MUST_USE enum err vault_copy_drop(struct vault *vault, int64_t number,
				  struct fault *fault);
MUST_USE enum err vault_copy_each_pending(struct vault *vault, vault_copy_fn *each,
					  void *ctx, struct fault *fault);
/* Recorded ones, by number. */
MUST_USE enum err vault_copy_each(struct vault *vault, int64_t year, vault_copy_fn *each,
				  void *ctx, struct fault *fault);
/* ERR_NOT_FOUND. */
MUST_USE enum err vault_copy_read(struct vault *vault, int64_t number,
				  vault_copy_fn *each, void *ctx, struct fault *fault);
/* Destroys the copies issued more than VAULT_KEEP_YEARS before that day. */
MUST_USE enum err vault_copy_purge(struct vault *vault, struct date today,
				   int64_t *ret_count, struct fault *fault);

/* The sealed database as it is; its key is not in it. */
MUST_USE enum err vault_backup(struct vault *vault, const char *file,
			       struct fault *fault);

#endif
