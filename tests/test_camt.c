/*
 * test_camt.c - what statements of ISO 20022 mean (gateway/camt.c,
 * gateway/camt_entry.c, gateway/camt_statement.c). How they are read is in
 * test_bank_file.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/bank_file.h"
#include "tests/bank_paper.h"

/* ---- what is taken ---- */

static void a_statement_is_read_whole(void **state)
{
	struct paper *paper = *state;
	const struct bank_statement *statement;
	const struct bank_line *line;

	taken(paper, XML OPEN8
	      "<GrpHdr><MsgId>M-1</MsgId></GrpHdr><Stmt><Id>2026-11</Id>"
	      "<ElctrncSeqNb>0011</ElctrncSeqNb><LglSeqNb>7</LglSeqNb>"
	      "<FrToDt><FrDtTm>2026-11-01T00:00:00+01:00</FrDtTm>"
	      "<ToDtTm>2026-11-30T23:59:59+01:00</ToDtTm></FrToDt>" ACCT(OURS) BAL(
		      "OPBD", "100.00", "CRDT", "2026-11-01")
		      BAL("CLBD", "108.85", "CRDT",
			  "2026-11-30") "<Ntry><NtryRef>N-1</NtryRef><Amt "
					"Ccy='EUR'>8.85</Amt><CdtDbtInd>CRDT"
					"</CdtDbtInd><Sts><Cd>BOOK</Cd></"
					"Sts><BookgDt><DtTm>2026-11-05T13:15:00+01:00"
					"</DtTm></BookgDt><ValDt><Dt>2026-11-06</Dt></"
					"ValDt>"
					"<AcctSvcrRef>BANK-1</"
					"AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly>"
					"<Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></"
					"Fmly></Domn></BkTxCd>"
					"<NtryDtls><TxDtls><Refs><EndToEndId>E2E-1</"
					"EndToEndId></Refs>"
					"<Amt "
					"Ccy='EUR'>8.85</Amt><CdtDbtInd>CRDT</"
					"CdtDbtInd><RltdPties><Dbtr><Pty>"
					"<Nm>A person whom nobody "
					"keeps</Nm></Pty></"
					"Dbtr><DbtrAcct><Id><IBAN>" PAYER
					"</IBAN></Id></DbtrAcct><CdtrAcct><Id><IBAN>" OURS
					"</IBAN></Id></CdtrAcct></"
					"RltdPties><RmtInf><Ustrd>Arrondis RF67 B000 "
					"0001 2"
					"</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></"
					"Stmt>" CLOSE);
	assert_string_equal(paper->file.format, "camt.053.001.08");
	assert_int_equal(paper->file.statement_count, 1);
	statement = &paper->file.statements[0];
	assert_string_equal(statement->iban, OURS);
	assert_string_equal(statement->id, "2026-11");
	assert_int_equal(statement->sequence, 11);
	assert_true(statement->balanced && !statement->opening_derived);
	assert_int_equal(cents_value(statement->opening), 10000);
	assert_int_equal(cents_value(statement->closing), 10885);
	day_is(statement->from, "2026-11-01");
	day_is(statement->until, "2026-11-30");
	assert_int_equal(statement->entries, 1);
	assert_int_equal(statement->pending, 0);
	assert_int_equal(statement->line_count, 1);
	line = &paper->file.lines[0];
	assert_int_equal(cents_value(line->amount), 885);
	day_is(line->booked_on, "2026-11-05");
	assert_int_equal(line->entry, 1);
	assert_int_equal(line->detail, 0);
	assert_int_equal(line->details, 1);
	assert_false(line->reversal);
	assert_string_equal(line->end_to_end, "E2E-1");
	assert_string_equal(line->bank_reference, "BANK-1");
	assert_string_equal(line->iban, PAYER);
	assert_string_equal(line->family, "RCDT");
	assert_string_equal(line->sub_family, "ESCT");
	assert_string_equal(line->text, "Arrondis RF67 B000 0001 2");
	assert_int_equal(line->reference_count, 1);
	assert_int_equal(line->references[0], 12);
}

