/*
 * cer.c - the compte d'emploi annuel des ressources (ANC 2018-06, art. 432-17; loi
 * n° 91-772, art. 4; arrêté du 22 mai 2019): what the public's generosity gave, what it
 * was used for, and what of it is left, for the year and the one before.
 */
#include "reports/origin.h"

#define CROD(block, number, style, figures, label_fr, label_en)
#define CER(block, number, style, figures, label_fr, label_en)                           \
	{ BLOCK_##block, number, style, figures, { label_fr, label_en } },
static const struct origin_row rows[] = {
#include "reports/origin_rows.def"
};

#define ROWS (sizeof rows / sizeof *rows)
static const struct origin_table tables[] = {
	{ "uses", MSG_CER_USES, BLOCK_CHARGES, rows, ROWS, false },
	{ "sources", MSG_CER_SOURCES, BLOCK_INCOME, rows, ROWS, false },
};
static const struct origin_table in_kind[] = {
	{ "kind_uses", MSG_KIND_USES, BLOCK_KIND_USES, rows, ROWS, false },
	{ "kind_income", MSG_KIND_INCOME, BLOCK_KIND_INCOME, rows, ROWS, false },
};

static void row_of_two(struct table *table, enum row_style style, const char *label,
		       struct cents now, struct cents before)
{
	row_begin(table, style);
	cell_text(table, label);
	cell_cents(table, now);
	cell_cents(table, before);
}

static struct table *table_of_two(struct document *doc, const char *id, enum msg title)
{
	struct table *table = table_begin(doc, id, tr(doc->lang, title));

	table_column(table, "label", tr(doc->lang, MSG_FEC_LABEL), VALUE_TEXT);
	table_column(table, "public", tr(doc->lang, MSG_YEAR_N), VALUE_CENTS);
	table_column(table, "previous_public", tr(doc->lang, MSG_YEAR_N_1), VALUE_CENTS);
	return table;
}

/* What of the public's money is left and is not earmarked, from year to year. */
static enum err put_left(const struct origin origins[TERM__COUNT], struct document *doc,
			 struct fault *fault)
{
	struct table *table = table_of_two(doc, "left", MSG_CER_LEFT);
	struct cents before = origins[TERM_BEFORE].public_result, middle = before, end;
	enum err err = accounts_add(&middle, origins[TERM_PREVIOUS].public_result, fault);

	end = middle;
	if (!err)
		err = accounts_add(&end, origins[TERM_CURRENT].public_result, fault);
	row_of_two(table, ROW_NORMAL, tr(doc->lang, MSG_CER_LEFT_BEFORE), middle, before);
	row_of_two(table, ROW_NORMAL, tr(doc->lang, MSG_CER_RESULT),
		   origins[TERM_CURRENT].public_result,
		   origins[TERM_PREVIOUS].public_result);
	row_of_two(table, ROW_TOTAL, tr(doc->lang, MSG_CER_LEFT_AFTER), end, middle);
	return err;
}

static void put_dedicated(const struct origin origins[TERM__COUNT], struct document *doc)
{
	const struct dedicated_term *now = &origins[TERM_CURRENT].dedicated;
	const struct dedicated_term *before = &origins[TERM_PREVIOUS].dedicated;
	struct table *table = table_of_two(doc, "dedicated", MSG_CER_DEDICATED);

	row_of_two(table, ROW_NORMAL, tr(doc->lang, MSG_DEDICATED_OPENING), now->opening,
		   before->opening);
	row_of_two(table, ROW_NORMAL, tr(doc->lang, MSG_DEDICATED_USED),
		   cents_neg(now->used), cents_neg(before->used));
	row_of_two(table, ROW_NORMAL, tr(doc->lang, MSG_DEDICATED_REPORTED),
		   now->reported, before->reported);
	row_of_two(table, ROW_NORMAL, tr(doc->lang, MSG_DEDICATED_MOVED),
		   now->transferred, before->transferred);
	row_of_two(table, ROW_TOTAL, tr(doc->lang, MSG_DEDICATED_CLOSING), now->closing,
		   before->closing);
}

enum err cer_put(const struct accounts *accounts, struct document *doc,
		 struct fault *fault)
{
	struct origin origins[TERM__COUNT];
	enum err err = origin_read(accounts, origins, fault);

	for (size_t i = 0; i < sizeof tables / sizeof *tables && !err; i++)
		err = origin_put(&tables[i], origins, doc, fault);
	if (!err)
		err = put_left(origins, doc, fault);
	for (size_t i = 0; i < sizeof in_kind / sizeof *in_kind && !err; i++)
		err = origin_put(&in_kind[i], origins, doc, fault);
	put_dedicated(origins, doc);
	document_paragraph(doc, tr(doc->lang, MSG_ORIGIN_EXPLAINED));
	return err;
}
