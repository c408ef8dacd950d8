/*
 * store_consent.c - the register of consents, beside the log.
 *
 * A consent that is replaced is kept behind the one in force: what somebody agreed to,
 * and when, is what has to be shown later.
 */
#include "ledger/store_int.h"

enum err store_consent_replace(struct store *store, struct slice member,
			       const uint8_t key[STORE_SECRET_BYTES],
			       struct slice consent, struct fault *fault)
{
	struct slice key_bytes = slice_of(key, STORE_SECRET_BYTES);
	struct sql query = sql_of(store, STMT_CONSENT_KEEP);
	enum err err;

	sql_blob(&query, member);
	sql_blob(&query, key_bytes);
	err = sql_run(&query, fault);
	if (err)
		return err;
	query = sql_of(store, STMT_CONSENT_PUT);
	sql_blob(&query, member);
	sql_blob(&query, key_bytes);
	sql_blob(&query, consent);
	return sql_run(&query, fault);
}

enum err store_consent_each(struct store *store,
			    enum err (*each)(void *ctx, const struct store_consent *row,
					     struct fault *fault),
			    void *ctx, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_CONSENT_ALL);
	enum err err = ERR_OK;

	for (;;) {
		struct store_consent found;
		bool row = false;

		err = sql_step(&query, &row, fault);
		if (err)
			return err;
		if (!row)
			break;
		found.member = sql_column_blob(&query, 0);
		found.is_past = sql_column(&query, 2) != 1000000000;
		found.consent = sql_column_blob(&query, 3);
		err = sql_column_copy(&query, 1, found.key, sizeof found.key, fault);
		if (!err)
			err = each(ctx, &found, fault);
		if (err)
			break;
	}
	sql_end(&query);
	return err;
}
