/*
 * naming.h - how reports name what they are about: the log, a member, an entry.
 *
 * A reader who holds two reports must find the same word for the same thing.
 */
#ifndef ARRONDI_REPORTS_NAMING_H
#define ARRONDI_REPORTS_NAMING_H

#include "keys/fault.h"
#include "ledger/books.h"
#include "ledger/entry.h"
#include "reports/document.h"
#include "reports/lang.h"
#include "reports/source.h"

/* The foundation's name as a subtitle and as the author; the checkpoint and its signer's
 * key as properties. Returns what query_charter() does. */
MUST_USE enum err naming_standing(struct document *doc, struct books *books,
				  const struct standing *standing, struct fault *fault);

/* A note for each fund that is overdrawn now: whoever reads any report must see it. */
MUST_USE enum err naming_overdrawn(struct document *doc, struct books *books,
				   struct fault *fault);

/* The day in Paris of the log's last entry. */
MUST_USE enum err naming_last_day(const struct standing *standing, struct date *ret_day,
				  struct fault *fault);

/* The next cell: a legal person's name, or the id of a member without one. */
void cell_member(struct table *table, struct books *books, const char *id);

/* "Arrondis sur salaires", "Don", "Virement reçu": static. An entry that moves no
 * payer's money has the name of its kind. */
const char *naming_entry(enum lang lang, const struct entry *entry);

/* "Don", "Mécénat", "Contribution financière", of a promise's flow: static, or the flow
 * itself. */
const char *naming_promise(enum lang lang, const char *flow);

#endif
