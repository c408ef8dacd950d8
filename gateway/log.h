/*
 * log.h - one structured line per event, on standard error.
 *
 *	time=2026-11-22T20:16:27Z level=info event=request method=POST status=201 ms=12
 *
 * A line is built from typed pairs. A text value is kept only when it is 1 to
 * LIMIT_LOG_VALUE_BYTES characters of A-Z a-z 0-9 and . _ - : / { } + = @ , and is
 * "REFUSED" otherwise: whatever a client sends can neither forge a line nor
 * carry a name into it. Never log a body, a token, a donor's reference, or a path
 * that is not a route's template. A sentence of a struct fault is checked text of
 * ours and goes in with log_sentence(), which puts "_" for each blank and so on.
 *
 *	struct log_line line;
 *	log_begin(&line, LOG_INFO, "request");
 *	log_text(&line, "method", "POST");
 *	log_integer(&line, "status", 201);
 *	log_end(&line);
 *
 * Each line is one write(2), so lines of several threads do not mix.
 */
#ifndef ARRONDI_GATEWAY_LOG_H
#define ARRONDI_GATEWAY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/limits.h"

enum log_level {
	LOG_ERROR,   /* somebody has to look */
	LOG_WARNING, /* somebody may have to look */
	LOG_INFO,
	LOG_DEBUG, /* not written unless log_level_set() asks for it */
};

struct log_line {
	size_t n;
	bool is_wanted;
	bool is_cut; /* a pair did not fit: the line says cut=yes */
	char bytes[LIMIT_LOG_LINE_BYTES];
};

/* LOG_INFO at first. Call before there are threads. */
void log_level_set(enum log_level least);

/* Standard error at first. Call before there are threads. */
void log_fd_set(int fd);

/* event and key are static text of [a-z_]. */
void log_begin(struct log_line *line, enum log_level level, const char *event);
void log_text(struct log_line *line, const char *key, const char *value);
void log_integer(struct log_line *line, const char *key, int64_t value);
void log_bool(struct log_line *line, const char *key, bool value);
void log_sentence(struct log_line *line, const char *key, const char *sentence);
void log_end(struct log_line *line);

/* What is tried again until it succeeds is said once when it begins to fail, as an error
 * with the fault's sentence, and once when it goes on. text is NULL where it has not
 * failed; *is_troubled is whether that was said. The events are static text. */
void log_trouble(const char *troubled, const char *goes_on, const char *text,
		 bool *is_troubled);

#endif
