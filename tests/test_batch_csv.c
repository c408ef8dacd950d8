/*
 * test_batch_csv.c - payroll files in their many shapes, and every way to be wrong.
 *
 * The files of tests/demo/ are read with what each must add up to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/batch_bad.h"
#include "gateway/batch_column.h"
#include "gateway/batch_csv.h"
#include "gateway/batch_input.h"
#include "gateway/json_reader.h"

#define LEN(array)     (sizeof(array) / sizeof *(array))
#define FILE_BYTES_MAX 65536

static struct fault fault;
static struct batch_rules rules;

static int make_rules(void **state)
{
	static const char *const FUNDS[] = { "general", "emploi", "projets",
					     "fonctionnement" };

	(void)state;
	for (size_t i = 0; i < LEN(FUNDS); i++)
		rules.fund[rules.fund_count++] = slice_of_text(FUNDS[i]);
	rules.default_fund = rules.fund[0];
	rules.row_cap = cents_of(5000);
	return 0;
}

static void set(struct batch_input *input, const char *name, const char *value)
{
	assert_int_equal(
		batch_input_parameter(input, slice_of_text(name), slice_of_text(value)),
		ERR_OK);
}

static void begin(struct batch_input *input, const char *source, const char *period,
		  const char *step_cents)
{
	assert_int_equal(batch_input_init(input, &rules, &fault), ERR_OK);
	set(input, "source", source);
	set(input, "period", period);
	set(input, "step_cents", step_cents);
	set(input, "collected_on", "2026-10-30");
	set(input, "reference", "PAYE-2026-10");
	set(input, "terms", "2026-09");
}

/* A copy of exactly that size, so that a sanitizer sees every byte too far; it
 * must outlive the input. */
static uint8_t *body_copy;

static enum err parse_bytes(struct batch_input *input, const void *bytes, size_t n)
{
	free(body_copy);
	body_copy = malloc(n ? n : 1);
	memcpy(body_copy, bytes, n);
	return batch_csv_parse(input, slice_of(body_copy, n), &fault);
}

static enum err parse(struct batch_input *input, const char *source, const char *text)
{
	begin(input, source, "2026-10", "100");
	return parse_bytes(input, text, strlen(text));
}

/* "line 3 roundup: is negative", one per line. */
static const char *bad_of(const struct batch_input *input)
{
	static char text[4096];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < input->bad.listed; i++) {
		const struct batch_bad *bad = &input->bad.bad[i];
		char where[BATCH_WHERE_BYTES], reason[BATCH_REASON_BYTES];

		batch_bad_where(bad, where);
		batch_bad_reason(bad, reason);
		assert_true(strlen(batch_bad_remedy(bad)) > 0);
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%s: %s\n", where,
				      bad->place == BATCH_PLACE_LINE ? " " : "",
				      bad->place == BATCH_PLACE_LINE ? bad->member : "",
				      reason);
		assert_true(n < sizeof text);
	}
	return text;
}

static void assert_good(const char *source, const char *text, size_t rows, int64_t sum)
{
	struct batch_input input;
	int64_t found = 0;

	assert_int_equal(parse(&input, source, text), ERR_OK);
	assert_int_equal(input.row_count, rows);
	for (size_t i = 0; i < rows; i++)
		found += cents_value(input.rows[i].roundup) +
			 cents_value(input.rows[i].extra);
	assert_int_equal(found, sum);
	batch_input_release(&input);
}

static void assert_bad(const char *source, const char *text, const char *wanted)
{
	struct batch_input input;

	assert_int_equal(parse(&input, source, text), ERR_INVALID);
	assert_int_equal(fault.err, ERR_INVALID);
	assert_string_equal(bad_of(&input), wanted);
	batch_input_release(&input);
}

/* ---- the demo's files ---- */

