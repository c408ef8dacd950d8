/*
 * ledger_forget.c - a donor who asks to be forgotten (RGPD, article 17).
 *
 * The secret that leads from the donor to its rows is destroyed: what stays of them, a
 * tag and amounts, names nobody any more. A tombstone refuses the donor's rows for as
 * long as a claim of before could be made twice; and the tags of its rows are kept as
 * long, so that a correction of such a batch leaves them as they are.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/hash.h"
#include "ledger/batch.h"
#include "ledger/ledger_int.h"

#define NUMBERS_MAX 16 /* of one donor, by renaming */
#define SLIPS_MAX   1024

/* ---- payslips ---- */

enum err ledger_donor_slips(struct ledger *ledger, struct slice member,
			    const struct donor_slip *slips, size_t count,
			    struct fault *fault)
{
	enum err err = ledger_secrets_begin(ledger, fault);

	if (err)
		return err;
	for (size_t i = 0; i < count && !err; i++)
		err = store_slip_add(ledger->store, member, slips[i].key, slips[i].slip,
				     fault);
	return ledger_secrets_end(ledger, err, fault);
}

/* ---- what is known of the donor ---- */

struct forgetting {
	struct ledger *ledger;
	struct slice member;
	uint8_t secret[STORE_SECRET_BYTES];
	size_t number_count;
	uint8_t number[NUMBERS_MAX][STORE_SECRET_BYTES];
	size_t slip_count;
	char slip[SLIPS_MAX][BATCH_SUBJECT_BYTES_MAX + 1];
	struct month until;
	uint64_t tag_count;
};

static enum err number_take(void *ctx, struct slice key, struct fault *fault)
{
	struct forgetting *forgetting = ctx;

	if (key.n != STORE_SECRET_BYTES || forgetting->number_count == NUMBERS_MAX)
		return fault_set(fault, ERR_TOO_BIG, "the donor has more than %d numbers",
				 NUMBERS_MAX);
	memcpy(forgetting->number[forgetting->number_count++], key.p, key.n);
	return ERR_OK;
}

static enum err slip_take(void *ctx, struct slice slip, struct fault *fault)
{
	struct forgetting *forgetting = ctx;

	if (slip.n > BATCH_SUBJECT_BYTES_MAX || forgetting->slip_count == SLIPS_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "the donor has had more than %d payslips' numbers",
				 SLIPS_MAX);
	memcpy(forgetting->slip[forgetting->slip_count++], slip.p, slip.n);
	return ERR_OK;
}

static enum err donor_find(struct forgetting *forgetting, const uint8_t *key,
			   struct fault *fault)
{
	struct store *store = forgetting->ledger->store;
	bool is_known = false;
	enum err err = ledger_donor_secret(forgetting->ledger, forgetting->member, key,
					   forgetting->secret, &is_known, fault);

	if (!err && !is_known)
		err = fault_set(fault, ERR_NOT_FOUND,
				"this number is no donor's of this company, or was "
				"forgotten already");
	if (!err)
		err = store_donor_aliases(store, forgetting->member, forgetting->secret,
					  number_take, forgetting, fault);
	forgetting->slip_count = 1; /* the first is empty: one payslip a month */
	for (size_t i = 0; i < forgetting->number_count && !err; i++)
		err = store_slips(store, forgetting->member, forgetting->number[i],
				  slip_take, forgetting, fault);
	return err;
}

/* ---- its tags ---- */

static enum err tags_keep(struct forgetting *forgetting, struct slice origin,
			  struct month period, struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < forgetting->slip_count && !err; i++) {
		struct batch_head head = { .origin = origin,
					   .company = forgetting->member,
					   .source = BATCH_SALARY,
					   .period = period };
		struct tag tag = batch_pay_tag(forgetting->secret, &head,
					       slice_of_text(forgetting->slip[i]));

		err = store_tombstone_tag_add(forgetting->ledger->store,
					      forgetting->member, &tag, forgetting->until,
					      fault);
		forgetting->tag_count++;
	}
	return err;
}

static enum err periods_keep(struct forgetting *forgetting, struct fault *fault)
{
	struct month *periods = NULL;
	struct charter_view charter;
	size_t count = 0;
	enum err err = query_charter(forgetting->ledger->books, &charter, fault);

	if (!err)
		err = query_batch_periods(forgetting->ledger->books, forgetting->member,
					  &periods, &count, fault);
	for (size_t i = 0; i < count && !err; i++)
		err = tags_keep(forgetting, slice_of_text(charter.first_origin),
				periods[i], fault);
	free(periods);
	return err;
}

/* ---- forgetting ---- */

static enum err numbers_forget(struct forgetting *forgetting, struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < forgetting->number_count && !err; i++) {
		uint8_t random_key[STORE_SECRET_BYTES];

