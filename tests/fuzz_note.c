/*
 * fuzz_note.c - signed notes (keys/note.h), and what is signed here can be opened.
 */
#include "keys/note.h"
#include "tests/fuzz.h"

#define KEYS 3

static void signed_check(struct slice text)
{
	struct vkey vkey = fuzz_vkey(0, FUZZ_ORIGIN, VKEY_ED25519);
	struct buffer note;
	struct slice opened;

	if (note_text_check(text, NULL) != ERR_OK)
		return;
	buffer_init(&note, NOTE_BYTES_MAX);
	if (note_sign(text, fuzz_key(0), FUZZ_ORIGIN, &note, NULL) == ERR_OK) {
		FUZZ_MUST(note_open(buffer_slice(&note), &vkey, &opened, NULL) == ERR_OK);
		FUZZ_MUST(slice_equal(opened, text));
		/* Another text is not what was signed. */
		note.p[text.n / 2] ^= 1;
		FUZZ_MUST(note_open(buffer_slice(&note), &vkey, &opened, NULL) != ERR_OK);
	}
	buffer_release(&note);
}

static void parsed_check(const struct note *note, struct slice in)
{
	struct vkey keys[KEYS] = { fuzz_vkey(0, FUZZ_ORIGIN, VKEY_ED25519),
				   fuzz_vkey(1, "siege-1", VKEY_ED25519),
				   fuzz_vkey(2, "witness", VKEY_COSIGNATURE) };
	struct note_signer signers[KEYS];
	bool any = false;

	FUZZ_MUST(note->signature_count >= 1);
	FUZZ_MUST(note->text.p == in.p && note->text.n < in.n);
	FUZZ_MUST(note_text_check(note->text, NULL) == ERR_OK);
	if (note_verify(note, keys, KEYS, signers, NULL) != ERR_OK)
		return;
	for (int i = 0; i < KEYS; i++)
		any |= signers[i].verified;
	FUZZ_MUST(any);
}

FUZZ_TARGET(note)
{
	static struct note note;
	struct slice in = slice_of(bytes, n);
	struct fault fault;
	enum err err;

	err = note_parse(in, &note, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err)
		parsed_check(&note, in);
	signed_check(in);
	return 0;
}
