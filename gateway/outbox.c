/*
 * outbox.c - what members are to be told: its tables and statements.
 */
#include "gateway/outbox.h"

#include <stdio.h>

#include "gateway/box.h"

/* "ArrO": tells our files from other SQLite files. */
#define OUTBOX_APPLICATION_ID 1097986639
#define OUTBOX_VERSION        1

enum outbox_stmt {
	OUTBOX_BEGIN,
	OUTBOX_COMMIT,
	OUTBOX_ROLLBACK,
	OUTBOX_ENDPOINT_ADD,
	OUTBOX_ENDPOINT_READ,
	OUTBOX_ENDPOINT_MOVE,
	OUTBOX_ENDPOINT_SET,
	OUTBOX_ENDPOINT_LIST,
	OUTBOX_MESSAGE_PUT,
	OUTBOX_MESSAGE_SET,
	OUTBOX_MESSAGE_DUE,
	OUTBOX_MESSAGE_READ,
	OUTBOX_MESSAGE_LIST,
	OUTBOX_MESSAGE_WAKE,
	OUTBOX_MESSAGE_REPLAY,
	OUTBOX_MESSAGE_PURGE,
	OUTBOX_MESSAGE_COUNT,
	OUTBOX_DISABLED_COUNT,
	OUTBOX_STMT__COUNT
};

static const char schema[] =
	"CREATE TABLE endpoint (name TEXT PRIMARY KEY, next INTEGER NOT NULL,"
	" is_disabled INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;"
	"CREATE TABLE message (id INTEGER PRIMARY KEY, endpoint TEXT NOT NULL,"
	" key TEXT NOT NULL, wire TEXT NOT NULL, created_at INTEGER NOT NULL,"
	" state INTEGER NOT NULL, tries INTEGER NOT NULL, next_at INTEGER NOT NULL,"
	" tried_at INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL,"
	" body BLOB, UNIQUE (endpoint, key)) STRICT;"
	"CREATE INDEX message_due ON message (endpoint, id) WHERE state = 0;"
	"CREATE INDEX message_state ON message (state, id);"
	"CREATE INDEX message_kept ON message (created_at) WHERE body IS NOT NULL;";

#define ENDPOINT_COLUMNS "name, next, is_disabled, reason"
#define MESSAGE_COLUMNS                                                                  \
	"id, endpoint, key, wire, created_at, state, tries, next_at, tried_at, status,"  \
	" reason"

static const char *const texts[OUTBOX_STMT__COUNT] = {
	[OUTBOX_BEGIN] = "BEGIN IMMEDIATE",
	[OUTBOX_COMMIT] = "COMMIT",
	[OUTBOX_ROLLBACK] = "ROLLBACK",
	[OUTBOX_ENDPOINT_ADD] = "INSERT INTO endpoint (" ENDPOINT_COLUMNS ")"
				" VALUES (?, ?, 0, '') ON CONFLICT DO NOTHING",
	[OUTBOX_ENDPOINT_READ] =
		"SELECT " ENDPOINT_COLUMNS " FROM endpoint WHERE name = ?",
	[OUTBOX_ENDPOINT_MOVE] = "UPDATE endpoint SET next = ? WHERE name = ?",
	[OUTBOX_ENDPOINT_SET] =
		"UPDATE endpoint SET is_disabled = ?, reason = ? WHERE name = ?",
	[OUTBOX_ENDPOINT_LIST] =
		"SELECT " ENDPOINT_COLUMNS " FROM endpoint ORDER BY name",
	[OUTBOX_MESSAGE_PUT] =
		"INSERT INTO message (endpoint, key, wire, body, created_at, state,"
		" tries, next_at, tried_at, status, reason)"
		" VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, '') ON CONFLICT DO NOTHING",
	[OUTBOX_MESSAGE_SET] =
		"UPDATE message SET state = ?, tries = ?, next_at = ?, tried_at = ?,"
		" status = ?, reason = ? WHERE id = ?",
	[OUTBOX_MESSAGE_DUE] = "SELECT " MESSAGE_COLUMNS ", body FROM message"
			       " WHERE endpoint = ? AND state = 0 AND next_at <= ?"
			       " AND id > ? ORDER BY id LIMIT 1",
	[OUTBOX_MESSAGE_READ] =
		"SELECT " MESSAGE_COLUMNS ", body FROM message WHERE id = ?",
	[OUTBOX_MESSAGE_LIST] = "SELECT " MESSAGE_COLUMNS
				", CASE WHEN body IS NULL THEN NULL ELSE x'' END"
				" FROM message WHERE state = ? ORDER BY id DESC LIMIT ?",
	[OUTBOX_MESSAGE_WAKE] =
		"UPDATE message SET next_at = 0 WHERE endpoint = ? AND state = 0",
	[OUTBOX_MESSAGE_REPLAY] =
		"UPDATE message SET state = 0, tries = 0, next_at = 0, reason = ''"
		" WHERE id = ? AND body IS NOT NULL",
	[OUTBOX_MESSAGE_PURGE] =
		"UPDATE message SET body = NULL, reason = CASE state WHEN 0"
		" THEN 'it waited for too long' ELSE reason END,"
		" state = CASE state WHEN 0 THEN 2 ELSE state END"
		" WHERE created_at < ? AND body IS NOT NULL",
	[OUTBOX_MESSAGE_COUNT] =
		"SELECT state, count(*), min(created_at) FROM message GROUP BY state",
	[OUTBOX_DISABLED_COUNT] = "SELECT count(*) FROM endpoint WHERE is_disabled",
};

