/*
 * hook_rig.h - an endpoint to be tried, and what a delivery tells, as lines of text.
 *
 * A line is a movement, the first with object, parent or -, amount and day:
 *
 *	donation ch_1 - 25.00 2027-01-15
 *	refund-failed re_1 ch_1 5.00 2027-01-16 if-booked
 *	refund tr_1 tr_1 5.00 2027-01-16 total
 *	fee txn_1 ch_1 GET /v1/balance_transactions/txn_1
 *	donation ch_1 - ! its currency is not the euro
 *
 * (total: cumulative; GET: wanted; !: parked) and then "ignored N" and "unknown N", where
 * there are any. An error is "invalid: SENTENCE".
 */
#ifndef ARRONDI_TESTS_HOOK_RIG_H
#define ARRONDI_TESTS_HOOK_RIG_H

#include "gateway/hook.h"
#include "keys/buffer.h"

struct hook_rig {
	struct hook_endpoint endpoint; /* may be changed */
	struct movements movements;    /* of the last reading */
	struct buffer text;
};

void hook_rig_init(struct hook_rig *rig, const char *adapter, enum hook_environment env);
void hook_rig_release(struct hook_rig *rig);

/* Reads a body, or what was fetched for the i-th movement of the last reading. */
void hook_rig_read(struct hook_rig *rig, struct slice body);
void hook_rig_fetch(struct hook_rig *rig, size_t i, struct slice body);

/* Reads a page of a list, and gives its cursor. */
void hook_rig_list(struct hook_rig *rig, struct slice body,
		   char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1]);

/* Reads, and fails the test where the lines are others. */
void hook_rig_tells(struct hook_rig *rig, const char *body, const char *lines);
void hook_rig_fetched_tells(struct hook_rig *rig, size_t i, const char *body,
			    const char *lines);

/* Fails where the last lines are others. */
void hook_rig_told(const struct hook_rig *rig, const char *lines);

/* As a file of the third parties' samples, or the test is skipped. */
void hook_rig_sample_tells(struct hook_rig *rig, const char *name, const char *lines);

/* Verifies a delivery with these lines of the head ("Name: value", ended by NULL), and
 * fails the test where the answer is another: "200", or the status and the fault's
 * sentence, "400 the body is empty". */
void hook_rig_answers(struct hook_rig *rig, const char *const *head, const char *body,
		      int64_t now_s, const char *answer);

#endif
