/*
 * test_books_log.c - the log's key and origin, and how both change: the rules of
 * ledger/books_log.c and ledger/books_succession.c, and what the auditor makes of them
 * (ledger/audit_log.c, ledger/audit_older.c).
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "tests/attempt.h"
#include "tests/succession.h"
#include "tests/world.h"

#define LILAS   "employer:000001016"
#define SEEKER  "job-seeker:00112233445566778899aabbccddeeff"
#define NEW_LOG "ledger.new/93"

#define GIFT                                                                             \
	"'kind':'gift','date':'2026-11-18','payer':'" LILAS                              \
	"','giver':'company','fund':'emploi','amount':100"

/* ---- rotation ---- */

static uint64_t vote_amendment(struct world *world, const char *vkey)
{
	uint64_t proposal = world_must(
		world, "operator",
		"'kind':'proposal','subject':'structure','expires_on':'2026-12-31',"
		"'act':{'kind':'amendment','log':'%s'}",
		vkey);

	world_votes(world, proposal, 4);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	return proposal;
}

/* Voted and recorded; its position. */
static uint64_t rotate(struct world *world)
{
	uint64_t proposal, position;

	world_log_prepare(world, world->origin);
	proposal = vote_amendment(world, world->next_log_vkey);
	position = world_must(world, "operator",
			      "'kind':'amendment','log':'%s','proposal':%" PRIu64,
			      world->next_log_vkey, proposal);
	world_log_take(world);
	return position;
}

static void refuse_key(struct world *world, const char *vkey)
{
	world_refuses(world, "amendment", "operator",
		      "'kind':'proposal','subject':'structure','expires_on':'2026-12-31',"
		      "'act':{'kind':'amendment','log':'%s'}",
		      vkey);
}

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

/* The same public key under another name. */
static void vkey_renamed(const char *text, const char *name,
			 char ret_text[VKEY_TEXT_BYTES_MAX + 1])
{
	struct vkey vkey, renamed;

	assert_int_equal(vkey_parse(slice_of_text(text), &vkey, NULL), ERR_OK);
	assert_int_equal(vkey_make(name, vkey.type, vkey.public_key, &renamed, NULL),
			 ERR_OK);
	vkey_format(&renamed, ret_text);
}

static void test_the_log_gets_a_key_of_its_origin_that_it_never_had(void **state)
{
	struct world *world = world_new();
	char first[VKEY_TEXT_BYTES_MAX + 1];
	struct log_view log;
	uint64_t position;

	(void)state;
	snprintf(first, sizeof first, "%s", world->log_vkey);
	refuse_key(world, first);
	world_log_prepare(world, "ledger.test/94");
	refuse_key(world, world->next_log_vkey);
	position = rotate(world);
	assert_true(query_log_at(world->books, position, &log));
	assert_string_equal(log.vkey, first);
	assert_int_equal(log.change, LOG_FOUNDED);
	assert_true(query_log_at(world->books, position + 1, &log));
	assert_string_equal(log.vkey, world->log_vkey);
	assert_int_equal(log.change, LOG_ROTATED);
	assert_true(query_log_before(world->books, &log, &log));
	assert_string_equal(log.vkey, first);
	assert_false(query_log_at(world->books, 0, &log));
	/* What was retired stays retired, and what is in force is no other's. */
	refuse_key(world, first);
	refuse_key(world, world->log_vkey);
	world_end(world);
}

