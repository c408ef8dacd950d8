/*
 * test_store.c - the database: what it keeps, what it refuses to change, and how
 * its failures are told.
 *
 * Covers ledger/store.c, ledger/store_schema.c, ledger/store_sql.c,
 * ledger/store_run.c, ledger/store_log.c, ledger/store_state.c and
 * ledger/store_claims.c; ledger/store_secrets.c is covered by test_ledger.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/store_int.h"
#include "tests/temporary.h"

struct place {
	struct temporary *t;
	char path[TEMPORARY_PATH];
	struct store *store;
	struct fault fault;
};

static void place_init(struct place *place)
{
	memset(place, 0, sizeof *place);
	place->t = temporary_empty();
	temporary_path(place->t, "test.db", place->path);
	if (store_open(place->path, STORE_CREATE, &place->store, &place->fault))
		fail_msg("%s", place->fault.text);
}

static void place_clear(struct place *place)
{
	store_close(place->store);
	temporary_free(place->t);
}

static void begin(struct place *place)
{
	assert_int_equal(store_begin(place->store, STORE_EXCLUSIVE, &place->fault),
			 ERR_OK);
}

static void commit(struct place *place)
{
	assert_int_equal(store_commit(place->store, &place->fault), ERR_OK);
}

/* Adds entries first..first + count - 1, each the text "entry N". */
static void entries_add(struct place *place, uint64_t first, size_t count)
{
	struct buffer bytes;
	size_t *ends = calloc(count + 1, sizeof *ends);
	struct store_entries entries = { first, count, NULL, ends };

	assert_non_null(ends);
	buffer_init(&bytes, 1000000);
	for (size_t i = 0; i < count; i++) {
		buffer_printf(&bytes, "entry %u", (unsigned)(first + i));
		ends[i] = bytes.n;
	}
	entries.bytes = bytes.p;
	if (store_entries_add(place->store, &entries, &place->fault))
		fail_msg("%s", place->fault.text);
	buffer_release(&bytes);
	free(ends);
}

static void assert_entries(struct place *place, uint64_t size)
{
	struct buffer bytes;
	char text[32];

	buffer_init(&bytes, 1000);
	for (uint64_t i = 0; i < size; i++) {
		buffer_clear(&bytes);
		assert_int_equal(store_entry(place->store, i, &bytes, &place->fault),
				 ERR_OK);
		snprintf(text, sizeof text, "entry %u", (unsigned)i);
		assert_string_equal(buffer_text(&bytes), text);
	}
	assert_int_equal(store_entry(place->store, size, &bytes, &place->fault),
			 ERR_NOT_FOUND);
	buffer_release(&bytes);
}

static void entries_fill_bundles_however_they_come(void **unused)
{
	static const size_t groups[] = { 1, 254, 1, 1, 512, 255, 300, 3 };
	struct store_counts counts;
	struct place place;
	uint64_t size = 0;

	(void)unused;
	place_init(&place);
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		begin(&place);
		entries_add(&place, size, groups[i]);
		commit(&place);
		size += groups[i];
		assert_entries(&place, size);
		assert_int_equal(store_count(place.store, &counts, &place.fault), ERR_OK);
		assert_int_equal(counts.bundles, size / 256);
		assert_int_equal(counts.tail, size % 256);
	}
	place_clear(&place);
}

static void a_bundle_can_be_read_up_to_any_width(void **unused)
{
	struct slice entries[TILE_WIDTH];
	struct buffer bundle;
	struct place place;

	(void)unused;
	place_init(&place);
	begin(&place);
	entries_add(&place, 0, 300);
	commit(&place);
	buffer_init(&bundle, TILE_BUNDLE_BYTES_MAX);
	for (unsigned width = 1; width <= 256; width += 51) {
		buffer_clear(&bundle);
		assert_int_equal(
			store_bundle(place.store, 0, width, &bundle, &place.fault),
			ERR_OK);
		assert_int_equal(tile_bundle_split(buffer_slice(&bundle), width, entries,
						   &place.fault),
				 ERR_OK);
	}
	buffer_clear(&bundle);
	assert_int_equal(store_bundle(place.store, 1, 44, &bundle, &place.fault), ERR_OK);
	assert_int_equal(
		tile_bundle_split(buffer_slice(&bundle), 44, entries, &place.fault),
		ERR_OK);
	assert_true(slice_equal_text(entries[43], "entry 299"));
	buffer_clear(&bundle);
	assert_int_equal(store_bundle(place.store, 1, 45, &bundle, &place.fault),
			 ERR_NOT_FOUND);
	buffer_release(&bundle);
	place_clear(&place);
}

