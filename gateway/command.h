/*
 * command.h - what arrondi-gateway does beside serving: one command, then it ends.
 *
 * A command is a row of the table in command.c and a file of its own, cmd_NAME.c. Each
 * gets the words from its name on and returns the exit status of keys/cli.h.
 */
#ifndef ARRONDI_GATEWAY_COMMAND_H
#define ARRONDI_GATEWAY_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/fault.h"
#include "keys/keyfile.h"

#define COMMAND_PROGRAM "arrondi-gateway"

struct command {
	const char *name;
	const char *words; /* what follows the name */
	const char *does;
	int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};

/* NULL: there is none of that name, so it is a ledger's folder. */
const struct command *command_find(const char *name);

/* Prints each command's usage, for --help. */
void command_print_all(void);

/* Prints one's usage as an error; returns CLI_TROUBLE. */
int command_usage(const char *name);

/* The exit status of a command that has ended with err: its fault is printed, or, for an
 * ERR_USAGE without one, its usage. */
int command_end(const char *name, enum err err, const struct fault *fault);

int cmd_bank(int argc, char **argv);
int cmd_beneficiary(int argc, char **argv);
int cmd_inbox(int argc, char **argv);
int cmd_reconcile(int argc, char **argv);
int cmd_outbox(int argc, char **argv);

#endif
