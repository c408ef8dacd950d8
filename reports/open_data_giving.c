/*
 * open_data_giving.c - the grants in the 360Giving Data Standard 1.4.
 *
 * The same fields as JSON and as the flat CSV, whose headings are the standard's own.
 * Amounts are numbers with two decimals, written from cents. What the standard's checker
 * asks of quality is met: a title unlike the description, one funder, a programme, a
 * place, the day of the last change, and of a person why help was given and for what.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "keys/encoding.h"
#include "ledger/json_text.h"
#include "reports/open_data_int.h"

#define VERSION        "1.4"
#define URL_BYTES_MAX  500
#define DETAIL_BYTES   1200
#define LICENCE        "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
#define REASON_LIVING  "GTIR070" /* livelihood: loss of job, underemployment */
#define FOR_TRAINING   "GTIP130" /* education and training */
#define FOR_EMPLOYMENT "GTIP140" /* employment and work */

/* One field of a grant: how the flat form calls it, and its text. */
enum field {
	FIELD_ID,
	FIELD_TITLE,
	FIELD_DESCRIPTION,
	FIELD_CURRENCY,
	FIELD_AWARDED,
	FIELD_DISBURSED,
	FIELD_AWARD_DATE,
	FIELD_PLANNED_START,
	FIELD_PLANNED_END,
	FIELD_ORG_ID,
	FIELD_ORG_NAME,
	FIELD_PERSON_ID,
	FIELD_PERSON_NAME,
	FIELD_REASON,
	FIELD_PURPOSE,
	FIELD_FUNDER_ID,
	FIELD_FUNDER_NAME,
	FIELD_PROGRAMME_CODE,
	FIELD_PROGRAMME_TITLE,
	FIELD_PLACE_NAME,
	FIELD_PLACE_COUNTRY,
	FIELD_PLACE_CODE,
	FIELD_PLACE_TYPE,
	FIELD_CHANGED,
	FIELD_SOURCE,
	FIELD__COUNT
};

static const char *const headings[FIELD__COUNT] = {
	[FIELD_ID] = "Identifier",
	[FIELD_TITLE] = "Title",
	[FIELD_DESCRIPTION] = "Description",
	[FIELD_CURRENCY] = "Currency",
	[FIELD_AWARDED] = "Amount Awarded",
	[FIELD_DISBURSED] = "Amount Disbursed",
	[FIELD_AWARD_DATE] = "Award Date",
	[FIELD_PLANNED_START] = "Planned Dates:Start Date",
	[FIELD_PLANNED_END] = "Planned Dates:End Date",
	[FIELD_ORG_ID] = "Recipient Org:Identifier",
	[FIELD_ORG_NAME] = "Recipient Org:Name",
	[FIELD_PERSON_ID] = "Recipient Ind:Identifier",
	[FIELD_PERSON_NAME] = "Recipient Ind:Name",
	[FIELD_REASON] = "To Individuals Details:Primary Grant Reason",
	[FIELD_PURPOSE] = "To Individuals Details:Grant Purpose",
	[FIELD_FUNDER_ID] = "Funding Org:Identifier",
	[FIELD_FUNDER_NAME] = "Funding Org:Name",
	[FIELD_PROGRAMME_CODE] = "Grant Programme:Code",
	[FIELD_PROGRAMME_TITLE] = "Grant Programme:Title",
	[FIELD_PLACE_NAME] = "Beneficiary Location:Name",
	[FIELD_PLACE_COUNTRY] = "Beneficiary Location:Country Code",
	[FIELD_PLACE_CODE] = "Beneficiary Location:Geographic Code",
	[FIELD_PLACE_TYPE] = "Beneficiary Location:Geographic Code Type",
	[FIELD_CHANGED] = "Last Modified",
	[FIELD_SOURCE] = "Data Source",
};

/* The texts of one grant; empty where it has none. */
struct fields {
	const char *text[FIELD__COUNT];
	char id[OPEN_DATA_ID_BYTES], funder[OPEN_DATA_ID_BYTES];
	char description[DETAIL_BYTES];
	char awarded[CENTS_TEXT_BYTES], disbursed[CENTS_TEXT_BYTES];
	char award_date[DATE_TEXT_BYTES], from[DATE_TEXT_BYTES], until[DATE_TEXT_BYTES];
	char changed[UTC_TEXT_BYTES];
};

