/*
 * books_member.c - who may submit what, and how members come, change and go.
 *
 * The charter makes the operator, the treasurer and the seats. The operator
 * alone records the other members; a seat comes, goes or changes its key only
 * as the board has voted (DESIGN section 3, "Decisions": structure).
 */
#include "ledger/books_int.h"

#include <assert.h>

#include "keys/vkey.h"

bool member_find(struct books *books, struct slice id, struct member_record *ret_member)
{
	struct record_reader reader;
	struct key key;

	if (id.n >= ID_BYTES ||
	    !books_get(books, key_of(&key, "member/%.*s", SLICE(id)), &reader))
		return false;
	text_copy(ret_member->id, ID_BYTES, id);
	if (!role_by_name(record_read_text(&reader), &ret_member->role))
		return false;
	ret_member->active = record_read_integer(&reader) != 0;
	ret_member->match_percent = record_read_integer(&reader);
	ret_member->match_cap_month = cents_of(record_read_integer(&reader));
	text_copy(ret_member->match_fund, ID_BYTES, record_read_text(&reader));
	(void)record_read_text(&reader);    /* siren */
	(void)record_read_text(&reader);    /* name */
	(void)record_read_integer(&reader); /* step */
	text_copy(ret_member->collector, ID_BYTES, record_read_text(&reader));
	return true;
}

enum err member_check_may(struct books *books, struct slice by, enum kind kind,
			  struct fault *fault)
{
	const struct kind_def *def = kind_def(kind);
	struct member_record member;

	if (!member_find(books, by, &member) || !member.active)
		return fault_rule(fault, "member", "'%.*s' is not an active member",
				  SLICE(by));
	if (!(def->roles & member.role))
		return fault_rule(fault, "role",
				  "a member of role %s may not submit a %s",
				  role_name(member.role), def->name);
	return ERR_OK;
}

enum err member_check_own(struct books *books, struct slice payer, struct fault *fault)
{
	struct member_record submitter;

	if (!member_find(books, books->entry->by, &submitter))
		return fault_rule(fault, "member", "the submitter is not a member");
	if ((submitter.role & (ROLE_PROVIDER | ROLE_COLLECTOR)) &&
	    !slice_equal(books->entry->by, payer))
		return fault_rule(fault, "payer",
				  "a %s tells what is its own, and not what is '%.*s'",
				  role_name(submitter.role), SLICE(payer));
	return ERR_OK;
}

bool member_key(struct books *books, struct slice member, struct slice *ret_vkey)
{
	struct key key;

	if (!state_get(books->state, key_of(&key, "key/%.*s", SLICE(member)), ret_vkey))
		return false;
	ret_vkey->n--; /* the record's LF */
	return true;
}

bool seat_key(struct books *books, struct slice seat, struct slice *ret_vkey)
{
	struct member_record member;

	return member_find(books, seat, &member) && member.role == ROLE_SEAT &&
	       member.active && member_key(books, seat, ret_vkey);
}

int64_t seat_count(struct books *books)
{
	return books_get_integer(books, "seats");
}

static void key_put(struct books *books, struct slice member, struct slice vkey)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, vkey);
	books_put(books, key_of(&key, "key/%.*s", SLICE(member)), &record);
}

/* One key speaks for one seat: otherwise one person would have two votes. */
static enum err key_check_unused(struct books *books, struct slice member,
				 struct slice text, struct fault *fault)
{
	struct state_cursor cursor;
	struct vkey vkey, other;
	enum err err = vkey_parse(text, &vkey, fault);

	if (err)
		return err;
	for (state_first(books->state, &cursor, "key/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		err = vkey_parse(record_read_text(&reader), &other, fault);
		if (err)
			return err;
		if (!slice_equal_text(member, cursor.key + strlen("key/")) &&
		    memcmp(vkey.public_key, other.public_key, sizeof vkey.public_key) ==
			    0)
			return fault_rule(fault, "key",
					  "the key of '%.*s' is another member's, too",
					  SLICE(member));
	}
	return ERR_OK;
}

static void member_put(struct books *books, struct slice id, const char *role,
		       bool active, const struct entry *terms)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(role));
	record_integer(&record, active);
	record_integer(&record, terms ? entry_integer(terms, "match_percent") : 0);
	record_integer(&record,
		       terms ? cents_value(entry_cents(terms, "match_cap_month")) : 0);
	record_text(&record, terms ? entry_text(terms, "match_fund") : slice_of("", 0));
	record_text(&record, terms ? entry_text(terms, "siren") : slice_of("", 0));
	record_text(&record, terms ? entry_text(terms, "name") : slice_of("", 0));
	record_integer(&record, terms ? cents_value(entry_cents(terms, "step")) : 0);
	record_text(&record, terms ? entry_text(terms, "collector") : slice_of("", 0));
	books_put(books, key_of(&key, "member/%.*s", SLICE(id)), &record);
}

