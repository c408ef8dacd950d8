/*
 * post_summary.c - what a person wants to know of a batch that was posted.
 */
#include <inttypes.h>

#include "gateway/post.h"
#include "keys/encoding.h"

static void amount_put(struct buffer *out, struct cents amount)
{
	char text[CENTS_TEXT_BYTES];

	cents_format(amount, '.', text);
	(void)buffer_printf(out, "%s EUR\n", text);
}

static void parts_put(struct buffer *out, const struct post_part *part, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		(void)buffer_printf(out, "  %s%s%s: ", part[i].fund,
				    part[i].giver[0] ? ", " : "", part[i].giver);
		amount_put(out, part[i].amount);
	}
}

static void amount_show(struct buffer *out, struct cents amount)
{
	char text[CENTS_TEXT_BYTES];

	cents_format(amount, '.', text);
	(void)buffer_printf(out, "%s%s EUR", cents_is_positive(amount) ? "+" : "", text);
}

void post_changes_put(const struct post_receipt *tried, struct buffer *out)
{
	(void)buffer_put_text(out, "changes:\n");
	for (size_t i = 0; i < tried->change_count; i++) {
		const struct post_part *part = &tried->change[i];
		char before[CENTS_TEXT_BYTES], after[CENTS_TEXT_BYTES];

		cents_format(part->before, '.', before);
		cents_format(part->after, '.', after);
		(void)buffer_printf(out, "  %s, %s: %s EUR, was %s EUR: ", part->fund,
				    part->giver, after, before);
		amount_show(out, part->amount);
		(void)buffer_put_text(out, "\n");
	}
	for (size_t i = 0; i < tried->match_count; i++) {
		(void)buffer_printf(out, "  %s, match: ", tried->match[i].fund);
		amount_show(out, tried->match[i].amount);
		(void)buffer_put_text(out, "\n");
	}
	if (!tried->change_count && !tried->match_count)
		(void)buffer_put_text(out, "  none of the totals\n");
	(void)buffer_put_text(out, "becomes credit: ");
	amount_put(out, tried->credit);
}

static void head_put(const struct post_options *options,
		     const struct post_receipt *receipt, struct buffer *out)
{
	const char *reference = options->word[POST_REFERENCE];

	if (options->is_dry_run)
		(void)buffer_printf(out, "%s would be accepted; nothing was recorded\n",
				    reference);
	else
		(void)buffer_printf(out, "%s %s at position %" PRIu64 "\n", reference,
				    receipt->is_repeated ? "was recorded before"
							 : "is recorded",
				    receipt->position);
}

static void log_put(const struct post_result *result, struct buffer *out)
{
	post_key_put(&result->key, out);
	(void)buffer_printf(out, "log: size %" PRIu64 ", signed by %s", result->now.size,
			    result->now.origin);
	if (!result->has_before)
		(void)buffer_put_text(out, "; its first checkpoint seen from here\n");
	else if (result->before.size == result->now.size)
		(void)buffer_put_text(out, "; unchanged since the last checkpoint\n");
	else
		(void)buffer_printf(out, "; it has only grown since size %" PRIu64 "\n",
				    result->before.size);
}

/* With the salt and the file anybody can make the digest that was signed. */
static void seal_put(const struct post_result *result, struct buffer *out)
{
	char salt[HEX_CHARS(BATCH_SALT_BYTES) + 1];

	if (!post_is_signed(result)) {
		(void)buffer_put_text(out, "signed: no, it was recorded before without "
					   "this signature\n");
		return;
	}
	hex_encode(result->seal.salt, sizeof result->seal.salt, salt);
	(void)buffer_printf(out, "signed by %s; salt of the file's digest: %s\n",
			    result->seal.signer, salt);
}

void post_summary_put(const struct post_options *options,
		      const struct post_result *result, struct buffer *out)
{
	const struct post_receipt *receipt = &result->receipt;

	head_put(options, receipt, out);
	if (options->is_dry_run && receipt->has_changes)
		post_changes_put(receipt, out);
	(void)buffer_printf(out, "rows: %" PRIu64 ", and %" PRIu64 " of 0 left out\n",
			    receipt->count, receipt->zero);
	if (receipt->kept) {
		(void)buffer_printf(out,
				    "kept as they are: %" PRIu64
				    " rows of donors who were forgotten: ",
				    receipt->kept);
		amount_put(out, receipt->kept_sum);
	}
	(void)buffer_put_text(out, "total: ");
	amount_put(out, receipt->total_sum);
	parts_put(out, receipt->total, receipt->total_count);
	(void)buffer_put_text(out, options->word[POST_CORRECTS] ? "change of the match: "
								: "match: ");
	amount_put(out, receipt->match_sum);
	parts_put(out, receipt->match, receipt->match_count);
	if (receipt->due_on[0])
		(void)buffer_printf(out, "due on: %s\n", receipt->due_on);
	if (receipt->has_to_transfer) {
		(void)buffer_put_text(out, "to transfer: ");
		amount_put(out, receipt->to_transfer);
	}
	if (receipt->reference[0])
		(void)buffer_printf(out, "reference of the transfer: %s\n",
				    receipt->reference);
	if (result->seal.is_made)
		seal_put(result, out);
	if (!options->is_dry_run)
		log_put(result, out);
}
