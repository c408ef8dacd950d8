/*
 * bank_import.c - a bank file into the ledger: statements, and what explains their lines.
 */
#include "gateway/bank_import.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/bank_entry.h"
#include "gateway/bank_known.h"
#include "keys/note.h"

/* Entries of one commit: what is waited for is the disk. */
#define GROUP_MAX 64

struct recorded_page {
	struct bank_page page;
	uint64_t position;
};

/* A submission under way, and what it is of. */
struct asked {
	struct submission submission;
	const struct bank_line *line;
	struct bank_place place;
	struct bank_finding finding;
	bool first; /* of its line's explanations, this time */
};

struct import {
	struct ledger *ledger;
	const struct bank_file *file;
	const struct bank_file *details;
	struct slice by;
	const struct bank_import_events *events;
	struct bank_import_counts counts;
	struct account_view *accounts;
	size_t account_count;
	struct recorded_page *pages;
	size_t page_count;
	struct bank_books books;
	struct asked group[GROUP_MAX];
	size_t group_count;
	const struct bank_line *begun; /* the last line that something was asked for */
};

/* ---- accounts ---- */

static enum err read_accounts(struct ledger *ledger, struct account_view **ret_accounts,
			      size_t *ret_count, struct fault *fault)
{
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	err = query_accounts(books, ret_accounts, ret_count, fault);
	ledger_books_done(ledger);
	return err;
}

enum err bank_import_accounts(struct ledger *ledger, const char *const **ret_ibans,
			      size_t *ret_count, struct fault *fault)
{
	struct account_view *accounts = NULL;
	size_t count = 0, active = 0;
	const char **ibans;
	char *texts;
	enum err err = read_accounts(ledger, &accounts, &count, fault);

	if (err)
		return err;
	ibans = malloc((count ? count : 1) * (sizeof *ibans + IBAN_TEXT_BYTES));
	if (!ibans) {
		free(accounts);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	texts = (char *)(ibans + count);
	for (size_t i = 0; i < count; i++) {
		if (!accounts[i].active)
			continue;
		memcpy(texts, accounts[i].iban, IBAN_TEXT_BYTES);
		ibans[active++] = texts;
		texts += IBAN_TEXT_BYTES;
	}
	free(accounts);
	if (active == 0) {
		free(ibans);
		return fault_set(
			fault, ERR_INVALID,
			"the ledger has no open bank account: record one first, as "
			"voted");
	}
	*ret_ibans = ibans;
	*ret_count = active;
	return ERR_OK;
}

static const char *account_of(const struct import *import,
			      const struct bank_statement *statement)
{
	for (size_t i = 0; i < import->account_count; i++)
		if (strcmp(import->accounts[i].iban, statement->iban) == 0)
			return import->accounts[i].id;
	return NULL;
}

/* ---- submitting ---- */

static enum err asked_begin(struct import *import, struct asked *asked,
			    struct fault *fault)
{
	*asked = (struct asked){ .submission = { .by = import->by } };
	buffer_init(&asked->submission.entry, ENTRY_BYTES_MAX);
	asked->submission.doc = json_doc_new();
	return asked->submission.doc ? ERR_OK
				     : fault_set(fault, ERR_MEMORY, "out of memory");
}

static void asked_end(struct asked *asked)
{
	json_doc_free(asked->submission.doc);
	buffer_release(&asked->submission.entry);
}

static enum err submit(struct import *import, struct asked *asked, size_t count,
		       struct fault *fault)
{
	struct submission *group[GROUP_MAX];
	struct buffer checkpoint;
	enum err err;

	assert(count > 0 && count <= GROUP_MAX);
	for (size_t i = 0; i < count; i++)
		group[i] = &asked[i].submission;
	buffer_init(&checkpoint, NOTE_BYTES_MAX);
	err = ledger_submit(import->ledger, group, count, &checkpoint, fault);
	buffer_release(&checkpoint);
	return err;
}

/* ---- statements ---- */

static enum err record_page(struct import *import, struct recorded_page *recorded,
			    struct fault *fault)
{
	struct submission *submission;
	struct asked asked;
	enum err err = asked_begin(import, &asked, fault);

	submission = &asked.submission;
	if (!err)
		err = bank_page_draft(import->file, &recorded->page, submission->doc,
				      &submission->draft, fault);
	if (!err)
		err = submit(import, &asked, 1, fault);
	if (!err && submission->err) {
		err = submission->err;
		if (fault)
			*fault = submission->fault;
	}
	if (!err) {
		recorded->position = submission->position;
		import->events->statement(import->events->who, recorded->page.statement,
					  recorded->page.account, submission->position,
					  submission->repeated);
	}
	asked_end(&asked);
	return err;
}

static enum err record_statement(struct import *import,
				 const struct bank_statement *statement,
				 struct fault *fault)
{
	const char *account = account_of(import, statement);
	size_t pages = bank_page_count(statement);
	const struct bank_page *before = NULL;
	enum err err = ERR_OK;

	if (!account)
		return fault_set(fault, ERR_DENIED, "it is of none of our accounts");
	for (size_t i = 0; i < pages && !err; i++) {
		struct recorded_page *recorded = &import->pages[import->page_count++];

		bank_page_next(import->file, statement, account, before,
			       (uint32_t)import->page_count, &recorded->page);
		before = &recorded->page;
		err = record_page(import, recorded, fault);
	}
	return err;
}

static enum err record_statements(struct import *import, struct fault *fault)
{
	const struct bank_file *file = import->file;
	size_t pages = 0;
	enum err err = ERR_OK;

	for (size_t i = 0; i < file->statement_count; i++)
		pages += bank_page_count(&file->statements[i]);
	import->pages = calloc(pages, sizeof *import->pages);
	if (!import->pages)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < file->statement_count && !err; i++) {
		err = record_statement(import, &file->statements[i], fault);
		if (err)
			return fault_prefix(fault, "statement %zu", i + 1);
		import->counts.statements++;
	}
	return ERR_OK;
}

