/*
 * doctor.c - see doctor.h.
 */
#include "ledger/doctor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "ledger/books_query.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger_int.h"
#include "ledger/sequencer.h"

struct patient {
	const char *dir;
	struct ledger *ledger; /* NULL where it cannot be opened */
	struct fault opening;  /* why not */
	char *text;            /* room for a finding */
};

/* A finding; what names the thing and the remedy. Returns false. */
static bool ill(struct patient *patient, const char *format, ...) PRINTF_LIKE(2, 3);
static bool ill(struct patient *patient, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(patient->text, DOCTOR_TEXT_BYTES, format, args);
	va_end(args);
	return false;
}

static bool file_stat(struct patient *patient, const char *name, struct stat *ret_stat)
{
	char path[LEDGER_PATH_BYTES_MAX];

	return ledger_path(patient->dir, name, path, NULL) == ERR_OK &&
	       stat(path, ret_stat) == 0;
}

/* ---- files ---- */

static bool look_folder(struct patient *patient)
{
	static const char *const secret[] = { LEDGER_DATABASE, LEDGER_KEY,
					      LEDGER_KEY ".new", LEDGER_KEY ".old",
					      LEDGER_HEAD };
	struct stat info;

	for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
		if (file_stat(patient, secret[i], &info) && (info.st_mode & 077))
			return ill(patient,
				   "'%s' can be read or written by others (mode %04o): "
				   "chmod 600 %s/%s",
				   secret[i], (unsigned)info.st_mode & 07777,
				   patient->dir, secret[i]);
	if (!file_stat(patient, LEDGER_CHARTER, &info))
		return ill(patient,
			   "'%s', the charter for people to read, is missing: write it "
			   "from 'arrondi-ledger show %s 0'",
			   LEDGER_CHARTER, patient->dir);
	return true;
}

static bool look_database(struct patient *patient)
{
	struct fault fault;

	if (!patient->ledger)
		return ill(patient, "the ledger cannot be opened: %s",
			   patient->opening.text);
	if (store_integrity(patient->ledger->store, &fault) != ERR_OK)
		return ill(patient,
			   "the database is damaged (%s): restore the last backup aside "
			   "and compare",
			   fault.text);
	return true;
}

static bool look_wal(struct patient *patient)
{
	struct stat info;

	if (!file_stat(patient, LEDGER_DATABASE "-wal", &info) ||
	    info.st_size <= DOCTOR_WAL_BYTES_MAX)
		return true;
	return ill(patient,
		   "%s-wal has %" PRId64
		   " bytes, because some reader never ends: look for "
		   "a report or backup that hangs",
		   LEDGER_DATABASE, (int64_t)info.st_size);
}

static bool look_space(struct patient *patient)
{
	int64_t need = DOCTOR_SPACE_BYTES_MIN, there;
	struct statvfs disk;
	struct stat info;

	if (statvfs(patient->dir, &disk) != 0)
		return true;
	if (file_stat(patient, LEDGER_DATABASE, &info) && info.st_size / 10 > need)
		need = info.st_size / 10;
	there = (int64_t)(disk.f_bavail * disk.f_frsize);
	if (there >= need)
		return true;
	return ill(patient,
		   "the disk has %" PRId64 " bytes left, less than %" PRId64
		   ": free some before the ledger refuses entries",
		   there, need);
}

/* ---- what signs, and was signed ---- */

/* Where the ledger cannot be read it is not known which key is the right one. */
static bool look_key(struct patient *patient)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];
	const struct ledger_key_view *in_place = &keys[LEDGER_KEY_IN_PLACE];
	struct fault fault;

	if (!patient->ledger)
		return true;
	if (ledger_key_look(patient->ledger, keys, &fault) != ERR_OK)
		return ill(patient, "the log's key files cannot be used: %s", fault.text);
	if (in_place->is_there && in_place->is_in_force)
		return true;
	if (keys[LEDGER_KEY_NEW].is_there && keys[LEDGER_KEY_NEW].is_in_force)
		return ill(patient,
			   "the log's new key is in force and still stands in '%s': run "
			   "'arrondi-ledger log-key %s activate'",
			   ledger_key_name(LEDGER_KEY_NEW), patient->dir);
	if (!in_place->is_there)
		return ill(patient,
			   "'%s' is missing: nothing can be recorded until the log's key "
			   "is brought back from where it is kept",
			   LEDGER_KEY);
	return ill(patient,
		   "'%s' is not the log's key in force: bring back the right one",
		   LEDGER_KEY);
}

static bool look_head(struct patient *patient)
{
	struct merkle_head signed_head = { 0 };
	char path[LEDGER_PATH_BYTES_MAX];
	struct head_file *file = NULL;
	struct fault fault;
	enum err err = ledger_path(patient->dir, LEDGER_HEAD, path, &fault);

	if (!err && access(path, F_OK) != 0)
		return ill(patient,
			   "'%s' is missing, so nothing is signed: if this folder is a "
			   "restored backup, make it with 'arrondi-ledger restore %s "
			   "--newest CHECKPOINT', or continue as a new log with "
			   "'arrondi-ledger succession %s'",
			   LEDGER_HEAD, patient->dir, patient->dir);
	if (!err)
		err = head_file_open(path, &file, &fault);
	if (!err)
		err = head_file_read(file, &signed_head, &fault);
	head_file_close(file);
	if (!err && patient->ledger) {
		err = ledger_reading_start(patient->ledger, &fault);
		if (!err) {
			err = ledger_head_check(patient->ledger, &signed_head, &fault);
			ledger_reading_stop(patient->ledger);
		}
	}
	return err ? ill(patient, "%s", fault.text) : true;
}

