/*
 * test_pain.c - payment files, and the letters they are written in (gateway/pain.c,
 * gateway/sepa_text.c). Where ISO's schema and xmllint are at hand, they judge them, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/pain.h"
#include "keys/file.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT_MAX     ((size_t)8 << 20)

#define OURS   "FR7630006000011234567890189"
#define PAYEE  "FR1420041010050500013M02606"
#define SECOND "BE68539007547034"

/* ---- letters ---- */

static void folded(const char *text, size_t max, const char *expected)
{
	char out[SEPA_TEXT_CHARS_MAX + 1];

	sepa_fold(slice_of_text(text), out, max);
	assert_string_equal(out, expected);
	assert_true(*out == '\0' || sepa_text_valid(out, max));
	/* what is folded stays */
	sepa_fold(slice_of_text(expected), out, max);
	assert_string_equal(out, expected);
}

static void french_names_stay_readable(void **state)
{
	(void)state;
	folded("Ateliers d’Œuvre & Cie", 70, "Ateliers d'OEuvre + Cie");
	folded("ÉLÉONORE FRANÇOIS-LEFÈVRE", 70, "ELEONORE FRANCOIS-LEFEVRE");
	folded("cœur, naïveté, Ÿ, à côté", 70, "coeur, naivete, Y, a cote");
	folded("E\xCC\x81"
	       "cole",
	       70, "Ecole"); /* an accent of its own */
	folded("Nguyễn Đức Ấn", 70, "Nguyen Duc An");
	folded("Straße Łódź Þór Æsir", 70, "Strasse Lodz THor AEsir");
	folded("« Le Fournil »", 70, "Le Fournil");
	folded("A\tB\n\nC  D", 70, "A B C D");
	folded("  [n° 12] {x} a_b @ c; d! 5 €", 70, "(no 12) (x) a-b . c, d. 5 EUR");
	folded("<script>", 70, ".script.");
	folded("日本", 70, "");
	folded("", 70, "");
}

static void a_text_is_cut_at_its_limit(void **state)
{
	char text[201] = { 0 }, out[SEPA_TEXT_CHARS_MAX + 1];

	(void)state;
	memset(text, 'a', 200);
	sepa_fold(slice_of_text(text), out, 70);
	assert_int_equal(strlen(out), 70);
	folded("abc def", 4, "abc");
	folded("abœ", 3, "abo");
}

static void identifiers_have_their_own_rules(void **state)
{
	static const char *const GOOD[] = { "P-1", "a", "A/B", "P 1",
					    "12345678901234567890123456789012345" };
	static const char *const BAD[] = {
		"",     "/A",       "A/",
		"A//B", " A",       "A ",
		"A_B",  "\xC3\x89", "123456789012345678901234567890123456"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(GOOD); i++)
		assert_true(sepa_id_valid(GOOD[i]));
	for (size_t i = 0; i < COUNT(BAD); i++)
		assert_false(sepa_id_valid(BAD[i]));
}

/* ---- files ---- */

static const struct pain_payment payments[] = {
	{ "P-40",
	  { "Mme Élodie Œuvrard", PAYEE, NULL },
	  { 12000 },
	  "Aide à la mobilité n° 40" },
	{ "P-41", { "Vélo & Co", SECOND, "BNAGBEBB" }, { 1 }, NULL },
};

static struct pain_order order_of(const struct pain_payment *list, size_t count)
{
	return (struct pain_order){
		.id = "ARRONDI-77",
		.created_s = 1795773600, /* 2026-11-27T10:00:00Z */
		.execute_on = { 20785 }, /* 2026-11-28 */
		.debtor = { "Fondation Arrondi", OURS, "AGRIFRPP" },
		.payments = list,
		.count = count,
	};
}

