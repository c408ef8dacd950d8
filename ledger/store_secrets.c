/*
 * store_secrets.c - tokens and secrets: what no replay of the log can restore.
 *
 * Tokens are kept as hashes, secrets as they are, because tags are made with
 * them: the database's file is as secret as a key (store.c makes it 0600).
 */
#include "ledger/store_int.h"

enum err store_token_add(struct store *store, const struct hash *hash,
			 const struct store_token *token, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TOKEN_ADD);

	sql_blob(&query, slice_of(hash->b, HASH_BYTES));
	sql_blob(&query, slice_of_text(token->member));
	sql_integer(&query, token->role);
	sql_integer(&query, token->expires_at);
	return sql_run(&query, fault);
}

enum err store_token(struct store *store, const struct hash *hash,
		     struct store_token *ret_token, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TOKEN_READ);
	struct store_token token = { 0 };
	struct slice member;
	enum err err;

	sql_blob(&query, slice_of(hash->b, HASH_BYTES));
	err = sql_one(&query, "the token", fault);
	if (err)
		return err;
	member = sql_column_blob(&query, 0);
	if (!member.n || member.n >= sizeof token.member)
		err = fault_set(fault, ERR_CORRUPT,
				"a token's member has no proper name");
	else
		memcpy(token.member, member.p, member.n);
	token.role = sql_column(&query, 1);
	token.expires_at = sql_column(&query, 2);
	sql_end(&query);
	if (!err)
		*ret_token = token;
	return err;
}

enum err store_token_revoke(struct store *store, struct slice member, int64_t *ret_count,
			    struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TOKEN_REVOKE);
	enum err err;

	sql_blob(&query, member);
	err = sql_run(&query, fault);
	if (!err)
		*ret_count = sqlite3_changes64(store->db);
	return err;
}

/* Reads the one secret of a query that is bound. */
static enum err secret_read(struct sql *query, uint8_t ret_secret[STORE_SECRET_BYTES],
			    struct fault *fault)
{
	enum err err = sql_one(query, "the secret", fault);

	if (err)
		return err;
	err = sql_column_copy(query, 0, ret_secret, STORE_SECRET_BYTES, fault);
	sql_end(query);
	return err;
}

enum err store_company_secret(struct store *store, struct slice member,
			      uint8_t ret_secret[STORE_SECRET_BYTES], struct fault *fault)
{
	struct sql query = sql_of(store, STMT_COMPANY_SECRET_READ);

	sql_blob(&query, member);
	return secret_read(&query, ret_secret, fault);
}

enum err store_company_secret_add(struct store *store, struct slice member,
				  const uint8_t secret[STORE_SECRET_BYTES],
				  struct fault *fault)
{
	struct sql query = sql_of(store, STMT_COMPANY_SECRET_ADD);

	sql_blob(&query, member);
	sql_blob(&query, slice_of(secret, STORE_SECRET_BYTES));
	return sql_run(&query, fault);
}

enum err store_donors_move(struct store *store, struct slice to, struct slice from,
			   struct fault *fault)
{
	static const enum store_stmt moves[] = {
		STMT_COMPANY_SECRET_MOVE, STMT_DONORS_MOVE,     STMT_CONSENTS_PAST_MOVE,
		STMT_SLIPS_MOVE,          STMT_TOMBSTONES_MOVE,
	};
	enum err err = ERR_OK;

	for (size_t i = 0; i < sizeof moves / sizeof *moves && !err; i++) {
		struct sql query = sql_of(store, moves[i]);

		sql_blob(&query, to);
		sql_blob(&query, from);
		err = sql_run(&query, fault);
		/* The first is the secret: without it there is nothing to move. */
		if (!err && i == 0 && sqlite3_changes64(store->db) == 0)
			return ERR_OK;
	}
	return err;
}

/* ---- donors ---- */

/* Rows of other donors that are passed before the next one is looked up anew: stepping
 * costs a fifth of a search. */
#define DONORS_PASSED_MAX 4

/* A way through the keys that are asked for and the rows that are there, which both
 * ascend. */
struct keys_walk {
	struct store *store;
	enum store_stmt stmt;
	struct slice member;
	const uint8_t *keys;
	size_t count, at; /* keys before `at` are dealt with */
	enum err (*met)(void *ctx, size_t i, const struct sql *row, struct fault *fault);
	void *ctx;
};

/* Passes the keys up to that of the query's row; whether the row was one of them. */
static enum err walk_row(struct keys_walk *walk, const struct sql *query, bool *ret_met,
			 struct fault *fault)
{
	uint8_t key[STORE_SECRET_BYTES];
	enum err err = sql_column_copy(query, 0, key, sizeof key, fault);
	int order = 1;

