/*
 * bank_paper.h - bank files for tests: put together, read, taken or refused.
 */
#ifndef ARRONDI_TESTS_BANK_PAPER_H
#define ARRONDI_TESTS_BANK_PAPER_H

#include "gateway/bank_file.h"
#include "keys/buffer.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The most of a text, and of a sample. */
#define PAPER_BYTES_MAX ((size_t)1 << 20)

#define OURS   "FR7630006000011234567890189"
#define OTHER  "DE89370400440532013000"
#define PAYER  "FR1420041010050500013M02606"
#define SECOND "BE68539007547034"

/* A document under construction; the last one that was read. */

struct paper {
	struct buffer text;
	struct bank_file file;
	struct fault fault;
};

#define XML "<?xml version='1.0' encoding='UTF-8'?>\n"
#define OPEN8                                                                            \
	"<Document "                                                                     \
	"xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt>"
#define OPEN2                                                                            \
	"<Document "                                                                     \
	"xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt>"
#define CLOSE      "</BkToCstmrStmt></Document>"
#define ACCT(iban) "<Acct><Id><IBAN>" iban "</IBAN></Id></Acct>"
#define BAL(type, amount, side, day)                                                     \
	"<Bal><Tp><CdOrPrtry><Cd>" type "</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>" amount   \
	"</Amt><CdtDbtInd>" side "</CdtDbtInd><Dt><Dt>" day "</Dt></Dt></Bal>"
#define ENTRY(amount, side, day, rest)                                                   \
	"<Ntry><Amt Ccy='EUR'>" amount "</Amt><CdtDbtInd>" side                          \
	"</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>" day "</Dt></BookgDt>" rest   \
	"</Ntry>"
#define DETAIL(rest) "<NtryDtls><TxDtls>" rest "</TxDtls></NtryDtls>"
#define STMT(rest)   "<Stmt><Id>S-1</Id>" ACCT(OURS) rest "</Stmt>"
#define WHOLE(rest)  XML OPEN8 STMT(rest) CLOSE
#define OPENING(sum) BAL("OPBD", sum, "CRDT", "2026-11-01")
#define CLOSING(sum) BAL("CLBD", sum, "CRDT", "2026-11-30")
#define ONE(amount, rest)                                                                \
	WHOLE(OPENING("0") CLOSING(amount) ENTRY(amount, "CRDT", "2026-11-05", rest))

/* Of cmocka's: *state is a struct paper. */
int paper_setup(void **state);
int paper_teardown(void **state);

/* Reads a file as one of OURS or SECOND. */
enum err paper_parse(struct paper *paper, const void *bytes, size_t n);

/* Fails the test where it is refused; or where it is taken, or refused otherwise. */
void taken(struct paper *paper, const char *text);
void refused(struct paper *paper, const char *text, enum err err, const char *said);

void day_is(struct date date, const char *expected);

#endif
