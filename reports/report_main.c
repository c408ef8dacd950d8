/*
 * report_main.c - arrondi-report: draw a report from a ledger, or from an export.
 *
 * Which reports, formats and options there are is said by tables (report.h, formats.def,
 * options.def); the help and the command line are read off them. The whole report is
 * made in memory first: a failure leaves neither half a file nor half a page.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/cli.h"
#include "keys/file.h"
#include "keys/version.h"
#include "reports/command.h"
#include "reports/render.h"
#include "reports/report.h"

#define PROGRAM REPORT_PROGRAM

#define REPORT_FILE_MODE   0644
#define OUT_PATH_BYTES_MAX 64
#define HELP_COLUMN        16 /* where the help's right column begins */
#define HELP_COLUMNS_MAX   80

/* ---- what can be asked for ---- */

#define OPTION(NAME, name, value, help) [OPTION_##NAME] = { name, value, help },
static const struct {
	const char *name, *value, *help;
} options_of_reports[OPTION__COUNT] = {
#include "reports/options.def"
};
#undef OPTION

/* As given; NULL where not. */
struct options {
	const char *format, *lang, *out;
	const char *text[OPTION__COUNT];
	bool help;
};

/* A letter is only a name inside this file: no short option is accepted. Those of
 * options.def have their own number after the letters. */
enum letter {
	LETTER_FORMAT = 'f',
	LETTER_LANG = 'l',
	LETTER_OUT = 'o',
	LETTER_HELP = 'h',
	LETTER_FIRST = 1000
};

#define OPTION(NAME, name, value, help)                                                  \
	{ name, sizeof value > 1 ? required_argument : no_argument, NULL,                \
	  LETTER_FIRST + OPTION_##NAME },
static const struct option OPTIONS[] = {
#include "reports/options.def"
	{ "format", required_argument, NULL, LETTER_FORMAT },
	{ "lang", required_argument, NULL, LETTER_LANG },
	{ "out", required_argument, NULL, LETTER_OUT },
	{ "help", no_argument, NULL, LETTER_HELP },
	{ NULL, 0, NULL, 0 },
};
#undef OPTION

/* What is no report of a source. */
static const struct {
	const char *name, *summary;
	int (*run)(int argc, char **argv);
} COMMANDS[] = {
	{ "receipts",
	  "DIR --year Y --out FOLDER: a year's tax receipts, a file for each "
	  "(arrondi-ledger receipts issues them)",
	  command_receipts },
	{ "check",
	  "FILE SOURCE: whether a receipt's data, or a published report in JSON, is what "
	  "the log says",
	  command_check },
};

/* ---- help ---- */

static void put_help(const char *left, const char *text)
{
	size_t column = HELP_COLUMN;

	printf("  %-*s", HELP_COLUMN - 3, left);
	if (strlen(left) > HELP_COLUMN - 3)
		printf("\n%*s", HELP_COLUMN - 1, "");
	while (*text) {
		size_t bytes = strcspn(text, " ");

		if (column + 1 + bytes > HELP_COLUMNS_MAX) {
			printf("\n%*s", HELP_COLUMN - 1, "");
			column = HELP_COLUMN;
		}
		printf(" %.*s", (int)bytes, text);
		column += 1 + bytes;
		text += bytes + (text[bytes] == ' ');
	}
	putchar('\n');
}

static void put_common_help(void)
{
	put_help("--lang fr|en", "language of headings and figures (default: fr)");
	put_help("--out FILE",
		 "write FILE, whole or not at all, instead of standard output (default "
		 "on a terminal, for what is not text: REPORT.FORMAT)");
	put_help("--help", "print this and exit");
	put_help("--version", "print the version and exit");
	puts("\nexit status: 0 done, 1 refused or verification failed, 2 usage or I/O");
}

static void help_of_all(void)
{
	size_t count;
	const struct report *reports = report_list(&count);

	puts("usage: " PROGRAM " REPORT SOURCE [OPTIONS]\n"
	     "\n"
	     "SOURCE is a ledger's folder, or an export (arrondi-ledger export); both "
	     "give "
	     "the\n"
	     "same bytes.\n"
	     "\n"
	     "reports (" PROGRAM " REPORT --help tells each one's options):");
	for (size_t i = 0; i < count; i++)
		put_help(reports[i].name, reports[i].summary);
	puts("\nbesides:");
	for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
		put_help(COMMANDS[i].name, COMMANDS[i].summary);
	puts("\noptions:");
	put_help("--format F", "one of the report's formats");
	put_common_help();
}

static void help_of_report(const struct report *report)
{
	unsigned formats = report_formats(report);
	char left[64], text[256];
	size_t n = 0;

	printf("usage: " PROGRAM " %s SOURCE [OPTIONS]\n\n%s\n\noptions:\n", report->name,
	       report->summary);
	for (int format = 0; format < FORMAT__COUNT; format++)
		if (formats & 1u << format)
			n += (size_t)snprintf(
				text + n, sizeof text - n, "%s%s%s", n ? ", " : "",
				format_name((enum format)format),
				format == (int)report->format ? " (default)" : "");
	put_help("--format F", text);
	for (int option = 0; option < OPTION__COUNT; option++) {
		if (!(report->takes & 1u << option))
			continue;
		(void)snprintf(left, sizeof left, "--%s %s",
			       options_of_reports[option].name,
			       options_of_reports[option].value);
		(void)snprintf(text, sizeof text, "%s%s", options_of_reports[option].help,
			       report->needs & 1u << option ? " (needed)" : "");
		put_help(left, text);
	}
	put_common_help();
}

/* ---- the command line ---- */

static void option_store(struct options *options, int letter, const char *value)
{
	if (letter >= LETTER_FIRST)
		options->text[letter - LETTER_FIRST] = value;
	else if (letter == LETTER_FORMAT)
		options->format = value;
	else if (letter == LETTER_LANG)
		options->lang = value;
	else if (letter == LETTER_OUT)
		options->out = value;
	else if (letter == LETTER_HELP)
		options->help = true;
	else
		abort();
}

/* Options may stand before or after the source; returns an exit status. */
static int options_parse(int argc, char **argv, struct options *options)
{
	int letter, index = 0;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":", OPTIONS, &index)) != -1) {
		if (letter == ':')
			return cli_usage(PROGRAM, "'%s' needs a value", argv[optind - 1]);
		if (letter == '?')
			return cli_usage(PROGRAM, "'%s' is not an option",
					 argv[optind - 1]);
		option_store(options, letter, optarg ? optarg : "");
	}
	if (!options->help && optind != argc - 1)
		return cli_usage(PROGRAM, "one source is needed, after the report");
	return CLI_DONE;
}

