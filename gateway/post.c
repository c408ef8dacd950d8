/*
 * post.c - a company posts a batch: checked, sent, and the answer verified.
 */
#include "gateway/post.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/post_exchange.h"
#include "gateway/post_problem.h"
#include "gateway/post_state.h"
#include "keys/encoding.h"
#include "keys/file.h"
#include "keys/token.h"

#define TOKEN_FILE_BYTES_MAX 256
#define STEP_CHARS           24

void post_result_init(struct post_result *result)
{
	*result = (struct post_result){ .is_answered = false };
	buffer_init(&result->bad_rows, POST_LIST_BYTES_MAX);
	post_receipt_init(&result->receipt);
	post_seal_init(&result->seal);
}

void post_result_release(struct post_result *result)
{
	buffer_release(&result->bad_rows);
	post_receipt_release(&result->receipt);
	post_seal_release(&result->seal);
}

bool post_is_signed(const struct post_result *result)
{
	return result->seal.is_made &&
	       slice_equal(buffer_slice(&result->seal.note),
			   buffer_slice(&result->receipt.manifest));
}

/* ---- what is asked ---- */

/* The token stands alone in its file, perhaps with a line's end. */
static enum err token_read(const char *path, char ret_token[TOKEN_TEXT_BYTES + 1],
			   struct fault *fault)
{
	struct buffer bytes;
	struct hash unused;
	size_t n;
	enum err err;

	buffer_init(&bytes, TOKEN_FILE_BYTES_MAX);
	err = file_read_secret(path, TOKEN_FILE_BYTES_MAX, &bytes, fault);
	if (err == ERR_NOT_FOUND)
		err = fault_set(fault, ERR_IO, "token file '%s' does not exist", path);
	n = bytes.n;
	while (!err && n > 0 && (bytes.p[n - 1] == '\n' || bytes.p[n - 1] == '\r'))
		n--;
	if (!err && (n != TOKEN_TEXT_BYTES ||
		     token_parse_hash(slice_of(bytes.p, n), &unused, NULL) != ERR_OK))
		err = fault_set(fault, ERR_USAGE,
				"token file '%s' holds no token: put what the foundation "
				"gave you into it, " TOKEN_PREFIX "...",
				path);
	if (!err) {
		memcpy(ret_token, bytes.p, n);
		ret_token[n] = '\0';
	}
	buffer_release_secret(&bytes);
	return err;
}

static void batch_url(const struct post_options *options, bool is_dry_run,
		      struct buffer *url)
{
	static const struct {
		const char *name;
		enum post_word word;
	} members[] = {
		{ "source", POST_SOURCE },       { "period", POST_PERIOD },
		{ "terms", POST_TERMS },         { "collected_on", POST_COLLECTED_ON },
		{ "reference", POST_REFERENCE }, { "site", POST_SITE },
		{ "reason", POST_REASON },       { "company", POST_COMPANY },
	};
	bool is_first = true;
	char step[STEP_CHARS];

	post_url_put(&options->url, "/v1/batches", url);
	if (options->word[POST_CORRECTS])
		(void)buffer_printf(url, "/%" PRIu64 "/correction", options->corrects);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (options->word[members[i].word])
			post_url_put_parameter(url, &is_first, members[i].name,
					       options->word[members[i].word]);
	snprintf(step, sizeof step, "%" PRId64, cents_value(options->step));
	post_url_put_parameter(url, &is_first, "step_cents", step);
	if (is_dry_run)
		post_url_put_parameter(url, &is_first, "dry_run", "1");
}

/* A request whose answer must be JSON. */
static enum err ask_json(const struct post_session *session,
			 const struct post_request *form, const struct buffer *url,
			 bool without_retries, struct post_response *response,
			 struct fault *fault)
{
	struct post_request request = *form;
	enum err err = buffer_check(url, "the address", fault);

	if (err)
		return err;
	request.url = buffer_text(url);
	request.is_plain = session->options->url.is_plain;
	request.token = session->token;
	request.ca = session->options->word[POST_CA];
	return post_exchange(session, &request, without_retries, response, fault);
}

/* ---- what is answered ---- */

static enum err err_of_status(unsigned status)
{
	switch (status) {
	case 401:
		return ERR_UNKNOWN;
	case 403:
		return ERR_DENIED;
	case 404:
		return ERR_NOT_FOUND;
	case 409:
		return ERR_CONFLICT;
	case 413:
		return ERR_TOO_BIG;
	case 422:
		return ERR_RULE;
	}
	return status >= 400 && status <= 499 ? ERR_INVALID : ERR_IO;
}

