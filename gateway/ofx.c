/*
 * ofx.c - account statements in OFX, 1 (SGML, whose values have no end tags) and 2 (XML).
 *
 * Both are read by one eye: a tag, then what stands before the next one. A statement
 * of OFX has a closing balance and no opening one, so that is derived; whether it is
 * what the account had is then the ledger's to say.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/bank_format.h"
#include "gateway/bank_value.h"
#include "keys/buffer.h"

#define TAG_BYTES_MAX   64
#define VALUE_BYTES_MAX 1024
#define TEXT_BYTES_MAX  4096

#define AMOUNT_FORM (BANK_AMOUNT_SIGNED | BANK_AMOUNT_COMMA)

/* What is around: groups always have end tags, in both versions. */
enum place {
	STATEMENT = 1 << 0,
	OWN_ACCOUNT = 1 << 1,
	LIST = 1 << 2,
	MOVEMENT = 1 << 3,
	OTHER_ACCOUNT = 1 << 4,
	BALANCE = 1 << 5,
	OTHER_CURRENCY = 1 << 6,
};

static const struct {
	const char *tag;
	unsigned place, in;
} groups[] = {
	{ "STMTRS", STATEMENT, 0 },
	{ "BANKACCTFROM", OWN_ACCOUNT, STATEMENT },
	{ "BANKTRANLIST", LIST, STATEMENT },
	{ "STMTTRN", MOVEMENT, LIST },
	{ "BANKACCTTO", OTHER_ACCOUNT, MOVEMENT },
	{ "LEDGERBAL", BALANCE, STATEMENT },
	{ "CURRENCY", OTHER_CURRENCY, MOVEMENT },
};

enum scan { IN_VALUE, IN_TAG, IN_DECLARATION, IN_COMMENT };

struct ofx {
	struct bank_file *file;
	struct bank_statement *statement;
	unsigned places;
	size_t line_number; /* of the file */

	enum scan scan;
	struct buffer tag, value;
	char element[TAG_BYTES_MAX + 1]; /* whose value is read; "" after an end tag */

	/* Of the statement and the movement under way. */
	char currency[4], bank[BANK_ID_BYTES], branch[BANK_ID_BYTES],
		account[BANK_ID_BYTES];
	bool has_closing, has_until, has_amount, has_day;
	struct bank_line line;
	struct buffer text;
};

/* ---- values ---- */

static bool is(const struct ofx *ofx, const char *element)
{
	return strcmp(ofx->element, element) == 0;
}

static enum err take_own_account(struct ofx *ofx, struct slice value)
{
	if (is(ofx, "BANKID"))
		bank_id_copy(value, ofx->bank, BANK_ID_BYTES);
	else if (is(ofx, "BRANCHID"))
		bank_id_copy(value, ofx->branch, BANK_ID_BYTES);
	else if (is(ofx, "ACCTID"))
		bank_id_copy(value, ofx->account, BANK_ID_BYTES);
	return ERR_OK;
}

static enum err take_balance(struct ofx *ofx, struct slice value, struct fault *fault)
{
	if (is(ofx, "BALAMT")) {
		ofx->has_closing = true;
		return bank_amount_parse(value, AMOUNT_FORM, &ofx->statement->closing,
					 fault);
	}
	if (is(ofx, "DTASOF")) {
		ofx->has_until = true;
		return ofx_date_parse(value, &ofx->statement->until, fault);
	}
	return ERR_OK;
}

/* Names are looked through for references as the memo is: many banks write the payer's
 * words there. */
static enum err take_movement_value(struct ofx *ofx, struct slice value,
				    struct fault *fault)
{
	if (is(ofx, "TRNAMT")) {
		ofx->has_amount = true;
		return bank_amount_parse(value, AMOUNT_FORM, &ofx->line.amount, fault);
	}
	if (is(ofx, "DTPOSTED")) {
		ofx->has_day = true;
		return ofx_date_parse(value, &ofx->line.booked_on, fault);
	}
	if (is(ofx, "FITID")) {
		bank_id_copy(value, ofx->line.bank_reference, BANK_ID_BYTES);
	} else if (is(ofx, "NAME") || is(ofx, "MEMO") || is(ofx, "REFNUM") ||
		   is(ofx, "CHECKNUM")) {
		if (ofx->text.n > 0)
			buffer_put_byte(&ofx->text, ' ');
		buffer_put_slice(&ofx->text, value); /* too much is left out */
	}
	return ERR_OK;
}

