/*
 * standard_hook.c - see standard_hook.h.
 */
#include "tests/standard_hook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "keys/file.h"
#include "tests/temporary.h"

struct hook_set *standard_hook_load(const char *folder)
{
	static const char secret[] = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
	struct hook_set *hooks = NULL;
	struct fault fault = { 0 };
	struct config config;
	struct config_hook *hook = &config.hook[0], *deaf = &config.hook[1];

	config_init(&config);
	config.hook_count = 2;
	*hook = (struct config_hook){ .name = STANDARD_HOOK,
				      .provider = "standard",
				      .member = STANDARD_HOOK_PROVIDER,
				      .fund = "emploi" };
	assert_true(snprintf(hook->secret_file, sizeof hook->secret_file, "%s/secrets",
			     folder) < (int)sizeof hook->secret_file);
	*deaf = *hook;
	memcpy(deaf->token_file, hook->secret_file, sizeof deaf->token_file);
	(void)snprintf(deaf->name, sizeof deaf->name, STANDARD_HOOK_DEAF);
	(void)snprintf(deaf->provider, sizeof deaf->provider, "mollie");
	(void)snprintf(deaf->api, sizeof deaf->api, "http://127.0.0.1:1");
	if (file_write(hook->secret_file, slice_of_text(secret), 0600, &fault) ||
	    hook_set_load(&config, &hooks, &fault))
		fail_msg("%s", fault.text);
	return hooks;
}

void standard_hook_body(const char *type, const char *id, const char *parent, int amount,
			int again, char ret_body[STANDARD_HOOK_BYTES])
{
	assert_true(snprintf(ret_body, STANDARD_HOOK_BYTES,
			     "{\"type\":\"%s\",\"timestamp\":\"%sT00:00:0%dZ\",\"data\":{"
			     "\"id\":\"%s\",\"parent\":\"%s\",\"amount\":%d,"
			     "\"currency\":\"EUR\",\"date\":\"%s\"}}",
			     type, temporary_today(), again, id, parent, amount,
			     temporary_today()) < STANDARD_HOOK_BYTES);
}
