/*
 * problem.h - how the gateway says no: application/problem+json, RFC 9457.
 *
 * `type` is a relative reference, /problems/<slug>, so that it stays true on every
 * foundation's own host. Rows of a batch that are wrong are listed one by one under
 * `errors`, each with what to do about it: whoever posts must be able to repair a
 * file without calling anybody.
 *
 * Nothing here may quote a value that was not checked for its syntax, a person's
 * data, or a secret: a problem document ends up in other people's logs.
 */
#ifndef ARRONDI_GATEWAY_PROBLEM_H
#define ARRONDI_GATEWAY_PROBLEM_H

#include "gateway/http_reply.h"
#include "gateway/limits.h"
#include "keys/fault.h"

/* One thing that is wrong in what was sent. */
struct problem_error {
	int64_t line;        /* from 1, of CSV or JSON lines; 0: use pointer */
	const char *pointer; /* JSON pointer, RFC 6901; or NULL */
	const char *member;  /* the member's or the column's name; or NULL */
	const char *reason;
	const char *remedy; /* or NULL */
};

struct problem {
	unsigned status;      /* 400 to 599 */
	const char *slug;     /* "body-too-big": the end of `type` */
	const char *title;    /* the same for every problem of this type */
	const char *detail;   /* this one; or NULL */
	const char *instance; /* the request's id; or NULL */
	const char *rule;     /* the ledger's rule that refused; or NULL */
	const struct problem_error *errors;
	size_t error_count; /* past LIMIT_PROBLEM_ERRORS only counted */
};

/* 400 for ERR_INVALID and so on; never called with ERR_OK. */
unsigned problem_status(enum err err);

/* Status, slug and title by fault->err, detail and rule from the fault, which must
 * live as long as the problem. What is inside (ERR_CORRUPT, ERR_IO, ERR_MEMORY,
 * ERR_USAGE) is not told to a client: detail is then a fixed sentence. */
void problem_from_fault(struct problem *problem, const struct fault *fault,
			const char *instance);

/* Replaces what is in *reply (initialised) by the problem: status, body, and
 * WWW-Authenticate with 401, Retry-After with 429 and 503. A failure sticks in it. */
void problem_reply(const struct problem *problem, struct http_reply *reply);

/* problem_from_fault() and problem_reply() in one. */
void problem_reply_fault(const struct fault *fault, const char *instance,
			 struct http_reply *reply);

#endif
