/*
 * torture_memory.c - memory that runs short, at the n-th request for every n: a clear
 * error, nothing half done, and the same again succeeds.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n torture_memory
 *
 * The whole process is under it (short_memory.h): the ledger, SQLite and the digests'
 * library.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/audit.h"
#include "ledger/ledger_int.h"
#include "tests/short_memory.h"
#include "tests/temporary.h"
#include "tests/trial.h"

#define DEFAULT_S 60

/* ---- what is tried ---- */

struct trial {
	struct temporary *t;
	const char *name;
	uint64_t number; /* of the try: for references */
	uint64_t points; /* at which memory has failed */
	struct fault fault;
};

/* Any failure has a sentence; success in spite of it is as good. */
static void judge(struct trial *trial, enum err err)
{
	if (!short_memory_failed() && err)
		trial_fail("%s: failed although memory did not: %s", trial->name,
			   trial->fault.text);
	if (err && !trial->fault.text[0])
		trial_fail("%s: failed without a word", trial->name);
	/* OpenSSL does not always say that it was memory which kept it from reading a
	 * key, so an opening may blame the key. */
	if ((err == ERR_RULE || err == ERR_INVALID || err == ERR_CORRUPT) &&
	    strcmp(trial->name, "open") != 0)
		trial_fail("%s: short memory was taken for something else: %s",
			   trial->name, trial->fault.text);
}

static enum err submit_once(struct trial *trial, struct asked *asked)
{
	struct submission *group[] = { &asked->submission };
	struct buffer note;
	enum err err;

	buffer_init(&note, 100000);
	err = ledger_submit(trial->t->ledger, group, 1, &note, &trial->fault);
	if (!err && asked->submission.err) {
		err = asked->submission.err;
		trial->fault = asked->submission.fault;
	}
	buffer_release(&note);
	return err;
}

static void ask(struct trial *trial, struct asked *asked)
{
	char ref[40];

	snprintf(ref, sizeof ref, "M-%" PRIu64, trial->number);
	if (strcmp(trial->name, "batch") == 0) {
		const struct asked_batch batch = { ref, "salary",
						   1,   (unsigned)trial->number + 1,
						   0,   5 };

		asked_batch_init(asked, &batch);
		return;
	}
	asked_init(asked, "operator",
		   "'kind':'gift','ref':'%s','date':'%s','payer':'" TEMPORARY_EMPLOYER
		   "','giver':'company','fund':'emploi','amount':100",
		   ref, temporary_today());
}

/* Once with a failure, once without: it is booked once. */
static enum err try_submission(struct trial *trial, int64_t n)
{
	struct asked asked, again;
	uint64_t before = trial->t->ledger->meta.head.size;
	enum err err;

	ask(trial, &asked);
	ask(trial, &again);
	short_memory_arm((uint64_t)n);
	err = submit_once(trial, &asked);
	(void)short_memory_disarm();
	judge(trial, err);
	if (submit_once(trial, &again) != ERR_OK)
		trial_fail("%s: the same again is refused: %s", trial->name,
			   trial->fault.text);
	if (trial->t->ledger->meta.head.size != before + 1)
		trial_fail("%s: %" PRIu64 " entries instead of one", trial->name,
			   trial->t->ledger->meta.head.size - before);
	asked_clear(&asked);
	asked_clear(&again);
	return err;
}

static enum err try_open(struct trial *trial, int64_t n)
{
	struct ledger *ledger = NULL;
	enum err err;

	ledger_close(trial->t->ledger);
	trial->t->ledger = NULL;
	short_memory_arm((uint64_t)n);
	err = ledger_open(trial->t->dir, LEDGER_WRITE, &ledger, &trial->fault);
	(void)short_memory_disarm();
	judge(trial, err);
	ledger_close(ledger);
	trial_must(ledger_open(trial->t->dir, LEDGER_WRITE, &trial->t->ledger,
			       &trial->fault),
		   "the ledger opens again", &trial->fault);
	return err;
}

static enum err try_check(struct trial *trial, int64_t n)
{
	enum err err;

	short_memory_arm((uint64_t)n);
	err = ledger_check(trial->t->ledger, &trial->fault);
	(void)short_memory_disarm();
	judge(trial, err);
	return err;
}

/* An auditor that runs out of memory has found nothing, and says so. */
static enum err try_audit(struct trial *trial, int64_t n)
{
	struct audit_options options = { .dir = NULL, .threads = 1 };
	static char out[TEMPORARY_PATH];
	struct audit *audit = NULL;
	char name[40];
	enum err err;

	snprintf(name, sizeof name, "export-%" PRIu64, trial->number);
	temporary_path(trial->t, name, out);
	options.dir = out;
	trial_must(ledger_export(trial->t->ledger, out, &trial->fault), "an export",
		   &trial->fault);
	short_memory_arm((uint64_t)n);
	err = audit_run(&options, &audit, &trial->fault);
	(void)short_memory_disarm();
	judge(trial, err);
	audit_free(audit);
	return err;
}

static enum err try_export(struct trial *trial, int64_t n)
{
	char out[TEMPORARY_PATH], name[40];
	enum err err;

	snprintf(name, sizeof name, "try-%" PRIu64, trial->number);
	temporary_path(trial->t, name, out);
	short_memory_arm((uint64_t)n);
	err = ledger_export(trial->t->ledger, out, &trial->fault);
	(void)short_memory_disarm();
	judge(trial, err);
	return err;
}

static const struct {
	const char *name;
	enum err (*run)(struct trial *trial, int64_t n);
} tries[] = {
	{ "gift", try_submission }, { "batch", try_submission }, { "check", try_check },
	{ "audit", try_audit },     { "export", try_export },    { "open", try_open },
};

/* From the first request on, until one run asks for no more. */
static uint64_t fail_each(struct temporary *t, size_t which)
{
	struct trial trial = { .t = t, .name = tries[which].name };

	for (int64_t n = 0;; n++) {
		static uint64_t number;

		trial.number = number++;
		trial.fault.text[0] = '\0';
		(void)tries[which].run(&trial, n);
		if (!short_memory_failed())
			return trial.points;
		trial.points++;
		if (trial_is_over())
			return trial.points;
	}
}

int main(void)
{
	uint64_t points[sizeof tries / sizeof *tries];
	char said[400] = "";
	size_t n = 0;

	trial_begin("memory", DEFAULT_S);
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct temporary *t = temporary_new();

		points[i] = fail_each(t, i);
		trial_must(ledger_check(t->ledger, &t->fault), "the ledger is sound",
			   &t->fault);
		temporary_free(t);
		n += (size_t)snprintf(said + n, sizeof said - n, "%s%" PRIu64 " of %s",
				      i ? ", " : "", points[i], tries[i].name);
	}
	trial_end("requests for memory that failed: %s; each a clear error or none, and "
		  "all went on",
		  said);
}
