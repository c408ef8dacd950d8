/*
 * post_file.c - the file is judged here before it is sent anywhere.
 */
#include "gateway/post_file.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/batch_csv.h"

/* The reason of a column that may not be sent ends with the column's name. */
static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), end_n = strlen(end);

	return n >= end_n && strcmp(text + n - end_n, end) == 0;
}

static void bad_put(const struct batch_bad *bad, struct buffer *out)
{
	char where[BATCH_WHERE_BYTES], reason[BATCH_REASON_BYTES];

	batch_bad_where(bad, where);
	batch_bad_reason(bad, reason);
	(void)buffer_printf(out, "%s: ", where);
	if (bad->place == BATCH_PLACE_LINE && bad->member[0] &&
	    !ends_with(reason, bad->member))
		(void)buffer_printf(out, "%s: ", bad->member);
	(void)buffer_printf(out, "%s; %s\n", reason, batch_bad_remedy(bad));
}

static void bad_list_put(const struct batch_bad_list *list, struct buffer *out)
{
	for (size_t i = 0; i < list->listed; i++)
		bad_put(&list->bad[i], out);
	if (list->count > list->listed)
		(void)buffer_printf(out, "and %zu more\n", list->count - list->listed);
}

static enum err set(struct batch_input *input, enum batch_member member,
		    const char *value)
{
	return value ? batch_input_set(input, member, slice_of_text(value)) : ERR_OK;
}

static enum err members_set(struct batch_input *input, const struct post_options *options)
{
	enum err err = set(input, BATCH_SOURCE, options->word[POST_SOURCE]);

	if (!err)
		err = set(input, BATCH_PERIOD, options->word[POST_PERIOD]);
	if (!err)
		err = set(input, BATCH_COLLECTED_ON, options->word[POST_COLLECTED_ON]);
	if (!err)
		err = set(input, BATCH_REASON, options->word[POST_REASON]);
	if (!err)
		err = set(input, BATCH_REFERENCE, options->word[POST_REFERENCE]);
	if (!err)
		err = set(input, BATCH_SITE, options->word[POST_SITE]);
	if (!err)
		err = set(input, BATCH_TERMS, options->word[POST_TERMS]);
	if (!err)
		err = batch_input_set_step(input, cents_value(options->step));
	return err;
}

/* Ascending by fund, then giver: the order of an entry's totals. */
static int part_cmp(const struct post_total *part, const char *fund, enum giver giver)
{
	int order = strcmp(part->fund, fund);

	return order ? order : (part->giver > giver) - (part->giver < giver);
}

/* The part of a row, or NULL when there are too many. */
static struct post_total *part_of(struct post_sum *sum, const struct batch_claim *row)
{
	char fund[ROW_FUND_BYTES_MAX + 1];
	size_t i = 0;

	assert(row->fund.n <= ROW_FUND_BYTES_MAX);
	snprintf(fund, sizeof fund, "%.*s", (int)row->fund.n, (const char *)row->fund.p);
	while (i < sum->part_count && part_cmp(&sum->part[i], fund, row->giver) < 0)
		i++;
	if (i < sum->part_count && part_cmp(&sum->part[i], fund, row->giver) == 0)
		return &sum->part[i];
	if (sum->part_count == ROWS_TOTALS_MAX)
		return NULL;
	memmove(&sum->part[i + 1], &sum->part[i],
		(sum->part_count++ - i) * sizeof sum->part[0]);
	sum->part[i] = (struct post_total){ .giver = row->giver, .amount = CENTS_ZERO };
	memcpy(sum->part[i].fund, fund, sizeof fund);
	return &sum->part[i];
}

static enum err row_add(struct post_sum *sum, const struct batch_claim *row,
			struct fault *fault)
{
	struct post_total *part;
	struct cents amount;

	if (cents_add(row->roundup, row->extra, &amount) ||
	    cents_add(sum->total, amount, &sum->total))
		return fault_set(fault, ERR_TOO_BIG,
				 "the rows add up to more than 2^53 - 1 cents");
	if (cents_is_zero(amount)) {
		sum->zero++;
		return ERR_OK;
	}
	sum->count++;
	part = part_of(sum, row);
	if (!part || cents_add(part->amount, amount, &part->amount))
		return fault_set(fault, ERR_TOO_BIG,
				 "a batch has at most %d pairs of fund and giver",
				 ROWS_TOTALS_MAX);
	return ERR_OK;
}

static enum err sum_up(const struct batch_input *input, struct post_sum *ret_sum,
		       struct fault *fault)
{
	enum err err = ERR_OK;

	*ret_sum = (struct post_sum){ .total = CENTS_ZERO };
	for (size_t i = 0; i < input->row_count && !err; i++)
		err = row_add(ret_sum, &input->rows[i], fault);
	return err;
}

enum err post_file_check(const struct post_options *options, struct slice body,
			 const struct post_funds *funds, struct buffer *out,
			 struct post_sum *ret_sum, struct fault *fault)
{
	/* The cap of a row is the charter's, and the server's to judge. */
	struct batch_rules rules = { .default_fund = slice_of_text(funds->default_id),
				     .row_cap = cents_of(CENTS_ABS_MAX),
				     .is_correction = options->word[POST_CORRECTS] };
	struct batch_input input;
	enum err err;

	for (size_t i = 0; i < funds->count; i++)
		rules.fund[rules.fund_count++] = slice_of_text(funds->id[i]);
	err = batch_input_init(&input, &rules, fault);
	if (err)
		return err;
	err = members_set(&input, options);
	if (err)
		(void)fault_set(fault, err, "out of memory");
	else
		err = batch_csv_parse(&input, body, fault);
	if (!err)
		err = sum_up(&input, ret_sum, fault);
	if (err == ERR_INVALID)
		bad_list_put(&input.bad, out);
	batch_input_release(&input);
	return err;
}