static const struct box_plan plan = {
	.noun = "outbox",
	.file = "outbox.db",
	.application_id = OUTBOX_APPLICATION_ID,
	.version = OUTBOX_VERSION,
	.schema = schema,
	.texts = texts,
	.text_count = OUTBOX_STMT__COUNT,
	.begin = OUTBOX_BEGIN,
	.commit = OUTBOX_COMMIT,
	.rollback = OUTBOX_ROLLBACK,
};

/* ---- opening ---- */

/* An outbox is a box, whose statements are those above. */
static struct box *box_of(struct outbox *outbox)
{
	return (struct box *)outbox;
}

static struct query query_of(struct outbox *outbox, enum outbox_stmt stmt)
{
	return box_query(box_of(outbox), stmt);
}

enum err outbox_open(const char *dir, struct outbox **ret_outbox, struct fault *fault)
{
	struct box *box = NULL;
	enum err err = box_open(&plan, dir, &box, fault);

	if (!err)
		*ret_outbox = (struct outbox *)box;
	return err;
}

enum err outbox_open_existing(const char *dir, struct outbox **ret_outbox,
			      struct fault *fault)
{
	struct box *box = NULL;
	enum err err = box_open_existing(&plan, dir, &box, fault);

	if (!err)
		*ret_outbox = (struct outbox *)box;
	return err;
}

void outbox_close(struct outbox *outbox)
{
	box_close(box_of(outbox));
}

enum err outbox_begin(struct outbox *outbox, struct fault *fault)
{
	return box_begin(box_of(outbox), fault);
}

enum err outbox_commit(struct outbox *outbox, struct fault *fault)
{
	return box_commit(box_of(outbox), fault);
}

void outbox_undo(struct outbox *outbox)
{
	box_undo(box_of(outbox));
}

/* ---- endpoints ---- */

static enum err endpoint_missing(struct fault *fault)
{
	return fault_set(fault, ERR_NOT_FOUND, "the outbox has no endpoint of that name");
}

static void endpoint_read(struct query *query, struct outbox_endpoint *ret_endpoint)
{
	*ret_endpoint = (struct outbox_endpoint){
		.next = (uint64_t)query_column(query, 1),
		.is_disabled = query_column(query, 2) != 0,
	};
	query_column_text(query, 0, ret_endpoint->name, sizeof ret_endpoint->name);
	query_column_text(query, 3, ret_endpoint->reason, sizeof ret_endpoint->reason);
}

enum err outbox_endpoint_find(struct outbox *outbox, const char *name,
			      struct outbox_endpoint *ret_endpoint, struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_ENDPOINT_READ);
	bool row;
	enum err err;

	query_text(&query, name);
	err = query_step(&query, &row, fault);
	if (err)
		return err;
	if (!row)
		return endpoint_missing(fault);
	endpoint_read(&query, ret_endpoint);
	query_end(&query);
	return ERR_OK;
}

