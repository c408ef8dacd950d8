/*
 * fuzz_config.c - the gateway's configuration file (gateway/config.h), and the hooks that
 * it makes with the files that it names (gateway/hook_set.h): secrets, tokens,
 * certificates.
 *
 * Up to a line "%%" the bytes are the configuration; what follows is what each file that
 * it names holds.
 */
#include <string.h>

#include "gateway/hook_set.h"
#include "tests/fuzz.h"

static struct fault fault;

static void limits_check(const struct config *config)
{
	struct http_options options;

	config_http_options(config, &options);
	FUZZ_MUST(config->threads >= 1 && config->connections_max >= 8);
	FUZZ_MUST(config->listen[0] && strlen(config->listen) <= LIMIT_LISTEN_BYTES);
	FUZZ_MUST(config->batch_rows_max >= 1 &&
		  config->batch_rows_max <= LIMIT_BATCH_ROWS);
	FUZZ_MUST(config->purge_days >= 1 && config->purge_days <= 3660);
}

static void name_check(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	FUZZ_MUST(n > 0 && n <= CONFIG_HOOK_NAME_CHARS && !name[n]);
}

/* Whatever path was named, the file is this one. PayPal's without a trust of its own
 * would take the machine's. */
static void files_name(struct config_hook *hook, const char *path)
{
	char *const files[] = { hook->secret_file, hook->path_secret_file,
				hook->token_file, hook->trust_file };
	size_t n = strlen(path);

	FUZZ_MUST(n <= CONFIG_FILE_CHARS);
	if (strcmp(hook->provider, "paypal") == 0)
		hook->trust_file[0] = '/';
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (files[i][0])
			memcpy(files[i], path, n + 1);
}

static void desk_check(const struct hook_set *set, size_t i, const struct config *config)
{
	const struct hook_desk *desk = hook_set_desk(set, i);

	FUZZ_MUST(hook_set_find(set, config->hook[i].name) == desk);
	FUZZ_MUST(desk->member[0] && desk->fund[0]);
	FUZZ_MUST(desk->endpoint.secret_count <= HOOK_SECRETS_MAX);
	for (size_t j = 0; j < desk->endpoint.secret_count; j++)
		FUZZ_MUST(desk->endpoint.secret[j].n > 0);
	FUZZ_MUST(hook_endpoint_check(&desk->endpoint, &fault) == ERR_OK);
	FUZZ_MUST(!desk->token || desk->token[0]);
}

static void hooks_check(struct config *config, struct slice secrets)
{
	const char *path = fuzz_file(secrets);
	struct hook_set *set = NULL;
	enum err err;

	for (size_t i = 0; i < config->hook_count; i++) {
		name_check(config->hook[i].name);
		for (size_t j = 0; j < i; j++)
			FUZZ_MUST(strcmp(config->hook[i].name, config->hook[j].name));
		files_name(&config->hook[i], path);
	}
	err = hook_set_load(config, &set, &fault);
	fuzz_must_be_said(err, &fault);
	FUZZ_MUST(err == ERR_OK || err == ERR_USAGE || err == ERR_INVALID ||
		  err == ERR_TOO_BIG);
	if (err)
		return;
	FUZZ_MUST(hook_set_count(set) == config->hook_count);
	for (size_t i = 0; i < config->hook_count; i++)
		desk_check(set, i, config);
	hook_set_unref(set);
}

FUZZ_TARGET(config)
{
	const uint8_t *mark = n ? memmem(bytes, n, "\n%%\n", 4) : NULL;
	size_t config_n = mark ? (size_t)(mark - bytes) + 1 : n;
	static struct config config;
	enum err err;

	config_init(&config);
	err = config_read(fuzz_file(slice_of(bytes, config_n)), &config, &fault);
	fuzz_must_be_said(err, &fault);
	FUZZ_MUST(err == ERR_OK || err == ERR_USAGE);
	if (err)
		return 0;
	limits_check(&config);
	FUZZ_MUST(config.hook_count <= CONFIG_HOOKS_MAX);
	hooks_check(&config,
		    mark ? slice_of(mark + 4, n - config_n - 3) : slice_of(bytes, 0));
	return 0;
}
