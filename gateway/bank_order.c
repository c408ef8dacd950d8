/*
 * bank_order.c - the payments that are due, in a file for the bank.
 */
#include "gateway/bank_order.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/pain.h"
#include "keys/encoding.h"
#include "keys/file.h"
#include "keys/note.h"
#include "ledger/books_query_bank.h"
#include "ledger/reference.h"

#define FILE_BYTES_MAX ((size_t)BANK_ORDER_PAYMENTS_MAX * 2048)
#define NAME_BYTES     QUERY_LABEL_BYTES

/* What goes into the file; the strings that it points at are here. */
struct draft {
	struct pain_payment *payments;
	uint64_t *positions;
	char (*references)[REFERENCE_TEXT_BYTES];
	char (*texts)[NAME_BYTES + REFERENCE_TEXT_BYTES];
	size_t count;
	struct cents total;
	char id[SEPA_ID_CHARS_MAX + 1];
	char name[NAME_BYTES];
	char iban[IBAN_TEXT_BYTES], account[QUERY_ID_BYTES];
};

static void draft_release(struct draft *draft)
{
	free(draft->payments);
	free(draft->positions);
	free(draft->references);
	free(draft->texts);
}

static enum err draft_init(struct draft *draft, struct fault *fault)
{
	*draft = (struct draft){ .count = 0 };
	draft->payments = calloc(BANK_ORDER_PAYMENTS_MAX, sizeof *draft->payments);
	draft->positions = calloc(BANK_ORDER_PAYMENTS_MAX, sizeof *draft->positions);
	draft->references = calloc(BANK_ORDER_PAYMENTS_MAX, sizeof *draft->references);
	draft->texts = calloc(BANK_ORDER_PAYMENTS_MAX, sizeof *draft->texts);
	if (draft->payments && draft->positions && draft->references && draft->texts)
		return ERR_OK;
	draft_release(draft);
	return fault_set(fault, ERR_MEMORY, "out of memory");
}

/* ---- what the ledger knows ---- */

static enum err find_account(struct books *books, const struct bank_order_wish *wish,
			     struct draft *draft, struct fault *fault)
{
	struct account_view *accounts = NULL;
	size_t count = 0, found = 0;
	enum err err = query_accounts(books, &accounts, &count, fault);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		if (!accounts[i].active ||
		    (wish->account && strcmp(accounts[i].id, wish->account) != 0))
			continue;
		found++;
		memcpy(draft->iban, accounts[i].iban, IBAN_TEXT_BYTES);
		memcpy(draft->account, accounts[i].id, QUERY_ID_BYTES);
	}
	free(accounts);
	if (found == 1)
		return ERR_OK;
	return fault_set(fault, ERR_INVALID, "%s",
			 wish->account ? "there is no open bank account of that name"
			 : found ? "there are several bank accounts: name one (--account)"
				 : "the ledger has no open bank account");
}

static enum err read_due(struct ledger *ledger, const struct bank_order_wish *wish,
			 struct draft *draft, struct bank_payment_view **ret_payments,
			 size_t *ret_count, struct fault *fault)
{
	struct charter_view charter;
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	err = find_account(books, wish, draft, fault);
	if (!err)
		err = query_charter(books, &charter, fault);
	if (!err)
		err = query_bank_payments(books, ret_payments, ret_count, fault);
	ledger_books_done(ledger);
	if (!err)
		memcpy(draft->name, charter.name, NAME_BYTES);
	return err;
}

/* ---- the file ---- */

static const struct beneficiary *payee_of(const struct bank_payment_view *payment,
					  const struct beneficiary_file *payees)
{
	struct hash digest;

	if (hex_decode(payment->payee, strlen(payment->payee), digest.b, HASH_BYTES))
		return NULL;
	return beneficiary_find(payees, &digest);
}

/* NULL: it can be paid. */
static const char *why_not(const struct bank_payment_view *payment,
			   const struct beneficiary *payee, const struct draft *draft)
{
	if (payment->flagged)
		return "a payment to this payee came back: a seat has to confirm the "
		       "account";
	if (!payee)
		return "its payee is not in the file of payees";
	if (strcmp(payee->iban, draft->iban) == 0)
		return "its payee's account is our own";
	if (draft->count == BANK_ORDER_PAYMENTS_MAX)
		return "the file is full: order again";
	return NULL;
}

