/*
 * books_account.c - the foundation's own bank accounts.
 *
 * An account comes, changes its label and closes only as the board has voted, so that
 * nobody can lead the foundation's money past it. Its IBAN is a legal person's and
 * stands in the log; it never changes, for another IBAN is another account.
 */
#include "ledger/books_int.h"

static const char *record_key(struct key *key, struct slice id)
{
	return key_of(key, "account/%.*s", SLICE(id));
}

const char *account_bank(struct key *key, const char *id)
{
	return key_of(key, "account/%s", id);
}

const char *account_suspense(struct key *key, const char *id)
{
	return key_of(key, "suspense/%s", id);
}

bool account_is_cash(const char *account)
{
	return strcmp(account, "bank") == 0 ||
	       strncmp(account, "suspense/", strlen("suspense/")) == 0;
}

bool account_find(struct books *books, struct slice id,
		  struct account_record *ret_account)
{
	struct record_reader reader;
	struct key key;

	if (id.n >= ACCOUNT_ID_BYTES || !books_get(books, record_key(&key, id), &reader))
		return false;
	text_copy(ret_account->id, ACCOUNT_ID_BYTES, id);
	text_copy(ret_account->iban, IBAN_TEXT_BYTES, record_read_text(&reader));
	text_copy(ret_account->label, sizeof ret_account->label,
		  record_read_text(&reader));
	ret_account->active = record_read_integer(&reader) != 0;
	ret_account->stated_on.day = (int32_t)record_read_integer(&reader);
	ret_account->statement = (uint64_t)record_read_integer(&reader);
	return true;
}

void account_write(struct books *books, const struct account_record *account)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(account->iban));
	record_text(&record, slice_of_text(account->label));
	record_integer(&record, account->active);
	record_integer(&record, account->stated_on.day);
	record_integer(&record, (int64_t)account->statement);
	books_put(books, record_key(&key, slice_of_text(account->id)), &record);
}

enum err account_find_active(struct books *books, struct slice id, const char *rule,
			     struct account_record *ret_account, struct fault *fault)
{
	if (!account_find(books, id, ret_account))
		return fault_rule(fault, rule, "'%.*s' is no bank account of ours",
				  SLICE(id));
	if (!ret_account->active)
		return fault_rule(fault, rule, "bank account '%.*s' is closed",
				  SLICE(id));
	return ERR_OK;
}

static enum err check_iban_unused(struct books *books, struct slice id, struct slice iban,
				  struct fault *fault)
{
	struct state_cursor cursor;

	for (state_first(books->state, &cursor, "account/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);
		const char *other = cursor.key + strlen("account/");

		if (slice_equal(iban, record_read_text(&reader)) &&
		    !slice_equal_text(id, other))
			return fault_rule(fault, "account",
					  "the IBAN is that of bank account '%s'", other);
	}
	return ERR_OK;
}

enum err account_check(struct books *books, const struct json *act, struct fault *fault)
{
	struct slice id = item_text(act, "id"), iban = item_text(act, "iban");
	struct account_record before;

	if (!account_find(books, id, &before)) {
		if (!text_is(item_text(act, "status"), "active"))
			return fault_rule(fault, "account",
					  "'%.*s' is no bank account of ours, and cannot "
					  "close",
					  SLICE(id));
		return check_iban_unused(books, id, iban, fault);
	}
	if (!slice_equal_text(iban, before.iban))
		return fault_rule(fault, "account",
				  "the IBAN of bank account '%.*s' cannot change: "
				  "another one is another account",
				  SLICE(id));
	return ERR_OK;
}

/* Money in an account that no statement can be recorded of would be out of sight. */
static enum err check_may_close(struct books *books, const char *id, struct fault *fault)
{
	struct key key;
	struct cents balance = books_balance(books, account_bank(&key, id));

	if (cents_is_zero(balance))
		return ERR_OK;
	return fault_rule(fault, "account",
			  "bank account '%s' has a balance of %" PRId64
			  " cents: it closes when its last statement ends at 0",
			  id, cents_value(balance));
}

enum err apply_account(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct account_record account = { .stated_on = { -1 } };
	enum err err = proposal_carry_out(books, fault);

	if (!err)
		err = account_check(books, entry->json, fault);
	if (err)
		return err;
	(void)account_find(books, entry_text(entry, "id"), &account);
	text_copy(account.id, sizeof account.id, entry_text(entry, "id"));
	text_copy(account.iban, sizeof account.iban, entry_text(entry, "iban"));
	text_copy(account.label, sizeof account.label, entry_text(entry, "label"));
	account.active = text_is(entry_text(entry, "status"), "active");
	if (!account.active)
		err = check_may_close(books, account.id, fault);
	if (err)
		return err;
	account_write(books, &account);
	return ERR_OK;
}
