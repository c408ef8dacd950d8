/*
 * books_pending.c - kinds whose rules are not there yet: nothing is admitted.
 */
#include "ledger/books_int.h"

static enum err pending(struct books *books, struct fault *fault)
{
	(void)books;
	return fault_rule(fault, "kind", "this kind is not admitted yet");
}

enum err apply_succession(struct books *books, struct fault *fault)
{
	return pending(books, fault);
}
