/*
 * cmd_receipts.c - tax receipts: issued, made void, listed.
 */
#include <getopt.h>
#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "keys/cli.h"
#include "keys/encoding.h"
#include "ledger/books_query_receipt.h"
#include "ledger/cmd.h"
#include "ledger/receipt_issue.h"

#define FLOOR_CENTS_DEFAULT 0
#define BAR_CHARS           40

struct words {
	const char *dir, *year, *key, *by, *signatory, *proof, *floor, *reason, *number;
};

/* A line that is written over; a log gets nothing but the end. */
static void progress_print(void *ctx, size_t done, size_t all)
{
	char bar[BAR_CHARS + 1];
	size_t full = all ? done * BAR_CHARS / all : BAR_CHARS;

	(void)ctx;
	memset(bar, ' ', BAR_CHARS);
	memset(bar, '#', full);
	bar[BAR_CHARS] = '\0';
	fprintf(stderr, "\r[%s] %zu of %zu receipts%s", bar, done, all,
		done == all ? "\n" : "");
}

static enum err operator_of(struct ledger *ledger, const char *by, char room[65],
			    const char **ret_by, struct fault *fault)
{
	*ret_by = by ? by : room;
	return by ? ERR_OK : cmd_operator(ledger, room, fault);
}

static void issued_print(const struct receipts_issued *issued)
{
	if (issued->count)
		printf("%zu receipts issued, numbers %" PRId64 " to %" PRId64 ", %" PRId64
		       ".%02d EUR\n",
		       issued->count, issued->first, issued->last,
		       cents_value(issued->amount) / 100,
		       (int)(cents_value(issued->amount) % 100));
	else
		puts("no receipt is left to be issued");
	if (issued->below_floor)
		printf("%zu persons gave less than the floor\n", issued->below_floor);
	if (issued->without_gifts)
		printf("%zu persons of the vault have nothing that has arrived and "
		       "stands "
		       "on no receipt\n",
		       issued->without_gifts);
}

static enum err issue(struct ledger *ledger, struct vault *vault,
		      const struct words *words, const struct receipt_order *like,
		      struct fault *fault)
{
	struct receipt_order order = *like;
	struct receipts_issued issued;
	char room[65];
	enum err err = operator_of(ledger, words->by, room, &order.by, fault);

	if (!err)
		err = receipts_issue(ledger, vault, &order, &issued, fault);
	if (!err)
		issued_print(&issued);
	return err;
}

static int run_issue(const struct words *words)
{
	struct receipt_order order = { .signatory = words->signatory,
				       .proof = words->proof,
				       .floor = cents_of(FLOOR_CENTS_DEFAULT) };
	struct ledger *ledger;
	struct vault *vault = NULL;
	struct fault fault;
	uint64_t year;
	int status;
	enum err err;

	if (!words->year || !words->signatory || words->number)
		return cmd_usage("receipts");
	if (decimal_parse(words->year, strlen(words->year), &year) || year < 1970 ||
	    year > 2199)
		return cli_usage(CMD_PROGRAM, "--year takes a year, YYYY");
	if (words->floor && cents_parse(words->floor, &order.floor))
		return cli_usage(CMD_PROGRAM, "--floor takes euros, such as 5.00");
	order.year = (int64_t)year;
	if (isatty(STDERR_FILENO))
		order.progress = progress_print;
	ledger = cmd_open(words->dir, LEDGER_WRITE, &status);
	if (!ledger)
		return status;
	err = vault_open(words->dir, words->key, VAULT_WRITE, &vault, &fault);
	if (!err)
		err = issue(ledger, vault, words, &order, &fault);
	vault_close(vault);
	ledger_close(ledger);
	return err ? cli_fail(CMD_PROGRAM, &fault) : cli_finish(CMD_PROGRAM, CLI_DONE);
}

static int run_void(const struct words *words)
{
	struct ledger *ledger;
	struct vault *vault = NULL;
	struct fault fault;
	uint64_t number, position;
	const char *by;
	char room[65];
	int status;
	enum err err;

	if (!words->number || !words->reason || words->year)
		return cmd_usage("receipts");
	if (decimal_parse(words->number, strlen(words->number), &number))
		return cli_usage(CMD_PROGRAM, "a receipt has a number");
	ledger = cmd_open(words->dir, LEDGER_WRITE, &status);
	if (!ledger)
		return status;
	err = operator_of(ledger, words->by, room, &by, &fault);
	if (!err)
		err = vault_open(words->dir, words->key, VAULT_WRITE, &vault, &fault);
	if (!err)
		err = receipt_void(ledger, vault, (int64_t)number, by, words->reason,
				   &position, &fault);
	vault_close(vault);
	ledger_close(ledger);
	if (err)
		return cli_fail(CMD_PROGRAM, &fault);
	printf("receipt %" PRIu64 " is void, by position %" PRIu64 "\n", number,
	       position);
	return cli_finish(CMD_PROGRAM, CLI_DONE);
}

