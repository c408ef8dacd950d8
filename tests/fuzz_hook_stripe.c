/*
 * fuzz_hook_stripe.c - deliveries of Stripe: gateway/hook_stripe.c.
 */
#include "tests/fuzz.h"
#include "tests/hook_fuzz.h"

FUZZ_TARGET(hook_stripe)
{
	hook_fuzz("stripe", bytes, n);
	return 0;
}