static void test_a_key_is_judged_again_when_its_amendment_is_recorded(void **state)
{
	struct world *world = world_new();
	char vkey[VKEY_TEXT_BYTES_MAX + 1];
	uint64_t first, second;

	(void)state;
	world_log_prepare(world, world->origin);
	snprintf(vkey, sizeof vkey, "%s", world->next_log_vkey);
	first = vote_amendment(world, vkey);
	second = vote_amendment(world, vkey);
	world_refuses(world, "undecided", "operator",
		      "'kind':'decision','proposal':%" PRIu64,
		      world_must(world, "operator",
				 "'kind':'proposal','subject':'structure',"
				 "'expires_on':'2026-12-31','act':{'kind':'amendment',"
				 "'log':'%s'}",
				 vkey));
	(void)world_must(world, "operator",
			 "'kind':'amendment','log':'%s','proposal':%" PRIu64, vkey,
			 first);
	world_log_take(world);
	world_refuses(world, "amendment", "operator",
		      "'kind':'amendment','log':'%s','proposal':%" PRIu64, vkey, second);
	world_end(world);
}

/* ---- what an auditor makes of a rotated log ---- */

static void archive_gift(struct archive *archive)
{
	(void)world_must(archive->world, LILAS, GIFT);
}

static void verifies_with(const struct archive *archive, const char *vkey, bool is_older)
{
	struct attempt attempt;
	size_t n;

	attempt_init(&attempt, archive);
	assert_int_equal(vkey_parse(slice_of_text(vkey), &attempt.vkeys[0], NULL),
			 ERR_OK);
	attempt_run(&attempt);
	if (attempt.err)
		fail_msg("not verified: %s", attempt.fault.text);
	assert_int_equal(audit_key_is_older(attempt.audit), is_older);
	assert_non_null(audit_log_keys(attempt.audit, &n));
	assert_true(n > 1);
	attempt_free(&attempt);
}

static void finds_with(const struct archive *archive, const char *vkey, uint64_t position,
		       const char *rule)
{
	struct attempt attempt;

	attempt_init(&attempt, archive);
	assert_int_equal(vkey_parse(slice_of_text(vkey), &attempt.vkeys[0], NULL),
			 ERR_OK);
	attempt_finds_with(&attempt, position, rule);
	attempt_free(&attempt);
}

static void test_both_keys_verify_what_both_have_signed(void **state)
{
	struct archive *archive = archive_new();
	char old[VKEY_TEXT_BYTES_MAX + 1], stranger[VKEY_TEXT_BYTES_MAX + 1];

	(void)state;
	snprintf(old, sizeof old, "%s", archive->world->log_vkey);
	(void)rotate(archive->world);
	archive_gift(archive);
	archive_write(archive);
	verifies_with(archive, archive->world->log_vkey, false);
	verifies_with(archive, old, true);
	world_log_prepare(archive->world, archive->world->origin);
	snprintf(stranger, sizeof stranger, "%s", archive->world->next_log_vkey);
	finds_with(archive, stranger, AUDIT_NO_POSITION, "checkpoint");
	archive_free(archive);
}

static void test_the_overlap_ends_and_the_old_key_is_no_use_any_more(void **state)
{
	struct archive *archive = archive_new();
	struct world *world = archive->world;
	char old[VKEY_TEXT_BYTES_MAX + 1];

	(void)state;
	snprintf(old, sizeof old, "%s", world->log_vkey);
	(void)rotate(world);
	signing_key_free(world->old_log_key);
	world->old_log_key = NULL;
	archive_write(archive);
	verifies_with(archive, world->log_vkey, false);
	finds_with(archive, old, AUDIT_NO_POSITION, "checkpoint");
	archive_free(archive);
}

static void test_the_old_key_alone_signs_nothing_after_the_amendment(void **state)
{
	struct archive *archive = archive_new();
	struct world *world = archive->world;
	struct signing_key *new_key;
	struct attempt attempt;
	char old[VKEY_TEXT_BYTES_MAX + 1];

	(void)state;
	snprintf(old, sizeof old, "%s", world->log_vkey);
	(void)rotate(world);
	archive_gift(archive);
	new_key = world->log_key;
	world->log_key = world->old_log_key;
	world->old_log_key = NULL;
	archive_write(archive);
	finds_with(archive, old, AUDIT_NO_POSITION, "checkpoint");
	/* Nor for who has no key at all. */
	attempt_init(&attempt, archive);
	attempt.options.n_vkeys = 0;
	attempt_finds_with(&attempt, AUDIT_NO_POSITION, "checkpoint");
	attempt_free(&attempt);
	world->old_log_key = new_key;
	archive_free(archive);
}

