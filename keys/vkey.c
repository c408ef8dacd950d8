/*
 * vkey.c - a name and its public key, in one line that a person can paste.
 *
 * What must never become false: a struct vkey that this file filled has the ID
 * that its name, type and key give, and a key that identifies somebody.
 */
#include "keys/vkey.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "keys/encoding.h"
#include "keys/hash.h"

#define VKEY_ID_CHARS   8
#define VKEY_BODY_BYTES (1 + PUBLIC_KEY_BYTES) /* type, key */

/* Unicode's property White_Space, above the control bytes. */
static bool character_is_space(uint32_t c)
{
	return c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202F || c == 0x205F || c == 0x3000;
}

bool key_name_valid(struct slice name)
{
	const char *text = (const char *)name.p;

	if (name.n == 0 || !utf8_valid(text, name.n))
		return false;
	for (size_t at = 0; at < name.n;) {
		uint32_t c = utf8_next(text, name.n, &at);

		if (c < 0x20 || c == '+' || character_is_space(c))
			return false;
	}
	return true;
}

enum err key_name_check(const char *name, struct fault *fault)
{
	size_t n = strlen(name);

	if (n == 0 || n > KEY_NAME_BYTES_MAX)
		return fault_set(fault, ERR_INVALID,
				 "a key's name has %zu bytes: give it 1 to %d", n,
				 KEY_NAME_BYTES_MAX);
	for (size_t i = 0; i < n; i++)
		if (name[i] < 0x21 || name[i] > 0x7E || name[i] == '+')
			return fault_set(fault, ERR_INVALID,
					 "byte %zu of a key's name is not allowed: use "
					 "ASCII without spaces and '+'",
					 i + 1);
	return ERR_OK;
}

/* C2SP signed-note v1.0.0: SHA-256(NAME || 0A || type || key), four bytes of it. */
static uint32_t key_id_of(const char *name, const uint8_t body[VKEY_BODY_BYTES])
{
	struct hash_stream stream;
	struct hash hash;

	hash_begin(&stream);
	hash_add(&stream, name, strlen(name));
	hash_add(&stream, "\n", 1);
	hash_add(&stream, body, VKEY_BODY_BYTES);
	hash = hash_end(&stream);
	return u32_get(hash.b);
}

static void vkey_body(const struct vkey *vkey, uint8_t ret_body[VKEY_BODY_BYTES])
{
	ret_body[0] = (uint8_t)vkey->type;
	memcpy(ret_body + 1, vkey->public_key, PUBLIC_KEY_BYTES);
}

/* Fills everything from checked parts. */
static void vkey_fill(struct vkey *vkey, struct slice name, enum vkey_type type,
		      const uint8_t public_key[PUBLIC_KEY_BYTES])
{
	uint8_t body[VKEY_BODY_BYTES];

	assert(name.n <= VKEY_NAME_BYTES_MAX);
	*vkey = (struct vkey){ .type = type };
	memcpy(vkey->name, name.p, name.n);
	memcpy(vkey->public_key, public_key, PUBLIC_KEY_BYTES);
	vkey_body(vkey, body);
	vkey->id = key_id_of(vkey->name, body);
}

static enum err vkey_check_weak(const uint8_t public_key[PUBLIC_KEY_BYTES],
				struct fault *fault)
{
	if (public_key_weak(public_key))
		return fault_set(fault, ERR_INVALID,
				 "the public key is of small order, so that anybody can "
				 "sign for it: generate another");
	return ERR_OK;
}

enum err vkey_make(const char *name, enum vkey_type type,
		   const uint8_t public_key[PUBLIC_KEY_BYTES], struct vkey *ret_vkey,
		   struct fault *fault)
{
	struct slice slice = slice_of_text(name);
	enum err err;