/* Bare status, no Pty, amounts of details below AmtDtls. */
static void the_older_version_is_read_too(void **state)
{
	struct paper *paper = *state;
	const struct bank_line *line;

	taken(paper,
	      XML OPEN2 STMT(OPENING("50") CLOSING(
		      "20") "<Ntry><NtryRef>N-1</NtryRef><Amt "
			    "Ccy='EUR'>30</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
			    "<Sts>BOOK</Sts><BookgDt><Dt>2026-11-05</Dt></"
			    "BookgDt><NtryDtls><Btch>"
			    "<PmtInfId>ORDER-7</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"
			    "<TxDtls><Refs><EndToEndId>A-1</EndToEndId></"
			    "Refs><AmtDtls><TxAmt>"
			    "<Amt "
			    "Ccy='EUR'>10.00</Amt></TxAmt></"
			    "AmtDtls><RltdPties><DbtrAcct><Id><IBAN>" OURS
			    "</IBAN></Id></DbtrAcct><CdtrAcct><Id><IBAN>" PAYER
			    "</IBAN></Id></CdtrAcct></RltdPties></TxDtls>"
			    "<TxDtls><Refs><EndToEndId>A-2</EndToEndId></"
			    "Refs><AmtDtls><InstdAmt>"
			    "<Amt Ccy='EUR'>20.00</Amt></InstdAmt></AmtDtls></TxDtls>"
			    "</NtryDtls></Ntry>") CLOSE);
	assert_string_equal(paper->file.format, "camt.053.001.02");
	assert_int_equal(paper->file.line_count, 2);
	line = paper->file.lines;
	assert_int_equal(cents_value(line[0].amount), -1000);
	assert_string_equal(line[0].end_to_end, "A-1");
	assert_string_equal(line[0].iban, PAYER);
	assert_string_equal(line[0].payment_info, "ORDER-7");
	assert_string_equal(line[0].bank_reference, "N-1");
	assert_int_equal(line[0].detail, 1);
	assert_int_equal(line[0].details, 2);
	assert_int_equal(cents_value(line[1].amount), -2000);
	assert_string_equal(line[1].end_to_end, "A-2");
	assert_string_equal(line[1].iban, "");
	assert_int_equal(line[1].detail, 2);
}

/* No balances, so nothing to add up. */
static void a_notification_is_read_too(void **state)
{
	struct paper *paper = *state;

	taken(paper, XML
	      "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'>"
	      "<BkToCstmrDbtCdtNtfctn><Ntfctn><Id>N</Id>" ACCT(OURS) ENTRY(
		      "12.00", "CRDT", "2026-11-05",
		      "<RvslInd>true</RvslInd>" DETAIL(
			      "<Refs><EndToEndId>P-40</EndToEndId>"
			      "</Refs><RltdPties><DbtrAcct><Id><IBAN>" OURS
			      "</IBAN></Id></DbtrAcct>"
			      "<CdtrAcct><Id><IBAN>" PAYER
			      "</IBAN></Id></CdtrAcct></RltdPties>"
			      "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")) "</Ntfctn></"
									    "BkToCstmrDbt"
									    "CdtNtfctn></"
									    "Document>");
	assert_string_equal(paper->file.format, "camt.054.001.08");
	assert_false(paper->file.statements[0].balanced);
	assert_int_equal(paper->file.line_count, 1);
	assert_true(paper->file.lines[0].reversal);
	assert_string_equal(paper->file.lines[0].reason, "AC04");
	/* of what came back the payer is ourselves */
	assert_string_equal(paper->file.lines[0].iban, PAYER);
	day_is(paper->file.statements[0].from, "2026-11-05");
	day_is(paper->file.statements[0].until, "2026-11-05");
}