static int day_parse(enum option_name option, const struct options *options,
		     bool *ret_has, struct date *ret_date)
{
	const char *text = options->text[option];

	if (!text)
		return CLI_DONE;
	if (date_parse(text, ret_date) != ERR_OK)
		return cli_usage(PROGRAM, "--%s '%s' is not a day, YYYY-MM-DD",
				 options_of_reports[option].name, text);
	*ret_has = true;
	return CLI_DONE;
}

/* Only what the report takes, and all that it needs. */
static int options_check(const struct report *report, const struct options *options)
{
	for (int option = 0; option < OPTION__COUNT; option++) {
		bool given = options->text[option] != NULL;

		if (given && !(report->takes & 1u << option))
			return cli_usage(PROGRAM, "report %s takes no --%s", report->name,
					 options_of_reports[option].name);
		if (!given && report->needs & 1u << option)
			return cli_usage(PROGRAM, "report %s needs --%s", report->name,
					 options_of_reports[option].name);
	}
	return CLI_DONE;
}

static int request_of(const struct report *report, const struct options *options,
		      struct report_request *request)
{
	struct period *period = &request->period;
	int status = options_check(report, options);

	if (status != CLI_DONE)
		return status;
	request->format = report->format;
	if (options->format &&
	    (format_parse(options->format, &request->format) != ERR_OK ||
	     !(report_formats(report) & 1u << request->format)))
		return cli_usage(PROGRAM, "'%s' is not a format of report %s",
				 options->format, report->name);
	if (options->lang && lang_parse(options->lang, &request->lang) != ERR_OK)
		return cli_usage(PROGRAM, "'%s' is not a language of ours: fr or en",
				 options->lang);
	memcpy(request->text, options->text, sizeof request->text);
	status = day_parse(OPTION_FROM, options, &period->has_from, &period->from);
	if (status == CLI_DONE)
		status = day_parse(OPTION_TO, options, &period->has_to, &period->to);
	return status;
}

/* ---- the report ---- */

/* The file that is written: --out, or in that folder the report's own name. */
static enum err out_path(const struct report *report, struct source *source,
			 const struct report_request *request, const char *out,
			 char ret_path[FILE_PATH_BYTES_MAX], struct fault *fault)
{
	char name[REPORT_NAME_BYTES] = "";
	struct stat status;
	enum err err = ERR_OK;
	int n;

	if (report->file_name && stat(out, &status) == 0 && S_ISDIR(status.st_mode))
		err = report->file_name(source, request, name, fault);
	if (err)
		return err;
	n = snprintf(ret_path, FILE_PATH_BYTES_MAX, *name ? "%s/%s" : "%s%s", out, name);
	return n < FILE_PATH_BYTES_MAX
		       ? ERR_OK
		       : fault_set(fault, ERR_USAGE, "the path of --out is too long");
}

static enum err draft_part(void *ctx, struct slice part, struct fault *fault)
{
	return file_draft_put(ctx, part, fault);
}

static enum err print_part(void *ctx, struct slice part, struct fault *fault)
{
	(void)ctx;
	(void)fault;
	/* cli_finish() looks whether all could be written. */
	(void)fwrite(part.p, 1, part.n, stdout);
	return ERR_OK;
}

static enum err spool_out(const char *path, struct spool *spool, struct fault *fault)
{
	struct file_draft draft;
	enum err err;

