/*
 * trace_lots.c - see trace_lots.h.
 */
#include "reports/trace_lots.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/sum.h"

void trace_lots_release(struct trace_lots *lots)
{
	for (size_t i = 0; i < lots->accounts; i++)
		free(lots->account[i].lot);
	free(lots->account);
	free(lots->piece);
}

static enum err no_memory(struct fault *fault)
{
	return fault_set(fault, ERR_MEMORY, "out of memory for the trace");
}

enum err trace_account(struct trace_lots *lots, const char *name, size_t *ret_account,
		       struct fault *fault)
{
	struct trace_account *more;

	for (size_t i = 0; i < lots->accounts; i++)
		if (strcmp(lots->account[i].name, name) == 0) {
			*ret_account = i;
			return ERR_OK;
		}
	more = reallocarray(lots->account, lots->accounts + 1, sizeof *more);
	if (!more)
		return no_memory(fault);
	lots->account = more;
	more[lots->accounts] = (struct trace_account){ .lot = NULL };
	(void)snprintf(more[lots->accounts].name, sizeof more->name, "%s", name);
	*ret_account = lots->accounts++;
	return ERR_OK;
}

/* ---- pieces ---- */

/* Joins the piece before it where that is alike. */
static enum err piece_add(struct trace_lots *lots, const struct trace_piece *piece,
			  struct fault *fault)
{
	struct trace_piece *last = lots->pieces ? &lots->piece[lots->pieces - 1] : NULL;

	if (last && last->use == piece->use && last->origin == piece->origin &&
	    last->account == piece->account && last->age == piece->age)
		return sum_add(&last->amount, piece->amount, fault);
	if (lots->pieces == lots->piece_room) {
		size_t room = lots->piece_room ? lots->piece_room * 2 : 64;
		struct trace_piece *more = reallocarray(lots->piece, room, sizeof *more);

		if (!more)
			return no_memory(fault);
		lots->piece = more;
		lots->piece_room = room;
	}
	lots->piece[lots->pieces++] = *piece;
	return ERR_OK;
}

/* Fills the account's oldest shortages out of what comes in, of which the rest is left.
 */
static enum err shortage_fill(struct trace_lots *lots, size_t account, uint64_t origin,
			      struct cents *amount, struct fault *fault)
{
	size_t pieces = lots->pieces;

	for (size_t i = 0; i < pieces && cents_is_positive(*amount) &&
			   !cents_is_zero(lots->account[account].shortage);
	     i++) {
		struct trace_piece filled = lots->piece[i];
		struct cents part = cents_min(filled.amount, *amount);
		enum err err;

		if (filled.origin != TRACE_NOBODY || filled.account != account ||
		    cents_is_zero(part))
			continue;
		err = sum_take(&lots->piece[i].amount, part, fault);
		if (!err)
			err = sum_take(amount, part, fault);
		if (!err)
			err = sum_take(&lots->account[account].shortage, part, fault);
		filled.origin = origin;
		filled.amount = part;
		if (!err)
			err = piece_add(lots, &filled, fault);
		if (err)
			return err;
	}
	return ERR_OK;
}

/* ---- lots ---- */

/* Where lots of that age stand: behind all that are as old. */
static enum err lot_insert(struct trace_account *account, const struct trace_lot *lot,
			   struct fault *fault)
{
	size_t at = account->lots;

	if (account->lots == account->room) {
		size_t room = account->room ? account->room * 2 : 16;
		struct trace_lot *more = reallocarray(account->lot, room, sizeof *more);

		if (!more)
			return no_memory(fault);
		account->lot = more;
		account->room = room;
	}
	while (at > 0 && account->lot[at - 1].age > lot->age)
		at--;
	if (at > 0 && account->lot[at - 1].age == lot->age &&
	    account->lot[at - 1].origin == lot->origin)
		return sum_add(&account->lot[at - 1].amount, lot->amount, fault);
	memmove(&account->lot[at + 1], &account->lot[at],
		(account->lots - at) * sizeof *lot);
	account->lot[at] = *lot;
	account->lots++;
	return ERR_OK;
}

/* Lots that are used up at the front go. */
static void lots_drop(struct trace_account *account)
{
	size_t gone = 0;

	while (gone < account->lots && cents_is_zero(account->lot[gone].amount))
		gone++;
	if (!gone)
		return;
	account->lots -= gone;
	memmove(account->lot, account->lot + gone, account->lots * sizeof *account->lot);
}

static enum err lot_put(struct trace_lots *lots, size_t account,
			const struct trace_lot *lot, struct fault *fault)
{
	struct trace_lot rest = *lot;
	enum err err = shortage_fill(lots, account, rest.origin, &rest.amount, fault);

	if (err || cents_is_zero(rest.amount))
		return err;
	return lot_insert(&lots->account[account], &rest, fault);
}

