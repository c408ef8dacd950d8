/*
 * books_authorisation.c - the préfet's leave to appeal to the public.
 *
 * A fonds de dotation appeals to the public only as the préfet has authorised, by a
 * decision or by two months' silence (loi 2008-776, art. 140). Money that answers the
 * appeal may name the authorisation, and is then of its days.
 */
#include "ledger/books_int.h"

static const char *authorisation_key(struct key *key, uint64_t position)
{
	return key_of(key, "authorisation/%016" PRIu64, position);
}

enum err apply_authorisation(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct date from = entry_date(entry, "from"), until = entry_date(entry, "until");
	struct record record;
	struct key key;

	if (date_cmp(from, until) > 0 || date_cmp(from, entry->date) < 0)
		return fault_rule(fault, "authorisation",
				  "an appeal begins when it is authorised, or later, and "
				  "ends after it begins");
	record_init(&record);
	record_integer(&record, from.day);
	record_integer(&record, until.day);
	books_put(books, authorisation_key(&key, books->position), &record);
	return ERR_OK;
}

enum err authorisation_check(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct record_reader reader;
	uint64_t position;
	struct key key;

	if (entry->kind != KIND_gift && entry->kind != KIND_batch &&
	    entry->kind != KIND_settlement)
		return ERR_OK;
	if (!entry_has(entry, "authorisation"))
		return ERR_OK;
	position = entry_position(entry, "authorisation");
	if (!books_get(books, authorisation_key(&key, position), &reader))
		return fault_rule(fault, "authorisation",
				  "position %" PRIu64 " is no authorisation", position);
	if (entry->date.day >= record_read_integer(&reader) &&
	    entry->date.day <= record_read_integer(&reader))
		return ERR_OK;
	return fault_rule(fault, "authorisation",
			  "its date is not one of those of authorisation %" PRIu64,
			  position);
}