struct writer {
	const struct open_data *data;
	const char *url; /* "" where it is not known */
	enum lang lang;
	struct buffer *out;
};

static void describe(const struct writer *w, const struct open_grant *grant,
		     struct fields *fields)
{
	char date[LANG_FIGURE_BYTES];

	lang_date(w->lang, grant->proposal.decided_on, date);
	(void)snprintf(fields->description, sizeof fields->description, "%s%s%s%s%s%s%s",
		       tr(w->lang, MSG_OPEN_DECIDED_ON), date,
		       tr(w->lang, MSG_OPEN_BY_FUND), grant->programme,
		       tr(w->lang, MSG_OPEN_FOR), grant->proposal.purpose,
		       tr(w->lang, grant->proposal.delegation ? MSG_OPEN_DELEGATED
							      : MSG_OPEN_VOTED));
}

static enum err fields_fill(const struct writer *w, const struct open_grant *grant,
			    struct fields *fields, struct fault *fault)
{
	const struct open_data *data = w->data;
	const struct proposal_view *proposal = &grant->proposal;
	enum err err;

	*fields = (struct fields){ 0 };
	for (size_t i = 0; i < FIELD__COUNT; i++)
		fields->text[i] = "";
	(void)snprintf(fields->id, sizeof fields->id, "360G-%s-%" PRIu64, data->prefix,
		       proposal->position);
	(void)snprintf(fields->funder, sizeof fields->funder, "FR-RCS-%.9s",
		       data->charter.siren);
	describe(w, grant, fields);
	cents_format(proposal->amount, '.', fields->awarded);
	cents_format(grant->disbursed, '.', fields->disbursed);
	date_format(proposal->decided_on, fields->award_date);
	if (grant->has_from)
		date_format(grant->from, fields->from);
	if (grant->has_until)
		date_format(grant->until, fields->until);
	err = utc_format(grant->changed_s, fields->changed);
	if (err)
		return fault_set(fault, err, "a moment of the ledger is out of range");
	fields->text[FIELD_ID] = fields->id;
	fields->text[FIELD_TITLE] = grant->title;
	fields->text[FIELD_DESCRIPTION] = fields->description;
	fields->text[FIELD_CURRENCY] = "EUR";
	fields->text[FIELD_AWARDED] = fields->awarded;
	fields->text[FIELD_DISBURSED] = fields->disbursed;
	fields->text[FIELD_AWARD_DATE] = fields->award_date;
	fields->text[FIELD_PLANNED_START] = fields->from;
	fields->text[FIELD_PLANNED_END] = fields->until;
	fields->text[grant->is_person ? FIELD_PERSON_ID : FIELD_ORG_ID] =
		grant->recipient_id;
	fields->text[grant->is_person ? FIELD_PERSON_NAME : FIELD_ORG_NAME] =
		grant->recipient_name;
	if (grant->is_person) {
		bool is_training = strcmp(proposal->purpose, "formation") == 0;

		fields->text[FIELD_REASON] = REASON_LIVING;
		fields->text[FIELD_PURPOSE] = is_training ? FOR_TRAINING : FOR_EMPLOYMENT;
	}
	fields->text[FIELD_FUNDER_ID] = fields->funder;
	fields->text[FIELD_FUNDER_NAME] = data->charter.name;
	fields->text[FIELD_PROGRAMME_CODE] = proposal->fund;
	fields->text[FIELD_PROGRAMME_TITLE] = grant->programme;
	fields->text[FIELD_PLACE_NAME] = data->territory;
	fields->text[FIELD_PLACE_COUNTRY] = "FR";
	fields->text[FIELD_PLACE_CODE] = data->territory;
	fields->text[FIELD_PLACE_TYPE] = "INSEE";
	fields->text[FIELD_CHANGED] = fields->changed;
	fields->text[FIELD_SOURCE] = w->url;
	return ERR_OK;
}

/* ---- JSON ---- */

static void put_text(const struct writer *w, const char *text)
{
	json_text_write(slice_of_text(text), w->out);
}

/* Nothing where there is no text. */
static void put_member(const struct writer *w, const char *name, const char *text)
{
	if (!*text)
		return;
	buffer_printf(w->out, ",\"%s\":", name);
	put_text(w, text);
}

