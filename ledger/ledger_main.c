/*
 * ledger_main.c - arrondi-ledger: the operator's program for one ledger.
 */
#include "keys/cli.h"
#include "keys/version.h"
#include "ledger/cmd.h"

static int help(void)
{
	puts("usage: " CMD_PROGRAM " COMMAND DIR ...\n"
	     "The ledger of a citizen foundation, in the folder DIR.\n");
	for (size_t i = 0; i < command_count; i++)
		printf("  %s %s\n        %s\n", commands[i].name, commands[i].words,
		       commands[i].does);
	puts("\n  --help, --version\n\n"
	     "Exit status: 0 done, 1 refused, 2 usage or I/O.");
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return cli_usage(CMD_PROGRAM, "name a command");
	if (strcmp(argv[1], "--help") == 0)
		return help();
	if (strcmp(argv[1], "--version") == 0) {
		puts(CMD_PROGRAM " " ARRONDI_VERSION);
		return cli_finish(CMD_PROGRAM, CLI_DONE);
	}
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, argv[1]) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return cmd_usage(argv[1]);
}
