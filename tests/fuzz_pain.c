/*
 * fuzz_pain.c - payment files (gateway/pain.h): whatever names, accounts and texts are
 * asked for, what is written is well-formed and within the bank's letters and lengths.
 *
 * The bytes are lines: our name, IBAN and BIC, the file's identifier, then for each
 * payment its identifier, name, IBAN, BIC, text and amount.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/pain.h"
#include "gateway/xml_reader.h"
#include "tests/fuzz.h"

#define PAYMENTS_MAX 8
#define TEXTS_MAX    (4 + 5 * PAYMENTS_MAX)

struct seen {
	size_t payments;
	bool is_payee;
};

static enum err element_begin(void *who, const char *space, const char *name,
			      const char **attributes, bool *ret_keep,
			      struct fault *fault)
{
	struct seen *seen = who;

	(void)fault;
	FUZZ_MUST(strcmp(space, "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09") == 0);
	if (strcmp(name, "CdtTrfTxInf") == 0)
		seen->payments++;
	if (attributes[0])
		FUZZ_MUST(strcmp(xml_attribute(attributes, "Ccy"), "EUR") == 0);
	*ret_keep = true;
	return ERR_OK;
}

static enum err element_end(void *who, struct slice text, struct fault *fault)
{
	(void)who;
	(void)fault;
	for (size_t i = 0; i < text.n; i++) {
		char c = (char)text.p[i];

		/* Beside SEPA's: "<" and "&" never, "\n" and blanks between elements. */
		FUZZ_MUST((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			  (c >= 'a' && c <= 'z') || strchr("/-?:().,'+ \n", c));
	}
	return ERR_OK;
}

static void document_check(struct slice document, size_t payments)
{
	static const struct xml_events events = { element_begin, element_end };
	struct xml_reader *reader = NULL;
	struct seen seen = { 0 };
	struct fault fault;

	FUZZ_MUST(xml_reader_new(&events, &seen, &reader, &fault) == ERR_OK);
	FUZZ_MUST(xml_reader_feed(reader, document, true, &fault) == ERR_OK);
	xml_reader_free(reader);
	FUZZ_MUST(seen.payments == payments);
}

/* The next line as a C string, which texts[] owns. */
static const char *text_next(struct fuzz_feed *feed, char *texts[TEXTS_MAX],
			     size_t *n_texts)
{
	struct slice line = fuzz_line(feed);

	FUZZ_MUST(*n_texts < TEXTS_MAX);
	texts[*n_texts] = fuzz_text(line.p, line.n);
	return texts[(*n_texts)++];
}

static const char *or_none(const char *text)
{
	return text[0] ? text : NULL;
}

FUZZ_TARGET(pain)
{
	struct fuzz_feed feed = { slice_of(bytes, n) };
	struct pain_payment payments[PAYMENTS_MAX];
	struct pain_order order = { .payments = payments,
				    .created_s = INT64_C(1795000000),
				    .execute_on = { 20785 } };
	char *texts[TEXTS_MAX];
	size_t n_texts = 0;
	struct buffer out;
	struct fault fault;
	enum err err;

	order.debtor.name = text_next(&feed, texts, &n_texts);
	order.debtor.iban = text_next(&feed, texts, &n_texts);
	order.debtor.bic = or_none(text_next(&feed, texts, &n_texts));
	order.id = text_next(&feed, texts, &n_texts);
	while (feed.rest.n > 0 && order.count < PAYMENTS_MAX) {
		struct pain_payment *one = &payments[order.count++];

		one->end_to_end = text_next(&feed, texts, &n_texts);
		one->payee.name = text_next(&feed, texts, &n_texts);
		one->payee.iban = text_next(&feed, texts, &n_texts);
		one->payee.bic = or_none(text_next(&feed, texts, &n_texts));
		one->text = or_none(text_next(&feed, texts, &n_texts));
		if (cents_from_outside(fuzz_integer(&feed), &one->amount))
			one->amount = CENTS_ZERO;
		(void)fuzz_line(&feed);
	}
	buffer_init(&out, 100000);
	err = pain_write(&order, &out, &fault);
	fuzz_must_be_said(err, &fault);
	FUZZ_MUST(err == ERR_OK || err == ERR_INVALID || err == ERR_TOO_BIG);
	if (err)
		FUZZ_MUST(out.n == 0);
	else
		document_check(buffer_slice(&out), order.count);
	buffer_release(&out);
	for (size_t i = 0; i < n_texts; i++)
		free(texts[i]);
	return 0;
}
