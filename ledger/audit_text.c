/*
 * audit_text.c - the verifier's words for a person. See audit_summary.h.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "keys/encoding.h"
#include "ledger/audit_summary.h"
#include "ledger/books_query.h"
#include "ledger/books_query_chart.h"
#include "ledger/date.h"

#define U64 "%" PRIu64

static const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* ---- the log ---- */

static void time_put(struct buffer *out, int64_t utc_s)
{
	char text[UTC_TEXT_BYTES];

	/* A cosigner may state any time; the log's own were checked. */
	if (utc_format(utc_s, text) == ERR_OK)
		buffer_printf(out, "%s", text);
	else
		buffer_printf(out, "second %" PRId64, utc_s);
}

static void signer_put(struct buffer *out, const struct audit_signer *signer,
		       const char *what)
{
	buffer_printf(out, "signed     %s+%08" PRIx32 " (%s", signer->vkey.name,
		      signer->vkey.id, what);
	if (signer->cosigned_at_s > 0 && signer->cosigned_at_s <= INT64_MAX) {
		buffer_put_text(out, " at ");
		time_put(out, (int64_t)signer->cosigned_at_s);
	}
	buffer_put_text(out, ")\n");
}

static void signers_put(struct audit *audit, struct buffer *out)
{
	size_t n;
	const struct audit_signer *signers = audit_signers(audit, &n);

	signer_put(out, &signers[0],
		   audit_key_believed(audit)   ? "the log's own key, not one of yours"
		   : audit_key_is_older(audit) ? "log key in force; yours is an older one"
					       : "log key");
	for (size_t i = 1; i < n; i++)
		signer_put(out, &signers[i], "cosigner");
}

/* Only where there were several is there anything to tell. */
static void log_keys_put(struct audit *audit, struct buffer *out)
{
	size_t n;
	const struct audit_log_key *keys = audit_log_keys(audit, &n);

	for (size_t i = 0; n > 1 && i < n; i++)
		buffer_printf(out, "key        %s from entry " U64 " (%s)%s\n",
			      keys[i].log.vkey, keys[i].log.position,
			      log_change_name(keys[i].log.change),
			      keys[i].has_signed ? ", has signed" : "");
	if (audit_key_is_older(audit))
		buffer_printf(out,
			      "next time  give --vkey %s: yours signs beside it only for "
			      "a while\n",
			      keys[n - 1].log.vkey);
}

static void head_put(struct audit *audit, struct buffer *out)
{
	const struct checkpoint *checkpoint = audit_checkpoint(audit);
	size_t n_older;
	const uint64_t *older = audit_older_sizes(audit, &n_older);

	buffer_printf(out, "log        %s\n", checkpoint->origin);
	buffer_printf(out, "size       " U64 "\nroot       ", checkpoint->size);
	buffer_put_base64(out, checkpoint->root.b, HASH_BYTES);
	buffer_put_text(out, "\n");
	signers_put(audit, out);
	log_keys_put(audit, out);
	buffer_put_text(out, "recorded   ");
	time_put(out, audit_last_at_s(audit));
	buffer_put_text(out, " (last entry)\n");
	for (size_t i = 0; i < n_older; i++)
		buffer_printf(out,
			      "older      begins with the checkpoint of size " U64 "\n",
			      older[i]);
}

/* ---- balances ---- */

static void amount_put(struct buffer *out, struct cents amount)
{
	char text[CENTS_TEXT_BYTES];

	cents_format(amount, '.', text);
	buffer_printf(out, " %15s EUR", text);
}

static void sub_put(struct buffer *out, const struct sub_balance_view *sub)
{
	buffer_printf(out, "%-17s %-17s", sub->fund, sub->earmark);
	amount_put(out, sub->pledged);
	amount_put(out, sub->received);
	amount_put(out, sub->committed);
	amount_put(out, sub->paid);
	amount_put(out, sub->available);
	amount_put(out, sub->overdrawn);
	buffer_put_text(out, "\n");
}

static enum err balances_put(struct audit *audit, struct buffer *out, struct fault *fault)
{
	struct sub_balance_view *subs = NULL;
	size_t n;
	enum err err = query_sub_balances(audit_books(audit), &subs, &n, fault);

	if (err)
		return err;
	buffer_printf(out, "\n%-17s %-17s %19s %19s %19s %19s %19s %19s\n", "Fund",
		      "Earmark", "Pledged", "Received", "Committed", "Paid", "Available",
		      "Overdrawn");
	for (size_t i = 0; i < n; i++)
		sub_put(out, &subs[i]);
	free(subs);
	return ERR_OK;
}

