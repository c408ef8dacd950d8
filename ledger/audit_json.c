/*
 * audit_json.c - the verifier's words for a program. See audit_summary.h.
 *
 * The document is canonical JSON like an entry, so two runs over one export give
 * the same bytes. Amounts are whole cents.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "keys/encoding.h"
#include "ledger/audit_summary.h"
#include "ledger/books_query.h"
#include "ledger/books_query_chart.h"
#include "ledger/json.h"

/* Only what a cosigner claims of its time can be past what JSON keeps exact. */
static void number_put(struct json_doc *doc, struct json *object, const char *name,
		       uint64_t n)
{
	int64_t integer = n < JSON_INTEGER_MAX ? (int64_t)n : JSON_INTEGER_MAX;

	(void)json_add_integer(doc, object, name, integer);
}

static void cents_put(struct json_doc *doc, struct json *object, const char *name,
		      struct cents amount)
{
	(void)json_add_integer(doc, object, name, cents_value(amount));
}

/* ---- the log ---- */

static void signers_put(struct audit *audit, struct json_doc *doc, struct json *top)
{
	struct json *list = json_add(doc, top, "signers", JSON_LIST);
	size_t n;
	const struct audit_signer *signers = audit_signers(audit, &n);

	for (size_t i = 0; i < n; i++) {
		struct json *signer = json_append(doc, list, JSON_OBJECT);
		char vkey[VKEY_TEXT_BYTES_MAX + 1];

		vkey_format(&signers[i].vkey, vkey);
		(void)json_add_cstring(doc, signer, "name", signers[i].vkey.name);
		(void)json_add_cstring(doc, signer, "vkey", vkey);
		if (signers[i].cosigned_at_s > 0)
			number_put(doc, signer, "cosigned_at", signers[i].cosigned_at_s);
	}
	(void)json_add_cstring(doc, top, "log_key",
			       audit_key_believed(audit)   ? "charter"
			       : audit_key_is_older(audit) ? "older"
							   : "given");
}

static void log_keys_put(struct audit *audit, struct json_doc *doc, struct json *top)
{
	struct json *list = json_add(doc, top, "log_keys", JSON_LIST);
	size_t n;
	const struct audit_log_key *keys = audit_log_keys(audit, &n);

	for (size_t i = 0; i < n; i++) {
		struct json *key = json_append(doc, list, JSON_OBJECT);

		(void)json_add_cstring(doc, key, "by",
				       log_change_name(keys[i].log.change));
		number_put(doc, key, "from", keys[i].log.position);
		(void)json_add_integer(doc, key, "signed", keys[i].has_signed);
		(void)json_add_cstring(doc, key, "vkey", keys[i].log.vkey);
	}
}

static void head_put(struct audit *audit, struct json_doc *doc, struct json *top)
{
	const struct checkpoint *checkpoint = audit_checkpoint(audit);
	struct json *list = json_add(doc, top, "older", JSON_LIST);
	char root[HASH_BASE64_CHARS + 1];
	size_t n;
	const uint64_t *older = audit_older_sizes(audit, &n);

	for (size_t i = 0; i < n; i++)
		(void)json_append_integer(doc, list, (int64_t)older[i]);
	base64_encode(checkpoint->root.b, HASH_BYTES, root);
	(void)json_add_cstring(doc, top, "origin", checkpoint->origin);
	(void)json_add_cstring(doc, top, "root", root);
	number_put(doc, top, "size", checkpoint->size);
	(void)json_add_integer(doc, top, "last_at", audit_last_at_s(audit));
	signers_put(audit, doc, top);
	log_keys_put(audit, doc, top);
}

/* ---- balances and counts ---- */

static enum err balances_put(struct audit *audit, struct json_doc *doc, struct json *top,
			     struct fault *fault)
{
	struct json *list = json_add(doc, top, "balances", JSON_LIST);
	struct sub_balance_view *subs = NULL;
	size_t n;
	enum err err = query_sub_balances(audit_books(audit), &subs, &n, fault);