static enum err charter_member(struct books *books, struct slice id, enum role role,
			       struct fault *fault)
{
	struct member_record member;

	if (member_find(books, id, &member))
		return fault_rule(fault, "charter", "member '%.*s' is named twice",
				  SLICE(id));
	member_put(books, id, role_name(role), true, NULL);
	return ERR_OK;
}

enum err charter_members(struct books *books, struct fault *fault)
{
	const struct json *seats = entry_list(books->entry, "seats");
	enum err err;

	err = charter_member(books, entry_text(books->entry, "operator"), ROLE_OPERATOR,
			     fault);
	if (!err)
		err = charter_member(books, entry_text(books->entry, "treasurer"),
				     ROLE_TREASURER, fault);
	for (const struct json *seat = seats->first; seat && !err; seat = seat->next) {
		struct slice name = item_text(seat, "name");

		err = charter_member(books, name, ROLE_SEAT, fault);
		if (!err)
			err = key_check_unused(books, name, item_text(seat, "vkey"),
					       fault);
		if (!err)
			key_put(books, name, item_text(seat, "vkey"));
	}
	books_put_integer(books, "seats", (int64_t)seats->count);
	return err;
}

void member_retire(struct books *books, struct slice id)
{
	struct record_reader reader;
	struct record record;
	struct key key;

	if (!books_get(books, key_of(&key, "member/%.*s", SLICE(id)), &reader))
		return;
	record_init(&record);
	record_text(&record, record_read_text(&reader)); /* role */
	(void)record_read_integer(&reader);
	record_integer(&record, 0);                            /* not active */
	record_integer(&record, record_read_integer(&reader)); /* match_percent */
	record_integer(&record, record_read_integer(&reader)); /* match_cap_month */
	record_text(&record, record_read_text(&reader));       /* match_fund */
	record_text(&record, record_read_text(&reader));       /* siren */
	record_text(&record, record_read_text(&reader));       /* name */
	record_integer(&record, record_read_integer(&reader)); /* step */
	record_text(&record, record_read_text(&reader));       /* collector */
	books_put(books, key.text, &record);
}

void member_appoint(struct books *books, struct slice id, enum role role)
{
	member_put(books, id, role_name(role), true, NULL);
}

/* An employer's or funder's id is made of its SIREN, so that one legal person has one
 * account. */
static enum err legal_person_check(const struct entry *entry, enum role role,
				   struct fault *fault)
{
	struct slice siren = entry_text(entry, "siren");
	struct slice id = entry_text(entry, "id");
	char expected[ID_BYTES];

	if (!entry_has(entry, "siren") || !entry_has(entry, "name"))
		return fault_rule(fault, "member",
				  "an employer or funder has a siren "
				  "and a name");
	snprintf(expected, sizeof expected, "%s:%.*s", role_name(role), SLICE(siren));
	if (!slice_equal_text(id, expected))
		return fault_rule(fault, "member", "the id of this %s must be '%s'",
				  role_name(role), expected);
	return ERR_OK;
}

/* A company's key has the company's id as its name, so that whoever reads a manifest
 * sees who signed, and arrondi-post knows for whom it signs. */
static enum err employer_check_key(struct slice id, struct slice vkey_text,
				   struct fault *fault)
{
	struct vkey vkey;
	enum err err = vkey_parse(vkey_text, &vkey, fault);

	if (err)
		return err;
	if (!slice_equal_text(id, vkey.name))
		return fault_rule(
			fault, "key",
			"the key of '%.*s' must have that name, and not '%.64s'",
			SLICE(id), vkey.name);
	return ERR_OK;
}