static void test_a_key_that_signs_beside_but_that_no_entry_names_is_found(void **state)
{
	struct archive *archive = archive_new();
	struct world *world = archive->world;
	char own[VKEY_TEXT_BYTES_MAX + 1];

	(void)state;
	snprintf(own, sizeof own, "%s", world->log_vkey);
	world_log_prepare(world, world->origin);
	world_log_take(world);
	archive_write(archive);
	finds_with(archive, world->log_vkey, 0, "key");
	archive_free(archive);
}

/* ---- older checkpoints ---- */

static void older_with(struct archive *archive, const struct buffer *note,
		       const char *rule)
{
	struct attempt attempt;

	attempt_init(&attempt, archive);
	attempt.older[0] = buffer_slice(note);
	attempt.options.n_older = 1;
	if (rule) {
		attempt_finds_with(&attempt, AUDIT_NO_POSITION, rule);
	} else {
		attempt_run(&attempt);
		if (attempt.err)
			fail_msg("not verified: %s", attempt.fault.text);
	}
	attempt_free(&attempt);
}

static void test_older_checkpoints_are_signed_by_the_key_of_their_size(void **state)
{
	struct archive *archive = archive_new();
	struct world *world = archive->world;
	struct buffer empty, before, after, alone, late;
	uint64_t position;

	(void)state;
	buffer_init(&empty, NOTE_BYTES_MAX);
	buffer_init(&before, NOTE_BYTES_MAX);
	buffer_init(&after, NOTE_BYTES_MAX);
	buffer_init(&alone, NOTE_BYTES_MAX);
	buffer_init(&late, NOTE_BYTES_MAX);
	archive_note(archive, 0, &empty);
	archive_note(archive, 3, &before);
	position = rotate(world);
	archive_note(archive, position + 1, &after);
	archive_gift(archive);
	archive_note(archive, world->leaf_count, &late);
	/* The new key has not signed what was before it. */
	signing_key_free(world->old_log_key);
	world->old_log_key = NULL;
	archive_note(archive, position, &alone);
	archive_write(archive);
	older_with(archive, &empty, NULL);
	older_with(archive, &before, NULL);
	older_with(archive, &after, NULL);
	older_with(archive, &late, NULL);
	older_with(archive, &alone, "older");
	buffer_release(&empty);
	buffer_release(&before);
	buffer_release(&after);
	buffer_release(&alone);
	buffer_release(&late);
	archive_free(archive);
}

/* A checkpoint of more entries than the export, by a key that comes later. */
static void test_an_export_cut_short_before_its_new_key(void **state)
{
	struct archive *archive = archive_new();
	struct world *world = archive->world;
	struct buffer late, foreign;
	struct signing_key *kept;

	(void)state;
	buffer_init(&late, NOTE_BYTES_MAX);
	buffer_init(&foreign, NOTE_BYTES_MAX);
	(void)rotate(world);
	archive_gift(archive);
	archive_note(archive, world->leaf_count, &late);
	kept = world->old_log_key;
	world->old_log_key = NULL;
	archive_note(archive, world->leaf_count, &foreign);
	world->old_log_key = world->log_key;
	world->log_key = kept;
	archive_cut(archive, 3);
	kept = world->old_log_key;
	world->old_log_key = NULL;
	world->next_log_key = kept;
	archive_write(archive);
	/* Signed by the charter's key, too: it is this log's, and there was more. */
	{
		struct attempt attempt;
		struct vkey vkey;
		uint8_t public_key[PUBLIC_KEY_BYTES];

		signing_key_public(world->log_key, public_key);
		assert_int_equal(
			vkey_make(WORLD_ORIGIN, VKEY_ED25519, public_key, &vkey, NULL),
			ERR_OK);
		attempt_init(&attempt, archive);
		attempt.vkeys[0] = vkey;
		attempt.older[0] = buffer_slice(&late);
		attempt.options.n_older = 1;
		attempt_finds_with(&attempt, AUDIT_NO_POSITION, "cut_short");
		attempt.older[0] = buffer_slice(&foreign);
		attempt_finds_with(&attempt, AUDIT_NO_POSITION, "older");
		/* Who has no key judges at the end, and alike. */
		attempt.options.n_vkeys = 0;
		attempt_finds_with(&attempt, AUDIT_NO_POSITION, "older");
		attempt.older[0] = buffer_slice(&late);
		attempt_finds_with(&attempt, AUDIT_NO_POSITION, "cut_short");
		attempt_free(&attempt);
	}
	buffer_release(&late);
	buffer_release(&foreign);
	archive_free(archive);
}

