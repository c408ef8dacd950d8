/*
 * allocation.c - the report's frame: what is read, who it is about, how to check it.
 */
#include "reports/allocation.h"

#include <stdlib.h>
#include <string.h>

#include "reports/allocation_int.h"
#include "reports/naming.h"

/* ---- what the sections share ---- */

struct cents allocation_plus(struct allocation *a, struct cents x, struct cents y)
{
	struct cents sum;

	if (cents_add(x, y, &sum) != ERR_OK) {
		a->overflow = true;
		return x;
	}
	return sum;
}

struct cents allocation_minus(struct allocation *a, struct cents x, struct cents y)
{
	return allocation_plus(a, x, cents_neg(y));
}

const char *say(const struct allocation *a, enum msg msg)
{
	return tr(a->lang, msg);
}

struct table *allocation_table(struct allocation *a, const char *id, enum msg title)
{
	return table_begin(a->doc, id, say(a, title));
}

void allocation_column(struct allocation *a, struct table *table, const char *id,
		       enum msg label, enum value_type type)
{
	table_column(table, id, say(a, label), type);
}

bool flow_is(const char *flow, const char *verb)
{
	size_t n = strlen(verb);

	return strncmp(flow, verb, n) == 0 && (flow[n] == '\0' || flow[n] == '.');
}

bool flow_is_income(const char *flow)
{
	static const char *const moved[] = { "allocated",  "cancelled",  "expense",
					     "fee",        "granted",    "redirected",
					     "restituted", "transferred" };

	for (size_t i = 0; i < sizeof moved / sizeof *moved; i++)
		if (flow_is(flow, moved[i]))
			return false;
	return true;
}

void cell_earmark(struct allocation *a, struct table *table, const char *fund,
		  const char *earmark)
{
	char title[QUERY_LABEL_BYTES];

	if (strcmp(earmark, "-") == 0) {
		cell_text(table, say(a, MSG_EARMARK_NONE));
		return;
	}
	if (strcmp(earmark, fund) == 0) {
		cell_text(table, say(a, MSG_EARMARK_FUND));
		return;
	}
	query_project_title(a->books, earmark, title);
	cell_text(table, title[0] ? title : earmark);
}

/* ---- reading ---- */

static enum err moves_read(struct allocation *a, const char *prefix, struct moves *moves,
			   struct fault *fault)
{
	return query_movements(a->books, prefix, a->period.from, a->period.to, &moves->p,
			       &moves->n, fault);
}

static enum err allocation_read(struct allocation *a, struct fault *fault)
{
	enum err err = query_charter(a->books, &a->charter, fault);

	if (!err)
		err = query_funds(a->books, &a->funds, &a->fund_count, fault);
	if (!err)
		err = moves_read(a, "fund/", &a->fund, fault);
	if (!err)
		err = moves_read(a, "pledged/", &a->pledged, fault);
	if (!err)
		err = moves_read(a, "committed/", &a->committed, fault);
	if (!err)
		err = moves_read(a, "ordered/", &a->ordered, fault);
	if (!err)
		err = moves_read(a, "credit/", &a->credit, fault);
	if (!err)
		err = moves_read(a, "bank/", &a->bank, fault);
	if (!err)
		err = moves_read(a, "transit/", &a->transit, fault);
	if (!err)
		err = moves_read(a, "account/", &a->account, fault);
	if (!err)
		err = moves_read(a, "suspense/", &a->suspense, fault);
	if (!err)
		err = query_proposals(a->books, &a->proposals, &a->proposal_count, fault);
	return err ? err : allocation_subs(a, fault);
}

static void allocation_release(struct allocation *a)
{
	free(a->funds);
	free(a->fund.p);
	free(a->pledged.p);
	free(a->committed.p);
	free(a->ordered.p);
	free(a->credit.p);
	free(a->bank.p);
	free(a->transit.p);
	free(a->account.p);
	free(a->suspense.p);
	free(a->proposals);
	free(a->subs);
}

/* ---- the front page, and the last one ---- */

static void put_verification(struct allocation *a)
{
	char line[64 + sizeof a->charter.log_vkey], from[DATE_TEXT_BYTES],
		to[DATE_TEXT_BYTES];

	date_format(a->period.from, from);
	date_format(a->period.to, to);
	document_heading(a->doc, 1, say(a, MSG_VERIFY_HEADING));
	document_paragraph(a->doc, say(a, MSG_VERIFY_EXPLAINED));
	document_command(a->doc, say(a, MSG_VERIFY_EXPORT));
	(void)snprintf(line, sizeof line, "arrondi-verify EXPORT --vkey %s",
		       a->charter.log_vkey);
	document_command(a->doc, line);
	(void)snprintf(line, sizeof line, "arrondi-report allocation EXPORT%s%s%s%s%s",
		       a->period.has_from ? " --from " : "",
		       a->period.has_from ? from : "", a->period.has_to ? " --to " : "",
		       a->period.has_to ? to : "",
		       a->lang == LANG_FR ? "" : " --lang en");
	document_command(a->doc, line);
	document_paragraph(a->doc, say(a, MSG_VERIFY_LIMITS));
}

static enum err put_sections(struct allocation *a, struct fault *fault)
{
	enum err err;

	err = naming_standing(a->doc, a->books, a->standing, fault);
	period_put(&a->period, a->doc);
	document_heading(a->doc, 1, say(a, MSG_PICTURES_HEADING));
	if (!err)
		err = allocation_flows(a, fault);
	if (!err)
		err = allocation_months(a, fault);
	if (!err)
		err = allocation_sources(a, fault);
	if (!err)
		err = allocation_projects(a, fault);
	if (!err)
		err = allocation_kind(a, fault);
	if (err)
		return err;
	allocation_funds(a);
	err = allocation_decisions(a, fault);
	if (!err)
		err = allocation_purposes(a, fault);
	if (!err)
		err = allocation_outcomes(a, fault);
	if (!err)
		err = allocation_receivables(a, fault);
	if (err)
		return err;
	put_verification(a);
	if (a->overflow)
		return fault_set(fault, ERR_TOO_BIG,
				 "a sum of the report passes 2^53 - 1 cents");
	return document_check(a->doc, fault);
}

enum err allocation_put(struct books *books, const struct standing *standing,
			const struct report_request *request, struct document *doc,
			struct fault *fault)
{
	struct allocation a = {
		.books = books,
		.standing = standing,
		.doc = doc,
		.lang = request->lang,
		.period = request->period,
	};
	enum err err;

	err = period_resolve(&a.period, standing, fault);
	if (!err)
		err = allocation_read(&a, fault);
	if (!err)
		err = put_sections(&a, fault);
	allocation_release(&a);
	return err;
}

enum err allocation_report(struct books *books, const struct standing *standing,
			   const struct report_request *request, struct document *doc,
			   struct fault *fault)
{
	document_init(doc, request->lang, "allocation",
		      tr(request->lang, MSG_ALLOCATION_TITLE));
	return allocation_put(books, standing, request, doc, fault);
}