/* ERR_OK for 200 and 201 with JSON; else what the server says. */
static enum err response_check(const struct post_response *response,
			       struct buffer *bad_rows, struct fault *fault)
{
	char sentence[POST_SENTENCE_BYTES];
	bool is_json = strcmp(response->media, "application/json") == 0;

	if ((response->status == 200 || response->status == 201) && is_json)
		return ERR_OK;
	if (post_problem_read(buffer_slice(&response->body), bad_rows, sentence, NULL) ==
	    ERR_OK)
		return fault_set(fault, err_of_status(response->status),
				 "the server refuses this (%u): %s", response->status,
				 sentence);
	if (response->status >= 300 && response->status <= 399)
		return fault_set(fault, ERR_IO,
				 "the server answers with a redirect (%u), which is not "
				 "followed: correct --url",
				 response->status);
	return fault_set(fault, ERR_IO,
			 "what answers at this address (%u, %s) is not a gateway of "
			 "Arrondi: correct --url",
			 response->status,
			 response->media[0] ? response->media : "no content type");
}

/* That the server has booked the file, and not something like it. Only a correction
 * has rows that were not sent: those of donors who were forgotten. */
static enum err sums_check(const struct post_session *session,
			   const struct post_result *result, struct fault *fault)
{
	const struct post_receipt *receipt = &result->receipt;
	char ours[CENTS_TEXT_BYTES], theirs[CENTS_TEXT_BYTES];
	bool may_keep = session->options->word[POST_CORRECTS] != NULL;
	struct cents due;

	if (cents_add(result->sum.total, receipt->kept_sum, &due) == ERR_OK &&
	    receipt->kept <= receipt->count &&
	    receipt->count - receipt->kept == result->sum.count &&
	    receipt->zero == result->sum.zero &&
	    cents_cmp(receipt->total_sum, due) == 0 && (may_keep || !receipt->kept))
		return ERR_OK;
	cents_format(result->sum.total, '.', ours);
	cents_format(receipt->total_sum, '.', theirs);
	return fault_set(fault, ERR_CORRUPT,
			 "the server did not book this file: %" PRIu64
			 " rows and %s EUR were sent, it answers %" PRIu64
			 " rows and %s EUR",
			 result->sum.count, ours, receipt->count, theirs);
}

/* ---- the checkpoint ---- */

static enum err proof_fetch(const struct post_session *session,
			    const struct checkpoint *before, const struct checkpoint *now,
			    struct merkle_proof *ret_proof, struct fault *fault)
{
	struct post_response response;
	struct buffer url, ignored;
	enum err err;

	post_response_init(&response);
	buffer_init(&ignored, POST_LIST_BYTES_MAX);
	buffer_init(&url, POST_TARGET_BYTES_MAX);
	post_url_put(&session->options->url, "/v1/consistency", &url);
	(void)buffer_printf(&url, "?from=%" PRIu64 "&to=%" PRIu64, before->size,
			    now->size);
	err = ask_json(session, &(struct post_request){ .media = NULL }, &url, false,
		       &response, fault);
	if (!err)
		err = response_check(&response, &ignored, fault);
	if (!err)
		err = post_consistency_read(buffer_slice(&response.body), before->size,
					    now->size, ret_proof, fault);
	if (err)
		(void)fault_prefix(fault, "no proof that the log has only grown");
	buffer_release(&url);
	buffer_release(&ignored);
	post_response_release(&response);
	return err;
}

static enum err checkpoint_read(const struct post_options *options,
				const struct post_receipt *receipt,
				struct checkpoint *ret_now, struct fault *fault)
{
	/* A correction is paid with its batch's reference. */
	uint64_t named, owed_at = options->word[POST_CORRECTS] ? options->corrects
							       : receipt->position;
	enum err err = checkpoint_open(buffer_slice(&receipt->checkpoint), &options->vkey,
				       NULL, 0, NULL, ret_now, fault);

