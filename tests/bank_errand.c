/*
 * bank_errand.c - see bank_errand.h.
 */
#include "tests/bank_errand.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/bank_known.h"
#include "gateway/bank_order.h"
#include "keys/encoding.h"
#include "keys/file.h"
#include "ledger/reference.h"
#include "tests/folder.h"

#define IBAN      "FR7630006000011234567890189"
#define SEEKER    "job-seeker:00112233445566778899aabbccddeeff"
#define PAIRS     33 /* lines that name two gifts each: the 64th entry is a first of two */
#define PARTS     70 /* of the line that the notification lists */
#define ODD_PART  9  /* which names nothing */
#define ODD_CENTS 500
#define GIFTS     (1 + 2 * PAIRS + PARTS - 1)
#define XML_BYTES 100000
#define BIG       200000 /* a gift that a statement before has settled */
#define PAYMENTS  2

#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

static const struct {
	const char *iban, *name;
	int cents;
} paid[PAYMENTS] = {
	{ "FR1420041010050500013M02606", "Mme Amina", 9000 },
	{ "BE68539007547034", "L'atelier", 4000 },
};

static int gift_cents(int i)
{
	return 100 + i;
}

/* ---- files of the bank ---- */

static void put_amount(struct buffer *out, int cents)
{
	buffer_printf(out, "<Amt Ccy='EUR'>%d.%02d</Amt>", cents / 100, cents % 100);
}

static void put_balance(struct buffer *out, const char *type, int cents)
{
	buffer_printf(out, "<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>", type);
	put_amount(out, cents);
	buffer_printf(out, "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>",
		      temporary_today());
}

static void put_entry(struct buffer *out, int cents, const char *side)
{
	buffer_put_text(out, "<Ntry>");
	put_amount(out, cents);
	buffer_printf(out,
		      "<CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>%s"
		      "</Dt></BookgDt>",
		      side, temporary_today());
}

static void put_reference(struct buffer *out, uint64_t position)
{
	char reference[REFERENCE_TEXT_BYTES];

	reference_of_position(position, reference);
	buffer_printf(out, " %s", reference);
}

static void put_text(struct buffer *out, const uint64_t *positions, int count)
{
	buffer_put_text(out, "<RmtInf><Ustrd>merci");
	for (int i = 0; i < count; i++)
		put_reference(out, positions[i]);
	buffer_put_text(out, "</Ustrd></RmtInf>");
}

static void put_line(struct buffer *out, int cents, const char *side,
		     const uint64_t *positions, int count)
{
	put_entry(out, cents, side);
	buffer_put_text(out, "<NtryDtls><TxDtls>");
	put_text(out, positions, count);
	buffer_put_text(out, "</TxDtls></NtryDtls></Ntry>");
}

static void put_head(struct buffer *out, const char *schema, const char *message,
		     const char *statement, const char *id)
{
	buffer_printf(out,
		      "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:%s'><%s><%s>"
		      "<Id>%s</Id><Acct><Id><IBAN>" IBAN "</IBAN></Id></Acct>",
		      schema, message, statement, id);
}

static void file_end(struct buffer *out, const char *message, const char *statement,
		     const char *path)
{
	struct fault fault = { 0 };

	buffer_printf(out, "</%s></%s></Document>", statement, message);
	trial_must(buffer_check(out, path, &fault), path, &fault);
	trial_must(file_write(path, buffer_slice(out), 0600, &fault), path, &fault);
	buffer_release(out);
}

static int parts_sum(void)
{
	int sum = ODD_CENTS;

	for (int i = 1 + 2 * PAIRS; i < GIFTS; i++)
		sum += gift_cents(i);
	return sum;
}

/* One gift, pairs of gifts, all at once, and what nobody knows. Gives its closing. */
static int first_write(const struct bank_errand *errand, const uint64_t gifts[GIFTS])
{
	const int unknown = 4200;
	int sum = unknown + parts_sum();
	struct buffer out;

	for (int i = 0; i < 1 + 2 * PAIRS; i++)
		sum += gift_cents(i);
	buffer_init(&out, XML_BYTES);
	put_head(&out, "camt.053.001.08", "BkToCstmrStmt", "Stmt", "S-1");
	put_balance(&out, "OPBD", BIG);
	put_balance(&out, "CLBD", BIG + sum);
	put_line(&out, gift_cents(0), "CRDT", &gifts[0], 1);
	for (int i = 1; i < 1 + 2 * PAIRS; i += 2)
		put_line(&out, gift_cents(i) + gift_cents(i + 1), "CRDT", &gifts[i], 2);
	put_entry(&out, parts_sum(), "CRDT");
	buffer_put_text(&out, "<AcctSvcrRef>LOT-1</AcctSvcrRef></Ntry>");
	put_line(&out, unknown, "CRDT", NULL, 0);
	file_end(&out, "BkToCstmrStmt", "Stmt", errand->file[0]);
	return BIG + sum;
}

