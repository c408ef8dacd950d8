/*
 * world.c - see world.h.
 */
#include "tests/world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "keys/note.h"
#include "ledger/checkpoint.h"
#include "ledger/intake.h"
#include "ledger/kind.h"
#include "ledger/merkle.h"
#include "tests/forgery.h"

static enum err world_root_at(void *ctx, uint64_t size, struct hash *ret_root,
			      struct fault *fault)
{
	struct world *world = ctx;
	struct merkle_frontier frontier;

	(void)fault;
	merkle_frontier_init(&frontier);
	for (uint64_t i = 0; i < size; i++)
		assert_int_equal(merkle_append(&frontier, &world->leaves[i].hash),
				 ERR_OK);
	merkle_frontier_root(&frontier, ret_root);
	return ERR_OK;
}

static struct signing_key *make_key(const char *name, char *vkey_text)
{
	struct signing_key *key = NULL;
	struct vkey vkey;
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct fault fault;

	assert_int_equal(signing_key_generate(&key, &fault), ERR_OK);
	signing_key_public(key, public_key);
	assert_int_equal(vkey_make(name, VKEY_ED25519, public_key, &vkey, &fault),
			 ERR_OK);
	vkey_format(&vkey, vkey_text);
	return key;
}

struct world *world_empty(void)
{
	struct world *world = calloc(1, sizeof *world);
	struct books_hooks hooks = { .ctx = world, .root_at = world_root_at };

	assert_non_null(world);
	world->at = WORLD_NOW;
	world->state = state_new(NULL);
	world->books = books_new(world->state, &hooks);
	assert_non_null(world->books);
	world->log_key = make_key(WORLD_ORIGIN, world->log_vkey);
	snprintf(world->origin, sizeof world->origin, "%s", WORLD_ORIGIN);
	for (int i = 0; i < WORLD_SEATS; i++) {
		char name[32];

		snprintf(name, sizeof name, "siege-%d", i + 1);
		world->seat_keys[i] = make_key(name, world->seat_vkeys[i]);
	}
	return world;
}

char *world_charter(const struct world *world)
{
	char *text = NULL;
	int n = asprintf(
		&text,
		"'kind':'charter','ref':'CHARTER','origin':'%s','name':'Fondation "
		"d\\u0027essai',"
		"'territory':'93','siren':'000009316','address':'1 "
		"place','object':'Essai',"
		"'legal_form':'fonds-de-dotation','fiscal_year_end':'12-31','due_day':20,"
		"'receipts_by':'collected_on','terms':'2026-09','log':'%s','funds':["
		"{'id':'general','label':'General','class':'courant'},"
		"{'id':'emploi','label':'Emploi','class':'courant'},"
		"{'id':'projets','label':'Projets','class':'courant'},"
		"{'id':'projets-2','label':'Projets 2','class':'courant'},"
		"{'id':'fonctionnement','label':'Fonctionnement','class':'courant'},"
		"{'id':'dotation','label':'Dotation','class':'dotation-non-consomptible'}"
		"],"
		"'default_fund':'general','purposes':['mobilite','demarrage'],"
		"'steps':[100,500,1000],'row_cap':5000,'quorum':{'present':3,'steps':["
		"{'up_to':30000,'votes':2},{'up_to':500000,'votes':3},{'votes':4}],"
		"'monthly_ceiling':{'emploi':300000,'projets':3000000}},"
		"'operator':'operator','treasurer':'treasurer','seats':["
		"{'name':'siege-1','vkey':'%s'},{'name':'siege-2','vkey':'%s'},"
		"{'name':'siege-3','vkey':'%s'},{'name':'siege-4','vkey':'%s'},"
		"{'name':'siege-5','vkey':'%s'}],'policy':[{'fund':'emploi','bp':5500},"
		"{'fund':'projets','bp':3500},{'fund':'fonctionnement','bp':1000}],"
		"'eligible_natures':['job-seeker','association','public-body']",
		WORLD_ORIGIN, world->log_vkey, world->seat_vkeys[0], world->seat_vkeys[1],
		world->seat_vkeys[2], world->seat_vkeys[3], world->seat_vkeys[4]);

	assert_true(n > 0);
	return text;
}

struct world *world_new(void)
{
	struct world *world = world_empty();
	char *charter = world_charter(world);

