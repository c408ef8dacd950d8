/*
 * hook_fuzz.h - a delivery made of any bytes, and what must hold of what it tells.
 *
 * The bytes are a delivery: lines of the head, an empty line, and the body up to a line
 * "%%". What follows, each up to the next such line, is what is fetched for the movements
 * that are wanted, one after the other.
 */
#ifndef ARRONDI_TESTS_HOOK_FUZZ_H
#define ARRONDI_TESTS_HOOK_FUZZ_H

#include <stddef.h>
#include <stdint.h>

void hook_fuzz(const char *adapter, const uint8_t *bytes, size_t n);

#endif
