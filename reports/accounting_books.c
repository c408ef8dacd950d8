/*
 * accounting_books.c - what people book themselves, account by account: the opening of
 * the books, and journals.
 *
 * An opening names the very accounts of the balance that it takes over, which its
 * postings do not all keep (a fund's money is `fund/F/E`, whatever account it stood on):
 * so it is booked by its lines. What it says is earmarked is where fonds dédiés begin.
 */
#include "reports/accounting_int.h"

#include <stdio.h>
#include <string.h>

#include "ledger/chart.h"

static bool begins(struct slice number, const char *root)
{
	return number.n >= strlen(root) && memcmp(number.p, root, strlen(root)) == 0;
}

uint32_t accounting_named(struct accounting *a, struct slice number)
{
	const char *label = chart_label(number);
	char text[CHART_NUMBER_BYTES];

	(void)snprintf(text, sizeof text, "%.*s", (int)number.n, (const char *)number.p);
	return accounting_number(a, text, label ? label : text);
}

static void open_earmark(struct accounting *a, const struct json *line,
			 struct slice number, struct cents amount)
{
	char both[2 * QUERY_ID_BYTES];
	struct slice fund = item_text(line, "fund"), earmark = item_text(line, "earmark");
	bool public = begins(number, "196");
	struct dedicated *sub;

	(void)snprintf(both, sizeof both, "%.*s/%.*s", (int)fund.n, (const char *)fund.p,
		       (int)earmark.n, (const char *)earmark.p);
	sub = accounting_sub(a, slice_of_text(both));
	if (sub)
		sub->opened[public] =
			accounting_plus(a, sub->opened[public], cents_neg(amount));
	accounting_line(a, public ? PLAN_DEDICATED_PUBLIC : PLAN_DEDICATED_OTHERS, NO_AUX,
			NOWHERE, amount);
}

enum err accounting_opened(struct accounting *a, const struct entry *entry,
			   struct fault *fault)
{
	for (const struct json *line = entry_list(entry, "lines")->first; line;
	     line = line->next) {
		struct slice number = item_text(line, "account");
		struct cents amount = item_cents(line, "amount");

		if (item_has(line, "earmark"))
			open_earmark(a, line, number, amount);
		else if (begins(number, "512"))
			accounting_line(a, PLAN_BANK, NO_AUX, NOWHERE, amount);
		else
			accounting_line_number(a, accounting_named(a, number), NO_AUX,
					       NOWHERE, amount);
	}
	return accounting_check(a, fault);
}
