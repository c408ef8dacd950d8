/*
 * cmd_member.c - members and their tokens: 'member' and 'token'.
 */
#include <getopt.h>
#include <inttypes.h>

#include "keys/cli.h"
#include "keys/encoding.h"
#include "keys/token.h"
#include "ledger/books_query.h"
#include "ledger/cmd.h"

#define TOKEN_DAYS_DEFAULT 400
#define TOKEN_DAYS_MAX     3660

/* What the command line says of a member; NULL where it says nothing. */
struct member_words {
	const char *id, *role, *siren, *name, *staff, *step, *percent, *cap, *fund,
		*proposal, *vkey, *days, *continues, *collector;
};

static bool words_read(int argc, char **argv, struct member_words *words)
{
	const struct {
		const char *name;
		const char **word;
	} table[] = {
		{ "id", &words->id },
		{ "role", &words->role },
		{ "siren", &words->siren },
		{ "name", &words->name },
		{ "staff", &words->staff },
		{ "step", &words->step },
		{ "match-percent", &words->percent },
		{ "match-cap-month", &words->cap },
		{ "match-fund", &words->fund },
		{ "proposal", &words->proposal },
		{ "vkey", &words->vkey },
		{ "token-days", &words->days },
		{ "continues", &words->continues },
		{ "collector", &words->collector },
	};
	enum { WORDS = sizeof table / sizeof *table };
	struct option options[WORDS + 1] = { 0 };
	int option;

	for (int i = 0; i < WORDS; i++)
		options[i] =
			(struct option){ table[i].name, required_argument, NULL, i + 1 };
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option < 1 || option > WORDS)
			return false;
		*table[option - 1].word = optarg;
	}
	return words->id != NULL;
}

static enum err add_number(struct draft *draft, const char *name, const char *text,
			   struct fault *fault)
{
	uint64_t number;

	if (!text)
		return ERR_OK;
	if (decimal_parse(text, strlen(text), &number) != ERR_OK ||
	    number > JSON_INTEGER_MAX)
		return fault_set(fault, ERR_USAGE, "'%s' must be a whole number", name);
	(void)json_add_integer(draft->doc, draft->json, name, (int64_t)number);
	return ERR_OK;
}

static void add_word(struct draft *draft, const char *name, const char *text)
{
	if (text)
		(void)json_add_cstring(draft->doc, draft->json, name, text);
}

/* A change or a retirement keeps what the command line does not say. */
static void add_kept(struct draft *draft, const struct member_view *member)
{
	if (member->siren[0])
		add_word(draft, "siren", member->siren);
	if (member->name[0])
		add_word(draft, "name", member->name);
	if (!cents_is_zero(member->step))
		(void)json_add_integer(draft->doc, draft->json, "step",
				       cents_value(member->step));
	if (member->match_percent || !cents_is_zero(member->match_cap_month)) {
		(void)json_add_integer(draft->doc, draft->json, "match_percent",
				       member->match_percent);
		(void)json_add_integer(draft->doc, draft->json, "match_cap_month",
				       cents_value(member->match_cap_month));
	}
	if (member->match_fund[0])
		add_word(draft, "match_fund", member->match_fund);
	add_word(draft, "role", member->role);
}

/* It is kept as the terms are, until the command line says "none". */
static void add_collector(struct draft *draft, const char *collector)
{
	if (strcmp(collector, "none") != 0)
		add_word(draft, "collector", collector);
}

static enum err member_draft(struct draft *draft, const struct member_words *words,
			     const struct member_view *before, bool retire,
			     struct fault *fault)
{
	const struct {
		const char *name, *text;
	} numbers[] = { { "staff", words->staff },
			{ "step", words->step },
			{ "match_percent", words->percent },
			{ "match_cap_month", words->cap },
			{ "proposal", words->proposal } };
	enum err err = draft_init(draft, "member", NULL, fault);

	if (err)
		return err;
	if (before)
		add_kept(draft, before);
	if (words->collector)
		add_collector(draft, words->collector);
	else if (before && before->collector[0] && !retire)
		add_collector(draft, before->collector);
	add_word(draft, "id", words->id);
	add_word(draft, "role", words->role);
	add_word(draft, "siren", words->siren);
	add_word(draft, "name", words->name);
	add_word(draft, "match_fund", words->fund);
	add_word(draft, "vkey", words->vkey);
	add_word(draft, "continues", words->continues);
	add_word(draft, "status", retire ? "retired" : "active");
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !err; i++)
		err = add_number(draft, numbers[i].name, numbers[i].text, fault);
	if (err)
		draft_release(draft);
	return err;
}

