/*
 * test_state_file.c - a tree of pages against a plain sorted array.
 *
 * The state over the file is emptied after each round, so that what is read has been on a
 * page; keys and values are of all lengths that the books may use, and there are more
 * pages than the cache has room for.
 *
 * Covers ledger/state_file.c, ledger/state_page.c, ledger/page_file.c and
 * ledger/scratch.c.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/page_file.h"
#include "ledger/state_file.h"

/* ---- a file and the state over it ---- */

static struct state_file *file;
static struct state *state;

static void place_open_in(const char *dir)
{
	struct fault fault;

	assert_int_equal(state_file_open(dir, &file, &fault), ERR_OK);

	struct state_backing backing = state_file_backing(file);

	state = state_new(&backing);
	assert_non_null(state);
}

static int place_open(void **unused)
{
	(void)unused;
	place_open_in("/tmp");
	return 0;
}

static int place_close(void **unused)
{
	(void)unused;
	state_free(state);
	state_file_free(file);
	return 0;
}

static void empty(void)
{
	struct fault fault = { .text = "" };

	if (state_file_empty(file, state, &fault) != ERR_OK)
		fail_msg("%s", fault.text);
}

/* ---- a model ---- */

#define MODEL_KEYS 6000

struct model {
	int size[MODEL_KEYS]; /* bytes of the value; -1: not there */
	unsigned made[MODEL_KEYS];
};

static unsigned dice(unsigned *seed, unsigned sides)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 8) % sides;
}

/* Ascending with i; some are as long as a key may be. */
static void model_key(int i, char ret_key[STATE_KEY_BYTES_MAX])
{
	int length = i % 13 == 0 ? STATE_KEY_BYTES_MAX - 1 : i % 50;
	int n = snprintf(ret_key, STATE_KEY_BYTES_MAX, "%c/%06d/", 'a' + i / 1000, i);

	while (n < length)
		ret_key[n++] = (char)('a' + i % 26);
	ret_key[n] = '\0';
}

static struct slice model_value(const struct model *model, int i,
				uint8_t room[STATE_VALUE_BYTES_MAX])
{
	unsigned seed = model->made[i];

	for (int at = 0; at < model->size[i]; at++)
		room[at] = (uint8_t)dice(&seed, 256);
	return slice_of(room, (size_t)model->size[i]);
}

static int random_size(unsigned *seed)
{
	switch (dice(seed, 40)) {
	case 0:
		return (int)dice(seed, STATE_VALUE_BYTES_MAX + 1);
	case 1:
		return STATE_VALUE_BYTES_MAX;
	case 2:
		return 2040 + (int)dice(seed, 16); /* about what a page takes */
	case 3:
		return 0;
	default:
		return (int)dice(seed, 400);
	}
}

static void model_put(struct model *model, int i, unsigned *seed)
{
	static uint8_t room[STATE_VALUE_BYTES_MAX];
	char key[STATE_KEY_BYTES_MAX];

	model_key(i, key);
	model->size[i] = random_size(seed);
	model->made[i] = dice(seed, 1u << 20);
	state_put(state, key, model_value(model, i, room));
}

static void model_delete(struct model *model, int i)
{
	char key[STATE_KEY_BYTES_MAX];

	model_key(i, key);
	model->size[i] = -1;
	state_delete(state, key);
}

static void assert_key_alike(const struct model *model, int i)
{
	static uint8_t room[STATE_VALUE_BYTES_MAX];
	char key[STATE_KEY_BYTES_MAX];
	struct slice value;

	model_key(i, key);
	assert_int_equal(state_get(state, key, &value), model->size[i] >= 0);
	if (model->size[i] >= 0)
		assert_true(slice_equal(value, model_value(model, i, room)));
}

