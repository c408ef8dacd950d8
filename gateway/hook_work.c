/*
 * hook_work.c - reading deliveries and fetching what they only hint at (hook_work.h).
 */
#include "gateway/hook_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/fetch.h"
#include "gateway/hook_ask.h"
#include "gateway/hook_work_int.h"

#define READ_MAX  256
#define FETCH_MAX 16

bool work_is_trouble(enum err err)
{
	return err == ERR_BUSY || err == ERR_IO || err == ERR_MEMORY;
}

static void tell_parked(const struct hook_work *work, const char *hook, const char *what,
			int64_t id, const char *why)
{
	if (work->events.parked)
		work->events.parked(work->events.ctx, hook, what, id, why);
}

/* ---- a movement's ends ---- */

static void reason_set(struct inbox_movement *movement, const char *why)
{
	(void)snprintf(movement->reason, sizeof movement->reason, "%s", why);
}

enum err work_park(struct hook_work *work, struct inbox_movement *movement,
		   const char *why, struct fault *fault)
{
	movement->state = INBOX_MOVEMENT_PARKED;
	reason_set(movement, why);
	tell_parked(work, movement->endpoint, "movement", movement->id, why);
	return inbox_movement_set(work->inbox, movement, fault);
}

enum err work_wait(struct hook_work *work, struct inbox_movement *movement,
		   int64_t wait_s, const char *why, struct fault *fault)
{
	movement->tries++;
	movement->next_at = work->now_s + wait_s;
	reason_set(movement, why);
	return inbox_movement_set(work->inbox, movement, fault);
}

enum err work_nothing(struct hook_work *work, struct inbox_movement *movement,
		      struct fault *fault)
{
	movement->state = INBOX_MOVEMENT_NOTHING;
	reason_set(movement, "");
	return inbox_movement_set(work->inbox, movement, fault);
}

struct pile {
	struct inbox_movement *item;
	size_t count;
};

static enum err pile_add(void *ctx, const struct inbox_movement *movement,
			 struct fault *fault)
{
	struct pile *pile = ctx;

	(void)fault;
	pile->item[pile->count++] = *movement;
	return ERR_OK;
}

enum err work_movements(struct hook_work *work, enum inbox_movement_state state,
			int64_t after, size_t most, struct inbox_movement **ret_movements,
			size_t *ret_count, struct fault *fault)
{
	struct pile pile = { .item = malloc(most * sizeof *pile.item) };
	enum err err;

	if (!pile.item)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = inbox_movements(work->inbox, state, work->now_s, after, most, pile_add,
			      &pile, fault);
	if (err) {
		free(pile.item);
		return err;
	}
	*ret_movements = pile.item;
	*ret_count = pile.count;
	return ERR_OK;
}

/* ---- reading ---- */

/* A delivery, and its body in the batch's buffer. */
struct letter {
	struct inbox_delivery delivery;
	size_t at, n;
};

struct letters {
	struct letter letter[READ_MAX];
	size_t count;
	struct buffer bodies;
};

static enum err letter_add(void *ctx, const struct inbox_delivery *delivery,
			   struct slice body, struct fault *fault)
{
	struct letters *letters = ctx;

	letters->letter[letters->count++] = (struct letter){ .delivery = *delivery,
							     .at = letters->bodies.n,
							     .n = body.n };
	buffer_put_slice(&letters->bodies, body);
	return buffer_check(&letters->bodies, "deliveries", fault);
}

static enum err movements_keep(struct hook_work *work, const struct hook_desk *desk,
			       int64_t delivery, const struct movements *movements,
			       struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < movements->count; i++)
		err = inbox_movement_put(work->inbox, desk->endpoint.adapter->name,
					 desk->endpoint.name, delivery,
					 &movements->item[i], work->now_s, fault);
	return err;
}

static enum err delivery_park(struct hook_work *work, const struct letter *letter,
			      const char *why, struct fault *fault)
{
	const struct inbox_delivery *delivery = &letter->delivery;

	tell_parked(work, delivery->endpoint, "delivery", delivery->id, why);
	return inbox_delivery_set(work->inbox, delivery->id, INBOX_DELIVERY_PARKED, why,
				  fault);
}

static enum err letter_read(struct hook_work *work, const struct letter *letter,
			    struct slice body, struct fault *fault)
{
	const struct hook_desk *desk =
		hook_set_find(work->hooks, letter->delivery.endpoint);
	struct movements movements;
	struct fault refusal = { 0 };
	enum err err;

	if (!desk)
		return delivery_park(work, letter, REASON_NO_HOOK, fault);
	movements_init(&movements);
	err = desk->endpoint.adapter->read(&desk->endpoint, body, &movements, &refusal);
	if (err == ERR_MEMORY)
		*fault = refusal;
	else if (err)
		err = delivery_park(work, letter, refusal.text, fault);
	else
		err = movements_keep(work, desk, letter->delivery.id, &movements, fault);
	if (!err && !refusal.err)
		err = inbox_delivery_set(work->inbox, letter->delivery.id,
					 INBOX_DELIVERY_DONE, NULL, fault);
	movements_release(&movements);
	return err;
}

static enum err letters_read(struct hook_work *work, const struct letters *letters,
			     struct fault *fault)
{
	enum err err = inbox_begin(work->inbox, fault);

