/*
 * attempt.c - see attempt.h.
 */
#include "tests/attempt.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/exhibit.h"

void attempt_init(struct attempt *attempt, const struct archive *archive)
{
	*attempt = (struct attempt){ .options = { .dir = archive->out, .n_vkeys = 1 } };
	attempt->options.vkeys = attempt->vkeys;
	attempt->options.older = attempt->older;
	attempt->options.finding = &attempt->finding;
	assert_int_equal(vkey_parse(slice_of_text(archive->world->log_vkey),
				    &attempt->vkeys[0], &attempt->fault),
			 ERR_OK);
}

void attempt_run(struct attempt *attempt)
{
	attempt->audit = NULL;
	attempt->err = audit_run(&attempt->options, &attempt->audit, &attempt->fault);
	assert_int_equal(attempt->err == ERR_OK, attempt->audit != NULL);
}

void attempt_free(struct attempt *attempt)
{
	audit_free(attempt->audit);
	attempt->audit = NULL;
}

void attempt_verifies(const struct archive *archive)
{
	struct attempt attempt;

	attempt_init(&attempt, archive);
	for (unsigned threads = 1; threads <= 2; threads++) {
		attempt.options.threads = threads;
		attempt_run(&attempt);
		if (attempt.err)
			fail_msg("%u threads: %s [%s]", threads, attempt.fault.text,
				 attempt.fault.rule);
		assert_string_equal(attempt.finding.rule, "");
		attempt_free(&attempt);
	}
}

void attempt_finds_with(struct attempt *attempt, uint64_t position, const char *rule)
{
	for (unsigned threads = 1; threads <= 2; threads++) {
		attempt->options.threads = threads;
		attempt_run(attempt);
		if (!attempt->err)
			fail_msg("verified what rule '%s' should refuse", rule);
		if (strcmp(attempt->finding.rule, rule) != 0 ||
		    attempt->finding.position != position)
			fail_msg("found '%s' at %" PRIu64 " (%s), expected '%s' at "
				 "%" PRIu64,
				 attempt->finding.rule, attempt->finding.position,
				 attempt->fault.text, rule, position);
		assert_string_equal(attempt->fault.rule, rule);
		assert_int_equal(attempt->fault.err, attempt->err);
	}
	exhibit_keep(&attempt->options, &attempt->finding);
}

void attempt_finds(const struct archive *archive, uint64_t position, const char *rule)
{
	struct attempt attempt;

	attempt_init(&attempt, archive);
	attempt_finds_with(&attempt, position, rule);
}
