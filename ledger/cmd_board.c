/*
 * cmd_board.c - commands that record: record, propose, ballot, recuse, confirm, vote,
 * decide, allocate.
 */
#include <getopt.h>
#include <inttypes.h>

#include "keys/cli.h"
#include "keys/encoding.h"
#include "keys/note.h"
#include "ledger/books_query.h"
#include "ledger/cmd.h"
#include "ledger/intake.h"

/* DIR FILE [--by MEMBER]; kind, where given, is put in or must be the file's. */
static int record_file(int argc, char **argv, const char *command, const char *kind)
{
	const struct json *said;
	const char *by;
	struct ledger *ledger;
	struct draft draft;
	struct fault fault;
	int status;

	if (!cmd_file_words(argc, argv, command, &by, &status))
		return status;
	if (draft_read(&draft, argv[optind + 1], &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	said = json_get(draft.json, "kind");
	if (kind && !said)
		(void)json_add_cstring(draft.doc, draft.json, "kind", kind);
	if (kind && said && !slice_equal_text(said->text, kind)) {
		draft_release(&draft);
		return cli_usage(CMD_PROGRAM, "the file holds no %s", kind);
	}
	ledger = cmd_open(argv[optind], LEDGER_WRITE, &status);
	if (ledger)
		status = cmd_submit(ledger, by, &draft);
	draft_release(&draft);
	ledger_close(ledger);
	return status;
}

int cmd_record(int argc, char **argv)
{
	return record_file(argc, argv, "record", NULL);
}

int cmd_propose(int argc, char **argv)
{
	return record_file(argc, argv, "propose", "proposal");
}

/* The latest checkpoint, as what the seat will have seen. */
static enum err sight_of(struct ledger *ledger, struct ballot_sight *ret_seen,
			 struct fault *fault)
{
	struct checkpoint checkpoint;
	struct buffer note;
	struct note parsed;
	enum err err;

	buffer_init(&note, NOTE_BYTES_MAX);
	err = ledger_checkpoint(ledger, &note, fault);
	if (!err)
		err = note_parse(buffer_slice(&note), &parsed, fault);
	if (!err)
		err = checkpoint_parse(parsed.text, &checkpoint, fault);
	if (!err) {
		ret_seen->size = checkpoint.size;
		ret_seen->root = checkpoint.root;
	}
	buffer_release(&note);
	return err;
}

static int print_ballot(struct ledger *ledger, uint64_t proposal, const char *seat,
			const char *vote)
{
	char text[BALLOT_TEXT_BYTES_MAX];
	struct ballot_sight seen;
	struct books *books;
	struct fault fault;
	enum err err = sight_of(ledger, &seen, &fault);

	if (!err)
		err = ledger_books(ledger, &books, &fault);
	if (!err) {
		err = books_ballot_text(books, proposal, slice_of_text(seat),
					slice_of_text(vote), &seen, text, &fault);
		ledger_books_done(ledger);
	}
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	fputs(text, stdout);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_ballot(int argc, char **argv)
{
	static const struct option options[] = { { "seat", required_argument, NULL, 's' },
						 { "vote", required_argument, NULL, 'v' },
						 { 0 } };
	const char *seat = NULL, *vote = NULL;
	struct ledger *ledger;
	uint64_t proposal;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			seat = optarg;
		else if (option == 'v')
			vote = optarg;
		else
			return CLI_TROUBLE;
	}
	if (argc - optind != 2 || !seat || !vote)
		return cmd_usage("ballot");
	if (strcmp(vote, "for") != 0 && strcmp(vote, "against") != 0 &&
	    strcmp(vote, "abstain") != 0 && strcmp(vote, "recused") != 0)
		return cli_usage(CMD_PROGRAM,
				 "a vote is for, against, abstain or recused");
	if (!text_is_id(slice_of_text(seat), 64))
		return cli_usage(CMD_PROGRAM, "that is not the name of a seat");
	if (!cmd_position(argv[optind + 1], &proposal))
		return CLI_TROUBLE;
	ledger = cmd_open(argv[optind], LEDGER_READ, &status);
	if (!ledger)
		return status;
	status = print_ballot(ledger, proposal, seat, vote);
	ledger_close(ledger);
	return status;
}

static int print_recusal(struct ledger *ledger, const char *seat, const char *beneficiary)
{
	char text[RECUSAL_TEXT_BYTES_MAX];
	struct books *books;
	struct fault fault;
	enum err err = ledger_books(ledger, &books, &fault);

	if (!err) {
		err = books_recusal_text(books, slice_of_text(seat),
					 slice_of_text(beneficiary), text, &fault);
		ledger_books_done(ledger);
	}
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	fputs(text, stdout);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_recuse(int argc, char **argv)
{
	static const struct option options[] = { { "seat", required_argument, NULL, 's' },
						 { "beneficiary", required_argument, NULL,
						   'b' },
						 { 0 } };
	const char *seat = NULL, *beneficiary = NULL;
	struct ledger *ledger;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			seat = optarg;
		else if (option == 'b')
			beneficiary = optarg;
		else
			return CLI_TROUBLE;
	}
	if (argc - optind != 1 || !seat || !beneficiary)
		return cmd_usage("recuse");
	if (!text_is_id(slice_of_text(seat), 64) ||
	    !text_is_id(slice_of_text(beneficiary), 64))
		return cli_usage(CMD_PROGRAM,
				 "that is not the name of a seat, or of a beneficiary");
	ledger = cmd_open(argv[optind], LEDGER_READ, &status);
	if (!ledger)
		return status;
	status = print_recusal(ledger, seat, beneficiary);
	ledger_close(ledger);
	return status;
}

static int print_confirmation(struct ledger *ledger, uint64_t returned, const char *seat)
{
	char text[PAYEE_TEXT_BYTES_MAX], payee[PAYEE_HEX_BYTES];
	struct books *books;
	struct fault fault;
	enum err err = ledger_books(ledger, &books, &fault);

	if (!err) {
		err = books_payee_flagged(books, returned, payee)
			      ? books_payee_text(books, slice_of_text(seat), returned,
						 slice_of_text(payee), text, &fault)
			      : fault_set(&fault, ERR_NOT_FOUND,
					  "no payee waits to be confirmed for position "
					  "%" PRIu64,
					  returned);
		ledger_books_done(ledger);
	}
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	fputs(text, stdout);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

int cmd_confirm(int argc, char **argv)
{
	static const struct option options[] = { { "seat", required_argument, NULL, 's' },
						 { 0 } };
	const char *seat = NULL;
	struct ledger *ledger;
	uint64_t returned;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 's')
			return CLI_TROUBLE;
		seat = optarg;
	}
	if (argc - optind != 2 || !seat)
		return cmd_usage("confirm");
	if (!text_is_id(slice_of_text(seat), 64))
		return cli_usage(CMD_PROGRAM, "that is not the name of a seat");
	if (!cmd_position(argv[optind + 1], &returned))
		return CLI_TROUBLE;
	ledger = cmd_open(argv[optind], LEDGER_READ, &status);
	if (!ledger)
		return status;
	status = print_confirmation(ledger, returned, seat);
	ledger_close(ledger);
	return status;
}

/* The ballot entry of a signed note: what its text says of proposal, seat and
 * vote; the rules compare the whole text afterwards. */
static enum err ballot_draft(const struct note *note, struct slice bytes,
			     struct draft *draft, struct fault *fault)
{
	char proposal[32], seat[65], vote[16];
	uint64_t position;
	enum err err;

	if (!cmd_line_value(note->text, "proposal", proposal, sizeof proposal) ||
	    !cmd_line_value(note->text, "seat", seat, sizeof seat) ||
	    !cmd_line_value(note->text, "vote", vote, sizeof vote) ||
	    decimal_parse(proposal, strlen(proposal), &position) != ERR_OK ||
	    position > JSON_INTEGER_MAX)
		return fault_set(fault, ERR_INVALID, "the note is not a signed ballot");
	err = draft_init(draft, "ballot", NULL, fault);
	if (err)
		return err;
	(void)json_add_integer(draft->doc, draft->json, "proposal", (int64_t)position);
	(void)json_add_cstring(draft->doc, draft->json, "seat", seat);
	(void)json_add_cstring(draft->doc, draft->json, "vote", vote);
	(void)json_add_text(draft->doc, draft->json, "note", bytes);
	return ERR_OK;
}

static enum err recusal_draft(const struct note *note, struct slice bytes,
			      struct draft *draft, struct fault *fault)
{
	char seat[65], beneficiary[65];
	enum err err;

	if (!cmd_line_value(note->text, "seat", seat, sizeof seat) ||
	    !cmd_line_value(note->text, "beneficiary", beneficiary, sizeof beneficiary))
		return fault_set(fault, ERR_INVALID, "the note is not a signed recusal");
	err = draft_init(draft, "recusal", NULL, fault);
	if (err)
		return err;
	(void)json_add_cstring(draft->doc, draft->json, "seat", seat);
	(void)json_add_cstring(draft->doc, draft->json, "beneficiary", beneficiary);
	(void)json_add_text(draft->doc, draft->json, "note", bytes);
	return ERR_OK;
}

static enum err confirmation_draft(const struct note *note, struct slice bytes,
				   struct draft *draft, struct fault *fault)
{
	char seat[65], payee[PAYEE_HEX_BYTES], returned[32];
	uint64_t position;
	enum err err;

	if (!cmd_line_value(note->text, "seat", seat, sizeof seat) ||
	    !cmd_line_value(note->text, "payee", payee, sizeof payee) ||
	    !cmd_line_value(note->text, "returned", returned, sizeof returned) ||
	    decimal_parse(returned, strlen(returned), &position) != ERR_OK ||
	    position > JSON_INTEGER_MAX)
		return fault_set(fault, ERR_INVALID,
				 "the note is not a signed confirmation");
	err = draft_init(draft, "confirmation", NULL, fault);
	if (err)
		return err;
	(void)json_add_integer(draft->doc, draft->json, "returned", (int64_t)position);
	(void)json_add_cstring(draft->doc, draft->json, "seat", seat);
	(void)json_add_cstring(draft->doc, draft->json, "payee", payee);
	(void)json_add_text(draft->doc, draft->json, "note", bytes);
	return ERR_OK;
}

/* A seat signs several sorts of text, and each says which it is in its first line. */
static enum err signed_draft(struct slice bytes, struct draft *draft, struct fault *fault)
{
	static const struct {
		const char *first_line;
		enum err (*draft)(const struct note *note, struct slice bytes,
				  struct draft *draft, struct fault *fault);
	} sorts[] = {
		{ "arrondi/recusal@v1\n", recusal_draft },
		{ "arrondi/payee@v1\n", confirmation_draft },
	};
	struct note note;
	enum err err = note_parse(bytes, &note, fault);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
		size_t n = strlen(sorts[i].first_line);

		if (note.text.n >= n && memcmp(note.text.p, sorts[i].first_line, n) == 0)
			return sorts[i].draft(&note, bytes, draft, fault);
	}
	return ballot_draft(&note, bytes, draft, fault);
}

