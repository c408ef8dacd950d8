/*
 * ledger_secrets.c - tokens, and the secrets under which claims become tags.
 *
 * These stand outside the log and are written in short transactions of their
 * own, before the batch that needs them: a secret that no batch came to use does
 * no harm, and a batch whose secret was lost could be claimed twice.
 */
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "keys/token.h"
#include "ledger/ledger_int.h"

/* ---- transactions ---- */

static enum err writing_start(struct ledger *ledger, enum store_transaction transaction,
			      struct fault *fault)
{
	enum err err = ledger_writable(ledger, fault);

	if (!err && ledger->readings)
		err = fault_set(fault, ERR_BUSY, "the ledger's books are being read");
	return err ? err : store_begin(ledger->store, transaction, fault);
}

static enum err writing_end(struct ledger *ledger, enum err err, struct fault *fault)
{
	if (!err)
		err = store_commit(ledger->store, fault);
	if (err)
		store_rollback(ledger->store);
	return err;
}

enum err ledger_secrets_begin(struct ledger *ledger, struct fault *fault)
{
	return writing_start(ledger, STORE_FORERUNNER, fault);
}

enum err ledger_secrets_end(struct ledger *ledger, enum err err, struct fault *fault)
{
	return writing_end(ledger, err, fault);
}

/* ---- tokens ---- */

enum err ledger_token_issue(struct ledger *ledger, const struct token_grant *grant,
			    char *ret_text, struct fault *fault)
{
	struct store_token token = { .role = grant->role,
				     .expires_at = grant->expires_at };
	char text[TOKEN_TEXT_BYTES + 1];
	struct hash hash;
	enum err err = ledger_writable(ledger, fault);

	if (!err)
		err = token_generate(text, &hash, fault);
	if (!err)
		err = writing_start(ledger, STORE_EXCLUSIVE, fault);
	if (err)
		goto out;
	memcpy(token.member, grant->member, sizeof token.member);
	err = store_token_add(ledger->store, &hash, &token, fault);
	err = writing_end(ledger, err, fault);
	if (!err)
		memcpy(ret_text, text, TOKEN_TEXT_BYTES + 1);
out:
	bytes_wipe(text, sizeof text);
	return err;
}

enum err ledger_token_check(struct ledger *ledger, struct slice text, int64_t now,
			    struct token_grant *ret_grant, struct fault *fault)
{
	struct store_token token;
	struct hash hash;
	enum err err;

	if (token_parse_hash(text, &hash, NULL) != ERR_OK)
		return fault_set(fault, ERR_UNKNOWN, "the token is not known");
	err = ledger_reading_start(ledger, fault);
	if (err)
		return err;
	err = store_token(ledger->store, &hash, &token, fault);
	ledger_reading_stop(ledger);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_UNKNOWN, "the token is not known");
	if (!err && now >= token.expires_at)
		return fault_set(fault, ERR_UNKNOWN,
				 "the token has expired: ask for a new one");
	if (err)
		return err;
	memcpy(ret_grant->member, token.member, sizeof ret_grant->member);
	ret_grant->role = (enum role)token.role;
	ret_grant->expires_at = token.expires_at;
	return ERR_OK;
}

enum err ledger_token_revoke(struct ledger *ledger, struct slice member,
			     int64_t *ret_count, struct fault *fault)
{
	int64_t count = 0;
	enum err err = writing_start(ledger, STORE_EXCLUSIVE, fault);

	if (err)
		return err;
	err = store_token_revoke(ledger->store, member, &count, fault);
	err = writing_end(ledger, err, fault);
	if (!err)
		*ret_count = count;
	return err;
}

/* ---- secrets ----
 *
 * They are kept in forerunners: the batch whose tags are made with them is committed
 * behind them, in the same file, and is not answered before that is on the disk. */

/* Its donors come along with a company that the member continues, so that what they
 * have withdrawn, or asked to be forgotten, is not forgotten itself. */
static enum err donors_adopt(struct ledger *ledger, struct slice member,
			     const struct member_view *continued, size_t count,
			     struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && !err; i++)
		err = store_donors_move(ledger->store, member,
					slice_of_text(continued[i].id), fault);
	return err;
}

static enum err company_secret_make(struct ledger *ledger, struct slice member,
				    const struct member_view *continued, size_t count,
				    uint8_t ret_secret[STORE_SECRET_BYTES],
				    struct fault *fault)
{
	uint8_t fresh[STORE_SECRET_BYTES];
	enum err err = random_bytes(fresh, sizeof fresh);

	if (err)
		return fault_set(fault, err, "the machine gives no random bytes");
	err = writing_start(ledger, STORE_FORERUNNER, fault);
	if (!err) {
		/* Another may have made one meanwhile: what is stored counts. */
		err = donors_adopt(ledger, member, continued, count, fault);
		if (!err)
			err = store_company_secret_add(ledger->store, member, fresh,
						       fault);
		if (!err)
			err = store_company_secret(ledger->store, member, ret_secret,
						   fault);
		err = writing_end(ledger, err, fault);
	}
	bytes_wipe(fresh, sizeof fresh);
	return err;
}

enum err ledger_company_secret(struct ledger *ledger, struct slice member,
			       uint8_t ret_secret[STORE_SECRET_BYTES],
			       struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);
	struct member_view *continued = NULL;
	bool is_there = false;
	size_t count = 0;

	if (err)
		return err;
	err = store_company_secret(ledger->store, member, ret_secret, fault);
	is_there = err != ERR_NOT_FOUND;
	if (!is_there)
		err = query_continued(ledger->books, member, &continued, &count, fault);
	ledger_reading_stop(ledger);
	if (!err && !is_there)
		err = company_secret_make(ledger, member, continued, count, ret_secret,
					  fault);
	free(continued);
	return err;
}
