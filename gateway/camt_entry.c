/*
 * camt_entry.c - entries of a bank's statement and the transactions inside them.
 *
 * A bank may book a hundred transfers as one entry and list them inside it. Where the
 * list adds up to the entry, each is a line; where it does not (charges were taken, the
 * currency is another, amounts are not told) the entry is one line, because what the
 * account received is the entry's.
 */
#include "gateway/camt_int.h"

#include <string.h>

#include "gateway/bank_value.h"
#include "ledger/reference.h"

enum err camt_amount_take(const struct camt_amount *amount, struct cents *ret_cents,
			  struct fault *fault)
{
	if (amount->currency[0] == '\0')
		return fault_set(fault, ERR_INVALID, "the amount has no currency");
	if (strcmp(amount->currency, "EUR") != 0)
		return fault_set(fault, ERR_INVALID, "the amount is in %s instead of EUR",
				 amount->currency);
	return bank_amount_parse(slice_of_text(amount->text), BANK_AMOUNT_PLAIN,
				 ret_cents, fault);
}

static struct cents signed_amount(struct cents amount, enum camt_sign sign)
{
	return sign == CAMT_DEBIT ? cents_neg(amount) : amount;
}

enum err camt_entry_begin(struct camt *camt, struct fault *fault)
{
	(void)fault;
	camt->statement->entries++; /* taken back where it is not booked */
	camt->entry = (struct camt_entry){ .first_line = camt->file->line_count };
	buffer_clear(&camt->text);
	return ERR_OK;
}

enum err camt_detail_begin(struct camt *camt, struct fault *fault)
{
	(void)fault;
	camt->detail = (struct camt_detail){ .sign = CAMT_SIGN_NONE };
	buffer_clear(&camt->text);
	return ERR_OK;
}

/* The payer's account for what arrived, the payee's for what left; but of what came back
 * the payer is ourselves. */
static void take_other_side(const struct camt *camt, struct bank_line *line)
{
	const struct camt_detail *detail = &camt->detail;
	bool arrived = camt->entry.sign != CAMT_DEBIT;
	const char *first = arrived ? detail->debtor : detail->creditor,
		   *second = arrived ? detail->creditor : detail->debtor;

	bank_line_iban(line, slice_of_text(first));
	if (line->iban[0] == '\0' || strcmp(line->iban, camt->statement->iban) == 0) {
		line->iban[0] = '\0';
		bank_line_iban(line, slice_of_text(second));
	}
	if (strcmp(line->iban, camt->statement->iban) == 0)
		line->iban[0] = '\0';
}

/* In the account's currency, if it is told at all. */
static bool detail_amount(const struct camt_detail *detail, struct cents *ret_cents)
{
	const struct camt_amount *amount = &detail->amount;

	if (!amount->given)
		amount = detail->transaction.given ? &detail->transaction
						   : &detail->instructed;
	return amount->given && camt_amount_take(amount, ret_cents, NULL) == ERR_OK;
}

static void take_text(const struct buffer *text, struct bank_line *line)
{
	bank_line_text(line, buffer_slice(text));
	if (line->reference_count == 0 && line->end_to_end[0] != '\0')
		line->reference_count =
			(uint8_t)reference_find(slice_of_text(line->end_to_end),
						line->references, BANK_REFERENCES_MAX);
}

enum err camt_detail_end(struct camt *camt, struct fault *fault)
{
	struct camt_detail *detail = &camt->detail;
	struct camt_entry *entry = &camt->entry;
	struct cents cents = CENTS_ZERO;
	struct bank_line *line;
	enum err err = bank_file_line(camt->file, &line, fault);

	if (err)
		return err;
	if (!detail_amount(detail, &cents))
		entry->whole = true;
	*line = detail->line;
	line->amount = signed_amount(cents, detail->sign ? detail->sign : entry->sign);
	line->detail = ++entry->details;
	take_other_side(camt, line);
	take_text(&camt->text, line);
	buffer_clear(&camt->text);
	if (strcmp(line->end_to_end, "NOTPROVIDED") == 0)
		line->end_to_end[0] = '\0';
	return ERR_OK;
}

/* ---- the entry's end ---- */

static enum err entry_amount(const struct camt_entry *entry, struct cents *ret_amount,
			     struct fault *fault)
{
	const char *missing = !entry->amount.given       ? "amount (Amt)"
			      : !entry->sign             ? "side (CdtDbtInd)"
			      : entry->status[0] == '\0' ? "status (Sts)"
							 : NULL;
	struct cents cents = CENTS_ZERO;
	enum err err;

