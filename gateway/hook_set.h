/*
 * hook_set.h - the endpoints of payment providers as configured, with their secrets.
 *
 * A set is made once, from the configuration and the files that it names, and is not
 * changed. When secrets are rotated (SIGHUP) another is made in its place; who is at work
 * with the old one keeps it until done.
 */
#ifndef ARRONDI_GATEWAY_HOOK_SET_H
#define ARRONDI_GATEWAY_HOOK_SET_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/config.h"
#include "gateway/hook.h"
#include "keys/fault.h"

struct fetcher; /* gateway/fetch.h */
struct oauth;   /* gateway/oauth.h */

/* What is done with what arrives at an endpoint. All texts are the set's. */
struct hook_desk {
	struct hook_endpoint endpoint;
	const char *member;      /* the provider in the ledger */
	const char *fund;        /* that its gifts go to */
	uint64_t authorisation;  /* that its gifts answer; 0: none */
	struct fetcher *fetcher; /* of its API; NULL where it is never asked */
	const char *token;       /* for that; NULL: none, or one that is borrowed: */
	struct oauth *oauth;     /* NULL: none */
	int32_t reconcile_at_s;  /* of the day in Paris; -1: not by itself */
};

struct hook_set;

/* ERR_USAGE names the section and what is wrong with it, or the file; ERR_IO, ERR_MEMORY.
 * One reference is the caller's. */
MUST_USE enum err hook_set_load(const struct config *config, struct hook_set **ret_set,
				struct fault *fault);
struct hook_set *hook_set_ref(struct hook_set *set);
void hook_set_unref(struct hook_set *set); /* takes NULL */

/* Ends what its fetchers ask, and all that they would ask later. From any thread. */
void hook_set_stop(struct hook_set *set);

size_t hook_set_count(const struct hook_set *set);
const struct hook_desk *hook_set_desk(const struct hook_set *set, size_t i);
/* NULL where there is none of that name. */
const struct hook_desk *hook_set_find(const struct hook_set *set, const char *name);

#endif
