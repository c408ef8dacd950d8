/*
 * test_hook_verify.c - which deliveries are authentic: gateway/hook.c,
 * gateway/hook_mac.c, gateway/hook_certificates.c, and every adapter's verify(). The
 * signatures were made by another program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/hook_certificates.h"
#include "gateway/hook_paypal.h"
#include "keys/certificate.h"
#include "tests/certificates.h"
#include "tests/hook_rig.h"

#define NOW  INT64_C(1800000000)
#define BODY "{\"object\":\"event\"}"

/* Of "whsec_one" and "whsec_two", at 1800000000. */
#define MAC_ONE "a5737505610da8c99e96009b4e3db189f3e983f354726c2b887fe7ffbee759c4"
#define MAC_TWO "6f68d0c2cbe4b53635689ed418a74ee78b70f0b6012e2845b9c6e81319578e60"
/* Of "whsec_one", over the body alone. */
#define MAC_BODY "54ad11c610237c21bcc5ab40fd0d1897cb71b6c4bc8fe837980d944b774c1648"

#define HEAD(...)                                                                        \
	(const char *const[])                                                            \
	{                                                                                \
		__VA_ARGS__, NULL                                                        \
	}

static struct hook_rig rig;

static void secret_add(const char *secret)
{
	rig.endpoint.secret[rig.endpoint.secret_count++] = slice_of_text(secret);
}

static void begin(const char *adapter, const char *secret)
{
	hook_rig_init(&rig, adapter, HOOK_LIVE);
	if (secret)
		secret_add(secret);
}

/* Behind a text of HOOK_HEADER_CHARS_MAX. */
static void append(char *text, const char *more)
{
	size_t n = strlen(text);

	assert_true(n + strlen(more) < HOOK_HEADER_CHARS_MAX);
	snprintf(text + n, HOOK_HEADER_CHARS_MAX - n, "%s", more);
}

/* ---- what is asked whoever sends ---- */

static void bounds_are_checked_before_anything_else(void **state)
{
	char *body = calloc(1, HOOK_BODY_BYTES_MAX + 2);
	char line[HOOK_HEADER_CHARS_MAX + 64] = "X-Long: ";
	const char *many[HOOK_HEADERS_MAX + 2];

	(void)state;
	begin("gocardless", "whsec_one");
	assert_non_null(body);
	memset(body, ' ', HOOK_BODY_BYTES_MAX + 1);
	hook_rig_answers(&rig, HEAD("Webhook-Signature: " MAC_BODY), body, NOW,
			 "413 the body has more than 1048576 bytes");
	body[HOOK_BODY_BYTES_MAX] = '\0';
	hook_rig_answers(&rig, HEAD("Webhook-Signature: " MAC_BODY), body, NOW,
			 "498 the line Webhook-Signature does not sign this body");
	hook_rig_answers(&rig, HEAD("Webhook-Signature: " MAC_BODY), "", NOW,
			 "498 the body is empty");
	memset(line + 8, 'x', HOOK_HEADER_CHARS_MAX + 1);
	hook_rig_answers(&rig, HEAD("Webhook-Signature: " MAC_BODY, line), BODY, NOW,
			 "413 a line of the head has more than 4096 characters");
	for (size_t i = 0; i <= HOOK_HEADERS_MAX; i++)
		many[i] = "X: y";
	many[HOOK_HEADERS_MAX + 1] = NULL;
	hook_rig_answers(&rig, many, BODY, NOW, "413 the head has more than 64 lines");
	free(body);
	hook_rig_release(&rig);
}

