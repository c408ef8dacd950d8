/*
 * rules.c - see rules.h.
 */
#include "ledger/rules.h"

#include <stdlib.h>
#include <string.h>

static const struct rule RULES[] = {
#define RULE(group, name, says, broken) { RULES_##group, name, says, broken },
#include "ledger/rules.def"
#undef RULE
};

const struct rule *rules_all(size_t *ret_count)
{
	*ret_count = sizeof RULES / sizeof *RULES;
	return RULES;
}

const struct rule *rule_find(const char *name)
{
	for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++)
		if (strcmp(RULES[i].name, name) == 0)
			return &RULES[i];
	return NULL;
}

bool rule_is_auditable(const struct rule *rule)
{
	switch (rule->group) {
	case RULES_ENTRIES:
	case RULES_ROWS:
	case RULES_EXPORT:
		return true;
	case RULES_ADMISSION:
	case RULES_ENGINE:
		return false;
	case RULES__COUNT:
		break;
	}
	abort();
}

/* ---- for FORMAT.md ---- */

static const char *title_of(enum rule_group group)
{
	switch (group) {
	case RULES_ENTRIES:
		return "What an entry may say";
	case RULES_ROWS:
		return "What rows may say";
	case RULES_EXPORT:
		return "What an export must be";
	case RULES_ADMISSION:
		return "What admission alone refuses";
	case RULES_ENGINE:
		return "What no entry can break";
	case RULES__COUNT:
		break;
	}
	abort();
}

static void group_put(enum rule_group group, struct buffer *out)
{
	bool is_auditable = false;

	for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++)
		if (RULES[i].group == group)
			is_auditable = rule_is_auditable(&RULES[i]);
	buffer_printf(out, "### %s\n\n| rule | what it says | %s |\n|---|---|---|\n",
		      title_of(group),
		      is_auditable ? "a forgery that breaks it" : "why none can");
	for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++)
		if (RULES[i].group == group)
			buffer_printf(out, "| `%s` | %s | %s |\n", RULES[i].name,
				      RULES[i].says, RULES[i].broken);
}

enum err rules_markdown(struct buffer *out)
{
	for (int group = 0; group < RULES__COUNT; group++) {
		if (group > 0)
			buffer_put_text(out, "\n");
		group_put((enum rule_group)group, out);
	}
	return buffer_err(out);
}
