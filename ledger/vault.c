/*
 * vault.c - see vault.h.
 *
 * Sealed bytes are a nonce and AES-256-GCM of the contents; a wrapped key the same of a
 * person's or a copy's key under the vault's.
 */
#include "ledger/vault.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/aead.h"
#include "keys/buffer.h"
#include "keys/encoding.h"
#include "keys/file.h"
#include "keys/hash.h"
#include "ledger/store_vault.h"

#define VAULT_FILE     "vault.db"
#define VAULT_KEY_FILE "vault.key"
#define KEY_LINE       "arrondi/vault-key@v1 "
#define PATH_BYTES     4096
#define WRAP_BYTES     (AEAD_NONCE_BYTES + AEAD_KEY_BYTES + AEAD_TAG_BYTES)

struct vault {
	struct store_vault *store;
	uint8_t key[AEAD_KEY_BYTES];
};

static struct store_vault_value value_int(int64_t integer)
{
	return (struct store_vault_value){ .integer = integer };
}

static struct store_vault_value value_blob(struct slice blob)
{
	return (struct store_vault_value){ .is_blob = true, .blob = blob };
}

/* ---- the key ---- */

static enum err path_of(const char *dir, const char *name, char ret_path[PATH_BYTES],
			struct fault *fault)
{
	int n = snprintf(ret_path, PATH_BYTES, "%s/%s", dir, name);

	return n > 0 && n < PATH_BYTES
		       ? ERR_OK
		       : fault_set(fault, ERR_TOO_BIG, "the folder's path is too long");
}

static enum err key_make(const char *path, uint8_t ret_key[AEAD_KEY_BYTES],
			 struct fault *fault)
{
	char line[sizeof KEY_LINE + HEX_CHARS(AEAD_KEY_BYTES) + 1] = { 0 };
	char hex[HEX_CHARS(AEAD_KEY_BYTES) + 1];
	enum err err = random_bytes(ret_key, AEAD_KEY_BYTES);

	if (err)
		return fault_set(fault, err, "the machine gives no random bytes");
	hex_encode(ret_key, AEAD_KEY_BYTES, hex);
	(void)snprintf(line, sizeof line, KEY_LINE "%s\n", hex);
	err = file_create(path, slice_of_text(line), 0600, fault);
	bytes_wipe(line, sizeof line);
	bytes_wipe(hex, sizeof hex);
	return err;
}

static enum err key_read(const char *path, uint8_t ret_key[AEAD_KEY_BYTES],
			 struct fault *fault)
{
	const size_t before = sizeof KEY_LINE - 1, hex = HEX_CHARS(AEAD_KEY_BYTES);
	struct buffer bytes;
	enum err err;

	buffer_init(&bytes, 200);
	err = file_read_secret(path, 200, &bytes, fault);
	if (!err &&
	    (bytes.n != before + hex + 1 || memcmp(bytes.p, KEY_LINE, before) != 0 ||
	     bytes.p[before + hex] != '\n' ||
	     hex_decode((const char *)bytes.p + before, hex, ret_key, AEAD_KEY_BYTES)))
		err = fault_set(fault, ERR_INVALID, "'%s' is no key of a vault", path);
	buffer_release_secret(&bytes);
	return err;
}

static struct hash key_check(const struct vault *vault)
{
	static const char text[] = "arrondi/vault-check@v1";

	return hmac_bytes(vault->key, sizeof vault->key, text, sizeof text - 1);
}

struct check {
	bool is_there, agrees;
	struct hash own;
};

static enum err check_met(void *ctx, const struct store_vault_value *row,
			  struct fault *fault)
{
	struct check *check = ctx;

	(void)fault;
	check->is_there = true;
	check->agrees =
		row[0].blob.n == sizeof check->own.b &&
		bytes_equal_secret(row[0].blob.p, check->own.b, sizeof check->own.b);
	return ERR_OK;
}

