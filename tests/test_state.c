/*
 * test_state.c - the books' memory against a plain sorted array.
 *
 * The model is as simple as can be: an array of keys and values. Random
 * operations run on both, with and without a backing, across marks, flushes
 * and drops; whatever the cache does, the two must read alike.
 *
 * Covers ledger/state.c, ledger/state_map.c and ledger/state_record.c, and runs the same
 * model over ledger/state_file.c, which has tests of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/state.h"
#include "ledger/state_file.h"

/* ---- a model: at most so many keys, each with a value or none ---- */

#define MODEL_KEYS 200

struct model {
	bool present[MODEL_KEYS];
	int value[MODEL_KEYS];
};

static void model_key(int i, char ret_key[32])
{
	snprintf(ret_key, 32, "%c/%03d%s", 'a' + i % 3, i, i % 7 == 0 ? "/deep" : "");
}

static struct slice model_value(int value, char room[48])
{
	int n = snprintf(room, 48, "v%d%.*s", value, value % 20, "aaaaaaaaaaaaaaaaaaaa");

	return slice_of(room, (size_t)n);
}

/* ---- a backing: the model itself, as what was flushed ---- */

struct disk {
	struct model kept;
	char key[32], value[48];
	int order[MODEL_KEYS]; /* keys by byte order */
	enum err err;
	int n_changes;
	char last_change[32];
};

static int disk_key_cmp(const void *a, const void *b)
{
	char ka[32], kb[32];

	model_key(*(const int *)a, ka);
	model_key(*(const int *)b, kb);
	return strcmp(ka, kb);
}

static void disk_init(struct disk *disk)
{
	memset(disk, 0, sizeof *disk);
	for (int i = 0; i < MODEL_KEYS; i++)
		disk->order[i] = i;
	qsort(disk->order, MODEL_KEYS, sizeof *disk->order, disk_key_cmp);
}

static int key_index(struct slice key)
{
	char text[32];

	for (int i = 0; i < MODEL_KEYS; i++) {
		model_key(i, text);
		if (slice_equal_text(key, text))
			return i;
	}
	return -1;
}

static enum err disk_get(void *ctx, struct slice key, struct slice *ret_value,
			 bool *ret_found)
{
	struct disk *disk = ctx;
	int i = key_index(key);

	if (disk->err)
		return disk->err;
	*ret_found = i >= 0 && disk->kept.present[i];
	if (*ret_found)
		*ret_value = model_value(disk->kept.value[i], disk->value);
	return ERR_OK;
}

static int slice_cmp(struct slice a, struct slice b)
{
	int cmp = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return cmp ? cmp : (a.n > b.n) - (a.n < b.n);
}

static enum err disk_seek(void *ctx, struct slice prefix, struct slice from,
			  struct slice *ret_key, struct slice *ret_value, bool *ret_found)
{
	struct disk *disk = ctx;

	*ret_found = false;
	if (disk->err)
		return disk->err;
	for (int at = 0; at < MODEL_KEYS && !*ret_found; at++) {
		int i = disk->order[at];

		model_key(i, disk->key);
		*ret_key = slice_of_text(disk->key);
		if (!disk->kept.present[i] || slice_cmp(*ret_key, from) < 0 ||
		    ret_key->n < prefix.n || memcmp(ret_key->p, prefix.p, prefix.n))
			continue;
		*ret_value = model_value(disk->kept.value[i], disk->value);
		*ret_found = true;
	}
	return ERR_OK;
}

/* The number behind a value's first letter; a value ends without a NUL. */
static int value_number(struct slice value)
{
	char text[32] = "";

	assert_true(value.n > 1 && value.n < sizeof text);
	memcpy(text, value.p + 1, value.n - 1);
	return (int)strtol(text, NULL, 10);
}

static enum err disk_change(void *ctx, struct slice key, struct slice value)
{
	struct disk *disk = ctx;
	int i = key_index(key);

	assert_true(i >= 0);
	model_key(i, disk->key);
	assert_true(!disk->n_changes || strcmp(disk->last_change, disk->key) < 0);
	memcpy(disk->last_change, disk->key, sizeof disk->key);
	disk->n_changes++;
	disk->kept.present[i] = value.p != NULL;
	disk->kept.value[i] = value.p ? value_number(value) : 0;
	return ERR_OK;
}

static struct state_backing disk_backing(struct disk *disk)
{
	return (struct state_backing){ .ctx = disk, .get = disk_get, .seek = disk_seek };
}

/* ---- comparing ---- */

