/*
 * test_post_key.c - a log that has another key: what a company is told, and what is
 * proved of it (gateway/post_key.c).
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gateway/post_key.h"
#include "keys/encoding.h"
#include "ledger/proof.h"
#include "tests/archive.h"

/* A rotated log, and what its gateway answers. */
struct case_of {
	struct archive *archive;
	struct vkey old, now;
	uint64_t position;
	struct buffer note, body;
	struct fault fault;
};

static uint64_t rotate(struct world *world)
{
	uint64_t proposal, position;

	world_log_prepare(world, world->origin);
	proposal = world_must(world, "operator",
			      "'kind':'proposal','subject':'structure',"
			      "'expires_on':'2026-12-31',"
			      "'act':{'kind':'amendment','log':'%s'}",
			      world->next_log_vkey);
	world_votes(world, proposal, 4);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	position = world_must(world, "operator",
			      "'kind':'amendment','log':'%s','proposal':%" PRIu64,
			      world->next_log_vkey, proposal);
	world_log_take(world);
	return position;
}

/* The answer for an entry, with a proof against the log as it is. */
static void body_make(struct case_of *c, uint64_t leaf, uint64_t proved)
{
	const struct world *world = c->archive->world;
	struct buffer proof;

	buffer_init(&proof, PROOF_BYTES_MAX);
	archive_entry_proof(c->archive, proved, world->leaf_count, &proof);
	buffer_clear(&c->body);
	(void)buffer_printf(&c->body, "{\"position\":%" PRIu64 ",\"leaf\":\"", proved);
	buffer_put_base64(&c->body, world->leaves[leaf].bytes, world->leaves[leaf].n);
	(void)buffer_put_text(&c->body, "\",\"proof\":\"");
	for (size_t i = 0; i < proof.n; i++) {
		if (proof.p[i] == '\n')
			(void)buffer_put_text(&c->body, "\\n");
		else
			(void)buffer_put_byte(&c->body, proof.p[i]);
	}
	(void)buffer_put_text(&c->body, "\"}");
	assert_int_equal(buffer_err(&c->body), ERR_OK);
	buffer_release(&proof);
}

static void case_begin(struct case_of *c)
{
	struct world *world;

	*c = (struct case_of){ .archive = archive_new() };
	world = c->archive->world;
	buffer_init(&c->note, NOTE_BYTES_MAX);
	buffer_init(&c->body, PROOF_BYTES_MAX);
	assert_int_equal(vkey_parse(slice_of_text(world->log_vkey), &c->old, NULL),
			 ERR_OK);
	c->position = rotate(world);
	assert_int_equal(vkey_parse(slice_of_text(world->log_vkey), &c->now, NULL),
			 ERR_OK);
	archive_note(c->archive, world->leaf_count, &c->note);
	body_make(c, c->position, c->position);
}

static void case_end(struct case_of *c)
{
	buffer_release(&c->note);
	buffer_release(&c->body);
	archive_free(c->archive);
}

static enum err key_read(struct case_of *c, const struct vkey *ours, struct post_key *key)
{
	post_key_look(buffer_slice(&c->note), ours, key);
	return post_key_read(buffer_slice(&c->body), ours, buffer_slice(&c->note), key,
			     &c->fault);
}

static void says(const struct post_key *key, const char *text)
{
	struct buffer out;

	buffer_init(&out, 4096);
	post_key_put(key, &out);
	if (text)
		assert_non_null(strstr(buffer_text(&out), text));
	else
		assert_int_equal(out.n, 0);
	buffer_release(&out);
}

static void the_old_key_proves_the_new_one(void **state)
{
	struct case_of c;
	struct post_key key;

	(void)state;
	case_begin(&c);
	post_key_look(buffer_slice(&c.note), &c.old, &key);
	assert_true(key.is_other);
	assert_int_equal(key.id, c.now.id);
	says(&key, "is not proved: ask the foundation");
	assert_int_equal(key_read(&c, &c.old, &key), ERR_OK);
	assert_true(key.is_proved && vkey_equal(&key.vkey, &c.now));
	assert_int_equal(key.position, c.position);
	says(&key, "From now on: --vkey ");
	says(&key, c.archive->world->log_vkey);
	/* Who has the key in force has nothing to change. */
	assert_int_equal(key_read(&c, &c.now, &key), ERR_OK);
	assert_false(key.is_other);
	says(&key, NULL);
	case_end(&c);
}

