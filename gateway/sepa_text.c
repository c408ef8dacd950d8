/*
 * sepa_text.c - names and texts in the letters that every bank of SEPA takes.
 */
#include "gateway/sepa_text.h"

#include <assert.h>
#include <string.h>

#include "keys/encoding.h"

/* Two characters for each letter from U+00C0 on, the second often a blank. */
#define LATIN_FIRST 0xC0
static const char latin[] =
	/* clang-format off */
	"A A A A A A AEC E E E E I I I I D N O O O O O x O U U U U Y THss"
	"a a a a a a aec e e e e i i i i d n o o o o o : o u u u u y thy "
	"A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g "
	"G g G g H h H h I i I i I i I i I i IJijJ j K k k L l L l L l L "
	"l L l N n N n N n 'nN n O o O o O o OEoeR r R r R r S s S s S s "
	"S s T t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z s ";
/* clang-format on */

/* The same from U+1E00 on, where Vietnamese names are. */
#define LATIN_MORE_FIRST 0x1E00
static const char latin_more[] =
	/* clang-format off */
	"A a B b B b B b C c D d D d D d D d D d E e E e E e E e E e F f "
	"G g H h H h H h H h H h I i I i K k K k K k L l L l L l L l M m "
	"M m M m N n N n N n N n O o O o O o O o P p P p R r R r R r R r "
	"S s S s S s S s S s T t T t T t T t U u U u U u U u U u V v V v "
	"W w W w W w W w W w X x X x Y y Z z Z z Z z h t w y a s s s SSd "
	"A a A a A a A a A a A a A a A a A a A a A a A a E e E e E e E e "
	"E e E e E e E e I i I i O o O o O o O o O o O o O o O o O o O o "
	"O o O o U u U u U u U u U u U u U u Y y Y y Y y Y y L l V v Y y ";
/* clang-format on */

/* Marks that have a neighbour in the set. */
static const struct {
	uint32_t mark;
	const char *text;
} marks[] = {
	{ '&', "+" },      { '_', "-" },     { '~', "-" },    { '@', "." },
	{ ';', "," },      { '!', "." },     { '*', "." },    { '#', "." },
	{ '%', "." },      { '=', "." },     { '^', "." },    { '$', "." },
	{ '<', "." },      { '>', "." },     { '"', "." },    { '|', "/" },
	{ '\\', "/" },     { '[', "(" },     { ']', ")" },    { '{', "(" },
	{ '}', ")" },      { '`', "'" },     { 0xAB, "" },    { 0xBB, "" },
	{ 0xB0, "o" },     { 0xAA, "a" },    { 0xBA, "o" },   { 0xB7, "." },
	{ 0xBF, "?" },     { 0xB4, "'" },    { 0xB2, "2" },   { 0xB3, "3" },
	{ 0xB9, "1" },     { 0x2010, "-" },  { 0x2011, "-" }, { 0x2012, "-" },
	{ 0x2013, "-" },   { 0x2014, "-" },  { 0x2018, "'" }, { 0x2019, "'" },
	{ 0x201A, "'" },   { 0x2032, "'" },  { 0x02BC, "'" }, { 0x2026, "..." },
	{ 0x20AC, "EUR" }, { 0x2116, "No" },
};

static bool in_set(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') ||
	       (c < 0x80 && c != 0 && strchr("/-?:().,'+ ", (int)c));
}

static const char *mark_text(uint32_t c)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (marks[i].mark == c)
			return marks[i].text;
	return " ";
}

/* A letter with its accent in a character of its own loses that. */
static bool is_accent(uint32_t c)
{
	return c >= 0x300 && c <= 0x36F;
}

struct fold {
	char *text;
	size_t n, max;
};

static void fold_put(struct fold *fold, char c)
{
	bool doubled = fold->n == 0 || fold->text[fold->n - 1] == ' ';

	if (fold->n < fold->max && !(c == ' ' && doubled))
		fold->text[fold->n++] = c;
}

static void fold_put_pair(struct fold *fold, const char *pair)
{
	fold_put(fold, pair[0]);
	if (pair[1] != ' ')
		fold_put(fold, pair[1]);
}

void sepa_fold(struct slice text, char *ret_text, size_t chars_max)
{
	struct fold fold = { ret_text, 0, chars_max };

	for (size_t at = 0; at < text.n;) {
		uint32_t c = utf8_next((const char *)text.p, text.n, &at);

		if (in_set(c))
			fold_put(&fold, (char)c);
		else if (c >= LATIN_FIRST && c < LATIN_FIRST + sizeof latin / 2)
			fold_put_pair(&fold, latin + (c - LATIN_FIRST) * 2);
		else if (c >= LATIN_MORE_FIRST &&
			 c < LATIN_MORE_FIRST + sizeof latin_more / 2)
			fold_put_pair(&fold, latin_more + (c - LATIN_MORE_FIRST) * 2);
		else if (!is_accent(c))
			for (const char *p = mark_text(c); *p; p++)
				fold_put(&fold, *p);
	}
	while (fold.n > 0 && ret_text[fold.n - 1] == ' ')
		fold.n--;
	ret_text[fold.n] = '\0';
}

bool sepa_text_valid(const char *text, size_t chars_max)
{
	size_t n = strlen(text);

	if (n == 0 || n > chars_max || text[0] == ' ' || text[n - 1] == ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!in_set((uint8_t)text[i]))
			return false;
	return true;
}

bool sepa_id_valid(const char *text)
{
	return sepa_text_valid(text, SEPA_ID_CHARS_MAX) && text[0] != '/' &&
	       text[strlen(text) - 1] != '/' && !strstr(text, "//");
}
