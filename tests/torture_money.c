/*
 * torture_money.c - what goes wrong while money comes and goes: a disk that fails, the
 * power, memory. What was acknowledged is there, nothing is booked twice and nothing
 * half, and in the end the books say what those of a run without trouble say.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n torture_money
 *
 * Two errands: the inbox of payment providers (inbox_errand.h), the bank's statements and
 * payment orders (bank_errand.h). Each call of the disk in turn (fault_vfs.h) fails once
 * or for good, or is the one at which the power is cut (unsynced.h); each request for
 * memory in turn is refused (short_memory.h): in each step, from the folder in front of
 * it. Then the program goes on, or another one opens what is there, or the power is cut
 * before that; and what was not acknowledged is asked for again. In an order of the
 * seed's, as many as there is time for, the steps in turn.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bank_errand.h"
#include "tests/fault_vfs.h"
#include "tests/inbox_errand.h"
#include "tests/ordeal.h"
#include "tests/short_memory.h"
#include "tests/unsynced.h"

#define DEFAULT_S  60
#define TRIES_MAX  12
#define STEPS_MAX  6
#define TEXT_BYTES 4096
#define MEMORY     FAULT_CLASS__COUNT /* not a class of the disk's */
#define WHATS      (FAULT_CLASS__COUNT + 1)

enum after { AFTER_GO_ON, AFTER_REOPEN, AFTER_CUT, AFTER__COUNT };

/* What there is to do, step by step. The ledger is in stage->dir. */
struct errand {
	const char *name;
	unsigned steps;
	void (*init)(struct stage *stage);
	void (*clear)(unsigned next); /* what stands beside the ledger */
	void (*keep)(unsigned done);  /* that of a clean run; may be NULL */
	enum err (*open)(struct stage *stage);
	void (*close)(struct stage *stage); /* also what is not open */
	enum err (*step)(struct stage *stage, unsigned step);
	/* After a fault that may have interrupted it; open. */
	void (*tidy)(struct stage *stage);
	/* What must hold when so many steps were acknowledged; nothing is open. */
	void (*look)(struct stage *stage, unsigned done, const char *when);
	void (*books)(struct stage *stage, char ret_text[TEXT_BYTES]);
};

/* ---- the inbox ---- */

static struct inbox_errand inbox;

static void inbox_init(struct stage *stage)
{
	inbox_errand_init(&inbox, stage);
}

static void inbox_clear(unsigned next)
{
	inbox_errand_clear(&inbox, (enum inbox_errand_step)next);
}

static enum err inbox_begin_again(struct stage *stage)
{
	return inbox_errand_open(&inbox, stage);
}

static void inbox_end(struct stage *stage)
{
	(void)stage;
	inbox_errand_close(&inbox);
}

static enum err inbox_step(struct stage *stage, unsigned step)
{
	(void)stage;
	return inbox_errand_do(&inbox, (enum inbox_errand_step)step);
}

static void inbox_look(struct stage *stage, unsigned done, const char *when)
{
	inbox_errand_look(&inbox, stage, done, when);
}

/* ---- the bank ---- */

static struct bank_errand bank;

static void bank_init(struct stage *stage)
{
	bank_errand_init(&bank, stage);
}

static void bank_clear(unsigned next)
{
	bank_errand_clear(&bank, (enum bank_errand_step)next);
}

static void bank_keep(unsigned done)
{
	if (done == BANK_ERRAND_ORDERS + 1)
		bank_errand_keep(&bank);
}

static enum err bank_step(struct stage *stage, unsigned step)
{
	return bank_errand_do(&bank, stage, (enum bank_errand_step)step, NULL);
}

static void bank_tidy(struct stage *stage)
{
	bank_errand_tidy(&bank, stage);
}

static void bank_look(struct stage *stage, unsigned done, const char *when)
{
	(void)done;
	stage_open(stage);
	bank_errand_look(&bank, stage, when);
	if (ledger_check(stage->ledger, &stage->fault) != ERR_OK)
		trial_fail("%s: the ledger does not agree with itself: %s", when,
			   stage->fault.text);
	stage_close(stage);
}

