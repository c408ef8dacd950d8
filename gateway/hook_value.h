/*
 * hook_value.h - ids, amounts and moments as payment providers write them.
 *
 * An amount comes as a number of cents, or as a decimal text of two or four places, or
 * as a decimal text of cents. Each is read exactly or not at all: what is no whole number
 * of cents is refused, and nothing here passes through a float.
 */
#ifndef ARRONDI_GATEWAY_HOOK_VALUE_H
#define ARRONDI_GATEWAY_HOOK_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/json_pick.h"
#include "gateway/movement.h"
#include "keys/slice.h"
#include "ledger/date.h"
#include "ledger/money.h"

#define HOOK_AMOUNT_CHARS_MAX 24
#define HOOK_TYPE_CHARS_MAX   64

/* The functions below return false, and write nothing, for anything else. */

/* 1 to MOVEMENT_ID_CHARS_MAX letters, digits, '_' and '-', beginning with the prefix
 * and not ending with it: fit for a path, a key and a log line. */
bool hook_id_of_text(struct slice text, const char *prefix,
		     char ret_id[MOVEMENT_ID_CHARS_MAX + 1]);

/* The same of a JSON text; or of the member "id" where the provider has put the whole
 * object in the place of its id. */
bool hook_id_of_want(const struct json_want *want, const char *prefix,
		     char ret_id[MOVEMENT_ID_CHARS_MAX + 1]);

/* A JSON integer above zero, in decimal. */
bool hook_id_of_integer(const struct json_want *want,
			char ret_id[MOVEMENT_ID_CHARS_MAX + 1]);

/* "-10.25" with places 2 is -1025, as are "-10.2500" and "-10.25000"; "10.255" is
 * refused. A '-' and digits, at least one, with a point between digits or none. */
bool hook_decimal_parse(struct slice text, unsigned places, int64_t *ret_n);

/* A JSON text of euros, and a JSON integer of cents. May be negative. */
bool hook_amount_of_decimal(const struct json_want *want, struct cents *ret_cents);
bool hook_amount_of_integer(const struct json_want *want, struct cents *ret_cents);

/* RFC 3339 with any fraction of a second, or with an offset as "+0200", in UTC seconds.
 */
bool hook_moment_parse(struct slice text, int64_t *ret_utc_s);

/* The day in Paris: of a moment, of "YYYY-MM-DD", or of a JSON integer of UTC seconds. */
bool hook_date_of_want(const struct json_want *want, struct date *ret_date);

/* Sets the amount: of euros, above zero. Otherwise the movement is parked, with the
 * reason. Returns whether it is set. */
bool movement_set_amount(struct movement *movement, bool is_read, struct cents amount,
			 const struct json_want *currency);

#endif