enum err outbox_endpoint(struct outbox *outbox, const char *name, uint64_t size,
			 struct outbox_endpoint *ret_endpoint, struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_ENDPOINT_ADD);
	struct fault why = { 0 };
	enum err err = outbox_endpoint_find(outbox, name, ret_endpoint, &why);

	if (err && err != ERR_NOT_FOUND && fault)
		*fault = why;
	if (err != ERR_NOT_FOUND)
		return err;
	query_text(&query, name);
	query_integer(&query, (int64_t)size);
	err = query_run(&query, fault);
	return err ? err : outbox_endpoint_find(outbox, name, ret_endpoint, fault);
}

enum err outbox_endpoint_move(struct outbox *outbox, const char *name, uint64_t next,
			      struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_ENDPOINT_MOVE);

	query_integer(&query, (int64_t)next);
	query_text(&query, name);
	return query_run(&query, fault);
}

static enum err endpoint_set(struct outbox *outbox, const char *name, bool is_disabled,
			     const char *reason, struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_ENDPOINT_SET);
	enum err err;

	query_integer(&query, is_disabled);
	query_text(&query, reason);
	query_text(&query, name);
	err = query_run(&query, fault);
	if (!err && box_changes(box_of(outbox)) == 0)
		err = endpoint_missing(fault);
	return err;
}

enum err outbox_endpoint_disable(struct outbox *outbox, const char *name,
				 const char *reason, struct fault *fault)
{
	return endpoint_set(outbox, name, true, reason, fault);
}

enum err outbox_endpoint_enable(struct outbox *outbox, const char *name,
				struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_MESSAGE_WAKE);
	bool begun;
	enum err err = box_step_begin(box_of(outbox), &begun, fault);

	if (err)
		return err;
	err = endpoint_set(outbox, name, false, "", fault);
	if (!err) {
		query_text(&query, name);
		err = query_run(&query, fault);
	}
	return box_step_end(box_of(outbox), begun, err, fault);
}

struct endpoint_asker {
	outbox_endpoint_fn *each;
	void *ctx;
};

static enum err endpoint_give(struct query *query, void *ctx, struct fault *fault)
{
	const struct endpoint_asker *asker = ctx;
	struct outbox_endpoint endpoint;

	endpoint_read(query, &endpoint);
	return asker->each(asker->ctx, &endpoint, fault);
}

enum err outbox_endpoints(struct outbox *outbox, outbox_endpoint_fn *each, void *ctx,
			  struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_ENDPOINT_LIST);
	struct endpoint_asker asker = { each, ctx };

	return query_each(&query, endpoint_give, &asker, fault);
}

/* ---- messages ---- */

enum err outbox_put(struct outbox *outbox, const char *endpoint, const char *key,
		    const char *wire, struct slice body, int64_t now_s,
		    struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_MESSAGE_PUT);

	query_text(&query, endpoint);
	query_text(&query, key);
	query_text(&query, wire);
	query_blob(&query, body);
	query_integer(&query, now_s);
	return query_run(&query, fault);
}

enum err outbox_message_set(struct outbox *outbox, const struct outbox_message *message,
			    struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_MESSAGE_SET);

	query_integer(&query, message->state);
	query_integer(&query, message->tries);
	query_integer(&query, message->next_at);
	query_integer(&query, message->tried_at);
	query_integer(&query, message->status);
	query_text(&query, message->reason);
	query_integer(&query, message->id);
	return query_run(&query, fault);
}

static enum err message_read(struct query *query, struct outbox_message *ret_message,
			     struct fault *fault)
{
	int64_t state = query_column(query, 5);

	*ret_message = (struct outbox_message){
		.id = query_column(query, 0),
		.created_at = query_column(query, 4),
		.state = (enum outbox_state)state,
		.tries = (unsigned)query_column(query, 6),
		.next_at = query_column(query, 7),
		.tried_at = query_column(query, 8),
		.status = (unsigned)query_column(query, 9),
		.is_purged = query_column_is_null(query, 11),
	};
	query_column_text(query, 1, ret_message->endpoint, sizeof ret_message->endpoint);
	query_column_text(query, 2, ret_message->key, sizeof ret_message->key);
	query_column_text(query, 3, ret_message->wire, sizeof ret_message->wire);
	query_column_text(query, 10, ret_message->reason, sizeof ret_message->reason);
	if (state < OUTBOX_WAITING || state > OUTBOX_FAILED)
		return fault_set(fault, ERR_CORRUPT, "the outbox's database is damaged");
	return ERR_OK;
}

