/*
 * paper.c - see paper.h.
 */
#include "tests/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/file.h"

#define TEN     "Œuvre été "
#define FIFTY   TEN TEN TEN TEN TEN
#define MOMENT  1795378587 /* 2026-11-22 at 21:16 in Paris */
#define RTL     "\u05e7\u05e8\u05df \u05e2\u05d1\u05d5\u05d3\u05d4"
#define ARABIC  "\u0635\u0646\u062f\u0648\u0642"
#define MARKED  "e\u0301te\u0301 a\u0302ge\u0301"
#define HOSTILE "<script>alert('x')</script> & \"quoted\" ]]>"

const char paper_long_name[] = FIFTY FIFTY FIFTY FIFTY "\U0001d11e";

static struct date day(int n)
{
	struct date date;

	assert_int_equal(date_of_ymd(2026, 11, n, &date), ERR_OK);
	return date;
}

static void put_all_types(struct document *doc)
{
	static const char *const names[] = { "Emploi", RTL,
					     ARABIC,   MARKED,
					     HOSTILE,  "=HYPERLINK(\"x\")",
					     "",       paper_long_name };
	struct table *t = table_begin(doc, "types", "Tous les types");

	table_column(t, "name", "Nom", VALUE_TEXT);
	table_column(t, "hash", "Empreinte", VALUE_MONO);
	table_column(t, "amount", "Montant", VALUE_CENTS);
	table_column(t, "count", "Nombre", VALUE_INTEGER);
	table_column(t, "position", "Position", VALUE_ORDINAL);
	table_column(t, "share", "Part", VALUE_PERCENT);
	table_column(t, "day", "Jour", VALUE_DATE);
	table_column(t, "month", "Mois", VALUE_MONTH);
	table_column(t, "at", "Moment", VALUE_MOMENT);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		row_begin(t, i % 4 == 1 ? ROW_ALERT : ROW_NORMAL);
		cell_text(t, names[i]);
		cell_text(t, i % 2 ? "q2F/=+8c1B" : "");
		cell_cents(t, cents_of((int64_t)i * 123456789 - 250000000));
		cell_integer(t, (int64_t)i * 4321);
		cell_integer(t, (int64_t)i + 70000);
		cell_percent(t, 1234 - (int64_t)i * 500);
		cell_date(t, day(1 + (int)i));
		cell_month(t, (struct month){ 24320 + (int)i });
		cell_moment(t, MOMENT + (int64_t)i * 86400);
	}
	row_begin(t, ROW_SUBTOTAL);
	row_label(t, "Sous-total");
	cell_empty(t);
	cell_cents(t, cents_of(-1));
	for (int i = 3; i < 9; i++)
		cell_empty(t);
	row_begin(t, ROW_NORMAL);
	for (int i = 0; i < 9; i++)
		cell_empty(t);
	table_total_row(t, "Total");
}

static void put_wide(struct document *doc)
{
	struct table *t = table_begin(doc, "wide", "Plus large que la page");
	char id[16], label[32];

	table_column(t, "fund", "Fonds", VALUE_TEXT);
	for (int i = 1; i < DOCUMENT_COLUMNS_MAX; i++) {
		(void)snprintf(id, sizeof id, "m%d", i);
		(void)snprintf(label, sizeof label, "Mois numéro %d", i);
		table_column(t, id, label, VALUE_CENTS);
	}
	for (int row = 0; row < 3; row++) {
		row_begin(t, ROW_NORMAL);
		cell_text(t, row == 1 ? RTL : "Création de projets");
		for (int i = 1; i < DOCUMENT_COLUMNS_MAX; i++)
			cell_cents(t, cents_of((int64_t)i * 100000 * (row + 1) + i));
	}
	table_total_row(t, "Total");
}

static void put_flow(struct table *t, int stage, const char *from, const char *to,
		     int64_t cents)
{
	row_begin(t, ROW_NORMAL);
	cell_integer(t, stage);
	cell_text(t, from);
	cell_text(t, to);
	cell_cents(t, cents_of(cents));
}

