/*
 * cmd_log.c - commands about who the log is: log-key, succession.
 *
 * A key changes in steps that may be hours or days apart, so each says what comes next.
 */
#include <getopt.h>
#include <inttypes.h>

#include "keys/cli.h"
#include "keys/note.h"
#include "ledger/books_query.h"
#include "ledger/cmd.h"
#include "ledger/intake.h"
#include "ledger/ledger_key.h"

#define CONSENTS_MAX       64
#define SUCCESSION_REF_FMT "SUCCESSION-%08" PRIX32

static const char *vkey_text(const struct vkey *vkey, char text[VKEY_TEXT_BYTES_MAX + 1])
{
	vkey_format(vkey, text);
	return text;
}

/* ---- log-key ---- */

static int show_keys(struct ledger *ledger)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];
	char text[VKEY_TEXT_BYTES_MAX + 1];
	struct fault fault;

	if (ledger_key_look(ledger, keys, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	for (int i = 0; i < LEDGER_KEY__COUNT; i++)
		if (keys[i].is_there)
			printf("%-12s %s (%s)\n", ledger_key_name((enum ledger_key)i),
			       vkey_text(&keys[i].vkey, text),
			       keys[i].is_in_force ? "in force: signs each checkpoint"
			       : keys[i].is_before ? "before: signs beside it"
						   : "signs nothing");
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

static int prepare_key(struct ledger *ledger)
{
	char text[VKEY_TEXT_BYTES_MAX + 1];
	struct fault fault;
	struct vkey vkey;

	if (ledger_key_prepare(ledger, NULL, &vkey, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	printf("%s\n", vkey_text(&vkey, text));
	fprintf(stderr,
		"%s is made; keep a copy of it apart, as of the key before.\n"
		"Next: put the line above to the board as the act\n"
		"  {\"kind\":\"amendment\",\"log\":\"...\"}\n"
		"and record the amendment. From there on both keys sign. Then: "
		"'activate'.\n",
		ledger_key_name(LEDGER_KEY_NEW));
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

static int activate_key(struct ledger *ledger)
{
	struct fault fault;

	if (ledger_key_activate(ledger, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	puts("the key in force is in its place");
	return show_keys(ledger);
}

static int end_overlap(struct ledger *ledger, bool is_sure)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];
	char text[VKEY_TEXT_BYTES_MAX + 1];
	const struct ledger_key_view *old = &keys[LEDGER_KEY_OLD];
	struct fault fault;

	if (ledger_key_look(ledger, keys, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	if (old->is_there && !is_sure) {
		fprintf(stderr,
			"%s will be destroyed, and this cannot be undone. It is\n  %s\n"
			"From then on nothing more is signed by it: who still verifies "
			"with\n"
			"this line is refused, and has to take the one in force. What it "
			"has\n"
			"signed stays good. Destroy the copies that are kept apart, too: "
			"who\n"
			"holds one could sign another log for those who still believe "
			"it.\n"
			"If that is meant: add --yes.\n",
			ledger_key_name(LEDGER_KEY_OLD), vkey_text(&old->vkey, text));
		return cli_finish(CMD_PROGRAM, CLI_REFUSED);
	}
	if (ledger_key_end(ledger, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	printf("%s is destroyed: only the key in force signs\n",
	       ledger_key_name(LEDGER_KEY_OLD));
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_log_key(int argc, char **argv)
{
	static const struct option options[] = { { "yes", no_argument, NULL, 'y' },
						 { 0 } };
	const char *step = NULL;
	struct ledger *ledger;
	bool is_sure = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'y')
			return CLI_TROUBLE;
		is_sure = true;
	}
	if (argc - optind == 2)
		step = argv[optind + 1];
	else if (argc - optind != 1)
		return cmd_usage("log-key");
	if (step && strcmp(step, "prepare") != 0 && strcmp(step, "activate") != 0 &&
	    strcmp(step, "end") != 0)
		return cmd_usage("log-key");
	if (is_sure && (!step || strcmp(step, "end") != 0))
		return cmd_usage("log-key");
	ledger = cmd_open(argv[optind], LEDGER_READ, &status);
	if (!ledger)
		return status;
	if (!step)
		status = show_keys(ledger);
	else if (strcmp(step, "prepare") == 0)
		status = prepare_key(ledger);
	else if (strcmp(step, "activate") == 0)
		status = activate_key(ledger);
	else
		status = end_overlap(ledger, is_sure);
	ledger_close(ledger);
	return status;
}

/* ---- succession ---- */

struct succession_words {
	const char *origin, *reason, *seat;
	const char *consents[CONSENTS_MAX];
	size_t n_consents;
};

static int prepare_succession(const char *dir, const struct succession_words *words)
{
	char text[VKEY_TEXT_BYTES_MAX + 1];
	struct ledger *ledger;
	struct fault fault;
	struct vkey vkey;
	enum err err;
	int status;

	ledger = cmd_open(dir, LEDGER_READ, &status);
	if (!ledger)
		return status;
	err = ledger_key_prepare(ledger, words->origin, &vkey, &fault);
	ledger_close(ledger);
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	printf("%s\n", vkey_text(&vkey, text));
	fprintf(stderr,
		"%s is made; keep a copy of it apart.\n"
		"Next: each seat that consents signs what 'succession DIR text' prints "
		"for "
		"it;\nmore than half of them must. Then: 'succession DIR record'.\n",
		ledger_key_name(LEDGER_KEY_NEW));
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

/* The old log's last checkpoint, of all that there is. */
static enum err last_checkpoint(struct ledger *ledger, struct buffer *note,
				struct merkle_head *ret_head, struct fault *fault)
{
	struct checkpoint said;
	uint64_t size = 0;
	enum err err = ledger_checkpoint(ledger, note, fault);

	if (!err)
		err = checkpoint_peek(buffer_slice(note), &said, fault);
	if (!err)
		err = ledger_size(ledger, &size, fault);
	if (!err && said.size != size)
		err = fault_set(fault, ERR_DENIED,
				"the last checkpoint here is of %" PRIu64
				" entries, and there are %" PRIu64
				": take a backup that was made when all was signed",
				said.size, size);
	if (!err)
		*ret_head = checkpoint_head(&said);
	return err;
}

/* The key that was prepared for the log that succeeds. */
static enum err prepared_key(struct ledger *ledger, struct vkey *ret_vkey,
			     struct fault *fault)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];
	enum err err = ledger_key_look(ledger, keys, fault);

	if (!err && !keys[LEDGER_KEY_NEW].is_there)
		err = fault_set(fault, ERR_DENIED,
				"there is no '%s': 'succession DIR prepare' makes it",
				ledger_key_name(LEDGER_KEY_NEW));
	if (!err)
		*ret_vkey = keys[LEDGER_KEY_NEW].vkey;
	return err;
}

static enum err text_make(struct ledger *ledger, const struct succession_words *words,
			  char text[SUCCESSION_TEXT_BYTES_MAX], struct fault *fault)
{
	struct succession_text said = { .reason = slice_of_text(words->reason),
					.seat = slice_of_text(words->seat) };
	char log[VKEY_TEXT_BYTES_MAX + 1];
	struct books *books;
	struct buffer note;
	struct vkey vkey;
	enum err err;

	buffer_init(&note, NOTE_BYTES_MAX);
	err = last_checkpoint(ledger, &note, &said.head, fault);
	buffer_release(&note);
	if (!err)
		err = prepared_key(ledger, &vkey, fault);
	if (err)
		return err;
	said.log = slice_of_text(vkey_text(&vkey, log));
	said.origin = slice_of_text(vkey.name);
	err = ledger_books(ledger, &books, fault);
	if (err)
		return err;
	err = books_succession_text(books, &said, text, fault);
	ledger_books_done(ledger);
	return err;
}

static int print_succession(const char *dir, const struct succession_words *words)
{
	char text[SUCCESSION_TEXT_BYTES_MAX];
	struct ledger *ledger;
	struct fault fault;
	enum err err;
	int status;

	ledger = cmd_open(dir, LEDGER_READ, &status);
	if (!ledger)
		return status;
	err = text_make(ledger, words, text, &fault);
	ledger_close(ledger);
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	fputs(text, stdout);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

/* The reason that a consent states. */
static enum err reason_of(const struct json *consent, char reason[32],
			  struct fault *fault)
{
	struct note note;
	enum err err = note_parse(json_get(consent, "note")->text, &note, fault);

	if (!err && !cmd_line_value(note.text, "reason", reason, 32))
		err = fault_set(fault, ERR_INVALID, "it is no signed consent");
	return err;
}

static enum err consent_add(struct draft *draft, struct json *list, const char *file,
			    char reason[32], struct fault *fault)
{
	enum err err = draft_sign(draft, list, file, fault);

	if (!err)
		err = json_doc_err(draft->doc)
			      ? fault_set(fault, ERR_MEMORY, "out of memory")
			      : reason_of(list->last, reason, fault);
	return err;
}

static enum err draft_make(struct ledger *ledger, const struct succession_words *words,
			   struct draft *draft, struct fault *fault)
{
	char log[VKEY_TEXT_BYTES_MAX + 1], ref[33], reason[32] = "";
	struct merkle_head head;
	struct json *list;
	struct buffer note;
	struct vkey vkey;
	enum err err = prepared_key(ledger, &vkey, fault);

	if (err)
		return err;
	(void)snprintf(ref, sizeof ref, SUCCESSION_REF_FMT, vkey.id);
	err = draft_init(draft, "succession", ref, fault);
	if (err)
		return err;
	buffer_init(&note, NOTE_BYTES_MAX);
	err = last_checkpoint(ledger, &note, &head, fault);
	list = json_add(draft->doc, draft->json, "consents", JSON_LIST);
	for (size_t i = 0; !err && i < words->n_consents; i++)
		err = consent_add(draft, list, words->consents[i], reason, fault);
	if (!err) {
		(void)json_add_text(draft->doc, draft->json, "checkpoint",
				    buffer_slice(&note));
		(void)json_add_cstring(draft->doc, draft->json, "log",
				       vkey_text(&vkey, log));
		(void)json_add_cstring(draft->doc, draft->json, "origin", vkey.name);
		(void)json_add_cstring(draft->doc, draft->json, "reason", reason);
	} else {
		draft_release(draft);
	}
	buffer_release(&note);
	return err;
}

/* The key takes its place. */
static int settle(const char *dir)
{
	struct ledger *ledger;
	struct fault fault;
	enum err err;
	int status;

	/* For writing: what was recorded and not signed is signed now. */
	ledger = cmd_open(dir, LEDGER_WRITE, &status);
	if (!ledger)
		return status;
	err = ledger_key_activate(ledger, &fault);
	ledger_close(ledger);
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	fputs("the log goes on under its new origin and key\n", stderr);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

/* A succession was recorded here, and then interrupted. */
static bool is_recorded(struct ledger *ledger)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];
	struct log_view log;
	struct books *books;
	bool is_by_succession;

	if (ledger_key_look(ledger, keys, NULL) != ERR_OK ||
	    ledger_books(ledger, &books, NULL) != ERR_OK)
		return false;
	is_by_succession =
		query_log_at(books, UINT64_MAX, &log) && log.change == LOG_SUCCEEDED;
	ledger_books_done(ledger);
	return is_by_succession && (keys[LEDGER_KEY_NEW].is_in_force ||
				    keys[LEDGER_KEY_IN_PLACE].is_in_force);
}

static int record_succession(const char *dir, const struct succession_words *words)
{
	struct ledger *ledger = NULL;
	struct draft draft;
	struct fault fault;
	int status = CLI_DONE;

	if (ledger_open_successor(dir, &ledger, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	if (!is_recorded(ledger)) {
		if (draft_make(ledger, words, &draft, &fault) != ERR_OK) {
			ledger_close(ledger);
			return cli_fail(CMD_PROGRAM, &fault);
		}
		status = cmd_submit(ledger, NULL, &draft);
		draft_release(&draft);
	}
	ledger_close(ledger);
	return status == CLI_DONE ? settle(dir) : status;
}

static bool succession_words(int argc, char **argv, struct succession_words *words)
{
	static const struct option options[] = {
		{ "origin", required_argument, NULL, 'o' },
		{ "reason", required_argument, NULL, 'r' },
		{ "seat", required_argument, NULL, 's' },
		{ "consent", required_argument, NULL, 'c' },
		{ 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'o')
			words->origin = optarg;
		else if (option == 'r')
			words->reason = optarg;
		else if (option == 's')
			words->seat = optarg;
		else if (option == 'c' && words->n_consents < CONSENTS_MAX)
			words->consents[words->n_consents++] = optarg;
		else
			return false;
	}
	return true;
}

static bool is_reason(const char *reason)
{
	return strcmp(reason, "host") == 0 || strcmp(reason, "legal-form") == 0 ||
	       strcmp(reason, "restored") == 0;
}

int cmd_succession(int argc, char **argv)
{
	struct succession_words words = { .origin = NULL };
	const char *dir, *step;

	if (!succession_words(argc, argv, &words))
		return CLI_TROUBLE;
	if (argc - optind != 2)
		return cmd_usage("succession");
	dir = argv[optind];
	step = argv[optind + 1];
	if (strcmp(step, "prepare") == 0 && words.origin && !words.reason &&
	    !words.seat && !words.n_consents)
		return prepare_succession(dir, &words);
	if (strcmp(step, "text") == 0 && words.reason && words.seat && !words.origin &&
	    !words.n_consents && is_reason(words.reason)) {
		if (!text_is_id(slice_of_text(words.seat), 64))
			return cli_usage(CMD_PROGRAM, "that is not the name of a seat");
		return print_succession(dir, &words);
	}
	if (strcmp(step, "record") == 0 && words.n_consents && !words.origin &&
	    !words.reason && !words.seat)
		return record_succession(dir, &words);
	return cmd_usage("succession");
}
