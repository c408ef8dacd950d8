/*
 * batch_bad.c - what is wrong in a batch that was sent, place by place.
 */
#include "gateway/batch_bad.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *reason;
	const char *remedy;
} flaw_texts[] = {
#define BATCH_FLAW(id, reason, remedy) [BATCH_FLAW_##id] = { reason, remedy },
	BATCH_FLAWS(BATCH_FLAW)
#undef BATCH_FLAW
};

void batch_bad_list_release(struct batch_bad_list *list)
{
	free(list->bad);
	*list = (struct batch_bad_list){ 0 };
}

static bool counts_rows(enum batch_place place)
{
	return place == BATCH_PLACE_LINE || place == BATCH_PLACE_ROW;
}

enum err batch_bad_list_add(struct batch_bad_list *list, enum batch_place place,
			    uint32_t at, struct slice member, enum batch_flaw flaw)
{
	struct batch_bad *bad;
	size_t n = member.n < BATCH_MEMBER_BYTES_MAX ? member.n : BATCH_MEMBER_BYTES_MAX;

	if (counts_rows(place) && (list->rows == 0 || at != list->last_at)) {
		list->rows++;
		list->last_at = at;
	}
	list->count++;
	if (list->listed == BATCH_BAD_LISTED_MAX)
		return ERR_OK;
	if (!list->bad)
		list->bad = calloc(BATCH_BAD_LISTED_MAX, sizeof *list->bad);
	if (!list->bad) {
		list->count--;
		return ERR_MEMORY;
	}
	bad = &list->bad[list->listed++];
	*bad = (struct batch_bad){ .place = place, .flaw = flaw, .at = at };
	if (n > 0)
		memcpy(bad->member, member.p, n);
	return ERR_OK;
}

struct slice batch_clean_name(struct slice name)
{
	if (name.n > BATCH_MEMBER_BYTES_MAX)
		return slice_of(NULL, 0);
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_')
			return slice_of(NULL, 0);
	}
	return name;
}

/* "line 4, roundup: is negative": the member is told unless `where` ends in it. */
static void bad_sentence(const struct batch_bad *bad, char *ret_text, size_t text_bytes)
{
	char where[BATCH_WHERE_BYTES], reason[BATCH_REASON_BYTES];
	bool told = bad->place != BATCH_PLACE_LINE || bad->member[0] == '\0' ||
		    bad->flaw == BATCH_FLAW_COLUMN;

	batch_bad_where(bad, where);
	batch_bad_reason(bad, reason);
	snprintf(ret_text, text_bytes, "%s%s%s: %s", where, told ? "" : ", ",
		 told ? "" : bad->member, reason);
}

enum err batch_bad_list_check(const struct batch_bad_list *list, struct fault *fault)
{
	char first[BATCH_WHERE_BYTES + BATCH_MEMBER_BYTES_MAX + BATCH_REASON_BYTES + 8];

	if (list->count == 0)
		return ERR_OK;
	bad_sentence(&list->bad[0], first, sizeof first);
	if (list->count == 1)
		return fault_set(fault, ERR_INVALID, "%s; %s", first,
				 batch_bad_remedy(&list->bad[0]));
	return fault_set(fault, ERR_INVALID,
			 "%zu things in the batch are wrong, rows: %zu; the first is %s",
			 list->count, list->rows, first);
}

void batch_bad_where(const struct batch_bad *bad, char ret_text[BATCH_WHERE_BYTES])
{
	const char *slash = bad->member[0] ? "/" : "";

	switch (bad->place) {
	case BATCH_PLACE_PARAMETER:
		snprintf(ret_text, BATCH_WHERE_BYTES, "parameter %s", bad->member);
		return;
	case BATCH_PLACE_BODY:
		snprintf(ret_text, BATCH_WHERE_BYTES, "%s%s", slash, bad->member);
		return;
	case BATCH_PLACE_LINE:
		snprintf(ret_text, BATCH_WHERE_BYTES, "line %u", bad->at);
		return;
	case BATCH_PLACE_ROW:
		snprintf(ret_text, BATCH_WHERE_BYTES, "/rows/%u%s%s", bad->at, slash,
			 bad->member);
		return;
	}
	abort();
}

void batch_bad_reason(const struct batch_bad *bad, char ret_text[BATCH_REASON_BYTES])
{
	bool named = bad->flaw == BATCH_FLAW_COLUMN ||
		     bad->flaw == BATCH_FLAW_COLUMN_MISSING ||
		     bad->flaw == BATCH_FLAW_COLUMN_TWICE;

	assert(bad->flaw < BATCH_FLAW__COUNT);
	snprintf(ret_text, BATCH_REASON_BYTES, "%s%s%s", flaw_texts[bad->flaw].reason,
		 named ? ": " : "", named ? bad->member : "");
}

const char *batch_bad_remedy(const struct batch_bad *bad)
{
	assert(bad->flaw < BATCH_FLAW__COUNT);
	return flaw_texts[bad->flaw].remedy;
}
