/*
 * inbox_movement.c - movements in the inbox: put, found, and what became of them.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "gateway/inbox_int.h"

static enum inbox_movement_state state_of(const struct movement *movement)
{
	switch (movement->state) {
	case MOVEMENT_KNOWN:
		return INBOX_MOVEMENT_READY;
	case MOVEMENT_WANTED:
		return INBOX_MOVEMENT_WANTED;
	case MOVEMENT_PARKED:
		break;
	}
	return INBOX_MOVEMENT_PARKED;
}

static void key_of(const char *provider, const struct movement *movement,
		   char ret_key[INBOX_KEY_CHARS_MAX + 1])
{
	int n;

	if (movement->state != MOVEMENT_WANTED) {
		movement_key(provider, movement, ret_key);
		return;
	}
	n = snprintf(ret_key, INBOX_KEY_CHARS_MAX + 1, "fetch %s %s %s %s", provider,
		     movement_kind_name(movement->kind), movement->parent,
		     movement->path);
	assert(n > 0 && n <= INBOX_KEY_CHARS_MAX);
}

enum err inbox_movement_put(struct inbox *inbox, const char *provider,
			    const char *endpoint, int64_t delivery,
			    const struct movement *movement, int64_t now,
			    struct fault *fault)
{
	struct query query =
		query_of(inbox, movement->state == MOVEMENT_WANTED ? INBOX_WANTED_PUT
								   : INBOX_MOVEMENT_PUT);
	char key[INBOX_KEY_CHARS_MAX + 1];

	key_of(provider, movement, key);
	query_text(&query, key);
	query_text(&query, provider);
	query_text(&query, endpoint);
	query_integer(&query, delivery);
	query_integer(&query, state_of(movement));
	query_text(&query, movement_kind_name(movement->kind));
	query_text(&query, movement->object);
	query_text(&query, movement->parent);
	query_text(&query, movement->event);
	query_integer(&query, cents_value(movement->amount));
	query_integer(&query, movement->date.day);
	query_integer(&query, movement->only_if_booked);
	query_integer(&query, movement->is_cumulative);
	query_text(&query, movement->path);
	query_text(&query, movement->reason ? movement->reason : "");
	query_integer(&query, now);
	return query_run(&query, fault);
}

/* ---- reading ---- */

static enum err movement_read(struct query *query, struct inbox_movement *ret_movement,
			      struct fault *fault)
{
	struct movement *movement = &ret_movement->movement;
	struct slice digest = query_column_blob(query, 18);
	char kind[32];

	*ret_movement = (struct inbox_movement){
		.id = query_column(query, 0),
		.delivery = query_column(query, 3),
		.state = (enum inbox_movement_state)query_column(query, 4),
		.tries = (unsigned)query_column(query, 15),
		.next_at = query_column(query, 16),
		.position = (uint64_t)query_column(query, 17),
	};
	query_column_text(query, 1, ret_movement->key, sizeof ret_movement->key);
	query_column_text(query, 2, ret_movement->endpoint,
			  sizeof ret_movement->endpoint);
	query_column_text(query, 5, kind, sizeof kind);
	query_column_text(query, 6, movement->object, sizeof movement->object);
	query_column_text(query, 7, movement->parent, sizeof movement->parent);
	query_column_text(query, 8, movement->event, sizeof movement->event);
	movement->date = (struct date){ (int32_t)query_column(query, 10) };
	movement->only_if_booked = query_column(query, 11) != 0;
	movement->is_cumulative = query_column(query, 12) != 0;
	query_column_text(query, 13, movement->path, sizeof movement->path);
	query_column_text(query, 14, ret_movement->reason, sizeof ret_movement->reason);
	movement->state = ret_movement->state == INBOX_MOVEMENT_WANTED ? MOVEMENT_WANTED
								       : MOVEMENT_KNOWN;
	if (digest.n != sizeof ret_movement->digest.b ||
	    movement_kind_parse(kind, &movement->kind) != ERR_OK ||
	    cents_from_outside(query_column(query, 9), &movement->amount) != ERR_OK)
		return fault_set(fault, ERR_CORRUPT, "the inbox's database is damaged");
	memcpy(ret_movement->digest.b, digest.p, digest.n);
	return ERR_OK;
}

struct movement_asker {
	inbox_movement_fn *each;
	void *ctx;
};

static enum err movement_give(struct query *query, void *ctx, struct fault *fault)
{
	const struct movement_asker *asker = ctx;
	struct inbox_movement movement;
	enum err err = movement_read(query, &movement, fault);

	return err ? err : asker->each(asker->ctx, &movement, fault);
}