int cmd_vote(int argc, char **argv)
{
	struct ledger *ledger = NULL;
	struct buffer note;
	struct draft draft;
	struct fault fault;
	int status = CLI_TROUBLE;

	if (argc != 3)
		return cmd_usage("vote");
	buffer_init(&note, INTAKE_BYTES_MAX);
	if (cli_read_file(argv[2], INTAKE_BYTES_MAX, &note, &fault) != ERR_OK ||
	    signed_draft(buffer_slice(&note), &draft, &fault) != ERR_OK) {
		buffer_release(&note);
		return cli_fail(CMD_PROGRAM, &fault);
	}
	ledger = cmd_open(argv[1], LEDGER_WRITE, &status);
	if (ledger)
		status = cmd_submit(ledger, NULL, &draft);
	ledger_close(ledger);
	draft_release(&draft);
	buffer_release(&note);
	return status;
}

static int submit_one(const char *dir, const char *by, struct draft *draft)
{
	int status;
	struct ledger *ledger = cmd_open(dir, LEDGER_WRITE, &status);

	if (ledger)
		status = cmd_submit(ledger, by, draft);
	ledger_close(ledger);
	return status;
}

/* What `decide` is told beside the proposal. */
struct decide_words {
	const char *by, *defer_to;
	bool is_withdrawn, is_delegated;
	uint64_t delegation;
};

