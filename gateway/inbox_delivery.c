/*
 * inbox_delivery.c - deliveries in the inbox: stored, listed, purged.
 */
#include <string.h>

#include "gateway/inbox_int.h"

#define SALT_BYTES 32

/* ---- arriving ---- */

static enum err arrival_store(struct inbox *inbox, const struct inbox_arrival *arrival,
			      struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_DELIVERY_ADD);
	struct hash sha = hash_bytes(arrival->body.p, arrival->body.n), digest;
	struct hash_stream stream;
	uint8_t salt[SALT_BYTES];
	enum err err = random_bytes(salt, sizeof salt);

	if (err)
		return fault_set(fault, err, "the machine gives no random bytes");
	hash_begin(&stream);
	hash_add(&stream, salt, sizeof salt);
	hash_add(&stream, arrival->body.p, arrival->body.n);
	digest = hash_end(&stream);
	query_text(&query, arrival->endpoint);
	query_integer(&query, arrival->received_at);
	query_blob(&query, slice_of(sha.b, sizeof sha.b));
	query_blob(&query, slice_of(digest.b, sizeof digest.b));
	query_blob(&query, slice_of(salt, sizeof salt));
	query_blob(&query, arrival->body);
	err = query_run(&query, fault);
	if (err || box_changes(box_of(inbox)) > 0 || !arrival->is_hint)
		return err;
	query = query_of(inbox, INBOX_DELIVERY_AGAIN);
	query_blob(&query, slice_of(sha.b, sizeof sha.b));
	query_text(&query, arrival->endpoint);
	return query_run(&query, fault);
}

enum err inbox_store(struct inbox *inbox, const struct inbox_arrival *const *arrivals,
		     size_t count, struct fault *fault)
{
	bool begun;
	enum err err = box_step_begin(box_of(inbox), &begun, fault);

	if (err)
		return err;
	for (size_t i = 0; !err && i < count; i++)
		err = arrival_store(inbox, arrivals[i], fault);
	return box_step_end(box_of(inbox), begun, err, fault);
}

/* ---- reading ---- */

static enum err digest_read(struct query *query, int column, struct hash *ret_digest,
			    struct fault *fault)
{
	struct slice bytes = query_column_blob(query, column);

	if (bytes.n != sizeof ret_digest->b)
		return fault_set(fault, ERR_CORRUPT, "the inbox's database is damaged");
	memcpy(ret_digest->b, bytes.p, bytes.n);
	return ERR_OK;
}

static enum err delivery_read(struct query *query, struct inbox_delivery *ret_delivery,
			      struct slice *ret_body, struct fault *fault)
{
	int64_t state = query_column(query, 4);

	*ret_delivery = (struct inbox_delivery){
		.id = query_column(query, 0),
		.received_at = query_column(query, 2),
		.state = (enum inbox_delivery_state)state,
	};
	query_column_text(query, 1, ret_delivery->endpoint,
			  sizeof ret_delivery->endpoint);
	query_column_text(query, 5, ret_delivery->reason, sizeof ret_delivery->reason);
	ret_delivery->is_purged = query_column_is_null(query, 6);
	*ret_body = query_column_blob(query, 6);
	if (state < INBOX_DELIVERY_WAITING || state > INBOX_DELIVERY_PARKED)
		return fault_set(fault, ERR_CORRUPT, "the inbox's database is damaged");
	return digest_read(query, 3, &ret_delivery->digest, fault);
}

struct delivery_asker {
	inbox_delivery_fn *each;
	void *ctx;
};

static enum err delivery_give(struct query *query, void *ctx, struct fault *fault)
{
	const struct delivery_asker *asker = ctx;
	struct inbox_delivery delivery;
	struct slice body;
	enum err err = delivery_read(query, &delivery, &body, fault);

	return err ? err : asker->each(asker->ctx, &delivery, body, fault);
}

enum err inbox_deliveries(struct inbox *inbox, enum inbox_delivery_state state,
			  int64_t after, size_t most, bool with_body,
			  inbox_delivery_fn *each, void *ctx, struct fault *fault)
{
	bool is_open = state != INBOX_DELIVERY_DONE;
	struct query query =
		query_of(inbox, is_open ? INBOX_DELIVERY_LIST_OPEN : INBOX_DELIVERY_LIST);
	struct delivery_asker asker = { each, ctx };

	query_integer(&query, with_body);
	query_integer(&query, state);
	query_integer(&query, after);
	query_integer(&query, (int64_t)most);
	return query_each(&query, delivery_give, &asker, fault);
}

