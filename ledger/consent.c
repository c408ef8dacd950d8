/*
 * consent.c - see consent.h.
 */
#include "ledger/consent.h"

static bool is_day(struct date day)
{
	return day.day >= 0;
}

enum consent_verdict consent_judge(const struct consent *known,
				   const struct consent_ask *ask)
{
	bool same_terms = known && slice_equal_text(ask->terms, known->terms);

	if (!known)
		return CONSENT_NEW;
	if (is_day(ask->stated)) {
		/* What is stated again is no news. */
		bool stands = same_terms && !is_day(known->withdrawn) &&
			      !is_day(known->until) &&
			      date_cmp(ask->stated, known->from) <= 0;
		/* A withdrawal after the stated day is the later word. */
		if (is_day(known->withdrawn) &&
		    date_cmp(ask->stated, known->withdrawn) <= 0)
			return date_cmp(ask->collected_on, known->withdrawn) > 0
				       ? CONSENT_WITHDRAWN
				       : CONSENT_GOOD;
		return stands ? CONSENT_GOOD : CONSENT_NEW;
	}
	if (is_day(known->withdrawn) && date_cmp(ask->collected_on, known->withdrawn) > 0)
		return CONSENT_WITHDRAWN;
	if (is_day(known->until) && date_cmp(ask->collected_on, known->until) > 0)
		return CONSENT_ENDED;
	if (!same_terms && date_cmp(ask->collected_on, known->from) >= 0)
		return CONSENT_TERMS;
	return CONSENT_GOOD;
}

void consent_write(const struct consent *consent, struct record *record)
{
	record_init(record);
	record_text(record, slice_of_text(consent->terms));
	record_text(record, slice_of_text(consent->fund));
	record_integer(record, cents_value(consent->step));
	record_integer(record, cents_value(consent->extra));
	record_integer(record, consent->from.day);
	record_integer(record, consent->until.day);
	record_integer(record, consent->withdrawn.day);
	record_integer(record, consent->wants_receipt);
	record_integer(record, consent->recorded_at);
}

static bool id_read(struct record_reader *reader, char ret_id[CONSENT_ID_BYTES])
{
	struct slice text = record_read_text(reader);

	if (text.n >= CONSENT_ID_BYTES)
		return false;
	if (text.n)
		memcpy(ret_id, text.p, text.n);
	ret_id[text.n] = '\0';
	return true;
}

enum err consent_read(struct slice bytes, struct consent *ret_consent,
		      struct fault *fault)
{
	struct record_reader reader = record_reader(bytes);
	bool sound = id_read(&reader, ret_consent->terms) &&
		     id_read(&reader, ret_consent->fund);

	if (!sound)
		return fault_set(fault, ERR_CORRUPT, "a consent's record is damaged");
	ret_consent->step = cents_of(record_read_integer(&reader));
	ret_consent->extra = cents_of(record_read_integer(&reader));
	ret_consent->from.day = (int32_t)record_read_integer(&reader);
	ret_consent->until.day = (int32_t)record_read_integer(&reader);
	ret_consent->withdrawn.day = (int32_t)record_read_integer(&reader);
	ret_consent->wants_receipt = record_read_integer(&reader) != 0;
	ret_consent->recorded_at = record_read_integer(&reader);
	return ERR_OK;
}
