/*
 * batch_csv.c - a batch sent as CSV, in the shapes that payroll software writes.
 *
 * One pass over the body, field by field, without copies: what is handed on are
 * slices of the body. No value that may be sent holds a quote, so a quoted field
 * is never unescaped: one with a quote inside is refused as it stands.
 */
#include "gateway/batch_csv.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gateway/batch_column.h"

/* More columns than there are fields: then one of them at least is refused. */
#define COLUMNS_MAX 16

/* The digits of an amount before its mark; any more and it is past every cap. */
#define EURO_DIGITS_MAX 13

_Static_assert(COLUMNS_MAX > BATCH_FIELD__COUNT, "all columns that may be sent fit");

enum csv_stop { CSV_FIELD, CSV_LINE, CSV_BODY }; /* what ended a field */

struct csv {
	const uint8_t *at, *end;
	uint32_t line; /* where `at` is, from 1 */
	uint8_t delimiter;
	bool quote_broken; /* in this line */
	struct batch_input *input;

	unsigned n_columns;
	enum batch_field column[COLUMNS_MAX];
};

/* ---- fields and lines ---- */

/* The line's end at `at` is one, whichever of CRLF, LF and CR it is. */
static void csv_end_line(struct csv *csv)
{
	if (*csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n')
		csv->at++;
	csv->at++;
	csv->line++;
}

/* Behind the opening quote; leaves `at` behind the closing one. */
static struct slice csv_quoted(struct csv *csv)
{
	const uint8_t *start = csv->at;

	while (csv->at < csv->end) {
		if (*csv->at == '\r' || *csv->at == '\n') {
			csv_end_line(csv);
		} else if (*csv->at != '"') {
			csv->at++;
		} else if (csv->at + 1 < csv->end && csv->at[1] == '"') {
			csv->at += 2;
		} else {
			csv->at++;
			return slice_of(start, (size_t)(csv->at - 1 - start));
		}
	}
	csv->quote_broken = true;
	return slice_of(start, (size_t)(csv->at - start));
}

static const uint8_t *csv_seek_stop(const struct csv *csv)
{
	const uint8_t *at = csv->at;

	while (at < csv->end && *at != csv->delimiter && *at != '\n' && *at != '\r')
		at++;
	return at;
}

static struct slice csv_field(struct csv *csv, enum csv_stop *ret_stop)
{
	const uint8_t *start = csv->at, *stop;
	struct slice field;

	if (csv->at < csv->end && *csv->at == '"') {
		csv->at++;
		field = csv_quoted(csv);
		stop = csv_seek_stop(csv);
		csv->quote_broken |= stop != csv->at;
	} else {
		stop = csv_seek_stop(csv);
		field = slice_of(start, (size_t)(stop - start));
	}
	csv->at = stop;
	if (stop == csv->end) {
		*ret_stop = CSV_BODY;
	} else if (*stop == csv->delimiter) {
		csv->at++;
		*ret_stop = CSV_FIELD;
	} else {
		csv_end_line(csv);
		*ret_stop = CSV_LINE;
	}
	return field;
}

static struct slice trim(struct slice text)
{
	while (text.n > 0 && (*text.p == ' ' || *text.p == '\t'))
		text = slice_of(text.p + 1, text.n - 1);
	while (text.n > 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t'))
		text.n--;
	return text;
}

/* ---- the first line ---- */

/* The separator that the first line holds most of, outside quotes and brackets. */
static uint8_t csv_guess_delimiter(const struct csv *csv)
{
	static const char delimiters[] = ";\t,";
	size_t count[sizeof delimiters - 1] = { 0 }, best = 0;
	bool quoted = false;
	unsigned brackets = 0;

	for (const uint8_t *p = csv->at; p < csv->end && *p != '\n' && *p != '\r'; p++) {
		const char *found = memchr(delimiters, *p, sizeof count / sizeof *count);

		quoted ^= *p == '"';
		if (*p == '(' || *p == '[')
			brackets++;
		else if ((*p == ')' || *p == ']') && brackets > 0)
			brackets--;
		else if (found && !quoted && brackets == 0)
			count[found - delimiters]++;
	}
	for (size_t i = 1; i < sizeof count / sizeof *count; i++)
		if (count[i] > count[best])
			best = i;
	return (uint8_t)delimiters[best];
}

static enum err bad_column(struct csv *csv, const char *member, enum batch_flaw flaw)
{
	return batch_input_bad_row(csv->input, 1, slice_of_text(member), flaw);
}

/* A column's name is told where it is ours or a known word; else its number. */
static enum err bad_column_name(struct csv *csv, unsigned number, const char *folded,
				enum batch_flaw flaw)
{
	const char *word = batch_column_known_word(folded);
	char text[BATCH_MEMBER_BYTES_MAX + 1];

	if (word)
		return bad_column(csv, word, flaw);
	snprintf(text, sizeof text, "column %u", number);
	return bad_column(csv, text, flaw);
}

static enum err csv_take_column(struct csv *csv, unsigned number, struct slice name,
				unsigned *fields)
{
	char folded[BATCH_COLUMN_NAME_BYTES];
	enum batch_field field;

	batch_column_fold(name, folded);
	if (!batch_column_field(folded, csv->input->source, &field))
		return bad_column_name(csv, number, folded, BATCH_FLAW_COLUMN);
	if (*fields & 1u << field)
		return bad_column_name(csv, number, folded, BATCH_FLAW_COLUMN_TWICE);
	*fields |= 1u << field;
	assert(csv->n_columns < COLUMNS_MAX);
	csv->column[csv->n_columns++] = field;
	return ERR_OK;
}

static enum err csv_missing_columns(struct csv *csv, unsigned fields)
{
	unsigned missing = batch_fields_needed(csv->input->source) & ~fields;

	for (unsigned i = 0; i < BATCH_FIELD__COUNT; i++)
		if ((missing & 1u << i) &&
		    bad_column(csv, batch_field_name((enum batch_field)i),
			       BATCH_FLAW_COLUMN_MISSING))
			return ERR_MEMORY;
	return ERR_OK;
}

/* What is wrong in the first line is listed; rows are then not looked at. */
static enum err csv_header(struct csv *csv)
{
	enum csv_stop stop = CSV_FIELD;
	unsigned number = 0, fields = 0;

	csv->delimiter = csv_guess_delimiter(csv);
	while (stop == CSV_FIELD && csv->input->bad.count < BATCH_BAD_LISTED_MAX) {
		struct slice name = csv_field(csv, &stop);

		number++;
		if (number == 1 && stop != CSV_FIELD)
			return bad_column(csv, "", BATCH_FLAW_HEADER);
		if (csv_take_column(csv, number, name, &fields))
			return ERR_MEMORY;
	}
	if (csv->quote_broken && bad_column(csv, "", BATCH_FLAW_QUOTE))
		return ERR_MEMORY;
	return csv_missing_columns(csv, fields);
}

/* ---- values ---- */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Digits from *at on, as a number; false where there are too many. */
static bool read_digits(struct slice text, size_t *at, int64_t *ret_n)
{
	size_t start = *at;
	int64_t n = 0;

	for (; *at < text.n && is_digit(text.p[*at]); (*at)++)
		if (*at - start < EURO_DIGITS_MAX)
			n = n * 10 + (text.p[*at] - '0');
	*ret_n = n;
	return *at - start <= EURO_DIGITS_MAX;
}

/* "12", "12,3", "12.34": digits, and perhaps a mark with one or two more. */
static enum batch_flaw amount_parse(struct slice text, struct cents *ret_cents)
{
	bool negative = text.n > 1 && text.p[0] == '-' && is_digit(text.p[1]), fits;
	int64_t euros, decimals = 0;
	size_t at = negative, mark_at;

	if (text.n == 0 || !is_digit(text.p[at]))
		return BATCH_FLAW_NUMBER;
	fits = read_digits(text, &at, &euros);
	mark_at = at;
	if (at < text.n && (text.p[at] == ',' || text.p[at] == '.')) {
		at++;
		(void)read_digits(text, &at, &decimals); /* too many are refused below */
		if (at == mark_at + 1)
			return BATCH_FLAW_NUMBER;
		if (at == mark_at + 2)
			decimals *= 10;
	}
	if (at < text.n)
		return BATCH_FLAW_NUMBER;
	if (negative)
		return BATCH_FLAW_NEGATIVE;
	if (at > mark_at + 3)
		return BATCH_FLAW_DECIMALS;
	if (!fits)
		return BATCH_FLAW_CAP;
	*ret_cents = cents_of(euros * 100 + decimals);
	return BATCH_FLAW__COUNT;
}

static bool equal_folded(struct slice text, const char *lower)
{
	if (text.n != strlen(lower))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != (uint8_t)lower[i])
			return false;
	}
	return true;
}