	if (slice.n > VKEY_NAME_BYTES_MAX || !key_name_valid(slice))
		return fault_set(fault, ERR_INVALID,
				 "a key's name is empty, too long, or has a space, '+' "
				 "or control character");
	err = vkey_check_weak(public_key, fault);
	if (err != ERR_OK)
		return err;
	vkey_fill(ret_vkey, slice, type, public_key);
	return ERR_OK;
}

static bool type_from_byte(uint8_t byte, enum vkey_type *ret_type)
{
	if (byte != VKEY_ED25519 && byte != VKEY_COSIGNATURE)
		return false;
	*ret_type = (enum vkey_type)byte;
	return true;
}

/* Splits NAME+ID+BASE64 at the first two '+', because base64 may hold more. */
static bool vkey_split(struct slice text, struct slice *ret_name, struct slice *ret_id,
		       struct slice *ret_base64)
{
	const uint8_t *first = text.n ? memchr(text.p, '+', text.n) : NULL;
	const uint8_t *end = text.p + text.n;
	const uint8_t *second;

	if (!first)
		return false;
	second = memchr(first + 1, '+', (size_t)(end - first - 1));
	if (!second)
		return false;
	*ret_name = slice_of(text.p, (size_t)(first - text.p));
	*ret_id = slice_of(first + 1, (size_t)(second - first - 1));
	*ret_base64 = slice_of(second + 1, (size_t)(end - second - 1));
	return true;
}

enum err vkey_parse(struct slice text, struct vkey *ret_vkey, struct fault *fault)
{
	struct slice name, id, base64;
	uint8_t id_bytes[4], body[VKEY_BODY_BYTES];
	enum vkey_type type;
	struct vkey vkey;
	size_t n = 0;
	enum err err;

	if (!vkey_split(text, &name, &id, &base64) || name.n > VKEY_NAME_BYTES_MAX ||
	    !key_name_valid(name))
		return fault_set(fault, ERR_INVALID,
				 "the vkey is not of the form NAME+ID+KEY");
	if (hex_decode((const char *)id.p, id.n, id_bytes, sizeof id_bytes) != ERR_OK)
		return fault_set(fault, ERR_INVALID,
				 "the vkey's ID is not %d lower-case hexadecimal digits",
				 VKEY_ID_CHARS);
	if (base64_decode((const char *)base64.p, base64.n, body, sizeof body, &n) !=
		    ERR_OK ||
	    n == 0 || !type_from_byte(body[0], &type) || n != VKEY_BODY_BYTES)
		return fault_set(fault, ERR_INVALID,
				 "the vkey's key is not base64 of type 01 or 04 and %d "
				 "bytes",
				 PUBLIC_KEY_BYTES);
	err = vkey_check_weak(body + 1, fault);
	if (err != ERR_OK)
		return err;
	vkey_fill(&vkey, name, type, body + 1);
	if (vkey.id != u32_get(id_bytes))
		return fault_set(fault, ERR_CORRUPT,
				 "the vkey's ID is not that of its name and key: copy it "
				 "again");
	*ret_vkey = vkey;
	return ERR_OK;
}

void vkey_format(const struct vkey *vkey, char ret_text[VKEY_TEXT_BYTES_MAX + 1])
{
	uint8_t body[VKEY_BODY_BYTES];
	char base64[BASE64_CHARS(VKEY_BODY_BYTES) + 1];
	int n;

	vkey_body(vkey, body);
	base64_encode(body, sizeof body, base64);
	n = snprintf(ret_text, VKEY_TEXT_BYTES_MAX + 1, "%s+%08x+%s", vkey->name,
		     vkey->id, base64);
	assert(n > 0 && n <= VKEY_TEXT_BYTES_MAX);
	(void)n;
}

bool vkey_equal(const struct vkey *a, const struct vkey *b)
{
	return a->type == b->type && strcmp(a->name, b->name) == 0 &&
	       memcmp(a->public_key, b->public_key, PUBLIC_KEY_BYTES) == 0;
}
