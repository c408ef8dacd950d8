/*
 * ledger_consent.c - the register of consents of a ledger: judged with each batch of pay,
 * and kept before the batch is recorded.
 *
 * What a batch opens is committed in a forerunner, as donors' secrets are: a consent
 * whose batch was refused after all does no harm, a batch without its consents would.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger/ledger_int.h"

struct judging {
	const struct donor_ask *asks;
	uint8_t *verdicts;
};

static enum err judge_known(void *ctx, size_t i, struct slice bytes, struct fault *fault)
{
	struct judging *judging = ctx;
	struct consent known;
	enum err err = consent_read(bytes, &known, fault);

	if (!err)
		judging->verdicts[i] =
			(uint8_t)consent_judge(&known, &judging->asks[i].consent);
	return err;
}

static enum err judge_forgotten(void *ctx, size_t i, struct fault *fault)
{
	struct judging *judging = ctx;

	(void)fault;
	judging->verdicts[i] = CONSENT_FORGOTTEN;
	return ERR_OK;
}

static enum err judge(struct ledger *ledger, struct slice member, const uint8_t *keys,
		      const struct donor_ask *asks, size_t count, uint8_t *ret_verdicts,
		      struct fault *fault)
{
	struct judging judging = { .asks = asks, .verdicts = ret_verdicts };
	struct date today;
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		ret_verdicts[i] = (uint8_t)consent_judge(NULL, &asks[i].consent);
	err = store_consents(ledger->store, member, keys, count, judge_known, &judging,
			     fault);
	if (!err)
		err = date_paris(time(NULL), &today);
	if (!err)
		err = store_tombstones(ledger->store, member, month_of_date(today), keys,
				       count, judge_forgotten, &judging, fault);
	ledger_reading_stop(ledger);
	return err;
}

static struct consent consent_of(const struct donor_ask *ask)
{
	struct date stated = ask->consent.stated;
	struct consent consent = {
		.step = ask->step,
		.extra = ask->extra,
		.from = stated.day >= 0 ? stated : ask->consent.collected_on,
		.until = CONSENT_NO_DAY,
		.withdrawn = CONSENT_NO_DAY,
		.recorded_at = time(NULL),
	};

	(void)snprintf(consent.terms, sizeof consent.terms, "%.*s",
		       (int)ask->consent.terms.n, (const char *)ask->consent.terms.p);
	(void)snprintf(consent.fund, sizeof consent.fund, "%.*s", (int)ask->fund.n,
		       (const char *)ask->fund.p);
	return consent;
}

static enum err consents_add(struct ledger *ledger, struct slice member,
			     const uint8_t *keys, const struct donor_ask *asks,
			     size_t count, const uint8_t *verdicts, struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && !err; i++) {
		struct record record;
		struct consent consent;

		if (verdicts[i] != CONSENT_NEW)
			continue;
		consent = consent_of(&asks[i]);
		consent_write(&consent, &record);
		err = store_consent_put(ledger->store, member,
					keys + i * STORE_SECRET_BYTES,
					record_slice(&record), fault);
	}
	return err;
}

enum err ledger_consents(struct ledger *ledger, struct slice member, const uint8_t *keys,
			 const struct donor_ask *asks, size_t count, bool keep,
			 uint8_t *ret_verdicts, struct fault *fault)
{
	bool any_new = false, all_good = true;
	enum err err = judge(ledger, member, keys, asks, count, ret_verdicts, fault);

	for (size_t i = 0; i < count && !err; i++) {
		any_new = any_new || ret_verdicts[i] == CONSENT_NEW;
		all_good = all_good && ret_verdicts[i] <= CONSENT_NEW;
	}
	if (err || !keep || !any_new || !all_good)
		return err;
	err = ledger_secrets_begin(ledger, fault);
	if (err)
		return err;
	err = consents_add(ledger, member, keys, asks, count, ret_verdicts, fault);
	return ledger_secrets_end(ledger, err, fault);
}

/* ---- one donor ---- */

struct found {
	struct consent *consent;
	bool is_found;
};

static enum err found_take(void *ctx, size_t i, struct slice bytes, struct fault *fault)
{
	struct found *found = ctx;

	(void)i;
	found->is_found = true;
	return consent_read(bytes, found->consent, fault);
}

enum err ledger_consent(struct ledger *ledger, struct slice member, const uint8_t key[32],
			struct consent *ret_consent, struct fault *fault)
{
	struct found found = { .consent = ret_consent };
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = store_consents(ledger->store, member, key, 1, found_take, &found, fault);
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
	err = store_consent_put(ledger->store, member, key, record_slice(&record), fault);
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