/* French givers by their English names, which are the ledger's. */
static struct slice giver_translate(struct slice giver)
{
	static const char *const words[][2] = {
		{ "particulier", "person" }, { "person", "person" },
		{ "entreprise", "company" }, { "company", "company" },
		{ "vendeur", "seller" },     { "seller", "seller" },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (equal_folded(giver, words[i][0]))
			return slice_of_text(words[i][1]);
	return giver;
}

/* "31/10/2026" becomes "2026-10-31" in `text`; all else stays as it is. */
static struct slice day_translate(struct slice day, char text[DATE_TEXT_BYTES])
{
	const char *p = (const char *)day.p;

	if (day.n != DATE_TEXT_BYTES - 1 || p[2] != '/' || p[5] != '/')
		return day;
	snprintf(text, DATE_TEXT_BYTES, "%.4s-%.2s-%.2s", p + 6, p + 3, p);
	return slice_of(text, DATE_TEXT_BYTES - 1);
}

/* ---- rows ---- */

struct csv_row {
	struct batch_row row;
	char day[DATE_TEXT_BYTES], consent[DATE_TEXT_BYTES];
	unsigned n_fields;
	bool blank; /* every field is empty */
};

static enum err csv_take_amount(struct csv *csv, struct csv_row *row,
				enum batch_field field, struct slice text)
{
	struct cents *amount =
		field == BATCH_FIELD_ROUNDUP ? &row->row.roundup : &row->row.extra;
	enum batch_flaw flaw;

