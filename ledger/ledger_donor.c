/*
 * ledger_donor.c - the donors of a company: their secrets, and what they agreed to.
 *
 * Both are asked for with each batch of pay, and kept before it is recorded: in a
 * forerunner, so that the batch is committed behind them, in the same file, and is not
 * answered before that is on the disk. A consent or secret whose batch was refused after
 * all does no harm; a batch without them would.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger/ledger_int.h"

struct donors {
	struct ledger *ledger;
	struct slice member;
	const uint8_t *keys;
	const struct donor_ask *asks; /* NULL: their consent is not asked for */
	size_t count;
	bool *known; /* it has a secret */
	uint8_t *secrets, *verdicts;
};

/* ---- what is there ---- */

static enum err donor_met(void *ctx, size_t i, const struct store_donor *donor,
			  struct fault *fault)
{
	struct donors *donors = ctx;
	struct consent consent;
	enum err err;

	if (donor->secret) {
		memcpy(donors->secrets + i * STORE_SECRET_BYTES, donor->secret,
		       STORE_SECRET_BYTES);
		donors->known[i] = true;
	}
	if (!donors->asks || !donor->consent.n)
		return ERR_OK;
	err = consent_read(donor->consent, &consent, fault);
	if (!err)
		donors->verdicts[i] =
			(uint8_t)consent_judge(&consent, &donors->asks[i].consent);
	return err;
}

static enum err donor_forgotten(void *ctx, size_t i, struct fault *fault)
{
	struct donors *donors = ctx;

	(void)fault;
	donors->verdicts[i] = CONSENT_FORGOTTEN;
	return ERR_OK;
}

static enum err donors_read(struct donors *donors, struct fault *fault)
{
	struct store *store = donors->ledger->store;
	struct date today;
	enum err err = ledger_reading_start(donors->ledger, fault);

	if (err)
		return err;
	for (size_t i = 0; donors->asks && i < donors->count; i++)
		donors->verdicts[i] =
			(uint8_t)consent_judge(NULL, &donors->asks[i].consent);
	err = store_donors(store, donors->member, donors->keys, donors->count, donor_met,
			   donors, fault);
	if (!err && donors->asks)
		err = date_paris(time(NULL), &today);
	if (!err && donors->asks)
		err = store_tombstones(store, donors->member, month_of_date(today),
				       donors->keys, donors->count, donor_forgotten,
				       donors, fault);
	ledger_reading_stop(donors->ledger);
	return err;
}

/* ---- what is new ---- */

/* All at once: one call for the batch instead of one for each new donor. */
static enum err secrets_make(struct donors *donors, struct fault *fault)
{
	uint8_t *fresh, *next;
	size_t bytes = 0;
	enum err err;

	for (size_t i = 0; i < donors->count; i++)
		bytes += donors->known[i] ? 0 : STORE_SECRET_BYTES;
	if (!bytes)
		return ERR_OK;
	fresh = malloc(bytes);
	if (!fresh)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = random_bytes(fresh, bytes);
	if (err)
		err = fault_set(fault, err, "the machine gives no random bytes");
	next = fresh;
	for (size_t i = 0; i < donors->count && !err; i++) {
		if (donors->known[i])
			continue;
		memcpy(donors->secrets + i * STORE_SECRET_BYTES, next,
		       STORE_SECRET_BYTES);
		next += STORE_SECRET_BYTES;
	}
	bytes_wipe(fresh, bytes);
	free(fresh);
	return err;
}

/* A name that is too long is cut: its batch will be refused for it. */
static void name_copy(char *out, size_t bytes, struct slice name)
{
	size_t n = name.n < bytes ? name.n : bytes - 1;

	if (n)
		memcpy(out, name.p, n);
	out[n] = '\0';
}

static struct consent consent_of(const struct donor_ask *ask, int64_t now)
{
	struct date stated = ask->consent.stated;
	struct consent consent = {
		.step = ask->step,
		.extra = ask->extra,
		.from = stated.day >= 0 ? stated : ask->consent.collected_on,
		.until = CONSENT_NO_DAY,
		.withdrawn = CONSENT_NO_DAY,
		.recorded_at = now,
	};

	name_copy(consent.terms, sizeof consent.terms, ask->consent.terms);
	name_copy(consent.fund, sizeof consent.fund, ask->fund);
	return consent;
}

static bool is_new(const struct donors *donors, size_t i)
{
	return donors->asks && donors->verdicts[i] == CONSENT_NEW;
}

static enum err donors_add(struct donors *donors, struct fault *fault)
{
	int64_t now = time(NULL);
	enum err err = ERR_OK;

