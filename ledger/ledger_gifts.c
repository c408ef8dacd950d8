/*
 * ledger_gifts.c - see ledger_gifts.h.
 *
 * The rows of one company's batches of a year are read once and sorted by tag; a donor's
 * tags are then made for each of their months and looked up.
 */
#include "ledger/ledger_gifts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/batch_tag.h"
#include "ledger/ledger_int.h"
#include "ledger/rows.h"

struct month_of_pay {
	char company[QUERY_ID_BYTES]; /* that the tags name */
	struct month period;
};

struct ledger_gifts {
	struct ledger *ledger;
	struct books *books;
	int64_t year;
	struct charter_view charter;
	struct given_view *given; /* owned */
	size_t given_count;
	/* Of one company. */
	char member[QUERY_ID_BYTES];
	struct receipt_gift *rows; /* owned; ascending by tag */
	size_t row_count, row_room;
	struct month_of_pay *months; /* owned; each once */
	size_t month_count, month_room;
};

enum err ledger_gifts_open(struct ledger *ledger, struct books *books, int64_t year,
			   struct ledger_gifts **ret_gifts, struct fault *fault)
{
	struct ledger_gifts *gifts = calloc(1, sizeof *gifts);
	enum err err;

	if (!gifts)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	gifts->ledger = ledger;
	gifts->books = books;
	gifts->year = year;
	err = query_charter(gifts->books, &gifts->charter, fault);
	if (!err)
		err = query_given(gifts->books, &gifts->given, &gifts->given_count,
				  fault);
	if (err) {
		ledger_gifts_close(gifts);
		return err;
	}
	*ret_gifts = gifts;
	return ERR_OK;
}

void ledger_gifts_close(struct ledger_gifts *gifts)
{
	if (!gifts)
		return;
	free(gifts->given);
	free(gifts->rows);
	free(gifts->months);
	free(gifts);
}

/* ---- a company's rows ---- */

static void *room_for(void *list, size_t count, size_t *room, size_t bytes)
{
	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 64;
	return reallocarray(list, *room, bytes);
}

static enum err month_add_once(struct ledger_gifts *gifts, struct slice company,
			       struct month period, struct fault *fault)
{
	void *more;

	for (size_t i = 0; i < gifts->month_count; i++)
		if (month_cmp(gifts->months[i].period, period) == 0 &&
		    slice_equal_text(company, gifts->months[i].company))
			return ERR_OK;
	more = room_for(gifts->months, gifts->month_count, &gifts->month_room,
			sizeof *gifts->months);
	if (!more)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	gifts->months = more;
	gifts->months[gifts->month_count] = (struct month_of_pay){ .period = period };
	memcpy(gifts->months[gifts->month_count++].company, company.p, company.n);
	return ERR_OK;
}

static enum err row_add(struct ledger_gifts *gifts, const struct receipt_gift *like,
			const struct row *row, struct fault *fault)
{
	struct receipt_gift gift = *like;
	void *more;

	if (row->giver != GIVER_PERSON || query_receipt_mark(gifts->books, &row->tag))
		return ERR_OK;
	more = room_for(gifts->rows, gifts->row_count, &gifts->row_room,
			sizeof *gifts->rows);
	if (!more || cents_add(row->roundup, row->extra, &gift.amount))
		return fault_set(fault, ERR_MEMORY, "out of memory");
	gifts->rows = more;
	gift.tag = row->tag;
	memcpy(gift.fund, row->fund, sizeof gift.fund);
	gifts->rows[gifts->row_count++] = gift;
	return ERR_OK;
}

static enum err rows_add(struct ledger_gifts *gifts, const struct given_view *given,
			 const struct receipt_gift *like, struct fault *fault)
{
	struct buffer blob;
	const char *p, *end;
	enum err err;

	buffer_init(&blob, STORE_ROWS_BYTES_MAX);
	err = store_rows(gifts->ledger->store, given->rows_at, &blob, fault);
	p = (const char *)blob.p;
	end = p + blob.n;
	while (!err && p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		struct row row;

		err = stop ? row_decode(slice_of(p, (size_t)(stop - p)), &row, fault)
			   : fault_set(fault, ERR_CORRUPT, "a batch's rows are damaged");
		if (!err)
			err = row_add(gifts, like, &row, fault);
		p = stop ? stop + 1 : end;
	}
	buffer_release(&blob);
	return err;
}