	if (text.n == 0) /* as if there were no such column: extra is then 0 */
		return ERR_OK;
	row->row.given |= 1u << field;
	flaw = amount_parse(text, amount);
	if (flaw == BATCH_FLAW__COUNT)
		return ERR_OK;
	row->row.reported |= 1u << field;
	return batch_input_bad_row(csv->input, row->row.at,
				   slice_of_text(batch_field_name(field)), flaw);
}

static enum err csv_take_field(struct csv *csv, struct csv_row *row,
			       enum batch_field field, struct slice text)
{
	switch (field) {
	case BATCH_FIELD_ROUNDUP:
	case BATCH_FIELD_EXTRA:
		return csv_take_amount(csv, row, field, trim(text));
	case BATCH_FIELD_GIVER:
		text = giver_translate(trim(text));
		break;
	case BATCH_FIELD_DAY:
		text = day_translate(trim(text), row->day);
		break;
	case BATCH_FIELD_CONSENT:
		text = day_translate(trim(text), row->consent);
		break;
	case BATCH_FIELD_FUND:
		text = trim(text);
		break;
	case BATCH_FIELD_DONOR:
	case BATCH_FIELD_CLIENT:
	case BATCH_FIELD_INVOICE:
	case BATCH_FIELD_TILL:
	case BATCH_FIELD_SLIP:
	case BATCH_FIELD__COUNT:
		break;
	}
	row->row.given |= 1u << field;
	row->row.text[field] = text;
	return ERR_OK;
}

/* Only then are there as many fields as columns that it can be told which is
 * which; so a line is cut first and its fields are judged after. */
static void csv_cut_line(struct csv *csv, struct slice fields[COLUMNS_MAX],
			 struct csv_row *row)
{
	enum csv_stop stop = CSV_FIELD;

	csv->quote_broken = false;
	row->blank = true;
	while (stop == CSV_FIELD) {
		struct slice field = csv_field(csv, &stop);

		row->blank &= trim(field).n == 0;
		if (row->n_fields < csv->n_columns)
			fields[row->n_fields] = field;
		row->n_fields++;
	}
}

static enum err csv_row(struct csv *csv, struct fault *fault)
{
	struct csv_row row = { .row = { .at = csv->line } };
	struct slice fields[COLUMNS_MAX], whole = slice_of(NULL, 0);

	csv_cut_line(csv, fields, &row);
	if (csv->quote_broken)
		return batch_input_bad_row(csv->input, row.row.at, whole,
					   BATCH_FLAW_QUOTE);
	if (row.blank)
		return ERR_OK;
	if (row.n_fields != csv->n_columns)
		return batch_input_bad_row(csv->input, row.row.at, whole,
					   BATCH_FLAW_FIELDS);
	for (unsigned i = 0; i < csv->n_columns; i++)
		if (csv_take_field(csv, &row, csv->column[i], fields[i]))
			return ERR_MEMORY;
	return batch_input_add(csv->input, &row.row, fault);
}

/* A mark of UTF-8 is passed over; one of UTF-16 is listed as bad. */
static enum err csv_byte_order_mark(struct csv *csv)
{
	size_t n = (size_t)(csv->end - csv->at);

	if (n >= 3 && memcmp(csv->at, "\xEF\xBB\xBF", 3) == 0)
		csv->at += 3;
	else if (n >= 2 && (memcmp(csv->at, "\xFF\xFE", 2) == 0 ||
			    memcmp(csv->at, "\xFE\xFF", 2) == 0))
		return bad_column(csv, "", BATCH_FLAW_UTF16);
	return ERR_OK;
}

enum err batch_csv_parse(struct batch_input *input, struct slice body,
			 struct fault *fault)
{
	struct csv csv = {
		.at = body.p,
		.end = body.n > 0 ? body.p + body.n : body.p,
		.line = 1,
		.input = input,
	};
	bool header_good;
	enum err err;

	input->members_place = BATCH_PLACE_PARAMETER;
	input->rows_place = BATCH_PLACE_LINE;
	if (!batch_input_ready(input)) /* then it is not known what rows may hold */
		return batch_input_finish(input, fault);
	err = csv_byte_order_mark(&csv);
	if (!err && input->bad.rows == 0)
		err = csv_header(&csv);
	if (err)
		return fault_set(fault, err, "out of memory");
	header_good = input->bad.rows == 0;
	while (csv.at < csv.end && !err && header_good)
		err = csv_row(&csv, fault);
	if (err == ERR_MEMORY)
		return fault_set(fault, err, "out of memory");
	return err ? err : batch_input_finish(input, fault);
}