static void the_path_has_to_end_with_the_secret(void **state)
{
	struct hook_request request = { .body = slice_of_text("id=tr_1"), .address = "" };
	struct hook_header form = {
		slice_of_text("Content-Type"),
		slice_of_text("application/x-www-form-urlencoded"),
	};
	struct fault fault;

	(void)state;
	begin("mollie-classic", NULL);
	request.header = &form;
	request.header_count = 1;
	rig.endpoint.path_secret = slice_of_text("0123456789abcdef");
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_UNKNOWN);
	assert_string_equal(fault.text, "the path does not end with the hook's secret");
	request.path_secret = slice_of_text("0123456789abcdeF");
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_UNKNOWN);
	request.path_secret = slice_of_text("0123456789abcdef");
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_OK);
	/* Nor with anything, where there is none. */
	rig.endpoint.path_secret = slice_of_text("");
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_UNKNOWN);
}

static void assert_endpoint(const char *reason)
{
	struct fault fault = { .err = ERR_OK };
	enum err err = hook_endpoint_check(&rig.endpoint, &fault);

	assert_int_equal(err, *reason ? ERR_USAGE : ERR_OK);
	assert_string_equal(fault.text, reason);
}

static void an_endpoint_has_what_its_provider_needs(void **state)
{
	(void)state;
	for (size_t i = 0; hook_adapters[i]; i++) {
		bool needs_none = hook_adapters[i] == &hook_mollie_classic;
		struct fault fault;

		begin(hook_adapters[i]->name, NULL);
		assert_int_equal(hook_endpoint_check(&rig.endpoint, &fault),
				 needs_none ? ERR_OK : ERR_USAGE);
	}
	begin("stripe", NULL);
	assert_endpoint("hook 'rig' needs the endpoint's signing secret (whsec_...)");
	secret_add("");
	assert_endpoint("hook 'rig' has an empty secret");
	begin("stripe", "whsec_one");
	assert_endpoint("");
	rig.endpoint.path_secret = slice_of_text("short");
	assert_endpoint("hook 'rig' has a path secret of less than 16 characters");
	begin("helloasso", NULL);
	assert_endpoint("hook 'rig' needs a partner's signature key, or a secret in its "
			"path");
	rig.endpoint.path_secret = slice_of_text("0123456789abcdef");
	assert_endpoint("");
	begin("paypal", "WH-1");
	assert_endpoint("hook 'rig' needs the certificates that are believed");
	begin("standard", "whsec_c2hvcnQ=");
	assert_endpoint("a secret of hook 'rig' is neither whsec_ with 24 to 64 bytes in "
			"base64 nor whpk_ with a key");
	begin("standard", "whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
	assert_endpoint("a secret of hook 'rig' is neither whsec_ with 24 to 64 bytes in "
			"base64 nor whpk_ with a key");
	assert_null(hook_adapter_find("adyen"));
}

static void our_own_trouble_is_503(void **state)
{
	(void)state;
	assert_int_equal(hook_status(&hook_stripe, ERR_MEMORY), 503);
	assert_int_equal(hook_status(&hook_stripe, ERR_IO), 503);
	assert_int_equal(hook_status(&hook_stripe, ERR_BUSY), 503);
	assert_int_equal(hook_status(&hook_gocardless, ERR_BUSY), 503);
	assert_int_equal(hook_status(&hook_gocardless, ERR_INVALID), 498);
	assert_int_equal(hook_status(&hook_gocardless, ERR_OK), 204);
	assert_int_equal(hook_status(&hook_helloasso, ERR_OK), 200);
}

/* ---- Stripe ---- */

#define STRIPE_REFUSED "400 the line Stripe-Signature does not sign this body now"

static void stripe_signs_time_and_body(void **state)
{
	(void)state;
	begin("stripe", "whsec_one");
	hook_rig_answers(&rig, HEAD("stripe-signature: t=1800000000,v1=" MAC_ONE), BODY,
			 NOW, "200");
	hook_rig_answers(&rig,
			 HEAD("Stripe-Signature: v0=x,v1=" MAC_ONE ",x,v1=" MAC_TWO
			      ",t=1800000000"),
			 BODY, NOW, "200");
	hook_rig_answers(&rig, HEAD("Stripe-Signature: t=1800000000,v1=" MAC_ONE),
			 BODY " ", NOW, STRIPE_REFUSED);
	hook_rig_answers(&rig, HEAD("Stripe-Signature: t=1800000000,v1=" MAC_TWO), BODY,
			 NOW, STRIPE_REFUSED);
	hook_rig_answers(&rig, HEAD("Stripe-Signature: t=1800000000,v1=" MAC_BODY), BODY,
			 NOW, STRIPE_REFUSED);
	hook_rig_answers(&rig,
			 HEAD("Stripe-Signature: t=1800000000,t=1800000000,v1=" MAC_ONE),
			 BODY, NOW, STRIPE_REFUSED);
	hook_rig_answers(&rig, HEAD("Stripe-Signature: v1=" MAC_ONE), BODY, NOW,
			 STRIPE_REFUSED);
	hook_rig_answers(&rig, HEAD("Stripe-Signature: "), BODY, NOW, STRIPE_REFUSED);
	hook_rig_answers(&rig, HEAD("Stripe-Signature: t=,v1="), BODY, NOW,
			 STRIPE_REFUSED);
	hook_rig_answers(&rig, HEAD("X: y"), BODY, NOW,
			 "400 the head has no line Stripe-Signature");
	hook_rig_answers(&rig,
			 HEAD("Stripe-Signature: t=1800000000,v1=" MAC_ONE,
			      "STRIPE-SIGNATURE: t=1800000000,v1=" MAC_ONE),
			 BODY, NOW,
			 "400 the head has more than one line Stripe-Signature");
	/* A number has one spelling. */
	hook_rig_answers(&rig,
			 HEAD("Stripe-Signature: t=01800000000,v1=990d2af88f9b4a154be8"
			      "341c42ea3a9ce4e3ba4c0f6b5f0684e0152bc6ddd756"),
			 BODY, NOW, STRIPE_REFUSED);
}

static void every_secret_is_tried_and_none_is_empty(void **state)
{
	(void)state;
	begin("stripe", "whsec_old");
	secret_add("whsec_two");
	secret_add("whsec_one");
	hook_rig_answers(&rig, HEAD("Stripe-Signature: t=1800000000,v1=" MAC_ONE), BODY,
			 NOW, "200");
	hook_rig_answers(&rig, HEAD("Stripe-Signature: t=1800000000,v1=" MAC_TWO), BODY,
			 NOW, "200");
	/* Under an empty secret, which anybody knows. */
	begin("stripe", "");
	hook_rig_answers(&rig,
			 HEAD("Stripe-Signature: t=1800000000,v1=e964372eadbacf2a6813"
			      "902c2be7eac5022347c7b395528bb98e04d775a861dd"),
			 BODY, NOW, STRIPE_REFUSED);
	begin("stripe", NULL);
	hook_rig_answers(&rig, HEAD("Stripe-Signature: t=1800000000,v1=" MAC_ONE), BODY,
			 NOW, STRIPE_REFUSED);
}

static void a_signature_is_fresh_for_five_minutes(void **state)
{
	(void)state;
	begin("stripe", "whsec_one");
	hook_rig_answers(&rig,
			 HEAD("Stripe-Signature: t=1799999700,v1=87d0ec11e6e42a036345"
			      "3251337e630cd370eb1e52b70ffb258c22278d92c300"),
			 BODY, NOW, "200");
	hook_rig_answers(&rig,
			 HEAD("Stripe-Signature: t=1799999699,v1=5003520b43192f8b6527"
			      "a39746d811463ba348bace0fc471715ef60370eed889"),
			 BODY, NOW, STRIPE_REFUSED);
	hook_rig_answers(&rig,
			 HEAD("Stripe-Signature: t=1800000300,v1=59edae52ac5da51e77ca"
			      "0f1e1daca0dceba29423d9aaed781f108a35bf332899"),
			 BODY, NOW, "200");
	hook_rig_answers(&rig,
			 HEAD("Stripe-Signature: t=1800000301,v1=c0dfba92876aa6909326"
			      "d27fb17d81c07fd2655817b107bd49431f0c022907b0"),
			 BODY, NOW, STRIPE_REFUSED);
}

/* ---- GoCardless, Mollie, HelloAsso: the body alone ---- */

static void three_sign_the_body_alone(void **state)
{
	(void)state;
	begin("gocardless", "whsec_one");
	hook_rig_answers(&rig, HEAD("Webhook-Signature: " MAC_BODY), BODY, NOW, "204");
	hook_rig_answers(&rig, HEAD("Webhook-Signature: " MAC_BODY "0"), BODY, NOW,
			 "498 the line Webhook-Signature does not sign this body");
	begin("mollie", "whsec_one");
	hook_rig_answers(&rig, HEAD("X-Mollie-Signature: sha256=" MAC_BODY), BODY, NOW,
			 "200");
	hook_rig_answers(&rig, HEAD("X-Mollie-Signature: " MAC_BODY), BODY, NOW, "200");
	hook_rig_answers(
		&rig,
		HEAD("X-Mollie-Signature: " MAC_ONE, "X-Mollie-Signature: " MAC_BODY),
		BODY, NOW, "200");
	hook_rig_answers(&rig, HEAD("X-Mollie-Signature: " MAC_ONE), BODY, NOW,
			 "400 no line X-Mollie-Signature signs this body");
	/* An endpoint for signed events does not take the unsigned kind. */
	hook_rig_answers(&rig, HEAD("Content-Type: application/x-www-form-urlencoded"),
			 "id=tr_1", NOW, "400 the head has no line X-Mollie-Signature");
	begin("helloasso", "whsec_one");
	hook_rig_answers(&rig, HEAD("x-ha-signature: " MAC_BODY), BODY, NOW, "200");
	hook_rig_answers(&rig, HEAD("x-ha-signature: " MAC_ONE), BODY, NOW,
			 "400 the line x-ha-signature does not sign this body");
}

static void mollie_signs_in_few_lines(void **state)
{
	const char *head[10];

	(void)state;
	begin("mollie", "whsec_one");
	for (size_t i = 0; i < 9; i++)
		head[i] = "X-Mollie-Signature: " MAC_BODY;
	head[9] = NULL;
	hook_rig_answers(&rig, head, BODY, NOW,
			 "400 the head has more than 8 lines X-Mollie-Signature");
}

static void helloasso_without_a_key_is_known_by_its_address(void **state)
{
	static const char *const addresses[] = { "192.0.2.1", NULL };
	const char *refused = "400 the delivery comes from no address of HelloAsso's";
	struct hook_request request = { .body = slice_of_text(BODY), .address = "" };
	struct fault fault;

	(void)state;
	begin("helloasso", NULL);
	hook_rig_answers(&rig, HEAD("x-ha-signature: " MAC_BODY), BODY, NOW, refused);
	/* The rig's requests come from 192.0.2.1. A path secret is needed beside. */
	rig.endpoint.addresses = addresses;
	hook_rig_answers(&rig, HEAD("X: y"), BODY, NOW, refused);
	rig.endpoint.path_secret = slice_of_text("0123456789abcdef");
	request.path_secret = rig.endpoint.path_secret;
	request.address = "192.0.2.1";
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_OK);
	request.address = "::ffff:192.0.2.1";
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_OK);
	request.address = "192.0.2.10";
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_UNKNOWN);
	rig.endpoint.addresses = NULL;
	request.address = "51.138.206.200";
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_OK);
	rig.endpoint.environment = HOOK_SANDBOX;
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_UNKNOWN);
	request.address = "4.233.135.234";
	assert_int_equal(hook_verify(&rig.endpoint, &request, NOW, &fault), ERR_OK);
}

