/*
 * fec.c - see fec.h.
 *
 * The opening is known only after the last entry, and stands first: so the year's lines
 * wait in a spool of their own until it is written.
 */
#include "reports/fec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/books_query.h"
#include "reports/latin9.h"
#include "reports/naming.h"

#define FIELD_BYTES 1024

const char *const fec_columns[FEC_COLUMNS] = {
	"JournalCode", "JournalLib",    "EcritureNum", "EcritureDate", "CompteNum",
	"CompteLib",   "CompAuxNum",    "CompAuxLib",  "PieceRef",     "PieceDate",
	"EcritureLib", "Debit",         "Credit",      "EcritureLet",  "DateLet",
	"ValidDate",   "Montantdevise", "Idevise",
};

struct fec {
	struct fec_request request;
	struct voucher_sink sink;
	struct spool first; /* openings that the books themselves have in the year */
	struct spool year;  /* its other lines, until the opening is written */
	struct fec_facts facts;
	enum err err;                          /* of opening the spool */
	struct buffer journal[DAYBOOK__COUNT]; /* code and label of each, as fields */
	struct buffer before, between, behind; /* of the voucher that is written */
	struct buffer *accounts;               /* owned; the fields of each account */
	size_t account_count;
};

/* ---- fields ---- */

/* A text as one field: nothing in it may end the field or the line. */
static void put_text(const struct fec *fec, struct buffer *out, struct slice text)
{
	uint8_t room[FIELD_BYTES];
	size_t n = text.n < sizeof room ? text.n : sizeof room;

	for (size_t i = 0; i < n; i++)
		room[i] = text.p[i] < ' ' || text.p[i] == '|' ? ' ' : text.p[i];
	if (fec->request.utf8)
		buffer_put(out, room, n);
	else
		latin9_put(out, slice_of(room, n));
	buffer_put_byte(out, '\t');
}

static void put_plain(const struct fec *fec, struct buffer *out, const char *text)
{
	put_text(fec, out, slice_of_text(text));
}

/* So many digits of a number, with zeroes before it. */
static char *digits_put(char *at, size_t n, uint64_t number)
{
	for (size_t i = n; i-- > 0; number /= 10)
		at[i] = (char)('0' + number % 10);
	return at + n;
}

static void put_date(struct buffer *out, struct date date)
{
	struct ymd ymd = ymd_of_date(date);
	char text[9], *at = text;

	at = digits_put(at, 4, (uint64_t)ymd.year);
	at = digits_put(at, 2, (uint64_t)ymd.month);
	*digits_put(at, 2, (uint64_t)ymd.day) = '\t';
	buffer_put(out, text, sizeof text);
}

/* ---- lines ---- */

/* What all lines of a voucher have in common, written once: the fields before the
 * account, those between it and the amounts, and those behind. */
static void put_common(struct fec *fec, const struct voucher *voucher)
{
	uint64_t number = ++fec->facts.vouchers[voucher->daybook];
	char text[64];

	buffer_clear(&fec->before);
	buffer_put_slice(&fec->before, buffer_slice(&fec->journal[voucher->daybook]));
	(void)snprintf(text, sizeof text, "%06" PRIu64 "\t", number);
	buffer_put_text(&fec->before, text);
	put_date(&fec->before, voucher->date);

	buffer_clear(&fec->between);
	if (voucher->daybook == DAYBOOK_AN)
		(void)snprintf(text, sizeof text, "AN");
	else if (!voucher->ref.n)
		(void)snprintf(text, sizeof text, "INVENTAIRE-%" PRIu64, number);
	else
		(void)snprintf(text, sizeof text, "%" PRIu64 "-%.*s", voucher->position,
			       (int)voucher->ref.n, (const char *)voucher->ref.p);
	put_plain(fec, &fec->between, text);
	put_date(&fec->between, voucher->date);
	put_plain(fec, &fec->between, voucher->label);

	buffer_clear(&fec->behind);
	buffer_put_text(&fec->behind, "\t\t"); /* EcritureLet, DateLet */
	put_date(&fec->behind, voucher->valid_on);
	buffer_put_text(&fec->behind, "\t\r\n"); /* Montantdevise, Idevise */
}

/* The four fields of an account, written when it is first met. */
static enum err account_text(struct fec *fec, const struct accounting *accounting,
			     size_t number, struct slice *ret_text, struct fault *fault)
{
	const struct ledger_account *account = accounting_account(accounting, number);
	struct buffer *text;

	if (number >= fec->account_count) {
		size_t count = accounting_accounts(accounting) + 32;
		struct buffer *more =
			reallocarray(fec->accounts, count, sizeof *fec->accounts);

		if (!more)
			return fault_set(fault, ERR_MEMORY, "out of memory for the file");
		fec->accounts = more;
		for (size_t i = fec->account_count; i < count; i++)
			buffer_init(&more[i], 4 * FIELD_BYTES);
		fec->account_count = count;
	}
	text = &fec->accounts[number];
	if (!text->n) {
		put_plain(fec, text, account->number);
		put_plain(fec, text, account->label);
		put_plain(fec, text, account->aux);
		put_plain(fec, text, account->aux_label);
	}
	*ret_text = buffer_slice(text);
	return buffer_check(text, "an account's text", fault);
}