static size_t read_demo(const char *name, uint8_t bytes[FILE_BYTES_MAX])
{
	char path[256];
	FILE *file;
	size_t n;

	snprintf(path, sizeof path, "tests/demo/%s", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	n = fread(bytes, 1, FILE_BYTES_MAX, file);
	assert_true(n > 0 && n < FILE_BYTES_MAX);
	assert_int_equal(fclose(file), 0);
	return n;
}

/* What expected.json says of a file. */
struct wanted {
	char source[16], period[16], why[64];
	int64_t step, count, zero_rows, total, givers[GIVER__COUNT];
	bool has_givers;
	uint32_t refused[16];
	size_t n_refused;
};

static enum json_token next(struct json_reader *reader)
{
	enum json_token token;

	assert_int_equal(json_reader_next(reader, &token, &fault), ERR_OK);
	return token;
}

static void wanted_text(struct wanted *want, struct slice name, struct slice text)
{
	char *to = NULL;

	if (slice_equal_text(name, "source"))
		to = want->source;
	else if (slice_equal_text(name, "period"))
		to = want->period;
	else if (slice_equal_text(name, "why"))
		to = want->why;
	if (to)
		memcpy(to, text.p, text.n);
}

static void wanted_integer(struct wanted *want, struct slice name, int64_t n)
{
	if (slice_equal_text(name, "step"))
		want->step = n;
	else if (slice_equal_text(name, "count"))
		want->count = n;
	else if (slice_equal_text(name, "zero_rows"))
		want->zero_rows = n;
	else if (slice_equal_text(name, "total"))
		want->total = n;
}

static void wanted_givers(struct wanted *want, struct json_reader *reader)
{
	enum giver giver;

	want->has_givers = true;
	while (next(reader) == JSON_TOKEN_NAME) {
		assert_int_equal(giver_parse(reader->text, &giver), ERR_OK);
		assert_int_equal(next(reader), JSON_TOKEN_INTEGER);
		want->givers[giver] = reader->integer;
	}
}

static void read_wanted(struct json_reader *reader, struct wanted *want)
{
	*want = (struct wanted){ 0 };
	assert_int_equal(next(reader), JSON_TOKEN_OBJECT);
	while (next(reader) == JSON_TOKEN_NAME) {
		struct slice name = reader->text;
		enum json_token token = next(reader);

		if (token == JSON_TOKEN_TEXT)
			wanted_text(want, name, reader->text);
		else if (token == JSON_TOKEN_INTEGER)
			wanted_integer(want, name, reader->integer);
		else if (token == JSON_TOKEN_OBJECT)
			wanted_givers(want, reader);
		else
			while (next(reader) == JSON_TOKEN_INTEGER)
				want->refused[want->n_refused++] =
					(uint32_t)reader->integer;
	}
}

static void check_sums(const struct batch_input *input, const struct wanted *want)
{
	int64_t total = 0, count = 0, zero = 0, givers[GIVER__COUNT] = { 0 };

	for (size_t i = 0; i < input->row_count; i++) {
		const struct batch_claim *row = &input->rows[i];
		int64_t sum = cents_value(row->roundup) + cents_value(row->extra);

		total += sum;
		givers[row->giver] += sum;
		count += sum > 0;
		zero += sum == 0;
		assert_int_equal(row->line, i + 2);
	}
	assert_int_equal(count, want->count);
	assert_int_equal(zero, want->zero_rows);
	assert_int_equal(total, want->total);
	for (unsigned i = 0; i < GIVER__COUNT && want->has_givers; i++)
		assert_int_equal(givers[i], want->givers[i]);
}

static void check_refused(const struct batch_input *input, const struct wanted *want)
{
	char reason[BATCH_REASON_BYTES];

	assert_int_equal(input->bad.count, want->n_refused);
	for (size_t i = 0; i < input->bad.listed; i++)
		assert_int_equal(input->bad.bad[i].at, want->refused[i]);
	batch_bad_reason(&input->bad.bad[0], reason);
	if (want->why[0])
		assert_string_equal(reason, want->why);
}

static void check_demo(const char *name, const struct wanted *want)
{
	static uint8_t bytes[FILE_BYTES_MAX];
	size_t n = read_demo(name, bytes);
	struct batch_input input;
	char step[24];

	snprintf(step, sizeof step, "%lld", (long long)want->step);
	begin(&input, want->source, want->period, step);
	assert_int_equal(parse_bytes(&input, bytes, n),
			 want->n_refused ? ERR_INVALID : ERR_OK);
	if (want->n_refused)
		check_refused(&input, want);
	else
		check_sums(&input, want);
	batch_input_release(&input);
}

static void every_file_of_the_demo_is_what_was_expected(void **state)
{
	static uint8_t bytes[FILE_BYTES_MAX];
	size_t n = read_demo("expected.json", bytes), files = 0;
	struct json_reader reader;
	struct wanted want;
	char name[128];

	(void)state;
	json_reader_init(&reader, slice_of(bytes, n));
	assert_int_equal(next(&reader), JSON_TOKEN_OBJECT);
	for (; next(&reader) == JSON_TOKEN_NAME; files++) {
		snprintf(name, sizeof name, "%.*s", (int)reader.text.n,
			 (const char *)reader.text.p);
		read_wanted(&reader, &want);
		check_demo(name, &want);
	}
	assert_int_equal(files, 15);
	json_reader_release(&reader);
}

static void each_bad_line_of_the_demo_has_its_reason(void **state)
{
	static uint8_t bytes[FILE_BYTES_MAX];
	size_t n = read_demo("refusee-lignes.csv", bytes);
	struct batch_input input;

	(void)state;
	begin(&input, "salary", "2026-10", "100");
	assert_int_equal(parse_bytes(&input, bytes, n), ERR_INVALID);
	assert_string_equal(
		bad_of(&input),
		"line 3 donor: the same claim stands before in this batch\n"
		"line 4 roundup: the round-up is not below the rounding step\n"
		"line 5 roundup: is negative\n"
		"line 6 roundup: has more than two decimals\n"
		"line 7 roundup: is not an amount\n"
		"line 8 fund: is not a fund of the foundation\n"
		"line 9 donor: is or holds a NIR (social security number)\n"
		"line 10 donor: is an e-mail address\n");
	assert_string_equal(fault.text,
			    "8 things in the batch are wrong, rows: 8; the first is "
			    "line 3, donor: the same claim stands before in this batch");
	batch_input_release(&input);
}

/* ---- shapes ---- */

static void separators_and_line_ends_are_found_out(void **state)
{
	(void)state;
	assert_good("salary", "donor;roundup;extra;fund\nM1;0,37;2,00;emploi\n", 1, 237);
	assert_good("salary", "donor,roundup,extra,fund\r\nM1,0.37,2,emploi\r\n", 1, 237);
	assert_good("salary", "donor\troundup\textra\tfund\rM1\t0,3\t\t\rM2\t0\t2\t", 2,
		    230);
	assert_good("salary", "donor;roundup\nM1;0,37", 1, 37);
}

static void headers_are_read_without_regard_to_dress(void **state)
{
	(void)state;
	assert_good("salary",
		    "MATRICULE;Arrondi (\xE2\x82\xAC);Don [EUR, TTC];FONDS\nM1;0,37;2;",
		    1, 237);
	assert_good("salary", "Matricule;Arrondi (\xA4);Don;Fonds\nM1;0,37;2;\n", 1, 237);
	assert_good("salary",
		    "\xEF\xBB\xBF\" Matricule \";\"Arrondi\";Bulletin\nM1;0,37;2\n", 1,
		    37);
	assert_good("salary", "Matricule;Arrondi \xA4;Bulletin\nM1;0,37;2026/10-1\n", 1,
		    37);
}

static void accents_are_folded_in_either_encoding(void **state)
{
	static const struct {
		const char *name, *folded;
	} CASES[] = {
		{ "Num\xC3\xA9ro de S\xC3\x89"
		  "CURIT\xC3\x89 sociale",
		  "numero de securite sociale" },
		{ "Num\xE9ro de S\xC9"
		  "CURIT\xC9 sociale",
		  "numero de securite sociale" },
		{ "Pre\xCC\x81nom", "prenom" }, /* an accent apart */
		{ "net_a__payer (\xE2\x82\xAC) ", "net a payer" },
		{ "Date d'entr\xC3\xA9"
		  "e",
		  "date d entree" },
		{ "(all in brackets)", "" },
		{ ") closed first", "closed first" },
		{ "", "" },
	};
	char folded[BATCH_COLUMN_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < LEN(CASES); i++) {
		batch_column_fold(slice_of_text(CASES[i].name), folded);
		assert_string_equal(folded, CASES[i].folded);
	}
}

static void invoices_have_their_givers_in_both_languages(void **state)
{
	static const char *const TEXTS[] = {
		"client;facture;arrondi;donateur;fonds\n"
		"C1;F/1;0,10;Particulier;\nC2;F/2;0,20;ENTREPRISE;\nC3;F/3;0,30; vendeur "
		";",
		"donor,invoice,roundup,giver,fund\n"
		",F/1,0.10,person,\nC2,F/2,0.20,company,\nC3,F/3,0.30,seller,",
	};

	(void)state;
	for (size_t t = 0; t < LEN(TEXTS); t++) {
		struct batch_input input;

		assert_int_equal(parse(&input, "invoice", TEXTS[t]), ERR_OK);
		assert_int_equal(input.row_count, 3);
		assert_int_equal(input.rows[0].giver, GIVER_PERSON);
		assert_int_equal(input.rows[1].giver, GIVER_COMPANY);
		assert_int_equal(input.rows[2].giver, GIVER_SELLER);
		assert_true(slice_equal_text(input.rows[2].subject, "F/3"));
		assert_true(slice_equal_text(input.rows[2].fund, "general"));
		batch_input_release(&input);
	}
}

static void tills_have_days_of_the_period(void **state)
{
	struct batch_input input;

	(void)state;
	assert_int_equal(parse(&input, "till",
			       "caisse;jour;arrondi;fonds\nT1;2026-10-01;0,50;emploi\n"
			       "T1;02/10/2026;0,50;emploi\nT2;2026-10-01;0,50;emploi\n"),
			 ERR_OK);
	assert_int_equal(input.row_count, 3);
	assert_int_equal(date_days(input.rows[0].day, input.rows[1].day), 1);
	batch_input_release(&input);
	/* A day of a till is many round-ups: the step does not bind it. */
	assert_int_equal(parse(&input, "till", "till;day;roundup\nT1;2026-10-31;15,20\n"),
			 ERR_OK);
	batch_input_release(&input);
	assert_bad("till",
		   "till;day;roundup\nT1;2026-09-30;0,50\nT1;31/02/2026;0,50\n"
		   "T1;2026-10-01;0,50\nT1;01/10/2026;0,20\nT1;;0,20\n",
		   "line 2 day: is a day outside the batch's period\n"
		   "line 3 day: is not a day\n"
		   "line 5 till: the same claim stands before in this batch\n"
		   "line 6 day: is not a day\n");
}

static void quotes_are_those_of_rfc_4180(void **state)
{
	(void)state;
	assert_good("salary",
		    "\"donor\",\"roundup\"\r\n\"M1\",\"0,30\"\r\n\"M2\",0.3\r\n", 2, 60);
	assert_bad(
		"salary",
		"donor;roundup;fund\n\"M\"\"1\";0,30;\n\"M2\nB\";0,30;\nM3;\"0,30\"x;\n"
		"M4;0,30;\nM5;-1;\nM6;\"0,30;",
		"line 2 donor: holds a character that may not be there\n"
		"line 3 donor: holds a character that may not be there\n"
		"line 5 : a quoted field does not end where it should\n"
		"line 7 roundup: is negative\n"
		"line 8 : a quoted field does not end where it should\n");
}

static void lines_without_a_value_are_passed_over_and_counted(void **state)
{
	struct batch_input input;

	(void)state;
	assert_int_equal(
		parse(&input, "salary", "donor;roundup\n\nM1;0,1\n;\n\r\nM2;0,1\n\n"),
		ERR_OK);
	assert_int_equal(input.row_count, 2);
	assert_int_equal(input.rows[0].line, 3);
	assert_int_equal(input.rows[1].line, 6);
	batch_input_release(&input);
}

/* ---- amounts ---- */

static void amounts_are_euros_with_comma_or_point(void **state)
{
	static const struct {
		const char *text;
		int64_t cents;
	} CASES[] = {
		{ "0", 0 },     { "00,07", 7 },      { "0,3", 30 },
		{ "0.30", 30 }, { " 12,34 ", 1234 }, { "50", 5000 },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < LEN(CASES); i++) {
		snprintf(text, sizeof text, "donor;roundup;extra\nM1;0;%s\n",
			 CASES[i].text);
		assert_good("salary", text, 1, CASES[i].cents);
	}
}

static void what_is_no_amount_is_refused_for_its_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} CASES[] = {
		{ "-1", "is negative" },
		{ "-0,37", "is negative" },
		{ "1,234", "has more than two decimals" },
		{ "0,370", "has more than two decimals" },
		{ "50,01", "the row gives more than one row may" },
		{ "99999999999999999999", "the row gives more than one row may" },
		{ "9999999999999", "the row gives more than one row may" },
		{ "1 234,56", "is not an amount" },
		{ "1.234,56", "is not an amount" },
		{ ",50", "is not an amount" },
		{ "12,", "is not an amount" },
		{ "+1", "is not an amount" },
		{ "-", "is not an amount" },
		{ "--1", "is not an amount" },
		{ "-1e3", "is not an amount" },
		{ "0,37 \xE2\x82\xAC", "is not an amount" },
		{ "1e400", "is not an amount" },
		{ "NaN", "is not an amount" },
		{ "0x10", "is not an amount" },
		{ "\xD9\xA3", "is not an amount" }, /* a digit, but not ASCII's */
	};
	char text[96], wanted[128];

	(void)state;
	for (size_t i = 0; i < LEN(CASES); i++) {
		snprintf(text, sizeof text, "donor;roundup;extra\nM1;0;%s\n",
			 CASES[i].text);
		snprintf(wanted, sizeof wanted, "line 2 extra: %s\n", CASES[i].reason);
		assert_bad("salary", text, wanted);
	}
	assert_bad("salary", "donor;roundup\nM1;\n", "line 2 roundup: is missing\n");
}

