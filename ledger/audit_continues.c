/*
 * audit_continues.c - see audit_continues.h.
 *
 * Both logs were verified whole before: what is left to do is to hold them against each
 * other. That the seats have consented, and that the succession's checkpoint is of
 * exactly the entries before it, the rules have judged in the new log; here it is asked
 * whether the log that they spoke of is this old one.
 */
#include "ledger/audit_continues.h"

#include <inttypes.h>
#include <stdlib.h>

#include "ledger/audit_int.h"

static enum err finds(struct audit_finding *finding, uint64_t position,
		      struct fault *fault)
{
	finding->position = position;
	memcpy(finding->rule, fault->rule, sizeof finding->rule);
	memcpy(finding->text, fault->text, sizeof finding->text);
	return fault->err;
}

/* ---- which succession ---- */

/* The key by which the old log was succeeded: the one that follows one of its origin. */
static const struct audit_log_key *succession_find(const struct audit *old,
						   const struct audit *new)
{
	size_t n_old, n;
	const struct audit_log_key *olds = audit_log_keys(old, &n_old);
	const struct audit_log_key *keys = audit_log_keys(new, &n);

	for (size_t i = 1; i < n; i++)
		if (keys[i].log.change == LOG_SUCCEEDED &&
		    strcmp(keys[i - 1].log.origin, olds[n_old - 1].log.origin) == 0)
			return &keys[i];
	return NULL;
}

/* ---- the entries that both have ---- */

static enum err roots_compare(struct audit *old, struct audit *new, uint64_t size,
			      bool *ret_equal, struct fault *fault)
{
	struct hash a, b;
	enum err err = audit_tree_root_at(&old->tree, size, &a, fault);

	if (!err)
		err = audit_tree_root_at(&new->tree, size, &b, fault);
	if (!err)
		*ret_equal = hash_equal(&a, &b);
	return err;
}

static enum err beginning_check(struct audit *old, struct audit *new, uint64_t at,
				struct audit_finding *finding, struct fault *fault)
{
	bool is_equal = false;
	enum err err;

	if (at > old->checkpoint.size) {
		(void)fault_rule(fault, "cut_short",
				 "the old log's export has %" PRIu64
				 " entries, and the new log continues %" PRIu64
				 " of them: take a newer export",
				 old->checkpoint.size, at);
		return finds(finding, AUDIT_NO_POSITION, fault);
	}
	err = roots_compare(old, new, at, &is_equal, fault);
	if (err || is_equal)
		return err;
	(void)fault_rule(fault, "older",
			 "the first %" PRIu64
			 " entries of the new log are not those of the old one",
			 at);
	return finds(finding, AUDIT_NO_POSITION, fault);
}

/* ---- the entry of the succession ---- */

struct succession_read {
	struct audit *old;
	uint64_t at;
	struct audit_continues *continues;
	enum err found; /* what is wrong with its checkpoint */
	struct fault why;
};

static enum err succession_look(void *ctx, uint64_t position, const struct entry *entry,
				struct fault *fault)
{
	struct succession_read *read = ctx;
	struct audit_continues *continues = read->continues;
	struct slice reason;
	struct checkpoint said;

	(void)fault;
	if (position != read->at)
		return ERR_OK;
	reason = entry_text(entry, "reason");
	(void)snprintf(continues->reason, sizeof continues->reason, "%.*s", (int)reason.n,
		       (const char *)reason.p);
	for (const struct json *consent = entry_list(entry, "consents")->first; consent;
	     consent = consent->next) {
		struct slice seat = item_text(consent, "seat");

		(void)snprintf(continues->seats[continues->n_seats++], QUERY_ID_BYTES,
			       "%.*s", (int)seat.n, (const char *)seat.p);
	}
	read->found =
		query_checkpoint_open(audit_books(read->old),
				      entry_text(entry, "checkpoint"), &said, &read->why);
	return ERR_OK;
}

static enum err succession_check(struct audit *old, struct audit *new,
				 struct audit_continues *continues,
				 struct audit_finding *finding, struct fault *fault)
{
	struct succession_read read = { .old = old,
					.at = continues->at,
					.continues = continues };
	enum err err = audit_each_entry(new, continues->at, continues->at + 1,
					succession_look, &read, fault);

	if (err || !read.found)
		return err;
	(void)fault_rule(fault, "succession",
			 "its checkpoint is not one of the old log: %s", read.why.text);
	return finds(finding, continues->at, fault);
}

/* ---- what the new log lacks ---- */

static enum err lost_add(void *ctx, uint64_t position, const struct entry *entry,
			 struct fault *fault)
{
	struct audit_continues *continues = ctx;
	struct audit_lost *lost = &continues->lost[continues->n_lost++];

	*lost = (struct audit_lost){ .position = position,
				     .kind = entry->kind,
				     .date = entry->date,
				     .again = AUDIT_NO_POSITION };
	(void)snprintf(lost->by, sizeof lost->by, "%.*s", (int)entry->by.n,
		       (const char *)entry->by.p);
	(void)snprintf(lost->ref, sizeof lost->ref, "%.*s", (int)entry->ref.n,
		       (const char *)entry->ref.p);
	return entry_content(entry, &lost->content, fault);
}

