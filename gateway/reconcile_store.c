/*
 * reconcile_store.c - what is missing here, into the inbox (reconcile.h).
 *
 * Not as a movement: as the delivery that would have told it. What a list says is thus
 * read by the one reader of that provider, is fetched back where that is never trusted,
 * and has the keys by which anything else that tells the same is known again.
 */
#include "gateway/fetch.h"
#include "gateway/hook.h"
#include "gateway/hook_ask.h"
#include "gateway/reconcile.h"

static enum err body_make(const struct reconcile *reconcile,
			  const struct movement *missed, struct buffer *fetched,
			  struct buffer *body, struct fault *fault)
{
	const struct hook_endpoint *endpoint = &reconcile->desk->endpoint;
	char path[MOVEMENT_PATH_CHARS_MAX + 1] = "";
	enum err err = ERR_OK;

	buffer_clear(fetched);
	buffer_clear(body);
	if (endpoint->adapter->retell_path)
		err = endpoint->adapter->retell_path(missed, path, fault);
	if (!err && path[0])
		err = hook_ask(reconcile->desk, path, fetched, fault);
	if (!err)
		err = endpoint->adapter->retell(endpoint, missed, buffer_slice(fetched),
						body, fault);
	return err ? err : buffer_check(body, "a delivery", fault);
}

/* A delivery that was stored before is read again: what it told was parked, or lost. */
static enum err missed_store(const struct reconcile *reconcile,
			     const struct movement *missed, int64_t now_s,
			     struct buffer *fetched, struct buffer *body,
			     struct fault *fault)
{
	struct inbox_arrival arrival = { .endpoint = reconcile->desk->endpoint.name,
					 .received_at = now_s,
					 .is_hint = true };
	const struct inbox_arrival *arrivals[] = { &arrival };
	enum err err = body_make(reconcile, missed, fetched, body, fault);

	if (err)
		return err;
	arrival.body = buffer_slice(body);
	return inbox_store(reconcile->inbox, arrivals, 1, fault);
}

enum err reconcile_store(const struct reconcile *reconcile,
			 const struct reconciliation *result, int64_t now_s,
			 size_t *ret_stored, struct fault *fault)
{
	struct buffer fetched, body;
	struct fault why;
	enum err err = ERR_OK;

	*ret_stored = 0;
	if (!reconcile->desk->endpoint.adapter->retell)
		return ERR_OK;
	buffer_init(&fetched, FETCH_BYTES_MAX);
	buffer_init(&body, HOOK_BODY_BYTES_MAX);
	for (size_t i = 0; !err && i < result->count; i++) {
		if (result->item[i].what != RECONCILE_MISSING)
			continue;
		why = (struct fault){ .err = ERR_OK };
		err = missed_store(reconcile, &result->item[i].movement, now_s, &fetched,
				   &body, &why);
		*ret_stored += err == ERR_OK;
		if (err == ERR_NOT_FOUND)
			err = ERR_OK;
		else if (err && fault)
			*fault = why;
	}
	buffer_release(&fetched);
	buffer_release(&body);
	return err;
}
