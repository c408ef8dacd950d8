/*
 * teller.h - the foundation's bank, for tests of the rules: accounts that the board has
 * voted, and their statements.
 */
#ifndef ARRONDI_TESTS_TELLER_H
#define ARRONDI_TESTS_TELLER_H

#include "tests/world.h"

#define TELLER_IBAN       "FR7630006000011234567890189"
#define TELLER_OTHER_IBAN "FR1420041010050500013M02606"

/* The act of an account, without its braces. */
#define TELLER_ACCOUNT(id, iban, status)                                                 \
	"'kind':'account','id':'" id "','iban':'" iban                                   \
	"','label':'Compte courant','status':'" status "'"

/* A statement without its lines: opening and closing are numbers in cents, the digest
 * is two hex digits, which are repeated. */
#define TELLER_DIGEST(dd) dd dd dd dd dd dd dd dd dd dd dd dd dd dd dd dd
#define TELLER_STATEMENT(id, dd, page, from, date, opening, closing, lines)              \
	"'kind':'statement','account':'" id "','digest':'" TELLER_DIGEST(dd)             \
		TELLER_DIGEST(dd) "','page':" page ",'from':'" from "','date':'" date    \
				  "','opening':" opening ",'closing':" closing           \
				  ",'lines':[" lines "]"
#define TELLER_LINE(amount, day) "{'amount':" amount ",'booked_on':'" day "'}"

/* The member that cites a line; its position is for printf. */
#define TELLER_CITES(number) ",'line':{'line':" number ",'statement':%" PRIu64 "}"

/* Has an act voted by four seats of five, and carried out; the position of that. */
uint64_t teller_vote(struct world *world, const char *act);
/* The voted proposal of an act, for who carries it out. */
uint64_t teller_grant(struct world *world, const char *act);

/* The members of a seat's confirmation (number 0 .. 4) of the payee that is flagged since
 * that return; the payee is 64 hex digits. */
#define TELLER_MEMBERS_BYTES (WORLD_NOTE_BYTES_MAX + 512)
void teller_confirmation(struct world *world, int seat, uint64_t returned,
			 const char *payee, char ret_members[TELLER_MEMBERS_BYTES]);
/* Recorded, by seat number 0, of whoever is flagged since that return. */
void teller_confirms(struct world *world, uint64_t returned);

#endif
