/*
 * batch_bad.h - what is wrong in a batch that was sent, place by place.
 *
 * Who mends a payroll export wants to see every bad row at once: where it is,
 * which member, why, and what to do. A flaw is one of a closed list of
 * sentences, so that a value that was refused, which may be personal data,
 * has no way into an answer or a log.
 *
 *  (1) Nothing of what was sent is kept here but a member's name, and only where
 *      it is one of ours, a known word of payroll, or letters and '_' alone.
 *  (2) The list is bounded; what does not fit is counted.
 */
#ifndef ARRONDI_GATEWAY_BATCH_BAD_H
#define ARRONDI_GATEWAY_BATCH_BAD_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

#define BATCH_BAD_LISTED_MAX   1000
#define BATCH_MEMBER_BYTES_MAX 31
#define BATCH_WHERE_BYTES      64 /* with its NUL, and so below */
#define BATCH_REASON_BYTES     128

/* BATCH_FLAW(id, reason, remedy) */
#define BATCH_FLAWS(BATCH_FLAW)                                                          \
	BATCH_FLAW(MISSING, "is missing", "send it")                                     \
	BATCH_FLAW(UNKNOWN, "is not a member that may be sent here", "leave it out")     \
	BATCH_FLAW(TWICE, "is there twice", "send it once")                              \
	BATCH_FLAW(NOT_TEXT, "is not a text", "send it as a JSON string")                \
	BATCH_FLAW(NOT_LIST, "is not a list", "send it as a JSON array")                 \
	BATCH_FLAW(NOT_OBJECT, "is not an object", "send it as a JSON object")           \
	BATCH_FLAW(SYNTAX, "has not the syntax of its kind",                             \
		   "see the description of this member in /openapi.json")                \
	BATCH_FLAW(NO_ROWS, "there is no row at all", "send at least one row")           \
	BATCH_FLAW(UTF16, "the file is in UTF-16", "save it as UTF-8 or ISO 8859-15")    \
	BATCH_FLAW(HEADER, "the first line names no two columns",                        \
		   "put the columns' names there, separated by ';', ',' or a tab")       \
	BATCH_FLAW(COLUMN, "a column that may not be sent",                              \
		   "leave this column out of the export; only pseudonyms and "           \
		   "amounts may be sent")                                                \
	BATCH_FLAW(COLUMN_MISSING, "a column is missing", "add this column")             \
	BATCH_FLAW(COLUMN_TWICE, "a column is there twice", "leave one of them out")     \
	BATCH_FLAW(FIELDS, "the line has more or fewer fields than the first line",      \
		   "give each column one field; quote a field that holds the separator") \
	BATCH_FLAW(QUOTE, "a quoted field does not end where it should",                 \
		   "close the quote, and write a quote inside as two")                   \
	BATCH_FLAW(NIR, "is or holds a NIR (social security number)",                    \
		   "send the payroll number; a NIR must never be sent")                  \
	BATCH_FLAW(EMAIL, "is an e-mail address", "send the payroll number instead")     \
	BATCH_FLAW(NAME, "looks like a name", "send the payroll number instead")         \
	BATCH_FLAW(LONG, "is longer than 32 characters", "send a shorter reference")     \
	BATCH_FLAW(BLANK, "holds a blank", "remove the blanks around and inside it")     \
	BATCH_FLAW(CHARACTERS, "holds a character that may not be there",                \
		   "use letters without accents, digits, '.', '_' and '-'")              \
	BATCH_FLAW(NUMBER, "is not an amount",                                           \
		   "write digits, a comma or point and two digits; no blank, sign "      \
		   "or currency")                                                        \
	BATCH_FLAW(CENTS, "is not a whole number of cents",                              \
		   "send an integer without fraction or exponent")                       \
	BATCH_FLAW(DECIMALS, "has more than two decimals", "send whole cents")           \
	BATCH_FLAW(NEGATIVE, "is negative",                                              \
		   "send 0 or more; what was sent wrongly is mended by a correction")    \
	BATCH_FLAW(STEP, "the round-up is not below the rounding step",                  \
		   "send what is below the step here, and the rest as extra")            \
	BATCH_FLAW(CAP, "the row gives more than one row may",                           \
		   "check the amounts; larger sums are gifts of their own")              \
	BATCH_FLAW(FUND, "is not a fund of the foundation",                              \
		   "use an id that /v1/funds lists, or leave it empty")                  \
	BATCH_FLAW(GIVER, "is not a kind of giver",                                      \
		   "send person, company or seller (particulier, entreprise, vendeur)")  \
	BATCH_FLAW(DAY, "is not a day", "send YYYY-MM-DD")                               \
	BATCH_FLAW(PERIOD, "is a day outside the batch's period",                        \
		   "send each month's tills as a batch of that period")                  \
	BATCH_FLAW(OTHER, "is not what the batch that is corrected has",                 \
		   "send the batch's own; rows of another one are a batch of its own")   \
	BATCH_FLAW(CLAIM, "the same claim stands before in this batch",                  \
		   "remove one of the two; tell payslips of one donor apart by slip")    \
	BATCH_FLAW(CONSENT_LATE, "is a day after the collection",                        \
		   "send the day on which the donor consented, or leave the row out")    \
	BATCH_FLAW(WITHDRAWN, "its donor has withdrawn the consent",                     \
		   "leave the row out; a new consent is stated by its day")              \
	BATCH_FLAW(ENDED, "its donor's consent has ended",                               \
		   "leave the row out; a new consent is stated by its day")              \
	BATCH_FLAW(TERMS, "its donor has consented to other terms",                      \
		   "state the day of the consent to these terms")                        \
	BATCH_FLAW(FORGOTTEN, "its donor has asked to be forgotten",                     \
		   "leave the row out, and collect nothing from this donor")

