/*
 * note.c - signed notes: the one form in which anything is signed here.
 *
 * Parsing settles the form of the whole note before a key is looked at; verifying
 * then works on slices whose form is known. Both refuse rather than repair.
 */
#include "keys/note.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "keys/encoding.h"

/* U+2014 and a space in front of each signature line. */
static const char LINE_PREFIX[] = "\xE2\x80\x94 ";
#define LINE_PREFIX_BYTES (sizeof LINE_PREFIX - 1)

#define KEY_ID_BYTES      4
#define PLAIN_BYTES       (KEY_ID_BYTES + SIGNATURE_BYTES)
#define COSIGNATURE_BYTES (KEY_ID_BYTES + 8 + SIGNATURE_BYTES)
/* "cosignature/v1\ntime " and a decimal and LF, with room. */
#define COSIGNED_HEAD_BYTES_MAX 64

/* Valid UTF-8 without control bytes but LF, within the bound. */
static enum err note_characters_check(struct slice bytes, struct fault *fault)
{
	if (bytes.n > NOTE_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG, "a note is past %d bytes",
				 NOTE_BYTES_MAX);
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] < 0x20 && bytes.p[i] != '\n')
			return fault_set(fault, ERR_INVALID,
					 "a note has a control character at byte %zu",
					 i + 1);
	if (!utf8_valid((const char *)bytes.p, bytes.n))
		return fault_set(fault, ERR_INVALID, "a note is not valid UTF-8");
	return ERR_OK;
}

enum err note_text_check(struct slice text, struct fault *fault)
{
	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return fault_set(fault, ERR_INVALID,
				 "a note's text does not end in a line feed");
	return note_characters_check(text, fault);
}

/* Cuts bytes at the last LF LF: the text keeps the first of the two. */
static bool note_split(struct slice bytes, struct slice *ret_text,
		       struct slice *ret_lines)
{
	for (size_t i = bytes.n; i >= 2; i--) {
		if (bytes.p[i - 1] != '\n' || bytes.p[i - 2] != '\n')
			continue;
		*ret_text = slice_of(bytes.p, i - 1);
		*ret_lines = slice_of(bytes.p + i, bytes.n - i);
		return true;
	}
	return false;
}

/* One signature line, with its LF. */
static bool line_parse(struct slice line, struct note_signature *ret_signature)
{
	struct note_signature signature = { .line = line };
	const uint8_t *start = line.p + LINE_PREFIX_BYTES;
	const uint8_t *end = line.p + line.n - 1;
	const uint8_t *space;
	uint8_t first[6]; /* the eight characters that hold the key ID */
	size_t n = 0;

	if (line.n <= LINE_PREFIX_BYTES ||
	    memcmp(line.p, LINE_PREFIX, LINE_PREFIX_BYTES) != 0)
		return false;
	space = memchr(start, ' ', (size_t)(end - start));
	if (!space)
		return false;
	signature.name = slice_of(start, (size_t)(space - start));
	signature.base64 = slice_of(space + 1, (size_t)(end - space - 1));
	if (!key_name_valid(signature.name))
		return false;
	if (base64_decode((const char *)signature.base64.p, signature.base64.n, NULL,
			  SIZE_MAX, &n) != ERR_OK ||
	    n <= KEY_ID_BYTES)
		return false;
	if (base64_decode((const char *)signature.base64.p, 8, first, sizeof first, &n) !=
	    ERR_OK)
		return false;
	signature.key_id = u32_get(first);
	*ret_signature = signature;
	return true;
}

/* The lines after the empty one: each a signature line, the last with its LF. */
static enum err note_lines_parse(struct slice lines, struct note *note,
				 struct fault *fault)
{
	while (lines.n > 0) {
		const uint8_t *lf = memchr(lines.p, '\n', lines.n);
		struct slice line;

		if (note->signature_count == NOTE_SIGNATURES_MAX)
			return fault_set(fault, ERR_TOO_BIG,
					 "a note has more than %d signature lines",
					 NOTE_SIGNATURES_MAX);
		if (!lf)
			return fault_set(fault, ERR_INVALID,
					 "a note does not end in a line feed");
		line = slice_of(lines.p, (size_t)(lf - lines.p) + 1);
		if (!line_parse(line, &note->signatures[note->signature_count]))
			return fault_set(fault, ERR_INVALID,
					 "signature line %zu of a note is malformed",
					 note->signature_count + 1);
		note->signature_count++;
		lines = slice_of(lines.p + line.n, lines.n - line.n);
	}
	return ERR_OK;
}

