/*
 * test_source.c - a ledger's folder and its export must look alike to a report.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/file.h"
#include "keys/note.h"
#include "reports/allocation.h"
#include "reports/journal.h"
#include "reports/render.h"
#include "reports/source.h"
#include "tests/report_rig.h"
#include "tests/temporary.h"
#include "tests/world.h"

#define OUT_BYTES_MAX ((size_t)64 << 20)
#define GIFTS         300 /* more than a bundle of entries */

/* A ledger on disk, and the world that has its seats' keys. */
struct site {
	struct temporary *t;
	struct world *keys;
	char out[TEMPORARY_PATH];
};

static uint64_t must(struct site *site, const char *by, const char *members)
{
	struct asked asked;
	uint64_t position;

	asked_init(&asked, by, "%s", members);
	if (temporary_submit(site->t, &asked))
		fail_msg("%s: %s", site->t->fault.text, members);
	position = asked.submission.position;
	asked_clear(&asked);
	return position;
}

static void gifts_add(struct site *site)
{
	static struct asked asked[GIFTS];
	struct submission *group[GIFTS];
	struct buffer note;

	buffer_init(&note, 100000);
	for (int i = 0; i < GIFTS; i++) {
		asked_init(&asked[i], TEMPORARY_EMPLOYER,
			   "'kind':'gift','ref':'G-%d','date':'%s','payer':'%s',"
			   "'giver':'company','fund':'emploi','amount':%d",
			   i, temporary_today(), TEMPORARY_EMPLOYER, 100 + i);
		group[i] = &asked[i].submission;
	}
	assert_int_equal(
		ledger_submit(site->t->ledger, group, GIFTS, &note, &site->t->fault),
		ERR_OK);
	for (int i = 0; i < GIFTS; i++) {
		assert_int_equal(asked[i].submission.err, ERR_OK);
		asked_clear(&asked[i]);
	}
	buffer_release(&note);
}

/* The ballot text that a seat signs, having seen the latest checkpoint. */
static void ballot_text(struct site *site, uint64_t proposal, const char *seat,
			char text[BALLOT_TEXT_BYTES_MAX])
{
	struct ballot_sight seen = { .size = temporary_size(site->t) };
	struct checkpoint checkpoint;
	struct books *books;
	struct buffer note;
	struct note parsed;

	buffer_init(&note, NOTE_BYTES_MAX);
	assert_int_equal(ledger_checkpoint(site->t->ledger, &note, &site->t->fault),
			 ERR_OK);
	assert_int_equal(note_parse(buffer_slice(&note), &parsed, &site->t->fault),
			 ERR_OK);
	assert_int_equal(checkpoint_parse(parsed.text, &checkpoint, &site->t->fault),
			 ERR_OK);
	assert_int_equal(checkpoint.size, seen.size);
	seen.root = checkpoint.root;
	assert_int_equal(ledger_books(site->t->ledger, &books, &site->t->fault), ERR_OK);
	assert_int_equal(books_ballot_text(books, proposal, slice_of_text(seat),
					   slice_of_text("for"), &seen, text,
					   &site->t->fault),
			 ERR_OK);
	ledger_books_done(site->t->ledger);
	buffer_release(&note);
}

static void ballot(struct site *site, uint64_t proposal, int number)
{
	char text[BALLOT_TEXT_BYTES_MAX], seat[32], members[8192];
	struct buffer note;
	size_t n;

	snprintf(seat, sizeof seat, "siege-%d", number + 1);
	ballot_text(site, proposal, seat, text);
	buffer_init(&note, NOTE_BYTES_MAX);
	assert_int_equal(note_sign(slice_of_text(text), site->keys->seat_keys[number],
				   seat, &note, &site->t->fault),
			 ERR_OK);
	n = (size_t)snprintf(members, sizeof members,
			     "'kind':'ballot','ref':'V-%d','proposal':%" PRIu64
			     ",'seat':'%s','vote':'for','note':'",
			     number, proposal, seat);
	for (size_t i = 0; i < note.n; i++) {
		assert_true(n + 4 < sizeof members);
		if (note.p[i] == '\n')
			members[n++] = '\\';
		members[n++] = note.p[i] == '\n' ? 'n' : (char)note.p[i];
	}
	members[n++] = '\'';
	members[n] = '\0';
	buffer_release(&note);
	(void)must(site, "operator", members);
}

/* Gifts past a bundle's width, a transfer of money, votes that look back into the
 * log, a batch with rows. */
static struct site *site_new(void)
{
	struct site *site = calloc(1, sizeof *site);
	struct asked_batch batch = {
		.ref = "B-1", .source = "salary", .months_ago = 1, .seed = 1, .count = 40
	};
	char *members, *charter = NULL, text[512];
	struct asked asked;
	uint64_t proposal;

