/*
 * lang.c - the table of messages, and figures put together piece by piece.
 *
 * A figure is at most 20 digits, 6 separators of 3 bytes, a sign, a mark and a
 * unit: LANG_FIGURE_BYTES holds it, and figure_put() asserts so.
 */
#include "reports/lang.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>

#define NO_BREAK_SPACE        "\u00a0"
#define NARROW_NO_BREAK_SPACE "\u202f"
#define MINUS                 "\u2212"

#define MSG(name, fr, en) [MSG_##name] = { fr, en },
static const char *const messages[MSG__COUNT][LANG__COUNT] = {
#include "reports/messages.def"
};
#undef MSG

static const struct spelling {
	const char *name;
	const char *thousands;
	const char *decimal_mark;
	const char *before_amount;
	const char *after_amount;
	const char *after_percent;
	const char *month[12];
} spellings[LANG__COUNT] = {
	[LANG_FR] = {
		.name = "fr",
		.thousands = NARROW_NO_BREAK_SPACE,
		.decimal_mark = ",",
		.before_amount = "",
		.after_amount = NO_BREAK_SPACE "€",
		.after_percent = NO_BREAK_SPACE "%",
		.month = { "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.",
			   "août", "sept.", "oct.", "nov.", "déc." },
	},
	[LANG_EN] = {
		.name = "en",
		.thousands = ",",
		.decimal_mark = ".",
		.before_amount = "€",
		.after_amount = "",
		.after_percent = "%",
		.month = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
			   "Oct", "Nov", "Dec" },
	},
};

enum err lang_parse(const char *name, enum lang *ret_lang)
{
	for (int lang = 0; lang < LANG__COUNT; lang++) {
		if (strcmp(name, spellings[lang].name) == 0) {
			*ret_lang = (enum lang)lang;
			return ERR_OK;
		}
	}
	return ERR_USAGE;
}

const char *lang_name(enum lang lang)
{
	assert(lang < LANG__COUNT);
	return spellings[lang].name;
}

const char *tr(enum lang lang, enum msg msg)
{
	assert(lang < LANG__COUNT && msg < MSG__COUNT);
	return messages[msg][lang];
}

/* A text of LANG_FIGURE_BYTES that is being written, always with its NUL. */
struct figure {
	char *text;
	size_t n;
};

static void figure_put(struct figure *figure, const char *part, size_t bytes)
{
	assert(figure->n + bytes < LANG_FIGURE_BYTES);
	memcpy(figure->text + figure->n, part, bytes);
	figure->n += bytes;
	figure->text[figure->n] = '\0';
}

static void figure_put_text(struct figure *figure, const char *part)
{
	figure_put(figure, part, strlen(part));
}

/* Digits in groups of three, counted from the right. */
static void figure_put_grouped(struct figure *figure, const char *digits, size_t n,
			       const char *separator)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			figure_put_text(figure, separator);
		figure_put(figure, digits + i, 1);
	}
}

/* Writes the sign of "-123" and returns what follows it. */
static const char *figure_put_sign(struct figure *figure, const char *number)
{
	if (*number != '-')
		return number;
	figure_put_text(figure, MINUS);
	return number + 1;
}

void lang_cents(enum lang lang, struct cents c, char ret_text[LANG_FIGURE_BYTES])
{
	const struct spelling *spelling = &spellings[lang];
	struct figure figure = { .text = ret_text };
	char plain[CENTS_TEXT_BYTES];
	const char *euros;
	size_t digits;

	cents_format(c, '.', plain);
	euros = figure_put_sign(&figure, plain);
	digits = strcspn(euros, ".");
	figure_put_text(&figure, spelling->before_amount);
	figure_put_grouped(&figure, euros, digits, spelling->thousands);
	figure_put_text(&figure, spelling->decimal_mark);
	figure_put_text(&figure, euros + digits + 1);
	figure_put_text(&figure, spelling->after_amount);
}