enum err inbox_delivery(struct inbox *inbox, int64_t id,
			struct inbox_delivery *ret_delivery, struct buffer *ret_body,
			struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_DELIVERY_READ);
	struct slice body = { 0 };
	bool row;
	enum err err;

	query_integer(&query, id);
	err = query_step(&query, &row, fault);
	if (err)
		return err;
	if (!row)
		return fault_set(fault, ERR_NOT_FOUND,
				 "the inbox has no delivery of that number");
	err = delivery_read(&query, ret_delivery, &body, fault);
	if (!err) {
		buffer_clear(ret_body);
		buffer_put_slice(ret_body, body);
		err = buffer_check(ret_body, "the delivery", fault);
	}
	query_end(&query);
	return err;
}

/* ---- changing ---- */

enum err inbox_delivery_set(struct inbox *inbox, int64_t id,
			    enum inbox_delivery_state state, const char *reason,
			    struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_DELIVERY_SET);

	query_integer(&query, state);
	query_text(&query, reason ? reason : "");
	query_integer(&query, id);
	return query_run(&query, fault);
}

enum err inbox_replay_delivery(struct inbox *inbox, int64_t id, struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_DELIVERY_REPLAY);
	bool row;
	enum err err;

	query_integer(&query, id);
	err = query_run(&query, fault);
	if (err || box_changes(box_of(inbox)) > 0)
		return err;
	query = query_of(inbox, INBOX_DELIVERY_READ);
	query_integer(&query, id);
	err = query_step(&query, &row, fault);
	if (err)
		return err;
	if (!row)
		return fault_set(fault, ERR_NOT_FOUND,
				 "the inbox has no delivery of that number");
	query_end(&query);
	return fault_set(fault, ERR_CONFLICT,
			 "the delivery's body was purged: ask the provider to send it "
			 "again");
}

enum err inbox_purge(struct inbox *inbox, int64_t before, uint64_t *ret_count,
		     struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_DELIVERY_PURGE);
	uint64_t count;
	enum err err;

	query_integer(&query, before);
	err = query_run(&query, fault);
	if (err)
		return err;
	count = box_changes(box_of(inbox));
	/* Also where nothing is to be purged: the last time may have come no further. */
	err = box_erase(box_of(inbox), fault);
	if (!err)
		*ret_count = count;
	return err;
}

/* ---- counting ---- */

/* One table's, by state. */
struct tally {
	uint64_t *counts;
	int64_t n_counts;
	int64_t last_waiting; /* the states that wait are those up to it */
	int64_t *oldest;
};

static enum err tally_add(struct query *query, void *ctx, struct fault *fault)
{
	struct tally *tally = ctx;
	int64_t state = query_column(query, 0), at = query_column(query, 2);

	(void)fault;
	if (state >= 0 && state < tally->n_counts)
		tally->counts[state] = (uint64_t)query_column(query, 1);
	if (state <= tally->last_waiting && at &&
	    (*tally->oldest == 0 || at < *tally->oldest))
		*tally->oldest = at;
	return ERR_OK;
}

static enum err count_by(struct inbox *inbox, enum inbox_stmt of_deliveries,
			 enum inbox_stmt of_movements, struct inbox_counts *ret_counts,
			 struct fault *fault)
{
	struct tally deliveries = { ret_counts->delivery, INBOX_DELIVERY_PARKED + 1,
				    INBOX_DELIVERY_WAITING,
				    &ret_counts->oldest_waiting_at };
	struct tally movements = { ret_counts->movement, INBOX_MOVEMENT_PARKED + 1,
				   INBOX_MOVEMENT_READY, &ret_counts->oldest_waiting_at };
	struct query query;
	enum err err;

	*ret_counts = (struct inbox_counts){ 0 };
	query = query_of(inbox, of_deliveries);
	err = query_each(&query, tally_add, &deliveries, fault);
	if (err)
		return err;
	query = query_of(inbox, of_movements);
	return query_each(&query, tally_add, &movements, fault);
}

enum err inbox_count(struct inbox *inbox, struct inbox_counts *ret_counts,
		     struct fault *fault)
{
	return count_by(inbox, INBOX_DELIVERY_COUNT, INBOX_MOVEMENT_COUNT, ret_counts,
			fault);
}

enum err inbox_count_open(struct inbox *inbox, struct inbox_counts *ret_counts,
			  struct fault *fault)
{
	return count_by(inbox, INBOX_DELIVERY_OPEN, INBOX_MOVEMENT_OPEN, ret_counts,
			fault);
}
