/*
 * books_party.c - who may be helped, and the projects that money is meant for.
 *
 * The ledger holds no person: a job seeker is 128 random bits, and evidence is
 * a salted digest with the day on which it ends.
 */
#include "ledger/books_int.h"

#define JOB_SEEKER_PREFIX "job-seeker:"
#define JOB_SEEKER_DIGITS 32

static bool is_job_seeker_id(struct slice id)
{
	size_t prefix = strlen(JOB_SEEKER_PREFIX);

	if (id.n != prefix + JOB_SEEKER_DIGITS ||
	    memcmp(id.p, JOB_SEEKER_PREFIX, prefix) != 0)
		return false;
	for (size_t i = prefix; i < id.n; i++)
		if (!strchr("0123456789abcdef", id.p[i]))
			return false;
	return true;
}

enum err apply_beneficiary(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice id = entry_text(entry, "id");
	struct slice nature = entry_text(entry, "nature");
	const struct json *attestation = entry_list(entry, "attestation");
	bool job_seeker = text_is(nature, "job-seeker");
	struct record_reader reader;
	struct record record;
	struct key key;

	if (job_seeker != is_job_seeker_id(id))
		return fault_rule(fault, "beneficiary",
				  "a job seeker, and only a job seeker, has an id of "
				  "job-seeker: and 32 random hex digits");
	if (job_seeker && (entry_has(entry, "name") || entry_has(entry, "siren") ||
			   entry_has(entry, "rna")))
		return fault_rule(fault, "beneficiary",
				  "a job seeker has no name, siren or rna here");
	key_of(&key, "beneficiary/%.*s", SLICE(id));
	if (books_get(books, key.text, &reader) &&
	    !slice_equal(nature, record_read_text(&reader)))
		return fault_rule(fault, "beneficiary",
				  "the nature of '%.*s' cannot change", SLICE(id));
	record_init(&record);
	record_text(&record, nature);
	record_text(&record,
		    attestation ? item_text(attestation, "until") : slice_of("", 0));
	record_text(&record, entry_text(entry, "name"));
	books_put(books, key.text, &record);
	return ERR_OK;
}

enum err beneficiary_check_eligible(struct books *books, struct slice id,
				    struct slice *ret_nature, struct fault *fault)
{
	struct slice nature, until_text, value;
	struct record_reader reader;
	char text[DATE_TEXT_BYTES] = "", nature_text[ID_BYTES];
	struct date until;
	struct key key;

	if (!books_get(books, key_of(&key, "beneficiary/%.*s", SLICE(id)), &reader))
		return fault_rule(fault, "beneficiary",
				  "beneficiary '%.*s' is not recorded", SLICE(id));
	nature = record_read_text(&reader);
	until_text = record_read_text(&reader);
	if (until_text.n == DATE_TEXT_BYTES - 1)
		text_copy(text, sizeof text, until_text);
	text_copy(nature_text, sizeof nature_text, nature);
	if (!state_get(books->state, key_of(&key, "nature/%s", nature_text), &value))
		return fault_rule(
			fault, "eligible",
			"'%.*s' is of nature %s, which the charter does not help",
			SLICE(id), nature_text);
	if (date_parse(text, &until) != ERR_OK)
		return fault_rule(fault, "attestation",
				  "'%.*s' has no attestation of eligibility", SLICE(id));
	if (date_cmp(until, books_today(books)) < 0)
		return fault_rule(fault, "attestation",
				  "the attestation of eligibility of '%.*s' ended on %s",
				  SLICE(id), text);
	if (ret_nature) {
		/* The record again, since the look-up above may have moved it. */
		if (!books_get(books, key_of(&key, "beneficiary/%.*s", SLICE(id)),
			       &reader))
			return fault_set(fault, ERR_CORRUPT,
					 "the beneficiary's record is gone");
		*ret_nature = record_read_text(&reader);
	}
	return ERR_OK;
}

bool project_exists(struct books *books, struct slice id)
{
	struct slice value;
	struct key key;

	return state_get(books->state, key_of(&key, "project/%.*s", SLICE(id)), &value);
}

enum err apply_project(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice id = entry_text(entry, "id");
	struct slice bearer = entry_text(entry, "bearer");
	enum fund_class class;
	struct record record;
	struct slice value;
	struct key key;

	if (fund_find(books, id, &class))
		return fault_rule(fault, "project",
				  "'%.*s' is a fund: give the project another id",
				  SLICE(id));
	if (bearer.n &&
	    !state_get(books->state, key_of(&key, "beneficiary/%.*s", SLICE(bearer)),
		       &value))
		return fault_rule(fault, "project",
				  "its bearer '%.*s' is not a recorded beneficiary",
				  SLICE(bearer));
	if (entry_has(entry, "from") && entry_has(entry, "until") &&
	    date_cmp(entry_date(entry, "from"), entry_date(entry, "until")) > 0)
		return fault_rule(fault, "project", "it ends before it begins");
	record_init(&record);
	record_text(&record, entry_text(entry, "status"));
	record_text(&record, bearer);
	record_text(&record, entry_text(entry, "title"));
	record_text(&record, entry_text(entry, "workstream"));
	record_integer(&record, cents_value(entry_cents(entry, "requested")));
	books_put(books, key_of(&key, "project/%.*s", SLICE(id)), &record);
	return ERR_OK;
}

enum err project_check_open(struct books *books, struct slice id,
			    char ret_bearer[ID_BYTES], struct fault *fault)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, key_of(&key, "project/%.*s", SLICE(id)), &reader))
		return fault_rule(fault, "project", "project '%.*s' is not recorded",
				  SLICE(id));
	if (!text_is(record_read_text(&reader), "open"))
		return fault_rule(fault, "project", "project '%.*s' is not open",
				  SLICE(id));
	text_copy(ret_bearer, ID_BYTES, record_read_text(&reader));
	return ERR_OK;
}

enum err earmark_check(struct books *books, const struct entry *entry,
		       struct slice *ret_earmark, struct fault *fault)
{
	struct slice earmark = entry_text(entry, "earmark");

	if (!earmark.n) {
		*ret_earmark = slice_of_text(EARMARK_FREE);
		return ERR_OK;
	}
	if (!slice_equal(earmark, entry_text(entry, "fund")) &&
	    !project_exists(books, earmark))
		return fault_rule(fault, "earmark",
				  "earmark '%.*s' is neither the gift's fund nor a "
				  "recorded project",
				  SLICE(earmark));
	*ret_earmark = earmark;
	return ERR_OK;
}
