/*
 * notify_set.h - where members are told what has happened, as configured.
 *
 * Made once, of the sections [notify NAME] and the files that they name, and not changed:
 * SIGHUP puts another in its place. Who is at work with the old one keeps it until done.
 */
#ifndef ARRONDI_GATEWAY_NOTIFY_SET_H
#define ARRONDI_GATEWAY_NOTIFY_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/config.h"
#include "gateway/hook_sign.h"
#include "keys/fault.h"
#include "keys/slice.h"

struct fetcher; /* gateway/fetch.h */

enum notify_type {
	NOTIFY_BATCH_RECORDED,
	NOTIFY_TRANSFER_MISSING,
	NOTIFY_TRANSFER_SETTLED,
	NOTIFY_DECISION_TO_SIGN,
	NOTIFY_PAYMENT_MADE,
	NOTIFY_TYPE__COUNT
};
/* "batch.recorded" */
const char *notify_type_name(enum notify_type type);

/* One endpoint. All texts are the set's. */
struct notify_desk {
	const char *name;
	const char *member;
	bool wants[NOTIFY_TYPE__COUNT];
	int missing_days;
	struct slice secret[HOOK_SIGN_SECRETS_MAX];
	size_t secret_count;
	struct fetcher *fetcher; /* of its host */
	const char *path;        /* there */
};

struct notify_set;

/* ERR_USAGE names the section and what is wrong with it, or the file; ERR_IO, ERR_MEMORY.
 * One reference is the caller's. */
MUST_USE enum err notify_set_load(const struct config *config,
				  struct notify_set **ret_set, struct fault *fault);
struct notify_set *notify_set_ref(struct notify_set *set);
void notify_set_unref(struct notify_set *set); /* takes NULL */

/* Ends what is being sent, and lets nothing be sent any more. From any thread. */
void notify_set_stop(struct notify_set *set);

size_t notify_set_count(const struct notify_set *set);
const struct notify_desk *notify_set_desk(const struct notify_set *set, size_t i);

#endif
