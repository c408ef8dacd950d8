/*
 * claim_set.c - which claims have come already, while a batch is being read.
 *
 * Open addressing: a slot holds a claim's index and half of its hash, so that the
 * claims themselves are only looked at where they are likely to be equal.
 */
#include "gateway/claim_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hash.h"

#define SLOTS_MIN 1024

/* index + 1, or 0 in a free slot. */
struct claim_slot {
	uint32_t hash;
	uint32_t index_1;
};

enum err claim_set_init(struct claim_set *set)
{
	*set = (struct claim_set){ 0 };
	return random_bytes((uint8_t *)set->key, sizeof set->key);
}

void claim_set_release(struct claim_set *set)
{
	free(set->slots);
	set->slots = NULL;
	set->capacity = set->count = 0;
}

/* ---- SipHash-2-4 ---- */

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

static uint64_t little_endian(const uint8_t *p, size_t n)
{
	uint64_t word = 0;

	for (size_t i = 0; i < n; i++)
		word |= (uint64_t)p[i] << (8 * i);
	return word;
}

uint64_t siphash(const uint64_t key[2], const void *bytes, size_t n)
{
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};
	const uint8_t *p = bytes;
	size_t left = n;

	for (; left >= 8; left -= 8, p += 8)
		sip_word(v, little_endian(p, 8));
	sip_word(v, (uint64_t)n << 56 | little_endian(p, left));
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- the set ---- */

/* A claim's subject, slip and day as one text: neither part holds a line feed. */
static uint32_t claim_hash(const struct claim_set *set, const struct batch_claim *claim)
{
	uint8_t text[2 * BATCH_SUBJECT_BYTES_MAX + 1 + sizeof claim->day.day];
	size_t n = claim->subject.n;

	memcpy(text, claim->subject.p, n);
	text[n++] = '\n';
	if (claim->slip.n > 0)
		memcpy(text + n, claim->slip.p, claim->slip.n);
	n += claim->slip.n;
	memcpy(text + n, &claim->day.day, sizeof claim->day.day);
	n += sizeof claim->day.day;
	return (uint32_t)siphash(set->key, text, n);
}

static bool claim_same(const struct batch_claim *a, const struct batch_claim *b)
{
	return slice_equal(a->subject, b->subject) && slice_equal(a->slip, b->slip) &&
	       date_cmp(a->day, b->day) == 0;
}

static enum err grow(struct claim_set *set)
{
	size_t capacity = set->capacity ? set->capacity * 2 : SLOTS_MIN;
	struct claim_slot *slots = calloc(capacity, sizeof *slots);

	if (!slots)
		return ERR_MEMORY;
	for (size_t i = 0; i < set->capacity; i++) {
		size_t at = set->slots[i].hash & (capacity - 1);

		if (set->slots[i].index_1 == 0)
			continue;
		while (slots[at].index_1 != 0)
			at = (at + 1) & (capacity - 1);
		slots[at] = set->slots[i];
	}
	free(set->slots);
	set->slots = slots;
	set->capacity = capacity;
	return ERR_OK;
}

enum err claim_set_add(struct claim_set *set, const struct batch_claim *claims,
		       uint32_t index, bool *ret_added)
{
	const struct batch_claim *claim = &claims[index];
	uint32_t hash;
	size_t at;

	assert(claim->subject.n > 0 && claim->subject.n <= BATCH_SUBJECT_BYTES_MAX &&
	       claim->slip.n <= BATCH_SUBJECT_BYTES_MAX);
	if (2 * (set->count + 1) > set->capacity && grow(set))
		return ERR_MEMORY;
	hash = claim_hash(set, claim);
	for (at = hash & (set->capacity - 1); set->slots[at].index_1 != 0;
	     at = (at + 1) & (set->capacity - 1)) {
		const struct claim_slot *slot = &set->slots[at];

		if (slot->hash == hash && claim_same(&claims[slot->index_1 - 1], claim)) {
			*ret_added = false;
			return ERR_OK;
		}
	}
	set->slots[at] = (struct claim_slot){ .hash = hash, .index_1 = index + 1 };
	set->count++;
	*ret_added = true;
	return ERR_OK;
}
