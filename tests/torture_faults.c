/*
 * torture_faults.c - the disk fails at the n-th call for every n: nothing acknowledged is
 * lost, nothing is half recorded, and the same again succeeds.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n torture_faults
 *
 * For each class of call (fault_vfs.h), with one failure and with a disk that is dead
 * from then on: a gift, and a batch with new donors, are submitted. Then the disk is
 * sound again, the ledger is opened anew, agrees with itself, and takes the same again.
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

#define DEFAULT_S 60

struct trial {
	struct temporary *t;
	bool is_batch, dead;
	enum fault_class class;
	uint64_t number, faults, refused;
};

static void reopen(struct trial *trial)
{
	struct temporary *t = trial->t;

	ledger_close(t->ledger);
	t->ledger = NULL;
	trial_must(ledger_open(t->dir, LEDGER_WRITE, &t->ledger, &t->fault),
		   "the ledger opens again", &t->fault);
	trial_must(ledger_check(t->ledger, &t->fault), "the ledger agrees with itself",
		   &t->fault);
}

static void ask(struct trial *trial, struct asked *asked)
{
	char ref[40];

	snprintf(ref, sizeof ref, "F-%" PRIu64, trial->number);
	if (trial->is_batch) {
		const struct asked_batch batch = { ref, "salary",
						   1,   (unsigned)trial->number + 1,
						   0,   40 };

		asked_batch_init(asked, &batch);
		return;
	}
	asked_init(asked, "operator",
		   "'kind':'gift','ref':'%s','date':'%s','payer':'" TEMPORARY_EMPLOYER
		   "','giver':'company','fund':'emploi','amount':100",
		   ref, temporary_today());
}

static enum err submit(struct trial *trial, struct asked *asked)
{
	struct submission *group[] = { &asked->submission };
	struct temporary *t = trial->t;
	struct buffer note;
	enum err err;

	buffer_init(&note, 100000);
	err = ledger_submit(t->ledger, group, 1, &note, &t->fault);
	if (!err && asked->submission.err) {
		err = asked->submission.err;
		t->fault = asked->submission.fault;
	}
	buffer_release(&note);
	return err;
}

static void fail_trial(const struct trial *trial, uint64_t n, const char *what)
{
	trial_fail("%s %" PRIu64 "%s, %s: %s: %s", fault_class_names[trial->class], n,
		   trial->dead ? " and all behind it" : "",
		   trial->is_batch ? "batch" : "gift", what, trial->t->fault.text);
}

/* Once on a failing disk, once on a sound one. Whether it has failed. */
static bool try_fault(struct trial *trial, uint64_t n)
{
	uint64_t before = trial->t->ledger->meta.head.size, after;
	struct asked asked, again;
	bool has_failed;
	enum err err;

	ask(trial, &asked);
	ask(trial, &again);
	fault_vfs_arm(trial->class, n, trial->dead);
	err = submit(trial, &asked);
	has_failed = fault_vfs_disarm();
	trial->refused += err != ERR_OK;
	if (err && (!has_failed || err == ERR_RULE || err == ERR_INVALID))
		fail_trial(trial, n, "refused for something else");
	if (has_failed)
		reopen(trial);
	after = trial->t->ledger->meta.head.size;
	if (!err && after != before + 1)
		fail_trial(trial, n, "acknowledged, and lost");
	if (submit(trial, &again) != ERR_OK)
		fail_trial(trial, n, "the same again is refused");
	if (trial->t->ledger->meta.head.size != before + 1)
		fail_trial(trial, n, "not recorded exactly once");
	asked_clear(&asked);
	asked_clear(&again);
	return has_failed;
}

static void fail_each(struct trial *trial)
{
	for (uint64_t n = 0; !trial_is_over(); n++) {
		trial->number++;
		if (!try_fault(trial, n))
			return;
		trial->faults++;
	}
}

int main(void)
{
	struct trial trial = { .number = 0 };

	trial_begin("faults", DEFAULT_S);
	fault_vfs_install();
	trial.t = temporary_new();
	for (int round = 0; round < 4; round++) {
		trial.is_batch = round & 1;
		trial.dead = round & 2;
		for (trial.class = 0; trial.class < FAULT_CLASS__COUNT; trial.class ++)
			fail_each(&trial);
	}
	reopen(&trial);
	temporary_free(trial.t);
	trial_end("%" PRIu64 " calls of the disk failed, %" PRIu64
		  " submissions were refused for it; none was lost or recorded twice",
		  trial.faults, trial.refused);
}