/* ---- refusals ---- */

static void columns_that_may_not_be_sent_are_told_by_known_words_only(void **state)
{
	(void)state;
	assert_bad("salary",
		   "matricule;Net \xC3\xA0 payer;NOM;Dupont;arrondi\nM1;1;a;b;0,1\n",
		   "line 1 net a payer: a column that may not be sent: net a payer\n"
		   "line 1 nom: a column that may not be sent: nom\n"
		   "line 1 column 4: a column that may not be sent: column 4\n");
	assert_string_equal(fault.text,
			    "3 things in the batch are wrong, rows: 1; the first "
			    "is line 1: a column that may not be sent: net a payer");
	/* What another source may send is not for this one. */
	assert_bad("salary", "matricule;arrondi;facture\nM1;0,1;F1\n",
		   "line 1 facture: a column that may not be sent: facture\n");
}

static void the_first_line_must_name_columns(void **state)
{
	(void)state;
	assert_bad("salary", "donor\nM1\n",
		   "line 1 : the first line names no two columns\n");
	assert_bad("salary", "M1;0,37\nM2;0,37\n",
		   "line 1 column 1: a column that may not be sent: column 1\n"
		   "line 1 column 2: a column that may not be sent: column 2\n"
		   "line 1 donor: a column is missing: donor\n"
		   "line 1 roundup: a column is missing: roundup\n");
	assert_bad("salary", "donor;arrondi;roundup;fund;\nM1;1;1;1;1\n",
		   "line 1 column 3: a column is there twice: column 3\n"
		   "line 1 column 5: a column that may not be sent: column 5\n");
	assert_bad("salary", "\"donor;roundup\nM1;0,37\n",
		   "line 1 : the first line names no two columns\n");
	assert_bad("salary",
		   "\xFF\xFE"
		   "d;",
		   "line 1 : the file is in UTF-16\n");
}

