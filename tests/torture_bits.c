/*
 * torture_bits.c - a single bit of a larger export changed, again and again: it is found.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n torture_bits
 *
 * The export holds every sort of entry and batches of hundreds of rows. Each try changes
 * one bit of one file, chosen by the seed with each byte of the export as likely as any
 * other, and runs the whole audit. (That of a small export is changed exhaustively by
 * test_audit_forged.c.)
 */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>
#include <string.h>

#include "tests/archive.h"
#include "tests/attempt.h"
#include "tests/trial.h"

#define DEFAULT_S 120
#define FILES_MAX 400
#define BATCHES   24
#define ROWS      300

struct files {
	const struct archive *archive;
	size_t n;
	uint64_t bytes;
	struct {
		char path[ARCHIVE_PATH_BYTES_MAX]; /* of the disk */
		struct buffer bytes;
	} file[FILES_MAX];
};

static struct files files;

static void file_keep(void *ctx, const char *path)
{
	struct files *kept = ctx;
	struct buffer *bytes = &kept->file[kept->n].bytes;

	if (kept->n == FILES_MAX)
		trial_fail("the export has too many files");
	buffer_init(bytes, 10000000);
	archive_read_file(kept->archive, path, bytes);
	archive_path(kept->archive, path, kept->file[kept->n].path);
	kept->bytes += bytes->n;
	kept->n++;
}

static struct archive *archive_large(void)
{
	struct archive *archive = archive_new();

	archive_fill(archive);
	for (uint32_t i = 0; i < BATCHES; i++)
		(void)archive_submit_batch(
			archive, &(struct archive_batch){ .source = "invoice",
							  .first_tag = 100000 + i,
							  .n = ROWS });
	archive_write(archive);
	return archive;
}

static void byte_write(const char *path, size_t at, uint8_t byte)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || pwrite(fd, &byte, 1, (off_t)at) != 1 || close(fd))
		trial_fail("'%s' cannot be written", path);
}

/* One bit is changed, looked for, and put right again. */
static void bit_try(struct chance *chance, struct attempt *attempt)
{
	uint64_t at = chance_next(chance) % files.bytes;
	unsigned bit = chance_below(chance, 8);
	size_t i = 0;
	uint8_t byte;

	while (at >= files.file[i].bytes.n)
		at -= files.file[i++].bytes.n;
	byte = files.file[i].bytes.p[at];
	byte_write(files.file[i].path, at, byte ^ (uint8_t)(1u << bit));
	attempt_run(attempt);
	if (!attempt->err || !attempt->finding.rule[0])
		trial_fail("bit %u of byte %" PRIu64 " of '%s' was not found: %s", bit,
			   at, files.file[i].path, attempt->fault.text);
	byte_write(files.file[i].path, at, byte);
}

int main(void)
{
	struct chance chance;
	struct attempt attempt;
	struct archive *archive;
	uint64_t tried = 0;

	trial_begin("bits", DEFAULT_S);
	chance = chance_of(1);
	archive = archive_large();
	files.archive = archive;
	archive_each_file(archive, file_keep, &files);
	attempt_init(&attempt, archive);
	attempt_run(&attempt);
	if (attempt.err)
		trial_fail("the export does not verify: %s", attempt.fault.text);
	for (; !trial_is_over(); tried++)
		bit_try(&chance, &attempt);
	attempt_run(&attempt);
	if (attempt.err)
		trial_fail("the export does not verify at the end: %s",
			   attempt.fault.text);
	for (size_t i = 0; i < files.n; i++)
		buffer_release(&files.file[i].bytes);
	archive_free(archive);
	trial_end("%" PRIu64 " bits changed in an export of %zu files and %" PRIu64
		  " bytes, each found",
		  tried, files.n, files.bytes);
}