static void account_put(struct buffer *out, const struct account_view *account)
{
	char stated_on[DATE_TEXT_BYTES] = "none";

	if (account->stated_on.day >= 0)
		date_format(account->stated_on, stated_on);
	buffer_printf(out, "%-17s %-34s", account->id, account->iban);
	amount_put(out, account->balance);
	amount_put(out, account->arrived);
	amount_put(out, account->left);
	buffer_printf(out, " %-14s%s\n", stated_on, account->active ? "" : " closed");
}

/* What the bank says, and how much of it is explained. */
static enum err accounts_put(struct audit *audit, struct buffer *out, struct fault *fault)
{
	struct account_view *accounts = NULL;
	struct cents unstated = query_balance(audit_books(audit), "bank");
	size_t n;
	enum err err = query_accounts(audit_books(audit), &accounts, &n, fault);

	if (err)
		return err;
	if (n)
		buffer_printf(out, "\n%-17s %-34s %19s %19s %19s %-14s\n", "Bank account",
			      "IBAN", "Balance", "Unexplained in", "Unexplained out",
			      "Last statement");
	for (size_t i = 0; i < n; i++)
		account_put(out, &accounts[i]);
	if (n && !cents_is_zero(unstated)) {
		buffer_printf(out, "%-52s", "recorded before, and in no statement");
		amount_put(out, unstated);
		buffer_put_text(out, "\n");
	}
	free(accounts);
	return ERR_OK;
}

/* What the books hold that is neither the bank's nor a fund's. */
static enum err chart_put(struct audit *audit, struct buffer *out, struct fault *fault)
{
	struct chart_view *accounts = NULL;
	size_t n;
	enum err err = query_chart(audit_books(audit), &accounts, &n, fault);

	if (err)
		return err;
	if (n)
		buffer_printf(out, "\n%-17s %19s  %s\n", "Account", "Balance", "Label");
	for (size_t i = 0; i < n; i++) {
		buffer_printf(out, "%-17s", accounts[i].number);
		amount_put(out, accounts[i].balance);
		buffer_printf(out, "  %s\n", accounts[i].label);
	}
	free(accounts);
	return ERR_OK;
}

/* ---- what is proved ---- */

static void of_put(struct buffer *out, uint64_t n, uint64_t of, const char *one,
		   const char *many, const char *what)
{
	if (n > 0)
		buffer_printf(out, "  " U64 " of " U64 " %s %s\n", n, of,
			      plural(of, one, many), what);
}

static void proved_put(struct audit *audit, struct buffer *out)
{
	const struct audit_counts *counts = audit_counts(audit);
	uint64_t size = audit_checkpoint(audit)->size;
	size_t n_older;

	(void)audit_older_sizes(audit, &n_older);
	buffer_put_text(out, "\nProved\n");
	buffer_printf(out,
		      "  " U64 " %s and every tile lead to the signed root, and no other "
		      "file is there\n",
		      size, plural(size, "entry", "entries"));
	buffer_put_text(out, "  every entry is canonical and obeys every rule\n");
	buffer_printf(out,
		      "  " U64 " %s and " U64 " %s follow from the seats' own "
		      "signatures\n",
		      counts->entries[KIND_decision],
		      plural(counts->entries[KIND_decision], "decision", "decisions"),
		      counts->entries[KIND_ballot],
		      plural(counts->entries[KIND_ballot], "ballot", "ballots"));
	if (!audit_without_rows(audit))
		buffer_printf(
			out,
			"  " U64 " %s of " U64 " %s add up to what the batches "
			"state, and claim nothing twice\n",
			counts->rows, plural(counts->rows, "row", "rows"),
			audit_counts_batches(counts) - counts->batches_withheld,
			plural(audit_counts_batches(counts) - counts->batches_withheld,
			       "batch", "batches"));
	of_put(out, counts->batches_signed, counts->entries[KIND_batch], "batch",
	       "batches", "signed by the company that posted it: its own word");
	of_put(out, counts->corrections_signed, counts->entries[KIND_correction],
	       "correction", "corrections", "signed by the company that made it");
	if (n_older > 0)
		buffer_printf(out,
			      "  nothing was changed or removed since %zu older %s\n",
			      n_older, n_older == 1 ? "checkpoint" : "checkpoints");
}

static void row_put(struct buffer *out, const struct row *row)
{
	struct cents amount;
	char text[CENTS_TEXT_BYTES];

	/* A row that a batch's root holds is within the cap. */
	if (cents_add(row->roundup, row->extra, &amount))
		abort();
	cents_format(amount, '.', text);
	buffer_printf(out, "%s EUR from a %s for fund %s", text, giver_name(row->giver),
		      row->fund);
}

