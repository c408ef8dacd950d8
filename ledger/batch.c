/*
 * batch.c - from checked round-ups to a batch: tags, sorted rows, totals, draft.
 *
 * Claims of pay are sorted twice: by their donors' keys, so that the secrets are
 * asked for once and each donor's HMAC key is prepared once; and by their tags,
 * which is the order of rows.
 */
#include "ledger/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/batch_tag.h"
#include "ledger/byte_order.h"

/* A guess: lines are seldom longer. */
#define ROW_LINE_BYTES_USUAL 100

static const char *const source_names[BATCH_SOURCE__COUNT] = {
	[BATCH_INVOICE] = "invoice",
	[BATCH_SALARY] = "salary",
	[BATCH_TILL] = "till",
};

const char *batch_source_name(enum batch_source source)
{
	assert(source < BATCH_SOURCE__COUNT);
	return source_names[source];
}

enum err batch_source_parse(struct slice name, enum batch_source *ret_source)
{
	for (unsigned i = 0; i < BATCH_SOURCE__COUNT; i++)
		if (slice_equal_text(name, source_names[i])) {
			*ret_source = (enum batch_source)i;
			return ERR_OK;
		}
	return ERR_INVALID;
}

void batch_init(struct batch *batch)
{
	*batch = (struct batch){ 0 };
	buffer_init(&batch->blob, 0);
}

void batch_release(struct batch *batch)
{
	buffer_release(&batch->blob);
	free(batch->tags);
	free(batch->lines);
	free(batch->refused);
	batch_init(batch);
}

/* ---- the batch under way ---- */

/* Claims that give something, by their place among these. All arrays have n. */
struct making {
	const struct batch_head *head;
	const struct batch_claim *claims;
	struct tag_text text;
	size_t n;
	uint32_t *claim; /* index into claims */
	uint32_t *order; /* place in the batch -> place here */
	struct tag *tags;
	uint8_t *keys;                 /* pay: of the donors; made unique in place */
	uint8_t *secrets;              /* pay: of the unique donors */
	struct batch_refusal *refused; /* handed to the batch */
	size_t refused_count;
};

static enum err no_memory(struct fault *fault)
{
	return fault_set(fault, ERR_MEMORY, "out of memory");
}

static void wipe_free(uint8_t *bytes, size_t n)
{
	if (bytes)
		bytes_wipe(bytes, n);
	free(bytes);
}

static void making_release(struct making *making)
{
	free(making->claim);
	free(making->order);
	free(making->tags);
	wipe_free(making->keys, making->n * BATCH_SECRET_BYTES);
	wipe_free(making->secrets, making->n * BATCH_SECRET_BYTES);
}

/* A part of a tag's text: printable ASCII, so no line feed. */
static bool is_part(struct slice part, size_t bytes_min)
{
	if (part.n < bytes_min || part.n > BATCH_SUBJECT_BYTES_MAX)
		return false;
	for (size_t i = 0; i < part.n; i++)
		if (part.p[i] <= 0x20 || part.p[i] >= 0x7F)
			return false;
	return true;
}

