/*
 * cmd.c - the table of arrondi-ledger's commands, and what they share.
 */
#include "ledger/cmd.h"

#include <getopt.h>
#include <inttypes.h>

#include "keys/cli.h"
#include "keys/encoding.h"
#include "keys/hash.h"
#include "keys/note.h"
#include "ledger/books_query.h"
#include "ledger/intake.h"

#define SIGNED_BYTES_MAX 8192 /* of a seat's note */

const struct command commands[] = {
	{ "init", "DIR --charter FILE", "make a ledger with its key and its charter",
	  cmd_init },
	{ "member",
	  "DIR add|change|retire|key --id ID [--role R] [--siren N] [--vkey K] ...",
	  "record a member or its key; 'add' prints its token once", cmd_member },
	{ "token", "DIR issue|revoke --member ID [--days N]",
	  "give or take back API tokens", cmd_token },
	{ "donor", "DIR --member ID --rename OLD NEW",
	  "a company's donor has a new number", cmd_donor },
	{ "consent",
	  "DIR --member ID --donor NUMBER [--terms T] [--from DAY] [--until DAY]\n"
	  "          [--withdraw DAY] [--step EUR] [--extra EUR] [--fund F] [--receipt "
	  "yes|no]\n"
	  "  consent DIR --export [--member ID] [--donor NUMBER]",
	  "show or register what a donor agreed to; or list the register as CSV",
	  cmd_consent },
	{ "forget", "DIR --member ID --donor NUMBER [--vault-key FILE]",
	  "a donor asks to be forgotten: destroys what leads to its rows", cmd_forget },
	{ "identities",
	  "DIR import FILE.csv --member ID | DIR backup FILE | DIR purge\n"
	  "          [--vault-key FILE]",
	  "names of donors who want a receipt, into the encrypted vault",
	  cmd_identities },
	{ "receipts",
	  "DIR issue --year Y --signatory TEXT [--floor EUR] [--proof-url URL]\n"
	  "          | DIR void NUMBER --reason amount|error|identity|withdrawn\n"
	  "          | DIR list [--year Y]   [--by MEMBER] [--vault-key FILE]",
	  "number and record tax receipts of what has arrived, or make one void",
	  cmd_receipts },
	{ "publish", "DIR REPORT.json [--by MEMBER]",
	  "record the digest of a report's JSON form, with the log that it stands on",
	  cmd_publish },
	{ "record", "DIR FILE.json [--by MEMBER]", "record one entry", cmd_record },
	{ "propose", "DIR FILE.json [--by MEMBER]", "put a question to the board",
	  cmd_propose },
	{ "ballot", "DIR N --seat S --vote for|against|abstain|recused",
	  "print the text that the seat signs", cmd_ballot },
	{ "recuse", "DIR --seat S --beneficiary ID",
	  "print the text by which the seat declares its interest", cmd_recuse },
	{ "confirm", "DIR N --seat S",
	  "print the text by which the seat confirms the payee of the return at N",
	  cmd_confirm },
	{ "vote", "DIR NOTE", "record a signed ballot, recusal or confirmation",
	  cmd_vote },
	{ "decide", "DIR N [--defer-to DAY|--withdraw|--delegation SEQ] [--by MEMBER]",
	  "record the outcome of proposal N, or that it is deferred or withdrawn",
	  cmd_decide },
	{ "allocate", "DIR [--month YYYY-MM]",
	  "split the default fund's free money of a month", cmd_allocate },
	{ "journal",
	  "DIR FILE.json --seat S | --signed NOTE --signed NOTE ... [--by MEMBER]",
	  "print what a seat signs of a journal or an opening; or record it, signed",
	  cmd_journal },
	{ "show", "DIR [SEQ]", "the ledger's size and balances, or one entry", cmd_show },
	{ "proof", "DIR SEQ [--row TAG]", "print a proof of an entry or of a batch's row",
	  cmd_proof },
	{ "export", "DIR OUT", "write the log for auditors", cmd_export },
	{ "check", "DIR", "replay the log and compare all that is derived from it",
	  cmd_check },
	{ "rebuild", "DIR", "derive everything anew from the log", cmd_rebuild },
	{ "backup", "DIR FILE", "copy the database while it is in use", cmd_backup },
	{ "restore", "FILE DIR | DIR --newest NOTE | --rehearse FILE [--compare DIR]",
	  "make a ledger from a backup; let it sign again; or try all that aside",
	  cmd_restore },
	{ "retention", "DIR [--as-of DAY | --delete]",
	  "list, or delete, the rows that are past the legal retention", cmd_retention },
	{ "log-key", "DIR [prepare | activate | end [--yes]]",
	  "show the log's keys, or change the key step by step, as voted", cmd_log_key },
	{ "succession",
	  "DIR prepare --origin NEW | text --reason host|legal-form|restored --seat S\n"
	  "          | record --consent NOTE [--consent NOTE ...]",
	  "continue an older log as a new one, with the seats' consent", cmd_succession },
	{ "clock", "DIR [--is-right]",
	  "how far the machine's clock is from the last entry, or that it is right",
	  cmd_clock },
	{ "doctor", "DIR", "what is wrong with the ledger, with the remedy", cmd_doctor },
};
const size_t command_count = sizeof commands / sizeof *commands;