	for (size_t i = 0; !err && i < n; i++) {
		struct json *sub = json_append(doc, list, JSON_OBJECT);

		(void)json_add_cstring(doc, sub, "fund", subs[i].fund);
		(void)json_add_cstring(doc, sub, "earmark", subs[i].earmark);
		cents_put(doc, sub, "pledged", subs[i].pledged);
		cents_put(doc, sub, "received", subs[i].received);
		cents_put(doc, sub, "committed", subs[i].committed);
		cents_put(doc, sub, "paid", subs[i].paid);
		cents_put(doc, sub, "available", subs[i].available);
		cents_put(doc, sub, "overdrawn", subs[i].overdrawn);
	}
	free(subs);
	return err;
}

static enum err accounts_put(struct audit *audit, struct json_doc *doc, struct json *top,
			     struct fault *fault)
{
	struct json *list = json_add(doc, top, "bank_accounts", JSON_LIST);
	struct account_view *accounts = NULL;
	size_t n;
	enum err err = query_accounts(audit_books(audit), &accounts, &n, fault);

	cents_put(doc, top, "bank_without_statement",
		  query_balance(audit_books(audit), "bank"));
	for (size_t i = 0; !err && i < n; i++) {
		struct json *account = json_append(doc, list, JSON_OBJECT);
		char stated_on[DATE_TEXT_BYTES] = "";

		if (accounts[i].stated_on.day >= 0)
			date_format(accounts[i].stated_on, stated_on);
		(void)json_add_cstring(doc, account, "account", accounts[i].id);
		(void)json_add_cstring(doc, account, "iban", accounts[i].iban);
		(void)json_add_cstring(doc, account, "last_statement", stated_on);
		cents_put(doc, account, "balance", accounts[i].balance);
		cents_put(doc, account, "unexplained_in", accounts[i].arrived);
		cents_put(doc, account, "unexplained_out", accounts[i].left);
		number_put(doc, account, "unexplained_lines",
			   (uint64_t)accounts[i].lines);
	}
	free(accounts);
	return err;
}

static enum err keyless_put(struct audit *audit, struct json_doc *doc, struct json *top,
			    struct fault *fault)
{
	struct json *list = json_add(doc, top, "companies_without_key", JSON_LIST);
	struct member_view *members = NULL;
	size_t n;
	enum err err = query_members(audit_books(audit), &members, &n, fault);

	for (size_t i = 0; !err && i < n; i++)
		if (member_is_keyless(&members[i]))
			(void)json_append_text(doc, list, slice_of_text(members[i].id));
	free(members);
	return err;
}

static void counts_put(struct audit *audit, struct json_doc *doc, struct json *top)
{
	const struct audit_counts *counts = audit_counts(audit);
	struct json *entries = json_add(doc, top, "entries", JSON_OBJECT);
	struct json *word = json_add(doc, top, "operators_word", JSON_OBJECT);
	struct json *rows = json_add(doc, top, "rows", JSON_OBJECT);

	for (int kind = 0; kind < KIND__COUNT; kind++)
		number_put(doc, entries, kind_def((enum kind)kind)->name,
			   counts->entries[kind]);
	(void)json_add_cstring(doc, rows, "read",
			       audit_without_rows(audit) ? "no" : "yes");
	number_put(doc, rows, "verified", counts->rows);
	number_put(doc, rows, "withheld", counts->rows_withheld);
	number_put(doc, rows, "withheld_batches", counts->batches_withheld);
	number_put(doc, word, "batches_unsigned",
		   counts->entries[KIND_batch] - counts->batches_signed);
	number_put(doc, word, "batches_signed", counts->batches_signed);
	number_put(doc, word, "corrections_signed", counts->corrections_signed);
	number_put(doc, word, "corrections_unsigned",
		   counts->entries[KIND_correction] - counts->corrections_signed);
	number_put(doc, word, "gifts_unsigned", counts->entries[KIND_gift]);
	number_put(doc, word, "patronages_unsigned", counts->entries[KIND_patronage]);
	number_put(doc, word, "statements", counts->entries[KIND_statement]);
	number_put(doc, word, "settlements_with_statement",
		   counts->settlements_with_statement);
	number_put(doc, word, "settlements_without_statement",
		   counts->entries[KIND_settlement] - counts->settlements_with_statement);
	number_put(doc, word, "paid_with_statement", counts->paid_with_statement);
	number_put(doc, word, "paid_without_statement",
		   counts->entries[KIND_paid] - counts->paid_with_statement);
}

