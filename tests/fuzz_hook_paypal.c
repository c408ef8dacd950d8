/*
 * fuzz_hook_paypal.c - deliveries of PayPal: gateway/hook_paypal.c,
 * gateway/hook_paypal_read.c.
 */
#include "tests/fuzz.h"
#include "tests/hook_fuzz.h"

FUZZ_TARGET(hook_paypal)
{
	hook_fuzz("paypal", bytes, n);
	return 0;
}