int cmd_usage(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return cli_usage(CMD_PROGRAM, "usage: " CMD_PROGRAM " %s %s",
					 name, commands[i].words);
	return cli_usage(CMD_PROGRAM, "there is no command '%s'", name);
}

struct ledger *cmd_open(const char *dir, enum ledger_mode mode, int *ret_status)
{
	struct ledger *ledger = NULL;
	struct fault fault;

	if (ledger_open(dir, mode, &ledger, &fault) == ERR_OK)
		return ledger;
	if (fault.err == ERR_NOT_FOUND)
		fault.err = ERR_IO; /* the user has named it, as in cli_read_file() */
	*ret_status = cli_fail(CMD_PROGRAM, &fault);
	return NULL;
}

bool cmd_position(const char *text, uint64_t *ret_position)
{
	if (decimal_parse(text, strlen(text), ret_position) == ERR_OK)
		return true;
	(void)cli_usage(CMD_PROGRAM, "a position is a whole number");
	return false;
}

bool cmd_line_value(struct slice text, const char *name, char *out, size_t bytes)
{
	const char *p = (const char *)text.p, *end = p + text.n;
	size_t name_n = strlen(name);

	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((stop ? stop : end) - p);

		if (n > name_n + 1 && memcmp(p, name, name_n) == 0 && p[name_n] == ' ') {
			const char *value = p + name_n + 1;
			size_t rest = n - name_n - 1;
			const char *blank = memchr(value, ' ', rest);
			size_t value_n = blank ? (size_t)(blank - value) : rest;

			if (value_n >= bytes)
				return false;
			memcpy(out, value, value_n);
			out[value_n] = '\0';
			return true;
		}
		p += n + 1;
	}
	return false;
}

void draft_release(struct draft *draft)
{
	json_doc_free(draft->doc);
}

/* A reference of the command line's own: the second and 32 random bits. */
static enum err make_ref(char ref[33], struct fault *fault)
{
	uint8_t random[4];
	enum err err = random_bytes(random, sizeof random);

	if (err)
		return fault_set(fault, err, "the machine gives no random bytes");
	snprintf(ref, 33, "CLI-%" PRId64 "-%02X%02X%02X%02X", (int64_t)time(NULL),
		 random[0], random[1], random[2], random[3]);
	return ERR_OK;
}

bool cmd_file_words(int argc, char **argv, const char *command, const char **ret_by,
		    int *ret_status)
{
	static const struct option options[] = { { "by", required_argument, NULL, 'b' },
						 { 0 } };
	int option;

	*ret_by = NULL;
	*ret_status = CLI_TROUBLE;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'b')
			return false;
		*ret_by = optarg;
	}
	if (argc - optind == 2)
		return true;
	*ret_status = cmd_usage(command);
	return false;
}

enum err draft_init(struct draft *draft, const char *kind, const char *ref,
		    struct fault *fault)
{
	char made[33];

