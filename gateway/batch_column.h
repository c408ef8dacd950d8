/*
 * batch_column.h - the names of a payroll file's columns.
 *
 *   pay       donor;roundup;extra;fund;slip
 *             matricule;arrondi;don;fonds;bulletin
 *   invoices  client;invoice;roundup;extra;giver;fund
 *             client;facture;arrondi;don;donateur;fonds
 *   tills     till;day;roundup;extra;fund
 *             caisse;jour;arrondi;don;fonds
 *
 * Letters count without regard to case or accents, and what stands in brackets
 * ("Arrondi (€)") or around the name is passed over. Anything else is a
 * column that may not be sent. Its name is told only where it is a common word
 * of payroll ("net a payer"): a file without a first line of names would
 * otherwise have its first row, with persons' data, repeated in our answer.
 */
#ifndef ARRONDI_GATEWAY_BATCH_COLUMN_H
#define ARRONDI_GATEWAY_BATCH_COLUMN_H

#include <stdbool.h>

#include "gateway/batch_input.h"
#include "keys/slice.h"

#define BATCH_COLUMN_NAME_BYTES 48 /* of a folded name, with its NUL */

/* Lower case, without accents and brackets, blanks and '_' to one blank each; cut
 * where it is too long. The name is UTF-8, or else ISO 8859-15. */
void batch_column_fold(struct slice name, char ret_folded[BATCH_COLUMN_NAME_BYTES]);

/* The field that a folded name means in a file of that source. */
MUST_USE bool batch_column_field(const char *folded, enum batch_source source,
				 enum batch_field *ret_field);

/* The word of payroll that a folded name is, or NULL. */
const char *batch_column_known_word(const char *folded);

#endif
