/*
 * test_bank_file.c - bank files as bytes of strangers (gateway/bank_file.c, and
 * gateway/xml_reader.c beneath): bombs, cuts, encodings, a hundred megabytes, and papers
 * of other people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/bank_file.h"
#include "keys/file.h"
#include "tests/bank_paper.h"

/* ---- XML that means ill ---- */

static void a_bomb_is_refused_before_it_is_lit(void **state)
{
	static const char DOCTYPE[] =
		"a document type declaration stands there, which no bank "
		"file has";
	struct paper *paper = *state;
	char said[FAULT_TEXT_BYTES_MAX];

	snprintf(said, sizeof said, "line 2: %s", DOCTYPE);
	refused(paper,
		XML "<!DOCTYPE lolz [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;'>"
		    "<!ENTITY c '&b;&b;&b;&b;&b;'>]>" OPEN8 "&c;" CLOSE,
		ERR_INVALID, said);
	refused(paper, XML "<!DOCTYPE Document SYSTEM 'file:///etc/passwd'>" OPEN8 CLOSE,
		ERR_INVALID, said);
	refused(paper, XML OPEN8 "<Stmt><Id>&undefined;</Id></Stmt>" CLOSE, ERR_INVALID,
		"line 2: it is not well-formed XML (undefined entity)");
	/* these five are XML's own */
	taken(paper,
	      ONE("1", DETAIL("<RmtInf><Ustrd>a &lt;&amp;&gt;&#65;</Ustrd></RmtInf>")));
	assert_string_equal(paper->file.lines[0].text, "a <&>A");
}

static void put_times(struct buffer *text, const char *piece, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buffer_put_text(text, piece);
}

static void refused_buffer(struct paper *paper, enum err err, const char *said)
{
	assert_int_equal(buffer_err(&paper->text), ERR_OK);
	refused(paper, buffer_text(&paper->text), err, said);
	buffer_clear(&paper->text);
}

static void what_is_too_deep_or_too_long_is_refused(void **state)
{
	struct paper *paper = *state;

	buffer_put_text(&paper->text, XML OPEN8 "<Stmt>");
	put_times(&paper->text, "<a>", 29);
	put_times(&paper->text, "</a>", 29);
	buffer_put_text(&paper->text, "</Stmt>" CLOSE);
	refused_buffer(paper, ERR_INVALID,
		       "line 2: statement 1: it has no opening balance (OPBD or PRCD)");
	buffer_put_text(&paper->text, XML OPEN8 "<Stmt>");
	put_times(&paper->text, "<a>", 30);
	refused_buffer(paper, ERR_TOO_BIG,
		       "line 2: there are more than 32 elements inside each other");
	buffer_put_text(&paper->text, XML OPEN8 "<Stmt><Id>");
	put_times(&paper->text, "0123456789", 410);
	refused_buffer(paper, ERR_TOO_BIG, "line 2: a text has more than 4096 bytes");
	/* a tag that never ends */
	buffer_put_text(&paper->text, XML OPEN8 "<Stmt x='");
	put_times(&paper->text, "0123456789", 9000);
	refused_buffer(paper, ERR_TOO_BIG,
		       "line 2: a tag or a text has more than 65536 bytes");
	buffer_put_text(&paper->text, XML OPEN8 "<Stmt xmlns='u:");
	put_times(&paper->text, "0123456789", 30);
	buffer_put_text(&paper->text, "'/>" CLOSE);
	refused_buffer(paper, ERR_TOO_BIG, "line 2: a namespace has more than 255 bytes");
}

/* A text that nobody asked for takes no memory, however long. */
static void a_long_text_that_does_not_matter_is_passed_over(void **state)
{
	struct paper *paper = *state;

	buffer_put_text(&paper->text, XML OPEN8 "<GrpHdr><AddtlInf>");
	put_times(&paper->text, "0123456789", 50000);
	buffer_put_text(&paper->text,
			"</AddtlInf></GrpHdr>" STMT(OPENING("1") CLOSING("1")) CLOSE);
	taken(paper, buffer_text(&paper->text));
}