static bool decide_words(int argc, char **argv, struct decide_words *words)
{
	static const struct option options[] = {
		{ "by", required_argument, NULL, 'b' },
		{ "defer-to", required_argument, NULL, 'd' },
		{ "delegation", required_argument, NULL, 'u' },
		{ "withdraw", no_argument, NULL, 'w' },
		{ 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'b')
			words->by = optarg;
		else if (option == 'd')
			words->defer_to = optarg;
		else if (option == 'w')
			words->is_withdrawn = true;
		else if (option == 'u' && cmd_position(optarg, &words->delegation))
			words->is_delegated = true;
		else
			return false;
	}
	return true;
}

int cmd_decide(int argc, char **argv)
{
	struct decide_words words = { .by = NULL };
	struct draft draft;
	struct fault fault;
	uint64_t proposal;
	int status;

	if (!decide_words(argc, argv, &words))
		return CLI_TROUBLE;
	if (argc - optind != 2)
		return cmd_usage("decide");
	if (!cmd_position(argv[optind + 1], &proposal) || proposal > JSON_INTEGER_MAX ||
	    words.delegation > JSON_INTEGER_MAX)
		return CLI_TROUBLE;
	if (draft_init(&draft, "decision", NULL, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	(void)json_add_integer(draft.doc, draft.json, "proposal", (int64_t)proposal);
	if (words.defer_to)
		(void)json_add_cstring(draft.doc, draft.json, "defer_to", words.defer_to);
	if (words.is_withdrawn)
		(void)json_add_cstring(draft.doc, draft.json, "withdraw", "proposer");
	if (words.is_delegated)
		(void)json_add_integer(draft.doc, draft.json, "delegation",
				       (int64_t)words.delegation);
	status = submit_one(argv[optind], words.by, &draft);
	draft_release(&draft);
	return status;
}

/* The month to allocate when none is named: the one after the last. */
static enum err next_month(const char *dir, char ret_month[MONTH_TEXT_BYTES],
			   struct fault *fault)
{
	struct ledger *ledger = NULL;
	struct books *books;
	struct month month;
	bool known = false;
	enum err err = ledger_open(dir, LEDGER_READ, &ledger, fault);

	if (!err)
		err = ledger_books(ledger, &books, fault);
	if (!err) {
		known = query_allocated(books, &month);
		ledger_books_done(ledger);
	}
	ledger_close(ledger);
	if (err)
		return err;
	if (!known || month_add(month, 1, &month) != ERR_OK)
		return fault_set(
			fault, ERR_USAGE,
			"nothing was allocated yet: name the first month with --month");
	month_format(month, ret_month);
	return ERR_OK;
}

int cmd_allocate(int argc, char **argv)
{
	static const struct option options[] = {
		{ "month", required_argument, NULL, 'm' }, { 0 }
	};
	char month[MONTH_TEXT_BYTES];
	const char *said = NULL;
	struct draft draft;
	struct fault fault;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'm')
			return CLI_TROUBLE;
		said = optarg;
	}
	if (argc - optind != 1)
		return cmd_usage("allocate");
	if (!said) {
		if (next_month(argv[optind], month, &fault) != ERR_OK)
			return cli_fail(CMD_PROGRAM, &fault);
		said = month;
	}
	if (draft_init(&draft, "allocation", NULL, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	(void)json_add_cstring(draft.doc, draft.json, "month", said);
	status = submit_one(argv[optind], NULL, &draft);
	draft_release(&draft);
	return status;
}