static void what_the_server_cannot_prove_is_not_said(void **state)
{
	struct case_of c;
	struct post_key key;
	struct world *world;

	(void)state;
	case_begin(&c);
	world = c.archive->world;
	/* Another entry's bytes, an entry that names no key, the proof of another. */
	body_make(&c, 1, c.position);
	assert_int_not_equal(key_read(&c, &c.old, &key), ERR_OK);
	body_make(&c, 1, 1);
	assert_int_equal(key_read(&c, &c.old, &key), ERR_CORRUPT);
	body_make(&c, c.position, 1);
	assert_int_not_equal(key_read(&c, &c.old, &key), ERR_OK);
	assert_false(key.is_proved);
	/* The key that it names has not signed the answer's checkpoint. */
	body_make(&c, c.position, c.position);
	buffer_clear(&c.note);
	world_log_prepare(world, world->origin);
	world_log_take(world);
	signing_key_free(world->old_log_key);
	world->old_log_key = NULL;
	archive_note(c.archive, world->leaf_count, &c.note);
	assert_int_equal(key_read(&c, &c.old, &key), ERR_UNKNOWN);
	assert_false(key.is_proved);
	case_end(&c);
}

static void what_is_no_answer_is_refused(void **state)
{
	static const char *const bodies[] = {
		"",
		"[]",
		"{}",
		"{\"position\":1}",
		"{\"position\":1,\"leaf\":\"!\",\"proof\":\"x\"}",
		"{\"position\":-1,\"leaf\":\"eA==\",\"proof\":\"x\"}",
		"{\"position\":1,\"leaf\":5,\"proof\":\"x\"}",
		"{\"position\":1,\"leaf\":\"eA==\",\"proof\":\"x\"}",
	};
	struct case_of c;
	struct post_key key;

	(void)state;
	case_begin(&c);
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		buffer_clear(&c.body);
		(void)buffer_put_text(&c.body, bodies[i]);
		assert_int_equal(key_read(&c, &c.old, &key), ERR_INVALID);
		assert_false(key.is_proved);
	}
	case_end(&c);
}

static void a_refusal_names_what_has_changed(void **state)
{
	struct case_of c;
	struct vkey other;
	struct fault fault;

	(void)state;
	case_begin(&c);
	(void)fault_set(&fault, ERR_UNKNOWN, "not signed");
	post_key_explain(buffer_slice(&c.note), &c.old, &fault);
	assert_int_equal(fault.err, ERR_UNKNOWN);
	assert_non_null(strstr(fault.text, "The log's key has changed"));
	assert_int_equal(
		vkey_make("ledger.old/93", VKEY_ED25519, c.old.public_key, &other, NULL),
		ERR_OK);
	(void)fault_set(&fault, ERR_UNKNOWN, "not signed");
	post_key_explain(buffer_slice(&c.note), &other, &fault);
	assert_non_null(strstr(fault.text, "It is of '" WORLD_ORIGIN "'"));
	(void)fault_set(&fault, ERR_UNKNOWN, "not signed");
	post_key_explain(slice_of_text("nothing"), &c.old, &fault);
	assert_string_equal(fault.text, "not signed");
	post_key_explain(slice_of_text("ledger.\033[2Jtest\n5\n"
				       "PH6byTDck/AfpxmF7yQtn56GHzxTVaokzl40tLinDMs=\n"
				       "\n\u2014 ledger.test/94 wICpPwqp/dRvdWRV\n"),
			 &c.old, &fault);
	assert_string_equal(fault.text, "not signed"); /* no escape sequence is told */
	case_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_old_key_proves_the_new_one),
		cmocka_unit_test(what_the_server_cannot_prove_is_not_said),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(a_refusal_names_what_has_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