/* From a key on, so many steps. */
static void assert_order_alike(const struct model *model, int from, int steps)
{
	static uint8_t room[STATE_VALUE_BYTES_MAX];
	char key[STATE_KEY_BYTES_MAX];
	struct state_cursor cursor;

	model_key(from, key);
	state_seek(state, &cursor, "", key);
	for (int i = from; i < MODEL_KEYS && steps > 0; i++) {
		if (model->size[i] < 0)
			continue;
		model_key(i, key);
		assert_true(cursor.found);
		assert_string_equal(cursor.key, key);
		assert_true(slice_equal(cursor.value, model_value(model, i, room)));
		state_next(state, &cursor);
		steps--;
	}
	if (steps > 0)
		assert_false(cursor.found);
}

static struct model *model_new(void)
{
	struct model *model = calloc(1, sizeof *model);

	assert_non_null(model);
	for (int i = 0; i < MODEL_KEYS; i++)
		model->size[i] = -1;
	return model;
}

/* ---- the tests ---- */

static void random_changes_read_like_a_sorted_array(void **unused)
{
	struct model *model = model_new();
	unsigned seed = 7;

	(void)unused;
	for (int round = 0; round < 150; round++) {
		/* Grows, shrinks, and grows again. */
		unsigned puts = round / 50 == 1 ? 1 : 5;

		for (int n = 0; n < 300; n++) {
			int i = (int)dice(&seed, MODEL_KEYS);

			if (dice(&seed, 6) < puts)
				model_put(model, i, &seed);
			else
				model_delete(model, i);
		}
		empty();
		for (int n = 0; n < 20; n++)
			assert_key_alike(model, (int)dice(&seed, MODEL_KEYS));
		assert_order_alike(model, (int)dice(&seed, MODEL_KEYS), 40);
	}
	assert_true(state_file_pages(file) > PAGE_FILE_CACHE_PAGES);
	assert_order_alike(model, 0, MODEL_KEYS + 1);
	for (int i = 0; i < MODEL_KEYS; i++)
		model_delete(model, i);
	empty();
	assert_order_alike(model, 0, 1);
	assert_int_equal(state_file_pages(file), 1); /* the root */
	free(model);
}

/* What expires is deleted from the front while more comes at the end. */
static void what_moves_on_leaves_no_pages_behind(void **unused)
{
	struct model *model = model_new();
	unsigned seed = 3;
	uint32_t most = 0;

	(void)unused;
	for (int i = 0; i < MODEL_KEYS; i++) {
		model_put(model, i, &seed);
		if (i >= 500)
			model_delete(model, i - 500);
		if (i % 10 == 0)
			empty();
		if (i == 1000)
			most = state_file_pages(file);
		if (i > 1000)
			assert_true(state_file_pages(file) < 2 * most);
	}
	assert_order_alike(model, MODEL_KEYS - 600, 600);
	free(model);
}

static void keys_that_ascend_fill_their_pages(void **unused)
{
	char key[STATE_KEY_BYTES_MAX];
	uint8_t value[100] = { 0 };
	const int n = 20000;

	(void)unused;
	for (int i = 0; i < n; i++) {
		(void)snprintf(key, sizeof key, "entry/%08d", i);
		state_put(state, key, slice_of(value, sizeof value));
		if (i % 100 == 0)
			empty();
	}
	empty();
	/* 120 bytes each. */
	assert_in_range(state_file_pages(file), n * 120 / PAGE_BYTES,
			n * 120 / PAGE_BYTES * 11 / 10);
}

static void a_small_state_is_left_alone(void **unused)
{
	char key[STATE_KEY_BYTES_MAX];
	struct fault fault;

	(void)unused;
	for (int i = 0; i < STATE_FILE_KEYS_MAX; i++) {
		(void)snprintf(key, sizeof key, "%d", i);
		state_put(state, key, slice_of_text("x"));
	}
	assert_int_equal(state_file_relieve(file, state, &fault), ERR_OK);
	assert_int_equal(state_keys(state), STATE_FILE_KEYS_MAX);
	state_put(state, "one more", slice_of_text("x"));
	assert_int_equal(state_file_relieve(file, state, &fault), ERR_OK);
	assert_int_equal(state_keys(state), 0);
	for (int i = 0; i <= STATE_FILE_DELETED_MAX; i++) {
		(void)snprintf(key, sizeof key, "%d", i);
		assert_int_equal(state_deleted(state), i);
		state_delete(state, key);
	}
	assert_int_equal(state_file_relieve(file, state, &fault), ERR_OK);
	assert_int_equal(state_keys(state), 0);
}

