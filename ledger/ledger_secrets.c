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

/* Adds those that are not known. */
static enum err donors_add(struct ledger *ledger, struct slice member,
			   const uint8_t *keys, size_t count, uint8_t *secrets,
			   const bool *known, struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < count; i++) {
		size_t at = i * STORE_SECRET_BYTES;

		if (!known[i])
			err = store_donor_secret_add(ledger->store, member, keys + at,
						     secrets + at, fault);
	}
	return err;
}

static bool all_known(const bool *known, size_t count)
{
	return !memchr(known, false, count * sizeof *known);
}

static enum err donors_read(struct ledger *ledger, struct slice member,
			    const uint8_t *keys, size_t count, uint8_t *secrets,
			    bool *known, struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = store_donor_secrets(ledger->store, member, keys, count, secrets, known,
				  fault);
	ledger_reading_stop(ledger);
	return err;
}

enum err ledger_donor_secrets(struct ledger *ledger, struct slice member,
			      const uint8_t *keys, size_t count, bool keep,
			      uint8_t *ret_secrets, struct fault *fault)
{
	bool *known = calloc(count + 1, sizeof *known);
	enum err err;

	if (!known)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	/* All at once: one call for the batch instead of one for each new donor. */
	err = random_bytes(ret_secrets, count * STORE_SECRET_BYTES);
	if (err) {
		err = fault_set(fault, err, "the machine gives no random bytes");
		goto out;
	}
	err = donors_read(ledger, member, keys, count, ret_secrets, known, fault);
	if (err || !keep || all_known(known, count))
		goto out;
	err = writing_start(ledger, STORE_FORERUNNER, fault);
	if (!err) {
		err = donors_add(ledger, member, keys, count, ret_secrets, known, fault);
		err = writing_end(ledger, err, fault);
	}
out:
	if (err)
		bytes_wipe(ret_secrets, count * STORE_SECRET_BYTES);
	free(known);
	return err;
}

static enum err donor_copy(struct ledger *ledger, struct slice member,
			   const uint8_t *old_key, const uint8_t *new_key,
			   struct fault *fault)
{
	uint8_t secret[STORE_SECRET_BYTES], other[STORE_SECRET_BYTES];
	bool is_known = false, is_taken = false;
	enum err err = store_donor_secrets(ledger->store, member, old_key, 1, secret,
					   &is_known, fault);

	if (!err)
		err = store_donor_secrets(ledger->store, member, new_key, 1, other,
					  &is_taken, fault);
	if (!err && !is_known)
		err = fault_set(fault, ERR_NOT_FOUND,
				"the old reference is no donor's of this company");
	if (!err && is_taken)
		err = fault_set(fault, ERR_CONFLICT,
				"the new reference is a donor's of this company already");
	if (!err)
		err = store_donor_secret_add(ledger->store, member, new_key, secret,
					     fault);
	bytes_wipe(secret, sizeof secret);
	bytes_wipe(other, sizeof other);
	return err;
}

enum err ledger_donor_rename(struct ledger *ledger, struct slice member,
			     const uint8_t old_key[32], const uint8_t new_key[32],
			     struct fault *fault)
{
	enum err err = writing_start(ledger, STORE_EXCLUSIVE, fault);

	if (err)
		return err;
	err = donor_copy(ledger, member, old_key, new_key, fault);
	return writing_end(ledger, err, fault);
}