static void debts_are_negative_and_pending_is_counted(void **state)
{
	struct paper *paper = *state;

	taken(paper,
	      WHOLE(BAL("OPBD", "10.00", "DBIT", "2026-11-01") BAL("CLBD", "5.50", "DBIT",
								   "2026-11-30")
			    BAL("CLAV", "99.00", "CRDT",
				"2026-11-30") "<Bal><Tp><CdOrPrtry><Prtry>OWN</Prtry></"
					      "CdOrPrtry></Tp><Amt Ccy='JPY'>7"
					      "</Amt></Bal>" ENTRY(
						      "2.00", "DBIT", "2026-11-02",
						      "") "<Ntry><Amt "
							  "Ccy='EUR'>50.00</"
							  "Amt><CdtDbtInd>CRDT</"
							  "CdtDbtInd>"
							  "<Sts><Cd>PDNG</Cd></"
							  "Sts>" DETAIL(
								  "") "</Ntry>"
								      "<Ntry><Amt "
								      "Ccy='EUR'>1.00</"
								      "Amt><CdtDbtInd>"
								      "DBIT</CdtDbtInd>"
								      "<Sts><Cd>INFO</"
								      "Cd></Sts></"
								      "Ntry>" ENTRY(
									      "0.00",
									      "CRDT",
									      "2026-11-"
									      "02",
									      "")
									      ENTRY("6."
										    "50",
										    "CRD"
										    "T",
										    "2026"
										    "-11-"
										    "03",
										    "")));
	assert_int_equal(cents_value(paper->file.statements[0].opening), -1000);
	assert_int_equal(cents_value(paper->file.statements[0].closing), -550);
	assert_int_equal(paper->file.statements[0].entries, 3);
	assert_int_equal(paper->file.statements[0].pending, 2);
	assert_int_equal(paper->file.statements[0].zero, 1);
	assert_int_equal(paper->file.line_count, 2);
	assert_int_equal(cents_value(paper->file.lines[0].amount), -200);
	assert_int_equal(cents_value(paper->file.lines[1].amount), 650);
	/* as the file counts them */
	assert_int_equal(paper->file.lines[1].entry, 5);
}

static void other_balances_stand_in(void **state)
{
	struct paper *paper = *state;

	taken(paper, WHOLE(BAL("PRCD", "1", "CRDT", "2026-10-31") CLOSING("1")));
	assert_int_equal(cents_value(paper->file.statements[0].opening), 100);
	day_is(paper->file.statements[0].from, "2026-11-30");
	taken(paper, WHOLE(BAL("ITBD", "1", "CRDT", "2026-11-10")
				   BAL("ITBD", "3", "CRDT", "2026-11-20")
					   ENTRY("2", "CRDT", "2026-11-15", "")));
	assert_int_equal(cents_value(paper->file.statements[0].closing), 300);
	taken(paper, WHOLE(OPENING("1") BAL("ITBD", "3", "CRDT", "2026-11-20")
				   ENTRY("2", "CRDT", "2026-11-15", "")));
	taken(paper, WHOLE(BAL("ITBD", "1", "CRDT", "2026-11-10") CLOSING("3")
				   ENTRY("2", "CRDT", "2026-11-15", "")));
	refused(paper, WHOLE(BAL("ITBD", "1", "CRDT", "2026-11-10")), ERR_INVALID,
		"line 2: statement 1: it has no closing balance (CLBD)");
	refused(paper, WHOLE(CLOSING("1")), ERR_INVALID,
		"line 2: statement 1: it has no opening balance (OPBD or PRCD)");
	refused(paper, WHOLE(OPENING("1")), ERR_INVALID,
		"line 2: statement 1: it has no closing balance (CLBD)");
	refused(paper, WHOLE(OPENING("1") OPENING("1")), ERR_INVALID,
		"line 2: balance OPBD: it stands twice");
}

/* ---- entries of many ---- */

#define PART(amount, id)                                                                 \
	"<TxDtls><Refs><EndToEndId>" id "</EndToEndId></Refs><Amt Ccy='EUR'>" amount     \
	"</Amt></TxDtls>"

static void an_entry_is_split_where_its_details_add_up(void **state)
{
	struct paper *paper = *state;

	taken(paper, ONE("60.00", "<NtryDtls>" PART("10.00", "A")
					  PART("20.00", "B") "</NtryDtls><NtryDtls>" PART(
						  "30.00", "C") "</NtryDtls>"));
	assert_int_equal(paper->file.line_count, 3);
	assert_string_equal(paper->file.lines[2].end_to_end, "C");
	assert_int_equal(paper->file.lines[2].detail, 3);
	assert_int_equal(cents_value(paper->file.lines[2].amount), 3000);
	/* one of them goes the other way */
	taken(paper, ONE("60.00",
			 "<NtryDtls>" PART(
				 "70.00",
				 "A") "<TxDtls><Amt Ccy='EUR'>10.00</Amt><CdtDbtInd>DBIT"
				      "</CdtDbtInd></TxDtls></NtryDtls>"));
	assert_int_equal(paper->file.line_count, 2);
	assert_int_equal(cents_value(paper->file.lines[1].amount), -1000);
}

