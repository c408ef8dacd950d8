/*
 * tax_receipt.c - see tax_receipt.h.
 */
#include "reports/tax_receipt.h"

#include <inttypes.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/json.h"
#include "reports/number_words.h"
#include "reports/qr.h"

#define LINE_BYTES 1024

struct form {
	struct document *doc;
	const struct json *data, *body, *giver, *gifts;
	bool is_person;
	int64_t amount;
	struct hash digest;
};

/* ---- reading ---- */

static struct slice text_of(const struct json *object, const char *name)
{
	const struct json *member = json_get(object, name);

	return member && member->type == JSON_TEXT ? member->text : slice_of("", 0);
}

static int64_t number_of(const struct json *object, const char *name)
{
	const struct json *member = json_get(object, name);

	return member && member->type == JSON_INTEGER ? member->integer : 0;
}

static enum err data_read(struct json_doc *json, struct slice bytes, struct form *form,
			  struct fault *fault)
{
	struct json *data = NULL;
	enum err err = json_parse(json, bytes, &data, fault);

	if (err)
		return err;
	form->data = data;
	form->body = json_get(data, "body");
	form->giver = json_get(data, "giver");
	form->gifts = json_get(data, "gifts");
	form->is_person = slice_equal_text(text_of(data, "form"), "11580");
	form->amount = number_of(data, "amount");
	form->digest = hash_bytes(bytes.p, bytes.n);
	if (!form->body || !form->giver || !form->gifts ||
	    form->gifts->type != JSON_LIST || text_of(data, "salt").n != 64 ||
	    number_of(data, "number") < 1 || form->amount < 1 ||
	    (!form->is_person && !slice_equal_text(text_of(data, "form"), "16216")))
		return fault_set(fault, ERR_INVALID, "these are no receipt's data");
	return ERR_OK;
}

static struct date day_of(const struct json *object, const char *name)
{
	char text[DATE_TEXT_BYTES] = "";
	struct slice value = text_of(object, name);
	struct date date = { 0 };

	if (value.n == sizeof text - 1) {
		memcpy(text, value.p, value.n);
		if (date_parse(text, &date))
			date = (struct date){ 0 };
	}
	return date;
}

/* ---- lines ---- */

static void line(struct table *table, const char *label, struct slice text)
{
	if (!text.n)
		return;
	row_begin(table, ROW_NORMAL);
	cell_text(table, label);
	cell_slice(table, text);
}

static struct table *pairs(struct form *form, const char *id, const char *title)
{
	struct table *table = table_begin(form->doc, id, title);

	table_column(table, "mention", "Mention", VALUE_TEXT);
	table_column(table, "value", "Valeur", VALUE_TEXT);
	return table;
}

/* Boxes, of which the one that applies is ticked. */
static void boxes(struct form *form, const char *label, const char *const *choices,
		  size_t count, unsigned ticked)
{
	char text[LINE_BYTES];
	size_t n = (size_t)snprintf(text, sizeof text, "%s : ", label);

	for (size_t i = 0; i < count && n < sizeof text; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %s",
				      i ? "   " : "", ticked & 1u << i ? "☒" : "☐",
				      choices[i]);
	document_paragraph(form->doc, text);
}

static const char *quality_of(struct slice legal_form)
{
	static const struct {
		const char *form, *quality;
	} qualities[] = {
		{ "association", "☒ Œuvre ou organisme d’intérêt général" },
		{ "fondation-abritee",
		  "☒ Fondation abritée par une fondation reconnue d’utilité publique" },
		{ "fondation-reconnue", "☒ Fondation reconnue d’utilité publique" },
		{ "fonds-de-dotation", "☒ Fonds de dotation" },
	};

	for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++)
		if (slice_equal_text(legal_form, qualities[i].form))
			return qualities[i].quality;
	return "☒ Œuvre ou organisme d’intérêt général";
}