	(void)world_must(world, "operator", "%s", charter);
	free(charter);
	(void)world_must(
		world, "operator",
		"'kind':'member','id':'employer:000001016','role':'employer',"
		"'siren':'000001016','name':'Menuiserie','status':'active','step':100,"
		"'match_percent':100,'match_cap_month':300");
	(void)world_must(
		world, "operator",
		"'kind':'member','id':'employer:000004044','role':'employer',"
		"'siren':'000004044','name':'Boulangerie','status':'active','step':100");
	return world;
}

void world_free(struct world *world)
{
	if (!world)
		return;
	books_free(world->books);
	state_free(world->state);
	signing_key_free(world->log_key);
	signing_key_free(world->old_log_key);
	signing_key_free(world->next_log_key);
	for (int i = 0; i < WORLD_SEATS; i++)
		signing_key_free(world->seat_keys[i]);
	for (size_t i = 0; i < world->leaf_count; i++)
		free(world->leaves[i].bytes);
	free(world);
}

static void keep_leaf(struct world *world, struct slice bytes, const struct hash *hash)
{
	struct world_leaf *leaf = &world->leaves[world->leaf_count++];

	assert_true(world->leaf_count <= WORLD_LEAVES_MAX);
	leaf->bytes = calloc(1, bytes.n + 1); /* with a NUL, for tests that read text */
	assert_non_null(leaf->bytes);
	memcpy(leaf->bytes, bytes.p, bytes.n);
	leaf->n = bytes.n;
	leaf->hash = *hash;
	if (world->accepted)
		world->accepted(world->accepted_ctx);
}

enum err world_replay(struct world *world, struct slice bytes)
{
	struct json_doc *doc = json_doc_new();
	struct hash leaf = hash_leaf(bytes.p, bytes.n);
	struct entry entry;
	enum err err = entry_parse(doc, bytes, &entry, &world->fault);

	world->fault.rule[0] = '\0';
	if (!err)
		err = books_apply(world->books, &entry, &leaf, &world->fault);
	if (!err)
		keep_leaf(world, bytes, &leaf);
	json_doc_free(doc);
	return err;
}

/* Parses members in single quotes and gives them a reference. */
static enum err read_draft(struct world *world, struct json_doc *doc, const char *format,
			   va_list args, struct json **ret_draft)
{
	char *members = NULL, *text = NULL, ref[33];
	enum err err;

	assert_true(vasprintf(&members, format, args) > 0);
	for (char *c = members; *c; c++)
		if (*c == '\'')
			*c = '"';
	assert_true(asprintf(&text, "{%s}", members) > 0);
	err = intake_parse(doc, slice_of_text(text), ret_draft, &world->fault);
	if (!err && !json_get(*ret_draft, "ref")) {
		snprintf(ref, sizeof ref, "R%d", world->refs++);
		(void)json_add_cstring(doc, *ret_draft, "ref", ref);
	}
	free(members);
	free(text);
	return err;
}

static enum err submit_draft(struct world *world, struct json_doc *doc,
			     struct json *draft, const char *by)
{
	struct buffer bytes;
	enum kind kind;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = kind_check(draft, STAGE_DRAFT, &kind, &world->fault);
	(void)json_add_cstring(doc, draft, "by", by);
	if (!err)
		err = books_complete(world->books, doc, draft, world->at, &world->fault);
	if (!err)
		err = json_write(draft, &bytes);
	if (!err)
		err = world_replay(world, buffer_slice(&bytes));
	buffer_release(&bytes);
	return err;
}

static enum err submit_text(struct world *world, const char *by, const char *format,
			    va_list args)
{
	struct json_doc *doc = json_doc_new();
	struct json *draft = NULL;
	enum err err;

	world->fault = (struct fault){ .err = ERR_OK };
	err = read_draft(world, doc, format, args, &draft);
	if (!err)
		err = submit_draft(world, doc, draft, by);
	json_doc_free(doc);
	return err;
}

/* What the writer would have computed, where it does not matter: each rule under
 * test is broken before these are compared. */
