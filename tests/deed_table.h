/*
 * deed_table.h - what there is to do (deed.h says how it is done).
 */
#ifndef ARRONDI_TESTS_DEED_TABLE_H
#define ARRONDI_TESTS_DEED_TABLE_H

#include "tests/stage.h"

#define DEED_GROUP_MAX  300
#define DEED_TEXT_BYTES 8000

enum deed_where {
	DEED_ON_LEDGER, /* which is open */
	DEED_ON_FOLDER, /* which nobody has open */
};

struct deed {
	const char *name;
	enum deed_where where;
	unsigned entries; /* that it appends */
	bool is_scenery;  /* of no interest itself */

	/* An entry's submitter and members: @name is the position of that deed's entry,
	 * $day today, $month the month before, $later a day to come. Of several entries
	 * the members are the same but for the reference. */
	const char *by, *members;
	/* Or what writes the members, or what makes the whole. */
	void (*write)(struct stage *stage, const struct deed *deed,
		      char ret_members[DEED_TEXT_BYTES]);
	void (*make)(struct stage *stage, const struct deed *deed, struct asked *ret);

	/* What it needs, from a sound disk; then what it does: before its entries are
	 * submitted, where it has some. Each may be NULL. */
	void (*arrange)(struct stage *stage);
	enum err (*run)(struct stage *stage);
	/* Whether it is done, where that is no entry. The ledger is open. */
	bool (*is_done)(struct stage *stage);
	/* What it makes, of which a failure must leave nothing, and which is not made
	 * twice. */
	enum deed_makes {
		DEED_MAKES_NOTHING,
		DEED_MAKES_OUT,
		DEED_MAKES_FILE,
		DEED_MAKES_OTHER
	} makes;
};

extern const struct deed deeds[];
extern const unsigned deed_count;

#endif
