/*
 * crod.c - the compte de résultat par origine et destination (ANC 2018-06, art. 432-2):
 * income by where it came from, charges by what they were for, and of each what the
 * public's generosity gave or paid, for the year and the one before.
 */
#include "reports/origin.h"

#define CROD(block, number, style, figures, label_fr, label_en)                          \
	{ BLOCK_##block, number, style, figures, { label_fr, label_en } },
#define CER(block, number, style, figures, label_fr, label_en)
static const struct origin_row rows[] = {
#include "reports/origin_rows.def"
};

static const struct origin_table tables[] = {
	{ "income", MSG_CROD_INCOME, BLOCK_INCOME, rows, sizeof rows / sizeof *rows,
	  true },
	{ "charges", MSG_CROD_CHARGES, BLOCK_CHARGES, rows, sizeof rows / sizeof *rows,
	  true },
	{ "kind_income", MSG_KIND_INCOME, BLOCK_KIND_INCOME, rows,
	  sizeof rows / sizeof *rows, true },
	{ "kind_uses", MSG_KIND_USES, BLOCK_KIND_USES, rows, sizeof rows / sizeof *rows,
	  true },
};

static void put_result(const struct origin origins[TERM__COUNT], struct document *doc)
{
	struct table *table = table_begin(doc, "result", tr(doc->lang, MSG_RESULT));

	table_column(table, "term", tr(doc->lang, MSG_FEC_LABEL), VALUE_TEXT);
	table_column(table, "whole", tr(doc->lang, MSG_RESULT_WHOLE), VALUE_CENTS);
	table_column(table, "public", tr(doc->lang, MSG_RESULT_PUBLIC), VALUE_CENTS);
	for (int term = TERM_CURRENT; term >= TERM_PREVIOUS; term--) {
		row_begin(table, ROW_NORMAL);
		cell_text(table, tr(doc->lang,
				    term == TERM_CURRENT ? MSG_YEAR_N : MSG_YEAR_N_1));
		cell_cents(table, origins[term].result);
		cell_cents(table, origins[term].public_result);
	}
}

enum err crod_put(const struct accounts *accounts, struct document *doc,
		  struct fault *fault)
{
	struct origin origins[TERM__COUNT];
	enum err err = origin_read(accounts, origins, fault);

	for (size_t i = 0; i < sizeof tables / sizeof *tables && !err; i++) {
		err = origin_put(&tables[i], origins, doc, fault);
		if (!err && tables[i].block == BLOCK_CHARGES)
			put_result(origins, doc);
	}
	document_paragraph(doc, tr(doc->lang, MSG_ORIGIN_EXPLAINED));
	return err;
}