static enum err take(struct draft *draft, const struct bank_payment_view *payment,
		     const struct beneficiary *payee, struct fault *fault)
{
	struct pain_payment *one = &draft->payments[draft->count];
	char *reference = draft->references[draft->count],
	     *text = draft->texts[draft->count];

	reference_of_position(payment->position, reference);
	snprintf(text, sizeof *draft->texts, "%s %s", draft->name, reference);
	*one = (struct pain_payment){
		.end_to_end = reference,
		.payee = { payee->name, payee->iban, payee->bic[0] ? payee->bic : NULL },
		.amount = payment->amount,
		.text = text,
	};
	draft->positions[draft->count++] = payment->position;
	if (cents_add(draft->total, payment->amount, &draft->total))
		return fault_set(fault, ERR_TOO_BIG, "the payments come to too much");
	return ERR_OK;
}

static enum err take_all(struct draft *draft, const struct bank_payment_view *payments,
			 size_t count, const struct beneficiary_file *payees,
			 const struct bank_order_events *events, struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && !err; i++) {
		const struct beneficiary *payee;
		const char *why;

		if (payments[i].paid || payments[i].order)
			continue;
		payee = payee_of(&payments[i], payees);
		why = why_not(&payments[i], payee, draft);
		if (why)
			events->left(events->who, payments[i].position,
				     payments[i].amount, why);
		else
			err = take(draft, &payments[i], payee, fault);
	}
	return err;
}

/* The second and 32 random bits: no other file has it. */
static enum err make_id(struct draft *draft, int64_t now_s, struct fault *fault)
{
	uint8_t random[4];
	int n;

	if (random_bytes(random, sizeof random))
		return fault_set(fault, ERR_IO, "the machine gives no random bytes");
	n = snprintf(draft->id, sizeof draft->id, "ARRONDI-%" PRId64 "-%02X%02X%02X%02X",
		     now_s, random[0], random[1], random[2], random[3]);
	assert(n > 0 && (size_t)n < sizeof draft->id);
	return ERR_OK;
}

static enum err write_file(struct draft *draft, const struct bank_order_wish *wish,
			   const char *path, struct hash *ret_digest, struct fault *fault)
{
	struct pain_order order = {
		.id = draft->id,
		.created_s = wish->now_s,
		.execute_on = wish->execute_on,
		.debtor = { draft->name, draft->iban, wish->bic },
		.payments = draft->payments,
		.count = draft->count,
	};
	struct buffer out;
	enum err err;

	buffer_init(&out, FILE_BYTES_MAX);
	err = pain_write(&order, &out, fault);
	if (!err) {
		*ret_digest = hash_bytes(out.p, out.n);
		err = file_create(path, buffer_slice(&out), S_IRUSR | S_IWUSR, fault);
	}
	buffer_release_secret(&out);
	return err;
}

/* ---- the order ---- */

static enum err order_draft(const struct draft *draft, const struct hash *digest,
			    struct json_doc *doc, struct json **ret_json,
			    struct fault *fault)
{
	char hex[HASH_HEX_CHARS + 1];
	struct json *json = json_new(doc, JSON_OBJECT), *list;

	hex_encode(digest->b, HASH_BYTES, hex);
	(void)json_add_cstring(doc, json, "kind", "order");
	(void)json_add_cstring(doc, json, "ref", draft->id);
	(void)json_add_cstring(doc, json, "account", draft->account);
	(void)json_add_cstring(doc, json, "digest", hex);
	list = json_add(doc, json, "payments", JSON_LIST);
	for (size_t i = 0; i < draft->count; i++)
		(void)json_add_integer(doc, json_append(doc, list, JSON_OBJECT),
				       "payment", (int64_t)draft->positions[i]);
	*ret_json = json;
	return json_doc_err(doc) ? fault_set(fault, json_doc_err(doc), "out of memory")
				 : ERR_OK;
}

