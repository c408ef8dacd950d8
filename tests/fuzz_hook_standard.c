/*
 * fuzz_hook_standard.c - deliveries of anybody: gateway/hook_standard.c.
 */
#include "tests/fuzz.h"
#include "tests/hook_fuzz.h"

FUZZ_TARGET(hook_standard)
{
	hook_fuzz("standard", bytes, n);
	hook_fuzz("svix", bytes, n);
	return 0;
}
