/*
 * bank_paper.c - bank files for tests: read, taken or refused.
 */
#include "tests/bank_paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const ours[] = { OURS, SECOND };

enum err paper_parse(struct paper *paper, const void *bytes, size_t n)
{
	paper->fault = (struct fault){ 0 };
	bank_file_release(&paper->file);
	bank_file_init(&paper->file, ours, COUNT(ours));
	return bank_file_parse(&paper->file, slice_of(bytes, n), &paper->fault);
}

static enum err parse(struct paper *paper, const char *text)
{
	return paper_parse(paper, text, strlen(text));
}

void taken(struct paper *paper, const char *text)
{
	if (parse(paper, text) != ERR_OK)
		fail_msg("refused: %s", paper->fault.text);
}

void refused(struct paper *paper, const char *text, enum err err, const char *said)
{
	enum err got = parse(paper, text);

	if (strcmp(paper->fault.text, said) != 0)
		fail_msg("said '%s' instead of '%s'", paper->fault.text, said);
	assert_int_equal(got, err);
	assert_int_equal(paper->fault.err, err);
}

int paper_setup(void **state)
{
	struct paper *paper = calloc(1, sizeof *paper);

	assert_non_null(paper);
	buffer_init(&paper->text, PAPER_BYTES_MAX);
	bank_file_init(&paper->file, ours, COUNT(ours));
	*state = paper;
	return 0;
}

int paper_teardown(void **state)
{
	struct paper *paper = *state;

	bank_file_release(&paper->file);
	buffer_release(&paper->text);
	free(paper);
	return 0;
}

void day_is(struct date date, const char *expected)
{
	char day[DATE_TEXT_BYTES];

	date_format(date, day);
	assert_string_equal(day, expected);
}
