/*
 * cmd_journal.c - a journal or an opening, which two seats sign: what a seat signs, and
 * the entry with the signatures.
 *
 * The file holds the entry as `record` takes it, without its signatures, with a reference
 * of its own: that is signed, too.
 */
#include <getopt.h>

#include "keys/cli.h"
#include "keys/note.h"
#include "ledger/cmd.h"
#include "ledger/intake.h"

#define SIGNATURES_MAX 16

struct journal_words {
	const char *by, *seat;
	const char *notes[SIGNATURES_MAX];
	size_t n_notes;
};

static bool journal_words(int argc, char **argv, struct journal_words *words)
{
	static const struct option options[] = { { "by", required_argument, NULL, 'b' },
						 { "seat", required_argument, NULL, 's' },
						 { "signed", required_argument, NULL,
						   'n' },
						 { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'b')
			words->by = optarg;
		else if (option == 's')
			words->seat = optarg;
		else if (option == 'n' && words->n_notes < SIGNATURES_MAX)
			words->notes[words->n_notes++] = optarg;
		else
			return false;
	}
	return true;
}

/* A note in form, which nobody has signed. */
#define UNSIGNED_NOTE "-\n\n\xe2\x80\x94 - AAAAAAAAAAA=\n"

/* Whether it will be an entry once it is signed: what a seat is asked to sign is not
 * then refused for its form. */
static enum err check_form(const struct draft *draft, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct json *whole = doc ? json_new(doc, JSON_OBJECT) : NULL;
	struct json *entry = json_add_copy(doc, whole, "entry", draft->json);
	struct json *list = json_add(doc, entry, "signatures", JSON_LIST);
	enum kind kind;
	enum err err;

	for (int i = 0; i < 2; i++) {
		struct json *signature = json_append(doc, list, JSON_OBJECT);

		(void)json_add_cstring(doc, signature, "note", UNSIGNED_NOTE);
		(void)json_add_cstring(doc, signature, "seat", "seat");
	}
	err = !doc || json_doc_err(doc) != ERR_OK
		      ? fault_set(fault, ERR_MEMORY, "out of memory")
		      : kind_check(entry, STAGE_DRAFT, &kind, fault);
	if (!err && kind != KIND_journal && kind != KIND_opening)
		err = fault_set(fault, ERR_INVALID, "it is no journal and no opening");
	json_doc_free(doc);
	return err;
}

static enum err read_file(struct draft *draft, const char *file, struct fault *fault)
{
	bool has_ref;
	enum err err = draft_read_ref(draft, file, &has_ref, fault);

	if (err)
		return err;
	err = has_ref ? check_form(draft, fault)
		      : fault_set(fault, ERR_INVALID,
				  "it has no reference: what is signed needs one, as "
				  "\"ref\":\"OD-2026-001\"");
	if (err) {
		(void)fault_prefix(fault, "'%s'", file);
		draft_release(draft);
	}
	return err;
}

/* ---- what a seat signs ---- */

static enum err text_make(struct ledger *ledger, struct draft *draft,
			  const struct journal_words *words, struct buffer *text,
			  struct fault *fault)
{
	char operator_id[65] = "";
	struct books *books;
	enum err err = words->by ? ERR_OK : cmd_operator(ledger, operator_id, fault);

	if (!err)
		err = ledger_books(ledger, &books, fault);
	if (err)
		return err;
	(void)json_add_cstring(draft->doc, draft->json, "by",
			       words->by ? words->by : operator_id);
	err = json_doc_err(draft->doc)
		      ? fault_set(fault, json_doc_err(draft->doc), "out of memory")
		      : books_journal_text(books, draft->json, slice_of_text(words->seat),
					   text, fault);
	ledger_books_done(ledger);
	return err;
}

static int print_text(const char *dir, struct draft *draft,
		      const struct journal_words *words)
{
	struct ledger *ledger;
	struct buffer text;
	struct fault fault;
	enum err err;
	int status;

	ledger = cmd_open(dir, LEDGER_READ, &status);
	if (!ledger)
		return status;
	buffer_init(&text, NOTE_BYTES_MAX);
	err = text_make(ledger, draft, words, &text, &fault);
	ledger_close(ledger);
	if (!err)
		fputs(buffer_text(&text), stdout);
	buffer_release(&text);
	return err ? cli_fail(CMD_PROGRAM, &fault) : cli_finish(CMD_PROGRAM, CLI_DONE);
}

/* ---- the entry, signed ---- */

static enum err sign(struct draft *draft, const struct journal_words *words,
		     struct fault *fault)
{
	struct json *list = json_add(draft->doc, draft->json, "signatures", JSON_LIST);
	enum err err = ERR_OK;

	for (size_t i = 0; i < words->n_notes && !err; i++)
		err = draft_sign(draft, list, words->notes[i], fault);
	return err;
}

static int record_signed(const char *dir, struct draft *draft,
			 const struct journal_words *words)
{
	struct ledger *ledger;
	struct fault fault;
	int status;

	if (sign(draft, words, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	ledger = cmd_open(dir, LEDGER_WRITE, &status);
	if (ledger)
		status = cmd_submit(ledger, words->by, draft);
	ledger_close(ledger);
	return status;
}

int cmd_journal(int argc, char **argv)
{
	struct journal_words words = { .by = NULL };
	struct draft draft;
	struct fault fault;
	int status;

	if (!journal_words(argc, argv, &words))
		return CLI_TROUBLE;
	if (argc - optind != 2 || !words.seat == !words.n_notes)
		return cmd_usage("journal");
	if (words.seat && !text_is_id(slice_of_text(words.seat), 64))
		return cli_usage(CMD_PROGRAM, "that is not the name of a seat");
	if (words.by && !text_is_id(slice_of_text(words.by), 64))
		return cli_usage(CMD_PROGRAM, "that is not the name of a member");
	if (read_file(&draft, argv[optind + 1], &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	status = words.seat ? print_text(argv[optind], &draft, &words)
			    : record_signed(argv[optind], &draft, &words);
	draft_release(&draft);
	return status;
}
