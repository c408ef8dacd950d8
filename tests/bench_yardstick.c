/*
 * bench_yardstick.c - what the machine can do, with nothing of ours in it.
 *
 *   bench_yardstick insert ROWS-FOLDER DATABASE ROWS-PER-COMMIT [ROWS-MAX]
 *   bench_yardstick root ROWS-FOLDER
 *
 * ROWS-FOLDER is the rows/ of an export: the very rows that were measured, read
 * before the clock starts. `insert` puts them into a bare SQLite table, each line
 * one value under an integer key, WAL, synchronous=FULL. `root` computes the RFC
 * 6962 root of them as one tree, in one thread. Prints "nanoseconds rows".
 *
 * Neither uses a function of the ledger: a yardstick of our own would shrink when
 * we do.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/sha.h>
#include <sqlite3.h>

#include "tests/stopwatch.h"

#define PATH_BYTES  1024
#define LINE_BYTES  256
#define LEVELS      64
#define FOLDERS_MAX 4 /* deep: rows/ has folders by thousands */

struct line {
	const char *p;
	size_t n;
};

struct lines {
	struct line *p;
	size_t n, capacity;
};

static void must(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(2);
}

/* ---- reading ---- */

/* The bytes stay for as long as the program. */
static void file_read(const char *path, struct lines *lines)
{
	FILE *file = fopen(path, "re");
	struct stat st;
	char *bytes, *end;

	must(file && fstat(fileno(file), &st) == 0, path);
	bytes = malloc((size_t)st.st_size + 1);
	must(bytes && fread(bytes, 1, (size_t)st.st_size, file) == (size_t)st.st_size,
	     path);
	must(fclose(file) == 0, path);
	end = bytes + st.st_size;
	while (bytes < end) {
		char *feed = memchr(bytes, '\n', (size_t)(end - bytes));

		must(feed != NULL, path);
		if (lines->n == lines->capacity) {
			lines->capacity = lines->capacity ? lines->capacity * 2 : 4096;
			lines->p =
				reallocarray(lines->p, lines->capacity, sizeof *lines->p);
			must(lines->p != NULL, "memory");
		}
		lines->p[lines->n++] = (struct line){ bytes, (size_t)(feed - bytes) };
		bytes = feed + 1;
	}
}

static void folder_read(const char *path, struct lines *lines, int depth)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	must(dir && depth < FOLDERS_MAX, path);
	while ((entry = readdir(dir))) {
		char child[PATH_BYTES];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		must(snprintf(child, sizeof child, "%s/%s", path, entry->d_name) <
			     PATH_BYTES,
		     path);
		must(stat(child, &st) == 0, child);
		if (S_ISDIR(st.st_mode))
			folder_read(child, lines, depth + 1);
		else
			file_read(child, lines);
	}
	must(closedir(dir) == 0, path);
}

/* ---- bare SQLite ---- */

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL)) {
		fprintf(stderr, "bench_yardstick: %s: %s\n", sql, sqlite3_errmsg(db));
		exit(2);
	}
}

static int64_t insert(const char *path, const struct lines *lines, size_t per_commit)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	int64_t start;

	must(!sqlite3_open(path, &db), path);
	run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		"CREATE TABLE t (id INTEGER PRIMARY KEY, line BLOB NOT NULL)");
	must(!sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?, ?)", -1, &stmt, NULL),
	     path);
	start = stopwatch_ns();
	for (size_t i = 0; i < lines->n; i++) {
		if (i % per_commit == 0)
			run(db, "BEGIN");
		(void)sqlite3_bind_int64(stmt, 1, (sqlite3_int64)i + 1);
		(void)sqlite3_bind_blob(stmt, 2, lines->p[i].p, (int)lines->p[i].n,
					SQLITE_STATIC);
		must(sqlite3_step(stmt) == SQLITE_DONE, "insert");
		(void)sqlite3_reset(stmt);
		if (i % per_commit == per_commit - 1 || i + 1 == lines->n)
			run(db, "COMMIT");
	}
	start = stopwatch_ns() - start;
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return start;
}

/* ---- the root ---- */

struct node {
	unsigned char b[1 + 2 * SHA256_DIGEST_LENGTH];
};

static void digest(const void *bytes, size_t n, unsigned char *ret_digest)
{
	SHA256_CTX context;

	(void)SHA256_Init(&context);
	(void)SHA256_Update(&context, bytes, n);
	(void)SHA256_Final(ret_digest, &context);
}

/* waiting[level] is a node whose left half is there where bit `level` of the
 * number of leaves is 1. */
static void leaf_add(struct node waiting[LEVELS], size_t i, const struct line *line)
{
	unsigned char leaf[1 + LINE_BYTES] = { 0 };
	unsigned char hash[SHA256_DIGEST_LENGTH];
	unsigned level = 0;

	must(line->n <= LINE_BYTES, "line");
	memcpy(leaf + 1, line->p, line->n);
	digest(leaf, 1 + line->n, hash);
	for (; i >> level & 1; level++) {
		memcpy(waiting[level].b + 1 + sizeof hash, hash, sizeof hash);
		digest(waiting[level].b, sizeof waiting[level].b, hash);
	}
	waiting[level].b[0] = 1;
	memcpy(waiting[level].b + 1, hash, sizeof hash);
}

static int64_t root(const struct lines *lines)
{
	static struct node waiting[LEVELS];
	unsigned char hash[SHA256_DIGEST_LENGTH];
	int64_t start = stopwatch_ns();
	int begun = 0;

	for (size_t i = 0; i < lines->n; i++)
		leaf_add(waiting, i, &lines->p[i]);
	for (unsigned level = 0; level < LEVELS; level++) {
		if (!(lines->n >> level & 1))
			continue;
		if (begun) {
			memcpy(waiting[level].b + 1 + sizeof hash, hash, sizeof hash);
			digest(waiting[level].b, sizeof waiting[level].b, hash);
		} else {
			memcpy(hash, waiting[level].b + 1, sizeof hash);
		}
		begun = 1;
	}
	return stopwatch_ns() - start;
}

int main(int argc, char **argv)
{
	struct lines lines = { 0 };
	int64_t took_ns;

	if (argc < 3 || (strcmp(argv[1], "insert") == 0 && argc < 5)) {
		fprintf(stderr, "usage: bench_yardstick insert ROWS-FOLDER DATABASE "
				"ROWS-PER-COMMIT [ROWS-MAX]\n"
				"       bench_yardstick root ROWS-FOLDER\n");
		return 2;
	}
	folder_read(argv[2], &lines, 0);
	if (argc > 5 && lines.n > stopwatch_number(argv[5]))
		lines.n = stopwatch_number(argv[5]);
	must(lines.n > 0, argv[2]);
	took_ns = strcmp(argv[1], "insert") == 0
			  ? insert(argv[3], &lines, stopwatch_number(argv[4]))
			  : root(&lines);
	printf("%" PRId64 " %zu\n", took_ns, lines.n);
	return 0;
}