enum batch_flaw {
#define BATCH_FLAW(id, reason, remedy) BATCH_FLAW_##id,
	BATCH_FLAWS(BATCH_FLAW)
#undef BATCH_FLAW
		BATCH_FLAW__COUNT
};

/* What `at` counts. */
enum batch_place {
	BATCH_PLACE_PARAMETER, /* nothing: a parameter of the request's address */
	BATCH_PLACE_BODY,      /* nothing: a member of the JSON body itself */
	BATCH_PLACE_LINE,      /* lines of a CSV body; its header is line 1 */
	BATCH_PLACE_ROW,       /* members of the JSON list "rows", from 0 */
};

struct batch_bad {
	enum batch_place place;
	enum batch_flaw flaw;
	uint32_t at;
	char member[BATCH_MEMBER_BYTES_MAX + 1]; /* "" where it is the whole */
};

/* Zeroes are an empty list. */
struct batch_bad_list {
	struct batch_bad *bad; /* owned; the first BATCH_BAD_LISTED_MAX */
	size_t listed;
	size_t count; /* all of them */
	size_t rows;  /* lines or rows among their places */
	uint32_t last_at;
};

void batch_bad_list_release(struct batch_bad_list *list);

/* Adds one, in ascending order of `at`. member is cut to its bound. ERR_MEMORY. */
MUST_USE enum err batch_bad_list_add(struct batch_bad_list *list, enum batch_place place,
				     uint32_t at, struct slice member,
				     enum batch_flaw flaw);

/* A name from outside that may be told: [A-Za-z_]{1,31}, so that it is no number of
 * a person; empty otherwise. */
struct slice batch_clean_name(struct slice name);

/* ERR_OK where the list is empty; else ERR_INVALID with a sentence that counts
 * them and tells the first. */
MUST_USE enum err batch_bad_list_check(const struct batch_bad_list *list,
				       struct fault *fault);

/* "line 3"; a JSON pointer such as "/rows/3/roundup_cents"; "parameter period". */
void batch_bad_where(const struct batch_bad *bad, char ret_text[BATCH_WHERE_BYTES]);

/* "a column that may not be sent: net a payer"; "is negative". */
void batch_bad_reason(const struct batch_bad *bad, char ret_text[BATCH_REASON_BYTES]);

const char *batch_bad_remedy(const struct batch_bad *bad);

#endif
