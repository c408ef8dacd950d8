/*
 * test_hook_sign.c - Standard Webhooks that we send are those that we take:
 * gateway/hook_sign.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/hook_sign.h"
#include "tests/hook_rig.h"

#define NOW   INT64_C(1800000000)
#define BODY  "{\"object\":\"event\"}"
#define KEY24 "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"

static struct fault fault;

/* Made by another program: as in test_hook_verify.c. */
static void a_message_is_signed_as_the_standard_says(void **state)
{
	struct slice secret = slice_of_text(KEY24);
	struct hook_signature made;

	(void)state;
	assert_int_equal(
		hook_sign(&secret, 1, "msg_1", NOW, slice_of_text(BODY), &made, &fault),
		ERR_OK);
	assert_string_equal(made.fields[0], "webhook-id: msg_1");
	assert_string_equal(made.fields[1], "webhook-timestamp: 1800000000");
	assert_string_equal(made.fields[2],
			    "webhook-signature: "
			    "v1,Q4vzfg8JXTDnyZ0tRPj4oP35ZtR7yL7UaXplJcZpPc4=");
	assert_null(made.fields[3]);
}

static void either_secret_verifies_while_one_replaces_the_other(void **state)
{
	char fresh[HOOK_SIGN_SECRET_CHARS + 1], other[HOOK_SIGN_SECRET_CHARS + 1];
	struct hook_signature made;
	struct slice secrets[2];
	struct hook_rig rig;

	(void)state;
	assert_int_equal(hook_secret_new(fresh, &fault), ERR_OK);
	assert_int_equal(hook_secret_new(other, &fault), ERR_OK);
	assert_int_equal(strlen(fresh), HOOK_SIGN_SECRET_CHARS);
	assert_string_not_equal(fresh, other);
	secrets[0] = slice_of_text(KEY24);
	secrets[1] = slice_of_text(fresh);
	assert_int_equal(
		hook_sign(secrets, 2, "msg_2", NOW, slice_of_text(BODY), &made, &fault),
		ERR_OK);
	hook_rig_init(&rig, "standard", HOOK_LIVE);
	rig.endpoint.secret_count = 1;
	for (size_t i = 0; i < 2; i++) {
		rig.endpoint.secret[0] = secrets[i];
		assert_int_equal(hook_endpoint_check(&rig.endpoint, &fault), ERR_OK);
		hook_rig_answers(&rig, made.fields, BODY, NOW + 300, "200");
		hook_rig_answers(&rig, made.fields, BODY " ", NOW,
				 "400 no signature in the head signs this body");
	}
	rig.endpoint.secret[0] = slice_of_text(other);
	hook_rig_answers(&rig, made.fields, BODY, NOW,
			 "400 no signature in the head signs this body");
}

static void assert_not_signed(const char *secret, size_t count, const char *id,
			      enum err err, const char *sentence)
{
	struct slice secrets[3] = { slice_of_text(secret), slice_of_text(secret),
				    slice_of_text(secret) };
	struct hook_signature made;

	assert_int_equal(
		hook_sign(secrets, count, id, NOW, slice_of_text(BODY), &made, &fault),
		err);
	assert_string_equal(fault.text, sentence);
}

static void what_could_not_be_verified_is_not_sent(void **state)
{
	const char *no_secret = "a secret is not whsec_ with 24 to 64 bytes in base64";
	const char *no_id = "that is no message's id";

	(void)state;
	assert_not_signed("", 1, "msg_1", ERR_USAGE, no_secret);
	assert_not_signed("whsec_", 1, "msg_1", ERR_USAGE, no_secret);
	assert_not_signed("whsec_c2hvcnQ=", 1, "msg_1", ERR_USAGE, no_secret);
	assert_not_signed("whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", 1, "msg_1",
			  ERR_USAGE, no_secret);
	assert_not_signed(KEY24, 0, "msg_1", ERR_USAGE, "1 to 2 secrets sign a message");
	assert_not_signed(KEY24, 3, "msg_1", ERR_USAGE, "1 to 2 secrets sign a message");
	assert_not_signed(KEY24, 1, "msg.1", ERR_INVALID, no_id);
	assert_not_signed(KEY24, 1, "msg\r\nx: y", ERR_INVALID, no_id);
	assert_not_signed(KEY24, 1, "", ERR_INVALID, no_id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_signed_as_the_standard_says),
		cmocka_unit_test(either_secret_verifies_while_one_replaces_the_other),
		cmocka_unit_test(what_could_not_be_verified_is_not_sent),
	};

	return cmocka_run_group_tests_name("hook_sign", tests, NULL, NULL);
}
