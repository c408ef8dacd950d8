/*
 * naming.c - see naming.h.
 */
#include "reports/naming.h"

#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/books_query.h"
#include "ledger/kind.h"

enum err naming_standing(struct document *doc, struct books *books,
			 const struct standing *standing, struct fault *fault)
{
	const struct checkpoint *checkpoint = &standing->checkpoint;
	char root[HASH_BASE64_CHARS + 1];
	struct charter_view charter;
	enum lang lang = doc->lang;
	enum err err = query_charter(books, &charter, fault);

	if (err)
		return err;
	base64_encode(checkpoint->root.b, sizeof checkpoint->root.b, root);
	document_made(doc, charter.name, standing->last_at_s);
	document_subtitle(doc, charter.name);
	document_property_text(doc, "origin", tr(lang, MSG_REPORT_ORIGIN),
			       checkpoint->origin);
	document_property_integer(doc, "size", tr(lang, MSG_REPORT_SIZE),
				  (int64_t)checkpoint->size);
	document_property_mono(doc, "root", tr(lang, MSG_REPORT_ROOT), root);
	document_property_mono(doc, "signer", tr(lang, MSG_REPORT_SIGNER),
			       charter.log_vkey);
	document_property_moment(doc, "recorded", tr(lang, MSG_REPORT_RECORDED),
				 standing->last_at_s);
	return ERR_OK;
}

enum err naming_overdrawn(struct document *doc, struct books *books, struct fault *fault)
{
	char text[256], amount[LANG_FIGURE_BYTES];
	struct overdrawn_view *views = NULL;
	size_t count = 0;
	enum err err = query_overdrawn(books, &views, &count, fault);

	for (size_t i = 0; i < count && !err; i++) {
		bool free_money = strcmp(views[i].earmark, "-") == 0;

		lang_cents(doc->lang, views[i].overdrawn, amount);
		(void)snprintf(text, sizeof text, "%s%s%s%s, %s",
			       tr(doc->lang, MSG_OVERDRAWN_FUND), views[i].fund,
			       free_money ? "" : "/", free_money ? "" : views[i].earmark,
			       amount);
		document_note(doc, text);
	}
	free(views);
	return err;
}

enum err naming_last_day(const struct standing *standing, struct date *ret_day,
			 struct fault *fault)
{
	if (date_paris(standing->last_at_s, ret_day) != ERR_OK)
		return fault_set(fault, ERR_CORRUPT,
				 "the last entry's recorded time is no day of ours");
	return ERR_OK;
}

void cell_member(struct table *table, struct books *books, const char *id)
{
	struct member_view member;

	if (query_member(books, slice_of_text(id), &member) && member.name[0])
		cell_text(table, member.name);
	else
		cell_text(table, id);
}

static const char *batch_name(enum lang lang, struct slice source)
{
	if (text_is(source, "salary"))
		return tr(lang, MSG_ENTRY_SALARY);
	return tr(lang, text_is(source, "invoice") ? MSG_ENTRY_INVOICE : MSG_ENTRY_TILL);
}

const char *naming_entry(enum lang lang, const struct entry *entry)
{
	static const struct {
		enum kind kind;
		enum msg label;
	} labels[] = {
		{ KIND_chargeback, MSG_ENTRY_CHARGEBACK },
		{ KIND_condition, MSG_ENTRY_CONDITION },
		{ KIND_contribution, MSG_ENTRY_CONTRIBUTION },
		{ KIND_correction, MSG_ENTRY_CORRECTION },
		{ KIND_fee, MSG_ENTRY_FEE },
		{ KIND_gift, MSG_ENTRY_GIFT },
		{ KIND_patronage, MSG_FLOW_PATRONAGE },
		{ KIND_payout, MSG_ENTRY_PAYOUT },
		{ KIND_redirect, MSG_ENTRY_REDIRECT },
		{ KIND_refund, MSG_ENTRY_REFUND },
		{ KIND_remittance, MSG_ENTRY_REMITTANCE },
		{ KIND_reversal, MSG_ENTRY_REVERSAL },
		{ KIND_settlement, MSG_ENTRY_SETTLEMENT },
		{ KIND_valuation, MSG_ENTRY_VALUATION },
		{ KIND_writeoff, MSG_ENTRY_WRITEOFF },
	};

	if (entry->kind == KIND_batch)
		return batch_name(lang, entry_text(entry, "source"));
	if (entry->kind == KIND_member && entry_has(entry, "continues"))
		return tr(lang, MSG_ENTRY_CONTINUES);
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (labels[i].kind == entry->kind)
			return tr(lang, labels[i].label);
	return kind_def(entry->kind)->name;
}

const char *naming_promise(enum lang lang, const char *flow)
{
	if (strncmp(flow, "gift", 4) == 0)
		return tr(lang, MSG_ENTRY_GIFT);
	if (strncmp(flow, "patronage", 9) == 0)
		return tr(lang, MSG_FLOW_PATRONAGE);
	return strcmp(flow, "contribution") == 0 ? tr(lang, MSG_FLOW_CONTRIBUTION) : flow;
}
