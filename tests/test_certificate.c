/*
 * test_certificate.c - what is believed of a certificate, and what it signed:
 * keys/certificate.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/buffer.h"
#include "keys/certificate.h"
#include "keys/encoding.h"
#include "tests/certificates.h"

#define NOW_S    INT64_C(1800000000) /* 2027-01-15 */
#define BEFORE_S INT64_C(1780000000) /* 2026-05-28: before they were issued */
#define AFTER_S  INT64_C(4970000000) /* 2127-06-29: after they have ended */

static struct fault fault;

static struct certificate *certificate_of(const char *pem)
{
	struct certificate *certificate = NULL;

	assert_int_equal(certificate_from_pem(slice_of_text(pem), &certificate, &fault),
			 ERR_OK);
	return certificate;
}

static struct trust *trust_of(const char *pem)
{
	struct trust *trust = NULL;

	assert_int_equal(trust_from_pem(slice_of_text(pem), &trust, &fault), ERR_OK);
	return trust;
}

/* "" where it is believed, or the reason. */
static void assert_check(const char *pem, const char *root, const char *domain,
			 int64_t now_s, const char *reason)
{
	struct certificate *certificate = certificate_of(pem);
	struct trust *trust = trust_of(root);
	enum err err;

	fault = (struct fault){ 0 };
	err = certificate_check(certificate, trust, domain, now_s, &fault);
	assert_string_equal(fault.text, reason);
	assert_int_equal(err, *reason ? ERR_CORRUPT : ERR_OK);
	certificate_free(certificate);
	trust_free(trust);
}

static void a_certificate_is_believed_for_its_hosts_in_its_time(void **state)
{
	(void)state;
	assert_check(PEM_LEAF, PEM_ROOT, ".paypal.com", NOW_S, "");
	assert_check(PEM_EC, PEM_ROOT, ".paypal.com", NOW_S, "");
	assert_check(PEM_LEAF, PEM_ROOT, ".paypal.org", NOW_S,
		     "the certificate is for no host of paypal.org");
	assert_check(PEM_LEAF, PEM_ROOT, ".pal.com", NOW_S,
		     "the certificate is for no host of pal.com");
	assert_check(PEM_EVIL, PEM_ROOT, ".paypal.com", NOW_S,
		     "the certificate is for no host of paypal.com");
	assert_check(
		PEM_LEAF, PEM_ROOT, ".paypal.com", BEFORE_S,
		"the certificate is not to be believed: certificate is not yet valid");
	assert_check(PEM_LEAF, PEM_ROOT, ".paypal.com", AFTER_S,
		     "the certificate is not to be believed: certificate has expired");
	assert_check(PEM_LEAF, PEM_EVIL, ".paypal.com", NOW_S,
		     "the certificate is not to be believed: unable to get local issuer "
		     "certificate");
	assert_check(
		PEM_SMALL, PEM_ROOT, ".paypal.com", NOW_S,
		"the certificate is not to be believed: EE certificate key too weak");
}

static enum err verify(const char *pem, const char *text, const char *base64)
{
	struct certificate *certificate = certificate_of(pem);
	uint8_t signature[512];
	size_t n = 0;
	enum err err;

	assert_int_equal(
		base64_decode(base64, strlen(base64), signature, sizeof signature, &n),
		ERR_OK);
	err = certificate_verify(certificate, slice_of_text(text),
				 slice_of(signature, n));
	certificate_free(certificate);
	return err;
}

static void a_signature_is_of_one_text_by_one_key(void **state)
{
	(void)state;
	assert_int_equal(verify(PEM_LEAF, CERTIFICATE_SIGNED_TEXT, SIGNED_BY_LEAF),
			 ERR_OK);
	assert_int_equal(verify(PEM_LEAF, CERTIFICATE_SIGNED_TEXT "0", SIGNED_BY_LEAF),
			 ERR_CORRUPT);
	assert_int_equal(verify(PEM_LEAF, CERTIFICATE_SIGNED_TEXT, SIGNED_BY_EVIL),
			 ERR_CORRUPT);
	assert_int_equal(verify(PEM_LEAF, CERTIFICATE_SIGNED_TEXT, ""), ERR_CORRUPT);
	assert_int_equal(verify(PEM_EVIL, CERTIFICATE_SIGNED_TEXT, SIGNED_BY_EVIL),
			 ERR_OK);
	/* Good, but not RSA. */
	assert_int_equal(verify(PEM_EC, CERTIFICATE_SIGNED_TEXT, SIGNED_BY_EC),
			 ERR_CORRUPT);
}