static void body_draw(struct form *form)
{
	struct table *table = pairs(form, "body", "Bénéficiaire des versements");

	line(table, "Nom ou dénomination", text_of(form->body, "name"));
	line(table, "Adresse", text_of(form->body, "address"));
	line(table, "SIREN", text_of(form->body, "siren"));
	line(table, "Objet", text_of(form->body, "object"));
	line(table, "Qualité",
	     slice_of_text(quality_of(text_of(form->body, "legal_form"))));
}

static void giver_draw(struct form *form)
{
	struct table *table = pairs(
		form, "giver", form->is_person ? "Donateur" : "Entreprise donatrice");
	struct slice postcode = text_of(form->giver, "postcode"),
		     city = text_of(form->giver, "city");
	char text[LINE_BYTES];

	line(table, form->is_person ? "Nom et prénom" : "Dénomination",
	     text_of(form->giver, "name"));
	line(table, "SIREN", text_of(form->giver, "siren"));
	line(table, "Adresse", text_of(form->giver, "address"));
	(void)snprintf(text, sizeof text, "%.*s %.*s", (int)postcode.n,
		       (const char *)postcode.p, (int)city.n, (const char *)city.p);
	if (city.n)
		line(table, "Commune", slice_of_text(text));
	line(table, "Pays", text_of(form->giver, "country"));
}

/* Framed by asterisks, so that nothing can be written before or after. */
static void amount_draw(struct form *form)
{
	char figure[LANG_FIGURE_BYTES], words[NUMBER_WORDS_BYTES_MAX], text[LINE_BYTES];

	lang_cents(LANG_FR, cents_of(form->amount), figure);
	number_words_euros(cents_of(form->amount), words);
	document_paragraph(
		form->doc,
		form->is_person
			? "Le bénéficiaire reconnaît avoir reçu, au titre des dons et "
			  "versements ouvrant droit à réduction d’impôt, la somme de :"
			: "Le bénéficiaire reconnaît avoir reçu, au titre des dons et "
			  "versements ouvrant droit à la réduction d’impôt prévue à "
			  "l’article 238 bis du code général des impôts, des dons d’une "
			  "valeur de :");
	(void)snprintf(text, sizeof text, "***%s***", figure);
	document_heading(form->doc, 2, text);
	(void)snprintf(text, sizeof text, "Somme en toutes lettres : %s", words);
	document_paragraph(form->doc, text);
}

/* ---- what was given ---- */

