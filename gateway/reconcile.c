/*
 * reconcile.c - see reconcile.h.
 */
#include "gateway/reconcile.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/hook_entry.h"
#include "gateway/reconcile_list.h"
#include "ledger/entry.h"

/* A payout that the list names otherwise than its event: it arrives within a week. */
#define PAYOUT_DAYS 7

static const struct {
	const char *name, *remedy;
} whats[RECONCILE__COUNT] = {
#define RECONCILE_ROW(name, text, remedy) [RECONCILE_##name] = { text, remedy },
	RECONCILE_WHATS(RECONCILE_ROW)
#undef RECONCILE_ROW
};

const char *reconcile_what_name(enum reconcile_what what)
{
	assert(what < RECONCILE__COUNT);
	return whats[what].name;
}

const char *reconcile_what_remedy(enum reconcile_what what)
{
	assert(what < RECONCILE__COUNT);
	return whats[what].remedy;
}

void reconciliation_release(struct reconciliation *result)
{
	free(result->item);
	*result = (struct reconciliation){ .item = NULL };
}

/* A comparison under way. */
struct comparison {
	const struct reconcile *reconcile;
	struct listing listing;
	struct reconciliation *result;
	struct buffer entry;
};

static enum err difference_put(struct comparison *comparison,
			       const struct reconcile_difference *difference,
			       struct fault *fault)
{
	struct reconciliation *result = comparison->result;

	if (result->count == result->capacity) {
		size_t capacity = result->capacity ? 2 * result->capacity : 16;
		struct reconcile_difference *item =
			realloc(result->item, capacity * sizeof *item);

		if (!item)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		result->item = item;
		result->capacity = capacity;
	}
	result->item[result->count++] = *difference;
	return ERR_OK;
}

/* Of a movement that is here: `theirs` where it is listed. */
static enum err ours_put(struct comparison *comparison, enum reconcile_what what,
			 const struct movement *theirs, const struct inbox_movement *ours,
			 struct fault *fault)
{
	struct reconcile_difference difference = {
		.what = what,
		.movement = theirs ? *theirs : ours->movement,
		.ours = ours->movement.amount,
		.inbox_id = ours->id,
		.position = ours->position,
	};

	(void)snprintf(difference.reason, sizeof difference.reason, "%s", ours->reason);
	return difference_put(comparison, &difference, fault);
}

/* Of one that is only listed. */
static enum err theirs_put(struct comparison *comparison, enum reconcile_what what,
			   const struct movement *theirs, struct fault *fault)
{
	struct reconcile_difference difference = { .what = what, .movement = *theirs };

	(void)snprintf(difference.reason, sizeof difference.reason, "%s",
		       theirs->reason ? theirs->reason : "");
	return difference_put(comparison, &difference, fault);
}

/* ---- what is booked here ---- */

static enum err find(const struct comparison *comparison, enum movement_kind kind,
		     const char *object, struct inbox_movement *ret_movement,
		     struct fault *fault)
{
	const struct reconcile *reconcile = comparison->reconcile;

	if (!reconcile->inbox || !object[0])
		return ERR_NOT_FOUND;
	return inbox_movement_find(reconcile->inbox,
				   reconcile->desk->endpoint.adapter->name, kind, object,
				   ret_movement, fault);
}

/* Whether the entry at the movement's position is what the inbox has booked. */
static enum err entry_check(struct comparison *comparison,
			    const struct inbox_movement *ours, bool *ret_is,
			    struct fault *fault)
{
	struct fault why = { .err = ERR_OK };
	uint64_t size;
	enum err err = ledger_size(comparison->reconcile->ledger, &size, fault);

	*ret_is = false;
	if (err || ours->position >= size)
		return err;
	buffer_clear(&comparison->entry);
	err = ledger_entry(comparison->reconcile->ledger, ours->position,
			   &comparison->entry, fault);
	if (err)
		return err;
	err = hook_entry_is(ours, buffer_slice(&comparison->entry), ret_is, &why);
	if (err == ERR_MEMORY)
		*fault = why;
	return err == ERR_MEMORY ? err : ERR_OK;
}

/* All that is listed under the donation comes to all that is booked under it: the
 * provider's events have told totals, its list tells each. */
static enum err total_agrees(const struct comparison *comparison,
			     const struct movement *theirs, bool *ret_agrees,
			     struct fault *fault)
{
	const struct reconcile *reconcile = comparison->reconcile;
	const struct listing *listing = &comparison->listing;
	struct cents listed = CENTS_ZERO, booked = CENTS_ZERO;
	enum err err;

