/*
 * claim_set.h - which claims have come already, while a batch is being read.
 *
 * The rows are judged one after the other and the second of two equal claims is
 * the bad one, so the set must answer at once. Who sends rows chooses their
 * texts: the hash is SipHash-2-4 under a random key, so that nobody can choose
 * texts that all fall into one slot.
 */
#ifndef ARRONDI_GATEWAY_CLAIM_SET_H
#define ARRONDI_GATEWAY_CLAIM_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/batch.h"

struct claim_slot;

struct claim_set {
	uint64_t key[2];
	struct claim_slot *slots; /* owned; a power of two of them */
	size_t capacity;
	size_t count;
};

/* ERR_IO where there is no randomness. Allocates nothing. */
MUST_USE enum err claim_set_init(struct claim_set *set);
void claim_set_release(struct claim_set *set);

/*
 * Adds claims[index] by its subject, slip and day, unless an equal one is there.
 * The array may have moved since the last call, but its claims not changed.
 * ERR_MEMORY.
 */
MUST_USE enum err claim_set_add(struct claim_set *set, const struct batch_claim *claims,
				uint32_t index, bool *ret_added);

/* SipHash-2-4 (Aumasson, Bernstein 2012) of the bytes. */
uint64_t siphash(const uint64_t key[2], const void *bytes, size_t n);

#endif