static enum err member_check_terms(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct key key;

	if (entry_has(entry, "match_percent") != entry_has(entry, "match_cap_month"))
		return fault_rule(fault, "member",
				  "match_percent and match_cap_month are given together");
	if (entry_has(entry, "step")) {
		int64_t step = cents_value(entry_cents(entry, "step"));
		struct slice value;

		if (!state_get(books->state, key_of(&key, "step/%" PRId64, step), &value))
			return fault_rule(fault, "member",
					  "step %" PRId64 " is not one of the charter's",
					  step);
	}
	if (entry_has(entry, "match_fund"))
		return fund_check(books, entry_text(entry, "match_fund"), fault);
	return ERR_OK;
}

static enum err member_seat(struct books *books, bool known, bool was_active, bool active,
			    struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice id = entry_text(entry, "id");
	int64_t seats = seat_count(books) + (int64_t)active - (int64_t)was_active;
	struct charter_record charter;
	enum err err;

	err = proposal_carry_out(books, fault);
	if (!err)
		err = charter_read(books, &charter, fault);
	if (err)
		return err;
	if (seats < quorum_most(books, &charter))
		return fault_rule(fault, "member",
				  "fewer seats than the quorum asks to be present or to "
				  "vote: amend the quorum first");
	if (!known && !entry_has(entry, "vkey"))
		return fault_rule(fault, "member", "a new seat has a vkey");
	if (entry_has(entry, "vkey")) {
		err = key_check_unused(books, id, entry_text(entry, "vkey"), fault);
		if (err)
			return err;
		key_put(books, id, entry_text(entry, "vkey"));
	}
	books_put_integer(books, "seats", seats);
	return ERR_OK;
}

enum err apply_member(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice id = entry_text(entry, "id");
	struct slice role_text = entry_text(entry, "role");
	bool active = text_is(entry_text(entry, "status"), "active");
	struct member_record before = { .active = false };
	bool known = member_find(books, id, &before);
	enum role role;
	enum err err;

	if (!role_by_name(role_text, &role))
		return fault_rule(fault, "member", "no such role");
	if (known && before.role != role)
		return fault_rule(fault, "member",
				  "'%.*s' is a member of role %s already", SLICE(id),
				  role_name(before.role));
	if (!known && !active)
		return fault_rule(fault, "member",
				  "'%.*s' is not a member and cannot retire", SLICE(id));
	if ((role == ROLE_SEAT) != entry_has(entry, "proposal"))
		return fault_rule(fault, "structure",
				  "a seat changes as voted: name its proposal; other "
				  "members have none");
	if (role != ROLE_SEAT && entry_has(entry, "vkey"))
		return fault_rule(fault, "member",
				  "only a seat's entry has a vkey: record a key entry");
	if (role == ROLE_EMPLOYER || role == ROLE_FUNDER)
		err = legal_person_check(entry, role, fault);
	else if (role == ROLE_SEAT)
		err = member_seat(books, known, before.active, active, fault);
	else
		err = ERR_OK;
	if (!err)
		err = member_check_terms(books, fault);
	if (!err)
		err = collector_check_member(books, fault);
	if (!err)
		err = continues_check(books, fault);
	if (err)
		return err;
	member_put(books, id, role_name(role), active, entry);
	return continues_apply(books, fault);
}

enum err apply_key(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice id = entry_text(entry, "member");
	struct member_record member;
	enum err err;

	if (!member_find(books, id, &member) || !member.active)
		return fault_rule(fault, "member", "'%.*s' is not an active member",
				  SLICE(id));
	if ((member.role == ROLE_SEAT) != entry_has(entry, "proposal"))
		return fault_rule(fault, "structure",
				  "a seat's key changes as voted: name its proposal; "
				  "others have none");
	if (member.role == ROLE_SEAT) {
		err = proposal_carry_out(books, fault);
		if (err)
			return err;
	}
	if (member.role == ROLE_EMPLOYER) {
		err = employer_check_key(id, entry_text(entry, "vkey"), fault);
		if (err)
			return err;
	}
	err = key_check_unused(books, id, entry_text(entry, "vkey"), fault);
	if (err)
		return err;
	key_put(books, id, entry_text(entry, "vkey"));
	return ERR_OK;
}

enum err apply_policy(struct books *books, struct fault *fault)
{
	const struct json *shares = entry_list(books->entry, "policy");
	struct charter_record charter;
	enum err err;

	err = proposal_carry_out(books, fault);
	if (!err)
		err = charter_read(books, &charter, fault);
	if (!err)
		err = policy_check(books, shares, slice_of_text(charter.default_fund),
				   fault);
	if (err)
		return err;
	policy_put(books, shares);
	return ERR_OK;
}
