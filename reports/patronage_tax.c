/*
 * patronage_tax.c - see patronage_tax.h.
 */
#include "reports/patronage_tax.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/books_query_receipt.h"
#include "ledger/receipt_data.h"
#include "reports/sum.h"

/* ---- the law ---- */

static const struct law {
	int64_t from_year, percent, percent_above, limit, floor, per_10000, years;
	const char *source;
} laws[] = {
#define PATRONAGE_LAW(from_year, percent, percent_above, limit, floor, per_10000, years, \
		      source)                                                            \
	{ from_year, percent, percent_above, limit, floor, per_10000, years, source },
#include "reports/patronage_law.def"
#undef PATRONAGE_LAW
};

/* The last one that begins in that year or before. */
static const struct law *law_of(int64_t year)
{
	const struct law *found = NULL;

	for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
		if (laws[i].from_year <= year)
			found = &laws[i];
	return found;
}

/* Amounts are below 2^53, so a hundredfold of them fits. */
static struct cents share_of(struct cents amount, int64_t share, int64_t of)
{
	return cents_of(cents_value(amount) / of * share +
			cents_value(amount) % of * share / of);
}

static struct cents ceiling_of(const struct law *law, struct cents turnover)
{
	struct cents floor = cents_of(law->floor * 100), part;

	if (cents_is_negative(turnover))
		return floor;
	part = share_of(turnover, law->per_10000, 10000);
	return cents_cmp(part, floor) > 0 ? part : floor;
}

bool patronage_effect_of(int64_t year, struct cents gifts, struct cents turnover,
			 struct patronage_effect *ret_effect, enum err *ret_err)
{
	const struct law *law = law_of(year);
	struct cents below, above = CENTS_ZERO;

	*ret_err = ERR_OK;
	if (!law)
		return false;
	*ret_effect = (struct patronage_effect){ .ceiling = ceiling_of(law, turnover),
						 .until = year + law->years,
						 .source = law->source };
	ret_effect->within = cents_min(gifts, ret_effect->ceiling);
	below = ret_effect->within;
	if (law->limit) {
		below = cents_min(below, cents_of(law->limit * 100));
		*ret_err = cents_add(ret_effect->within, cents_neg(below), &above);
	}
	if (!*ret_err)
		*ret_err = cents_add(share_of(below, law->percent, 100),
				     share_of(above, law->percent_above, 100),
				     &ret_effect->reduction);
	if (!*ret_err)
		*ret_err = cents_add(gifts, cents_neg(ret_effect->within),
				     &ret_effect->excess);
	return true;
}

/* ---- skills ---- */

enum err patronage_skills_see(struct patronage_skills *skills, uint64_t position,
			      const struct entry *entry, struct fault *fault)
{
	struct skilled *more;

	if (entry->kind != KIND_patronage ||
	    !text_is(entry_text(entry, "form"), "skills"))
		return ERR_OK;
	more = reallocarray(skills->item, skills->count + 1, sizeof *more);
	if (!more)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	skills->item = more;
	/* As on a receipt: who does not say how many is one. */
	more[skills->count++] = (struct skilled){
		.position = position,
		.people = entry_has(entry, "people") ? entry_integer(entry, "people") : 1,
	};
	return ERR_OK;
}

void patronage_skills_release(struct patronage_skills *skills)
{
	free(skills->item);
	*skills = (struct patronage_skills){ 0 };
}

/* What counts of it. Of a year whose ceiling is not known here, all. */
static struct cents capped(const struct patronage_skills *skills,
			   const struct given_view *given)
{
	struct cents cap;

	for (size_t i = 0; i < skills->count; i++)
		if (skills->item[i].position == given->position &&
		    receipt_skills_cap(given->year, skills->item[i].people, &cap))
			return cents_min(given->arrived, cap);
	return given->arrived;
}

/* ---- the table ---- */

struct year_sum {
	int64_t year;
	struct cents match, other;
};

static bool is_own(const struct given_view *given, const char *member)
{
	return given->year && strcmp(given->payer, member) == 0 &&
	       (strcmp(given->class, "company") == 0 ||
		strcmp(given->class, "match") == 0);
}

static int by_year(const void *a, const void *b)
{
	const struct year_sum *left = a, *right = b;

	return (left->year > right->year) - (left->year < right->year);
}

