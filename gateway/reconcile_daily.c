/*
 * reconcile_daily.c - see reconcile_daily.h.
 */
#include "gateway/reconcile_daily.h"

#include <stdio.h>
#include <string.h>

#include "gateway/fetch.h"

static bool two_digits(const char *text, int32_t max, int32_t *ret_number)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	*ret_number = (text[0] - '0') * 10 + (text[1] - '0');
	return *ret_number <= max;
}

enum err reconcile_hour_parse(const char *text, int32_t *ret_day_s, struct fault *fault)
{
	int32_t hour, minute;

	if (strlen(text) != 5 || text[2] != ':' || !two_digits(text, 23, &hour) ||
	    !two_digits(text + 3, 59, &minute))
		return fault_set(fault, ERR_USAGE,
				 "'reconcile_at' is an hour of the day, as 05:30");
	*ret_day_s = hour * 3600 + minute * 60;
	return ERR_OK;
}

/* A hook's own row, or a free one: there are as many as hooks can be configured. What a
 * hook that is gone has left is taken when there is no other. */
static struct reconcile_day *day_find(struct reconcile_daily *daily,
				      const struct hook_set *hooks, const char *hook)
{
	struct reconcile_day *free_day = NULL;

	for (size_t i = 0; i < CONFIG_HOOKS_MAX; i++) {
		struct reconcile_day *day = &daily->day[i];

		if (strcmp(day->hook, hook) == 0)
			return day;
		if (!day->hook[0] || !hook_set_find(hooks, day->hook))
			free_day = day;
	}
	*free_day = (struct reconcile_day){ .next_at = 0 };
	(void)snprintf(free_day->hook, sizeof free_day->hook, "%s", hook);
	return free_day;
}

static const struct hook_desk *due_find(struct reconcile_daily *daily,
					const struct hook_set *hooks,
					const struct paris_time *now, int64_t now_s,
					struct reconcile_day **ret_day)
{
	for (size_t i = 0; i < hook_set_count(hooks); i++) {
		const struct hook_desk *desk = hook_set_desk(hooks, i);

		if (desk->reconcile_at_s < 0 || now->day_s < desk->reconcile_at_s)
			continue;
		*ret_day = day_find(daily, hooks, desk->endpoint.name);
		if (date_cmp((*ret_day)->done_on, now->date) < 0 &&
		    now_s >= (*ret_day)->next_at)
			return desk;
	}
	return NULL;
}

static enum err desk_reconcile(const char *dir, struct inbox *inbox,
			       const struct hook_desk *desk, struct date today,
			       struct reconciliation *result, struct fault *fault)
{
	struct reconcile reconcile = { .inbox = inbox, .desk = desk, .today = today };
	enum err err = date_add_days(today, -1, &reconcile.until);

	if (!err)
		err = date_add_days(reconcile.until, 1 - RECONCILE_DAYS, &reconcile.from);
	if (err)
		return fault_set(fault, ERR_IO,
				 "the machine's clock shows no day of ours");
	err = ledger_open(dir, LEDGER_READ, &reconcile.ledger, fault);
	if (!err)
		err = reconcile_run(&reconcile, result, fault);
	ledger_close(reconcile.ledger);
	return err;
}

static void day_end(struct reconcile_day *day, struct date today, int64_t now_s,
		    enum err err)
{
	if (err && ++day->failed < RECONCILE_DAILY_TRIES) {
		day->next_at = now_s + fetch_retry_s(day->failed + 1, 0);
		return;
	}
	day->done_on = today;
	day->failed = 0;
	day->next_at = 0;
}

enum err reconcile_daily_round(struct reconcile_daily *daily, const char *dir,
			       struct inbox *inbox, const struct hook_set *hooks,
			       int64_t now_s, reconcile_news_fn *tell, void *ctx,
			       bool *ret_done, struct fault *fault)
{
	struct reconciliation result = { .item = NULL };
	struct fault why = { .err = ERR_OK };
	struct reconcile_day *day = NULL;
	const struct hook_desk *desk;
	struct paris_time now;
	enum err err;

	*ret_done = false;
	if (paris_of_utc(now_s, &now) != ERR_OK)
		return fault_set(fault, ERR_IO,
				 "the machine's clock shows no day of ours");
	desk = due_find(daily, hooks, &now, now_s, &day);
	if (!desk)
		return ERR_OK;
	err = desk_reconcile(dir, inbox, desk, now.date, &result, &why);
	/* Who is about to stop has learnt nothing of the provider. */
	if (!err || !fetcher_is_stopped(desk->fetcher)) {
		tell(ctx, &(struct reconcile_news){ .hook = desk->endpoint.name,
						    .result = err ? NULL : &result,
						    .fault = &why });
		day_end(day, now.date, now_s, err);
		*ret_done = true;
	}
	reconciliation_release(&result);
	return ERR_OK;
}