/* ---- lines ---- */

static void tell_left(struct import *import, const struct bank_place *place,
		      const struct bank_line *line, enum bank_why why,
		      const struct fault *refusal)
{
	import->counts.left++;
	import->events->left(import->events->who, place->statement, place->number, line,
			     why, refusal);
}

/* What the ledger says to the group. A refusal leaves the line to a person. */
static enum err flush(struct import *import, struct fault *fault)
{
	enum err err = ERR_OK;

	if (import->group_count > 0)
		err = submit(import, import->group, import->group_count, fault);
	for (size_t i = 0; i < import->group_count; i++) {
		struct asked *asked = &import->group[i];

		if (err) {
			/* nothing of the group was recorded */
		} else if (asked->submission.err) {
			tell_left(import, &asked->place, asked->line, BANK_MATCHED,
				  &asked->submission.fault);
		} else {
			import->counts.explained += asked->first;
			import->events->explained(import->events->who, asked->line,
						  &asked->finding,
						  asked->submission.position);
		}
		asked_end(asked);
	}
	import->group_count = 0;
	return err;
}

static enum err ask(struct import *import, const struct bank_line *line,
		    const struct bank_place *place, const struct bank_finding *finding,
		    struct fault *fault)
{
	struct asked *asked = &import->group[import->group_count++];
	enum err err = asked_begin(import, asked, fault);

	if (err)
		return err;
	asked->submission.follows_close = true; /* the line keeps its own day */
	asked->line = line;
	asked->place = *place;
	asked->finding = *finding;
	asked->first = import->begun != line;
	import->begun = line;
	return bank_finding_draft(import->file, line, finding, place,
				  asked->submission.doc, &asked->submission.draft, fault);
}

/* All that a match has found, in one commit: of a line that is explained in part nobody
 * could tell, after an interruption, what the rest was for. */
static enum err ask_all(struct import *import, const struct bank_line *line,
			struct bank_place *place, const struct bank_match *match,
			struct fault *fault)
{
	enum err err = ERR_OK;

	if (import->group_count + match->count > GROUP_MAX)
		err = flush(import, fault);
	for (size_t i = 0; i < match->count && !err; i++) {
		place->part = (uint32_t)i + 1;
		err = ask(import, line, place, &match->findings[i], fault);
	}
	return err;
}

/* ---- a line that the bank details apart ---- */

/* The statement of a notification that a line of it is in. */
static const char *iban_of_detail(const struct bank_file *details, size_t i)
{
	size_t at = details->statement_count - 1;

	while (details->statements[at].first_line > i)
		at--;
	return details->statements[at].iban;
}

static bool details_line(const struct import *import, const struct bank_line *line,
			 const char *iban, size_t i)
{
	const struct bank_line *detail = &import->details->lines[i];

	return detail->detail > 0 && line->entry_reference[0] != '\0' &&
	       strcmp(detail->entry_reference, line->entry_reference) == 0 &&
	       strcmp(iban_of_detail(import->details, i), iban) == 0;
}