/* Of a query that gives one row or none. */
static enum err message_take(struct query *query, struct outbox_message *ret_message,
			     struct buffer *ret_body, struct fault *fault)
{
	bool row;
	enum err err = query_step(query, &row, fault);

	if (err)
		return err;
	if (!row)
		return fault_set(fault, ERR_NOT_FOUND,
				 "the outbox has no message of that number");
	err = message_read(query, ret_message, fault);
	if (!err) {
		buffer_clear(ret_body);
		buffer_put_slice(ret_body, query_column_blob(query, 11));
		err = buffer_check(ret_body, "the message", fault);
	}
	query_end(query);
	return err;
}

enum err outbox_due(struct outbox *outbox, const char *endpoint, int64_t now_s,
		    int64_t after, struct outbox_message *ret_message,
		    struct buffer *ret_body, struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_MESSAGE_DUE);

	query_text(&query, endpoint);
	query_integer(&query, now_s);
	query_integer(&query, after);
	return message_take(&query, ret_message, ret_body, fault);
}

enum err outbox_message(struct outbox *outbox, int64_t id,
			struct outbox_message *ret_message, struct buffer *ret_body,
			struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_MESSAGE_READ);

	query_integer(&query, id);
	return message_take(&query, ret_message, ret_body, fault);
}

struct message_asker {
	outbox_message_fn *each;
	void *ctx;
};

static enum err message_give(struct query *query, void *ctx, struct fault *fault)
{
	const struct message_asker *asker = ctx;
	struct outbox_message message;
	enum err err = message_read(query, &message, fault);

	return err ? err : asker->each(asker->ctx, &message, fault);
}

enum err outbox_messages(struct outbox *outbox, enum outbox_state state, size_t most,
			 outbox_message_fn *each, void *ctx, struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_MESSAGE_LIST);
	struct message_asker asker = { each, ctx };

	query_integer(&query, state);
	query_integer(&query, (int64_t)most);
	return query_each(&query, message_give, &asker, fault);
}

/* ---- the operator ---- */

enum err outbox_replay(struct outbox *outbox, int64_t id, struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_MESSAGE_REPLAY);
	struct outbox_message message;
	struct buffer body;
	enum err err;

	query_integer(&query, id);
	err = query_run(&query, fault);
	if (err || box_changes(box_of(outbox)) > 0)
		return err;
	buffer_init(&body, OUTBOX_BODY_BYTES_MAX);
	err = outbox_message(outbox, id, &message, &body, fault);
	buffer_release(&body);
	return err ? err
		   : fault_set(fault, ERR_CONFLICT,
			       "the message's body was purged: the ledger still has "
			       "what it was about");
}

enum err outbox_purge(struct outbox *outbox, int64_t before, uint64_t *ret_count,
		      struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_MESSAGE_PURGE);
	enum err err;

	query_integer(&query, before);
	err = query_run(&query, fault);
	if (!err)
		*ret_count = box_changes(box_of(outbox));
	return err;
}

static enum err messages_tally(struct query *query, void *ctx, struct fault *fault)
{
	struct outbox_counts *counts = ctx;
	int64_t state = query_column(query, 0);

	(void)fault;
	if (state >= OUTBOX_WAITING && state <= OUTBOX_FAILED)
		counts->messages[state] = (uint64_t)query_column(query, 1);
	if (state == OUTBOX_WAITING)
		counts->oldest_waiting_at = query_column(query, 2);
	return ERR_OK;
}

static enum err disabled_tally(struct query *query, void *ctx, struct fault *fault)
{
	struct outbox_counts *counts = ctx;

	(void)fault;
	counts->disabled = (uint64_t)query_column(query, 0);
	return ERR_OK;
}

enum err outbox_count(struct outbox *outbox, struct outbox_counts *ret_counts,
		      struct fault *fault)
{
	struct query query = query_of(outbox, OUTBOX_MESSAGE_COUNT);
	enum err err;

	*ret_counts = (struct outbox_counts){ 0 };
	err = query_each(&query, messages_tally, ret_counts, fault);
	if (err)
		return err;
	query = query_of(outbox, OUTBOX_DISABLED_COUNT);
	return query_each(&query, disabled_tally, ret_counts, fault);
}