static void a_file_without_rows_is_refused(void **state)
{
	(void)state;
	/* A mark of UTF-8 and nothing behind it. */
	assert_bad("salary", "\xEF\xBB\xBF",
		   "line 1 : the first line names no two columns\n");
	assert_bad("salary", "donor;roundup\n",
		   "parameter rows: there is no row at all\n");
	assert_bad("salary", "donor;roundup\n;\n\n",
		   "parameter rows: there is no row at all\n");
}

static void lines_of_another_length_are_refused(void **state)
{
	(void)state;
	assert_bad("salary", "donor;roundup;fund\nM1;0,1\nM2;0,1;;\nM3,0.1,emploi\n",
		   "line 2 : the line has more or fewer fields than the first line\n"
		   "line 3 : the line has more or fewer fields than the first line\n"
		   "line 4 : the line has more or fewer fields than the first line\n");
}

static void every_bad_member_of_a_line_is_listed(void **state)
{
	(void)state;
	assert_bad("invoice",
		   "client;facture;arrondi;donateur;fonds\n"
		   "Dupont;F 1;x;ami;emplois\n;;0,10;person;\n",
		   "line 2 roundup: is not an amount\n"
		   "line 2 client: looks like a name\n"
		   "line 2 invoice: holds a blank\n"
		   "line 2 giver: is not a kind of giver\n"
		   "line 2 fund: is not a fund of the foundation\n"
		   "line 3 invoice: is missing\n");
}

