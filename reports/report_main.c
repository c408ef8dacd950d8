/*
 * report_main.c - arrondi-report: draw a report from a ledger, or from an export.
 *
 * A report is a row of a table here: its name, the formats that it can be had in, and
 * the function that writes it. The whole report is made in memory first: a failure
 * leaves neither half a file nor half a page.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/cli.h"
#include "keys/file.h"
#include "keys/version.h"
#include "reports/allocation.h"
#include "reports/journal.h"
#include "reports/receivables.h"
#include "reports/render.h"
#include "reports/source.h"
#include "reports/statement.h"

#define PROGRAM "arrondi-report"

#define REPORT_BYTES_MAX JOURNAL_BYTES_MAX
#define REPORT_FILE_MODE 0644

static const char HELP[] =
	"usage: " PROGRAM " REPORT SOURCE [OPTIONS]\n"
	"\n"
	"SOURCE is a ledger's folder, or an export (arrondi-ledger export); both give "
	"the\n"
	"same bytes.\n"
	"\n"
	"reports:\n"
	"  allocation  where the money came from, what was decided, paid, and is late\n"
	"        --format text (default), csv or json\n"
	"        --from DATE   first day, YYYY-MM-DD (default: the beginning)\n"
	"        --to DATE     last day (default: the day of the last entry)\n"
	"  journal     every entry in double entry, for an accountant's tool, with the\n"
	"              balances that it must reach\n"
	"        --format hledger (default) or beancount\n"
	"  receivables who owes what since when, who is late, who has a credit\n"
	"        --format text (default), csv or json\n"
	"  statement   what a member promised, paid, and still owes\n"
	"        --member ID   the member, such as employer:SIREN\n"
	"        --format text (default), csv or json\n"
	"\n"
	"options:\n"
	"  --lang fr|en  language of headings and figures (default: fr)\n"
	"  --out FILE    write FILE, whole or not at all, instead of standard output\n"
	"  --help        print this and exit\n"
	"  --version     print the version and exit\n"
	"\n"
	"exit status: 0 done, 1 refused or verification failed, 2 usage or I/O\n";

enum format {
	FORMAT_TEXT,
	FORMAT_CSV,
	FORMAT_JSON,
	FORMAT_HLEDGER,
	FORMAT_BEANCOUNT,
	FORMAT__COUNT
};

static const char *const format_names[FORMAT__COUNT] = {
	[FORMAT_TEXT] = "text",           [FORMAT_CSV] = "csv",
	[FORMAT_JSON] = "json",           [FORMAT_HLEDGER] = "hledger",
	[FORMAT_BEANCOUNT] = "beancount",
};

struct options {
	const char *format, *from, *to, *member, *lang, *out; /* NULL where not given */
	bool help;
};

struct request {
	enum format format;
	struct allocation_request period; /* and the language */
	const char *member;               /* NULL where the report has none */
};

struct report {
	const char *name;
	unsigned formats; /* bits of enum format */
	enum format format_default;
	bool has_period, has_member;
	enum err (*write)(struct source *source, const struct request *request,
			  struct buffer *out, struct fault *fault);
};

