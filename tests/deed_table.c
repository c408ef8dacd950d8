/*
 * deed_table.c - see deed_table.h.
 */
#include "tests/deed_table.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "keys/file.h"
#include "keys/token.h"
#include "ledger/ledger_restore.h"
#include "ledger/store_int.h"

#define COMPANY slice_of_text(TEMPORARY_EMPLOYER)
#define DIGEST  "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define SEEKER  "job-seeker:00112233445566778899aabbccddeeff"
#define GIFT(amount)                                                                     \
	"'kind':'gift','date':'$day','payer':'" TEMPORARY_EMPLOYER                       \
	"','giver':'company','fund':'emploi','amount':" amount

/* ---- batches and their donors ---- */

static const uint8_t keys[3][32] = { { 1 }, { 2 }, { 3 } };
static const uint8_t new_key[1][32] = { { 9 } };
static uint8_t secrets[3][32];
static uint8_t secret_before[32]; /* of a donor who will be forgotten */

static void batch_make(struct stage *stage, const struct deed *deed, struct asked *ret)
{
	const struct asked_batch batch = { "D-BATCH", "salary", 1, 7, 0, 40 };

	(void)stage;
	(void)deed;
	asked_batch_init(ret, &batch);
}

static enum err batch_run(struct stage *stage)
{
	return ledger_donors(stage->ledger, COMPANY, keys[0], NULL, 3, true, secrets[0],
			     NULL, &stage->fault);
}

static void donors_read(struct stage *stage, const uint8_t *donor_keys, size_t n,
			uint8_t *ret_secrets)
{
	trial_must(ledger_donors(stage->ledger, COMPANY, donor_keys, NULL, n, false,
				 ret_secrets, NULL, &stage->fault),
		   "donors are read", &stage->fault);
}

/* The secrets by which its tags were made are those that are kept. */
static bool batch_is_done(struct stage *stage)
{
	uint8_t now[3][32];

	donors_read(stage, keys[0], 3, now[0]);
	return memcmp(now, secrets, sizeof now) == 0;
}

/* The batch without its last ten rows. */
static void correction_make(struct stage *stage, const struct deed *deed,
			    struct asked *ret)
{
	const struct asked_batch batch = { "D-MENDED", "salary", 1, 7, 0, 30 };
	struct asked rows, draft;
	char root[HASH_HEX_CHARS + 1];

	asked_batch_init(&rows, &batch);
	hex_encode(rows.rows.root.b, HASH_BYTES, root);
	asked_init(&draft, TEMPORARY_EMPLOYER,
		   "'kind':'correction','ref':'D-MENDED','date':'%s','batch':%u,"
		   "'company':'" TEMPORARY_EMPLOYER "','reason':'amount','count':30,"
		   "'zero':0,'received':'%s','root':'%s','totals':[{'fund':'emploi',"
		   "'giver':'person','amount':1500}]",
		   temporary_today(), (unsigned)stage->before[deed - deeds - 1].size,
		   root, root);
	json_doc_free(rows.submission.doc);
	buffer_release(&rows.submission.entry);
	free(rows.text);
	*ret = draft;
	ret->blob = rows.blob;
	ret->tags = rows.tags;
	ret->rows = rows.rows;
	ret->rows.blob = buffer_slice(&ret->blob);
	ret->submission.rows = &ret->rows;
}

static enum err consent_run(struct stage *stage)
{
	struct consent consent = { .terms = "2026-09",
				   .fund = "emploi",
				   .step = cents_of(100),
				   .until = CONSENT_NO_DAY,
				   .withdrawn = CONSENT_NO_DAY,
				   .recorded_at = 1 };

	assert_int_equal(date_parse(temporary_today(), &consent.from), ERR_OK);
	return ledger_consent_set(stage->ledger, COMPANY, keys[2], &consent,
				  &stage->fault);
}

static bool consent_is_done(struct stage *stage)
{
	struct consent consent;

	return ledger_consent(stage->ledger, COMPANY, keys[2], &consent, &stage->fault) ==
	       ERR_OK;
}

