/*
 * bank_file.c - a file of a bank's, whatever its format: the table, the reading in
 * pieces, and what holds in every format.
 */
#include "gateway/bank_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/bank_format.h"
#include "gateway/limits.h"
#include "ledger/reference.h"

#define PIECE_BYTES ((size_t)64 * 1024)

static const struct bank_format *const formats[] = {
	&bank_format_cfonb,
	&bank_format_ofx,
	&bank_format_camt,
};

void bank_file_init(struct bank_file *file, const char *const *own, size_t own_count)
{
	*file = (struct bank_file){ .own = own, .own_count = own_count };
}

void bank_file_release(struct bank_file *file)
{
	free(file->statements);
	free(file->lines);
	bank_file_init(file, NULL, 0);
}

static enum err out_of_memory(struct fault *fault)
{
	return fault_set(fault, ERR_MEMORY, "out of memory");
}

/* ---- putting together ---- */

/* Room for one more item of an array that doubles. */
static enum err make_room(void **items, size_t count, size_t *capacity, size_t item_bytes)
{
	size_t larger = *capacity ? *capacity * 2 : 16;
	void *moved;

	if (count < *capacity)
		return ERR_OK;
	moved = reallocarray(*items, larger, item_bytes);
	if (!moved)
		return ERR_MEMORY;
	*items = moved;
	*capacity = larger;
	return ERR_OK;
}

enum err bank_file_begin(struct bank_file *file, struct bank_statement **ret_statement,
			 struct fault *fault)
{
	void *items = file->statements;
	struct bank_statement *statement;

	if (file->statement_count == LIMIT_BANK_STATEMENTS)
		return fault_set(fault, ERR_TOO_BIG,
				 "the file has more than %d statements",
				 LIMIT_BANK_STATEMENTS);
	if (make_room(&items, file->statement_count, &file->statement_capacity,
		      sizeof *statement))
		return out_of_memory(fault);
	file->statements = items;
	statement = &file->statements[file->statement_count++];
	*statement = (struct bank_statement){ .first_line = file->line_count };
	*ret_statement = statement;
	return ERR_OK;
}

static struct bank_statement *under_way(struct bank_file *file)
{
	assert(file->statement_count > 0);
	return &file->statements[file->statement_count - 1];
}

enum err bank_file_account(struct bank_file *file, struct slice iban, struct fault *fault)
{
	struct bank_statement *statement = under_way(file);
	char masked[IBAN_PRINTED_BYTES];
	enum err err = iban_parse(iban, statement->iban, fault);

	if (err && err != ERR_NOT_FOUND)
		return fault_prefix(fault, "its account");
	for (size_t i = 0; i < file->own_count; i++)
		if (strcmp(file->own[i], statement->iban) == 0)
			return ERR_OK;
	if (file->own_count == 0)
		return ERR_OK;
	iban_mask(statement->iban, masked);
	return fault_set(fault, ERR_DENIED,
			 "it is of account %s, which is not one of ours", masked);
}

enum err bank_file_line(struct bank_file *file, struct bank_line **ret_line,
			struct fault *fault)
{
	void *items = file->lines;

	if (file->line_count == LIMIT_BANK_LINES)
		return fault_set(fault, ERR_TOO_BIG, "the file has more than %d lines",
				 LIMIT_BANK_LINES);
	if (make_room(&items, file->line_count, &file->line_capacity, sizeof **ret_line))
		return out_of_memory(fault);
	file->lines = items;
	*ret_line = &file->lines[file->line_count++];
	**ret_line = (struct bank_line){ 0 };
	return ERR_OK;
}

/* ---- the end of a statement ---- */

/* Moves the lines of something to the front. */
static void leave_out_nothing(struct bank_file *file, struct bank_statement *statement)
{
	size_t kept = statement->first_line;

	for (size_t i = statement->first_line; i < file->line_count; i++)
		if (!cents_is_zero(file->lines[i].amount))
			file->lines[kept++] = file->lines[i];
	statement->zero += (uint32_t)(file->line_count - kept);
	file->line_count = kept;
	statement->line_count = kept - statement->first_line;
}

/* The file's order is that of entries and their details. */
static int line_cmp(const void *a, const void *b)
{
	const struct bank_line *left = a, *right = b;
	int days = date_cmp(left->booked_on, right->booked_on);

	if (days != 0)
		return days;
	if (left->entry != right->entry)
		return left->entry < right->entry ? -1 : 1;
	return left->detail < right->detail ? -1 : left->detail > right->detail;
}

