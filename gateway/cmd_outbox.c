/*
 * cmd_outbox.c - arrondi-gateway outbox: what members are told, and again.
 *
 * Messages are N1, N2, ...: the numbers of the log's lines.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/command.h"
#include "gateway/outbox.h"
#include "keys/encoding.h"
#include "ledger/date.h"

#define LIST_MAX 1000 /* of each state; more are counted */

static const char *const states[] = {
	[OUTBOX_WAITING] = "waiting",
	[OUTBOX_DELIVERED] = "delivered",
	[OUTBOX_FAILED] = "failed",
};
#define STATE_COUNT (sizeof states / sizeof *states)

/* ---- printing ---- */

static const char *moment(int64_t at, char text[UTC_TEXT_BYTES])
{
	return at && utc_format(at, text) == ERR_OK ? text : "-";
}

static enum err message_print(void *ctx, const struct outbox_message *message,
			      struct fault *fault)
{
	char made[UTC_TEXT_BYTES];

	(void)ctx;
	(void)fault;
	printf("N%" PRId64 " %s %s %s %s%s", message->id,
	       moment(message->created_at, made), message->endpoint, message->key,
	       states[message->state], message->is_purged ? " (purged)" : "");
	if (message->tries > 0)
		printf(" after %u", message->tries);
	printf("%s%s\n", message->reason[0] ? ": " : "", message->reason);
	return ERR_OK;
}

static enum err endpoint_print(void *ctx, const struct outbox_endpoint *endpoint,
			       struct fault *fault)
{
	(void)ctx;
	(void)fault;
	printf("endpoint %s: told up to position %" PRIu64 "%s%s\n", endpoint->name,
	       endpoint->next, endpoint->is_disabled ? ", disabled: " : "",
	       endpoint->reason);
	return ERR_OK;
}

/* ---- verbs ---- */

static enum err counts_print(struct outbox *outbox, struct fault *fault)
{
	struct outbox_counts counts;
	enum err err = outbox_endpoints(outbox, endpoint_print, NULL, fault);

	if (!err)
		err = outbox_count(outbox, &counts, fault);
	if (!err)
		printf("messages: %" PRIu64 " waiting, %" PRIu64 " delivered, %" PRIu64
		       " failed\n",
		       counts.messages[OUTBOX_WAITING], counts.messages[OUTBOX_DELIVERED],
		       counts.messages[OUTBOX_FAILED]);
	return err;
}

/* Without a state: what waits and what has failed. */
static enum err list(void *ctx, int argc, char **argv, struct fault *fault)
{
	struct outbox *outbox = ctx;
	bool is_listed[STATE_COUNT] = {
		[OUTBOX_WAITING] = argc == 0, [OUTBOX_FAILED] = argc == 0
	};
	bool is_known = argc == 0;
	enum err err = ERR_OK;

	for (size_t i = 0; argc == 1 && i < STATE_COUNT; i++)
		if (strcmp(argv[0], states[i]) == 0)
			is_known = is_listed[i] = true;
	if (!is_known)
		return ERR_USAGE;
	for (size_t i = 0; !err && i < STATE_COUNT; i++)
		if (is_listed[i])
			err = outbox_messages(outbox, (enum outbox_state)i, LIST_MAX,
					      message_print, NULL, fault);
	return err ? err : counts_print(outbox, fault);
}

static enum err show(void *ctx, int argc, char **argv, struct fault *fault)
{
	struct outbox *outbox = ctx;
	bool with_body = argc == 2 && strcmp(argv[1], "--body") == 0;
	char tried[UTC_TEXT_BYTES], next[UTC_TEXT_BYTES];
	struct outbox_message message;
	struct buffer body;
	char letter;
	int64_t id;
	enum err err;

	if (argc < 1 || argc > 2 || (argc == 2 && !with_body) ||
	    !command_number(argv[0], "N", &letter, &id))
		return ERR_USAGE;
	buffer_init(&body, OUTBOX_BODY_BYTES_MAX);
	err = outbox_message(outbox, id, &message, &body, fault);
	if (!err)
		err = message_print(NULL, &message, fault);
	if (!err) {
		printf("webhook-id %s\nlast %s status %u\nnext %s\nbytes %zu\n",
		       message.wire, moment(message.tried_at, tried), message.status,
		       message.state == OUTBOX_WAITING ? moment(message.next_at, next)
						       : "-",
		       body.n);
		if (with_body)
			(void)fwrite(body.p, 1, body.n, stdout); /* cli_finish() looks */
	}
	buffer_release(&body);
	return err;
}

static enum err replay(void *ctx, int argc, char **argv, struct fault *fault)
{
	struct outbox *outbox = ctx;
	char letter;
	int64_t id;
	enum err err;

	if (argc != 1 || !command_number(argv[0], "N", &letter, &id))
		return ERR_USAGE;
	err = outbox_replay(outbox, id, fault);
	if (!err)
		printf("%s is sent again as soon as the service runs\n", argv[0]);
	return err;
}

static enum err enable(void *ctx, int argc, char **argv, struct fault *fault)
{
	struct outbox *outbox = ctx;

	return argc == 1 ? outbox_endpoint_enable(outbox, argv[0], fault) : ERR_USAGE;
}

static enum err disable(void *ctx, int argc, char **argv, struct fault *fault)
{
	struct outbox *outbox = ctx;

	return argc == 1 ? outbox_endpoint_disable(outbox, argv[0], "by hand", fault)
			 : ERR_USAGE;
}

/* ---- the command ---- */

static const struct command_verb verbs[] = {
	{ "list", list },     { "show", show },       { "replay", replay },
	{ "enable", enable }, { "disable", disable }, { NULL, NULL },
};

static enum err open_existing(const char *dir, void **ret_box, struct fault *fault)
{
	struct outbox *outbox = NULL;
	enum err err = outbox_open_existing(dir, &outbox, fault);

	*ret_box = outbox;
	return err;
}

static void close_any(void *box)
{
	outbox_close(box);
}

int cmd_outbox(int argc, char **argv)
{
	static const struct command_box command = { "outbox", open_existing, close_any,
						    verbs };

	return command_box_run(&command, argc, argv);
}
