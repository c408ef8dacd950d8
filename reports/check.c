/*
 * check.c - see check.h.
 *
 * A published report is drawn anew from the very entries that it stands on, by the same
 * code, and compared byte by byte: its figures are the ledger's, or they are not.
 */
#include "reports/check.h"

#include <inttypes.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/books_query_receipt.h"
#include "ledger/json.h"
#include "ledger/published.h"
#include "reports/report.h"

/* ---- a receipt ---- */

static enum err receipt_found(const struct receipt_view *receipt, const char *hex,
			      struct buffer *out, struct fault *fault)
{
	if (strcmp(receipt->digest, hex) != 0)
		return fault_set(fault, ERR_RULE,
				 "receipt %" PRId64
				 " of this log says something else: the digest of these "
				 "data is not its",
				 receipt->number);
	if (receipt->voided)
		return fault_set(fault, ERR_RULE,
				 "receipt %" PRId64
				 " is void, by the entry at position %" PRIu64,
				 receipt->number, receipt->voided);
	buffer_printf(out,
		      "receipt %" PRId64 " is in the log, at position %" PRIu64
		      "\nform %s, year %" PRId64 ", %" PRId64
		      " cents\nits data have the digest %s\n",
		      receipt->number, receipt->position, receipt->form, receipt->year,
		      cents_value(receipt->amount), hex);
	return ERR_OK;
}

static enum err receipt_check(const struct json *data, struct slice bytes,
			      struct source *source, struct buffer *out,
			      struct fault *fault)
{
	const struct json *number = json_get(data, "number"),
			  *origin = json_get(data, "origin");
	struct hash digest = hash_bytes(bytes.p, bytes.n);
	char hex[HASH_HEX_CHARS + 1];
	struct receipt_view receipt;

	if (!number || number->type != JSON_INTEGER || !origin ||
	    origin->type != JSON_TEXT)
		return fault_set(fault, ERR_INVALID, "these are no receipt's data");
	if (!query_receipt(source_books(source), number->integer, &receipt))
		return fault_set(fault, ERR_RULE, "this log has no receipt %" PRId64,
				 number->integer);
	hex_encode(digest.b, sizeof digest.b, hex);
	return receipt_found(&receipt, hex, out, fault);
}

/* ---- a report ---- */

struct redrawing {
	const struct report *report;
	struct report_request request;
	struct published published;
	struct buffer *out; /* drawn anew */
};

static enum err redraw(void *ctx, struct source *source, struct fault *fault)
{
	struct redrawing *redrawing = ctx;
	const struct checkpoint *checkpoint = &source_standing(source)->checkpoint;

	if (!hash_equal(&checkpoint->root, &redrawing->published.root))
		return fault_set(fault, ERR_RULE,
				 "the report stands on another log: the root of these "
				 "%" PRIu64 " entries is not the one that it names",
				 checkpoint->size);
	return report_write(redrawing->report, source, &redrawing->request,
			    redrawing->out, fault);
}

static bool day_take(struct slice bytes, const char *id, struct date *ret_date)
{
	char text[PUBLISHED_TEXT];

	return published_property(bytes, id, text) &&
	       date_parse(text, ret_date) == ERR_OK;
}

static enum err request_of(struct slice bytes, struct redrawing *redrawing,
			   char member[PUBLISHED_TEXT], struct fault *fault)
{
	struct report_request *request = &redrawing->request;
	enum err err = published_read(bytes, &redrawing->published, fault);

	if (err)
		return err;
	redrawing->report = report_find(redrawing->published.name);
	if (!redrawing->report ||
	    lang_parse(redrawing->published.lang, &request->lang) != ERR_OK)
		return fault_set(fault, ERR_INVALID,
				 "report '%s' is not one that this version draws",
				 redrawing->published.name);
	request->format = FORMAT_JSON;
	request->period.has_from = day_take(bytes, "from", &request->period.from);
	request->period.has_to = day_take(bytes, "to", &request->period.to);
	if (published_property(bytes, "member", member))
		request->text[OPTION_MEMBER] = member;
	return ERR_OK;
}

static size_t line_of(struct slice bytes, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at && i < bytes.n; i++)
		line += bytes.p[i] == '\n';
	return line;
}

