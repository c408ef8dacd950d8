/*
 * accounts.c - see accounts.h.
 */
#include "reports/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/exercise.h"
#include "reports/naming.h"

enum err accounts_add(struct cents *x, struct cents y, struct fault *fault)
{
	if (cents_add(*x, y, x) != ERR_OK)
		return fault_set(fault, ERR_TOO_BIG,
				 "a sum of the accounts passes 2^53 - 1 cents");
	return ERR_OK;
}

/* ---- what was posted ---- */

static enum err line_keep(struct posted *posted, const struct posted_line *line,
			  struct fault *fault)
{
	if (posted->n == posted->room) {
		size_t room = posted->room ? posted->room * 2 : 256;
		struct posted_line *more =
			reallocarray(posted->p, room, sizeof *posted->p);

		if (!more)
			return fault_set(fault, ERR_MEMORY, "out of memory for lines");
		posted->p = more;
		posted->room = room;
	}
	posted->p[posted->n++] = *line;
	return ERR_OK;
}

static enum err voucher_keep(void *ctx, const struct accounting *accounting,
			     const struct voucher *voucher, struct fault *fault)
{
	struct posted *posted = ctx;
	struct posted_line line = { .date = voucher->date,
				    .position = voucher->position,
				    .number = ++posted->vouchers[voucher->daybook],
				    .label = name_index_of(&posted->labels,
							   slice_of_text(voucher->label)),
				    .daybook = voucher->daybook };
	enum err err = ERR_OK;

	(void)accounting;
	if (line.label == UINT32_MAX)
		return fault_set(fault, ERR_MEMORY, "out of memory for labels");
	for (size_t i = 0; i < voucher->count && !err; i++) {
		line.account = voucher->lines[i].account;
		line.amount = voucher->lines[i].amount;
		err = line_keep(posted, &line, fault);
	}
	return err;
}

struct voucher_sink posted_sink(struct posted *posted)
{
	return (struct voucher_sink){ .ctx = posted, .put = voucher_keep };
}

void posted_release(struct posted *posted)
{
	free(posted->p);
	name_index_release(&posted->labels);
}

/* What was kept last comes first. */
static enum err opening_first(struct posted *posted, size_t before, struct fault *fault)
{
	size_t count = posted->n - before;
	struct posted_line *opening = calloc(count + 1, sizeof *opening);

	if (!opening)
		return fault_set(fault, ERR_MEMORY, "out of memory for lines");
	if (count) {
		memcpy(opening, posted->p + before, count * sizeof *opening);
		memmove(posted->p + count, posted->p, before * sizeof *opening);
		memcpy(posted->p, opening, count * sizeof *opening);
	}
	free(opening);
	return ERR_OK;
}

enum err accounts_begin(struct accounting *accounting, struct books *books,
			const struct standing *standing, struct posted *posted,
			struct accounts *ret_accounts, struct fault *fault)
{
	size_t before = posted ? posted->n : 0;
	enum err err;

	*ret_accounts = (struct accounts){ .accounting = accounting,
					   .books = books,
					   .standing = standing,
					   .posted = posted };
	err = accounting_opening(accounting, &ret_accounts->opening, fault);
	if (err || !posted || !ret_accounts->opening.count)
		return err;
	err = voucher_keep(posted, accounting, &ret_accounts->opening, fault);
	return err ? err : opening_first(posted, before, fault);
}

/* ---- documents ---- */

enum err accounts_front(const struct accounts *accounts, struct document *doc,
			struct fault *fault)
{
	const struct exercise *exercise = accounting_exercise(accounts->accounting);
	char from[LANG_FIGURE_BYTES], to[LANG_FIGURE_BYTES], text[256];
	enum err err = naming_standing(doc, accounts->books, accounts->standing, fault);

