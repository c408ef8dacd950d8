/*
 * short_memory.c - see short_memory.h.
 */
#include "tests/short_memory.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static struct {
	bool is_armed, has_failed;
	uint64_t at, requests;
} memory;

#if SHORT_MEMORY_WORKS
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);

static bool fails_now(void)
{
	if (!memory.is_armed || memory.requests++ != memory.at)
		return false;
	memory.has_failed = true;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return fails_now() ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
	return fails_now() ? NULL : __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
	return fails_now() ? NULL : __libc_realloc(p, n);
}

void *reallocarray(void *p, size_t count, size_t n)
{
	if (count && n > SIZE_MAX / count)
		return NULL;
	return realloc(p, count * n);
}
#endif

void short_memory_arm(uint64_t n)
{
	memory.at = n;
	memory.requests = 0;
	memory.has_failed = false;
	memory.is_armed = true;
}

bool short_memory_disarm(void)
{
	memory.is_armed = false;
	return memory.has_failed;
}

bool short_memory_failed(void)
{
	return memory.has_failed;
}

uint64_t short_memory_requests(void)
{
	return memory.requests;
}
