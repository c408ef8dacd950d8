/*
 * keyfile.c - a private key at rest.
 *
 * OpenSSL writes and reads the PKCS#8 block; the name's line, the mode and the
 * refusals are ours. Every copy of the secret that this file makes is wiped before it
 * is given back.
 */
#include "keys/keyfile.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "keys/encoding.h"
#include "keys/file.h"

#define NAME_LABEL       "Name: "
#define NAME_LABEL_BYTES (sizeof NAME_LABEL - 1)

/* scrypt's cost: OWASP's figures for 16 MiB, which is also the most that OpenSSL
 * reads back without being told a larger bound. */
#define SCRYPT_N          16384
#define SCRYPT_R          8
#define SCRYPT_P          5
#define SCRYPT_SALT_BYTES 16

static enum err passphrase_check(size_t n, struct fault *fault)
{
	if (n < PASSPHRASE_BYTES_MIN || n > PASSPHRASE_BYTES_MAX)
		return fault_set(fault, ERR_INVALID, "a passphrase has %d to %d bytes",
				 PASSPHRASE_BYTES_MIN, PASSPHRASE_BYTES_MAX);
	return ERR_OK;
}

/* OpenSSL's form of our key, or NULL. */
static PKCS8_PRIV_KEY_INFO *pkcs8_from_key(const struct signing_key *key)
{
	uint8_t seed[KEY_SEED_BYTES];
	PKCS8_PRIV_KEY_INFO *info = NULL;
	EVP_PKEY *pkey;

	signing_key_seed(key, seed);
	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
	bytes_wipe(seed, sizeof seed);
	if (pkey)
		info = EVP_PKEY2PKCS8(pkey);
	EVP_PKEY_free(pkey);
	return info;
}

/* Writes the block under PBES2 with scrypt; false without memory. */
static bool pem_put_encrypted(BIO *bio, PKCS8_PRIV_KEY_INFO *info, const char *passphrase)
{
	X509_ALGOR *algorithm =
		PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, SCRYPT_SALT_BYTES, NULL,
				      SCRYPT_N, SCRYPT_R, SCRYPT_P);
	X509_SIG *sealed = NULL;
	bool done = false;

	if (!algorithm)
		return false;
	sealed = PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), info, algorithm);
	if (!sealed)
		X509_ALGOR_free(algorithm); /* else it belongs to sealed */
	else
		done = PEM_write_bio_PKCS8(bio, sealed) == 1;
	X509_SIG_free(sealed);
	return done;
}

/* Puts the whole file's text into out, which has been reserved. */
static enum err keyfile_format(const char *name, const struct signing_key *key,
			       const char *passphrase, struct buffer *out,
			       struct fault *fault)
{
	PKCS8_PRIV_KEY_INFO *info = pkcs8_from_key(key);
	BIO *bio = BIO_new(BIO_s_mem()); /* wipes its memory when it is freed */
	enum err err = ERR_MEMORY;
	char *pem = NULL;
	long pem_bytes;
	bool done;

	if (!info || !bio)
		goto out;
	done = passphrase ? pem_put_encrypted(bio, info, passphrase)
			  : PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1;
	pem_bytes = BIO_get_mem_data(bio, &pem);
	if (!done || pem_bytes <= 0)
		goto out;
	buffer_printf(out, NAME_LABEL "%s\n", name);
	buffer_put(out, pem, (size_t)pem_bytes);
	err = buffer_err(out);
out:
	ERR_clear_error();
	BIO_free(bio);
	PKCS8_PRIV_KEY_INFO_free(info);
	if (err != ERR_OK)
		return fault_set(fault, err, "a key file: out of memory");
	return ERR_OK;
}