static void put_amounts(struct buffer *out, struct cents amount)
{
	char text[2 * CENTS_TEXT_BYTES + 8], *at = text;
	bool credit = cents_is_negative(amount);

	if (credit)
		at = mempcpy(at, "0,00\t", 5);
	cents_format(credit ? cents_neg(amount) : amount, ',', at);
	at += strlen(at);
	at = credit ? mempcpy(at, "\t", 1) : mempcpy(at, "\t0,00\t", 6);
	buffer_put(out, text, (size_t)(at - text));
}

static enum err put_line(struct fec *fec, const struct accounting *accounting,
			 const struct voucher_line *line, struct buffer *out,
			 struct fault *fault)
{
	bool credit = cents_is_negative(line->amount);
	struct cents *sum = credit ? &fec->facts.credit : &fec->facts.debit;
	struct slice account;
	enum err err = account_text(fec, accounting, line->account, &account, fault);

	if (err)
		return err;
	if (cents_add(*sum, credit ? cents_neg(line->amount) : line->amount, sum) !=
	    ERR_OK)
		return fault_set(fault, ERR_TOO_BIG,
				 "a sum of the file passes 2^53 - 1 cents");
	buffer_put_slice(out, buffer_slice(&fec->before));
	buffer_put_slice(out, account);
	buffer_put_slice(out, buffer_slice(&fec->between));
	put_amounts(out, line->amount);
	buffer_put_slice(out, buffer_slice(&fec->behind));
	fec->facts.lines++;
	return ERR_OK;
}

static enum err put_voucher(struct fec *fec, const struct accounting *accounting,
			    const struct voucher *voucher, struct spool *out,
			    struct fault *fault)
{
	enum err err = ERR_OK;

	put_common(fec, voucher);
	for (size_t i = 0; i < voucher->count && !err; i++)
		err = put_line(fec, accounting, &voucher->lines[i], &out->text, fault);
	if (!err)
		err = buffer_check(&fec->between, "a line of the file", fault);
	return err ? err : spool_drain(out, fault);
}

static enum err sink_put(void *ctx, const struct accounting *accounting,
			 const struct voucher *voucher, struct fault *fault)
{
	struct fec *fec = ctx;

	return put_voucher(fec, accounting, voucher,
			   voucher->daybook == DAYBOOK_AN ? &fec->first : &fec->year,
			   fault);
}

/* ---- the whole ---- */

static void journals_name(struct fec *fec)
{
	for (int daybook = 0; daybook < DAYBOOK__COUNT; daybook++) {
		struct buffer *out = &fec->journal[daybook];
		char label[128];

		(void)snprintf(label, sizeof label, "%s%s",
			       fec->request.auxiliary ? "Journal auxiliaire - " : "",
			       daybook_label((enum daybook)daybook));
		buffer_init(out, FIELD_BYTES);
		put_plain(fec, out, daybook_code((enum daybook)daybook));
		put_plain(fec, out, label);
	}
}

enum err fec_new(const struct fec_request *request, struct fec **ret_fec,
		 struct fault *fault)
{
	struct fec *fec = calloc(1, sizeof *fec);

	if (!fec)
		return fault_set(fault, ERR_MEMORY, "out of memory for the file");
	fec->request = *request;
	fec->sink = (struct voucher_sink){ .ctx = fec, .put = sink_put };
	buffer_init(&fec->before, 4 * FIELD_BYTES);
	buffer_init(&fec->between, 4 * FIELD_BYTES);
	buffer_init(&fec->behind, FIELD_BYTES);
	journals_name(fec);
	fec->err = spool_open(&fec->first, fault);
	if (!fec->err) {
		fec->err = spool_open(&fec->year, fault);
		if (fec->err)
			spool_close(&fec->first);
	}
	if (fec->err) {
		enum err err = fec->err;

		fec_free(fec);
		return err;
	}
	*ret_fec = fec;
	return ERR_OK;
}

void fec_free(struct fec *fec)
{
	if (!fec)
		return;
	if (!fec->err) {
		spool_close(&fec->first);
		spool_close(&fec->year);
	}
	for (int daybook = 0; daybook < DAYBOOK__COUNT; daybook++)
		buffer_release(&fec->journal[daybook]);
	for (size_t i = 0; i < fec->account_count; i++)
		buffer_release(&fec->accounts[i]);
	free(fec->accounts);
	buffer_release(&fec->before);
	buffer_release(&fec->between);
	buffer_release(&fec->behind);
	free(fec);
}

