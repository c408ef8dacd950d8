/*
 * torture_faults.c - the disk fails at the n-th call for every n, in everything that is
 * done to a ledger: nothing acknowledged is lost, nothing is half done, and the same
 * again succeeds.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n torture_faults
 *
 * Every deed (deed.h), every class of call (fault_vfs.h), every call of it: one failure,
 * or a disk that is dead from then on. Then the disk is sound again, and either the
 * ledger is opened anew, or the power is cut before that, or the program that has seen
 * the failure goes on as it is, does the same again, and only then the power is cut. In
 * an order of the seed's, as many as there is time for. Every fourth try is of a pair of
 * faults, the second of which may strike while the first is being mended.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fault_vfs.h"
#include "tests/folder.h"
#include "tests/ordeal.h"

#define DEFAULT_S 60

enum after {
	AFTER_REOPEN, /* by another program */
	AFTER_CUT,    /* the power fails, too */
	AFTER_GO_ON,  /* the program that has seen the fault does the same again */
	AFTER__COUNT
};

struct fault_plan {
	unsigned deed;
	enum fault_class class;
	uint64_t n;
	bool is_dead, is_warm, is_double;
	enum fault_class second_class;
	uint64_t second_n;
	enum after after;
};

struct torture {
	struct ordeal ordeal;
	struct fault_plan *plan;
	size_t plan_n, plan_room;
	uint64_t calls[STAGE_DEEDS_MAX][2][FAULT_CLASS__COUNT];
	uint64_t faults, pairs, refused;
};

/* ---- one plan ---- */

static void plan_name(struct torture *torture, const struct fault_plan *plan)
{
	static const char *const afters[AFTER__COUNT] = { "opened anew", "then a cut",
							  "gone on with, then a cut" };
	char second[60] = "";

	if (plan->is_double)
		(void)snprintf(second, sizeof second, " and %s %" PRIu64,
			       fault_class_names[plan->second_class], plan->second_n);
	(void)snprintf(torture->ordeal.name, sizeof torture->ordeal.name,
		       "'%s', %s %" PRIu64 "%s%s, %s", deeds[plan->deed].name,
		       fault_class_names[plan->class], plan->n,
		       plan->is_dead ? " and all behind it" : "", second,
		       afters[plan->after]);
}

/* A failure has a sentence, blames nothing else, and leaves nothing behind. */
static void judge(struct torture *torture, const struct deed *deed, enum err err,
		  unsigned failed)
{
	struct stage *stage = &torture->ordeal.stage;
	const char *makes = deed_makes(deed, stage);

	if (!err)
		return;
	torture->refused++;
	if (!failed)
		trial_fail("%s: refused, and nothing has failed: %s",
			   torture->ordeal.name, stage->fault.text);
	if (!stage->fault.text[0])
		trial_fail("%s: refused without a word", torture->ordeal.name);
	if (err != ERR_IO && err != ERR_BUSY && err != ERR_MEMORY)
		trial_fail("%s: it was the disk, and it is said: %s",
			   torture->ordeal.name, stage->fault.text);
	if (makes && folder_is_there(makes))
		trial_fail("%s: '%s' is left behind: %s", torture->ordeal.name, makes,
			   stage->fault.text);
}

/* What comes between a deed that has failed and the same again. */
static void between(struct torture *torture, const struct fault_plan *plan)
{
	struct stage *stage = &torture->ordeal.stage;

	if (plan->after == AFTER_GO_ON && stage->ledger)
		return;
	/* A dead disk may keep the program from ending in order. */
	stage_close(stage);
	if (!plan->is_double)
		(void)fault_vfs_disarm();
	if (plan->after == AFTER_CUT)
		ordeal_cut(&torture->ordeal);
	if (deeds[plan->deed].where == DEED_ON_FOLDER)
		return;
	/* A second fault may strike here. */
	if (stage_try_open(stage) != ERR_OK && stage_try_open(stage) != ERR_OK)
		trial_fail("%s: the ledger does not open again: %s", torture->ordeal.name,
			   stage->fault.text);
}

/* Tries until it is done: with the faults that are armed, and then on a sound disk. */
static void insist(struct torture *torture, const struct fault_plan *plan,
		   struct doing *doing)
{
	struct stage *stage = &torture->ordeal.stage;
	unsigned seen = 0, failed;

	for (int tries = 0;; tries++) {
		enum err err;

		stage->fault.text[0] = '\0';
		err = doing_run(doing, stage);
		failed = fault_vfs_failed();
		torture->faults += failed - seen;
		if (!err || (tries > 0 && ordeal_is_done(&torture->ordeal, doing->deed)))
			break;
		judge(torture, doing->deed, err, failed - seen);
		if (plan->after == AFTER_GO_ON && !plan->is_double)
			(void)fault_vfs_disarm();
		between(torture, plan);
		seen = fault_vfs_failed();
	}
	(void)fault_vfs_disarm();
}

