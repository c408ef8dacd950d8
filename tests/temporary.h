/*
 * temporary.h - a ledger in a temporary folder, for tests.
 *
 * The charter is the world's (world.h), with two employers as members. Drafts
 * are JSON texts without braces, single quotes standing for double ones.
 */
#ifndef ARRONDI_TESTS_TEMPORARY_H
#define ARRONDI_TESTS_TEMPORARY_H

#include "ledger/ledger.h"
#include "ledger/tag.h"

#define TEMPORARY_EMPLOYER "employer:000001016"
#define TEMPORARY_OTHER    "employer:000004044"
#define TEMPORARY_PATH     512

struct temporary {
	char folder[TEMPORARY_PATH]; /* removed at the end with all that is in it */
	char dir[TEMPORARY_PATH];    /* the ledger's */
	struct ledger *ledger;
	struct fault fault;
};

/* A ledger with its charter and two employers, open for writing. */
struct temporary *temporary_new(void);
/* The same without a ledger in dir. */
struct temporary *temporary_empty(void);
void temporary_free(struct temporary *temporary);
void temporary_path(const struct temporary *temporary, const char *name,
		    char ret_path[TEMPORARY_PATH]);
/* The charter as temporary_new() has it, in JSON; the caller frees. */
char *temporary_charter(void);
/* Closes the ledger and opens it again. */
void temporary_reopen(struct temporary *temporary);

/* Today in Paris, and the month so many months ago: the ledger takes the real clock,
 * so what is recorded has to be of these days. */
const char *temporary_today(void);
const char *temporary_month(int months_ago);

/* A submission that owns what it needs. */
struct asked {
	struct submission submission;
	struct batch_rows rows;
	struct buffer blob;
	struct tag *tags;
	char *text;
};
void asked_init(struct asked *asked, const char *by, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* A batch of pay: tags are SHA-256 of (seed, i), i from `first` to first + count - 1;
 * each row gives 50 cents to emploi. */
struct asked_batch {
	const char *ref, *source;
	int months_ago; /* the period */
	unsigned seed, first, count;
};
void asked_batch_init(struct asked *asked, const struct asked_batch *batch);
void asked_clear(struct asked *asked);

/* Submits one alone; its own error, or the group's. */
enum err temporary_submit(struct temporary *temporary, struct asked *asked);
/* A gift of the first employer under this reference, which must be accepted. */
uint64_t temporary_gift(struct temporary *temporary, const char *ref, int cents);
/* So many gifts, of references G-first and up, in groups. */
void temporary_gifts(struct temporary *temporary, unsigned first, unsigned count);
uint64_t temporary_size(struct temporary *temporary);

#endif
