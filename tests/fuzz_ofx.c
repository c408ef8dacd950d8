/*
 * fuzz_ofx.c - statements in OFX (gateway/ofx.c), at once and in pieces.
 */
#include "tests/bank_rig.h"
#include "tests/fuzz.h"

FUZZ_TARGET(ofx)
{
	bank_rig_check(&bank_format_ofx, bytes, n, n > 0 ? bytes[n - 1] : 1);
	return 0;
}