static void mollie_classic_is_one_id_in_a_form(void **state)
{
	static const char *const bad[] = {
		"id=",       "id=tr_",       "tr_1",          "id=tr_1&id=tr_1",
		"id=tr_1%",  "id=tr_1%2",    "id=tr_1%zz",    "id=tr_1%00",
		"id=tr_1+2", "id=tr_1%2F..", "ID=tr_1",       "id=tr_1/",
		"id=ord_1",  "id=tr_1\n",    "x=1&y=id=tr_1", "id=tr_1;id=tr_2",
	};
	const char *form = "Content-Type: application/x-www-form-urlencoded";

	(void)state;
	begin("mollie-classic", NULL);
	hook_rig_answers(&rig, HEAD(form), "id=tr_1", NOW, "200");
	hook_rig_answers(&rig, HEAD(form), "testByMollie=1&id=tr_1", NOW, "200");
	hook_rig_answers(&rig, HEAD(form), "id=t%72%5f1", NOW, "200");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		hook_rig_answers(&rig, HEAD(form), bad[i], NOW,
				 "400 the form has not one id of a payment");
	hook_rig_answers(&rig, HEAD("Content-Type: application/json"), "id=tr_1", NOW,
			 "400 the body is no form");
	hook_rig_answers(&rig, HEAD("X: y"), "id=tr_1", NOW,
			 "400 the head has no line Content-Type");
}

