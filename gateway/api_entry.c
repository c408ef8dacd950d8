/*
 * api_entry.c - POST of one entry as JSON, and the decision on a proposal.
 *
 * The path says the kind, so the body need not; what else a draft may hold is
 * judged by the table of kinds, and what it may do by the rules, both in the writer.
 */
#include <inttypes.h>

#include "gateway/api_int.h"
#include "ledger/intake.h"
#include "ledger/reference.h"

static enum err kind_set(struct api_call *call, struct json *draft, struct fault *fault)
{
	const char *name = kind_def(call->route->kind)->name;
	const struct json *said = json_get(draft, "kind");

	if (said && (said->type != JSON_TEXT || !slice_equal_text(said->text, name)))
		return fault_set(fault, ERR_INVALID,
				 "this path takes entries of the kind '%s': leave 'kind' "
				 "out, or say that one",
				 name);
	(void)json_add_cstring(call->doc, draft, "kind", name);
	return ERR_OK;
}

/* Reads a JSON object, which may be an empty body where there is no need of one. */
static enum err object_read(struct api_call *call, bool may_be_empty,
			    struct json **ret_draft, struct fault *fault)
{
	struct slice body = http_request_body(call->request);
	enum err err;

	call->doc = json_doc_new();
	if (!call->doc)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	if (may_be_empty && !body.n) {
		*ret_draft = json_new(call->doc, JSON_OBJECT);
		return *ret_draft ? ERR_OK
				  : fault_set(fault, ERR_MEMORY, "out of memory");
	}
	err = intake_parse(call->doc, body, ret_draft, fault);
	if (!err && (*ret_draft)->type != JSON_OBJECT)
		err = fault_set(fault, ERR_INVALID, "the body is not a JSON object");
	return err;
}

enum err draft_submit(struct api_call *call, struct json *draft, struct fault *fault)
{
	if (json_doc_err(call->doc))
		return fault_set(fault, json_doc_err(call->doc),
				 "the draft is past a limit");
	call->submission.by = slice_of_text(call->caller.member);
	call->submission.doc = call->doc;
	call->submission.draft = draft;
	return ERR_OK;
}

static bool is_json(const struct api_call *call)
{
	return strcmp(http_request_content_type(call->request), "application/json") == 0;
}

/* The proposal stands in the path; the body may only repeat it. */
static enum err proposal_set(struct api_call *call, struct json *draft,
			     struct fault *fault)
{
	const struct json *said = json_get(draft, "proposal");
	uint64_t position;
	enum err err = call_position(call, 0, &position, fault);

	if (!err && said &&
	    (said->type != JSON_INTEGER || said->integer != (int64_t)position))
		err = fault_set(fault, ERR_INVALID,
				"the body names another proposal than the address");
	if (!err)
		(void)json_add_integer(call->doc, draft, "proposal", (int64_t)position);
	return err;
}

enum err route_entry_draft(struct api_call *call, struct ledger *ledger,
			   struct http_reply *reply, struct fault *fault)
{
	const struct json *ref;
	struct json *draft;
	struct slice key;
	enum err err;

	(void)ledger; /* the writer judges */
	if (!is_json(call)) {
		call_refuse_type(call, reply, "application/json");
		return ERR_OK;
	}
	err = call_dry_run(call, fault);
	if (!err)
		err = object_read(call, false, &draft, fault);
	if (!err)
		err = kind_set(call, draft, fault);
	if (!err && call->variable[0].p)
		err = proposal_set(call, draft, fault);
	if (err)
		return err;
	ref = json_get(draft, "ref");
	err = call_idempotency(call, ref ? &ref->text : NULL, &key, fault);
	if (!err && !ref && key.n)
		(void)json_add_text(call->doc, draft, "ref", key);
	return err ? err : draft_submit(call, draft, fault);
}

/* A proposal has one decision, so its position is a reference; it may be deferred before,
 * to a day each time. */
static enum err decision_ref(struct api_call *call, struct json *draft,
			     struct fault *fault)
{
	const struct json *ref = json_get(draft, "ref");
	char made[REF_BYTES_MAX + 1];
	struct slice key;
	enum err err = call_idempotency(call, ref ? &ref->text : NULL, &key, fault);

	if (err || ref)
		return err;
	if (!key.n) {
		const struct json *to = json_get(draft, "defer_to");
		struct slice day =
			to && to->type == JSON_TEXT ? to->text : slice_of("", 0);

		(void)snprintf(made, sizeof made, "%s-%" PRId64 "%s%.*s",
			       day.n ? "DEFERRAL" : "DECISION",
			       json_get(draft, "proposal")->integer, day.n ? "-" : "",
			       day.n < 11 ? (int)day.n : 0, (const char *)day.p);
		key = slice_of_text(made);
	}
	(void)json_add_text(call->doc, draft, "ref", key);
	return ERR_OK;
}

enum err route_decision_draft(struct api_call *call, struct ledger *ledger,
			      struct http_reply *reply, struct fault *fault)
{
	bool is_empty = http_request_body(call->request).n == 0;
	struct json *draft;
	enum err err;

	(void)ledger; /* the writer judges */
	if (!is_empty && !is_json(call)) {
		call_refuse_type(call, reply, "application/json");
		return ERR_OK;
	}
	err = call_dry_run(call, fault);
	if (!err)
		err = object_read(call, true, &draft, fault);
	if (!err)
		err = kind_set(call, draft, fault);
	if (!err)
		err = proposal_set(call, draft, fault);
	if (!err)
		err = decision_ref(call, draft, fault);
	return err ? err : draft_submit(call, draft, fault);
}

/* What the collector writes on its transfer. */
static void put_reference(struct json_writer *json, uint64_t position)
{
	char reference[REFERENCE_TEXT_BYTES], printed[REFERENCE_PRINTED_BYTES];

	reference_of_position(position, reference);
	reference_print(reference, printed);
	json_put_text(json, "transfer_reference", reference);
	json_put_text(json, "transfer_reference_printed", printed);
}

enum err route_entry_answer(struct api_call *call, struct ledger *ledger,
			    struct http_reply *reply, struct fault *fault)
{
	const struct submission *submission = &call->submission;
	struct json_writer json;

	(void)ledger; /* the submission holds all that is said */
	reply_json(reply, &json);
	json_put_bool(&json, "dry_run", call->is_dry_run);
	json_put_bool(&json, "repeated", submission->repeated);
	if (!call->is_dry_run || submission->repeated) {
		json_put_integer(&json, "position", (int64_t)submission->position);
		if (call->route->kind == KIND_remittance)
			put_reference(&json, submission->position);
		json_put_slice(&json, "checkpoint", buffer_slice(&call->checkpoint));
		http_reply_header(reply, "Location", "/v1/entries/%" PRIu64,
				  submission->position);
	}
	if (!call->is_dry_run && !submission->repeated)
		reply->status = 201;
	json_put_json(&json, "entry", buffer_slice(&submission->entry));
	return reply_json_end(&json, fault);
}