/* An object of two or more texts, of which the first is always there. */
static void put_object(const struct writer *w, const char *begin, const char *first)
{
	buffer_put_text(w->out, begin);
	put_text(w, first);
}

static void put_recipient(const struct writer *w, const struct fields *fields,
			  bool is_person)
{
	if (is_person) {
		put_object(w, ",\"recipientIndividual\":{\"id\":",
			   fields->text[FIELD_PERSON_ID]);
		put_member(w, "name", fields->text[FIELD_PERSON_NAME]);
		put_object(w, "},\"toIndividualsDetails\":{\"primaryGrantReason\":",
			   fields->text[FIELD_REASON]);
		put_object(w, ",\"grantPurpose\":[", fields->text[FIELD_PURPOSE]);
		buffer_put_text(w->out, "]}");
		return;
	}
	put_object(w, ",\"recipientOrganization\":[{\"id\":", fields->text[FIELD_ORG_ID]);
	put_member(w, "name", fields->text[FIELD_ORG_NAME]);
	buffer_put_text(w->out, "}]");
}

static void put_planned(const struct writer *w, const struct fields *fields)
{
	const char *from = fields->text[FIELD_PLANNED_START];
	const char *until = fields->text[FIELD_PLANNED_END];

	if (!*from && !*until)
		return;
	put_object(w,
		   *from ? ",\"plannedDates\":[{\"startDate\":"
			 : ",\"plannedDates\":[{\"endDate\":",
		   *from ? from : until);
	if (*from)
		put_member(w, "endDate", until);
	buffer_put_text(w->out, "}]");
}

static void put_payments(const struct writer *w, const struct open_grant *grant)
{
	for (size_t i = 0; i < grant->payment_count; i++) {
		const struct open_payment *payment = &grant->payments[i];
		char date[DATE_TEXT_BYTES], amount[CENTS_TEXT_BYTES];

		date_format(payment->paid_on, date);
		cents_format(payment->amount, '.', amount);
		buffer_printf(w->out,
			      "%s{\"id\":\"%" PRIu64 "\",\"transactionDate\":\"%s\","
			      "\"currency\":\"EUR\",\"value\":%s}",
			      i ? "," : ",\"disbursementTransaction\":[",
			      payment->position, date, amount);
	}
	if (grant->payment_count)
		buffer_put_byte(w->out, ']');
}

static void put_grant_json(const struct writer *w, const struct open_grant *grant,
			   const struct fields *fields)
{
	put_object(w, "{\"id\":", fields->text[FIELD_ID]);
	put_member(w, "title", fields->text[FIELD_TITLE]);
	put_member(w, "description", fields->text[FIELD_DESCRIPTION]);
	put_member(w, "currency", fields->text[FIELD_CURRENCY]);
	buffer_printf(w->out, ",\"amountAwarded\":%s,\"amountDisbursed\":%s",
		      fields->text[FIELD_AWARDED], fields->text[FIELD_DISBURSED]);
	put_member(w, "awardDate", fields->text[FIELD_AWARD_DATE]);
	put_planned(w, fields);
	put_recipient(w, fields, grant->is_person);
	put_object(w,
		   ",\"fundingOrganization\":[{\"id\":", fields->text[FIELD_FUNDER_ID]);
	put_member(w, "name", fields->text[FIELD_FUNDER_NAME]);
	put_object(w, "}],\"grantProgramme\":[{\"code\":",
		   fields->text[FIELD_PROGRAMME_CODE]);
	put_member(w, "title", fields->text[FIELD_PROGRAMME_TITLE]);
	put_object(w, "}],\"beneficiaryLocation\":[{\"name\":",
		   fields->text[FIELD_PLACE_NAME]);
	put_member(w, "countryCode", fields->text[FIELD_PLACE_COUNTRY]);
	put_member(w, "geoCode", fields->text[FIELD_PLACE_CODE]);
	put_member(w, "geoCodeType", fields->text[FIELD_PLACE_TYPE]);
	buffer_put_text(w->out, "}]");
	put_payments(w, grant);
	put_member(w, "dateModified", fields->text[FIELD_CHANGED]);
	put_member(w, "dataSource", fields->text[FIELD_SOURCE]);
	buffer_put_byte(w->out, '}');
}

