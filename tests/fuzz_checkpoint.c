/*
 * fuzz_checkpoint.c - checkpoints, signed and not (ledger/checkpoint.h), and the file
 * of the highest head (ledger/head_file.h).
 */
#include <string.h>

#include "ledger/checkpoint.h"
#include "ledger/head_file.h"
#include "tests/fuzz.h"

static void text_check(struct slice in)
{
	struct checkpoint checkpoint, again;
	struct buffer out;

	if (checkpoint_parse(in, &checkpoint, NULL) != ERR_OK)
		return;
	buffer_init(&out, CHECKPOINT_TEXT_BYTES_MAX);
	/* Others may have names that we do not give, and lines that we do not write. */
	if (checkpoint_format(&checkpoint, &out, NULL) == ERR_OK) {
		FUZZ_MUST(out.n <= in.n && memcmp(out.p, in.p, out.n) == 0);
		FUZZ_MUST(checkpoint_parse(buffer_slice(&out), &again, NULL) == ERR_OK);
		FUZZ_MUST(strcmp(again.origin, checkpoint.origin) == 0);
		FUZZ_MUST(again.size == checkpoint.size);
		FUZZ_MUST(hash_equal(&again.root, &checkpoint.root));
	}
	buffer_release(&out);
}

static void note_check(struct slice in)
{
	struct vkey log = fuzz_vkey(0, FUZZ_ORIGIN, VKEY_ED25519);
	struct vkey witness = fuzz_vkey(2, "witness", VKEY_COSIGNATURE);
	struct checkpoint peeked, opened;
	struct note_signer signer;
	struct fault fault;
	enum err err = checkpoint_open(in, &log, &witness, 1, &signer, &opened, &fault);

	fuzz_must_be_said(err, &fault);
	if (checkpoint_peek(in, &peeked, NULL) != ERR_OK)
		FUZZ_MUST(err != ERR_OK);
	if (err)
		return;
	FUZZ_MUST(strcmp(opened.origin, FUZZ_ORIGIN) == 0);
	FUZZ_MUST(opened.size == peeked.size && opened.size <= MERKLE_SIZE_MAX);
}

static void head_check(struct slice in)
{
	struct head_file *file = NULL;
	struct merkle_head head, again;
	const char *path = fuzz_file(in);

	if (head_file_open(path, &file, NULL) == ERR_OK &&
	    head_file_read(file, &head, NULL) == ERR_OK) {
		FUZZ_MUST(head_file_raise(file, &head, NULL) == ERR_OK);
		FUZZ_MUST(head_file_read(file, &again, NULL) == ERR_OK);
		FUZZ_MUST(memcmp(&head, &again, sizeof head) == 0);
	}
	head_file_close(file);
}

FUZZ_TARGET(checkpoint)
{
	struct slice in = slice_of(bytes, n);

	text_check(in);
	note_check(in);
	head_check(in);
	return 0;
}