static void cover_lines(const struct bank_line *lines, struct bank_statement *statement)
{
	struct date first = lines[0].booked_on,
		    last = lines[statement->line_count - 1].booked_on;

	if (date_cmp(statement->until, last) < 0)
		statement->until = last;
	if (date_cmp(statement->from, first) > 0)
		statement->from = first;
}

static enum err sum_lines(const struct bank_line *lines, size_t n, struct cents *ret_sum,
			  struct fault *fault)
{
	struct cents sum = CENTS_ZERO;

	for (size_t i = 0; i < n; i++)
		if (cents_add(sum, lines[i].amount, &sum))
			return fault_set(fault, ERR_TOO_BIG,
					 "its lines come to too much");
	*ret_sum = sum;
	return ERR_OK;
}

static enum err check_sum(struct bank_statement *statement, struct cents sum,
			  struct fault *fault)
{
	char opening[CENTS_TEXT_BYTES], lines[CENTS_TEXT_BYTES],
		closing[CENTS_TEXT_BYTES];
	struct cents difference;

	if (cents_sub(statement->closing, sum, &difference))
		return fault_set(fault, ERR_TOO_BIG, "its balances are too large");
	if (statement->opening_derived)
		statement->opening = difference;
	if (cents_cmp(difference, statement->opening) == 0)
		return ERR_OK;
	cents_format(statement->opening, '.', opening);
	cents_format(sum, '.', lines);
	cents_format(statement->closing, '.', closing);
	return fault_set(
		fault, ERR_INVALID,
		"it opens with %s and its booked entries come to %s, which is not "
		"the %s that it closes with",
		opening, lines, closing);
}

/* Against the last one before of the same account. */
static enum err check_follows(const struct bank_file *file,
			      struct bank_statement *statement, struct fault *fault)
{
	char closing[CENTS_TEXT_BYTES], opening[CENTS_TEXT_BYTES];
	size_t i = file->statement_count - 1;

	while (i > 0 && strcmp(file->statements[i - 1].iban, statement->iban) != 0)
		i--;
	if (i > 0 && file->statements[i - 1].sequence > 0 &&
	    statement->sequence > file->statements[i - 1].sequence)
		statement->missing =
			statement->sequence - file->statements[i - 1].sequence - 1;
	if (i == 0 || !statement->balanced || !file->statements[i - 1].balanced ||
	    cents_cmp(file->statements[i - 1].closing, statement->opening) == 0)
		return ERR_OK;
	cents_format(statement->opening, '.', opening);
	cents_format(file->statements[i - 1].closing, '.', closing);
	return fault_set(fault, ERR_INVALID,
			 "it opens with %s, but statement %zu of the same account closed "
			 "with %s: one is missing between",
			 opening, i, closing);
}

enum err bank_file_end(struct bank_file *file, struct fault *fault)
{
	struct bank_statement *statement = under_way(file);
	struct bank_line *lines = NULL; /* of none: there may be no array */
	struct cents sum = CENTS_ZERO;
	enum err err;

	if (statement->iban[0] == '\0')
		return fault_set(fault, ERR_INVALID, "it names no account by its IBAN");
	leave_out_nothing(file, statement);
	if (statement->line_count > 0) {
		lines = &file->lines[statement->first_line];
		qsort(lines, statement->line_count, sizeof *lines, line_cmp);
		cover_lines(lines, statement);
	}
	if (date_cmp(statement->from, statement->until) > 0)
		statement->from = statement->until;
	if (!statement->balanced)
		return ERR_OK;
	err = sum_lines(lines, statement->line_count, &sum, fault);
	if (!err)
		err = check_sum(statement, sum, fault);
	return err ? err : check_follows(file, statement, fault);
}

enum err bank_file_has_statement(const struct bank_file *file, struct fault *fault)
{
	if (file->statement_count == 0)
		return fault_set(fault, ERR_INVALID, "there is no statement in it");
	return ERR_OK;
}

/* ---- texts ---- */

void bank_id_copy(struct slice text, char *ret_text, size_t bytes)
{
	*ret_text = '\0';
	if (text.n >= bytes)
		return;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < 0x20 || text.p[i] > 0x7E)
			return;
	if (text.n > 0)
		memcpy(ret_text, text.p, text.n);
	ret_text[text.n] = '\0';
}

