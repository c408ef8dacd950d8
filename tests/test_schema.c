/*
 * test_schema.c - the schema is JSON, says what kinds.def says, and takes real drafts:
 * ledger/schema.c and ledger/schema_markdown.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/schema.h"
#include "tests/schema_judge.h"

static struct buffer text_of(enum err (*write)(struct buffer *out))
{
	struct buffer out;

	buffer_init(&out, SCHEMA_BYTES_MAX);
	assert_int_equal(write(&out), ERR_OK);
	return out;
}

static struct buffer schema_of(enum kind kind)
{
	struct buffer out;

	buffer_init(&out, SCHEMA_BYTES_MAX);
	assert_int_equal(schema_write(kind, &out), ERR_OK);
	return out;
}

static void assert_judged(enum kind kind, const char *draft, bool expected)
{
	struct buffer schema = schema_of(kind);

	if (schema_accepts(buffer_text(&schema), draft) != expected)
		fail_msg("%s", draft);
	buffer_release(&schema);
}

static void every_schema_has_every_member_that_is_sent(void **state)
{
	(void)state;
	for (int i = 0; i < KIND__COUNT; i++) {
		const struct kind_def *def = kind_def((enum kind)i);
		struct buffer schema = schema_of((enum kind)i);

		for (size_t k = 0; k < def->member_count; k++) {
			const struct member *member = &def->members[k];
			bool is_sent = !(member->flags & MEMBER_COMPUTED);
			bool is_required = is_sent && !(member->flags & MEMBER_OPTIONAL);

			assert_int_equal(schema_has(buffer_text(&schema), member->name),
					 is_sent);
			assert_int_equal(
				schema_requires(buffer_text(&schema), member->name),
				is_required);
		}
		assert_true(schema_requires(buffer_text(&schema), "kind"));
		assert_true(schema_requires(buffer_text(&schema), "ref"));
		assert_int_equal(schema_requires(buffer_text(&schema), "date"),
				 def->nature == NATURE_FACT);
		assert_false(schema_has(buffer_text(&schema), "at"));
		assert_false(schema_has(buffer_text(&schema), "by"));
		buffer_release(&schema);
	}
}

#define GIFT(amount, more)                                                               \
	"{\"amount\":" amount ",\"date\":\"2026-09-28\",\"fund\":\"emploi\","            \
	"\"giver\":\"person\",\"kind\":\"gift\",\"payer\":\"p\",\"ref\":\"A\"" more "}"
#define PROPOSAL(act)                                                                    \
	"{\"act\":" act ",\"expires_on\":\"2026-12-01\",\"kind\":\"proposal\","          \
	"\"ref\":\"P\",\"subject\":\"structure\"}"
#define POLICY(more)                                                                     \
	"{\"kind\":\"policy\",\"policy\":[{\"bp\":10000,\"fund\":\"emploi\"}]" more "}"

static void drafts_that_the_ledger_takes_are_taken_by_the_schema(void **state)
{
	(void)state;
	assert_judged(KIND_gift, GIFT("1", ""), true);
	assert_judged(KIND_gift, GIFT("1", ",\"earmark\":\"projets\""), true);
	assert_judged(KIND_proposal, PROPOSAL(POLICY("")), true);
	assert_judged(KIND_proposal,
		      PROPOSAL("{\"kind\":\"key\",\"member\":\"a\",\"vkey\":\"x\"}"),
		      true);
	assert_judged(KIND_decision,
		      "{\"kind\":\"decision\",\"proposal\":3,\"ref\":\"D\"}", true);
}

static void drafts_that_the_ledger_refuses_are_refused_by_the_schema(void **state)
{
	(void)state;
	assert_judged(KIND_gift, "[]", false);
	assert_judged(KIND_gift, GIFT("0", ""), false);
	assert_judged(KIND_gift, GIFT("100000000001", ""), false);
	assert_judged(KIND_gift, GIFT("\"1\"", ""), false);
	assert_judged(KIND_gift, GIFT("1", ",\"at\":1"), false);
	assert_judged(KIND_gift, GIFT("1", ",\"email\":\"a\""), false);
	assert_judged(KIND_gift, "{\"kind\":\"gift\",\"ref\":\"A\"}", false);
	assert_judged(KIND_settlement, GIFT("1", ""), false);
	assert_judged(KIND_proposal, PROPOSAL(POLICY(",\"proposal\":1")), false);
	assert_judged(KIND_proposal, PROPOSAL("{\"kind\":\"gift\"}"), false);
	assert_judged(KIND_decision,
		      "{\"for\":1,\"kind\":\"decision\",\"proposal\":3,\"ref\":\"D\"}",
		      false);
}

/* Counts lines that begin so. */
static size_t lines_of(const char *text, const char *start)
{
	size_t count = strncmp(text, start, strlen(start)) == 0;

	for (const char *at = strchr(text, '\n'); at; at = strchr(at + 1, '\n'))
		count += strncmp(at + 1, start, strlen(start)) == 0;
	return count;
}