/* Whether the parts of an entry of that reference come to just this line. */
static bool has_details(const struct import *import, const struct bank_line *line,
			const char *iban)
{
	struct cents sum = CENTS_ZERO;

	if (!import->details || line->detail > 0)
		return false;
	for (size_t i = 0; i < import->details->line_count; i++)
		if (details_line(import, line, iban, i) &&
		    cents_add(sum, import->details->lines[i].amount, &sum))
			return false;
	return cents_cmp(sum, line->amount) == 0;
}

/* Whether the import before this one has recorded what explains that detail. */
static enum err find_recorded(struct import *import, struct bank_place *place,
			      bool *ret_recorded, struct fault *fault)
{
	char ref[BANK_REF_BYTES];
	struct hash content;
	struct books *books;
	uint64_t position;
	enum err err = ledger_books(import->ledger, &books, fault);

	if (err)
		return err;
	place->part = 1;
	bank_finding_ref(import->file, place, ref);
	*ret_recorded = books_reference(books, import->by, slice_of_text(ref),
					(int64_t)time(NULL), &position, &content);
	ledger_books_done(import->ledger);
	return ERR_OK;
}

/* Each part by itself, citing the one line; one that nothing explains is told. Of a line
 * that is partly explained, the rest. */
static enum err explain_details(struct import *import, const struct bank_line *line,
				const char *iban, struct bank_place *place, bool partly,
				struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < import->details->line_count && !err; i++) {
		struct bank_line part = import->details->lines[i];
		struct bank_match match;
		bool recorded = false;

		if (!details_line(import, line, iban, i))
			continue;
		place->detail = part.detail;
		if (partly)
			err = find_recorded(import, place, &recorded, fault);
		if (err || recorded)
			continue;
		part.booked_on = line->booked_on; /* as the entries that cite it say */
		bank_match(&import->books.known, &part, &match);
		if (match.why)
			tell_left(import, place, &part, match.why, NULL);
		else
			err = ask_all(import, line, place, &match, fault);
	}
	return err;
}

static enum err explain_line(struct import *import, const struct bank_line *line,
			     const char *iban, struct bank_place *place,
			     struct fault *fault)
{
	struct cents open =
		bank_books_open(&import->books, place->statement, place->number);
	bool partly = cents_cmp(open, line->amount) != 0;
	struct bank_match match = { .why = BANK_PARTLY };

	import->counts.lines++;
	if (cents_is_zero(open)) {
		import->counts.before++;
		return ERR_OK;
	}
	if (!partly)
		bank_match(&import->books.known, line, &match);
	if (match.why && has_details(import, line, iban))
		return explain_details(import, line, iban, place, partly, fault);
	if (!match.why)
		return ask_all(import, line, place, &match, fault);
	tell_left(import, place, line, match.why, NULL);
	return ERR_OK;
}

static enum err explain_lines(struct import *import, struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < import->page_count && !err; i++) {
		const struct recorded_page *recorded = &import->pages[i];
		struct bank_place place = { .statement = recorded->position,
					    .page = recorded->page.number };

		for (size_t j = 0; j < recorded->page.count && !err; j++) {
			place.number = (uint32_t)j + 1;
			place.detail = 0;
			err = explain_line(import, &recorded->page.lines[j],
					   recorded->page.statement->iban, &place, fault);
		}
	}
	return err ? err : flush(import, fault);
}

static enum err check_balances(const struct bank_file *file, struct fault *fault)
{
	for (size_t i = 0; i < file->statement_count; i++)
		if (!file->statements[i].balanced)
			return fault_set(
				fault, ERR_INVALID,
				"a notification (%s) has no balances: import the "
				"statement of its days",
				file->format);
	return ERR_OK;
}

enum err bank_import(struct ledger *ledger, const struct bank_file *file, const char *by,
		     const struct bank_import_aids *aids,
		     const struct bank_import_events *events,
		     struct bank_import_counts *ret_counts, struct fault *fault)
{
	struct import *import = calloc(1, sizeof *import);
	enum err err = check_balances(file, fault);

	if (!import)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	import->ledger = ledger;
	import->file = file;
	import->details = aids->details;
	import->by = slice_of_text(by);
	import->events = events;
	if (!err)
		err = read_accounts(ledger, &import->accounts, &import->account_count,
				    fault);
	if (!err)
		err = record_statements(import, fault);
	if (!err)
		err = bank_books_read(ledger, aids->payers, aids->payer_count,
				      &import->books, fault);
	if (!err)
		err = explain_lines(import, fault);
	for (size_t i = 0; i < import->group_count; i++)
		asked_end(&import->group[i]);
	*ret_counts = import->counts;
	bank_books_release(&import->books);
	free(import->accounts);
	free(import->pages);
	free(import);
	return err;
}