/* ---- what there is ---- */

static void receipt_print(const struct receipt_view *receipt)
{
	printf("%" PRId64 " %s %" PRId64 " %" PRId64 ".%02d position %" PRIu64,
	       receipt->number, receipt->form, receipt->year,
	       cents_value(receipt->amount) / 100,
	       (int)(cents_value(receipt->amount) % 100), receipt->position);
	if (receipt->voided)
		printf(" void by %" PRIu64, receipt->voided);
	if (receipt->replaced_by)
		printf(" replaced by %" PRId64, receipt->replaced_by);
	putchar('\n');
}

static enum err list_print(struct books *books, int64_t year, struct fault *fault)
{
	int64_t count = query_receipt_count(books);
	struct given_view *doubts = NULL;
	struct receipt_view receipt;
	size_t doubt_count = 0;
	enum err err = query_receipt_doubts(books, &doubts, &doubt_count, fault);

	for (int64_t number = 1; !err && number <= count; number++)
		if (query_receipt(books, number, &receipt) &&
		    (!year || receipt.year == year))
			receipt_print(&receipt);
	for (size_t i = 0; !err && i < doubt_count; i++)
		printf("to be made void: more stands on receipts of position %" PRIu64
		       " than has arrived\n",
		       doubts[i].position);
	free(doubts);
	return err;
}

static int run_list(const struct words *words)
{
	struct ledger *ledger;
	struct books *books;
	struct fault fault;
	uint64_t year = 0;
	int status;
	enum err err;

	if (words->number || words->reason)
		return cmd_usage("receipts");
	if (words->year && decimal_parse(words->year, strlen(words->year), &year))
		return cli_usage(CMD_PROGRAM, "--year takes a year, YYYY");
	ledger = cmd_open(words->dir, LEDGER_READ, &status);
	if (!ledger)
		return status;
	err = ledger_books(ledger, &books, &fault);
	if (!err) {
		err = list_print(books, (int64_t)year, &fault);
		ledger_books_done(ledger);
	}
	ledger_close(ledger);
	return err ? cli_fail(CMD_PROGRAM, &fault) : cli_finish(CMD_PROGRAM, CLI_DONE);
}

static bool words_take(struct words *words, int option)
{
	static const struct {
		int option;
		size_t at;
	} places[] = {
		{ 'y', offsetof(struct words, year) },
		{ 'k', offsetof(struct words, key) },
		{ 'b', offsetof(struct words, by) },
		{ 's', offsetof(struct words, signatory) },
		{ 'p', offsetof(struct words, proof) },
		{ 'f', offsetof(struct words, floor) },
		{ 'r', offsetof(struct words, reason) },
	};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].option == option) {
			*(const char **)((char *)words + places[i].at) = optarg;
			return true;
		}
	return false;
}

int cmd_receipts(int argc, char **argv)
{
	static const struct option options[] = {
		{ "year", required_argument, NULL, 'y' },
		{ "vault-key", required_argument, NULL, 'k' },
		{ "by", required_argument, NULL, 'b' },
		{ "signatory", required_argument, NULL, 's' },
		{ "proof-url", required_argument, NULL, 'p' },
		{ "floor", required_argument, NULL, 'f' },
		{ "reason", required_argument, NULL, 'r' },
		{ 0 },
	};
	struct words words = { .dir = NULL };
	const char *verb;
	int option, n;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!words_take(&words, option))
			return CLI_TROUBLE;
	n = argc - optind;
	if (n < 2 || n > 3)
		return cmd_usage("receipts");
	words.dir = argv[optind];
	verb = argv[optind + 1];
	words.number = n == 3 ? argv[optind + 2] : NULL;
	if (strcmp(verb, "issue") == 0)
		return run_issue(&words);
	if (strcmp(verb, "void") == 0)
		return run_void(&words);
	if (strcmp(verb, "list") == 0)
		return run_list(&words);
	return cmd_usage("receipts");
}