enum err note_parse(struct slice bytes, struct note *ret_note, struct fault *fault)
{
	struct note note;
	struct slice lines;
	enum err err = note_characters_check(bytes, fault);

	if (err != ERR_OK)
		return err;
	note.signature_count = 0;
	if (!note_split(bytes, &note.text, &lines) || lines.n == 0)
		return fault_set(fault, ERR_INVALID,
				 "a note has no signature lines after an empty line");
	err = note_lines_parse(lines, &note, fault);
	if (err != ERR_OK)
		return err;
	assert(note.signature_count > 0);
	ret_note->text = note.text;
	ret_note->signature_count = note.signature_count;
	memcpy(ret_note->signatures, note.signatures,
	       note.signature_count * sizeof *note.signatures);
	return ERR_OK;
}

static bool signature_is_of(const struct note_signature *signature,
			    const struct vkey *key)
{
	return signature->key_id == key->id &&
	       slice_equal_text(signature->name, key->name);
}

/* Decodes a known key's line; false unless it has exactly n bytes. */
static bool signature_decode(const struct note_signature *signature, uint8_t *ret_bytes,
			     size_t n)
{
	size_t decoded = 0;

	return base64_decode((const char *)signature->base64.p, signature->base64.n,
			     ret_bytes, n, &decoded) == ERR_OK &&
	       decoded == n;
}

static enum err plain_verify(struct slice text, const struct note_signature *signature,
			     const struct vkey *key)
{
	uint8_t bytes[PLAIN_BYTES];

	if (!signature_decode(signature, bytes, sizeof bytes))
		return ERR_CORRUPT;
	return signature_verify(key->public_key, text, bytes + KEY_ID_BYTES);
}

/* C2SP tlog-cosignature v1.0.1: what is signed is the time, then the whole text. */
static enum err cosignature_verify(struct slice text,
				   const struct note_signature *signature,
				   const struct vkey *key, uint64_t *ret_time_s)
{
	uint8_t bytes[COSIGNATURE_BYTES];
	struct buffer message;
	uint64_t time_s;
	enum err err;

	if (!signature_decode(signature, bytes, sizeof bytes))
		return ERR_CORRUPT;
	time_s = u64_get(bytes + KEY_ID_BYTES);
	if (time_s > INT64_MAX)
		return ERR_CORRUPT;
	buffer_init(&message, NOTE_BYTES_MAX + COSIGNED_HEAD_BYTES_MAX);
	buffer_printf(&message, "cosignature/v1\ntime %" PRIu64 "\n", time_s);
	buffer_put_slice(&message, text);
	err = buffer_err(&message);
	if (err == ERR_OK)
		err = signature_verify(key->public_key, buffer_slice(&message),
				       bytes + KEY_ID_BYTES + 8);
	buffer_release(&message);
	if (err == ERR_OK)
		*ret_time_s = time_s;
	return err;
}

/* *ret_time_s is 0 unless the key cosigns. */
static enum err line_verify(struct slice text, const struct note_signature *signature,
			    const struct vkey *key, uint64_t *ret_time_s)
{
	switch (key->type) {
	case VKEY_ED25519:
		*ret_time_s = 0;
		return plain_verify(text, signature, key);
	case VKEY_COSIGNATURE:
		return cosignature_verify(text, signature, key, ret_time_s);
	}
	abort();
}

/* The known key of a line, or NULL. The same key may be listed twice; two different
 * keys of one name and ID would make it a matter of order which is asked. */
static enum err line_find_key(const struct note_signature *signature,
			      const struct vkey *keys, size_t key_count,
			      const struct vkey **ret_key, struct fault *fault)
{
	const struct vkey *found = NULL;

	for (size_t i = 0; i < key_count; i++) {
		if (!signature_is_of(signature, &keys[i]))
			continue;
		if (found && !vkey_equal(found, &keys[i]))
			return fault_set(fault, ERR_INVALID,
					 "two known keys share the name '%s' and ID %08x",
					 found->name, found->id);
		found = &keys[i];
	}
	*ret_key = found;
	return ERR_OK;
}