const struct voucher_sink *fec_sink(const struct fec *fec)
{
	return &fec->sink;
}

const struct fec_facts *fec_facts(const struct fec *fec)
{
	return &fec->facts;
}

enum err fec_finish(struct fec *fec, struct accounting *accounting, struct spool *out,
		    struct fault *fault)
{
	struct voucher opening;
	enum err err = accounting_opening(accounting, &opening, fault);

	for (size_t i = 0; i < FEC_COLUMNS; i++)
		buffer_printf(&out->text, "%s%s", i ? "\t" : "", fec_columns[i]);
	buffer_put_text(&out->text, "\r\n");
	if (!err && opening.count)
		err = put_voucher(fec, accounting, &opening, out, fault);
	if (!err)
		err = spool_append(out, &fec->first, fault);
	return err ? err : spool_append(out, &fec->year, fault);
}

void fec_name(const char *siren, const struct exercise *exercise, bool auxiliary,
	      char ret_name[FEC_NAME_BYTES])
{
	struct ymd ymd = ymd_of_date(exercise->to);

	(void)snprintf(ret_name, FEC_NAME_BYTES, "%s%s%04d%02d%02d.txt", siren,
		       auxiliary ? "JOURNALAUXILIAIRE" : "FEC", (int)ymd.year,
		       (int)ymd.month, (int)ymd.day);
}

/* The accounting of the source, with the file's lines in its spool. */
static enum err fec_draw(struct source *source, const struct fec_request *request,
			 struct fec **ret_fec, struct accounting **ret_accounting,
			 struct fault *fault)
{
	struct fec *fec = NULL;
	struct charter_view charter;
	enum err err = fec_new(request, &fec, fault);

	if (!err)
		err = query_charter(source_books(source), &charter, fault);
	if (!err)
		err = accounting_run(source, &request->exercise, &fec->sink,
				     ret_accounting, fault);
	if (err) {
		fec_free(fec);
		return err;
	}
	fec_name(charter.siren, accounting_exercise(*ret_accounting), request->auxiliary,
		 fec->facts.name);
	*ret_fec = fec;
	return ERR_OK;
}

/* The charter is the first entry: after it, nothing more is read. */
struct first {
	const struct fec_request *request;
	struct date last_day;
	struct exercise exercise;
	bool found;
};

static enum err first_visit(void *ctx, uint64_t position, const struct entry *entry,
			    const struct posting *postings, size_t count,
			    struct fault *fault)
{
	struct first *first = ctx;
	enum err err = exercise_of(&first->request->exercise,
				   entry_text(entry, "fiscal_year_end"), first->last_day,
				   &first->exercise, fault);

	(void)position;
	(void)postings;
	(void)count;
	first->found = !err;
	return err ? err : fault_set(fault, ERR_CONFLICT, "enough was read");
}

enum err fec_source_name(struct source *source, const struct fec_request *request,
			 char ret_name[FEC_NAME_BYTES], struct fault *fault)
{
	struct first first = { .request = request };
	struct source_visitor visitor = { .ctx = &first, .visit = first_visit };
	struct charter_view charter;
	enum err err = query_charter(source_books(source), &charter, fault);

	if (!err)
		err = naming_last_day(source_standing(source), &first.last_day, fault);
	if (!err)
		err = source_each_posting(source, &visitor, fault);
	if (!first.found)
		return err;
	fec_name(charter.siren, &first.exercise, request->auxiliary, ret_name);
	return ERR_OK;
}

enum err fec_report(struct source *source, const struct fec_request *request,
		    struct spool *out, struct fault *fault)
{
	struct accounting *accounting = NULL;
	struct fec *fec = NULL;
	enum err err = fec_draw(source, request, &fec, &accounting, fault);

	if (!err)
		err = fec_finish(fec, accounting, out, fault);
	fec_free(fec);
	accounting_free(accounting);
	return err;
}

/* ---- the description ---- */

static void describe_columns(const struct fec_request *request, struct document *doc)
{
	struct table *table = table_begin(doc, "columns", tr(doc->lang, MSG_FEC_COLUMNS));

	table_column(table, "number", tr(doc->lang, MSG_FEC_RANK), VALUE_ORDINAL);
	table_column(table, "column", tr(doc->lang, MSG_FEC_COLUMN), VALUE_MONO);
	table_column(table, "meaning", tr(doc->lang, MSG_FEC_MEANING), VALUE_TEXT);
	for (int i = 0; i < FEC_COLUMNS; i++) {
		row_begin(table, ROW_NORMAL);
		cell_integer(table, i + 1);
		cell_text(table, fec_columns[i]);
		cell_text(table, tr(doc->lang, (enum msg)(MSG_FEC_JOURNALCODE + i)));
	}
	document_paragraph(doc, tr(doc->lang, request->utf8 ? MSG_FEC_FORM_UTF8
							    : MSG_FEC_FORM_LATIN9));
}

