/*
 * certificate.c - X.509 through OpenSSL.
 *
 * OpenSSL leaves reasons in a queue of the thread; since our errors carry their own
 * sentence, the queue is emptied so that nobody else reads ours.
 */
#include "keys/certificate.h"

#include <stdbool.h>
#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* 112 bits: RSA of 2048 bits, SHA-256. An authority's own signature does not count. */
#define SECURITY_LEVEL 2
#define CHAIN_DEPTH    6

struct trust {
	X509_STORE *store;
};

struct certificate {
	X509 *leaf;
	STACK_OF(X509) * others;
};

void trust_free(struct trust *trust)
{
	if (!trust)
		return;
	X509_STORE_free(trust->store);
	free(trust);
}

void certificate_free(struct certificate *certificate)
{
	if (!certificate)
		return;
	X509_free(certificate->leaf);
	sk_X509_pop_free(certificate->others, X509_free);
	free(certificate);
}

/* Whether the reader stopped because nothing follows, and not at a broken block. */
static bool is_at_end(void)
{
	unsigned long reason = ERR_peek_last_error();
	bool at_end = ERR_GET_LIB(reason) == ERR_LIB_PEM &&
		      ERR_GET_REASON(reason) == PEM_R_NO_START_LINE;

	ERR_clear_error();
	return at_end;
}

/* Each certificate of the text goes to `take`, which keeps it or frees it. */
static enum err pem_each(struct slice pem, enum err (*take)(void *ctx, X509 *x509),
			 void *ctx, unsigned *ret_count, struct fault *fault)
{
	BIO *bio = NULL;
	enum err err = ERR_OK;
	unsigned count = 0;
	X509 *x509;

	if (pem.n == 0 || pem.n > CERTIFICATE_PEM_BYTES_MAX)
		return fault_set(fault, ERR_INVALID,
				 "certificates of %zu bytes: 1 to %zu are taken", pem.n,
				 CERTIFICATE_PEM_BYTES_MAX);
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (!bio) {
		ERR_clear_error();
		return fault_set(fault, ERR_MEMORY, "certificates: out of memory");
	}
	while (!err && (x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		count++;
		err = take(ctx, x509);
	}
	if (!err && !is_at_end())
		err = ERR_INVALID;
	if (!err && count == 0)
		err = ERR_INVALID;
	ERR_clear_error();
	BIO_free(bio);
	if (err)
		return fault_set(
			fault, err,
			err == ERR_MEMORY
				? "certificates: out of memory"
				: "the certificates are not PEM that can be read");
	*ret_count = count;
	return ERR_OK;
}

static enum err trust_take(void *ctx, X509 *x509)
{
	struct trust *trust = ctx;
	int done = X509_STORE_add_cert(trust->store, x509);

	X509_free(x509); /* the store holds its own reference */
	return done == 1 ? ERR_OK : ERR_MEMORY;
}

static struct trust *trust_new(void)
{
	struct trust *trust = calloc(1, sizeof *trust);

	if (trust)
		trust->store = X509_STORE_new();
	if (trust && !trust->store) {
		free(trust);
		trust = NULL;
	}
	return trust;
}

enum err trust_from_pem(struct slice pem, struct trust **ret_trust, struct fault *fault)
{
	struct trust *trust = trust_new();
	unsigned count = 0;
	enum err err;

	if (!trust) {
		ERR_clear_error();
		return fault_set(fault, ERR_MEMORY, "certificates: out of memory");
	}
	err = pem_each(pem, trust_take, trust, &count, fault);
	if (err) {
		trust_free(trust);
		return err;
	}
	*ret_trust = trust;
	return ERR_OK;
}

enum err trust_of_machine(struct trust **ret_trust, struct fault *fault)
{
	struct trust *trust = trust_new();
	int done = trust ? X509_STORE_set_default_paths(trust->store) : 0;

	ERR_clear_error();
	if (!trust)
		return fault_set(fault, ERR_MEMORY, "certificates: out of memory");
	if (done != 1) {
		trust_free(trust);
		return fault_set(fault, ERR_IO,
				 "this machine's certificates cannot be read");
	}
	*ret_trust = trust;
	return ERR_OK;
}

static enum err certificate_take(void *ctx, X509 *x509)
{
	struct certificate *certificate = ctx;

	if (!certificate->leaf) {
		certificate->leaf = x509;
		return ERR_OK;
	}
	if (sk_X509_num(certificate->others) >= CERTIFICATES_MAX - 1) {
		X509_free(x509);
		return ERR_INVALID;
	}
	if (sk_X509_push(certificate->others, x509) > 0)
		return ERR_OK;
	X509_free(x509);
	return ERR_MEMORY;
}

enum err certificate_from_pem(struct slice pem, struct certificate **ret_certificate,
			      struct fault *fault)
{
	struct certificate *certificate = calloc(1, sizeof *certificate);
	unsigned count = 0;
	enum err err = ERR_MEMORY;

	if (certificate)
		certificate->others = sk_X509_new_null();
	if (certificate && certificate->others)
		err = pem_each(pem, certificate_take, certificate, &count, fault);
	else
		fault_set(fault, ERR_MEMORY, "certificates: out of memory");
	ERR_clear_error();
	if (err) {
		certificate_free(certificate);
		return err;
	}
	*ret_certificate = certificate;
	return ERR_OK;
}

static enum err chain_check(X509_STORE_CTX *context, const char *domain, int64_t now_s,
			    struct fault *fault)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
	int reason;

	X509_VERIFY_PARAM_set_time(param, (time_t)now_s);
	X509_VERIFY_PARAM_set_depth(param, CHAIN_DEPTH);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	if (X509_verify_cert(context) == 1)
		return X509_check_host(X509_STORE_CTX_get0_cert(context), domain, 0, 0,
				       NULL) == 1
			       ? ERR_OK
			       : fault_set(fault, ERR_CORRUPT,
					   "the certificate is for no host of %s",
					   domain + 1);
	reason = X509_STORE_CTX_get_error(context);
	if (reason == X509_V_ERR_OUT_OF_MEM)
		return fault_set(fault, ERR_MEMORY, "certificates: out of memory");
	return fault_set(fault, ERR_CORRUPT, "the certificate is not to be believed: %s",
			 X509_verify_cert_error_string(reason));
}

enum err certificate_check(const struct certificate *certificate,
			   const struct trust *trust, const char *domain, int64_t now_s,
			   struct fault *fault)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	enum err err;

	if (context && X509_STORE_CTX_init(context, trust->store, certificate->leaf,
					   certificate->others) == 1)
		err = chain_check(context, domain, now_s, fault);
	else
		err = fault_set(fault, ERR_MEMORY, "certificates: out of memory");
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	return err;
}

enum err certificate_verify(const struct certificate *certificate, struct slice message,
			    struct slice signature)
{
	EVP_PKEY *pkey = X509_get0_pubkey(certificate->leaf);
	EVP_MD_CTX *context = NULL;
	enum err err = ERR_CORRUPT;

	/* PKCS #1 v1.5 is what OpenSSL does with an RSA key unless told otherwise. */
	if (pkey && EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA) {
		context = EVP_MD_CTX_new();
		if (!context ||
		    EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pkey) != 1)
			err = ERR_MEMORY;
		else if (EVP_DigestVerify(context, signature.p, signature.n, message.p,
					  message.n) == 1)
			err = ERR_OK;
	}
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return err;
}