static void details_write(const struct bank_errand *errand, const uint64_t gifts[GIFTS])
{
	struct buffer out;
	int gift = 1 + 2 * PAIRS;

	buffer_init(&out, XML_BYTES);
	put_head(&out, "camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "N-1");
	put_entry(&out, parts_sum(), "CRDT");
	buffer_put_text(&out, "<AcctSvcrRef>LOT-1</AcctSvcrRef><NtryDtls>");
	for (int i = 0; i < PARTS; i++) {
		bool is_odd = i == ODD_PART;

		buffer_put_text(&out, "<TxDtls>");
		put_amount(&out, is_odd ? ODD_CENTS : gift_cents(gift));
		put_text(&out, &gifts[is_odd ? 0 : gift], !is_odd);
		buffer_put_text(&out, "</TxDtls>");
		gift += !is_odd;
	}
	buffer_put_text(&out, "</NtryDtls></Ntry>");
	file_end(&out, "BkToCstmrDbtCdtNtfctn", "Ntfctn", errand->details);
}

static void second_write(const struct bank_errand *errand, int opening,
			 const uint64_t payments[PAYMENTS])
{
	int closing = opening;
	struct buffer out;

	for (int i = 0; i < PAYMENTS; i++)
		closing -= paid[i].cents;
	buffer_init(&out, XML_BYTES);
	put_head(&out, "camt.053.001.08", "BkToCstmrStmt", "Stmt", "S-2");
	put_balance(&out, "OPBD", opening);
	put_balance(&out, "CLBD", closing);
	for (int i = 0; i < PAYMENTS; i++)
		put_line(&out, paid[i].cents, "DBIT", &payments[i], 1);
	file_end(&out, "BkToCstmrStmt", "Stmt", errand->file[1]);
}

/* ---- what is recorded before ---- */

static uint64_t gift_record(struct stage *stage, int cents)
{
	return stage_record(stage, "operator",
			    "'kind':'gift','date':'%s','payer':'" TEMPORARY_EMPLOYER
			    "','giver':'company','fund':'emploi','amount':%d",
			    temporary_today(), cents);
}

static void later_day(char ret_text[DATE_TEXT_BYTES])
{
	struct date day;

	assert_int_equal(date_parse(temporary_today(), &day), ERR_OK);
	day.day += 20;
	date_format(day, ret_text);
}

static void account_record(struct stage *stage)
{
	static const char act[] = "'kind':'account','id':'courant','iban':'" IBAN
				  "','label':'Compte courant','status':'active'";
	char later[DATE_TEXT_BYTES];
	uint64_t proposal;

	later_day(later);
	proposal = stage_record(stage, "operator",
				"'kind':'proposal','subject':'structure',"
				"'expires_on':'%s','act':{%s}",
				later, act);
	stage_grant(stage, proposal);
	(void)stage_record(stage, "operator", "%s,'proposal':%" PRIu64, act, proposal);
}

static uint64_t payment_record(const struct bank_errand *errand, struct stage *stage,
			       int i)
{
	char hex[HASH_HEX_CHARS + 1], later[DATE_TEXT_BYTES];
	struct hash payee;
	uint64_t proposal;
	bool is_new;

	trial_must(beneficiary_add(errand->payees, BANK_ERRAND_PASSPHRASE, paid[i].name,
				   paid[i].iban, NULL, &payee, &is_new, &stage->fault),
		   "a payee", &stage->fault);
	hex_encode(payee.b, HASH_BYTES, hex);
	later_day(later);
	proposal = stage_record(stage, "operator",
				"'kind':'proposal','subject':'support','expires_on':'%s',"
				"'fund':'emploi','beneficiary':'" SEEKER
				"','purpose':'mobilite','amount':%d,'payee':'%s'",
				later, paid[i].cents, hex);
	stage_grant(stage, proposal);
	return stage_record(stage, "treasurer",
			    "'kind':'payment','proposal':%" PRIu64
			    ",'amount':%d,'payee':'%s'",
			    proposal, paid[i].cents, hex);
}

static void path_set(const struct stage *stage, const char *name,
		     char ret_path[STAGE_PATH_BYTES])
{
	if (snprintf(ret_path, STAGE_PATH_BYTES, "%s/%s", stage->folder, name) >=
	    STAGE_PATH_BYTES)
		abort();
}

void bank_errand_release(struct bank_errand *errand)
{
	beneficiary_file_release(errand->list);
	free(errand->list);
}

static void interrupted_path(const struct bank_errand *errand,
			     char ret_path[STAGE_PATH_BYTES + 16])
{
	(void)snprintf(ret_path, STAGE_PATH_BYTES + 16, "%s" BANK_ORDER_SUFFIX,
		       errand->out);
}

void bank_errand_clear(const struct bank_errand *errand, enum bank_errand_step next)
{
	char path[STAGE_PATH_BYTES + 16];

	interrupted_path(errand, path);
	folder_remove(path);
	folder_remove(errand->out);
	if (next > BANK_ERRAND_ORDERS)
		file_bring(errand->kept, errand->out);
}

void bank_errand_keep(const struct bank_errand *errand)
{
	file_bring(errand->out, errand->kept);
}

/* ---- steps ---- */

static void statement_unheard(void *who, const struct bank_statement *statement,
			      const char *account, uint64_t position, bool before)
{
	(void)who;
	(void)statement;
	(void)account;
	(void)position;
	(void)before;
}

static void explained_unheard(void *who, const struct bank_line *line,
			      const struct bank_finding *finding, uint64_t position)
{
	(void)who;
	(void)line;
	(void)finding;
	(void)position;
}

static void left_unheard(void *who, uint64_t statement, uint32_t number,
			 const struct bank_line *line, enum bank_why why,
			 const struct fault *refusal)
{
	(void)who;
	(void)statement;
	(void)number;
	(void)line;
	(void)why;
	(void)refusal;
}

static const struct bank_import_events unheard = { NULL, statement_unheard,
						   explained_unheard, left_unheard };

static enum err import(const struct bank_errand *errand, struct stage *stage, int which,
		       const struct bank_import_events *events)
{
	static const char *const own[] = { IBAN };
	struct bank_file file, details;
	struct bank_import_aids aids = { .details = which == 0 ? &details : NULL };
	struct bank_import_counts counts;
	enum err err;

	bank_file_init(&file, own, 1);
	bank_file_init(&details, own, 1);
	err = bank_file_read(&file, errand->file[which], &stage->fault);
	if (!err && aids.details)
		err = bank_file_read(&details, errand->details, &stage->fault);
	if (!err)
		err = bank_import(stage->ledger, &file, "treasurer", &aids,
				  events ? events : &unheard, &counts, &stage->fault);
	bank_file_release(&file);
	bank_file_release(&details);
	return err;
}

/* So that there is money to be paid out. */
static void before_import(const struct bank_errand *errand, struct stage *stage,
			  uint64_t gift)
{
	struct bank_errand only = *errand;
	struct buffer out;

	path_set(stage, "zero.xml", only.file[1]);
	buffer_init(&out, XML_BYTES);
	put_head(&out, "camt.053.001.08", "BkToCstmrStmt", "Stmt", "S-0");
	put_balance(&out, "OPBD", 0);
	put_balance(&out, "CLBD", BIG);
	put_line(&out, BIG, "CRDT", &gift, 1);
	file_end(&out, "BkToCstmrStmt", "Stmt", only.file[1]);
	trial_must(import(&only, stage, 1, NULL), "a statement", &stage->fault);
}

void bank_errand_init(struct bank_errand *errand, struct stage *stage)
{
	uint64_t gifts[GIFTS], payments[PAYMENTS];

	path_set(stage, "un.xml", errand->file[0]);
	path_set(stage, "deux.xml", errand->file[1]);
	path_set(stage, "avis.xml", errand->details);
	path_set(stage, "payees", errand->payees);
	path_set(stage, "passphrase", errand->passphrase);
	path_set(stage, "orders.xml", errand->out);
	path_set(stage, "kept.xml", errand->kept);
	trial_must(file_write(errand->passphrase,
			      slice_of_text(BANK_ERRAND_PASSPHRASE "\n"), 0600,
			      &stage->fault),
		   "a passphrase", &stage->fault);
	stage_open(stage);
	account_record(stage);
	before_import(errand, stage, gift_record(stage, BIG));
	(void)stage_record(stage, "operator",
			   "'kind':'beneficiary','id':'" SEEKER
			   "','nature':'job-seeker','attestation':{'digest':" DIGEST
			   ",'until':'2049-06-30'}");
	for (int i = 0; i < PAYMENTS; i++)
		payments[i] = payment_record(errand, stage, i);
	for (int i = 0; i < GIFTS; i++)
		gifts[i] = gift_record(stage, gift_cents(i));
	stage_close(stage);
	second_write(errand, first_write(errand, gifts), payments);
	details_write(errand, gifts);
	errand->list = calloc(1, sizeof *errand->list);
	if (!errand->list)
		abort();
	trial_must(beneficiary_file_read(errand->list, errand->payees,
					 BANK_ERRAND_PASSPHRASE, &stage->fault),
		   "the payees", &stage->fault);
}

static void ordered_unheard(void *who, uint64_t payment, struct cents amount,
			    const struct beneficiary *payee)
{
	(void)who;
	(void)payment;
	(void)amount;
	assert_non_null(payee);
}

static void unordered_is_wrong(void *who, uint64_t payment, struct cents amount,
			       const char *why)
{
	(void)who;
	(void)amount;
	trial_fail("payment %" PRIu64 " is left: %s", payment, why);
}

/* Of the order that is recorded, "" where there is none. */
static void digest_ordered(struct stage *stage, char ret_hex[HASH_HEX_CHARS + 1])
{
	struct bank_payment_view *payments = NULL;
	struct fault *fault = &stage->fault;
	struct books *books;
	struct buffer entry;
	uint64_t order = 0;
	size_t count = 0;
	char *at;

	trial_must(ledger_books(stage->ledger, &books, fault), "books", fault);
	trial_must(query_bank_payments(books, &payments, &count, fault), "payments",
		   fault);
	ledger_books_done(stage->ledger);
	for (size_t i = 0; i < count; i++)
		order = payments[i].order ? payments[i].order : order;
	free(payments);
	ret_hex[0] = '\0';
	if (!order)
		return;
	buffer_init(&entry, ENTRY_BYTES_MAX + 1);
	trial_must(ledger_entry(stage->ledger, order, &entry, fault), "the order", fault);
	buffer_put(&entry, "", 1);
	at = strstr((const char *)entry.p, "\"digest\":\"");
	if (!at)
		trial_fail("an order without a digest: %s", (const char *)entry.p);
	memcpy(ret_hex, at + strlen("\"digest\":\""), HASH_HEX_CHARS);
	ret_hex[HASH_HEX_CHARS] = '\0';
	buffer_release(&entry);
}

static bool file_has_digest(const char *path, const char *hex)
{
	char found[HASH_HEX_CHARS + 1];
	struct buffer bytes;
	struct hash digest;
	struct fault fault;
	enum err err;

	buffer_init(&bytes, XML_BYTES);
	err = file_read(path, XML_BYTES, &bytes, &fault);
	digest = hash_bytes(bytes.p, bytes.n);
	buffer_release(&bytes);
	hex_encode(digest.b, HASH_BYTES, found);
	return !err && strcmp(found, hex) == 0;
}

void bank_errand_tidy(const struct bank_errand *errand, struct stage *stage)
{
	char path[STAGE_PATH_BYTES + 16], hex[HASH_HEX_CHARS + 1];

	interrupted_path(errand, path);
	if (!folder_is_there(path))
		return;
	digest_ordered(stage, hex);
	if (!file_has_digest(path, hex))
		folder_remove(path);
	else if (rename(path, errand->out) != 0)
		trial_fail("%s: %m", path);
}

static enum err orders(const struct bank_errand *errand, struct stage *stage)
{
	static const struct bank_order_events events = { NULL, ordered_unheard,
							 unordered_is_wrong };
	struct bank_order_wish wish = { .by = "treasurer",
					.out = errand->out,
					.now_s = (int64_t)time(NULL) };
	struct bank_order_result result;
	char path[STAGE_PATH_BYTES + 16];
	enum err err;

	assert_int_equal(date_parse(temporary_today(), &wish.execute_on), ERR_OK);
	if (folder_is_there(errand->out))
		return ERR_OK;
	err = bank_order(stage->ledger, &wish, errand->list, &events, &result,
			 &stage->fault);
	interrupted_path(errand, path);
	if (err && folder_is_there(path) && !strstr(stage->fault.text, path))
		trial_fail("a file is left that nothing is said of: %s",
			   stage->fault.text);
	return err;
}

enum err bank_errand_do(const struct bank_errand *errand, struct stage *stage,
			enum bank_errand_step step,
			const struct bank_import_events *events)
{
	switch (step) {
	case BANK_ERRAND_FIRST:
		return import(errand, stage, 0, events);
	case BANK_ERRAND_ORDERS:
		return orders(errand, stage);
	case BANK_ERRAND_SECOND:
		return import(errand, stage, 1, events);
	case BANK_ERRAND__COUNT:
		break;
	}
	abort();
}

void bank_errand_look(const struct bank_errand *errand, struct stage *stage,
		      const char *when)
{
	char path[STAGE_PATH_BYTES + 16], hex[HASH_HEX_CHARS + 1];

	digest_ordered(stage, hex);
	interrupted_path(errand, path);
	if (hex[0] && !file_has_digest(errand->out, hex) && !file_has_digest(path, hex))
		trial_fail("%s: payments are ordered by a file that is nowhere", when);
	if (!hex[0] && folder_is_there(errand->out))
		trial_fail("%s: there is a payment file that is not ordered", when);
}

/* ---- what is left ---- */

static void put_cents(struct buffer *out, const char *what, const char *of,
		      struct cents cents)
{
	buffer_printf(out, "%s %s %" PRId64 "\n", what, of, cents_value(cents));
}

static void put_accounts(struct books *books, struct buffer *out, struct fault *fault)
{
	struct account_view *accounts = NULL;
	struct suspense_view *lines = NULL;
	size_t count = 0;

	trial_must(query_accounts(books, &accounts, &count, fault), "accounts", fault);
	for (size_t i = 0; i < count; i++)
		put_cents(out, "account", accounts[i].id, accounts[i].balance);
	free(accounts);
	trial_must(query_suspense(books, &lines, &count, fault), "suspense", fault);
	for (size_t i = 0; i < count; i++)
		buffer_printf(out, "open line %" PRId64 " %" PRId64 "\n", lines[i].line,
			      cents_value(lines[i].open));
	free(lines);
}

static void put_payments(struct books *books, struct buffer *out, struct fault *fault)
{
	struct bank_payment_view *payments = NULL;
	struct receivable_view *owed = NULL;
	size_t count = 0;

	trial_must(query_bank_payments(books, &payments, &count, fault), "payments",
		   fault);
	for (size_t i = 0; i < count; i++)
		buffer_printf(out, "payment of %" PRId64 " %s\n",
			      cents_value(payments[i].amount),
			      payments[i].paid    ? "paid"
			      : payments[i].order ? "ordered"
						  : "due");
	free(payments);
	trial_must(query_receivables(books, slice_of(NULL, 0), &owed, &count, fault),
		   "receivables", fault);
	buffer_printf(out, "%zu lines are owed\n", count);
	free(owed);
}

void bank_errand_books(struct stage *stage, char ret_text[BANK_ERRAND_TEXT_BYTES])
{
	struct fault *fault = &stage->fault;
	struct books *books;
	struct buffer out;

	buffer_init(&out, BANK_ERRAND_TEXT_BYTES - 1);
	trial_must(ledger_books(stage->ledger, &books, fault), "books", fault);
	put_accounts(books, &out, fault);
	put_payments(books, &out, fault);
	put_cents(&out, "fund", "emploi", query_balance(books, "fund/emploi/-"));
	buffer_printf(&out, "%" PRIu64 " entries\n", books_size(books));
	ledger_books_done(stage->ledger);
	trial_must(buffer_check(&out, "the books", fault), "the books", fault);
	(void)snprintf(ret_text, BANK_ERRAND_TEXT_BYTES, "%s", buffer_text(&out));
	buffer_release(&out);
}
