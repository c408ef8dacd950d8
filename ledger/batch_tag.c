/*
 * batch_tag.c - the texts under the tags.
 */
#include "ledger/batch_tag.h"

#include <assert.h>
#include <string.h>

void tag_text_add(struct tag_text *text, struct slice part)
{
	assert(part.n <= sizeof text->text - text->n);
	if (part.n > 0)
		memcpy(text->text + text->n, part.p, part.n);
	text->n += part.n;
}

void tag_text_line(struct tag_text *text, struct slice part)
{
	tag_text_add(text, part);
	tag_text_add(text, slice_of_text("\n"));
}

struct tag_text tag_text_of_batch(const struct batch_head *head)
{
	struct tag_text text = { 0 };
	char period[MONTH_TEXT_BYTES];

	tag_text_line(&text, slice_of_text(batch_source_name(head->source)));
	tag_text_line(&text, head->origin);
	if (head->source == BATCH_SALARY) {
		month_format(head->period, period);
		tag_text_line(&text, head->company);
		tag_text_line(&text, slice_of_text(period));
	}
	return text;
}

struct tag tag_text_sum(const struct hmac_key *key, const struct tag_text *text)
{
	struct hash sum = hmac_key_sum(key, text->text, text->n);
	struct tag tag;

	memcpy(tag.b, sum.b, TAG_BYTES);
	return tag;
}

struct tag batch_pay_tag(const uint8_t secret[BATCH_SECRET_BYTES],
			 const struct batch_head *head, struct slice slip)
{
	struct tag_text text = tag_text_of_batch(head);
	struct hmac_key key;
	struct tag tag;

	hmac_key_init(&key, secret, BATCH_SECRET_BYTES);
	tag_text_add(&text, slip);
	tag = tag_text_sum(&key, &text);
	hmac_key_clear(&key);
	return tag;
}
