/*
 * fuzz_hook_gocardless.c - deliveries of GoCardless: gateway/hook_gocardless.c.
 */
#include "tests/fuzz.h"
#include "tests/hook_fuzz.h"

FUZZ_TARGET(hook_gocardless)
{
	hook_fuzz("gocardless", bytes, n);
	return 0;
}