static enum err rename_run(struct stage *stage)
{
	return ledger_donor_rename(stage->ledger, COMPANY, keys[0], new_key[0],
				   &stage->fault);
}

static bool rename_is_done(struct stage *stage)
{
	uint8_t old[32], new[32];

	donors_read(stage, keys[0], 1, old);
	donors_read(stage, new_key[0], 1, new);
	return memcmp(old, new, sizeof old) == 0;
}

static void forget_arrange(struct stage *stage)
{
	donors_read(stage, keys[1], 1, secret_before);
}

static enum err forget_run(struct stage *stage)
{
	struct forgotten forgotten;

	return ledger_donor_forget(stage->ledger, COMPANY, keys[1], &forgotten,
				   &stage->fault);
}

static bool file_holds(const struct stage *stage, const char *name, const uint8_t *secret)
{
	char path[STAGE_PATH_BYTES + 32];
	struct buffer bytes;
	struct fault fault;
	bool holds;

	(void)snprintf(path, sizeof path, "%s/%s", stage->dir, name);
	buffer_init(&bytes, 100000000);
	holds = file_read(path, 100000000, &bytes, &fault) == ERR_OK && bytes.n &&
		memmem(bytes.p, bytes.n, secret, 32);
	buffer_release(&bytes);
	return holds;
}

static bool forget_is_done(struct stage *stage)
{
	uint8_t now[32];

	donors_read(stage, keys[1], 1, now); /* another, at random */
	return memcmp(now, secret_before, sizeof now) != 0 &&
	       !file_holds(stage, LEDGER_DATABASE, secret_before) &&
	       !file_holds(stage, LEDGER_DATABASE "-wal", secret_before);
}

static enum err retention_run(struct stage *stage)
{
	struct date day;
	uint64_t count;

	assert_int_equal(date_parse("2050-01-01", &day), ERR_OK);
	return ledger_retention_delete(stage->ledger, day, &count, &stage->fault);
}

static bool retention_is_done(struct stage *stage)
{
	struct store_counts counts;

	trial_must(store_count(stage->ledger->store, &counts, &stage->fault),
		   "rows are counted", &stage->fault);
	return counts.rows == 0;
}

static char token[TOKEN_TEXT_BYTES + 1];

static enum err token_run(struct stage *stage)
{
	const struct token_grant grant = { .member = TEMPORARY_EMPLOYER,
					   .role = ROLE_EMPLOYER,
					   .expires_at = INT64_C(4000000000) };

	return ledger_token_issue(stage->ledger, &grant, token, &stage->fault);
}

static bool token_is_done(struct stage *stage)
{
	struct token_grant grant;

	return ledger_token_check(stage->ledger, slice_of_text(token), 1, &grant,
				  &stage->fault) == ERR_OK;
}

/* ---- the board ---- */

/* The last one in front of a deed. */
static uint64_t proposal_before(const struct stage *stage, const struct deed *deed)
{
	while (!strstr(deed->name, "proposal"))
		deed--;
	return stage->before[deed - deeds].size;
}

/* The seat is the last letter of the deed's name. */
static void ballot_write(struct stage *stage, const struct deed *deed,
			 char ret_members[DEED_TEXT_BYTES])
{
	unsigned seat = (unsigned)(deed->name[strlen(deed->name) - 1] - '0');
	char members[STAGE_BALLOT_BYTES];

	stage_ballot(stage, proposal_before(stage, deed), seat, members);
	if (snprintf(ret_members, DEED_TEXT_BYTES, "%s", members) >= DEED_TEXT_BYTES)
		abort();
}

/* ---- the log's key ---- */

/* Makes log.key.new where there is none. */
static void amendment_act(struct stage *stage, char ret_act[DEED_TEXT_BYTES / 2])
{
	char text[VKEY_TEXT_BYTES_MAX + 1];
	struct vkey vkey;

	trial_must(ledger_key_prepare(stage->ledger, NULL, &vkey, &stage->fault),
		   "a key of the log", &stage->fault);
	vkey_format(&vkey, text);
	(void)snprintf(ret_act, DEED_TEXT_BYTES / 2, "'kind':'amendment','log':'%s'",
		       text);
}