static void what_is_finished_cannot_be_changed_by_any_tool(void **unused)
{
	static const char *const harms[] = {
		"UPDATE bundle SET bytes = x'00'",
		"DELETE FROM bundle",
		"REPLACE INTO bundle VALUES (0, x'00')",
		"INSERT INTO bundle VALUES (5, x'00')",
		"UPDATE tail SET bytes = x'00'",
		"DELETE FROM tail",
		"DELETE FROM tail WHERE position = 299",
		"REPLACE INTO tail VALUES (299, x'00')",
		"INSERT INTO tail VALUES (7, x'00')",
		"UPDATE tile SET bytes = zeroblob(8192)",
		"DELETE FROM tile",
		"REPLACE INTO tile VALUES (0, 0, zeroblob(8192))",
		"UPDATE rows SET bytes = x'00'",
		"DELETE FROM rows",
		"REPLACE INTO rows VALUES (3, x'00')",
		"UPDATE meta SET size = 299",
		"UPDATE meta SET at = 4",
		"DELETE FROM meta",
	};
	struct store_meta meta = { .head = { .size = 300 }, .at = 5 };
	struct hash hashes[TILE_WIDTH] = { 0 };
	struct place place;

	(void)unused;
	place_init(&place);
	begin(&place);
	entries_add(&place, 0, 300);
	assert_int_equal(store_tile_add(place.store, 0, 0, hashes, &place.fault), ERR_OK);
	assert_int_equal(
		store_rows_add(place.store, 3, slice_of_text("x\n"), &place.fault),
		ERR_OK);
	assert_int_equal(store_meta_write(place.store, &meta, &place.fault), ERR_OK);
	commit(&place);
	for (size_t i = 0; i < sizeof harms / sizeof *harms; i++)
		if (store_exec(place.store, harms[i], &place.fault) != ERR_CORRUPT)
			fail_msg("'%s' was let pass", harms[i]);
	assert_entries(&place, 300);
	place_clear(&place);
}

static void what_is_rolled_back_was_never_there(void **unused)
{
	struct place place;

	(void)unused;
	place_init(&place);
	begin(&place);
	entries_add(&place, 0, 300);
	store_rollback(place.store);
	store_rollback(place.store); /* nothing to do */
	begin(&place);
	entries_add(&place, 0, 10);
	commit(&place);
	assert_entries(&place, 10);
	place_clear(&place);
}

static void a_second_writer_is_told_that_it_is_busy(void **unused)
{
	struct store *other = NULL;
	struct store_meta meta;
	struct place place;

	(void)unused;
	place_init(&place);
	assert_int_equal(store_open(place.path, STORE_WRITE, &other, &place.fault),
			 ERR_OK);
	store_busy_limit(other, 10);
	begin(&place);
	entries_add(&place, 0, 1);
	assert_int_equal(store_begin(other, STORE_EXCLUSIVE, &place.fault), ERR_BUSY);
	/* A client reads this. */
	assert_string_equal(place.fault.text,
			    "ledger database: another program is writing: try again");
	/* A reader goes on reading what was committed. */
	assert_int_equal(store_begin(other, STORE_SNAPSHOT, &place.fault), ERR_OK);
	assert_int_equal(store_meta_read(other, &meta, &place.fault), ERR_OK);
	assert_int_equal(meta.head.size, 0);
	store_rollback(other);
	commit(&place);
	assert_int_equal(store_begin(other, STORE_EXCLUSIVE, &place.fault), ERR_OK);
	store_close(other);
	place_clear(&place);
}

