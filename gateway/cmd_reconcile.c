/*
 * cmd_reconcile.c - arrondi-gateway reconcile: what providers list, beside what is here.
 *
 * Ids, days and amounts alone are printed: nobody's name is in a movement.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/command.h"
#include "gateway/json_writer.h"
#include "gateway/reconcile.h"
#include "keys/cli.h"

#define REPORT_BYTES_MAX ((size_t)256 * 1024 * 1024)

struct wish {
	const char *dir, *config, *hook, *from, *to, *format;
	bool store;
};

/* The result of one hook. */
struct account {
	const struct hook_desk *desk;
	struct reconciliation result;
	size_t stored;
};

/* ---- text ---- */

static void amounts_print(const struct reconcile_difference *difference)
{
	char theirs[CENTS_TEXT_BYTES], ours[CENTS_TEXT_BYTES];

	cents_format(difference->movement.amount, '.', theirs);
	cents_format(difference->ours, '.', ours);
	switch (difference->what) {
	case RECONCILE_AMOUNT:
		printf(" there %s here %s", theirs, ours);
		return;
	case RECONCILE_UNUSABLE:
		return;
	case RECONCILE_MISSING:
	case RECONCILE_WAITS:
	case RECONCILE_PARKED:
	case RECONCILE_LEDGER:
	case RECONCILE_NOT_LISTED:
	case RECONCILE__COUNT:
		break;
	}
	printf(" %s", theirs);
}

static void difference_print(const struct reconcile_difference *difference)
{
	const struct movement *movement = &difference->movement;
	char day[DATE_TEXT_BYTES];

	date_format(movement->date, day);
	printf("%s %s %s %s%s%s", reconcile_what_name(difference->what), day,
	       movement_kind_name(movement->kind),
	       movement->object[0] ? movement->object : "-",
	       movement->parent[0] ? " of " : "", movement->parent);
	amounts_print(difference);
	if (difference->inbox_id)
		printf(" M%" PRId64, difference->inbox_id);
	if (difference->position)
		printf(" entry %" PRIu64, difference->position);
	printf("%s%s\n    %s\n", difference->reason[0] ? ": " : "", difference->reason,
	       reconcile_what_remedy(difference->what));
}

static void account_print(const struct account *account)
{
	const struct reconciliation *result = &account->result;
	char from[DATE_TEXT_BYTES], until[DATE_TEXT_BYTES];

	date_format(result->from, from);
	date_format(result->until, until);
	for (size_t i = 0; i < result->count; i++)
		difference_print(&result->item[i]);
	printf("%s (%s) %s to %s: %zu listed, %zu agree, %zu differences",
	       account->desk->endpoint.name, account->desk->endpoint.adapter->name, from,
	       until, result->listed, result->agreed, result->count);
	if (result->unknown)
		printf(", %zu rows of other types", result->unknown);
	if (account->stored)
		printf(", %zu put into the inbox", account->stored);
	printf("\n");
}

/* ---- JSON ---- */

static void difference_put(struct json_writer *writer,
			   const struct reconcile_difference *difference)
{
	const struct movement *movement = &difference->movement;
	bool is_here = difference->inbox_id != 0;
	char day[DATE_TEXT_BYTES];

	date_format(movement->date, day);
	json_put_object(writer, NULL);
	json_put_text(writer, "what", reconcile_what_name(difference->what));
	json_put_text(writer, "kind", movement_kind_name(movement->kind));
	json_put_text(writer, "object", movement->object);
	if (movement->parent[0])
		json_put_text(writer, "parent", movement->parent);
	json_put_text(writer, "date", day);
	if (difference->what != RECONCILE_NOT_LISTED &&
	    difference->what != RECONCILE_UNUSABLE)
		json_put_integer(writer, "there", cents_value(movement->amount));
	if (is_here) {
		json_put_integer(writer, "here", cents_value(difference->ours));
		json_put_integer(writer, "movement", difference->inbox_id);
	}
	if (difference->position)
		json_put_integer(writer, "entry", (int64_t)difference->position);
	if (difference->reason[0])
		json_put_text(writer, "reason", difference->reason);
	json_put_text(writer, "remedy", reconcile_what_remedy(difference->what));
	json_put_end(writer);
}

static void account_put(struct json_writer *writer, const struct account *account)
{
	const struct reconciliation *result = &account->result;
	char from[DATE_TEXT_BYTES], until[DATE_TEXT_BYTES];

	date_format(result->from, from);
	date_format(result->until, until);
	json_put_object(writer, NULL);
	json_put_text(writer, "hook", account->desk->endpoint.name);
	json_put_text(writer, "provider", account->desk->endpoint.adapter->name);
	json_put_text(writer, "from", from);
	json_put_text(writer, "to", until);
	json_put_integer(writer, "listed", (int64_t)result->listed);
	json_put_integer(writer, "agree", (int64_t)result->agreed);
	json_put_integer(writer, "other_types", (int64_t)result->unknown);
	json_put_integer(writer, "stored", (int64_t)account->stored);
	json_put_array(writer, "differences");
	for (size_t i = 0; i < result->count; i++)
		difference_put(writer, &result->item[i]);
	json_put_end(writer);
	json_put_end(writer);
}

static enum err report_json(const struct account *accounts, size_t count,
			    struct fault *fault)
{
	struct json_writer writer;
	struct buffer out;
	enum err err;

	buffer_init(&out, REPORT_BYTES_MAX);
	json_writer_init(&writer, &out);
	json_put_array(&writer, NULL);
	for (size_t i = 0; i < count; i++)
		account_put(&writer, &accounts[i]);
	json_put_end(&writer);
	(void)json_writer_finish(&writer); /* the buffer is looked at */
	err = buffer_check(&out, "the report", fault);
	if (!err)
		printf("%.*s\n", (int)out.n, (const char *)out.p);
	buffer_release(&out);
	return err;
}

