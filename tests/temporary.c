/*
 * temporary.c - see temporary.h.
 */
#include "tests/temporary.h"

#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/intake.h"
#include "ledger/rows.h"
#include "tests/world.h"

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void double_quotes(char *text)
{
	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
}

char *temporary_charter(void)
{
	struct world *world = world_empty();
	char *members = world_charter(world);
	char *text = NULL;

	assert_true(asprintf(&text, "{%s}", members) > 0);
	double_quotes(text);
	free(members);
	world_free(world);
	return text;
}

struct temporary *temporary_empty(void)
{
	struct temporary *temporary = calloc(1, sizeof *temporary);
	const char *base = getenv("TMPDIR");

	assert_non_null(temporary);
	snprintf(temporary->folder, sizeof temporary->folder, "%s/arrondi-XXXXXX",
		 base ? base : "/tmp");
	assert_non_null(mkdtemp(temporary->folder));
	temporary_path(temporary, "ledger", temporary->dir);
	return temporary;
}

static void member_add(struct temporary *temporary, const char *id, const char *rest)
{
	struct asked asked;

	asked_init(&asked, "operator",
		   "'kind':'member','ref':'M-%s','id':'%s','role':'employer',"
		   "'status':'active','step':100,%s",
		   id + 9, id, rest);
	assert_int_equal(temporary_submit(temporary, &asked), ERR_OK);
	asked_clear(&asked);
}

struct temporary *temporary_new(void)
{
	struct temporary *temporary = temporary_empty();
	char *charter = temporary_charter();

	if (ledger_init(temporary->dir, slice_of_text(charter), &temporary->ledger,
			&temporary->fault))
		fail_msg("%s", temporary->fault.text);
	free(charter);
	member_add(temporary, TEMPORARY_EMPLOYER,
		   "'siren':'000001016','name':'Menuiserie'");
	member_add(temporary, TEMPORARY_OTHER,
		   "'siren':'000004044','name':'Boulangerie'");
	return temporary;
}