static void slips_tell_payslips_of_one_donor_apart(void **state)
{
	(void)state;
	assert_good("salary", "donor;roundup;slip\nM1;0,1;1\nM1;0,1;2\nM1;0,1;\n", 3, 30);
	assert_bad("salary",
		   "donor;roundup;slip\nM1;0,1;1\nM1;0,1;1\nM1;0,1;2750693123456\n",
		   "line 3 donor: the same claim stands before in this batch\n"
		   "line 4 slip: is or holds a NIR (social security number)\n");
}

static void a_row_of_nothing_is_a_claim_all_the_same(void **state)
{
	(void)state;
	assert_good("salary", "donor;roundup\nM1;0,00\n", 1, 0);
	assert_bad("salary", "donor;roundup\nM1;0,00\nM1;0,37\n",
		   "line 3 donor: the same claim stands before in this batch\n");
}

static void parameters_are_judged(void **state)
{
	struct batch_input input;

	(void)state;
	assert_int_equal(batch_input_init(&input, &rules, &fault), ERR_OK);
	set(&input, "source", "gift");
	set(&input, "period", "2026-13");
	set(&input, "step_cents", "1.00");
	set(&input, "collected_on", "2026-10-32");
	set(&input, "reference", "paye 2026");
	set(&input, "site", "Pantin");
	set(&input, "terms", "2026-09");
	set(&input, "terms", "2026-09");
	set(&input, "net_a_payer", "1");
	set(&input, "2750693123456", "1");
	assert_int_equal(parse_bytes(&input, "donor;roundup\n", 14), ERR_INVALID);
	assert_string_equal(
		bad_of(&input),
		"parameter source: has not the syntax of its kind\n"
		"parameter period: has not the syntax of its kind\n"
		"parameter step_cents: has not the syntax of its kind\n"
		"parameter collected_on: has not the syntax of its kind\n"
		"parameter reference: has not the syntax of its kind\n"
		"parameter site: has not the syntax of its kind\n"
		"parameter terms: is there twice\n"
		"parameter net_a_payer: is not a member that may be sent here\n"
		"parameter : is not a member that may be sent here\n");
	batch_input_release(&input);
	assert_int_equal(batch_input_init(&input, &rules, &fault), ERR_OK);
	assert_int_equal(parse_bytes(&input, "", 0), ERR_INVALID);
	assert_int_equal(input.bad.count, 6);
	batch_input_release(&input);
}

