/*
 * post_main.c - arrondi-post: a company posts its round-ups and keeps the receipt.
 *
 * It runs once a month at the end of a payroll, perhaps unattended: so its exit status
 * says all that a script needs, and what it prints says all that a clerk needs.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/limits.h"
#include "gateway/post.h"
#include "keys/cli.h"
#include "keys/version.h"

#define PROGRAM "arrondi-post"

#define BAR_CHARS 40

/* Letters inside this file; no short option is accepted. Words are 1 + their number. */
#define OPTION_CONFIG  'c'
#define OPTION_DRY_RUN 'd'
#define OPTION_HELP    'h'
#define OPTION_VERSION 'v'

static const char HELP[] =
	"usage: " PROGRAM " [OPTIONS] FILE.csv\n"
	"Posts a company's round-ups to the foundation's ledger, and verifies the "
	"answer.\n"
	"\n"
	"  --url URL                https://HOST[:PORT][/PREFIX]; http for this machine "
	"only\n"
	"  --token-file FILE        the token that the foundation gave you (chmod 600)\n"
	"  --vkey VKEY              the public key of the foundation's log\n"
	"  --state FILE             keeps the log's last checkpoint from run to run\n"
	"  --source SOURCE          salary, invoice or till\n"
	"  --period YYYY-MM         month of pay, of invoices or of tills\n"
	"  --collected-on DAY       payday, or the day invoices were paid: YYYY-MM-DD\n"
	"  --step EUROS             the rounding step: 1.00\n"
	"  --terms VERSION          of the consent that the donors gave: 2026-09\n"
	"  --reference REFERENCE    yours for this batch, once and for all: "
	"PAYE-2026-10\n"
	"  --site SITE              of the company; optional\n"
	"  --company ID             by a collector: the employer for whom it posts\n"
	"  --corrects POSITION      of the batch that FILE.csv replaces, with all its "
	"rows\n"
	"  --reason REASON          amount, credit-note, no-consent or "
	"payslip-cancelled\n"
	"  --retries N              more tries when there is no answer, 0 to 20; default "
	"5\n"
	"  --key FILE               signs what is posted with the company's key "
	"(arrondi-keys)\n"
	"  --passphrase-file FILE   of that key\n"
	"  --ca FILE                trusts these certificates (PEM) and not the "
	"machine's\n"
	"  --config FILE            takes options from FILE, as lines 'url = "
	"https://...'\n"
	"  --dry-run                has the server check all, and records nothing\n"
	"  --help, --version\n"
	"\n"
	"FILE.csv is what the payroll software exports; - is standard input. One bad "
	"row\n"
	"refuses it whole, and every bad row is named. With the same reference it can "
	"be\n"
	"posted again at any time, and is never booked twice.\n"
	"\n"
	"exit status: 0 recorded (or would be), 1 refused or verification failed, 2 "
	"usage\n"
	"or I/O\n";

/* A bar on a terminal; whole lines anywhere else. */
struct screen {
	bool is_terminal;
	bool has_bar;
};

static void bar_end(struct screen *screen)
{
	if (screen->has_bar)
		fputs("\r\033[K", stderr);
	screen->has_bar = false;
}

static void bar_show(void *ctx, uint64_t sent_bytes, uint64_t all_bytes)
{
	struct screen *screen = ctx;
	int full;

	if (!screen->is_terminal || sent_bytes > all_bytes)
		return;
	full = (int)(sent_bytes * BAR_CHARS / all_bytes);
	fprintf(stderr, "\rsending [%.*s%*s] %3d %%", full,
		"########################################", BAR_CHARS - full, "",
		(int)(sent_bytes * 100 / all_bytes));
	screen->has_bar = true;
}

static void wait_tell(void *ctx, unsigned failed, unsigned tries, int64_t delay_ms,
		      const char *why)
{
	bar_end(ctx);
	fprintf(stderr,
		"%s: %s; try %u of %u in %" PRId64 ".%" PRId64
		" s, with the same reference\n",
		PROGRAM, why, failed + 1, tries, delay_ms / 1000, delay_ms % 1000 / 100);
}

static void changes_tell(void *ctx, const struct post_receipt *tried)
{
	struct buffer text;

	bar_end(ctx);
	buffer_init(&text, POST_LIST_BYTES_MAX);
	post_changes_put(tried, &text);
	fputs(buffer_text(&text), stdout);
	fflush(stdout);
	buffer_release(&text);
}

