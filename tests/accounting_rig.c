/*
 * accounting_rig.c - see accounting_rig.h.
 */
#include "tests/accounting_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void add(void *ctx, uint64_t position, const struct entry *entry,
		const struct posting *postings, size_t count, struct books *books)
{
	struct fault fault;

	(void)books;
	if (accounting_add(ctx, position, entry, postings, count, &fault))
		fail_msg("%s", fault.text);
}

struct accounting *rig_accounting(struct world *world,
				  const struct exercise_request *request,
				  const struct voucher_sink *sink)
{
	struct accounting *accounting = NULL;
	struct standing standing;
	struct fault fault;

	rig_standing(world, &standing);
	if (accounting_new(world->books, &standing, request, sink, &accounting, &fault))
		fail_msg("%s", fault.text);
	rig_each_entry(world, add, accounting);
	if (accounting_close(accounting, &fault))
		fail_msg("%s", fault.text);
	return accounting;
}

int64_t rig_balance(const struct accounting *accounting, const char *number,
		    enum term term)
{
	int64_t sum = 0;

	for (size_t i = 0; i < accounting_accounts(accounting); i++) {
		const struct ledger_account *account = accounting_account(accounting, i);

		if (strncmp(account->number, number, strlen(number)) == 0)
			sum += cents_value(account->sums[term].debit) -
			       cents_value(account->sums[term].credit);
	}
	return sum;
}

int64_t rig_balance_all(const struct accounting *accounting, const char *number)
{
	return rig_balance(accounting, number, TERM_BEFORE) +
	       rig_balance(accounting, number, TERM_PREVIOUS) +
	       rig_balance(accounting, number, TERM_CURRENT);
}

struct exercise_request rig_days(const char *from, const char *to)
{
	struct exercise_request request = { .has_from = true, .has_to = true };

	assert_int_equal(date_parse(from, &request.from), ERR_OK);
	assert_int_equal(date_parse(to, &request.to), ERR_OK);
	return request;
}

struct exercise_request rig_year(int32_t year)
{
	return (struct exercise_request){ .has_year = true, .year = year };
}