	if (!path)
		return spool_each(spool, print_part, NULL, fault);
	err = file_draft_open(path, &draft, fault);
	if (err)
		return err;
	err = spool_each(spool, draft_part, &draft, fault);
	if (!err)
		return file_draft_finish(&draft, REPORT_FILE_MODE, fault);
	file_draft_drop(&draft);
	return err;
}

static enum err stream_run(const struct report *report, struct source *source,
			   const struct report_request *request, const char *path,
			   struct fault *fault)
{
	struct spool spool;
	enum err err = spool_open(&spool, fault);

	if (err)
		return err;
	err = report->stream(source, request, &spool, fault);
	if (!err)
		err = spool_out(path, &spool, fault);
	spool_close(&spool);
	return err;
}

/* What no terminal should be shown goes to REPORT.FORMAT in the current folder, where
 * that is not there yet. */
static enum err out_create(const struct report *report, enum format format,
			   const struct buffer *out, struct fault *fault)
{
	char path[OUT_PATH_BYTES_MAX];
	enum err err;

	(void)snprintf(path, sizeof path, "%s.%s", report->name, format_name(format));
	err = file_create(path, buffer_slice(out), REPORT_FILE_MODE, fault);
	if (err == ERR_CONFLICT)
		return fault_set(fault, ERR_USAGE,
				 "%s is there already: name a file with --out", path);
	if (!err)
		printf("%s\n", path);
	return err;
}

static enum err out_write(const struct report *report, enum format format,
			  const char *path, const struct buffer *out, struct fault *fault)
{
	if (path)
		return file_write(path, buffer_slice(out), REPORT_FILE_MODE, fault);
	if (format_is_binary(format) && isatty(STDOUT_FILENO))
		return out_create(report, format, out, fault);
	return print_part(NULL, buffer_slice(out), fault);
}

static enum err text_run(const struct report *report, struct source *source,
			 const struct report_request *request, const char *path,
			 struct fault *fault)
{
	struct buffer out;
	enum err err;

	buffer_init(&out, REPORT_BYTES_MAX);
	err = report_write(report, source, request, &out, fault);
	if (!err)
		err = out_write(report, request->format, path, &out, fault);
	buffer_release(&out);
	return err;
}

static enum err source_run(const struct report *report, const char *from,
			   const struct report_request *request, const char *out,
			   struct fault *fault)
{
	char path[FILE_PATH_BYTES_MAX];
	struct source *source = NULL;
	enum err err = source_open(from, &source, fault);

	if (!err && out)
		err = out_path(report, source, request, out, path, fault);
	if (!err)
		err = (report_streams(report, request->format) ? stream_run : text_run)(
			report, source, request, out ? path : NULL, fault);
	source_close(source);
	return err;
}

/* Of a file that is not ours; the document may say that it is refused. */
static enum err file_run(const struct report *report, const char *from,
			 const struct report_request *request, const char *out_name,
			 bool *ret_refused, struct fault *fault)
{
	struct document doc;
	struct buffer out;
	enum err err;

	buffer_init(&out, REPORT_BYTES_MAX);
	err = report->draw_file(from, request, &doc, ret_refused, fault);
	if (!err)
		err = render(&doc, request->format, &out, fault);
	document_release(&doc);
	if (!err)
		err = out_write(report, request->format, out_name, &out, fault);
	buffer_release(&out);
	return err;
}

static int report_run(const struct report *report, const char *path,
		      const struct options *options)
{
	struct report_request request = { .lang = LANG_FR };
	struct fault fault;
	bool refused = false;
	int status = request_of(report, options, &request);
	enum err err;

	if (status != CLI_DONE)
		return status;
	err = report->draw_file
		      ? file_run(report, path, &request, options->out, &refused, &fault)
		      : source_run(report, path, &request, options->out, &fault);
	if (err)
		return cli_fail(PROGRAM, &fault);
	return refused ? CLI_REFUSED : CLI_DONE;
}

static int report_main(const struct report *report, int argc, char **argv)
{
	struct options options = { .help = false };
	int status = options_parse(argc, argv, &options);

	if (status != CLI_DONE)
		return status;
	if (!options.help)
		return report_run(report, argv[optind], &options);
	help_of_report(report);
	return CLI_DONE;
}

int main(int argc, char **argv)
{
	const struct report *report;

	if (argc < 2)
		return cli_usage(PROGRAM, "a report is missing");
	if (strcmp(argv[1], "--help") == 0) {
		help_of_all();
		return cli_finish(PROGRAM, CLI_DONE);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts(PROGRAM " " ARRONDI_VERSION);
		return cli_finish(PROGRAM, CLI_DONE);
	}
	for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
		if (strcmp(argv[1], COMMANDS[i].name) == 0)
			return COMMANDS[i].run(argc - 1, argv + 1);
	report = report_find(argv[1]);
	if (!report)
		return cli_usage(PROGRAM, "'%s' is not a report", argv[1]);
	return cli_finish(PROGRAM, report_main(report, argc - 1, argv + 1));
}