	if (err) {
		(void)fault_prefix(fault, "the answer's checkpoint does not stand up "
					  "to --vkey");
		if (err == ERR_UNKNOWN)
			post_key_explain(buffer_slice(&receipt->checkpoint),
					 &options->vkey, fault);
		return err;
	}
	if (ret_now->size <= receipt->position)
		return fault_set(fault, ERR_CORRUPT,
				 "the answer's checkpoint, of size %" PRIu64
				 ", does not cover position %" PRIu64,
				 ret_now->size, receipt->position);
	if (receipt->reference[0] &&
	    (reference_parse(slice_of_text(receipt->reference), &named) != ERR_OK ||
	     named != owed_at))
		return fault_set(fault, ERR_CORRUPT,
				 "the transfer's reference is not that of position "
				 "%" PRIu64,
				 owed_at);
	return ERR_OK;
}

/* The log's key may have changed. What the server cannot prove of that is not said, and
 * is no reason to fail: our key has signed. */
static void key_fetch(const struct post_session *session, struct slice note,
		      struct post_key *key)
{
	struct post_response response;
	struct buffer url, ignored;

	post_key_look(note, &session->options->vkey, key);
	if (!key->is_other)
		return;
	post_response_init(&response);
	buffer_init(&ignored, POST_LIST_BYTES_MAX);
	buffer_init(&url, POST_TARGET_BYTES_MAX);
	post_url_put(&session->options->url, "/v1/log-key", &url);
	if (ask_json(session, &(struct post_request){ .media = NULL }, &url, true,
		     &response, NULL) == ERR_OK &&
	    response_check(&response, &ignored, NULL) == ERR_OK &&
	    post_key_read(buffer_slice(&response.body), &session->options->vkey, note,
			  key, NULL) != ERR_OK)
		key->is_proved = false;
	buffer_release(&url);
	buffer_release(&ignored);
	post_response_release(&response);
}

/* The log of the last run must be the beginning of this one. */
static enum err log_check(const struct post_session *session, struct post_state *state,
			  struct post_result *result, struct fault *fault)
{
	struct slice note = buffer_slice(&result->receipt.checkpoint);
	struct merkle_proof proof = { .n_hashes = 0 };
	enum err err =
		checkpoint_read(session->options, &result->receipt, &result->now, fault);

	result->has_before = state->is_known;
	result->before = state->before;
	if (!err && post_state_needs_proof(state, &result->now))
		err = proof_fetch(session, &state->before, &result->now, &proof, fault);
	if (err)
		return err;
	err = post_state_check(state, &result->now, &proof, fault);
	if (err == ERR_CORRUPT) {
		struct fault trouble;

		if (post_state_accuse(state, note, &trouble) != ERR_OK)
			(void)fault_prefix(fault, "%s", trouble.text);
		return err;
	}
	if (err)
		return err;
	key_fetch(session, note, &result->key);
	return post_state_store(state, note, fault);
}

/* ---- the course of things ---- */

static enum err funds_fetch(const struct post_session *session, bool without_retries,
			    struct post_funds *ret_funds, struct fault *fault)
{
	struct post_response response;
	struct buffer url, ignored;
	enum err err;

	post_response_init(&response);
	buffer_init(&ignored, POST_LIST_BYTES_MAX);
	buffer_init(&url, POST_TARGET_BYTES_MAX);
	post_url_put(&session->options->url, "/v1/funds", &url);
	err = ask_json(session, &(struct post_request){ .media = NULL }, &url,
		       without_retries, &response, fault);
	if (!err)
		err = response_check(&response, &ignored, fault);
	if (!err)
		err = post_funds_read(buffer_slice(&response.body), ret_funds, fault);
	buffer_release(&url);
	buffer_release(&ignored);
	post_response_release(&response);
	return err;
}

static enum err file_check(const struct post_session *session, struct slice body,
			   struct post_result *result, struct fault *fault)
{
	struct post_funds funds = { .count = 0 };
	enum err err = post_file_check(session->options, body, &funds, &result->bad_rows,
				       &result->sum, fault);

	if (err != ERR_INVALID)
		return err;
	/* Names every bad row at once: the server is asked for its funds, if it can be.
	 */
	if (funds_fetch(session, true, &funds, NULL) == ERR_OK) {
		buffer_clear(&result->bad_rows);
		err = post_file_check(session->options, body, &funds, &result->bad_rows,
				      &result->sum, fault);
	} else {
		(void)buffer_put_text(&result->bad_rows,
				      "(the names of funds could not be checked)\n");
	}
	return fault_set(fault, err ? err : ERR_INVALID,
			 "the file is refused whole, and nothing was sent");
}

