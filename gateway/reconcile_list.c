/*
 * reconcile_list.c - see reconcile_list.h.
 */
#include "gateway/reconcile_list.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/fetch.h"
#include "gateway/hook_ask.h"

/* No provider lists more days at a time than this; PayPal not one more. */
#define SPAN_DAYS 31

/* From what was listed to what it is: an event, its payment, the payment's events. */
#define FETCH_STEPS 4

struct lister {
	const struct reconcile *reconcile;
	struct listing *listing;
	struct buffer body;
	unsigned pages;
};

void listing_release(struct listing *listing)
{
	free(listing->item);
	*listing = (struct listing){ .item = NULL };
}

static enum err listed_put(struct listing *listing, const struct movement *movement,
			   bool is_judged, struct fault *fault)
{
	if (listing->count == RECONCILE_MOVEMENTS_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "the provider lists more than %d movements: name fewer "
				 "days",
				 RECONCILE_MOVEMENTS_MAX);
	if (listing->count == listing->capacity) {
		size_t capacity = listing->capacity ? 2 * listing->capacity : 256;
		struct listed *item =
			realloc(listing->item, capacity * sizeof *listing->item);

		if (!item)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		listing->item = item;
		listing->capacity = capacity;
	}
	listing->item[listing->count++] = (struct listed){ *movement, is_judged };
	return ERR_OK;
}

/* ---- each object and kind once ---- */

static int listed_cmp_object(const struct listed *a, enum movement_kind kind,
			     const char *object)
{
	int order = strcmp(a->movement.object, object);

	if (order)
		return order;
	return (a->movement.kind > kind) - (a->movement.kind < kind);
}

/* What is known comes before what is not, what is judged before what is not. */
static int listed_cmp(const void *a, const void *b)
{
	const struct listed *left = a, *right = b;
	int order = listed_cmp_object(left, right->movement.kind, right->movement.object);

	if (order)
		return order;
	if (left->movement.state != right->movement.state)
		return left->movement.state < right->movement.state ? -1 : 1;
	if (left->is_judged != right->is_judged)
		return left->is_judged ? -1 : 1;
	/* What is to be fetched, before what was fetched in vain. */
	if (!left->movement.reason != !right->movement.reason)
		return left->movement.reason ? 1 : -1;
	return strcmp(left->movement.event, right->movement.event);
}

/* Two rows of one object that name themselves are two movements of it: their amounts add
 * up. Everything else that comes twice is told twice. */
static enum err listed_merge(struct listed *into, const struct listed *other,
			     struct fault *fault)
{
	into->is_judged = into->is_judged || other->is_judged;
	if (into->movement.state != MOVEMENT_KNOWN ||
	    other->movement.state != MOVEMENT_KNOWN || !into->movement.event[0] ||
	    strcmp(into->movement.event, other->movement.event) == 0)
		return ERR_OK;
	memcpy(into->movement.event, other->movement.event, sizeof into->movement.event);
	if (cents_add(into->movement.amount, other->movement.amount,
		      &into->movement.amount) != ERR_OK)
		return fault_set(fault, ERR_INVALID,
				 "the provider lists amounts past all bounds");
	return ERR_OK;
}

static enum err listing_sort(struct listing *listing, struct fault *fault)
{
	size_t kept = 0;
	enum err err = ERR_OK;

	if (listing->count)
		qsort(listing->item, listing->count, sizeof *listing->item, listed_cmp);
	for (size_t i = 0; !err && i < listing->count; i++) {
		const struct movement *movement = &listing->item[i].movement;

		/* What has no id cannot be the same as anything. */
		if (kept && movement->object[0] &&
		    listed_cmp_object(&listing->item[kept - 1], movement->kind,
				      movement->object) == 0)
			err = listed_merge(&listing->item[kept - 1], &listing->item[i],
					   fault);
		else
			listing->item[kept++] = listing->item[i];
	}
	listing->count = kept;
	return err;
}