static void bank_books(struct stage *stage, char ret_text[TEXT_BYTES])
{
	stage_open(stage);
	bank_errand_books(stage, ret_text);
	stage_close(stage);
}

_Static_assert(BANK_ERRAND_TEXT_BYTES <= TEXT_BYTES &&
		       INBOX_ERRAND_TEXT_BYTES <= TEXT_BYTES,
	       "the books have room");

static const struct errand errands[] = {
	{ .name = "inbox",
	  .steps = INBOX_ERRAND__COUNT,
	  .init = inbox_init,
	  .clear = inbox_clear,
	  .open = inbox_begin_again,
	  .close = inbox_end,
	  .step = inbox_step,
	  .look = inbox_look,
	  .books = inbox_errand_books },
	{ .name = "bank",
	  .steps = BANK_ERRAND__COUNT,
	  .init = bank_init,
	  .clear = bank_clear,
	  .keep = bank_keep,
	  .open = stage_try_open,
	  .close = stage_close,
	  .step = bank_step,
	  .tidy = bank_tidy,
	  .look = bank_look,
	  .books = bank_books },
};
#define ERRANDS (sizeof errands / sizeof *errands)

/* ---- one plan ---- */

struct money_plan {
	unsigned step, what; /* a class of the disk's calls, or MEMORY */
	uint64_t n;
	bool is_dead;
	enum after after;
};

/* In an order of the seed's. */
struct plans {
	struct money_plan *plan;
	size_t count, room, next;
};

struct place {
	const struct errand *errand;
	struct ordeal ordeal; /* its stage, and cuts of the power */
	struct {
		struct plans disk, memory; /* of the memory's there are more */
		char clean[TEXT_BYTES];    /* the books when it is done */
	} step[STEPS_MAX];
};

static struct {
	struct place place[ERRANDS];
	struct chance chance;
	uint64_t disk, memory, refused;
} torture;

static void plan_name(struct place *place, const struct money_plan *plan)
{
	static const char *const afters[AFTER__COUNT] = { "gone on with", "opened anew",
							  "then a cut" };

	(void)snprintf(
		place->ordeal.name, sizeof place->ordeal.name,
		"%s, step %u, %s %" PRIu64 "%s, %s", place->errand->name, plan->step,
		plan->what == MEMORY ? "memory" : fault_class_names[plan->what], plan->n,
		plan->is_dead ? " and all behind it" : "", afters[plan->after]);
}

static void arm(const struct money_plan *plan)
{
	if (plan->what == MEMORY)
		short_memory_arm(plan->n);
	else
		fault_vfs_arm((enum fault_class)plan->what, plan->n, plan->is_dead);
}

static bool disarm(const struct money_plan *plan)
{
	return plan->what == MEMORY ? short_memory_disarm() : fault_vfs_disarm() > 0;
}

/* A failure has a sentence and blames nothing else. (OpenSSL does not always say that it
 * was memory which kept it from reading a key, so an opening may blame the key.) */
static void judge(struct place *place, enum err err, bool has_failed, bool is_opening,
		  bool is_memory)
{
	const struct stage *stage = &place->ordeal.stage;

	torture.refused++;
	if (!has_failed)
		trial_fail("%s: refused, and nothing has failed: %s", place->ordeal.name,
			   stage->fault.text);
	if (!stage->fault.text[0])
		trial_fail("%s: refused without a word", place->ordeal.name);
	if (err != ERR_IO && err != ERR_BUSY && err != ERR_MEMORY &&
	    !(is_opening && is_memory))
		trial_fail("%s: something else is blamed: %s", place->ordeal.name,
			   stage->fault.text);
}

/* The power may have failed, too; what was acknowledged is there. */
static void stop(struct place *place, const struct money_plan *plan, unsigned done)
{
	struct ordeal *ordeal = &place->ordeal;

	place->errand->close(&ordeal->stage);
	(void)disarm(plan);
	if (plan->after == AFTER_CUT)
		ordeal_cut(ordeal);
	place->errand->look(&ordeal->stage, done, ordeal->name);
}