enum err keyfile_write(const char *path, const char *name, const struct signing_key *key,
		       const char *passphrase, struct fault *fault)
{
	struct buffer text;
	enum err err = key_name_check(name, fault);

	if (err == ERR_OK && passphrase)
		err = passphrase_check(strlen(passphrase), fault);
	if (err != ERR_OK)
		return err;
	buffer_init(&text, KEYFILE_BYTES_MAX);
	buffer_reserve(&text, KEYFILE_BYTES_MAX);
	err = keyfile_format(name, key, passphrase, &text, fault);
	if (err == ERR_OK)
		err = file_create(path, buffer_slice(&text), S_IRUSR | S_IWUSR, fault);
	buffer_release_secret(&text);
	return err;
}

/* Reads "Name: NAME\n" at the start. */
static enum err name_parse(struct slice text, const char *path,
			   char ret_name[KEY_NAME_BYTES_MAX + 1], struct fault *fault)
{
	const uint8_t *lf = text.n ? memchr(text.p, '\n', text.n) : NULL;
	char name[KEY_NAME_BYTES_MAX + 1] = { 0 };
	size_t n;

	if (!lf || text.n < NAME_LABEL_BYTES ||
	    memcmp(text.p, NAME_LABEL, NAME_LABEL_BYTES) != 0)
		goto refuse;
	n = (size_t)(lf - text.p) - NAME_LABEL_BYTES;
	if (n > KEY_NAME_BYTES_MAX)
		goto refuse;
	memcpy(name, text.p + NAME_LABEL_BYTES, n);
	if (strlen(name) != n || key_name_check(name, NULL) != ERR_OK)
		goto refuse;
	memcpy(ret_name, name, sizeof name);
	return ERR_OK;
refuse:
	return fault_set(fault, ERR_INVALID,
			 "key file '%s' does not begin with '" NAME_LABEL
			 "' and the key's name",
			 path);
}

/* Opens an encrypted block. NULL with the fault set. */
static PKCS8_PRIV_KEY_INFO *pkcs8_decrypt(const uint8_t *der, long der_bytes,
					  const char *path, const char *passphrase,
					  struct fault *fault)
{
	X509_SIG *sealed = d2i_X509_SIG(NULL, &der, der_bytes);
	PKCS8_PRIV_KEY_INFO *info = NULL;

	if (!sealed)
		fault_set(fault, ERR_INVALID, "key file '%s' holds no PKCS#8 key", path);
	else if (!passphrase)
		fault_set(fault, ERR_UNKNOWN,
			  "key file '%s' is encrypted: give its passphrase", path);
	else {
		info = PKCS8_decrypt(sealed, passphrase, (int)strlen(passphrase));
		if (!info)
			fault_set(fault, ERR_UNKNOWN,
				  "key file '%s' does not open with this passphrase",
				  path);
	}
	X509_SIG_free(sealed);
	return info;
}

/* Reads the block, encrypted or not. NULL with the fault set. */
static PKCS8_PRIV_KEY_INFO *pkcs8_read(struct slice text, const char *path,
				       const char *passphrase, struct fault *fault)
{
	BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
	char *label = NULL, *header = NULL;
	unsigned char *der = NULL;
	const unsigned char *at;
	long der_bytes = 0;
	PKCS8_PRIV_KEY_INFO *info = NULL;

	fault_set(fault, ERR_INVALID, "key file '%s' holds no PKCS#8 key", path);
	if (!bio || PEM_read_bio(bio, &label, &header, &der, &der_bytes) != 1)
		goto out;
	at = der;
	if (strcmp(label, PEM_STRING_PKCS8) == 0)
		info = pkcs8_decrypt(der, der_bytes, path, passphrase, fault);
	else if (strcmp(label, PEM_STRING_PKCS8INF) == 0)
		info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, der_bytes);
out:
	OPENSSL_clear_free(der, (size_t)der_bytes);
	OPENSSL_free(label);
	OPENSSL_free(header);
	BIO_free(bio);
	return info;
}

