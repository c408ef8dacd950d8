/*
 * kind.h - the table of the kinds of entry, read from kinds.def.
 *
 * The one declaration of what an entry of each kind may hold. The codec's
 * check of shape, the API's schema, the README's table of who may submit what
 * and ledger/FORMAT.md's reference are all drawn from it; what an entry *does*
 * is books.h.
 */
#ifndef ARRONDI_LEDGER_KIND_H
#define ARRONDI_LEDGER_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/json.h"

/* The kinds, in the order in which kinds.def declares them. */
enum kind {
#define KIND(id, nature, roles, path, doc) KIND_##id,
#define MEMBER(kind, name, type, min, max, flags, arg, doc)
#define SHAPE(id, doc)
#define FIELD(shape, name, type, min, max, flags, arg, doc)
#include "ledger/kinds.def"
	KIND__COUNT
};

enum shape {
	SHAPE_none,
#define KIND(id, nature, roles, path, doc)
#define MEMBER(kind, name, type, min, max, flags, arg, doc)
#define SHAPE(id, doc) SHAPE_##id,
#define FIELD(shape, name, type, min, max, flags, arg, doc)
#include "ledger/kinds.def"
	SHAPE__COUNT
};

/* An act is ours, dated on the day it is recorded, and refused when it goes
 * beyond what there is; a fact has happened, carries its own date and is
 * recorded even when it takes a fund below zero (DESIGN section 3). */
enum kind_nature { NATURE_ACT, NATURE_FACT };

enum role {
	ROLE_OPERATOR = 1 << 0,
	ROLE_TREASURER = 1 << 1,
	ROLE_SEAT = 1 << 2,
	ROLE_EMPLOYER = 1 << 3,
	ROLE_COLLECTOR = 1 << 4,
	ROLE_PROVIDER = 1 << 5,
	ROLE_FUNDER = 1 << 6,
	ROLE_AUDITOR = 1 << 7,
};

enum member_type {
	TYPE_INTEGER,  /* min..max */
	TYPE_CENTS,    /* min..max, cents of EUR */
	TYPE_POSITION, /* of an earlier entry: 0 .. 2^53-1 */
	TYPE_ID,       /* [a-z0-9][a-z0-9:._-]*, min..max bytes */
	TYPE_REF,      /* [A-Z0-9._-]{1,32} */
	/* UTF-8 name of a legal person, fund or project: min..max bytes; no control,
	 * nor what breaks a line or turns the direction of writing */
	TYPE_LABEL,
	TYPE_DATE,     /* YYYY-MM-DD, real, 1970..2199 */
	TYPE_MONTH,    /* YYYY-MM */
	TYPE_MONTHDAY, /* MM-DD, of a fiscal year's end; a day of every year */
	TYPE_HEX,      /* lower-case hex, exactly max characters */
	TYPE_CHOICE,   /* one of arg, "a|b|c" */
	TYPE_SIREN,    /* 9 digits, Luhn */
	TYPE_RNA,      /* W and 9 digits */
	TYPE_IBAN,     /* of SEPA, capitals without blanks (iban.h) */
	TYPE_VKEY,     /* C2SP vkey of type Ed25519 */
	TYPE_NOTE,     /* a C2SP signed note, min..max bytes */
	TYPE_BASE64,   /* strict base64 of exactly max bytes */
	TYPE_LIST,     /* of objects of the shape arg, min..max of them */
	TYPE_IDS,      /* list of TYPE_ID texts, min..max of them, none twice */
	TYPE_STEPS,    /* list of TYPE_CENTS, ascending, min..max of them */
	TYPE_OBJECT,   /* of the shape arg */
	TYPE_CEILINGS, /* object: fund id -> cents, 0 or more, at most max members */
	TYPE_ACT, /* object: the members of an entry that carries out a vote, with its
		   * kind
		   */
};

enum member_flags {
	MEMBER_OPTIONAL = 1 << 0,
	MEMBER_COMPUTED = 1 << 1, /* set by the writer; refused from a submitter */
	MEMBER_SALTED =
		1 << 2, /* differs each time; not part of the reference's content */
};

struct member {
	const char *name;
	enum member_type type;
	int64_t min, max;
	unsigned flags;
	const char *choices; /* TYPE_CHOICE */
	enum shape shape;    /* TYPE_LIST, TYPE_OBJECT */
	const char *doc;     /* one line for the reference page and the schema */
};

struct kind_def {
	const char *name;
	enum kind_nature nature;
	unsigned roles;   /* who may submit it: enum role bits */
	const char *path; /* of its endpoint below /v1/, or "" for none */
	const char *doc;
	const struct member *members; /* ascending by name, envelope excluded */
	size_t member_count;
};

const struct kind_def *kind_def(enum kind kind);
const struct member *shape_members(enum shape shape, size_t *ret_count);
const char *shape_name(enum shape shape);
const char *shape_doc(enum shape shape);
MUST_USE bool kind_by_name(struct slice name, enum kind *ret_kind);
const char *role_name(enum role role);
MUST_USE bool role_by_name(struct slice name, enum role *ret_role);

/* The members that every kind has: at, by, date, kind, ref. Their flags say what the
 * ledger sets (MEMBER_COMPUTED): `at`, `by` and, of an act, `date`. */
const struct member *kind_envelope(enum kind_nature nature, size_t *ret_count);

/* The declaration of a kind's own or envelope's member; NULL where there is none. */
const struct member *kind_member(enum kind kind, struct slice name);

/* What a member's value must be, as the end of "give ...": "a whole number from 1 to
 * 28". Faults, the schema and the reference say it with the same words. */
#define MEMBER_EXPECT_BYTES 600
void member_expect(const struct member *member, char ret_text[MEMBER_EXPECT_BYTES]);

/* What is wrong with a text as the value of a member that holds a text, such as "is
 * empty"; NULL when it is right. */
const char *member_text_problem(const struct member *member, struct slice text);

#define REF_BYTES_MAX 32

/* Bounds of what is inside a TYPE_IDS, TYPE_STEPS or TYPE_CEILINGS. */
#define IDS_ID_BYTES_MAX        64
#define STEPS_CENTS_MAX         1000000
#define CEILINGS_FUND_BYTES_MAX 32

/* Whether a value is a member's, or an object has a kind's members and the
 * envelope. `whole` entries have every computed member; a draft (what a
 * submitter sends) has none of them, nor `at`, `by` and an act's `date`. Text
 * of the fault: "member 'step' of a batch: it is missing: give ...". */
enum kind_stage { STAGE_DRAFT, STAGE_WHOLE };
MUST_USE enum err kind_check(const struct json *entry, enum kind_stage stage,
			     enum kind *ret_kind, struct fault *fault);

/* Checks of single texts, shared with the API's own parsers. */
bool text_is_id(struct slice text, size_t bytes_max);
/* One of the words of a TYPE_CHOICE, which "|" separates. */
bool text_is_choice(struct slice text, const char *choices);
bool text_is_ref(struct slice text);
bool text_is_label(struct slice text, size_t bytes_min, size_t bytes_max);
bool text_is_siren(struct slice text);

#endif