static enum err put_package(const struct writer *w, const struct standing *standing,
			    struct fault *fault)
{
	const struct open_data *data = w->data;
	char issued[UTC_TEXT_BYTES], id[OPEN_DATA_ID_BYTES];
	char root[2 * sizeof standing->checkpoint.root.b + 1];
	struct fields fields;
	enum err err = utc_format(standing->last_at_s, issued);

	if (err)
		return fault_set(fault, err, "a moment of the ledger is out of range");
	hex_encode(standing->checkpoint.root.b, sizeof standing->checkpoint.root.b, root);
	(void)snprintf(id, sizeof id, "FR-RCS-%.9s", data->charter.siren);
	put_object(w, "{\"version\":", VERSION);
	put_member(w, "title", tr(w->lang, MSG_OPEN_TITLE));
	buffer_printf(w->out,
		      ",\"description\":\"%s%s, %" PRIu64 ", %s\",\"identifier\":\"%s\"",
		      tr(w->lang, MSG_OPEN_STANDS_ON), standing->checkpoint.origin,
		      standing->checkpoint.size, root, root);
	put_member(w, "issued", issued);
	put_member(w, "modified", issued);
	put_object(w, ",\"publisher\":{\"name\":", data->charter.name);
	put_member(w, "identifier", id);
	buffer_put_byte(w->out, '}');
	put_member(w, "license", LICENCE);
	put_member(w, "downloadURL", w->url);
	buffer_put_text(w->out, ",\"grants\":[");
	for (size_t i = 0; !err && i < data->count; i++) {
		err = fields_fill(w, &data->grant[i], &fields, fault);
		buffer_put_text(w->out, i ? ",\n" : "\n");
		if (!err)
			put_grant_json(w, &data->grant[i], &fields);
	}
	buffer_put_text(w->out, "\n]}\n");
	return err;
}

/* ---- CSV (RFC 4180; the standard's own has commas in every language) ---- */

static void put_csv(const struct writer *w, const char *text, bool is_last)
{
	bool is_formula = *text && strchr("=+-@", *text);

	buffer_put_byte(w->out, '"');
	if (is_formula)
		buffer_put_byte(w->out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buffer_put_byte(w->out, '"');
		buffer_put_byte(w->out, (uint8_t)*text);
	}
	buffer_put_text(w->out, is_last ? "\"\r\n" : "\",");
}

static enum err put_flat(const struct writer *w, struct fault *fault)
{
	struct fields fields;
	enum err err = ERR_OK;

	for (size_t f = 0; f < FIELD__COUNT; f++)
		put_csv(w, headings[f], f + 1 == FIELD__COUNT);
	for (size_t i = 0; !err && i < w->data->count; i++) {
		err = fields_fill(w, &w->data->grant[i], &fields, fault);
		for (size_t f = 0; !err && f < FIELD__COUNT; f++)
			put_csv(w, fields.text[f], f + 1 == FIELD__COUNT);
	}
	return err;
}

/* ---- both ---- */

static bool url_is_sane(const char *url)
{
	if (strncmp(url, "https://", strlen("https://")) != 0 ||
	    strlen(url) > URL_BYTES_MAX)
		return false;
	for (; *url; url++)
		if (*url <= ' ' || *url >= 0x7f || strchr("\"<>\\^`{|}", *url))
			return false;
	return true;
}

enum err open_data_write(struct source *source, const struct report_request *request,
			 struct buffer *out, struct fault *fault)
{
	const char *url = request->text[OPTION_URL];
	struct open_data data = { .count = 0 };
	struct writer w = {
		.data = &data, .url = url ? url : "", .lang = request->lang, .out = out
	};
	enum err err;

	if (url && !url_is_sane(url))
		return fault_set(fault, ERR_USAGE,
				 "--url is not the https address at which the file will "
				 "be found");
	err = open_data_collect(source, &request->period, request->text[OPTION_PREFIX],
				request->lang, &data, fault);
	if (!err && !data.count)
		err = fault_set(
			fault, ERR_NOT_FOUND,
			"no grant was decided in this period: a file of 360Giving "
			"holds one at least");
	if (!err)
		err = request->format == FORMAT_360GIVING
			      ? put_package(&w, source_standing(source), fault)
			      : put_flat(&w, fault);
	if (!err)
		err = buffer_check(out, "the open data", fault);
	open_data_release(&data);
	return err;
}