static bool look_signature(struct patient *patient)
{
	struct checkpoint checkpoint;
	struct buffer note;
	struct fault fault;
	uint64_t size = 0;
	enum err err;

	if (!patient->ledger)
		return true;
	buffer_init(&note, NOTE_BYTES_MAX);
	err = ledger_checkpoint(patient->ledger, &note, &fault);
	if (!err)
		err = ledger_note_open(patient->ledger, buffer_slice(&note), &checkpoint,
				       &fault);
	if (!err)
		err = ledger_size(patient->ledger, &size, &fault);
	buffer_release(&note);
	if (err)
		return ill(patient, "the last checkpoint cannot be used: %s", fault.text);
	/* One that is being made right now is no illness. */
	if (checkpoint.size + SEQUENCER_GROUP_MAX < size)
		return ill(patient,
			   "%" PRIu64 " entries are recorded, and %" PRIu64
			   " signed: start the gateway, or record anything, with the "
			   "log's key in place",
			   size, checkpoint.size);
	return true;
}

/* ---- what was derived ---- */

static bool look_projections(struct patient *patient)
{
	struct fault fault;

	if (!patient->ledger || ledger_check(patient->ledger, &fault) == ERR_OK)
		return true;
	return ill(patient,
		   "what is derived from the log does not agree with it (%s): run "
		   "'arrondi-ledger rebuild %s'; if that fails, too, the log itself is "
		   "damaged: restore the last backup",
		   fault.text, patient->dir);
}

static bool look_time(struct patient *patient)
{
	int64_t now = time(NULL), last;
	struct fault fault;

	if (!patient->ledger || ledger_reading_start(patient->ledger, NULL) != ERR_OK)
		return true;
	last = patient->ledger->meta.at;
	ledger_reading_stop(patient->ledger);
	if (ledger_clock_check(patient->ledger, &fault) != ERR_OK)
		return ill(patient, "%s", fault.text);
	if (last <= now + LEDGER_CLOCK_JUMP_S_MAX)
		return true;
	return ill(patient,
		   "the last entry was recorded %" PRId64
		   " seconds after what the clock shows: set the machine's clock; until "
		   "then entries get the last one's time",
		   last - now);
}

/* ---- what the foundation should know ---- */

static bool look_books(struct patient *patient,
		       enum err (*look)(struct books *books, char *text,
					struct fault *fault))
{
	struct books *books;
	struct fault fault;
	enum err err;

	patient->text[0] = '\0';
	if (!patient->ledger || ledger_books(patient->ledger, &books, &fault) != ERR_OK)
		return true;
	err = look(books, patient->text, &fault);
	ledger_books_done(patient->ledger);
	if (err)
		return ill(patient, "the books cannot be read: %s", fault.text);
	return !patient->text[0];
}

static enum err funds_text(struct books *books, char *text, struct fault *fault)
{
	struct overdrawn_view *views = NULL;
	size_t count = 0;
	enum err err = query_overdrawn(books, &views, &count, fault);

	if (!err && count)
		(void)snprintf(
			text, DOCTOR_TEXT_BYTES,
			"%zu sub-balances are overdrawn, the first is fund '%s' by "
			"%" PRId64 " cents: nothing is decided from it until income "
			"or a voted transfer fills it",
			count, views[0].fund, cents_value(views[0].overdrawn));
	free(views);
	return err;
}

static bool look_funds(struct patient *patient)
{
	return look_books(patient, funds_text);
}

static enum err attestations_text(struct books *books, char *text, struct fault *fault)
{
	struct attestation_view *views = NULL;
	struct date today;
	size_t count = 0;
	enum err err = date_paris(time(NULL), &today);

	if (err)
		return fault_set(fault, err, "the machine's clock gives no day of ours");
	today.day--;
	err = query_attestations(books, today, &views, &count, fault);
	if (!err && count)
		(void)snprintf(text, DOCTOR_TEXT_BYTES,
			       "%zu attestations of eligibility have ended, the first of "
			       "'%.40s': record new ones before the next decision",
			       count, views[0].beneficiary);
	free(views);
	return err;
}

static bool look_attestations(struct patient *patient)
{
	return look_books(patient, attestations_text);
}

/* ---- the visit ---- */

#define DOCTOR_CHECKS(CHECK)                                                             \
	CHECK(folder)                                                                    \
	CHECK(database)                                                                  \
	CHECK(key)                                                                       \
	CHECK(head)                                                                      \
	CHECK(signature)                                                                 \
	CHECK(projections)                                                               \
	CHECK(time)                                                                      \
	CHECK(space)                                                                     \
	CHECK(wal)                                                                       \
	CHECK(funds)                                                                     \
	CHECK(attestations)

const char *const doctor_checks[] = {
#define CHECK(name) #name,
	DOCTOR_CHECKS(CHECK)
#undef CHECK
		NULL
};

static bool (*const looks[])(struct patient *patient) = {
#define CHECK(name) look_##name,
	DOCTOR_CHECKS(CHECK)
#undef CHECK
};

enum err doctor_look(const char *dir,
		     void (*each)(void *ctx, const struct doctor_finding *finding),
		     void *ctx, size_t *ret_count, struct fault *fault)
{
	struct doctor_finding finding;
	struct patient patient = { .dir = dir, .text = finding.text };
	struct stat info;

	if (stat(dir, &info) != 0 || !S_ISDIR(info.st_mode))
		return fault_set(fault, ERR_IO, "'%s' is no folder that can be read",
				 dir);
	*ret_count = 0;
	if (ledger_open(dir, LEDGER_READ, &patient.ledger, &patient.opening) != ERR_OK)
		patient.ledger = NULL;
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		if (looks[i](&patient))
			continue;
		finding.check = doctor_checks[i];
		each(ctx, &finding);
		++*ret_count;
	}
	ledger_close(patient.ledger);
	return ERR_OK;
}
