/*
 * reconcile_daily.h - reconciling once a day by itself, for each hook that has an hour
 * for it (reconcile_at).
 *
 * It looks, and changes nothing. The hour is of Paris, as is the day; a service that is
 * started later on a day makes up for it. Where a provider cannot be asked, it is tried
 * again later that day, a few times.
 */
#ifndef ARRONDI_GATEWAY_RECONCILE_DAILY_H
#define ARRONDI_GATEWAY_RECONCILE_DAILY_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/config.h"
#include "gateway/hook_set.h"
#include "gateway/inbox.h"
#include "gateway/reconcile.h"
#include "keys/fault.h"

#define RECONCILE_DAILY_TRIES 5

/* Of each hook, by its name. */
struct reconcile_daily {
	struct reconcile_day {
		char hook[CONFIG_HOOK_NAME_CHARS + 1];
		struct date done_on; /* the last day with a result, or given up */
		int64_t next_at;     /* not before this second */
		unsigned failed;     /* on this day */
	} day[CONFIG_HOOKS_MAX];
};

/* What came of one; result is NULL where there is none, for the fault's reason. */
struct reconcile_news {
	const char *hook;
	const struct reconciliation *result;
	const struct fault *fault;
};
typedef void reconcile_news_fn(void *ctx, const struct reconcile_news *news);

/* Reconciles the first hook that is due, over the last RECONCILE_DAYS days up to
 * yesterday, and tells; *ret_done says whether there was one. The ledger is that in dir.
 * ERR_IO where the clock shows no day of ours; a provider's trouble is told, and no
 * error.
 */
MUST_USE enum err reconcile_daily_round(struct reconcile_daily *daily, const char *dir,
					struct inbox *inbox, const struct hook_set *hooks,
					int64_t now_s, reconcile_news_fn *tell, void *ctx,
					bool *ret_done, struct fault *fault);

/* "HH:MM" as seconds of a day. ERR_USAGE. */
MUST_USE enum err reconcile_hour_parse(const char *text, int32_t *ret_day_s,
				       struct fault *fault);

#endif