void temporary_free(struct temporary *temporary)
{
	ledger_close(temporary->ledger);
	(void)nftw(temporary->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(temporary);
}

void temporary_path(const struct temporary *temporary, const char *name,
		    char ret_path[TEMPORARY_PATH])
{
	int n = snprintf(ret_path, TEMPORARY_PATH, "%.400s/%s", temporary->folder, name);

	assert_true(n > 0 && n < TEMPORARY_PATH);
}

void temporary_reopen(struct temporary *temporary)
{
	ledger_close(temporary->ledger);
	temporary->ledger = NULL;
	if (ledger_open(temporary->dir, LEDGER_WRITE, &temporary->ledger,
			&temporary->fault))
		fail_msg("%s", temporary->fault.text);
}

/* ---- days ---- */

static struct date today(void)
{
	struct date date;

	assert_int_equal(date_paris(time(NULL), &date), ERR_OK);
	return date;
}

const char *temporary_today(void)
{
	static char text[DATE_TEXT_BYTES];

	date_format(today(), text);
	return text;
}

const char *temporary_month(int months_ago)
{
	static char text[MONTH_TEXT_BYTES];
	struct month month;

	assert_int_equal(month_add(month_of_date(today()), -months_ago, &month), ERR_OK);
	month_format(month, text);
	return text;
}

/* ---- submissions ---- */

static void draft_parse(struct asked *asked, const char *by)
{
	struct submission *submission = &asked->submission;
	struct fault fault;

	double_quotes(asked->text);
	submission->by = slice_of_text(by);
	submission->doc = json_doc_new();
	assert_non_null(submission->doc);
	if (intake_parse(submission->doc, slice_of_text(asked->text), &submission->draft,
			 &fault))
		fail_msg("%s: %s", fault.text, asked->text);
	buffer_init(&submission->entry, ENTRY_BYTES_MAX);
}

void asked_init(struct asked *asked, const char *by, const char *format, ...)
{
	char members[8192];
	va_list args;

	memset(asked, 0, sizeof *asked);
	va_start(args, format);
	assert_in_range(vsnprintf(members, sizeof members, format, args), 1,
			sizeof members - 1);
	va_end(args);
	assert_true(asprintf(&asked->text, "{%s}", members) > 0);
	draft_parse(asked, by);
}

static int tag_order(const void *a, const void *b)
{
	return tag_cmp(a, b);
}

static void batch_fill(struct asked *asked, const struct asked_batch *batch,
		       char root_hex[HASH_HEX_CHARS + 1])
{
	struct merkle_frontier frontier;

	merkle_frontier_init(&frontier);
	buffer_init(&asked->blob, (size_t)batch->count * ROW_LINE_BYTES_MAX + 1);
	asked->tags = calloc(batch->count + 1, sizeof *asked->tags);
	for (unsigned i = 0; i < batch->count; i++) {
		unsigned words[2] = { batch->seed, batch->first + i };
		struct hash hash = hash_bytes(words, sizeof words);

		memcpy(asked->tags[i].b, hash.b, TAG_BYTES);
	}
	qsort(asked->tags, batch->count, sizeof *asked->tags, tag_order);
	for (unsigned i = 0; i < batch->count; i++) {
		struct row row = { .fund = "emploi",
				   .giver = GIVER_PERSON,
				   .tag = asked->tags[i] };
		char line[ROW_LINE_BYTES_MAX];
		struct hash leaf;
		size_t n;

		row.roundup = cents_of(50);
		n = row_encode(&row, line);
		leaf = hash_leaf(line, n);
		assert_int_equal(merkle_append(&frontier, &leaf), ERR_OK);
		buffer_put(&asked->blob, line, n);
		buffer_put_byte(&asked->blob, '\n');
	}
	assert_int_equal(buffer_err(&asked->blob), ERR_OK);
	merkle_frontier_root(&frontier, &asked->rows.root);
	for (unsigned i = 0; i < HASH_BYTES; i++)
		snprintf(root_hex + 2 * i, 3, "%02x", asked->rows.root.b[i]);
}

void asked_batch_init(struct asked *asked, const struct asked_batch *batch)
{
	char root[HASH_HEX_CHARS + 1];
	char totals[128] = "";

	memset(asked, 0, sizeof *asked);
	batch_fill(asked, batch, root);
	if (batch->count)
		snprintf(totals, sizeof totals,
			 "{'fund':'emploi','giver':'person','amount':%u}",
			 batch->count * 50);
	assert_true(
		asprintf(&asked->text,
			 "{'kind':'batch','ref':'%s','date':'%s','company':'%s',"
			 "'count':%u,'zero':0,'period':'%s','received':'%s','root':'%s',"
			 "'source':'%s','step':100,'terms':'2026-09','totals':[%s]}",
			 batch->ref, temporary_today(), TEMPORARY_EMPLOYER, batch->count,
			 temporary_month(batch->months_ago), root, root, batch->source,
			 totals) > 0);
	draft_parse(asked, TEMPORARY_EMPLOYER);
	asked->rows.blob = buffer_slice(&asked->blob);
	asked->rows.tags = asked->tags->b;
	asked->rows.count = batch->count;
	asked->submission.rows = batch->count ? &asked->rows : NULL;
}

void asked_clear(struct asked *asked)
{
	json_doc_free(asked->submission.doc);
	buffer_release(&asked->submission.entry);
	buffer_release(&asked->blob);
	free(asked->tags);
	free(asked->text);
}

enum err temporary_submit(struct temporary *temporary, struct asked *asked)
{
	struct submission *group[] = { &asked->submission };
	struct buffer note;
	enum err err;

	buffer_init(&note, 100000);
	err = ledger_submit(temporary->ledger, group, 1, &note, &temporary->fault);
	if (!err) {
		err = asked->submission.err;
		temporary->fault = asked->submission.fault;
		assert_true(note.n > 0);
	}
	buffer_release(&note);
	return err;
}

uint64_t temporary_gift(struct temporary *temporary, const char *ref, int cents)
{
	struct asked asked;
	uint64_t position;

	asked_init(&asked, TEMPORARY_EMPLOYER,
		   "'kind':'gift','ref':'%s','date':'%s','payer':'%s',"
		   "'giver':'company','fund':'emploi','amount':%d",
		   ref, temporary_today(), TEMPORARY_EMPLOYER, cents);
	if (temporary_submit(temporary, &asked))
		fail_msg("%s", temporary->fault.text);
	position = asked.submission.position;
	asked_clear(&asked);
	return position;
}

void temporary_gifts(struct temporary *t, unsigned first, unsigned count)
{
	enum { GROUP = 200 };
	struct asked *asked = calloc(GROUP, sizeof *asked);
	struct submission *group[GROUP];
	struct buffer note;

	assert_non_null(asked);
	buffer_init(&note, 100000);
	while (count) {
		unsigned n = count < GROUP ? count : GROUP;

		for (unsigned i = 0; i < n; i++) {
			asked_init(&asked[i], TEMPORARY_EMPLOYER,
				   "'kind':'gift','ref':'G-%u','date':'%s',"
				   "'payer':'%s','giver':'company','fund':'emploi',"
				   "'amount':%u",
				   first + i, temporary_today(), TEMPORARY_EMPLOYER,
				   100 + i);
			group[i] = &asked[i].submission;
		}
		assert_int_equal(ledger_submit(t->ledger, group, n, &note, &t->fault),
				 ERR_OK);
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(group[i]->err, ERR_OK);
			asked_clear(&asked[i]);
		}
		first += n;
		count -= n;
	}
	buffer_release(&note);
	free(asked);
}

uint64_t temporary_size(struct temporary *temporary)
{
	uint64_t size = 0;

	assert_int_equal(ledger_size(temporary->ledger, &size, &temporary->fault),
			 ERR_OK);
	return size;
}