static bool is_fund(struct slice fund)
{
	if (fund.n == 0 || fund.n > ROW_FUND_BYTES_MAX)
		return false;
	for (size_t i = 0; i < fund.n; i++) {
		uint8_t c = fund.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

static enum err claim_check(const struct batch_claim *claim, struct fault *fault)
{
	if (is_part(claim->subject, 1) && is_part(claim->slip, 0) &&
	    is_fund(claim->fund) && claim->giver < GIVER__COUNT &&
	    !cents_is_negative(claim->roundup) && !cents_is_negative(claim->extra))
		return ERR_OK;
	return fault_set(fault, ERR_INVALID, "line %u is no claim that can be booked",
			 claim->line);
}

/* Which claims give something. */
static enum err making_take(struct making *making, size_t n, struct fault *fault)
{
	size_t room = n > 0 ? n : 1;

	making->claim = calloc(room, sizeof *making->claim);
	making->order = calloc(room, sizeof *making->order);
	making->tags = calloc(room, sizeof *making->tags);
	if (!making->claim || !making->order || !making->tags)
		return no_memory(fault);
	for (size_t i = 0; i < n; i++) {
		enum err err = claim_check(&making->claims[i], fault);

		if (err)
			return err;
		if (!cents_is_zero(making->claims[i].roundup) ||
		    !cents_is_zero(making->claims[i].extra))
			making->claim[making->n++] = (uint32_t)i;
	}
	return ERR_OK;
}

static const struct batch_claim *claim_at(const struct making *making, uint32_t place)
{
	return &making->claims[making->claim[place]];
}

/* ---- tags of pay ---- */

static uint8_t *key_at(const struct making *making, size_t i)
{
	return making->keys + i * BATCH_SECRET_BYTES;
}

/* text begins with the n_prefix bytes that are before every donor. */
static struct hash donor_key(const struct hmac_key *company, struct tag_text *text,
			     size_t n_prefix, struct slice donor)
{
	text->n = n_prefix;
	tag_text_add(text, donor);
	return hmac_key_sum(company, text->text, text->n);
}

enum err batch_donor_key(const uint8_t company_secret[BATCH_SECRET_BYTES],
			 struct slice donor, uint8_t ret_key[BATCH_SECRET_BYTES],
			 struct fault *fault)
{
	struct tag_text text = { 0 };
	struct hmac_key company;
	struct hash key;

	if (!is_part(donor, 1))
		return fault_set(fault, ERR_INVALID,
				 "a donor's reference is 1 to %d characters without a "
				 "blank",
				 BATCH_SUBJECT_BYTES_MAX);
	tag_text_line(&text, slice_of_text("donor"));
	hmac_key_init(&company, company_secret, BATCH_SECRET_BYTES);
	key = donor_key(&company, &text, text.n, donor);
	hmac_key_clear(&company);
	memcpy(ret_key, key.b, BATCH_SECRET_BYTES);
	return ERR_OK;
}

static enum err donors_sort(struct making *making, const struct hmac_key *company,
			    struct fault *fault)
{
	struct tag_text text = { 0 };
	size_t n_prefix;

	making->keys = calloc(making->n, BATCH_SECRET_BYTES);
	making->secrets = calloc(making->n, BATCH_SECRET_BYTES);
	if (!making->keys || !making->secrets)
		return no_memory(fault);
	tag_text_line(&text, slice_of_text("donor"));
	n_prefix = text.n;
	for (uint32_t i = 0; i < making->n; i++) {
		struct hash key =
			donor_key(company, &text, n_prefix, claim_at(making, i)->subject);

		memcpy(key_at(making, i), key.b, BATCH_SECRET_BYTES);
	}
	if (byte_order(making->keys, BATCH_SECRET_BYTES, making->n, making->order))
		return no_memory(fault);
	return ERR_OK;
}

/* The keys in their order, each once; donor_of[i] tells whose the i-th claim in
 * that order is. */
static enum err donors_unique(struct making *making, uint32_t *donor_of,
			      size_t *ret_count, struct fault *fault)
{
	uint8_t *unique = calloc(making->n, BATCH_SECRET_BYTES);
	size_t count = 0;

	if (!unique)
		return no_memory(fault);
	for (size_t i = 0; i < making->n; i++) {
		const uint8_t *key = key_at(making, making->order[i]);

		if (count == 0 || memcmp(unique + (count - 1) * BATCH_SECRET_BYTES, key,
					 BATCH_SECRET_BYTES) != 0)
			memcpy(unique + count++ * BATCH_SECRET_BYTES, key,
			       BATCH_SECRET_BYTES);
		donor_of[i] = (uint32_t)count - 1;
	}
	wipe_free(making->keys, making->n * BATCH_SECRET_BYTES);
	making->keys = unique;
	*ret_count = count;
	return ERR_OK;
}

/* Claims come donor by donor, so that each one's HMAC key is made once. */
static void donors_tag(struct making *making, const uint32_t *donor_of)
{
	struct tag_text text = making->text;
	struct hmac_key key;

	for (size_t i = 0; i < making->n; i++) {
		uint32_t place = making->order[i];

		if (i == 0 || donor_of[i] != donor_of[i - 1])
			hmac_key_init(&key,
				      making->secrets + donor_of[i] * BATCH_SECRET_BYTES,
				      BATCH_SECRET_BYTES);
		text.n = making->text.n;
		tag_text_add(&text, claim_at(making, place)->slip);
		making->tags[place] = tag_text_sum(&key, &text);
	}
	hmac_key_clear(&key);
}

/* ---- consents ---- */

/* A donor's first claim says what it gives; the latest day that any of them states is
 * that of its consent. */
static void asks_fill(const struct making *making, const uint32_t *donor_of,
		      struct donor_ask *asks)
{
	const struct batch_head *head = making->head;

	for (size_t i = 0; i < making->n; i++) {
		const struct batch_claim *claim = claim_at(making, making->order[i]);
		struct donor_ask *ask = &asks[donor_of[i]];

		if (i == 0 || donor_of[i] != donor_of[i - 1])
			*ask = (struct donor_ask){
				.consent = { .terms = head->terms,
					     .collected_on =
						     head->mend ? head->mend->collected_on
								: head->collected_on,
					     .stated = CONSENT_NO_DAY },
				.step = head->step,
				.extra = claim->extra,
				.fund = claim->fund,
			};
		if (claim->consent.day > 0 &&
		    date_cmp(claim->consent, ask->consent.stated) > 0)
			ask->consent.stated = claim->consent;
	}
}

static int refusal_cmp(const void *a, const void *b)
{
	uint32_t x = ((const struct batch_refusal *)a)->line;
	uint32_t y = ((const struct batch_refusal *)b)->line;

	return (x > y) - (x < y);
}

static enum err consents_refuse(struct making *making, const uint32_t *donor_of,
				const uint8_t *verdicts, struct fault *fault)
{
	size_t count = 0;

	for (size_t i = 0; i < making->n; i++)
		count += verdicts[donor_of[i]] > CONSENT_NEW;
	if (!count)
		return ERR_OK;
	making->refused = calloc(count, sizeof *making->refused);
	if (!making->refused)
		return no_memory(fault);
	for (size_t i = 0; i < making->n; i++)
		if (verdicts[donor_of[i]] > CONSENT_NEW)
			making->refused[making->refused_count++] = (struct batch_refusal){
				.line = claim_at(making, making->order[i])->line,
				.verdict = (enum consent_verdict)verdicts[donor_of[i]],
			};
	qsort(making->refused, count, sizeof *making->refused, refusal_cmp);
	return fault_rule(fault, "consent",
			  "the donors of %zu rows have not consented to them", count);
}

static enum err donors_ask(struct making *making, const struct batch_secrets *secrets,
			   const uint32_t *donor_of, size_t count, bool keep,
			   struct fault *fault)
{
	struct donor_ask *asks = calloc(count, sizeof *asks);
	uint8_t *verdicts = calloc(count, sizeof *verdicts);
	enum err err = asks && verdicts ? ERR_OK : no_memory(fault);

	if (!err) {
		asks_fill(making, donor_of, asks);
		err = secrets->donors(secrets->ctx, making->keys,
				      secrets->asks_consents ? asks : NULL, count, keep,
				      making->secrets, verdicts, fault);
	}
	if (!err && secrets->asks_consents)
		err = consents_refuse(making, donor_of, verdicts, fault);
	free(asks);
	free(verdicts);
	return err;
}

/* Nearly all donors have one payslip a month, and nothing is kept of that. */
static enum err slips_keep(const struct making *making,
			   const struct batch_secrets *secrets, const uint32_t *donor_of,
			   struct fault *fault)
{
	struct donor_slip *slips;
	size_t count = 0;
	enum err err;

	for (uint32_t i = 0; i < making->n; i++)
		count += claim_at(making, i)->slip.n > 0;
	if (!count)
		return ERR_OK;
	slips = calloc(count, sizeof *slips);
	if (!slips)
		return no_memory(fault);
	count = 0;
	for (size_t i = 0; i < making->n; i++) {
		struct slice slip = claim_at(making, making->order[i])->slip;

		if (slip.n)
			slips[count++] =
				(struct donor_slip){ key_at(making, donor_of[i]), slip };
	}
	err = secrets->slips(secrets->ctx, slips, count, fault);
	free(slips);
	return err;
}

static enum err tag_salary(struct making *making, const struct hmac_key *company,
			   const struct batch_secrets *secrets, bool keep,
			   struct fault *fault)
{
	uint32_t *donor_of = NULL;
	size_t count = 0;
	enum err err;

	if (making->n == 0)
		return ERR_OK;
	err = donors_sort(making, company, fault);
	if (err)
		return err;
	donor_of = calloc(making->n, sizeof *donor_of);
	err = donor_of ? donors_unique(making, donor_of, &count, fault)
		       : no_memory(fault);
	if (!err)
		err = donors_ask(making, secrets, donor_of, count, keep, fault);
	if (!err && keep && secrets->slips)
		err = slips_keep(making, secrets, donor_of, fault);
	if (!err)
		donors_tag(making, donor_of);
	free(donor_of);
	return err;
}

/* ---- tags of the others ---- */

static void tag_plain(struct making *making, const struct hmac_key *company)
{
	struct tag_text text = making->text;
	char day[DATE_TEXT_BYTES];

	for (uint32_t i = 0; i < making->n; i++) {
		const struct batch_claim *claim = claim_at(making, i);

		text.n = making->text.n;
		tag_text_add(&text, claim->subject);
		if (making->head->source == BATCH_TILL) {
			date_format(claim->day, day);
			tag_text_add(&text, slice_of_text("\n"));
			tag_text_add(&text, slice_of_text(day));
		}
		making->tags[i] = tag_text_sum(company, &text);
	}
}

static enum err making_tag(struct making *making, const struct batch_secrets *secrets,
			   bool keep, struct fault *fault)
{
	uint8_t secret[BATCH_SECRET_BYTES];
	struct hmac_key company;
	enum err err = secrets->company(secrets->ctx, secret, fault);

	if (err)
		return err;
	hmac_key_init(&company, secret, sizeof secret);
	bytes_wipe(secret, sizeof secret);
	if (making->head->source == BATCH_SALARY)
		err = tag_salary(making, &company, secrets, keep, fault);
	else
		tag_plain(making, &company);
	hmac_key_clear(&company);
	return err;
}

/* ---- rows ---- */

static enum err claim_twice(const struct making *making, uint32_t a, uint32_t b,
			    struct fault *fault)
{
	uint32_t line_a = claim_at(making, a)->line, line_b = claim_at(making, b)->line;

	return fault_rule(fault, "claim_twice", "line %u claims what line %u does",
			  line_a > line_b ? line_a : line_b,
			  line_a > line_b ? line_b : line_a);
}

static enum err row_put(struct batch *batch, const struct batch_claim *claim,
			const struct tag *tag)
{
	char line[ROW_LINE_BYTES_MAX + 1];
	struct row row = {
		.giver = claim->giver,
		.roundup = claim->roundup,
		.extra = claim->extra,
		.tag = *tag,
	};
	size_t n;

	memcpy(row.fund, claim->fund.p, claim->fund.n);
	n = row_encode(&row, line);
	line[n++] = '\n';
	return buffer_put(&batch->blob, line, n);
}

static enum err making_rows(struct making *making, struct batch *batch,
			    struct fault *fault)
{
	if (byte_order((const uint8_t *)making->tags, TAG_BYTES, making->n,
		       making->order))
		return no_memory(fault);
	for (size_t i = 0; i < making->n; i++) {
		uint32_t place = making->order[i];
		const struct tag *tag = &making->tags[place];

		if (i > 0 && tag_cmp(&making->tags[making->order[i - 1]], tag) == 0)
			return claim_twice(making, making->order[i - 1], place, fault);
		batch->lines[i] = claim_at(making, place)->line;
		if (row_put(batch, claim_at(making, place), tag))
			break; /* the buffer keeps its error */
	}
	return buffer_check(&batch->blob, "a batch's rows", fault);
}

/* Room for the rows; the tags are filled in by rows_summarise(). */
static enum err batch_reserve(struct batch *batch, size_t n, struct fault *fault)
{
	size_t room = n > 0 ? n : 1;

	buffer_init(&batch->blob, room * (ROW_LINE_BYTES_MAX + 1));
	batch->tags = calloc(room, sizeof *batch->tags);
	batch->lines = calloc(room, sizeof *batch->lines);
	if (!batch->tags || !batch->lines ||
	    buffer_reserve(&batch->blob, room * ROW_LINE_BYTES_USUAL))
		return no_memory(fault);
	return ERR_OK;
}

/* The blob is read back as a verifier will read it. */
static enum err batch_summarise(struct batch *batch, const struct batch_head *head,
				size_t n, struct fault *fault)
{
	struct rows_limits limits =
		rows_limits_of(head->source == BATCH_TILL, head->step, head->row_cap, n);

	return rows_summarise(buffer_slice(&batch->blob), &limits, batch->tags,
			      &batch->summary, fault);
}

enum err batch_make(const struct batch_head *head, const struct batch_secrets *secrets,
		    const struct batch_claim *claims, size_t n, bool keep,
		    struct batch *batch, struct fault *fault)
{
	struct making making = { .head = head, .claims = claims };
	enum err err;

	assert(head->origin.n <= BATCH_ORIGIN_BYTES_MAX &&
	       head->company.n <= BATCH_COMPANY_BYTES_MAX);
	if (n > BATCH_ROWS_MAX)
		return fault_set(fault, ERR_TOO_BIG, "a batch has at most %d rows",
				 BATCH_ROWS_MAX);
	batch_release(batch);
	making.text = tag_text_of_batch(head);
	err = making_take(&making, n, fault);
	if (!err)
		err = making_tag(&making, secrets, keep, fault);
	if (!err)
		err = batch_reserve(batch, making.n, fault);
	if (!err)
		err = making_rows(&making, batch, fault);
	if (!err)
		err = batch_summarise(batch, head, making.n, fault);
	if (err)
		batch_release(batch);
	else
		batch->zero = n - making.n;
	batch->refused = making.refused;
	batch->refused_count = making.refused_count;
	making_release(&making);
	return err;
}

struct batch_rows batch_rows(const struct batch *batch)
{
	return (struct batch_rows){
		.blob = buffer_slice(&batch->blob),
		.tags = (const uint8_t *)batch->tags,
		.count = batch->summary.head.size,
		.root = batch->summary.head.root,
	};
}
