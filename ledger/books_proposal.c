/*
 * books_proposal.c - questions put to the board, and the act that a vote allows.
 */
#include "ledger/books_int.h"

#include "keys/encoding.h"

static void record_digest(struct record *record, const struct hash *hash)
{
	char hex[HASH_HEX_CHARS + 1];

	hex_encode(hash->b, sizeof hash->b, hex);
	record_text(record, slice_of(hex, HASH_HEX_CHARS));
}

static bool digest_read(struct record_reader *reader, struct hash *ret_hash)
{
	struct slice hex = record_read_text(reader);

	return hex_decode((const char *)hex.p, hex.n, ret_hash->b, sizeof ret_hash->b) ==
	       ERR_OK;
}

void proposal_write(struct books *books, uint64_t position,
		    const struct proposal_record *proposal)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_digest(&record, &proposal->leaf);
	record_text(&record, slice_of_text(proposal->made_by));
	record_text(&record, slice_of_text(proposal->subject));
	record_text(&record, slice_of_text(proposal->fund));
	record_text(&record, slice_of_text(proposal->to));
	record_text(&record, slice_of_text(proposal->beneficiary));
	record_text(&record, slice_of_text(proposal->project));
	record_text(&record, slice_of_text(proposal->purpose));
	record_text(&record, slice_of_text(proposal->payee));
	record_integer(&record, cents_value(proposal->amount));
	record_integer(&record, proposal->proposed_on.day);
	record_integer(&record, proposal->expires_on.day);
	record_integer(&record, proposal->decided_on.day);
	record_integer(&record, proposal->paid_on.day);
	record_integer(&record, proposal->status);
	record_digest(&record, &proposal->act);
	record_integer(&record, (int64_t)proposal->grant);
	record_integer(&record, proposal->deferrals);
	record_integer(&record, proposal->votes_for);
	record_integer(&record, proposal->against);
	record_integer(&record, proposal->abstain);
	record_integer(&record, proposal->recused);
	record_integer(&record, proposal->needed);
	record_integer(&record, (int64_t)proposal->decided_at);
	record_integer(&record, (int64_t)proposal->delegation);
	record_integer(&record, cents_value(proposal->ordered));
	record_integer(&record, cents_value(proposal->paid));
	record_integer(&record, cents_value(proposal->cancelled));
	record_integer(&record, cents_value(proposal->restituted));
	record_integer(&record, proposal->notified_on.day);
	books_put(books, key_of(&key, "proposal/%016" PRIu64, position), &record);
}

bool proposal_of_record(struct slice value, struct proposal_record *proposal)
{
	struct record_reader reader = record_reader(value);
	bool sound = digest_read(&reader, &proposal->leaf);

	text_copy(proposal->made_by, ID_BYTES, record_read_text(&reader));
	text_copy(proposal->subject, sizeof proposal->subject, record_read_text(&reader));
	text_copy(proposal->fund, ID_BYTES, record_read_text(&reader));
	text_copy(proposal->to, ID_BYTES, record_read_text(&reader));
	text_copy(proposal->beneficiary, ID_BYTES, record_read_text(&reader));
	text_copy(proposal->project, ID_BYTES, record_read_text(&reader));
	text_copy(proposal->purpose, ID_BYTES, record_read_text(&reader));
	text_copy(proposal->payee, sizeof proposal->payee, record_read_text(&reader));
	proposal->amount = cents_of(record_read_integer(&reader));
	proposal->proposed_on.day = (int32_t)record_read_integer(&reader);
	proposal->expires_on.day = (int32_t)record_read_integer(&reader);
	proposal->decided_on.day = (int32_t)record_read_integer(&reader);
	proposal->paid_on.day = (int32_t)record_read_integer(&reader);
	proposal->status = (enum proposal_status)record_read_integer(&reader);
	sound = digest_read(&reader, &proposal->act) && sound;
	proposal->grant = (uint64_t)record_read_integer(&reader);
	proposal->deferrals = record_read_integer(&reader);
	proposal->votes_for = record_read_integer(&reader);
	proposal->against = record_read_integer(&reader);
	proposal->abstain = record_read_integer(&reader);
	proposal->recused = record_read_integer(&reader);
	proposal->needed = record_read_integer(&reader);
	proposal->decided_at = (uint64_t)record_read_integer(&reader);
	proposal->delegation = (uint64_t)record_read_integer(&reader);
	proposal->ordered = cents_of(record_read_integer(&reader));
	proposal->paid = cents_of(record_read_integer(&reader));
	proposal->cancelled = cents_of(record_read_integer(&reader));
	proposal->restituted = cents_of(record_read_integer(&reader));
	proposal->notified_on.day = (int32_t)record_read_integer(&reader);
	return sound;
}

