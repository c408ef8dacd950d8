/*
 * sum.c - see sum.h.
 */
#include "reports/sum.h"

enum err sum_add(struct cents *sum, struct cents amount, struct fault *fault)
{
	if (cents_add(*sum, amount, sum) != ERR_OK)
		return fault_set(fault, ERR_TOO_BIG,
				 "a sum of the report passes 2^53 - 1 cents");
	return ERR_OK;
}

enum err sum_take(struct cents *sum, struct cents amount, struct fault *fault)
{
	return sum_add(sum, cents_neg(amount), fault);
}