static enum err check_key(struct vault *vault, const char *key_path, bool may_write,
			  struct fault *fault)
{
	struct check check = { .own = key_check(vault) };
	struct store_vault_value own =
		value_blob(slice_of(check.own.b, sizeof check.own.b));
	enum err err = store_vault_run(vault->store, VAULT_CHECK_READ, NULL, 0, check_met,
				       &check, fault);

	if (!err && !check.is_there && may_write)
		return store_vault_run(vault->store, VAULT_CHECK_PUT, &own, 1, NULL, NULL,
				       fault);
	if (!err && !check.agrees)
		err = fault_set(fault, ERR_DENIED,
				"'%s' is not the key of this vault: give the file that "
				"was made with it",
				key_path);
	return err;
}

/* ---- opening ---- */

bool vault_is_there(const char *dir)
{
	char path[PATH_BYTES];

	return path_of(dir, VAULT_FILE, path, NULL) == ERR_OK && access(path, F_OK) == 0;
}

static enum err vault_fill(struct vault *vault, const char *path, const char *key_path,
			   enum vault_mode mode, struct fault *fault)
{
	bool is_new = mode == VAULT_WRITE && access(path, F_OK) != 0;
	enum err err = ERR_OK;

	/* The key first: a vault without one could never be opened. */
	if (is_new && access(key_path, F_OK) != 0 && errno == ENOENT)
		err = key_make(key_path, vault->key, fault);
	else if (!is_new && access(path, F_OK) != 0)
		return fault_set(fault, ERR_NOT_FOUND,
				 "there is no vault '%s': import identities first", path);
	else
		err = key_read(key_path, vault->key, fault);
	if (err == ERR_NOT_FOUND)
		(void)fault_set(fault, err,
				"the vault's key '%s' is not there: name it by "
				"--vault-key",
				key_path);
	if (!err)
		err = store_vault_open(path,
				       is_new               ? STORE_VAULT_CREATE
				       : mode == VAULT_READ ? STORE_VAULT_READ
							    : STORE_VAULT_WRITE,
				       &vault->store, fault);
	return err ? err : check_key(vault, key_path, mode == VAULT_WRITE, fault);
}

enum err vault_open(const char *dir, const char *key_file, enum vault_mode mode,
		    struct vault **ret_vault, struct fault *fault)
{
	char path[PATH_BYTES], own_key[PATH_BYTES];
	struct vault *vault;
	enum err err = path_of(dir, VAULT_FILE, path, fault);

	if (!err)
		err = path_of(dir, VAULT_KEY_FILE, own_key, fault);
	if (err)
		return err;
	vault = calloc(1, sizeof *vault);
	if (!vault)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = vault_fill(vault, path, key_file ? key_file : own_key, mode, fault);
	if (err) {
		vault_close(vault);
		return err;
	}
	*ret_vault = vault;
	return ERR_OK;
}

void vault_close(struct vault *vault)
{
	if (!vault)
		return;
	store_vault_close(vault->store);
	bytes_wipe(vault->key, sizeof vault->key);
	free(vault);
}

enum err vault_begin(struct vault *vault, struct fault *fault)
{
	return store_vault_begin(vault->store, fault);
}

enum err vault_end(struct vault *vault, enum err err, struct fault *fault)
{
	return store_vault_end(vault->store, err, fault);
}

enum err vault_backup(struct vault *vault, const char *file, struct fault *fault)
{
	return store_vault_backup(vault->store, file, fault);
}

/* ---- sealing ---- */

struct sealed {
	uint8_t wrapped[WRAP_BYTES];
	struct buffer bytes; /* to be released */
};

static enum err seal_into(const uint8_t *key, struct slice about, struct slice contents,
			  uint8_t *ret_bytes, struct fault *fault)
{
	enum err err = random_bytes(ret_bytes, AEAD_NONCE_BYTES);

	if (err)
		return fault_set(fault, err, "the machine gives no random bytes");
	return aead_seal(key, ret_bytes, about, contents, ret_bytes + AEAD_NONCE_BYTES,
			 fault);
}

