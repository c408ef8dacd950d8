/*
 * test_entry.c - an entry's envelope, its typed members, and what makes a repetition.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "ledger/entry.h"

#define HASH_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HASH_B "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What a retry of the same batch may differ in: `at`, and what is computed or salted. */
#define BATCH(at, by, count, due_on, amount, received)                                   \
	"{\"at\":" at ",\"by\":\"" by                                                    \
	"\",\"company\":\"employer:000001016\",\"count\":" count                         \
	",\"date\":\"2026-09-28\",\"due_on\":\"" due_on                                  \
	"\",\"kind\":\"batch\",\"match\":[{\"amount\":" amount                           \
	",\"fund\":\"emploi\"}],\"period\":\"2026-09\",\"received\":\"" received         \
	"\",\"ref\":\"PAIE-1\",\"root\":\"" HASH_A                                       \
	"\",\"source\":\"salary\",\"step\":100,\"terms\":\"2026-09\",\"totals\":"        \
	"[{\"amount\":12,\"fund\":\"emploi\",\"giver\":\"person\"}],\"zero\":0}"
#define CHOSEN                                                                           \
	"{\"by\":\"company\",\"company\":\"employer:000001016\",\"count\":1,"            \
	"\"date\":\"2026-09-28\",\"kind\":\"batch\",\"period\":\"2026-09\","             \
	"\"ref\":\"PAIE-1\",\"root\":\"" HASH_A                                          \
	"\",\"source\":\"salary\",\"step\":100,\"terms\":\"2026-09\",\"totals\":"        \
	"[{\"amount\":12,\"fund\":\"emploi\",\"giver\":\"person\"}],\"zero\":0}"
#define PLAIN BATCH("1790000000", "company", "1", "2026-10-20", "-5", HASH_A)
#define MEMBER(at, date, more)                                                           \
	"{\"at\":" at ",\"by\":\"operator\",\"date\":\"" date                            \
	"\",\"id\":\"employer:000001016\",\"kind\":\"member\"," more                     \
	"\"ref\":\"M-1\",\"role\":\"employer\",\"status\":\"active\"}"

static struct json_doc *doc;

static int doc_make(void **state)
{
	(void)state;
	doc = json_doc_new();
	return doc ? 0 : -1;
}

static int doc_drop(void **state)
{
	(void)state;
	json_doc_free(doc);
	return 0;
}

static struct entry entry_at(const char *text)
{
	struct entry entry;
	struct fault fault;

	if (entry_parse(doc, slice_of_text(text), &entry, &fault) != ERR_OK)
		fail_msg("%s: %s", text, fault.text);
	return entry;
}

static struct hash content_of(const char *text)
{
	struct entry entry = entry_at(text);
	struct hash content;

	assert_int_equal(entry_content(&entry, &content, NULL), ERR_OK);
	return content;
}

static bool same_content(const char *a, const char *b)
{
	struct hash content_a = content_of(a), content_b = content_of(b);

	return hash_equal(&content_a, &content_b);
}

static struct date date_at(const char *text)
{
	struct date date;

	assert_int_equal(date_parse(text, &date), ERR_OK);
	return date;
}

static void the_envelope_and_the_members_are_read(void **state)
{
	struct entry entry = entry_at(PLAIN);
	struct hash root, expected;
	struct month month;
	const struct json *total;

	(void)state;
	assert_int_equal(entry.kind, KIND_batch);
	assert_true(text_is(entry.by, "company"));
	assert_true(text_is(entry.ref, "PAIE-1"));
	assert_int_equal(entry.at, 1790000000);
	assert_int_equal(date_cmp(entry.date, date_at("2026-09-28")), 0);
	assert_true(text_is(entry_text(&entry, "company"), "employer:000001016"));
	assert_true(text_is(entry_text(&entry, "source"), "salary"));
	assert_int_equal(entry_integer(&entry, "count"), 1);
	assert_int_equal(cents_value(entry_cents(&entry, "step")), 100);
	assert_int_equal(date_cmp(entry_date(&entry, "due_on"), date_at("2026-10-20")),
			 0);
	assert_int_equal(month_parse("2026-09", &month), ERR_OK);
	assert_int_equal(month_cmp(entry_month(&entry, "period"), month), 0);
	assert_int_equal(hex_decode(HASH_A, 64, expected.b, 32), ERR_OK);
	root = entry_hash(&entry, "root");
	assert_true(hash_equal(&root, &expected));
	total = entry_list(&entry, "totals")->first;
	assert_true(text_is(item_text(total, "giver"), "person"));
	assert_int_equal(cents_value(item_cents(total, "amount")), 12);
	assert_int_equal(item_integer(total, "amount"), 12);
	assert_true(item_has(total, "fund"));
	assert_false(item_has(total, "earmark"));
	assert_int_equal(item_text(total, "earmark").n, 0);
	assert_int_equal(entry_list(&entry, "match")->count, 1);
}

