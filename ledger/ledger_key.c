/*
 * ledger_key.c - see ledger_key.h.
 */
#include "ledger/ledger_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/file.h"
#include "ledger/books_query.h"
#include "ledger/ledger_int.h"

static const char *const names[LEDGER_KEY__COUNT] = {
	[LEDGER_KEY_IN_PLACE] = LEDGER_KEY,
	[LEDGER_KEY_NEW] = LEDGER_KEY ".new",
	[LEDGER_KEY_OLD] = LEDGER_KEY ".old",
};

const char *ledger_key_name(enum ledger_key key)
{
	return names[key];
}

static enum err key_path(const char *dir, enum ledger_key key,
			 char ret_path[LEDGER_PATH_BYTES_MAX], struct fault *fault)
{
	return ledger_path(dir, names[key], ret_path, fault);
}

/* ---- the files, kept in step with the folder ---- */

static struct ledger_key_stamp stamp_of(const char *path)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return (struct ledger_key_stamp){ .inode = 0 };
	return (struct ledger_key_stamp){
		.inode = info.st_ino,
		.changed_s = info.st_ctim.tv_sec,
		.changed_ns = info.st_ctim.tv_nsec,
	};
}

static bool stamp_equal(struct ledger_key_stamp a, struct ledger_key_stamp b)
{
	return a.inode == b.inode && a.changed_s == b.changed_s &&
	       a.changed_ns == b.changed_ns;
}

static enum err file_look(struct ledger_key_file *file, const char *path,
			  struct fault *fault)
{
	struct ledger_key_stamp stamp = stamp_of(path);
	struct keyfile read = { 0 };
	enum err err;

	if (file->is_known && stamp_equal(stamp, file->stamp))
		return ERR_OK;
	keyfile_clear(&file->keyfile);
	file->is_known = false;
	file->is_there = stamp.inode != 0;
	file->stamp = stamp;
	if (file->is_there) {
		err = keyfile_read(path, NULL, &read, fault);
		/* It may have been renamed meanwhile: it is not there, then. */
		if (err && access(path, F_OK) != 0 && errno == ENOENT) {
			file->is_there = false;
			return ERR_OK;
		}
		if (!err)
			err = keyfile_vkey(&read, &file->vkey, fault);
		if (err) {
			keyfile_clear(&read);
			file->is_there = false;
			return err;
		}
		file->keyfile = read;
	}
	file->is_known = true;
	return ERR_OK;
}

enum err ledger_keys_read(struct ledger_keys *keys, const char *dir, struct fault *fault)
{
	char path[LEDGER_PATH_BYTES_MAX];
	enum err err = ERR_OK;

	for (int i = 0; !err && i < LEDGER_KEY__COUNT; i++) {
		err = key_path(dir, (enum ledger_key)i, path, fault);
		if (!err)
			err = file_look(&keys->file[i], path, fault);
	}
	return err;
}

void ledger_keys_clear(struct ledger_keys *keys)
{
	for (int i = 0; i < LEDGER_KEY__COUNT; i++)
		keyfile_clear(&keys->file[i].keyfile);
	*keys = (struct ledger_keys){ 0 };
}

const struct signing_key *ledger_keys_find(const struct ledger_keys *keys,
					   const struct vkey *vkey)
{
	for (int i = 0; i < LEDGER_KEY__COUNT; i++)
		if (keys->file[i].is_there && vkey_equal(&keys->file[i].vkey, vkey))
			return keys->file[i].keyfile.key;
	return NULL;
}

enum err ledger_key_must_be_here(struct ledger *ledger, const struct vkey *vkey,
				 struct fault *fault)
{
	enum err err = ledger_keys_read(&ledger->keys, ledger->dir, fault);

	if (!err && !ledger_keys_find(&ledger->keys, vkey))
		err = fault_set(fault, ERR_DENIED,
				"the log's key in force, %s+%08x, is not in the ledger's "
				"folder: bring '%s' back from where it is kept",
				vkey->name, vkey->id, LEDGER_KEY);
	return err;
}