/* Under a new key, which is wrapped. */
static enum err seal(const struct vault *vault, struct slice about, struct slice contents,
		     struct sealed *ret_sealed, struct fault *fault)
{
	uint8_t key[AEAD_KEY_BYTES];
	size_t n = AEAD_NONCE_BYTES + contents.n + AEAD_TAG_BYTES;
	enum err err = random_bytes(key, sizeof key);

	buffer_init(&ret_sealed->bytes, n);
	if (err)
		return fault_set(fault, err, "the machine gives no random bytes");
	buffer_reserve(&ret_sealed->bytes, n);
	err = buffer_check(&ret_sealed->bytes, "what is sealed", fault);
	if (!err)
		err = seal_into(vault->key, about, slice_of(key, sizeof key),
				ret_sealed->wrapped, fault);
	if (!err)
		err = seal_into(key, about, contents, ret_sealed->bytes.p, fault);
	if (!err)
		ret_sealed->bytes.n = n;
	bytes_wipe(key, sizeof key);
	return err;
}

/* Into out, which is empty, and to be released as a secret. */
static enum err unseal(const struct vault *vault, struct slice about,
		       struct slice wrapped, struct slice sealed, struct buffer *out,
		       struct fault *fault)
{
	uint8_t key[AEAD_KEY_BYTES];
	size_t more = AEAD_NONCE_BYTES + AEAD_TAG_BYTES;
	bool opened = false;

	if (wrapped.n != WRAP_BYTES || sealed.n < more)
		return fault_set(fault, ERR_CORRUPT, "the vault is damaged");
	buffer_reserve(out, sealed.n - more);
	if (buffer_err(out))
		return buffer_check(out, "what is sealed", fault);
	if (aead_open(
		    vault->key, wrapped.p, about,
		    slice_of(wrapped.p + AEAD_NONCE_BYTES, wrapped.n - AEAD_NONCE_BYTES),
		    key))
		opened = aead_open(key, sealed.p, about,
				   slice_of(sealed.p + AEAD_NONCE_BYTES,
					    sealed.n - AEAD_NONCE_BYTES),
				   out->p);
	bytes_wipe(key, sizeof key);
	if (!opened)
		return fault_set(fault, ERR_CORRUPT,
				 "what the vault holds was changed, or is in the place "
				 "of something else: restore its backup");
	out->n = sealed.n - more;
	return ERR_OK;
}

/* ---- persons ---- */

#define ABOUT_PERSON "arrondi/vault-person@v1\n"
#define ABOUT_BYTES  128

static struct slice about_person(struct slice member, char room[ABOUT_BYTES])
{
	int n = snprintf(room, ABOUT_BYTES, ABOUT_PERSON "%.*s", (int)member.n,
			 (const char *)member.p);

	return slice_of(room, n < ABOUT_BYTES ? (size_t)n : ABOUT_BYTES - 1);
}

static struct hash lookup_of(const struct vault *vault, struct slice member,
			     struct slice reference)
{
	char text[256];
	int n = snprintf(text, sizeof text, "%.*s\n%.*s", (int)member.n,
			 (const char *)member.p, (int)reference.n,
			 (const char *)reference.p);

