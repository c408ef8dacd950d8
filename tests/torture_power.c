/*
 * torture_power.c - the power is cut: of what was not synced any part is lost, of what
 * was acknowledged nothing.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n torture_power
 *
 * Some submissions are acknowledged; in the midst of the next the disk stops at a write
 * that the seed chooses. The sectors of the database and its log that were not synced
 * (fault_vfs.h) are lost or kept one by one, the ledger is opened anew, agrees with
 * itself, has all that was acknowledged, and goes on.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ledger/ledger_int.h"
#include "tests/fault_vfs.h"
#include "tests/temporary.h"
#include "tests/trial.h"

#define DEFAULT_S    60
#define BETWEEN_CUTS 6

struct trial {
	struct temporary *t;
	struct chance chance;
	uint64_t number, cuts, lost, acknowledged;
};

static void ask(struct trial *trial, struct asked *asked)
{
	char ref[40];

	snprintf(ref, sizeof ref, "P-%" PRIu64, trial->number++);
	if (chance_below(&trial->chance, 2)) {
		const struct asked_batch batch = {
			ref, "salary",
			1,   (unsigned)trial->number,
			0,   1 + chance_below(&trial->chance, 60),
		};

		asked_batch_init(asked, &batch);
		return;
	}
	asked_init(asked, "operator",
		   "'kind':'gift','ref':'%s','date':'%s','payer':'" TEMPORARY_EMPLOYER
		   "','giver':'company','fund':'emploi','amount':100",
		   ref, temporary_today());
}

static enum err submit(struct trial *trial)
{
	struct temporary *t = trial->t;
	struct asked asked;
	struct submission *group[] = { &asked.submission };
	struct buffer note;
	enum err err;

	ask(trial, &asked);
	buffer_init(&note, 100000);
	err = ledger_submit(t->ledger, group, 1, &note, &t->fault);
	if (!err)
		err = asked.submission.err;
	buffer_release(&note);
	asked_clear(&asked);
	return err;
}

static bool is_lost(void *ctx)
{
	return chance_below(ctx, 2) == 0;
}

static bool are_lost(void *ctx)
{
	(void)ctx;
	return true;
}

static void cut(struct trial *trial)
{
	struct temporary *t = trial->t;
	struct hash root = t->ledger->meta.head.root;
	uint64_t size = t->ledger->meta.head.size;
	bool all = chance_below(&trial->chance, 4) == 0;
	struct merkle_head then;

	fault_vfs_arm(FAULT_TORN, chance_below(&trial->chance, 40), true);
	if (submit(trial) == ERR_OK) {
		size = t->ledger->meta.head.size;
		root = t->ledger->meta.head.root;
		trial->acknowledged++;
	}
	ledger_close(t->ledger); /* what it would still write goes nowhere */
	t->ledger = NULL;
	(void)fault_vfs_disarm();
	trial->lost += fault_vfs_cut(all ? are_lost : is_lost, &trial->chance);
	trial->cuts++;
	trial_must(ledger_open(t->dir, LEDGER_WRITE, &t->ledger, &t->fault),
		   "the ledger opens again", &t->fault);
	trial_must(ledger_check(t->ledger, &t->fault), "the ledger agrees with itself",
		   &t->fault);
	if (t->ledger->meta.head.size < size)
		trial_fail("%" PRIu64 " entries were acknowledged, %" PRIu64 " are there",
			   size, t->ledger->meta.head.size);
	then = t->ledger->meta.head;
	if (then.size == size && memcmp(&then.root, &root, sizeof root) != 0)
		trial_fail("the log of %" PRIu64 " entries is another one", size);
	fault_vfs_remember();
}

int main(void)
{
	struct trial trial = { .number = 0 };

	trial_begin("power", DEFAULT_S);
	trial.chance = chance_of(1);
	fault_vfs_install();
	trial.t = temporary_new();
	fault_vfs_remember();
	while (!trial_is_over()) {
		for (unsigned i = chance_below(&trial.chance, BETWEEN_CUTS); i > 0; i--) {
			if (submit(&trial) != ERR_OK)
				trial_fail("a sound disk, and a refusal: %s",
					   trial.t->fault.text);
			trial.acknowledged++;
		}
		cut(&trial);
	}
	temporary_free(trial.t);
	trial_end("%" PRIu64 " cuts of the power, %" PRIu64 " sectors lost, %" PRIu64
		  " entries acknowledged: all are there",
		  trial.cuts, trial.lost, trial.acknowledged);
}
