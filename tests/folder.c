/*
 * folder.c - see folder.h.
 */
#include "tests/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES 65536

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

bool folder_is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

void folder_remove(const char *path)
{
	if (folder_is_there(path) && nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS))
		abort();
}

static void file_copy(int from_dir, int to_dir, const char *name)
{
	static char bytes[COPY_BYTES];
	struct stat info;
	int from = openat(from_dir, name, O_RDONLY | O_CLOEXEC), to;
	ssize_t n;

	if (from < 0 || fstat(from, &info) != 0)
		abort();
	to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    info.st_mode & 0777);
	if (to < 0)
		abort();
	while ((n = read(from, bytes, sizeof bytes)) > 0)
		if (write(to, bytes, (size_t)n) != n)
			abort();
	if (n < 0 || close(from) || close(to))
		abort();
}

void folder_copy(const char *from, const char *to)
{
	DIR *stream = opendir(from);
	const struct dirent *found;
	int to_dir;

	if (!stream || mkdir(to, 0700) != 0)
		abort();
	to_dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (to_dir < 0)
		abort();
	while ((found = readdir(stream)))
		if (found->d_name[0] != '.')
			file_copy(dirfd(stream), to_dir, found->d_name);
	(void)close(to_dir); /* nothing was written through it */
	(void)closedir(stream);
}

void file_bring(const char *from, const char *to)
{
	static char bytes[COPY_BYTES];
	FILE *in = fopen(from, "re"), *out;
	size_t n;

	if (!in || (unlink(to) != 0 && folder_is_there(to)))
		abort();
	out = fopen(to, "wxe");
	if (!out || fchmod(fileno(out), 0600) != 0)
		abort();
	while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
		if (fwrite(bytes, 1, n, out) != n)
			abort();
	if (ferror(in) || fclose(in) || fclose(out))
		abort();
}
