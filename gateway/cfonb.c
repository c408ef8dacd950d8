/*
 * cfonb.c - account statements of French banks in 120 columns (CFONB, July 2004).
 *
 * Records of 120 characters, one behind the other or a line each: 01 the balance before,
 * 04 a movement, 05 more of that movement, 07 the balance after. An account is its RIB
 * without its key. The last character of an amount is a digit and a sign in one: { and
 * A to I are +0 to +9, } and J to R are -0 to -9. What arrived is positive.
 *
 * Columns are counted in characters; in UTF-8 an accented letter in a label would
 * otherwise move what stands behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/bank_format.h"
#include "gateway/bank_value.h"
#include "keys/buffer.h"
#include "keys/encoding.h"

#define RECORD_CHARS 120

/* Columns as the norm counts them, from 1. */
struct columns {
	uint8_t first, last;
};
static const struct columns BANK = { 3, 7 }, BRANCH = { 12, 16 }, CURRENCY = { 17, 19 },
			    DECIMALS = { 20, 20 }, ACCOUNT = { 22, 32 }, DAY = { 35, 40 },
			    REJECTED = { 41, 42 }, LABEL = { 49, 79 },
			    AMOUNT = { 91, 104 }, REFERENCE = { 105, 120 },
			    QUALIFIER = { 46, 48 }, MORE = { 49, 118 },
			    MORE_FIRST = { 49, 83 }, MORE_CODE = { 49, 52 };

#define TEXT_BYTES_MAX 2048

struct cfonb {
	struct bank_file *file;
	struct bank_statement *statement; /* NULL: none is under way */
	bool movement;                    /* the file's last line takes more */
	size_t records, chars;
	uint8_t record[RECORD_CHARS]; /* ISO-8859-1 */
	uint8_t first[RECORD_CHARS];  /* the statement's 01 */
	uint8_t bytes[3];             /* of a character of UTF-8 that has not ended */
	size_t byte_count;
	struct buffer text; /* of the movement under way */
};

static struct slice field(const uint8_t *record, struct columns columns)
{
	return slice_of(record + columns.first - 1, columns.last - columns.first + 1u);
}

/* ---- values ---- */

/* '{' and '}' are é and è where a file comes from a machine that spoke EBCDIC. */
static bool signed_digit(uint8_t c, int64_t *ret_digit, bool *ret_negative)
{
	*ret_negative = c == '}' || c == 0xE8 || (c >= 'J' && c <= 'R');
	if (c == '{' || c == 0xE9 || c == '}' || c == 0xE8)
		*ret_digit = 0;
	else if (c >= 'A' && c <= 'I')
		*ret_digit = c - 'A' + 1;
	else if (c >= 'J' && c <= 'R')
		*ret_digit = c - 'J' + 1;
	else
		return false;
	return true;
}

/* In units of so many decimals, which the record says. */
static enum err scale(int64_t units, unsigned decimals, int64_t *ret_cents,
		      struct fault *fault)
{
	for (; decimals < 2; decimals++)
		if (__builtin_mul_overflow(units, 10, &units))
			return fault_set(fault, ERR_TOO_BIG, "the amount is too large");
	for (; decimals > 2; decimals--) {
		if (units % 10 != 0)
			return fault_set(fault, ERR_INVALID,
					 "the amount has a fraction of a cent");
		units /= 10;
	}
	*ret_cents = units;
	return ERR_OK;
}

static enum err take_amount(const uint8_t *record, struct cents *ret_cents,
			    struct fault *fault)
{
	struct slice text = field(record, AMOUNT);
	uint8_t decimals = field(record, DECIMALS).p[0];
	int64_t units = 0, last, cents = 0;
	bool negative;
	enum err err;

	if (decimals < '0' || decimals > '0' + BANK_AMOUNT_DECIMALS_MAX)
		return fault_set(fault, ERR_INVALID,
				 "the number of decimals (column 20) is none of 0 to %d",
				 BANK_AMOUNT_DECIMALS_MAX);
	for (size_t i = 0; i + 1 < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return fault_set(fault, ERR_INVALID, "the amount is no number");
		units = units * 10 + (text.p[i] - '0');
	}
	if (!signed_digit(text.p[text.n - 1], &last, &negative))
		return fault_set(fault, ERR_INVALID,
				 "the amount's last character is no digit with its sign");
	err = scale(units * 10 + last, decimals - (unsigned)'0', &cents, fault);
	if (!err && cents_from_outside(negative ? -cents : cents, ret_cents))
		err = fault_set(fault, ERR_TOO_BIG, "the amount is too large");
	return err;
}

/* ---- records ---- */

static enum err take_opening(struct cfonb *cfonb, struct fault *fault)
{
	const uint8_t *record = cfonb->record;
	char iban[IBAN_TEXT_BYTES];
	enum err err;