bool proposal_read(struct books *books, uint64_t position,
		   struct proposal_record *ret_proposal)
{
	struct slice value;
	struct key key;

	return state_get(books->state, key_of(&key, "proposal/%016" PRIu64, position),
			 &value) &&
	       proposal_of_record(value, ret_proposal);
}

/* Which members each subject has: all of these, and no others. */
static const struct subject {
	const char *name;
	const char *members[7];
} subjects[] = {
	{ "support", { "amount", "beneficiary", "fund", "payee", "purpose" } },
	{ "grant", { "amount", "beneficiary", "fund", "payee", "project", "purpose" } },
	{ "transfer", { "amount", "fund", "to" } },
	{ "structure", { "act" } },
	{ "cancellation", { "amount", "grant" } },
	{ "payee", { "grant", "payee" } },
	{ "ratification", { "ratifies" } },
};
static const char *const subject_members[] = { "act",     "amount",  "beneficiary",
					       "fund",    "grant",   "payee",
					       "project", "purpose", "ratifies",
					       "to" };

static bool subject_has(const struct subject *subject, const char *member)
{
	for (size_t i = 0; subject->members[i]; i++)
		if (strcmp(subject->members[i], member) == 0)
			return true;
	return false;
}

static enum err check_members(const struct entry *entry, struct fault *fault)
{
	const struct subject *subject = subjects;

	while (subject < subjects + sizeof subjects / sizeof *subjects &&
	       !text_is(entry_text(entry, "subject"), subject->name))
		subject++;
	if (subject == subjects + sizeof subjects / sizeof *subjects)
		return fault_rule(fault, "proposal", "there is no such subject");
	for (size_t i = 0; i < sizeof subject_members / sizeof *subject_members; i++)
		if (entry_has(entry, subject_members[i]) !=
		    subject_has(subject, subject_members[i]))
			return fault_rule(fault, "proposal",
					  "a proposal of subject %s has %s member '%s'",
					  subject->name,
					  subject_has(subject, subject_members[i]) ? "a"
										   : "no",
					  subject_members[i]);
	return ERR_OK;
}

static enum err check_tranches(struct books *books, struct fault *fault)
{
	const struct json *tranches = entry_list(books->entry, "tranches");
	struct cents sum = CENTS_ZERO;
	int number = 0;

	if (!tranches)
		return ERR_OK;
	if (!entry_has(books->entry, "beneficiary"))
		return fault_rule(fault, "tranches",
				  "only a support or a grant has tranches");
	for (const struct json *tranche = tranches->first; tranche;
	     tranche = tranche->next) {
		struct record record;
		struct key key;

		sum = books_plus(books, sum, item_cents(tranche, "amount"));
		record_init(&record);
		record_integer(&record, cents_value(item_cents(tranche, "amount")));
		record_text(&record, item_text(tranche, "condition"));
		books_put(books,
			  key_of(&key, "tranche/%016" PRIu64 "/%02d", books->position,
				 number++),
			  &record);
	}
	if (cents_cmp(sum, entry_cents(books->entry, "amount")) != 0)
		return fault_rule(fault, "tranches",
				  "the tranches do not add up to the amount");
	return ERR_OK;
}