	*ret_agrees = false;
	if (!reconcile->inbox || !theirs->parent[0] || theirs->kind == MOVEMENT_FEE)
		return ERR_OK;
	for (size_t i = 0; i < listing->count; i++) {
		const struct movement *other = &listing->item[i].movement;

		if (other->kind == theirs->kind && other->state == MOVEMENT_KNOWN &&
		    strcmp(other->parent, theirs->parent) == 0 &&
		    cents_add(listed, other->amount, &listed) != ERR_OK)
			return ERR_OK;
	}
	err = inbox_booked(reconcile->inbox, reconcile->desk->endpoint.adapter->name,
			   theirs->kind, theirs->parent, &booked, fault);
	*ret_agrees = !err && cents_cmp(listed, booked) == 0;
	return err;
}

/* ---- each that is listed ---- */

/* Nothing is to be booked of what undoes what never was. */
static enum err undoes_nothing(const struct comparison *comparison,
			       const struct movement *theirs, bool *ret_is,
			       struct fault *fault)
{
	enum movement_kind kind;
	const char *object = hook_entry_waits_for(theirs, &kind);
	struct inbox_movement other;
	enum err err;

	*ret_is = false;
	if (!theirs->only_if_booked || !object)
		return ERR_OK;
	err = find(comparison, kind, object, &other, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	*ret_is = (err || other.state != INBOX_MOVEMENT_BOOKED) &&
		  !listing_find(&comparison->listing, kind, object);
	return ERR_OK;
}

static enum err booked_compare(struct comparison *comparison,
			       const struct movement *theirs,
			       const struct inbox_movement *ours, struct fault *fault)
{
	bool is_entry = false;
	enum err err = entry_check(comparison, ours, &is_entry, fault);

	if (err)
		return err;
	if (!is_entry)
		return ours_put(comparison, RECONCILE_LEDGER, theirs, ours, fault);
	if (cents_cmp(theirs->amount, ours->movement.amount) != 0)
		return ours_put(comparison, RECONCILE_AMOUNT, theirs, ours, fault);
	comparison->result->agreed++;
	return ERR_OK;
}

static enum err found_compare(struct comparison *comparison,
			      const struct movement *theirs,
			      const struct inbox_movement *ours, struct fault *fault)
{
	switch (ours->state) {
	case INBOX_MOVEMENT_BOOKED:
		return booked_compare(comparison, theirs, ours, fault);
	case INBOX_MOVEMENT_PARKED:
		return ours_put(comparison, RECONCILE_PARKED, theirs, ours, fault);
	case INBOX_MOVEMENT_WANTED:
	case INBOX_MOVEMENT_READY:
		return ours_put(comparison, RECONCILE_WAITS, theirs, ours, fault);
	case INBOX_MOVEMENT_NOTHING:
		return theirs_put(comparison, RECONCILE_MISSING, theirs, fault);
	}
	abort();
}

static enum err listed_compare(struct comparison *comparison,
			       const struct movement *theirs, struct fault *fault)
{
	struct inbox_movement ours;
	bool is_well = false;
	enum err err;

	if (!hook_entry_books(theirs->kind))
		return ERR_OK;
	comparison->result->listed++;
	err = undoes_nothing(comparison, theirs, &is_well, fault);
	if (err || is_well) {
		comparison->result->listed--;
		return err;
	}
	err = find(comparison, theirs->kind, theirs->object, &ours, fault);
	if (!err &&
	    (theirs->state == MOVEMENT_KNOWN || ours.state != INBOX_MOVEMENT_BOOKED))
		return found_compare(comparison, theirs, &ours, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (theirs->state != MOVEMENT_KNOWN)
		return theirs_put(comparison, RECONCILE_UNUSABLE, theirs, fault);
	err = total_agrees(comparison, theirs, &is_well, fault);
	if (err)
		return err;
	if (!is_well)
		return theirs_put(comparison, RECONCILE_MISSING, theirs, fault);
	comparison->result->agreed++;
	return ERR_OK;
}

/* ---- each that is booked here ---- */

/* The same payout under another name. */
static bool payout_pair(struct comparison *comparison, const struct movement *ours)
{
	struct reconciliation *result = comparison->result;

	for (size_t i = 0; ours->kind == MOVEMENT_PAYOUT && i < result->count; i++) {
		const struct reconcile_difference *other = &result->item[i];
		int32_t days = date_days(other->movement.date, ours->date);

		if (other->what != RECONCILE_MISSING ||
		    other->movement.kind != MOVEMENT_PAYOUT ||
		    cents_cmp(other->movement.amount, ours->amount) != 0 ||
		    days < -PAYOUT_DAYS || days > PAYOUT_DAYS)
			continue;
		memmove(&result->item[i], &result->item[i + 1],
			(result->count - i - 1) * sizeof *result->item);
		result->count--;
		result->agreed++;
		return true;
	}
	return false;
}

/* Whether the list would have it at all. */
static bool is_of_the_list(const struct comparison *comparison,
			   const struct inbox_movement *ours)
{
	const struct movement *movement = &ours->movement;
	const struct listing *listing = &comparison->listing;
	const struct hook_adapter *adapter =
		comparison->reconcile->desk->endpoint.adapter;

	if (movement->is_cumulative || listing_has_unread(listing, movement->object) ||
	    (movement->parent[0] && listing_has_unread(listing, movement->parent)))
		return false;
	if (!adapter->lists_donations || movement->kind == MOVEMENT_DONATION)
		return true;
	return listing_find(listing, MOVEMENT_DONATION, movement->object) ||
	       listing_find(listing, MOVEMENT_DONATION, movement->parent);
}

static enum err ours_compare(void *ctx, const struct inbox_movement *ours,
			     struct fault *fault)
{
	struct comparison *comparison = ctx;
	const struct reconcile *reconcile = comparison->reconcile;
	const struct movement *movement = &ours->movement;

	if (ours->state != INBOX_MOVEMENT_BOOKED ||
	    listing_find(&comparison->listing, movement->kind, movement->object) ||
	    payout_pair(comparison, movement) ||
	    date_cmp(movement->date, reconcile->from) < 0 ||
	    date_cmp(movement->date, reconcile->until) > 0 ||
	    !is_of_the_list(comparison, ours))
		return ERR_OK;
	return ours_put(comparison, RECONCILE_NOT_LISTED, NULL, ours, fault);
}

/* ---- both ---- */

static enum err compare(struct comparison *comparison, struct fault *fault)
{
	const struct reconcile *reconcile = comparison->reconcile;
	const struct listing *listing = &comparison->listing;
	struct date from, until;
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < listing->count; i++)
		if (listing->item[i].is_judged)
			err = listed_compare(comparison, &listing->item[i].movement,
					     fault);
	if (!err && reconcile->inbox)
		err = date_add_days(reconcile->from, -PAYOUT_DAYS, &from);
	if (!err && reconcile->inbox)
		err = date_add_days(reconcile->until, PAYOUT_DAYS, &until);
	if (!err && reconcile->inbox)
		err = inbox_movements_between(reconcile->inbox,
					      reconcile->desk->endpoint.name, from, until,
					      ours_compare, comparison, fault);
	return err;
}

static enum err ask_check(const struct reconcile *reconcile, struct fault *fault)
{
	const struct hook_endpoint *endpoint = &reconcile->desk->endpoint;
	int32_t days = date_days(reconcile->from, reconcile->until);

