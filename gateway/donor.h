/*
 * donor.h - what a donor's reference may look like, and what it may not be.
 *
 * A payroll number is a pseudonym only as long as it is not a name, an e-mail
 * address or the NIR (numéro d'inscription au répertoire, "numéro de sécurité
 * sociale"), which a foundation has no right to hold (décret 2019-341). The
 * clerk who exports the wrong column must be told so before anything is kept;
 * so the reference is judged here, and what was refused is never repeated.
 */
#ifndef ARRONDI_GATEWAY_DONOR_H
#define ARRONDI_GATEWAY_DONOR_H

#include <stdbool.h>

#include "keys/slice.h"

/* A reference: [A-Za-z0-9._-]{1,32}, with no flaw of those below. */
#define DONOR_BYTES_MAX 32

enum donor_flaw {
	DONOR_GOOD,
	DONOR_EMPTY,
	DONOR_NIR,    /* holds a NIR, whatever separates its digits */
	DONOR_EMAIL,  /* holds an "@" */
	DONOR_NAME,   /* three letters or more and no digit: a name, not a number */
	DONOR_LONG,   /* past DONOR_BYTES_MAX */
	DONOR_BLANK,  /* holds a blank, which two exports may write differently */
	DONOR_SYNTAX, /* holds another character that may not be there */
};

/* The first flaw, in the order above. */
enum donor_flaw donor_judge(struct slice reference);

/*
 * Whether a NIR stands in the text: a run of 13 digits of the shape sex (1 to 4,
 * 7, 8), year, month (01-12, 20-42, 50-99), department (01-99, 2A, 2B), commune
 * and order (not 000); or a run of 15 whose last two are the key, 97 - (the 13
 * modulo 97), where 2A counts as 19 and 2B as 18. Anything but letters and
 * digits is passed over; a letter ends a run.
 */
bool donor_has_nir(struct slice text);

#endif