static void tidy(struct place *place)
{
	if (place->errand->tidy)
		place->errand->tidy(&place->ordeal.stage);
}

static enum err open_or_do(struct place *place, const struct money_plan *plan,
			   bool is_open)
{
	struct stage *stage = &place->ordeal.stage;

	stage->fault.text[0] = '\0';
	return is_open ? place->errand->step(stage, plan->step)
		       : place->errand->open(stage);
}

/* Until it is done; at first with what is armed. */
static void run(struct place *place, const struct money_plan *plan)
{
	bool is_open = false, is_done = false, is_interrupted = false, has_failed = false;

	for (unsigned tries = 0; !is_done;) {
		enum err err = open_or_do(place, plan, is_open);

		if (!err && is_interrupted)
			tidy(place);
		if (!err) {
			is_done = is_open;
			is_open = true;
			is_interrupted = false;
			continue;
		}
		if (++tries > TRIES_MAX)
			trial_fail("%s: it is never done: %s", place->ordeal.name,
				   place->ordeal.stage.fault.text);
		has_failed |= plan->what == MEMORY ? short_memory_failed()
						   : fault_vfs_failed() > 0;
		judge(place, err, has_failed, !is_open, plan->what == MEMORY);
		is_interrupted = true;
		if (is_open && plan->after == AFTER_GO_ON) {
			(void)disarm(plan);
			tidy(place);
			continue;
		}
		stop(place, plan, plan->step);
		is_open = false;
	}
	if (disarm(plan) || has_failed)
		*(plan->what == MEMORY ? &torture.memory : &torture.disk) += 1;
}

/* What is not synced is remembered in memory: where that is refused no power is cut. */
static void begin(struct place *place, const struct money_plan *plan)
{
	unsynced_forget();
	stage_set(&place->ordeal.stage, plan->step);
	place->errand->clear(plan->step);
	if (plan->what != MEMORY)
		unsynced_remember();
	arm(plan);
}

static void try(struct place *place, const struct money_plan *plan)
{
	struct ordeal *ordeal = &place->ordeal;
	const char *clean = place->step[plan->step].clean;
	char text[TEXT_BYTES];

	plan_name(place, plan);
	begin(place, plan);
	run(place, plan);
	stop(place, plan, plan->step + 1);
	place->errand->books(&ordeal->stage, text);
	if (strcmp(text, clean) != 0)
		trial_fail("%s: the books say\n%s\nand without trouble\n%s", ordeal->name,
			   text, clean);
}

/* ---- all plans ---- */

static void plan_add(struct plans *plans, const struct money_plan *plan)
{
	if (plans->count == plans->room) {
		plans->room = plans->room ? 2 * plans->room : 4096;
		plans->plan = reallocarray(plans->plan, plans->room, sizeof *plans->plan);
		if (!plans->plan)
			abort();
	}
	plans->plan[plans->count++] = *plan;
}

static void plans_shuffle(struct plans *plans)
{
	for (size_t i = plans->count; i > 1; i--) {
		size_t j = chance_next(&torture.chance) % i;
		struct money_plan plan = plans->plan[i - 1];

		plans->plan[i - 1] = plans->plan[j];
		plans->plan[j] = plan;
	}
}

/* Where memory is short no disk is dead, and no power is cut (begin()). */
static bool plan_is_meant(const struct money_plan *plan)
{
	if (plan->what == MEMORY)
		return !plan->is_dead && plan->after != AFTER_CUT;
	return plan->what != FAULT_POWER || (plan->is_dead && plan->after == AFTER_CUT);
}

static void plans_make(struct place *place, unsigned step, const uint64_t calls[WHATS])
{
	struct plans *disk = &place->step[step].disk, *memory = &place->step[step].memory;
	struct money_plan plan = { .step = step };

	for (plan.what = 0; plan.what < WHATS; plan.what++)
		for (int variant = 0; variant < 2 * AFTER__COUNT; variant++) {
			plan.is_dead = variant & 1;
			plan.after = (enum after)(variant >> 1);
			for (plan.n = 0; plan.n < calls[plan.what]; plan.n++)
				if (plan_is_meant(&plan))
					plan_add(plan.what == MEMORY ? memory : disk,
						 &plan);
		}
	plans_shuffle(disk);
	plans_shuffle(memory);
}

