/*
 * caller.h - an HTTP client of the torture programs: one request at a time on one
 * blocking socket, which is kept as long as it answers.
 */
#ifndef ARRONDI_TESTS_CALLER_H
#define ARRONDI_TESTS_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define CALLER_ANSWER_BYTES ((size_t)128 * 1024)

struct caller {
	int fd; /* -1: none */
	unsigned port;
	char *answer; /* head and body of the last one, a text */
	const char *body;
};

struct call {
	const char *method; /* NULL: POST */
	const char *target;
	const char *token;  /* NULL: none */
	const char *type;   /* of the body; NULL: none */
	const char *body;   /* NULL: none */
	const char *fields; /* more lines of the head, each ended by CR LF; NULL: none */
};

void caller_init(struct caller *caller);
void caller_close(struct caller *caller); /* the socket alone */
void caller_release(struct caller *caller);

/* A connected socket of 127.0.0.1:port, or -1. */
int caller_connect(unsigned port, unsigned patience_ms);

/* The status; 0 where no whole answer came, and the socket is then closed. */
unsigned caller_ask(struct caller *caller, unsigned port, const struct call *call);

/* A number's value in the answer's body; false where there is none of that name. */
bool caller_number(const struct caller *caller, const char *name, uint64_t *ret_number);
/* A text's value, with \n for line feeds undone: what JSON of ours escapes in a note. */
bool caller_text(const struct caller *caller, const char *name, struct buffer *ret_text);
/* The canonical bytes of the entry, which is the last member. */
bool caller_entry(const struct caller *caller, struct slice *ret_entry);

#endif
