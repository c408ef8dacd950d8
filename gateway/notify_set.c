/*
 * notify_set.c - where members are told, made of the configuration (notify_set.h).
 */
#include "gateway/notify_set.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/fetch.h"
#include "gateway/secret_file.h"

static const char *const type_names[NOTIFY_TYPE__COUNT] = {
	[NOTIFY_BATCH_RECORDED] = "batch.recorded",
	[NOTIFY_TRANSFER_MISSING] = "transfer.missing",
	[NOTIFY_TRANSFER_SETTLED] = "transfer.settled",
	[NOTIFY_DECISION_TO_SIGN] = "decision.to_sign",
	[NOTIFY_PAYMENT_MADE] = "payment.made",
};

const char *notify_type_name(enum notify_type type)
{
	return type_names[type];
}

/* A desk, and what its texts stand in. */
struct post_place {
	struct notify_desk desk;
	struct config_notify config;
	char path[CONFIG_FILE_CHARS + 1];
	struct buffer secrets;
	struct fetcher *fetcher;
};

struct notify_set {
	atomic_uint refs;
	size_t count;
	struct post_place place[];
};

static void place_release(struct post_place *place)
{
	fetcher_free(place->fetcher);
	buffer_release_secret(&place->secrets);
}

/* ---- an endpoint ---- */

static enum err event_want(struct notify_desk *desk, const char *name,
			   struct fault *fault)
{
	for (size_t i = 0; i < NOTIFY_TYPE__COUNT; i++) {
		if (strcmp(type_names[i], name) != 0)
			continue;
		desk->wants[i] = true;
		return ERR_OK;
	}
	return fault_set(fault, ERR_USAGE,
			 "'events' are of: batch.recorded, transfer.missing, "
			 "transfer.settled, decision.to_sign, payment.made");
}

static enum err events_read(struct post_place *place, struct fault *fault)
{
	char *rest = place->config.events;
	enum err err = ERR_OK;

	if (!*rest)
		for (size_t i = 0; i < NOTIFY_TYPE__COUNT; i++)
			place->desk.wants[i] = true;
	else
		for (char *at; !err && (at = strsep(&rest, ","));) {
			at += strspn(at, " ");
			at[strcspn(at, " ")] = '\0';
			err = event_want(&place->desk, at, fault);
		}
	return err;
}

/* Also tries them: what cannot sign is said now, and not when something is to be told. */
static enum err secrets_load(struct post_place *place, struct fault *fault)
{
	struct notify_desk *desk = &place->desk;
	struct hook_signature signature;
	char *text = NULL, *line;
	enum err err = secret_file_read(place->config.secret_file, &place->secrets, &text,
					fault);

	if (err)
		return err;
	while ((line = secret_file_next(&text))) {
		if (desk->secret_count == HOOK_SIGN_SECRETS_MAX)
			return fault_set(fault, ERR_USAGE,
					 "its file of secrets has more than %d",
					 HOOK_SIGN_SECRETS_MAX);
		desk->secret[desk->secret_count++] = slice_of_text(line);
	}
	return hook_sign(desk->secret, desk->secret_count, "try", 0, slice_of_text(""),
			 &signature, fault);
}

/* HOST and what comes behind it. */
static enum err address_read(struct post_place *place, struct fault *fault)
{
	struct fetch_options options = {
		.base = place->config.url,
		.ca = *place->config.trust_file ? place->config.trust_file : NULL,
	};
	char *host = strstr(place->config.url, "://");
	char *path = host ? strchr(host + 3, '/') : NULL;

	(void)snprintf(place->path, sizeof place->path, "%s", path ? path : "/");
	if (path)
		*path = '\0';
	place->desk.path = place->path;
	return fetcher_new(&options, &place->fetcher, fault);
}

static enum err place_load(struct post_place *place, struct fault *fault)
{
	struct notify_desk *desk = &place->desk;
	enum err err;

	desk->name = place->config.name;
	desk->member = place->config.member;
	desk->missing_days = (int)place->config.missing_days;
	if (!*place->config.member)
		return fault_set(fault, ERR_USAGE, "'member' is missing: who is told");
	if (!*place->config.url)
		return fault_set(fault, ERR_USAGE, "'url' is missing: where it is told");
	if (!*place->config.secret_file)
		return fault_set(fault, ERR_USAGE,
				 "'secret_file' is missing: what it is signed with");
	err = events_read(place, fault);
	if (!err)
		err = secrets_load(place, fault);
	if (!err)
		err = address_read(place, fault);
	desk->fetcher = place->fetcher;
	return err;
}

/* ---- the set ---- */

enum err notify_set_load(const struct config *config, struct notify_set **ret_set,
			 struct fault *fault)
{
	struct notify_set *set =
		calloc(1, sizeof *set + config->notify_count * sizeof *set->place);
	enum err err = ERR_OK;

	if (!set)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	atomic_init(&set->refs, 1);
	for (size_t i = 0; !err && i < config->notify_count; i++) {
		set->place[i].config = config->notify[i];
		set->count = i + 1;
		err = place_load(&set->place[i], fault);
		if (err)
			(void)fault_prefix(fault, "[notify %s]", config->notify[i].name);
	}
	if (!err)
		*ret_set = set;
	else
		notify_set_unref(set);
	return err;
}

struct notify_set *notify_set_ref(struct notify_set *set)
{
	atomic_fetch_add(&set->refs, 1);
	return set;
}

void notify_set_unref(struct notify_set *set)
{
	if (!set || atomic_fetch_sub(&set->refs, 1) > 1)
		return;
	while (set->count > 0)
		place_release(&set->place[--set->count]);
	free(set);
}

void notify_set_stop(struct notify_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		fetcher_stop(set->place[i].fetcher);
}

size_t notify_set_count(const struct notify_set *set)
{
	return set->count;
}

const struct notify_desk *notify_set_desk(const struct notify_set *set, size_t i)
{
	return &set->place[i].desk;
}