/* ---- the days ---- */

static enum err days_read(const struct wish *wish, struct reconcile *reconcile,
			  struct fault *fault)
{
	enum err err = date_paris((int64_t)time(NULL), &reconcile->today);

	if (err)
		return fault_set(fault, ERR_IO,
				 "the machine's clock shows no day of ours");
	if (wish->to)
		err = date_parse(wish->to, &reconcile->until);
	else
		err = date_add_days(reconcile->today, -1, &reconcile->until);
	if (!err && wish->from)
		err = date_parse(wish->from, &reconcile->from);
	else if (!err)
		err = date_add_days(reconcile->until, 1 - RECONCILE_DAYS,
				    &reconcile->from);
	return err ? fault_set(fault, ERR_USAGE,
			       "--from and --to are days, written as 2027-01-31")
		   : ERR_OK;
}

/* ---- the command ---- */

static enum err account_make(struct reconcile *reconcile, const struct wish *wish,
			     struct account *account, struct fault *fault)
{
	enum err err;

	reconcile->desk = account->desk;
	err = reconcile_run(reconcile, &account->result, fault);
	if (!err && wish->store)
		err = reconcile_store(reconcile, &account->result, (int64_t)time(NULL),
				      &account->stored, fault);
	return err;
}

/* Without --hook, those that can be listed. */
static size_t accounts_choose(const struct hook_set *hooks, const struct wish *wish,
			      struct account accounts[CONFIG_HOOKS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < hook_set_count(hooks); i++) {
		const struct hook_desk *desk = hook_set_desk(hooks, i);
		bool is_named =
			wish->hook && strcmp(wish->hook, desk->endpoint.name) == 0;

		if (is_named || (!wish->hook && desk->endpoint.adapter->list_path))
			accounts[count++] = (struct account){ .desk = desk };
	}
	return count;
}

static enum err all_run(struct reconcile *reconcile, const struct wish *wish,
			const struct hook_set *hooks, size_t *ret_differences,
			struct fault *fault)
{
	struct account accounts[CONFIG_HOOKS_MAX];
	size_t count = accounts_choose(hooks, wish, accounts);
	bool is_json = wish->format && strcmp(wish->format, "json") == 0;
	enum err err = ERR_OK;

	*ret_differences = 0;
	if (count == 0)
		return fault_set(fault, ERR_USAGE,
				 wish->hook ? "no hook of that name is configured"
					    : "no hook is configured that has a list");
	for (size_t i = 0; !err && i < count; i++) {
		err = account_make(reconcile, wish, &accounts[i], fault);
		*ret_differences += accounts[i].result.count;
		if (!err && !is_json)
			account_print(&accounts[i]);
	}
	if (!err && is_json)
		err = report_json(accounts, count, fault);
	for (size_t i = 0; i < count; i++)
		reconciliation_release(&accounts[i].result);
	return err;
}

static enum err wish_run(const struct wish *wish, size_t *ret_differences,
			 struct fault *fault)
{
	struct reconcile reconcile = { .inbox = NULL };
	struct config config;
	struct hook_set *hooks = NULL;
	enum err err = days_read(wish, &reconcile, fault);

	if (!err)
		err = config_read(wish->config, &config, fault);
	if (!err)
		err = hook_set_load(&config, &hooks, fault);
	if (!err)
		err = ledger_open(wish->dir, LEDGER_READ, &reconcile.ledger, fault);
	if (!err && wish->store)
		err = inbox_open(wish->dir, &reconcile.inbox, fault);
	else if (!err) {
		struct fault none = { .err = ERR_OK };

		err = inbox_open_existing(wish->dir, &reconcile.inbox, &none);
		if (err == ERR_NOT_FOUND)
			err = ERR_OK; /* nothing was ever told */
		else if (err)
			*fault = none;
	}
	if (!err)
		err = all_run(&reconcile, wish, hooks, ret_differences, fault);
	inbox_close(reconcile.inbox);
	ledger_close(reconcile.ledger);
	hook_set_unref(hooks);
	return err;
}

/* False: getopt has said why. */
static bool wish_read(int argc, char **argv, struct wish *wish)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "hook", required_argument, NULL, 'h' },
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ "format", required_argument, NULL, 'o' },
		{ "store", no_argument, NULL, 's' },
		{ 0 },
	};
	const char **places[] = { &wish->config, &wish->hook, &wish->from, &wish->to,
				  &wish->format };
	int option, index = 0;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (option == '?')
			return false;
		if (option == 's')
			wish->store = true;
		else
			*places[index] = optarg;
	}
	wish->dir = argc - optind == 1 ? argv[optind] : NULL;
	return true;
}

int cmd_reconcile(int argc, char **argv)
{
	struct wish wish = { .dir = NULL };
	struct fault fault = { .err = ERR_OK };
	size_t differences = 0;

	if (!wish_read(argc, argv, &wish))
		return CLI_TROUBLE;
	if (!wish.dir || !wish.config ||
	    (wish.format && strcmp(wish.format, "text") != 0 &&
	     strcmp(wish.format, "json") != 0))
		return command_usage("reconcile");
	if (wish_run(&wish, &differences, &fault) != ERR_OK) {
		(void)cli_fail(COMMAND_PROGRAM, &fault);
		return CLI_TROUBLE; /* what could not be found out is no difference */
	}
	return cli_finish(COMMAND_PROGRAM, differences ? CLI_REFUSED : CLI_DONE);
}
