/*
 * fuzz_cfonb.c - statements in 120 columns (gateway/cfonb.c), at once and in pieces.
 */
#include "tests/bank_rig.h"
#include "tests/fuzz.h"

FUZZ_TARGET(cfonb)
{
	bank_rig_check(&bank_format_cfonb, bytes, n, n > 0 ? bytes[n - 1] : 1);
	return 0;
}
