/*
 * api_batch.c - POST /v1/batches: from what a company sends to one entry.
 *
 * Reading, judging, tagging, encoding and hashing happen here, in a worker; the writer
 * is only handed a draft and a blob.
 *
 *  (1) Nothing is kept of a batch that has a bad row, and each bad row is told.
 *  (2) What the answer says comes from the recorded entry and the books, so that a
 *      repeated request is answered from what was recorded the first time.
 */
#include <assert.h>
#include <inttypes.h>

#include "gateway/api_batch_int.h"
#include "gateway/batch_csv.h"
#include "gateway/json_batch.h"
#include "keys/encoding.h"
#include "ledger/batch_secrets.h"
#include "ledger/reference.h"

void api_batch_free(struct api_batch *batch)
{
	if (!batch)
		return;
	batch_input_release(&batch->input);
	batch_release(&batch->batch);
	free(batch->funds);
	free(batch);
}

/* ---- what the charter says ---- */

static enum err rules_read(struct api_call *call, struct ledger *ledger,
			   struct fault *fault)
{
	struct api_batch *batch = call->batch;
	struct batch_rules *rules = &batch->rules;
	struct books *books;
	size_t count = 0;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	err = query_charter(books, &batch->charter, fault);
	if (!err && !batch->is_correction)
		err = company_begin(call, books, fault);
	if (!err)
		err = query_funds(books, &batch->funds, &count, fault);
	rules->row_cap = batch->charter.row_cap;
	if (!err && batch->is_correction)
		err = correction_begin(call, books, fault);
	ledger_books_done(ledger);
	for (size_t i = 0; !err && i < count && i < BATCH_FUNDS_MAX; i++)
		rules->fund[rules->fund_count++] = slice_of_text(batch->funds[i].id);
	rules->default_fund = slice_of_text(batch->charter.default_fund);
	return err;
}

/* ---- reading the request ---- */

/* `step` is in euros, as it stands in a payroll's settings; `step_cents` is not. */
static enum err parameter_set(struct batch_input *input, const char *name,
			      const char *value)
{
	char cents_text[24];
	struct cents step;

	if (strcmp(name, "step") == 0) {
		name = "step_cents";
		if (cents_parse(value, &step) == ERR_OK) {
			(void)snprintf(cents_text, sizeof cents_text, "%" PRId64,
				       cents_value(step));
			value = cents_text;
		}
	}
	return batch_input_parameter(input, slice_of_text(name), slice_of_text(value));
}

static enum err parameters_set(struct api_call *call, struct fault *fault)
{
	struct batch_input *input = &call->batch->input;
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < http_request_parameter_count(call->request); i++) {
		const char *name = http_request_parameter_name(call->request, i);

		if (strcmp(name, "dry_run") == 0 || strcmp(name, "company") == 0)
			continue;
		if (!call->batch->is_csv)
			return fault_set(fault, ERR_INVALID,
					 "a batch sent as JSON has its members in the "
					 "body, not in the address");
		err = parameter_set(input, name,
				    http_request_parameter(call->request, name));
	}
	return err ? fault_set(fault, err, "out of memory") : ERR_OK;
}

/* Sorts a list's places into problem errors. where: room for the pointers. */
static void error_of(const struct batch_bad *bad, char where[BATCH_WHERE_BYTES],
		     char reason[BATCH_REASON_BYTES], struct problem_error *ret_error)
{
	batch_bad_reason(bad, reason);
	*ret_error = (struct problem_error){ .reason = reason,
					     .remedy = batch_bad_remedy(bad) };
	if (bad->member[0])
		ret_error->member = bad->member;
	switch (bad->place) {
	case BATCH_PLACE_LINE:
		ret_error->line = bad->at;
		return;
	case BATCH_PLACE_ROW:
	case BATCH_PLACE_BODY:
		batch_bad_where(bad, where);
		ret_error->pointer = where;
		return;
	case BATCH_PLACE_PARAMETER:
		return;
	}
	abort();
}