	return hmac_bytes(vault->key, sizeof vault->key, text,
			  n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

static enum err id_take(void *ctx, const struct store_vault_value *row,
			struct fault *fault)
{
	(void)fault;
	*(int64_t *)ctx = row[0].integer;
	return ERR_OK;
}

/* Whoever has the reference is no more. *ret_found tells whether somebody was. */
static enum err person_drop(struct vault *vault, struct slice member,
			    struct slice reference, bool *ret_found, struct fault *fault)
{
	struct hash lookup = lookup_of(vault, member, reference);
	struct store_vault_value value = value_blob(slice_of(lookup.b, sizeof lookup.b));
	int64_t id = 0;
	enum err err = store_vault_run(vault->store, VAULT_REFERENCE_FIND, &value, 1,
				       id_take, &id, fault);

	*ret_found = id != 0;
	if (err || !id)
		return err;
	value = value_int(id);
	err = store_vault_run(vault->store, VAULT_REFERENCE_DROP, &value, 1, NULL, NULL,
			      fault);
	return err ? err
		   : store_vault_run(vault->store, VAULT_PERSON_DROP, &value, 1, NULL,
				     NULL, fault);
}

static enum err references_put(struct vault *vault, struct slice member,
			       const struct slice *references, size_t count,
			       struct fault *fault)
{
	int64_t id = store_vault_last_id(vault->store);
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && !err; i++) {
		struct hash lookup = lookup_of(vault, member, references[i]);
		struct store_vault_value values[] = {
			value_blob(slice_of(lookup.b, sizeof lookup.b)),
			value_int(id),
		};

		err = store_vault_run(vault->store, VAULT_REFERENCE_PUT, values, 2, NULL,
				      NULL, fault);
	}
	return err;
}

enum err vault_person_put(struct vault *vault, struct slice member,
			  const struct slice *references, size_t count, struct slice data,
			  struct fault *fault)
{
	char room[ABOUT_BYTES];
	struct sealed sealed;
	enum err err = ERR_OK;
	bool found;

	for (size_t i = 0; i < count && !err; i++)
		err = person_drop(vault, member, references[i], &found, fault);
	if (err)
		return err;
	err = seal(vault, about_person(member, room), data, &sealed, fault);
	if (!err) {
		struct store_vault_value values[] = {
			value_blob(member),
			value_blob(slice_of(sealed.wrapped, WRAP_BYTES)),
			value_blob(buffer_slice(&sealed.bytes)),
		};

		err = store_vault_run(vault->store, VAULT_PERSON_ADD, values, 3, NULL,
				      NULL, fault);
	}
	buffer_release(&sealed.bytes);
	return err ? err : references_put(vault, member, references, count, fault);
}

struct persons {
	const struct vault *vault;
	enum err (*each)(void *ctx, struct slice member, struct slice data,
			 struct fault *fault);
	void *ctx;
};

static enum err person_give(void *ctx, const struct store_vault_value *row,
			    struct fault *fault)
{
	struct persons *persons = ctx;
	char room[ABOUT_BYTES];
	struct buffer data;
	enum err err;

	buffer_init(&data, VAULT_DATA_BYTES_MAX);
	err = unseal(persons->vault, about_person(row[1].blob, room), row[2].blob,
		     row[3].blob, &data, fault);
	if (!err)
		err = persons->each(persons->ctx, row[1].blob, buffer_slice(&data),
				    fault);
	buffer_release_secret(&data);
	return err;
}

enum err vault_person_each(struct vault *vault,
			   enum err (*each)(void *ctx, struct slice member,
					    struct slice data, struct fault *fault),
			   void *ctx, struct fault *fault)
{
	struct persons persons = { vault, each, ctx };

	return store_vault_run(vault->store, VAULT_PERSON_LIST, NULL, 0, person_give,
			       &persons, fault);
}

enum err vault_person_forget(struct vault *vault, struct slice member,
			     struct slice reference, struct fault *fault)
{
	bool found = false;
	enum err err = vault_begin(vault, fault);

	if (err)
		return err;
	err = person_drop(vault, member, reference, &found, fault);
	err = vault_end(vault, err, fault);
	if (!err && !found)
		err = fault_set(fault, ERR_NOT_FOUND,
				"nobody in the vault has this number");
	return err;
}

/* ---- copies of receipts ---- */

static struct slice about_copy(int64_t number, char room[ABOUT_BYTES])
{
	int n = snprintf(room, ABOUT_BYTES, "arrondi/vault-copy@v1\n%" PRId64, number);

	return slice_of(room, (size_t)n);
}

enum err vault_copy_add(struct vault *vault, const struct vault_copy *copy,
			struct fault *fault)
{
	char room[ABOUT_BYTES];
	struct sealed sealed;
	enum err err =
		seal(vault, about_copy(copy->number, room), copy->data, &sealed, fault);