/* Signs the totals that the file comes to with the foundation's funds. */
static enum err file_sign(const struct post_session *session, struct slice body,
			  struct post_result *result, struct fault *fault)
{
	struct post_funds funds = { .count = 0 };
	enum err err = funds_fetch(session, false, &funds, fault);

	if (!err && !funds.default_id[0])
		err = fault_set(fault, ERR_INVALID,
				"the server does not say which fund is the default one");
	if (!err)
		err = post_file_check(session->options, body, &funds, &result->bad_rows,
				      &result->sum, fault);
	if (err) {
		(void)fault_prefix(fault, "nothing was signed or sent");
		return err;
	}
	return post_seal_make(session->options, &result->sum, body, &result->seal, fault);
}

/* That what is booked carries the signature; what was booked before may not. */
static enum err seal_check(const struct post_result *result, struct fault *fault)
{
	if (!result->seal.is_made || result->receipt.is_repeated ||
	    post_is_signed(result))
		return ERR_OK;
	return fault_set(fault, ERR_CORRUPT,
			 "the server took the batch without the company's signature");
}

static enum err send(const struct post_session *session, struct slice body,
		     bool is_dry_run, struct post_result *result,
		     struct post_receipt *receipt, struct fault *fault)
{
	struct post_request form = { .media = "text/csv",
				     .body = body,
				     .fields = result->seal.is_made ? result->seal.fields
								    : NULL,
				     .on_sent = session->watch->on_sent,
				     .on_sent_ctx = session->watch->ctx };
	struct post_response response;
	struct buffer url;
	enum err err;

	post_response_init(&response);
	buffer_init(&url, POST_TARGET_BYTES_MAX);
	batch_url(session->options, is_dry_run, &url);
	err = ask_json(session, &form, &url, false, &response, fault);
	if (err == ERR_IO && !is_dry_run) {
		struct fault why = *fault;

		(void)fault_set(
			fault, ERR_IO,
			"%.200s; whether the batch was recorded is not known: run "
			"the same command again, it is never booked twice",
			why.text);
	}
	if (!err)
		err = response_check(&response, &result->bad_rows, fault);
	if (!err)
		err = post_receipt_read(buffer_slice(&response.body), receipt, fault);
	if (!err && !is_dry_run && !receipt->is_booked)
		err = fault_set(fault, ERR_INVALID,
				"the server's answer has no position or no checkpoint");
	buffer_release(&url);
	post_response_release(&response);
	return err;
}

/* Before a correction is sent, the server says what it would change. */
static enum err changes_show(const struct post_session *session, struct slice body,
			     struct post_result *result, struct fault *fault)
{
	struct post_receipt tried;
	enum err err;

	post_receipt_init(&tried);
	err = send(session, body, true, result, &tried, fault);
	if (!err && tried.has_changes && session->watch->on_changes)
		session->watch->on_changes(session->watch->ctx, &tried);
	post_receipt_release(&tried);
	return err;
}

static enum err run(const struct post_session *session, struct slice body,
		    struct post_result *result, struct fault *fault)
{
	const struct post_options *options = session->options;
	struct post_state state;
	enum err err = file_check(session, body, result, fault);

	if (!err && options->word[POST_KEY])
		err = file_sign(session, body, result, fault);
	if (!err)
		err = post_state_open(options->word[POST_STATE], &options->vkey, &state,
				      fault);
	if (err)
		return err;
	if (options->word[POST_CORRECTS] && !options->is_dry_run)
		err = changes_show(session, body, result, fault);
	if (!err)
		err = send(session, body, options->is_dry_run, result, &result->receipt,
			   fault);
	result->is_answered = !err;
	if (!err)
		err = sums_check(session, result, fault);
	if (!err)
		err = seal_check(result, fault);
	if (!err && !options->is_dry_run)
		err = log_check(session, &state, result, fault);
	post_state_close(&state);
	return err;
}

enum err post_run(const struct post_options *options, struct slice body,
		  const struct post_watch *watch, struct post_result *result,
		  struct fault *fault)
{
	struct post_session session = { .options = options, .watch = watch };
	char token[TOKEN_TEXT_BYTES + 1];
	enum err err = token_read(options->word[POST_TOKEN_FILE], token, fault);

	if (err)
		return err;
	session.token = token;
	err = post_client_new(&session.client, fault);
	if (!err)
		err = run(&session, body, result, fault);
	post_client_free(session.client);
	bytes_wipe(token, sizeof token);
	return err;
}