	for (size_t i = 0; !err && i < letters->count; i++) {
		const struct letter *letter = &letters->letter[i];

		err = letter_read(work, letter,
				  slice_of(letters->bodies.p + letter->at, letter->n),
				  fault);
	}
	if (!err)
		return inbox_commit(work->inbox, fault);
	inbox_undo(work->inbox);
	return err;
}

enum err hook_work_read(struct hook_work *work, size_t *ret_count, struct fault *fault)
{
	struct letters *letters = malloc(sizeof *letters);
	enum err err;

	*ret_count = 0;
	if (!letters)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	letters->count = 0;
	buffer_init(&letters->bodies, READ_MAX * HOOK_BODY_BYTES_MAX);
	err = inbox_deliveries(work->inbox, INBOX_DELIVERY_WAITING, 0, READ_MAX, true,
			       letter_add, letters, fault);
	if (!err && letters->count)
		err = letters_read(work, letters, fault);
	if (!err)
		*ret_count = letters->count;
	buffer_release(&letters->bodies);
	free(letters);
	return err;
}

/* ---- fetching ---- */

/* Chance spreads what failed together. */
static int64_t retry_s(unsigned failed, int64_t id)
{
	return fetch_retry_s(failed, (uint32_t)((uint64_t)id * 2654435761u >> 8));
}

/* It did not come, or not as it should. Somebody who does not answer is asked for ever;
 * one who answers something else, for some days. */
static enum err fetch_failed(struct hook_work *work, struct inbox_movement *wanted,
			     enum err err, const char *why, struct fault *fault)
{
	if (!work_is_trouble(err) && wanted->tries + 1 >= HOOK_WORK_TRIES_MAX)
		return work_park(work, wanted, why, fault);
	return work_wait(work, wanted, retry_s(wanted->tries + 1, wanted->id), why,
			 fault);
}

/* One that is wanted again by what was fetched for it waits; all others are kept. */
static enum err fetched_keep(struct hook_work *work, const struct hook_desk *desk,
			     struct inbox_movement *wanted,
			     const struct movements *movements, struct fault *fault)
{
	const char *again = NULL;
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < movements->count; i++) {
		const struct movement *movement = &movements->item[i];

		if (movement->state == MOVEMENT_WANTED &&
		    strcmp(movement->path, wanted->movement.path) == 0)
			again = movement->reason ? movement->reason
						 : "it is not ready yet";
		else
			err = inbox_movement_put(work->inbox,
						 desk->endpoint.adapter->name,
						 desk->endpoint.name, wanted->delivery,
						 movement, work->now_s, fault);
	}
	if (err)
		return err;
	return again ? fetch_failed(work, wanted, ERR_INVALID, again, fault)
		     : work_nothing(work, wanted, fault);
}

static enum err fetched_read(struct hook_work *work, const struct hook_desk *desk,
			     struct inbox_movement *wanted, struct slice body,
			     struct fault *fault)
{
	struct movements movements;
	struct fault refusal = { 0 };
	enum err err;

	movements_init(&movements);
	err = desk->endpoint.adapter->read_fetched(&desk->endpoint, &wanted->movement,
						   body, &movements, &refusal);
	if (err == ERR_MEMORY)
		*fault = refusal;
	else if (err)
		err = fetch_failed(work, wanted, err, refusal.text, fault);
	else
		err = fetched_keep(work, desk, wanted, &movements, fault);
	movements_release(&movements);
	return err;
}

static enum err movement_fetch(struct hook_work *work, struct inbox_movement *wanted,
			       struct buffer *body, struct fault *fault)
{
	const struct hook_desk *desk = hook_set_find(work->hooks, wanted->endpoint);
	struct fault refusal = { 0 };
	enum err err, fetched = ERR_OK;

	if (desk && desk->fetcher) {
		buffer_clear(body);
		fetched = hook_ask(desk, wanted->movement.path, body, &refusal);
	}
	/* Who is about to stop has learnt nothing of the provider. */
	if (fetched && fetcher_is_stopped(desk->fetcher))
		return ERR_OK;
	err = inbox_begin(work->inbox, fault);
	if (err)
		return err;
	if (!desk || !desk->fetcher)
		err = work_park(work, wanted,
				desk ? "there is no API to ask" : REASON_NO_HOOK, fault);
	else if (fetched)
		err = fetch_failed(work, wanted, fetched, refusal.text, fault);
	else
		err = fetched_read(work, desk, wanted, buffer_slice(body), fault);
	if (!err)
		return inbox_commit(work->inbox, fault);
	inbox_undo(work->inbox);
	return err;
}

enum err hook_work_fetch(struct hook_work *work, size_t *ret_count, struct fault *fault)
{
	struct inbox_movement *wanted = NULL;
	struct buffer body;
	size_t count = 0;
	enum err err = work_movements(work, INBOX_MOVEMENT_WANTED, 0, FETCH_MAX, &wanted,
				      &count, fault);

	*ret_count = 0;
	buffer_init(&body, FETCH_BYTES_MAX);
	for (size_t i = 0; !err && i < count; i++)
		err = movement_fetch(work, &wanted[i], &body, fault);
	if (!err)
		*ret_count = count;
	buffer_release(&body);
	free(wanted);
	return err;
}