/* ---- Standard Webhooks ---- */

#define KEY24       "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define STANDARD(s) "webhook-id: msg_1", "webhook-timestamp: 1800000000", s
#define SVIX(s)     "svix-id: msg_1", "svix-timestamp: 1800000000", s
#define GOOD        "Q4vzfg8JXTDnyZ0tRPj4oP35ZtR7yL7UaXplJcZpPc4="

static void standard_webhooks_name_what_they_sign(void **state)
{
	const char *refused = "400 no signature in the head signs this body";

	(void)state;
	begin("standard", KEY24);
	hook_rig_answers(&rig, HEAD(STANDARD("webhook-signature: v1," GOOD)), BODY, NOW,
			 "200");
	hook_rig_answers(&rig, HEAD(STANDARD("webhook-signature: v2,x v1,AAAA v1," GOOD)),
			 BODY, NOW, "200");
	hook_rig_answers(&rig, HEAD(STANDARD("webhook-signature: v1," GOOD)), BODY " ",
			 NOW, refused);
	hook_rig_answers(&rig, HEAD(STANDARD("webhook-signature: v1a," GOOD)), BODY, NOW,
			 refused);
	hook_rig_answers(&rig, HEAD(STANDARD("webhook-signature: " GOOD)), BODY, NOW,
			 refused);
	hook_rig_answers(&rig, HEAD(STANDARD("webhook-signature: ")), BODY, NOW, refused);
	hook_rig_answers(&rig, HEAD(STANDARD("webhook-signature: v1," GOOD)), BODY,
			 NOW + 301,
			 "400 the delivery's time is not within 300 seconds of now");
	/* Signed, but its id could take a part of the time for its own. */
	hook_rig_answers(&rig,
			 HEAD("webhook-id: msg.1", "webhook-timestamp: 1800000000",
			      "webhook-signature: v1,"
			      "dFIjNhgCaBjVAgVr04r5SRYMjiNcR0X4SqWyq3RjROU="),
			 BODY, NOW, "400 the delivery's id has not its form");
	hook_rig_answers(&rig, HEAD(SVIX("svix-signature: v1," GOOD)), BODY, NOW,
			 "400 the head has no line webhook-id");
}