	for (size_t i = 0; i < donors->count && !err; i++) {
		size_t at = i * STORE_SECRET_BYTES;
		struct slice opened = slice_of("", 0);
		struct record record;

		if (donors->known[i] && !is_new(donors, i))
			continue;
		if (is_new(donors, i)) {
			struct consent consent = consent_of(&donors->asks[i], now);

			consent_write(&consent, &record);
			opened = record_slice(&record);
		}
		err = store_donor_add(donors->ledger->store, donors->member,
				      donors->keys + at, donors->secrets + at, opened,
				      fault);
	}
	return err;
}

/* Whether something is to be kept; nothing is where a donor refuses. */
static bool has_new(const struct donors *donors)
{
	bool any = false;

	for (size_t i = 0; i < donors->count; i++) {
		if (donors->asks && donors->verdicts[i] > CONSENT_NEW)
			return false;
		any = any || !donors->known[i] || is_new(donors, i);
	}
	return any;
}

static enum err donors_keep(struct donors *donors, struct fault *fault)
{
	enum err err = ledger_secrets_begin(donors->ledger, fault);

	if (err)
		return err;
	err = donors_add(donors, fault);
	return ledger_secrets_end(donors->ledger, err, fault);
}

enum err ledger_donors(struct ledger *ledger, struct slice member, const uint8_t *keys,
		       const struct donor_ask *asks, size_t count, bool keep,
		       uint8_t *ret_secrets, uint8_t *ret_verdicts, struct fault *fault)
{
	struct donors donors = { .ledger = ledger,
				 .member = member,
				 .keys = keys,
				 .asks = asks,
				 .count = count,
				 .known = calloc(count + 1, sizeof *donors.known),
				 .secrets = ret_secrets,
				 .verdicts = ret_verdicts };
	enum err err;

	if (!donors.known)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = donors_read(&donors, fault);
	if (!err)
		err = secrets_make(&donors, fault);
	if (!err && keep && has_new(&donors))
		err = donors_keep(&donors, fault);
	if (err)
		bytes_wipe(ret_secrets, count * STORE_SECRET_BYTES);
	free(donors.known);
	return err;
}

/* ---- a new number ---- */

struct secret_found {
	bool is_there;
	uint8_t secret[STORE_SECRET_BYTES];
};

static enum err secret_take(void *ctx, size_t i, const struct store_donor *donor,
			    struct fault *fault)
{
	struct secret_found *found = ctx;

	(void)i;
	(void)fault;
	if (donor->secret) {
		found->is_there = true;
		memcpy(found->secret, donor->secret, STORE_SECRET_BYTES);
	}
	return ERR_OK;
}

enum err ledger_donor_secret(struct ledger *ledger, struct slice member,
			     const uint8_t *key, uint8_t ret_secret[STORE_SECRET_BYTES],
			     bool *ret_known, struct fault *fault)
{
	struct secret_found found = { .is_there = false };
	enum err err =
		store_donors(ledger->store, member, key, 1, secret_take, &found, fault);

	*ret_known = found.is_there;
	memcpy(ret_secret, found.secret, sizeof found.secret);
	bytes_wipe(found.secret, sizeof found.secret);
	return err;
}

static enum err donor_copy(struct ledger *ledger, struct slice member,
			   const uint8_t *old_key, const uint8_t *new_key,
			   struct fault *fault)
{
	uint8_t secret[STORE_SECRET_BYTES], other[STORE_SECRET_BYTES];
	bool is_known = false, is_taken = false;
	enum err err =
		ledger_donor_secret(ledger, member, old_key, secret, &is_known, fault);

	if (!err)
		err = ledger_donor_secret(ledger, member, new_key, other, &is_taken,
					  fault);
	if (!err && !is_known)
		err = fault_set(fault, ERR_NOT_FOUND,
				"the old reference is no donor's of this company");
	if (!err && is_taken)
		err = fault_set(fault, ERR_CONFLICT,
				"the new reference is a donor's of this company already");
	if (!err)
		err = store_donor_add(ledger->store, member, new_key, secret,
				      slice_of("", 0), fault);
	bytes_wipe(secret, sizeof secret);
	bytes_wipe(other, sizeof other);
	return err;
}

enum err ledger_donor_rename(struct ledger *ledger, struct slice member,
			     const uint8_t old_key[32], const uint8_t new_key[32],
			     struct fault *fault)
{
	enum err err = ledger_writable(ledger, fault);

	if (!err && ledger->readings)
		err = fault_set(fault, ERR_BUSY, "the ledger's books are being read");
	if (!err)
		err = store_begin(ledger->store, STORE_EXCLUSIVE, fault);
	if (err)
		return err;
	err = donor_copy(ledger, member, old_key, new_key, fault);
	return ledger_secrets_end(ledger, err, fault);
}
