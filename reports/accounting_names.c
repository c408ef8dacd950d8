/*
 * accounting_names.c - accounts, those who pay, and what is remembered of entries.
 *
 * Each is looked up for every line of a long log, so each has a number, found by a hash.
 */
#include "reports/accounting_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- labels beside an index ---- */

/* A number was just given: its label gets a place. NULL where there is no memory. */
static const char *label_put(const char ***labels, const struct name_index *index,
			     const char *label)
{
	const char **more = reallocarray(*labels, index->room, sizeof *more);

	if (!more)
		return NULL;
	*labels = more;
	more[index->count - 1] = strdup(label);
	return more[index->count - 1];
}

/* The number of a name, labelled the first time by what label() says of it. */
static uint32_t labelled(struct accounting *a, struct name_index *index,
			 const char ***labels, struct slice name, const char *label)
{
	size_t before = index->count;
	uint32_t number = name_index_of(index, name);

	if (number == UINT32_MAX ||
	    (index->count > before && !label_put(labels, index, label)))
		a->no_memory = true;
	return number;
}

uint32_t accounting_number(struct accounting *a, const char *number, const char *label)
{
	return labelled(a, &a->numbers, &a->number_label, slice_of_text(number), label);
}

uint32_t accounting_payer(struct accounting *a, struct slice id)
{
	size_t before = a->payers.count;
	uint32_t number = name_index_of(&a->payers, id);
	struct member_view member;
	const char *label;

	if (number == UINT32_MAX || a->payers.count == before) {
		a->no_memory = a->no_memory || number == UINT32_MAX;
		return number;
	}
	label = a->payers.names[number];
	if (query_member(a->books, id, &member) && member.name[0])
		label = member.name;
	if (!label_put(&a->payer_label, &a->payers, label))
		a->no_memory = true;
	return number;
}

uint32_t accounting_grant_aux(struct accounting *a, uint64_t position)
{
	char id[40], label[64];

	(void)snprintf(id, sizeof id, "AIDE-%" PRIu64, position);
	(void)snprintf(label, sizeof label, "Aide décidée, proposition %" PRIu64,
		       position);
	return labelled(a, &a->payers, &a->payer_label, slice_of_text(id), label);
}

/* ---- accounts ---- */

struct slot_key {
	uint32_t number, aux, destination;
};

static bool account_is(const struct accounting *a, size_t i, const struct slot_key *key)
{
	const struct ledger_account *account = &a->accounts[i];

	return account->number_id == key->number && account->aux_id == key->aux &&
	       (uint32_t)account->destination == key->destination;
}

static size_t slot_at(const struct slot_key *key, size_t count)
{
	return name_hash(slice_of(key, sizeof *key)) & (count - 1);
}

static bool account_slots_grow(struct accounting *a)
{
	size_t count = a->account_slot_count ? a->account_slot_count * 2 : 64;
	uint32_t *slots = calloc(count, sizeof *slots);

	if (!slots)
		return false;
	for (size_t i = 0; i < a->account_count; i++) {
		struct slot_key key = { a->accounts[i].number_id, a->accounts[i].aux_id,
					(uint32_t)a->accounts[i].destination };
		size_t at = slot_at(&key, count);

		while (slots[at])
			at = (at + 1) & (count - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(a->account_slots);
	a->account_slots = slots;
	a->account_slot_count = count;
	return true;
}

static size_t account_put(struct accounting *a, const struct slot_key *key, size_t at)
{
	struct ledger_account *account;

	if (!accounting_grow(a, (void **)&a->accounts, &a->account_room, a->account_count,
			     sizeof *a->accounts))
		return SIZE_MAX;
	account = &a->accounts[a->account_count++];
	*account = (struct ledger_account){
		.number = a->numbers.names[key->number],
		.label = a->number_label[key->number],
		.aux = key->aux == NO_AUX ? "" : a->payers.names[key->aux],
		.aux_label = key->aux == NO_AUX ? "" : a->payer_label[key->aux],
		.destination = (enum destination)key->destination,
		.number_id = key->number,
		.aux_id = key->aux,
	};
	a->account_slots[at] = (uint32_t)a->account_count;
	return a->account_count - 1;
}

size_t accounting_slot(struct accounting *a, uint32_t number, uint32_t aux,
		       enum destination destination)
{
	struct slot_key key = { number, aux, (uint32_t)destination };
	size_t at;

	if (a->no_memory)
		return SIZE_MAX;
	if (2 * a->account_count >= a->account_slot_count && !account_slots_grow(a)) {
		a->no_memory = true;
		return SIZE_MAX;
	}
	at = slot_at(&key, a->account_slot_count);
	for (; a->account_slots[at]; at = (at + 1) & (a->account_slot_count - 1))
		if (account_is(a, a->account_slots[at] - 1, &key))
			return a->account_slots[at] - 1;
	return account_put(a, &key, at);
}

/* ---- what is remembered ---- */

void accounting_remember(struct accounting *a, uint64_t position, enum remembered what,
			 uint64_t of)
{
	if (!accounting_grow(a, (void **)&a->memories, &a->memory_room, a->memory_count,
			     sizeof *a->memories))
		return;
	a->memories[a->memory_count++] =
		(struct memory){ .position = position, .what = what, .of = of };
}

static int memory_cmp(const void *position, const void *memory)
{
	const uint64_t *x = position;
	const struct memory *y = memory;

	return (*x > y->position) - (*x < y->position);
}

const struct memory *accounting_recall(const struct accounting *a, uint64_t position)
{
	return a->memory_count ? bsearch(&position, a->memories, a->memory_count,
					 sizeof *a->memories, memory_cmp)
			       : NULL;
}

const char *accounting_class(const struct accounting *a, struct slice fund)
{
	for (size_t i = 0; i < a->fund_count; i++)
		if (slice_equal_text(fund, a->funds[i].id))
			return a->funds[i].class;
	return "";
}
