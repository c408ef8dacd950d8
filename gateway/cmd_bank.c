/*
 * cmd_bank.c - arrondi-gateway bank: statements in, and payments out
 * (cmd_bank_orders.c).
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/bank_import.h"
#include "gateway/bank_payer_file.h"
#include "gateway/cmd_bank_int.h"
#include "gateway/command.h"
#include "keys/cli.h"

/* ---- what is told ---- */

static void tell_statement(void *who, const struct bank_statement *statement,
			   const char *account, uint64_t position, bool before)
{
	char from[DATE_TEXT_BYTES], until[DATE_TEXT_BYTES];

	(void)who;
	date_format(statement->from, from);
	date_format(statement->until, until);
	if (statement->missing)
		printf("before this statement %" PRIu64 " numbers are missing\n",
		       statement->missing);
	printf("statement %" PRIu64 ": account %s, %s to %s, %zu lines%s%s%s\n", position,
	       account, from, until, statement->line_count,
	       statement->pending ? ", entries that are not booked are left out" : "",
	       statement->opening_derived ? ", opening derived from its closing" : "",
	       before ? " (recorded before)" : "");
}

static void print_line(const struct bank_line *line)
{
	char day[DATE_TEXT_BYTES], amount[CENTS_TEXT_BYTES];

	date_format(line->booked_on, day);
	cents_format(line->amount, '.', amount);
	printf("  %s %s: ", day, amount);
}

static void tell_explained(void *who, const struct bank_line *line,
			   const struct bank_finding *finding, uint64_t position)
{
	static const char *const done[] = {
		[BANK_OWED] = "settles",
		[BANK_PAYOUT] = "arrives of payout",
		[BANK_ORDERED] = "carries out payment",
		[BANK_PAID] = "returns payment",
	};
	char amount[CENTS_TEXT_BYTES];

	(void)who;
	print_line(line);
	cents_format(finding->amount, '.', amount);
	printf("%s %s %" PRIu64 "%s%s, position %" PRIu64 "\n", amount,
	       done[finding->subject], finding->position,
	       finding->member[0] ? " of " : "", finding->member, position);
}

static void tell_left(void *who, uint64_t statement, uint32_t number,
		      const struct bank_line *line, enum bank_why why,
		      const struct fault *refusal)
{
	(void)who;
	print_line(line);
	printf("left, line %" PRIu32 " of %" PRIu64 ": %s: %s\n", number, statement,
	       refusal ? "refused" : bank_why_name(why),
	       refusal ? refusal->text : bank_why_text(why));
}

/* ---- import ---- */

enum err bank_wish_by(struct ledger *ledger, const struct bank_wish *wish,
		      char ret_id[QUERY_ID_BYTES], struct fault *fault)
{
	struct member_view *members = NULL;
	struct books *books;
	size_t count = 0;
	enum err err;

	if (wish->by) {
		snprintf(ret_id, QUERY_ID_BYTES, "%s", wish->by);
		return ERR_OK;
	}
	err = ledger_books(ledger, &books, fault);
	if (err)
		return err;
	err = query_members(books, &members, &count, fault);
	ledger_books_done(ledger);
	ret_id[0] = '\0';
	for (size_t i = 0; i < count; i++)
		if (members[i].active && strcmp(members[i].role, "treasurer") == 0)
			memcpy(ret_id, members[i].id, QUERY_ID_BYTES);
	free(members);
	return err;
}

static enum err import_file(struct ledger *ledger, const struct bank_wish *wish,
			    const struct bank_file *file, const struct bank_file *details,
			    struct fault *fault)
{
	static const struct bank_import_events events = { NULL, tell_statement,
							  tell_explained, tell_left };
	struct bank_import_counts counts;
	struct bank_import_aids aids = { .details = details };
	char by[QUERY_ID_BYTES];
	struct bank_payer *payers = NULL;
	enum err err = bank_wish_by(ledger, wish, by, fault);

	if (!err && wish->payers)
		err = bank_payer_file_read(wish->payers, &payers, &aids.payer_count,
					   fault);
	aids.payers = payers;
	if (!err)
		err = bank_import(ledger, file, by, &aids, &events, &counts, fault);
	free(payers);
	if (!err)
		printf("%zu lines: %zu explained now, %zu before, %zu left\n",
		       counts.lines, counts.explained, counts.before, counts.left);
	return err;
}

static enum err import(const struct bank_wish *wish, struct fault *fault)
{
	const char *const *ibans = NULL;
	struct ledger *ledger = NULL;
	struct bank_file file, details;
	size_t count = 0;
	enum err err = ledger_open(wish->dir, LEDGER_WRITE, &ledger, fault);

	if (err)
		return err;
	bank_file_init(&file, NULL, 0);
	bank_file_init(&details, NULL, 0);
	err = bank_import_accounts(ledger, &ibans, &count, fault);
	if (!err) {
		bank_file_init(&file, ibans, count);
		err = bank_file_read(&file, wish->file, fault);
	}
	if (!err && wish->details) {
		bank_file_init(&details, ibans, count);
		err = bank_file_read(&details, wish->details, fault);
	}
	if (!err)
		err = import_file(ledger, wish, &file, wish->details ? &details : NULL,
				  fault);
	bank_file_release(&file);
	bank_file_release(&details);
	free((void *)ibans);
	ledger_close(ledger);
	return err;
}

/* Each verb has its words. */
static bool wish_complete(const struct bank_wish *wish)
{
	if (strcmp(wish->verb, "import") == 0)
		return wish->file && !wish->out;
	return strcmp(wish->verb, "orders") == 0 && !wish->file && wish->out &&
	       wish->payees && wish->passphrase_file;
}

/* False: getopt has said why. */
static bool wish_read(int argc, char **argv, struct bank_wish *wish)
{
	static const struct option options[] = {
		{ "by", required_argument, NULL, 'b' },
		{ "payers", required_argument, NULL, 'p' },
		{ "details", required_argument, NULL, 'd' },
		{ "out", required_argument, NULL, 'o' },
		{ "payees", required_argument, NULL, 'y' },
		{ "passphrase-file", required_argument, NULL, 's' },
		{ "account", required_argument, NULL, 'a' },
		{ "bic", required_argument, NULL, 'c' },
		{ "on", required_argument, NULL, 'n' },
		{ 0 },
	};
	const char **places[] = { &wish->by,      &wish->payers, &wish->details,
				  &wish->out,     &wish->payees, &wish->passphrase_file,
				  &wish->account, &wish->bic,    &wish->on };
	int option, index = 0;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (option == '?')
			return false;
		*places[index] = optarg;
	}
	return true;
}

int cmd_bank(int argc, char **argv)
{
	struct bank_wish wish = { .dir = NULL };
	struct fault fault = { .err = ERR_OK };
	enum err err;

	if (!wish_read(argc, argv, &wish))
		return CLI_TROUBLE;
	if (argc - optind < 2 || argc - optind > 3)
		return command_usage("bank");
	wish.dir = argv[optind];
	wish.verb = argv[optind + 1];
	wish.file = argc - optind == 3 ? argv[optind + 2] : NULL;
	if (!wish_complete(&wish))
		return command_usage("bank");
	err = wish.file ? import(&wish, &fault) : bank_cmd_orders(&wish, &fault);
	if (err == ERR_NOT_FOUND)
		fault.err = ERR_IO; /* the user has named it */
	if (err)
		(void)cli_finish(COMMAND_PROGRAM, CLI_DONE); /* what was done is told */
	return err ? cli_fail(COMMAND_PROGRAM, &fault)
		   : cli_finish(COMMAND_PROGRAM, CLI_DONE);
}
