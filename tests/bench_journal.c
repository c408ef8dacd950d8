/*
 * bench_journal.c - how fast the accountant's files are written.
 *
 *   bench_journal DIR ENTRIES
 *
 * The last gift of the ledger is written ENTRIES times into a journal (hledger) and into
 * a FEC, each through its spool to the end, without the replay that gives it its
 * postings: that is measured by itself. Prints two lines, "journal" and "fec", each with
 * the entries, the nanoseconds of processor and the bytes of the text. Status 2 where
 * something fails.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reports/fec.h"
#include "reports/journal.h"
#include "tests/stopwatch.h"

#define POSTINGS_MAX 16

/* An entry that outlives the replay. */
struct kept {
	struct json_doc *doc;
	struct buffer bytes;
	struct entry charter, entry;
	struct json_doc *charter_doc;
	struct buffer charter_bytes;
	struct posting postings[POSTINGS_MAX];
	size_t count;
};

static _Noreturn void die(const char *what, const struct fault *fault)
{
	(void)fprintf(stderr, "bench_journal: %s: %s\n", what, fault->text);
	exit(2);
}

static enum err copy(const struct entry *entry, struct json_doc **doc,
		     struct buffer *bytes, struct entry *ret_entry, struct fault *fault)
{
	enum err err;

	json_doc_free(*doc);
	*doc = json_doc_new();
	buffer_clear(bytes);
	err = json_write(entry->json, bytes);
	return err ? err : entry_parse(*doc, buffer_slice(bytes), ret_entry, fault);
}

static enum err visit(void *ctx, uint64_t position, const struct entry *entry,
		      const struct posting *postings, size_t count, struct fault *fault)
{
	struct kept *kept = ctx;

	if (position == 0)
		return copy(entry, &kept->charter_doc, &kept->charter_bytes,
			    &kept->charter, fault);
	if (entry->kind != KIND_gift || count > POSTINGS_MAX || kept->count)
		return ERR_OK;
	memcpy(kept->postings, postings, count * sizeof *postings);
	kept->count = count;
	return copy(entry, &kept->doc, &kept->bytes, &kept->entry, fault);
}

/* Of this process: others on the machine do not count. */
static int64_t cpu_ns(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0)
		abort();
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void told(const char *what, unsigned entries, int64_t start,
		 const struct spool *spool)
{
	printf("%s %u %" PRId64 " %" PRIu64 "\n", what, entries, cpu_ns() - start,
	       spool_bytes(spool));
}

static void bench_journal(struct source *source, const struct kept *kept,
			  unsigned entries)
{
	struct spool spool;
	struct fault fault;
	struct journal *journal;
	int64_t start;

	if (spool_open(&spool, &fault))
		die("journal", &fault);
	journal = journal_new(JOURNAL_HLEDGER, LANG_FR, source_standing(source), &spool);
	start = cpu_ns();
	for (unsigned i = 0; i < entries; i++)
		if (journal_add(journal, i, &kept->entry, kept->postings, kept->count,
				&fault))
			die("journal", &fault);
	if (journal_finish(journal, &fault))
		die("journal", &fault);
	told("journal", entries, start, &spool);
	journal_free(journal);
	spool_close(&spool);
}

static void bench_fec(struct source *source, const struct kept *kept, unsigned entries)
{
	struct fec_request request = { .utf8 = false };
	struct accounting *accounting = NULL;
	struct fec *fec = NULL;
	struct spool spool;
	struct fault fault;
	int64_t start;

	if (spool_open(&spool, &fault) || fec_new(&request, &fec, &fault) ||
	    accounting_new(source_books(source), source_standing(source),
			   &request.exercise, fec_sink(fec), &accounting, &fault) ||
	    accounting_add(accounting, 0, &kept->charter, NULL, 0, &fault))
		die("fec", &fault);
	start = cpu_ns();
	for (unsigned i = 1; i <= entries; i++)
		if (accounting_add(accounting, i, &kept->entry, kept->postings,
				   kept->count, &fault))
			die("fec", &fault);
	if (accounting_close(accounting, &fault) ||
	    fec_finish(fec, accounting, &spool, &fault))
		die("fec", &fault);
	told("fec", entries, start, &spool);
	accounting_free(accounting);
	fec_free(fec);
	spool_close(&spool);
}

int main(int argc, char **argv)
{
	struct kept kept = { .count = 0 };
	struct source_visitor visitor = { .ctx = &kept, .visit = visit };
	struct source *source = NULL;
	struct fault fault;

	if (argc != 3) {
		(void)fputs("usage: bench_journal DIR ENTRIES\n", stderr);
		return 2;
	}
	buffer_init(&kept.bytes, ENTRY_BYTES_MAX);
	buffer_init(&kept.charter_bytes, ENTRY_BYTES_MAX);
	if (source_open(argv[1], &source, &fault) ||
	    source_each_posting(source, &visitor, &fault))
		die(argv[1], &fault);
	if (!kept.count) {
		(void)fputs("bench_journal: the ledger has no gift\n", stderr);
		return 2;
	}
	bench_journal(source, &kept, stopwatch_number(argv[2]));
	bench_fec(source, &kept, stopwatch_number(argv[2]));
	json_doc_free(kept.doc);
	json_doc_free(kept.charter_doc);
	buffer_release(&kept.bytes);
	buffer_release(&kept.charter_bytes);
	source_close(source);
	return 0;
}