static void a_reader_writes_nothing(void **unused)
{
	struct store *reader = NULL;
	struct place place;

	(void)unused;
	place_init(&place);
	assert_int_equal(store_open(place.path, STORE_READ, &reader, &place.fault),
			 ERR_OK);
	assert_int_equal(store_rows_add(reader, 1, slice_of_text("x"), &place.fault),
			 ERR_IO);
	assert_non_null(strstr(place.fault.text, "may not be written"));
	store_close(reader);
	place_clear(&place);
}

static void a_file_that_is_no_ledger_is_refused(void **unused)
{
	struct store *store = NULL;
	struct place place;
	char other[TEMPORARY_PATH];
	FILE *file;

	(void)unused;
	place_init(&place);
	assert_int_equal(store_open(place.path, STORE_CREATE, &store, &place.fault),
			 ERR_CONFLICT);
	temporary_path(place.t, "no.db", other);
	assert_int_equal(store_open(other, STORE_WRITE, &store, &place.fault),
			 ERR_NOT_FOUND);
	file = fopen(other, "w");
	assert_non_null(file);
	for (int i = 0; i < 200; i++)
		fputs("this is no database, whatever its name says\n", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(store_open(other, STORE_WRITE, &store, &place.fault),
			 ERR_CORRUPT);
	assert_int_equal(store_open(other, STORE_READ, &store, &place.fault),
			 ERR_CORRUPT);
	place_clear(&place);
}

static void a_newer_schema_asks_for_a_newer_version(void **unused)
{
	struct store *store = NULL;
	struct place place;

	(void)unused;
	place_init(&place);
	assert_int_equal(
		store_exec(place.store, "PRAGMA user_version = 999", &place.fault),
		ERR_OK);
	assert_int_equal(store_open(place.path, STORE_WRITE, &store, &place.fault),
			 ERR_INVALID);
	assert_int_equal(store_open(place.path, STORE_READ, &store, &place.fault),
			 ERR_INVALID);
	place_clear(&place);
}

static void an_older_note_replaces_no_newer_one(void **unused)
{
	struct buffer note;
	struct place place;
	uint64_t size;

	(void)unused;
	place_init(&place);
	buffer_init(&note, 1000);
	assert_int_equal(store_note_read(place.store, &size, &note, &place.fault),
			 ERR_OK);
	assert_int_equal(note.n, 0);
	assert_int_equal(
		store_note_write(place.store, 7, slice_of_text("seven"), &place.fault),
		ERR_OK);
	assert_int_equal(
		store_note_write(place.store, 6, slice_of_text("six"), &place.fault),
		ERR_OK);
	assert_int_equal(store_note_read(place.store, &size, &note, &place.fault),
			 ERR_OK);
	assert_string_equal(buffer_text(&note), "seven");
	assert_int_equal(size, 7);
	buffer_release(&note);
	place_clear(&place);
}

static void the_state_reads_through_what_was_flushed(void **unused)
{
	struct place place;
	struct state *state;
	struct slice value;
	struct state_cursor cursor;

	(void)unused;
	place_init(&place);
	struct state_backing backing = store_state_backing(place.store);

	state = state_new(&backing);
	begin(&place);
	state_put(state, "a/1", slice_of_text("one"));
	state_put(state, "a/2", slice_of_text("two"));
	state_put(state, "b/1", slice_of_text(""));
	assert_int_equal(state_flush(state, store_state_change, place.store), ERR_OK);
	commit(&place);
	state_drop(state);
	assert_true(state_get(state, "b/1", &value));
	assert_int_equal(value.n, 0);
	assert_false(state_get(state, "b/2", &value));
	begin(&place);
	state_delete(state, "a/1");
	assert_int_equal(state_flush(state, store_state_change, place.store), ERR_OK);
	commit(&place);
	state_drop(state);
	state_first(state, &cursor, "a/");
	assert_true(cursor.found);
	assert_string_equal(cursor.key, "a/2");
	assert_true(slice_equal_text(cursor.value, "two"));
	state_next(state, &cursor);
	assert_false(cursor.found);
	assert_int_equal(state_err(state), ERR_OK);
	state_free(state);
	place_clear(&place);
}

static void claims_are_found_where_they_were_added(void **unused)
{
	enum { TAGS = 3000, GROUPS = 5 };
	struct tag *tags = calloc(TAGS, sizeof *tags);
	struct claims_storage claims;
	struct slice bucket = slice_of_text("salary/x/2026-10");
	uint8_t found_bucket[CLAIMS_BUCKET_BYTES_MAX];
	struct place place;
	size_t conflict, n = 0;
	bool found;

	(void)unused;
	assert_non_null(tags);
	place_init(&place);
	claims = store_claims(place.store);
	begin(&place);
	for (unsigned group = 0; group < GROUPS; group++) {
		for (unsigned i = 0; i < TAGS; i++) {
			tags[i].b[0] = (uint8_t)(i >> 8);
			tags[i].b[1] = (uint8_t)i;
			tags[i].b[2] = (uint8_t)group;
		}
		assert_int_equal(claims_check(&claims, bucket, tags, TAGS, &conflict,
					      &place.fault),
				 ERR_OK);
		assert_int_equal(conflict, TAGS);
		assert_int_equal(claims_add(&claims, bucket, tags, TAGS, &place.fault),
				 ERR_OK);
		assert_int_equal(claims_check(&claims, bucket, tags + 2500, 1, &conflict,
					      &place.fault),
				 ERR_OK);
		assert_int_equal(conflict, 0);
	}
	commit(&place);
	assert_int_equal(store_bucket_next(place.store, slice_of(NULL, 0), found_bucket,
					   &n, &found, &place.fault),
			 ERR_OK);
	assert_true(found && slice_equal(slice_of(found_bucket, n), bucket));
	assert_int_equal(store_bucket_next(place.store, slice_of(found_bucket, n),
					   found_bucket, &n, &found, &place.fault),
			 ERR_OK);
	assert_false(found);
	free(tags);
	place_clear(&place);
}

static void a_full_disk_is_told_with_its_remedy(void **unused)
{
	uint8_t *blob = calloc(1, 1000000);
	struct place place;

	(void)unused;
	assert_non_null(blob);
	place_init(&place);
	assert_int_equal(
		store_exec(place.store, "PRAGMA max_page_count = 1", &place.fault),
		ERR_OK);
	begin(&place);
	assert_int_equal(
		store_rows_add(place.store, 1, slice_of(blob, 1000000), &place.fault),
		ERR_IO);
	assert_non_null(strstr(place.fault.text, "make room"));
	store_rollback(place.store);
	assert_int_equal(
		store_exec(place.store, "PRAGMA max_page_count = 100000", &place.fault),
		ERR_OK);
	begin(&place);
	assert_int_equal(
		store_rows_add(place.store, 1, slice_of(blob, 1000000), &place.fault),
		ERR_OK);
	commit(&place);
	free(blob);
	place_clear(&place);
}

enum { DONORS = 400 };

struct met {
	uint8_t *secrets;
	bool known[DONORS];
};

static enum err meet(void *ctx, size_t i, const struct store_donor *donor,
		     struct fault *fault)
{
	struct met *met = ctx;

	(void)fault;
	assert_non_null(donor->secret);
	assert_int_equal(donor->consent.n, 0);
	met->known[i] = true;
	memcpy(met->secrets + i * STORE_SECRET_BYTES, donor->secret, STORE_SECRET_BYTES);
	return ERR_OK;
}

static void donors_are_found_among_any_others(void **unused)
{
	struct slice member = slice_of_text("employer:000001016");
	uint8_t keys[DONORS][STORE_SECRET_BYTES] = { 0 };
	struct place place;

	(void)unused;
	place_init(&place);
	for (unsigned i = 0; i < DONORS; i++) {
		keys[i][0] = (uint8_t)(i >> 8);
		keys[i][1] = (uint8_t)i;
	}
	/* Every third is there, but for a long row of none in the middle. */
	begin(&place);
	for (unsigned i = 0; i < DONORS; i += i == 150 ? 90 : 3)
		assert_int_equal(store_donor_add(place.store, member, keys[i], keys[i],
						 slice_of("", 0), &place.fault),
				 ERR_OK);
	commit(&place);
	for (unsigned step = 1; step <= 61; step += 5) {
		uint8_t asked[DONORS][STORE_SECRET_BYTES];
		uint8_t secrets[DONORS][STORE_SECRET_BYTES] = { 0 };
		struct met met = { .secrets = secrets[0] };
		size_t n = 0;

		for (unsigned i = step / 2; i < DONORS; i += step)
			memcpy(asked[n++], keys[i], STORE_SECRET_BYTES);
		assert_int_equal(store_donors(place.store, member, asked[0], n, meet,
					      &met, &place.fault),
				 ERR_OK);
		for (unsigned j = 0; j < n; j++) {
			unsigned i = step / 2 + j * step;
			bool there = i % 3 == 0 && (i <= 150 || i >= 240);

			assert_int_equal(met.known[j], there);
			if (there)
				assert_memory_equal(secrets[j], keys[i],
						    STORE_SECRET_BYTES);
		}
	}
	place_clear(&place);
}

static int64_t synchronous_of(struct store *store)
{
	sqlite3_stmt *stmt;
	int64_t level;

	assert_int_equal(
		sqlite3_prepare_v2(store->db, "PRAGMA synchronous", -1, &stmt, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	level = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	return level;
}

static void only_a_forerunner_does_not_wait_for_the_disk(void **unused)
{
	enum { NORMAL = 1, FULL = 2 };
	uint8_t key[STORE_SECRET_BYTES] = { 1 };
	struct place place;

	(void)unused;
	place_init(&place);
	assert_int_equal(synchronous_of(place.store), FULL);
	assert_int_equal(store_begin(place.store, STORE_FORERUNNER, &place.fault),
			 ERR_OK);
	assert_int_equal(store_donor_add(place.store, slice_of_text("m"), key, key,
					 slice_of("", 0), &place.fault),
			 ERR_OK);
	assert_int_equal(synchronous_of(place.store), NORMAL);
	commit(&place);
	begin(&place);
	assert_int_equal(synchronous_of(place.store), FULL);
	commit(&place);
	assert_int_equal(store_begin(place.store, STORE_FORERUNNER, &place.fault),
			 ERR_OK);
	store_rollback(place.store);
	begin(&place);
	assert_int_equal(synchronous_of(place.store), FULL);
	store_rollback(place.store);
	place_clear(&place);
}

static void a_backup_is_a_whole_copy(void **unused)
{
	struct place place, copy;

	(void)unused;
	place_init(&place);
	begin(&place);
	entries_add(&place, 0, 300);
	commit(&place);
	memset(&copy, 0, sizeof copy);
	temporary_path(place.t, "copy.db", copy.path);
	assert_int_equal(store_backup(place.store, copy.path, &place.fault), ERR_OK);
	assert_int_equal(store_open(copy.path, STORE_WRITE, &copy.store, &copy.fault),
			 ERR_OK);
	assert_entries(&copy, 300);
	store_close(copy.store);
	place_clear(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_fill_bundles_however_they_come),
		cmocka_unit_test(a_bundle_can_be_read_up_to_any_width),
		cmocka_unit_test(what_is_finished_cannot_be_changed_by_any_tool),
		cmocka_unit_test(what_is_rolled_back_was_never_there),
		cmocka_unit_test(a_second_writer_is_told_that_it_is_busy),
		cmocka_unit_test(a_reader_writes_nothing),
		cmocka_unit_test(a_file_that_is_no_ledger_is_refused),
		cmocka_unit_test(a_newer_schema_asks_for_a_newer_version),
		cmocka_unit_test(an_older_note_replaces_no_newer_one),
		cmocka_unit_test(the_state_reads_through_what_was_flushed),
		cmocka_unit_test(claims_are_found_where_they_were_added),
		cmocka_unit_test(a_full_disk_is_told_with_its_remedy),
		cmocka_unit_test(donors_are_found_among_any_others),
		cmocka_unit_test(only_a_forerunner_does_not_wait_for_the_disk),
		cmocka_unit_test(a_backup_is_a_whole_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
