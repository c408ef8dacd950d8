/*
 * test_open_data.c - grants to a person twice and to two associations' projects, as
 * everybody may read them: reports/open_data.c, reports/open_data_giving.c,
 * reports/open_data_report.c, reports/render_datapackage.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reports/open_data.h"
#include "reports/render.h"
#include "tests/report_rig.h"
#include "tests/stage.h"

#define SEEKER "job-seeker:00112233445566778899aabbccddeeff"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

enum grant { FIRST, SECOND, LAB, COOP, GRANTS };

static struct stage stage;
static struct source *source;
static uint64_t granted[GRANTS];
static struct fault fault;

static void later_day(char ret_text[DATE_TEXT_BYTES])
{
	struct date day;

	assert_int_equal(date_parse(temporary_today(), &day), ERR_OK);
	day.day += 20;
	date_format(day, ret_text);
}

static uint64_t grant_of(const char *what, int cents)
{
	char later[DATE_TEXT_BYTES];
	uint64_t proposal;

	later_day(later);
	proposal = stage_record(&stage, "operator",
				"'kind':'proposal','expires_on':'%s','fund':'emploi',"
				"'amount':%d,'payee':" DIGEST ",%s",
				later, cents, what);
	stage_grant(&stage, proposal);
	return proposal;
}

static uint64_t pay(uint64_t proposal, int cents)
{
	uint64_t payment = stage_record(&stage, "treasurer",
					"'kind':'payment','proposal':%" PRIu64
					",'amount':%d,'payee':" DIGEST,
					proposal, cents);

	(void)stage_record(&stage, "treasurer",
			   "'kind':'paid','date':'%s','payment':%" PRIu64,
			   temporary_today(), payment);
	return payment;
}

static void helped_record(const char *members)
{
	(void)stage_record(&stage, "operator",
			   "'kind':'beneficiary','attestation':{'digest':" DIGEST
			   ",'until':'2049-06-30'},%s",
			   members);
}

static void parties_record(void)
{
	(void)stage_record(&stage, "operator",
			   "'kind':'gift','date':'%s','payer':'" TEMPORARY_EMPLOYER
			   "','giver':'company','fund':'emploi','amount':90000",
			   temporary_today());
	(void)stage_record(&stage, "treasurer",
			   "'kind':'settlement','date':'%s','payer':'" TEMPORARY_EMPLOYER
			   "','amount':90000",
			   temporary_today());
	helped_record("'id':'" SEEKER "','nature':'job-seeker'");
	helped_record("'id':'bearer:lab','nature':'association','rna':'W930000001',"
		      "'name':'Lab'");
	helped_record("'id':'bearer:coop','nature':'association','siren':'000007070'");
	(void)stage_record(
		&stage, "operator",
		"'kind':'project','id':'velo','title':'Vélos \\\"pour tous\\\"',"
		"'bearer':'bearer:lab','from':'2026-01-01',"
		"'until':'2027-06-30','status':'open'");
	(void)stage_record(&stage, "operator",
			   "'kind':'project','id':'four','title':'Four solaire','bearer':"
			   "'bearer:coop','status':'open'");
}

static int start(void **state)
{
	uint64_t sent_back;

	(void)state;
	stage_init(&stage);
	stage_open(&stage);
	parties_record();
	granted[FIRST] = grant_of("'subject':'support','beneficiary':'" SEEKER
				  "','purpose':'mobilite'",
				  4001);
	granted[SECOND] = grant_of("'subject':'support','beneficiary':'" SEEKER
				   "','purpose':'mobilite'",
				   3000);
	granted[LAB] = grant_of("'subject':'grant','beneficiary':'bearer:lab','project':"
				"'velo','purpose':'mobilite'",
				5000);
	granted[COOP] =
		grant_of("'subject':'grant','beneficiary':'bearer:coop','project':'four',"
			 "'purpose':'demarrage'",
			 700);
	(void)pay(granted[FIRST], 4001);
	(void)pay(granted[LAB], 5000);
	(void)stage_record(
		&stage, "treasurer",
		"'kind':'restitution','date':'%s','amount':1200,'grant':%" PRIu64,
		temporary_today(), granted[LAB]);
	sent_back = pay(granted[SECOND], 3000);
	(void)stage_record(&stage, "treasurer",
			   "'kind':'returned','date':'%s','reason':'account-closed',"
			   "'payment':%" PRIu64,
			   temporary_today(), sent_back);
	stage_close(&stage);
	if (source_open(stage.dir, &source, &fault))
		fail_msg("%s", fault.text);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	source_close(source);
	stage_release(&stage);
	return 0;
}

static struct report_request asked(enum format format)
{
	return (struct report_request){ .lang = LANG_FR, .format = format };
}

static const char *written(const struct report_request *request, struct buffer *out)
{
	buffer_init(out, 1 << 20);
	if (open_data_write(source, request, out, &fault))
		fail_msg("%s", fault.text);
	buffer_put_byte(out, '\0');
	return (const char *)out->p;
}

/* The line of one grant, of those that begin with its id. */
static void line_of(const char *text, enum grant grant, char room[2048])
{
	char id[64];
	const char *begin, *end;

	(void)snprintf(id, sizeof id, "360G-ftc93-%" PRIu64 "\"", granted[grant]);
	begin = strstr(text, id);
	assert_non_null(begin);
	end = strchr(begin, '\n');
	assert_non_null(end);
	assert_true((size_t)(end - begin) < 2048);
	(void)snprintf(room, 2048, "%.*s", (int)(end - begin), begin);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in: %s", part, text);
}