static void what_is_cut_or_broken_is_refused(void **state)
{
	static const char GOOD[] = ONE("1", DETAIL(""));
	struct paper *paper = *state;

	for (size_t n = 1; n + 1 < sizeof GOOD; n += 7) {
		enum err err = paper_parse(paper, GOOD, n);

		assert_int_equal(err, ERR_INVALID);
	}
	assert_int_equal(paper_parse(paper, GOOD, sizeof GOOD - 1), ERR_OK);
	refused(paper, XML OPEN8 "<Stmt></Ntry>", ERR_INVALID,
		"line 2: it is not well-formed XML (mismatched tag)");
	refused(paper, ONE("1", "") "<more/>", ERR_INVALID,
		"line 2: it is not well-formed XML (junk after document element)");
	refused(paper, "<?xml version='1.0' encoding='windows-1252'?>" OPEN8 CLOSE,
		ERR_INVALID, "line 1: it is not well-formed XML (unknown encoding)");
	refused(paper, XML OPEN8 "<Stmt>\xC3\x28</Stmt>" CLOSE, ERR_INVALID,
		"line 2: it is not well-formed XML (not well-formed (invalid token))");
}

static void other_encodings_of_the_same_are_taken(void **state)
{
	static const char GOOD[] = OPEN8 STMT(OPENING("1") CLOSING("1")) CLOSE;
	struct paper *paper = *state;

	buffer_put_text(&paper->text, "\xFF\xFE");
	for (size_t i = 0; i + 1 < sizeof GOOD; i++) {
		buffer_put_byte(&paper->text, (uint8_t)GOOD[i]);
		buffer_put_byte(&paper->text, 0);
	}
	assert_int_equal(paper_parse(paper, paper->text.p, paper->text.n), ERR_OK);
	taken(paper, "<?xml version='1.0' encoding='ISO-8859-1'?>" OPEN8
		     "<GrpHdr>\xE9</GrpHdr>" STMT(OPENING("1") CLOSING("1")) CLOSE);
	taken(paper, "\xEF\xBB\xBF" OPEN8 STMT(OPENING("1") CLOSING("1")) CLOSE);
}

/* ---- other people's papers, which are not ours to keep here ---- */

#define SAMPLES "../shared/schemas/"

/* The file with every `from` replaced; false where there is none. */
static bool sample(struct paper *paper, const char *name, const char *const swaps[][2],
		   size_t swap_count)
{
	struct buffer file;
	char path[128];
	bool there;

	snprintf(path, sizeof path, SAMPLES "%s", name);
	buffer_init(&file, PAPER_BYTES_MAX);
	there = file_read(path, PAPER_BYTES_MAX, &file, NULL) == ERR_OK;
	if (!there)
		print_message("skipped: %s is not there\n", path);
	for (size_t i = 0; i < file.n;) {
		size_t swap = 0, n = 0;

		for (; swap < swap_count; swap++) {
			n = strlen(swaps[swap][0]);
			if (file.n - i >= n && memcmp(file.p + i, swaps[swap][0], n) == 0)
				break;
		}
		if (swap < swap_count)
			buffer_put_text(&paper->text, swaps[swap][1]);
		else
			buffer_put_byte(&paper->text, file.p[i]);
		i += swap < swap_count ? n : 1;
	}
	buffer_release(&file);
	return there;
}

static void a_sample_statement_is_read(void **state)
{
	static const char *const EUROS[][2] = {
		{ "SEK", "EUR" },
		{ "NL26VAYB8060476890", OURS },
		/* its closing is a debt, which does not add up */
		{ "27.00</Amt>\n                <CdtDbtInd>DBIT",
		  "27.00</Amt><CdtDbtInd>CRDT" },
	};
	struct paper *paper = *state;
	const struct bank_line *line;

	if (!sample(paper, "camt053.v8.xml", EUROS, 0))
		return;
	refused(paper, buffer_text(&paper->text), ERR_DENIED,
		"line 61: it is of account NL26 **** **** ***8 90, which is not one of "
		"ours");
	buffer_clear(&paper->text);
	assert_true(sample(paper, "camt053.v8.xml", EUROS, 2));
	refused(paper, buffer_text(&paper->text), ERR_INVALID,
		"line 199: statement 1: it opens with 18.15 and its booked entries come "
		"to "
		"8.85, which is not the -27.00 that it closes with");
	buffer_clear(&paper->text);
	assert_true(sample(paper, "camt053.v8.xml", EUROS, 3));
	taken(paper, buffer_text(&paper->text));
	assert_string_equal(paper->file.statements[0].id, "253EUR" OURS);
	assert_int_equal(paper->file.statements[0].sequence, 12312);
	assert_int_equal(paper->file.line_count, 1);
	line = paper->file.lines;
	assert_int_equal(cents_value(line->amount), 885);
	day_is(line->booked_on, "2014-12-31");
	assert_string_equal(line->end_to_end, "MUELL/FINP/RA12345");
	assert_string_equal(line->bank_reference, "AAAASESS-FP-CN_98765/01");
	assert_string_equal(line->iban, "NL56AGDH9619008421");
	assert_string_equal(line->text, "4654654654654654");
}

