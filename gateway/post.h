/*
 * post.h - a company posts a batch: checked, sent, and the answer verified.
 *
 *	the file is judged here        nothing leaves the company if a row is bad
 *	with --key it is signed        what the file comes to, computed here
 *	a correction is tried first    and what it would change is shown
 *	POST /v1/batches               again with the same reference until answered
 *	the sums are compared          the server booked what the file says
 *	the checkpoint is verified     signed by the log's key, and covers the batch
 *	GET /v1/consistency            the log contains the one of the last run
 *	GET /v1/log-key                where another key signs, too: which is in force
 *	the state file moves on
 */
#ifndef ARRONDI_GATEWAY_POST_H
#define ARRONDI_GATEWAY_POST_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/post_answer.h"
#include "gateway/post_file.h"
#include "gateway/post_key.h"
#include "gateway/post_options.h"
#include "gateway/post_seal.h"
#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/checkpoint.h"

#define POST_LIST_BYTES_MAX ((size_t)1024 * 1024)

/* Told of what goes on; any of them may be NULL. */
struct post_watch {
	void *ctx;
	void (*on_sent)(void *ctx, uint64_t sent_bytes, uint64_t all_bytes);
	/* Before a wait: `failed` of `tries` have failed, the last for this reason. */
	void (*on_wait)(void *ctx, unsigned failed, unsigned tries, int64_t delay_ms,
			const char *why);
	/* What a correction will change, before it is sent. */
	void (*on_changes)(void *ctx, const struct post_receipt *tried);
};

struct post_result {
	struct buffer bad_rows; /* lines for a person, of a refusal */
	struct post_sum sum;
	struct post_receipt receipt;
	struct post_seal seal; /* with --key */
	bool is_answered;      /* the server booked it, or says what it would book */
	bool has_before;       /* there was a checkpoint of an earlier run */
	struct checkpoint before, now;
	struct post_key key; /* another that signs the log */
};

void post_result_init(struct post_result *result);
void post_result_release(struct post_result *result);

/* True when the entry that the server answers with carries this run's signature. */
bool post_is_signed(const struct post_result *result);

/*
 * Posts the file's bytes. ERR_INVALID, ERR_RULE, ERR_CONFLICT, ERR_UNKNOWN, ERR_DENIED,
 * ERR_NOT_FOUND or ERR_TOO_BIG where it is refused, here or by the server; ERR_CORRUPT
 * where the answer is not to be believed; ERR_IO where there was none. Where
 * result->is_answered after a failure, the batch was booked all the same.
 */
MUST_USE enum err post_run(const struct post_options *options, struct slice body,
			   const struct post_watch *watch, struct post_result *result,
			   struct fault *fault);

/* Appends what a correction changes, per fund and giver. */
void post_changes_put(const struct post_receipt *tried, struct buffer *out);

/* Appends what a person wants to know of it. */
void post_summary_put(const struct post_options *options,
		      const struct post_result *result, struct buffer *out);

#endif
