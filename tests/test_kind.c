/*
 * test_kind.c - the table of kinds, and what may pass as an entry of each:
 * ledger/kind.c, ledger/kind_check.c and ledger/kind_text.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/kind.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define HASH64          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
/* C2SP signed-note's own example. */
#define VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

#define ROOTED "\"root\":\"" HASH64 "\""
#define BATCH_REST                                                                       \
	",\"received\":\"" HASH64 "\",\"ref\":\"PAIE-1\"," ROOTED                        \
	",\"source\":\"salary\",\"step\":100,\"terms\":\"2026-09\",\"totals\":"          \
	"[{\"amount\":12,\"fund\":\"emploi\",\"giver\":\"person\"}],\"zero\":0}"
#define BATCH_HEAD                                                                       \
	"{\"company\":\"employer:000001016\",\"count\":1,\"date\":\"2026-09-28\","
#define BATCH_KIND "\"kind\":\"batch\","
#define BATCH      BATCH_HEAD BATCH_KIND "\"period\":\"2026-09\"" BATCH_REST
#define BATCH_WHOLE                                                                      \
	"{\"at\":1790000000,\"by\":\"employer:000001016\","                              \
	"\"company\":\"employer:000001016\",\"count\":1,\"date\":\"2026-09-28\","        \
	"\"due_on\":\"2026-10-20\",\"kind\":\"batch\",\"match\":"                        \
	"[{\"amount\":-12,\"fund\":\"emploi\"}],\"period\":\"2026-09\"" BATCH_REST
#define VOTE_REST     "\"kind\":\"proposal\",\"ref\":\"P-1\",\"subject\":\"structure\"}"
#define PROPOSAL(act) "{\"act\":" act ",\"expires_on\":\"2026-12-01\"," VOTE_REST

static enum err check(const char *text, enum kind_stage stage, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	enum kind kind = KIND__COUNT;
	struct json *value;
	enum err err;

	*fault = (struct fault){ 0 };
	if (json_parse(doc, slice_of_text(text), &value, fault) != ERR_OK)
		fail_msg("%s: %s", text, fault->text);
	err = kind_check(value, stage, &kind, fault);
	assert_true((err == ERR_OK) == (kind != KIND__COUNT));
	json_doc_free(doc);
	return err;
}

static void assert_draft(const char *text)
{
	struct fault fault;

	if (check(text, STAGE_DRAFT, &fault) != ERR_OK)
		fail_msg("%s: %s", text, fault.text);
}

static void assert_fault(const char *text, enum kind_stage stage, const char *expected)
{
	struct fault fault;

	assert_int_equal(check(text, stage, &fault), ERR_INVALID);
	if (strncmp(fault.text, expected, strlen(expected)) != 0)
		fail_msg("%s\nsays:     %s\nexpected: %s", text, fault.text, expected);
}

static void assert_refused(const char *text, const char *expected)
{
	assert_fault(text, STAGE_DRAFT, expected);
}

/* ---- the table ---- */

static void assert_ascending(const struct member *members, size_t count, const char *of)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(members[i - 1].name, members[i].name) >= 0)
			fail_msg("%s: %s stands too late", of, members[i].name);
		assert_true(members[i].doc[0] != '\0');
		assert_true(strlen(members[i].name) <= JSON_NAME_BYTES_MAX);
		assert_true((members[i].type == TYPE_CHOICE) ==
			    (members[i].choices != NULL));
		assert_true((members[i].type == TYPE_LIST ||
			     members[i].type == TYPE_OBJECT) ==
			    (members[i].shape != SHAPE_none));
	}
}