static void an_entry_is_whole_where_they_do_not(void **state)
{
	static const char *const PAPERS[] = {
		/* charges were taken */
		ONE("59.00", "<NtryDtls>" PART("10.00", "RF67B00000012")
				     PART("50.00", "RF03B00000000") "</NtryDtls>"),
		/* no amount, another currency, a fraction */
		ONE("59.00",
		    "<NtryDtls>" PART("59.00",
				      "RF67B00000012") "<TxDtls><Refs><EndToEndId>"
						       "RF03B00000000</EndToEndId></Refs>"
						       "</TxDtls></NtryDtls>"),
		ONE("59.00",
		    "<NtryDtls>" PART(
			    "9.00",
			    "RF67B00000012") "<TxDtls><Refs><EndToEndId>RF03B00000000</"
					     "EndToEndId></Refs>"
					     "<Amt "
					     "Ccy='SEK'>50</Amt></TxDtls></NtryDtls>"),
		ONE("59.00", "<NtryDtls>" PART("58.995", "RF67B00000012")
				     PART("0.005", "RF03B00000000") "</NtryDtls>"),
	};
	struct paper *paper = *state;

	for (size_t i = 0; i < COUNT(PAPERS); i++) {
		const struct bank_line *line;

		taken(paper, PAPERS[i]);
		assert_int_equal(paper->file.line_count, 1);
		line = paper->file.lines;
		assert_int_equal(cents_value(line->amount), 5900);
		assert_int_equal(line->detail, 0);
		assert_int_equal(line->details, 2);
		/* what only one of them is, the whole is not */
		assert_string_equal(line->end_to_end, "");
		assert_int_equal(line->reference_count, 2);
		assert_int_equal(line->references[0], 12);
		assert_int_equal(line->references[1], 0);
	}
}

/* The amount of the only detail may be in another currency, or before charges. */
static void an_only_detail_is_the_entry_s(void **state)
{
	struct paper *paper = *state;

	taken(paper, ONE("8.85", DETAIL("<Refs><EndToEndId>X</EndToEndId></Refs>"
					"<Amt Ccy='SEK'>0</Amt>")));
	assert_int_equal(paper->file.line_count, 1);
	assert_int_equal(cents_value(paper->file.lines[0].amount), 885);
	assert_string_equal(paper->file.lines[0].end_to_end, "X");
	taken(paper,
	      ONE("8.85", DETAIL("<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>")));
	assert_string_equal(paper->file.lines[0].end_to_end, "");
}

/* ---- references ---- */

static void references_are_found_wherever_a_payer_writes_them(void **state)
{
	static const char *const PAPERS[] = {
		ONE("1", DETAIL("<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd>"
				"</CdOrPrtry></Tp><Ref>RF67B00000012</Ref></CdtrRefInf>"
				"</Strd></RmtInf>")),
		ONE("1", DETAIL("<RmtInf><Ustrd>don rf67 b000 0001 2</Ustrd></RmtInf>")),
		/* cut by the bank */
		ONE("1",
		    DETAIL("<RmtInf><Ustrd>Virement RF67B00</Ustrd><Ustrd>000012 merci"
			   "</Ustrd></RmtInf>")),
		ONE("1", DETAIL("<RmtInf><Strd><AddtlRmtInf>RF67B00000012</AddtlRmtInf>"
				"</Strd></RmtInf>")),
		ONE("1", DETAIL("<Refs><EndToEndId>RF67B00000012</EndToEndId></Refs>")),
		ONE("1", DETAIL("<AddtlTxInf>/RFB/RF67B00000012</AddtlTxInf>")),
		ONE("1", "<AddtlNtryInf>VIR RF67B00000012</AddtlNtryInf>"),
	};
	struct paper *paper = *state;

	for (size_t i = 0; i < COUNT(PAPERS); i++) {
		taken(paper, PAPERS[i]);
		assert_int_equal(paper->file.lines[0].reference_count, 1);
		assert_int_equal(paper->file.lines[0].references[0], 12);
	}
	taken(paper, ONE("1", DETAIL("<RmtInf><Ustrd>RF67B00000012</Ustrd><Ustrd>"
				     "RF03B00000000</Ustrd></RmtInf>")));
	assert_int_equal(paper->file.lines[0].reference_count, 2);
	taken(paper,
	      ONE("1", DETAIL("<RmtInf><Ustrd>RF68B00000012</Ustrd><Strd>"
			      "<CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf>"
			      "</Strd></RmtInf>")));
	assert_int_equal(paper->file.lines[0].reference_count, 0);
}