		err = random_bytes(random_key, sizeof random_key);
		if (err)
			return fault_set(fault, err, "the machine gives no random bytes");
		err = store_donor_forget(forgetting->ledger->store, forgetting->member,
					 forgetting->number[i], random_key,
					 forgetting->until, fault);
	}
	return err;
}

static enum err until_month(struct month *ret_until, struct fault *fault)
{
	struct date today;
	enum err err = date_paris(time(NULL), &today);

	if (!err)
		err = month_add(month_of_date(today), LEDGER_TOMBSTONE_MONTHS, ret_until);
	return err ? fault_set(fault, err, "the machine's clock gives no day of ours")
		   : err;
}

enum err ledger_donor_forget(struct ledger *ledger, struct slice member,
			     const uint8_t key[32], struct forgotten *ret_forgotten,
			     struct fault *fault)
{
	struct forgetting forgetting = { .ledger = ledger, .member = member };
	struct fault own = { 0 };
	enum err err = until_month(&forgetting.until, fault), erased = ERR_OK;

	if (!err)
		err = ledger_writable(ledger, fault);
	if (!err)
		err = store_begin(ledger->store, STORE_EXCLUSIVE, fault);
	if (err)
		return err;
	err = ledger_catch_up(ledger, fault);
	if (!err)
		err = donor_find(&forgetting, key, fault);
	if (!err)
		err = periods_keep(&forgetting, fault);
	if (!err)
		err = numbers_forget(&forgetting, fault);
	bytes_wipe(forgetting.secret, sizeof forgetting.secret);
	err = ledger_secrets_end(ledger, err, fault);
	/* It is done, now or by a call before that ended here; but a copy may lie in the
	 * log of writes until its readers end. */
	if (!err || err == ERR_NOT_FOUND)
		erased = store_erase(ledger->store, err ? &own : fault);
	if (erased) {
		if (err && fault)
			*fault = own;
		err = erased;
	}
	if (!err)
		*ret_forgotten = (struct forgotten){
			.until = forgetting.until,
			.numbers = forgetting.number_count,
		};
	return err;
}

/* ---- rows that stay as they are ---- */

struct kept {
	size_t count, room;
	char (*tag)[2 * TAG_BYTES + 1]; /* ascending, in hex */
};

static enum err tag_take(void *ctx, struct slice tag, struct fault *fault)
{
	struct kept *kept = ctx;
	void *more;

	if (kept->count == kept->room) {
		kept->room = kept->room ? kept->room * 2 : 64;
		more = reallocarray(kept->tag, kept->room, sizeof *kept->tag);
		if (!more)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		kept->tag = more;
	}
	if (tag.n != TAG_BYTES)
		return fault_set(fault, ERR_CORRUPT, "a tombstone's tag is damaged");
	hex_encode(tag.p, tag.n, kept->tag[kept->count++]);
	return ERR_OK;
}

static int tag_text_cmp(const void *a, const void *b)
{
	return memcmp(a, b, (size_t)2 * TAG_BYTES);
}

static enum err rows_choose(const struct kept *kept, struct slice blob,
			    struct buffer *ret_rows, struct fault *fault)
{
	const char *p = (const char *)blob.p, *end = p + blob.n;

	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		struct slice tag;

		if (!stop || batch_line_tag(slice_of(p, (size_t)(stop - p)), &tag))
			return fault_set(fault, ERR_CORRUPT,
					 "a batch's rows are damaged");
		if (bsearch(tag.p, kept->tag, kept->count, sizeof *kept->tag,
			    tag_text_cmp))
			buffer_put(ret_rows, p, (size_t)(stop - p) + 1);
		p = stop + 1;
	}
	return buffer_check(ret_rows, "the rows that stay", fault);
}

enum err ledger_rows_kept(struct ledger *ledger, struct slice member, uint64_t position,
			  struct buffer *ret_rows, struct fault *fault)
{
	struct kept kept = { .count = 0 };
	struct buffer blob;
	struct date today;
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	buffer_init(&blob, STORE_ROWS_BYTES_MAX);
	err = date_paris(time(NULL), &today);
	if (!err)
		err = store_tombstone_tags(ledger->store, member, month_of_date(today),
					   tag_take, &kept, fault);
	if (!err && kept.count)
		err = store_rows(ledger->store, position, &blob, fault);
	if (err == ERR_NOT_FOUND)
		err = ERR_OK; /* it had no row */
	if (!err && kept.count)
		err = rows_choose(&kept, buffer_slice(&blob), ret_rows, fault);
	ledger_reading_stop(ledger);
	buffer_release(&blob);
	free(kept.tag);
	return err;
}