/* Calls use() with the entry at a position. */
static enum err entry_use(struct ledger_gifts *gifts, const struct given_view *given,
			  enum err (*use)(struct ledger_gifts *gifts,
					  const struct given_view *given,
					  const struct entry *entry, void *ctx,
					  struct fault *fault),
			  void *ctx, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct buffer bytes;
	struct entry entry;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = doc ? ledger_entry(gifts->ledger, given->position, &bytes, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = entry_parse(doc, buffer_slice(&bytes), &entry, fault);
	if (!err)
		err = use(gifts, given, &entry, ctx, fault);
	buffer_release(&bytes);
	json_doc_free(doc);
	return err;
}

static void what_set(struct receipt_gift *gift, struct slice what)
{
	size_t n = what.n < sizeof gift->what ? what.n : sizeof gift->what - 1;

	memcpy(gift->what, what.p, n);
	gift->what[n] = '\0';
}

static enum err batch_use(struct ledger_gifts *gifts, const struct given_view *given,
			  const struct entry *entry, void *ctx, struct fault *fault)
{
	struct receipt_gift like = { .position = given->position,
				     .is_row = true,
				     .day = given->day,
				     .arrived_on = given->arrived_on };
	enum err err = ERR_OK;

	(void)ctx;
	what_set(&like, entry_text(entry, "source"));
	if (text_is(entry_text(entry, "source"), "salary"))
		err = month_add_once(gifts, entry_text(entry, "company"),
				     entry_month(entry, "period"), fault);
	return err ? err : rows_add(gifts, given, &like, fault);
}

static int by_tag(const void *a, const void *b)
{
	return tag_cmp(&((const struct receipt_gift *)a)->tag,
		       &((const struct receipt_gift *)b)->tag);
}

static bool is_of_rows(const struct ledger_gifts *gifts, const struct given_view *given)
{
	return given->year == gifts->year && given->rows_count > 0 &&
	       strcmp(given->class, "person") == 0 &&
	       strncmp(given->flow, "till.", 5) != 0 &&
	       cents_cmp(given->arrived, given->promised) == 0;
}

static enum err member_load(struct ledger_gifts *gifts, struct slice member,
			    struct fault *fault)
{
	enum err err = ERR_OK;

	if (slice_equal_text(member, gifts->member))
		return ERR_OK;
	if (member.n >= sizeof gifts->member)
		return fault_set(fault, ERR_INVALID, "a member's id is too long");
	gifts->row_count = gifts->month_count = 0;
	memcpy(gifts->member, member.p, member.n);
	gifts->member[member.n] = '\0';
	for (size_t i = 0; i < gifts->given_count && !err; i++)
		if (is_of_rows(gifts, &gifts->given[i]) &&
		    strcmp(gifts->given[i].payer, gifts->member) == 0)
			err = entry_use(gifts, &gifts->given[i], batch_use, NULL, fault);
	if (gifts->row_count)
		qsort(gifts->rows, gifts->row_count, sizeof *gifts->rows, by_tag);
	return err;
}

/* ---- references ---- */

static enum err row_give(struct ledger_gifts *gifts, const struct tag *tag,
			 receipt_gift_fn *each, void *ctx, struct fault *fault)
{
	struct receipt_gift wanted = { .tag = *tag };
	const struct receipt_gift *found =
		gifts->row_count ? bsearch(&wanted, gifts->rows, gifts->row_count,
					   sizeof *gifts->rows, by_tag)
				 : NULL;

	return found ? each(ctx, found, fault) : ERR_OK;
}

struct slips {
	struct ledger_gifts *gifts;
	const uint8_t *secret;
	receipt_gift_fn *each;
	void *ctx;
};

static enum err slip_give(void *ctx, struct slice slip, struct fault *fault)
{
	struct slips *slips = ctx;
	struct ledger_gifts *gifts = slips->gifts;
	enum err err = ERR_OK;

	for (size_t i = 0; i < gifts->month_count && !err; i++) {
		struct batch_head head = {
			.origin = slice_of_text(gifts->charter.first_origin),
			.company = slice_of_text(gifts->months[i].company),
			.source = BATCH_SALARY,
			.period = gifts->months[i].period,
		};
		struct tag tag = batch_pay_tag(slips->secret, &head, slip);

		err = row_give(gifts, &tag, slips->each, slips->ctx, fault);
	}
	return err;
}

static enum err employee_give(struct slips *slips, const uint8_t *company_secret,
			      struct slice number, struct fault *fault)
{
	struct ledger_gifts *gifts = slips->gifts;
	struct slice member = slice_of_text(gifts->member);
	uint8_t key[BATCH_SECRET_BYTES], secret[BATCH_SECRET_BYTES];
	bool is_known = false;
	enum err err = batch_donor_key(company_secret, number, key, fault);

	if (!err)
		err = ledger_donor_secret(gifts->ledger, member, key, secret, &is_known,
					  fault);
	slips->secret = secret;
	if (!err && is_known)
		err = slip_give(slips, slice_of("", 0), fault);
	if (!err && is_known)
		err = store_slips(gifts->ledger->store, member, key, slip_give, slips,
				  fault);
	bytes_wipe(secret, sizeof secret);
	return err;
}

static enum err invoice_give(struct slips *slips, const uint8_t *company_secret,
			     struct slice number, struct fault *fault)
{
	struct batch_head head = {
		.origin = slice_of_text(slips->gifts->charter.first_origin),
		.source = BATCH_INVOICE,
	};
	struct tag_text text = tag_text_of_batch(&head);
	struct hmac_key key;
	struct tag tag;

	hmac_key_init(&key, company_secret, BATCH_SECRET_BYTES);
	tag_text_add(&text, number);
	tag = tag_text_sum(&key, &text);
	hmac_key_clear(&key);
	return row_give(slips->gifts, &tag, slips->each, slips->ctx, fault);
}

/* ---- what is an entry of its own ---- */

struct giving {
	receipt_gift_fn *each;
	void *ctx;
};

static enum err entry_give(struct ledger_gifts *gifts, const struct given_view *given,
			   const struct entry *entry, void *ctx, struct fault *fault)
{
	struct giving *giving = ctx;
	struct receipt_gift gift = { .position = given->position,
				     .day = given->day,
				     .arrived_on = given->arrived_on };

	(void)gifts;
	if (cents_sub(given->arrived, given->receipted, &gift.amount))
		return fault_set(fault, ERR_CORRUPT, "an amount does not fit");
	if (strcmp(given->class, "match") == 0)
		what_set(&gift, slice_of_text("match"));
	else if (entry->kind == KIND_gift)
		what_set(&gift, slice_of_text("gift"));
	else
		what_set(&gift, entry_text(entry, "form"));
	if (entry->kind != KIND_batch) {
		struct slice fund = entry_text(entry, "fund");

		memcpy(gift.fund, fund.p, fund.n);
		gift.is_earmarked = entry_has(entry, "earmark");
	}
	if (entry->kind == KIND_patronage && text_is(entry_text(entry, "form"), "skills"))
		gift.people =
			entry_has(entry, "people") ? entry_integer(entry, "people") : 1;
	return giving->each(giving->ctx, &gift, fault);
}

static enum err gift_give(struct ledger_gifts *gifts, struct slice position,
			  receipt_gift_fn *each, void *ctx, struct fault *fault)
{
	struct giving giving = { each, ctx };
	struct given_view given;
	uint64_t at;

	if (decimal_parse((const char *)position.p, position.n, &at) != ERR_OK ||
	    !query_given_at(gifts->books, at, "person", &given) ||
	    strncmp(given.flow, "gift.", 5) != 0 || given.year != gifts->year ||
	    !cents_is_zero(given.receipted) ||
	    cents_cmp(given.arrived, given.promised) != 0 ||
	    !cents_is_positive(given.arrived) || strcmp(given.payer, gifts->member) != 0)
		return ERR_OK;
	return entry_use(gifts, &given, entry_give, &giving, fault);
}

static bool after_prefix(struct slice text, const char *prefix, struct slice *ret_rest)
{
	size_t n = strlen(prefix);

	if (text.n <= n || memcmp(text.p, prefix, n) != 0)
		return false;
	*ret_rest = slice_of(text.p + n, text.n - n);
	return true;
}

enum err ledger_gifts_of(struct ledger_gifts *gifts, struct slice member,
			 struct slice reference, receipt_gift_fn *each, void *ctx,
			 struct fault *fault)
{
	struct slips slips = { .gifts = gifts, .each = each, .ctx = ctx };
	uint8_t secret[STORE_SECRET_BYTES];
	struct slice rest;
	enum err err = member_load(gifts, member, fault);

	if (err)
		return err;
	if (after_prefix(reference, "gift:", &rest))
		return gift_give(gifts, rest, each, ctx, fault);
	err = store_company_secret(gifts->ledger->store, member, secret, fault);
	if (err == ERR_NOT_FOUND)
		return ERR_OK; /* it has posted nothing */
	if (!err && after_prefix(reference, "invoice:", &rest))
		err = invoice_give(&slips, secret, rest, fault);
	else if (!err)
		err = employee_give(&slips, secret, reference, fault);
	bytes_wipe(secret, sizeof secret);
	return err;
}

static bool is_companys(const struct ledger_gifts *gifts, const struct given_view *given)
{
	/* Of skills a part may stand on no receipt, ever. */
	if (strncmp(given->flow, "patronage.", 10) == 0 &&
	    !cents_is_zero(given->receipted))
		return false;
	return given->year == gifts->year &&
	       cents_cmp(given->arrived, given->receipted) != 0 &&
	       (strcmp(given->flow, "match") == 0 ||
		strcmp(given->flow, "gift.company") == 0 ||
		strncmp(given->flow, "patronage", 9) == 0);
}

enum err ledger_gifts_of_company(struct ledger_gifts *gifts, struct slice member,
				 receipt_gift_fn *each, void *ctx, struct fault *fault)
{
	struct giving giving = { each, ctx };
	enum err err = ERR_OK;

	for (size_t i = 0; i < gifts->given_count && !err; i++)
		if (is_companys(gifts, &gifts->given[i]) &&
		    slice_equal_text(member, gifts->given[i].payer))
			err = entry_use(gifts, &gifts->given[i], entry_give, &giving,
					fault);
	return err;
}
