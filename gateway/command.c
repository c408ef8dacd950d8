/*
 * command.c - what arrondi-gateway does beside serving: the table.
 */
#include "gateway/command.h"

#include <stdio.h>
#include <string.h>

#include "keys/cli.h"
#include "keys/encoding.h"

static const struct command commands[] = {
	{ "bank",
	  "DIR import FILE [--by MEMBER] [--payers FILE] [--details CAMT.054]\n"
	  "       DIR orders --out FILE --payees FILE --passphrase-file F [--account "
	  "ID]\n"
	  "              [--bic BIC] [--on DAY] [--by MEMBER]",
	  "records a bank file (camt.053, OFX, CFONB 120) and explains its lines: what "
	  "a\n"
	  "      reference, a payment or a payer's account (--payers: IBAN MEMBER) "
	  "tells;\n"
	  "      or writes the payments that are due as pain.001.001.09, each once for "
	  "ever",
	  cmd_bank },
	{ "beneficiary", "FILE add|list|remove PAYEE --passphrase-file F",
	  "who is paid, and where to: names and IBANs, outside the log. add reads lines\n"
	  "      IBAN;NAME or IBAN;NAME;BIC from standard input and prints their digests",
	  cmd_beneficiary },
	{ "inbox",
	  "DIR list [parked] | show NUMBER [--body] | replay NUMBER | park NUMBER",
	  "deliveries of payment providers (D1, D2, ...) and what they tell (M1, M2, "
	  "...):\n"
	  "      what waits, why, and again",
	  cmd_inbox },
	{ "reconcile",
	  "DIR --config FILE [--hook NAME] [--from DAY] [--to DAY]\n"
	  "              [--format text|json] [--store]",
	  "lists what providers say has moved (the last 14 days up to yesterday) and "
	  "tells\n"
	  "      what lacks here, what lacks there, and what to do; ends with 1 where "
	  "there\n"
	  "      are differences, 2 where it cannot be found out. --store has booked "
	  "what\n"
	  "      lacks here",
	  cmd_reconcile },
	{ "outbox",
	  "DIR list [waiting|failed|delivered] | show NUMBER [--body] | replay NUMBER |\n"
	  "       enable NAME | disable NAME",
	  "what members are told (N1, N2, ...), whether they have heard it, and again;\n"
	  "      an endpoint that has answered 410 is disabled until it is enabled",
	  cmd_outbox },
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

void command_print_all(void)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		printf("  %s %s\n      %s\n", commands[i].name, commands[i].words,
		       commands[i].does);
}

int command_usage(const char *name)
{
	const struct command *command = command_find(name);

	return cli_usage(COMMAND_PROGRAM, "usage: " COMMAND_PROGRAM " %s %s", name,
			 command ? command->words : "");
}

static const struct command_verb *verb_find(const struct command_verb *verbs,
					    const char *name)
{
	for (; verbs->name; verbs++)
		if (strcmp(verbs->name, name) == 0)
			return verbs;
	return NULL;
}

int command_box_run(const struct command_box *command, int argc, char **argv)
{
	const struct command_verb *verb =
		argc >= 3 ? verb_find(command->verbs, argv[2]) : NULL;
	struct fault fault = { .err = ERR_OK };
	void *box = NULL;
	enum err err;

	if (!verb)
		return command_usage(command->name);
	err = command->open(argv[1], &box, &fault);
	if (!err)
		err = verb->run(box, argc - 3, argv + 3, &fault);
	command->close(box);
	if (err == ERR_USAGE && !fault.err)
		return command_usage(command->name);
	return err ? cli_fail(COMMAND_PROGRAM, &fault)
		   : cli_finish(COMMAND_PROGRAM, CLI_DONE);
}

bool command_number(const char *text, const char *letters, char *ret_letter,
		    int64_t *ret_id)
{
	uint64_t id;

	if (!text[0] || !strchr(letters, text[0]) ||
	    decimal_parse(text + 1, strlen(text + 1), &id) != ERR_OK || id > INT64_MAX)
		return false;
	*ret_letter = text[0];
	*ret_id = (int64_t)id;
	return true;
}
