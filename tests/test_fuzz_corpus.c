/*
 * test_fuzz_corpus.c - every target gets every file of its corpus.
 *
 * Which is linked with all of tests/fuzz_*.c. A target that fails ends the program, after
 * the name of the file was told.
 */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/buffer.h"
#include "keys/file.h"
#include "tests/fuzz.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define COUNT(array)   (sizeof(array) / sizeof *(array))

typedef int target_fn(const uint8_t *bytes, size_t n);

static const struct target {
	const char *name;
	target_fn *run;
} targets[] = {
#define TARGET(name) { #name, target_##name },
	FUZZ_TARGETS(TARGET)
#undef TARGET
};

/* As it goes wrong it should be known with which file. */
static char under_way[512];

static void tell(int signal)
{
	(void)signal;
	fprintf(stderr, "with the bytes of %s\n", under_way);
	_exit(134);
}

static void replay(target_fn *run, const char *path)
{
	struct buffer file;
	uint8_t *copy;

	snprintf(under_way, sizeof under_way, "%s", path);
	buffer_init(&file, FILE_BYTES_MAX);
	assert_int_equal(file_read(path, FILE_BYTES_MAX, &file, NULL), ERR_OK);
	/* Of exactly that size, so that a sanitizer sees every byte too far. */
	copy = malloc(file.n ? file.n : 1);
	assert_non_null(copy);
	if (file.n)
		memcpy(copy, file.p, file.n);
	(void)run(copy, file.n);
	free(copy);
	buffer_release(&file);
}

static void a_corpus_is_replayed(void **state)
{
	const struct target *target = *state;
	char folder[64], path[512];
	const struct dirent *item;
	size_t count = 0;
	DIR *dir;

	snprintf(folder, sizeof folder, "tests/fuzz/%s", target->name);
	dir = opendir(folder);
	assert_non_null(dir);
	while ((item = readdir(dir))) {
		if (item->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, item->d_name);
		replay(target->run, path);
		count++;
	}
	closedir(dir);
	assert_true(count > 0);
}

static bool is_target(const char *name, size_t n)
{
	for (size_t i = 0; i < COUNT(targets); i++)
		if (strlen(targets[i].name) == n && memcmp(targets[i].name, name, n) == 0)
			return true;
	return false;
}

static void every_target_is_in_the_table(void **state)
{
	const struct dirent *item;
	size_t count = 0, others = 0;
	DIR *dir = opendir("tests");

	(void)state;
	assert_non_null(dir);
	while ((item = readdir(dir))) {
		const char *name = item->d_name;
		size_t n = strlen(name);

		if (strncmp(name, "fuzz_", 5) != 0 || strcmp(name + n - 2, ".c") != 0)
			continue;
		count++;
		if (is_target(name + 5, n - 7))
			continue;
		print_error("FUZZ_TARGETS lacks %s\n", name);
		others++;
	}
	closedir(dir);
	assert_int_equal(others, 0);
	assert_int_equal(count, COUNT(targets));
}

int main(void)
{
	struct CMUnitTest tests[COUNT(targets) + 1] = {
		{ .name = "every_target_is_in_the_table",
		  .test_func = every_target_is_in_the_table },
	};

	signal(SIGABRT, tell);
	for (size_t i = 0; i < COUNT(targets); i++)
		tests[i + 1] = (struct CMUnitTest){
			.name = targets[i].name,
			.test_func = a_corpus_is_replayed,
			.initial_state = (void *)(uintptr_t)&targets[i],
		};
	return cmocka_run_group_tests_name("fuzz_corpus", tests, NULL, NULL);
}
