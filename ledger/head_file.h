/*
 * head_file.h - the highest size and root that were ever signed, beside the
 * database and not inside it.
 *
 * A database can be replaced by an older copy; what was signed cannot be taken
 * back. This file is what remembers, so that a log restored from a backup is
 * not signed a second time with other entries. It has one line of fixed length,
 * "SIZE ROOT", written in place and synchronised before each signature.
 *
 *  (1) It never goes down, whichever process writes it.
 */
#ifndef ARRONDI_LEDGER_HEAD_FILE_H
#define ARRONDI_LEDGER_HEAD_FILE_H

#include "keys/fault.h"
#include "ledger/merkle.h"

struct head_file;

/* Opens it, or makes it for an empty log. The caller closes. ERR_IO, ERR_MEMORY. */
MUST_USE enum err head_file_open(const char *path, struct head_file **ret_file,
				 struct fault *fault);
void head_file_close(struct head_file *file); /* NULL is allowed */

/* Makes it, of a log that was signed so far. ERR_CONFLICT where there is one, ERR_IO. */
MUST_USE enum err head_file_create(const char *path, const struct merkle_head *head,
				   struct fault *fault);

/* ERR_CORRUPT where it is not such a line; ERR_IO. */
MUST_USE enum err head_file_read(struct head_file *file, struct merkle_head *ret_head,
				 struct fault *fault);
/* Raises it durably; where it is as high already nothing is written. */
MUST_USE enum err head_file_raise(struct head_file *file, const struct merkle_head *head,
				  struct fault *fault);

#endif