static void the_table_has_a_line_for_each_kind(void **state)
{
	struct buffer table = text_of(kinds_table_markdown);
	const char *text = buffer_text(&table);

	(void)state;
	assert_int_equal(lines_of(text, "| `"), KIND__COUNT);
	assert_non_null(strstr(text,
			       "| `gift` | fact | operator, treasurer, employer, "
			       "provider | `POST /v1/gifts` | `arrondi-ledger record` | "
			       "A gift that a payer has collected and owes |\n"));
	assert_non_null(strstr(text, "| `charter` | act | operator | none | "
				     "`arrondi-ledger init` |"));
	assert_non_null(strstr(
		text, "| `batch` | fact | employer, collector | `POST /v1/batches` | "
		      "`arrondi-post` |"));
	buffer_release(&table);
}

static void the_reference_has_each_kind_shape_and_member(void **state)
{
	struct buffer reference = text_of(kinds_reference_markdown);
	const char *text = buffer_text(&reference);
	size_t members = 2 * 5, count;

	(void)state;
	for (int i = 0; i < KIND__COUNT; i++)
		members += kind_def((enum kind)i)->member_count;
	for (int i = SHAPE_none + 1; i < SHAPE__COUNT; i++) {
		(void)shape_members((enum shape)i, &count);
		members += count;
	}
	assert_int_equal(lines_of(text, "### `"), KIND__COUNT);
	assert_int_equal(lines_of(text, "### Nested: `"), SHAPE__COUNT - 1);
	assert_int_equal(lines_of(text, "| `"), members);
	assert_non_null(strstr(text,
			       "| `amount` | required | an amount in whole cents, a "
			       "number from 1 to 100000000000 | Amount, gross |\n"));
	assert_non_null(strstr(text, "| `received` | required, salted | 64 lower-case "));
	assert_non_null(strstr(text, "| `due_on` | set by the ledger | a day as "));
	buffer_release(&reference);
}

/* Every line of a table has as many bars as its heading. */
static void assert_columns(const char *text)
{
	size_t bars_of_table = 0;

	while (*text) {
		size_t n = strcspn(text, "\n"), bars = 0;

		for (size_t i = 0; i < n; i++)
			bars += text[i] == '|';
		if (bars > 0 && bars_of_table > 0)
			assert_int_equal(bars, bars_of_table);
		bars_of_table = bars;
		text += n + (text[n] == '\n');
	}
}

static void no_text_breaks_its_table(void **state)
{
	struct buffer table = text_of(kinds_table_markdown);
	struct buffer reference = text_of(kinds_reference_markdown);

	(void)state;
	assert_columns(buffer_text(&table));
	assert_columns(buffer_text(&reference));
	buffer_release(&table);
	buffer_release(&reference);
}

static void a_full_buffer_is_told(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(schema_write(KIND_gift, &out), ERR_TOO_BIG);
	assert_int_equal(kinds_table_markdown(&out), ERR_TOO_BIG);
	assert_int_equal(kinds_reference_markdown(&out), ERR_TOO_BIG);
	buffer_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_schema_has_every_member_that_is_sent),
		cmocka_unit_test(drafts_that_the_ledger_takes_are_taken_by_the_schema),
		cmocka_unit_test(
			drafts_that_the_ledger_refuses_are_refused_by_the_schema),
		cmocka_unit_test(the_table_has_a_line_for_each_kind),
		cmocka_unit_test(the_reference_has_each_kind_shape_and_member),
		cmocka_unit_test(no_text_breaks_its_table),
		cmocka_unit_test(a_full_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
