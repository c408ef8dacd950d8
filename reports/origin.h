/*
 * origin.h - income by where it came from, charges by what they were for: what the
 * compte de résultat par origine et destination and the compte d'emploi both show.
 *
 * What of the charges the public's generosity has paid is a convention, stated with the
 * figures: contributions of other bodies pay what they were given for, and what else is
 * not of the public (other income, contributions that are free) pays the running costs,
 * then the costs of collecting, then the missions; the public pays the rest.
 */
#ifndef ARRONDI_REPORTS_ORIGIN_H
#define ARRONDI_REPORTS_ORIGIN_H

#include "keys/fault.h"
#include "reports/accounts.h"

/* Of one term. Income and charges are both positive; whole are all, public those of the
 * public's generosity. */
enum figure {
	FIGURE_GIFTS,
	FIGURE_PATRONAGE,
	FIGURE_PUBLIC_OTHER, /* interest on money that the public gave */
	FIGURE_CONTRIBUTIONS,
	FIGURE_OTHER,
	FIGURE_USED, /* of earmarked money of earlier years */
	FIGURE_MISSION,
	FIGURE_OTHERS, /* paid to other bodies */
	FIGURE_COLLECTING,
	FIGURE_RUNNING,
	FIGURE_REPORTED, /* earmarked money that is not used yet */
	FIGURE_KIND_GOODS,
	FIGURE_KIND_SERVICES,
	FIGURE_KIND_USES,
	FIGURE__COUNT
};
struct origin {
	struct cents whole[FIGURE__COUNT], public[FIGURE__COUNT];
	struct cents result, public_result; /* income less charges */
	struct dedicated_term dedicated;    /* of the public, all earmarks together */
};

/* Of the terms before, N-1 and N; the others are zero. */
MUST_USE enum err origin_read(const struct accounts *accounts,
			      struct origin ret_origin[TERM__COUNT], struct fault *fault);

/* ---- the models' tables (origin_rows.def) ---- */

enum origin_block { BLOCK_INCOME, BLOCK_CHARGES, BLOCK_KIND_INCOME, BLOCK_KIND_USES };

struct origin_row {
	enum origin_block block;
	const char *number;
	bool is_group;    /* the sum of the lines that follow, if some do */
	unsigned figures; /* bits of enum figure */
	const char *label[LANG__COUNT];
};

struct origin_table {
	const char *id;
	enum msg title;
	enum origin_block block;
	const struct origin_row *rows;
	size_t count;
	bool with_whole; /* all, beside what is the public's */
};

/* N, and N-1 beside it. */
MUST_USE enum err origin_put(const struct origin_table *shape,
			     const struct origin origins[TERM__COUNT],
			     struct document *doc, struct fault *fault);

#endif