/* However many signatures a stranger puts into the head, the work is bounded. */
static void what_is_tried_is_bounded(void **state)
{
	char line[HOOK_HEADER_CHARS_MAX] = "webhook-signature: v2,x";
	char stripe[HOOK_HEADER_CHARS_MAX] = "Stripe-Signature: t=1800000000";

	(void)state;
	begin("standard", KEY24);
	for (int i = 0; i < 30; i++)
		append(line, " v1,AAAA");
	append(line, " v1," GOOD); /* the 32nd */
	hook_rig_answers(&rig, HEAD(STANDARD(line)), BODY, NOW, "200");
	snprintf(line, sizeof line, "webhook-signature: v2,x");
	for (int i = 0; i < 31; i++)
		append(line, " v1,AAAA");
	append(line, " v1," GOOD);
	hook_rig_answers(&rig, HEAD(STANDARD(line)), BODY, NOW,
			 "400 no signature in the head signs this body");
	begin("stripe", "whsec_one");
	for (int i = 0; i < 30; i++)
		append(stripe, ",v1=" MAC_TWO);
	append(stripe, ",v1=" MAC_ONE);
	hook_rig_answers(&rig, HEAD(stripe), BODY, NOW, "200");
	append(stripe, ",v1=" MAC_ONE);
	hook_rig_answers(&rig, HEAD(stripe), BODY, NOW, STRIPE_REFUSED);
}

