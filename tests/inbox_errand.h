/*
 * inbox_errand.h - deliveries that are stored, read, booked, parked, read again, purged:
 * the inbox of a ledger, for who interrupts it in whatever manner.
 *
 * What is told: gifts, a fee, refunds, a chargeback and its reversal, some before what
 * they are of, some twice, one in other bytes; something unknown, something that nobody
 * can read, and a hint at what would have to be fetched from who never answers.
 */
#ifndef ARRONDI_TESTS_INBOX_ERRAND_H
#define ARRONDI_TESTS_INBOX_ERRAND_H

#include "gateway/hook_work.h"
#include "tests/stage.h"

#define INBOX_ERRAND_TEXT_BYTES 4096

enum inbox_errand_step {
	INBOX_ERRAND_STORE,  /* a group, in one commit */
	INBOX_ERRAND_WORK,   /* until nothing is left to be done */
	INBOX_ERRAND_MORE,   /* the rest, one by one */
	INBOX_ERRAND_FINISH, /* as WORK */
	INBOX_ERRAND_REPLAY, /* what is parked, again */
	INBOX_ERRAND_PURGE,
	INBOX_ERRAND__COUNT
};

struct inbox_errand {
	struct hook_set *hooks;
	struct hook_work work; /* while it is open */
	struct fault *fault;
};

/* Of a stage that is just made: records the provider. The ledger is closed afterwards,
 * and is what the errand begins with. */
void inbox_errand_init(struct inbox_errand *errand, struct stage *stage);
void inbox_errand_release(struct inbox_errand *errand);

/* Sets the errand's clock in front of a step: behind whatever those before waited for. */
void inbox_errand_clear(struct inbox_errand *errand, enum inbox_errand_step next);

/* The ledger with its writer, and the inbox, which is made. The fault is the stage's. */
MUST_USE enum err inbox_errand_open(struct inbox_errand *errand, struct stage *stage);
void inbox_errand_close(struct inbox_errand *errand); /* also what is not open */

/* Does a step, or does it again. ERR_BUSY where the ledger's own trouble keeps something
 * from being booked. */
MUST_USE enum err inbox_errand_do(struct inbox_errand *errand,
				  enum inbox_errand_step step);

/* What must hold once these many steps were acknowledged, whatever happened: the database
 * is sound, what was acknowledged is there and nothing half, no entry is two movements'.
 * Nothing is open. */
void inbox_errand_look(const struct inbox_errand *errand, struct stage *stage,
		       unsigned done, const char *when);

/* Deliveries and movements with what became of them, and the provider's balances, as
 * text. Nothing is open. */
void inbox_errand_books(struct stage *stage, char ret_text[INBOX_ERRAND_TEXT_BYTES]);

#endif
