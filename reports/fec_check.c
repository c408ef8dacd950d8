/*
 * fec_check.c - see fec_check.h: the file's name, its header, its lines, and what is
 * told.
 */
#include "reports/fec_check_int.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "reports/fec.h"

#define LINE_BYTES_MAX  65535
#define READ_BYTES      ((size_t)256 << 10)
#define SIREN_DIGITS    9
#define FILE_NAME_CHARS 24 /* SIRENFECAAAAMMJJ.txt, the SIREN being nine digits */

#define FEC_RULE(id, name, level, origin, column, what_fr, what_en, remedy_fr,           \
		 remedy_en)                                                              \
	[FEC_RULE_##id] = { name,                                                        \
			    FEC_##level,                                                 \
			    #origin,                                                     \
			    { what_fr, what_en },                                        \
			    { remedy_fr, remedy_en } },
static const struct {
	const char *name;
	enum fec_level level;
	const char *origin;
	const char *what[LANG__COUNT], *remedy[LANG__COUNT];
} rules[FEC_RULE__COUNT] = {
#include "reports/fec_rules.def"
};

static const char *const variants[] = { [COLUMN_AMOUNT - FEC_COLUMNS] = "Montant",
					[COLUMN_SIDE - FEC_COLUMNS] = "Sens" };

void fec_find(struct fec_check *check, enum fec_rule rule, uint64_t line,
	      enum fec_column column)
{
	uint64_t n = check->found_count[rule]++;

	if (n < FEC_FINDINGS_SHOWN)
		check->found[rule][n] =
			(struct finding){ .line = line, .column = column };
}

const char *fec_column_name(enum fec_column column)
{
	if (column == COLUMN__COUNT)
		return "";
	return (int)column < FEC_COLUMNS ? fec_columns[column]
					 : variants[column - FEC_COLUMNS];
}

/* Small letters without accents, in either encoding; what is none is left out. */
static void name_fold(struct slice name, char ret_folded[32])
{
	size_t n = 0;

	for (size_t i = 0; i < name.n && n < 31; i++) {
		uint8_t c = name.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c - 'A' + 'a');
		if (c == 0xE8 || c == 0xE9 ||
		    (c == 0xC3 && i + 1 < name.n &&
		     (name.p[i + 1] == 0xA8 || name.p[i + 1] == 0xA9)))
			c = 'e';
		if (c >= 'a' && c <= 'z')
			ret_folded[n++] = (char)c;
	}
	ret_folded[n] = '\0';
}

enum fec_column fec_column_of(struct slice name)
{
	char asked[32], known[32];

	name_fold(name, asked);
	for (int column = 0; column < COLUMN__COUNT; column++) {
		name_fold(slice_of_text(fec_column_name((enum fec_column)column)), known);
		if (strcmp(asked, known) == 0)
			return (enum fec_column)column;
	}
	return COLUMN__COUNT;
}

/* ---- the file's name ---- */