static void svix_may_use_either_family_but_not_both(void **state)
{
	(void)state;
	begin("svix", KEY24);
	hook_rig_answers(&rig, HEAD(SVIX("svix-signature: v1," GOOD)), BODY, NOW, "200");
	hook_rig_answers(&rig, HEAD(STANDARD("webhook-signature: v1," GOOD)), BODY, NOW,
			 "200");
	hook_rig_answers(&rig,
			 HEAD(SVIX("svix-signature: v1," GOOD),
			      STANDARD("webhook-signature: v1," GOOD)),
			 BODY, NOW, "400 the head has lines svix- and lines webhook-");
	hook_rig_answers(&rig,
			 HEAD(STANDARD("webhook-signature: v1," GOOD), "svix-id: x"),
			 BODY, NOW, "400 the head has lines svix- and lines webhook-");
}

/* ---- PayPal ---- */

#define URL "https://api.paypal.com/v1/notifications/certs/CERT-1"

struct shop {
	const char *pem; /* what is served; NULL: nothing */
	unsigned fetches;
};

static enum err shop_fetch(void *ctx, const char *url, struct buffer *ret_pem,
			   struct fault *fault)
{
	struct shop *shop = ctx;

	(void)url;
	shop->fetches++;
	if (!shop->pem)
		return fault_set(fault, ERR_IO, "the shop is closed");
	buffer_put_text(ret_pem, shop->pem);
	return buffer_check(ret_pem, "the certificate", fault);
}

static void paypal_begin(struct shop *shop)
{
	struct trust *trust;

	begin("paypal", "WH-1");
	assert_int_equal(trust_from_pem(slice_of_text(PEM_ROOT), &trust, NULL), ERR_OK);
	rig.endpoint.trust = trust;
	assert_int_equal(
		hook_certificates_new(shop_fetch, shop, &rig.endpoint.certificates, NULL),
		ERR_OK);
}

static void paypal_end(void)
{
	trust_free((struct trust *)(uintptr_t)rig.endpoint.trust);
	hook_certificates_free(rig.endpoint.certificates);
}

static void paypal_answers(const char *url, const char *signature, const char *body,
			   int64_t now_s, const char *answer)
{
	char url_line[512], signature_line[1024];

	snprintf(url_line, sizeof url_line, "PAYPAL-CERT-URL: %s", url);
	snprintf(signature_line, sizeof signature_line, "PAYPAL-TRANSMISSION-SIG: %s",
		 signature);
	hook_rig_answers(&rig,
			 HEAD("PAYPAL-TRANSMISSION-ID: 6f0-1",
			      "PAYPAL-TRANSMISSION-TIME: 2027-01-15T07:59:58Z",
			      "PAYPAL-AUTH-ALGO: SHA256withRSA", url_line,
			      signature_line),
			 body, now_s, answer);
}

