/*
 * test_qr.c - a QR code's squares, read back by hand: reports/qr.c.
 *
 * Of version 1 (21 squares a side) the test finds the three eyes, reads the mask from the
 * format bits, takes it off and reads mode, length and text, as ISO/IEC 18004 sections
 * 6.3, 6.7.3, 6.8.2 and 6.9 have them: no part of the library that made it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/qr.h"

static bool at(const struct qr *qr, int row, int column)
{
	return qr->squares[row * qr->width + column] == '#';
}

static void eye_is_there(const struct qr *qr, int row, int column)
{
	for (int i = 0; i < 7; i++)
		for (int j = 0; j < 7; j++) {
			int ring = abs(i - 3) > abs(j - 3) ? abs(i - 3) : abs(j - 3);

			assert_int_equal(at(qr, row + i, column + j), ring != 2);
		}
}

static bool masked(int mask, int i, int j)
{
	switch (mask) {
	case 0:
		return (i + j) % 2 == 0;
	case 1:
		return i % 2 == 0;
	case 2:
		return j % 3 == 0;
	case 3:
		return (i + j) % 3 == 0;
	case 4:
		return (i / 2 + j / 3) % 2 == 0;
	case 5:
		return i * j % 2 + i * j % 3 == 0;
	case 6:
		return (i * j % 2 + i * j % 3) % 2 == 0;
	default:
		return ((i + j) % 2 + i * j % 3) % 2 == 0;
	}
}

/* Squares that carry no data of version 1: eyes with their edges, format, timing. */
static bool is_function(int i, int j)
{
	return (i < 9 && (j < 9 || j > 12)) || (i > 12 && j < 9) || i == 6 || j == 6;
}

/* The first `count` bits of data, in the order of reading: upwards and downwards in
 * columns of two, from the right. */
static void bits_read(const struct qr *qr, int mask, uint8_t *ret_bits, int count)
{
	int n = 0;
	bool up = true;

	for (int column = 20; column > 0 && n < count; column -= 2, up = !up) {
		if (column == 6)
			column--;
		for (int k = 0; k < 21; k++)
			for (int side = 0; side < 2 && n < count; side++) {
				int i = up ? 20 - k : k, j = column - side;

				if (!is_function(i, j))
					ret_bits[n++] = at(qr, i, j) ^ masked(mask, i, j);
			}
	}
	assert_int_equal(n, count);
}

static int number(const uint8_t *bits, int from, int count)
{
	int n = 0;

	for (int i = 0; i < count; i++)
		n = n * 2 + bits[from + i];
	return n;
}

static void test_a_small_code_is_read_by_hand(void **state)
{
	static const char text[] = "arrondi 93";
	struct fault fault;
	static struct qr qr;
	uint8_t bits[4 + 8 + 8 * 10];
	int mask, level;

	(void)state;
	assert_int_equal(qr_make(text, &qr, &fault), ERR_OK);
	assert_int_equal(qr.width, 21);
	eye_is_there(&qr, 0, 0);
	eye_is_there(&qr, 0, 14);
	eye_is_there(&qr, 14, 0);
	/* Format bits 14 to 10 stand in row 8, columns 0 to 4, under 10101. */
	level = (at(&qr, 8, 0) << 1 | at(&qr, 8, 1)) ^ 2;
	mask = (at(&qr, 8, 2) << 2 | at(&qr, 8, 3) << 1 | at(&qr, 8, 4)) ^ 5;
	assert_int_equal(level, 0); /* M */
	bits_read(&qr, mask, bits, sizeof bits);
	assert_int_equal(number(bits, 0, 4), 4); /* bytes */
	assert_int_equal(number(bits, 4, 8), sizeof text - 1);
	for (size_t i = 0; i < sizeof text - 1; i++)
		assert_int_equal(number(bits, 12 + 8 * (int)i, 8), text[i]);
}

static void test_its_picture_has_the_same_squares(void **state)
{
	static const char text[] = "https://a.example/?x=1&y=<2";
	static struct qr qr;
	struct buffer svg;
	struct fault fault;
	size_t dark = 0, drawn = 0;

	(void)state;
	assert_int_equal(qr_make(text, &qr, &fault), ERR_OK);
	buffer_init(&svg, 1000000);
	assert_int_equal(qr_svg(&qr, text, &svg, &fault), ERR_OK);
	assert_non_null(strstr(buffer_text(&svg), "?x=1&amp;y=&lt;2</title>"));
	for (int i = 0; i < qr.width * qr.width; i++)
		dark += qr.squares[i] == '#';
	for (const char *p = strstr(buffer_text(&svg), " d=\""); (p = strchr(p, 'h'));
	     p++) {
		int wide = (int)strtol(p + 1, NULL, 10);

		if (wide > 0)
			drawn += (size_t)wide / 4;
	}
	assert_int_equal(drawn, dark);
	buffer_release(&svg);
}

static void test_a_text_that_is_too_long_is_refused(void **state)
{
	static char text[4000];
	static struct qr qr;
	struct fault fault;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	assert_int_equal(qr_make(text, &qr, &fault), ERR_TOO_BIG);
	text[2331] = '\0'; /* what version 40-M holds */
	assert_int_equal(qr_make(text, &qr, &fault), ERR_OK);
	assert_int_equal(qr.width, QR_WIDTH_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_small_code_is_read_by_hand),
		cmocka_unit_test(test_its_picture_has_the_same_squares),
		cmocka_unit_test(test_a_text_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
