/*
 * bank_errand.h - a foundation whose money comes and goes through the bank: two
 * statements to be imported and two payments to be ordered between them.
 *
 * For who interrupts it, in whatever manner. Each step can be asked for again, as a
 * person does; when all are done the books say the same, however often something went
 * wrong.
 *
 * The first statement is explained by more entries than one commit takes (bank_import.c),
 * and a commit ends in the middle of a line that names two gifts; a line of it is listed
 * in a notification of more parts than one commit takes, one of which nothing explains.
 */
#ifndef ARRONDI_TESTS_BANK_ERRAND_H
#define ARRONDI_TESTS_BANK_ERRAND_H

#include "gateway/bank_import.h"
#include "gateway/beneficiary_file.h"
#include "tests/stage.h"

#define BANK_ERRAND_PASSPHRASE "a passphrase of the treasurer"
#define BANK_ERRAND_TEXT_BYTES 2048

enum bank_errand_step {
	BANK_ERRAND_FIRST,  /* statement and notification */
	BANK_ERRAND_ORDERS, /* the payment file */
	BANK_ERRAND_SECOND, /* the bank has carried them out */
	BANK_ERRAND__COUNT
};

struct bank_errand {
	char file[2][STAGE_PATH_BYTES]; /* statements */
	char details[STAGE_PATH_BYTES]; /* the notification */
	char payees[STAGE_PATH_BYTES], passphrase[STAGE_PATH_BYTES];
	char out[STAGE_PATH_BYTES], kept[STAGE_PATH_BYTES]; /* the payment file */
	struct beneficiary_file *list;                      /* as read from `payees` */
};

/* Of a stage that is just made (stage_init()): records all that is paid and to be paid,
 * and writes the files. The ledger is closed afterwards, and is what the errand begins
 * with. */
void bank_errand_init(struct bank_errand *errand, struct stage *stage);
void bank_errand_release(struct bank_errand *errand);

/* The files beside the ledger as they are in front of a step: of those before, nothing is
 * left but the payment file of the clean run that bank_errand_keep() has seen. */
void bank_errand_clear(const struct bank_errand *errand, enum bank_errand_step next);
void bank_errand_keep(const struct bank_errand *errand);

/* Does a step in an open ledger, or does it again. events may be NULL. Before payments
 * are ordered, a file that an interrupted order has left gets its name or is removed, as
 * bank_order.h says. */
MUST_USE enum err bank_errand_do(const struct bank_errand *errand, struct stage *stage,
				 enum bank_errand_step step,
				 const struct bank_import_events *events);
/* That alone. The ledger is open. */
void bank_errand_tidy(const struct bank_errand *errand, struct stage *stage);

/* What must hold at any time, in an open ledger: an order that is recorded has its file,
 * by the name of one that is complete or of one that was interrupted. */
void bank_errand_look(const struct bank_errand *errand, struct stage *stage,
		      const char *when);

/* The bank's accounts, what of statements is open, what is owed, payments and how many
 * entries there are, as text; in an open ledger. */
void bank_errand_books(struct stage *stage, char ret_text[BANK_ERRAND_TEXT_BYTES]);

#endif