static void assert_key_alike(struct state *state, const struct model *model, int i)
{
	char key[32], room[48];
	struct slice value;

	model_key(i, key);
	assert_int_equal(state_get(state, key, &value), model->present[i]);
	if (model->present[i])
		assert_true(slice_equal(value, model_value(model->value[i], room)));
}

static void assert_prefix_alike(struct state *state, const struct model *model,
				const struct disk *order, const char *prefix)
{
	struct state_cursor cursor;
	char key[32], room[48];

	state_first(state, &cursor, prefix);
	for (int at = 0; at < MODEL_KEYS; at++) {
		int i = order->order[at];

		model_key(i, key);
		if (!model->present[i] || memcmp(key, prefix, strlen(prefix)))
			continue;
		assert_true(cursor.found);
		assert_string_equal(cursor.key, key);
		assert_true(
			slice_equal(cursor.value, model_value(model->value[i], room)));
		state_next(state, &cursor);
	}
	assert_false(cursor.found);
}

static unsigned dice(unsigned *seed, unsigned sides)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 12) % sides;
}

static void random_change(struct state *state, struct model *model, unsigned *seed)
{
	int i = (int)dice(seed, MODEL_KEYS);
	char key[32], room[48];

	model_key(i, key);
	if (dice(seed, 3)) {
		model->present[i] = true;
		model->value[i] = (int)dice(seed, 1000);
		state_put(state, key, model_value(model->value[i], room));
	} else {
		model->present[i] = false;
		state_delete(state, key);
	}
}

/* A mark around marks that is undone leaves no trace of any of them. */
static void random_dry_run(struct state *state, const struct model *model, unsigned *seed)
{
	struct model changed = *model;

	state_mark(state);
	random_change(state, &changed, seed);
	for (unsigned n = dice(seed, 4); n; n--) {
		struct model before = changed;

		state_mark(state);
		random_change(state, &changed, seed);
		random_change(state, &changed, seed);
		if (dice(seed, 2)) {
			state_rollback(state);
			changed = before;
		} else {
			state_release(state);
		}
		assert_key_alike(state, &changed, (int)dice(seed, MODEL_KEYS));
	}
	state_rollback(state);
}

/* The same, but kept. */
static void random_nested_round(struct state *state, struct model *model, unsigned *seed)
{
	state_mark(state);
	random_change(state, model, seed);
	state_mark(state);
	for (unsigned n = dice(seed, 30); n; n--)
		random_change(state, model, seed);
	state_release(state);
	random_change(state, model, seed);
	state_release(state);
}

/* Marks, changes, and keeps or undoes; sometimes flushes, sometimes drops. */
static void random_round(struct state *state, struct model *model, struct disk *disk,
			 bool backed, unsigned *seed)
{
	struct model before = *model;

	state_mark(state);
	for (unsigned n = dice(seed, 12); n; n--) {
		random_change(state, model, seed);
		assert_key_alike(state, model, (int)dice(seed, MODEL_KEYS));
	}
	if (dice(seed, 3)) {
		state_release(state);
	} else {
		state_rollback(state);
		*model = before;
	}
	if (dice(seed, 3) == 0)
		random_dry_run(state, model, seed);
	if (dice(seed, 3) == 0)
		random_nested_round(state, model, seed);
	if (backed && dice(seed, 4) == 0) {
		disk->n_changes = 0;
		assert_int_equal(state_flush(state, disk_change, disk), ERR_OK);
	}
	if (backed && dice(seed, 20) == 0) {
		state_drop(state);
		*model = disk->kept;
	}
}

static void run_against_model(bool backed, unsigned seed)
{
	struct disk *disk = malloc(sizeof *disk);
	struct model model = { 0 };

	assert_non_null(disk);
	disk_init(disk);
	struct state_backing backing = disk_backing(disk);
	struct state *state = state_new(backed ? &backing : NULL);
	static const char *const prefixes[] = { "", "a/", "b/", "c/1", "zz" };

	assert_non_null(state);
	for (int round = 0; round < 1500; round++) {
		random_round(state, &model, disk, backed, &seed);
		assert_key_alike(state, &model, (int)dice(&seed, MODEL_KEYS));
		if (round % 10 == 0)
			assert_prefix_alike(state, &model, disk,
					    prefixes[dice(&seed, 5)]);
	}
	for (int i = 0; i < MODEL_KEYS; i++)
		assert_key_alike(state, &model, i);
	assert_int_equal(state_err(state), ERR_OK);
	state_free(state);
	free(disk);
}