static void members_ascend_by_name_and_have_a_doc(void **state)
{
	(void)state;
	for (int i = 0; i < KIND__COUNT; i++) {
		const struct kind_def *def = kind_def((enum kind)i);
		size_t count;
		const struct member *envelope = kind_envelope(def->nature, &count);

		assert_true(def->doc[0] != '\0');
		assert_true(def->roles != 0);
		assert_true(def->member_count > 0);
		assert_ascending(def->members, def->member_count, def->name);
		assert_ascending(envelope, count, "envelope");
		assert_int_equal(count, 5);
		for (size_t k = 0; k < def->member_count; k++)
			for (size_t e = 0; e < count; e++)
				assert_string_not_equal(def->members[k].name,
							envelope[e].name);
	}
	for (int i = SHAPE_none + 1; i < SHAPE__COUNT; i++) {
		size_t count;
		const struct member *members = shape_members((enum shape)i, &count);

		assert_true(count > 0);
		assert_ascending(members, count, shape_name((enum shape)i));
	}
}

static void every_member_stands_with_the_kind_that_it_names(void **state)
{
	static const struct {
		enum kind kind;
		const char *name;
	} declared[] = {
#define KIND(id, nature, roles, path, doc)
#define MEMBER(kind, name, type, min, max, flags, arg, doc) { KIND_##kind, #name },
#define SHAPE(id, doc)
#define FIELD(shape, name, type, min, max, flags, arg, doc)
#include "ledger/kinds.def"
	};
	size_t at = 0;

	(void)state;
	for (int i = 0; i < KIND__COUNT; i++) {
		const struct kind_def *def = kind_def((enum kind)i);

		for (size_t k = 0; k < def->member_count; k++, at++) {
			assert_int_equal(declared[at].kind, i);
			assert_string_equal(declared[at].name, def->members[k].name);
			assert_ptr_equal(kind_member((enum kind)i,
						     slice_of_text(declared[at].name)),
					 &def->members[k]);
		}
	}
	assert_int_equal(at, COUNT_OF(declared));
}

static void every_field_stands_with_the_shape_that_it_names(void **state)
{
	static const struct {
		enum shape shape;
		const char *name;
	} declared[] = {
#define KIND(id, nature, roles, path, doc)
#define MEMBER(kind, name, type, min, max, flags, arg, doc)
#define SHAPE(id, doc)
#define FIELD(shape, name, type, min, max, flags, arg, doc) { SHAPE_##shape, #name },
#include "ledger/kinds.def"
	};
	size_t at = 0;

	(void)state;
	for (int i = SHAPE_none + 1; i < SHAPE__COUNT; i++) {
		size_t count;
		const struct member *members = shape_members((enum shape)i, &count);

		for (size_t k = 0; k < count; k++, at++) {
			assert_int_equal(declared[at].shape, i);
			assert_string_equal(declared[at].name, members[k].name);
		}
	}
	assert_int_equal(at, COUNT_OF(declared));
}