/* The age of a contribution is that of its lots: the age at which it first came. */
enum err trace_bring(struct trace_lots *lots, size_t account, uint64_t origin,
		     struct cents amount, struct fault *fault)
{
	struct trace_lot lot = { .age = ++lots->age, .origin = origin, .amount = amount };

	return lot_put(lots, account, &lot, fault);
}

/* Takes out of the oldest lot: false where there is none. */
static bool lot_pop(struct trace_account *account, struct cents amount,
		    struct trace_lot *ret_lot)
{
	lots_drop(account);
	if (!account->lots)
		return false;
	*ret_lot = account->lot[0];
	ret_lot->amount = cents_min(ret_lot->amount, amount);
	return true;
}

static enum err lot_spend(struct trace_lots *lots, size_t account, struct cents *amount,
			  struct trace_lot *ret_lot, bool *ret_any, struct fault *fault)
{
	enum err err;

	*ret_any = lot_pop(&lots->account[account], *amount, ret_lot);
	if (!*ret_any)
		return ERR_OK;
	err = sum_take(&lots->account[account].lot[0].amount, ret_lot->amount, fault);
	return err ? err : sum_take(amount, ret_lot->amount, fault);
}

enum err trace_use(struct trace_lots *lots, size_t account, uint64_t use,
		   struct cents amount, struct fault *fault)
{
	struct trace_piece piece = { .use = use, .account = account };
	bool any = true;
	enum err err = ERR_OK;

	while (!err && any && cents_is_positive(amount)) {
		struct trace_lot lot;

		err = lot_spend(lots, account, &amount, &lot, &any, fault);
		if (err || !any)
			break;
		piece.origin = lot.origin;
		piece.age = lot.age;
		piece.amount = lot.amount;
		err = piece_add(lots, &piece, fault);
	}
	if (err || cents_is_zero(amount))
		return err;
	piece.origin = TRACE_NOBODY;
	piece.age = 0;
	piece.amount = amount;
	err = sum_add(&lots->account[account].shortage, amount, fault);
	return err ? err : piece_add(lots, &piece, fault);
}

enum err trace_undo(struct trace_lots *lots, size_t account, uint64_t use, uint64_t giver,
		    struct cents amount, struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = lots->pieces; i-- > 0 && !err && cents_is_positive(amount);) {
		struct trace_piece *piece = &lots->piece[i];
		struct trace_lot lot = { .age = piece->age,
					 .origin = piece->origin,
					 .amount = cents_min(piece->amount, amount) };

		if (piece->use != use || piece->account != account ||
		    cents_is_zero(lot.amount))
			continue;
		err = sum_take(&piece->amount, lot.amount, fault);
		if (!err)
			err = sum_take(&amount, lot.amount, fault);
		if (err)
			break;
		/* What nobody had paid for is lacked no more. */
		if (lot.origin == TRACE_NOBODY)
			err = sum_take(&lots->account[account].shortage, lot.amount,
				       fault);
		else
			err = lot_put(lots, account, &lot, fault);
	}
	if (err || cents_is_zero(amount))
		return err;
	return trace_bring(lots, account, giver, amount, fault);
}

enum err trace_take_back(struct trace_lots *lots, size_t account, uint64_t origin,
			 size_t to, struct cents *amount, struct fault *fault)
{
	struct trace_account *from = &lots->account[account];
	enum err err = ERR_OK;

	assert(account != to);
	for (size_t i = from->lots; i-- > 0 && !err && cents_is_positive(*amount);) {
		struct trace_lot part = from->lot[i];

		part.amount = cents_min(part.amount, *amount);
		if (part.origin != origin || cents_is_zero(part.amount))
			continue;
		err = sum_take(&from->lot[i].amount, part.amount, fault);
		if (!err)
			err = sum_take(amount, part.amount, fault);
		if (!err && to != TRACE_NOWHERE)
			err = lot_put(lots, to, &part, fault);
	}
	return err;
}

enum err trace_move(struct trace_lots *lots, size_t from, size_t to, uint64_t use,
		    struct cents amount, struct fault *fault)
{
	bool any = true;
	enum err err = ERR_OK;

	assert(from != to);
	while (!err && any && cents_is_positive(amount)) {
		struct trace_lot lot;

		err = lot_spend(lots, from, &amount, &lot, &any, fault);
		if (!err && any)
			err = lot_put(lots, to, &lot, fault);
	}
	if (err || cents_is_zero(amount))
		return err;
	err = trace_use(lots, from, use, amount, fault);
	return err ? err : trace_bring(lots, to, use, amount, fault);
}
