/*
 * open_data.c - finds the grants of a period and what may be said of each.
 *
 * The books know the grants; names, dates of projects and single payments stand in the
 * entries alone, so the log is replayed once. What is known meanwhile of who is helped
 * stands in a map:
 *
 *	helped/ID     nature, name, SIREN, RNA
 *	project/ID    title, first day, last day (days since 1970, or -1)
 *	payment/POSITION  grant, amount, day on which it was carried out (or -1)
 */
#include "reports/open_data_int.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/state.h"
#include "reports/naming.h"

#define MAP_KEY_BYTES 128
#define SLICE(s)      (int)(s).n, (const char *)(s).p

struct collector {
	struct open_data *data;
	struct state *map;
};

/* ---- what the entries say ---- */

static void map_key(char key[MAP_KEY_BYTES], const char *space, struct slice id)
{
	(void)snprintf(key, MAP_KEY_BYTES, "%s/%.*s", space, SLICE(id));
}

static void map_position(char key[MAP_KEY_BYTES], uint64_t position)
{
	(void)snprintf(key, MAP_KEY_BYTES, "payment/%016" PRIu64, position);
}

static void put_helped(struct collector *c, const struct entry *entry)
{
	char key[MAP_KEY_BYTES];
	struct record record;

	map_key(key, "helped", entry_text(entry, "id"));
	record_init(&record);
	record_text(&record, entry_text(entry, "nature"));
	record_text(&record, entry_text(entry, "name"));
	record_text(&record, entry_text(entry, "siren"));
	record_text(&record, entry_text(entry, "rna"));
	state_put(c->map, key, record_slice(&record));
}

static int64_t day_of(const struct entry *entry, const char *member)
{
	return entry_has(entry, member) ? entry_date(entry, member).day : -1;
}

static void put_project(struct collector *c, const struct entry *entry)
{
	char key[MAP_KEY_BYTES];
	struct record record;

	map_key(key, "project", entry_text(entry, "id"));
	record_init(&record);
	record_text(&record, entry_text(entry, "title"));
	record_integer(&record, day_of(entry, "from"));
	record_integer(&record, day_of(entry, "until"));
	state_put(c->map, key, record_slice(&record));
}

struct payment {
	uint64_t grant;
	struct cents amount;
	int64_t paid_on;
};

static void put_payment(struct collector *c, uint64_t position,
			const struct payment *payment)
{
	char key[MAP_KEY_BYTES];
	struct record record;

	map_position(key, position);
	record_init(&record);
	record_integer(&record, (int64_t)payment->grant);
	record_integer(&record, cents_value(payment->amount));
	record_integer(&record, payment->paid_on);
	state_put(c->map, key, record_slice(&record));
}

static struct payment payment_read(struct slice value)
{
	struct record_reader reader = record_reader(value);
	struct payment payment;

	payment.grant = (uint64_t)record_read_integer(&reader);
	payment.amount = cents_of(record_read_integer(&reader));
	payment.paid_on = record_read_integer(&reader);
	return payment;
}

static bool get_payment(struct collector *c, uint64_t position,
			struct payment *ret_payment)
{
	char key[MAP_KEY_BYTES];
	struct slice value;

	map_position(key, position);
	if (!state_get(c->map, key, &value))
		return false;
	*ret_payment = payment_read(value);
	return true;
}