static void test_proofs_are_signed_by_the_key_of_their_size(void **state)
{
	struct archive *archive = archive_new();
	struct world *world = archive->world;
	struct buffer before, after, alone;
	struct audit_proof shown;
	struct attempt attempt;
	uint64_t position;

	(void)state;
	buffer_init(&before, PROOF_BYTES_MAX);
	buffer_init(&after, PROOF_BYTES_MAX);
	buffer_init(&alone, PROOF_BYTES_MAX);
	archive_entry_proof(archive, 1, 3, &before);
	position = rotate(world);
	signing_key_free(world->old_log_key);
	world->old_log_key = NULL;
	archive_entry_proof(archive, 1, position + 1, &after);
	archive_entry_proof(archive, 1, 3, &alone);
	archive_write(archive);
	attempt_init(&attempt, archive);
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_int_equal(audit_proof_verify(attempt.audit, buffer_slice(&before), &shown,
					    &attempt.fault),
			 ERR_OK);
	assert_int_equal(audit_proof_verify(attempt.audit, buffer_slice(&after), &shown,
					    &attempt.fault),
			 ERR_OK);
	assert_int_equal(audit_proof_verify(attempt.audit, buffer_slice(&alone), &shown,
					    &attempt.fault),
			 ERR_UNKNOWN);
	attempt_free(&attempt);
	buffer_release(&before);
	buffer_release(&after);
	buffer_release(&alone);
	archive_free(archive);
}

/* ---- succession ---- */

static const struct say RIGHT = { .origin = NEW_LOG, .reason = "restored", .seats = 3 };

static void refuse(struct world *world, const char *rule, const struct say *say)
{
	static char members[SUCCESSION_BYTES];

	world_log_prepare(world, say->origin);
	succession_members(world, say, members, sizeof members);
	world_refuses(world, rule, "operator", "%s", members);
}

static void test_more_than_half_of_the_seats_consent_to_exactly_this(void **state)
{
	struct world *world = world_new();
	struct say say = RIGHT;

	(void)state;
	say.seats = 2;
	refuse(world, "succession", &say);
	say.is_doubled = true; /* two seats, of which one speaks twice */
	refuse(world, "succession", &say);
	say = RIGHT;
	say.text_from = "reason restored";
	say.text_to = "reason host";
	refuse(world, "succession", &say);
	say.text_from = "to " NEW_LOG;
	say.text_to = "to ledger.other/93";
	refuse(world, "succession", &say);
	say.text_from = "origin " WORLD_ORIGIN;
	say.text_to = "origin ledger.test/94";
	refuse(world, "succession", &say);
	say.text_from = "checkpoint 3 ";
	say.text_to = "checkpoint 2 ";
	refuse(world, "succession", &say);
	say.text_from = "seat siege-";
	say.text_to = "seat siege-9";
	refuse(world, "succession", &say);
	world_end(world);
}

