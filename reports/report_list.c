/*
 * report_list.c - see report.h.
 */
#include "reports/report.h"

#include <assert.h>
#include <string.h>

#include "reports/accounts.h"
#include "reports/allocation.h"
#include "reports/audit_pack.h"
#include "reports/board_pack.h"
#include "reports/declaration.h"
#include "reports/fec.h"
#include "reports/fec_check.h"
#include "reports/journal.h"
#include "reports/open_data.h"
#include "reports/minutes.h"
#include "reports/prefet.h"
#include "reports/project.h"
#include "reports/receivables.h"
#include "reports/render.h"
#include "reports/statement.h"
#include "reports/trace.h"

static enum err allocation_draw(struct source *source,
				const struct report_request *request,
				struct document *doc, struct fault *fault)
{
	return allocation_report(source_books(source), source_standing(source), request,
				 doc, fault);
}

static enum err fec_request_of(const struct report_request *request,
			       struct fec_request *ret_fec, struct fault *fault)
{
	ret_fec->utf8 = request->text[OPTION_UTF8] != NULL;
	ret_fec->auxiliary = request->text[OPTION_AUXILIAIRE] != NULL;
	return exercise_request_of(request, &ret_fec->exercise, fault);
}

static enum err fec_stream(struct source *source, const struct report_request *request,
			   struct spool *out, struct fault *fault)
{
	struct fec_request fec;
	enum err err = fec_request_of(request, &fec, fault);

	return err ? err : fec_report(source, &fec, out, fault);
}

static enum err fec_draw(struct source *source, const struct report_request *request,
			 struct document *doc, struct fault *fault)
{
	struct fec_request fec;
	enum err err = fec_request_of(request, &fec, fault);

	if (err) {
		document_init(doc, request->lang, "fec", "FEC");
		return err;
	}
	return fec_description(source, &fec, request->lang, doc, fault);
}

static enum err fec_file_name(struct source *source, const struct report_request *request,
			      char ret_name[REPORT_NAME_BYTES], struct fault *fault)
{
	struct fec_request fec;
	enum err err = fec_request_of(request, &fec, fault);

	return err ? err : fec_source_name(source, &fec, ret_name, fault);
}

static enum err fec_check_draw(const char *path, const struct report_request *request,
			       struct document *doc, bool *ret_refused,
			       struct fault *fault)
{
	return fec_check(path, request->lang, doc, ret_refused, fault);
}

static enum err journal_stream(struct source *source,
			       const struct report_request *request, struct spool *out,
			       struct fault *fault)
{
	enum journal_format format = request->format == FORMAT_HLEDGER ? JOURNAL_HLEDGER
				     : request->format == FORMAT_LEDGER
					     ? JOURNAL_LEDGER
					     : JOURNAL_BEANCOUNT;

	return journal_report(source, format, request->lang, out, fault);
}

static enum err board_pack_draw(struct source *source,
				const struct report_request *request,
				struct document *doc, struct fault *fault)
{
	return board_pack_report(source_books(source), source_standing(source), request,
				 doc, fault);
}

static enum err receivables_draw(struct source *source,
				 const struct report_request *request,
				 struct document *doc, struct fault *fault)
{
	return receivables_report(source, request->lang, doc, fault);
}

