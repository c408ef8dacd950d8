/*
 * command_receipts.c - arrondi-report receipts: a year's tax receipts into a folder.
 */
#include "reports/command.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/cli.h"
#include "keys/encoding.h"
#include "reports/tax_receipt_folder.h"

#define BAR_CHARS 40
#define USAGE                                                                            \
	"usage: " REPORT_PROGRAM " receipts DIR --year Y --out FOLDER [--format F] "     \
	"[--vault-key FILE]"

static void progress_print(void *ctx, size_t done, size_t all)
{
	char bar[BAR_CHARS + 1];
	size_t full = all ? done * BAR_CHARS / all : BAR_CHARS;

	(void)ctx;
	memset(bar, ' ', BAR_CHARS);
	memset(bar, '#', full < BAR_CHARS ? full : BAR_CHARS);
	bar[BAR_CHARS] = '\0';
	fprintf(stderr, "\r[%s] %zu of %zu receipts%s", bar, done, all,
		done == all ? "\n" : "");
}

/* What a receipt is handed out as, where this program can write it. */
static enum format format_default(void)
{
	enum format format;

	return format_parse("pdf", &format) == ERR_OK ? format : FORMAT_TEXT;
}

static int run(const struct tax_receipt_order *order)
{
	struct tax_receipts_drawn drawn = { 0 };
	struct fault fault;

	if (tax_receipts_draw(order, &drawn, &fault) != ERR_OK)
		return cli_fail(REPORT_PROGRAM, &fault);
	printf("%zu receipts drawn into '%s'", drawn.count, order->out);
	if (drawn.voided)
		printf("; %zu void ones are not", drawn.voided);
	putchar('\n');
	return cli_finish(REPORT_PROGRAM, CLI_DONE);
}

int command_receipts(int argc, char **argv)
{
	static const struct option options[] = {
		{ "year", required_argument, NULL, 'y' },
		{ "out", required_argument, NULL, 'o' },
		{ "format", required_argument, NULL, 'f' },
		{ "vault-key", required_argument, NULL, 'k' },
		{ 0 },
	};
	struct tax_receipt_order order = { .format = format_default() };
	uint64_t year = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'o')
			order.out = optarg;
		else if (option == 'k')
			order.key_file = optarg;
		else if (option == 'y' && decimal_parse(optarg, strlen(optarg), &year))
			return cli_usage(REPORT_PROGRAM, "--year takes a year, YYYY");
		else if (option == 'f' && (format_parse(optarg, &order.format) ||
					   format_form(order.format) != FORM_DOCUMENT))
			return cli_usage(REPORT_PROGRAM,
					 "'%s' is not a format of a receipt", optarg);
		else if (option == '?')
			return CLI_TROUBLE;
	}
	if (argc - optind != 1 || !year || !order.out)
		return cli_usage(REPORT_PROGRAM, USAGE);
	order.dir = argv[optind];
	order.year = (int64_t)year;
	if (isatty(STDERR_FILENO))
		order.progress = progress_print;
	return run(&order);
}
