/*
 * store_vault.h - the database of the vault: sealed bytes, and nothing of what they say.
 *
 * A file of its own beside the ledger, so that no backup or export of the ledger has it.
 * It keeps no log of writes (journal mode DELETE, secure_delete): what was deleted is in
 * no file any more once the transaction has ended.
 *
 *   person     a person's identity, sealed under a key of its own, and that key, wrapped
 *   reference  a digest under the vault's key of a company and a number -> person
 *   copy       a receipt that was numbered: kept sealed for as long as the law wants it
 */
#ifndef ARRONDI_LEDGER_STORE_VAULT_H
#define ARRONDI_LEDGER_STORE_VAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

struct store_vault;

enum store_vault_mode { STORE_VAULT_READ, STORE_VAULT_WRITE, STORE_VAULT_CREATE };

/* ERR_NOT_FOUND where there is none. */
MUST_USE enum err store_vault_open(const char *path, enum store_vault_mode mode,
				   struct store_vault **ret_vault, struct fault *fault);
void store_vault_close(struct store_vault *vault);
MUST_USE enum err store_vault_begin(struct store_vault *vault, struct fault *fault);
/* Commits unless err is one; gives the error of either. */
MUST_USE enum err store_vault_end(struct store_vault *vault, enum err err,
				  struct fault *fault);

/* What is behind a transaction's rows: all in one table of statements. */
enum store_vault_stmt {
	VAULT_CHECK_PUT,      /* check */
	VAULT_CHECK_READ,     /* -> check */
	VAULT_PERSON_ADD,     /* member, wrapped, sealed */
	VAULT_PERSON_DROP,    /* id */
	VAULT_PERSON_LIST,    /* -> id, member, wrapped, sealed */
	VAULT_REFERENCE_PUT,  /* lookup, person */
	VAULT_REFERENCE_FIND, /* lookup -> person */
	VAULT_REFERENCE_DROP, /* person */
	VAULT_COPY_ADD,       /* number, year, issued_on, wrapped, sealed */
	VAULT_COPY_RECORD,    /* position, number */
	VAULT_COPY_DROP,      /* number */
	VAULT_COPY_PURGE,     /* issued_on: those before it */
	VAULT_COPY_PENDING,   /* -> number, year, issued_on, position, wrapped, sealed */
	VAULT_COPY_YEAR,      /* year -> the same, recorded ones */
	VAULT_COPY_READ,      /* number -> the same */
	VAULT_STMT__COUNT
};

/* A parameter, or a column of a row, which is good during the call. */
struct store_vault_value {
	bool is_blob;
	int64_t integer;
	struct slice blob;
};
#define STORE_VAULT_VALUES_MAX 6
typedef enum err store_vault_row_fn(void *ctx, const struct store_vault_value *row,
				    struct fault *fault);

/* Runs it; each() (or NULL) is called for every row. */
MUST_USE enum err store_vault_run(struct store_vault *vault, enum store_vault_stmt stmt,
				  const struct store_vault_value *values, size_t count,
				  store_vault_row_fn *each, void *ctx,
				  struct fault *fault);
/* Of the last row that was added; and how many rows the last statement changed. */
int64_t store_vault_last_id(struct store_vault *vault);
int64_t store_vault_changes(struct store_vault *vault);

/* Copies the file, sealed as it is, into one that must not exist. */
MUST_USE enum err store_vault_backup(struct store_vault *vault, const char *file,
				     struct fault *fault);

#endif
