/*
 * cmd_restore.c - commands for bad days: restore, its rehearsal, and doctor.
 */
#include <getopt.h>
#include <inttypes.h>
#include <time.h>

#include "keys/cli.h"
#include "keys/encoding.h"
#include "keys/note.h"
#include "ledger/cmd.h"
#include "ledger/doctor.h"
#include "ledger/ledger_restore.h"

/* "3 days", "5 hours", "12 minutes". */
static void print_age(int64_t seconds)
{
	if (seconds >= 2 * 86400)
		printf("%" PRId64 " days", seconds / 86400);
	else if (seconds >= 2 * 3600)
		printf("%" PRId64 " hours", seconds / 3600);
	else
		printf("%" PRId64 " minutes", seconds / 60);
}

static int rehearse(const char *file, const char *live_dir)
{
	char root[HASH_BASE64_CHARS + 1];
	struct rehearsal rehearsal;
	struct fault fault;

	if (ledger_rehearse(file, live_dir, &rehearsal, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	base64_encode(rehearsal.root.b, HASH_BYTES, root);
	printf("restorable: %" PRIu64 " entries, root %s\n", rehearsal.size, root);
	puts("replayed: all that is derived from the log agrees with it, and the log's "
	     "key has signed it");
	fputs("its last entry is ", stdout);
	print_age(time(NULL) - rehearsal.last_at);
	puts(" old");
	if (live_dir) {
		printf("behind '%s' by %" PRIu64 " entries, ", live_dir,
		       rehearsal.live_size - rehearsal.size);
		print_age(rehearsal.live_last_at - rehearsal.last_at);
		putchar('\n');
	}
	puts("nothing was left behind");
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

static int make_head(const char *dir, const char *newest)
{
	struct buffer note;
	struct fault fault;
	enum err err;

	buffer_init(&note, NOTE_BYTES_MAX);
	err = cli_read_file(newest, NOTE_BYTES_MAX, &note, &fault);
	if (!err)
		err = ledger_restore_head(dir, buffer_slice(&note), &fault);
	buffer_release(&note);
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	puts("it holds all that the checkpoint does: it may sign again");
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

static int restore(const char *file, const char *dir)
{
	struct fault fault;

	if (ledger_restore(file, dir, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	printf("restored into '%s': it can be read.\n"
	       "Before it signs anything: put log.key there (mode 0600), then\n"
	       "  arrondi-ledger restore %s --newest CHECKPOINT\n"
	       "with the newest checkpoint that anybody holds (companies and auditors "
	       "keep "
	       "them)\n",
	       dir, dir);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_restore(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rehearse", no_argument, NULL, 'r' },
		{ "compare", required_argument, NULL, 'c' },
		{ "newest", required_argument, NULL, 'n' },
		{ 0 }
	};
	const char *live_dir = NULL, *newest = NULL;
	bool is_rehearsal = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			is_rehearsal = true;
		else if (option == 'c')
			live_dir = optarg;
		else if (option == 'n')
			newest = optarg;
		else
			return CLI_TROUBLE;
	}
	if (is_rehearsal && !newest && argc - optind == 1)
		return rehearse(argv[optind], live_dir);
	if (!is_rehearsal && !live_dir && newest && argc - optind == 1)
		return make_head(argv[optind], newest);
	if (!is_rehearsal && !live_dir && !newest && argc - optind == 2)
		return restore(argv[optind], argv[optind + 1]);
	return cmd_usage("restore");
}

static void print_finding(void *ctx, const struct doctor_finding *finding)
{
	(void)ctx;
	printf("%s: %s\n", finding->check, finding->text);
}

int cmd_doctor(int argc, char **argv)
{
	struct fault fault;
	size_t count = 0;

	if (argc != 2)
		return cmd_usage("doctor");
	if (doctor_look(argv[1], print_finding, NULL, &count, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	if (!count)
		puts("healthy: files, key, head, signature, projections, time, space");
	return cli_finish(CMD_PROGRAM, count ? CLI_REFUSED : CLI_DONE);
}