enum err ledger_key_check_new(struct ledger *ledger, const struct entry *entry,
			      struct fault *fault)
{
	struct vkey vkey;
	enum err err;

	if ((entry->kind != KIND_amendment && entry->kind != KIND_succession) ||
	    !entry_has(entry, "log"))
		return ERR_OK;
	err = vkey_parse(entry_text(entry, "log"), &vkey, fault);
	if (!err)
		err = ledger_keys_read(&ledger->keys, ledger->dir, fault);
	/* No rule: but what is recorded here could then be signed by nobody. */
	if (!err && !ledger_keys_find(&ledger->keys, &vkey))
		err = fault_set(fault, ERR_DENIED,
				"'%s' is not the log's new key: put it there first, or "
				"nothing could be signed once this is recorded",
				names[LEDGER_KEY_NEW]);
	return err;
}

/* ---- what the log says ---- */

static enum err log_now(struct ledger *ledger, struct vkey *ret_now,
			struct vkey *ret_before, struct fault *fault)
{
	struct log_view log, before;
	enum err err;

	*ret_before = (struct vkey){ 0 };
	if (!query_log_at(ledger->books, UINT64_MAX, &log))
		return state_err(ledger->state)
			       ? fault_set(fault, state_err(ledger->state),
					   "the books cannot be read")
			       : fault_set(fault, ERR_CORRUPT,
					   "the books name no key of the log: rebuild");
	err = vkey_parse(slice_of_text(log.vkey), ret_now, fault);
	if (!err && query_log_before(ledger->books, &log, &before))
		err = vkey_parse(slice_of_text(before.vkey), ret_before, fault);
	return err;
}

enum err ledger_log_load(struct ledger *ledger, struct fault *fault)
{
	ledger->vkey = ledger->vkey_before = (struct vkey){ 0 };
	if (books_size(ledger->books) == 0)
		return state_err(ledger->state)
			       ? fault_set(fault, state_err(ledger->state),
					   "the books cannot be read")
			       : ERR_OK;
	return log_now(ledger, &ledger->vkey, &ledger->vkey_before, fault);
}

static enum err log_read(struct ledger *ledger, struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = ledger_log_load(ledger, fault);
	ledger_reading_stop(ledger);
	return err;
}

/* ---- steps ---- */

static enum err keys_look(struct ledger *ledger, struct ledger_key_view *keys,
			  struct fault *fault)
{
	enum err err = log_read(ledger, fault);

	if (!err)
		err = ledger_keys_read(&ledger->keys, ledger->dir, fault);
	for (int i = 0; !err && i < LEDGER_KEY__COUNT; i++) {
		const struct ledger_key_file *file = &ledger->keys.file[i];

		keys[i] = (struct ledger_key_view){ .is_there = file->is_there };
		if (!file->is_there)
			continue;
		keys[i].vkey = file->vkey;
		keys[i].is_in_force = vkey_equal(&file->vkey, &ledger->vkey);
		keys[i].is_before = vkey_equal(&file->vkey, &ledger->vkey_before);
	}
	return err;
}

enum err ledger_key_look(struct ledger *ledger,
			 struct ledger_key_view ret_keys[LEDGER_KEY__COUNT],
			 struct fault *fault)
{
	return keys_look(ledger, ret_keys, fault);
}

static enum err key_make(const char *path, const char *name, struct vkey *ret_vkey,
			 struct fault *fault)
{
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct signing_key *key = NULL;
	enum err err = key_name_check(name, fault);

	if (!err)
		err = signing_key_generate(&key, fault);
	if (err)
		return err;
	signing_key_public(key, public_key);
	err = vkey_make(name, VKEY_ED25519, public_key, ret_vkey, fault);
	if (!err)
		err = keyfile_write(path, name, key, NULL, fault);
	signing_key_free(key);
	return err;
}