static void what_is_not_ascii_is_kept_out(void **state)
{
	struct paper *paper = *state;

	taken(paper,
	      ONE("1", DETAIL("<Refs><EndToEndId>\xC3\x89"
			      "1</EndToEndId></Refs>"
			      "<RltdPties><DbtrAcct><Id><IBAN>" OTHER "1"
			      "</IBAN></Id></DbtrAcct></RltdPties>"
			      "<RmtInf><Ustrd>Soci\xC3\xA9t\xC3\xA9</Ustrd></RmtInf>")));
	assert_string_equal(paper->file.lines[0].end_to_end, "");
	assert_string_equal(paper->file.lines[0].iban, "");
	assert_string_equal(paper->file.lines[0].text, "Soci  t  ");
}

/* ---- several ---- */

#define SECOND_STMT(id, opening, closing)                                                \
	"<Stmt><Id>" id "</Id>" ACCT(OURS) BAL("OPBD", opening, "CRDT", "2026-12-01")    \
		BAL("CLBD", closing, "CRDT", "2026-12-31") "</Stmt>"

static void statements_of_one_account_follow_each_other(void **state)
{
	struct paper *paper = *state;

	taken(paper,
	      XML OPEN8 STMT(OPENING("0") CLOSING("5") ENTRY(
		      "5", "CRDT", "2026-11-05", "")) "<Stmt><Id>B</Id>" ACCT(SECOND)
		      OPENING("7") CLOSING("7") "</Stmt>" SECOND_STMT("C", "5", "5")
			      CLOSE);
	assert_int_equal(paper->file.statement_count, 3);
	assert_int_equal(paper->file.statements[0].line_count, 1);
	assert_int_equal(paper->file.statements[1].line_count, 0);
	assert_string_equal(paper->file.statements[1].iban, SECOND);
	refused(paper,
		XML OPEN8 STMT(OPENING("0") CLOSING("5") ENTRY(
			"5", "CRDT", "2026-11-05", "")) SECOND_STMT("C", "6", "6") CLOSE,
		ERR_INVALID,
		"line 2: statement 2: it opens with 6.00, but statement 1 of the same "
		"account closed with 5.00: one is missing between");
}

static void lines_are_in_the_order_of_their_days(void **state)
{
	struct paper *paper = *state;

	taken(paper, WHOLE(OPENING("0") CLOSING("15") ENTRY("1", "CRDT", "2026-11-09", "")
				   ENTRY("2", "CRDT", "2026-10-31", "")
					   ENTRY("4", "CRDT", "2026-11-09", "")
						   ENTRY("8", "CRDT", "2026-12-01", "")));
	assert_int_equal(paper->file.line_count, 4);
	assert_int_equal(cents_value(paper->file.lines[0].amount), 200);
	assert_int_equal(cents_value(paper->file.lines[1].amount), 100);
	assert_int_equal(cents_value(paper->file.lines[2].amount), 400);
	assert_int_equal(cents_value(paper->file.lines[3].amount), 800);
	/* no line is outside */
	day_is(paper->file.statements[0].from, "2026-10-31");
	day_is(paper->file.statements[0].until, "2026-12-01");
}

/* ---- what is refused ---- */

static void what_does_not_add_up_is_refused(void **state)
{
	struct paper *paper = *state;

	refused(paper,
		WHOLE(OPENING("10") CLOSING("15") ENTRY("4", "CRDT", "2026-11-05", "")),
		ERR_INVALID,
		"line 2: statement 1: it opens with 10.00 and its booked entries come to "
		"4.00, which is not the 15.00 that it closes with");
	/* what is pending is not booked */
	refused(paper,
		WHOLE(OPENING("10") CLOSING(
			"14") "<Ntry><Amt Ccy='EUR'>4</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
			      "<Sts><Cd>PDNG</Cd></Sts></Ntry>"),
		ERR_INVALID,
		"line 2: statement 1: it opens with 10.00 and its booked entries come to "
		"0.00, which is not the 14.00 that it closes with");
}