	if (!endpoint->adapter->list_path)
		return fault_set(fault, ERR_USAGE,
				 "hook '%s': %s has no list of what has moved",
				 endpoint->name, endpoint->adapter->name);
	if (days < 0 || days >= RECONCILE_DAYS_MAX)
		return fault_set(fault, ERR_USAGE,
				 "the days must be 1 to %d, the first one first",
				 RECONCILE_DAYS_MAX);
	return ERR_OK;
}

enum err reconcile_run(const struct reconcile *reconcile,
		       struct reconciliation *ret_result, struct fault *fault)
{
	struct comparison comparison = { .reconcile = reconcile, .result = ret_result };
	enum err err = ask_check(reconcile, fault);

	*ret_result = (struct reconciliation){ .from = reconcile->from,
					       .until = reconcile->until };
	if (err)
		return err;
	buffer_init(&comparison.entry, ENTRY_BYTES_MAX);
	err = listing_make(reconcile, &comparison.listing, fault);
	ret_result->unknown = comparison.listing.unknown;
	if (err)
		(void)fault_prefix(fault, "hook '%s'", reconcile->desk->endpoint.name);
	else
		err = compare(&comparison, fault);
	if (err)
		reconciliation_release(ret_result);
	listing_release(&comparison.listing);
	buffer_release(&comparison.entry);
	return err;
}