/* ---- limits and hostility ---- */

static void bad_rows_past_the_list_are_counted(void **state)
{
	enum { ROWS = BATCH_BAD_LISTED_MAX + 234, ROW_BYTES = 8 };
	char *text = malloc(32 + ROWS * ROW_BYTES);
	struct batch_input input;
	size_t n = (size_t)snprintf(text, 32, "donor;roundup\n");

	(void)state;
	for (int i = 0; i < ROWS; i++, n += 7)
		memcpy(text + n, "M1;0,1\n", 7);
	begin(&input, "salary", "2026-10", "100");
	assert_int_equal(parse_bytes(&input, text, n), ERR_INVALID);
	assert_int_equal(input.bad.listed, BATCH_BAD_LISTED_MAX);
	assert_int_equal(input.bad.count, ROWS - 1);
	assert_int_equal(input.bad.rows, ROWS - 1);
	batch_input_release(&input);
	free(text);
}

static void rows_past_the_limit_are_too_many(void **state)
{
	enum { ROW_BYTES = 16 };
	char *text = malloc(32 + (BATCH_ROWS_MAX + 1) * ROW_BYTES);
	struct batch_input input;
	size_t n = (size_t)snprintf(text, 32, "donor;roundup\n"), n_full = 0;

	(void)state;
	for (int i = 0; i <= BATCH_ROWS_MAX; i++) {
		n_full = n;
		n += (size_t)snprintf(text + n, ROW_BYTES, "M%d;0,37\n", i);
	}
	begin(&input, "salary", "2026-10", "100");
	assert_int_equal(parse_bytes(&input, text, n), ERR_TOO_BIG);
	assert_non_null(strstr(fault.text, "100000"));
	batch_input_release(&input);
	begin(&input, "salary", "2026-10", "100");
	assert_int_equal(parse_bytes(&input, text, n_full), ERR_OK);
	assert_int_equal(input.row_count, BATCH_ROWS_MAX);
	batch_input_release(&input);
	free(text);
}