static enum err key_from_pkcs8(const PKCS8_PRIV_KEY_INFO *info, const char *path,
			       struct signing_key **ret_key, struct fault *fault)
{
	EVP_PKEY *pkey = EVP_PKCS82PKEY(info);
	uint8_t seed[KEY_SEED_BYTES];
	size_t n = sizeof seed;
	enum err err;

	if (!pkey || EVP_PKEY_get_base_id(pkey) != EVP_PKEY_ED25519 ||
	    EVP_PKEY_get_raw_private_key(pkey, seed, &n) != 1 || n != sizeof seed)
		err = fault_set(fault, ERR_INVALID,
				"key file '%s' holds a key that is not Ed25519", path);
	else
		err = signing_key_from_seed(seed, ret_key, fault);
	bytes_wipe(seed, sizeof seed);
	EVP_PKEY_free(pkey);
	return err;
}

/* What the whole text of a file says. */
static enum err keyfile_parse(struct slice text, const char *path, const char *passphrase,
			      struct keyfile *ret_keyfile, struct fault *fault)
{
	struct keyfile keyfile = { .key = NULL };
	PKCS8_PRIV_KEY_INFO *info = NULL;
	struct fault own;
	enum err err = name_parse(text, path, keyfile.name, fault);

	if (err != ERR_OK)
		return err;
	info = pkcs8_read(text, path, passphrase, &own);
	if (!info) {
		err = own.err;
		if (fault)
			*fault = own;
		goto out;
	}
	err = key_from_pkcs8(info, path, &keyfile.key, fault);
	if (err == ERR_OK)
		*ret_keyfile = keyfile;
out:
	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	return err;
}

/* file_read_secret() for a file that the user named: that it is missing is trouble
 * with a file, not an answer. */
static enum err secret_read(const char *path, struct buffer *out, struct fault *fault)
{
	enum err err = file_read_secret(path, KEYFILE_BYTES_MAX, out, fault);

	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_IO, "file '%s' does not exist", path);
	return err;
}

enum err keyfile_read(const char *path, const char *passphrase,
		      struct keyfile *ret_keyfile, struct fault *fault)
{
	struct buffer text;
	enum err err;

	buffer_init(&text, KEYFILE_BYTES_MAX);
	err = secret_read(path, &text, fault);
	if (err == ERR_OK)
		err = keyfile_parse(buffer_slice(&text), path, passphrase, ret_keyfile,
				    fault);
	buffer_release_secret(&text);
	return err;
}

enum err keyfile_vkey(const struct keyfile *keyfile, struct vkey *ret_vkey,
		      struct fault *fault)
{
	uint8_t public_key[PUBLIC_KEY_BYTES];

	signing_key_public(keyfile->key, public_key);
	return vkey_make(keyfile->name, VKEY_ED25519, public_key, ret_vkey, fault);
}

void keyfile_clear(struct keyfile *keyfile)
{
	signing_key_free(keyfile->key);
	*keyfile = (struct keyfile){ .key = NULL };
}

enum err passphrase_read(const char *path, char ret_passphrase[PASSPHRASE_BYTES_MAX + 1],
			 struct fault *fault)
{
	struct buffer text;
	enum err err;
	size_t n;

	buffer_init(&text, KEYFILE_BYTES_MAX);
	err = secret_read(path, &text, fault);
	if (err != ERR_OK)
		goto out;
	const uint8_t *lf = text.n ? memchr(text.p, '\n', text.n) : NULL;
	n = lf ? (size_t)(lf - text.p) : text.n;
	err = passphrase_check(n, fault);
	if (err == ERR_OK && memchr(text.p, '\0', n))
		err = fault_set(fault, ERR_INVALID,
				"the passphrase in file '%s' holds a NUL", path);
	if (err != ERR_OK)
		goto out;
	memcpy(ret_passphrase, text.p, n);
	ret_passphrase[n] = '\0';
out:
	buffer_release_secret(&text);
	return err;
}
