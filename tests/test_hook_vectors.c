/*
 * test_hook_vectors.c - signatures that the providers' own software made, or made wrong:
 * gateway/hook.c with every adapter, gateway/hook_mac.c, gateway/hook_certificates.c.
 *
 * Each case has what a receiver that takes no more than it must should answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "gateway/hook.h"
#include "gateway/hook_certificates.h"
#include "keys/certificate.h"
#include "keys/encoding.h"
#include "tests/shared_files.h"

#define HEADERS_MAX 32

static json_t *file;

static const struct {
	const char *scheme;
	const char *adapter;
	unsigned refused;
} schemes[] = {
	{ "stripe-signature-v1", "stripe", 400 },
	{ "gocardless-webhook-signature", "gocardless", 498 },
	{ "mollie-x-mollie-signature", "mollie", 400 },
	{ "form-id-fetch-back", "mollie-classic", 400 },
	{ "helloasso-x-ha-signature", "helloasso", 400 },
	{ "paypal-rsa-sha256-crc32", "paypal", 400 },
	{ "standardwebhooks-v1", "standard", 400 },
	{ "standardwebhooks-v1a-ed25519", "standard", 400 },
	{ "svix-v1", "svix", 400 },
};

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* What PayPal would serve at the address: the case's own certificate. */
static enum err certificate_serve(void *ctx, const char *url, struct buffer *ret_pem,
				  struct fault *fault)
{
	const char *name = text_of(ctx, "cert");

	assert_true(strncmp(url, "https://api.", 12) == 0);
	assert_non_null(name);
	buffer_put_text(ret_pem, text_of(json_object_get(file, "certs"), name));
	return buffer_check(ret_pem, "the certificate", fault);
}

static struct trust *trust_of(const json_t *vector)
{
	struct trust *trust = NULL;
	struct buffer pem;
	json_t *name;
	size_t i;

	buffer_init(&pem, CERTIFICATE_PEM_BYTES_MAX);
	json_array_foreach(json_object_get(vector, "trust"), i, name)
	{
		buffer_put_text(&pem, text_of(json_object_get(file, "certs"),
					      json_string_value(name)));
		buffer_put_text(&pem, "\n");
	}
	assert_int_equal(trust_from_pem(buffer_slice(&pem), &trust, NULL), ERR_OK);
	buffer_release(&pem);
	return trust;
}

static size_t headers_of(const json_t *vector, struct hook_header *header)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(vector, "headers"), i, line)
	{
		assert_true(i < HEADERS_MAX);
		header[i].name =
			slice_of_text(json_string_value(json_array_get(line, 0)));
		header[i].value =
			slice_of_text(json_string_value(json_array_get(line, 1)));
	}
	return json_array_size(json_object_get(vector, "headers"));
}

static uint8_t *body_of(const json_t *vector, size_t *ret_n)
{
	const char *base64 = text_of(vector, "body_b64");
	size_t n = strlen(base64);
	uint8_t *body = malloc(n + 1);

	assert_non_null(body);
	assert_int_equal(base64_decode(base64, n, body, n, ret_n), ERR_OK);
	return body;
}

/* Verifies one case, and tells where the verdict or the status is another. */
static bool is_as_recommended(const json_t *vector, const struct hook_endpoint *endpoint,
			      unsigned refused)
{
	struct hook_header header[HEADERS_MAX];
	struct hook_request request = { .header = header, .address = "" };
	bool is_wanted = strcmp(text_of(vector, "recommended"), "accept") == 0;
	struct fault fault = { .err = ERR_OK };
	size_t n = 0;
	uint8_t *body = body_of(vector, &n);
	unsigned status;
	enum err err;

	request.header_count = headers_of(vector, header);
	request.body = slice_of(body, n);
	if (text_of(vector, "remote_ip"))
		request.address = text_of(vector, "remote_ip");
	assert_int_equal(hook_endpoint_check(endpoint, &fault), ERR_OK);
	err = hook_verify(endpoint, &request,
			  json_integer_value(json_object_get(vector, "now")), &fault);
	status = hook_status(endpoint->adapter, err);
	free(body);
	if (is_wanted ? err == ERR_OK : status == refused && fault.text[0] != '\0')
		return true;
	print_error("%s: answered %u (%s), recommended: %s\n", text_of(vector, "id"),
		    status, fault.text, text_of(vector, "recommended"));
	return false;
}

static bool is_right(json_t *vector, const char *adapter, unsigned refused)
{
	const char *cert = text_of(vector, "cert"), *secret = text_of(vector, "secret");
	struct hook_endpoint endpoint = {
		.name = "vector",
		.adapter = hook_adapter_find(adapter),
		.environment =
			cert && strcmp(cert, "real2015") == 0 ? HOOK_SANDBOX : HOOK_LIVE,
	};
	struct hook_certificates *certificates = NULL;
	struct trust *trust = NULL;
	bool is_good;

	assert_non_null(endpoint.adapter);
	if (secret)
		endpoint.secret[endpoint.secret_count++] = slice_of_text(secret);
	if (cert) {
		trust = trust_of(vector);
		assert_int_equal(hook_certificates_new(certificate_serve, vector,
						       &certificates, NULL),
				 ERR_OK);
		endpoint.trust = trust;
		endpoint.certificates = certificates;
	}
	is_good = is_as_recommended(vector, &endpoint, refused);
	hook_certificates_free(certificates);
	trust_free(trust);
	return is_good;
}

static void every_case_is_answered_as_recommended(void **state)
{
	struct slice bytes = shared_file("vectors/providers.json");
	unsigned of_scheme[sizeof schemes / sizeof *schemes] = { 0 }, wrong = 0, n = 0;
	json_t *vector;
	size_t i;

	(void)state;
	file = json_loadb((const char *)bytes.p, bytes.n, JSON_ALLOW_NUL, NULL);
	assert_non_null(file);
	json_array_foreach(json_object_get(file, "cases"), i, vector)
	{
		size_t s = 0;

		while (strcmp(schemes[s].scheme, text_of(vector, "scheme")) != 0)
			assert_true(++s < sizeof schemes / sizeof *schemes);
		of_scheme[s]++;
		n++;
		wrong += !is_right(vector, schemes[s].adapter, schemes[s].refused);
	}
	for (i = 0; i < sizeof schemes / sizeof *schemes; i++)
		assert_true(of_scheme[i] > 0);
	print_message("# %u cases\n", n);
	assert_int_equal(wrong, 0);
	json_decref(file);
	free((void *)(uintptr_t)bytes.p);
}

static void every_scheme_has_an_adapter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		const struct hook_adapter *adapter =
			hook_adapter_find(schemes[i].adapter);

		assert_non_null(adapter);
		assert_int_equal(hook_status(adapter, ERR_UNKNOWN), schemes[i].refused);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scheme_has_an_adapter),
		cmocka_unit_test(every_case_is_answered_as_recommended),
	};

	return cmocka_run_group_tests_name("hook_vectors", tests, NULL, NULL);
}