struct bad_text {
	char where[BATCH_WHERE_BYTES];
	char reason[BATCH_REASON_BYTES];
};

static enum err refuse_rows(struct api_call *call, struct http_reply *reply,
			    const struct batch_bad_list *bad, struct fault *fault)
{
	struct problem_error *errors = calloc(bad->listed, sizeof *errors);
	struct bad_text *texts = calloc(bad->listed, sizeof *texts);
	enum err err = ERR_OK;

	static_assert(BATCH_BAD_LISTED_MAX <= LIMIT_PROBLEM_ERRORS, "all are told");
	if (!errors || !texts) {
		err = fault_set(fault, ERR_MEMORY, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < bad->listed; i++)
		error_of(&bad->bad[i], texts[i].where, texts[i].reason, &errors[i]);
	call_problem(call, reply,
		     &(struct problem){ .status = 422,
					.slug = "batch",
					.title = "The batch cannot be taken",
					.detail = fault->text,
					.errors = errors,
					.error_count = bad->listed });
out:
	free(errors);
	free(texts);
	return err;
}

/* Reads the body; where places in it are bad, the reply says so. */
static enum err body_read(struct api_call *call, struct http_reply *reply,
			  struct fault *fault)
{
	struct api_batch *batch = call->batch;
	struct batch_input *input = &batch->input;
	struct slice body = http_request_body(call->request);
	enum err err = parameters_set(call, fault);

	if (err)
		return err;
	err = batch->is_csv ? batch_csv_parse(input, body, fault)
			    : json_batch_parse(input, body, fault);
	if (!err && batch->is_correction)
		err = correction_judge(batch, fault);
	if (err == ERR_INVALID && input->bad.listed)
		return refuse_rows(call, reply, &input->bad, fault);
	if (!err && input->row_count > call->api->config.batch_rows_max)
		err = fault_set(fault, ERR_TOO_BIG,
				"a batch has at most %zu rows here: send several",
				call->api->config.batch_rows_max);
	return err;
}

/* ---- making the batch ---- */

/* Each row whose donor has not consented to it, at its place. */
static enum err refuse_unconsented(struct api_call *call, struct http_reply *reply,
				   struct fault *fault)
{
	static const enum batch_flaw flaws[] = {
		[CONSENT_WITHDRAWN] = BATCH_FLAW_WITHDRAWN,
		[CONSENT_ENDED] = BATCH_FLAW_ENDED,
		[CONSENT_TERMS] = BATCH_FLAW_TERMS,
		[CONSENT_FORGOTTEN] = BATCH_FLAW_FORGOTTEN,
	};
	const struct batch *batch = &call->batch->batch;
	struct batch_input *input = &call->batch->input;
	struct slice donor = slice_of_text(batch_field_name(BATCH_FIELD_DONOR));

	for (size_t i = 0; i < batch->refused_count; i++)
		if (batch_input_bad_row(input, batch->refused[i].line, donor,
					flaws[batch->refused[i].verdict]))
			return fault_set(fault, ERR_MEMORY, "out of memory");
	if (batch_bad_list_check(&input->bad, fault) == ERR_OK)
		return ERR_OK;
	return refuse_rows(call, reply, &input->bad, fault);
}

static enum err summary_sum(const struct rows_summary *summary, struct cents *ret_sum,
			    struct fault *fault)
{
	*ret_sum = CENTS_ZERO;
	for (unsigned i = 0; i < summary->n_totals; i++)
		if (cents_add(*ret_sum, summary->total[i].roundup, ret_sum) != ERR_OK ||
		    cents_add(*ret_sum, summary->total[i].extra, ret_sum) != ERR_OK)
			return fault_set(fault, ERR_TOO_BIG,
					 "the rows add up to more than 2^53 - 1 cents");
	return ERR_OK;
}

/* Rows of donors who were forgotten stay in a corrected batch as they are. */
static enum err rows_keep(struct api_call *call, struct ledger *ledger,
			  const struct batch_head *head, struct fault *fault)
{
	struct api_batch *batch = call->batch;
	struct buffer rows;
	enum err err;

	buffer_init(&rows, (size_t)BATCH_ROWS_MAX * (ROW_LINE_BYTES_MAX + 1));
	err = ledger_rows_kept(ledger, head->company, batch->old.rows_at, &rows, fault);
	if (!err && rows.n && head->seal) {
		/* Nobody at the company can count rows that it can no longer name. */
		err = fault_set(fault, ERR_INVALID,
				"this batch keeps rows of donors who were forgotten, "
				"which totals signed by the company do not count: "
				"correct it without a signature");
	} else if (!err && rows.n) {
		uint64_t before = batch->batch.summary.head.size;
		struct cents sent, all = CENTS_ZERO;

		err = summary_sum(&batch->batch.summary, &sent, fault);
		if (!err)
			err = batch_keep(&batch->batch, head, buffer_slice(&rows), fault);
		if (!err)
			err = summary_sum(&batch->batch.summary, &all, fault);
		if (!err && cents_sub(all, sent, &batch->kept_sum) != ERR_OK)
			err = fault_set(fault, ERR_TOO_BIG,
					"the rows add up to too much");
		batch->kept = batch->batch.summary.head.size - before;
	}
	buffer_release(&rows);
	return err;
}

static enum err rows_make(struct api_call *call, const struct batch_head *head,
			  struct http_reply *reply, struct fault *fault)
{
	struct ledger_pool *keepers = call->api->keepers;
	struct api_batch *batch = call->batch;
	struct ledger *ledger = NULL;
	enum err err = ledger_pool_take(keepers, &ledger, fault);

	if (err)
		return err;
	struct batch_company company = { .ledger = ledger, .member = head->company };
	struct batch_secrets secrets = batch_secrets_of_ledger(&company);

	err = batch_make(head, &secrets, batch->input.rows, batch->input.row_count,
			 !call->is_dry_run, &batch->batch, fault);
	if (!err && head->mend)
		err = rows_keep(call, ledger, head, fault);
	ledger_pool_give(keepers, ledger, err);
	if (err == ERR_RULE && batch->batch.refused_count)
		return refuse_unconsented(call, reply, fault);
	return err;
}

static enum err draft_make(struct api_call *call, const struct batch_head *head,
			   struct fault *fault)
{
	struct api_batch *batch = call->batch;
	struct json *draft;
	enum err err;

	call->doc = json_doc_new();
	draft = call->doc ? json_new(call->doc, JSON_OBJECT) : NULL;
	if (!draft)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = batch_draft(&batch->batch, head, http_request_body(call->request),
			  call->doc, draft, batch->salt, fault);
	if (err)
		return err;
	batch->rows = batch_rows(&batch->batch);
	call->submission.by = slice_of_text(call->caller.member);
	call->submission.doc = call->doc;
	call->submission.draft = draft;
	call->submission.rows = &batch->rows;
	call->submission.claim_rows = batch->claim_rows;
	call->submission.claim_rows_max = LIMIT_PROBLEM_ERRORS;
	call->submission.look = effect_look;
	call->submission.look_ctx = call;
	return ERR_OK;
}

static enum err batch_begin(struct api_call *call, struct ledger *ledger,
			    struct fault *fault)
{
	struct api_batch *batch = calloc(1, sizeof *batch);
	enum err err;

	if (!batch)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	call->batch = batch;
	batch->is_correction = call->route->kind == KIND_correction;
	batch_init(&batch->batch);
	err = call_dry_run(call, fault);
	if (!err)
		err = rules_read(call, ledger, fault);
	if (!err)
		err = batch_input_init(&batch->input, &batch->rules, fault);
	return err;
}

enum err route_batch_draft(struct api_call *call, struct ledger *ledger,
			   struct http_reply *reply, struct fault *fault)
{
	const char *type = http_request_content_type(call->request);
	bool is_csv = strcmp(type, "text/csv") == 0;
	struct slice reference, key;
	struct batch_head head;
	enum err err;

	if (!is_csv && strcmp(type, "application/json") != 0) {
		call_refuse_type(call, reply, "application/json or text/csv");
		return ERR_OK;
	}
	err = batch_begin(call, ledger, fault);
	if (err)
		return err;
	call->batch->is_csv = is_csv;
	err = body_read(call, reply, fault);
	if (err || call->is_answered)
		return err;
	head = batch_input_head(&call->batch->input,
				slice_of_text(call->batch->charter.first_origin),
				slice_of_text(call->batch->company));
	if (call->caller.role == ROLE_COLLECTOR)
		head.collector = slice_of_text(call->caller.member);
	if (call->batch->is_correction) {
		call->batch->mend.reason = slice_of_text(call->batch->input.reason);
		call->batch->mend.collected_on = call->batch->old.date;
		head.mend = &call->batch->mend;
	}
	reference = head.reference;
	err = call_idempotency(call, &reference, &key, fault);
	if (!err)
		err = call_seal(call, &call->batch->seal, fault);
	if (!err && call->batch->seal.is_given)
		head.seal = &call->batch->seal.seal;
	if (!err)
		err = rows_make(call, &head, reply, fault);
	if (!err && !call->is_answered)
		err = draft_make(call, &head, fault);
	return err;
}

/* ---- the answer ---- */

/* By their places in what was sent, not by their tags. */
static int error_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static const char *claim_remedy(enum batch_source source)
{
	return source == BATCH_SALARY
		       ? "take the row out, or correct the earlier batch; where it is "
			 "another payslip of the month, give the payslip's number"
		       : "take the row out, or correct the earlier batch";
}

/* An earlier batch has claimed what rows claim: 409, with each row's place. */
static enum err answer_conflict(struct api_call *call, struct http_reply *reply,
				struct fault *fault)
{
	const struct submission *submission = &call->submission;
	size_t count = submission->claim_count;
	struct problem_error *errors = calloc(count, sizeof *errors);
	struct bad_text *texts = calloc(count, sizeof *texts);
	uint32_t *places = calloc(count, sizeof *places);
	enum err err = ERR_OK;

	if (!errors || !texts || !places) {
		err = fault_set(fault, ERR_MEMORY, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < count; i++)
		places[i] = call->batch->batch.lines[submission->claim_rows[i]];
	qsort(places, count, sizeof *places, error_cmp);
	for (size_t i = 0; i < count; i++) {
		errors[i].reason =
			"an earlier batch of the company has claimed this already";
		errors[i].remedy = claim_remedy(call->batch->input.source);
		if (call->batch->is_csv) {
			errors[i].line = places[i];
			continue;
		}
		(void)snprintf(texts[i].where, sizeof texts[i].where, "/rows/%" PRIu32,
			       places[i]);
		errors[i].pointer = texts[i].where;
	}
	call_problem(call, reply,
		     &(struct problem){ .status = 409,
					.slug = "claim",
					.title = "Rows were claimed before",
					.rule = "claim",
					.errors = errors,
					.error_count = count });
out:
	free(errors);
	free(texts);
	free(places);
	return err;
}

static enum err put_parts(struct json_writer *json, const char *name,
			  const struct json *list, struct cents *ret_sum,
			  struct fault *fault)
{
	enum err err = ERR_OK;

	json_put_array(json, name);
	for (const struct json *part = list->first; part; part = part->next) {
		struct cents amount = item_cents(part, "amount");

		json_put_object(json, NULL);
		json_put_slice(json, "fund", item_text(part, "fund"));
		if (item_has(part, "giver"))
			json_put_slice(json, "giver", item_text(part, "giver"));
		json_put_integer(json, "amount_cents", cents_value(amount));
		json_put_end(json);
		if (!err)
			err = cents_add(*ret_sum, amount, ret_sum);
	}
	json_put_end(json);
	return err ? fault_set(fault, err, "the batch's totals do not add up") : ERR_OK;
}

static void put_position(struct api_call *call, struct http_reply *reply,
			 struct json_writer *json)
{
	const struct submission *submission = &call->submission;
	char reference[REFERENCE_TEXT_BYTES], printed[REFERENCE_PRINTED_BYTES];

	if (call->is_dry_run && !submission->repeated)
		return;
	reference_of_position(lines_position(call, submission->position), reference);
	reference_print(reference, printed);
	json_put_integer(json, "position", (int64_t)submission->position);
	json_put_text(json, "transfer_reference", reference);
	json_put_text(json, "transfer_reference_printed", printed);
	json_put_slice(json, "checkpoint", buffer_slice(&call->checkpoint));
	reply->status = call->is_dry_run || submission->repeated ? 200 : 201;
	http_reply_header(reply, "Location", "/v1/entries/%" PRIu64,
			  submission->position);
}

/* What is left to transfer, and when; of a correction, what it changes. */
static enum err put_left(struct api_call *call, struct ledger *ledger,
			 const struct entry *entry, struct json_writer *json,
			 struct fault *fault)
{
	const struct batch_effect *effect = &call->batch->effect;
	char due_on[DATE_TEXT_BYTES];
	enum err err = effect_read(call, ledger, fault);

	if (call->batch->is_correction) {
		date_format(call->batch->old.due_on, due_on);
		json_put_text(json, "due_on", due_on);
	} else {
		json_put_slice(json, "due_on", entry_text(entry, "due_on"));
	}
	if (!err && call->batch->is_correction && effect->is_known) {
		err = correction_put_changes(call, entry, json, fault);
		json_put_integer(json, "credit_cents", cents_value(effect->credit));
	}
	if (!err)
		json_put_integer(json, "amount_to_transfer_cents",
				 cents_value(effect->open));
	return err;
}

static enum err put_batch(struct api_call *call, struct ledger *ledger,
			  const struct entry *entry, struct json_writer *json,
			  struct fault *fault)
{
	struct cents rows = CENTS_ZERO, match = CENTS_ZERO;
	enum err err;

	json_put_slice(json, "reference", entry->ref);
	json_put_bool(json, "dry_run", call->is_dry_run);
	json_put_bool(json, "repeated", call->submission.repeated);
	json_put_integer(json, "count", entry_integer(entry, "count"));
	json_put_integer(json, "zero", entry_integer(entry, "zero"));
	if (call->batch->kept) {
		json_put_integer(json, "kept", (int64_t)call->batch->kept);
		json_put_integer(json, "kept_cents", cents_value(call->batch->kept_sum));
	}
	err = put_parts(json, "totals", entry_list(entry, "totals"), &rows, fault);
	if (!err)
		err = put_parts(json, "match", entry_list(entry, "match"), &match, fault);
	if (!err)
		err = put_left(call, ledger, entry, json, fault);
	if (err)
		return err;
	json_put_integer(json, "total_cents", cents_value(rows));
	json_put_integer(json, "match_cents", cents_value(match));
	/* With it the company can show what bytes it has sent. */
	if (!call->is_dry_run && !call->submission.repeated)
		json_put_hex(json, "received_salt",
			     slice_of(call->batch->salt, sizeof call->batch->salt));
	json_put_json(json, "entry", buffer_slice(&call->submission.entry));
	return ERR_OK;
}

enum err route_batch_answer(struct api_call *call, struct ledger *ledger,
			    struct http_reply *reply, struct fault *fault)
{
	const struct submission *submission = &call->submission;
	struct json_writer json;
	struct json_doc *doc;
	struct entry entry;
	enum err err;

	if (submission->err == ERR_RULE && submission->claim_count)
		return answer_conflict(call, reply, fault);
	if (submission->err) {
		*fault = submission->fault;
		return submission->err;
	}
	doc = json_doc_new();
	if (!doc)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = entry_parse(doc, buffer_slice(&submission->entry), &entry, fault);
	if (!err) {
		reply_json(reply, &json);
		put_position(call, reply, &json);
		err = put_batch(call, ledger, &entry, &json, fault);
	}
	if (!err)
		err = reply_json_end(&json, fault);
	json_doc_free(doc);
	return err;
}