	if (!ref) {
		enum err err = make_ref(made, fault);

		if (err)
			return err;
		ref = made;
	}
	draft->doc = json_doc_new();
	draft->json = draft->doc ? json_new(draft->doc, JSON_OBJECT) : NULL;
	(void)json_add_cstring(draft->doc, draft->json, "kind", kind);
	if (!json_add_cstring(draft->doc, draft->json, "ref", ref)) {
		draft_release(draft);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	return ERR_OK;
}

enum err draft_read_ref(struct draft *draft, const char *file, bool *ret_has_ref,
			struct fault *fault)
{
	struct buffer bytes;
	enum err err;

	buffer_init(&bytes, INTAKE_BYTES_MAX);
	draft->doc = json_doc_new();
	err = draft->doc ? cli_read_file(file, INTAKE_BYTES_MAX, &bytes, fault)
			 : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = intake_parse(draft->doc, buffer_slice(&bytes), &draft->json, fault);
	if (!err && draft->json->type != JSON_OBJECT)
		err = fault_set(fault, ERR_INVALID, "file '%s' holds no JSON object",
				file);
	buffer_release(&bytes);
	if (err)
		draft_release(draft);
	else
		*ret_has_ref = json_get(draft->json, "ref") != NULL;
	return err;
}

enum err draft_read(struct draft *draft, const char *file, struct fault *fault)
{
	char ref[33];
	bool has_ref;
	enum err err = draft_read_ref(draft, file, &has_ref, fault);

	if (err || has_ref)
		return err;
	err = make_ref(ref, fault);
	if (!err && !json_add_cstring(draft->doc, draft->json, "ref", ref))
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	if (err)
		draft_release(draft);
	return err;
}

enum err draft_sign(struct draft *draft, struct json *list, const char *file,
		    struct fault *fault)
{
	char seat[65];
	struct buffer bytes;
	struct note note;
	enum err err;

	buffer_init(&bytes, SIGNED_BYTES_MAX);
	err = cli_read_file(file, SIGNED_BYTES_MAX, &bytes, fault);
	if (!err)
		err = note_parse(buffer_slice(&bytes), &note, fault);
	if (!err && !cmd_line_value(note.text, "seat", seat, sizeof seat))
		err = fault_set(fault, ERR_INVALID, "no seat has signed it");
	if (err) {
		(void)fault_prefix(fault, "'%s'", file);
	} else {
		struct json *signature = json_append(draft->doc, list, JSON_OBJECT);

		(void)json_add_cstring(draft->doc, signature, "seat", seat);
		(void)json_add_text(draft->doc, signature, "note", buffer_slice(&bytes));
	}
	buffer_release(&bytes);
	return err;
}

enum err cmd_operator(struct ledger *ledger, char ret_id[65], struct fault *fault)
{
	struct member_view *members = NULL;
	struct books *books;
	size_t count = 0;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	err = query_members(books, &members, &count, fault);
	ledger_books_done(ledger);
	for (size_t i = 0; i < count; i++)
		if (strcmp(members[i].role, "operator") == 0)
			memcpy(ret_id, members[i].id, 65);
	free(members);
	return err;
}

int cmd_submit(struct ledger *ledger, const char *by, struct draft *draft)
{
	struct submission submission = { .doc = draft->doc, .draft = draft->json };
	struct submission *const group[1] = { &submission };
	char operator_id[65] = "";
	struct buffer checkpoint;
	struct fault fault = { .err = ERR_OK };
	enum err err;

	buffer_init(&checkpoint, NOTE_BYTES_MAX);
	buffer_init(&submission.entry, ENTRY_BYTES_MAX);
	if (!by)
		err = cmd_operator(ledger, operator_id, &fault);
	else
		err = ERR_OK;
	if (!err) {
		submission.by = slice_of_text(by ? by : operator_id);
		err = ledger_submit(ledger, group, 1, &checkpoint, &fault);
	}
	if (!err && submission.err) {
		err = submission.err;
		fault = submission.fault;
	}
	if (!err)
		printf("position %" PRIu64 "%s\n%s\n", submission.position,
		       submission.repeated ? " (recorded before)" : "",
		       buffer_text(&submission.entry));
	buffer_release(&submission.entry);
	buffer_release(&checkpoint);
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}
