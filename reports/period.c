/*
 * period.c - see period.h.
 */
#include "reports/period.h"

#include <stdio.h>

#include "reports/naming.h"

enum err period_resolve(struct period *period, const struct standing *standing,
			struct fault *fault)
{
	enum err err = ERR_OK;

	if (!period->has_from)
		period->from = (struct date){ 0 };
	if (!period->has_to)
		err = naming_last_day(standing, &period->to, fault);
	if (!err && date_cmp(period->from, period->to) > 0)
		err = fault_set(fault, ERR_USAGE, "the period ends before it begins");
	return err;
}

bool period_holds(const struct period *period, struct date date)
{
	return date_cmp(period->from, date) <= 0 && date_cmp(date, period->to) <= 0;
}

void period_put(const struct period *period, struct document *doc)
{
	char from[LANG_FIGURE_BYTES], to[LANG_FIGURE_BYTES], text[256];

	lang_date(doc->lang, period->from, from);
	lang_date(doc->lang, period->to, to);
	if (period->has_from)
		(void)snprintf(text, sizeof text, "%s%s%s%s",
			       tr(doc->lang, MSG_REPORT_PERIOD_FROM), from,
			       tr(doc->lang, MSG_REPORT_PERIOD_TO), to);
	else
		(void)snprintf(text, sizeof text, "%s%s",
			       tr(doc->lang, MSG_REPORT_PERIOD_WHOLE), to);
	document_subtitle(doc, text);
	if (period->has_from)
		document_property_date(doc, "from", tr(doc->lang, MSG_REPORT_FROM),
				       period->from);
	document_property_date(doc, "to", tr(doc->lang, MSG_REPORT_TO), period->to);
}
