/*
 * sealed.c - a small file that only a passphrase opens.
 */
#include "keys/sealed.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "keys/aead.h"
#include "keys/encoding.h"
#include "keys/file.h"
#include "keys/hash.h"
#include "keys/keyfile.h"

#define SALT_BYTES  16
#define NONCE_BYTES AEAD_NONCE_BYTES
#define KEY_BYTES   AEAD_KEY_BYTES
#define TAG_BYTES   AEAD_TAG_BYTES

/* As a key file's: OWASP's figures for 16 MiB. Other figures in a file are refused, so
 * that a file cannot make its reader work for hours. */
#define SCRYPT_N          16384
#define SCRYPT_R          8
#define SCRYPT_P          5
#define SCRYPT_MEMORY_MAX ((uint64_t)32 << 20)
#define SCRYPT_TEXT       "scrypt 16384 8 5"

/* What stands in a file beside its contents. */
struct seal {
	uint8_t salt[SALT_BYTES], nonce[NONCE_BYTES];
	char line[SEALED_MORE_BYTES_MAX];
	size_t line_n;
};

static void seal_format(struct seal *seal, const char *what)
{
	char salt[HEX_CHARS(SALT_BYTES) + 1], nonce[HEX_CHARS(NONCE_BYTES) + 1];
	int n;

	assert(strlen(what) <= SEALED_WHAT_BYTES_MAX);
	hex_encode(seal->salt, SALT_BYTES, salt);
	hex_encode(seal->nonce, NONCE_BYTES, nonce);
	n = snprintf(seal->line, sizeof seal->line,
		     "arrondi/sealed@v1 %s " SCRYPT_TEXT " %s %s\n", what, salt, nonce);
	assert(n > 0 && (size_t)n < sizeof seal->line - TAG_BYTES);
	seal->line_n = (size_t)n;
}

/* The line has one length, so salt and nonce stand in one place; written again it must
 * come out the same. */
static bool seal_parse(struct slice bytes, const char *what, struct seal *ret_seal)
{
	struct seal seal = { .line_n = 0 };
	const char *line = (const char *)bytes.p, *at;

	seal_format(&seal, what);
	if (bytes.n < seal.line_n + TAG_BYTES)
		return false;
	at = line + seal.line_n - 1 - HEX_CHARS(NONCE_BYTES);
	if (hex_decode(at, HEX_CHARS(NONCE_BYTES), seal.nonce, NONCE_BYTES))
		return false;
	at -= 1 + HEX_CHARS(SALT_BYTES);
	if (hex_decode(at, HEX_CHARS(SALT_BYTES), seal.salt, SALT_BYTES))
		return false;
	seal_format(&seal, what);
	if (memcmp(seal.line, line, seal.line_n) != 0)
		return false;
	*ret_seal = seal;
	return true;
}

static enum err out_of_memory(struct fault *fault)
{
	ERR_clear_error();
	return fault_set(fault, ERR_MEMORY, "a sealed file: out of memory");
}

/* ret_key is the caller's to wipe. */
static enum err derive_key(const struct seal *seal, const char *passphrase,
			   uint8_t ret_key[KEY_BYTES], struct fault *fault)
{
	if (EVP_PBE_scrypt(passphrase, strlen(passphrase), seal->salt, SALT_BYTES,
			   SCRYPT_N, SCRYPT_R, SCRYPT_P, SCRYPT_MEMORY_MAX, ret_key,
			   KEY_BYTES) != 1)
		return out_of_memory(fault);
	return ERR_OK;
}

static enum err check_passphrase(const char *passphrase, struct fault *fault)
{
	size_t n = strlen(passphrase);

	if (n < PASSPHRASE_BYTES_MIN || n > PASSPHRASE_BYTES_MAX)
		return fault_set(fault, ERR_INVALID, "a passphrase has %d to %d bytes",
				 PASSPHRASE_BYTES_MIN, PASSPHRASE_BYTES_MAX);
	return ERR_OK;
}

enum err sealed_write(const char *path, const char *what, struct slice contents,
		      const char *passphrase, struct fault *fault)
{
	struct seal seal = { .line_n = 0 };
	uint8_t key[KEY_BYTES];
	struct buffer file;
	enum err err = check_passphrase(passphrase, fault);

	if (err)
		return err;
	if (random_bytes(seal.salt, SALT_BYTES) || random_bytes(seal.nonce, NONCE_BYTES))
		return fault_set(fault, ERR_IO, "the machine gives no random bytes");
	seal_format(&seal, what);
	buffer_init(&file, seal.line_n + contents.n + TAG_BYTES);
	buffer_reserve(&file, file.bytes_max);
	buffer_put(&file, seal.line, seal.line_n);
	err = buffer_check(&file, "a sealed file", fault);
	if (!err)
		err = derive_key(&seal, passphrase, key, fault);
	if (!err)
		err = aead_seal(key, seal.nonce, slice_of(seal.line, seal.line_n),
				contents, file.p + file.n, fault);
	bytes_wipe(key, sizeof key);
	if (!err)
		err = file_write(path, slice_of(file.p, file.bytes_max),
				 S_IRUSR | S_IWUSR, fault);
	buffer_release(&file);
	return err;
}

static enum err open_seal(const char *path, const struct seal *seal,
			  const char *passphrase, struct slice sealed, struct buffer *out,
			  struct fault *fault)
{
	size_t n = sealed.n - TAG_BYTES;
	uint8_t key[KEY_BYTES];
	bool opened;
	enum err err = derive_key(seal, passphrase, key, fault);

	if (err)
		return err;
	opened = aead_open(key, seal->nonce, slice_of(seal->line, seal->line_n), sealed,
			   out->p + out->n);
	bytes_wipe(key, sizeof key);
	if (!opened) {
		bytes_wipe(out->p + out->n, n);
		return fault_set(
			fault, ERR_UNKNOWN,
			"file '%s' does not open with this passphrase, or it was "
			"changed",
			path);
	}
	out->n += n;
	out->p[out->n] = '\0';
	return ERR_OK;
}

enum err sealed_read(const char *path, const char *what, const char *passphrase,
		     struct buffer *out, struct fault *fault)
{
	struct seal seal;
	struct slice sealed;
	struct buffer file;
	enum err err;

	buffer_init(&file, out->bytes_max + SEALED_MORE_BYTES_MAX);
	err = file_read_secret(path, file.bytes_max, &file, fault);
	if (err)
		goto out;
	if (!seal_parse(buffer_slice(&file), what, &seal)) {
		err = fault_set(fault, ERR_INVALID, "file '%s' is no sealed file of %s",
				path, what);
		goto out;
	}
	sealed = slice_of(file.p + seal.line_n, file.n - seal.line_n);
	buffer_reserve(out, out->n + sealed.n - TAG_BYTES);
	err = buffer_check(out, "what a sealed file holds", fault);
	if (!err)
		err = open_seal(path, &seal, passphrase, sealed, out, fault);
out:
	buffer_release(&file);
	return err;
}
