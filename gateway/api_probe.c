/*
 * api_probe.c - for those who watch over the service, and those who write clients.
 */
#include <stdlib.h>
#include <time.h>

#include "gateway/api_int.h"

#define TYPE_TEXT "text/plain; charset=utf-8"

void route_health(struct api *api, struct http_reply *reply)
{
	(void)api; /* it is here to answer */
	reply_bytes(reply, TYPE_TEXT, "no-store");
	buffer_put_text(&reply->body, "ok\n");
}

void route_openapi(struct api *api, struct http_reply *reply)
{
	reply_bytes(reply, "application/json", "no-cache");
	reply->constant = buffer_slice(&api->openapi);
}

/* Whether the writer lives is asked of the writer: an empty draft, which it refuses
 * after it has taken the database's write lock. */
enum err route_ready_draft(struct api_call *call, struct ledger *ledger,
			   struct http_reply *reply, struct fault *fault)
{
	uint64_t size;
	enum err err = ledger_size(ledger, &size, fault);

	(void)reply; /* the writer's answer fills it */
	if (err)
		return err;
	if (api_writer_is_silent(call->api))
		return fault_set(fault, ERR_BUSY, "the writer does not answer");
	call->doc = json_doc_new();
	call->is_dry_run = true;
	call->submission.doc = call->doc;
	call->submission.draft = call->doc ? json_new(call->doc, JSON_OBJECT) : NULL;
	return call->submission.draft ? ERR_OK
				      : fault_set(fault, ERR_MEMORY, "out of memory");
}

enum err route_ready_answer(struct api_call *call, struct ledger *ledger,
			    struct http_reply *reply, struct fault *fault)
{
	const struct submission *submission = &call->submission;

	(void)ledger; /* it was read before */
	if (submission->err != ERR_INVALID) {
		*fault = submission->fault;
		return submission->err ? submission->err
				       : fault_set(fault, ERR_CORRUPT,
						   "the writer took an empty draft");
	}
	reply_bytes(reply, TYPE_TEXT, "no-store");
	buffer_put_text(&reply->body, "ready\n");
	return ERR_OK;
}

static void inbox_write(struct api *api, struct buffer *out)
{
	struct inbox_counts counts;

	if (!api->hook_worker)
		return;
	hook_worker_counts(api->hook_worker, &counts);
	metrics_write_inbox(&counts, (int64_t)time(NULL), out);
}

static void outbox_write(struct api *api, struct buffer *out)
{
	struct outbox_counts counts;

	if (!api->notify_worker)
		return;
	notify_worker_counts(api->notify_worker, &counts);
	metrics_write_outbox(&counts, (int64_t)time(NULL), out);
}

enum err route_metrics(struct api_call *call, struct ledger *ledger,
		       struct http_reply *reply, struct fault *fault)
{
	struct overdrawn_view *views = NULL;
	struct account_view *accounts = NULL;
	struct books *books;
	size_t count = 0, n_accounts = 0;
	uint64_t size;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	size = books_size(books);
	err = query_overdrawn(books, &views, &count, fault);
	if (!err)
		err = query_accounts(books, &accounts, &n_accounts, fault);
	ledger_books_done(ledger);
	if (err) {
		free(views);
		return err;
	}
	reply_bytes(reply, "text/plain; version=0.0.4; charset=utf-8", "no-store");
	metrics_write(&call->api->metrics, size, &reply->body);
	metrics_write_overdrawn(views, count, &reply->body);
	metrics_write_accounts(accounts, n_accounts, (int64_t)time(NULL), &reply->body);
	inbox_write(call->api, &reply->body);
	outbox_write(call->api, &reply->body);
	free(views);
	free(accounts);
	return ERR_OK;
}
