/*
 * cmd.h - the commands of arrondi-ledger; one file for each family of them.
 *
 * Each command gets the words after its name and returns the exit status. What
 * they share stands in cmd.c: opening the folder named first, submitting one
 * draft, printing a fault.
 */
#ifndef ARRONDI_LEDGER_CMD_H
#define ARRONDI_LEDGER_CMD_H

#include <stdbool.h>

#include "ledger/ledger.h"

#define CMD_PROGRAM "arrondi-ledger"

struct command {
	const char *name;
	const char *words; /* what follows the name */
	const char *does;
	int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};
extern const struct command commands[];
extern const size_t command_count;

int cmd_usage(const char *name);

/* Opens argv[1]; NULL after the fault was printed, with *ret_status set. */
struct ledger *cmd_open(const char *dir, enum ledger_mode mode, int *ret_status);

/* The words DIR FILE [--by MEMBER] of a command; false with *ret_status set where they
 * are others. *ret_by is NULL where nobody is named. */
bool cmd_file_words(int argc, char **argv, const char *command, const char **ret_by,
		    int *ret_status);

/* A draft under construction. */
struct draft {
	struct json_doc *doc;
	struct json *json;
};
MUST_USE enum err draft_init(struct draft *draft, const char *kind, const char *ref,
			     struct fault *fault);
MUST_USE enum err draft_read(struct draft *draft, const char *file, struct fault *fault);
/* The same, but for the reference that draft_read() gives to who has none. */
MUST_USE enum err draft_read_ref(struct draft *draft, const char *file, bool *ret_has_ref,
				 struct fault *fault);
/* Adds {"note", "seat"} to a list of the draft: a note in a file, of at most as many
 * bytes as a member of kinds.def takes, and the seat that its text names. */
MUST_USE enum err draft_sign(struct draft *draft, struct json *list, const char *file,
			     struct fault *fault);
void draft_release(struct draft *draft);

/* Submits it by a member (NULL: the charter's operator) and prints the position
 * and the canonical entry. Returns the exit status. */
int cmd_submit(struct ledger *ledger, const char *by, struct draft *draft);

/* The member that the charter names operator. */
MUST_USE enum err cmd_operator(struct ledger *ledger, char ret_id[65],
			       struct fault *fault);

/* The key under which a company's donor is known, by the number that the company uses.
 * ERR_NOT_FOUND where the member is no employer. */
MUST_USE enum err cmd_donor_key(struct ledger *ledger, const char *member,
				const char *reference, uint8_t ret_key[32],
				struct fault *fault);

/* The value of a line "NAME VALUE[ ...]" of a signed text, up to a space. */
bool cmd_line_value(struct slice text, const char *name, char *out, size_t bytes);

/* A position in decimal; false after a usage error was printed. */
bool cmd_position(const char *text, uint64_t *ret_position);

int cmd_init(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_rebuild(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_consent(int argc, char **argv);
int cmd_forget(int argc, char **argv);
int cmd_retention(int argc, char **argv);
int cmd_clock(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_log_key(int argc, char **argv);
int cmd_succession(int argc, char **argv);
int cmd_member(int argc, char **argv);
int cmd_token(int argc, char **argv);
int cmd_donor(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_propose(int argc, char **argv);
int cmd_ballot(int argc, char **argv);
int cmd_recuse(int argc, char **argv);
int cmd_confirm(int argc, char **argv);
int cmd_vote(int argc, char **argv);
int cmd_decide(int argc, char **argv);
int cmd_allocate(int argc, char **argv);
int cmd_journal(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_proof(int argc, char **argv);
int cmd_identities(int argc, char **argv);
int cmd_receipts(int argc, char **argv);
int cmd_publish(int argc, char **argv);

#endif
