/*
 * json_batch.c - a batch sent as JSON.
 *
 * Rows are judged while they are read, which asks for the batch's source, period
 * and step. Where `rows` comes before these, it is skipped and read at the end.
 */
#include "gateway/json_batch.h"

#include <assert.h>
#include <stdbool.h>

#include "gateway/json_reader.h"

/* A row's members by name; the first letters tell nearly all of them apart. */
static const struct {
	const char *name;
	enum batch_field field;
} row_members[] = {
	{ "donor", BATCH_FIELD_DONOR },       { "roundup_cents", BATCH_FIELD_ROUNDUP },
	{ "extra_cents", BATCH_FIELD_EXTRA }, { "fund", BATCH_FIELD_FUND },
	{ "invoice", BATCH_FIELD_INVOICE },   { "giver", BATCH_FIELD_GIVER },
	{ "client", BATCH_FIELD_CLIENT },     { "slip", BATCH_FIELD_SLIP },
	{ "till", BATCH_FIELD_TILL },         { "day", BATCH_FIELD_DAY },
	{ "consent", BATCH_FIELD_CONSENT },
};

struct json_batch {
	struct json_reader reader;
	struct batch_input *input;
	struct fault *fault;
	bool no_object; /* the body is another value: nothing else is missed */
	bool rows_seen;
	bool rows_wait; /* skipped; rows_place is before them */
	struct json_place rows_place;
};

static enum err next(struct json_batch *batch, enum json_token *ret_token)
{
	return json_reader_next(&batch->reader, ret_token, batch->fault);
}

static enum err skip(struct json_batch *batch, enum json_token token)
{
	return json_reader_skip(&batch->reader, token, batch->fault);
}

static enum err memory_fault(struct json_batch *batch, enum err err)
{
	return err == ERR_MEMORY ? fault_set(batch->fault, err, "out of memory") : err;
}

static enum err bad_row(struct json_batch *batch, uint32_t at, struct slice member,
			enum batch_flaw flaw)
{
	return memory_fault(batch, batch_input_bad_row(batch->input, at, member, flaw));
}

static enum err bad_member(struct json_batch *batch, struct slice member,
			   enum batch_flaw flaw)
{
	return memory_fault(batch, batch_input_bad_member(batch->input, member, flaw));
}

/* ---- rows ---- */

static bool row_member(struct slice name, enum batch_source source,
		       enum batch_field *ret_field)
{
	enum batch_field field;

	for (size_t i = 0; i < sizeof row_members / sizeof *row_members; i++) {
		if (*name.p != (uint8_t)row_members[i].name[0] ||
		    !slice_equal_text(name, row_members[i].name))
			continue;
		field = row_members[i].field;
		/* Who paid an invoice may be called so, too. */
		if (field == BATCH_FIELD_DONOR && source == BATCH_INVOICE)
			field = BATCH_FIELD_CLIENT;
		*ret_field = field;
		return batch_fields_allowed(source) >> field & 1;
	}
	return false;
}

/* An amount is a whole number of cents, or is listed as bad. */
static enum err take_amount(struct json_batch *batch, struct batch_row *row,
			    enum batch_field field, struct slice name)
{
	struct cents *amount = field == BATCH_FIELD_ROUNDUP ? &row->roundup : &row->extra;
	enum json_token token;
	enum err err = next(batch, &token);

	if (err)
		return err;
	if (token == JSON_TOKEN_INTEGER) {
		*amount = cents_of(batch->reader.integer);
		return ERR_OK;
	}
	row->reported |= 1u << field;
	err = bad_row(batch, row->at, name, BATCH_FLAW_CENTS);
	return err ? err : skip(batch, token);
}

static enum err take_text(struct json_batch *batch, struct batch_row *row,
			  enum batch_field field, struct slice name)
{
	enum json_token token;
	enum err err = next(batch, &token);

	if (err)
		return err;
	if (token == JSON_TOKEN_TEXT) {
		row->text[field] = batch->reader.text;
		return ERR_OK;
	}
	row->reported |= 1u << field;
	err = bad_row(batch, row->at, name, BATCH_FLAW_NOT_TEXT);
	return err ? err : skip(batch, token);
}

/* Behind a member's name. */
static enum err take_row_member(struct json_batch *batch, struct batch_row *row)
{
	struct slice name = batch->reader.text;
	enum batch_flaw flaw = BATCH_FLAW_UNKNOWN;
	enum batch_field field;
	enum err err;

	if (name.n > 0 && row_member(name, batch->input->source, &field)) {
		if (!(row->given & 1u << field)) {
			row->given |= 1u << field;
			return field >= BATCH_FIELD_ROUNDUP
				       ? take_amount(batch, row, field, name)
				       : take_text(batch, row, field, name);
		}
		row->reported |= 1u << field;
		flaw = BATCH_FLAW_TWICE;
	}
	err = bad_row(batch, row->at, batch_clean_name(name), flaw);
	return err ? err : skip(batch, JSON_TOKEN_NAME);
}