	if (missing)
		return fault_set(fault, ERR_INVALID, "it has no %s", missing);
	err = camt_amount_take(&entry->amount, &cents, fault);
	if (!err)
		*ret_amount = signed_amount(cents, entry->sign);
	return err;
}

static bool details_add_up(const struct camt *camt, struct cents amount)
{
	const struct camt_entry *entry = &camt->entry;
	struct cents sum = CENTS_ZERO;

	if (entry->whole || entry->details < 2)
		return false;
	for (size_t i = entry->first_line; i < camt->file->line_count; i++)
		if (cents_add(sum, camt->file->lines[i].amount, &sum))
			return false;
	return cents_cmp(sum, amount) == 0;
}

/* What an entry says holds of each of its lines that does not say otherwise. */
static void line_from_entry(const struct camt *camt, struct bank_line *line)
{
	const struct camt_entry *entry = &camt->entry;

	line->entry = camt->statement->entries + camt->statement->pending;
	line->booked_on = entry->day.date;
	line->details = entry->details;
	line->reversal = entry->line.reversal;
	memcpy(line->entry_reference,
	       entry->line.bank_reference[0] ? entry->line.bank_reference
					     : entry->entry_reference,
	       BANK_ID_BYTES);
	if (line->bank_reference[0] == '\0')
		memcpy(line->bank_reference, line->entry_reference, BANK_ID_BYTES);
	if (line->payment_info[0] == '\0')
		memcpy(line->payment_info, entry->line.payment_info, BANK_ID_BYTES);
	if (line->family[0] == '\0') {
		memcpy(line->family, entry->line.family, BANK_CODE_BYTES);
		memcpy(line->sub_family, entry->line.sub_family, BANK_CODE_BYTES);
	}
}

/* The references of all details, and nothing that only one of them is. */
static void merge_details(struct camt *camt, struct bank_line *line)
{
	for (size_t i = camt->entry.first_line + 1; i < camt->file->line_count; i++) {
		const struct bank_line *other = &camt->file->lines[i];

		for (size_t j = 0; j < other->reference_count; j++) {
			char reference[REFERENCE_TEXT_BYTES];

			reference_of_position(other->references[j], reference);
			line->text[0] = '\0';
			bank_line_text(line, slice_of_text(reference));
		}
	}
	line->text[0] = line->end_to_end[0] = line->iban[0] = line->reason[0] = '\0';
	line->bank_reference[0] = '\0';
}

/* One line for the whole entry, in the place of its first detail if it has any. */
static enum err entry_line(struct camt *camt, struct cents amount, struct fault *fault)
{
	const struct camt_entry *entry = &camt->entry;
	struct bank_line *line;
	enum err err;

	if (entry->details == 0) {
		err = bank_file_line(camt->file, &line, fault);
		if (err)
			return err;
		*line = entry->line;
	} else {
		line = &camt->file->lines[entry->first_line];
		if (entry->details > 1)
			merge_details(camt, line);
		camt->file->line_count = entry->first_line + 1;
	}
	/* What stands behind the details is of the entry (AddtlNtryInf). */
	take_text(&camt->text, line);
	line->amount = amount;
	line->detail = 0;
	line_from_entry(camt, line);
	return ERR_OK;
}

/* What was told of an entry that has not happened is forgotten. */
static void leave_out_entry(struct camt *camt)
{
	camt->file->line_count = camt->entry.first_line;
	camt->statement->entries--;
	camt->statement->pending++;
}

static enum err entry_take(struct camt *camt, struct fault *fault)
{
	struct camt_entry *entry = &camt->entry;
	struct cents amount = CENTS_ZERO;
	enum err err = entry_amount(entry, &amount, fault);

	if (err)
		return err;
	if (strcmp(entry->status, "BOOK") != 0) {
		leave_out_entry(camt);
		return ERR_OK;
	}
	if (!entry->day.given)
		return fault_set(fault, ERR_INVALID, "it has no booking date (BookgDt)");
	if (!details_add_up(camt, amount))
		return entry_line(camt, amount, fault);
	for (size_t i = entry->first_line; i < camt->file->line_count; i++)
		line_from_entry(camt, &camt->file->lines[i]);
	return ERR_OK;
}

enum err camt_entry_end(struct camt *camt, struct fault *fault)
{
	uint32_t number = camt->statement->entries + camt->statement->pending;
	enum err err = entry_take(camt, fault);

	return err ? fault_prefix(fault, "entry %u", number) : ERR_OK;
}