/* A year's accounts as a document: NAME_draw(). */
#define ACCOUNTS(name, file_id, title, lines)                                            \
	static enum err name##_draw(struct source *source,                               \
				    const struct report_request *request,                \
				    struct document *doc, struct fault *fault)           \
	{                                                                                \
		static const struct accounts_report report = { file_id, title, lines,    \
							       name##_put };             \
                                                                                         \
		return accounts_report(source, request, &report, doc, fault);            \
	}
ACCOUNTS(balance, "balance", MSG_BALANCE_TITLE, false)
ACCOUNTS(cer, "cer", MSG_CER_TITLE, false)
ACCOUNTS(crod, "crod", MSG_CROD_TITLE, false)
ACCOUNTS(dedicated, "fonds_dedies", MSG_DEDICATED_TITLE, false)
ACCOUNTS(grand_livre, "grand_livre", MSG_GRAND_LIVRE_TITLE, true)
ACCOUNTS(journaux, "journaux", MSG_JOURNAUX_TITLE, true)

#define EXERCISE (OPTION_BIT(YEAR) | OPTION_BIT(FROM) | OPTION_BIT(TO))

/* A format that is not said is text. */
static const struct report reports[] = {
	{ .name = "222bis",
	  .summary = "the tax receipts of a civil year to be declared: total and number",
	  .takes = OPTION_BIT(YEAR),
	  .draw = declaration_report },
	{ .name = "allocation",
	  .summary = "where the money came from, what was decided, paid, and is late",
	  .pictured = true,
	  .takes = OPTION_BIT(FROM) | OPTION_BIT(TO),
	  .draw = allocation_draw },
	{ .name = "balance",
	  .summary = "of each account of a year: opening, movements, balance",
	  .takes = EXERCISE | OPTION_BIT(AUXILIAIRE),
	  .draw = balance_draw },
	{ .name = "audit-pack",
	  .summary = "for an auditor: completeness, a sample, cut-off, duties, tests, "
		     "letters; of an export alone",
	  .takes = EXERCISE | OPTION_BIT(SEED) | OPTION_BIT(SAMPLE) | OPTION_BIT(SINCE),
	  .draw = audit_pack_report },
	{ .name = "board-pack",
	  .summary =
		  "for a meeting: allocation, what is to be decided, what is to be paid",
	  .pictured = true,
	  .takes = OPTION_BIT(FROM) | OPTION_BIT(TO),
	  .draw = board_pack_draw },
	{ .name = "cer",
	  .summary = "what the public's generosity gave, and what it was used for",
	  .takes = EXERCISE,
	  .draw = cer_draw },
	{ .name = "crod",
	  .summary = "income by its origin, charges by what they were for",
	  .takes = EXERCISE,
	  .draw = crod_draw },
	{ .name = "fec",
	  .summary = "the accounting entries file (FEC) of a year; as text or another "
		     "document, the description that goes with it",
	  .format = FORMAT_FEC,
	  .formats = FORMAT_BIT(FEC),
	  .takes = EXERCISE | OPTION_BIT(UTF8) | OPTION_BIT(AUXILIAIRE),
	  .draw = fec_draw,
	  .stream = fec_stream,
	  .file_name = fec_file_name },
	{ .name = "fec-check",
	  .summary =
		  "SOURCE is anybody's FEC: what the tax office's tool will find in it, "
		  "and what it leaves out",
	  .draw_file = fec_check_draw },
	{ .name = "fonds-dedies",
	  .summary = "earmarked money: opening, reported, used, closing",
	  .takes = EXERCISE,
	  .draw = dedicated_draw },
	{ .name = "grand-livre",
	  .summary = "each account of a year, line by line",
	  .takes = EXERCISE | OPTION_BIT(AUXILIAIRE),
	  .draw = grand_livre_draw },
	{ .name = "journal",
	  .summary = "every entry in double entry, for an accountant's tool, with the "
		     "balances that it must reach",
	  .format = FORMAT_HLEDGER,
	  .formats = FORMAT_BIT(HLEDGER) | FORMAT_BIT(BEANCOUNT) | FORMAT_BIT(LEDGER),
	  .stream = journal_stream },
	{ .name = "journaux",
	  .summary = "each journal of a year, entry by entry",
	  .takes = EXERCISE | OPTION_BIT(AUXILIAIRE),
	  .draw = journaux_draw },
	{ .name = "open-data",
	  .summary =
		  "the grants for everybody, without any person: 360Giving (JSON, CSV), "
		  "a data package, or a document",
	  .format = FORMAT_360GIVING,
	  .formats = FORMAT_BIT(360GIVING) | FORMAT_BIT(360GIVING_CSV),
	  .takes = OPTION_BIT(FROM) | OPTION_BIT(TO) | OPTION_BIT(PREFIX) |
		   OPTION_BIT(URL),
	  .draw = open_data_report,
	  .write = open_data_write },
	{ .name = "minutes",
	  .summary = "what the board decided in a period, by which seats, as signed",
	  .takes = OPTION_BIT(FROM) | OPTION_BIT(TO),
	  .draw = minutes_report },
	{ .name = "prefet",
	  .summary =
		  "the yearly report of a fonds de dotation to the préfet, items a to d, "
		  "and the thresholds",
	  .takes = EXERCISE,
	  .draw = prefet_report },
	{ .name = "project",
	  .summary =
		  "what a project asked for, who pays for it, what was decided and paid",
	  .takes = OPTION_BIT(PROJECT),
	  .needs = OPTION_BIT(PROJECT),
	  .draw = project_report },
	{ .name = "receivables",
	  .summary = "who owes what since when, who is late, who has a credit",
	  .draw = receivables_draw },
	{ .name = "statement",
	  .summary = "what a member promised, paid, and still owes",
	  .takes = OPTION_BIT(MEMBER) | OPTION_BIT(TURNOVER),
	  .needs = OPTION_BIT(MEMBER),
	  .draw = statement_report },
	{ .name = "trace",
	  .summary =
		  "which decisions a contribution, a member's or a month's have paid for",
	  .takes = OPTION_BIT(ENTRY) | OPTION_BIT(MEMBER) | OPTION_BIT(MONTH),
	  .draw = trace_report },
};

const struct report *report_list(size_t *ret_count)
{
	*ret_count = sizeof reports / sizeof *reports;
	return reports;
}

const struct report *report_find(const char *name)
{
	for (size_t i = 0; i < sizeof reports / sizeof *reports; i++)
		if (strcmp(reports[i].name, name) == 0)
			return &reports[i];
	return NULL;
}

unsigned report_formats(const struct report *report)
{
	return report->formats |
	       (report->draw || report->draw_file ? format_set(FORM_DOCUMENT) : 0) |
	       (report->pictured ? format_set(FORM_PICTURE) : 0);
}

bool report_streams(const struct report *report, enum format format)
{
	return report->stream && report->formats & 1u << format;
}

enum err report_write(const struct report *report, struct source *source,
		      const struct report_request *request, struct buffer *out,
		      struct fault *fault)
{
	struct document doc;
	enum err err;

	assert(report_formats(report) & 1u << request->format);
	if (report->formats & 1u << request->format)
		return report->write(source, request, out, fault);
	err = report->draw(source, request, &doc, fault);
	if (!err)
		err = render(&doc, request->format, out, fault);
	document_release(&doc);
	return err;
}