const struct listed *listing_find(const struct listing *listing, enum movement_kind kind,
				  const char *object)
{
	size_t from = 0, end = listing->count;

	while (from < end) {
		size_t middle = from + (end - from) / 2;
		int order = listed_cmp_object(&listing->item[middle], kind, object);

		if (order == 0)
			return &listing->item[middle];
		if (order < 0)
			from = middle + 1;
		else
			end = middle;
	}
	return NULL;
}

bool listing_has_unread(const struct listing *listing, const char *object)
{
	for (int kind = 0; kind < MOVEMENT__COUNT; kind++) {
		const struct listed *listed =
			listing_find(listing, (enum movement_kind)kind, object);

		if (listed && listed->movement.state == MOVEMENT_WANTED)
			return true;
	}
	return false;
}

/* ---- pages ---- */

static bool is_within(struct date date, struct date from, struct date until)
{
	return date_cmp(date, from) >= 0 && date_cmp(date, until) <= 0;
}

/* A list from the newest backwards has gone past the days. */
static bool page_is_older(const struct movements *page, struct date from)
{
	size_t dated = 0;

	for (size_t i = 0; i < page->count; i++) {
		if (page->item[i].state == MOVEMENT_PARKED)
			continue;
		if (date_cmp(page->item[i].date, from) >= 0)
			return false;
		dated++;
	}
	return dated > 0;
}

static enum err page_take(struct lister *lister, const struct movements *page,
			  struct fault *fault)
{
	const struct reconcile *reconcile = lister->reconcile;
	enum err err = ERR_OK;

	lister->listing->unknown += page->unknown;
	for (size_t i = 0; !err && i < page->count; i++) {
		const struct movement *movement = &page->item[i];
		bool is_judged =
			is_within(movement->date, reconcile->from, reconcile->until) ||
			movement->object[0] == '\0';

		err = listed_put(lister->listing, movement, is_judged, fault);
	}
	return err;
}

/* One page; the cursor becomes that of the next, "" where there is none. */
static enum err page_read(struct lister *lister, struct date from, struct date until,
			  char cursor[HOOK_CURSOR_CHARS_MAX + 1], struct fault *fault)
{
	const struct hook_desk *desk = lister->reconcile->desk;
	const struct hook_adapter *adapter = desk->endpoint.adapter;
	char path[HOOK_LIST_PATH_CHARS_MAX + 1], next[HOOK_CURSOR_CHARS_MAX + 1] = "";
	struct movements page;
	enum err err =
		adapter->list_path(&desk->endpoint, from, until, cursor, path, fault);

	movements_init(&page);
	buffer_clear(&lister->body);
	if (!err)
		err = hook_ask(desk, path, &lister->body, fault);
	if (!err)
		err = adapter->read_list(&desk->endpoint, buffer_slice(&lister->body),
					 &page, next, fault);
	if (!err)
		err = page_take(lister, &page, fault);
	if (!err && next[0] && strcmp(next, cursor) == 0)
		err = fault_set(fault, ERR_INVALID, "the list does not go on");
	if (!err && page_is_older(&page, from))
		next[0] = '\0';
	memcpy(cursor, next, sizeof next);
	movements_release(&page);
	return err;
}

static enum err span_read(struct lister *lister, struct date from, struct date until,
			  struct fault *fault)
{
	char cursor[HOOK_CURSOR_CHARS_MAX + 1] = "";
	enum err err;

	do {
		if (++lister->pages > RECONCILE_PAGES_MAX)
			return fault_set(fault, ERR_TOO_BIG,
					 "the list has more than %d pages: name fewer "
					 "days",
					 RECONCILE_PAGES_MAX);
		err = page_read(lister, from, until, cursor, fault);
	} while (!err && cursor[0]);
	return err;
}