static void test_consents_are_signed_by_active_seats(void **state)
{
	struct world *world = world_new();
	static char members[SUCCESSION_BYTES];
	struct say say = RIGHT;
	char *seat;

	(void)state;
	world_log_prepare(world, NEW_LOG);
	succession_members(world, &say, members, sizeof members);
	/* The first consent is said to be of another seat. */
	seat = strstr(members, "'seat':'siege-1'");
	assert_non_null(seat);
	seat[strlen("'seat':'siege-")] = '4';
	world_refuses(world, "signature", "operator", "%s", members);
	seat[strlen("'seat':'siege-")] = '7';
	world_refuses(world, "seat", "operator", "%s", members);
	seat[strlen("'seat':'siege-")] = '1';
	world_refuses(world, "role", "siege-1", "%s", members);
	(void)world_must(world, "operator", "%s", members);
	world_end(world);
}

static void test_the_checkpoint_is_the_old_logs_of_exactly_the_entries_before(
	void **state)
{
	struct world *world = world_new();
	char note[WORLD_NOTE_BYTES_MAX];
	struct signing_key *own;
	struct hash *hash = &world->leaves[1].hash;
	struct say say = RIGHT;

	(void)state;
	say.checkpoint = note;
	world_checkpoint(world, world->leaf_count - 1, note);
	refuse(world, "succession", &say);
	/* Another root. */
	hash->b[0] ^= 1;
	world_checkpoint(world, world->leaf_count, note);
	hash->b[0] ^= 1;
	refuse(world, "succession", &say);
	/* Another key, another origin. */
	world_log_prepare(world, WORLD_ORIGIN);
	own = world->log_key;
	world->log_key = world->next_log_key;
	world_checkpoint(world, world->leaf_count, note);
	world->log_key = own;
	refuse(world, "succession", &say);
	snprintf(world->origin, sizeof world->origin, "ledger.test/94");
	world_checkpoint(world, world->leaf_count, note);
	snprintf(world->origin, sizeof world->origin, "%s", WORLD_ORIGIN);
	refuse(world, "succession", &say);
	world_end(world);
}

static void test_origin_and_key_are_new(void **state)
{
	struct world *world = world_new();
	char renamed[VKEY_TEXT_BYTES_MAX + 1], first[VKEY_TEXT_BYTES_MAX + 1];
	struct say say = RIGHT;
	struct log_view log;
	uint64_t position;

	(void)state;
	snprintf(first, sizeof first, "%s", world->log_vkey);
	say.origin = WORLD_ORIGIN;
	refuse(world, "succession", &say);
	/* The key has another name than the origin; or is the old one, renamed. */
	say = RIGHT;
	vkey_renamed(first, NEW_LOG, renamed);
	say.log = renamed;
	refuse(world, "succession", &say);
	vkey_renamed(first, "ledger.other/93", renamed);
	refuse(world, "succession", &say);
	position = succeed(world, &RIGHT);
	assert_true(query_log_at(world->books, UINT64_MAX, &log));
	assert_int_equal(log.position, position);
	assert_int_equal(log.change, LOG_SUCCEEDED);
	assert_string_equal(log.origin, NEW_LOG);
	assert_string_equal(log.vkey, world->log_vkey);
	assert_false(query_log_before(world->books, &log, &log));
	/* Nobody comes back. */
	say = RIGHT;
	refuse(world, "succession", &say);
	say.origin = WORLD_ORIGIN;
	refuse(world, "succession", &say);
	say.origin = "ledger.third/93";
	vkey_renamed(first, say.origin, renamed);
	say.log = renamed;
	refuse(world, "succession", &say);
	say.log = NULL;
	(void)succeed(world, &say);
	world_end(world);
}

