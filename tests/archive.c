/*
 * archive.c - see archive.h.
 */
#include "tests/archive.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "keys/file.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/tile.h"
#include "tests/story.h"

#define ROWS_MAX       100000
#define ROWS_BYTES_MAX ((size_t)ROWS_MAX * (ROW_LINE_BYTES_MAX + 1))
#define FILE_BYTES_MAX TILE_BUNDLE_BYTES_MAX
#define FILES_MAX      1024
#define DIGEST         "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define FILE_MODE      0644
#define FOLDER_MODE    0755
#define NFTW_FOLDERS   16

struct archive *archive_new(void)
{
	struct archive *archive = calloc(1, sizeof *archive);
	const char *temp = getenv("TMPDIR");

	assert_non_null(archive);
	snprintf(archive->dir, sizeof archive->dir, "%s/arrondi-archive-XXXXXX",
		 temp && strlen(temp) < 32 ? temp : "/tmp");
	assert_non_null(mkdtemp(archive->dir));
	snprintf(archive->out, sizeof archive->out, "%s/out", archive->dir);
	archive->world = world_new();
	return archive;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_all(const char *path)
{
	(void)nftw(path, remove_one, NFTW_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

void archive_free(struct archive *archive)
{
	if (!archive)
		return;
	remove_all(archive->dir);
	for (size_t i = 0; i < archive->n_rows; i++)
		buffer_release(&archive->rows[i].blob);
	world_free(archive->world);
	free(archive);
}

/* ---- batches ---- */

static void rows_fill(const struct archive_batch *batch, struct buffer *blob,
		      struct rows_summary *ret_summary)
{
	struct rows_limits limits = { cents_of(100), cents_of(5000), ROWS_MAX };
	struct fault fault;

	for (unsigned i = 0; i < batch->n; i++) {
		struct row row = { .giver = GIVER_PERSON,
				   .roundup = cents_of(1 + i % 99),
				   .extra = cents_of(i % 3 == 0 ? 200 : 0) };
		char line[ROW_LINE_BYTES_MAX];

		snprintf(row.fund, sizeof row.fund, "%s", i % 2 ? "projets" : "emploi");
		u32_put(row.tag.b, batch->first_tag + i * 256);
		buffer_put(blob, line, row_encode(&row, line));
		buffer_put_byte(blob, '\n');
	}
	assert_int_equal(buffer_err(blob), ERR_OK);
	assert_int_equal(
		rows_summarise(buffer_slice(blob), &limits, NULL, ret_summary, &fault),
		ERR_OK);
}

static void totals_put(struct buffer *text, const struct rows_summary *summary)
{
	for (unsigned i = 0; i < summary->n_totals; i++) {
		const struct rows_total *total = &summary->total[i];

		buffer_printf(text, "%s{'fund':'%s','giver':'%s','amount':%" PRId64 "}",
			      i ? "," : "", total->fund, giver_name(total->giver),
			      cents_value(total->roundup) + cents_value(total->extra));
	}
}

uint64_t archive_submit_batch(struct archive *archive, const struct archive_batch *batch)
{
	const char *company = batch->company ? batch->company : ARCHIVE_EMPLOYER;
	struct archive_rows *rows = &archive->rows[archive->n_rows++];
	struct rows_summary summary;
	struct buffer totals;
	char root[HASH_HEX_CHARS + 1];

	assert_true(archive->n_rows <= ARCHIVE_BATCHES_MAX);
	buffer_init(&rows->blob, ROWS_BYTES_MAX);
	buffer_init(&totals, 100000);
	rows_fill(batch, &rows->blob, &summary);
	totals_put(&totals, &summary);
	hex_encode(summary.head.root.b, HASH_BYTES, root);
	rows->position = world_must(
		archive->world, company,
		"'kind':'batch','company':'%s','source':'%s','period':'%s','date':'%s',"
		"'step':100,'terms':'2026-09','count':%u,'zero':0,'received':" DIGEST
		",'root':'%s','totals':[%s]",
		company, batch->source ? batch->source : "salary",
		batch->period ? batch->period : "2026-10",
		batch->date ? batch->date : "2026-10-30", batch->n, root,
		buffer_text(&totals));
	buffer_release(&totals);
	return rows->position;
}

void archive_fill(struct archive *archive)
{
	struct story story;

	(void)archive_submit_batch(archive, &(struct archive_batch){ .n = 7 });
	(void)archive_submit_batch(archive,
				   &(struct archive_batch){ .n = 5, .first_tag = 1 });
	(void)archive_submit_batch(
		archive, &(struct archive_batch){ .n = 3,
						  .source = "invoice",
						  .company = ARCHIVE_EMPLOYER_2 });
	/* Its batches state rows that nobody has: they are withheld. */
	story_tell(archive->world, &story);
}

struct archive *archive_full(void)
{
	struct archive *archive = archive_new();

	archive_fill(archive);
	archive_write(archive);
	return archive;
}

uint64_t archive_position_of(const struct archive *archive, const char *kind)
{
	char member[64];

	snprintf(member, sizeof member, "\"kind\":\"%s\"", kind);
	for (size_t i = 0; i < archive->world->leaf_count; i++) {
		const struct world_leaf *leaf = &archive->world->leaves[i];

		if (memmem(leaf->bytes, leaf->n, member, strlen(member)))
			return i;
	}
	fail_msg("no %s in the world", kind);
	return 0;
}

/* ---- forging ---- */

static void leaf_set(struct world_leaf *leaf, const char *bytes, size_t n)
{
	uint8_t *copy = calloc(1, n + 1); /* with a NUL, as the world's own leaves */

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	free(leaf->bytes);
	leaf->bytes = copy;
	leaf->n = n;
	leaf->hash = hash_leaf(bytes, n);
}

void archive_forge(struct archive *archive, const char *bytes, size_t n)
{
	struct world *world = archive->world;

	assert_true(world->leaf_count < WORLD_LEAVES_MAX);
	world->leaves[world->leaf_count].bytes = NULL; /* was cut, or never was */
	leaf_set(&world->leaves[world->leaf_count++], bytes, n);
}

void archive_cut(struct archive *archive, uint64_t count)
{
	struct world *world = archive->world;

	while (world->leaf_count > count)
		free(world->leaves[--world->leaf_count].bytes);
	while (archive->n_rows > 0 &&
	       archive->rows[archive->n_rows - 1].position >= count)
		buffer_release(&archive->rows[--archive->n_rows].blob);
}

static char *unquote(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

char *archive_leaf_with(const struct archive *archive, uint64_t position,
			const char *find, const char *put)
{
	const struct world_leaf *leaf = &archive->world->leaves[position];
	char *text = strndup((const char *)leaf->bytes, leaf->n);
	char *old = unquote(find), *new = unquote(put), *result = NULL;
	char *at;

	assert_non_null(text);
	at = strstr(text, old);
	if (!at)
		fail_msg("'%s' is not in entry %" PRIu64, old, position);
	assert_true(asprintf(&result, "%.*s%s%s", (int)(at - text), text, new,
			     at + strlen(old)) > 0);
	free(text);
	free(old);
	free(new);
	return result;
}

void archive_replace(struct archive *archive, uint64_t position, const char *text)
{
	assert_true(position < archive->world->leaf_count);
	leaf_set(&archive->world->leaves[position], text, strlen(text));
}

/* ---- the tree ---- */

static struct hash subtree(const struct archive *archive, uint64_t first, uint64_t n)
{
	struct hash leaves[WORLD_LEAVES_MAX], root;

	for (uint64_t i = 0; i < n; i++)
		leaves[i] = archive->world->leaves[first + i].hash;
	merkle_root(leaves, n, &root);
	return root;
}

static enum err subtree_node(void *ctx, unsigned level, uint64_t index,
			     struct hash *ret_hash, struct fault *fault)
{
	(void)fault;
	*ret_hash = subtree(ctx, index << level, UINT64_C(1) << level);
	return ERR_OK;
}

void archive_note(const struct archive *archive, uint64_t size, struct buffer *note)
{
	const struct world *world = archive->world;
	struct checkpoint checkpoint = { .size = size };
	struct fault fault;

	memcpy(checkpoint.origin, world->origin, sizeof checkpoint.origin);
	checkpoint.root = subtree(archive, 0, size);
	assert_int_equal(checkpoint_sign(&checkpoint, world->log_key, note, &fault),
			 ERR_OK);
	if (world->old_log_key)
		assert_int_equal(checkpoint_sign_also(&checkpoint, world->old_log_key,
						      note, &fault),
				 ERR_OK);
}

void archive_entry_proof(const struct archive *archive, uint64_t position, uint64_t size,
			 struct buffer *text)
{
	struct merkle_reader reader = { (void *)(uintptr_t)archive, subtree_node };
	struct proof proof = { .index = position };
	struct buffer note;
	struct fault fault;

	buffer_init(&note, NOTE_BYTES_MAX);
	archive_note(archive, size, &note);
	proof.note = buffer_slice(&note);
	assert_int_equal(
		merkle_prove_inclusion(&reader, position, size, &proof.path, &fault),
		ERR_OK);
	assert_int_equal(proof_format(&proof, text, &fault), ERR_OK);
	buffer_release(&note);
}

void archive_row_proof(const struct archive *archive, size_t batch, uint64_t row,
		       struct buffer *text)
{
	const struct archive_rows *rows = &archive->rows[batch];
	const struct world_leaf *leaf = &archive->world->leaves[rows->position];
	struct row_proof proof = { .index = row };
	struct merkle_head head;
	struct buffer entry_proof;
	struct fault fault;

	buffer_init(&entry_proof, PROOF_BYTES_MAX);
	archive_entry_proof(archive, rows->position, archive->world->leaf_count,
			    &entry_proof);
	proof.entry_proof = buffer_slice(&entry_proof);
	assert_int_equal(rows_prove(buffer_slice(&rows->blob), row, &proof.line, &head,
				    &proof.path, &fault),
			 ERR_OK);
	proof.count = head.size;
	assert_int_equal(
		row_proof_format(&proof, slice_of(leaf->bytes, leaf->n), text, &fault),
		ERR_OK);
	buffer_release(&entry_proof);
}

/* ---- files ---- */

void archive_path(const struct archive *archive, const char *path,
		  char ret_path[ARCHIVE_PATH_BYTES_MAX])
{
	int n = snprintf(ret_path, ARCHIVE_PATH_BYTES_MAX, "%s/%s", archive->out, path);

	assert_true(n > 0 && n < ARCHIVE_PATH_BYTES_MAX);
}

void archive_read_file(const struct archive *archive, const char *path,
		       struct buffer *bytes)
{
	char full[ARCHIVE_PATH_BYTES_MAX];
	struct fault fault;

	archive_path(archive, path, full);
	if (file_read(full, FILE_BYTES_MAX, bytes, &fault))
		fail_msg("%s", fault.text);
}

/* With the folders above it; without waiting for the disk. */
void archive_write_file(const struct archive *archive, const char *path,
			struct slice bytes)
{
	char full[ARCHIVE_PATH_BYTES_MAX];
	int fd;

	archive_path(archive, path, full);
	for (char *c = full + strlen(archive->dir) + 1; *c; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		(void)mkdir(full, FOLDER_MODE); /* or it is there: open() will tell */
		*c = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	assert_int_equal(close(fd), 0);
}

void archive_remove_file(const struct archive *archive, const char *path)
{
	char full[ARCHIVE_PATH_BYTES_MAX];

	archive_path(archive, path, full);
	remove_all(full);
	assert_int_not_equal(access(full, F_OK), 0);
}

static void tile_fill(const struct archive *archive, const struct tile *tile,
		      struct buffer *bytes)
{
	bool entries = tile->level == TILE_LEVEL_ENTRIES;
	uint64_t each = entries ? 1 : UINT64_C(1) << (TILE_LEVELS_PER_TILE * tile->level);

	for (unsigned i = 0; i < tile->width; i++) {
		uint64_t first = (tile->index * TILE_WIDTH + i) * each;
		const struct world_leaf *leaf = &archive->world->leaves[first];
		struct hash hash;

		if (entries) {
			assert_int_equal(
				tile_bundle_append(bytes, slice_of(leaf->bytes, leaf->n)),
				ERR_OK);
			continue;
		}
		hash = subtree(archive, first, each);
		buffer_put(bytes, hash.b, HASH_BYTES);
	}
	assert_int_equal(buffer_err(bytes), ERR_OK);
}

void archive_write(struct archive *archive)
{
	uint64_t size = archive->world->leaf_count;
	struct buffer bytes;
	struct tile_walk walk;
	struct tile tile;
	char path[TILE_PATH_BYTES_MAX];

	remove_all(archive->out);
	buffer_init(&bytes, FILE_BYTES_MAX);
	tile_walk_init(&walk, 0, size);
	while (tile_walk_next(&walk, &tile)) {
		buffer_clear(&bytes);
		tile_fill(archive, &tile, &bytes);
		tile_path_format(&tile, path);
		archive_write_file(archive, path, buffer_slice(&bytes));
	}
	for (size_t i = 0; i < archive->n_rows; i++) {
		snprintf(path, sizeof path, "rows/%" PRIu64, archive->rows[i].position);
		archive_write_file(archive, path, buffer_slice(&archive->rows[i].blob));
	}
	buffer_clear(&bytes);
	archive_note(archive, size, &bytes);
	archive_write_file(archive, "checkpoint", buffer_slice(&bytes));
	buffer_release(&bytes);
}

/* nftw() has no context to give. */
static struct {
	char *paths[FILES_MAX];
	size_t n;
	size_t prefix;
} listed;

static int list_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)at;
	if (type != FTW_F)
		return 0;
	assert_true(listed.n < FILES_MAX);
	listed.paths[listed.n++] = strdup(path + listed.prefix);
	return 0;
}

static int path_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void archive_each_file(const struct archive *archive,
		       void (*each)(void *ctx, const char *path), void *ctx)
{
	listed.n = 0;
	listed.prefix = strlen(archive->out) + 1;
	assert_int_equal(nftw(archive->out, list_one, NFTW_FOLDERS, FTW_PHYS), 0);
	qsort(listed.paths, listed.n, sizeof listed.paths[0], path_cmp);
	for (size_t i = 0; i < listed.n; i++) {
		each(ctx, listed.paths[i]);
		free(listed.paths[i]);
	}
}
