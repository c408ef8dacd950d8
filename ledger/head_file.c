/*
 * head_file.c - see head_file.h.
 *
 * A line is shorter than a disk's sector, which is written whole or not; and it
 * is written over bytes that are there, so a full disk cannot stop it.
 */
#include "ledger/head_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "keys/encoding.h"
#include "keys/file.h"

#define SIZE_DIGITS 20
#define LINE_BYTES  (SIZE_DIGITS + 1 + HASH_HEX_CHARS + 1)

struct head_file {
	int fd;
};

static enum err io_fault(struct fault *fault, const char *verb)
{
	return fault_set(fault, ERR_IO, "the ledger's file 'head' cannot be %s: %m",
			 verb);
}

static void line_format(const struct merkle_head *head, char ret_line[LINE_BYTES + 1])
{
	char root[HASH_HEX_CHARS + 1];

	hex_encode(head->root.b, HASH_BYTES, root);
	(void)snprintf(ret_line, LINE_BYTES + 1, "%0*" PRIu64 " %s\n", SIZE_DIGITS,
		       head->size, root);
}

static enum err line_write(int fd, const struct merkle_head *head, struct fault *fault)
{
	char line[LINE_BYTES + 1];

	line_format(head, line);
	for (size_t done = 0; done < LINE_BYTES;) {
		ssize_t n = pwrite(fd, line + done, LINE_BYTES - done, (off_t)done);

		if (n <= 0)
			return io_fault(fault, "written");
		done += (size_t)n;
	}
	return fdatasync(fd) == 0 ? ERR_OK : io_fault(fault, "written");
}

static enum err line_read(int fd, struct merkle_head *ret_head, struct fault *fault)
{
	struct merkle_head head = { 0 };
	char line[LINE_BYTES + 1];
	ssize_t n = pread(fd, line, sizeof line, 0);
	uint64_t size = 0;
	bool ok = n == LINE_BYTES && line[SIZE_DIGITS] == ' ' &&
		  line[LINE_BYTES - 1] == '\n';

	if (n < 0)
		return io_fault(fault, "read");
	for (int i = 0; ok && i < SIZE_DIGITS; i++) {
		ok = line[i] >= '0' && line[i] <= '9' && size <= MERKLE_SIZE_MAX / 10;
		size = size * 10 + (uint64_t)(line[i] - '0');
	}
	ok = ok && hex_decode(line + SIZE_DIGITS + 1, HASH_HEX_CHARS, head.root.b,
			      HASH_BYTES) == ERR_OK;
	if (!ok || size > MERKLE_SIZE_MAX)
		return fault_set(
			fault, ERR_CORRUPT,
			"the ledger's file 'head' is damaged: nothing is signed until "
			"it holds again the highest size and root that were signed");
	head.size = size;
	*ret_head = head;
	return ERR_OK;
}

/* file_create() makes it complete under another name, so that no other process and no
 * power cut sees it empty. */
enum err head_file_create(const char *path, const struct merkle_head *head,
			  struct fault *fault)
{
	char line[LINE_BYTES + 1];

	line_format(head, line);
	return file_create(path, slice_of(line, LINE_BYTES), 0600, fault);
}

static enum err file_begin(const char *path, struct fault *fault)
{
	const struct merkle_head empty = { .root = hash_empty() };
	enum err err = head_file_create(path, &empty, fault);

	return err == ERR_CONFLICT ? ERR_OK : err;
}

enum err head_file_open(const char *path, struct head_file **ret_file,
			struct fault *fault)
{
	struct head_file *file = NULL;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		enum err err = file_begin(path, fault);

		if (err)
			return err;
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	if (fd < 0)
		return io_fault(fault, "opened");
	file = calloc(1, sizeof *file);
	if (!file) {
		(void)close(fd);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	file->fd = fd;
	*ret_file = file;
	return ERR_OK;
}

void head_file_close(struct head_file *file)
{
	if (!file)
		return;
	(void)close(file->fd); /* every write was synchronised */
	free(file);
}

enum err head_file_read(struct head_file *file, struct merkle_head *ret_head,
			struct fault *fault)
{
	enum err err;

	if (flock(file->fd, LOCK_SH) != 0)
		return io_fault(fault, "locked");
	err = line_read(file->fd, ret_head, fault);
	(void)flock(file->fd, LOCK_UN); /* closing would end it as well */
	return err;
}

enum err head_file_raise(struct head_file *file, const struct merkle_head *head,
			 struct fault *fault)
{
	struct merkle_head now;
	enum err err;

	if (flock(file->fd, LOCK_EX) != 0)
		return io_fault(fault, "locked");
	err = line_read(file->fd, &now, fault);
	/* (1) */
	if (!err && now.size < head->size) {
		err = line_write(file->fd, head, fault);
		/* What may not have reached the disk must not be taken for raised, here
		 * or by another process: that would sign without a sync. */
		if (err)
			(void)line_write(file->fd, &now, NULL);
	}
	(void)flock(file->fd, LOCK_UN);
	return err;
}