/* ---- proofs ---- */

static void row_put(struct json_doc *doc, struct json *proof, const struct row *row)
{
	cents_put(doc, proof, "extra", row->extra);
	cents_put(doc, proof, "roundup", row->roundup);
	(void)json_add_cstring(doc, proof, "fund", row->fund);
	(void)json_add_cstring(doc, proof, "giver", giver_name(row->giver));
}

static void proofs_put(const struct audit_proof_file *proofs, size_t n,
		       struct json_doc *doc, struct json *top)
{
	struct json *list = json_add(doc, top, "proofs", JSON_LIST);

	for (size_t i = 0; i < n; i++) {
		struct json *proof = json_append(doc, list, JSON_OBJECT);
		bool row = proofs[i].proof.kind == AUDIT_PROOF_ROW;

		(void)json_add_cstring(doc, proof, "file", proofs[i].name);
		(void)json_add_cstring(doc, proof, "of", row ? "row" : "entry");
		number_put(doc, proof, "position", proofs[i].proof.position);
		number_put(doc, proof, "size", proofs[i].proof.size);
		if (row)
			row_put(doc, proof, &proofs[i].proof.row);
	}
}

/* ---- the document ---- */

static enum err doc_write(struct json_doc *doc, const struct json *top,
			  struct buffer *out, struct fault *fault)
{
	enum err err = json_doc_err(doc);

	if (!err)
		err = json_write(top, out);
	if (err)
		return fault_set(fault, err, "the JSON document cannot be made: %s",
				 err_name(err));
	buffer_put_byte(out, '\n');
	return buffer_check(out, "the JSON document", fault);
}

static enum err chart_put(struct audit *audit, struct json_doc *doc, struct json *top,
			  struct fault *fault)
{
	struct json *list = json_add(doc, top, "accounts", JSON_LIST);
	struct chart_view *accounts = NULL;
	size_t n;
	enum err err = query_chart(audit_books(audit), &accounts, &n, fault);

	for (size_t i = 0; !err && i < n; i++) {
		struct json *account = json_append(doc, list, JSON_OBJECT);

		(void)json_add_cstring(doc, account, "account", accounts[i].number);
		(void)json_add_cstring(doc, account, "label", accounts[i].label);
		cents_put(doc, account, "balance", accounts[i].balance);
	}
	free(accounts);
	return err;
}

enum err audit_summary_json(struct audit *audit, const struct audit_proof_file *proofs,
			    size_t n_proofs, struct buffer *out, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct json *top;
	enum err err;

	if (!doc)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	top = json_new(doc, JSON_OBJECT);
	(void)json_add_cstring(doc, top, "result", "verified");
	head_put(audit, doc, top);
	counts_put(audit, doc, top);
	proofs_put(proofs, n_proofs, doc, top);
	err = balances_put(audit, doc, top, fault);
	if (!err)
		err = accounts_put(audit, doc, top, fault);
	if (!err)
		err = chart_put(audit, doc, top, fault);
	if (!err)
		err = keyless_put(audit, doc, top, fault);
	if (!err)
		err = doc_write(doc, top, out, fault);
	json_doc_free(doc);
	return err;
}

enum err audit_finding_json(const struct audit_finding *finding, struct buffer *out,
			    struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct json *top;
	enum err err;

	if (!doc)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	top = json_new(doc, JSON_OBJECT);
	(void)json_add_cstring(doc, top, "result", "fault");
	if (finding->position != AUDIT_NO_POSITION)
		number_put(doc, top, "position", finding->position);
	(void)json_add_cstring(doc, top, "rule", finding->rule);
	(void)json_add_cstring(doc, top, "text", finding->text);
	err = doc_write(doc, top, out, fault);
	json_doc_free(doc);
	return err;
}