	if (err)
		return err;
	lang_date(doc->lang, exercise->from, from);
	lang_date(doc->lang, exercise->to, to);
	(void)snprintf(text, sizeof text, "%s%s%s%s", tr(doc->lang, MSG_EXERCISE), from,
		       tr(doc->lang, MSG_REPORT_PERIOD_TO), to);
	document_subtitle(doc, text);
	document_property_date(doc, "from", tr(doc->lang, MSG_REPORT_FROM),
			       exercise->from);
	document_property_date(doc, "to", tr(doc->lang, MSG_REPORT_TO), exercise->to);
	if (!exercise->is_over)
		document_note(doc, tr(doc->lang, MSG_EXERCISE_OPEN));
	if (accounts->auxiliary)
		document_note(doc, tr(doc->lang, MSG_AUXILIARY_EXPLAINED));
	return ERR_OK;
}

static void title_begin(const struct report_request *request,
			const struct accounts_report *report, struct document *doc)
{
	const char *title = tr(request->lang, report->title);
	char text[512];

	(void)snprintf(text, sizeof text, "%s%s",
		       request->text[OPTION_AUXILIAIRE] ? tr(request->lang, MSG_AUXILIARY)
							: "",
		       title);
	document_init(doc, request->lang, report->id, text);
}

static enum err put_all(struct source *source, const struct report_request *request,
			const struct accounts_report *report,
			struct accounting *accounting, struct posted *posted,
			struct document *doc, struct fault *fault)
{
	struct accounts accounts;
	enum err err = accounts_begin(accounting, source_books(source),
				      source_standing(source), posted, &accounts, fault);

	accounts.auxiliary = request->text[OPTION_AUXILIAIRE] != NULL;
	if (!err)
		err = accounts_front(&accounts, doc, fault);
	if (!err)
		err = report->put(&accounts, doc, fault);
	return err ? err : document_check(doc, fault);
}

enum err accounts_report(struct source *source, const struct report_request *request,
			 const struct accounts_report *report, struct document *doc,
			 struct fault *fault)
{
	struct posted posted = { .n = 0 };
	struct voucher_sink sink = posted_sink(&posted);
	struct accounting *accounting = NULL;
	struct exercise_request exercise;
	enum err err;

	title_begin(request, report, doc);
	err = exercise_request_of(request, &exercise, fault);
	if (!err)
		err = accounting_run(source, &exercise,
				     report->wants_lines ? &sink : NULL, &accounting,
				     fault);
	if (!err)
		err = put_all(source, request, report, accounting,
			      report->wants_lines ? &posted : NULL, doc, fault);
	accounting_free(accounting);
	posted_release(&posted);
	return err;
}

/* ---- accounts ---- */

enum err account_year(const struct accounts *accounts, size_t account,
		      struct account_year *ret_year, struct fault *fault)
{
	const struct account_sums *sums =
		&accounting_account(accounts->accounting, account)->sums[TERM_CURRENT];
	struct account_year year = { .debit = sums->debit, .credit = sums->credit };
	enum err err;

	for (size_t i = 0; i < accounts->opening.count; i++)
		if (accounts->opening.lines[i].account == account)
			year.opening = accounts->opening.lines[i].amount;
	year.closing = year.opening;
	err = accounts_add(&year.closing, year.debit, fault);
	if (!err)
		err = accounts_add(&year.closing, cents_neg(year.credit), fault);
	*ret_year = year;
	return err;
}

static int by_number(const void *x, const void *y, void *ctx)
{
	const struct ledger_account *a = accounting_account(ctx, *(const size_t *)x),
				    *b = accounting_account(ctx, *(const size_t *)y);
	int order = strcmp(a->number, b->number);

	if (!order)
		order = strcmp(a->aux, b->aux);
	return order ? order : (int)a->destination - (int)b->destination;
}

enum err accounts_sorted(const struct accounts *accounts, size_t **ret_accounts,
			 struct fault *fault)
{
	size_t count = accounting_accounts(accounts->accounting);
	size_t *sorted = calloc(count + 1, sizeof *sorted);

	if (!sorted)
		return fault_set(fault, ERR_MEMORY, "out of memory for accounts");
	for (size_t i = 0; i < count; i++)
		sorted[i] = i;
	qsort_r(sorted, count, sizeof *sorted, by_number, accounts->accounting);
	*ret_accounts = sorted;
	return ERR_OK;
}
