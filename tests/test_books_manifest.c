/*
 * test_books_manifest.c - a company's signature of what it posted: ledger/manifest.c
 * and ledger/books_manifest.c, and the key that it is made with.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "keys/note.h"
#include "tests/world.h"

#define LILAS  "employer:000001016"
#define BAKERY "employer:000004044"
#define ONE    "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

#define BATCH                                                                            \
	"'ref':'PAYE-1','kind':'batch','company':'" LILAS "','source':'salary',"         \
	"'period':'2026-10','date':'2026-10-30','step':100,'terms':'2026-09','count':2," \
	"'zero':1,'received':" ONE ",'root':" ONE ",'totals':["                          \
	"{'fund':'emploi','giver':'person','amount':237},"                               \
	"{'fund':'general','giver':'person','amount':5}]"

/* As ledger/FORMAT.md shows it. */
static const char TEXT[] =
	"arrondi/manifest@v1\n"
	"origin " WORLD_ORIGIN "\n"
	"company " LILAS "\n"
	"ref PAYE-1\n"
	"date 2026-10-30\n"
	"period 2026-10\n"
	"source salary\n"
	"site -\n"
	"step 100\n"
	"terms 2026-09\n"
	"count 2\n"
	"zero 1\n"
	"total emploi person 237\n"
	"total general person 5\n"
	"corrects -\n"
	"received 5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9\n";

static struct signing_key *key_new(const char *name, char vkey_text[])
{
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct signing_key *key = NULL;
	struct vkey vkey;

	assert_int_equal(signing_key_generate(&key, NULL), ERR_OK);
	signing_key_public(key, public_key);
	assert_int_equal(vkey_make(name, VKEY_ED25519, public_key, &vkey, NULL), ERR_OK);
	vkey_format(&vkey, vkey_text);
	return key;
}

struct company {
	struct world *world;
	struct signing_key *key;
	char vkey[VKEY_TEXT_BYTES_MAX + 1];
};

static struct company company_new(void)
{
	struct company company = { .world = world_new() };

	company.key = key_new(LILAS, company.vkey);
	(void)world_must(company.world, "operator",
			 "'kind':'key','member':'" LILAS "','vkey':'%s'", company.vkey);
	return company;
}

static void company_free(struct company *company)
{
	world_check(company->world);
	world_free(company->world);
	signing_key_free(company->key);
}

/* A note of a text as the value of a JSON member. The caller frees. */
static char *note_new(const struct signing_key *key, const char *text)
{
	struct buffer note;
	char *json, *to;

	buffer_init(&note, NOTE_BYTES_MAX);
	assert_int_equal(note_sign(slice_of_text(text), key, LILAS, &note, NULL), ERR_OK);
	json = to = calloc(2, note.n + 1);
	assert_non_null(json);
	for (size_t i = 0; i < note.n; i++) {
		if (note.p[i] == '\n') {
			*to++ = '\\';
			*to++ = 'n';
		} else {
			*to++ = (char)note.p[i];
		}
	}
	buffer_release(&note);
	return json;
}

/* The text with one text put in the place of another. The caller frees. */
static char *changed(const char *old, const char *new)
{
	const char *at = strstr(TEXT, old);
	char *text = NULL;

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - TEXT), TEXT, new,
			     at + strlen(old)) > 0);
	return text;
}

/* One line differs, and the refusal names it. */
static void refuses(struct company *company, const char *old, const char *new,
		    const char *said)
{
	char *text = changed(old, new), *note = note_new(company->key, text);

	assert_int_not_equal(
		world_submit(company->world, LILAS, BATCH ",'manifest':'%s'", note),
		ERR_OK);
	if (!strstr(company->world->fault.text, said))
		fail_msg("'%s' is not in: %s", said, company->world->fault.text);
	world_refuses(company->world, "manifest", LILAS, BATCH ",'manifest':'%s'", note);
	free(note);
	free(text);
}

static void test_a_company_signs_what_its_entry_says(void **state)
{
	struct company company = company_new();
	char *note = note_new(company.key, TEXT);

	(void)state;
	(void)world_must(company.world, LILAS, BATCH ",'manifest':'%s'", note);
	assert_int_equal(world_balance(company.world, "receivable/" LILAS), 242 + 242);
	free(note);
	company_free(&company);
}

#define CORRECTION                                                                       \
	"'ref':'PAYE-2','kind':'correction','batch':%" PRIu64 ",'company':'" LILAS       \
	"','reason':'amount','date':'2026-11-17','count':1,'zero':0,'received':" ONE     \
	",'root':" ONE ",'totals':[{'fund':'emploi','giver':'person','amount':237}]"     \
	",'manifest':'%s'"

/* What a correction does not repeat is the batch's. */
static char *correction_text(uint64_t batch, const char *period)
{
	char *text = NULL;

	assert_true(asprintf(&text,
			     "arrondi/manifest@v1\norigin " WORLD_ORIGIN
			     "\ncompany " LILAS
			     "\nref PAYE-2\ndate 2026-11-17\nperiod %s\nsource salary\n"
			     "site -\nstep 100\nterms 2026-09\ncount 1\nzero 0\n"
			     "total emploi person 237\ncorrects %" PRIu64 "\nreceived "
			     "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27f"
			     "b57e9\n",
			     period, batch) > 0);
	return text;
}