enum err ledger_key_prepare(struct ledger *ledger, const char *origin,
			    struct vkey *ret_vkey, struct fault *fault)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];
	const struct ledger_key_view *made = &keys[LEDGER_KEY_NEW];
	char path[LEDGER_PATH_BYTES_MAX];
	enum err err = keys_look(ledger, keys, fault);

	if (!err && keys[LEDGER_KEY_OLD].is_there)
		err = fault_set(fault, ERR_CONFLICT,
				"'%s' is still there: the change before is not finished, "
				"end its overlap first",
				names[LEDGER_KEY_OLD]);
	if (!err && made->is_there && made->is_in_force)
		err = fault_set(fault, ERR_CONFLICT,
				"'%s' is in force already: activate it first",
				names[LEDGER_KEY_NEW]);
	if (err)
		return err;
	if (!origin)
		origin = ledger->vkey.name;
	if (made->is_there && strcmp(made->vkey.name, origin) != 0)
		return fault_set(fault, ERR_CONFLICT,
				 "'%s' is a key of '%s': remove it if nobody has voted "
				 "for it or consented to it",
				 names[LEDGER_KEY_NEW], made->vkey.name);
	if (made->is_there) {
		*ret_vkey = made->vkey;
		return ERR_OK;
	}
	err = key_path(ledger->dir, LEDGER_KEY_NEW, path, fault);
	return err ? err : key_make(path, origin, ret_vkey, fault);
}

/* (1) */
static enum err key_rename(const char *dir, enum ledger_key from, enum ledger_key to,
			   struct fault *fault)
{
	char from_path[LEDGER_PATH_BYTES_MAX], to_path[LEDGER_PATH_BYTES_MAX];
	enum err err = key_path(dir, from, from_path, fault);

	if (!err)
		err = key_path(dir, to, to_path, fault);
	if (err)
		return err;
	if (renameat2(AT_FDCWD, from_path, AT_FDCWD, to_path, RENAME_NOREPLACE) != 0)
		return fault_set(fault, errno == EEXIST ? ERR_CONFLICT : ERR_IO,
				 "'%s' cannot become '%s': %m", names[from], names[to]);
	return file_sync_folder_of(to_path, fault);
}

enum err ledger_key_activate(struct ledger *ledger, struct fault *fault)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];
	enum err err = keys_look(ledger, keys, fault);

	if (err)
		return err;
	if (keys[LEDGER_KEY_IN_PLACE].is_in_force && !keys[LEDGER_KEY_NEW].is_there)
		return ERR_OK;
	if (!keys[LEDGER_KEY_NEW].is_there)
		return fault_set(fault, ERR_NOT_FOUND, "there is no '%s'",
				 names[LEDGER_KEY_NEW]);
	if (!keys[LEDGER_KEY_NEW].is_in_force)
		return fault_set(fault, ERR_DENIED,
				 "'%s' is not in force: its amendment or succession is "
				 "not recorded",
				 names[LEDGER_KEY_NEW]);
	if (keys[LEDGER_KEY_IN_PLACE].is_there)
		err = key_rename(ledger->dir, LEDGER_KEY_IN_PLACE, LEDGER_KEY_OLD, fault);
	return err ? err
		   : key_rename(ledger->dir, LEDGER_KEY_NEW, LEDGER_KEY_IN_PLACE, fault);
}

enum err ledger_key_end(struct ledger *ledger, struct fault *fault)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];
	char path[LEDGER_PATH_BYTES_MAX];
	enum err err = keys_look(ledger, keys, fault);

	if (!err && !keys[LEDGER_KEY_OLD].is_there)
		err = fault_set(fault, ERR_NOT_FOUND, "there is no '%s'",
				names[LEDGER_KEY_OLD]);
	if (!err && !keys[LEDGER_KEY_IN_PLACE].is_in_force)
		err = fault_set(fault, ERR_DENIED,
				"'%s' is not the log's key in force: activate the new "
				"one first",
				names[LEDGER_KEY_IN_PLACE]);
	if (!err)
		err = key_path(ledger->dir, LEDGER_KEY_OLD, path, fault);
	if (!err && unlink(path) != 0)
		err = fault_set(fault, ERR_IO, "'%s' cannot be removed: %m", path);
	return err ? err : file_sync_folder_of(path, fault);
}
