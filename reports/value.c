/*
 * value.c - the switches over a value's type that every renderer needs.
 */
#include "reports/value.h"

#include <assert.h>
#include <inttypes.h>

static_assert(CENTS_TEXT_BYTES <= LANG_FIGURE_BYTES, "a plain amount fits in the room");
static_assert(UTC_TEXT_BYTES <= LANG_FIGURE_BYTES, "a plain moment fits in the room");

static const struct trait {
	const char *name;
	bool text;
	bool number;
} traits[VALUE__COUNT] = {
	[VALUE_TEXT] = { .name = "text", .text = true },
	[VALUE_MONO] = { .name = "mono", .text = true },
	[VALUE_CENTS] = { .name = "cents", .number = true },
	[VALUE_INTEGER] = { .name = "integer", .number = true },
	[VALUE_ORDINAL] = { .name = "ordinal", .number = true },
	[VALUE_PERCENT] = { .name = "basis_points", .number = true },
	[VALUE_DATE] = { .name = "date" },
	[VALUE_MONTH] = { .name = "month" },
	[VALUE_MOMENT] = { .name = "moment" },
};

const char *value_type_name(enum value_type type)
{
	assert(type < VALUE__COUNT);
	return traits[type].name;
}

bool value_type_is_text(enum value_type type)
{
	assert(type < VALUE__COUNT);
	return traits[type].text;
}

bool value_type_is_number(enum value_type type)
{
	assert(type < VALUE__COUNT);
	return traits[type].number;
}

static const char *plain_integer(int64_t n, char room[LANG_FIGURE_BYTES])
{
	(void)snprintf(room, LANG_FIGURE_BYTES, "%" PRId64, n); /* 20 characters */
	return room;
}

/* Basis points are hundredths of a percent, as cents are of a euro. */
static const char *plain_percent(int64_t basis_points, char mark,
				 char room[LANG_FIGURE_BYTES])
{
	uint64_t n =
		basis_points < 0 ? 0 - (uint64_t)basis_points : (uint64_t)basis_points;

	(void)snprintf(room, LANG_FIGURE_BYTES, "%s%" PRIu64 "%c%02u",
		       basis_points < 0 ? "-" : "", n / 100, mark, (unsigned)(n % 100));
	return room;
}

/* Who made the document has checked the moment: ours to assert. */
static const char *checked(enum err err, const char *room)
{
	assert(err == ERR_OK);
	(void)err;
	return room;
}

const char *value_figure(const struct value *value, enum lang lang,
			 char room[LANG_FIGURE_BYTES])
{
	if (value->empty)
		return "";
	switch (value->type) {
	case VALUE_TEXT:
	case VALUE_MONO:
		return value->text;
	case VALUE_CENTS:
		lang_cents(lang, value->cents, room);
		return room;
	case VALUE_INTEGER:
		lang_integer(lang, value->n, room);
		return room;
	case VALUE_ORDINAL:
		lang_ordinal(value->n, room);
		return room;
	case VALUE_PERCENT:
		lang_percent(lang, value->n, room);
		return room;
	case VALUE_DATE:
		lang_date(lang, value->date, room);
		return room;
	case VALUE_MONTH:
		lang_month(lang, value->month, room);
		return room;
	case VALUE_MOMENT:
		return checked(lang_moment(lang, value->n, room), room);
	case VALUE__COUNT:
		break;
	}
	abort();
}

const char *value_plain(const struct value *value, char decimal_mark,
			char room[LANG_FIGURE_BYTES])
{
	if (value->empty)
		return "";
	switch (value->type) {
	case VALUE_TEXT:
	case VALUE_MONO:
		return value->text;
	case VALUE_CENTS:
		cents_format(value->cents, decimal_mark, room);
		return room;
	case VALUE_INTEGER:
	case VALUE_ORDINAL:
		return plain_integer(value->n, room);
	case VALUE_PERCENT:
		return plain_percent(value->n, decimal_mark, room);
	case VALUE_DATE:
		date_format(value->date, room);
		return room;
	case VALUE_MONTH:
		month_format(value->month, room);
		return room;
	case VALUE_MOMENT:
		return checked(utc_format(value->n, room), room);
	case VALUE__COUNT:
		break;
	}
	abort();
}
