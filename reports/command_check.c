/*
 * command_check.c - arrondi-report check: whether a receipt or a published report is what
 * a ledger or an export says.
 */
#include "reports/command.h"

#include <stdio.h>

#include "keys/cli.h"
#include "ledger/published.h"
#include "reports/check.h"

#define SAID_BYTES_MAX 4096

int command_check(int argc, char **argv)
{
	struct buffer bytes, said;
	struct fault fault;
	enum err err;

	if (argc != 3 || argv[1][0] == '-' || argv[2][0] == '-')
		return cli_usage(REPORT_PROGRAM,
				 "usage: " REPORT_PROGRAM " check FILE SOURCE");
	buffer_init(&bytes, PUBLISHED_BYTES_MAX);
	buffer_init(&said, SAID_BYTES_MAX);
	err = cli_read_file(argv[1], PUBLISHED_BYTES_MAX, &bytes, &fault);
	if (!err)
		err = check_bytes(buffer_slice(&bytes), argv[2], &said, &fault);
	if (!err)
		(void)fwrite(said.p, 1, said.n, stdout);
	buffer_release_secret(&bytes); /* a name may be in it */
	buffer_release(&said);
	return err ? cli_fail(REPORT_PROGRAM, &fault)
		   : cli_finish(REPORT_PROGRAM, CLI_DONE);
}