static void assert_no_certificate(struct slice pem, const char *reason)
{
	struct certificate *certificate = NULL;
	struct trust *trust = NULL;

	assert_int_equal(certificate_from_pem(pem, &certificate, &fault), ERR_INVALID);
	assert_string_equal(fault.text, reason);
	assert_int_equal(trust_from_pem(pem, &trust, &fault), ERR_INVALID);
	assert_string_equal(fault.text, reason);
	assert_null(certificate);
	assert_null(trust);
}

static void what_is_no_pem_is_refused(void **state)
{
	const char *no_pem = "the certificates are not PEM that can be read";
	struct buffer pem;

	(void)state;
	assert_no_certificate(slice_of_text("x"), no_pem);
	assert_no_certificate(slice_of_text("-----BEGIN CERTIFICATE-----\nAAAA\n"
					    "-----END CERTIFICATE-----\n"),
			      no_pem);
	assert_no_certificate(slice_of(PEM_LEAF, strlen(PEM_LEAF) - 10), no_pem);
	assert_no_certificate(slice_of(NULL, 0),
			      "certificates of 0 bytes: 1 to 65536 are taken");
	/* One that is broken behind one that is good. */
	buffer_init(&pem, 2 * CERTIFICATE_PEM_BYTES_MAX);
	buffer_put_text(&pem, PEM_LEAF);
	buffer_put(&pem, PEM_ROOT, strlen(PEM_ROOT) - 100);
	assert_no_certificate(buffer_slice(&pem), no_pem);
	while (pem.n <= CERTIFICATE_PEM_BYTES_MAX)
		buffer_put_text(&pem, PEM_LEAF);
	assert_int_equal(buffer_err(&pem), ERR_OK);
	assert_int_equal(certificate_from_pem(buffer_slice(&pem), NULL, &fault),
			 ERR_INVALID);
	buffer_release(&pem);
}

static void a_chain_has_so_many(void **state)
{
	struct certificate *certificate = NULL;
	struct buffer pem;

	(void)state;
	buffer_init(&pem, CERTIFICATE_PEM_BYTES_MAX);
	for (unsigned i = 0; i < CERTIFICATES_MAX; i++)
		buffer_put_text(&pem, PEM_LEAF);
	assert_int_equal(certificate_from_pem(buffer_slice(&pem), &certificate, &fault),
			 ERR_OK);
	certificate_free(certificate);
	buffer_put_text(&pem, PEM_LEAF);
	assert_int_equal(certificate_from_pem(buffer_slice(&pem), &certificate, &fault),
			 ERR_INVALID);
	buffer_release(&pem);
}

/* It can be empty, but it is one. */
static void the_machine_has_a_store(void **state)
{
	struct certificate *certificate = certificate_of(PEM_LEAF);
	struct trust *trust = NULL;

	(void)state;
	assert_int_equal(trust_of_machine(&trust, &fault), ERR_OK);
	assert_int_equal(
		certificate_check(certificate, trust, ".paypal.com", NOW_S, &fault),
		ERR_CORRUPT);
	certificate_free(certificate);
	trust_free(trust);
	trust_free(NULL);
	certificate_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_believed_for_its_hosts_in_its_time),
		cmocka_unit_test(a_signature_is_of_one_text_by_one_key),
		cmocka_unit_test(what_is_no_pem_is_refused),
		cmocka_unit_test(a_chain_has_so_many),
		cmocka_unit_test(the_machine_has_a_store),
	};

	return cmocka_run_group_tests_name("certificate", tests, NULL, NULL);
}