static const char *what_of(const struct json *gift)
{
	static const struct {
		const char *what, *text;
	} texts[] = {
		{ "salary", "Arrondi sur salaire" },
		{ "invoice", "Arrondi sur facture" },
		{ "gift", "Don" },
		{ "match", "Abondement des dons des salariés" },
		{ "cash", "Mécénat en numéraire" },
		{ "goods", "Mécénat en nature : biens" },
		{ "services", "Mécénat en nature : prestations" },
		{ "premises", "Mécénat en nature : mise à disposition de locaux" },
		{ "skills", "Mécénat de compétences : mise à disposition de salariés" },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (slice_equal_text(text_of(gift, "what"), texts[i].what))
			return texts[i].text;
	return "Don";
}

static bool is_in_kind(const struct json *gift)
{
	static const char *const forms[] = { "goods", "services", "premises", "skills" };

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (slice_equal_text(text_of(gift, "what"), forms[i]))
			return true;
	return false;
}

static void gifts_draw(struct form *form)
{
	struct table *table = table_begin(form->doc, "gifts", "Versements");

	table_column(table, "date", "Date du don", VALUE_DATE);
	table_column(table, "arrived", "Reçu le", VALUE_DATE);
	table_column(table, "what", "Don", VALUE_TEXT);
	table_column(table, "use", "Affectation", VALUE_TEXT);
	table_column(table, "amount", "Montant", VALUE_CENTS);
	for (const struct json *gift = form->gifts->first; gift; gift = gift->next) {
		char use[128];
		struct slice fund = text_of(gift, "fund");

		(void)snprintf(use, sizeof use, "%s%.*s",
			       number_of(gift, "earmarked") ? "☒ affecté : " : "",
			       (int)fund.n, (const char *)fund.p);
		row_begin(table, ROW_NORMAL);
		cell_date(table, day_of(gift, "date"));
		cell_date(table, day_of(gift, "arrived_on"));
		cell_text(table, what_of(gift));
		cell_text(table, fund.n ? use : "fonds de l’entreprise");
		cell_cents(table, cents_of(number_of(gift, "amount")));
	}
	table_total_row(table, "Total");
}

static void nature_draw(struct form *form)
{
	static const char *const forms[] = { "Acte authentique", "Acte sous seing privé",
					     "Déclaration de don manuel", "Autres" };
	static const char *const natures[] = { "Numéraire", "Titres de sociétés cotés",
					       "Autres (don en nature, compétences)" };
	static const char *const ways[] = { "Espèces", "Chèque",
					    "Virement, prélèvement, carte bancaire" };
	unsigned nature = 0, made = 0;

	for (const struct json *gift = form->gifts->first; gift; gift = gift->next) {
		bool convention = is_in_kind(gift) ||
				  slice_equal_text(text_of(gift, "what"), "cash");

		nature |= is_in_kind(gift) ? 4u : 1u;
		made |= convention                                        ? 2u
			: slice_equal_text(text_of(gift, "what"), "gift") ? 4u
									  : 8u;
	}
	boxes(form, "Forme du don", forms, 4, made);
	boxes(form, "Nature du don", natures, 3, nature);
	if (nature & 1u)
		boxes(form, "Mode de versement du numéraire", ways, 3, 4u);
}

static void skills_note(struct form *form)
{
	char text[LINE_BYTES];

	for (const struct json *gift = form->gifts->first; gift; gift = gift->next) {
		if (!is_in_kind(gift))
			continue;
		document_note(form->doc, "La valeur des dons en nature est celle que "
					 "l’entreprise a communiquée, sous sa seule "
					 "responsabilité.");
		break;
	}
	for (const struct json *gift = form->gifts->first; gift; gift = gift->next) {
		if (!number_of(gift, "people"))
			continue;
		(void)snprintf(text, sizeof text,
			       "Mise à disposition de %" PRId64
			       " salarié(s) : rémunérations et charges, dans la limite, "
			       "par salarié, de trois fois le plafond annuel de la "
			       "sécurité sociale (articles 238 bis du CGI et L. 241-3 du "
			       "code de la sécurité sociale).",
			       number_of(gift, "people"));
		document_note(form->doc, text);
	}
}

static void law_draw(struct form *form)
{
	static const char *const of_person[] = { "200 du CGI", "978 du CGI" };
	static const char *const of_company[] = { "238 bis du CGI" };

	boxes(form,
	      "Le bénéficiaire certifie sur l’honneur que les dons et versements qu’il "
	      "reçoit ouvrent droit à la réduction d’impôt prévue à l’article",
	      form->is_person ? of_person : of_company, form->is_person ? 2 : 1, 1u);
}

static void signed_draw(struct form *form)
{
	char text[LINE_BYTES], day[LANG_FIGURE_BYTES];
	struct slice signatory = text_of(form->data, "signatory");

	lang_date(LANG_FR, day_of(form->data, "date"), day);
	(void)snprintf(text, sizeof text, "Fait le %s. Signé : %.*s", day,
		       (int)signatory.n, (const char *)signatory.p);
	document_paragraph(form->doc, text);
	if (number_of(form->data, "replaces")) {
		(void)snprintf(text, sizeof text,
			       "Ce reçu annule et remplace le reçu n° %" PRId64 ".",
			       number_of(form->data, "replaces"));
		document_note(form->doc, text);
	}
}

static void proof_text(const struct form *form, char ret_text[TAX_RECEIPT_PROOF_BYTES])
{
	struct slice proof = text_of(form->data, "proof"),
		     origin = text_of(form->data, "origin");
	char hex[HASH_HEX_CHARS + 1];

	hex_encode(form->digest.b, sizeof form->digest.b, hex);
	if (proof.n)
		(void)snprintf(ret_text, TAX_RECEIPT_PROOF_BYTES,
			       "%.*s?receipt=%" PRId64 "&digest=%s", (int)proof.n,
			       (const char *)proof.p, number_of(form->data, "number"),
			       hex);
	else
		(void)snprintf(ret_text, TAX_RECEIPT_PROOF_BYTES,
			       "arrondi-receipt:%.*s?receipt=%" PRId64 "&digest=%s",
			       (int)origin.n, (const char *)origin.p,
			       number_of(form->data, "number"), hex);
}

static enum err proof_draw(struct form *form, struct fault *fault)
{
	char text[TAX_RECEIPT_PROOF_BYTES];
	struct qr qr;
	enum err err;

	document_heading(form->doc, 2, "Preuve");
	document_paragraph(
		form->doc,
		"L’empreinte de ce reçu est inscrite au registre signé de la fondation. "
		"Elle se vérifie avec le fichier joint (.json) : arrondi-report check "
		"FICHIER EXPORT.");
	proof_text(form, text);
	err = qr_make(text, &qr, fault);
	if (!err)
		document_code(form->doc, text, qr.squares);
	return err;
}

static void title_draw(struct form *form)
{
	char text[LINE_BYTES];
	struct slice name = text_of(form->body, "name");

	(void)snprintf(text, sizeof text, "Numéro d’ordre du reçu : %" PRId64,
		       number_of(form->data, "number"));
	document_subtitle(form->doc, text);
	document_subtitle(form->doc,
			  form->is_person
				  ? "Cerfa n° 11580*05 (modèle 2041-RD), articles 200 et "
				    "978 du code général des impôts"
				  : "Cerfa n° 16216*02 (modèle 2041-MEC-SD), article 238 "
				    "bis du code général des impôts");
	(void)snprintf(text, sizeof text, "Dons de l’année civile %" PRId64,
		       number_of(form->data, "year"));
	document_subtitle(form->doc, text);
	(void)snprintf(text, sizeof text, "%.*s", (int)name.n, (const char *)name.p);
	document_made(form->doc, text, (int64_t)day_of(form->data, "date").day * DAY_S);
}

enum err tax_receipt_draw(struct slice data, struct document *doc, struct fault *fault)
{
	struct json_doc *json = json_doc_new();
	struct form form = { .doc = doc };
	enum err err = json ? data_read(json, data, &form, fault)
			    : fault_set(fault, ERR_MEMORY, "out of memory");

	document_init(doc, LANG_FR, "tax_receipt",
		      "Reçu au titre des dons à certains organismes d’intérêt général");
	if (!err) {
		title_draw(&form);
		body_draw(&form);
		giver_draw(&form);
		amount_draw(&form);
		gifts_draw(&form);
		nature_draw(&form);
		skills_note(&form);
		law_draw(&form);
		signed_draw(&form);
		err = proof_draw(&form, fault);
	}
	if (!err)
		err = document_check(doc, fault);
	json_doc_free(json);
	return err;
}

enum err tax_receipt_proof(struct slice data, char ret_text[TAX_RECEIPT_PROOF_BYTES],
			   struct fault *fault)
{
	struct json_doc *json = json_doc_new();
	struct form form = { .doc = NULL };
	enum err err = json ? data_read(json, data, &form, fault)
			    : fault_set(fault, ERR_MEMORY, "out of memory");

	if (!err)
		proof_text(&form, ret_text);
	json_doc_free(json);
	return err;
}