/* NULL where it is none of those that are published. */
static struct open_grant *grant_at(struct open_data *data, uint64_t position)
{
	size_t low = 0, high = data->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (data->grant[middle].proposal.position < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low < data->count && data->grant[low].proposal.position == position
		       ? &data->grant[low]
		       : NULL;
}

static void grant_changed(struct collector *c, uint64_t position, int64_t at_s)
{
	struct open_grant *grant = grant_at(c->data, position);

	if (grant)
		grant->changed_s = at_s;
}

/* A payment that comes back is due again, and may be carried out once more. */
static void payment_moved(struct collector *c, const struct entry *entry, int64_t paid_on)
{
	uint64_t position = entry_position(entry, "payment");
	struct payment payment;

	if (!get_payment(c, position, &payment))
		return;
	payment.paid_on = paid_on;
	put_payment(c, position, &payment);
	grant_changed(c, payment.grant, entry->at);
}

static void entry_collect(struct collector *c, uint64_t position,
			  const struct entry *entry)
{
	switch (entry->kind) {
	case KIND_charter:
		(void)snprintf(c->data->territory, sizeof c->data->territory, "%.*s",
			       SLICE(entry_text(entry, "territory")));
		return;
	case KIND_beneficiary:
		put_helped(c, entry);
		return;
	case KIND_project:
		put_project(c, entry);
		return;
	case KIND_payment:
		put_payment(c, position,
			    &(struct payment){ entry_position(entry, "proposal"),
					       entry_cents(entry, "amount"), -1 });
		return;
	case KIND_paid:
		payment_moved(c, entry, entry->date.day);
		return;
	case KIND_returned:
		payment_moved(c, entry, -1);
		return;
	case KIND_decision:
		grant_changed(c, entry_position(entry, "proposal"), entry->at);
		return;
	case KIND_restitution:
	case KIND_cancellation:
		grant_changed(c, entry_position(entry, "grant"), entry->at);
		return;
	default:
		return; /* nothing that is published of a grant */
	}
}

static enum err visit(void *ctx, uint64_t position, const struct entry *entry,
		      const struct posting *postings, size_t count, struct fault *fault)
{
	struct collector *c = ctx;
	enum err err;

	(void)postings;
	(void)count;
	entry_collect(c, position, entry);
	err = state_err(c->map);
	return err ? fault_set(fault, err, "out of memory") : ERR_OK;
}

/* ---- the grants ---- */

static bool is_published(const struct proposal_view *proposal,
			 const struct period *period)
{
	bool is_aid = strcmp(proposal->subject, "support") == 0 ||
		      strcmp(proposal->subject, "grant") == 0;
	bool is_granted = strcmp(proposal->status, "granted") == 0 ||
			  strcmp(proposal->status, "done") == 0;

	return is_aid && is_granted && proposal->decided &&
	       period_holds(period, proposal->decided_on);
}

static enum err grants_find(struct open_data *data, struct books *books,
			    struct fault *fault)
{
	struct proposal_view *proposals = NULL;
	size_t count = 0;
	enum err err = query_proposals(books, &proposals, &count, fault);

	if (err)
		return err;
	data->grant = calloc(count ? count : 1, sizeof *data->grant);
	if (!data->grant)
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !err && i < count; i++)
		if (is_published(&proposals[i], &data->period))
			data->grant[data->count++].proposal = proposals[i];
	free(proposals);
	return err;
}

static enum err payment_add(struct open_grant *grant, uint64_t position,
			    const struct payment *payment, struct fault *fault)
{
	size_t n = grant->payment_count;
	struct open_payment *more = realloc(grant->payments, (n + 1) * sizeof *more);

	if (!more)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	grant->payments = more;
	more[n] = (struct open_payment){ .position = position,
					 .paid_on.day = (int32_t)payment->paid_on,
					 .amount = payment->amount };
	grant->payment_count++;
	return ERR_OK;
}

static enum err grants_pay(struct collector *c, struct fault *fault)
{
	struct state_cursor cursor;
	enum err err = ERR_OK;

	for (state_first(c->map, &cursor, "payment/"); !err && cursor.found;
	     state_next(c->map, &cursor)) {
		struct payment payment = payment_read(cursor.value);
		struct open_grant *grant = grant_at(c->data, payment.grant);

		if (grant && payment.paid_on >= 0)
			err = payment_add(
				grant,
				strtoull(cursor.key + strlen("payment/"), NULL, 10),
				&payment, fault);
	}
	/* What the grantee gave back is disbursed no more, whichever payment it was of.
	 */
	for (size_t i = 0; !err && i < c->data->count; i++) {
		struct open_grant *grant = &c->data->grant[i];

		err = cents_sub(grant->proposal.paid, grant->proposal.restituted,
				&grant->disbursed);
		if (err)
			(void)fault_set(fault, err, "a sum is past what can be counted");
	}
	return err;
}

static void text_copy(char *room, size_t bytes, struct slice text)
{
	(void)snprintf(room, bytes, "%.*s", SLICE(text));
}

