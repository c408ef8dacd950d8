/*
 * archive.h - the export of a world, written by hand, so that it can be forged.
 *
 * The leaves are the world's; the tiles, the rows and the signature of the log's
 * own key are made here and are right for whatever the leaves are. What a test
 * puts among the leaves is then wrong for no other reason than its rule.
 */
#ifndef ARRONDI_TESTS_ARCHIVE_H
#define ARRONDI_TESTS_ARCHIVE_H

#include "keys/buffer.h"
#include "ledger/rows.h"
#include "tests/world.h"

#define ARCHIVE_BATCHES_MAX    512
#define ARCHIVE_DIR_BYTES_MAX  64
#define ARCHIVE_PATH_BYTES_MAX 256
#define ARCHIVE_EMPLOYER       "employer:000001016"
#define ARCHIVE_EMPLOYER_2     "employer:000004044"

struct archive_rows {
	uint64_t position;
	struct buffer blob;
};

struct archive {
	struct world *world; /* owned */
	struct archive_rows rows[ARCHIVE_BATCHES_MAX];
	size_t n_rows;
	char dir[ARCHIVE_DIR_BYTES_MAX]; /* a temporary folder; OUT is dir/out */
	char out[ARCHIVE_DIR_BYTES_MAX + 8];
};

/* A new world with its charter and members, and nothing written yet. */
struct archive *archive_new(void);
void archive_free(struct archive *archive); /* and its folder */

/* What a batch of the test holds: n rows of 1 cent and up to step - 1, tags from
 * first_tag on, 256 apart. */
struct archive_batch {
	const char *company; /* NULL: ARCHIVE_EMPLOYER */
	const char *source;  /* NULL: "salary" */
	const char *period;  /* NULL: "2026-10" */
	const char *date;    /* NULL: "2026-10-30" */
	uint32_t first_tag;
	unsigned n;
};

/* Submits it, which must be accepted, and keeps its rows. Its position. */
uint64_t archive_submit_batch(struct archive *archive, const struct archive_batch *batch);

/* Every sort of entry: batches, their settlement, gifts, an allocation, a grant
 * voted and paid, a policy and a seat changed, a reversal. */
void archive_fill(struct archive *archive);

/* A new one, filled and written. */
struct archive *archive_full(void);

/* The position of the first entry of a kind. */
uint64_t archive_position_of(const struct archive *archive, const char *kind);

/* Adds a leaf that no rule has looked at. */
void archive_forge(struct archive *archive, const char *bytes, size_t n);

/* Forgets the leaves from `count` on, and the rows of batches among them. */
void archive_cut(struct archive *archive, uint64_t count);

/* The text of a leaf with `find` replaced by `put` (both in single quotes for
 * double ones), once: for a forged leaf. The caller frees. */
char *archive_leaf_with(const struct archive *archive, uint64_t position,
			const char *find, const char *put);

/* Puts a text in the place of a leaf. */
void archive_replace(struct archive *archive, uint64_t position, const char *text);

/* The signed checkpoint of the first `size` leaves, into a buffer that the caller
 * inits and releases. */
void archive_note(const struct archive *archive, uint64_t size, struct buffer *note);

/* A tlog-proof of an entry, against the checkpoint of `size`. */
void archive_entry_proof(const struct archive *archive, uint64_t position, uint64_t size,
			 struct buffer *text);
/* A row's proof, of the kept batch with that number. */
void archive_row_proof(const struct archive *archive, size_t batch, uint64_t row,
		       struct buffer *text);

/* Writes the whole export into an empty OUT. */
void archive_write(struct archive *archive);

/* A file of OUT by its path in it. */
void archive_read_file(const struct archive *archive, const char *path,
		       struct buffer *bytes);
void archive_write_file(const struct archive *archive, const char *path,
			struct slice bytes);
void archive_remove_file(const struct archive *archive, const char *path);
void archive_path(const struct archive *archive, const char *path,
		  char ret_path[ARCHIVE_PATH_BYTES_MAX]);

/* Calls each() with the path of each file of OUT, in byte order. */
void archive_each_file(const struct archive *archive,
		       void (*each)(void *ctx, const char *path), void *ctx);

#endif
