/*
 * batch_column.c - the names of a payroll file's columns.
 */
#include "gateway/batch_column.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "keys/encoding.h"

#define SALARY  (1u << BATCH_SALARY)
#define INVOICE (1u << BATCH_INVOICE)
#define TILL    (1u << BATCH_TILL)
#define ANY     (SALARY | INVOICE | TILL)

static const struct {
	const char *name;
	unsigned sources;
	enum batch_field field;
} columns[] = {
	{ "donor", SALARY, BATCH_FIELD_DONOR },
	{ "matricule", SALARY, BATCH_FIELD_DONOR },
	{ "slip", SALARY, BATCH_FIELD_SLIP },
	{ "bulletin", SALARY, BATCH_FIELD_SLIP },
	{ "consent", SALARY, BATCH_FIELD_CONSENT },
	{ "consentement", SALARY, BATCH_FIELD_CONSENT },
	{ "client", INVOICE, BATCH_FIELD_CLIENT },
	{ "donor", INVOICE, BATCH_FIELD_CLIENT },
	{ "invoice", INVOICE, BATCH_FIELD_INVOICE },
	{ "facture", INVOICE, BATCH_FIELD_INVOICE },
	{ "giver", INVOICE, BATCH_FIELD_GIVER },
	{ "donateur", INVOICE, BATCH_FIELD_GIVER },
	{ "till", TILL, BATCH_FIELD_TILL },
	{ "caisse", TILL, BATCH_FIELD_TILL },
	{ "day", TILL, BATCH_FIELD_DAY },
	{ "jour", TILL, BATCH_FIELD_DAY },
	{ "roundup", ANY, BATCH_FIELD_ROUNDUP },
	{ "arrondi", ANY, BATCH_FIELD_ROUNDUP },
	{ "extra", ANY, BATCH_FIELD_EXTRA },
	{ "don", ANY, BATCH_FIELD_EXTRA },
	{ "fund", ANY, BATCH_FIELD_FUND },
	{ "fonds", ANY, BATCH_FIELD_FUND },
};

/* Words that say what a column holds and nothing of whom: they may be told. At
 * most BATCH_MEMBER_BYTES_MAX letters each. */
static const char *const known_words[] = {
	"adresse",
	"address",
	"anciennete",
	"bic",
	"birth date",
	"brut",
	"bulletin",
	"caisse",
	"civilite",
	"client",
	"code postal",
	"commentaire",
	"comment",
	"commune",
	"consent",
	"consentement",
	"cotisations",
	"courriel",
	"date",
	"date d entree",
	"date de naissance",
	"date of birth",
	"day",
	"donateur",
	"donor",
	"e mail",
	"email",
	"emploi",
	"employee",
	"facture",
	"first name",
	"full name",
	"giver",
	"gross",
	"gross pay",
	"iban",
	"impot",
	"insee",
	"invoice",
	"jour",
	"last name",
	"libelle",
	"lieu de naissance",
	"mail",
	"matricule",
	"montant",
	"montant facture",
	"montant net",
	"montant ttc",
	"name",
	"naissance",
	"nationalite",
	"net",
	"net a payer",
	"net a payer avant impot",
	"net fiscal",
	"net imposable",
	"net pay",
	"net paye",
	"net social",
	"net verse",
	"nir",
	"nom",
	"nom et prenom",
	"nom prenom",
	"nss",
	"numero de securite sociale",
	"numero securite sociale",
	"n securite sociale",
	"n ss",
	"observations",
	"phone",
	"poste",
	"prenom",
	"rib",
	"salaire",
	"salaire brut",
	"salaire net",
	"salarie",
	"salary",
	"securite sociale",
	"service",
	"sexe",
	"site",
	"slip",
	"ssn",
	"taux",
	"telephone",
	"till",
	"total",
	"ttc",
	"ville",
};

/* ---- folding ---- */

/* U+00C0 to U+00FF as plain letters; '*' stands for what is no single letter. */
static const char latin_letters[] = "aaaaaa*ceeeeiiiidnooooo*ouuuuy**"
				    "aaaaaa*ceeeeiiiidnooooo*ouuuuy*y";

struct folding {
	char *text;
	size_t n;
	unsigned brackets; /* that are open */
	bool blank;        /* wanted before the next letter */
};

static void fold_letter(struct folding *folding, char letter)
{
	if (folding->blank && folding->n > 0 && folding->n < BATCH_COLUMN_NAME_BYTES - 1)
		folding->text[folding->n++] = ' ';
	folding->blank = false;
	if (folding->n < BATCH_COLUMN_NAME_BYTES - 1)
		folding->text[folding->n++] = letter;
}

static void fold_character(struct folding *folding, uint32_t c)
{
	if (c == '(' || c == '[' || c == '{')
		folding->brackets++;
	else if (c == ')' || c == ']' || c == '}')
		folding->brackets -= folding->brackets > 0;
	else if (folding->brackets > 0 || (c >= 0x300 && c <= 0x36F))
		return; /* inside, or an accent apart from its letter */
	else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		fold_letter(folding, (char)c);
	else if (c >= 'A' && c <= 'Z')
		fold_letter(folding, (char)(c - 'A' + 'a'));
	else if (c >= 0xC0 && c <= 0xFF && latin_letters[c - 0xC0] != '*')
		fold_letter(folding, latin_letters[c - 0xC0]);
	else
		folding->blank = true;
}

void batch_column_fold(struct slice name, char ret_folded[BATCH_COLUMN_NAME_BYTES])
{
	struct folding folding = { .text = ret_folded };
	const char *text = (const char *)name.p;
	size_t at = 0;

	if (name.n > 0 && utf8_valid(text, name.n)) {
		while (at < name.n)
			fold_character(&folding, utf8_next(text, name.n, &at));
	} else {
		/* ISO 8859-15 differs from Unicode in eight signs, none in a column's
		 * name that is ours. */
		for (; at < name.n; at++)
			fold_character(&folding, name.p[at]);
	}
	ret_folded[folding.n] = '\0';
}

/* ---- looking up ---- */

bool batch_column_field(const char *folded, enum batch_source source,
			enum batch_field *ret_field)
{
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		if ((columns[i].sources & 1u << source) &&
		    strcmp(columns[i].name, folded) == 0) {
			*ret_field = columns[i].field;
			return true;
		}
	return false;
}

const char *batch_column_known_word(const char *folded)
{
	for (size_t i = 0; i < sizeof known_words / sizeof *known_words; i++)
		if (strcmp(known_words[i], folded) == 0)
			return known_words[i];
	return NULL;
}