	assert_non_null(site);
	site->keys = world_empty();
	site->t = temporary_empty();
	members = world_charter(site->keys);
	assert_true(asprintf(&charter, "{%s}", members) > 0);
	for (char *p = charter; *p; p++)
		if (*p == '\'')
			*p = '"';
	assert_int_equal(ledger_init(site->t->dir, slice_of_text(charter),
				     &site->t->ledger, &site->t->fault),
			 ERR_OK);
	free(members);
	free(charter);
	temporary_path(site->t, "export", site->out);
	(void)must(site, "operator",
		   "'kind':'member','ref':'M-1','id':'" TEMPORARY_EMPLOYER
		   "','role':'employer','siren':'000001016','name':'Menuiserie "
		   "\\u00e9','status':'active','match_percent':50,'match_cap_month':"
		   "100000");
	gifts_add(site);
	asked_batch_init(&asked, &batch);
	assert_int_equal(temporary_submit(site->t, &asked), ERR_OK);
	asked_clear(&asked);
	snprintf(text, sizeof text,
		 "'kind':'settlement','ref':'S-1','date':'%s','payer':'%s','amount':9000",
		 temporary_today(), TEMPORARY_EMPLOYER);
	(void)must(site, "treasurer", text);
	snprintf(text, sizeof text,
		 "'kind':'proposal','ref':'P-1','subject':'transfer','fund':'emploi',"
		 "'to':'projets','amount':500,'expires_on':'%s'",
		 temporary_today());
	proposal = must(site, "operator", text);
	for (int number = 0; number < 4; number++)
		ballot(site, proposal, number);
	snprintf(text, sizeof text, "'kind':'decision','ref':'D-1','proposal':%" PRIu64,
		 proposal);
	(void)must(site, "operator", text);
	return site;
}

static void site_free(struct site *site)
{
	temporary_free(site->t);
	world_free(site->keys);
	free(site);
}

static void export_site(struct site *site)
{
	assert_int_equal(ledger_export(site->t->ledger, site->out, &site->t->fault),
			 ERR_OK);
}

static struct source *open_source(const char *path)
{
	struct source *source = NULL;
	struct fault fault;

	if (source_open(path, &source, &fault))
		fail_msg("%s", fault.text);
	return source;
}

static void write_journal(struct source *source, enum journal_format format,
			  enum lang lang, struct buffer *out)
{
	struct buffer text;
	struct spool spool;
	struct fault fault;

	assert_int_equal(spool_open(&spool, &fault), ERR_OK);
	assert_int_equal(journal_report(source, format, lang, &spool, &fault), ERR_OK);
	rig_spool_read(&spool, &text);
	assert_int_equal(buffer_put_slice(out, buffer_slice(&text)), ERR_OK);
	buffer_release(&text);
}

/* Everything that can be written of a source, one after the other. */
static void write_all(const char *path, struct buffer *out)
{
	struct source *source = open_source(path);
	struct fault fault;

	for (int lang = 0; lang < LANG__COUNT; lang++) {
		struct report_request request = { .lang = (enum lang)lang };
		struct document doc;

		assert_int_equal(allocation_report(source_books(source),
						   source_standing(source), &request,
						   &doc, &fault),
				 ERR_OK);
		assert_int_equal(render_text(&doc, out, &fault), ERR_OK);
		assert_int_equal(render_csv(&doc, out, &fault), ERR_OK);
		assert_int_equal(render_json(&doc, out, &fault), ERR_OK);
		document_release(&doc);
		for (int format = JOURNAL_HLEDGER; format <= JOURNAL_LEDGER; format++)
			write_journal(source, (enum journal_format)format,
				      (enum lang)lang, out);
	}
	source_close(source);
}

static void a_folder_and_its_export_give_the_same_bytes(void **state)
{
	struct site *site = site_new();
	struct buffer of_folder, of_export;

	(void)state;
	buffer_init(&of_folder, OUT_BYTES_MAX);
	buffer_init(&of_export, OUT_BYTES_MAX);
	export_site(site);
	write_all(site->t->dir, &of_folder);
	write_all(site->out, &of_export);
	assert_true(of_folder.n > 10000);
	assert_int_equal(of_folder.n, of_export.n);
	assert_memory_equal(of_folder.p, of_export.p, of_folder.n);
	assert_null(strstr(buffer_text(&of_folder), site->t->folder));
	buffer_release(&of_folder);
	buffer_release(&of_export);
	site_free(site);
}

static void what_is_no_source_is_said_to_be_none(void **state)
{
	struct temporary *t = temporary_empty();
	struct source *source = NULL;
	struct fault fault;

	(void)state;
	assert_int_equal(source_open(t->folder, &source, &fault), ERR_USAGE);
	assert_int_equal(source_open(t->dir, &source, &fault), ERR_USAGE);
	assert_null(source);
	source_close(NULL);
	temporary_free(t);
}

struct count {
	uint64_t next;
	size_t postings;
	enum err end; /* what the last visit returns */
};