/* (2) and (3) of open_data.h. */
static void recipient_name(struct collector *c, struct open_grant *grant, enum lang lang)
{
	const struct open_data *data = c->data;
	struct slice value, nature, name, siren, rna;
	struct record_reader reader;
	char key[MAP_KEY_BYTES];
	bool is_nameless;

	map_key(key, "helped", slice_of_text(grant->proposal.beneficiary));
	if (!state_get(c->map, key, &value))
		value = slice_of("", 0);
	reader = record_reader(value);
	nature = record_read_text(&reader);
	name = record_read_text(&reader);
	siren = record_read_text(&reader);
	rna = record_read_text(&reader);
	grant->is_person = text_is(nature, "job-seeker");
	is_nameless = grant->is_person || text_is(nature, "informal-group");
	if (siren.n && !is_nameless)
		(void)snprintf(grant->recipient_id, sizeof grant->recipient_id,
			       "FR-RCS-%.*s", SLICE(siren));
	else if (rna.n && !is_nameless)
		(void)snprintf(grant->recipient_id, sizeof grant->recipient_id,
			       "360G-%s-rna-%.*s", data->prefix, SLICE(rna));
	else
		(void)snprintf(grant->recipient_id, sizeof grant->recipient_id,
			       "360G-%s-recipient-%" PRIu64, data->prefix,
			       grant->proposal.position);
	if (grant->is_person)
		name = slice_of_text(tr(lang, MSG_OPEN_PERSON));
	else if (text_is(nature, "informal-group"))
		name = slice_of_text(tr(lang, MSG_OPEN_GROUP));
	else if (!name.n)
		name = slice_of_text(tr(lang, MSG_OPEN_NAMELESS));
	text_copy(grant->recipient_name, sizeof grant->recipient_name, name);
}

static void grant_title(struct collector *c, struct open_grant *grant, enum lang lang)
{
	struct record_reader reader;
	struct slice value, title;
	char key[MAP_KEY_BYTES];
	int64_t from, until;

	map_key(key, "project", slice_of_text(grant->proposal.project));
	if (!grant->proposal.project[0] || !state_get(c->map, key, &value)) {
		(void)snprintf(grant->title, sizeof grant->title, "%s%s",
			       tr(lang, MSG_OPEN_HELP_FOR), grant->proposal.purpose);
		return;
	}
	reader = record_reader(value);
	title = record_read_text(&reader);
	from = record_read_integer(&reader);
	until = record_read_integer(&reader);
	text_copy(grant->title, sizeof grant->title, title);
	grant->has_from = from >= 0;
	grant->from.day = (int32_t)from;
	grant->has_until = until >= 0;
	grant->until.day = (int32_t)until;
}

static enum err programmes_name(struct open_data *data, struct books *books,
				struct fault *fault)
{
	struct fund_view *funds = NULL;
	size_t count = 0;
	enum err err = query_funds(books, &funds, &count, fault);

	for (size_t i = 0; !err && i < data->count; i++)
		for (size_t f = 0; f < count; f++)
			if (strcmp(funds[f].id, data->grant[i].proposal.fund) == 0)
				text_copy(data->grant[i].programme,
					  sizeof data->grant[i].programme,
					  slice_of_text(funds[f].label));
	free(funds);
	return err;
}

static enum err prefix_take(struct open_data *data, const char *prefix,
			    struct fault *fault)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

	if (!prefix)
		prefix = data->charter.siren;
	if (!*prefix || strlen(prefix) >= sizeof data->prefix ||
	    prefix[strspn(prefix, allowed)])
		return fault_set(fault, ERR_USAGE,
				 "the prefix is not 1 to %zu letters, digits and '-': "
				 "360Giving gives each publisher its own",
				 sizeof data->prefix - 1);
	text_copy(data->prefix, sizeof data->prefix, slice_of_text(prefix));
	return ERR_OK;
}

static enum err grants_fill(struct collector *c, struct source *source, enum lang lang,
			    struct fault *fault)
{
	const struct source_visitor visitor = { .ctx = c, .visit = visit };
	enum err err = source_each_posting(source, &visitor, fault);

	if (!err)
		err = grants_pay(c, fault);
	for (size_t i = 0; !err && i < c->data->count; i++) {
		recipient_name(c, &c->data->grant[i], lang);
		grant_title(c, &c->data->grant[i], lang);
	}
	if (!err && state_err(c->map))
		err = fault_set(fault, state_err(c->map), "out of memory");
	return err;
}

enum err open_data_collect(struct source *source, const struct period *period,
			   const char *prefix, enum lang lang, struct open_data *ret_data,
			   struct fault *fault)
{
	struct books *books = source_books(source);
	struct collector c = { .data = ret_data };
	enum err err;

	*ret_data = (struct open_data){ .period = *period };
	err = period_resolve(&ret_data->period, source_standing(source), fault);
	if (!err)
		err = query_charter(books, &ret_data->charter, fault);
	if (!err)
		err = prefix_take(ret_data, prefix, fault);
	if (!err)
		err = grants_find(ret_data, books, fault);
	if (!err)
		err = programmes_name(ret_data, books, fault);
	if (err)
		return err;
	c.map = state_new(NULL);
	if (!c.map)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = grants_fill(&c, source, lang, fault);
	state_free(c.map);
	return err;
}

void open_data_release(struct open_data *data)
{
	for (size_t i = 0; i < data->count; i++)
		free(data->grant[i].payments);
	free(data->grant);
}