static void paypal_signs_by_a_certificate(void **state)
{
	struct shop shop = { PEM_LEAF, 0 };
	const char *refused = "400 the certificate did not sign this body";

	(void)state;
	paypal_begin(&shop);
	paypal_answers(URL, SIGNED_BY_LEAF, BODY, NOW, "200");
	paypal_answers(URL, SIGNED_BY_LEAF, BODY " ", NOW, refused);
	paypal_answers(URL, SIGNED_BY_EVIL, BODY, NOW, refused);
	paypal_answers(URL, "", BODY, NOW, refused);
	paypal_answers(URL, "====", BODY, NOW,
		       "400 the line PAYPAL-TRANSMISSION-SIG is no base64");
	assert_int_equal(shop.fetches, 1);
	/* Another webhook's delivery, and one of two that are ours. */
	rig.endpoint.secret[0] = slice_of_text("WH-2");
	paypal_answers(URL, SIGNED_BY_LEAF, BODY, NOW, refused);
	secret_add("WH-1");
	paypal_answers(URL, SIGNED_BY_LEAF, BODY, NOW, "200");
	paypal_end();
	assert_int_equal(paypal_crc32(slice_of_text("123456789")), 3421780262u);
	assert_int_equal(paypal_crc32(slice_of_text("")), 0);
}

static void paypal_certificates_come_from_paypal(void **state)
{
	static const char *const bad[] = {
		"http://api.paypal.com/v1/notifications/certs/CERT-1",
		"https://api.paypal.com:443/v1/notifications/certs/CERT-1",
		"https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
		"https://evil.example/v1/notifications/certs/CERT-1",
		"https://u@api.paypal.com/v1/notifications/certs/CERT-1",
		"https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
		"https://api.paypal.com/v1/notifications/certs/../CERT-1",
		"https://api.paypal.com/v1/notifications/certs/CERT-../../x",
		"https://api.paypal.com/v1/notifications/certs/CERT-",
		"https://api.paypal.com/v1/notifications/certs/CERT-1?x",
		"https://api.paypal.com/v1/notifications/certs/CERT-1#x",
		"https://api.paypal.com/v1/notifications/certs/CERT-%31",
		"https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
		"HTTPS://api.paypal.com/v1/notifications/certs/CERT-1",
		"file:///etc/passwd",
		"",
	};
	static const char *const hosts[] = { "a.example", "b.example", NULL };
	struct shop shop = { PEM_LEAF, 0 };

	(void)state;
	paypal_begin(&shop);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		paypal_answers(bad[i], SIGNED_BY_LEAF, BODY, NOW,
			       "400 the line PAYPAL-CERT-URL is no certificate of "
			       "PayPal's");
	assert_int_equal(shop.fetches, 0);
	rig.endpoint.certificate_hosts = hosts;
	paypal_answers("https://b.example/v1/notifications/certs/CERT-1", SIGNED_BY_LEAF,
		       BODY, NOW, "200");
	paypal_end();
}

static void paypal_asks_who_answers_for_a_certificate(void **state)
{
	struct shop shop = { PEM_EVIL, 0 };

	(void)state;
	paypal_begin(&shop);
	paypal_answers(URL, SIGNED_BY_EVIL, BODY, NOW,
		       "400 the certificate is for no host of paypal.com");
	shop.pem = PEM_SMALL;
	paypal_answers(
		URL "-2", SIGNED_BY_SMALL, BODY, NOW,
		"400 the certificate is not to be believed: EE certificate key too "
		"weak");
	shop.pem = PEM_EC;
	paypal_answers(URL "-3", SIGNED_BY_EC, BODY, NOW,
		       "400 the certificate did not sign this body");
	paypal_end();
}