static void test_each_grant_says_what_is_public_of_it(void **state)
{
	struct report_request request = asked(FORMAT_360GIVING);
	struct buffer out;
	const char *text;
	char line[2048], payments[64];

	(void)state;
	request.text[OPTION_PREFIX] = "ftc93";
	request.text[OPTION_URL] = "https://ftc93.example/aides.json";
	text = written(&request, &out);
	has(text, "\"version\":\"1.4\"");
	has(text, "\"downloadURL\":\"https://ftc93.example/aides.json\"");
	line_of(text, FIRST, line);
	has(line, "\"amountAwarded\":40.01,\"amountDisbursed\":40.01");
	has(line, "\"grantPurpose\":[\"GTIP140\"]");
	has(line, "\"value\":40.01");
	line_of(text, SECOND, line);
	has(line, "\"amountAwarded\":30.00,\"amountDisbursed\":0.00");
	has(line, "\"primaryGrantReason\":\"GTIR070\"");
	assert_null(strstr(line, "disbursementTransaction"));
	line_of(text, LAB, line);
	has(line, "\"title\":\"Vélos \\\"pour tous\\\"\"");
	has(line, "\"amountAwarded\":50.00,\"amountDisbursed\":38.00");
	has(line, "[{\"id\":\"360G-ftc93-rna-W930000001\",\"name\":\"Lab\"}]");
	has(line, "\"plannedDates\":[{\"startDate\":\"2026-01-01\",\"endDate\":\"2027-06-"
		  "30\"}]");
	line_of(text, COOP, line);
	has(line, "[{\"id\":\"FR-RCS-000007070\",\"name\":\"Organisme sans");
	(void)snprintf(payments, sizeof payments, "\"disbursementTransaction\"");
	assert_null(strstr(line, payments));
	buffer_release(&out);
}

/* Neither form lets two grants to one person be found together. */
static void test_no_person_is_named_or_linked(void **state)
{
	static const enum format formats[] = { FORMAT_360GIVING, FORMAT_360GIVING_CSV };
	char first[80], second[80];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct report_request request = asked(formats[i]);
		struct buffer out;
		const char *text;

		request.text[OPTION_PREFIX] = "ftc93";
		text = written(&request, &out);
		assert_null(strstr(text, "00112233445566778899aabbccddeeff"));
		(void)snprintf(first, sizeof first, "360G-ftc93-recipient-%" PRIu64,
			       granted[FIRST]);
		(void)snprintf(second, sizeof second, "360G-ftc93-recipient-%" PRIu64,
			       granted[SECOND]);
		has(text, first);
		has(text, second);
		buffer_release(&out);
	}
}

static void test_the_flat_form_has_the_standards_headings(void **state)
{
	struct report_request request = asked(FORMAT_360GIVING_CSV);
	struct buffer out;
	const char *text;

	(void)state;
	text = written(&request, &out);
	assert_memory_equal(text, "\"Identifier\",\"Title\",\"Description\",", 35);
	has(text, "\"Vélos \"\"pour tous\"\"\"");
	has(text, "\"40.01\",\"40.01\"");
	/* Without a prefix of its own the foundation's SIREN stands there. */
	has(text, "\"360G-0");
	buffer_release(&out);
}

static void test_the_aggregates_add_up(void **state)
{
	struct report_request request = asked(FORMAT_DATAPACKAGE);
	const struct table *table;
	struct document doc;
	struct buffer out;

	(void)state;
	buffer_init(&out, 1 << 20);
	if (open_data_report(source, &request, &doc, &fault))
		fail_msg("%s", fault.text);
	table = rig_table(&doc, "grants");
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "awarded"), 12701);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "disbursed"), 7801);
	table = rig_table(&doc, "programmes");
	assert_int_equal(table->rows, 2); /* all in one month, and the total */
	assert_int_equal(rig_cents(table, table->first_row, "awarded"), 12701);
	assert_int_equal(rig_number(table, table->first_row, "count"), GRANTS);
	assert_int_equal(render(&doc, FORMAT_DATAPACKAGE, &out, &fault), ERR_OK);
	buffer_put_byte(&out, '\0');
	has((const char *)out.p, "\"profile\":\"tabular-data-package\"");
	has((const char *)out.p, "{\"name\":\"awarded\",\"type\":\"number\"");
	has((const char *)out.p, "\"count\":4,\"awarded\":127.01,\"disbursed\":78.01}");
	assert_null(strstr((const char *)out.p, "Total"));
	buffer_release(&out);
	document_release(&doc);
}

static void refuses(const struct report_request *request, enum err err)
{
	struct buffer out;

	buffer_init(&out, 1 << 20);
	assert_int_equal(open_data_write(source, request, &out, &fault), err);
	buffer_release(&out);
}

static void test_what_cannot_be_published_is_refused(void **state)
{
	struct report_request request = asked(FORMAT_360GIVING);

	(void)state;
	request.period.has_to = true;
	assert_int_equal(date_parse("2001-01-01", &request.period.to), ERR_OK);
	refuses(&request, ERR_NOT_FOUND);
	request.period.has_to = false;
	request.text[OPTION_PREFIX] = "a/b";
	refuses(&request, ERR_USAGE);
	request.text[OPTION_PREFIX] = "";
	refuses(&request, ERR_USAGE);
	request.text[OPTION_PREFIX] = NULL;
	request.text[OPTION_URL] = "http://ftc93.example/";
	refuses(&request, ERR_USAGE);
	request.text[OPTION_URL] = "https://ftc93.example/\"";
	refuses(&request, ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_grant_says_what_is_public_of_it),
		cmocka_unit_test(test_no_person_is_named_or_linked),
		cmocka_unit_test(test_the_flat_form_has_the_standards_headings),
		cmocka_unit_test(test_the_aggregates_add_up),
		cmocka_unit_test(test_what_cannot_be_published_is_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
