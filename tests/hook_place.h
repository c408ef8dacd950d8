/*
 * hook_place.h - a ledger with its writer, an inbox and a hook, in a temporary folder.
 */
#ifndef ARRONDI_TESTS_HOOK_PLACE_H
#define ARRONDI_TESTS_HOOK_PLACE_H

#include "gateway/hook_work.h"
#include "tests/temporary.h"

#define HOOK_PLACE_MEMBER "provider:any"
#define HOOK_PLACE_NAME   "any"

struct hook_place_hook {
	const char *provider;
	const char *api;          /* NULL: as documented */
	const char *reconcile_at; /* NULL: not by itself */
	unsigned authorisation;   /* 0: none */
};

struct hook_place {
	struct temporary *temporary; /* its ledger is the writer's, until it is settled */
	struct sequencer *sequencer;
	struct hook_set *hooks;
	struct hook_work work;
	struct fault fault;
	unsigned parked;
	char why[256];
};

void hook_place_make(struct hook_place *place, const struct hook_place_hook *hook);
void hook_place_release(struct hook_place *place);

/* The hook's other configuration, in the place of the first. */
void hook_place_configure(struct hook_place *place, const struct hook_place_hook *hook);

/* The writer stops; the ledger is open for reading afterwards. And again. */
void hook_place_settle(struct hook_place *place);
void hook_place_resume(struct hook_place *place);

/* Stores a body as delivered and verified. */
void hook_place_deliver(struct hook_place *place, const char *body);

/* Reads and books until nothing is left that can be done now; nothing is fetched. */
void hook_place_work(struct hook_place *place);

#endif
