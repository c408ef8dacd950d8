/*
 * bank_rig.c - what must hold of every bank file that was taken, for fuzz targets.
 */
#include "tests/bank_rig.h"

#include <string.h>

#include "keys/encoding.h"
#include "ledger/reference.h"
#include "tests/fuzz.h"

static enum err read_in(const struct bank_format *format, struct slice bytes,
			size_t piece, struct bank_file *file, struct fault *fault)
{
	void *reader = NULL;
	enum err err = format->begin(file, &reader, fault);

	FUZZ_MUST(err == ERR_OK);
	while (!err && bytes.n > piece) {
		err = format->feed(reader, slice_of(bytes.p, piece), false, fault);
		bytes = slice_of(bytes.p + piece, bytes.n - piece);
	}
	if (!err)
		err = format->feed(reader, bytes, true, fault);
	format->end(reader);
	return err;
}

static void text_must_be_ascii(const char *text, size_t bytes)
{
	size_t n = strnlen(text, bytes);

	FUZZ_MUST(n < bytes);
	for (size_t i = 0; i < n; i++)
		FUZZ_MUST(text[i] >= 0x20 && text[i] <= 0x7E);
}

static void line_must_hold(const struct bank_line *line)
{
	char iban[IBAN_TEXT_BYTES];

	FUZZ_MUST(!cents_is_zero(line->amount));
	FUZZ_MUST(line->entry >= 1 && line->detail <= line->details);
	FUZZ_MUST(line->reference_count <= BANK_REFERENCES_MAX);
	for (size_t i = 0; i < line->reference_count; i++)
		for (size_t j = 0; j < i; j++)
			FUZZ_MUST(line->references[i] != line->references[j]);
	text_must_be_ascii(line->end_to_end, sizeof line->end_to_end);
	text_must_be_ascii(line->bank_reference, sizeof line->bank_reference);
	text_must_be_ascii(line->payment_info, sizeof line->payment_info);
	text_must_be_ascii(line->reason, sizeof line->reason);
	text_must_be_ascii(line->family, sizeof line->family);
	text_must_be_ascii(line->text, sizeof line->text);
	if (line->iban[0] != '\0') {
		enum err err = iban_parse(slice_of_text(line->iban), iban, NULL);

		FUZZ_MUST(err == ERR_OK || err == ERR_NOT_FOUND);
	}
}

static void statement_must_hold(const struct bank_file *file,
				const struct bank_statement *statement)
{
	const struct bank_line *lines =
		statement->line_count ? &file->lines[statement->first_line] : NULL;
	struct cents sum = statement->opening;

	FUZZ_MUST(statement->iban[0] != '\0');
	FUZZ_MUST(date_cmp(statement->from, statement->until) <= 0);
	for (size_t i = 0; i < statement->line_count; i++) {
		line_must_hold(&lines[i]);
		FUZZ_MUST(date_cmp(lines[i].booked_on, statement->from) >= 0 &&
			  date_cmp(lines[i].booked_on, statement->until) <= 0);
		FUZZ_MUST(i == 0 ||
			  date_cmp(lines[i - 1].booked_on, lines[i].booked_on) <= 0);
		if (statement->balanced)
			FUZZ_MUST(cents_add(sum, lines[i].amount, &sum) == ERR_OK);
	}
	if (statement->balanced)
		FUZZ_MUST(cents_cmp(sum, statement->closing) == 0);
}

static void file_must_hold(const struct bank_file *file)
{
	size_t lines = 0;

	FUZZ_MUST(file->statement_count > 0 && file->format);
	for (size_t i = 0; i < file->statement_count; i++) {
		FUZZ_MUST(file->statements[i].first_line == lines);
		lines += file->statements[i].line_count;
		statement_must_hold(file, &file->statements[i]);
	}
	FUZZ_MUST(lines == file->line_count);
}

/* Member by member: what stands between them is nobody's. */
static bool line_equal(const struct bank_line *a, const struct bank_line *b)
{
	return cents_cmp(a->amount, b->amount) == 0 &&
	       date_cmp(a->booked_on, b->booked_on) == 0 && a->entry == b->entry &&
	       a->detail == b->detail && a->details == b->details &&
	       a->reversal == b->reversal && a->reference_count == b->reference_count &&
	       memcmp(a->references, b->references,
		      a->reference_count * sizeof *a->references) == 0 &&
	       strcmp(a->end_to_end, b->end_to_end) == 0 &&
	       strcmp(a->bank_reference, b->bank_reference) == 0 &&
	       strcmp(a->payment_info, b->payment_info) == 0 &&
	       strcmp(a->iban, b->iban) == 0 && strcmp(a->reason, b->reason) == 0 &&
	       strcmp(a->text, b->text) == 0;
}

void bank_rig_check(const struct bank_format *format, const uint8_t *bytes, size_t n,
		    size_t piece)
{
	struct bank_file file, again;
	struct fault fault = { 0 }, other = { 0 };
	enum err err, same;

	bank_file_init(&file, NULL, 0);
	bank_file_init(&again, NULL, 0);
	err = read_in(format, slice_of(bytes, n), n + 1, &file, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err)
		file_must_hold(&file);
	same = read_in(format, slice_of(bytes, n), piece ? piece : 1, &again, &other);
	FUZZ_MUST(same == err);
	if (!err) {
		FUZZ_MUST(again.line_count == file.line_count &&
			  again.statement_count == file.statement_count);
		for (size_t i = 0; i < file.line_count; i++)
			FUZZ_MUST(line_equal(&file.lines[i], &again.lines[i]));
	}
	bank_file_release(&file);
	bank_file_release(&again);
}
