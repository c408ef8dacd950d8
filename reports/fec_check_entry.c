/*
 * fec_check_entry.c - the rules of a FEC that need more than one line: entries that
 * balance, numbers without a gap, one label for each account.
 *
 * Numbers ascend in each journal, or over the whole file: both are followed, and only
 * where neither holds is the better of the two told as wrong.
 */
#include "reports/fec_check_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is known of journals and accounts ---- */

static bool room_for(struct fec_check *check, void **array, size_t *room, size_t count,
		     size_t bytes)
{
	size_t more = count < 64 ? 64 : count * 2;
	void *grown;

	if (count <= *room)
		return true;
	grown = reallocarray(*array, more, bytes);
	if (!grown) {
		check->out_of_memory = true;
		return false;
	}
	memset((char *)grown + *room * bytes, 0, (more - *room) * bytes);
	*array = grown;
	*room = more;
	return true;
}

/* Whether the label of a number is the one that it has had; the first one is kept. */
static bool label_is_kept(struct name_index *labels, uint32_t *label_of, uint32_t number,
			  struct slice label)
{
	uint32_t found = name_index_of(labels, label);

	if (found == UINT32_MAX)
		return true;
	if (!label_of[number])
		label_of[number] = found + 1;
	return label_of[number] == found + 1;
}

static void check_account_label(struct fec_check *check, const struct fec_line *line)
{
	uint32_t account = name_index_of(&check->accounts, line->field[COLUMN_ACCOUNT]);

	if (account == UINT32_MAX)
		check->out_of_memory = true;
	else if (room_for(check, (void **)&check->account_label_of, &check->account_room,
			  check->accounts.count, sizeof *check->account_label_of) &&
		 !label_is_kept(&check->account_labels, check->account_label_of, account,
				line->field[COLUMN_ACCOUNT_LABEL]))
		fec_find(check, FEC_RULE_ACCOUNT_LABEL, line->number,
			 COLUMN_ACCOUNT_LABEL);
}

/* UINT32_MAX where there is no memory. */
static uint32_t journal_of(struct fec_check *check, const struct fec_line *line)
{
	uint32_t journal = name_index_of(&check->journals, line->field[COLUMN_JOURNAL]);
	size_t room = check->journal_room;

	if (journal == UINT32_MAX ||
	    !room_for(check, (void **)&check->journal_sequences, &room,
		      check->journals.count, sizeof *check->journal_sequences) ||
	    !room_for(check, (void **)&check->journal_label_of, &check->journal_room,
		      check->journals.count, sizeof *check->journal_label_of)) {
		check->out_of_memory = true;
		return UINT32_MAX;
	}
	return journal;
}

/* ---- numbers ---- */

/* The digits at the end of "BQ-000012"; false where there are none. */
static bool number_of(struct slice text, uint64_t *ret_number)
{
	size_t first = text.n;
	uint64_t number = 0;

	while (first > 0 && text.p[first - 1] >= '0' && text.p[first - 1] <= '9')
		first--;
	if (first == text.n || text.n - first > 18)
		return false;
	for (size_t i = first; i < text.n; i++)
		number = number * 10 + (uint64_t)(text.p[i] - '0');
	*ret_number = number;
	return true;
}

static void sequence_step(struct sequence *sequence, struct gaps *gaps, uint64_t number,
			  uint64_t line)
{
	if (sequence->begun && number != sequence->last + 1) {
		if (gaps->count < FEC_FINDINGS_SHOWN)
			gaps->line[gaps->count] = line;
		gaps->count++;
	}
	sequence->begun = true;
	sequence->last = number;
}

static void check_number(struct fec_check *check, const struct fec_line *line,
			 uint32_t journal)
{
	uint64_t number;

	if (!number_of(line->field[COLUMN_NUMBER], &number))
		return;
	sequence_step(&check->whole, &check->whole_gaps, number, line->number);
	if (journal != UINT32_MAX)
		sequence_step(&check->journal_sequences[journal], &check->journal_gaps,
			      number, line->number);
}

/* ---- entries ---- */

static void entry_end(struct fec_check *check)
{
	if (!check->in_entry)
		return;
	check->entries++;
	if (!check->entry_spoilt && !cents_is_zero(check->entry_sum))
		fec_find(check, FEC_RULE_BALANCE, check->entry_line, COLUMN__COUNT);
	if (check->entry_lines == 1)
		fec_find(check, FEC_RULE_SCATTERED, check->entry_line, COLUMN_NUMBER);
	if (check->saw_result && check->saw_running)
		fec_find(check, FEC_RULE_CLOSING, check->entry_line, COLUMN_ACCOUNT);
}

