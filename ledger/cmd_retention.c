/*
 * cmd_retention.c - rows after the legal retention: listed, and deleted.
 */
#include <getopt.h>
#include <inttypes.h>
#include <time.h>

#include "keys/cli.h"
#include "ledger/cmd.h"

struct sums {
	uint64_t count;
	int64_t bytes;
};

static enum err print_rows(void *ctx, const struct retained *rows, struct fault *fault)
{
	char recorded_on[DATE_TEXT_BYTES], until[DATE_TEXT_BYTES];
	struct sums *sums = ctx;

	(void)fault;
	date_format(rows->recorded_on, recorded_on);
	date_format(rows->until, until);
	printf("rows %" PRIu64 ": recorded on %s, kept until %s, %" PRId64 " bytes\n",
	       rows->position, recorded_on, until, rows->bytes);
	sums->count++;
	sums->bytes += rows->bytes;
	return ERR_OK;
}

static int list_rows(struct ledger *ledger, struct date as_of)
{
	struct sums sums = { .count = 0 };
	struct fault fault;

	if (ledger_retention_each(ledger, as_of, print_rows, &sums, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	printf("%" PRIu64 " batches and corrections, %" PRId64
	       " bytes: past %d years after the end of their fiscal year\n",
	       sums.count, sums.bytes, LEDGER_RETENTION_YEARS);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

static int delete_rows(struct ledger *ledger, struct date today)
{
	struct fault fault;
	uint64_t count = 0;

	/* What is deleted does not come back when the clock does. */
	if (ledger_clock_check(ledger, &fault) != ERR_OK ||
	    ledger_retention_delete(ledger, today, &count, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	printf("rows of %" PRIu64
	       " batches and corrections deleted; the log verifies at their totals\n",
	       count);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_retention(int argc, char **argv)
{
	static const struct option options[] = { { "as-of", required_argument, NULL,
						   'a' },
						 { "delete", no_argument, NULL, 'd' },
						 { 0 } };
	const char *as_of_text = NULL;
	bool is_deletion = false;
	struct ledger *ledger;
	struct date as_of;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'a')
			as_of_text = optarg;
		else if (option == 'd')
			is_deletion = true;
		else
			return CLI_TROUBLE;
	}
	if (argc - optind != 1 || (is_deletion && as_of_text))
		return cmd_usage("retention");
	if (as_of_text ? date_parse(as_of_text, &as_of) : date_paris(time(NULL), &as_of))
		return cli_usage(CMD_PROGRAM, "--as-of takes a day, YYYY-MM-DD");
	ledger =
		cmd_open(argv[optind], is_deletion ? LEDGER_WRITE : LEDGER_READ, &status);
	if (!ledger)
		return status;
	status = is_deletion ? delete_rows(ledger, as_of) : list_rows(ledger, as_of);
	ledger_close(ledger);
	return status;
}
