/*
 * fault.c - what went wrong, as a value with a sentence for a person.
 *
 * The texts end up in terminals, logs and JSON answers. What must never become
 * false: a text is terminated, and a cut never leaves half of a UTF-8 character.
 */
#include "keys/fault.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const err_names[] = {
	[ERR_OK] = "ok",
	[ERR_USAGE] = "usage",
	[ERR_INVALID] = "invalid",
	[ERR_RULE] = "rule",
	[ERR_CONFLICT] = "conflict",
	[ERR_UNKNOWN] = "unknown",
	[ERR_DENIED] = "denied",
	[ERR_NOT_FOUND] = "not-found",
	[ERR_TOO_BIG] = "too-big",
	[ERR_CORRUPT] = "corrupt",
	[ERR_BUSY] = "busy",
	[ERR_IO] = "io",
	[ERR_MEMORY] = "memory",
};
static_assert(sizeof err_names / sizeof *err_names == ERR__COUNT,
	      "the last error has a name; test_fault.c checks the others");

const char *err_name(enum err err)
{
	assert(err < ERR__COUNT);
	return err_names[err];
}

/* Takes the continuation bytes and then the lead byte off a character that the cut at
 * n bytes may have split. Whole characters at the very end go, too: telling them
 * apart is not worth the code in a text that is cut anyway. */
static void text_drop_last_character(char *text, size_t n)
{
	if (n == 0 || !((unsigned char)text[n - 1] & 0x80))
		return;
	while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
		n--;
	if (n > 0)
		n--;
	text[n] = '\0';
}

/* Writes into text[size] and cuts cleanly. */
static void text_format(char *text, size_t size, const char *format, va_list args)
{
	int n = vsnprintf(text, size, format, args);

	if (n < 0)
		text[0] = '\0';
	else if ((size_t)n >= size)
		text_drop_last_character(text, size - 1);
}

enum err fault_set(struct fault *fault, enum err err, const char *format, ...)
{
	va_list args;

	assert(err > ERR_OK && err < ERR__COUNT);
	if (!fault)
		return err;
	fault->err = err;
	fault->rule[0] = '\0';
	va_start(args, format);
	text_format(fault->text, sizeof fault->text, format, args);
	va_end(args);
	return err;
}

enum err fault_rule(struct fault *fault, const char *rule, const char *format, ...)
{
	va_list args;

	assert(strlen(rule) < FAULT_RULE_BYTES_MAX);
	if (!fault)
		return ERR_RULE;
	fault->err = ERR_RULE;
	(void)snprintf(fault->rule, sizeof fault->rule, "%s", rule);
	va_start(args, format);
	text_format(fault->text, sizeof fault->text, format, args);
	va_end(args);
	return ERR_RULE;
}

enum err fault_prefix(struct fault *fault, const char *format, ...)
{
	char old[FAULT_TEXT_BYTES_MAX];
	va_list args;
	size_t n;

	/* The error itself is in there: without a fault there is nothing to return. */
	assert(fault && fault->err > ERR_OK && fault->err < ERR__COUNT);
	memcpy(old, fault->text, sizeof old);
	va_start(args, format);
	text_format(fault->text, sizeof fault->text, format, args);
	va_end(args);
	n = strlen(fault->text);
	int added = snprintf(fault->text + n, sizeof fault->text - n, ": %s", old);
	if (added < 0)
		fault->text[n] = '\0';
	else if ((size_t)added >= sizeof fault->text - n)
		text_drop_last_character(fault->text, sizeof fault->text - 1);
	return fault->err;
}