static void try(struct torture *torture, const struct fault_plan *plan)
{
	const struct deed *deed = &deeds[plan->deed];
	struct stage *stage = &torture->ordeal.stage;
	struct stage_told told;
	struct doing doing;

	plan_name(torture, plan);
	told = ordeal_begin(&torture->ordeal, plan->deed, plan->is_warm);
	doing_init(&doing, stage, plan->deed);
	fault_vfs_arm(plan->class, plan->n, plan->is_dead);
	if (plan->is_double)
		fault_vfs_arm_also(plan->second_class, plan->second_n);
	insist(torture, plan, &doing);
	told.more = deed->entries;
	if (plan->after != AFTER_REOPEN)
		ordeal_cut(&torture->ordeal);
	ordeal_end(&torture->ordeal, &doing, &told);
}

/* ---- all plans ---- */

static void plan_add(struct torture *torture, const struct fault_plan *plan)
{
	if (torture->plan_n == torture->plan_room) {
		torture->plan_room = torture->plan_room ? 2 * torture->plan_room : 4096;
		torture->plan = reallocarray(torture->plan, torture->plan_room,
					     sizeof *torture->plan);
		if (!torture->plan)
			abort();
	}
	torture->plan[torture->plan_n++] = *plan;
}

/* How many calls of each class a deed makes on a sound disk. */
static void calls_count(struct torture *torture, unsigned deed)
{
	struct stage *stage = &torture->ordeal.stage;
	struct doing doing;

	for (int warm = 0; warm < 2; warm++) {
		(void)ordeal_begin(&torture->ordeal, deed, (unsigned)warm);
		doing_init(&doing, stage, deed);
		(void)fault_vfs_disarm();
		trial_must(doing_run(&doing, stage), deeds[deed].name, &stage->fault);
		for (int class = 0; class < FAULT_POWER; class ++)
			torture->calls[deed][warm][class] =
				fault_vfs_calls((enum fault_class) class);
	}
	stage_close(stage);
}

static void plans_make(struct torture *torture, unsigned deed)
{
	struct fault_plan plan = { .deed = deed };

	for (plan.class = 0; plan.class < FAULT_POWER; plan.class ++)
		for (int variant = 0; variant < 2 * 2 * AFTER__COUNT; variant++) {
			plan.is_dead = variant & 1;
			plan.is_warm = variant >> 1 & 1;
			plan.after = (enum after)(variant >> 2);
			if (deeds[deed].where == DEED_ON_FOLDER &&
			    (plan.is_warm || plan.after == AFTER_GO_ON))
				continue;
			for (plan.n = 0;
			     plan.n < torture->calls[deed][plan.is_warm][plan.class];
			     plan.n++)
				plan_add(torture, &plan);
		}
}

static void plans_shuffle(struct torture *torture)
{
	for (size_t i = torture->plan_n; i > 1; i--) {
		size_t j = chance_next(&torture->ordeal.chance) % i;
		struct fault_plan plan = torture->plan[i - 1];

		torture->plan[i - 1] = torture->plan[j];
		torture->plan[j] = plan;
	}
}

static void pair_try(struct torture *torture)
{
	size_t first = chance_next(&torture->ordeal.chance) % torture->plan_n;
	struct fault_plan plan = torture->plan[first];
	const uint64_t *calls = torture->calls[plan.deed][plan.is_warm];

	plan.is_dead = false;
	plan.is_double = true;
	plan.second_class =
		(enum fault_class)chance_below(&torture->ordeal.chance, FAULT_POWER);
	plan.second_n =
		chance_next(&torture->ordeal.chance) % (calls[plan.second_class] + 4);
	try(torture, &plan);
	torture->pairs++;
}

int main(void)
{
	static struct torture torture;
	size_t singles;

	trial_begin("faults", DEFAULT_S);
	ordeal_init(&torture.ordeal);
	for (unsigned i = 0; i < deed_count; i++)
		if (!deeds[i].is_scenery) {
			calls_count(&torture, i);
			plans_make(&torture, i);
		}
	plans_shuffle(&torture);
	for (singles = 0; !trial_is_over();)
		if (singles < torture.plan_n && chance_below(&torture.ordeal.chance, 4))
			try(&torture, &torture.plan[singles++]);
		else
			pair_try(&torture);
	ordeal_release(&torture.ordeal);
	trial_end("%zu of %zu faults in %u deeds, and %" PRIu64 " pairs: %" PRIu64
		  " calls of the disk failed, %" PRIu64 " times a deed was refused for "
		  "it, %" PRIu64 " cuts lost %" PRIu64 " changes; nothing else was lost, "
		  "or done twice",
		  singles, torture.plan_n, deed_count, torture.pairs, torture.faults,
		  torture.refused, torture.ordeal.cuts, torture.ordeal.lost);
}
