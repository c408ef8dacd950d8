/*
 * report.h - the reports that there are: a row each, in reports/report_list.c.
 *
 * To add a report: its own file with a function of the type of `draw` (or `write`, for
 * what is no document), a row in the table, and its sentences in messages.def. The
 * command line, its help and the renderers need nothing else. An option that no
 * report has yet is a row in options.def.
 */
#ifndef ARRONDI_REPORTS_REPORT_H
#define ARRONDI_REPORTS_REPORT_H

#include <stdbool.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"
#include "reports/spool.h"

#define REPORT_BYTES_MAX  ((size_t)1 << 30)
#define REPORT_NAME_BYTES 128

struct report {
	const char *name;
	const char *summary; /* what a reader learns from it, in one line of the help */
	enum format format;  /* where none is asked for */
	unsigned formats;    /* FORMAT_BIT()s that it writes itself, of FORM_OWN */
	bool pictured;       /* its documents have charts */
	unsigned takes;      /* OPTION_BIT()s */
	unsigned needs;      /* of those, what it cannot be drawn without */

	/* Initialises the document and fills it, which the caller releases, also after
	 * a failure. NULL where the report is no document; else it can be had in every
	 * format of FORM_DOCUMENT. */
	enum err (*draw)(struct source *source, const struct report_request *request,
			 struct document *doc, struct fault *fault);

	/* Appends it in one of its own formats; NULL where it has none. */
	enum err (*write)(struct source *source, const struct report_request *request,
			  struct buffer *out, struct fault *fault);

	/* The same for what may be longer than memory, instead of `write`. */
	enum err (*stream)(struct source *source, const struct report_request *request,
			   struct spool *out, struct fault *fault);

	/* The name of its file in a folder; NULL where it has none of its own. */
	enum err (*file_name)(struct source *source, const struct report_request *request,
			      char ret_name[REPORT_NAME_BYTES], struct fault *fault);

	/* A document about a file that is none of ours, instead of all the others:
	 * whether it is to be refused is what the program's status says. */
	enum err (*draw_file)(const char *path, const struct report_request *request,
			      struct document *doc, bool *ret_refused,
			      struct fault *fault);
};

/* The table, in the order of the help. */
const struct report *report_list(size_t *ret_count);

/* NULL where there is none of that name. */
const struct report *report_find(const char *name);

/* The formats that it can be had in, as a set. */
unsigned report_formats(const struct report *report);

/* Whether in that format it goes through a spool: its `stream` is called then. */
bool report_streams(const struct report *report, enum format format);

/* Appends the report to out, whose bound should be REPORT_BYTES_MAX. The request is
 * one that the report takes. */
MUST_USE enum err report_write(const struct report *report, struct source *source,
			       const struct report_request *request, struct buffer *out,
			       struct fault *fault);

#endif
