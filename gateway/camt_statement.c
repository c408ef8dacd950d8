/*
 * camt_statement.c - a statement of a bank's as a whole: its account and its balances.
 */
#include <string.h>

#include "gateway/bank_value.h"
#include "gateway/camt_int.h"

enum err camt_statement_begin(struct camt *camt, struct fault *fault)
{
	camt->account[0] = camt->account_other[0] = camt->account_currency[0] = '\0';
	camt->statement_id[0] = '\0';
	camt->sequence = camt->legal_sequence = 0;
	camt->from = camt->until = (struct camt_day){ .given = false };
	camt->opened = camt->closed_before = camt->first_interim = camt->interim =
		camt->closed = (struct camt_stand){ .given = false };
	return bank_file_begin(camt->file, &camt->statement, fault);
}

/* Known before its entries are, so that a stranger's statement is not read further.
 * Some banks write an IBAN where others would write a number of their own. */
enum err camt_account_end(struct camt *camt, struct fault *fault)
{
	const char *account = camt->account[0] ? camt->account : camt->account_other;

	if (account[0] == '\0')
		return fault_set(fault, ERR_INVALID, "it names no account by its IBAN");
	if (camt->account_currency[0] && strcmp(camt->account_currency, "EUR") != 0)
		return fault_set(fault, ERR_INVALID,
				 "its account is in another currency than EUR");
	return bank_file_account(camt->file, slice_of_text(account), fault);
}

enum err camt_balance_begin(struct camt *camt, struct fault *fault)
{
	(void)fault;
	camt->balance = (struct camt_balance){ .sign = CAMT_SIGN_NONE };
	return ERR_OK;
}

/* The booked balances count: available ones and forecasts are for treasurers. */
static struct camt_stand *stand_of_type(struct camt *camt, const char *type)
{
	if (strcmp(type, "OPBD") == 0)
		return &camt->opened;
	if (strcmp(type, "PRCD") == 0)
		return &camt->closed_before;
	if (strcmp(type, "CLBD") == 0)
		return &camt->closed;
	if (strcmp(type, "ITBD") == 0)
		return camt->first_interim.given ? &camt->interim : &camt->first_interim;
	return NULL;
}

static enum err balance_take(struct camt *camt, struct camt_stand *stand,
			     struct fault *fault)
{
	const struct camt_balance *balance = &camt->balance;
	enum err err;

	if (stand->given && stand != &camt->interim)
		return fault_set(fault, ERR_INVALID, "it stands twice");
	if (!balance->amount.given || !balance->sign || !balance->day.given)
		return fault_set(fault, ERR_INVALID, "it has no amount, side or date");
	err = camt_amount_take(&balance->amount, &stand->cents, fault);
	if (err)
		return err;
	if (balance->sign == CAMT_DEBIT)
		stand->cents = cents_neg(stand->cents);
	stand->date = balance->day.date;
	stand->given = true;
	return ERR_OK;
}

enum err camt_balance_end(struct camt *camt, struct fault *fault)
{
	struct camt_stand *stand = stand_of_type(camt, camt->balance.type);
	enum err err = stand ? balance_take(camt, stand, fault) : ERR_OK;

	return err ? fault_prefix(fault, "balance %s", camt->balance.type) : ERR_OK;
}

/* A statement in several messages has interim balances where it is cut. */
static enum err take_balances(struct camt *camt, struct fault *fault)
{
	const struct camt_stand *opening = camt->opened.given ? &camt->opened
					   : camt->closed_before.given
						   ? &camt->closed_before
						   : &camt->first_interim,
				*closing = camt->closed.given    ? &camt->closed
					   : camt->interim.given ? &camt->interim
								 : &camt->first_interim;

	if (!opening->given)
		return fault_set(fault, ERR_INVALID,
				 "it has no opening balance (OPBD or PRCD)");
	if (!closing->given || closing == opening)
		return fault_set(fault, ERR_INVALID, "it has no closing balance (CLBD)");
	camt->statement->balanced = true;
	camt->statement->opening = opening->cents;
	camt->statement->closing = closing->cents;
	camt->statement->until = closing->date;
	return ERR_OK;
}

enum err camt_statement_end(struct camt *camt, struct fault *fault)
{
	struct bank_statement *statement = camt->statement;
	size_t number = camt->file->statement_count;
	enum err err = ERR_OK;

	memcpy(statement->id, camt->statement_id, BANK_ID_BYTES);
	statement->sequence = camt->sequence ? camt->sequence : camt->legal_sequence;
	statement->from.day = DATE_DAY_MAX; /* lowered to the first line's day */
	if (camt->from.given)
		statement->from = camt->from.date;
	if (camt->until.given)
		statement->until = camt->until.date;
	if (camt->version->balances)
		err = take_balances(camt, fault);
	if (!err)
		err = bank_file_end(camt->file, fault);
	return err ? fault_prefix(fault, "statement %zu", number) : ERR_OK;
}