static bool text_has(struct slice text, const char *word)
{
	return text.n >= strlen(word) && memcmp(text.p, word, strlen(word)) == 0;
}

static bool is_opening(const struct fec_line *line)
{
	struct slice code = line->field[COLUMN_JOURNAL],
		     label = line->field[COLUMN_JOURNAL_LABEL];

	return text_has(code, "AN") || text_has(code, "RAN") ||
	       text_has(label, "A-nouveau") || text_has(label, "A nouveau") ||
	       (label.n > 2 && memmem(label.p, label.n, "-nouveau", strlen("-nouveau")));
}

static void entry_begin(struct fec_check *check, const struct fec_line *line,
			const char *key)
{
	uint32_t journal = journal_of(check, line);

	entry_end(check);
	check->in_entry = true;
	check->entry_spoilt = check->saw_result = check->saw_running = false;
	check->entry_line = line->number;
	check->entry_lines = 0;
	check->entry_sum = CENTS_ZERO;
	check->entry_has_date = false;
	(void)snprintf(check->entry_key, sizeof check->entry_key, "%s", key);
	check_number(check, line, journal);
	if (journal != UINT32_MAX &&
	    !label_is_kept(&check->journal_labels, check->journal_label_of, journal,
			   line->field[COLUMN_JOURNAL_LABEL]))
		fec_find(check, FEC_RULE_JOURNAL_LABEL, line->number,
			 COLUMN_JOURNAL_LABEL);
	if (!is_opening(line))
		check->saw_other_journal = true;
	else if (check->saw_other_journal)
		fec_find(check, FEC_RULE_OPENING_FIRST, line->number, COLUMN_JOURNAL);
	if (line->has_valid && check->has_last_valid &&
	    date_cmp(line->valid, check->last_valid) < 0)
		fec_find(check, FEC_RULE_VALID_ORDER, line->number, COLUMN_VALID);
	if (line->has_valid) {
		check->last_valid = line->valid;
		check->has_last_valid = true;
	}
}

static void add(struct fec_check *check, struct cents *sum, struct cents amount)
{
	if (cents_add(*sum, amount, sum) != ERR_OK)
		check->overflow = true;
}

static void entry_add(struct fec_check *check, const struct fec_line *line)
{
	struct slice account = line->field[COLUMN_ACCOUNT];

	check->entry_lines++;
	check->entry_spoilt = check->entry_spoilt || !line->has_amount;
	check->saw_result = check->saw_result || text_has(account, "12");
	check->saw_running =
		check->saw_running || text_has(account, "6") || text_has(account, "7");
	if (line->has_amount) {
		add(check, &check->entry_sum, line->amount);
		if (cents_is_negative(line->amount))
			add(check, &check->credit, cents_neg(line->amount));
		else
			add(check, &check->debit, line->amount);
	}
	if (!line->has_date)
		return;
	if (check->entry_has_date && date_cmp(check->entry_date, line->date) != 0)
		fec_find(check, FEC_RULE_ENTRY_DATES, line->number, COLUMN_DATE);
	check->entry_date = line->date;
	check->entry_has_date = true;
}

void fec_check_line(struct fec_check *check, const struct fec_line *line)
{
	struct slice journal = line->field[COLUMN_JOURNAL],
		     number = line->field[COLUMN_NUMBER];
	char key[sizeof check->entry_key];

	(void)snprintf(key, sizeof key, "%.*s\t%.*s",
		       (int)(journal.n < 200 ? journal.n : 200), (const char *)journal.p,
		       (int)(number.n < 200 ? number.n : 200), (const char *)number.p);
	check->lines++;
	if (!check->in_entry || strcmp(key, check->entry_key) != 0)
		entry_begin(check, line, key);
	entry_add(check, line);
	check_account_label(check, line);
}

void fec_check_end(struct fec_check *check)
{
	const struct gaps *gaps = check->journal_gaps.count <= check->whole_gaps.count
					  ? &check->journal_gaps
					  : &check->whole_gaps;

	entry_end(check);
	if (!check->lines)
		fec_find(check, FEC_RULE_EMPTY, 0, COLUMN__COUNT);
	for (uint64_t i = 0; i < gaps->count; i++)
		fec_find(check, FEC_RULE_NUMBERING,
			 i < FEC_FINDINGS_SHOWN ? gaps->line[i] : 0, COLUMN_NUMBER);
	if (cents_cmp(check->debit, check->credit) != 0)
		fec_find(check, FEC_RULE_TOTALS, 0, COLUMN__COUNT);
}