static void every_cut_and_every_changed_byte_is_survived(void **state)
{
	static const char WHOLE[] =
		"Matricule;\"Arrondi (\xE2\x82\xAC)\";don;fonds;bulletin\r\n"
		"M1;0,37;\"2,00\";emploi;1\r\nM2;0,1;;;\r\n";
	static const uint8_t BYTES[] = { 0,   '"', ';', ',',  '\t', '\r', '\n',
					 '(', '-', '9', 0x80, 0xC3, 0xFF };
	char text[sizeof WHOLE];
	struct batch_input input;

	(void)state;
	for (size_t n = 0; n < sizeof WHOLE; n++) {
		begin(&input, "salary", "2026-10", "100");
		assert_int_not_equal(parse_bytes(&input, WHOLE, n), ERR_MEMORY);
		batch_input_release(&input);
	}
	for (size_t at = 0; at < sizeof WHOLE - 1; at++)
		for (size_t b = 0; b < LEN(BYTES); b++) {
			memcpy(text, WHOLE, sizeof WHOLE);
			text[at] = (char)BYTES[b];
			begin(&input, "salary", "2026-10", "100");
			assert_int_not_equal(parse_bytes(&input, text, sizeof WHOLE - 1),
					     ERR_MEMORY);
			batch_input_release(&input);
		}
}

static void funds_are_not_judged_where_they_are_not_known(void **state)
{
	struct batch_rules none = { .row_cap = cents_of(CENTS_ABS_MAX) };
	struct batch_input input;

	(void)state;
	assert_int_equal(batch_input_init(&input, &none, &fault), ERR_OK);
	set(&input, "source", "salary");
	set(&input, "period", "2026-10");
	set(&input, "step_cents", "100");
	set(&input, "collected_on", "2026-10-30");
	set(&input, "reference", "R");
	set(&input, "terms", "2026-09");
	set(&input, "site", "pantin-1");
	assert_int_equal(
		parse_bytes(&input, "donor;roundup;fund\nM1;0,1;any\nM2;0,1;\n", 38),
		ERR_OK);
	assert_string_equal(input.site, "pantin-1");
	batch_input_release(&input);
}

static int free_copy(void **state)
{
	(void)state;
	free(body_copy);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_of_the_demo_is_what_was_expected),
		cmocka_unit_test(each_bad_line_of_the_demo_has_its_reason),
		cmocka_unit_test(separators_and_line_ends_are_found_out),
		cmocka_unit_test(headers_are_read_without_regard_to_dress),
		cmocka_unit_test(accents_are_folded_in_either_encoding),
		cmocka_unit_test(invoices_have_their_givers_in_both_languages),
		cmocka_unit_test(tills_have_days_of_the_period),
		cmocka_unit_test(quotes_are_those_of_rfc_4180),
		cmocka_unit_test(lines_without_a_value_are_passed_over_and_counted),
		cmocka_unit_test(amounts_are_euros_with_comma_or_point),
		cmocka_unit_test(what_is_no_amount_is_refused_for_its_reason),
		cmocka_unit_test(
			columns_that_may_not_be_sent_are_told_by_known_words_only),
		cmocka_unit_test(the_first_line_must_name_columns),
		cmocka_unit_test(a_file_without_rows_is_refused),
		cmocka_unit_test(lines_of_another_length_are_refused),
		cmocka_unit_test(every_bad_member_of_a_line_is_listed),
		cmocka_unit_test(slips_tell_payslips_of_one_donor_apart),
		cmocka_unit_test(a_row_of_nothing_is_a_claim_all_the_same),
		cmocka_unit_test(parameters_are_judged),
		cmocka_unit_test(bad_rows_past_the_list_are_counted),
		cmocka_unit_test(rows_past_the_limit_are_too_many),
		cmocka_unit_test(every_cut_and_every_changed_byte_is_survived),
		cmocka_unit_test(funds_are_not_judged_where_they_are_not_known),
	};

	return cmocka_run_group_tests(tests, make_rules, free_copy);
}