/* What came of a note's lines, side by side with them. */
struct line_outcome {
	bool known; /* and verified, or note_verify() has returned */
	uint64_t time_s;
};

static void signers_fill(const struct note *note, const struct line_outcome *outcomes,
			 const struct vkey *keys, size_t key_count,
			 struct note_signer *signers)
{
	for (size_t k = 0; k < key_count; k++) {
		signers[k] = (struct note_signer){ 0 };
		for (size_t i = 0; i < note->signature_count; i++) {
			if (!outcomes[i].known ||
			    !signature_is_of(&note->signatures[i], &keys[k]))
				continue;
			signers[k].verified = true;
			if (outcomes[i].time_s > signers[k].cosigned_at_s)
				signers[k].cosigned_at_s = outcomes[i].time_s;
		}
	}
}

enum err note_verify(const struct note *note, const struct vkey *keys, size_t key_count,
		     struct note_signer *ret_signers, struct fault *fault)
{
	struct line_outcome outcomes[NOTE_SIGNATURES_MAX] = { 0 };
	size_t known_count = 0;

	for (size_t i = 0; i < note->signature_count; i++) {
		const struct note_signature *signature = &note->signatures[i];
		const struct vkey *key = NULL;
		enum err err = line_find_key(signature, keys, key_count, &key, fault);

		if (err != ERR_OK)
			return err;
		if (!key)
			continue;
		err = line_verify(note->text, signature, key, &outcomes[i].time_s);
		if (err == ERR_MEMORY)
			return fault_set(fault, err, "a signature: out of memory");
		if (err != ERR_OK)
			return fault_set(
				fault, ERR_CORRUPT,
				"the signature of '%s' on a note does not verify",
				key->name);
		outcomes[i].known = true;
		known_count++;
	}
	if (known_count == 0)
		return fault_set(fault, ERR_UNKNOWN, "no known key has signed a note");
	if (ret_signers)
		signers_fill(note, outcomes, keys, key_count, ret_signers);
	return ERR_OK;
}

enum err note_open(struct slice bytes, const struct vkey *key, struct slice *ret_text,
		   struct fault *fault)
{
	struct note note;
	enum err err = note_parse(bytes, &note, fault);

	if (err != ERR_OK)
		return err;
	err = note_verify(&note, key, 1, NULL, fault);
	if (err == ERR_OK)
		*ret_text = note.text;
	return err;
}

enum err note_sign_line(struct slice text, const struct signing_key *key,
			const char *name, struct buffer *out, struct fault *fault)
{
	uint8_t public_key[PUBLIC_KEY_BYTES], bytes[PLAIN_BYTES];
	size_t n_before = out->n;
	struct vkey vkey;
	enum err err = buffer_check(out, "a note", fault);

	if (err != ERR_OK)
		return err;
	err = note_text_check(text, fault);
	if (err != ERR_OK)
		return err;
	err = key_name_check(name, fault);
	if (err != ERR_OK)
		return err;
	signing_key_public(key, public_key);
	err = vkey_make(name, VKEY_ED25519, public_key, &vkey, fault);
	if (err != ERR_OK)
		return err;
	u32_put(bytes, vkey.id);
	err = signing_key_sign(key, text, bytes + KEY_ID_BYTES, fault);
	if (err != ERR_OK)
		return err;
	buffer_printf(out, "%s%s ", LINE_PREFIX, name);
	buffer_put_base64(out, bytes, sizeof bytes);
	buffer_put_byte(out, '\n');
	err = buffer_check(out, "a note", fault);
	if (err != ERR_OK)
		buffer_cut(out, n_before);
	return err;
}

enum err note_sign(struct slice text, const struct signing_key *key, const char *name,
		   struct buffer *out, struct fault *fault)
{
	size_t n_before = out->n;
	enum err err = buffer_check(out, "a note", fault);

	if (err != ERR_OK)
		return err;
	buffer_put_slice(out, text);
	buffer_put_byte(out, '\n');
	err = buffer_check(out, "a note", fault);
	if (err == ERR_OK)
		err = note_sign_line(text, key, name, out, fault);
	if (err != ERR_OK)
		buffer_cut(out, n_before);
	return err;
}