static void proof_put(struct buffer *out, const struct audit_proof_file *file)
{
	const struct audit_proof *proof = &file->proof;

	buffer_printf(out, "  %s: ", file->name);
	switch (proof->kind) {
	case AUDIT_PROOF_ENTRY:
		buffer_printf(out, "entry " U64, proof->position);
		break;
	case AUDIT_PROOF_ROW:
		buffer_put_text(out, "row of ");
		row_put(out, &proof->row);
		buffer_printf(out, ", in the batch at entry " U64, proof->position);
		break;
	}
	buffer_printf(out, ", against the checkpoint of size " U64 "\n", proof->size);
}

/* ---- what is not ---- */

/* Companies that could not sign if they would. */
static enum err keyless_put(struct audit *audit, struct buffer *out, struct fault *fault)
{
	struct member_view *members = NULL;
	size_t n, told = 0;
	enum err err = query_members(audit_books(audit), &members, &n, fault);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		if (member_is_keyless(&members[i]))
			buffer_printf(out, "%s%s",
				      told++ ? ", " : "  companies without a key: ",
				      members[i].id);
	if (told)
		buffer_put_text(out, "\n");
	free(members);
	return ERR_OK;
}

static void word_put(struct audit *audit, struct buffer *out)
{
	const struct audit_counts *counts = audit_counts(audit);
	const uint64_t *entries = counts->entries;
	size_t n_signers;

	buffer_put_text(out, "\nRests on the operator's word\n");
	if (audit_key_believed(audit))
		buffer_put_text(out, "  the log key is the charter's own: give --vkey\n");
	of_put(out, entries[KIND_batch] - counts->batches_signed, entries[KIND_batch],
	       "batch", "batches",
	       "asserted, without the company's own signature: compare with its "
	       "receipts");
	of_put(out, entries[KIND_correction] - counts->corrections_signed,
	       entries[KIND_correction], "correction", "corrections",
	       "asserted, without the company's own signature");
	of_put(out, entries[KIND_gift], entries[KIND_gift], "gift", "gifts",
	       "without the giver's own signature");
	of_put(out, entries[KIND_patronage], entries[KIND_patronage], "patronage",
	       "patronages", "without the company's own signature");
	if (audit_without_rows(audit))
		buffer_put_text(out, "  rows were not looked at\n");
	of_put(out, counts->batches_withheld, audit_counts_batches(counts), "batch",
	       "batches",
	       "stand on their totals alone: rows withheld, or deleted after the legal "
	       "retention");
	of_put(out, entries[KIND_statement], entries[KIND_statement], "bank statement",
	       "bank statements",
	       "as recorded: compare their digests with the bank's files");
	of_put(out, entries[KIND_settlement] - counts->settlements_with_statement,
	       entries[KIND_settlement], "settlement", "settlements",
	       "without a bank statement's digest");
	of_put(out, counts->settlements_with_statement, entries[KIND_settlement],
	       "settlement", "settlements",
	       "with one: compare it with the bank's statement");
	of_put(out, entries[KIND_paid] - counts->paid_with_statement, entries[KIND_paid],
	       "payment", "payments", "carried out without a bank statement's digest");
	of_put(out, counts->paid_with_statement, entries[KIND_paid], "payment",
	       "payments", "carried out with one: compare it with the bank's statement");
	(void)audit_signers(audit, &n_signers);
	if (n_signers < 2)
		buffer_put_text(out, "  that everybody sees this same log: no cosigner, "
				     "compare checkpoints with others\n");
}

enum err audit_summary_text(struct audit *audit, const struct audit_proof_file *proofs,
			    size_t n_proofs, struct buffer *out, struct fault *fault)
{
	uint64_t size = audit_checkpoint(audit)->size;
	enum err err;

	head_put(audit, out);
	err = balances_put(audit, out, fault);
	if (!err)
		err = accounts_put(audit, out, fault);
	if (!err)
		err = chart_put(audit, out, fault);
	if (err)
		return err;
	proved_put(audit, out);
	for (size_t i = 0; i < n_proofs; i++)
		proof_put(out, &proofs[i]);
	word_put(audit, out);
	err = keyless_put(audit, out, fault);
	if (err)
		return err;
	buffer_printf(out, "\nverified: " U64 " %s of %s\n", size,
		      plural(size, "entry", "entries"), audit_checkpoint(audit)->origin);
	return buffer_check(out, "the summary", fault);
}

enum err audit_finding_text(const struct audit_finding *finding, struct buffer *out,
			    struct fault *fault)
{
	buffer_put_text(out, "position   ");
	if (finding->position == AUDIT_NO_POSITION)
		buffer_put_text(out, "no single entry\n");
	else
		buffer_printf(out, U64 "\n", finding->position);
	buffer_printf(out, "rule       %s\nfound      %s\n\nnot verified\n",
		      finding->rule, finding->text);
	return buffer_check(out, "the finding", fault);
}
