/*
 * batch_tag.h - the texts whose keyed digests are a batch's tags; batch.h says which
 * lines they have. Of the files batch_*.c alone.
 */
#ifndef ARRONDI_LEDGER_BATCH_TAG_H
#define ARRONDI_LEDGER_BATCH_TAG_H

#include "keys/hash.h"
#include "ledger/batch.h"

/* "salary", origin, company, period, slip, each with its line feed. */
#define TAG_TEXT_BYTES_MAX                                                               \
	(16 + BATCH_ORIGIN_BYTES_MAX + BATCH_COMPANY_BYTES_MAX + DATE_TEXT_BYTES +       \
	 2 * BATCH_SUBJECT_BYTES_MAX)

struct tag_text {
	size_t n;
	char text[TAG_TEXT_BYTES_MAX];
};

/* The parts are within the limits that their batch was checked for. */
void tag_text_add(struct tag_text *text, struct slice part);
void tag_text_line(struct tag_text *text, struct slice part);

/* What is the same for all claims of a batch: the lines before the last ones. */
struct tag_text tag_text_of_batch(const struct batch_head *head);
struct tag tag_text_sum(const struct hmac_key *key, const struct tag_text *text);

#endif