static int issue(struct ledger *ledger, const char *id, const char *days_text)
{
	char text[TOKEN_TEXT_BYTES + 1];
	struct token_grant grant = { .expires_at = 0 };
	uint64_t days = TOKEN_DAYS_DEFAULT;
	struct member_view member;
	struct books *books;
	struct fault fault;
	bool found;

	if (days_text && (decimal_parse(days_text, strlen(days_text), &days) != ERR_OK ||
			  !days || days > TOKEN_DAYS_MAX))
		return cli_usage(CMD_PROGRAM, "a token lives 1 to %d days",
				 TOKEN_DAYS_MAX);
	if (ledger_books(ledger, &books, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	found = query_member(books, slice_of_text(id), &member) && member.active &&
		role_by_name(slice_of_text(member.role), &grant.role);
	ledger_books_done(ledger);
	if (!found) {
		(void)fault_set(&fault, ERR_NOT_FOUND, "'%s' is not an active member",
				id);
		return cli_fail(CMD_PROGRAM, &fault);
	}
	memcpy(grant.member, member.id, sizeof grant.member);
	grant.expires_at = (int64_t)time(NULL) + (int64_t)days * 86400;
	if (ledger_token_issue(ledger, &grant, text, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	printf("token (shown once): %s\n", text);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

static int revoke(struct ledger *ledger, const char *id)
{
	struct fault fault;
	int64_t count;

	if (ledger_token_revoke(ledger, slice_of_text(id), &count, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	printf("%" PRId64 " tokens revoked\n", count);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

static int member_run(struct ledger *ledger, const char *verb,
		      const struct member_words *words)
{
	bool add = strcmp(verb, "add") == 0, retire = strcmp(verb, "retire") == 0, known;
	struct member_view before;
	struct books *books;
	struct draft draft;
	struct fault fault;
	int status;

	if (ledger_books(ledger, &books, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	known = query_member(books, slice_of_text(words->id), &before);
	ledger_books_done(ledger);
	if (known && before.active == add) {
		(void)fault_set(&fault, ERR_RULE, "'%s' is %s: %s", words->id,
				add ? "a member already" : "retired",
				add ? "use 'change'" : "use 'add' to take it in again");
		return cli_fail(CMD_PROGRAM, &fault);
	}
	if (member_draft(&draft, words, known ? &before : NULL, retire, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	status = cmd_submit(ledger, NULL, &draft);
	draft_release(&draft);
	if (status == CLI_DONE && add)
		status = issue(ledger, words->id, words->days);
	if (status == CLI_DONE && retire)
		status = revoke(ledger, words->id);
	return status;
}

/* The key with which a member signs from here on. */
static int key_run(struct ledger *ledger, const struct member_words *words)
{
	struct draft draft;
	struct fault fault;
	int status;

	if (draft_init(&draft, "key", NULL, &fault) != ERR_OK)
		return cli_fail(CMD_PROGRAM, &fault);
	add_word(&draft, "member", words->id);
	add_word(&draft, "vkey", words->vkey);
	if (add_number(&draft, "proposal", words->proposal, &fault) == ERR_OK)
		status = cmd_submit(ledger, NULL, &draft);
	else
		status = cli_fail(CMD_PROGRAM, &fault);
	draft_release(&draft);
	return status;
}

int cmd_member(int argc, char **argv)
{
	struct member_words words = { .id = NULL };
	struct ledger *ledger;
	const char *verb;
	bool is_key;
	int status;

	if (!words_read(argc, argv, &words) || argc - optind != 2)
		return cmd_usage("member");
	verb = argv[optind + 1];
	is_key = strcmp(verb, "key") == 0;
	if (strcmp(verb, "add") != 0 && strcmp(verb, "change") != 0 &&
	    strcmp(verb, "retire") != 0 && !is_key)
		return cmd_usage("member");
	if (is_key && !words.vkey)
		return cli_usage(CMD_PROGRAM, "give the new key: --vkey VKEY");
	ledger = cmd_open(argv[optind], LEDGER_WRITE, &status);
	if (!ledger)
		return status;
	status = is_key ? key_run(ledger, &words) : member_run(ledger, verb, &words);
	ledger_close(ledger);
	return status;
}

int cmd_token(int argc, char **argv)
{
	static const struct option options[] = { { "member", required_argument, NULL,
						   'm' },
						 { "days", required_argument, NULL, 'd' },
						 { 0 } };
	const char *member = NULL, *days = NULL;
	struct ledger *ledger;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'm')
			member = optarg;
		else if (option == 'd')
			days = optarg;
		else
			return CLI_TROUBLE;
	}
	if (argc - optind != 2 || !member)
		return cmd_usage("token");
	ledger = cmd_open(argv[optind], LEDGER_WRITE, &status);
	if (!ledger)
		return status;
	if (strcmp(argv[optind + 1], "issue") == 0)
		status = issue(ledger, member, days);
	else if (strcmp(argv[optind + 1], "revoke") == 0)
		status = revoke(ledger, member);
	else
		status = cmd_usage("token");
	ledger_close(ledger);
	return status;
}
