/*
 * entry.h - one fact of the log: its envelope, and typed access to its members.
 *
 * An entry's bytes are its canonical JSON; they are what is hashed and kept.
 * A struct entry is a view of the parsed bytes and owns nothing: the document
 * and the bytes must outlive it. The accessors may only be asked for members
 * that kinds.def declares for the kind, with the type that it declares; asking
 * for another is a mistake of ours and aborts. For an optional member that is
 * absent they give zero, CENTS_ZERO or an empty slice; ask entry_has() first
 * where that matters.
 */
#ifndef ARRONDI_LEDGER_ENTRY_H
#define ARRONDI_LEDGER_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "ledger/date.h"
#include "ledger/json.h"
#include "ledger/kind.h"
#include "ledger/money.h"

#define ENTRY_BYTES_MAX 65535 /* C2SP tlog-tiles: a leaf's length has 16 bits */

struct entry {
	enum kind kind;
	const struct json *json;
	struct slice by;            /* member id of the submitter */
	struct slice ref;           /* the submitter's reference */
	int64_t at;                 /* UTC seconds: when it was recorded */
	struct date date;           /* civil date in Europe/Paris that accounting uses */
	const struct hash *content; /* entry_content(), where it is known; else NULL */
};

/* Parses and checks the shape of a leaf (STAGE_WHOLE). */
MUST_USE enum err entry_parse(struct json_doc *doc, struct slice bytes,
			      struct entry *ret_entry, struct fault *fault);
/* The same for a value already built, which was completed by the writer. */
MUST_USE enum err entry_of_json(const struct json *json, struct entry *ret_entry,
				struct fault *fault);

/* SHA-256 of the canonical bytes of the entry without its computed and salted
 * members, `at`, and an act's `date`: what the submitter chose. The same
 * reference with the same content is a repetition; another one, a conflict. */
MUST_USE enum err entry_content(const struct entry *entry, struct hash *ret_content,
				struct fault *fault);

bool entry_has(const struct entry *entry, const char *name);
struct slice entry_text(const struct entry *entry, const char *name);
int64_t entry_integer(const struct entry *entry, const char *name);
struct cents entry_cents(const struct entry *entry, const char *name);
struct date entry_date(const struct entry *entry, const char *name);
struct month entry_month(const struct entry *entry, const char *name);
uint64_t entry_position(const struct entry *entry, const char *name);
struct hash entry_hash(const struct entry *entry, const char *name); /* TYPE_HEX 64 */
const struct json *entry_list(const struct entry *entry,
			      const char *name); /* or object */

/* The same for the objects inside an entry. */
struct slice item_text(const struct json *item, const char *name);
struct cents item_cents(const struct json *item, const char *name);
int64_t item_integer(const struct json *item, const char *name);
struct date item_date(const struct json *item, const char *name);
bool item_has(const struct json *item, const char *name);

/* Whether a text is exactly this word. */
bool text_is(struct slice text, const char *word);

#endif
