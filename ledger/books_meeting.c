/*
 * books_meeting.c - the board has met: who was there, and what was on the agenda.
 *
 * Statutes ask for a notice in time, with the agenda, and for minutes that say who was
 * there. Votes are ballots as ever; a decision may name the meeting at which it was
 * taken.
 */
#include "ledger/books_int.h"

static enum err check_notice(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct date notified_on = entry_date(entry, "notified_on");
	struct charter_record charter;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	if (entry->date.day - notified_on.day >= charter.notice_days)
		return ERR_OK;
	return fault_rule(fault, "meeting",
			  "the notice is given %" PRId64 " days before, or earlier",
			  charter.notice_days);
}

/* ---- who was there ---- */

static bool ids_have(const struct json *ids, struct slice seat)
{
	for (const struct json *id = ids->first; id; id = id->next)
		if (slice_equal(id->text, seat))
			return true;
	return false;
}

/* How often a seat stands in one of the three lists. */
static int times(const struct entry *entry, struct slice seat)
{
	int count = ids_have(entry_list(entry, "present"), seat) +
		    ids_have(entry_list(entry, "excused"), seat);

	for (const struct json *proxy = entry_list(entry, "represented")->first; proxy;
	     proxy = proxy->next)
		count += slice_equal(item_text(proxy, "seat"), seat);
	return count;
}

static enum err check_seat(struct books *books, struct slice seat, struct fault *fault)
{
	struct slice vkey;

	if (!seat_key(books, seat, &vkey))
		return fault_rule(fault, "seat", "'%.*s' is not an active seat",
				  SLICE(seat));
	if (times(books->entry, seat) > 1)
		return fault_rule(
			fault, "meeting",
			"'%.*s' is present, represented or excused: one of these",
			SLICE(seat));
	return ERR_OK;
}

static enum err check_ids(struct books *books, const char *member, struct fault *fault)
{
	enum err err = ERR_OK;

	for (const struct json *id = entry_list(books->entry, member)->first; id && !err;
	     id = id->next)
		err = check_seat(books, id->text, fault);
	return err;
}

static enum err check_proxies(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;

	for (const struct json *proxy = entry_list(entry, "represented")->first; proxy;
	     proxy = proxy->next) {
		enum err err = check_seat(books, item_text(proxy, "seat"), fault);

		if (err)
			return err;
		if (!ids_have(entry_list(entry, "present"), item_text(proxy, "by")))
			return fault_rule(fault, "meeting",
					  "'%.*s', who represents another seat, was not "
					  "present",
					  SLICE(item_text(proxy, "by")));
	}
	return ERR_OK;
}

/* ---- the agenda ---- */

static const char *agenda_key(struct key *key, uint64_t meeting, uint64_t proposal)
{
	return key_of(key, "agenda/%016" PRIu64 "/%016" PRIu64, meeting, proposal);
}

static enum err take_item(struct books *books, const struct json *item,
			  struct fault *fault)
{
	uint64_t position = (uint64_t)item_integer(item, "proposal");
	struct proposal_record proposal;
	struct slice value;
	struct key key;

	if (item_has(item, "proposal") == item_has(item, "code"))
		return fault_rule(fault, "meeting",
				  "an item of the agenda is a proposal, or a code");
	if (item_has(item, "code"))
		return ERR_OK;
	if (!proposal_read(books, position, &proposal))
		return fault_rule(fault, "meeting",
				  "position %" PRIu64 " is not a proposal", position);
	if (state_get(books->state, agenda_key(&key, books->position, position), &value))
		return fault_rule(fault, "meeting",
				  "proposal %" PRIu64 " is on the agenda twice",
				  position);
	state_put(books->state, key.text, slice_of("\n", 1));
	return ERR_OK;
}

enum err meeting_check_decision(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t meeting = entry_position(entry, "meeting");
	uint64_t proposal = entry_position(entry, "proposal");
	struct slice value;
	struct key key;

	if (!entry_has(entry, "meeting") ||
	    state_get(books->state, agenda_key(&key, meeting, proposal), &value))
		return ERR_OK;
	return fault_rule(fault, "meeting",
			  "position %" PRIu64 " is no meeting with proposal %" PRIu64
			  " on its agenda",
			  meeting, proposal);
}

enum err apply_meeting(struct books *books, struct fault *fault)
{
	enum err err = check_notice(books, fault);

	if (!err)
		err = check_ids(books, "present", fault);
	if (!err)
		err = check_ids(books, "excused", fault);
	if (!err)
		err = check_proxies(books, fault);
	for (const struct json *item = entry_list(books->entry, "agenda")->first;
	     item && !err; item = item->next)
		err = take_item(books, item, fault);
	return err;
}