static void put_sankey(struct document *doc)
{
	struct table *t = chart_begin(doc, CHART_SANKEY, "flows", "Du don au projet",
				      "D'où vient l'argent et où il va");

	table_column(t, "stage", "Étape", VALUE_ORDINAL);
	table_column(t, "from", "De", VALUE_TEXT);
	table_column(t, "to", "Vers", VALUE_TEXT);
	table_column(t, "amount", "Montant", VALUE_CENTS);
	put_flow(t, 1, "Arrondis sur salaires (salariés)", "Emploi", 5000000);
	put_flow(t, 1, "Abondement des employeurs", "Emploi", 2500000);
	put_flow(t, 1, "Dons d'entreprises", "Création de projets", 1200000);
	put_flow(t, 1, "Arrondis sur factures (clients particuliers)", "Fonctionnement",
		 40000);
	put_flow(t, 1, "Mécénat", "Emploi", 300);
	put_flow(t, 2, "Emploi", "Permis de conduire", 3000000);
	put_flow(t, 2, "Emploi", "Formation", 2000000);
	put_flow(t, 2, "Emploi", "Pas encore attribué", 2500300);
	put_flow(t, 2, "Création de projets", "Amorçage", 900000);
	put_flow(t, 2, "Création de projets", "Pas encore attribué", 300000);
	put_flow(t, 2, "Fonctionnement", "Frais", 40000);
	put_flow(t, 3, "Permis de conduire", "Demandeurs d'emploi", 3000000);
	put_flow(t, 3, "Formation", "Demandeurs d'emploi", 2000000);
	put_flow(t, 3, "Amorçage", "Épicerie solidaire du canal", 900000);
	put_flow(t, 3, "Amorçage", paper_long_name, 0);
}

static struct table *series_begin(struct document *doc, enum chart_kind kind,
				  const char *id, const char *title)
{
	struct table *t = chart_begin(doc, kind, id, title, "Une série par couleur");

	table_column(t, "month", "Mois", VALUE_MONTH);
	table_column(t, "pay", "Arrondis sur salaires", VALUE_CENTS);
	table_column(t, "gifts", "Dons", VALUE_CENTS);
	return t;
}

static void put_series(struct document *doc)
{
	struct table *stacks = series_begin(doc, CHART_STACKS, "months", "Reçu par mois");
	struct table *lines = series_begin(doc, CHART_LINES, "lines", "Disponible");
	struct table *bars;

	for (int i = 0; i < 26; i++) {
		row_begin(stacks, ROW_NORMAL);
		cell_month(stacks, (struct month){ 24310 + i });
		cell_cents(stacks, cents_of(1000000 + i * 54321));
		cell_cents(stacks, cents_of(i % 5 == 4 ? -300000 : i * 20000));
		row_begin(lines, ROW_NORMAL);
		cell_month(lines, (struct month){ 24310 + i });
		cell_cents(lines, cents_of((i - 5) * 100000));
		cell_cents(lines, cents_of(i * i * 10000));
	}
	bars = chart_begin(doc, CHART_BARS, "ages", "Échéances dépassées", "Par âge");
	table_column(bars, "age", "Retard", VALUE_TEXT);
	table_column(bars, "open", "Dû", VALUE_CENTS);
	for (int i = 0; i < 5; i++) {
		static const char *const ages[] = { "Pas encore échu", "1 à 30 jours",
						    "31 à 60 jours", paper_long_name,
						    RTL };

		row_begin(bars, ROW_NORMAL);
		cell_text(bars, ages[i]);
		cell_cents(bars, cents_of(5000000 >> (2 * i)));
	}
	table_total_row(bars, "Total");
	bars = chart_begin(doc, CHART_BARS, "nothing", "Rien à dessiner", "Rien");
	table_column(bars, "age", "Retard", VALUE_TEXT);
	table_column(bars, "open", "Dû", VALUE_INTEGER);
}

