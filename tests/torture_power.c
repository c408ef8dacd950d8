/*
 * torture_power.c - the power is cut, at the n-th call for every n, in everything that is
 * done to a ledger: of what was not synced any part is lost, of what was acknowledged
 * nothing.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n torture_power
 *
 * Every deed (deed.h), every call of it that changes the disk: from that one on nothing
 * is done any more, the write in the midst of it is torn, and of what was not synced
 * (unsynced.h) all is lost, or any part. The ledger is opened anew, agrees with itself,
 * has all that was acknowledged, and takes the same again; half of the time the power is
 * then cut once more. In an order of the seed's, as many as there is time for; what time
 * is left goes to deeds of a program that has run for longer.
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
#define ENTRIES   12 /* a program has written before, at most */

struct power_plan {
	unsigned deed, warm;
	uint64_t n;
};

struct torture {
	struct ordeal ordeal;
	struct power_plan *plan;
	size_t plan_n, plan_room;
	uint64_t calls[STAGE_DEEDS_MAX]; /* of a deed that change the disk */
	uint64_t acknowledged;
};

/* Half a folder or file of a deed that was cut short is removed by who does it again. */
static void leavings_remove(struct torture *torture, const struct deed *deed)
{
	const char *makes = deed_makes(deed, &torture->ordeal.stage);

	if (makes)
		folder_remove(makes);
}

static void again(struct torture *torture, struct doing *doing)
{
	struct stage *stage = &torture->ordeal.stage;

	leavings_remove(torture, doing->deed);
	if (doing->deed->where == DEED_ON_LEDGER)
		stage_open(stage);
	if (doing_run(doing, stage) != ERR_OK &&
	    !ordeal_is_done(&torture->ordeal, doing->deed))
		trial_fail("%s: the same again is refused: %s", torture->ordeal.name,
			   stage->fault.text);
}

/* Opens whatever the cut has left, and looks at it. */
static void verify(struct torture *torture, const struct stage_told *told,
		   const struct deed *deed, bool is_told)
{
	struct stage *stage = &torture->ordeal.stage;

	if (stage_try_open(stage) != ERR_OK)
		trial_fail("%s: the ledger does not open again: %s", torture->ordeal.name,
			   stage->fault.text);
	stage_verify(stage, told, torture->ordeal.name);
	if (is_told && deed->is_done && !deed->is_done(stage))
		trial_fail("%s: it was acknowledged, and is not done",
			   torture->ordeal.name);
	stage_close(stage);
}

static void try(struct torture *torture, const struct power_plan *plan)
{
	const struct deed *deed = &deeds[plan->deed];
	struct ordeal *ordeal = &torture->ordeal;
	struct stage *stage = &ordeal->stage;
	struct stage_told told;
	struct doing doing;
	bool is_told;

	(void)snprintf(ordeal->name, sizeof ordeal->name,
		       "'%s' after %u more, cut at %" PRIu64, deed->name, plan->warm,
		       plan->n);
	told = ordeal_begin(ordeal, plan->deed, plan->warm);
	doing_init(&doing, stage, plan->deed);
	fault_vfs_arm(FAULT_POWER, plan->n, true);
	is_told = doing_run(&doing, stage) == ERR_OK;
	stage_close(stage); /* what it would still write goes nowhere */
	(void)fault_vfs_disarm();
	ordeal_cut(ordeal);
	if (is_told)
		told.more = deed->entries;
	torture->acknowledged += is_told;
	verify(torture, &told, deed, is_told);
	if (!is_told || !deed->makes)
		again(torture, &doing);
	told.more = deed->entries;
	if (chance_below(&ordeal->chance, 2))
		ordeal_cut(ordeal);
	ordeal_end(ordeal, &doing, &told);
}

/* ---- all plans ---- */

static void plan_add(struct torture *torture, const struct power_plan *plan)
{
	if (torture->plan_n == torture->plan_room) {
		torture->plan_room = torture->plan_room ? 2 * torture->plan_room : 1024;
		torture->plan = reallocarray(torture->plan, torture->plan_room,
					     sizeof *torture->plan);
		if (!torture->plan)
			abort();
	}
	torture->plan[torture->plan_n++] = *plan;
}

static void plans_make(struct torture *torture, unsigned deed)
{
	struct stage *stage = &torture->ordeal.stage;
	struct power_plan plan = { .deed = deed };
	struct doing doing;

	for (plan.warm = 0; plan.warm < 2; plan.warm++) {
		(void)ordeal_begin(&torture->ordeal, deed, plan.warm);
		doing_init(&doing, stage, deed);
		(void)fault_vfs_disarm();
		trial_must(doing_run(&doing, stage), deeds[deed].name, &stage->fault);
		stage_close(stage);
		torture->calls[deed] = fault_vfs_calls(FAULT_POWER);
		for (plan.n = 0; plan.n < torture->calls[deed]; plan.n++)
			plan_add(torture, &plan);
	}
}

static void plans_shuffle(struct torture *torture)
{
	for (size_t i = torture->plan_n; i > 1; i--) {
		size_t j = chance_next(&torture->ordeal.chance) % i;
		struct power_plan plan = torture->plan[i - 1];

		torture->plan[i - 1] = torture->plan[j];
		torture->plan[j] = plan;
	}
}

static void longer_try(struct torture *torture)
{
	struct chance *chance = &torture->ordeal.chance;
	struct power_plan plan = torture->plan[chance_next(chance) % torture->plan_n];

	plan.warm = 2 + chance_below(chance, ENTRIES - 1);
	plan.n = chance_next(chance) % torture->calls[plan.deed];
	try(torture, &plan);
}

int main(void)
{
	static struct torture torture;
	size_t singles;

	trial_begin("power", DEFAULT_S);
	ordeal_init(&torture.ordeal);
	for (unsigned i = 0; i < deed_count; i++)
		if (!deeds[i].is_scenery)
			plans_make(&torture, i);
	plans_shuffle(&torture);
	for (singles = 0; !trial_is_over();)
		if (singles < torture.plan_n && chance_below(&torture.ordeal.chance, 4))
			try(&torture, &torture.plan[singles++]);
		else
			longer_try(&torture);
	ordeal_release(&torture.ordeal);
	trial_end("%zu of %zu moments in %u deeds, %" PRIu64
		  " cuts of the power, %" PRIu64 " changes lost, %" PRIu64
		  " deeds acknowledged: all are there",
		  singles, torture.plan_n, deed_count, torture.ordeal.cuts,
		  torture.ordeal.lost, torture.acknowledged);
}