static void test_a_correction_is_signed_with_what_its_batch_says(void **state)
{
	struct company company = company_new();
	uint64_t batch = world_must(company.world, LILAS, BATCH);
	char *text = correction_text(batch, "2026-10"), *note;
	char *wrong_text = correction_text(batch, "2026-09"), *wrong;
	char *other_text = correction_text(batch - 1, "2026-10"), *other;

	(void)state;
	note = note_new(company.key, text);
	wrong = note_new(company.key, wrong_text);
	other = note_new(company.key, other_text);
	world_refuses(company.world, "manifest", LILAS, CORRECTION, batch, wrong);
	world_refuses(company.world, "manifest", LILAS, CORRECTION, batch, other);
	(void)world_must(company.world, LILAS, CORRECTION, batch, note);
	assert_int_equal(world_balance(company.world, "receivable/" LILAS), 237 + 237);
	free(text);
	free(wrong_text);
	free(other_text);
	free(note);
	free(wrong);
	free(other);
	company_free(&company);
}

static void test_a_batch_without_a_manifest_is_recorded_too(void **state)
{
	struct company company = company_new();

	(void)state;
	(void)world_must(company.world, LILAS, BATCH);
	company_free(&company);
}

static void test_each_line_that_differs_refuses_it_and_is_named(void **state)
{
	struct company company = company_new();

	(void)state;
	refuses(&company, "manifest@v1", "manifest@v2", "line 1 ");
	refuses(&company, "origin ledger", "origin autre", "line 2 ");
	refuses(&company, "000001016", "000004044", "line 3 ");
	refuses(&company, "PAYE-1", "PAYE-2",
		"line 4 of the manifest is 'ref PAYE-2'; "
		"the entry makes it 'ref PAYE-1'");
	refuses(&company, "10-30", "10-29", "line 5 ");
	refuses(&company, "period 2026-10", "period 2026-09", "line 6 ");
	refuses(&company, "salary", "till", "line 7 ");
	refuses(&company, "site -", "site atelier", "line 8 ");
	refuses(&company, "step 100", "step 500", "line 9 ");
	refuses(&company, "2026-09", "2026-08", "line 10 ");
	refuses(&company, "count 2", "count 3", "line 11 ");
	refuses(&company, "zero 1", "zero 0", "line 12 ");
	refuses(&company, "person 237", "person 236", "line 13 ");
	refuses(&company, "total general person 5\n", "", "line 14 ");
	refuses(&company, "corrects -", "corrects 3", "line 15 ");
	refuses(&company, "received 5f", "received 6f", "line 16 ");
	refuses(&company, "57e9\n", "57e9\nmore\n", "line 17 of the manifest is 'more'");
	refuses(&company, "237", "237\xc3\xa9", "line 13 ");
	company_free(&company);
}

static void test_another_key_than_the_one_in_force_signs_nothing(void **state)
{
	struct company company = company_new();
	char vkey[VKEY_TEXT_BYTES_MAX + 1];
	struct signing_key *next = key_new(LILAS, vkey);
	char *old_note = note_new(company.key, TEXT), *new_note = note_new(next, TEXT);

	(void)state;
	world_refuses(company.world, "manifest", LILAS, BATCH ",'manifest':'%s'",
		      new_note);
	(void)world_must(company.world, "operator",
			 "'kind':'key','member':'" LILAS "','vkey':'%s'", vkey);
	world_refuses(company.world, "manifest", LILAS, BATCH ",'manifest':'%s'",
		      old_note);
	(void)world_must(company.world, LILAS, BATCH ",'manifest':'%s'", new_note);
	free(old_note);
	free(new_note);
	signing_key_free(next);
	company_free(&company);
}

static void test_a_company_without_a_key_signs_nothing(void **state)
{
	struct world *world = world_new();
	char vkey[VKEY_TEXT_BYTES_MAX + 1];
	struct signing_key *key = key_new(LILAS, vkey);
	char *note = note_new(key, TEXT);
	struct member_view member;

	(void)state;
	world_refuses(world, "manifest", LILAS, BATCH ",'manifest':'%s'", note);
	assert_true(query_member(world->books, slice_of_text(LILAS), &member));
	assert_true(member_is_keyless(&member));
	(void)world_must(world, "operator",
			 "'kind':'key','member':'" LILAS "','vkey':'%s'", vkey);
	assert_true(query_member(world->books, slice_of_text(LILAS), &member));
	assert_false(member_is_keyless(&member));
	free(note);
	signing_key_free(key);
	world_free(world);
}

static void test_a_companys_key_has_its_name(void **state)
{
	struct world *world = world_new();
	char vkey[VKEY_TEXT_BYTES_MAX + 1];
	struct signing_key *key = key_new(LILAS, vkey);

	(void)state;
	world_refuses(world, "key", "operator",
		      "'kind':'key','member':'" BAKERY "','vkey':'%s'", vkey);
	signing_key_free(key);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_company_signs_what_its_entry_says),
		cmocka_unit_test(test_a_correction_is_signed_with_what_its_batch_says),
		cmocka_unit_test(test_a_batch_without_a_manifest_is_recorded_too),
		cmocka_unit_test(test_each_line_that_differs_refuses_it_and_is_named),
		cmocka_unit_test(test_another_key_than_the_one_in_force_signs_nothing),
		cmocka_unit_test(test_a_company_without_a_key_signs_nothing),
		cmocka_unit_test(test_a_companys_key_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