static enum err take_value(struct ofx *ofx, struct slice value, struct fault *fault)
{
	if (ofx->places & OTHER_ACCOUNT) {
		if (is(ofx, "ACCTID"))
			bank_line_iban(&ofx->line, value);
		return ERR_OK;
	}
	if (ofx->places & OTHER_CURRENCY)
		return is(ofx, "CURSYM") && !slice_equal_text(value, "EUR")
			       ? fault_set(fault, ERR_INVALID,
					   "the amount is in another currency than EUR")
			       : ERR_OK;
	if (ofx->places & MOVEMENT)
		return take_movement_value(ofx, value, fault);
	if (ofx->places & OWN_ACCOUNT)
		return take_own_account(ofx, value);
	if (ofx->places & BALANCE)
		return take_balance(ofx, value, fault);
	if ((ofx->places & LIST) && is(ofx, "DTSTART"))
		return ofx_date_parse(value, &ofx->statement->from, fault);
	if ((ofx->places & STATEMENT) && is(ofx, "CURDEF"))
		bank_id_copy(value, ofx->currency, sizeof ofx->currency);
	return ERR_OK;
}

/* ---- groups ---- */

static enum err statement_begin(struct ofx *ofx, struct fault *fault)
{
	enum err err = bank_file_begin(ofx->file, &ofx->statement, fault);

	if (err)
		return err;
	ofx->currency[0] = ofx->bank[0] = ofx->branch[0] = ofx->account[0] = '\0';
	ofx->has_closing = ofx->has_until = false;
	ofx->statement->from.day = DATE_DAY_MAX; /* lowered to the first line's day */
	return ERR_OK;
}

/* An IBAN, or a RIB in its parts. */
static enum err own_account_end(struct ofx *ofx, struct fault *fault)
{
	char iban[IBAN_TEXT_BYTES];
	struct slice account = slice_of_text(ofx->account);

	if (iban_parse(account, iban, NULL) != ERR_OK) {
		enum err err =
			iban_of_rib(slice_of_text(ofx->bank), slice_of_text(ofx->branch),
				    account, iban, fault);

		if (err)
			return err;
	}
	return bank_file_account(ofx->file, slice_of_text(iban), fault);
}

static enum err movement_end(struct ofx *ofx, struct fault *fault)
{
	struct bank_line *line;
	enum err err;

	if (!ofx->has_amount || !ofx->has_day)
		return fault_set(
			fault, ERR_INVALID,
			"a movement has no amount (TRNAMT) or no date (DTPOSTED)");
	err = bank_file_line(ofx->file, &line, fault);
	if (err)
		return err;
	*line = ofx->line;
	line->entry = ++ofx->statement->entries;
	bank_line_text(line, buffer_slice(&ofx->text));
	return ERR_OK;
}

static enum err statement_end(struct ofx *ofx, struct fault *fault)
{
	size_t number = ofx->file->statement_count;
	enum err err;

	if (strcmp(ofx->currency, "EUR") != 0)
		err = fault_set(fault, ERR_INVALID,
				"its account is in another currency than EUR");
	else if (!ofx->has_closing || !ofx->has_until)
		err = fault_set(fault, ERR_INVALID,
				"it has no balance (LEDGERBAL) with its date");
	else {
		ofx->statement->balanced = true;
		ofx->statement->opening_derived = true;
		err = bank_file_end(ofx->file, fault);
	}
	return err ? fault_prefix(fault, "statement %zu", number) : ERR_OK;
}

static enum err group_begin(struct ofx *ofx, unsigned place, struct fault *fault)
{
	ofx->places |= place;
	if (place == STATEMENT)
		return statement_begin(ofx, fault);
	if (place == MOVEMENT) {
		ofx->line = (struct bank_line){ 0 };
		ofx->has_amount = ofx->has_day = false;
		buffer_clear(&ofx->text);
	}
	return ERR_OK;
}

static enum err group_end(struct ofx *ofx, unsigned place, struct fault *fault)
{
	ofx->places &= ~place;
	switch (place) {
	case STATEMENT:
		return statement_end(ofx, fault);
	case OWN_ACCOUNT:
		return own_account_end(ofx, fault);
	case MOVEMENT:
		return movement_end(ofx, fault);
	default:
		return ERR_OK;
	}
}

static bool holds_another(const struct ofx *ofx, unsigned place)
{
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if ((ofx->places & groups[i].place) && (groups[i].in & place))
			return true;
	return false;
}

/* What stands elsewhere than where it matters is passed over; what is inside itself, or
 * ends before what it holds has ended, is refused. */
static enum err take_group(struct ofx *ofx, const char *tag, bool end,
			   struct fault *fault)
{
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		unsigned place = groups[i].place;
		bool open = ofx->places & place;

		if (strcmp(groups[i].tag, tag) != 0)
			continue;
		if (end ? open && holds_another(ofx, place) : open)
			return fault_set(fault, ERR_INVALID, "%s %s where it cannot",
					 groups[i].tag, end ? "ends" : "begins");
		if (end)
			return open ? group_end(ofx, place, fault) : ERR_OK;
		if (groups[i].in == 0 || (ofx->places & groups[i].in))
			return group_begin(ofx, place, fault);
	}
	return ERR_OK;
}

/* ---- tags ---- */

static enum err value_end(struct ofx *ofx, struct fault *fault)
{
	struct slice value = bank_trim(buffer_slice(&ofx->value));
	enum err err = ERR_OK;