static void names_lead_to_their_kinds_and_roles_and_back(void **state)
{
	enum kind kind;
	enum role role;

	(void)state;
	for (int i = 0; i < KIND__COUNT; i++) {
		assert_true(
			kind_by_name(slice_of_text(kind_def((enum kind)i)->name), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(kind_by_name(slice_of_text("chart"), &kind));
	assert_false(kind_by_name(slice_of_text(""), &kind));
	for (int bit = ROLE_OPERATOR; bit <= ROLE_AUDITOR; bit <<= 1) {
		assert_true(
			role_by_name(slice_of_text(role_name((enum role)bit)), &role));
		assert_int_equal(role, bit);
	}
	assert_false(role_by_name(slice_of_text("admin"), &role));
	assert_null(kind_member(KIND_gift, slice_of_text("step")));
	assert_non_null(kind_member(KIND_gift, slice_of_text("at")));
}

static void every_remedy_fits_into_its_fault(void **state)
{
	char expect[MEMBER_EXPECT_BYTES];

	(void)state;
	for (int i = 0; i < KIND__COUNT; i++) {
		const struct kind_def *def = kind_def((enum kind)i);

		for (size_t k = 0; k < def->member_count; k++) {
			member_expect(&def->members[k], expect);
			assert_true(strlen(expect) > 0);
			assert_true(strlen(expect) < sizeof expect - 1);
		}
	}
	member_expect(kind_member(KIND_gift, slice_of_text("kind")), expect);
	assert_non_null(strstr(expect, "one of charter, member, "));
	assert_non_null(strstr(expect, ", reversal"));
	member_expect(kind_member(KIND_patronage, slice_of_text("form")), expect);
	assert_string_equal(expect, "one of cash, goods, premises, services, skills");
}

/* ---- drafts and whole entries ---- */

static void right_drafts_pass(void **state)
{
	(void)state;
	assert_draft(BATCH);
	assert_draft("{\"id\":\"p1\",\"kind\":\"project\",\"ref\":\"A.1_2-3\","
		     "\"status\":\"open\",\"title\":\"\xc3\x89t\xc3\xa9\"}");
	assert_draft("{\"kind\":\"ballot\",\"note\":\"hi\\n\\n\xe2\x80\x94 a "
		     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		     "AAAAAAAAAAAAAAAAAAAAAAAAAAA=\\n\",\"proposal\":3,\"ref\":\"B\","
		     "\"seat\":\"siege-1\",\"vote\":\"for\"}");
	assert_draft(PROPOSAL("{\"kind\":\"key\",\"member\":\"siege-1\",\"vkey\":\"" VKEY
			      "\"}"));
	assert_draft(PROPOSAL("{\"kind\":\"policy\",\"policy\":[{\"bp\":10000,"
			      "\"fund\":\"emploi\"}]}"));
	assert_draft(PROPOSAL("{\"id\":\"siege-6\",\"kind\":\"member\",\"role\":\"seat\","
			      "\"status\":\"active\"}"));
}

static void what_the_ledger_sets_is_refused_from_a_submitter(void **state)
{
	static const char act[] = ",\"id\":\"p1\",\"kind\":\"project\",\"ref\":\"A\","
				  "\"status\":\"open\",\"title\":\"T\"}";
	char text[400];

	(void)state;
	snprintf(text, sizeof text, "{\"date\":\"2026-09-01\"%s", act);
	assert_refused(text,
		       "member 'date' of a project: it is set by the ledger itself");
	snprintf(text, sizeof text, "{\"at\":1%s", act);
	assert_refused(text, "member 'at' of a project: it is set by the ledger itself");
	snprintf(text, sizeof text, "{\"by\":\"operator\"%s", act);
	assert_refused(text, "member 'by' of a project: it is set by the ledger itself");
	assert_refused(
		BATCH_HEAD "\"due_on\":\"2026-10-20\"," BATCH_KIND
			   "\"period\":\"2026-09\"" BATCH_REST,
		"member 'due_on' of a batch: it is set by the ledger itself: leave");
	assert_refused(
		"{\"amount\":1,\"kind\":\"allocation\",\"month\":\"2026-09\","
		"\"ref\":\"A\"}",
		"member 'amount' of an allocation: it is set by the ledger itself");
	assert_refused(PROPOSAL("{\"kind\":\"policy\",\"policy\":[{\"bp\":10000,"
				"\"fund\":\"emploi\"}],\"proposal\":3}"),
		       "member 'act.proposal' of a proposal: it is set by the ledger");
}

static void a_whole_entry_has_everything(void **state)
{
	struct fault fault;

	(void)state;
	if (check(BATCH_WHOLE, STAGE_WHOLE, &fault) != ERR_OK)
		fail_msg("%s", fault.text);
	assert_fault(
		BATCH, STAGE_WHOLE,
		"member 'at' of a batch: it is missing: give a whole number from 0 to");
	assert_fault("{\"at\":1,\"by\":\"operator\",\"date\":\"2026-10-01\","
		     "\"kind\":\"allocation\",\"month\":\"2026-09\",\"ref\":\"A\"}",
		     STAGE_WHOLE, "member 'amount' of an allocation: it is missing");
	assert_fault("{\"at\":1,\"by\":\"operator\",\"id\":\"p1\",\"kind\":\"project\","
		     "\"ref\":\"A\",\"status\":\"open\",\"title\":\"T\"}",
		     STAGE_WHOLE,
		     "member 'date' of a project: it is missing: give a day as");
}

static void what_is_missing_or_unknown_is_named(void **state)
{
	(void)state;
	assert_refused("[]", "an entry must be an object");
	assert_refused("{}",
		       "member 'kind' of the entry: it is missing: give one of charter");
	assert_refused("{\"kind\":1}",
		       "member 'kind' of the entry: it is a number: give");
	assert_refused(
		"{\"kind\":\"gifts\"}",
		"member 'kind' of the entry: it has another value: give one of ch");
	assert_refused("{\"kind\":\"gift\"}", "member 'date' of a gift: it is missing");
	assert_refused(
		"{\"date\":\"2026-09-28\",\"kind\":\"gift\"}",
		"member 'ref' of a gift: it is missing: give 1 to 32 bytes of A-Z");
	assert_refused(
		"{\"date\":\"2026-09-28\",\"kind\":\"gift\",\"ref\":\"A\"}",
		"member 'amount' of a gift: it is missing: give an amount in whole "
		"cents, a number from 1 to 100000000000");
	assert_refused(BATCH_HEAD "\"email\":\"a@b\"," BATCH_KIND
				  "\"period\":\"2026-09\"" BATCH_REST,
		       "member 'email' of a batch: it is not known here: leave it out");
	assert_refused(BATCH_HEAD "\"jean dupont\":1," BATCH_KIND
				  "\"period\":\"2026-09\"" BATCH_REST,
		       "member '?' of a batch: it is not known here: leave it out");
}

static void nested_members_are_named_by_their_path(void **state)
{
	(void)state;
#define TOTALS(totals)                                                                   \
	"{\"company\":\"c\",\"count\":1,\"date\":\"2026-09-28\",\"kind\":\"batch\","     \
	"\"period\":\"2026-09\",\"received\":\"" HASH64 "\",\"ref\":\"A\"," ROOTED       \
	",\"source\":\"till\",\"step\":100,\"terms\":\"t\",\"totals\":" totals           \
	",\"zero\":0}"
#define TOTAL(amount) "{\"amount\":" amount ",\"fund\":\"f\",\"giver\":\"person\"}"
	assert_draft(TOTALS("[]"));
	assert_refused(TOTALS("[" TOTAL("1") "," TOTAL("2") "," TOTAL("0") "]"),
		       "member 'totals[2].amount' of a batch: it is 0: give an amount in "
		       "whole cents, a number from 1 to 9007199254740991");
	assert_refused(
		TOTALS("[" TOTAL("\"1\"") "]"),
		"member 'totals[0].amount' of a batch: it is a text: give an amount");
	assert_refused(TOTALS("[1]"),
		       "member 'totals[0]' of a batch: it is a number: give");
	assert_refused(TOTALS("[{\"amount\":1,\"fund\":\"f\"}]"),
		       "member 'totals[0].giver' of a batch: it is missing: give one of "
		       "company, person, seller");
	assert_refused(TOTALS("[{\"amount\":1,\"fund\":\"f\",\"name\":\"x\"}]"),
		       "member 'totals[0].name' of a batch: it is not known here");
	assert_refused(TOTALS("{}"),
		       "member 'totals' of a batch: it is an object: give a "
		       "list of 0 to 192 total objects");
}

static void acts_inside_a_proposal_are_checked_as_their_kind(void **state)
{
	(void)state;
	assert_refused(PROPOSAL("1"), "member 'act' of a proposal: it is a number");
	assert_refused(
		PROPOSAL("{}"),
		"member 'act.kind' of a proposal: it is missing: give "
		"one of account, amendment, close, delegation, key, member, policy");
	assert_refused(PROPOSAL("{\"kind\":\"gift\"}"),
		       "member 'act.kind' of a proposal: it has another value");
	assert_refused(PROPOSAL("{\"kind\":\"key\",\"member\":\"a\"}"),
		       "member 'act.vkey' of a proposal: it is missing");
	assert_refused(PROPOSAL("{\"kind\":\"key\",\"member\":\"a\",\"ref\":\"A\"}"),
		       "member 'act.ref' of a proposal: it is not known here");
	assert_refused(PROPOSAL("{\"kind\":\"policy\",\"policy\":[{\"bp\":0,"
				"\"fund\":\"emploi\"}]}"),
		       "member 'act.policy[0].bp' of a proposal: it is 0: give");
}

/* ---- each type ---- */

/* Checks a value in the place of a member of a batch, gift or beneficiary. */
static void refuse_in(const char *format, const char *value, const char *expected)
{
	char text[2000];

	snprintf(text, sizeof text, format, value);
	assert_refused(text, expected);
}

static void single_texts_have_one_form(void **state)
{
	static const char gift[] = "{\"amount\":1,\"date\":%s,\"fund\":\"f\",\"giver\":"
				   "\"person\",\"kind\":\"gift\",\"payer\":\"p\","
				   "\"ref\":\"A\"}";
	static const char fund[] = "{\"amount\":1,\"date\":\"2026-09-28\",\"fund\":%s,"
				   "\"giver\":\"person\",\"kind\":\"gift\","
				   "\"payer\":\"p\",\"ref\":\"A\"}";
	static const char period[] = BATCH_HEAD BATCH_KIND "\"period\":%s" BATCH_REST;
	static const char body[] = "{\"id\":\"b\",\"kind\":\"beneficiary\","
				   "\"nature\":\"association\",\"ref\":\"A\",%s}";
	static const char key[] = "{\"kind\":\"key\",\"member\":\"m\",\"ref\":\"A\","
				  "\"vkey\":%s}";

	(void)state;
	refuse_in(gift, "\"2026-02-29\"", "member 'date' of a gift: it is no day of the");
	refuse_in(gift, "\"2026-2-28\"", "member 'date' of a gift: it is no day of the");
	refuse_in(gift, "\"\"", "member 'date' of a gift: it is empty: give a day as");
	refuse_in(gift, "20260928", "member 'date' of a gift: it is a number");
	refuse_in(gift, "[]", "member 'date' of a gift: it is a list");
	refuse_in(fund, "\"Emploi\"",
		  "member 'fund' of a gift: it has another form: give 1 "
		  "to 32 bytes of a-z");
	refuse_in(fund, "\"a234567890123456789012345678901234\"",
		  "member 'fund' of a gift");
	refuse_in(period, "\"2026-13\"", "member 'period' of a batch: it is no month");
	refuse_in(period, "\"2026-1\"", "member 'period' of a batch: it is no month");
	refuse_in(
		body, "\"siren\":\"000001017\"",
		"member 'siren' of a beneficiary: it is not a number whose check digit");
	refuse_in(body, "\"rna\":\"w123456789\"",
		  "member 'rna' of a beneficiary: it has");
	refuse_in(body, "\"rna\":\"W12345678x\"",
		  "member 'rna' of a beneficiary: it has");
	refuse_in(
		key,
		"\"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\"",
		"member 'vkey' of a key: it is no line of a name, the key and their");
	refuse_in(key, "\"x\"", "member 'vkey' of a key: it is no line of a name");
}

static void hashes_notes_and_steps_have_one_form(void **state)
{
	(void)state;
	assert_refused(
		"{\"amount\":1,\"kind\":\"payment\",\"payee\":\"0123456789ABCDEF"
		"0123456789abcdef0123456789abcdef0123456789abcdef\","
		"\"proposal\":1,\"ref\":\"A\"}",
		"member 'payee' of a payment: it has another form: give 64 lower-case");
	assert_refused(
		"{\"kind\":\"ballot\",\"note\":\"hi\",\"proposal\":3,\"ref\":\"B\","
		"\"seat\":\"s\",\"vote\":\"for\"}",
		"member 'note' of a ballot: it has another form: give a signed note of "
		"1 to 8192 bytes");
	assert_refused(
		"{\"kind\":\"decision\",\"proposal\":-1,\"ref\":\"B\"}",
		"member 'proposal' of a decision: it is -1: give the position of an");
}

/* The charter holds the types that no other kind has. */
#define CHARTER(year_end, ceilings, natures, steps)                                      \
	"{\"address\":\"a\",\"default_fund\":\"f\",\"due_day\":20,"                      \
	"\"eligible_natures\":" natures ",\"fiscal_year_end\":" year_end                 \
	",\"funds\":[{\"class\":\"courant\",\"id\":\"f\",\"label\":\"F\"}],"             \
	"\"kind\":\"charter\",\"legal_form\":\"fonds-de-dotation\",\"log\":\"" VKEY      \
	"\",\"name\":\"n\",\"object\":\"o\",\"operator\":\"operator\",\"origin\":\"x\"," \
	"\"policy\":[{\"bp\":10000,\"fund\":\"f\"}],\"purposes\":[\"p\"],"               \
	"\"quorum\":{\"monthly_ceiling\":" ceilings                                      \
	",\"present\":1,\"steps\":[{\"votes\":1}]},\"receipts_by\":\"collected_on\","    \
	"\"ref\":\"CHARTER\",\"row_cap\":5000,\"seats\":[{\"name\":\"s\","               \
	"\"vkey\":\"" VKEY "\"}],\"siren\":\"000009316\",\"steps\":" steps               \
	",\"terms\":\"t\",\"territory\":\"93\",\"treasurer\":\"t\"}"

static void a_charters_own_types_have_one_form(void **state)
{
	(void)state;
	assert_draft(CHARTER("\"12-31\"", "{\"f\":0}", "[\"a\",\"b\"]", "[100,500]"));
	assert_refused(
		CHARTER("\"02-29\"", "{}", "[\"a\"]", "[1]"),
		"member 'fiscal_year_end' of a charter: it is no day of every year");
	assert_refused(CHARTER("\"12-32\"", "{}", "[\"a\"]", "[1]"),
		       "member 'fiscal_year_end' of a charter: it is no day");
	assert_refused(
		CHARTER("\"12-31\"", "{\"F\":1}", "[\"a\"]", "[1]"),
		"member 'quorum.monthly_ceiling' of a charter: it has a name that is "
		"no fund identifier");
	assert_refused(CHARTER("\"12-31\"", "{\"f\":-1}", "[\"a\"]", "[1]"),
		       "member 'quorum.monthly_ceiling.f' of a charter: it is -1: give");
	assert_refused(CHARTER("\"12-31\"", "[]", "[\"a\"]", "[1]"),
		       "member 'quorum.monthly_ceiling' of a charter: it is a list");
	assert_refused(
		CHARTER("\"12-31\"", "{}", "[\"a\",\"b\",\"a\"]", "[1]"),
		"member 'eligible_natures[2]' of a charter: it stands there twice");
	assert_refused(CHARTER("\"12-31\"", "{}", "[\"a\",1]", "[1]"),
		       "member 'eligible_natures[1]' of a charter: it is a number");
	assert_refused(
		CHARTER("\"12-31\"", "{}", "[]", "[1]"),
		"member 'eligible_natures' of a charter: it has 0 items: give a list of "
		"1 to 16 different identifiers");
	assert_refused(
		CHARTER("\"12-31\"", "{}", "[\"a\"]", "[100,100]"),
		"member 'steps[1]' of a charter: it is not greater than the one before");
	assert_refused(CHARTER("\"12-31\"", "{}", "[\"a\"]", "[0]"),
		       "member 'steps[0]' of a charter: it is 0");
}

static void labels_cannot_leave_their_line(void **state)
{
	static const char *const refused[] = {
		"a\nb",         "a\tb",         "a\x7f", "\xc2\x85", "a\xe2\x80\xa8",
		"\xe2\x80\xae", "\xe2\x81\xa6", "\xff",  "",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		assert_false(text_is_label(slice_of_text(refused[i]), 1, 200));
	assert_true(text_is_label(
		slice_of_text("Soci\xc3\xa9t\xc3\xa9 \xc2\xab L'\xc5\x92il \xc2\xbb"), 1,
		200));
	assert_true(text_is_label(slice_of_text("1234"), 1, 4));
	assert_false(text_is_label(slice_of_text("12345"), 1, 4));
	assert_true(text_is_label(slice_of_text(""), 0, 4));
}

static void identifiers_and_references_have_their_letters(void **state)
{
	(void)state;
	assert_true(text_is_id(slice_of_text("employer:000001016"), 64));
	assert_true(text_is_id(slice_of_text("a._:-"), 5));
	assert_true(text_is_id(slice_of_text("0"), 1));
	assert_false(text_is_id(slice_of_text("a._:-"), 4));
	assert_false(text_is_id(slice_of_text(""), 64));
	assert_false(text_is_id(slice_of_text("-a"), 64));
	assert_false(text_is_id(slice_of_text("aB"), 64));
	assert_false(text_is_id(slice_of_text("a b"), 64));
	assert_false(text_is_id(slice_of("a\0b", 3), 64));
	assert_true(text_is_ref(slice_of_text("PAIE-2026.09_1")));
	assert_true(text_is_ref(slice_of_text("12345678901234567890123456789012")));
	assert_false(text_is_ref(slice_of_text("123456789012345678901234567890123")));
	assert_false(text_is_ref(slice_of_text("")));
	assert_false(text_is_ref(slice_of_text("a")));
	assert_false(text_is_ref(slice_of_text("A B")));
}

static void a_siren_has_the_right_check_digit(void **state)
{
	static const char *const right[] = { "000001016", "000009316", "000002022",
					     "732829320", "356000000" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(right); i++) {
		char wrong[10];

		assert_true(text_is_siren(slice_of_text(right[i])));
		for (size_t k = 0; k < 9; k++) {
			snprintf(wrong, sizeof wrong, "%s", right[i]);
			wrong[k] = (char)('0' + (wrong[k] - '0' + 1) % 10);
			assert_false(text_is_siren(slice_of_text(wrong)));
		}
	}
	assert_false(text_is_siren(slice_of_text("00000101")));
	assert_false(text_is_siren(slice_of_text("0000010160")));
	assert_false(text_is_siren(slice_of_text("00000101a")));
	assert_false(text_is_siren(slice_of_text("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_ascend_by_name_and_have_a_doc),
		cmocka_unit_test(every_member_stands_with_the_kind_that_it_names),
		cmocka_unit_test(every_field_stands_with_the_shape_that_it_names),
		cmocka_unit_test(names_lead_to_their_kinds_and_roles_and_back),
		cmocka_unit_test(every_remedy_fits_into_its_fault),
		cmocka_unit_test(right_drafts_pass),
		cmocka_unit_test(what_the_ledger_sets_is_refused_from_a_submitter),
		cmocka_unit_test(a_whole_entry_has_everything),
		cmocka_unit_test(what_is_missing_or_unknown_is_named),
		cmocka_unit_test(nested_members_are_named_by_their_path),
		cmocka_unit_test(acts_inside_a_proposal_are_checked_as_their_kind),
		cmocka_unit_test(single_texts_have_one_form),
		cmocka_unit_test(hashes_notes_and_steps_have_one_form),
		cmocka_unit_test(a_charters_own_types_have_one_form),
		cmocka_unit_test(labels_cannot_leave_their_line),
		cmocka_unit_test(identifiers_and_references_have_their_letters),
		cmocka_unit_test(a_siren_has_the_right_check_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