void lang_integer(enum lang lang, int64_t n, char ret_text[LANG_FIGURE_BYTES])
{
	struct figure figure = { .text = ret_text };
	char plain[32];
	const char *digits;

	(void)snprintf(plain, sizeof plain, "%" PRId64, n); /* 20 characters at most */
	digits = figure_put_sign(&figure, plain);
	figure_put_grouped(&figure, digits, strlen(digits), spellings[lang].thousands);
}

void lang_ordinal(int64_t n, char ret_text[LANG_FIGURE_BYTES])
{
	struct figure figure = { .text = ret_text };
	char plain[32];

	(void)snprintf(plain, sizeof plain, "%" PRId64, n); /* 20 characters at most */
	figure_put_text(&figure, figure_put_sign(&figure, plain));
}

void lang_euros(enum lang lang, int64_t euros, char ret_text[LANG_FIGURE_BYTES])
{
	struct figure figure = { .text = ret_text };
	char plain[LANG_FIGURE_BYTES];
	const char *digits;

	lang_integer(lang, euros, plain);
	digits = plain;
	if (strncmp(plain, MINUS, strlen(MINUS)) == 0) {
		figure_put_text(&figure, MINUS);
		digits += strlen(MINUS);
	}
	figure_put_text(&figure, spellings[lang].before_amount);
	figure_put_text(&figure, digits);
	figure_put_text(&figure, spellings[lang].after_amount);
}

void lang_percent(enum lang lang, int64_t basis_points, char ret_text[LANG_FIGURE_BYTES])
{
	const struct spelling *spelling = &spellings[lang];
	struct figure figure = { .text = ret_text };
	char plain[32];
	const char *digits;
	size_t whole;

	/* At least a digit before the mark and two behind it. */
	(void)snprintf(plain, sizeof plain, "%s%03" PRIu64, basis_points < 0 ? "-" : "",
		       basis_points < 0 ? 0 - (uint64_t)basis_points
					: (uint64_t)basis_points);
	digits = figure_put_sign(&figure, plain);
	whole = strlen(digits) - 2;
	figure_put_grouped(&figure, digits, whole, spelling->thousands);
	figure_put_text(&figure, spelling->decimal_mark);
	figure_put_text(&figure, digits + whole);
	figure_put_text(&figure, spelling->after_percent);
}

void lang_date(enum lang lang, struct date date, char ret_text[LANG_FIGURE_BYTES])
{
	struct ymd ymd = ymd_of_date(date);

	switch (lang) {
	case LANG_FR:
		(void)snprintf(ret_text, LANG_FIGURE_BYTES, "%02d/%02d/%04d", ymd.day,
			       ymd.month, ymd.year);
		return;
	case LANG_EN:
		(void)snprintf(ret_text, LANG_FIGURE_BYTES, "%d %s %04d", ymd.day,
			       spellings[lang].month[ymd.month - 1], ymd.year);
		return;
	case LANG__COUNT:
		break;
	}
	abort();
}

void lang_month(enum lang lang, struct month month, char ret_text[LANG_FIGURE_BYTES])
{
	struct ymd ymd = ymd_of_date(month_first_day(month));

	(void)snprintf(ret_text, LANG_FIGURE_BYTES, "%s" NO_BREAK_SPACE "%04d",
		       spellings[lang].month[ymd.month - 1], ymd.year);
}

enum err lang_moment(enum lang lang, int64_t utc_s, char ret_text[LANG_FIGURE_BYTES])
{
	static_assert(PARIS_TEXT_BYTES <= LANG_FIGURE_BYTES, "a moment is a figure");
	char day[LANG_FIGURE_BYTES];
	struct paris_time time;
	enum err err = paris_of_utc(utc_s, &time);

	if (err)
		return err;
	switch (lang) {
	case LANG_FR:
		return paris_format_fr(utc_s, ret_text);
	case LANG_EN:
		lang_date(lang, time.date, day);
		(void)snprintf(ret_text, LANG_FIGURE_BYTES, "%.16s at %02d:%02d", day,
			       time.day_s / 3600, time.day_s / 60 % 60);
		return ERR_OK;
	case LANG__COUNT:
		break;
	}
	abort();
}