static void describe_journals(const struct fec_facts *facts, struct document *doc)
{
	struct table *table =
		table_begin(doc, "journals", tr(doc->lang, MSG_FEC_JOURNALS));

	table_column(table, "journal", tr(doc->lang, MSG_FEC_JOURNAL), VALUE_MONO);
	table_column(table, "label", tr(doc->lang, MSG_FEC_LABEL), VALUE_TEXT);
	table_column(table, "vouchers", tr(doc->lang, MSG_FEC_VOUCHERS), VALUE_INTEGER);
	for (int book = 0; book < DAYBOOK__COUNT; book++) {
		row_begin(table, ROW_NORMAL);
		cell_text(table, daybook_code((enum daybook)book));
		cell_text(table, daybook_label((enum daybook)book));
		cell_integer(table, (int64_t)facts->vouchers[book]);
	}
	table_total_row(table, tr(doc->lang, MSG_TOTAL));
}

/* Each rule by which money finds its account, with the text that it rests on. */
static void describe_treatments(struct document *doc)
{
	struct table *table =
		table_begin(doc, "treatments", tr(doc->lang, MSG_FEC_TREATMENTS));
	size_t count;
	const struct treatment *rules = treatments(&count);

	table_column(table, "noun", tr(doc->lang, MSG_FEC_NOUN), VALUE_MONO);
	table_column(table, "flow", tr(doc->lang, MSG_FEC_FLOW), VALUE_MONO);
	table_column(table, "class", tr(doc->lang, MSG_FEC_CLASS), VALUE_TEXT);
	table_column(table, "account", tr(doc->lang, MSG_FEC_ACCOUNT), VALUE_MONO);
	table_column(table, "label", tr(doc->lang, MSG_FEC_LABEL), VALUE_TEXT);
	table_column(table, "source", tr(doc->lang, MSG_FEC_SOURCE), VALUE_TEXT);
	for (size_t i = 0; i < count; i++) {
		const struct plan_account *account = plan_account(rules[i].plan);

		row_begin(table, ROW_NORMAL);
		cell_text(table, rules[i].noun);
		cell_text(table, rules[i].flow);
		cell_text(table, rules[i].class);
		cell_text(table, account->number);
		cell_text(table, account->label);
		cell_text(table, rules[i].source);
	}
}

static enum err describe(struct source *source, const struct fec_request *request,
			 const struct fec_facts *facts,
			 const struct accounting *accounting, struct document *doc,
			 struct fault *fault)
{
	const struct exercise *exercise = accounting_exercise(accounting);
	enum err err = naming_standing(doc, source_books(source), source_standing(source),
				       fault);

	if (err)
		return err;
	document_property_mono(doc, "file", tr(doc->lang, MSG_FEC_FILE), facts->name);
	document_property_date(doc, "from", tr(doc->lang, MSG_REPORT_FROM),
			       exercise->from);
	document_property_date(doc, "to", tr(doc->lang, MSG_REPORT_TO), exercise->to);
	document_property_integer(doc, "lines", tr(doc->lang, MSG_FEC_LINES),
				  (int64_t)facts->lines);
	if (!exercise->is_over)
		document_note(doc, tr(doc->lang, MSG_EXERCISE_OPEN));
	if (request->auxiliary)
		document_note(doc, tr(doc->lang, MSG_AUXILIARY_EXPLAINED));
	describe_columns(request, doc);
	describe_journals(facts, doc);
	describe_treatments(doc);
	return document_check(doc, fault);
}

enum err fec_description(struct source *source, const struct fec_request *request,
			 enum lang lang, struct document *doc, struct fault *fault)
{
	struct accounting *accounting = NULL;
	struct spool nowhere;
	struct fec *fec = NULL;
	enum err err;

	document_init(
		doc, lang, "fec",
		tr(lang, request->auxiliary ? MSG_FEC_AUXILIARY_TITLE : MSG_FEC_TITLE));
	err = fec_draw(source, request, &fec, &accounting, fault);
	if (err)
		return err;
	err = spool_open(&nowhere, fault);
	if (!err) {
		err = fec_finish(fec, accounting, &nowhere, fault);
		spool_close(&nowhere);
	}
	if (!err)
		err = describe(source, request, &fec->facts, accounting, doc, fault);
	fec_free(fec);
	accounting_free(accounting);
	return err;
}