	if (!err) {
		struct store_vault_value values[] = {
			value_int(copy->number),
			value_int(copy->year),
			value_int(copy->issued_on.day),
			value_blob(slice_of(sealed.wrapped, WRAP_BYTES)),
			value_blob(buffer_slice(&sealed.bytes)),
		};

		err = store_vault_run(vault->store, VAULT_COPY_ADD, values, 5, NULL, NULL,
				      fault);
	}
	buffer_release(&sealed.bytes);
	return err;
}

enum err vault_copy_record(struct vault *vault, int64_t number, uint64_t position,
			   struct fault *fault)
{
	struct store_vault_value values[] = { value_int((int64_t)position),
					      value_int(number) };

	return store_vault_run(vault->store, VAULT_COPY_RECORD, values, 2, NULL, NULL,
			       fault);
}

enum err vault_copy_drop(struct vault *vault, int64_t number, struct fault *fault)
{
	struct store_vault_value value = value_int(number);

	return store_vault_run(vault->store, VAULT_COPY_DROP, &value, 1, NULL, NULL,
			       fault);
}

struct copies {
	const struct vault *vault;
	vault_copy_fn *each;
	void *ctx;
	size_t count;
};

static enum err copy_give(void *ctx, const struct store_vault_value *row,
			  struct fault *fault)
{
	struct copies *copies = ctx;
	struct vault_copy copy = { .number = row[0].integer,
				   .year = row[1].integer,
				   .issued_on.day = (int32_t)row[2].integer,
				   .position = row[3].integer };
	char room[ABOUT_BYTES];
	struct buffer data;
	enum err err;

	buffer_init(&data, VAULT_DATA_BYTES_MAX);
	err = unseal(copies->vault, about_copy(copy.number, room), row[4].blob,
		     row[5].blob, &data, fault);
	copy.data = buffer_slice(&data);
	if (!err)
		err = copies->each(copies->ctx, &copy, fault);
	copies->count++;
	buffer_release_secret(&data);
	return err;
}

static enum err copies_run(struct vault *vault, enum store_vault_stmt stmt,
			   const int64_t *key, struct copies *copies, struct fault *fault)
{
	struct store_vault_value value = value_int(key ? *key : 0);

	return store_vault_run(vault->store, stmt, &value, key ? 1 : 0, copy_give, copies,
			       fault);
}

enum err vault_copy_each_pending(struct vault *vault, vault_copy_fn *each, void *ctx,
				 struct fault *fault)
{
	struct copies copies = { vault, each, ctx, 0 };

	return copies_run(vault, VAULT_COPY_PENDING, NULL, &copies, fault);
}

enum err vault_copy_each(struct vault *vault, int64_t year, vault_copy_fn *each,
			 void *ctx, struct fault *fault)
{
	struct copies copies = { vault, each, ctx, 0 };

	return copies_run(vault, VAULT_COPY_YEAR, &year, &copies, fault);
}

enum err vault_copy_read(struct vault *vault, int64_t number, vault_copy_fn *each,
			 void *ctx, struct fault *fault)
{
	struct copies copies = { vault, each, ctx, 0 };
	enum err err = copies_run(vault, VAULT_COPY_READ, &number, &copies, fault);

	if (!err && !copies.count)
		err = fault_set(fault, ERR_NOT_FOUND,
				"the vault has no copy of receipt %" PRId64, number);
	return err;
}

enum err vault_copy_purge(struct vault *vault, struct date today, int64_t *ret_count,
			  struct fault *fault)
{
	struct ymd ymd = ymd_of_date(today);
	struct store_vault_value value;
	struct date before;
	enum err err =
		date_of_ymd(ymd.year - VAULT_KEEP_YEARS, ymd.month,
			    ymd.month == 2 && ymd.day == 29 ? 28 : ymd.day, &before);

	if (err)
		return fault_set(fault, err, "the clock gives no day of ours");
	value = value_int(before.day);
	err = store_vault_run(vault->store, VAULT_COPY_PURGE, &value, 1, NULL, NULL,
			      fault);
	*ret_count = err ? 0 : store_vault_changes(vault->store);
	return err;
}
