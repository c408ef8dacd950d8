/*
 * ledger_consent.c - the register of consents of a ledger, as the operator sees it.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger/ledger_int.h"

/* ---- one donor ---- */

struct found {
	struct consent *consent;
	bool is_found;
};

static enum err found_take(void *ctx, size_t i, const struct store_donor *donor,
			   struct fault *fault)
{
	struct found *found = ctx;

	(void)i;
	if (!donor->consent.n)
		return ERR_OK;
	found->is_found = true;
	return consent_read(donor->consent, found->consent, fault);
}

enum err ledger_consent(struct ledger *ledger, struct slice member, const uint8_t key[32],
			struct consent *ret_consent, struct fault *fault)
{
	struct found found = { .consent = ret_consent };
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = store_donors(ledger->store, member, key, 1, found_take, &found, fault);
	ledger_reading_stop(ledger);
	if (!err && !found.is_found)
		err = fault_set(fault, ERR_NOT_FOUND,
				"no consent of this donor is registered");
	return err;
}

enum err ledger_consent_set(struct ledger *ledger, struct slice member,
			    const uint8_t key[32], const struct consent *consent,
			    struct fault *fault)
{
	struct record record;
	enum err err = ledger_writable(ledger, fault);

	if (!err)
		err = store_begin(ledger->store, STORE_EXCLUSIVE, fault);
	if (err)
		return err;
	consent_write(consent, &record);
	err = store_donor_add(ledger->store, member, key, NULL, record_slice(&record),
			      fault);
	return ledger_secrets_end(ledger, err, fault);
}

struct each_consent {
	enum err (*each)(void *ctx, const struct registered *row, struct fault *fault);
	void *ctx;
};

static enum err each_row(void *ctx, const struct store_consent *row, struct fault *fault)
{
	const struct each_consent *asked = ctx;
	struct registered registered = { .member = row->member, .is_past = row->is_past };
	enum err err = consent_read(row->consent, &registered.consent, fault);

	memcpy(registered.key, row->key, sizeof registered.key);
	return err ? err : asked->each(asked->ctx, &registered, fault);
}

enum err ledger_consent_each(struct ledger *ledger,
			     enum err (*each)(void *ctx, const struct registered *row,
					      struct fault *fault),
			     void *ctx, struct fault *fault)
{
	struct each_consent asked = { .each = each, .ctx = ctx };
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = store_consent_each(ledger->store, each_row, &asked, fault);
	ledger_reading_stop(ledger);
	return err;
}
