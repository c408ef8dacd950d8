/*
 * fuzz_hook_mollie.c - deliveries of Mollie, of both kinds: gateway/hook_mollie.c,
 * gateway/hook_mollie_object.c.
 */
#include "tests/fuzz.h"
#include "tests/hook_fuzz.h"

FUZZ_TARGET(hook_mollie)
{
	hook_fuzz("mollie", bytes, n);
	hook_fuzz("mollie-classic", bytes, n);
	return 0;
}