static void add_computed(struct json_doc *doc, struct json *draft, enum kind kind)
{
	static const char *const counts[] = { "for", "against", "abstain", "recused" };

	if (kind == KIND_batch) {
		(void)json_add_cstring(doc, draft, "due_on", "2026-11-20");
		(void)json_add(doc, draft, "match", JSON_LIST);
	}
	if (kind == KIND_correction)
		(void)json_add(doc, draft, "match", JSON_LIST);
	if (kind == KIND_allocation) {
		(void)json_add_integer(doc, draft, "amount", 0);
		(void)json_add(doc, draft, "parts", JSON_LIST);
	}
	if (kind == KIND_order)
		(void)json_add_integer(doc, draft, "total", 1);
	if (kind != KIND_decision)
		return;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		(void)json_add_integer(doc, draft, counts[i], 0);
	(void)json_add_integer(doc, draft, "needed", 1);
	(void)json_add_cstring(doc, draft, "outcome", "granted");
	(void)json_add(doc, draft, "parts", JSON_LIST);
}

/* The same draft as its forger would write it into the log. */
static void forge_text(struct world *world, const char *rule, const char *by,
		       const char *format, va_list args)
{
	struct json_doc *doc = json_doc_new();
	struct json *draft = NULL;
	char today_text[DATE_TEXT_BYTES];
	struct buffer bytes;
	struct date today;
	enum kind kind;

	assert_int_equal(read_draft(world, doc, format, args, &draft), ERR_OK);
	assert_int_equal(kind_check(draft, STAGE_DRAFT, &kind, &world->fault), ERR_OK);
	assert_int_equal(date_paris(world->at, &today), ERR_OK);
	date_format(today, today_text);
	(void)json_add_cstring(doc, draft, "by", by);
	(void)json_add_integer(doc, draft, "at", world->at);
	if (!json_get(draft, "date"))
		(void)json_add_cstring(doc, draft, "date", today_text);
	add_computed(doc, draft, kind);
	buffer_init(&bytes, ENTRY_BYTES_MAX);
	assert_int_equal(json_write(draft, &bytes), ERR_OK);
	forgery_must_be_found(world, buffer_slice(&bytes), rule);
	buffer_release(&bytes);
	json_doc_free(doc);
}

enum err world_submit(struct world *world, const char *by, const char *format, ...)
{
	va_list args;
	enum err err;

	va_start(args, format);
	err = submit_text(world, by, format, args);
	va_end(args);
	return err;
}

uint64_t world_must(struct world *world, const char *by, const char *format, ...)
{
	uint64_t position = world->leaf_count;
	va_list args;
	enum err err;

	va_start(args, format);
	err = submit_text(world, by, format, args);
	va_end(args);
	if (err)
		fail_msg("refused (%s): %s", world->fault.rule, world->fault.text);
	return position;
}

void world_refuses(struct world *world, const char *rule, const char *by,
		   const char *format, ...)
{
	size_t before = world->leaf_count;
	va_list args;
	enum err err;

	va_start(args, format);
	err = submit_text(world, by, format, args);
	va_end(args);
	if (!err)
		fail_msg("accepted what rule '%s' should refuse", rule);
	if (strcmp(world->fault.rule, rule) != 0)
		fail_msg("refused by '%s' instead of '%s': %s", world->fault.rule, rule,
			 world->fault.text);
	assert_int_equal(err, ERR_RULE);
	assert_int_equal(world->leaf_count, before);
	assert_int_equal(books_size(world->books), before);
	if (world->state_was_set)
		return;
	va_start(args, format);
	forge_text(world, rule, by, format, args);
	va_end(args);
}

/* The signed note of a ballot as JSON text: its line feeds escaped. */
static void escape_note(const struct buffer *note, char *out, size_t bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < note->n; i++) {
		assert_true(n + 3 < bytes);
		if (note->p[i] == '\n') {
			out[n++] = '\\';
			out[n++] = 'n';
		} else {
			out[n++] = (char)note->p[i];
		}
	}
	out[n] = '\0';
}

void world_sign(struct world *world, int seat, const char *text,
		char ret_note[WORLD_NOTE_BYTES_MAX])
{
	struct buffer note;
	char name[32];

	snprintf(name, sizeof name, "siege-%d", seat + 1);
	buffer_init(&note, NOTE_BYTES_MAX);
	assert_int_equal(note_sign(slice_of_text(text), world->seat_keys[seat], name,
				   &note, &world->fault),
			 ERR_OK);
	escape_note(&note, ret_note, WORLD_NOTE_BYTES_MAX);
	buffer_release(&note);
}

void world_log_prepare(struct world *world, const char *origin)
{
	signing_key_free(world->next_log_key);
	world->next_log_key = make_key(origin, world->next_log_vkey);
}