static void test_what_is_signed_from_then_on_has_the_new_origin(void **state)
{
	struct world *world = world_new();
	char members[WORLD_NOTE_BYTES_MAX + 256], note[WORLD_NOTE_BYTES_MAX];
	char text[RECUSAL_TEXT_BYTES_MAX];
	struct charter_view charter;
	uint64_t proposal;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':"
			 "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57"
			 "e9','until':'2027-01-31'}");
	proposal = world_must(world, "operator",
			      "'kind':'proposal','subject':'structure',"
			      "'expires_on':'2026-12-31','act':{'kind':'amendment',"
			      "'due_day':15}");
	/* Signed before, sent after. */
	world_ballot_members(world, 0, proposal, "for", members, sizeof members);
	assert_int_equal(books_recusal_text(world->books, slice_of_text("siege-2"),
					    slice_of_text(SEEKER), text, NULL),
			 ERR_OK);
	assert_non_null(strstr(text, "origin " WORLD_ORIGIN "\n"));
	world_sign(world, 1, text, note);
	(void)succeed(world, &RIGHT);
	world_refuses(world, "ballot", "operator", "%s", members);
	world_refuses(world, "recusal", "operator",
		      "'kind':'recusal','seat':'siege-2','beneficiary':'" SEEKER
		      "','note':'%s'",
		      note);
	assert_int_equal(world_ballot(world, 0, proposal, "for"), ERR_OK);
	assert_int_equal(books_recusal_text(world->books, slice_of_text("siege-2"),
					    slice_of_text(SEEKER), text, NULL),
			 ERR_OK);
	assert_non_null(strstr(text, "origin " NEW_LOG "\n"));
	assert_int_equal(query_charter(world->books, &charter, NULL), ERR_OK);
	assert_string_equal(charter.origin, NEW_LOG);
	assert_string_equal(charter.first_origin, WORLD_ORIGIN);
	world_end(world);
}

static void test_a_key_is_rotated_in_the_log_that_succeeds(void **state)
{
	struct archive *archive = archive_new();
	struct world *world = archive->world;
	char first[VKEY_TEXT_BYTES_MAX + 1], second[VKEY_TEXT_BYTES_MAX + 1];
	struct buffer before, between;
	uint64_t position;

	(void)state;
	buffer_init(&before, NOTE_BYTES_MAX);
	buffer_init(&between, NOTE_BYTES_MAX);
	snprintf(first, sizeof first, "%s", world->log_vkey);
	archive_note(archive, 3, &before);
	position = succeed(world, &RIGHT);
	snprintf(second, sizeof second, "%s", world->log_vkey);
	archive_note(archive, position + 1, &between);
	(void)rotate(world);
	archive_write(archive);
	verifies_with(archive, world->log_vkey, false);
	verifies_with(archive, second, true);
	finds_with(archive, first, AUDIT_NO_POSITION, "checkpoint");
	older_with(archive, &before, NULL);
	older_with(archive, &between, NULL);
	buffer_release(&before);
	buffer_release(&between);
	world_check(world);
	archive_free(archive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_log_gets_a_key_of_its_origin_that_it_never_had),
		cmocka_unit_test(
			test_a_key_is_judged_again_when_its_amendment_is_recorded),
		cmocka_unit_test(test_both_keys_verify_what_both_have_signed),
		cmocka_unit_test(
			test_the_overlap_ends_and_the_old_key_is_no_use_any_more),
		cmocka_unit_test(
			test_the_old_key_alone_signs_nothing_after_the_amendment),
		cmocka_unit_test(
			test_a_key_that_signs_beside_but_that_no_entry_names_is_found),
		cmocka_unit_test(
			test_older_checkpoints_are_signed_by_the_key_of_their_size),
		cmocka_unit_test(test_an_export_cut_short_before_its_new_key),
		cmocka_unit_test(test_proofs_are_signed_by_the_key_of_their_size),
		cmocka_unit_test(
			test_more_than_half_of_the_seats_consent_to_exactly_this),
		cmocka_unit_test(test_consents_are_signed_by_active_seats),
		cmocka_unit_test(
			test_the_checkpoint_is_the_old_logs_of_exactly_the_entries_before),
		cmocka_unit_test(test_origin_and_key_are_new),
		cmocka_unit_test(test_what_is_signed_from_then_on_has_the_new_origin),
		cmocka_unit_test(test_a_key_is_rotated_in_the_log_that_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
