/*
 * fuzz.c - see fuzz.h.
 */
#include "tests/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fuzz_must(bool truth, const char *what, const char *file, int line)
{
	if (truth)
		return;
	fprintf(stderr, "%s:%d: this must hold: %s\n", file, line, what);
	abort();
}

void fuzz_must_be_said(enum err err, const struct fault *fault)
{
	if (!err)
		return;
	FUZZ_MUST(fault->err == err && fault->text[0]);
	for (const char *c = fault->text; *c; c++)
		fuzz_must((uint8_t)*c >= 0x20 && *c != 0x7f, fault->text, __FILE__,
			  __LINE__);
}

char *fuzz_text(const uint8_t *bytes, size_t n)
{
	char *text = malloc(n + 1), *copy;

	FUZZ_MUST(text != NULL);
	if (n)
		memcpy(text, bytes, n);
	text[n] = '\0';
	copy = strdup(text); /* as long as it is, so that a sanitizer sees its end */
	FUZZ_MUST(copy != NULL);
	free(text);
	return copy;
}

uint8_t fuzz_byte(struct fuzz_feed *feed)
{
	if (feed->rest.n == 0)
		return 0;
	feed->rest.n--;
	return *feed->rest.p++;
}

uint64_t fuzz_number(struct fuzz_feed *feed, uint64_t below)
{
	uint64_t number = 0;

	for (uint64_t range = below - 1; range; range >>= 8)
		number = number << 8 | fuzz_byte(feed);
	return number % below;
}

int64_t fuzz_integer(struct fuzz_feed *feed)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | fuzz_byte(feed);
	return (int64_t)number;
}

struct slice fuzz_line(struct fuzz_feed *feed)
{
	struct slice line = feed->rest;
	const uint8_t *lf = line.n ? memchr(line.p, '\n', line.n) : NULL;

	if (!lf) {
		feed->rest.n = 0;
		return line;
	}
	line.n = (size_t)(lf - line.p);
	feed->rest = slice_of(lf + 1, feed->rest.n - line.n - 1);
	return line;
}

const struct signing_key *fuzz_key(unsigned i)
{
	static struct signing_key *keys[FUZZ_KEYS];
	uint8_t seed[KEY_SEED_BYTES];

	FUZZ_MUST(i < FUZZ_KEYS);
	memset(seed, (int)(i + 1), sizeof seed);
	if (!keys[i])
		FUZZ_MUST(signing_key_from_seed(seed, &keys[i], NULL) == ERR_OK);
	return keys[i];
}

struct vkey fuzz_vkey(unsigned i, const char *name, enum vkey_type type)
{
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct vkey vkey;

	signing_key_public(fuzz_key(i), public_key);
	FUZZ_MUST(vkey_make(name, type, public_key, &vkey, NULL) == ERR_OK);
	return vkey;
}

static char file_path[256];

static void file_forget(void)
{
	(void)unlink(file_path);
}

const char *fuzz_file(struct slice bytes)
{
	const char *base = getenv("TMPDIR");
	int fd;

	if (!file_path[0]) {
		snprintf(file_path, sizeof file_path, "%.200s/arrondi-fuzz-%d",
			 base ? base : "/tmp", getpid());
		FUZZ_MUST(atexit(file_forget) == 0);
	}
	fd = open(file_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FUZZ_MUST(fd >= 0);
	FUZZ_MUST(bytes.n == 0 || write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
	FUZZ_MUST(close(fd) == 0);
	return file_path;
}
