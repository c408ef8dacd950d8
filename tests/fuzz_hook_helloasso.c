/*
 * fuzz_hook_helloasso.c - deliveries of HelloAsso: gateway/hook_helloasso.c.
 */
#include "tests/fuzz.h"
#include "tests/hook_fuzz.h"

FUZZ_TARGET(hook_helloasso)
{
	hook_fuzz("helloasso", bytes, n);
	return 0;
}