static void a_file_is_written_as_the_bank_reads_it(void **state)
{
	static const char EXPECTED[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\n"
		"  <CstmrCdtTrfInitn>\n"
		"    "
		"<GrpHdr><MsgId>ARRONDI-77</MsgId><CreDtTm>2026-11-27T10:00:00Z</CreDtTm>"
		"<NbOfTxs>2</NbOfTxs><CtrlSum>120.01</CtrlSum><InitgPty><Nm>Fondation "
		"Arrondi"
		"</Nm></InitgPty></GrpHdr>\n"
		"    <PmtInf><PmtInfId>ARRONDI-77</PmtInfId><PmtMtd>TRF</PmtMtd>"
		"<BtchBookg>false</BtchBookg><NbOfTxs>2</NbOfTxs><CtrlSum>120.01</"
		"CtrlSum>"
		"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></"
		"PmtTpInf><ReqdExctnDt><Dt>2026-11-28"
		"</Dt></ReqdExctnDt><Dbtr><Nm>Fondation "
		"Arrondi</Nm></Dbtr><DbtrAcct><Id><IBAN>" OURS
		"</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>AGRIFRPP</BICFI>"
		"</FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>\n"
		"      <CdtTrfTxInf><PmtId><EndToEndId>P-40</EndToEndId></PmtId><Amt>"
		"<InstdAmt Ccy=\"EUR\">120.00</InstdAmt></Amt><Cdtr><Nm>Mme Elodie "
		"OEuvrard</Nm>"
		"</Cdtr><CdtrAcct><Id><IBAN>" PAYEE
		"</IBAN></Id></CdtrAcct><RmtInf><Ustrd>"
		"Aide a la mobilite no 40</Ustrd></RmtInf></CdtTrfTxInf>\n"
		"      <CdtTrfTxInf><PmtId><EndToEndId>P-41</EndToEndId></PmtId><Amt>"
		"<InstdAmt "
		"Ccy=\"EUR\">0.01</InstdAmt></Amt><CdtrAgt><FinInstnId><BICFI>BNAGBEBB"
		"</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>Velo + "
		"Co</Nm></Cdtr><CdtrAcct><Id>"
		"<IBAN>" SECOND "</IBAN></Id></CdtrAcct></CdtTrfTxInf>\n"
		"    </PmtInf>\n"
		"  </CstmrCdtTrfInitn>\n"
		"</Document>\n";
	struct pain_order order = order_of(payments, 2);
	struct buffer out;
	struct fault fault;

	(void)state;
	buffer_init(&out, TEXT_MAX);
	assert_int_equal(pain_write(&order, &out, &fault), ERR_OK);
	assert_string_equal(buffer_text(&out), EXPECTED);
	buffer_release(&out);
}

static void refused(const struct pain_order *order, enum err err, const char *said)
{
	struct fault fault = { 0 };
	struct buffer out;

	buffer_init(&out, TEXT_MAX);
	buffer_put_text(&out, "before");
	assert_int_equal(pain_write(order, &out, &fault), err);
	assert_string_equal(fault.text, said);
	assert_string_equal(buffer_text(&out), "before");
	buffer_release(&out);
}

static void refused_payment(struct pain_payment payment, const char *said)
{
	struct pain_payment list[] = { payments[0], payment };
	struct pain_order order = order_of(list, 2);

	refused(&order, ERR_INVALID, said);
}

static void what_no_bank_takes_is_refused(void **state)
{
	struct pain_payment payment = payments[1];

	(void)state;
	payment.amount = cents_of(0);
	refused_payment(payment,
			"payment 'P-41': a payment is of 0.01 to 999999999.99 euros");
	payment.amount = cents_of(-5);
	refused_payment(payment,
			"payment 'P-41': a payment is of 0.01 to 999999999.99 euros");
	payment.amount = cents_of(100000000000);
	refused_payment(payment,
			"payment 'P-41': a payment is of 0.01 to 999999999.99 euros");
	payment = payments[1];
	payment.payee.name = "日本";
	refused_payment(payment,
			"payment 'P-41': the name has no letter that SEPA carries: "
			"write it in Latin letters");
	payment.payee.name = "\xC3";
	refused_payment(payment, "payment 'P-41': the name is not UTF-8");
	payment = payments[1];
	payment.text = "\xFF";
	refused_payment(payment, "payment 'P-41': the text is not UTF-8");
	payment = payments[1];
	payment.payee.iban = "BE68539007547035";
	refused_payment(payment,
			"payment 'P-41': the IBAN's check digits are wrong: one of "
			"its characters is mistyped");
	payment.payee.iban = "BR1800360305000010009795493C1";
	refused_payment(payment, "payment 'P-41': the account is outside SEPA");
	payment = payments[1];
	payment.payee.bic = "BNAG";
	refused_payment(payment, "payment 'P-41': the bank's BIC is none");
	payment = payments[1];
	payment.end_to_end = "P-40";
	refused_payment(payment, "payment 'P-40' stands twice");
	payment.end_to_end = "P//41";
	refused_payment(payment, "payment 2 has no identifier that SEPA carries");
}

static void an_order_has_payments_an_account_and_a_name(void **state)
{
	struct pain_order order = order_of(payments, 0);

	(void)state;
	refused(&order, ERR_INVALID, "an order has 1 to 10000 payments");
	order = order_of(payments, PAIN_PAYMENTS_MAX + 1);
	refused(&order, ERR_TOO_BIG, "an order has 1 to 10000 payments");
	order = order_of(payments, 2);
	order.id = "/77";
	refused(&order, ERR_INVALID, "the order has no identifier that SEPA carries");
	order = order_of(payments, 2);
	order.debtor.iban = "FR76";
	refused(&order, ERR_INVALID,
		"our own account: an IBAN is a country's two letters, two check digits "
		"and "
		"11 to 30 letters and digits");
	order = order_of(payments, 2);
	order.created_s = -1;
	refused(&order, ERR_INVALID, "the order was made at no time");
}

static void the_largest_order_adds_up(void **state)
{
	struct pain_payment *list = calloc(PAIN_PAYMENTS_MAX, sizeof *list);
	char(*ids)[16] = calloc(PAIN_PAYMENTS_MAX, sizeof *ids);
	struct pain_order order = order_of(list, PAIN_PAYMENTS_MAX);
	struct buffer out;

	(void)state;
	assert_non_null(list);
	assert_non_null(ids);
	for (size_t i = 0; i < PAIN_PAYMENTS_MAX; i++) {
		snprintf(ids[i], sizeof ids[i], "P-%zu", i);
		list[i] = payments[0];
		list[i].end_to_end = ids[i];
		list[i].amount = cents_of(99999999999);
	}
	buffer_init(&out, TEXT_MAX);
	assert_int_equal(pain_write(&order, &out, NULL), ERR_OK);
	assert_non_null(strstr(buffer_text(&out), "<NbOfTxs>10000</NbOfTxs>"
						  "<CtrlSum>9999999999900.00</CtrlSum>"));
	buffer_release(&out);
	/* a buffer that is too small holds what it held */
	buffer_init(&out, 4000);
	assert_int_equal(pain_write(&order, &out, NULL), ERR_TOO_BIG);
	assert_int_equal(out.n, 0);
	buffer_release(&out);
	free(ids);
	free(list);
}

#define SCHEMA "../shared/schemas/pain.001.001.09.xsd"

/* Texts at their limits and with every letter, one payment and many. */
static void the_schema_takes_what_is_written(void **state)
{
	static char name[141], text[300], every[512];
	struct pain_payment list[] = {
		payments[0],
		payments[1],
		{ "12345678901234567890123456789012345",
		  { name, SECOND, NULL },
		  { 1 },
		  text },
		{ "A", { "<b>&'\"</b>]]>", PAYEE, NULL }, { 99999999999 }, every },
		{ "B", { "Nguyễn", PAYEE, NULL }, { 7 }, "日本" },
	};
	struct pain_order order = order_of(list, COUNT(list));
	char path[] = "/tmp/arrondi-pain-XXXXXX", command[200];
	struct buffer out;
	int fd;

	(void)state;
	if (access(SCHEMA, R_OK) != 0 || system("command -v xmllint >/dev/null") != 0) {
		print_message("skipped: xmllint or " SCHEMA " is not there\n");
		return;
	}
	memset(name, 'N', sizeof name - 1);
	memset(text, 't', sizeof text - 1);
	for (size_t i = 0; i < 95; i++)
		every[i] = (char)(0x20 + i);
	order.debtor.bic = NULL;
	buffer_init(&out, TEXT_MAX);
	assert_int_equal(pain_write(&order, &out, NULL), ERR_OK);
	fd = mkstemp(path);
	assert_true(fd >= 0 && close(fd) == 0);
	assert_int_equal(file_write(path, buffer_slice(&out), 0600, NULL), ERR_OK);
	snprintf(command, sizeof command, "xmllint --noout --schema " SCHEMA " %s 2>&1",
		 path);
	assert_int_equal(system(command), 0);
	assert_int_equal(unlink(path), 0);
	buffer_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(french_names_stay_readable),
		cmocka_unit_test(a_text_is_cut_at_its_limit),
		cmocka_unit_test(identifiers_have_their_own_rules),
		cmocka_unit_test(a_file_is_written_as_the_bank_reads_it),
		cmocka_unit_test(what_no_bank_takes_is_refused),
		cmocka_unit_test(an_order_has_payments_an_account_and_a_name),
		cmocka_unit_test(the_largest_order_adds_up),
		cmocka_unit_test(the_schema_takes_what_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
