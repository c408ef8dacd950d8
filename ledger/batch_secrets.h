/*
 * batch_secrets.h - the secrets that a ledger keeps, as batch.h asks for them.
 *
 * Apart from batch.h so that making a batch needs no database: tests and tools
 * without one bring secrets of their own.
 */
#ifndef ARRONDI_LEDGER_BATCH_SECRETS_H
#define ARRONDI_LEDGER_BATCH_SECRETS_H

#include "keys/slice.h"
#include "ledger/batch.h"
#include "ledger/ledger.h"

/* A company of an open ledger. Must outlive the secrets made of it. */
struct batch_company {
	struct ledger *ledger;
	struct slice member;
};

struct batch_secrets batch_secrets_of_ledger(struct batch_company *company);

#endif
