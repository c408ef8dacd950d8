/*
 * state_record.c - values of a state as fields of text (state.h, "Records").
 *
 * Every field ends in a LF, so that an empty last field is there and a record of
 * no fields is empty.
 */
#include <assert.h>
#include <string.h>

#include "ledger/state.h"

void record_init(struct record *record)
{
	record->n = 0;
	record->too_long = false;
}

void record_text(struct record *record, struct slice text)
{
	assert(!text.n || (!memchr(text.p, '\n', text.n) && !memchr(text.p, 0, text.n)));
	if (text.n >= sizeof record->text - record->n) {
		record->too_long = true;
		return;
	}
	if (text.n)
		memcpy(record->text + record->n, text.p, text.n);
	record->n += text.n;
	record->text[record->n++] = '\n';
}

void record_integer(struct record *record, int64_t integer)
{
	/* By hand: several of these are written for each new donor of a batch. */
	uint64_t rest = integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
	char text[24], *at = text + sizeof text;

	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (integer < 0)
		*--at = '-';
	record_text(record, slice_of(at, (size_t)(text + sizeof text - at)));
}

struct slice record_slice(const struct record *record)
{
	if (record->too_long)
		return slice_of(NULL, STATE_VALUE_BYTES_MAX + 1);
	return slice_of(record->text, record->n);
}

struct record_reader record_reader(struct slice value)
{
	return (struct record_reader){ .rest = value };
}

struct slice record_read_text(struct record_reader *reader)
{
	struct slice rest = reader->rest;
	const uint8_t *end = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;

	if (!end) {
		reader->rest = (struct slice){ 0 };
		return rest;
	}

	size_t n = (size_t)(end - rest.p);

	reader->rest = slice_of(end + 1, rest.n - n - 1);
	return slice_of(rest.p, n);
}

int64_t record_read_integer(struct record_reader *reader)
{
	struct slice text = record_read_text(reader);
	bool negative = text.n && text.p[0] == '-';
	uint64_t value = 0;

	for (size_t i = negative; i < text.n && i < 20; i++)
		value = value * 10 + (uint64_t)(text.p[i] - '0');
	return negative ? (int64_t)-value : (int64_t)value;
}