void world_log_take(struct world *world)
{
	size_t name_n = strcspn(world->next_log_vkey, "+");

	signing_key_free(world->old_log_key);
	world->old_log_key = world->log_key;
	world->log_key = world->next_log_key;
	world->next_log_key = NULL;
	memcpy(world->log_vkey, world->next_log_vkey, sizeof world->log_vkey);
	snprintf(world->origin, sizeof world->origin, "%.*s", (int)name_n,
		 world->next_log_vkey);
}

void world_checkpoint(struct world *world, uint64_t size,
		      char ret_note[WORLD_NOTE_BYTES_MAX])
{
	struct checkpoint checkpoint = { .size = size };
	struct buffer note;

	memcpy(checkpoint.origin, world->origin, sizeof checkpoint.origin);
	assert_int_equal(world_root_at(world, size, &checkpoint.root, NULL), ERR_OK);
	buffer_init(&note, NOTE_BYTES_MAX);
	assert_int_equal(checkpoint_sign(&checkpoint, world->log_key, &note, NULL),
			 ERR_OK);
	escape_note(&note, ret_note, WORLD_NOTE_BYTES_MAX);
	buffer_release(&note);
}

static enum err ballot_members(struct world *world, int seat, uint64_t proposal,
			       const char *vote, char *ret_members, size_t bytes)
{
	struct ballot_sight seen = { .size = world->leaf_count };
	char text[BALLOT_TEXT_BYTES_MAX], name[32], note[WORLD_NOTE_BYTES_MAX];
	enum err err;
	int n;

	snprintf(name, sizeof name, "siege-%d", seat + 1);
	assert_int_equal(world_root_at(world, seen.size, &seen.root, NULL), ERR_OK);
	err = books_ballot_text(world->books, proposal, slice_of_text(name),
				slice_of_text(vote), &seen, text, &world->fault);
	if (err)
		return err;
	world_sign(world, seat, text, note);
	n = snprintf(ret_members, bytes,
		     "'kind':'ballot','proposal':%" PRIu64
		     ",'seat':'%s','vote':'%s','note':'%s'",
		     proposal, name, vote, note);
	assert_true(n > 0 && (size_t)n < bytes);
	return ERR_OK;
}

void world_ballot_members(struct world *world, int seat, uint64_t proposal,
			  const char *vote, char *ret_members, size_t bytes)
{
	assert_int_equal(ballot_members(world, seat, proposal, vote, ret_members, bytes),
			 ERR_OK);
}

enum err world_ballot(struct world *world, int seat, uint64_t proposal, const char *vote)
{
	char members[WORLD_NOTE_BYTES_MAX + 256];
	enum err err =
		ballot_members(world, seat, proposal, vote, members, sizeof members);

	return err ? err : world_submit(world, "operator", "%s", members);
}

void world_votes(struct world *world, uint64_t proposal, int seats_for)
{
	for (int i = 0; i < seats_for; i++)
		if (world_ballot(world, i, proposal, "for") != ERR_OK)
			fail_msg("ballot refused (%s): %s", world->fault.rule,
				 world->fault.text);
}

int64_t world_balance(struct world *world, const char *account)
{
	return cents_value(query_balance(world->books, account));
}

int64_t world_available(struct world *world, const char *fund, const char *earmark)
{
	char account[200];

	snprintf(account, sizeof account, "fund/%s/%s", fund, earmark);
	return -world_balance(world, account);
}

void world_check(struct world *world)
{
	struct world *again = world_empty();
	struct state_cursor a, b;
	int64_t sum = 0;

	for (size_t i = 0; i < world->leaf_count; i++) {
		struct slice bytes = slice_of(world->leaves[i].bytes, world->leaves[i].n);

		if (world_replay(again, bytes) != ERR_OK)
			fail_msg("replay of %zu refused: %s", i, again->fault.text);
	}
	state_first(world->state, &a, "");
	state_first(again->state, &b, "");
	while (a.found && b.found) {
		assert_string_equal(a.key, b.key);
		assert_true(slice_equal(a.value, b.value));
		if (strncmp(a.key, "ab/", 3) == 0) {
			struct record_reader reader = record_reader(a.value);

			sum += record_read_integer(&reader);
		}
		state_next(world->state, &a);
		state_next(again->state, &b);
	}
	assert_false(a.found || b.found);
	assert_int_equal(sum, 0);
	world_free(again);
}
