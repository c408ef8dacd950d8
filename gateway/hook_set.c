/*
 * hook_set.c - endpoints made of the configuration and the files that it names
 * (hook_set.h).
 */
#include "gateway/hook_set.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/fetch.h"
#include "gateway/hook_certificates.h"
#include "gateway/oauth.h"
#include "gateway/reconcile_daily.h"
#include "gateway/secret_file.h"
#include "keys/certificate.h"
#include "keys/file.h"

#define ADDRESSES_MAX 16

/* A desk, and what its texts and pointers stand in. */
struct place {
	struct hook_desk desk;
	struct config_hook config;
	struct buffer secrets, path_secret, token; /* as the files have them */
	struct buffer client_id, client_secret;
	const char *addresses[ADDRESSES_MAX + 1]; /* into config.addresses */
	struct trust *trust;
	struct hook_certificates *certificates;
	struct fetcher *fetcher, *certificate_fetcher;
};

struct hook_set {
	atomic_uint refs;
	size_t count;
	struct place place[];
};

static void place_release(struct place *place)
{
	hook_certificates_free(place->certificates);
	trust_free(place->trust);
	fetcher_free(place->certificate_fetcher);
	oauth_free(place->desk.oauth);
	fetcher_free(place->fetcher);
	buffer_release_secret(&place->secrets);
	buffer_release_secret(&place->path_secret);
	buffer_release_secret(&place->token);
	buffer_release_secret(&place->client_id);
	buffer_release_secret(&place->client_secret);
}

/* ---- secrets ---- */

static enum err secrets_load(struct place *place, struct fault *fault)
{
	struct hook_endpoint *endpoint = &place->desk.endpoint;
	char *text = NULL, *line;
	enum err err = secret_file_read(place->config.secret_file, &place->secrets, &text,
					fault);

	if (err)
		return err;
	while ((line = secret_file_next(&text))) {
		if (endpoint->secret_count == HOOK_SECRETS_MAX)
			return fault_set(fault, ERR_USAGE,
					 "its file of secrets has more than %d",
					 HOOK_SECRETS_MAX);
		endpoint->secret[endpoint->secret_count++] = slice_of_text(line);
	}
	return ERR_OK;
}

/* A file of one line; *ret_line is NULL without one. */
static enum err line_load(const char *path, struct buffer *out, const char **ret_line,
			  struct fault *fault)
{
	char *text = NULL;
	enum err err = secret_file_read(path, out, &text, fault);

	*ret_line = err ? NULL : secret_file_next(&text);
	if (!err && *path && !*ret_line)
		return fault_set(fault, ERR_USAGE, "'%s' is empty", path);
	return err;
}

static enum err files_load(struct place *place, struct fault *fault)
{
	const char *path_secret = NULL;
	enum err err = secrets_load(place, fault);

	if (!err)
		err = line_load(place->config.path_secret_file, &place->path_secret,
				&path_secret, fault);
	if (!err)
		err = line_load(place->config.token_file, &place->token,
				&place->desk.token, fault);
	if (!err && path_secret)
		place->desk.endpoint.path_secret = slice_of_text(path_secret);
	return err;
}

/* ---- what is asked over the network ---- */

static enum err fetcher_load(struct place *place, struct fault *fault)
{
	const struct hook_adapter *adapter = place->desk.endpoint.adapter;
	struct fetch_options options = {
		.base = adapter->api[place->config.sandbox],
		.ca = *place->config.trust_file ? place->config.trust_file : NULL,
		.fields = adapter->api_fields,
	};
	enum err err;

	if (*place->config.api)
		options.base = place->config.api;
	if (!options.base || !adapter->read_fetched)
		return ERR_OK;
	err = fetcher_new(&options, &place->fetcher, fault);
	if (!err)
		place->desk.fetcher = place->fetcher;
	return err;
}

/* A client's id and secret borrow tokens; both or neither, and no token beside them. */
static enum err oauth_load(struct place *place, struct fault *fault)
{
	const struct hook_adapter *adapter = place->desk.endpoint.adapter;
	struct oauth_options options = { .fetcher = place->fetcher,
					 .path = adapter->oauth_path,
					 .is_basic = adapter->oauth_is_basic };
	bool has_id = *place->config.client_id_file != '\0';
	bool has_secret = *place->config.client_secret_file != '\0';
	enum err err;

	if (!has_id && !has_secret)
		return ERR_OK;
	if (!has_id || !has_secret)
		return fault_set(fault, ERR_USAGE,
				 "'client_id_file' and 'client_secret_file' go together");
	if (place->desk.token)
		return fault_set(fault, ERR_USAGE,
				 "a client's id and secret stand in the place of "
				 "'token_file', not beside it");
	if (!adapter->oauth_path || !place->fetcher)
		return fault_set(fault, ERR_USAGE,
				 "this provider gives no tokens for a client's id");
	err = line_load(place->config.client_id_file, &place->client_id, &options.id,
			fault);
	if (!err)
		err = line_load(place->config.client_secret_file, &place->client_secret,
				&options.secret, fault);
	return err ? err : oauth_new(&options, &place->desk.oauth, fault);
}

static enum err trust_load(struct place *place, struct fault *fault)
{
	struct buffer pem;
	enum err err;

	if (!*place->config.trust_file)
		return trust_of_machine(&place->trust, fault);
	buffer_init(&pem, CERTIFICATE_PEM_BYTES_MAX);
	err = file_read(place->config.trust_file, CERTIFICATE_PEM_BYTES_MAX, &pem, fault);
	if (!err)
		err = trust_from_pem(buffer_slice(&pem), &place->trust, fault);
	buffer_release(&pem);
	return err;
}