static void a_state_in_memory_reads_like_a_sorted_array(void **unused)
{
	(void)unused;
	for (unsigned seed = 1; seed <= 3; seed++)
		run_against_model(false, seed);
}

static void a_backed_state_reads_like_a_sorted_array(void **unused)
{
	(void)unused;
	for (unsigned seed = 11; seed <= 13; seed++)
		run_against_model(true, seed);
}

static void a_state_over_a_file_reads_like_a_sorted_array(void **unused)
{
	static const char *const prefixes[] = { "", "a/", "b/", "c/1", "zz" };
	struct disk *disk = malloc(sizeof *disk);
	struct model model = { 0 };
	struct state_file *file;
	struct fault fault;
	unsigned seed = 21;

	(void)unused;
	assert_non_null(disk);
	disk_init(disk);
	assert_int_equal(state_file_open("/tmp", &file, &fault), ERR_OK);

	struct state_backing backing = state_file_backing(file);
	struct state *state = state_new(&backing);

	assert_non_null(state);
	for (int round = 0; round < 3000; round++) {
		random_round(state, &model, disk, false, &seed);
		if (dice(&seed, 4) == 0)
			assert_int_equal(state_file_empty(file, state, &fault), ERR_OK);
		assert_key_alike(state, &model, (int)dice(&seed, MODEL_KEYS));
		if (round % 10 == 0)
			assert_prefix_alike(state, &model, disk,
					    prefixes[dice(&seed, 5)]);
	}
	for (int i = 0; i < MODEL_KEYS; i++)
		assert_key_alike(state, &model, i);
	assert_int_equal(state_err(state), ERR_OK);
	state_free(state);
	state_file_free(file);
	free(disk);
}

/* ---- single promises ---- */

static void flush_of_a_state_in_memory_hands_out_every_key_in_order(void **unused)
{
	struct disk *disk = malloc(sizeof *disk);
	struct state *state = state_new(NULL);
	char key[32], room[48];

	(void)unused;
	assert_non_null(disk);
	assert_non_null(state);
	disk_init(disk);
	for (int i = MODEL_KEYS - 1; i >= 0; i--) {
		model_key(i, key);
		state_put(state, key, model_value(i, room));
	}
	model_key(5, key);
	state_delete(state, key);
	assert_int_equal(state_flush(state, disk_change, disk), ERR_OK);
	assert_int_equal(disk->n_changes, MODEL_KEYS - 1);
	state_free(state);
	free(disk);
}

static void writing_the_same_value_again_is_no_change(void **unused)
{
	struct disk *disk = malloc(sizeof *disk);

	(void)unused;
	assert_non_null(disk);
	disk_init(disk);
	disk->kept.present[4] = true;
	disk->kept.value[4] = 9;

	struct state_backing backing = disk_backing(disk);
	struct state *state = state_new(&backing);
	struct slice value;
	char key[32];

	model_key(4, key);
	assert_true(state_get(state, key, &value));
	state_put(state, key, value);
	assert_int_equal(state_flush(state, disk_change, disk), ERR_OK);
	assert_int_equal(disk->n_changes, 0);
	state_free(state);
	free(disk);
}

static void a_failing_backing_is_sticky_until_rolled_back(void **unused)
{
	struct disk *disk = malloc(sizeof *disk);

	(void)unused;
	assert_non_null(disk);
	disk_init(disk);
	disk->kept.present[3] = true;

	struct state_backing backing = disk_backing(disk);
	struct state *state = state_new(&backing);
	struct slice value;
	char key[32];

	model_key(3, key);
	state_mark(state);
	disk->err = ERR_IO;
	assert_false(state_get(state, key, &value));
	disk->err = ERR_OK;
	assert_false(state_get(state, key, &value));
	assert_int_equal(state_err(state), ERR_IO);
	state_put(state, "a/000/deep", slice_of_text("x"));
	state_rollback(state);
	assert_int_equal(state_err(state), ERR_OK);
	assert_true(state_get(state, key, &value));
	assert_false(state_get(state, "a/000/deep", &value));
	state_free(state);
	free(disk);
}

