/*
 * ordeal.c - see ordeal.h.
 */
#include "tests/ordeal.h"

#include <inttypes.h>

#include "tests/fault_vfs.h"
#include "tests/unsynced.h"

#define AUDIT_EVERY 16

void ordeal_init(struct ordeal *ordeal)
{
	ordeal->chance = chance_of(1);
	fault_vfs_install();
	stage_init(&ordeal->stage);
	deeds_play(&ordeal->stage);
}

void ordeal_release(struct ordeal *ordeal)
{
	stage_release(&ordeal->stage);
}

struct stage_told ordeal_begin(struct ordeal *ordeal, unsigned number, unsigned warm)
{
	struct stage *stage = &ordeal->stage;
	const struct deed *deed = &deeds[number];

	unsynced_forget();
	stage_set(stage, number);
	if (deed->where == DEED_ON_FOLDER) {
		if (deed->arrange)
			deed->arrange(stage);
		unsynced_remember();
		return stage->before[number];
	}
	unsynced_remember();
	stage_open(stage);
	for (unsigned i = 0; i < warm; i++)
		deed_warm_up(stage, i);
	if (deed->arrange)
		deed->arrange(stage);
	return stage_told(stage);
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

void ordeal_cut(struct ordeal *ordeal)
{
	bool all = chance_below(&ordeal->chance, 2) == 0;

	stage_close(&ordeal->stage);
	ordeal->lost += fault_vfs_cut(all ? are_lost : is_lost, &ordeal->chance);
	ordeal->cuts++;
	unsynced_remember();
}

static void count_check(struct ordeal *ordeal, const struct stage_told *told)
{
	struct stage_told now = stage_told(&ordeal->stage);

	if (now.size != told->size + told->more)
		trial_fail("%s: %" PRIu64 " entries were appended instead of %" PRIu64,
			   ordeal->name, now.size - told->size, told->more);
}

void ordeal_end(struct ordeal *ordeal, struct doing *doing, const struct stage_told *told)
{
	struct stage *stage = &ordeal->stage;
	const struct deed *deed = doing->deed;

	stage_close(stage);
	if (stage_try_open(stage) != ERR_OK)
		trial_fail("%s: the ledger does not open again: %s", ordeal->name,
			   stage->fault.text);
	stage_verify(stage, told, ordeal->name);
	count_check(ordeal, told);
	if (deed->is_done && !deed->is_done(stage))
		trial_fail("%s: it was done, and is not", ordeal->name);
	if (ordeal->tried++ % AUDIT_EVERY == 0)
		stage_audit(stage, ordeal->name);
	if (deed->entries && deed->where == DEED_ON_LEDGER) {
		if (doing_run(doing, stage) != ERR_OK)
			trial_fail("%s: the same once more is refused: %s", ordeal->name,
				   stage->fault.text);
		count_check(ordeal, told);
	}
	stage_close(stage);
}

bool ordeal_is_done(struct ordeal *ordeal, const struct deed *deed)
{
	struct stage *stage = &ordeal->stage;
	struct fault fault = stage->fault;
	bool is_done;

	if (!deed->is_done || deed->entries || !stage->ledger)
		return false;
	fault_vfs_pause(true);
	is_done = deed->is_done(stage);
	fault_vfs_pause(false);
	stage->fault = fault;
	return is_done;
}