static enum err compare(struct slice held, struct slice drawn, struct fault *fault)
{
	size_t at = 0;

	while (at < held.n && at < drawn.n && held.p[at] == drawn.p[at])
		at++;
	if (at == held.n && at == drawn.n)
		return ERR_OK;
	return fault_set(
		fault, ERR_RULE,
		"the published figures are not the ledger's: line %zu is another "
		"one",
		line_of(held, at));
}

struct looking {
	char hex[HASH_HEX_CHARS + 1];
	bool found;
	uint64_t position;
};

static enum err look(void *ctx, uint64_t position, const struct entry *entry,
		     const struct posting *postings, size_t count, struct fault *fault)
{
	struct looking *looking = ctx;

	(void)postings;
	(void)count;
	(void)fault;
	if (entry->kind == KIND_report && !looking->found &&
	    slice_equal_text(entry_text(entry, "digest"), looking->hex)) {
		looking->found = true;
		looking->position = position;
	}
	return ERR_OK;
}

static enum err report_said(struct slice bytes, const struct published *published,
			    struct source *source, struct buffer *out,
			    struct fault *fault)
{
	struct hash digest = hash_bytes(bytes.p, bytes.n);
	struct looking looking = { .found = false };
	struct source_visitor visitor = { .ctx = &looking, .visit = look };
	enum err err;

	hex_encode(digest.b, sizeof digest.b, looking.hex);
	err = source_each_posting(source, &visitor, fault);
	if (err)
		return err;
	buffer_printf(
		out,
		"the figures are the ledger's: report %s, drawn anew from its first "
		"%" PRIu64 " entries, is the same\n",
		published->name, published->size);
	if (looking.found)
		buffer_printf(out,
			      "it was published by the entry at position %" PRIu64 "\n",
			      looking.position);
	else
		buffer_put_text(out, "no entry of this log says that it was published\n");
	return ERR_OK;
}

/* Drawn anew and compared. */
static enum err draw_and_compare(struct slice bytes, struct redrawing *redrawing,
				 struct source *source, struct fault *fault)
{
	struct buffer drawn;
	enum err err;

	buffer_init(&drawn, REPORT_BYTES_MAX);
	redrawing->out = &drawn;
	err = source_at(source, redrawing->published.size, redraw, redrawing, fault);
	if (!err)
		err = compare(bytes, buffer_slice(&drawn), fault);
	buffer_release(&drawn);
	return err;
}

static enum err report_check(struct slice bytes, struct source *source,
			     struct buffer *out, struct fault *fault)
{
	struct redrawing redrawing = { .report = NULL };
	struct period *period = &redrawing.request.period;
	char member[PUBLISHED_TEXT];
	bool has_to;
	enum err err = request_of(bytes, &redrawing, member, fault);

	if (err)
		return err;
	/* A report tells its last day whether or not that was asked for. */
	has_to = period->has_to;
	period->has_to = false;
	err = draw_and_compare(bytes, &redrawing, source, fault);
	if (err == ERR_RULE && has_to) {
		period->has_to = true;
		err = draw_and_compare(bytes, &redrawing, source, fault);
	}
	return err ? err : report_said(bytes, &redrawing.published, source, out, fault);
}

/* ---- either ---- */

static bool is_report(struct slice bytes)
{
	static const char begin[] = "{\"document\":\"";

	return bytes.n >= sizeof begin - 1 &&
	       memcmp(bytes.p, begin, sizeof begin - 1) == 0;
}

enum err check_bytes(struct slice bytes, const char *path, struct buffer *out,
		     struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct source *source = NULL;
	struct json *data = NULL;
	enum err err = doc ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");

	if (!err && !is_report(bytes)) {
		err = json_parse(doc, bytes, &data, fault);
		if (err)
			(void)fault_prefix(fault, "neither a receipt's data nor a "
						  "report's JSON form");
	}
	if (!err)
		err = source_open(path, &source, fault);
	if (!err)
		err = data ? receipt_check(data, bytes, source, out, fault)
			   : report_check(bytes, source, out, fault);
	source_close(source);
	json_doc_free(doc);
	return err;
}
