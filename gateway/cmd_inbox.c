/*
 * cmd_inbox.c - arrondi-gateway inbox: what waits, why, and again.
 *
 * Deliveries are D1, D2, ..., movements M1, M2, ...: the numbers of the log's lines. What
 * a provider says of a donor is in a delivery's body, which is only written out where it
 * is asked for by name.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/command.h"
#include "gateway/hook.h"
#include "gateway/inbox.h"
#include "keys/encoding.h"
#include "ledger/date.h"

#define LIST_MAX 1000 /* of each state; more are counted */

static const char *const delivery_states[] = {
	[INBOX_DELIVERY_WAITING] = "waiting",
	[INBOX_DELIVERY_DONE] = "done",
	[INBOX_DELIVERY_PARKED] = "parked",
};

static const char *const movement_states[] = {
	[INBOX_MOVEMENT_WANTED] = "wanted", [INBOX_MOVEMENT_READY] = "ready",
	[INBOX_MOVEMENT_BOOKED] = "booked", [INBOX_MOVEMENT_NOTHING] = "nothing",
	[INBOX_MOVEMENT_PARKED] = "parked",
};

/* ---- printing ---- */

static void print_moment(int64_t at)
{
	time_t time_s = (time_t)at;
	struct tm utc;
	char text[32] = "-";

	if (gmtime_r(&time_s, &utc))
		(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	printf("%s", text);
}

static enum err delivery_print(void *ctx, const struct inbox_delivery *delivery,
			       struct slice body, struct fault *fault)
{
	(void)ctx;
	(void)body; /* it is not asked for */
	(void)fault;
	printf("D%" PRId64 " ", delivery->id);
	print_moment(delivery->received_at);
	printf(" %s %s%s%s%s\n", delivery->endpoint, delivery_states[delivery->state],
	       delivery->is_purged ? " (purged)" : "", delivery->reason[0] ? ": " : "",
	       delivery->reason);
	return ERR_OK;
}

static enum err movement_print(void *ctx, const struct inbox_movement *movement,
			       struct fault *fault)
{
	const struct movement *what = &movement->movement;
	char amount[CENTS_TEXT_BYTES], day[DATE_TEXT_BYTES];

	(void)ctx;
	(void)fault;
	cents_format(what->amount, '.', amount);
	date_format(what->date, day);
	printf("M%" PRId64 " %s %s %s %s%s%s %s%s", movement->id, day, movement->endpoint,
	       movement_kind_name(what->kind), what->object,
	       what->parent[0] ? " of " : "", what->parent,
	       movement->state == INBOX_MOVEMENT_WANTED ? "" : amount,
	       movement->state == INBOX_MOVEMENT_WANTED ? "" : " ");
	printf("%s", movement_states[movement->state]);
	if (movement->state == INBOX_MOVEMENT_BOOKED)
		printf(" at %" PRIu64, movement->position);
	if (movement->reason[0])
		printf(": %s", movement->reason);
	printf("\n");
	return ERR_OK;
}

/* ---- list ---- */

static enum err list_states(struct inbox *inbox, bool parked_alone, struct fault *fault)
{
	static const enum inbox_movement_state open[] = { INBOX_MOVEMENT_WANTED,
							  INBOX_MOVEMENT_READY,
							  INBOX_MOVEMENT_PARKED };
	enum err err = ERR_OK;

	if (!parked_alone)
		err = inbox_deliveries(inbox, INBOX_DELIVERY_WAITING, 0, LIST_MAX, false,
				       delivery_print, NULL, fault);
	if (!err)
		err = inbox_deliveries(inbox, INBOX_DELIVERY_PARKED, 0, LIST_MAX, false,
				       delivery_print, NULL, fault);
	for (size_t i = parked_alone ? 2 : 0; !err && i < 3; i++)
		err = inbox_movements(inbox, open[i], INT64_MAX, 0, LIST_MAX,
				      movement_print, NULL, fault);
	return err;
}

static enum err list(void *ctx, int argc, char **argv, struct fault *fault)
{
	struct inbox *inbox = ctx;
	struct inbox_counts counts;
	bool parked_alone = argc == 1 && strcmp(argv[0], "parked") == 0;
	enum err err;

	if (argc > 1 || (argc == 1 && !parked_alone))
		return ERR_USAGE;
	err = list_states(inbox, parked_alone, fault);
	if (!err)
		err = inbox_count(inbox, &counts, fault);
	if (err)
		return err;
	printf("deliveries: %" PRIu64 " waiting, %" PRIu64 " done, %" PRIu64 " parked\n",
	       counts.delivery[INBOX_DELIVERY_WAITING],
	       counts.delivery[INBOX_DELIVERY_DONE],
	       counts.delivery[INBOX_DELIVERY_PARKED]);
	printf("movements: %" PRIu64 " wanted, %" PRIu64 " ready, %" PRIu64
	       " booked, %" PRIu64 " parked\n",
	       counts.movement[INBOX_MOVEMENT_WANTED],
	       counts.movement[INBOX_MOVEMENT_READY],
	       counts.movement[INBOX_MOVEMENT_BOOKED],
	       counts.movement[INBOX_MOVEMENT_PARKED]);
	return ERR_OK;
}

/* ---- one ---- */

static enum err delivery_show(struct inbox *inbox, int64_t id, bool with_body,
			      struct fault *fault)
{
	struct inbox_delivery delivery;
	char digest[HASH_HEX_CHARS + 1];
	struct buffer body;
	enum err err;

	buffer_init(&body, HOOK_BODY_BYTES_MAX);
	err = inbox_delivery(inbox, id, &delivery, &body, fault);
	if (!err)
		err = delivery_print(NULL, &delivery, (struct slice){ 0 }, fault);
	if (!err) {
		hex_encode(delivery.digest.b, HASH_BYTES, digest);
		printf("digest %s\nbytes %zu\n", digest, body.n);
		if (with_body)
			(void)fwrite(body.p, 1, body.n, stdout); /* cli_finish() looks */
	}
	buffer_release(&body);
	return err;
}

static enum err show(void *ctx, int argc, char **argv, struct fault *fault)
{
	struct inbox *inbox = ctx;
	bool with_body = argc == 2 && strcmp(argv[1], "--body") == 0;
	struct inbox_movement movement;
	char letter;
	int64_t id;
	enum err err;

	if (argc < 1 || argc > 2 || (argc == 2 && !with_body) ||
	    !command_number(argv[0], "DM", &letter, &id) || (letter == 'M' && with_body))
		return ERR_USAGE;
	if (letter == 'D')
		return delivery_show(inbox, id, with_body, fault);
	err = inbox_movement(inbox, id, &movement, fault);
	if (err)
		return err;
	printf("key %s\ndelivery D%" PRId64 "\ntries %u\n", movement.key,
	       movement.delivery, movement.tries);
	return movement_print(NULL, &movement, fault);
}

static enum err replay(void *ctx, int argc, char **argv, struct fault *fault)
{
	struct inbox *inbox = ctx;
	char letter;
	int64_t id;
	enum err err;

	if (argc != 1 || !command_number(argv[0], "DM", &letter, &id))
		return ERR_USAGE;
	err = letter == 'D' ? inbox_replay_delivery(inbox, id, fault)
			    : inbox_replay_movement(inbox, id, fault);
	if (!err)
		printf("%s is looked at again as soon as the service runs\n", argv[0]);
	return err;
}

static enum err park(void *ctx, int argc, char **argv, struct fault *fault)
{
	struct inbox *inbox = ctx;
	struct inbox_movement movement;
	char letter;
	int64_t id;
	enum err err;

	if (argc != 1 || !command_number(argv[0], "DM", &letter, &id))
		return ERR_USAGE;
	if (letter == 'D')
		return inbox_delivery_set(inbox, id, INBOX_DELIVERY_PARKED,
					  "parked by hand", fault);
	err = inbox_movement(inbox, id, &movement, fault);
	if (err)
		return err;
	if (movement.state == INBOX_MOVEMENT_BOOKED)
		return fault_set(fault, ERR_CONFLICT,
				 "the movement is booked: what the ledger has, a "
				 "reversal undoes");
	movement.state = INBOX_MOVEMENT_PARKED;
	(void)snprintf(movement.reason, sizeof movement.reason, "parked by hand");
	return inbox_movement_set(inbox, &movement, fault);
}

/* ---- the command ---- */

static const struct command_verb verbs[] = {
	{ "list", list }, { "show", show }, { "replay", replay },
	{ "park", park }, { NULL, NULL },
};

static enum err open_existing(const char *dir, void **ret_box, struct fault *fault)
{
	struct inbox *inbox = NULL;
	enum err err = inbox_open_existing(dir, &inbox, fault);

	*ret_box = inbox;
	return err;
}

static void close_any(void *box)
{
	inbox_close(box);
}

int cmd_inbox(int argc, char **argv)
{
	static const struct command_box command = { "inbox", open_existing, close_any,
						    verbs };

	return command_box_run(&command, argc, argv);
}
