/*
 * rules.h - the rules' names, and what each says (rules.def).
 *
 * The books, the rows and the verifier refuse by a name; here it is told once what
 * stands behind it. Nothing that refuses asks this table: it is for who reads.
 */
#ifndef ARRONDI_LEDGER_RULES_H
#define ARRONDI_LEDGER_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/buffer.h"
#include "keys/fault.h"

enum rule_group {
	RULES_ENTRIES,   /* what an entry may say */
	RULES_ROWS,      /* what rows may say */
	RULES_EXPORT,    /* what an export must be */
	RULES_ADMISSION, /* what is refused before it is recorded, and cannot be seen */
	RULES_ENGINE,    /* what the engine asks of itself */
	RULES__COUNT
};

struct rule {
	enum rule_group group;
	const char *name;
	const char *says;   /* a sentence without its full stop */
	const char *broken; /* by what forgery; or why there can be none */
};

/* All of them, group by group, in a group ascending by name. */
const struct rule *rules_all(size_t *ret_count);

/* NULL where there is none of that name. */
const struct rule *rule_find(const char *name);

/* Whether the verifier can find it broken: not admission's own, nor the engine's. */
bool rule_is_auditable(const struct rule *rule);

/* Appends the table for FORMAT.md, a part for each group. Returns the buffer's error. */
MUST_USE enum err rules_markdown(struct buffer *out);

#endif