static bool siren_is_valid(const char *digits)
{
	int sum = 0;

	for (int i = 0; i < SIREN_DIGITS; i++) {
		int digit = (digits[i] - '0') * (i % 2 ? 2 : 1);

		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 == 0;
}

static void check_name(struct fec_check *check, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *date = name + SIREN_DIGITS + 3;
	char iso[DATE_TEXT_BYTES];

	if (strlen(name) != FILE_NAME_CHARS ||
	    strspn(name, "0123456789") != SIREN_DIGITS ||
	    memcmp(name + SIREN_DIGITS, "FEC", 3) != 0 ||
	    strspn(date, "0123456789") != 8 || strcmp(date + 8, ".txt") != 0) {
		fec_find(check, FEC_RULE_FILE_NAME, 0, COLUMN__COUNT);
		return;
	}
	if (!siren_is_valid(name))
		fec_find(check, FEC_RULE_SIREN, 0, COLUMN__COUNT);
	(void)snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", date, date + 4, date + 6);
	check->has_closing = date_parse(iso, &check->closing) == ERR_OK;
	if (!check->has_closing)
		fec_find(check, FEC_RULE_FILE_NAME, 0, COLUMN__COUNT);
}

/* ---- fields ---- */

static struct slice trimmed(struct slice text)
{
	while (text.n && (text.p[0] == ' ' || text.p[0] == 0xA0))
		text = slice_of(text.p + 1, text.n - 1);
	while (text.n && text.p[text.n - 1] == ' ')
		text.n--;
	return text;
}

/* The text up to the separator, and what follows it; false after the last field. */
static bool field_next(struct slice *rest, char separator, struct slice *ret_field)
{
	const uint8_t *end;
	size_t n;

	if (!rest->p)
		return false;
	end = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
	n = end ? (size_t)(end - rest->p) : rest->n;
	*ret_field = trimmed(slice_of(rest->p, n));
	*rest = end ? slice_of(end + 1, rest->n - n - 1) : slice_of(NULL, 0);
	return true;
}

static void header_columns(struct fec_check *check, struct slice text)
{
	struct slice field;
	int last = -1;

	while (check->fields < FEC_FIELDS_MAX &&
	       field_next(&text, check->separator, &field)) {
		enum fec_column column = fec_column_of(field);

		if (!field.n && !text.p)
			fec_find(check, FEC_RULE_TRAILING, 1, COLUMN__COUNT);
		else if (column == COLUMN__COUNT || check->has_column[column])
			fec_find(check, FEC_RULE_EXTRA_COLUMN, 1, COLUMN__COUNT);
		else if ((int)column < FEC_COLUMNS && (int)column < last)
			fec_find(check, FEC_RULE_COLUMN_ORDER, 1, column);
		check->column_of[check->fields++] = column;
		if (column == COLUMN__COUNT)
			continue;
		check->has_column[column] = true;
		if ((int)column < FEC_COLUMNS)
			last = (int)column;
	}
}

/* False where nothing can be read after it. */
static bool check_header(struct fec_check *check, struct slice text)
{
	bool tab = memchr(text.p, '\t', text.n), bar = memchr(text.p, '|', text.n);
	bool sides;

	if (text.p[0] == '<') {
		fec_find(check, FEC_RULE_XML, 1, COLUMN__COUNT);
		return false;
	}
	if (tab == bar) {
		fec_find(check, FEC_RULE_SEPARATOR, 1, COLUMN__COUNT);
		if (!tab)
			return false;
	}
	check->separator = tab ? '\t' : '|';
	header_columns(check, text);
	sides = check->has_column[COLUMN_AMOUNT] && check->has_column[COLUMN_SIDE];
	for (int column = 0; column < FEC_COLUMNS; column++)
		if (!check->has_column[column] &&
		    !(sides && (column == COLUMN_DEBIT || column == COLUMN_CREDIT)))
			fec_find(check, FEC_RULE_MISSING_COLUMN, 1,
				 (enum fec_column)column);
	return true;
}

/* ---- lines ---- */

static void check_line(struct fec_check *check, uint64_t number, struct slice text)
{
	struct fec_line line = { .number = number };
	struct slice field;
	size_t fields = 0;

	if (!text.n) {
		fec_find(check, FEC_RULE_EMPTY_LINE, number, COLUMN__COUNT);
		return;
	}
	fec_check_text(check, number, text);
	for (; field_next(&text, check->separator, &field); fields++)
		if (fields < check->fields && check->column_of[fields] < COLUMN__COUNT)
			line.field[check->column_of[fields]] = field;
	if (fields != check->fields) {
		fec_find(check, FEC_RULE_FIELD_COUNT, number, COLUMN__COUNT);
		return; /* what stands where is not known */
	}
	fec_check_fields(check, &line);
	fec_check_line(check, &line);
}

/* A reader of lines that end with LF, CR or both. */
struct lines {
	FILE *file;
	uint8_t line[LINE_BYTES_MAX];
	size_t n;
	bool too_long, after_cr, at_end;
};

/* False at the end. A last line without an end is one, too. */
static bool line_next(struct lines *lines)
{
	int c;

	lines->n = 0;
	lines->too_long = false;
	while ((c = getc_unlocked(lines->file)) != EOF) {
		bool was_cr = lines->after_cr;

		lines->after_cr = c == '\r';
		if (c == '\n' && was_cr)
			continue; /* its CR has ended the line */
		if (c == '\n' || c == '\r')
			return true;
		if (lines->n < LINE_BYTES_MAX)
			lines->line[lines->n++] = (uint8_t)c;
		else
			lines->too_long = true;
	}
	return lines->n > 0;
}

static struct slice without_bom(struct fec_check *check, struct slice text)
{
	if (text.n < 3 || memcmp(text.p, "\xEF\xBB\xBF", 3) != 0)
		return text;
	fec_find(check, FEC_RULE_ENCODING, 1, COLUMN__COUNT);
	check->utf8 = true;
	return slice_of(text.p + 3, text.n - 3);
}

static enum err check_file(struct fec_check *check, FILE *file, const char *path,
			   struct fault *fault)
{
	struct lines *lines = malloc(sizeof *lines);
	uint64_t number = 1;
	bool goes_on;

	if (!lines)
		return fault_set(fault, ERR_MEMORY, "out of memory for a line");
	*lines = (struct lines){ .file = file };
	goes_on = line_next(lines);
	if (goes_on) {
		struct slice text = without_bom(check, slice_of(lines->line, lines->n));

		if (text.n)
			goes_on = check_header(check, text);
		else
			fec_find(check, FEC_RULE_EMPTY_LINE, 1, COLUMN__COUNT);
		goes_on = goes_on && text.n;
	}
	while (goes_on && line_next(lines)) {
		number++;
		if (lines->too_long)
			fec_find(check, FEC_RULE_LONG_LINE, number, COLUMN__COUNT);
		else
			check_line(check, number, slice_of(lines->line, lines->n));
	}
	free(lines);
	fec_check_end(check);
	if (ferror(file))
		return fault_set(fault, ERR_IO, "file '%s' cannot be read", path);
	if (check->out_of_memory)
		return fault_set(fault, ERR_MEMORY, "out of memory for the check");
	if (check->overflow)
		return fault_set(fault, ERR_TOO_BIG,
				 "a sum of the file passes 2^53 - 1 cents");
	return ERR_OK;
}

/* ---- what is told ---- */

static const char *level_name(enum lang lang, enum fec_level level)
{
	return tr(lang, (enum msg)(MSG_FEC_LEVEL_REFUSED + (int)level));
}

static void put_rules(const struct fec_check *check, struct document *doc)
{
	struct table *table =
		table_begin(doc, "rules", tr(doc->lang, MSG_FEC_RULES_BROKEN));

	table_column(table, "rule", tr(doc->lang, MSG_FEC_RULE), VALUE_MONO);
	table_column(table, "origin", tr(doc->lang, MSG_FEC_ORIGIN), VALUE_MONO);
	table_column(table, "level", tr(doc->lang, MSG_FEC_LEVEL), VALUE_TEXT);
	table_column(table, "count", tr(doc->lang, MSG_FEC_COUNT), VALUE_INTEGER);
	table_column(table, "what", tr(doc->lang, MSG_FEC_WHAT), VALUE_TEXT);
	table_column(table, "remedy", tr(doc->lang, MSG_FEC_REMEDY), VALUE_TEXT);
	for (int rule = 0; rule < FEC_RULE__COUNT; rule++) {
		if (!check->found_count[rule])
			continue;
		row_begin(table, rules[rule].level <= FEC_ERROR ? ROW_ALERT : ROW_NORMAL);
		cell_text(table, rules[rule].name);
		cell_text(table, rules[rule].origin);
		cell_text(table, level_name(doc->lang, rules[rule].level));
		cell_integer(table, (int64_t)check->found_count[rule]);
		cell_text(table, rules[rule].what[doc->lang]);
		cell_text(table, rules[rule].remedy[doc->lang]);
	}
	table_total_row(table, tr(doc->lang, MSG_TOTAL));
}

static void put_findings(const struct fec_check *check, struct document *doc)
{
	struct table *table =
		table_begin(doc, "findings", tr(doc->lang, MSG_FEC_FINDINGS));

	table_column(table, "rule", tr(doc->lang, MSG_FEC_RULE), VALUE_MONO);
	table_column(table, "line", tr(doc->lang, MSG_FEC_LINE), VALUE_ORDINAL);
	table_column(table, "column", tr(doc->lang, MSG_FEC_COLUMN), VALUE_MONO);
	table_column(table, "remedy", tr(doc->lang, MSG_FEC_REMEDY), VALUE_TEXT);
	for (int rule = 0; rule < FEC_RULE__COUNT; rule++)
		for (uint64_t i = 0;
		     i < check->found_count[rule] && i < FEC_FINDINGS_SHOWN; i++) {
			const struct finding *found = &check->found[rule][i];

			row_begin(table, rules[rule].level <= FEC_ERROR ? ROW_ALERT
									: ROW_NORMAL);
			cell_text(table, rules[rule].name);
			if (found->line)
				cell_integer(table, (int64_t)found->line);
			else
				cell_empty(table);
			cell_text(table, fec_column_name(found->column));
			cell_text(table, rules[rule].remedy[doc->lang]);
		}
	document_paragraph(doc, tr(doc->lang, MSG_FEC_FINDINGS_EXPLAINED));
}

static void put_sums(const struct fec_check *check, struct document *doc)
{
	struct table *table = table_begin(doc, "sums", tr(doc->lang, MSG_FEC_SUMS));

	table_column(table, "lines", tr(doc->lang, MSG_FEC_LINES), VALUE_INTEGER);
	table_column(table, "entries", tr(doc->lang, MSG_FEC_VOUCHERS), VALUE_INTEGER);
	table_column(table, "debit", tr(doc->lang, MSG_DEBIT), VALUE_CENTS);
	table_column(table, "credit", tr(doc->lang, MSG_CREDIT_SIDE), VALUE_CENTS);
	row_begin(table, ROW_NORMAL);
	cell_integer(table, (int64_t)check->lines);
	cell_integer(table, (int64_t)check->entries);
	cell_cents(table, check->debit);
	cell_cents(table, check->credit);
}

static bool is_refused(const struct fec_check *check)
{
	for (int rule = 0; rule < FEC_RULE__COUNT; rule++)
		if (check->found_count[rule] && rules[rule].level <= FEC_ERROR)
			return true;
	return false;
}

static void check_release(struct fec_check *check)
{
	name_index_release(&check->journals);
	name_index_release(&check->journal_labels);
	name_index_release(&check->accounts);
	name_index_release(&check->account_labels);
	free(check->journal_sequences);
	free(check->journal_label_of);
	free(check->account_label_of);
	free(check);
}

static enum err check_open(const char *path, FILE **ret_file, struct fault *fault)
{
	struct stat status;
	const char *reason;

	*ret_file = fopen(path, "re");
	if (*ret_file && fstat(fileno(*ret_file), &status) == 0 &&
	    !S_ISDIR(status.st_mode))
		return ERR_OK;
	reason = *ret_file ? "it is a folder" : strerrordesc_np(errno);
	if (*ret_file)
		(void)fclose(*ret_file); /* nothing was written */
	return fault_set(fault, ERR_IO, "file '%s' cannot be read: %s", path,
			 reason ? reason : "unknown error");
}

static void put_all(const struct fec_check *check, bool refused, struct document *doc)
{
	document_paragraph(doc,
			   tr(doc->lang, refused ? MSG_FEC_IS_REFUSED : MSG_FEC_IS_GOOD));
	put_sums(check, doc);
	put_rules(check, doc);
	put_findings(check, doc);
}

enum err fec_check_stream(FILE *file, const char *name, enum lang lang,
			  struct document *doc, bool *ret_refused, struct fault *fault)
{
	struct fec_check *check = calloc(1, sizeof *check);
	enum err err;

	document_init(doc, lang, "fec_check", tr(lang, MSG_FEC_CHECK_TITLE));
	if (!check)
		return fault_set(fault, ERR_MEMORY, "out of memory for the check");
	check->lang = lang;
	check_name(check, name);
	err = check_file(check, file, name, fault);
	if (!err) {
		*ret_refused = is_refused(check);
		put_all(check, *ret_refused, doc);
		err = document_check(doc, fault);
	}
	check_release(check);
	return err;
}

enum err fec_check(const char *path, enum lang lang, struct document *doc,
		   bool *ret_refused, struct fault *fault)
{
	FILE *file = NULL;
	enum err err = check_open(path, &file, fault);

	if (err) {
		document_init(doc, lang, "fec_check", tr(lang, MSG_FEC_CHECK_TITLE));
		return err;
	}
	err = fec_check_stream(file, path, lang, doc, ret_refused, fault);
	(void)fclose(file); /* nothing was written */
	return err;
}