	if (cfonb->statement)
		return fault_set(
			fault, ERR_INVALID,
			"a statement begins before the one before has ended (07)");
	if (!slice_equal_text(field(record, CURRENCY), "EUR"))
		return fault_set(fault, ERR_INVALID,
				 "the account is in another currency than EUR");
	err = iban_of_rib(field(record, BANK), field(record, BRANCH),
			  field(record, ACCOUNT), iban, fault);
	if (!err)
		err = bank_file_begin(cfonb->file, &cfonb->statement, fault);
	if (!err)
		err = bank_file_account(cfonb->file, slice_of_text(iban), fault);
	if (!err)
		err = take_amount(record, &cfonb->statement->opening, fault);
	if (err)
		return err;
	cfonb->statement->balanced = true;
	cfonb->statement->from.day = DATE_DAY_MAX; /* lowered to the first line's day */
	memcpy(cfonb->first, record, RECORD_CHARS);
	return ERR_OK;
}

/* Account and currency stand in every record again. */
static enum err check_account(const struct cfonb *cfonb, struct fault *fault)
{
	static const struct columns same[] = { { 3, 7 }, { 12, 20 }, { 22, 32 } };

	if (!cfonb->statement)
		return fault_set(fault, ERR_INVALID,
				 "it stands in no statement: 01 comes first");
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (!slice_equal(field(cfonb->record, same[i]),
				 field(cfonb->first, same[i])))
			return fault_set(fault, ERR_INVALID,
					 "it is of another account or currency than its "
					 "statement");
	return ERR_OK;
}

static void end_movement(struct cfonb *cfonb)
{
	if (cfonb->movement)
		bank_line_text(&cfonb->file->lines[cfonb->file->line_count - 1],
			       buffer_slice(&cfonb->text));
	buffer_clear(&cfonb->text);
	cfonb->movement = false;
}

static void add_text(struct cfonb *cfonb, struct slice text)
{
	text = bank_trim(text);
	if (cfonb->text.n > 0 && text.n > 0)
		buffer_put_byte(&cfonb->text, ' ');
	buffer_put_slice(&cfonb->text, text); /* what is too much is left out */
}

static enum err take_movement(struct cfonb *cfonb, struct fault *fault)
{
	struct slice rejected = bank_trim(field(cfonb->record, REJECTED));
	struct bank_line *line;
	enum err err = check_account(cfonb, fault);

	if (!err)
		err = bank_file_line(cfonb->file, &line, fault);
	if (!err)
		err = take_amount(cfonb->record, &line->amount, fault);
	if (!err)
		err = cfonb_date_parse(field(cfonb->record, DAY), &line->booked_on,
				       fault);
	if (err)
		return err;
	line->entry = ++cfonb->statement->entries;
	line->reversal = rejected.n > 0 && !slice_equal_text(rejected, "00");
	bank_id_copy(bank_trim(field(cfonb->record, REFERENCE)), line->bank_reference,
		     BANK_ID_BYTES);
	cfonb->movement = true;
	add_text(cfonb, field(cfonb->record, LABEL));
	return ERR_OK;
}

/* What is a name (NPY, NBE and their like) is not taken. */
static enum err take_more(struct cfonb *cfonb, struct fault *fault)
{
	struct slice what = field(cfonb->record, QUALIFIER),
		     more = bank_trim(field(cfonb->record, MORE));
	struct bank_line *line;
	enum err err = check_account(cfonb, fault);

	if (err)
		return err;
	if (!cfonb->movement)
		return fault_set(fault, ERR_INVALID, "it belongs to no movement (04)");
	line = &cfonb->file->lines[cfonb->file->line_count - 1];
	if (slice_equal_text(what, "RCN"))
		bank_id_copy(bank_trim(field(cfonb->record, MORE_FIRST)),
			     line->end_to_end, BANK_ID_BYTES);
	else if (slice_equal_text(what, "CBE"))
		bank_line_iban(line, more);
	else if (slice_equal_text(what, "RET"))
		bank_id_copy(bank_trim(field(cfonb->record, MORE_CODE)), line->reason,
			     BANK_CODE_BYTES);
	else if (slice_equal_text(what, "LIB") || slice_equal_text(what, "LCC") ||
		 slice_equal_text(what, "LC2") || slice_equal_text(what, "LCS") ||
		 slice_equal_text(what, "REF"))
		add_text(cfonb, more);
	return ERR_OK;
}

static enum err take_closing(struct cfonb *cfonb, struct fault *fault)
{
	enum err err = check_account(cfonb, fault);

	if (!err)
		err = take_amount(cfonb->record, &cfonb->statement->closing, fault);
	if (!err)
		err = cfonb_date_parse(field(cfonb->record, DAY),
				       &cfonb->statement->until, fault);
	if (!err)
		err = bank_file_end(cfonb->file, fault);
	cfonb->statement = NULL;
	return err ? fault_prefix(fault, "statement %zu", cfonb->file->statement_count)
		   : ERR_OK;
}

