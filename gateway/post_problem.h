/*
 * post_problem.h - a refusal (RFC 9457), row by row, as lines for a person.
 *
 * The texts are the server's. Their control characters are taken out, so that a server
 * cannot write on a clerk's screen what it likes.
 */
#ifndef ARRONDI_GATEWAY_POST_PROBLEM_H
#define ARRONDI_GATEWAY_POST_PROBLEM_H

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define POST_SENTENCE_BYTES 642

/* Appends a line for each of the problem's `errors` to out, and puts title and detail
 * into ret_sentence ("title: detail"). ERR_INVALID where the body is no such problem. */
MUST_USE enum err post_problem_read(struct slice body, struct buffer *out,
				    char ret_sentence[POST_SENTENCE_BYTES],
				    struct fault *fault);

#endif
