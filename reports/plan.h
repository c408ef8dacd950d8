/*
 * plan.h - the chart of accounts, and the rule by which a posting finds its account.
 *
 * Both are tables (plan.def), each row with the text that it rests on.
 */
#ifndef ARRONDI_REPORTS_PLAN_H
#define ARRONDI_REPORTS_PLAN_H

#include <stddef.h>

#define PLAN(id, number, label, source) PLAN_##id,
#define TREAT(noun, flow, class, account, destination, source)
enum plan {
#include "reports/plan.def"
	PLAN__COUNT
};

/* What a charge was for: the headings of the compte de résultat par origine et
 * destination (ANC 2018-06, art. 432-2 and following). */
enum destination {
	NOWHERE,       /* not a charge */
	TO_MISSION,    /* what the foundation does itself, aid to persons included */
	TO_OTHERS,     /* paid to other bodies: grants to projects */
	TO_COLLECTING, /* frais de recherche de fonds */
	TO_RUNNING,    /* frais de fonctionnement */
	DESTINATION__COUNT
};

struct plan_account {
	const char *number; /* "75411"; "" of PLAN_NONE */
	const char *label;  /* in French, UTF-8 */
	const char *source; /* the text that it rests on */
};

const struct plan_account *plan_account(enum plan plan);

struct treatment {
	const char *noun, *flow, *class; /* as plan.def tells */
	enum plan plan;
	enum destination destination;
	const char *source;
};

/* The first that fits; NULL: money for which there is no rule. */
const struct treatment *treatment_find(const char *noun, const char *flow,
				       const char *class);

/* All of them, in their order. */
const struct treatment *treatments(size_t *ret_count);

#endif