/* PayPal alone signs by a certificate, which its own host gives. */
static enum err certificates_load(struct place *place, struct fault *fault)
{
	struct hook_endpoint *endpoint = &place->desk.endpoint;
	struct fetch_options options = {
		.base = place->config.sandbox ? "https://api.sandbox.paypal.com"
					      : "https://api.paypal.com",
	};
	enum err err;

	if (endpoint->adapter != &hook_paypal)
		return ERR_OK;
	err = trust_load(place, fault);
	if (!err)
		err = fetcher_new(&options, &place->certificate_fetcher, fault);
	if (!err)
		err = hook_certificates_new(fetch_certificate, place->certificate_fetcher,
					    &place->certificates, fault);
	if (err)
		return err;
	endpoint->trust = place->trust;
	endpoint->certificates = place->certificates;
	return ERR_OK;
}

/* ---- an endpoint ---- */

static enum err addresses_split(struct place *place, struct fault *fault)
{
	char *rest = place->config.addresses;
	size_t count = 0;

	if (!*rest)
		return ERR_OK;
	for (char *at; (at = strsep(&rest, ","));) {
		at += strspn(at, " ");
		at[strcspn(at, " ")] = '\0';
		if (count == ADDRESSES_MAX)
			return fault_set(fault, ERR_USAGE, "more than %d addresses",
					 ADDRESSES_MAX);
		place->addresses[count++] = at;
	}
	place->desk.endpoint.addresses = place->addresses;
	return ERR_OK;
}

static enum err named_check(const struct config_hook *config, struct fault *fault)
{
	if (!*config->provider)
		return fault_set(fault, ERR_USAGE, "'provider' is missing");
	if (!*config->member)
		return fault_set(
			fault, ERR_USAGE,
			"'member' is missing: who the provider is in the ledger");
	if (!*config->fund)
		return fault_set(fault, ERR_USAGE,
				 "'fund' is missing: where its gifts go");
	return ERR_OK;
}

/* By itself only what can be asked: a hook that could not is refused when it is read. */
static enum err hour_load(struct place *place, struct fault *fault)
{
	place->desk.reconcile_at_s = -1;
	if (!*place->config.reconcile_at)
		return ERR_OK;
	if (!place->desk.endpoint.adapter->list_path || !place->fetcher)
		return fault_set(fault, ERR_USAGE,
				 "this provider has no list to reconcile with");
	return reconcile_hour_parse(place->config.reconcile_at,
				    &place->desk.reconcile_at_s, fault);
}

static enum err place_load(struct place *place, struct fault *fault)
{
	struct hook_endpoint *endpoint = &place->desk.endpoint;
	enum err err = named_check(&place->config, fault);

	if (err)
		return err;
	endpoint->name = place->config.name;
	endpoint->adapter = hook_adapter_find(place->config.provider);
	endpoint->environment = place->config.sandbox ? HOOK_SANDBOX : HOOK_LIVE;
	endpoint->account = *place->config.account ? place->config.account : NULL;
	place->desk.member = place->config.member;
	place->desk.fund = place->config.fund;
	place->desk.authorisation = place->config.authorisation;
	if (!endpoint->adapter)
		return fault_set(fault, ERR_USAGE, "no provider has that name");
	err = files_load(place, fault);
	if (!err)
		err = addresses_split(place, fault);
	if (!err)
		err = fetcher_load(place, fault);
	if (!err)
		err = oauth_load(place, fault);
	if (!err)
		err = hour_load(place, fault);
	if (!err)
		err = certificates_load(place, fault);
	return err ? err : hook_endpoint_check(endpoint, fault);
}

/* ---- the set ---- */

enum err hook_set_load(const struct config *config, struct hook_set **ret_set,
		       struct fault *fault)
{
	struct hook_set *set =
		calloc(1, sizeof *set + config->hook_count * sizeof *set->place);
	enum err err = ERR_OK;

	if (!set)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	atomic_init(&set->refs, 1);
	while (!err && set->count < config->hook_count) {
		struct place *place = &set->place[set->count++];

		place->config = config->hook[set->count - 1];
		err = place_load(place, fault);
		if (err)
			(void)fault_prefix(fault, "[hook %s]", place->config.name);
	}
	if (err) {
		hook_set_unref(set);
		return err;
	}
	*ret_set = set;
	return ERR_OK;
}

struct hook_set *hook_set_ref(struct hook_set *set)
{
	atomic_fetch_add(&set->refs, 1);
	return set;
}

void hook_set_unref(struct hook_set *set)
{
	if (!set || atomic_fetch_sub(&set->refs, 1) > 1)
		return;
	for (size_t i = 0; i < set->count; i++)
		place_release(&set->place[i]);
	free(set);
}

void hook_set_stop(struct hook_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->place[i].fetcher)
			fetcher_stop(set->place[i].fetcher);
		if (set->place[i].certificate_fetcher)
			fetcher_stop(set->place[i].certificate_fetcher);
	}
}

size_t hook_set_count(const struct hook_set *set)
{
	return set->count;
}

const struct hook_desk *hook_set_desk(const struct hook_set *set, size_t i)
{
	return &set->place[i].desk;
}

const struct hook_desk *hook_set_find(const struct hook_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->place[i].config.name, name) == 0)
			return &set->place[i].desk;
	return NULL;
}