static enum err count_visit(void *ctx, uint64_t position, const struct entry *entry,
			    const struct posting *postings, size_t n, struct fault *fault)
{
	struct count *count = ctx;
	struct cents sum = CENTS_ZERO;

	(void)fault;
	assert_int_equal(position, count->next++);
	assert_int_equal(entry->kind == KIND_charter, position == 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(cents_add(sum, postings[i].amount, &sum), ERR_OK);
	assert_true(cents_is_zero(sum));
	count->postings += n;
	return count->end;
}

static void a_source_stays_as_it_was_opened(void **state)
{
	struct site *site = site_new();
	uint64_t size = temporary_size(site->t);
	struct count count = { .end = ERR_OK };
	struct source_visitor visitor = { .ctx = &count, .visit = count_visit };
	struct source *source = open_source(site->t->dir);
	struct fault fault;

	(void)state;
	(void)temporary_gift(site->t, "LATER", 77);
	assert_int_equal(source_standing(source)->checkpoint.size, size);
	assert_int_equal(books_size(source_books(source)), size);
	assert_int_equal(source_each_posting(source, &visitor, &fault), ERR_OK);
	assert_int_equal(count.next, size);
	assert_true(count.postings > (size_t)2 * GIFTS);
	source_close(source);
	source = open_source(site->t->dir);
	assert_int_equal(source_standing(source)->checkpoint.size, size + 1);
	source_close(source);
	site_free(site);
}

static void what_a_visitor_returns_is_passed_on(void **state)
{
	struct site *site = site_new();
	const char *paths[2];
	struct fault fault;

	(void)state;
	export_site(site);
	paths[0] = site->t->dir;
	paths[1] = site->out;
	for (int i = 0; i < 2; i++) {
		struct count count = { .end = ERR_DENIED };
		struct source_visitor visitor = { .ctx = &count, .visit = count_visit };
		struct source *source = open_source(paths[i]);

		assert_int_equal(source_each_posting(source, &visitor, &fault),
				 ERR_DENIED);
		assert_int_equal(count.next, 1);
		source_close(source);
	}
	site_free(site);
}

/* Puts a note back into the database, as a crash before signing leaves it. */
static void note_put_back(struct site *site, uint64_t size, const struct buffer *note)
{
	char path[TEMPORARY_PATH + 16];
	sqlite3_stmt *query = NULL;
	sqlite3 *db = NULL;

	snprintf(path, sizeof path, "%s/ledger.db", site->t->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "INSERT OR REPLACE INTO note VALUES(1,?,?)",
					    -1, &query, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_bind_int64(query, 1, (sqlite3_int64)size), SQLITE_OK);
	assert_int_equal(sqlite3_bind_blob(query, 2, note->p, (int)note->n, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(query), SQLITE_DONE);
	assert_int_equal(sqlite3_finalize(query), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void figures_without_a_signature_are_not_shown(void **state)
{
	struct site *site = site_new();
	uint64_t size = temporary_size(site->t);
	struct source *source = NULL;
	struct buffer note;
	struct fault fault;

	(void)state;
	buffer_init(&note, NOTE_BYTES_MAX);
	assert_int_equal(ledger_checkpoint(site->t->ledger, &note, &fault), ERR_OK);
	(void)temporary_gift(site->t, "UNSIGNED", 77);
	note_put_back(site, size, &note);
	assert_int_equal(source_open(site->t->dir, &source, &fault), ERR_BUSY);
	assert_null(source);
	buffer_release(&note);
	site_free(site);
}

static void a_damaged_export_gives_no_figures(void **state)
{
	struct site *site = site_new();
	char path[TEMPORARY_PATH + 32];
	struct source *source = NULL;
	struct buffer bytes;
	struct fault fault;

	(void)state;
	export_site(site);
	snprintf(path, sizeof path, "%s/tile/entries/000", site->out);
	buffer_init(&bytes, OUT_BYTES_MAX);
	assert_int_equal(file_read(path, OUT_BYTES_MAX, &bytes, &fault), ERR_OK);
	bytes.p[bytes.n / 2] ^= 1;
	assert_int_equal(file_write(path, buffer_slice(&bytes), 0644, &fault), ERR_OK);
	assert_int_not_equal(source_open(site->out, &source, &fault), ERR_OK);
	assert_true(fault.err == ERR_CORRUPT || fault.err == ERR_RULE ||
		    fault.err == ERR_INVALID);
	assert_null(source);
	buffer_release(&bytes);
	site_free(site);
}

static void an_export_replaced_meanwhile_is_noticed(void **state)
{
	struct site *site = site_new();
	char aside[TEMPORARY_PATH];
	struct count count = { .end = ERR_OK };
	struct source_visitor visitor = { .ctx = &count, .visit = count_visit };
	struct source *source;
	struct fault fault;

	(void)state;
	export_site(site);
	source = open_source(site->out);
	temporary_path(site->t, "aside", aside);
	assert_int_equal(rename(site->out, aside), 0);
	(void)temporary_gift(site->t, "LATER", 77);
	export_site(site);
	assert_int_equal(source_each_posting(source, &visitor, &fault), ERR_BUSY);
	source_close(source);
	site_free(site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_and_its_export_give_the_same_bytes),
		cmocka_unit_test(what_is_no_source_is_said_to_be_none),
		cmocka_unit_test(a_source_stays_as_it_was_opened),
		cmocka_unit_test(what_a_visitor_returns_is_passed_on),
		cmocka_unit_test(figures_without_a_signature_are_not_shown),
		cmocka_unit_test(a_damaged_export_gives_no_figures),
		cmocka_unit_test(an_export_replaced_meanwhile_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
