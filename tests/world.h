/*
 * world.h - a foundation in memory, for tests of the rules.
 *
 * A charter with two funds to spend, five seats whose keys the world holds, an
 * operator, a treasurer and two employers; a clock that the test sets. Entries
 * go in as JSON drafts, through the very functions that the writer uses:
 * books_complete(), kind_check(), books_apply(). Every leaf is kept, so that
 * roots of the past can be had and a log can be replayed.
 */
#ifndef ARRONDI_TESTS_WORLD_H
#define ARRONDI_TESTS_WORLD_H

#include "keys/sign.h"
#include "keys/vkey.h"
#include "ledger/books.h"
#include "ledger/books_query.h"

#define WORLD_SEATS      5
#define WORLD_LEAVES_MAX 4096
#define WORLD_ORIGIN     "ledger.test/93"
#define WORLD_NOW        INT64_C(1795000000) /* 2026-11-18 11:06:40 UTC */

struct world_leaf {
	uint8_t *bytes;
	size_t n;
	struct hash hash;
};

struct world {
	struct state *state;
	struct books *books;
	char origin[129]; /* in force, as log_key */
	struct signing_key *log_key;
	struct signing_key *old_log_key;  /* signs beside it, where there is one */
	struct signing_key *next_log_key; /* of world_log_prepare() */
	char next_log_vkey[VKEY_TEXT_BYTES_MAX + 1];
	struct signing_key *seat_keys[WORLD_SEATS];
	char seat_vkeys[WORLD_SEATS][VKEY_TEXT_BYTES_MAX + 1];
	char log_vkey[VKEY_TEXT_BYTES_MAX + 1];
	int64_t at; /* recorded time of the next entry */
	int refs;
	struct world_leaf leaves[WORLD_LEAVES_MAX];
	size_t leaf_count;
	struct fault fault;          /* of the last submission */
	void (*accepted)(void *ctx); /* after each entry, unless NULL */
	void *accepted_ctx;
	bool state_was_set; /* by the test: no log of its leaves leads there */
};

/* A world with its charter; aborts when the machine fails it. */
struct world *world_new(void);
/* The same without any entry. */
struct world *world_empty(void);
void world_free(struct world *world);

/* The charter's draft as JSON, with the world's keys. The caller frees. */
char *world_charter(const struct world *world);

/* Submits members, as a JSON text without braces ("'kind':'gift','amount':5"),
 * single quotes standing for double ones. A reference is made up where none is
 * given. Returns the verdict; the position is that before the call. */
enum err world_submit(struct world *world, const char *by, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* The same, which must be accepted: fails the test with the fault's text
 * otherwise, and returns the position. */
uint64_t world_must(struct world *world, const char *by, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* The same, which must be refused by this rule; and an auditor must find the
 * same rule broken in a log into which it was forged with the right key. */
void world_refuses(struct world *world, const char *rule, const char *by,
		   const char *format, ...) PRINTF_LIKE(4, 5);

/* Applies whole canonical bytes, as a verifier does. */
enum err world_replay(struct world *world, struct slice bytes);

/* Makes the key that the log shall have, named as an origin: next_log_vkey. */
void world_log_prepare(struct world *world, const char *origin);
/* An entry has named it: from here on it signs, and the one before beside it. */
void world_log_take(struct world *world);
/* The log's checkpoint of its first `size` entries, as the value of a JSON member. */
#define WORLD_NOTE_BYTES_MAX 8192
void world_checkpoint(struct world *world, uint64_t size,
		      char ret_note[WORLD_NOTE_BYTES_MAX]);

/* A text signed by a seat (number 0 .. 4), as the value of a JSON member. */
void world_sign(struct world *world, int seat, const char *text,
		char ret_note[WORLD_NOTE_BYTES_MAX]);
/* The members of a seat's ballot, for world_refuses(). */
void world_ballot_members(struct world *world, int seat, uint64_t proposal,
			  const char *vote, char *ret_members, size_t bytes);

/* A seat's ballot (number 0 .. 4) on a proposal, having seen all there is. */
enum err world_ballot(struct world *world, int seat, uint64_t proposal, const char *vote);
void world_votes(struct world *world, uint64_t proposal, int seats_for);

/* Available of a sub-balance, or the balance of an account. */
int64_t world_available(struct world *world, const char *fund, const char *earmark);
int64_t world_balance(struct world *world, const char *account);

/* That the books' own accounts sum to zero, and that a replay of every leaf into
 * a second world gives the same state, key by key and byte by byte. */
void world_check(struct world *world);

#endif
