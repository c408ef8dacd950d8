/*
 * meeting.c - see meeting.h.
 */
#include "reports/meeting.h"

#include "ledger/books_query.h"
#include "reports/question.h"

static const char *say(const struct meeting_tables *meeting, enum msg msg)
{
	return tr(meeting->lang, msg);
}

void meeting_begin(struct meeting_tables *meeting, struct books *books,
		   struct document *doc)
{
	struct table *t;

	*meeting = (struct meeting_tables){ .books = books, .lang = doc->lang };
	t = table_begin(doc, "meetings", say(meeting, MSG_MEETINGS_TABLE));
	table_column(t, "position", say(meeting, MSG_POSITION), VALUE_ORDINAL);
	table_column(t, "held_on", say(meeting, MSG_MEETING_HELD), VALUE_DATE);
	table_column(t, "notified_on", say(meeting, MSG_MEETING_NOTIFIED), VALUE_DATE);
	table_column(t, "notice_days", say(meeting, MSG_MEETING_NOTICE), VALUE_ORDINAL);
	table_column(t, "present", say(meeting, MSG_MEETING_PRESENT), VALUE_ORDINAL);
	table_column(t, "represented", say(meeting, MSG_MEETING_REPRESENTED),
		     VALUE_ORDINAL);
	table_column(t, "excused", say(meeting, MSG_MEETING_EXCUSED), VALUE_ORDINAL);
	table_column(t, "minutes", say(meeting, MSG_MEETING_MINUTES), VALUE_MONO);
	meeting->meetings = t;
	t = table_begin(doc, "attendance", say(meeting, MSG_ATTENDANCE_TABLE));
	table_column(t, "meeting", say(meeting, MSG_MEETING), VALUE_ORDINAL);
	table_column(t, "seat", say(meeting, MSG_MINUTES_SEAT), VALUE_TEXT);
	table_column(t, "how", say(meeting, MSG_MEETING_HOW), VALUE_TEXT);
	table_column(t, "by", say(meeting, MSG_MEETING_BY), VALUE_TEXT);
	meeting->attendance = t;
	t = table_begin(doc, "agenda", say(meeting, MSG_AGENDA_TABLE));
	table_column(t, "meeting", say(meeting, MSG_MEETING), VALUE_ORDINAL);
	table_column(t, "rank", say(meeting, MSG_FEC_RANK), VALUE_ORDINAL);
	table_column(t, "proposal", say(meeting, MSG_PROJECT_PROPOSAL), VALUE_ORDINAL);
	table_column(t, "what", say(meeting, MSG_SUBJECT), VALUE_TEXT);
	meeting->agenda = t;
}

static void put_seats(struct meeting_tables *meeting, uint64_t position,
		      const struct json *seats, enum msg how)
{
	for (const struct json *seat = seats->first; seat; seat = seat->next) {
		row_begin(meeting->attendance, ROW_NORMAL);
		cell_integer(meeting->attendance, (int64_t)position);
		cell_slice(meeting->attendance, seat->text);
		cell_text(meeting->attendance, say(meeting, how));
		cell_empty(meeting->attendance);
	}
}

static void put_proxies(struct meeting_tables *meeting, uint64_t position,
			const struct json *proxies)
{
	for (const struct json *proxy = proxies->first; proxy; proxy = proxy->next) {
		row_begin(meeting->attendance, ROW_NORMAL);
		cell_integer(meeting->attendance, (int64_t)position);
		cell_slice(meeting->attendance, item_text(proxy, "seat"));
		cell_text(meeting->attendance, say(meeting, MSG_MEETING_IS_REPRESENTED));
		cell_slice(meeting->attendance, item_text(proxy, "by"));
	}
}

static void put_agenda(struct meeting_tables *meeting, uint64_t position,
		       const struct json *agenda)
{
	struct table *t = meeting->agenda;
	int64_t rank = 0;

	for (const struct json *item = agenda->first; item; item = item->next) {
		struct proposal_view proposal;
		bool known = item_has(item, "proposal") &&
			     query_proposal(meeting->books,
					    (uint64_t)item_integer(item, "proposal"),
					    &proposal);

		row_begin(t, ROW_NORMAL);
		cell_integer(t, (int64_t)position);
		cell_integer(t, ++rank);
		if (known)
			cell_integer(t, (int64_t)proposal.position);
		else
			cell_empty(t);
		if (known)
			cell_text(t, question_subject(meeting->lang, &proposal));
		else
			cell_slice(t, item_text(item, "code"));
	}
}

void meeting_put(struct meeting_tables *meeting, uint64_t position,
		 const struct entry *entry)
{
	const struct json *present = entry_list(entry, "present");
	const struct json *represented = entry_list(entry, "represented");
	const struct json *excused = entry_list(entry, "excused");
	struct date notified_on = entry_date(entry, "notified_on");
	struct table *t = meeting->meetings;

	row_begin(t, ROW_NORMAL);
	cell_integer(t, (int64_t)position);
	cell_date(t, entry->date);
	cell_date(t, notified_on);
	cell_integer(t, date_days(notified_on, entry->date));
	cell_integer(t, (int64_t)present->count);
	cell_integer(t, (int64_t)represented->count);
	cell_integer(t, (int64_t)excused->count);
	if (entry_has(entry, "minutes"))
		cell_slice(t, entry_text(entry, "minutes"));
	else
		cell_empty(t);
	put_seats(meeting, position, present, MSG_MEETING_IS_PRESENT);
	put_proxies(meeting, position, represented);
	put_seats(meeting, position, excused, MSG_MEETING_IS_EXCUSED);
	put_agenda(meeting, position, entry_list(entry, "agenda"));
}