	if (value.n > 0 && ofx->element[0] != '\0')
		err = take_value(ofx, value, fault);
	buffer_clear(&ofx->value);
	ofx->element[0] = '\0';
	return err;
}

static enum err tag_end(struct ofx *ofx, struct fault *fault)
{
	const char *tag = buffer_text(&ofx->tag);
	bool end = tag[0] == '/';

	ofx->scan = IN_VALUE;
	tag += end;
	if (strcmp(tag, "CCSTMTRS") == 0)
		return fault_set(fault, ERR_INVALID,
				 "it is a statement of a card, not of an account");
	if (!end)
		snprintf(ofx->element, sizeof ofx->element, "%s", tag);
	return take_group(ofx, tag, end, fault);
}

/* "<?xml ... ?>", "<!-- ... -->"; a document type declaration has no business here. */
static enum err tag_begins(struct ofx *ofx, struct fault *fault)
{
	const char *tag = buffer_text(&ofx->tag);

	if (tag[0] == '?')
		ofx->scan = IN_DECLARATION;
	else if (strcmp(tag, "!--") == 0)
		ofx->scan = IN_COMMENT;
	else if (tag[0] == '!' && ofx->tag.n >= 3)
		return fault_set(fault, ERR_INVALID,
				 "a document type declaration or its like stands there");
	return ERR_OK;
}

static enum err take_tag_byte(struct ofx *ofx, uint8_t c, struct fault *fault)
{
	if (c == '>')
		return tag_end(ofx, fault);
	/* White space ends a name; attributes there are none. */
	if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/')
		c = c == '/' && ofx->tag.n == 0 ? '/' : 0;
	if (c == 0)
		return ERR_OK;
	if (buffer_put_byte(&ofx->tag, c))
		return fault_set(fault, buffer_err(&ofx->tag),
				 "a tag has more than %d characters", TAG_BYTES_MAX);
	return tag_begins(ofx, fault);
}

static enum err take_byte(struct ofx *ofx, uint8_t c, struct fault *fault)
{
	enum err err;

	switch (ofx->scan) {
	case IN_TAG:
		return take_tag_byte(ofx, c, fault);
	case IN_DECLARATION:
	case IN_COMMENT:
		if (ofx->scan == IN_COMMENT && c == '-')
			buffer_put_byte(&ofx->value, c);
		else if (c == '>' && (ofx->scan == IN_DECLARATION || ofx->value.n >= 2))
			ofx->scan = IN_VALUE;
		if (c != '-')
			buffer_clear(&ofx->value);
		return ERR_OK;
	case IN_VALUE:
		break;
	}
	if (c != '<') {
		if (ofx->element[0] != '\0')
			buffer_put_byte(&ofx->value, c); /* too much is refused below */
		return ERR_OK;
	}
	if (buffer_err(&ofx->value))
		return fault_set(fault, buffer_err(&ofx->value),
				 "a value has more than %d bytes", VALUE_BYTES_MAX);
	err = value_end(ofx, fault);
	buffer_clear(&ofx->tag);
	ofx->scan = IN_TAG;
	return err;
}

/* ---- as a format ---- */

static bool ofx_knows(struct slice head)
{
	return memmem(head.p, head.n, "OFXHEADER", 9) ||
	       memmem(head.p, head.n, "<OFX", 4);
}

static void ofx_free(void *reader)
{
	struct ofx *ofx = reader;

	buffer_release(&ofx->tag);
	buffer_release(&ofx->value);
	buffer_release(&ofx->text);
	free(ofx);
}

static enum err ofx_new(struct bank_file *file, void **ret_reader, struct fault *fault)
{
	struct ofx *ofx = calloc(1, sizeof *ofx);

	if (!ofx)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	ofx->file = file;
	ofx->line_number = 1;
	file->format = "OFX";
	buffer_init(&ofx->tag, TAG_BYTES_MAX);
	buffer_init(&ofx->value, VALUE_BYTES_MAX);
	buffer_init(&ofx->text, TEXT_BYTES_MAX);
	*ret_reader = ofx;
	return ERR_OK;
}

static enum err ofx_feed(void *reader, struct slice bytes, bool last, struct fault *fault)
{
	struct ofx *ofx = reader;

	for (size_t i = 0; i < bytes.n; i++) {
		if (take_byte(ofx, bytes.p[i], fault))
			return fault_prefix(fault, "line %zu", ofx->line_number);
		ofx->line_number += bytes.p[i] == '\n';
	}
	if (!last)
		return ERR_OK;
	if (ofx->places || ofx->scan != IN_VALUE)
		return fault_set(fault, ERR_INVALID, "line %zu: the file is cut off",
				 ofx->line_number);
	return bank_file_has_statement(ofx->file, fault);
}

const struct bank_format bank_format_ofx = {
	.knows = ofx_knows,
	.begin = ofx_new,
	.feed = ofx_feed,
	.end = ofx_free,
};