void bank_line_text(struct bank_line *line, struct slice text)
{
	size_t n = strlen(line->text), room = BANK_REFERENCES_MAX - line->reference_count;
	uint64_t found[BANK_REFERENCES_MAX];
	size_t count = reference_find(text, found, room);

	for (size_t i = 0; i < count; i++) {
		bool known = false;

		for (size_t j = 0; j < line->reference_count; j++)
			known |= line->references[j] == found[i];
		if (!known)
			line->references[line->reference_count++] = found[i];
	}
	if (n > 0 && text.n > 0 && n + 1 < BANK_TEXT_BYTES)
		line->text[n++] = ' ';
	for (size_t i = 0; i < text.n && n + 1 < BANK_TEXT_BYTES; i++) {
		uint8_t c = text.p[i];

		line->text[n++] = (char)(c < 0x20 || c > 0x7E ? ' ' : c);
	}
	line->text[n] = '\0';
}

void bank_line_iban(struct bank_line *line, struct slice text)
{
	char iban[IBAN_TEXT_BYTES];
	enum err err = iban_parse(text, iban, NULL);

	if (!err || err == ERR_NOT_FOUND)
		memcpy(line->iban, iban, sizeof iban);
}

/* ---- reading ---- */

/* What takes the file's pieces: its format is known when its head is there. */
struct intake {
	struct bank_file *file;
	const struct bank_format *format;
	void *reader;
	struct hash_stream hash;
};

static enum err find_format(struct intake *intake, struct slice head, struct fault *fault)
{
	if (head.n > BANK_HEAD_BYTES)
		head.n = BANK_HEAD_BYTES;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (formats[i]->knows(head)) {
			intake->format = formats[i];
			return formats[i]->begin(intake->file, &intake->reader, fault);
		}
	return fault_set(fault, ERR_INVALID,
			 "it is no bank file that is known here: camt.053, camt.054, OFX "
			 "or CFONB 120");
}

/* The first piece has the whole head, or is the whole file. */
static enum err intake_feed(struct intake *intake, struct slice bytes, bool last,
			    struct fault *fault)
{
	enum err err = ERR_OK;

	if (bytes.n > LIMIT_BANK_FILE_BYTES - intake->file->bytes)
		return fault_set(fault, ERR_TOO_BIG, "it has more than %zu bytes",
				 LIMIT_BANK_FILE_BYTES);
	intake->file->bytes += bytes.n;
	hash_add(&intake->hash, bytes.p, bytes.n);
	if (!intake->format)
		err = find_format(intake, bytes, fault);
	return err ? err : intake->format->feed(intake->reader, bytes, last, fault);
}

static enum err intake_end(struct intake *intake, enum err err)
{
	if (intake->reader)
		intake->format->end(intake->reader);
	intake->file->digest = hash_end(&intake->hash);
	return err;
}

enum err bank_file_parse(struct bank_file *file, struct slice bytes, struct fault *fault)
{
	struct intake intake = { .file = file };
	enum err err;

	hash_begin(&intake.hash);
	err = intake_feed(&intake, bytes, true, fault);
	return intake_end(&intake, err);
}

/* Fills the piece, so that only the last one is short. */
static enum err read_piece(int fd, uint8_t *piece, size_t *ret_n, struct fault *fault)
{
	size_t n = 0;

	while (n < PIECE_BYTES) {
		ssize_t got = read(fd, piece + n, PIECE_BYTES - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fault_set(fault, ERR_IO, "%s", strerror(errno));
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret_n = n;
	return ERR_OK;
}

static enum err read_pieces(struct intake *intake, int fd, struct fault *fault)
{
	uint8_t *piece = malloc(PIECE_BYTES);
	size_t n = PIECE_BYTES;
	enum err err = piece ? ERR_OK : out_of_memory(fault);

	while (!err && n == PIECE_BYTES) {
		err = read_piece(fd, piece, &n, fault);
		if (!err)
			err = intake_feed(intake, slice_of(piece, n), n < PIECE_BYTES,
					  fault);
	}
	free(piece);
	return err;
}

enum err bank_file_read(struct bank_file *file, const char *path, struct fault *fault)
{
	struct intake intake = { .file = file };
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	enum err err;

	if (fd < 0)
		return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
				 "bank file '%s': %s", path, strerror(errno));
	hash_begin(&intake.hash);
	err = read_pieces(&intake, fd, fault);
	err = intake_end(&intake, err);
	if (!standard)
		(void)close(fd);
	return err ? fault_prefix(fault, "bank file '%s'", path) : ERR_OK;
}
