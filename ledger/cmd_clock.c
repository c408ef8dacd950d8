/*
 * cmd_clock.c - the command clock: how far the machine's clock is from the log, and the
 * operator's word that it is right all the same.
 */
#include <getopt.h>
#include <inttypes.h>

#include "keys/cli.h"
#include "ledger/cmd.h"

static int print_clock(const char *dir)
{
	int64_t now = time(NULL), last_at;
	char today[DATE_TEXT_BYTES] = "none", last_day[DATE_TEXT_BYTES] = "none";
	struct ledger *ledger;
	struct fault fault;
	struct date day;
	int status;
	enum err err;

	ledger = cmd_open(dir, LEDGER_READ, &status);
	if (!ledger)
		return status;
	err = ledger_last_at(ledger, &last_at, &fault);
	if (err) {
		ledger_close(ledger);
		return cli_fail(CMD_PROGRAM, &fault);
	}
	if (date_paris(now, &day) == ERR_OK)
		date_format(day, today);
	if (date_paris(last_at, &day) == ERR_OK)
		date_format(day, last_day);
	printf("the clock shows %s; the last entry was recorded on %s, %" PRId64
	       " s before\n",
	       today, last_day, now - last_at);
	err = ledger_clock_check(ledger, &fault);
	ledger_close(ledger);
	return err ? cli_fail(CMD_PROGRAM, &fault) : cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_clock(int argc, char **argv)
{
	static const struct option options[] = { { "is-right", no_argument, NULL, 'r' },
						 { 0 } };
	bool is_right = false;
	struct fault fault;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'r')
			return CLI_TROUBLE;
		is_right = true;
	}
	if (argc - optind != 1)
		return cmd_usage("clock");
	if (is_right && ledger_clock_say_right(argv[optind], &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	return print_clock(argv[optind]);
}
