/*
 * cmd_show.c - commands that look: show and proof.
 */
#include <getopt.h>
#include <inttypes.h>

#include "keys/cli.h"
#include "ledger/books_query.h"
#include "ledger/cmd.h"

static void print_amount(const char *label, struct cents amount)
{
	char text[CENTS_TEXT_BYTES];

	cents_format(amount, '.', text);
	printf("  %s %s", label, text);
}

static enum err print_balances(struct ledger *ledger, struct fault *fault)
{
	struct sub_balance_view *subs = NULL;
	struct books *books;
	size_t count = 0;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	err = query_sub_balances(books, &subs, &count, fault);
	ledger_books_done(ledger);
	for (size_t i = 0; i < count; i++) {
		printf("%s, earmark %s:", subs[i].fund, subs[i].earmark);
		print_amount("pledged", subs[i].pledged);
		print_amount("received", subs[i].received);
		print_amount("committed", subs[i].committed);
		print_amount("paid", subs[i].paid);
		print_amount("available", subs[i].available);
		if (!cents_is_zero(subs[i].overdrawn))
			print_amount("OVERDRAWN", subs[i].overdrawn);
		putchar('\n');
	}
	free(subs);
	return err;
}

static enum err show_ledger(struct ledger *ledger, struct fault *fault)
{
	struct buffer checkpoint;
	enum err err;

	buffer_init(&checkpoint, NOTE_BYTES_MAX);
	err = ledger_checkpoint(ledger, &checkpoint, fault);
	if (!err) {
		puts(buffer_text(&checkpoint));
		err = print_balances(ledger, fault);
	}
	buffer_release(&checkpoint);
	return err;
}

static enum err show_entry(struct ledger *ledger, uint64_t position, struct fault *fault)
{
	struct buffer entry;
	enum err err;

	buffer_init(&entry, ENTRY_BYTES_MAX);
	err = ledger_entry(ledger, position, &entry, fault);
	if (!err)
		puts(buffer_text(&entry));
	buffer_release(&entry);
	return err;
}

int cmd_show(int argc, char **argv)
{
	struct ledger *ledger;
	uint64_t position = 0;
	struct fault fault;
	enum err err;
	int status;

	if (argc != 2 && argc != 3)
		return cmd_usage("show");
	if (argc == 3 && !cmd_position(argv[2], &position))
		return CLI_TROUBLE;
	ledger = cmd_open(argv[1], LEDGER_READ, &status);
	if (!ledger)
		return status;
	err = argc == 3 ? show_entry(ledger, position, &fault)
			: show_ledger(ledger, &fault);
	ledger_close(ledger);
	return err ? cli_fail(CMD_PROGRAM, &fault) : cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_proof(int argc, char **argv)
{
	static const struct option options[] = { { "row", required_argument, NULL, 'r' },
						 { 0 } };
	const char *tag = NULL;
	struct ledger *ledger;
	struct buffer proof;
	struct fault fault;
	uint64_t position;
	int option, status;
	enum err err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'r')
			return CLI_TROUBLE;
		tag = optarg;
	}
	if (argc - optind != 2)
		return cmd_usage("proof");
	if (!cmd_position(argv[optind + 1], &position))
		return CLI_TROUBLE;
	ledger = cmd_open(argv[optind], LEDGER_READ, &status);
	if (!ledger)
		return status;
	buffer_init(&proof, NOTE_BYTES_MAX);
	err = tag ? ledger_row_proof(ledger, position, slice_of_text(tag), &proof, &fault)
		  : ledger_proof(ledger, position, &proof, &fault);
	if (!err)
		fputs(buffer_text(&proof), stdout);
	buffer_release(&proof);
	ledger_close(ledger);
	return err ? cli_fail(CMD_PROGRAM, &fault) : cli_finish(CMD_PROGRAM, CLI_DONE);
}