static void somebody_else_s_account_is_refused(void **state)
{
	struct paper *paper = *state;

	refused(paper,
		XML OPEN8 "<Stmt>" ACCT(OTHER) OPENING("1") CLOSING("1") "</Stmt>" CLOSE,
		ERR_DENIED,
		"line 2: it is of account DE89 **** **** **** ***0 00, which is not one "
		"of "
		"ours");
	refused(paper,
		XML OPEN8 "<Stmt>" ACCT(OURS "0") OPENING("1")
			CLOSING("1") "</Stmt>" CLOSE,
		ERR_INVALID,
		"line 2: its account: the IBAN has 28 characters: one of FR has 27");
	refused(paper,
		XML OPEN8
		"<Stmt><Acct><Id><Othr><Id>12345</Id></Othr></Id></Acct>" OPENING("1")
			CLOSING("1") "</Stmt>" CLOSE,
		ERR_INVALID,
		"line 2: its account: an IBAN is a country's two letters, two check "
		"digits "
		"and 11 to 30 letters and digits");
	refused(paper, XML OPEN8 "<Stmt>" OPENING("1") CLOSING("1") "</Stmt>" CLOSE,
		ERR_INVALID, "line 2: statement 1: it names no account by its IBAN");
	/* an IBAN where others write a number of their own */
	taken(paper, XML OPEN8 "<Stmt><Acct><Id><Othr><Id>" OURS
			       "</Id></Othr></Id></Acct>" OPENING("1")
				       CLOSING("1") "</Stmt>" CLOSE);
}

static void other_money_than_whole_cents_of_euros_is_refused(void **state)
{
	struct paper *paper = *state;

	refused(paper,
		WHOLE(OPENING("0")
			      CLOSING("1") "<Ntry><Amt Ccy='SEK'>1</Amt>"
					   "<CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</"
					   "Cd></Sts></Ntry>"),
		ERR_INVALID, "line 2: entry 1: the amount is in SEK instead of EUR");
	refused(paper,
		WHOLE(OPENING("0")
			      CLOSING("1") "<Ntry><Amt>1</Amt>"
					   "<CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</"
					   "Cd></Sts></Ntry>"),
		ERR_INVALID, "line 2: entry 1: the amount has no currency");
	refused(paper,
		WHOLE("<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp>"
		      "<Amt Ccy='CHF'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>"
		      "2026-11-01</Dt></Dt></Bal>"),
		ERR_INVALID, "line 2: balance CLBD: the amount is in CHF instead of EUR");
	refused(paper,
		XML OPEN8 "<Stmt><Acct><Id><IBAN>" OURS
			  "</IBAN></Id><Ccy>USD</Ccy></Acct>"
			  "</Stmt>" CLOSE,
		ERR_INVALID, "line 2: its account is in another currency than EUR");
	refused(paper, ONE("1.005", ""), ERR_INVALID,
		"line 2: balance CLBD: the amount has a fraction of a cent");
	refused(paper,
		WHOLE(OPENING("0") CLOSING("1")
			      ENTRY("0.99999", "CRDT", "2026-11-05", "")),
		ERR_INVALID, "line 2: entry 1: the amount has a fraction of a cent");
	refused(paper,
		WHOLE(OPENING("0") CLOSING("1") ENTRY("-1", "CRDT", "2026-11-05", "")),
		ERR_INVALID, "line 2: entry 1: the amount is negative");
	refused(paper,
		WHOLE(OPENING("0") CLOSING("1") ENTRY("1e2", "CRDT", "2026-11-05", "")),
		ERR_INVALID, "line 2: entry 1: the amount is no number");
	taken(paper, ONE("1.00000", ""));
}

static void what_is_missing_or_twice_is_refused(void **state)
{
	struct paper *paper = *state;

	refused(paper, WHOLE("<Ntry></Ntry>"), ERR_INVALID,
		"line 2: entry 1: it has no amount (Amt)");
	refused(paper, WHOLE("<Ntry><Amt Ccy='EUR'>1</Amt></Ntry>"), ERR_INVALID,
		"line 2: entry 1: it has no side (CdtDbtInd)");
	refused(paper,
		WHOLE("<Ntry><Amt Ccy='EUR'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>"),
		ERR_INVALID, "line 2: entry 1: it has no status (Sts)");
	refused(paper,
		WHOLE(ENTRY("0", "CRDT", "2026-11-05",
			    "") "<Ntry><Amt Ccy='EUR'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
				"<Sts><Cd>BOOK</Cd></Sts></Ntry>"),
		ERR_INVALID, "line 2: entry 2: it has no booking date (BookgDt)");
	refused(paper, WHOLE("<Ntry><Amt Ccy='EUR'>1</Amt><Amt Ccy='EUR'>2</Amt></Ntry>"),
		ERR_INVALID, "line 2: Amt stands twice");
	refused(paper, WHOLE("<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp></Bal>"),
		ERR_INVALID, "line 2: balance OPBD: it has no amount, side or date");
	refused(paper, WHOLE("<Ntry><CdtDbtInd>CREDIT</CdtDbtInd></Ntry>"), ERR_INVALID,
		"line 2: a side (CdtDbtInd) is neither CRDT nor DBIT");
	refused(paper, WHOLE("<Ntry><RvslInd>yes</RvslInd></Ntry>"), ERR_INVALID,
		"line 2: an indicator is neither true nor false");
	refused(paper, WHOLE("<Ntry><BookgDt><Dt>2026-02-30</Dt></BookgDt></Ntry>"),
		ERR_INVALID, "line 2: the date is none of 1970 to 2199");
	refused(paper, XML OPEN8 CLOSE, ERR_INVALID, "there is no statement in it");
}

