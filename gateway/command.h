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
#include <stdint.h>

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

/* What follows a command's folder: "list", "show"... */
struct command_verb {
	const char *name;
	/* box: what the command's open() gave. ERR_USAGE without a fault: the usage. */
	enum err (*run)(void *box, int argc, char **argv, struct fault *fault);
};

/* A command NAME DIR VERB ...: finds the verb, opens, runs, closes. */
struct command_box {
	const char *name;
	enum err (*open)(const char *dir, void **ret_box, struct fault *fault);
	void (*close)(void *box);         /* takes NULL */
	const struct command_verb *verbs; /* ended by a name of NULL */
};
int command_box_run(const struct command_box *command, int argc, char **argv);

/* A message's number in a list, "N12": its letter is one of these. */
bool command_number(const char *text, const char *letters, char *ret_letter,
		    int64_t *ret_id);

int cmd_bank(int argc, char **argv);
int cmd_beneficiary(int argc, char **argv);
int cmd_inbox(int argc, char **argv);
int cmd_reconcile(int argc, char **argv);
int cmd_outbox(int argc, char **argv);

#endif
