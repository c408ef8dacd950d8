/*
 * hook_place.c - a ledger, its writer, an inbox, a hook (hook_place.h).
 */
#include "tests/hook_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "keys/file.h"

static void must(const struct hook_place *place, enum err err)
{
	if (err != ERR_OK)
		fail_msg("%s", place->fault.text);
}

static void see_parked(void *ctx, const char *hook, const char *what, int64_t id,
		       const char *why)
{
	struct hook_place *place = ctx;

	(void)hook;
	(void)what;
	(void)id;
	place->parked++;
	(void)snprintf(place->why, sizeof place->why, "%s", why);
}

static void member_add(struct hook_place *place)
{
	struct asked asked;

	asked_init(&asked, "operator",
		   "'kind':'member','ref':'M-P','id':'" HOOK_PLACE_MEMBER
		   "','role':'provider','status':'active','name':'Any'");
	must(place, temporary_submit(place->temporary, &asked));
	asked_clear(&asked);
}

void hook_place_configure(struct hook_place *place, const struct hook_place_hook *how)
{
	struct config config;
	struct config_hook *hook = &config.hook[0];
	char path[TEMPORARY_PATH];

	config_init(&config);
	config.hook_count = 1;
	*hook = (struct config_hook){ .name = HOOK_PLACE_NAME,
				      .member = HOOK_PLACE_MEMBER,
				      .fund = "emploi",
				      .authorisation = how->authorisation };
	(void)snprintf(hook->provider, sizeof hook->provider, "%s", how->provider);
	(void)snprintf(hook->api, sizeof hook->api, "%s", how->api ? how->api : "");
	(void)snprintf(hook->reconcile_at, sizeof hook->reconcile_at, "%s",
		       how->reconcile_at ? how->reconcile_at : "");
	temporary_path(place->temporary, "secrets", path);
	must(place,
	     file_write(
		     path,
		     slice_of_text("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
		     0600, &place->fault));
	assert_true(strlen(path) <= CONFIG_FILE_CHARS);
	memcpy(hook->secret_file, path, strlen(path) + 1);
	hook_set_unref(place->hooks);
	place->hooks = NULL;
	must(place, hook_set_load(&config, &place->hooks, &place->fault));
	place->work.hooks = place->hooks;
}

void hook_place_make(struct hook_place *place, const struct hook_place_hook *hook)
{
	*place = (struct hook_place){ .temporary = temporary_new() };
	member_add(place);
	hook_place_configure(place, hook);
	place->work.now_s = (int64_t)time(NULL);
	place->work.events.parked = see_parked;
	place->work.events.ctx = place;
	hook_place_resume(place);
	must(place, inbox_open(place->temporary->dir, &place->work.inbox, &place->fault));
}

void hook_place_settle(struct hook_place *place)
{
	must(place, hook_work_land(&place->work, &place->fault));
	sequencer_stop(place->sequencer);
	place->sequencer = NULL;
	temporary_reopen(place->temporary);
}

void hook_place_resume(struct hook_place *place)
{
	must(place,
	     sequencer_start(place->temporary->ledger, &place->sequencer, &place->fault));
	place->temporary->ledger = NULL;
	place->work.sequencer = place->sequencer;
}

void hook_place_release(struct hook_place *place)
{
	must(place, hook_work_land(&place->work, &place->fault));
	inbox_close(place->work.inbox);
	sequencer_stop(place->sequencer);
	hook_set_unref(place->hooks);
	temporary_free(place->temporary);
}

void hook_place_deliver(struct hook_place *place, const char *body)
{
	struct inbox_arrival arrival = { .endpoint = HOOK_PLACE_NAME,
					 .body = slice_of_text(body),
					 .received_at = place->work.now_s };
	const struct inbox_arrival *arrivals[] = { &arrival };

	must(place, inbox_store(place->work.inbox, arrivals, 1, &place->fault));
}

void hook_place_work(struct hook_place *place)
{
	size_t count, sum;

	do {
		must(place, hook_work_read(&place->work, &count, &place->fault));
		sum = count;
		must(place, hook_work_book(&place->work, &count, &place->fault));
		sum += count;
	} while (sum);
}