static void a_value_or_key_past_its_limit_is_too_big(void **unused)
{
	struct state *state = state_new(NULL);
	char key[STATE_KEY_BYTES_MAX + 1];
	uint8_t *value = calloc(1, STATE_VALUE_BYTES_MAX + 1);

	(void)unused;
	assert_non_null(value);
	memset(key, 'k', sizeof key - 1);
	key[sizeof key - 1] = 0;
	state_mark(state);
	state_put(state, key, slice_of_text("x"));
	assert_int_equal(state_err(state), ERR_TOO_BIG);
	state_rollback(state);
	state_mark(state);
	state_put(state, key + 1, slice_of(value, STATE_VALUE_BYTES_MAX + 1));
	assert_int_equal(state_err(state), ERR_TOO_BIG);
	state_rollback(state);
	state_put(state, key + 1, slice_of(value, STATE_VALUE_BYTES_MAX));
	assert_int_equal(state_err(state), ERR_OK);
	state_free(state);
	free(value);
}

static void the_map_may_be_changed_while_stepping(void **unused)
{
	struct state *state = state_new(NULL);
	struct state_cursor cursor;
	int n = 0;

	(void)unused;
	state_put(state, "x/1", slice_of_text("1"));
	state_put(state, "x/2", slice_of_text("2"));
	state_put(state, "x/3", slice_of_text("3"));
	for (state_first(state, &cursor, "x/"); cursor.found;
	     state_next(state, &cursor)) {
		state_delete(state, cursor.key);
		if (n++ == 0) {
			state_delete(state, "x/2");
			state_put(state, "x/4", slice_of_text("4"));
		}
	}
	assert_int_equal(n, 3); /* 1, 3, 4 */
	state_first(state, &cursor, "");
	assert_false(cursor.found);
	state_free(state);
}

static void seek_begins_at_a_key_within_the_prefix(void **unused)
{
	struct state *state = state_new(NULL);
	struct state_cursor cursor;

	(void)unused;
	state_put(state, "a/1", slice_of_text("1"));
	state_put(state, "b/1", slice_of_text("2"));
	state_put(state, "b/3", slice_of_text("3"));
	state_seek(state, &cursor, "b/", "b/2");
	assert_true(cursor.found);
	assert_string_equal(cursor.key, "b/3");
	state_seek(state, &cursor, "b/", "a");
	assert_true(cursor.found);
	assert_string_equal(cursor.key, "b/1");
	state_seek(state, &cursor, "b/", "c");
	assert_false(cursor.found);
	state_free(state);
}

static void records_read_back_as_they_were_written(void **unused)
{
	struct record *record = malloc(sizeof *record);

	(void)unused;
	assert_non_null(record);
	record_init(record);
	record_integer(record, INT64_MIN);
	record_text(record, slice_of_text(""));
	record_text(record, slice_of_text("emploi"));
	record_integer(record, INT64_MAX);
	record_integer(record, 0);

	struct record_reader reader = record_reader(record_slice(record));

	assert_true(record_read_integer(&reader) == INT64_MIN);
	assert_int_equal(record_read_text(&reader).n, 0);
	assert_true(slice_equal_text(record_read_text(&reader), "emploi"));
	assert_true(record_read_integer(&reader) == INT64_MAX);
	assert_true(record_read_integer(&reader) == 0);
	assert_int_equal(record_read_text(&reader).n, 0);
	assert_true(record_read_integer(&reader) == 0);
	free(record);
}

static void a_record_that_is_too_long_cannot_be_put(void **unused)
{
	struct record *record = malloc(sizeof *record);
	struct state *state = state_new(NULL);

	(void)unused;
	assert_non_null(record);
	record_init(record);
	for (int i = 0; i < STATE_VALUE_BYTES_MAX / 8 + 1; i++)
		record_text(record, slice_of_text("1234567"));
	assert_true(record->too_long);
	state_mark(state);
	state_put(state, "k", record_slice(record));
	assert_int_equal(state_err(state), ERR_TOO_BIG);
	state_rollback(state);
	state_free(state);
	free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_in_memory_reads_like_a_sorted_array),
		cmocka_unit_test(a_backed_state_reads_like_a_sorted_array),
		cmocka_unit_test(a_state_over_a_file_reads_like_a_sorted_array),
		cmocka_unit_test(flush_of_a_state_in_memory_hands_out_every_key_in_order),
		cmocka_unit_test(writing_the_same_value_again_is_no_change),
		cmocka_unit_test(a_failing_backing_is_sticky_until_rolled_back),
		cmocka_unit_test(a_value_or_key_past_its_limit_is_too_big),
		cmocka_unit_test(the_map_may_be_changed_while_stepping),
		cmocka_unit_test(seek_begins_at_a_key_within_the_prefix),
		cmocka_unit_test(records_read_back_as_they_were_written),
		cmocka_unit_test(a_record_that_is_too_long_cannot_be_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