static enum err take_record(struct cfonb *cfonb, struct fault *fault)
{
	struct slice code = slice_of(cfonb->record, 2);
	enum err err;

	cfonb->records++;
	memset(cfonb->record + cfonb->chars, ' ', RECORD_CHARS - cfonb->chars);
	cfonb->chars = 0;
	if (!slice_equal_text(code, "05"))
		end_movement(cfonb);
	if (slice_equal_text(code, "01"))
		err = take_opening(cfonb, fault);
	else if (slice_equal_text(code, "04"))
		err = take_movement(cfonb, fault);
	else if (slice_equal_text(code, "05"))
		err = take_more(cfonb, fault);
	else if (slice_equal_text(code, "07"))
		err = take_closing(cfonb, fault);
	else
		err = fault_set(fault, ERR_INVALID,
				"it begins with none of 01, 04, 05, 07");
	return err ? fault_prefix(fault, "record %zu", cfonb->records) : ERR_OK;
}

/* ---- characters ---- */

static enum err take_char(struct cfonb *cfonb, uint8_t c, struct fault *fault)
{
	bool end_of_line = c == '\n' || c == '\r' || c == 0x1A;

	if (end_of_line)
		return cfonb->chars > 0 ? take_record(cfonb, fault) : ERR_OK;
	cfonb->record[cfonb->chars++] = c;
	return cfonb->chars == RECORD_CHARS ? take_record(cfonb, fault) : ERR_OK;
}

/* What were no bytes of UTF-8 are characters each. */
static enum err flush_bytes(struct cfonb *cfonb, struct fault *fault)
{
	size_t n = cfonb->byte_count;
	enum err err = ERR_OK;

	cfonb->byte_count = 0;
	for (size_t i = 0; i < n && !err; i++)
		err = take_char(cfonb, cfonb->bytes[i], fault);
	return err;
}

static enum err take_byte(struct cfonb *cfonb, uint8_t byte, struct fault *fault)
{
	size_t n = cfonb->byte_count, needed;
	enum err err;

	if (n == 0 && (byte < 0xC3 || byte > 0xEF))
		return take_char(cfonb, byte, fault);
	if (n > 0 && (byte < 0x80 || byte > 0xBF)) {
		err = flush_bytes(cfonb, fault);
		return err ? err : take_byte(cfonb, byte, fault);
	}
	cfonb->bytes[cfonb->byte_count++] = byte;
	needed = cfonb->bytes[0] >= 0xE0 ? 3 : 2;
	if (cfonb->byte_count < needed)
		return ERR_OK;
	cfonb->byte_count = 0;
	/* U+00C0 to U+00FF are the characters of ISO-8859-1. */
	return take_char(cfonb, cfonb->bytes[0] == 0xC3 ? (uint8_t)(byte | 0x40) : '?',
			 fault);
}

/* ---- as a format ---- */

static bool cfonb_knows(struct slice head)
{
	if (head.n < 104 || memcmp(head.p, "01", 2) != 0)
		return false;
	for (size_t i = 2; i < 7; i++)
		if (head.p[i] < '0' || head.p[i] > '9')
			return false;
	return true;
}

static void cfonb_free(void *reader)
{
	struct cfonb *cfonb = reader;

	buffer_release(&cfonb->text);
	free(cfonb);
}

static enum err cfonb_new(struct bank_file *file, void **ret_reader, struct fault *fault)
{
	struct cfonb *cfonb = calloc(1, sizeof *cfonb);

	if (!cfonb)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	cfonb->file = file;
	file->format = "CFONB 120";
	buffer_init(&cfonb->text, TEXT_BYTES_MAX);
	*ret_reader = cfonb;
	return ERR_OK;
}

static enum err cfonb_feed(void *reader, struct slice bytes, bool last,
			   struct fault *fault)
{
	struct cfonb *cfonb = reader;
	enum err err = ERR_OK;

	for (size_t i = 0; i < bytes.n && !err; i++)
		err = take_byte(cfonb, bytes.p[i], fault);
	if (err || !last)
		return err;
	err = flush_bytes(cfonb, fault);
	if (!err)
		err = take_char(cfonb, '\n', fault);
	if (!err && cfonb->statement)
		err = fault_set(fault, ERR_INVALID,
				"statement %zu does not end: its balance after (07) is "
				"missing",
				cfonb->file->statement_count);
	return err ? err : bank_file_has_statement(cfonb->file, fault);
}

const struct bank_format bank_format_cfonb = {
	.knows = cfonb_knows,
	.begin = cfonb_new,
	.feed = cfonb_feed,
	.end = cfonb_free,
};