static enum err record_order(struct ledger *ledger, const char *by,
			     const struct draft *draft, const struct hash *digest,
			     uint64_t *ret_position, struct fault *fault)
{
	struct submission submission = { .by = slice_of_text(by) };
	struct submission *const group[1] = { &submission };
	struct buffer checkpoint;
	enum err err = ERR_MEMORY;

	buffer_init(&checkpoint, NOTE_BYTES_MAX);
	buffer_init(&submission.entry, ENTRY_BYTES_MAX);
	submission.doc = json_doc_new();
	if (!submission.doc)
		(void)fault_set(fault, err, "out of memory");
	else
		err = order_draft(draft, digest, submission.doc, &submission.draft,
				  fault);
	if (!err)
		err = ledger_submit(ledger, group, 1, &checkpoint, fault);
	if (!err && submission.err) {
		err = submission.err;
		if (fault)
			*fault = submission.fault;
	}
	if (!err)
		*ret_position = submission.position;
	json_doc_free(submission.doc);
	buffer_release(&submission.entry);
	buffer_release(&checkpoint);
	return err;
}

/* Whether an error of recording leaves it open if the order is in the log. */
static bool may_be_recorded(enum err err)
{
	return err == ERR_IO || err == ERR_MEMORY || err == ERR_BUSY ||
	       err == ERR_CORRUPT;
}

static enum err write_and_record(struct ledger *ledger,
				 const struct bank_order_wish *wish, struct draft *draft,
				 struct bank_order_result *result, struct fault *fault)
{
	char path[FILE_PATH_BYTES_MAX];
	struct hash digest;
	enum err err;

	if (snprintf(path, sizeof path, "%s" BANK_ORDER_SUFFIX, wish->out) >=
	    (int)sizeof path)
		return fault_set(fault, ERR_IO, "the path is too long");
	if (access(wish->out, F_OK) == 0)
		return fault_set(fault, ERR_CONFLICT, "file '%s' exists", wish->out);
	err = write_file(draft, wish, path, &digest, fault);
	if (err == ERR_CONFLICT)
		return fault_set(
			fault, err,
			"file '%s' is left of an order that was interrupted: see "
			"whether the log has an order with its SHA-256; if so, "
			"rename it and send it, if not, remove it",
			path);
	if (err)
		return err;
	err = record_order(ledger, wish->by, draft, &digest, &result->position, fault);
	if (err) {
		if (may_be_recorded(err))
			return fault_prefix(fault, "whether file '%s' is ordered is open",
					    path);
		(void)unlink(path); /* it was refused: nobody may send it */
		return err;
	}
	err = file_rename(path, wish->out, fault);
	return err ? fault_prefix(fault, "file '%s' is ordered, and could not be renamed",
				  path)
		   : ERR_OK;
}

enum err bank_order(struct ledger *ledger, const struct bank_order_wish *wish,
		    const struct beneficiary_file *payees,
		    const struct bank_order_events *events,
		    struct bank_order_result *ret_result, struct fault *fault)
{
	struct bank_order_result result = { .count = 0 };
	struct bank_payment_view *payments = NULL;
	struct draft draft;
	size_t count = 0;
	enum err err = draft_init(&draft, fault);

	if (err)
		return err;
	err = read_due(ledger, wish, &draft, &payments, &count, fault);
	if (!err)
		err = take_all(&draft, payments, count, payees, events, fault);
	if (!err && draft.count > 0)
		err = make_id(&draft, wish->now_s, fault);
	if (!err && draft.count > 0)
		err = write_and_record(ledger, wish, &draft, &result, fault);
	for (size_t i = 0; i < draft.count && !err; i++) {
		struct bank_payment_view one = { .position = draft.positions[i] };

		for (size_t j = 0; j < count; j++)
			if (payments[j].position == one.position)
				one = payments[j];
		events->ordered(events->who, one.position, one.amount,
				payee_of(&one, payees));
	}
	result.count = draft.count;
	result.total = draft.total;
	if (!err)
		*ret_result = result;
	free(payments);
	draft_release(&draft);
	return err;
}
