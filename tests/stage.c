/*
 * stage.c - see stage.h.
 */
#include "tests/stage.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/note.h"
#include "ledger/audit.h"
#include "tests/folder.h"

#define DRAFT_BYTES 8192 /* as asked_init() takes */

static void path_of(const struct stage *stage, const char *name,
		    char ret_path[STAGE_PATH_BYTES])
{
	if (snprintf(ret_path, STAGE_PATH_BYTES, "%s/%s", stage->folder, name) >=
	    STAGE_PATH_BYTES)
		abort();
}

static void kept_path(const struct stage *stage, unsigned number,
		      char ret_path[STAGE_PATH_BYTES])
{
	char name[32];

	(void)snprintf(name, sizeof name, "kept-%u", number);
	path_of(stage, name, ret_path);
}

uint64_t stage_record(struct stage *stage, const char *by, const char *format, ...)
{
	char members[DRAFT_BYTES];
	struct submission *group[1];
	struct asked asked;
	struct buffer note;
	uint64_t position;
	va_list args;

	va_start(args, format);
	assert_in_range(vsnprintf(members, sizeof members, format, args), 1,
			sizeof members - 1);
	va_end(args);
	asked_init(&asked, by, "'ref':'S-%u',%s", ++stage->recorded, members);
	group[0] = &asked.submission;
	buffer_init(&note, NOTE_BYTES_MAX);
	trial_must(ledger_submit(stage->ledger, group, 1, &note, &stage->fault), members,
		   &stage->fault);
	trial_must(asked.submission.err, members, &asked.submission.fault);
	position = asked.submission.position;
	buffer_release(&note);
	asked_clear(&asked);
	return position;
}

static void member_add(struct stage *stage, const char *id, const char *name)
{
	(void)stage_record(stage, "operator",
			   "'kind':'member','id':'%s','role':'employer',"
			   "'status':'active','step':100,'siren':'%s','name':'%s'",
			   id, id + 9, name);
}

void stage_ballot(struct stage *stage, uint64_t proposal, unsigned seat,
		  char ret_members[STAGE_BALLOT_BYTES])
{
	char text[BALLOT_TEXT_BYTES_MAX], name[32], note[WORLD_NOTE_BYTES_MAX];
	struct ballot_sight seen;
	struct books *books;

	(void)snprintf(name, sizeof name, "siege-%u", seat);
	trial_must(ledger_books(stage->ledger, &books, &stage->fault), "books",
		   &stage->fault);
	seen.size = stage->ledger->meta.head.size;
	seen.root = stage->ledger->meta.head.root;
	trial_must(books_ballot_text(books, proposal, slice_of_text(name),
				     slice_of_text("for"), &seen, text, &stage->fault),
		   "a ballot", &stage->fault);
	ledger_books_done(stage->ledger);
	world_sign(stage->world, (int)seat - 1, text, note);
	if (snprintf(ret_members, STAGE_BALLOT_BYTES,
		     "'kind':'ballot','proposal':%" PRIu64
		     ",'seat':'%s','vote':'for','note':'%s'",
		     proposal, name, note) >= STAGE_BALLOT_BYTES)
		abort();
}

void stage_grant(struct stage *stage, uint64_t proposal)
{
	char members[STAGE_BALLOT_BYTES];

	for (unsigned seat = 1; seat <= 4; seat++) {
		stage_ballot(stage, proposal, seat, members);
		(void)stage_record(stage, "operator", "%s", members);
	}
	(void)stage_record(stage, "operator", "'kind':'decision','proposal':%" PRIu64,
			   proposal);
}

void stage_init(struct stage *stage)
{
	char *text = NULL, *members;

	memset(stage, 0, sizeof *stage);
	trial_folder(stage->folder);
	path_of(stage, "ledger", stage->dir);
	path_of(stage, "out", stage->out);
	path_of(stage, "backup.db", stage->file);
	path_of(stage, "other", stage->other);
	stage->world = world_empty();
	members = world_charter(stage->world);
	assert_true(asprintf(&text, "{%s}", members) > 0);
	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	trial_must(ledger_init(stage->dir, slice_of_text(text), &stage->ledger,
			       &stage->fault),
		   "a ledger is made", &stage->fault);
	free(text);
	free(members);
	member_add(stage, TEMPORARY_EMPLOYER, "Menuiserie");
	member_add(stage, TEMPORARY_OTHER, "Boulangerie");
	stage_close(stage);
}

void stage_release(struct stage *stage)
{
	stage_close(stage);
	world_free(stage->world);
}

void stage_keep(struct stage *stage, unsigned number)
{
	char path[STAGE_PATH_BYTES];

	kept_path(stage, number, path);
	folder_remove(path);
	folder_copy(stage->dir, path);
}

void stage_set(struct stage *stage, unsigned number)
{
	char path[STAGE_PATH_BYTES];

	stage_close(stage);
	kept_path(stage, number, path);
	folder_remove(stage->dir);
	folder_remove(stage->out);
	folder_remove(stage->file);
	folder_remove(stage->other);
	folder_copy(path, stage->dir);
}

enum err stage_try_open(struct stage *stage)
{
	return ledger_open(stage->dir, LEDGER_WRITE, &stage->ledger, &stage->fault);
}

void stage_open(struct stage *stage)
{
	trial_must(stage_try_open(stage), "the ledger opens", &stage->fault);
}

void stage_close(struct stage *stage)
{
	ledger_close(stage->ledger);
	stage->ledger = NULL;
}

static struct hash root_at(struct stage *stage, uint64_t size)
{
	struct ledger *ledger = stage->ledger;
	struct hash root;

	trial_must(ledger_tree(ledger, &stage->fault), "the tree is there",
		   &stage->fault);
	trial_must(log_tree_root_at(ledger->tree, size, &root, &stage->fault),
		   "the root is there", &stage->fault);
	return root;
}

struct stage_told stage_told(struct stage *stage)
{
	struct stage_told told = { .more = 0 };

	trial_must(ledger_reading_start(stage->ledger, &stage->fault), "it can be read",
		   &stage->fault);
	told.size = stage->ledger->meta.head.size;
	told.root = root_at(stage, told.size);
	ledger_reading_stop(stage->ledger);
	return told;
}

void stage_verify(struct stage *stage, const struct stage_told *told, const char *when)
{
	struct hash root;
	uint64_t size;

	if (ledger_check(stage->ledger, &stage->fault) != ERR_OK)
		trial_fail("%s: the ledger does not agree with itself: %s", when,
			   stage->fault.text);
	trial_must(ledger_reading_start(stage->ledger, &stage->fault), "it can be read",
		   &stage->fault);
	size = stage->ledger->meta.head.size;
	if (size < told->size + told->more)
		trial_fail("%s: %" PRIu64 " entries were acknowledged, %" PRIu64
			   " are there",
			   when, told->size + told->more, size);
	root = root_at(stage, told->size);
	ledger_reading_stop(stage->ledger);
	if (!hash_equal(&root, &told->root))
		trial_fail("%s: the first %" PRIu64 " entries are others", when,
			   told->size);
}

void stage_audit(struct stage *stage, const char *when)
{
	struct audit_options options = { .dir = stage->out, .threads = 1 };
	struct audit *audit = NULL;

	folder_remove(stage->out);
	if (ledger_export(stage->ledger, stage->out, &stage->fault) != ERR_OK)
		trial_fail("%s: no export: %s", when, stage->fault.text);
	if (audit_run(&options, &audit, &stage->fault) != ERR_OK)
		trial_fail("%s: an auditor says: %s", when, stage->fault.text);
	audit_free(audit);
	folder_remove(stage->out);
}
