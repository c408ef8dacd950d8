/*
 * cmd_bank_orders.c - arrondi-gateway bank DIR orders: payments out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/bank_order.h"
#include "gateway/cmd_bank_int.h"
#include "keys/encoding.h"
#include "keys/keyfile.h"

static void print_payment(uint64_t payment, struct cents amount)
{
	char text[CENTS_TEXT_BYTES];

	cents_format(amount, '.', text);
	printf("payment %" PRIu64 ", %s: ", payment, text);
}

static void tell_ordered(void *who, uint64_t payment, struct cents amount,
			 const struct beneficiary *payee)
{
	char masked[IBAN_PRINTED_BYTES];

	(void)who;
	iban_mask(payee->iban, masked);
	print_payment(payment, amount);
	printf("to %s\n", masked);
}

static void tell_left(void *who, uint64_t payment, struct cents amount, const char *why)
{
	(void)who;
	print_payment(payment, amount);
	printf("left: %s\n", why);
}

/* Today, or the day that was asked for. */
static enum err find_day(const struct bank_wish *wish, int64_t now_s,
			 struct date *ret_date, struct fault *fault)
{
	struct date today;

	if (date_paris(now_s, &today))
		return fault_set(fault, ERR_IO, "the machine has no time");
	*ret_date = today;
	if (!wish->on)
		return ERR_OK;
	if (date_parse(wish->on, ret_date))
		return fault_set(fault, ERR_USAGE, "--on wants a day as YYYY-MM-DD");
	if (date_cmp(*ret_date, today) < 0)
		return fault_set(fault, ERR_USAGE, "--on is before today");
	return ERR_OK;
}

static enum err read_payees(const struct bank_wish *wish, struct beneficiary_file *payees,
			    struct fault *fault)
{
	char passphrase[PASSPHRASE_BYTES_MAX + 1];
	enum err err = passphrase_read(wish->passphrase_file, passphrase, fault);

	if (!err)
		err = beneficiary_file_read(payees, wish->payees, passphrase, fault);
	bytes_wipe(passphrase, sizeof passphrase);
	return err;
}

static enum err order(struct ledger *ledger, const struct bank_wish *wish,
		      const struct beneficiary_file *payees, struct fault *fault)
{
	static const struct bank_order_events events = { NULL, tell_ordered, tell_left };
	struct bank_order_wish asked = {
		.account = wish->account,
		.bic = wish->bic,
		.out = wish->out,
		.now_s = (int64_t)time(NULL),
	};
	struct bank_order_result result;
	char by[QUERY_ID_BYTES], total[CENTS_TEXT_BYTES];
	enum err err = find_day(wish, asked.now_s, &asked.execute_on, fault);

	if (!err)
		err = bank_wish_by(ledger, wish, by, fault);
	asked.by = by;
	if (!err)
		err = bank_order(ledger, &asked, payees, &events, &result, fault);
	if (err)
		return err;
	cents_format(result.total, '.', total);
	if (result.count == 0)
		puts("nothing is due that can be paid: no file was written");
	else
		printf("%zu payments, %s: file '%s', order at position %" PRIu64 "\n",
		       result.count, total, wish->out, result.position);
	return ERR_OK;
}

enum err bank_cmd_orders(const struct bank_wish *wish, struct fault *fault)
{
	struct beneficiary_file payees;
	struct ledger *ledger = NULL;
	enum err err;

	beneficiary_file_init(&payees);
	err = ledger_open(wish->dir, LEDGER_WRITE, &ledger, fault);
	if (!err)
		err = read_payees(wish, &payees, fault);
	if (!err)
		err = order(ledger, wish, &payees, fault);
	beneficiary_file_release(&payees);
	ledger_close(ledger);
	return err;
}
