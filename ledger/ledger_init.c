/*
 * ledger_init.c - the making of a ledger: folder, key, database, charter.
 *
 * The charter is the first entry, admitted by the same rules and the same code
 * as every later one. When any step fails, what was made is removed again, so
 * that the same command can be given once more.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/file.h"
#include "ledger/intake.h"
#include "ledger/ledger_int.h"

/* ---- the folder ---- */

static enum err folder_check_empty(const char *dir, struct fault *fault)
{
	DIR *stream = opendir(dir);
	struct dirent *found;
	bool empty = true;

	if (!stream)
		return fault_set(fault, ERR_IO, "the folder cannot be read: %m");
	while (empty && (found = readdir(stream)))
		empty = !strcmp(found->d_name, ".") || !strcmp(found->d_name, "..");
	(void)closedir(stream); /* nothing was written */
	return empty ? ERR_OK
		     : fault_set(fault, ERR_CONFLICT,
				 "the folder is not empty: a ledger begins in a new one");
}

static enum err folder_make(const char *dir, bool *ret_made, struct fault *fault)
{
	if (mkdir(dir, 0700) == 0) {
		*ret_made = true;
		return file_sync_folder_of(dir, fault);
	}
	if (errno != EEXIST)
		return fault_set(fault, ERR_IO, "the folder cannot be made: %m");
	return folder_check_empty(dir, fault);
}

static void folder_clean(const char *dir, bool made)
{
	static const char *const names[] = { LEDGER_DATABASE,
					     LEDGER_DATABASE "-journal",
					     LEDGER_DATABASE "-wal",
					     LEDGER_DATABASE "-shm",
					     LEDGER_KEY,
					     LEDGER_HEAD,
					     LEDGER_CHARTER };
	char path[LEDGER_PATH_BYTES_MAX];

	/* Best effort: the failure that led here is the one to report. */
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (ledger_path(dir, names[i], path, NULL) == ERR_OK)
			(void)unlink(path);
	if (made)
		(void)rmdir(dir);
}

/* ---- the charter ---- */

static enum err text_member(const struct json *object, const char *name,
			    struct slice *ret_text, struct fault *fault)
{
	const struct json *member = json_get(object, name);

	if (!member || member->type != JSON_TEXT)
		return fault_set(fault, ERR_INVALID,
				 "the charter has no text member '%s'", name);
	*ret_text = member->text;
	return ERR_OK;
}

/* A new key under the origin's name; its vkey becomes the charter's. */
static enum err key_make(const char *dir, struct json_doc *doc, struct json *charter,
			 struct fault *fault)
{
	char path[LEDGER_PATH_BYTES_MAX];
	char name[KEY_NAME_BYTES_MAX + 1];
	char vkey_text[VKEY_TEXT_BYTES_MAX + 1];
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct signing_key *key = NULL;
	struct slice origin = { 0 };
	struct vkey vkey;
	enum err err = text_member(charter, "origin", &origin, fault);

	if (!err && (!origin.n || origin.n > KEY_NAME_BYTES_MAX))
		err = fault_set(fault, ERR_INVALID, "the charter's origin is too long");
	if (err)
		return err;
	memcpy(name, origin.p, origin.n);
	name[origin.n] = '\0';
	err = key_name_check(name, fault);
	if (!err)
		err = ledger_path(dir, LEDGER_KEY, path, fault);
	if (!err)
		err = signing_key_generate(&key, fault);
	if (err)
		return err;
	signing_key_public(key, public_key);
	err = vkey_make(name, VKEY_ED25519, public_key, &vkey, fault);
	if (!err)
		err = keyfile_write(path, name, key, NULL, fault);
	signing_key_free(key);
	if (err)
		return err;
	vkey_format(&vkey, vkey_text);
	(void)json_add_cstring(doc, charter, "log", vkey_text);
	return ERR_OK;
}

static enum err charter_parse(struct json_doc *doc, struct slice text,
			      struct json **ret_charter, struct slice *ret_operator,
			      struct fault *fault)
{
	struct json *charter = NULL;
	enum err err = intake_parse(doc, text, &charter, fault);

	if (!err && charter->type != JSON_OBJECT)
		err = fault_set(fault, ERR_INVALID, "a charter is an object");
	if (err)
		return fault_prefix(fault, "charter");
	(void)json_add_cstring(doc, charter, "kind", "charter");
	(void)json_add_cstring(doc, charter, "ref", "CHARTER");
	err = text_member(charter, "operator", ret_operator, fault);
	if (!err)
		*ret_charter = charter;
	return err;
}

/* Appends the charter, and keeps a copy for people to read. */
static enum err charter_submit(struct ledger *ledger, struct json_doc *doc,
			       struct json *charter, struct slice operator_id,
			       struct fault *fault)
{
	struct submission submission = { .by = operator_id,
					 .doc = doc,
					 .draft = charter };
	struct submission *group[] = { &submission };
	char path[LEDGER_PATH_BYTES_MAX];
	struct buffer note;
	enum err err;

	buffer_init(&submission.entry, ENTRY_BYTES_MAX);
	buffer_init(&note, NOTE_BYTES_MAX);
	err = ledger_submit(ledger, group, 1, &note, fault);
	if (!err && submission.err) {
		err = submission.err;
		if (fault)
			*fault = submission.fault;
	}
	if (!err)
		err = ledger_path(ledger->dir, LEDGER_CHARTER, path, fault);
	if (!err)
		err = file_create(path, buffer_slice(&submission.entry), 0644, fault);
	buffer_release(&submission.entry);
	buffer_release(&note);
	return err;
}

static enum err database_make(const char *dir, struct fault *fault)
{
	char path[LEDGER_PATH_BYTES_MAX];
	struct store *store = NULL;
	enum err err = ledger_path(dir, LEDGER_DATABASE, path, fault);

	if (!err)
		err = store_open(path, STORE_CREATE, &store, fault);
	store_close(store);
	return err;
}

enum err ledger_init(const char *dir, struct slice charter_json,
		     struct ledger **ret_ledger, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct ledger *ledger = NULL;
	struct json *charter = NULL;
	struct slice operator_id = { 0 };
	bool made = false;
	bool begun = false;
	enum err err =
		doc ? charter_parse(doc, charter_json, &charter, &operator_id, fault)
		    : fault_set(fault, ERR_MEMORY, "out of memory");

	if (!err)
		err = folder_make(dir, &made, fault);
	if (err)
		goto out;
	begun = true;
	err = key_make(dir, doc, charter, fault);
	if (!err)
		err = database_make(dir, fault);
	if (!err)
		err = ledger_open_files(dir, LEDGER_WRITE, false, &ledger, fault);
	if (!err)
		err = charter_submit(ledger, doc, charter, operator_id, fault);
out:
	json_doc_free(doc);
	if (err) {
		ledger_close(ledger);
		if (begun || made)
			folder_clean(dir, made);
		return err;
	}
	*ret_ledger = ledger;
	return ERR_OK;
}