void paper_build(struct document *doc, enum lang lang)
{
	document_init(doc, lang, "paper", "Rapport d'essai : «\u00a0été\u00a0» & <2026>");
	document_made(doc, "Fonds de l'Est \"93\"", MOMENT);
	document_subtitle(doc, "Fondation territoriale");
	document_subtitle(doc, RTL);
	document_property_text(doc, "origin", "Registre", "arrondi.example/2026");
	document_property_integer(doc, "size", "Écritures", 1234567);
	document_property_mono(doc, "root", "Racine",
			       "Z6pHAFVSI+vOM2Wnzc6drx01y5fLTVaDa1ABWBhHpzs=");
	document_property_moment(doc, "recorded", "Dernière écriture le", MOMENT);
	document_heading(doc, 1, "1. Les tableaux");
	document_paragraph(doc,
			   "Une phrase assez longue pour être coupée, avec un montant "
			   "de 1\u202f234,56\u00a0€ et la fin de la ligne\u00a0: "
			   "elle continue donc encore un peu, puis s'arrête.");
	put_all_types(doc);
	document_heading(doc, 2, "1.1 Plus large");
	put_wide(doc);
	document_note(doc, HOSTILE);
	table_column(table_begin(doc, "none", "Rien"), "name", "Nom", VALUE_TEXT);
	document_heading(doc, 1, "2. Les graphiques");
	put_sankey(doc);
	put_series(doc);
	document_heading(doc, 3, "Vérifier");
	document_command(doc, "arrondi-verify EXPORT --vkey "
			      "arrondi.example/2026+a3f4c19d+AZn8Ba/2bQVxUpHc4WkxMTIzNDU2"
			      "Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw");
	document_command(doc, "arrondi-report allocation EXPORT");
	assert_int_equal(document_err(doc), ERR_OK);
}

void paper_build_long(struct document *doc, size_t rows)
{
	char name[64];
	struct table *t;

	document_init(doc, LANG_FR, "long", "Un long tableau");
	document_made(doc, "Fonds de l'Est", MOMENT);
	t = table_begin(doc, "rows", "Toutes les lignes");
	table_column(t, "position", "Position", VALUE_ORDINAL);
	table_column(t, "name", "Nom", VALUE_TEXT);
	table_column(t, "day", "Jour", VALUE_DATE);
	table_column(t, "amount", "Montant", VALUE_CENTS);
	for (size_t i = 0; i < rows; i++) {
		(void)snprintf(name, sizeof name, "Ligne numéro %zu", i);
		row_begin(t, ROW_NORMAL);
		cell_integer(t, (int64_t)i);
		cell_text(t, name);
		cell_date(t, day(1 + (int)(i % 28)));
		cell_cents(t, cents_of((int64_t)i * 101));
	}
	table_total_row(t, "Total");
	assert_int_equal(document_err(doc), ERR_OK);
}

const char *paper_cell(const struct table *table, const struct row *row, size_t column,
		       char room[LANG_FIGURE_BYTES])
{
	if (column == 0 && row->label)
		return row->label;
	return value_figure(&row->value[column], table->document->lang, room);
}

void paper_bytes(paper_render *render, const struct document *doc, struct buffer *out)
{
	struct fault fault;

	buffer_init(out, PAPER_BYTES_MAX);
	if (render(doc, out, &fault))
		fail_msg("%s", fault.text);
	assert_true(out->n > 0);
}

void paper_repeats(paper_render *render)
{
	struct buffer first, second;
	struct document doc;

	paper_build(&doc, LANG_FR);
	paper_bytes(render, &doc, &first);
	document_release(&doc);
	paper_build(&doc, LANG_FR);
	paper_bytes(render, &doc, &second);
	document_release(&doc);
	assert_int_equal(first.n, second.n);
	assert_memory_equal(first.p, second.p, first.n);
	buffer_release(&first);
	buffer_release(&second);
}

void paper_keep(const struct buffer *out, const char *name)
{
	const char *folder = getenv("PAPER_OUT");
	char path[256];
	struct fault fault;

	if (!folder)
		return;
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	if (file_write(path, buffer_slice(out), 0644, &fault))
		fail_msg("%s", fault.text);
}