/* ---- the command line ---- */

static bool words_take(int argc, char **argv, struct post_options *options,
		       const char **ret_config, int *ret_status)
{
	struct option table[POST_WORD__COUNT + 5] = { 0 };
	int option;

	for (int i = 0; i < POST_WORD__COUNT; i++)
		table[i] = (struct option){ post_word_name((enum post_word)i),
					    required_argument, NULL, 1 + i };
	table[POST_WORD__COUNT] =
		(struct option){ "config", required_argument, NULL, OPTION_CONFIG };
	table[POST_WORD__COUNT + 1] =
		(struct option){ "dry-run", no_argument, NULL, OPTION_DRY_RUN };
	table[POST_WORD__COUNT + 2] =
		(struct option){ "help", no_argument, NULL, OPTION_HELP };
	table[POST_WORD__COUNT + 3] =
		(struct option){ "version", no_argument, NULL, OPTION_VERSION };
	*ret_status = CLI_TROUBLE;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option >= 1 && option <= POST_WORD__COUNT) {
			options->word[option - 1] = optarg;
		} else if (option == OPTION_CONFIG) {
			*ret_config = optarg;
		} else if (option == OPTION_DRY_RUN) {
			options->is_dry_run = true;
		} else if (option == OPTION_HELP || option == OPTION_VERSION) {
			fputs(option == OPTION_HELP ? HELP
						    : PROGRAM " " ARRONDI_VERSION "\n",
			      stdout);
			*ret_status = cli_finish(PROGRAM, CLI_DONE);
			return false;
		} else {
			fprintf(stderr, "try '%s --help'\n", PROGRAM);
			return false;
		}
	}
	return true;
}

/* ---- */

static int result_print(const struct post_options *options,
			const struct post_result *result, const struct fault *fault)
{
	struct buffer text;
	int status = CLI_DONE;

	buffer_init(&text, POST_LIST_BYTES_MAX);
	fputs(buffer_text(&result->bad_rows), stderr);
	/* What was booked is told even where the answer could not be verified. */
	if (result->is_answered &&
	    (fault->err == ERR_OK || (!options->is_dry_run && result->receipt.is_booked)))
		post_summary_put(options, result, &text);
	fputs(buffer_text(&text), stdout);
	buffer_release(&text);
	if (fault->err != ERR_OK) {
		fflush(stdout);
		status = cli_fail(PROGRAM, fault);
	}
	return cli_finish(PROGRAM, status);
}

static int post(const struct post_options *options)
{
	struct screen screen = { .is_terminal = isatty(STDERR_FILENO) != 0 };
	struct post_watch watch = { .ctx = &screen,
				    .on_sent = bar_show,
				    .on_wait = wait_tell,
				    .on_changes = changes_tell };
	struct fault fault = { .err = ERR_OK };
	struct post_result result;
	struct buffer body;
	int status;

	buffer_init(&body, LIMIT_BATCH_BODY_BYTES);
	if (cli_read_file(options->file, LIMIT_BATCH_BODY_BYTES, &body, &fault) !=
	    ERR_OK) {
		buffer_release(&body);
		return cli_fail(PROGRAM, &fault);
	}
	post_result_init(&result);
	if (post_run(options, buffer_slice(&body), &watch, &result, &fault) == ERR_OK)
		fault.err = ERR_OK;
	bar_end(&screen);
	status = result_print(options, &result, &fault);
	post_result_release(&result);
	buffer_release(&body);
	return status;
}

int main(int argc, char **argv)
{
	struct post_options options;
	const char *config = NULL;
	struct fault fault;
	enum err err = ERR_OK;
	int status;

	post_options_init(&options);
	if (!words_take(argc, argv, &options, &config, &status))
		return status;
	if (argc - optind > 1)
		return cli_usage(PROGRAM, "one file at a time");
	options.file = argc > optind ? argv[optind] : NULL;
	if (config)
		err = post_options_read(&options, config, &fault);
	if (!err)
		err = post_options_check(&options, &fault);
	if (err == ERR_USAGE)
		status = cli_usage(PROGRAM, "%s", fault.text);
	else if (err)
		status = cli_fail(PROGRAM, &fault);
	else
		status = post(&options);
	post_options_release(&options);
	return status;
}