static enum err take_row(struct json_batch *batch, uint32_t index)
{
	struct batch_row row = { .at = index };
	enum json_token token;

	for (;;) {
		enum err err = next(batch, &token);

		if (err)
			return err;
		if (token == JSON_TOKEN_OBJECT_END)
			return batch_input_add(batch->input, &row, batch->fault);
		err = take_row_member(batch, &row);
		if (err)
			return err;
	}
}

/* Behind the list's opening. */
static enum err take_rows(struct json_batch *batch)
{
	struct slice whole = slice_of(NULL, 0);
	enum json_token token;

	for (uint32_t index = 0;; index++) {
		enum err err = next(batch, &token);

		if (err || token == JSON_TOKEN_LIST_END)
			return err;
		if (token == JSON_TOKEN_OBJECT) {
			err = take_row(batch, index);
		} else {
			err = bad_row(batch, index, whole, BATCH_FLAW_NOT_OBJECT);
			if (!err)
				err = skip(batch, token);
		}
		if (err)
			return err;
	}
}

/* ---- members ---- */

static enum err take_rows_member(struct json_batch *batch)
{
	struct slice name = slice_of_text("rows");
	enum json_token token;
	enum err err;

	if (batch->rows_seen) {
		err = bad_member(batch, name, BATCH_FLAW_TWICE);
		return err ? err : skip(batch, JSON_TOKEN_NAME);
	}
	batch->rows_seen = true;
	err = next(batch, &token);
	if (err)
		return err;
	if (token != JSON_TOKEN_LIST) {
		err = bad_member(batch, name, BATCH_FLAW_NOT_LIST);
		return err ? err : skip(batch, token);
	}
	if (batch_input_ready(batch->input))
		return take_rows(batch);
	batch->rows_wait = true;
	batch->rows_place = json_reader_place(&batch->reader);
	return skip(batch, JSON_TOKEN_LIST);
}

static enum err take_head_member(struct json_batch *batch, enum batch_member member)
{
	struct slice name = slice_of_text(batch_member_name(member));
	enum json_token token;
	enum err err = next(batch, &token);

	if (err)
		return err;
	if (member == BATCH_STEP && token == JSON_TOKEN_INTEGER)
		return memory_fault(
			batch, batch_input_set_step(batch->input, batch->reader.integer));
	if (member != BATCH_STEP && token == JSON_TOKEN_TEXT)
		return memory_fault(
			batch, batch_input_set(batch->input, member, batch->reader.text));
	batch->input->seen |= 1u << member;
	err = bad_member(batch, name,
			 member == BATCH_STEP ? BATCH_FLAW_CENTS : BATCH_FLAW_NOT_TEXT);
	return err ? err : skip(batch, token);
}

static enum err take_member(struct json_batch *batch)
{
	struct slice name = batch->reader.text;
	enum batch_member member;
	enum err err;

	if (slice_equal_text(name, "rows"))
		return take_rows_member(batch);
	if (batch_input_takes(batch->input, name, &member))
		return take_head_member(batch, member);
	err = bad_member(batch, batch_clean_name(name), BATCH_FLAW_UNKNOWN);
	return err ? err : skip(batch, JSON_TOKEN_NAME);
}

/* Behind the body's opening. */
static enum err take_members(struct json_batch *batch)
{
	enum json_token token;

	for (;;) {
		enum err err = next(batch, &token);

		if (err || token == JSON_TOKEN_OBJECT_END)
			return err;
		err = take_member(batch);
		if (err)
			return err;
	}
}

/* The whole document, up to the end of the body. */
static enum err take_body(struct json_batch *batch)
{
	enum json_token token;
	enum err err = next(batch, &token);

	if (err)
		return err;
	if (token == JSON_TOKEN_OBJECT) {
		err = take_members(batch);
	} else {
		batch->no_object = true;
		err = bad_member(batch, slice_of(NULL, 0), BATCH_FLAW_NOT_OBJECT);
		if (!err)
			err = skip(batch, token);
	}
	return err ? err : next(batch, &token); /* the end, or something follows */
}

enum err json_batch_parse(struct batch_input *input, struct slice body,
			  struct fault *fault)
{
	struct json_batch batch = { .input = input, .fault = fault };
	enum err err;

	assert(input->row_count == 0 && !input->texts);
	input->members_place = BATCH_PLACE_BODY;
	input->rows_place = BATCH_PLACE_ROW;
	json_reader_init(&batch.reader, body);
	err = take_body(&batch);
	if (!err && batch.rows_wait && batch_input_ready(input)) {
		json_reader_return(&batch.reader, &batch.rows_place);
		err = take_rows(&batch);
	}
	if (!err && !batch.rows_seen && !batch.no_object)
		err = bad_member(&batch, slice_of_text("rows"), BATCH_FLAW_MISSING);
	input->texts = json_reader_take_texts(&batch.reader);
	json_reader_release(&batch.reader);
	if (err)
		return err;
	return batch.no_object ? batch_bad_list_check(&input->bad, fault)
			       : batch_input_finish(input, fault);
}
