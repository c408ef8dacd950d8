/*
 * pain.c - payment files for the bank.
 *
 * Everything is checked before the first byte is written; what is then written are
 * texts of SEPA's set, in which XML has nothing to escape but "'", which stands in no
 * attribute here.
 */
#include "gateway/pain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/iban.h"

#define NAMESPACE "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

/* The EPC's: 0.01 to 999 999 999.99. */
#define AMOUNT_CENTS_MAX INT64_C(99999999999)

/* ---- what can be sent ---- */

static enum err check_party(const struct pain_party *party, struct fault *fault)
{
	char name[SEPA_NAME_CHARS_MAX + 1];
	enum err err;

	if (!utf8_valid(party->name, strlen(party->name)))
		return fault_set(fault, ERR_INVALID, "the name is not UTF-8");
	sepa_fold(slice_of_text(party->name), name, SEPA_NAME_CHARS_MAX);
	if (name[0] == '\0')
		return fault_set(fault, ERR_INVALID,
				 "the name has no letter that SEPA carries: write it in "
				 "Latin letters");
	if (party->bic && !bic_valid(slice_of_text(party->bic)))
		return fault_set(fault, ERR_INVALID, "the bank's BIC is none");
	err = iban_check(slice_of_text(party->iban), fault);
	return err == ERR_NOT_FOUND
		       ? fault_set(fault, ERR_INVALID, "the account is outside SEPA")
		       : err;
}

static enum err check_payment(const struct pain_payment *payment, struct fault *fault)
{
	int64_t cents = cents_value(payment->amount);

	if (cents < 1 || cents > AMOUNT_CENTS_MAX)
		return fault_set(fault, ERR_INVALID,
				 "a payment is of 0.01 to 999999999.99 euros");
	if (payment->text && !utf8_valid(payment->text, strlen(payment->text)))
		return fault_set(fault, ERR_INVALID, "the text is not UTF-8");
	return check_party(&payment->payee, fault);
}

static int text_cmp(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* An identifier that is another's would make a returned payment the wrong one's. */
static enum err check_ids(const struct pain_order *order, struct fault *fault)
{
	const char **ids = calloc(order->count, sizeof *ids);
	enum err err = ERR_OK;

	if (!ids)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < order->count && !err; i++) {
		ids[i] = order->payments[i].end_to_end;
		if (!sepa_id_valid(ids[i]))
			err = fault_set(fault, ERR_INVALID,
					"payment %zu has no identifier that SEPA carries",
					i + 1);
	}
	if (!err)
		qsort(ids, order->count, sizeof *ids, text_cmp);
	for (size_t i = 1; i < order->count && !err; i++)
		if (strcmp(ids[i - 1], ids[i]) == 0)
			err = fault_set(fault, ERR_INVALID, "payment '%s' stands twice",
					ids[i]);
	free(ids);
	return err;
}

static enum err check_order(const struct pain_order *order, struct fault *fault)
{
	enum err err;

	if (order->count == 0 || order->count > PAIN_PAYMENTS_MAX)
		return fault_set(fault, order->count ? ERR_TOO_BIG : ERR_INVALID,
				 "an order has 1 to %d payments", PAIN_PAYMENTS_MAX);
	if (!sepa_id_valid(order->id))
		return fault_set(fault, ERR_INVALID,
				 "the order has no identifier that SEPA carries");
	err = check_party(&order->debtor, fault);
	if (err)
		return fault_prefix(fault, "our own account");
	err = check_ids(order, fault);
	for (size_t i = 0; i < order->count && !err; i++) {
		err = check_payment(&order->payments[i], fault);
		if (err)
			err = fault_prefix(fault, "payment '%s'",
					   order->payments[i].end_to_end);
	}
	return err;
}

/* ---- the document ---- */

/* A text of the set between tags; nothing in it needs escaping. */
static void put(struct buffer *out, const char *element, const char *text)
{
	assert(!strpbrk(text, "<>&"));
	buffer_printf(out, "<%s>%s</%s>", element, text, element);
}

static void put_folded(struct buffer *out, const char *element, const char *text,
		       size_t chars_max)
{
	char folded[SEPA_TEXT_CHARS_MAX + 1];

	assert(chars_max < sizeof folded);
	sepa_fold(slice_of_text(text), folded, chars_max);
	if (folded[0] != '\0')
		put(out, element, folded);
}