static enum err check_help(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice beneficiary = entry_text(entry, "beneficiary"), nature, value;
	struct slice purpose = entry_text(entry, "purpose");
	bool support = text_is(entry_text(entry, "subject"), "support");
	char bearer[ID_BYTES];
	struct key key;
	enum err err;

	if (!state_get(books->state, key_of(&key, "purpose/%.*s", SLICE(purpose)),
		       &value))
		return fault_rule(fault, "purpose",
				  "purpose '%.*s' is not one of the charter's",
				  SLICE(purpose));
	err = beneficiary_check_eligible(books, beneficiary, &nature, fault);
	if (err)
		return err;
	if (support != text_is(nature, "job-seeker"))
		return fault_rule(fault, "subject",
				  "a support helps a job seeker, and a grant the bearer "
				  "of a project");
	if (support)
		return ERR_OK;
	err = project_check_open(books, entry_text(entry, "project"), bearer, fault);
	if (err)
		return err;
	if (!slice_equal_text(beneficiary, bearer))
		return fault_rule(fault, "project",
				  "the beneficiary is not the bearer of the project");
	return ERR_OK;
}

/* The act's bytes, as the entry that carries it out will have to have them. */
static enum err act_digest(const struct json *act, struct hash *ret_digest,
			   struct fault *fault)
{
	struct buffer bytes;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = json_write(act, &bytes);
	if (err)
		(void)fault_set(fault, err, "the act of a proposal could not be written");
	else
		*ret_digest = hash_bytes(bytes.p, bytes.n);
	buffer_release(&bytes);
	return err;
}

static enum err check_act(struct books *books, struct hash *ret_digest,
			  struct fault *fault)
{
	const struct json *act = entry_list(books->entry, "act");
	struct charter_record charter;
	enum err err = ERR_OK;

	if (text_is(item_text(act, "kind"), "delegation"))
		err = delegation_check(books, act, fault);
	if (text_is(item_text(act, "kind"), "account"))
		err = account_check(books, act, fault);
	if (text_is(item_text(act, "kind"), "amendment"))
		err = amendment_check(books, act, fault);
	if (text_is(item_text(act, "kind"), "close"))
		err = close_check_approved(books, act, fault);
	if (err)
		return err;
	if (text_is(item_text(act, "kind"), "policy")) {
		err = charter_read(books, &charter, fault);
		if (!err)
			err = policy_check(books, json_get(act, "policy"),
					   slice_of_text(charter.default_fund), fault);
	}
	return err ? err : act_digest(act, ret_digest, fault);
}

static enum err check_subject(struct books *books, struct proposal_record *proposal,
			      struct fault *fault)
{
	const struct entry *entry = books->entry;
	enum err err;

	if (strcmp(proposal->subject, "structure") == 0)
		return check_act(books, &proposal->act, fault);
	if (strcmp(proposal->subject, "ratification") == 0)
		return ratification_check(books, fault);
	if (entry_has(entry, "grant"))
		return cancellation_check(books, proposal, fault);
	err = fund_check_spendable(books, entry_text(entry, "fund"), fault);
	if (err)
		return err;
	if (strcmp(proposal->subject, "transfer") != 0)
		return check_help(books, fault);
	if (slice_equal(entry_text(entry, "fund"), entry_text(entry, "to")))
		return fault_rule(fault, "transfer", "a transfer is between two funds");
	return fund_check(books, entry_text(entry, "to"), fault);
}

static struct proposal_record proposal_of_entry(struct books *books)
{
	const struct entry *entry = books->entry;
	struct proposal_record proposal = {
		.leaf = *books->leaf,
		.amount = entry_cents(entry, "amount"),
		.proposed_on = entry->date,
		.expires_on = entry_date(entry, "expires_on"),
		.decided_on.day = -1,
		.paid_on.day = -1,
		.notified_on.day = -1,
		.status = PROPOSAL_OPEN,
		.grant = entry_position(entry, "grant"),
	};

