/*
 * short_memory.h - memory that is refused when a test says so.
 *
 * malloc() and its kin are the program's own where this is linked: while armed, one
 * request fails, whoever makes it - ours, SQLite, expat, the digests' library. A
 * sanitizer has a malloc() of its own; there nothing ever fails. One thread at a time.
 */
#ifndef ARRONDI_TESTS_SHORT_MEMORY_H
#define ARRONDI_TESTS_SHORT_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SHORT_MEMORY_WORKS false
#else
#define SHORT_MEMORY_WORKS true
#endif

/* The n-th request from now on fails, from 0. */
void short_memory_arm(uint64_t n);
/* Nothing fails from here on. Whether something has since the arming. */
bool short_memory_disarm(void);
bool short_memory_failed(void);

/* Requests since the arming. */
uint64_t short_memory_requests(void);

#endif
