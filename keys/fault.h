/*
 * fault.h - what went wrong, as a value with a sentence for a person.
 *
 * Every function that can fail returns an enum err and, where a person may
 * read of it, fills a struct fault that its caller owns. Library code never
 * prints: only the programs' main files and gateway/log.c do.
 *
 * A fault's text is one English sentence, lower case, without a full stop: the
 * thing first, then what is wrong, then the remedy ("key file 'x.pem' can be
 * read by others: chmod 600 it"). It never holds a person's data, a secret, or
 * a value from outside that was not checked for its syntax.
 */
#ifndef ARRONDI_KEYS_FAULT_H
#define ARRONDI_KEYS_FAULT_H

#include <stdarg.h>
#include <stdint.h>

#define MUST_USE             __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a)    __attribute__((format(printf, f, a)))
#define FAULT_TEXT_BYTES_MAX 720
#define FAULT_RULE_BYTES_MAX 40

enum err {
	ERR_OK = 0,
	ERR_USAGE,     /* the command line or the configuration is off */
	ERR_INVALID,   /* input has not the declared shape; nothing changed */
	ERR_RULE,      /* well-formed, but a rule of the ledger refuses it */
	ERR_CONFLICT,  /* the same reference with other content */
	ERR_UNKNOWN,   /* who asks could not be authenticated */
	ERR_DENIED,    /* who asks is known, and may not */
	ERR_NOT_FOUND, /* the thing named does not exist */
	ERR_TOO_BIG,   /* past a limit; the text names the limit */
	ERR_CORRUPT,   /* bytes do not match their hash, signature or form */
	ERR_BUSY,      /* another holds what is needed; try again */
	ERR_IO,        /* a file, disk or socket failed */
	ERR_MEMORY,    /* out of memory */
	ERR__COUNT
};

struct fault {
	enum err err;
	char rule[FAULT_RULE_BYTES_MAX]; /* a rule's name, or "" */
	char text[FAULT_TEXT_BYTES_MAX];
};

/* A short name for programs: "invalid", "rule", "conflict", ... */
const char *err_name(enum err err);

/* Fills *fault (which may be NULL) and returns err, so that a caller writes
 * `return fault_set(fault, ERR_INVALID, "fund '%s' is not ...", id);`.
 * A text that is too long is cut. */
enum err fault_set(struct fault *fault, enum err err, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* The same for a rule of the ledger; err is ERR_RULE unless given otherwise. */
enum err fault_rule(struct fault *fault, const char *rule, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Puts "prefix: " before the text that is there and returns fault->err. */
enum err fault_prefix(struct fault *fault, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