enum err inbox_movements(struct inbox *inbox, enum inbox_movement_state state,
			 int64_t until, int64_t after, size_t most,
			 inbox_movement_fn *each, void *ctx, struct fault *fault)
{
	bool is_open = state == INBOX_MOVEMENT_WANTED || state == INBOX_MOVEMENT_READY ||
		       state == INBOX_MOVEMENT_PARKED;
	struct query query =
		query_of(inbox, is_open ? INBOX_MOVEMENT_LIST_OPEN : INBOX_MOVEMENT_LIST);
	struct movement_asker asker = { each, ctx };

	query_integer(&query, state);
	query_integer(&query, until);
	query_integer(&query, after);
	query_integer(&query, (int64_t)most);
	return query_each(&query, movement_give, &asker, fault);
}

enum err inbox_movements_between(struct inbox *inbox, const char *endpoint,
				 struct date from, struct date until,
				 inbox_movement_fn *each, void *ctx, struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_MOVEMENT_BETWEEN);
	struct movement_asker asker = { each, ctx };

	query_text(&query, endpoint);
	query_integer(&query, from.day);
	query_integer(&query, until.day);
	return query_each(&query, movement_give, &asker, fault);
}

/* The only row, if there is one. */
static enum err movement_only(struct query *query, const char *without,
			      struct inbox_movement *ret_movement, struct fault *fault)
{
	bool row;
	enum err err = query_step(query, &row, fault);

	if (err)
		return err;
	if (!row)
		return fault_set(fault, ERR_NOT_FOUND, "%s", without);
	err = movement_read(query, ret_movement, fault);
	query_end(query);
	return err;
}

#define NO_MOVEMENT "the inbox has no movement of that number"

enum err inbox_movement(struct inbox *inbox, int64_t id,
			struct inbox_movement *ret_movement, struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_MOVEMENT_READ);

	query_integer(&query, id);
	return movement_only(&query, NO_MOVEMENT, ret_movement, fault);
}

enum err inbox_movement_find(struct inbox *inbox, const char *provider,
			     enum movement_kind kind, const char *object,
			     struct inbox_movement *ret_movement, struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_MOVEMENT_FIND);

	query_text(&query, object);
	query_text(&query, movement_kind_name(kind));
	query_text(&query, provider);
	return movement_only(&query, "the movement was never told", ret_movement, fault);
}

enum err inbox_booked(struct inbox *inbox, const char *provider, enum movement_kind kind,
		      const char *parent, struct cents *ret_sum, struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_MOVEMENT_SUM);
	bool row;
	enum err err;

	query_text(&query, parent);
	query_text(&query, movement_kind_name(kind));
	query_text(&query, provider);
	err = query_step(&query, &row, fault);
	if (err)
		return err;
	if (cents_from_outside(query_column(&query, 0), ret_sum) != ERR_OK)
		err = fault_set(fault, ERR_CORRUPT, "the inbox's database is damaged");
	query_end(&query);
	return err;
}

/* ---- changing ---- */

enum err inbox_movement_set(struct inbox *inbox, const struct inbox_movement *movement,
			    struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_MOVEMENT_SET);

	query_integer(&query, movement->state);
	query_text(&query, movement->movement.parent);
	query_integer(&query, cents_value(movement->movement.amount));
	query_integer(&query, movement->movement.date.day);
	query_text(&query, movement->movement.path);
	query_text(&query, movement->reason);
	query_integer(&query, movement->tries);
	query_integer(&query, movement->next_at);
	query_integer(&query, (int64_t)movement->position);
	query_integer(&query, movement->id);
	return query_run(&query, fault);
}

enum err inbox_movement_book(struct inbox *inbox, const struct inbox_movement *movement,
			     struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_MOVEMENT_BOOK);

	query_integer(&query, cents_value(movement->movement.amount));
	query_integer(&query, (int64_t)movement->position);
	query_integer(&query, movement->id);
	return query_run(&query, fault);
}

enum err inbox_movements_wake(struct inbox *inbox, const char *object,
			      struct fault *fault)
{
	static const enum inbox_stmt wakes[] = { INBOX_MOVEMENT_WAKE,
						 INBOX_MOVEMENT_WAKE_CHILDREN };
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < sizeof wakes / sizeof *wakes; i++) {
		struct query query = query_of(inbox, wakes[i]);

		query_text(&query, object);
		err = query_run(&query, fault);
	}
	return err;
}

enum err inbox_replay_movement(struct inbox *inbox, int64_t id, struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_MOVEMENT_REPLAY);
	struct inbox_movement movement;
	enum err err;

	query_integer(&query, id);
	err = query_run(&query, fault);
	if (err || box_changes(box_of(inbox)) > 0)
		return err;
	err = inbox_movement(inbox, id, &movement, fault);
	return err ? err
		   : fault_set(fault, ERR_CONFLICT,
			       "the movement is booked: it is not booked again");
}