/* On a sound disk, twice: for its requests for memory, and for its calls; so that the
 * folder stands in front of the next step. */
static void clean_run(struct place *place, unsigned step)
{
	const struct money_plan memory = { step, MEMORY, UINT64_MAX, false, AFTER_GO_ON };
	const struct money_plan disk = { step, FAULT_WRITE, UINT64_MAX, false,
					 AFTER_GO_ON };
	struct ordeal *ordeal = &place->ordeal;
	uint64_t calls[WHATS];

	(void)snprintf(ordeal->name, sizeof ordeal->name, "%s, step %u, and no trouble",
		       place->errand->name, step);
	begin(place, &memory);
	run(place, &memory);
	calls[MEMORY] = short_memory_requests();
	stop(place, &memory, step + 1);
	begin(place, &disk);
	trial_must(open_or_do(place, &disk, false), ordeal->name, &ordeal->stage.fault);
	trial_must(open_or_do(place, &disk, true), ordeal->name, &ordeal->stage.fault);
	for (int class = 0; class < FAULT_CLASS__COUNT; class ++)
		calls[class] = fault_vfs_calls((enum fault_class) class);
	stop(place, &disk, step + 1);
	if (place->errand->keep)
		place->errand->keep(step + 1);
	stage_keep(&ordeal->stage, step + 1);
	place->errand->books(&ordeal->stage, place->step[step].clean);
	plans_make(place, step, calls);
}

static void place_init(struct place *place, const struct errand *errand)
{
	if (errand->steps > STEPS_MAX)
		abort();
	place->errand = errand;
	place->ordeal.chance = chance_of(2);
	stage_init(&place->ordeal.stage);
	errand->init(&place->ordeal.stage);
	stage_keep(&place->ordeal.stage, 0);
	for (unsigned step = 0; step < errand->steps; step++)
		clean_run(place, step);
}

static bool try_next(struct place *place, struct plans *plans)
{
	if (plans->next == plans->count || trial_is_over())
		return false;
	try(place, &plans->plan[plans->next++]);
	return true;
}

/* Each step in turn, until there is nothing more. */
static bool try_each(struct place *place)
{
	bool is_more = false;

	for (unsigned step = 0; step < place->errand->steps; step++) {
		is_more |= try_next(place, &place->step[step].disk);
		is_more |= try_next(place, &place->step[step].memory);
	}
	return is_more;
}

static void tell(void)
{
	uint64_t cuts = 0, lost = 0;
	size_t tried = 0, all = 0;

	for (size_t i = 0; i < ERRANDS; i++) {
		const struct place *place = &torture.place[i];

		for (unsigned step = 0; step < place->errand->steps; step++) {
			tried += place->step[step].disk.next +
				 place->step[step].memory.next;
			all += place->step[step].disk.count +
			       place->step[step].memory.count;
		}
		cuts += place->ordeal.cuts;
		lost += place->ordeal.lost;
	}
	trial_end("%zu of %zu moments in the inbox and at the bank: %" PRIu64
		  " failures of the disk, %" PRIu64 " of memory, %" PRIu64
		  " steps refused for them, %" PRIu64 " cuts lost %" PRIu64
		  " changes; the books are those of a run without trouble",
		  tried, all, torture.disk, torture.memory, torture.refused, cuts, lost);
}

int main(void)
{
	bool is_more = true;

	trial_begin("money", DEFAULT_S);
	torture.chance = chance_of(1);
	fault_vfs_install();
	for (size_t i = 0; i < ERRANDS; i++)
		place_init(&torture.place[i], &errands[i]);
	while (is_more) {
		is_more = false;
		for (size_t i = 0; i < ERRANDS; i++)
			is_more |= try_each(&torture.place[i]);
	}
	tell();
}