/* The letters are only names inside this file: no short option is accepted. */
static const struct option OPTIONS[] = {
	{ "format", required_argument, NULL, 'f' },
	{ "from", required_argument, NULL, 'b' },
	{ "to", required_argument, NULL, 't' },
	{ "member", required_argument, NULL, 'm' },
	{ "lang", required_argument, NULL, 'l' },
	{ "out", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static enum err document_write(const struct document *doc, enum format format,
			       struct buffer *out, struct fault *fault)
{
	switch (format) {
	case FORMAT_TEXT:
		return render_text(doc, out, fault);
	case FORMAT_CSV:
		return render_csv(doc, out, fault);
	case FORMAT_JSON:
		return render_json(doc, out, fault);
	case FORMAT_HLEDGER:
	case FORMAT_BEANCOUNT:
	case FORMAT__COUNT:
		break;
	}
	abort();
}

static enum err allocation_write(struct source *source, const struct request *request,
				 struct buffer *out, struct fault *fault)
{
	struct document doc;
	enum err err = allocation_report(source_books(source), source_standing(source),
					 &request->period, &doc, fault);

	if (!err)
		err = document_write(&doc, request->format, out, fault);
	document_release(&doc);
	return err;
}

static enum err journal_write(struct source *source, const struct request *request,
			      struct buffer *out, struct fault *fault)
{
	return journal_report(source,
			      request->format == FORMAT_HLEDGER ? JOURNAL_HLEDGER
								: JOURNAL_BEANCOUNT,
			      request->period.lang, out, fault);
}

static enum err receivables_write(struct source *source, const struct request *request,
				  struct buffer *out, struct fault *fault)
{
	struct document doc;
	enum err err = receivables_report(source, request->period.lang, &doc, fault);

	if (!err)
		err = document_write(&doc, request->format, out, fault);
	document_release(&doc);
	return err;
}

static enum err statement_write(struct source *source, const struct request *request,
				struct buffer *out, struct fault *fault)
{
	struct document doc;
	enum err err = statement_report(source, slice_of_text(request->member),
					request->period.lang, &doc, fault);

	if (!err)
		err = document_write(&doc, request->format, out, fault);
	document_release(&doc);
	return err;
}

#define FORMATS_DOCUMENT (1u << FORMAT_TEXT | 1u << FORMAT_CSV | 1u << FORMAT_JSON)
#define FORMATS_JOURNAL  (1u << FORMAT_HLEDGER | 1u << FORMAT_BEANCOUNT)

static const struct report REPORTS[] = {
	{ .name = "allocation",
	  .formats = FORMATS_DOCUMENT,
	  .format_default = FORMAT_TEXT,
	  .has_period = true,
	  .write = allocation_write },
	{ .name = "journal",
	  .formats = FORMATS_JOURNAL,
	  .format_default = FORMAT_HLEDGER,
	  .write = journal_write },
	{ .name = "receivables",
	  .formats = FORMATS_DOCUMENT,
	  .format_default = FORMAT_TEXT,
	  .write = receivables_write },
	{ .name = "statement",
	  .formats = FORMATS_DOCUMENT,
	  .format_default = FORMAT_TEXT,
	  .has_member = true,
	  .write = statement_write },
};

/* ---- the command line ---- */

static void option_store(struct options *options, int letter, const char *value)
{
	switch (letter) {
	case 'f':
		options->format = value;
		return;
	case 'b':
		options->from = value;
		return;
	case 't':
		options->to = value;
		return;
	case 'm':
		options->member = value;
		return;
	case 'l':
		options->lang = value;
		return;
	case 'o':
		options->out = value;
		return;
	case 'h':
		options->help = true;
		return;
	}
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
		option_store(options, letter, optarg);
	}
	if (!options->help && optind != argc - 1)
		return cli_usage(PROGRAM, "one source is needed, after the report");
	return CLI_DONE;
}

static int day_parse(const char *name, const char *text, bool *ret_has,
		     struct date *ret_date)
{
	if (!text)
		return CLI_DONE;
	if (date_parse(text, ret_date) != ERR_OK)
		return cli_usage(PROGRAM, "%s '%s' is not a day, YYYY-MM-DD", name, text);
	*ret_has = true;
	return CLI_DONE;
}

static int format_parse(const struct report *report, const char *name,
			enum format *ret_format)
{
	*ret_format = report->format_default;
	if (!name)
		return CLI_DONE;
	for (int format = 0; format < FORMAT__COUNT; format++)
		if (strcmp(name, format_names[format]) == 0 &&
		    (report->formats & 1u << format)) {
			*ret_format = (enum format)format;
			return CLI_DONE;
		}
	return cli_usage(PROGRAM, "'%s' is not a format of report %s", name,
			 report->name);
}

static int request_of(const struct report *report, const struct options *options,
		      struct request *request)
{
	struct allocation_request *period = &request->period;
	int status = format_parse(report, options->format, &request->format);

	if (status == CLI_DONE && (options->from || options->to) && !report->has_period)
		return cli_usage(PROGRAM, "report %s is of the whole ledger",
				 report->name);
	if (status == CLI_DONE && options->member && !report->has_member)
		return cli_usage(PROGRAM, "report %s is of all members", report->name);
	if (status == CLI_DONE && !options->member && report->has_member)
		return cli_usage(PROGRAM, "report %s needs --member", report->name);
	request->member = options->member;
	if (status == CLI_DONE)
		status = day_parse("--from", options->from, &period->has_from,
				   &period->from);
	if (status == CLI_DONE)
		status = day_parse("--to", options->to, &period->has_to, &period->to);
	if (status == CLI_DONE && options->lang &&
	    lang_parse(options->lang, &period->lang) != ERR_OK)
		return cli_usage(PROGRAM, "'%s' is not a language of ours: fr or en",
				 options->lang);
	return status;
}

/* ---- the report ---- */

static enum err out_write(const char *path, const struct buffer *out, struct fault *fault)
{
	if (path)
		return file_write(path, buffer_slice(out), REPORT_FILE_MODE, fault);
	/* cli_finish() looks whether all could be written. */
	(void)fwrite(out->p, 1, out->n, stdout);
	return ERR_OK;
}

static int report_run(const struct report *report, const char *path,
		      const struct options *options)
{
	struct request request = { .period.lang = LANG_FR };
	struct source *source = NULL;
	struct buffer out;
	struct fault fault;
	int status = request_of(report, options, &request);
	enum err err;

	if (status != CLI_DONE)
		return status;
	buffer_init(&out, REPORT_BYTES_MAX);
	err = source_open(path, &source, &fault);
	if (!err)
		err = report->write(source, &request, &out, &fault);
	source_close(source);
	if (!err)
		err = out_write(options->out, &out, &fault);
	buffer_release(&out);
	return err ? cli_fail(PROGRAM, &fault) : CLI_DONE;
}

static int report_main(const struct report *report, int argc, char **argv)
{
	struct options options = { .help = false };
	int status = options_parse(argc, argv, &options);

	if (status != CLI_DONE)
		return status;
	if (!options.help)
		return report_run(report, argv[optind], &options);
	fputs(HELP, stdout); /* cli_finish() looks */
	return CLI_DONE;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return cli_usage(PROGRAM, "a report is missing");
	if (strcmp(argv[1], "--help") == 0) {
		fputs(HELP, stdout);
		return cli_finish(PROGRAM, CLI_DONE);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts(PROGRAM " " ARRONDI_VERSION);
		return cli_finish(PROGRAM, CLI_DONE);
	}
	for (size_t i = 0; i < sizeof REPORTS / sizeof *REPORTS; i++)
		if (strcmp(argv[1], REPORTS[i].name) == 0)
			return cli_finish(PROGRAM,
					  report_main(&REPORTS[i], argc - 1, argv + 1));
	return cli_usage(PROGRAM, "'%s' is not a report", argv[1]);
}