static void what_is_absent_reads_as_nothing(void **state)
{
	struct entry entry = entry_at(MEMBER("1790000000", "2026-09-21", ""));

	(void)state;
	assert_false(entry_has(&entry, "staff"));
	assert_true(entry_has(&entry, "role"));
	assert_true(entry_has(&entry, "at"));
	assert_int_equal(entry_integer(&entry, "staff"), 0);
	assert_int_equal(entry_text(&entry, "name").n, 0);
	assert_true(cents_is_zero(entry_cents(&entry, "match_cap_month")));
	assert_int_equal(entry_position(&entry, "proposal"), 0);
	entry = entry_at(MEMBER("1790000000", "2026-09-21", "\"proposal\":7,"));
	assert_int_equal(entry_position(&entry, "proposal"), 7);
}

static void a_retry_has_the_same_content(void **state)
{
	struct hash expected = hash_bytes(CHOSEN, sizeof CHOSEN - 1);
	struct hash content = content_of(PLAIN);

	(void)state;
	assert_true(hash_equal(&content, &expected));
	assert_true(same_content(
		PLAIN, BATCH("1790009999", "company", "1", "2026-11-20", "7", HASH_B)));
	assert_true(same_content(MEMBER("1", "1970-01-01", ""),
				 MEMBER("1790000000", "2026-09-21", "")));
}

static void another_choice_is_another_content(void **state)
{
	(void)state;
	assert_false(same_content(
		PLAIN, BATCH("1790000000", "company", "2", "2026-10-20", "-5", HASH_A)));
	assert_false(same_content(
		PLAIN, BATCH("1790000000", "operator", "1", "2026-10-20", "-5", HASH_A)));
	assert_false(same_content(MEMBER("1", "1970-01-01", ""),
				  MEMBER("1", "1970-01-01", "\"name\":\"N\",")));
}

static void the_content_leaves_the_entry_as_it_was(void **state)
{
	struct entry entry = entry_at(PLAIN);
	struct hash content;
	struct buffer out;

	(void)state;
	assert_int_equal(entry_content(&entry, &content, NULL), ERR_OK);
	buffer_init(&out, ENTRY_BYTES_MAX);
	assert_int_equal(json_write(entry.json, &out), ERR_OK);
	assert_string_equal(buffer_text(&out), PLAIN);
	buffer_release(&out);
}

static enum err parse_err(const char *text, size_t n)
{
	struct entry entry;
	struct fault fault;

	return entry_parse(doc, slice_of(text, n), &entry, &fault);
}

static void what_is_not_an_entry_is_refused(void **state)
{
	static char big[ENTRY_BYTES_MAX + 1];

	(void)state;
	assert_int_equal(parse_err("", 0), ERR_INVALID);
	assert_int_equal(parse_err("[]", 2), ERR_INVALID);
	assert_int_equal(parse_err(PLAIN " ", sizeof PLAIN), ERR_INVALID);
	assert_int_equal(parse_err(CHOSEN, sizeof CHOSEN - 1), ERR_INVALID);
	memset(big, ' ', sizeof big);
	assert_int_equal(parse_err(big, sizeof big), ERR_TOO_BIG);
	assert_int_equal(parse_err(big, sizeof big - 1), ERR_INVALID);
}

static void an_entry_that_was_built_reads_as_one_that_was_parsed(void **state)
{
	struct json *json = json_new(doc, JSON_OBJECT);
	struct entry entry;
	struct fault fault;

	(void)state;
	json_add_cstring(doc, json, "ref", "A");
	json_add_cstring(doc, json, "kind", "paid");
	json_add_integer(doc, json, "payment", 12);
	json_add_cstring(doc, json, "date", "2026-10-01");
	assert_int_equal(entry_of_json(json, &entry, &fault), ERR_INVALID);
	json_add_integer(doc, json, "at", 1790900000);
	json_add_cstring(doc, json, "by", "treasurer");
	assert_int_equal(json_doc_err(doc), ERR_OK);
	assert_int_equal(entry_of_json(json, &entry, &fault), ERR_OK);
	assert_int_equal(entry.kind, KIND_paid);
	assert_int_equal(entry_position(&entry, "payment"), 12);
}

/* Whether asking aborts, seen from a process of its own. */
static bool aborts(void (*ask)(const struct entry *entry), const struct entry *entry)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		ask(entry);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void ask_undeclared(const struct entry *entry)
{
	(void)entry_text(entry, "payer");
}

static void ask_as_another_type(const struct entry *entry)
{
	(void)entry_integer(entry, "step");
}

static void ask_item_as_another_type(const struct entry *entry)
{
	(void)item_text(entry_list(entry, "totals")->first, "amount");
}

static void asking_for_what_is_not_declared_is_our_mistake(void **state)
{
	struct entry entry = entry_at(PLAIN);

	(void)state;
	assert_true(aborts(ask_undeclared, &entry));
	assert_true(aborts(ask_as_another_type, &entry));
	assert_true(aborts(ask_item_as_another_type, &entry));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, doc_make, doc_drop)
	const struct CMUnitTest tests[] = {
		TEST(the_envelope_and_the_members_are_read),
		TEST(what_is_absent_reads_as_nothing),
		TEST(a_retry_has_the_same_content),
		TEST(another_choice_is_another_content),
		TEST(the_content_leaves_the_entry_as_it_was),
		TEST(what_is_not_an_entry_is_refused),
		TEST(an_entry_that_was_built_reads_as_one_that_was_parsed),
		TEST(asking_for_what_is_not_declared_is_our_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