static int lost_cmp(const void *a, const void *b)
{
	const struct audit_lost *left = a, *right = b;
	int order = strcmp(left->by, right->by);

	if (!order)
		order = strcmp(left->ref, right->ref);
	return order ? order
		     : (left->position > right->position) -
			       (left->position < right->position);
}

static int lost_cmp_position(const void *a, const void *b)
{
	uint64_t left = ((const struct audit_lost *)a)->position;
	uint64_t right = ((const struct audit_lost *)b)->position;

	return (left > right) - (left < right);
}

static int lost_cmp_name(const struct audit_lost *lost, const struct entry *entry)
{
	int order;

	if (slice_equal_text(entry->by, lost->by) &&
	    slice_equal_text(entry->ref, lost->ref))
		return 0;
	order = strncmp(lost->by, (const char *)entry->by.p, entry->by.n);
	if (!order && lost->by[entry->by.n])
		order = 1;
	if (order)
		return order;
	order = strncmp(lost->ref, (const char *)entry->ref.p, entry->ref.n);
	return order ? order : 1;
}

/* The first of the sorted ones that has the entry's name, or is behind it. */
static size_t lost_find(const struct audit_continues *continues,
			const struct entry *entry)
{
	size_t low = 0, high = continues->n_lost;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (lost_cmp_name(&continues->lost[middle], entry) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A reference may be used again after its window, so there may be several. */
static enum err lost_meet(void *ctx, uint64_t position, const struct entry *entry,
			  struct fault *fault)
{
	struct audit_continues *continues = ctx;
	struct hash content;
	enum err err;

	for (size_t i = lost_find(continues, entry);
	     i < continues->n_lost && lost_cmp_name(&continues->lost[i], entry) == 0;
	     i++) {
		struct audit_lost *lost = &continues->lost[i];

		if (lost->state == LOST_RECORDED)
			continue;
		err = entry_content(entry, &content, fault);
		if (err)
			return err;
		lost->state = hash_equal(&content, &lost->content) ? LOST_RECORDED
								   : LOST_DIFFERS;
		lost->again = position;
		if (lost->state == LOST_RECORDED)
			break;
	}
	return ERR_OK;
}

static enum err lost_read(struct audit *old, struct audit *new,
			  struct audit_continues *continues, struct fault *fault)
{
	uint64_t size = old->checkpoint.size, at = continues->at;
	enum err err;

	continues->lost = calloc((size_t)(size - at) + 1, sizeof *continues->lost);
	if (!continues->lost)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = audit_each_entry(old, at, size, lost_add, continues, fault);
	if (err)
		return err;
	qsort(continues->lost, continues->n_lost, sizeof *continues->lost, lost_cmp);
	err = audit_each_entry(new, at + 1, new->checkpoint.size, lost_meet, continues,
			       fault);
	qsort(continues->lost, continues->n_lost, sizeof *continues->lost,
	      lost_cmp_position);
	return err;
}

size_t audit_continues_missing(const struct audit_continues *continues)
{
	size_t n = 0;

	for (size_t i = 0; i < continues->n_lost; i++)
		n += continues->lost[i].state != LOST_RECORDED;
	return n;
}

/* ---- all of it ---- */

static enum err continues_run(struct audit *old, struct audit *new,
			      struct audit_continues *continues,
			      struct audit_finding *finding, struct fault *fault)
{
	const struct audit_log_key *key;
	bool is_equal = false;
	enum err err = roots_compare(old, new, 1, &is_equal, fault);

	if (err)
		return err;
	if (!is_equal) {
		(void)fault_rule(fault, "charter",
				 "the two logs have different charters");
		return finds(finding, 0, fault);
	}
	key = succession_find(old, new);
	if (!key) {
		(void)fault_rule(fault, "succession",
				 "no succession of '%s' names the origin '%s'",
				 new->checkpoint.origin, old->checkpoint.origin);
		return finds(finding, AUDIT_NO_POSITION, fault);
	}
	continues->at = key->log.position;
	continues->old_size = old->checkpoint.size;
	memcpy(continues->old_origin, old->checkpoint.origin,
	       sizeof continues->old_origin);
	memcpy(continues->new_origin, key->log.origin, sizeof continues->new_origin);
	err = beginning_check(old, new, continues->at, finding, fault);
	if (!err)
		err = succession_check(old, new, continues, finding, fault);
	return err ? err : lost_read(old, new, continues, fault);
}

enum err audit_continues_check(struct audit *old, struct audit *new,
			       struct audit_continues *ret_continues,
			       struct audit_finding *ret_finding, struct fault *fault)
{
	struct audit_continues continues = { 0 };
	enum err err;

	*ret_finding = (struct audit_finding){ AUDIT_NO_POSITION, "", "" };
	err = continues_run(old, new, &continues, ret_finding, fault);
	if (err) {
		audit_continues_release(&continues);
		return err;
	}
	*ret_continues = continues;
	return ERR_OK;
}

void audit_continues_release(struct audit_continues *continues)
{
	free(continues->lost);
	*continues = (struct audit_continues){ 0 };
}
