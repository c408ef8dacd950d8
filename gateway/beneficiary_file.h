/*
 * beneficiary_file.h - who is paid, and where to: names and IBANs, outside the log.
 *
 * The log has a payee only as a digest, which the board votes on and a payment repeats:
 *
 *	payee = SHA-256 of  SALT IBAN NAME     (64 hexadecimal digits, the IBAN in its
 *	                                        electronic form, the name in UTF-8; a
 *	                                        blank between each)
 *
 * SALT is of 32 random bytes, another one for each payee. Who has the file can show
 * whose digest it is; who has only the digest learns nothing; and when a payee is removed
 * from the file, its digest is nobody's any more.
 *
 * The file is sealed (keys/sealed.h) with a passphrase. What changes it reads and writes
 * it whole under a lock, so that two who add at once both have added.
 */
#ifndef ARRONDI_GATEWAY_BENEFICIARY_FILE_H
#define ARRONDI_GATEWAY_BENEFICIARY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "ledger/iban.h"

#define BENEFICIARY_NAME_BYTES_MAX 140
#define BENEFICIARY_SALT_BYTES     32
#define BENEFICIARIES_MAX          20000

struct beneficiary {
	uint8_t salt[BENEFICIARY_SALT_BYTES];
	struct hash payee;
	char iban[IBAN_TEXT_BYTES];
	char bic[BIC_TEXT_BYTES]; /* "" where it is not known */
	char name[BENEFICIARY_NAME_BYTES_MAX + 1];
};

struct beneficiary_file {
	struct beneficiary *list; /* owned; ascending by payee */
	size_t count, capacity;
};

/* Allocates nothing. */
void beneficiary_file_init(struct beneficiary_file *file);

/* Wipes and frees. */
void beneficiary_file_release(struct beneficiary_file *file);

/* Reads all of an initialised file. ERR_NOT_FOUND where there is none, and as
 * sealed_read(); ERR_CORRUPT where a digest is not its payee's. */
MUST_USE enum err beneficiary_file_read(struct beneficiary_file *file, const char *path,
					const char *passphrase, struct fault *fault);

/* NULL: not in it. */
const struct beneficiary *beneficiary_find(const struct beneficiary_file *file,
					   const struct hash *payee);

/* Adds a payee to the file at path, which is made if there is none. Who is in it already
 * with the same name and IBAN keeps its digest (*ret_new is then false; another BIC
 * replaces the old one). bic may be NULL. ERR_INVALID for a name that no bank's letters
 * can write, an IBAN that is wrong or outside SEPA, or a BIC that is none; ERR_TOO_BIG
 * past BENEFICIARIES_MAX; ERR_BUSY while another changes it; and as reading and writing.
 */
MUST_USE enum err beneficiary_add(const char *path, const char *passphrase,
				  const char *name, const char *iban, const char *bic,
				  struct hash *ret_payee, bool *ret_new,
				  struct fault *fault);

/* Removes a payee for ever. ERR_NOT_FOUND where it is not in it. */
MUST_USE enum err beneficiary_remove(const char *path, const char *passphrase,
				     const struct hash *payee, struct fault *fault);

#endif
