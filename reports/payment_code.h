/*
 * payment_code.h - the QR code by which a bank's application fills in a transfer.
 *
 * EPC069-12, version 002, of the European Payments Council: ten lines with a LF between
 * them, UTF-8, error correction M. The BIC and the purpose are empty, which that version
 * allows; what may follow the structured reference is left out.
 */
#ifndef ARRONDI_REPORTS_PAYMENT_CODE_H
#define ARRONDI_REPORTS_PAYMENT_CODE_H

#include "keys/fault.h"
#include "ledger/books.h"
#include "reports/document.h"
#include "reports/owed.h"

/* For each entry of which something is owed: its code, and the table payment_qr with its
 * lines. Nothing where there is no account of ours to pay to, or our name is longer than
 * the 70 characters that the standard has room for. */
MUST_USE enum err payment_code_put(struct books *books, const struct owed *owed,
				   struct document *doc, struct fault *fault);

#endif
