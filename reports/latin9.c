/*
 * latin9.c - see latin9.h.
 */
#include "reports/latin9.h"

#include <stddef.h>

#include "keys/encoding.h"

/* Where ISO 8859-15 is not ISO 8859-1. */
static const struct {
	uint32_t character;
	uint8_t byte;
} differences[] = {
	{ 0x20AC, 0xA4 }, { 0x0160, 0xA6 }, { 0x0161, 0xA8 }, { 0x017D, 0xB4 },
	{ 0x017E, 0xB8 }, { 0x0152, 0xBC }, { 0x0153, 0xBD }, { 0x0178, 0xBE },
};
#define DIFFERENCES (sizeof differences / sizeof *differences)

/* What it has not, and what a reader takes for the same. */
static const struct {
	uint32_t character;
	const char *likeness;
} folds[] = {
	{ 0x2019, "'" }, { 0x2018, "'" }, { 0x201C, "\"" }, { 0x201D, "\"" },
	{ 0x202F, " " }, { 0x2009, " " }, { 0x2011, "-" },  { 0x2010, "-" },
	{ 0x2013, "-" }, { 0x2014, "-" }, { 0x2212, "-" },  { 0x2026, "..." },
	{ 0x0102, "A" }, { 0x0103, "a" }, { 0x0106, "C" },  { 0x0107, "c" },
	{ 0x010C, "C" }, { 0x010D, "c" }, { 0x0118, "E" },  { 0x0119, "e" },
	{ 0x011E, "G" }, { 0x011F, "g" }, { 0x0130, "I" },  { 0x0131, "i" },
	{ 0x0141, "L" }, { 0x0142, "l" }, { 0x0143, "N" },  { 0x0144, "n" },
	{ 0x0147, "N" }, { 0x0148, "n" }, { 0x0158, "R" },  { 0x0159, "r" },
	{ 0x015A, "S" }, { 0x015B, "s" }, { 0x015E, "S" },  { 0x015F, "s" },
	{ 0x0219, "s" }, { 0x0218, "S" }, { 0x021B, "t" },  { 0x021A, "T" },
	{ 0x0179, "Z" }, { 0x017A, "z" }, { 0x017B, "Z" },  { 0x017C, "z" },
};

bool latin9_of(uint32_t character, uint8_t *ret_byte)
{
	for (size_t i = 0; i < DIFFERENCES && character >= 0x80; i++) {
		if (differences[i].character == character) {
			*ret_byte = differences[i].byte;
			return true;
		}
		if (differences[i].byte == character)
			return false; /* the character of ISO 8859-1 that it replaced */
	}
	*ret_byte = (uint8_t)character;
	return character <= 0xFF;
}

static const char *likeness_of(uint32_t character)
{
	for (size_t i = 0; i < sizeof folds / sizeof *folds; i++)
		if (folds[i].character == character)
			return folds[i].likeness;
	return character >= 0x300 && character < 0x370 ? "" : "?"; /* combining */
}

void latin9_put(struct buffer *out, struct slice utf8)
{
	const char *text = (const char *)utf8.p;
	uint8_t byte;
	size_t at = 0;

	while (at < utf8.n) {
		size_t plain = at;
		uint32_t character;

		while (plain < utf8.n && utf8.p[plain] < 0x80)
			plain++;
		buffer_put(out, utf8.p + at, plain - at);
		at = plain;
		if (at == utf8.n)
			break;
		character = utf8_next(text, utf8.n, &at);
		if (latin9_of(character, &byte))
			buffer_put_byte(out, byte);
		else
			buffer_put_text(out, likeness_of(character));
	}
}
