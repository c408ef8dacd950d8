/*
 * house.h - a ledger in a folder of its own, for programs that run as processes.
 *
 * Companies are those of foundation.h. Half of them match what their employees give.
 */
#ifndef ARRONDI_TESTS_HOUSE_H
#define ARRONDI_TESTS_HOUSE_H

#include "keys/token.h"
#include "keys/vkey.h"
#include "tests/foundation.h"

#define HOUSE_COMPANIES_MAX 64
#define HOUSE_PATH_BYTES    128

struct house_member {
	char id[FOUNDATION_COMPANY_BYTES];
	char token[TOKEN_TEXT_BYTES + 1];
};

struct house {
	char folder[64], dir[HOUSE_PATH_BYTES], out[HOUSE_PATH_BYTES];
	unsigned companies;
	struct house_member company[HOUSE_COMPANIES_MAX];
	struct house_member operator, treasurer;
	struct vkey vkey;
	char vkey_text[VKEY_TEXT_BYTES_MAX + 1];
	uint64_t size; /* entries that stand before the trial */
};

void house_make(struct house *house, unsigned companies);
/* The same in two steps, for who wants to put something into house->dir, or under it. */
void house_begin(struct house *house);
void house_furnish(struct house *house, unsigned companies);

/* "FOLDER/NAME" of the house. */
void house_path(const struct house *house, const char *name,
		char ret_path[HOUSE_PATH_BYTES]);

/* Exports the ledger into house->out, anew, and has arrondi-verify look at it, with the
 * checkpoint in that file (NULL: none). Fails the trial where it is not in order. */
void house_verify(const struct house *house, const char *checkpoint);

/* Has arrondi-ledger check compare the projections with the log. */
void house_check(const struct house *house);

/* "BIN/NAME": a program of ours. */
void program_path(const char *name, char ret_path[HOUSE_PATH_BYTES]);

/* Runs a program of ours, words ending with NULL, and waits. What it says goes to the
 * file `said`. The status, or 128 + the signal. */
int program_run(const char *said, const char *const words[]);
/* As program_run(), without waiting; the child dies with the caller's thread. preload is
 * a library's path, or NULL; input the file that it reads, or NULL. */
pid_t program_begin(const char *said, const char *preload, const char *input,
		    const char *const words[]);
/* The status as program_run() has it. */
int program_wait(pid_t pid);

/* The first bytes of a file, as a text. "" where there is none. */
void file_begins(const char *path, char *ret_text, size_t room);

#endif