static void put_name(struct buffer *out, const char *element, const char *name)
{
	buffer_printf(out, "<%s>", element);
	put_folded(out, "Nm", name, SEPA_NAME_CHARS_MAX);
	buffer_printf(out, "</%s>", element);
}

static void put_account(struct buffer *out, const char *element, const char *iban)
{
	buffer_printf(out, "<%s><Id><IBAN>%s</IBAN></Id></%s>", element, iban, element);
}

static void put_agent(struct buffer *out, const char *element, const char *bic)
{
	buffer_printf(out, "<%s><FinInstnId>", element);
	if (bic)
		put(out, "BICFI", bic);
	else
		buffer_put_text(out, "<Othr><Id>NOTPROVIDED</Id></Othr>");
	buffer_printf(out, "</FinInstnId></%s>", element);
}

static void put_sums(struct buffer *out, size_t count, struct cents sum)
{
	char text[CENTS_TEXT_BYTES];

	cents_format(sum, '.', text);
	buffer_printf(out, "<NbOfTxs>%zu</NbOfTxs><CtrlSum>%s</CtrlSum>", count, text);
}

static void put_payment(struct buffer *out, const struct pain_payment *payment)
{
	char amount[CENTS_TEXT_BYTES];

	cents_format(payment->amount, '.', amount);
	buffer_put_text(out, "\n      <CdtTrfTxInf><PmtId>");
	put(out, "EndToEndId", payment->end_to_end);
	buffer_printf(out, "</PmtId><Amt><InstdAmt Ccy=\"EUR\">%s</InstdAmt></Amt>",
		      amount);
	if (payment->payee.bic)
		put_agent(out, "CdtrAgt", payment->payee.bic);
	put_name(out, "Cdtr", payment->payee.name);
	put_account(out, "CdtrAcct", payment->payee.iban);
	if (payment->text && payment->text[0] != '\0') {
		size_t n = out->n, within;

		buffer_put_text(out, "<RmtInf>");
		within = out->n;
		put_folded(out, "Ustrd", payment->text, SEPA_TEXT_CHARS_MAX);
		if (out->n == within && buffer_err(out) == ERR_OK)
			buffer_cut(out, n); /* nothing of it was left */
		else
			buffer_put_text(out, "</RmtInf>");
	}
	buffer_put_text(out, "</CdtTrfTxInf>");
}

static void put_order(struct buffer *out, const struct pain_order *order,
		      const char *created, struct cents sum)
{
	char day[DATE_TEXT_BYTES];

	date_format(order->execute_on, day);
	buffer_put_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			     "<Document xmlns=\"" NAMESPACE "\">\n"
			     "  <CstmrCdtTrfInitn>\n    <GrpHdr>");
	put(out, "MsgId", order->id);
	put(out, "CreDtTm", created);
	put_sums(out, order->count, sum);
	put_name(out, "InitgPty", order->debtor.name);
	buffer_put_text(out, "</GrpHdr>\n    <PmtInf>");
	put(out, "PmtInfId", order->id);
	buffer_put_text(out, "<PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>");
	put_sums(out, order->count, sum);
	buffer_printf(out,
		      "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>"
		      "<ReqdExctnDt><Dt>%s</Dt></ReqdExctnDt>",
		      day);
	put_name(out, "Dbtr", order->debtor.name);
	put_account(out, "DbtrAcct", order->debtor.iban);
	put_agent(out, "DbtrAgt", order->debtor.bic);
	buffer_put_text(out, "<ChrgBr>SLEV</ChrgBr>");
	for (size_t i = 0; i < order->count; i++)
		put_payment(out, &order->payments[i]);
	buffer_put_text(out, "\n    </PmtInf>\n  </CstmrCdtTrfInitn>\n</Document>\n");
}

enum err pain_write(const struct pain_order *order, struct buffer *out,
		    struct fault *fault)
{
	char created[UTC_TEXT_BYTES];
	struct cents sum = CENTS_ZERO;
	size_t before = out->n;
	enum err err = check_order(order, fault);

	/* 10 000 of the largest are far below what is too much. */
	for (size_t i = 0; !err && i < order->count; i++)
		err = cents_add(sum, order->payments[i].amount, &sum);
	if (!err && utc_format(order->created_s, created))
		err = fault_set(fault, ERR_INVALID, "the order was made at no time");
	if (err)
		return err;
	put_order(out, order, created, sum);
	err = buffer_check(out, "the payment file", fault);
	if (err)
		buffer_cut(out, before);
	return err;
}
