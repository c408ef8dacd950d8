/*
 * post_answer.h - what the gateway says, read with the suspicion that it deserves.
 *
 * Nothing here is believed because the server says it: the numbers are compared with
 * the file's own, and the checkpoint is verified elsewhere. What is printed of an
 * answer has no control characters left, so that a server cannot write on a clerk's
 * screen what it likes. Members that are not known are passed over: a newer gateway
 * may say more.
 */
#ifndef ARRONDI_GATEWAY_POST_ANSWER_H
#define ARRONDI_GATEWAY_POST_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/post_file.h"
#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/date.h"
#include "ledger/merkle.h"
#include "ledger/money.h"
#include "ledger/reference.h"

#define POST_PARTS_MAX      256
#define POST_PART_BYTES_MAX 32 /* of a fund's id, a giver */

/* "total" or "match" of a fund; of a match the giver is "". Of a change also what was
 * and what will be. */
struct post_part {
	char fund[POST_PART_BYTES_MAX + 1];
	char giver[POST_PART_BYTES_MAX + 1];
	struct cents amount;
	struct cents before, after;
};

/* The answer to a batch. A dry run has neither position nor checkpoint. */
struct post_receipt {
	bool is_booked; /* it has a position, and a checkpoint */
	bool is_repeated;
	uint64_t position;
	uint64_t count, zero;
	/* Rows of donors who were forgotten, which a correction does not send and which
	 * stay: they are part of count and of the totals. */
	uint64_t kept;
	struct cents kept_sum;
	struct post_part total[POST_PARTS_MAX];
	struct post_part match[POST_PARTS_MAX];
	size_t total_count, match_count;
	struct cents total_sum, match_sum;
	/* Of a correction that is tried: what it changes, and what becomes credit. */
	bool has_changes;
	struct post_part change[POST_PARTS_MAX];
	size_t change_count;
	struct cents change_sum, credit;
	char due_on[DATE_TEXT_BYTES]; /* "" where it is not said */
	struct cents to_transfer;
	bool has_to_transfer;
	char reference[REFERENCE_TEXT_BYTES]; /* for the transfer; "" where not said */
	struct buffer checkpoint;             /* a signed note */
	struct buffer manifest;               /* of the entry; empty: it is not signed */
};

void post_receipt_init(struct post_receipt *receipt);
void post_receipt_release(struct post_receipt *receipt);

/* Each of the readers: ERR_INVALID where the body is not such an answer, ERR_MEMORY.
 * The receipt is initialised; on failure it is only good for release. */
MUST_USE enum err post_receipt_read(struct slice body, struct post_receipt *receipt,
				    struct fault *fault);

/* {"from":M,"to":N,"hashes":[base64...]} */
MUST_USE enum err post_consistency_read(struct slice body, uint64_t from, uint64_t to,
					struct merkle_proof *ret_proof,
					struct fault *fault);

/* The ids in the list of funds. */
MUST_USE enum err post_funds_read(struct slice body, struct post_funds *ret_funds,
				  struct fault *fault);

#endif