/* The days, and those around them, as far as they have come. */
static enum err spans_read(struct lister *lister, struct fault *fault)
{
	const struct reconcile *reconcile = lister->reconcile;
	struct date from, until, end;
	enum err err = date_add_days(reconcile->from, -RECONCILE_MARGIN_DAYS, &from);

	if (!err)
		err = date_add_days(reconcile->until, RECONCILE_MARGIN_DAYS, &end);
	if (err)
		return fault_set(fault, ERR_USAGE, "these days cannot be listed");
	if (date_cmp(end, reconcile->today) > 0)
		end = reconcile->today;
	while (!err && date_cmp(from, end) <= 0) {
		if (date_add_days(from, SPAN_DAYS - 1, &until) != ERR_OK ||
		    date_cmp(until, end) > 0)
			until = end;
		err = span_read(lister, from, until, fault);
		if (!err && date_add_days(until, 1, &from) != ERR_OK)
			break;
	}
	return err;
}

/* ---- fetching ---- */

static enum err fetched_take(struct lister *lister, const struct listed *wanted,
			     struct fault *fault)
{
	const struct hook_endpoint *endpoint = &lister->reconcile->desk->endpoint;
	struct movements found;
	struct fault why = { .err = ERR_OK };
	enum err err;

	movements_init(&found);
	err = endpoint->adapter->read_fetched(endpoint, &wanted->movement,
					      buffer_slice(&lister->body), &found, &why);
	if (err == ERR_MEMORY)
		*fault = why;
	else
		err = ERR_OK; /* what is nonsense stays wanted, and is told */
	for (size_t i = 0; !err && i < found.count; i++) {
		const struct movement *movement = &found.item[i];

		/* Not ready yet. */
		if (movement->state == MOVEMENT_WANTED &&
		    strcmp(movement->path, wanted->movement.path) == 0)
			continue;
		err = listed_put(lister->listing, movement, true, fault);
	}
	movements_release(&found);
	return err;
}

static bool is_to_be_fetched(const struct listed *listed)
{
	return listed->is_judged && listed->movement.state == MOVEMENT_WANTED &&
	       listed->movement.reason == NULL;
}

/* What is fetched stays, marked by a reason, until what came of it is sorted before it.
 */
static enum err wanted_fetch(struct lister *lister, size_t at, struct fault *fault)
{
	struct listed wanted = lister->listing->item[at];
	struct fault why = { .err = ERR_OK };
	enum err err;

	lister->listing->item[at].movement.reason =
		"the provider does not show it as its list does";
	buffer_clear(&lister->body);
	err = hook_ask(lister->reconcile->desk, wanted.movement.path, &lister->body,
		       &why);
	if (err == ERR_NOT_FOUND || err == ERR_INVALID)
		return ERR_OK;
	if (err) {
		if (fault)
			*fault = why;
		return err;
	}
	return fetched_take(lister, &wanted, fault);
}

static enum err all_fetch(struct lister *lister, struct fault *fault)
{
	enum err err = ERR_OK;

	for (unsigned step = 0; !err && step < FETCH_STEPS; step++) {
		size_t count = lister->listing->count;

		for (size_t i = 0; !err && i < count; i++)
			if (is_to_be_fetched(&lister->listing->item[i]))
				err = wanted_fetch(lister, i, fault);
		if (!err)
			err = listing_sort(lister->listing, fault);
	}
	return err;
}

enum err listing_make(const struct reconcile *reconcile, struct listing *ret_listing,
		      struct fault *fault)
{
	struct lister lister = { .reconcile = reconcile, .listing = ret_listing };
	enum err err;

	*ret_listing = (struct listing){ .item = NULL };
	buffer_init(&lister.body, FETCH_BYTES_MAX);
	err = spans_read(&lister, fault);
	if (!err)
		err = listing_sort(ret_listing, fault);
	if (!err)
		err = all_fetch(&lister, fault);
	buffer_release(&lister.body);
	return err;
}