static void another_document_is_refused_by_its_name(void **state)
{
	static const char READ[] = "statements are read as camt.053.001.02 or .08, "
				   "notifications as camt.054.001.02 or .08";
	struct paper *paper = *state;
	char said[FAULT_TEXT_BYTES_MAX];

	snprintf(said, sizeof said, "line 1: the document is a 'camt.052.001.08': %s",
		 READ);
	refused(paper,
		"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.052.001.08'/>",
		ERR_INVALID, said);
	snprintf(said, sizeof said, "line 1: the document is a 'camt.053.001.10': %s",
		 READ);
	refused(paper,
		"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.10'/>",
		ERR_INVALID, said);
	snprintf(said, sizeof said,
		 "line 1: the document is a 'http://www.w3.org/2000/svg': %s", READ);
	refused(paper, "<svg xmlns='http://www.w3.org/2000/svg'/>", ERR_INVALID, said);
	refused(paper, "<Document/>", ERR_INVALID,
		"line 1: the document has no namespace of ISO 20022");
	refused(paper, "<Document xmlns='urn:&#27;[2J'/>", ERR_INVALID,
		"line 1: it is not well-formed XML (reference to invalid character "
		"number)");
	refused(paper, "<Document xmlns='a b'/>", ERR_INVALID,
		"line 1: the document has no namespace of ISO 20022");
	refused(paper, "<Stmt xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'/>",
		ERR_INVALID, "line 1: the first element is another one than Document");
	refused(paper, "MT940", ERR_INVALID,
		"it is no bank file that is known here: camt.053, camt.054, OFX or CFONB "
		"120");
	refused(paper, "", ERR_INVALID,
		"it is no bank file that is known here: camt.053, camt.054, OFX or CFONB "
		"120");
}

/* What a bank adds in a namespace of its own is not read as if it were ISO's. */
static void elements_of_others_are_passed_over(void **state)
{
	struct paper *paper = *state;

	taken(paper,
	      WHOLE(OPENING("0") CLOSING(
		      "0") "<SplmtryData><Envlp><x:Ntry xmlns:x='u:v'>"
			   "<x:Amt Ccy='ZZZ'>1</x:Amt></x:Ntry></Envlp></SplmtryData>"
			   "<x:Ntry xmlns:x='u:v'/>"));
	assert_int_equal(paper->file.line_count, 0);
	assert_int_equal(paper->file.statements[0].entries, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, paper_setup, paper_teardown)
		TEST(a_statement_is_read_whole),
		TEST(the_older_version_is_read_too),
		TEST(a_notification_is_read_too),
		TEST(debts_are_negative_and_pending_is_counted),
		TEST(other_balances_stand_in),
		TEST(an_entry_is_split_where_its_details_add_up),
		TEST(an_entry_is_whole_where_they_do_not),
		TEST(an_only_detail_is_the_entry_s),
		TEST(references_are_found_wherever_a_payer_writes_them),
		TEST(what_is_not_ascii_is_kept_out),
		TEST(statements_of_one_account_follow_each_other),
		TEST(lines_are_in_the_order_of_their_days),
		TEST(what_does_not_add_up_is_refused),
		TEST(somebody_else_s_account_is_refused),
		TEST(other_money_than_whole_cents_of_euros_is_refused),
		TEST(what_is_missing_or_twice_is_refused),
		TEST(another_document_is_refused_by_its_name),
		TEST(elements_of_others_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
