/*
 * test_hash.c - SHA-256, RFC 6962 and HMAC against other people's numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <pthread.h>

#include "keys/encoding.h"
#include "keys/hash.h"

static void assert_hash_hex(struct hash hash, const char *hex)
{
	char text[HASH_HEX_CHARS + 1];

	hex_encode(hash.b, HASH_BYTES, text);
	assert_string_equal(text, hex);
}

static void assert_hash_base64(struct hash hash, const char *base64)
{
	char text[HASH_BASE64_CHARS + 1];

	assert_non_null(base64);
	base64_encode(hash.b, HASH_BYTES, text);
	assert_string_equal(text, base64);
}

/* FIPS 180-4's examples. */
static void sha256_agrees_with_the_standard(void **state)
{
	(void)state;
	assert_hash_hex(
		hash_bytes("abc", 3),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_hash_hex(
		hash_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			   56),
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_hash_hex(
		hash_bytes(NULL, 0),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_stream_gives_the_hash_of_its_parts_together(void **state)
{
	uint8_t bytes[300];
	struct hash whole;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7);
	whole = hash_bytes(bytes, sizeof bytes);
	for (size_t cut = 0; cut <= sizeof bytes; cut += 25) {
		struct hash_stream stream, copy;
		struct hash first, second;

		hash_begin(&stream);
		hash_add(&stream, bytes, cut);
		copy = stream;
		hash_add(&stream, bytes + cut, sizeof bytes - cut);
		hash_add(&copy, bytes + cut, sizeof bytes - cut);
		first = hash_end(&stream);
		second = hash_end(&copy);
		assert_true(hash_equal(&first, &whole));
		assert_true(hash_equal(&second, &whole));
	}
}

static void leaves_and_nodes_agree_with_the_vectors(void **state)
{
	json_t *vectors = json_load_file("tests/vectors/tlog.json", 0, NULL);
	json_t *hashes = json_object_get(vectors, "hashes");
	struct hash zero = hash_leaf("0", 1), one = hash_leaf("1", 1);

	(void)state;
	assert_non_null(hashes);
	assert_hash_base64(hash_empty(),
			   json_string_value(json_object_get(hashes, "empty_root")));
	assert_hash_base64(hash_leaf(NULL, 0), json_string_value(json_object_get(
						       hashes, "leaf_of_empty_string")));
	assert_hash_base64(
		hash_node(&zero, &one),
		json_string_value(json_object_get(hashes, "node_of_leaf0_leaf1")));
	assert_false(hash_equal(&zero, &one));
	json_decref(vectors);
}

struct hmac_case {
	const char *key;
	size_t key_n;
	const char *message;
	size_t n;
	const char *sum;
};

/* RFC 4231, test cases 1, 2, 3, 6 and 7. */
static const struct hmac_case HMAC_CASES[] = {
	{ "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
	  "\x0b",
	  20, "Hi There", 8,
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "Jefe", 4, "what do ya want for nothing?", 28,
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ NULL, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ NULL, 131,
	  "This is a test using a larger than block-size key and a larger than "
	  "block-size data. The key needs to be hashed before being used by the HMAC "
	  "algorithm.",
	  152, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};

static void hmac_agrees_with_rfc_4231(void **state)
{
	char long_key[131];

	(void)state;
	memset(long_key, 0xAA, sizeof long_key);
	for (size_t i = 0; i < sizeof HMAC_CASES / sizeof *HMAC_CASES; i++) {
		const struct hmac_case *c = &HMAC_CASES[i];
		const char *key = c->key ? c->key : long_key;
		struct hmac_key prepared;

		assert_hash_hex(hmac_bytes(key, c->key_n, c->message, c->n), c->sum);
		hmac_key_init(&prepared, key, c->key_n);
		assert_hash_hex(hmac_key_sum(&prepared, c->message, c->n), c->sum);
		/* A prepared key is not used up. */
		assert_hash_hex(hmac_key_sum(&prepared, c->message, c->n), c->sum);
		hmac_key_clear(&prepared);
	}
}

/* A key of exactly one block is used as it is, a longer one is hashed; the sums are
 * those of Python's hmac. */
static void a_key_is_hashed_only_past_one_block(void **state)
{
	char key[65];

	(void)state;
	memset(key, 0xAA, sizeof key);
	assert_hash_hex(
		hmac_bytes(key, 64, "block", 5),
		"17fdf183abeadb3f439b70ca7d86f064900bd9e62791d5a5b0e6e3cd8db333b1");
	assert_hash_hex(
		hmac_bytes(key, 65, "block", 5),
		"ebe41bf697b304869f1e5b200dad9a20c294642d8a91318afc0d99e3192500fb");
}

static void an_empty_key_and_message_have_a_sum(void **state)
{
	(void)state;
	assert_hash_hex(
		hmac_bytes(NULL, 0, NULL, 0),
		"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void *hash_many(void *key)
{
	struct hash sum = { 0 };

	for (int i = 0; i < 2000; i++)
		sum = hmac_key_sum(key, sum.b, HASH_BYTES);
	return memcpy(malloc(sizeof sum), &sum, sizeof sum);
}

static void threads_share_a_prepared_key(void **state)
{
	struct hmac_key key;
	pthread_t threads[3];
	void *first = NULL;

	(void)state;
	hmac_key_init(&key, "k", 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_many, &key), 0);
	for (int i = 0; i < 3; i++) {
		void *sum = NULL;

		assert_int_equal(pthread_join(threads[i], &sum), 0);
		if (first) {
			assert_memory_equal(sum, first, HASH_BYTES);
			free(sum);
		} else {
			first = sum;
		}
	}
	free(first);
}

static void random_bytes_differ(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	assert_int_equal(random_bytes(a, sizeof a), ERR_OK);
	assert_int_equal(random_bytes(b, sizeof b), ERR_OK);
	assert_memory_not_equal(a, b, sizeof a);
	assert_int_equal(random_bytes(a, 0), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_agrees_with_the_standard),
		cmocka_unit_test(a_stream_gives_the_hash_of_its_parts_together),
		cmocka_unit_test(leaves_and_nodes_agree_with_the_vectors),
		cmocka_unit_test(hmac_agrees_with_rfc_4231),
		cmocka_unit_test(a_key_is_hashed_only_past_one_block),
		cmocka_unit_test(an_empty_key_and_message_have_a_sum),
		cmocka_unit_test(threads_share_a_prepared_key),
		cmocka_unit_test(random_bytes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