static void a_certificate_is_fetched_once_a_day_and_not_too_often(void **state)
{
	struct shop shop = { NULL, 0 };
	char url[128];

	(void)state;
	paypal_begin(&shop);
	paypal_answers(URL, SIGNED_BY_LEAF, BODY, NOW,
		       "503 the certificate could not be fetched: try again later");
	shop.pem = "<html>";
	paypal_answers(URL, SIGNED_BY_LEAF, BODY, NOW,
		       "503 what was fetched is no certificate");
	shop.pem = PEM_LEAF;
	paypal_answers(URL, SIGNED_BY_LEAF, BODY, NOW, "200");
	paypal_answers(URL, SIGNED_BY_LEAF, BODY, NOW + 86399, "200");
	assert_int_equal(shop.fetches, 3);
	paypal_answers(URL, SIGNED_BY_LEAF, BODY, NOW + 86400, "200");
	assert_int_equal(shop.fetches, 4);
	for (int i = 0; i < 9; i++) {
		snprintf(url, sizeof url, "%s-%d", URL, i);
		paypal_answers(url, SIGNED_BY_LEAF, BODY, NOW + 86400, "200");
	}
	assert_int_equal(shop.fetches, 13);
	paypal_answers(URL "-x", SIGNED_BY_LEAF, BODY, NOW + 86459,
		       "503 certificates are asked for too often: try again later");
	/* What is there still serves, and a minute later it is asked again. */
	paypal_answers(url, SIGNED_BY_LEAF, BODY, NOW + 86459, "200");
	paypal_answers(URL "-x", SIGNED_BY_LEAF, BODY, NOW + 86460, "200");
	assert_int_equal(shop.fetches, 14);
	paypal_end();
}

static void paypal_lines_are_of_their_form(void **state)
{
	struct shop shop = { PEM_LEAF, 0 };

	(void)state;
	paypal_begin(&shop);
	hook_rig_answers(&rig,
			 HEAD("PAYPAL-TRANSMISSION-ID: 6f0-1|2027",
			      "PAYPAL-TRANSMISSION-TIME: 2027-01-15T07:59:58Z",
			      "PAYPAL-AUTH-ALGO: SHA256withRSA", "PAYPAL-CERT-URL: " URL,
			      "PAYPAL-TRANSMISSION-SIG: AAAA"),
			 BODY, NOW,
			 "400 the transmission's id or time is not of their form");
	hook_rig_answers(&rig,
			 HEAD("PAYPAL-TRANSMISSION-ID: 6f0-1",
			      "PAYPAL-TRANSMISSION-TIME: 2027-01-15T07:59:58Z",
			      "PAYPAL-AUTH-ALGO: SHA1withRSA", "PAYPAL-CERT-URL: " URL,
			      "PAYPAL-TRANSMISSION-SIG: AAAA"),
			 BODY, NOW, "400 the line PAYPAL-AUTH-ALGO is not SHA256withRSA");
	paypal_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_are_checked_before_anything_else),
		cmocka_unit_test(the_path_has_to_end_with_the_secret),
		cmocka_unit_test(an_endpoint_has_what_its_provider_needs),
		cmocka_unit_test(our_own_trouble_is_503),
		cmocka_unit_test(stripe_signs_time_and_body),
		cmocka_unit_test(every_secret_is_tried_and_none_is_empty),
		cmocka_unit_test(a_signature_is_fresh_for_five_minutes),
		cmocka_unit_test(three_sign_the_body_alone),
		cmocka_unit_test(mollie_signs_in_few_lines),
		cmocka_unit_test(helloasso_without_a_key_is_known_by_its_address),
		cmocka_unit_test(mollie_classic_is_one_id_in_a_form),
		cmocka_unit_test(standard_webhooks_name_what_they_sign),
		cmocka_unit_test(what_is_tried_is_bounded),
		cmocka_unit_test(svix_may_use_either_family_but_not_both),
		cmocka_unit_test(paypal_signs_by_a_certificate),
		cmocka_unit_test(paypal_certificates_come_from_paypal),
		cmocka_unit_test(paypal_asks_who_answers_for_a_certificate),
		cmocka_unit_test(a_certificate_is_fetched_once_a_day_and_not_too_often),
		cmocka_unit_test(paypal_lines_are_of_their_form),
	};

	return cmocka_run_group_tests_name("hook_verify", tests, NULL, NULL);
}