	text_copy(proposal.made_by, ID_BYTES, entry->by);
	text_copy(proposal.subject, sizeof proposal.subject,
		  entry_text(entry, "subject"));
	text_copy(proposal.fund, ID_BYTES, entry_text(entry, "fund"));
	text_copy(proposal.to, ID_BYTES, entry_text(entry, "to"));
	text_copy(proposal.beneficiary, ID_BYTES, entry_text(entry, "beneficiary"));
	text_copy(proposal.project, ID_BYTES, entry_text(entry, "project"));
	text_copy(proposal.purpose, ID_BYTES, entry_text(entry, "purpose"));
	text_copy(proposal.payee, sizeof proposal.payee, entry_text(entry, "payee"));
	return proposal;
}

enum err proposal_check_expiry(struct date today, struct date expires_on,
			       struct fault *fault)
{
	int32_t months = month_distance(month_of_date(today), month_of_date(expires_on));

	if (date_cmp(expires_on, today) < 0 || months > BOOKS_WINDOW_MONTHS)
		return fault_rule(fault, "expiry",
				  "a proposal expires between today and the end of the "
				  "%dth month after",
				  BOOKS_WINDOW_MONTHS);
	return ERR_OK;
}

enum err apply_proposal(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct proposal_record proposal = proposal_of_entry(books);
	enum err err = proposal_check_expiry(entry->date, proposal.expires_on, fault);

	if (!err)
		err = check_members(entry, fault);
	if (!err)
		err = check_subject(books, &proposal, fault);
	if (!err)
		err = check_tranches(books, fault);
	if (err)
		return err;
	proposal_write(books, books->position, &proposal);
	return ERR_OK;
}

/* The entry's members without the envelope and the proposal, with its kind: the
 * very object that the board voted. */
static enum err carried_digest(const struct entry *entry, struct hash *ret_digest,
			       struct fault *fault)
{
	static const char *const left_out[] = { "at", "by", "date", "proposal", "ref" };
	struct json_doc *doc = json_doc_new();
	struct json *act = doc ? json_new(doc, JSON_OBJECT) : NULL;
	enum err err;

	for (const struct json *member = act ? entry->json->first : NULL; member;
	     member = member->next) {
		char name[JSON_NAME_BYTES_MAX + 1];
		bool leave = false;

		for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
			leave = leave || slice_equal_text(member->name, left_out[i]);
		if (leave)
			continue;
		text_copy(name, sizeof name, member->name);
		(void)json_add_copy(doc, act, name, member);
	}
	err = act && json_doc_err(doc) == ERR_OK
		      ? act_digest(act, ret_digest, fault)
		      : fault_set(fault, ERR_MEMORY,
				  "out of memory while comparing an act");
	json_doc_free(doc);
	return err;
}

enum err proposal_carry_out(struct books *books, struct fault *fault)
{
	uint64_t position = entry_position(books->entry, "proposal");
	struct proposal_record proposal;
	struct hash digest;
	enum err err;

	if (!proposal_read(books, position, &proposal) ||
	    strcmp(proposal.subject, "structure") != 0)
		return fault_rule(fault, "structure",
				  "position %" PRIu64 " is no proposal of structure",
				  position);
	if (proposal.status != PROPOSAL_GRANTED)
		return fault_rule(fault, "structure",
				  "proposal %" PRIu64
				  " is not granted, or was carried out already",
				  position);
	err = carried_digest(books->entry, &digest, fault);
	if (err)
		return err;
	if (!hash_equal(&digest, &proposal.act))
		return fault_rule(fault, "structure",
				  "this is not what proposal %" PRIu64 " says", position);
	proposal.status = PROPOSAL_DONE;
	proposal_write(books, position, &proposal);
	return ERR_OK;
}
