/*
 * attempt.h - the verifier tried on an archive, and what it is expected to say.
 */
#ifndef ARRONDI_TESTS_ATTEMPT_H
#define ARRONDI_TESTS_ATTEMPT_H

#include "ledger/audit.h"
#include "tests/archive.h"

/* One run and what came of it. */
struct attempt {
	struct audit_options options;
	struct vkey vkeys[3];
	struct slice older[2];
	struct audit_finding finding;
	struct audit *audit;
	struct fault fault;
	enum err err;
};

/* With the log's key and nothing else. */
void attempt_init(struct attempt *attempt, const struct archive *archive);
void attempt_run(struct attempt *attempt);
void attempt_free(struct attempt *attempt);

/* The export is verified, by one thread and by two. */
void attempt_verifies(const struct archive *archive);

/* This is found, by one thread and by two. */
void attempt_finds(const struct archive *archive, uint64_t position, const char *rule);
void attempt_finds_with(struct attempt *attempt, uint64_t position, const char *rule);

#endif
