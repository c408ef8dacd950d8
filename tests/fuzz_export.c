/*
 * fuzz_export.c - an export that somebody has changed: the auditor takes none that is not
 * the log's (ledger/audit.h).
 *
 * The bytes are changes to files of a good export: which file, how, where, what. How is
 * to overwrite, to insert, to cut off, or to replace the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"
#include "ledger/audit.h"
#include "ledger/tile.h"
#include "tests/archive.h"
#include "tests/fuzz.h"
#include "tests/world_fixed.h"

#define FILES_MAX   64
#define CHANGES_MAX 4
#define GROWN_MAX   256

static struct file {
	char path[ARCHIVE_PATH_BYTES_MAX];
	struct buffer was, now;
} files[FILES_MAX];
static size_t file_count;
static struct archive *archive;

static void file_keep(void *ctx, const char *path)
{
	struct file *file = &files[file_count++];

	FUZZ_MUST(file_count <= FILES_MAX);
	snprintf(file->path, sizeof file->path, "%s", path);
	buffer_init(&file->was, TILE_BUNDLE_BYTES_MAX);
	buffer_init(&file->now, TILE_BUNDLE_BYTES_MAX + GROWN_MAX);
	archive_read_file(ctx, path, &file->was);
}

static void archive_end(void)
{
	for (size_t i = 0; i < file_count; i++) {
		buffer_release(&files[i].was);
		buffer_release(&files[i].now);
	}
	archive_free(archive);
}

static void archive_begin(void)
{
	archive = archive_new();
	world_free(archive->world);
	archive->world = world_fixed_new();
	archive_fill(archive);
	archive_write(archive);
	archive_each_file(archive, file_keep, archive);
	FUZZ_MUST(atexit(archive_end) == 0);
}

static void file_change(struct file *file, struct fuzz_feed *feed)
{
	unsigned how = fuzz_byte(feed) % 4;
	size_t at = fuzz_number(feed, file->now.n + 1);
	size_t n = fuzz_byte(feed);
	struct slice put, old = buffer_slice(&file->now);
	struct buffer fresh;

	put = slice_of(feed->rest.p, n < feed->rest.n ? n : feed->rest.n);
	feed->rest = slice_of(feed->rest.p + put.n, feed->rest.n - put.n);
	if (how == 3)
		at = 0;
	buffer_init(&fresh, TILE_BUNDLE_BYTES_MAX + GROWN_MAX);
	buffer_put(&fresh, old.p, at);
	buffer_put_slice(&fresh, put);
	if (how == 0 && at + put.n < old.n)
		buffer_put(&fresh, old.p + at + put.n, old.n - at - put.n);
	if (how == 1)
		buffer_put(&fresh, old.p + at, old.n - at);
	buffer_release(&file->now);
	file->now = fresh;
}

/* Lines of signatures may be added by anybody; the text is what counts. */
static bool is_changed(const struct file *file)
{
	static struct note was, now;

	if (slice_equal(buffer_slice(&file->was), buffer_slice(&file->now)))
		return false;
	return strcmp(file->path, "checkpoint") != 0 ||
	       note_parse(buffer_slice(&file->was), &was, NULL) != ERR_OK ||
	       note_parse(buffer_slice(&file->now), &now, NULL) != ERR_OK ||
	       !slice_equal(was.text, now.text);
}

static enum err audit(unsigned threads, const struct slice *older,
		      struct audit_finding *ret_finding)
{
	struct vkey vkey = fuzz_vkey(0, WORLD_ORIGIN, VKEY_ED25519);
	struct audit_options options = { .dir = archive->out,
					 .vkeys = &vkey,
					 .n_vkeys = 1,
					 .older = older,
					 .n_older = older != NULL,
					 .threads = threads,
					 .finding = ret_finding };
	struct audit *audit = NULL;
	struct fault fault;
	enum err err = audit_run(&options, &audit, &fault);

	audit_free(audit);
	FUZZ_MUST(err == ERR_OK || ret_finding->rule[0] != '\0');
	return err;
}

/* One thread and two say the same. */
static enum err audit_twice(void)
{
	struct audit_finding one, two;
	enum err err = audit(1, NULL, &one);

	FUZZ_MUST(audit(2, NULL, &two) == err);
	if (err)
		FUZZ_MUST(one.position == two.position &&
			  strcmp(one.rule, two.rule) == 0);
	return err;
}

/* A changed checkpoint as one that somebody holds of before: the export is good. */
static void older_check(const struct file *file)
{
	struct slice note = buffer_slice(&file->now);
	struct audit_finding finding;

	if (strcmp(file->path, "checkpoint") == 0)
		FUZZ_MUST(audit(1, &note, &finding) != ERR_OK || !is_changed(file));
}

static void files_put(bool as_changed)
{
	for (size_t i = 0; i < file_count; i++)
		if (!slice_equal(buffer_slice(&files[i].was),
				 buffer_slice(&files[i].now)))
			archive_write_file(
				archive, files[i].path,
				buffer_slice(as_changed ? &files[i].now : &files[i].was));
}

FUZZ_TARGET(export)
{
	struct fuzz_feed feed = { slice_of(bytes, n) };
	bool any = false;
	enum err err;

	if (!archive)
		archive_begin();
	for (size_t i = 0; i < file_count; i++) {
		buffer_clear(&files[i].now);
		buffer_put_slice(&files[i].now, buffer_slice(&files[i].was));
	}
	for (int i = 0; i < CHANGES_MAX && feed.rest.n > 0; i++)
		file_change(&files[fuzz_number(&feed, file_count)], &feed);
	for (size_t i = 0; i < file_count; i++)
		any |= is_changed(&files[i]);
	files_put(true);
	err = audit_twice();
	files_put(false);
	FUZZ_MUST(!any || err != ERR_OK);
	for (size_t i = 0; i < file_count; i++)
		if (!slice_equal(buffer_slice(&files[i].was),
				 buffer_slice(&files[i].now)))
			older_check(&files[i]);
	return 0;
}