static void key_proposal_write(struct stage *stage, const struct deed *deed,
			       char ret_members[DEED_TEXT_BYTES])
{
	char act[DEED_TEXT_BYTES / 2], later[DATE_TEXT_BYTES];
	struct date day;

	(void)deed;
	amendment_act(stage, act);
	assert_int_equal(date_parse(temporary_today(), &day), ERR_OK);
	day.day += 20;
	date_format(day, later);
	(void)snprintf(ret_members, DEED_TEXT_BYTES,
		       "'kind':'proposal','subject':'structure','expires_on':'%s',"
		       "'act':{%s}",
		       later, act);
}

static void amendment_write(struct stage *stage, const struct deed *deed,
			    char ret_members[DEED_TEXT_BYTES])
{
	char act[DEED_TEXT_BYTES / 2];

	amendment_act(stage, act);
	(void)snprintf(ret_members, DEED_TEXT_BYTES, "%s,'proposal':%" PRIu64, act,
		       proposal_before(stage, deed));
}

/* ---- the whole ---- */

static enum err open_run(struct stage *stage)
{
	enum err err = stage_try_open(stage);

	stage_close(stage);
	return err;
}

/* As an older program has left it. */
static void derive_arrange(struct stage *stage)
{
	stage_open(stage);
	assert_int_equal(sqlite3_exec(stage->ledger->store->db,
				      "UPDATE meta SET format = 1;"
				      "UPDATE state SET value = x'0a'",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	ledger_forget(stage->ledger);
	stage_close(stage);
}

static enum err rebuild_run(struct stage *stage)
{
	return ledger_rebuild(stage->ledger, &stage->fault);
}

static enum err check_run(struct stage *stage)
{
	return ledger_check(stage->ledger, &stage->fault);
}

static enum err export_run(struct stage *stage)
{
	return ledger_export(stage->ledger, stage->out, &stage->fault);
}

static enum err backup_run(struct stage *stage)
{
	return ledger_backup(stage->ledger, stage->file, &stage->fault);
}

static bool backup_is_done(struct stage *stage)
{
	struct rehearsal rehearsal;

	return ledger_rehearse(stage->file, stage->dir, &rehearsal, &stage->fault) ==
	       ERR_OK;
}

static void restore_arrange(struct stage *stage)
{
	stage_open(stage);
	trial_must(backup_run(stage), "a backup", &stage->fault);
	stage_close(stage);
}

static enum err restore_run(struct stage *stage)
{
	return ledger_restore(stage->file, stage->other, &stage->fault);
}

static bool other_is_sound(struct stage *stage)
{
	struct ledger *other = NULL;
	bool is_sound =
		ledger_open(stage->other, LEDGER_READ, &other, &stage->fault) == ERR_OK &&
		ledger_check(other, &stage->fault) == ERR_OK;

	ledger_close(other);
	return is_sound;
}

static enum err rehearse_run(struct stage *stage)
{
	struct rehearsal rehearsal;

	return ledger_rehearse(stage->file, stage->dir, &rehearsal, &stage->fault);
}

static enum err init_run(struct stage *stage)
{
	char *charter = temporary_charter();
	struct ledger *other = NULL;
	enum err err =
		ledger_init(stage->other, slice_of_text(charter), &other, &stage->fault);

	ledger_close(other);
	free(charter);
	return err;
}

#define ENTRY(title, submitter, text)                                                    \
	{                                                                                \
		.name = title, .entries = 1, .by = submitter, .members = text            \
	}
#define BALLOT(title)                                                                    \
	{                                                                                \
		.name = title, .entries = 1, .by = "operator", .write = ballot_write     \
	}

const struct deed deeds[] = {
	ENTRY("gift", "operator", GIFT("20000")),
	{ .name = "batch",
	  .entries = 1,
	  .make = batch_make,
	  .run = batch_run,
	  .is_done = batch_is_done },
	{ .name = "correction", .entries = 1, .make = correction_make },
	ENTRY("settlement", "treasurer",
	      "'kind':'settlement','date':'$day','payer':'" TEMPORARY_EMPLOYER
	      "','amount':20000,'settles':@gift"),
	ENTRY("refund", "treasurer",
	      "'kind':'refund','date':'$day','payer':'" TEMPORARY_EMPLOYER
	      "','amount':1000,'reason':'asked','through':'bank','of':@gift"),
	ENTRY("beneficiary", "operator",
	      "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
	      "'attestation':{'digest':" DIGEST ",'until':'2049-06-30'}"),
	ENTRY("proposal", "operator",
	      "'kind':'proposal','subject':'support','expires_on':'$later',"
	      "'fund':'emploi','beneficiary':'" SEEKER
	      "','purpose':'mobilite','amount':9000,'payee':" DIGEST),
	BALLOT("ballot of 1"),
	BALLOT("ballot of 2"),
	BALLOT("ballot of 3"),
	BALLOT("ballot of 4"),
	ENTRY("decision", "operator", "'kind':'decision','proposal':@proposal"),
	ENTRY("payment", "treasurer",
	      "'kind':'payment','proposal':@proposal,'amount':9000,'payee':" DIGEST),
	ENTRY("paid", "treasurer", "'kind':'paid','date':'$day','payment':@payment"),
	{ .name = "group", .entries = 3, .by = "operator", .members = GIFT("300") },
	{ .name = "consent", .run = consent_run, .is_done = consent_is_done },
	{ .name = "rename", .run = rename_run, .is_done = rename_is_done },
	{ .name = "forget",
	  .arrange = forget_arrange,
	  .run = forget_run,
	  .is_done = forget_is_done },
	{ .name = "token", .run = token_run, .is_done = token_is_done },
	{ .name = "retention", .run = retention_run, .is_done = retention_is_done },
	{ .name = "many",
	  .entries = 234,
	  .is_scenery = true,
	  .by = "operator",
	  .members = GIFT("100") },
	{ .name = "full bundle", .entries = 3, .by = "operator", .members = GIFT("300") },
	{ .name = "key-proposal",
	  .entries = 1,
	  .by = "operator",
	  .write = key_proposal_write },
	BALLOT("key ballot of 1"),
	BALLOT("key ballot of 2"),
	BALLOT("key ballot of 3"),
	BALLOT("key ballot of 4"),
	ENTRY("key decision", "operator", "'kind':'decision','proposal':@key-proposal"),
	{ .name = "amendment", .entries = 1, .by = "operator", .write = amendment_write },
	{ .name = "session",
	  .where = DEED_ON_FOLDER,
	  .entries = 1,
	  .by = "operator",
	  .members = GIFT("400") },
	{ .name = "opening", .where = DEED_ON_FOLDER, .run = open_run },
	{ .name = "opening that derives",
	  .where = DEED_ON_FOLDER,
	  .arrange = derive_arrange,
	  .run = open_run },
	{ .name = "rebuild", .run = rebuild_run },
	{ .name = "check", .run = check_run },
	{ .name = "export", .run = export_run, .makes = DEED_MAKES_OUT },
	{ .name = "backup",
	  .run = backup_run,
	  .is_done = backup_is_done,
	  .makes = DEED_MAKES_FILE },
	{ .name = "restore",
	  .where = DEED_ON_FOLDER,
	  .arrange = restore_arrange,
	  .run = restore_run,
	  .is_done = other_is_sound,
	  .makes = DEED_MAKES_OTHER },
	{ .name = "rehearsal",
	  .where = DEED_ON_FOLDER,
	  .arrange = restore_arrange,
	  .run = rehearse_run },
	{ .name = "init",
	  .where = DEED_ON_FOLDER,
	  .run = init_run,
	  .is_done = other_is_sound,
	  .makes = DEED_MAKES_OTHER },
};
const unsigned deed_count = sizeof deeds / sizeof *deeds;