/* ---- a disk that fails ---- */

/* Puts more than the cache has room for; the first error ends it. */
static enum err put_too_much(struct fault *fault)
{
	static uint8_t value[1500];
	char key[STATE_KEY_BYTES_MAX];
	enum err err = ERR_OK;

	for (int i = 0; !err && i < 5 * 3 * PAGE_FILE_CACHE_PAGES; i++) {
		(void)snprintf(key, sizeof key, "%d", i);
		state_put(state, key, slice_of(value, sizeof value));
		if (i % 100 == 0)
			err = state_file_empty(file, state, fault);
	}
	return err;
}

static void a_folder_that_is_not_there_is_told_when_it_is_needed(void **unused)
{
	struct fault fault = { .text = "" };
	struct slice value;

	(void)unused;
	place_open_in("/nowhere/at/all");
	state_put(state, "a", slice_of_text("x"));
	empty();
	assert_true(state_get(state, "a", &value));
	assert_int_equal(put_too_much(&fault), ERR_IO);
	assert_string_equal(fault.text, "temporary file of the books in "
					"'/nowhere/at/all': No such file or directory");
	assert_string_equal(state_file_fault(file)->text, fault.text);
	(void)place_close(NULL);
}

static void a_full_disk_stays_an_error(void **unused)
{
	struct rlimit before, small = { 0 };
	struct fault fault = { .text = "" };
	struct slice value;

	(void)unused;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	small.rlim_cur = 10 * PAGE_BYTES;
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);

	enum err err = put_too_much(&fault);

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err, ERR_IO);
	assert_string_equal(fault.text, "temporary file of the books: File too large: "
					"make room, or name another folder");
	state_drop(state);
	assert_false(state_get(state, "1", &value));
	assert_int_equal(state_err(state), ERR_IO);
	assert_int_equal(state_file_empty(file, state, &fault), ERR_IO);
}

/* The scratch file has no name, but its descriptor is ours. */
static int scratch_descriptor(void)
{
	char path[64], target[256];

	for (int fd = 3; fd < 256; fd++) {
		(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);

		ssize_t n = readlink(path, target, sizeof target - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		if (strstr(target, "(deleted)"))
			return fd;
	}
	return -1;
}

static void a_disk_that_garbles_is_found_out(void **unused)
{
	struct fault fault = { .text = "" };
	struct state_cursor cursor;

	(void)unused;
	assert_int_equal(put_too_much(&fault), ERR_OK);
	empty();

	int fd = scratch_descriptor();

	assert_true(fd >= 0);
	for (off_t at = 5000; at < 200 * PAGE_BYTES; at += PAGE_BYTES)
		assert_int_equal(pwrite(fd, "!", 1, at), 1);
	for (state_first(state, &cursor, ""); cursor.found; state_next(state, &cursor))
		;
	assert_int_equal(state_err(state), ERR_IO);
	assert_string_equal(state_file_fault(file)->text,
			    "temporary file of the books: what was read is not what was "
			    "written: is the disk sound?");
}

#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, place_open, place_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(random_changes_read_like_a_sorted_array),
		PLACE_TEST(what_moves_on_leaves_no_pages_behind),
		PLACE_TEST(keys_that_ascend_fill_their_pages),
		PLACE_TEST(a_small_state_is_left_alone),
		cmocka_unit_test(a_folder_that_is_not_there_is_told_when_it_is_needed),
		PLACE_TEST(a_full_disk_stays_an_error),
		PLACE_TEST(a_disk_that_garbles_is_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
