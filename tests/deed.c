/*
 * deed.c - see deed.h: how a deed is done. What there is to do is deed_table.c.
 */
#include "tests/deed.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char *deed_makes(const struct deed *deed, const struct stage *stage)
{
	switch (deed->makes) {
	case DEED_MAKES_NOTHING:
		return NULL;
	case DEED_MAKES_OUT:
		return stage->out;
	case DEED_MAKES_FILE:
		return stage->file;
	case DEED_MAKES_OTHER:
		return stage->other;
	}
	abort();
}

/* ---- what is submitted ---- */

static uint64_t position_of(const struct stage *stage, const char *name, size_t n)
{
	for (unsigned i = 0; i < deed_count; i++)
		if (strncmp(deeds[i].name, name, n) == 0 && !deeds[i].name[n])
			return stage->before[i].size;
	trial_fail("there is no deed '%.*s'", (int)n, name);
}

static const char *later_day(void)
{
	static char text[DATE_TEXT_BYTES];
	struct date day;

	assert_int_equal(date_parse(temporary_today(), &day), ERR_OK);
	day.day += 20;
	date_format(day, text);
	return text;
}

static void members_fill(const struct stage *stage, const char *members,
			 char ret_members[DEED_TEXT_BYTES])
{
	char *out = ret_members, *end = ret_members + DEED_TEXT_BYTES;

	for (const char *p = members; *p && out < end;) {
		size_t room = (size_t)(end - out), word = strcspn(p + 1, "'\",}/ ");

		if (*p == '@')
			out += snprintf(out, room, "%" PRIu64,
					position_of(stage, p + 1, word));
		else if (strncmp(p, "$day", 4) == 0)
			out += snprintf(out, room, "%s", temporary_today());
		else if (strncmp(p, "$month", 6) == 0)
			out += snprintf(out, room, "%s", temporary_month(1));
		else if (strncmp(p, "$later", 6) == 0)
			out += snprintf(out, room, "%s", later_day());
		else {
			*out++ = *p++;
			continue;
		}
		p += 1 + word;
	}
	if (out >= end)
		trial_fail("a deed's text is too long");
	*out = '\0';
}

void doing_init(struct doing *doing, struct stage *stage, unsigned deed)
{
	doing->number = deed;
	doing->deed = &deeds[deed];
	doing->members[0] = '\0';
	if (doing->deed->members)
		members_fill(stage, doing->deed->members, doing->members);
	if (doing->deed->write)
		doing->deed->write(stage, doing->deed, doing->members);
}

static enum err group_submit(struct stage *stage, struct asked *asked, unsigned n)
{
	struct submission *group[DEED_GROUP_MAX];
	struct buffer note;
	enum err err;

	for (unsigned i = 0; i < n; i++)
		group[i] = &asked[i].submission;
	buffer_init(&note, 100000);
	err = ledger_submit(stage->ledger, group, n, &note, &stage->fault);
	for (unsigned i = 0; !err && i < n; i++)
		if (group[i]->err) {
			err = group[i]->err;
			stage->fault = group[i]->fault;
		}
	buffer_release(&note);
	return err;
}

static enum err entries_submit(struct doing *doing, struct stage *stage)
{
	const struct deed *deed = doing->deed;
	unsigned n = deed->entries;
	struct asked *asked = calloc(n, sizeof *asked);
	enum err err;

	if (!asked || n > DEED_GROUP_MAX)
		abort();
	for (unsigned i = 0; i < n; i++)
		if (deed->make)
			deed->make(stage, deed, &asked[i]);
		else
			asked_init(&asked[i], deed->by, "'ref':'D-%u-%u',%s",
				   doing->number, i, doing->members);
	err = group_submit(stage, asked, n);
	for (unsigned i = 0; i < n; i++)
		asked_clear(&asked[i]);
	free(asked);
	return err;
}

enum err doing_run(struct doing *doing, struct stage *stage)
{
	const struct deed *deed = doing->deed;
	bool opens = deed->where == DEED_ON_FOLDER && deed->entries;
	enum err err = opens ? stage_try_open(stage) : ERR_OK;

	if (!err && deed->run)
		err = deed->run(stage);
	if (!err && deed->entries)
		err = entries_submit(doing, stage);
	if (opens)
		stage_close(stage);
	return err;
}

void deed_warm_up(struct stage *stage, unsigned number)
{
	struct asked asked;

	asked_init(
		&asked, "operator",
		"'kind':'gift','ref':'WARM-%u','date':'%s','payer':'" TEMPORARY_EMPLOYER
		"','giver':'company','fund':'emploi','amount':100",
		number, temporary_today());
	trial_must(group_submit(stage, &asked, 1), "an entry more", &stage->fault);
	asked_clear(&asked);
}

/* ---- all of them ---- */

static void play(struct stage *stage, unsigned number)
{
	const struct deed *deed = &deeds[number];
	struct doing doing;
	struct stage_told before;

	stage_set(stage, number);
	stage_open(stage);
	before = stage_told(stage);
	stage->before[number] = before;
	if (deed->where == DEED_ON_FOLDER)
		stage_close(stage);
	if (deed->arrange)
		deed->arrange(stage);
	doing_init(&doing, stage, number);
	if (doing_run(&doing, stage) != ERR_OK)
		trial_fail("%s, and nothing failed: %s", deed->name, stage->fault.text);
	stage_close(stage);
	stage_open(stage);
	if (stage_told(stage).size != before.size + deed->entries)
		trial_fail("%s, and nothing failed: it has not appended %u entries",
			   deed->name, deed->entries);
	if (deed->is_done && !deed->is_done(stage))
		trial_fail("%s, and nothing failed: it is not done", deed->name);
	stage_close(stage);
}

void deeds_play(struct stage *stage)
{
	for (unsigned i = 0; i < deed_count; i++) {
		stage_keep(stage, i);
		play(stage, i);
	}
	stage_keep(stage, deed_count);
	stage_open(stage);
	stage_verify(stage, &stage->before[deed_count - 1], "all of it");
	stage_audit(stage, "all of it");
	stage_close(stage);
}