static void a_sample_notification_is_read(void **state)
{
	static const char *const EUROS[][2] = {
		{ "SEK", "EUR" },
		{ "CHF", "EUR" },
		{ "CH2801234000123456789", OURS },
	};
	struct paper *paper = *state;
	const struct bank_line *line;

	if (!sample(paper, "camt054.v8.xml", EUROS, 0))
		return;
	buffer_clear(&paper->text);
	assert_true(sample(paper, "camt054.v8.xml", EUROS, 3));
	taken(paper, buffer_text(&paper->text));
	/* 200 000, of which 9.50 are told: not split */
	assert_int_equal(paper->file.line_count, 1);
	line = paper->file.lines;
	assert_int_equal(cents_value(line->amount), -20000000);
	assert_int_equal(line->details, 3);
	assert_string_equal(line->payment_info, "UXC06170000006PI00001");
	assert_string_equal(line->end_to_end, "");
	assert_string_equal(line->family, "ICDT");
	assert_string_equal(line->sub_family, "DMCT");
}

/* ---- large ---- */

#define LARGE_BYTES   ((size_t)100 << 20)
#define LARGE_ENTRIES 80000

/* A hundred megabytes through a pipe: 80 000 entries of one cent, padded. */
static void write_large(int fd)
{
	static const char HEAD[] =
		XML OPEN8 "<Stmt>" ACCT(OURS) OPENING("0") CLOSING("800");
	static const char ENTRY_TEXT[] =
		ENTRY("0.01", "CRDT", "2026-11-05", "<AddtlNtryInf>%*s</AddtlNtryInf>");
	int pad = (int)(LARGE_BYTES / LARGE_ENTRIES - sizeof ENTRY_TEXT + 4);
	FILE *out = fdopen(fd, "w");

	if (!out)
		_exit(1);
	fputs(HEAD, out);
	for (size_t i = 0; i < LARGE_ENTRIES; i++)
		fprintf(out, ENTRY_TEXT, pad, "");
	fputs("</Stmt>" CLOSE, out);
	_exit(fclose(out) == 0 ? 0 : 1);
}

static void a_hundred_megabytes_are_read_in_pieces(void **state)
{
	struct paper *paper = *state;
	int ends[2], status;
	char path[32];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		write_large(ends[1]);
	}
	close(ends[1]);
	snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	if (bank_file_read(&paper->file, path, &paper->fault) != ERR_OK)
		fail_msg("refused: %s", paper->fault.text);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(paper->file.bytes > LARGE_BYTES - LARGE_ENTRIES);
	assert_int_equal(paper->file.line_count, LARGE_ENTRIES);
	assert_int_equal(paper->file.lines[LARGE_ENTRIES - 1].entry, LARGE_ENTRIES);
}

static void a_file_is_named_when_it_is_refused(void **state)
{
	struct paper *paper = *state;

	assert_int_equal(bank_file_read(&paper->file, "tests/none.xml", &paper->fault),
			 ERR_NOT_FOUND);
	assert_string_equal(paper->fault.text,
			    "bank file 'tests/none.xml': No such file or directory");
	assert_int_equal(bank_file_read(&paper->file, "README.md", &paper->fault),
			 ERR_INVALID);
	assert_string_equal(
		paper->fault.text,
		"bank file 'README.md': it is no bank file that is known here: "
		"camt.053, camt.054, OFX or CFONB 120");
	assert_int_equal(bank_file_read(&paper->file, "tests", &paper->fault), ERR_IO);
	assert_string_equal(paper->fault.text, "bank file 'tests': Is a directory");
}

/* The digest is the file's, whatever it holds. */
static void the_digest_is_of_every_byte(void **state)
{
	static const char GOOD[] = ONE("1", DETAIL(""));
	struct hash digest = hash_bytes(GOOD, sizeof GOOD - 1);
	struct paper *paper = *state;

	taken(paper, GOOD);
	assert_true(hash_equal(&digest, &paper->file.digest));
	assert_int_equal(paper->file.bytes, sizeof GOOD - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, paper_setup, paper_teardown)
		TEST(a_bomb_is_refused_before_it_is_lit),
		TEST(what_is_too_deep_or_too_long_is_refused),
		TEST(a_long_text_that_does_not_matter_is_passed_over),
		TEST(what_is_cut_or_broken_is_refused),
		TEST(other_encodings_of_the_same_are_taken),
		TEST(a_sample_statement_is_read),
		TEST(a_sample_notification_is_read),
		TEST(a_hundred_megabytes_are_read_in_pieces),
		TEST(a_file_is_named_when_it_is_refused),
		TEST(the_digest_is_of_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
