/*
 * payment_code.c - see payment_code.h.
 */
#include "reports/payment_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/books_query.h"
#include "ledger/reference.h"
#include "reports/qr.h"

#define NAME_BYTES    71 /* 70 characters */
#define LINES         10
#define PAYLOAD_BYTES 332 /* 331 bytes at most, as the standard bounds it */

struct payment_code {
	char name[NAME_BYTES], iban[35];
	char reference[REFERENCE_TEXT_BYTES];
	char amount[CENTS_TEXT_BYTES + 3];
};

static const char *line_of(const struct payment_code *code, size_t i)
{
	const char *const lines[LINES] = { "BCD",          "002",        "1",
					   "SCT",          "",           code->name,
					   code->iban,     code->amount, "",
					   code->reference };

	return lines[i];
}

static void put_lines(struct table *table, const struct payment_code *code)
{
	for (size_t i = 0; i < LINES; i++) {
		row_begin(table, ROW_NORMAL);
		cell_text(table, code->reference);
		cell_integer(table, (int64_t)i + 1);
		if (line_of(code, i)[0])
			cell_text(table, line_of(code, i));
		else
			cell_empty(table);
	}
}

static enum err put_picture(struct document *doc, const struct payment_code *code,
			    struct cents amount, struct fault *fault)
{
	char payload[PAYLOAD_BYTES], figure[LANG_FIGURE_BYTES], text[256];
	struct qr *qr = malloc(sizeof *qr);
	size_t n = 0;
	enum err err;

	if (!qr)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < LINES && n < sizeof payload; i++)
		n += (size_t)snprintf(payload + n, sizeof payload - n, "%s%s",
				      i ? "\n" : "", line_of(code, i));
	err = n < sizeof payload
		      ? qr_make(payload, qr, fault)
		      : fault_set(fault, ERR_TOO_BIG, "a payment's code does not fit");
	lang_cents(doc->lang, amount, figure);
	(void)snprintf(text, sizeof text, "%s  %s", code->reference, figure);
	if (!err)
		document_code(doc, text, qr->squares);
	free(qr);
	return err;
}

static enum err code_of(struct books *books, struct payment_code *ret_code,
			bool *ret_payable, struct fault *fault)
{
	struct account_view *accounts = NULL;
	struct charter_view charter;
	size_t count = 0;
	enum err err = query_charter(books, &charter, fault);

	if (!err)
		err = query_accounts(books, &accounts, &count, fault);
	*ret_payable = false;
	if (!err && strlen(charter.name) < NAME_BYTES)
		memcpy(ret_code->name, charter.name, strlen(charter.name) + 1);
	else
		count = 0;
	for (size_t i = 0; i < count && !*ret_payable; i++) {
		*ret_payable = accounts[i].active;
		memcpy(ret_code->iban, accounts[i].iban, sizeof ret_code->iban);
	}
	free(accounts);
	return err;
}

static void code_for(struct payment_code *code, const struct owed_entry *entry)
{
	reference_of_position(entry->position, code->reference);
	memcpy(code->amount, "EUR", 3);
	cents_format(entry->open, '.', code->amount + 3);
}

enum err payment_code_put(struct books *books, const struct owed *owed,
			  struct document *doc, struct fault *fault)
{
	struct payment_code code = { .name = "" };
	struct table *table;
	bool payable;
	enum err err = code_of(books, &code, &payable, fault);

	if (err || !payable || !owed->n)
		return err;
	document_paragraph(doc, tr(doc->lang, MSG_STATEMENT_QR_EXPLAINED));
	for (size_t i = 0; i < owed->n && !err; i++) {
		if (!cents_is_positive(owed->p[i].open))
			continue;
		code_for(&code, &owed->p[i]);
		err = put_picture(doc, &code, owed->p[i].open, fault);
	}
	table = table_begin(doc, "payment_qr", tr(doc->lang, MSG_STATEMENT_QR_TABLE));
	table_column(table, "reference", tr(doc->lang, MSG_TRANSFER_REFERENCE),
		     VALUE_MONO);
	table_column(table, "line", tr(doc->lang, MSG_STATEMENT_QR_LINE), VALUE_ORDINAL);
	table_column(table, "text", tr(doc->lang, MSG_STATEMENT_QR_TEXT), VALUE_MONO);
	for (size_t i = 0; i < owed->n && !err; i++) {
		if (!cents_is_positive(owed->p[i].open))
			continue;
		code_for(&code, &owed->p[i]);
		put_lines(table, &code);
	}
	return err;
}