/* Into one of `sums`, which has room for a year each. */
static enum err year_add(struct year_sum *sums, size_t *count,
			 const struct given_view *given,
			 const struct patronage_skills *skills, struct fault *fault)
{
	size_t i = 0;

	while (i < *count && sums[i].year != given->year)
		i++;
	if (i == *count)
		sums[(*count)++] = (struct year_sum){ .year = given->year };
	return sum_add(strcmp(given->class, "match") == 0 ? &sums[i].match
							  : &sums[i].other,
		       capped(skills, given), fault);
}

static struct table *lay_out(struct document *doc)
{
	struct table *table =
		table_begin(doc, "tax_effect", tr(doc->lang, MSG_TAX_EFFECT_TABLE));

	table_column(table, "year", tr(doc->lang, MSG_222BIS_YEAR), VALUE_ORDINAL);
	table_column(table, "match", tr(doc->lang, MSG_MATCH), VALUE_CENTS);
	table_column(table, "other", tr(doc->lang, MSG_TAX_EFFECT_OTHER), VALUE_CENTS);
	table_column(table, "ceiling", tr(doc->lang, MSG_TAX_EFFECT_CEILING),
		     VALUE_CENTS);
	table_column(table, "within", tr(doc->lang, MSG_TAX_EFFECT_WITHIN), VALUE_CENTS);
	table_column(table, "reduction", tr(doc->lang, MSG_TAX_EFFECT_REDUCTION),
		     VALUE_CENTS);
	table_column(table, "excess", tr(doc->lang, MSG_TAX_EFFECT_EXCESS), VALUE_CENTS);
	table_column(table, "until", tr(doc->lang, MSG_TAX_EFFECT_UNTIL), VALUE_ORDINAL);
	table_column(table, "source", tr(doc->lang, MSG_TAX_EFFECT_SOURCE), VALUE_TEXT);
	return table;
}

static enum err put_year(struct table *table, const struct year_sum *sum,
			 struct cents turnover, struct fault *fault)
{
	struct patronage_effect effect;
	struct cents gifts = sum->match;
	enum err err = sum_add(&gifts, sum->other, fault), too_big = ERR_OK;
	bool known = !err &&
		     patronage_effect_of(sum->year, gifts, turnover, &effect, &too_big);

	if (too_big)
		err = fault_set(fault, too_big,
				"an amount of the tax effect does not fit");
	if (err)
		return err;
	row_begin(table, ROW_NORMAL);
	cell_integer(table, sum->year);
	cell_cents(table, sum->match);
	cell_cents(table, sum->other);
	if (!known) {
		for (int i = 0; i < 6; i++)
			cell_empty(table);
		return ERR_OK;
	}
	cell_cents(table, effect.ceiling);
	cell_cents(table, effect.within);
	cell_cents(table, effect.reduction);
	cell_cents(table, effect.excess);
	if (cents_is_positive(effect.excess))
		cell_integer(table, effect.until);
	else
		cell_empty(table);
	cell_text(table, effect.source);
	return ERR_OK;
}

enum err patronage_tax_put(struct books *books, const char *member,
			   const struct patronage_skills *skills, struct cents turnover,
			   struct document *doc, struct fault *fault)
{
	struct given_view *given = NULL;
	struct year_sum *sums = NULL;
	struct table *table;
	size_t count = 0, years = 0;
	enum err err = query_given(books, &given, &count, fault);

	if (!err && count) {
		sums = calloc(count, sizeof *sums);
		if (!sums)
			err = fault_set(fault, ERR_MEMORY, "out of memory");
	}
	for (size_t i = 0; i < count && !err; i++)
		if (is_own(&given[i], member))
			err = year_add(sums, &years, &given[i], skills, fault);
	free(given);
	if (err || !years) {
		free(sums);
		return err;
	}
	qsort(sums, years, sizeof *sums, by_year);
	table = lay_out(doc);
	for (size_t i = 0; i < years && !err; i++)
		err = put_year(table, &sums[i], turnover, fault);
	document_paragraph(doc, tr(doc->lang, MSG_TAX_EFFECT_EXPLAINED));
	if (cents_is_negative(turnover))
		document_note(doc, tr(doc->lang, MSG_TAX_EFFECT_NO_TURNOVER));
	free(sums);
	return err;
}
