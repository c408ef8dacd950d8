/*
 * tax_receipt.h - a tax receipt as a document, from its canonical data alone.
 *
 * The mentions are those of the models n° 2041-RD (Cerfa 11580*05, individuals) and n°
 * 2041-MEC-SD (Cerfa 16216*02, companies), whose layout is free as long as all of them
 * appear (rescrit of 21 June 2023). It is a French form and is in French, whatever the
 * language of other reports. Sources: domain facts, sections 2.2 and 2.3.
 */
#ifndef ARRONDI_REPORTS_TAX_RECEIPT_H
#define ARRONDI_REPORTS_TAX_RECEIPT_H

#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"
#include "reports/document.h"

/* data: as ledger/receipt_data.h says; digest: its SHA-256. Initialises the document,
 * which the caller releases, also after a failure. ERR_INVALID for other data. */
MUST_USE enum err tax_receipt_draw(struct slice data, struct document *doc,
				   struct fault *fault);

/* What is read by who looks at a receipt with a telephone: the address of its proof where
 * it has one, and origin, number and digest. */
#define TAX_RECEIPT_PROOF_BYTES 512
MUST_USE enum err tax_receipt_proof(struct slice data,
				    char ret_text[TAX_RECEIPT_PROOF_BYTES],
				    struct fault *fault);

#endif
