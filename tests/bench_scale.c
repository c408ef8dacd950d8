/*
 * bench_scale.c - what one call costs on a small ledger and on a great one.
 *
 *   bench_scale SMALL-DIR GREAT-DIR COMPANY
 *
 * Prints a line "what small great" for each of: append (a gift committed and
 * signed), proof (of an entry at random), open (for writing, and closed), balance
 * (of every sub-balance, in a ledger just opened and in one that is warm); medians
 * in nanoseconds. The two ledgers take turns, so that what else the machine does
 * meets both.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger/books_query.h"
#include "tests/foundation.h"
#include "tests/stopwatch.h"

#define TIMES_APPEND 301
#define TIMES_PROOF  4001 /* every tile is met: both are warm */
#define TIMES_OPEN   101
#define TIMES_MAX    4001

struct side {
	const char *dir;
	const char *company;
	struct ledger *ledger;
	uint64_t size;
	unsigned n;
	int64_t took_ns[TIMES_MAX];
};

static void side_open(struct side *side)
{
	struct fault fault;

	foundation_must(ledger_open(side->dir, LEDGER_WRITE, &side->ledger, &fault),
			"open", &fault);
}

static void side_close(struct side *side)
{
	ledger_close(side->ledger);
	side->ledger = NULL;
}

static void side_append(struct side *side)
{
	struct submission submission, *group[] = { &submission };
	char today[DATE_TEXT_BYTES];
	struct buffer note;
	struct fault fault;
	int64_t start;

	date_format(foundation_today(), today);
	draft_init(&submission, side->company,
		   "'kind':'gift','ref':'X-%u','date':'%s','payer':'%s',"
		   "'giver':'company','fund':'emploi','amount':100",
		   side->n, today, side->company);
	buffer_init(&note, 100000);
	start = stopwatch_ns();
	foundation_must(ledger_submit(side->ledger, group, 1, &note, &fault), "append",
			&fault);
	foundation_must(submission.err, "the gift", &submission.fault);
	if (submission.repeated) {
		fprintf(stderr, "bench_scale: the ledger was measured before\n");
		exit(2);
	}
	side->took_ns[side->n++] = stopwatch_ns() - start;
	buffer_release(&note);
	draft_release(&submission);
}

static void side_prove(struct side *side)
{
	uint64_t position = (uint64_t)random() % side->size;
	struct buffer proof;
	struct fault fault;
	int64_t start;

	buffer_init(&proof, 1000000);
	start = stopwatch_ns();
	foundation_must(ledger_proof(side->ledger, position, &proof, &fault), "proof",
			&fault);
	side->took_ns[side->n++] = stopwatch_ns() - start;
	buffer_release(&proof);
}

static void side_reopen(struct side *side)
{
	int64_t start;

	side_close(side);
	start = stopwatch_ns();
	side_open(side);
	side->took_ns[side->n++] = stopwatch_ns() - start;
}

static void balances(struct side *side)
{
	struct sub_balance_view *subs;
	struct books *books;
	struct fault fault;
	size_t count;
	int64_t start = stopwatch_ns();

	foundation_must(ledger_books(side->ledger, &books, &fault), "books", &fault);
	foundation_must(query_sub_balances(books, &subs, &count, &fault), "balance",
			&fault);
	ledger_books_done(side->ledger);
	side->took_ns[side->n++] = stopwatch_ns() - start;
	free(subs);
}

static void side_balance_first(struct side *side)
{
	side_close(side);
	side_open(side);
	balances(side);
}

static void measure(const char *what, struct side sides[2], unsigned times,
		    void (*one)(struct side *side))
{
	struct fault fault;
	int64_t median[2];

	for (int s = 0; s < 2; s++) {
		sides[s].n = 0;
		side_open(&sides[s]);
		foundation_must(ledger_size(sides[s].ledger, &sides[s].size, &fault),
				"size", &fault);
	}
	for (unsigned i = 0; i < times; i++)
		for (int s = 0; s < 2; s++)
			one(&sides[s]);
	for (int s = 0; s < 2; s++) {
		median[s] = stopwatch_median(sides[s].took_ns, times);
		side_close(&sides[s]);
	}
	printf("%s %" PRId64 " %" PRId64 "\n", what, median[0], median[1]);
}

int main(int argc, char **argv)
{
	static struct side sides[2];

	if (argc != 4) {
		fprintf(stderr, "usage: bench_scale SMALL-DIR GREAT-DIR COMPANY\n");
		return 2;
	}
	for (int s = 0; s < 2; s++)
		sides[s] = (struct side){ .dir = argv[1 + s], .company = argv[3] };
	measure("append", sides, TIMES_APPEND, side_append);
	measure("proof", sides, TIMES_PROOF, side_prove);
	measure("open", sides, TIMES_OPEN, side_reopen);
	measure("balance_first", sides, TIMES_OPEN, side_balance_first);
	measure("balance", sides, TIMES_PROOF, balances);
	return 0;
}