	while (!err && walk->at < walk->count) {
		order = memcmp(key, walk->keys + walk->at * sizeof key, sizeof key);
		if (order <= 0)
			break;
		walk->at++;
	}
	*ret_met = order == 0;
	if (err || order)
		return err;
	return walk->met(walk->ctx, walk->at++, query, fault);
}

/* From the next key on, for as long as rows are near. */
static enum err walk_on(struct keys_walk *walk, struct fault *fault)
{
	struct sql query = sql_of(walk->store, walk->stmt);
	unsigned passed = 0;
	enum err err = ERR_OK;

	sql_blob(&query, walk->member);
	sql_blob(&query, slice_of(walk->keys + walk->at * STORE_SECRET_BYTES,
				  STORE_SECRET_BYTES));
	while (!err && walk->at < walk->count && passed <= DONORS_PASSED_MAX) {
		bool row = false, met = false;

		err = sql_step(&query, &row, fault);
		if (err)
			return err;
		if (row)
			err = walk_row(walk, &query, &met, fault);
		else
			walk->at = walk->count;
		passed = met ? 0 : passed + 1;
	}
	sql_end(&query);
	return err;
}

enum err store_keys_walk(struct store *store, enum store_stmt stmt, struct slice member,
			 const uint8_t *keys, size_t count,
			 enum err (*met)(void *ctx, size_t i, const struct sql *row,
					 struct fault *fault),
			 void *ctx, struct fault *fault)
{
	struct keys_walk walk = { .store = store,
				  .stmt = stmt,
				  .member = member,
				  .keys = keys,
				  .count = count,
				  .met = met,
				  .ctx = ctx };
	enum err err = ERR_OK;

	while (!err && walk.at < walk.count)
		err = walk_on(&walk, fault);
	return err;
}

struct donors_found {
	enum err (*each)(void *ctx, size_t i, const struct store_donor *donor,
			 struct fault *fault);
	void *ctx;
};

static enum err donor_met(void *ctx, size_t i, const struct sql *row, struct fault *fault)
{
	const struct donors_found *found = ctx;
	struct slice secret = sql_column_blob(row, 1);
	struct store_donor donor = { .secret = secret.p,
				     .consent = sql_column_blob(row, 2) };

	if (!sql_column_is_null(row, 1) && secret.n != STORE_SECRET_BYTES)
		return fault_set(fault, ERR_CORRUPT, "a donor's secret cannot be read");
	if (!sql_column_is_null(row, 2) && !donor.consent.n)
		return fault_set(fault, ERR_CORRUPT, "a donor's consent cannot be read");
	return found->each(found->ctx, i, &donor, fault);
}

enum err store_donors(struct store *store, struct slice member, const uint8_t *keys,
		      size_t count,
		      enum err (*each)(void *ctx, size_t i,
				       const struct store_donor *donor,
				       struct fault *fault),
		      void *ctx, struct fault *fault)
{
	struct donors_found found = { .each = each, .ctx = ctx };

	return store_keys_walk(store, STMT_DONORS_FROM, member, keys, count, donor_met,
			       &found, fault);
}

static enum err secret_take(void *ctx, size_t i, const struct store_donor *donor,
			    struct fault *fault)
{
	uint8_t *secret = ctx;

	(void)i;
	(void)fault;
	if (donor->secret)
		memcpy(secret, donor->secret, STORE_SECRET_BYTES);
	return ERR_OK;
}

/* The row is there: its secret, where it has one, stays. */
static enum err donor_complete(struct store *store, struct slice member,
			       const uint8_t *key, uint8_t *secret, struct slice consent,
			       struct fault *fault)
{
	enum err err = ERR_OK;

	if (secret) {
		struct sql query = sql_of(store, STMT_DONOR_SECRET_PUT);

		sql_blob(&query, member);
		sql_blob(&query, slice_of(key, STORE_SECRET_BYTES));
		sql_blob(&query, slice_of(secret, STORE_SECRET_BYTES));
		err = sql_run(&query, fault);
		if (!err)
			err = store_donors(store, member, key, 1, secret_take, secret,
					   fault);
	}
	if (!err && consent.n)
		err = store_consent_replace(store, member, key, consent, fault);
	return err;
}

enum err store_donor_add(struct store *store, struct slice member,
			 const uint8_t key[STORE_SECRET_BYTES], uint8_t *secret,
			 struct slice consent, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_DONOR_ADD);
	enum err err;

	sql_blob(&query, member);
	sql_blob(&query, slice_of(key, STORE_SECRET_BYTES));
	if (secret)
		sql_blob(&query, slice_of(secret, STORE_SECRET_BYTES));
	else
		sql_null(&query);
	if (consent.n)
		sql_blob(&query, consent);
	else
		sql_null(&query);
	err = sql_run(&query, fault);
	if (err || sqlite3_changes64(store->db))
		return err;
	return donor_complete(store, member, key, secret, consent, fault);
}
