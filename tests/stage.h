/*
 * stage.h - a ledger on which the same deed is done again and again, from the same
 * folder each time, whatever happens in between.
 *
 * The seats' keys are the world's. What fails for another reason than the trial's fails
 * the trial.
 */
#ifndef ARRONDI_TESTS_STAGE_H
#define ARRONDI_TESTS_STAGE_H

#include "ledger/ledger_int.h"
#include "tests/temporary.h"
#include "tests/trial.h"
#include "tests/world.h"

#define STAGE_PATH_BYTES 128
#define STAGE_DEEDS_MAX  64

/* What was acknowledged: the log of a size, and so many entries behind it. */
struct stage_told {
	uint64_t size;
	struct hash root;
	uint64_t more;
};

struct stage {
	char folder[64];
	char dir[STAGE_PATH_BYTES];   /* the ledger's */
	char out[STAGE_PATH_BYTES];   /* an export's */
	char file[STAGE_PATH_BYTES];  /* a backup's */
	char other[STAGE_PATH_BYTES]; /* another ledger's */
	struct ledger *ledger;        /* NULL: closed */
	struct world *world;
	struct stage_told before[STAGE_DEEDS_MAX]; /* each deed */
	unsigned recorded;                         /* by stage_record() */
	struct fault fault;
};

/* With a ledger of a charter and two employers, closed. */
void stage_init(struct stage *stage);
void stage_release(struct stage *stage);

/* Keeps the folder of the ledger, which is closed, under a number; and takes it back,
 * without whatever else was made. */
void stage_keep(struct stage *stage, unsigned number);
void stage_set(struct stage *stage, unsigned number);

MUST_USE enum err stage_try_open(struct stage *stage);
void stage_open(struct stage *stage);
void stage_close(struct stage *stage); /* NULL is allowed */

/* Records members (temporary.h) of an open ledger, which must be taken, under a reference
 * that is made up: the position. */
uint64_t stage_record(struct stage *stage, const char *by, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* The members of a seat's ballot (number 1 .. 5) for a proposal, having seen all there
 * is; in an open ledger. */
#define STAGE_BALLOT_BYTES (WORLD_NOTE_BYTES_MAX + 200)
void stage_ballot(struct stage *stage, uint64_t proposal, unsigned seat,
		  char ret_members[STAGE_BALLOT_BYTES]);
/* Four seats are for it, and it is decided. */
void stage_grant(struct stage *stage, uint64_t proposal);

/* What stands there now; the ledger is open. */
struct stage_told stage_told(struct stage *stage);

/* The ledger, which is open, agrees with itself and begins with what was told. */
void stage_verify(struct stage *stage, const struct stage_told *told, const char *when);
/* And an auditor finds its export in order. */
void stage_audit(struct stage *stage, const char *when);

#endif
