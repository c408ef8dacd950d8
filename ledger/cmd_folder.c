/*
 * cmd_folder.c - commands about the ledger as a whole: init, export, check,
 * rebuild, backup.
 */
#include <getopt.h>
#include <inttypes.h>

#include "keys/cli.h"
#include "ledger/cmd.h"
#include "ledger/intake.h"

static int print_identity(struct ledger *ledger, const char *dir)
{
	struct buffer vkey;
	struct fault fault;
	uint64_t size;
	enum err err;

	buffer_init(&vkey, NOTE_BYTES_MAX);
	err = ledger_vkey(ledger, &vkey, &fault);
	if (!err)
		err = ledger_size(ledger, &size, &fault);
	if (!err)
		printf("ledger %s: %" PRIu64 " entry\n%s\n", dir, size,
		       buffer_text(&vkey));
	buffer_release(&vkey);
	return err ? cli_fail(CMD_PROGRAM, &fault) : cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_init(int argc, char **argv)
{
	static const struct option options[] = {
		{ "charter", required_argument, NULL, 'c' }, { 0 }
	};
	const char *charter = NULL;
	struct ledger *ledger = NULL;
	struct buffer bytes;
	struct fault fault;
	int option, status;
	enum err err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'c')
			return CLI_TROUBLE;
		charter = optarg;
	}
	if (argc - optind != 1 || !charter)
		return cmd_usage("init");
	buffer_init(&bytes, INTAKE_BYTES_MAX);
	err = cli_read_file(charter, INTAKE_BYTES_MAX, &bytes, &fault);
	if (!err)
		err = ledger_init(argv[optind], buffer_slice(&bytes), &ledger, &fault);
	status = err ? cli_fail(CMD_PROGRAM, &fault)
		     : print_identity(ledger, argv[optind]);
	ledger_close(ledger);
	buffer_release(&bytes);
	return status;
}

static int finish(struct ledger *ledger, enum err err, const struct fault *fault,
		  const char *done)
{
	ledger_close(ledger);
	if (err)
		return cli_fail(CMD_PROGRAM, fault);
	puts(done);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_export(int argc, char **argv)
{
	struct ledger *ledger;
	struct fault fault;
	int status;

	if (argc != 3)
		return cmd_usage("export");
	ledger = cmd_open(argv[1], LEDGER_READ, &status);
	if (!ledger)
		return status;
	return finish(ledger, ledger_export(ledger, argv[2], &fault), &fault, "exported");
}

int cmd_check(int argc, char **argv)
{
	struct ledger *ledger;
	struct fault fault;
	int status;

	if (argc != 2)
		return cmd_usage("check");
	ledger = cmd_open(argv[1], LEDGER_READ, &status);
	if (!ledger)
		return status;
	return finish(ledger, ledger_check(ledger, &fault), &fault,
		      "checked: all that is derived from the log agrees with it");
}

int cmd_rebuild(int argc, char **argv)
{
	struct ledger *ledger;
	struct fault fault;
	int status;

	if (argc != 2)
		return cmd_usage("rebuild");
	ledger = cmd_open(argv[1], LEDGER_WRITE, &status);
	if (!ledger)
		return status;
	return finish(ledger, ledger_rebuild(ledger, &fault), &fault, "rebuilt");
}

int cmd_backup(int argc, char **argv)
{
	struct ledger *ledger;
	struct fault fault;
	int status;

	if (argc != 3)
		return cmd_usage("backup");
	ledger = cmd_open(argv[1], LEDGER_READ, &status);
	if (!ledger)
		return status;
	return finish(ledger, ledger_backup(ledger, argv[2], &fault), &fault,
		      "backed up");
}
