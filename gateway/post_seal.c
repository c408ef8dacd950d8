/*
 * post_seal.c - a company signs what it posts.
 */
#include "gateway/post_seal.h"

#include "keys/encoding.h"
#include "keys/keyfile.h"
#include "keys/note.h"
#include "ledger/manifest.h"

#define SALT_TEXT_BYTES_MAX 512
#define FIELD_BYTES_MAX     ((size_t)8 * 1024)

void post_seal_init(struct post_seal *seal)
{
	*seal = (struct post_seal){ .is_made = false };
	buffer_init(&seal->note, MANIFEST_NOTE_BYTES_MAX);
	buffer_init(&seal->manifest_field, FIELD_BYTES_MAX);
	buffer_init(&seal->salt_field, FIELD_BYTES_MAX);
}

void post_seal_release(struct post_seal *seal)
{
	buffer_release(&seal->note);
	buffer_release(&seal->manifest_field);
	buffer_release(&seal->salt_field);
}

/* (2) */
static enum err salt_make(const struct post_options *options,
			  const struct keyfile *keyfile,
			  uint8_t ret_salt[BATCH_SALT_BYTES], struct fault *fault)
{
	struct buffer text, note;
	struct hash hash;
	enum err err;

	buffer_init(&text, SALT_TEXT_BYTES_MAX);
	buffer_init(&note, NOTE_BYTES_MAX);
	(void)buffer_printf(
		&text, "arrondi/manifest-salt@v1\norigin %s\ncompany %s\nref %s\n",
		options->vkey.name, keyfile->name, options->word[POST_REFERENCE]);
	err = buffer_check(&text, "the salt's text", fault);
	if (!err)
		err = note_sign(buffer_slice(&text), keyfile->key, keyfile->name, &note,
				fault);
	if (!err) {
		hash = hash_bytes(note.p, note.n);
		memcpy(ret_salt, hash.b, BATCH_SALT_BYTES);
	}
	buffer_release(&text);
	buffer_release_secret(&note);
	return err;
}

static enum err text_make(const struct post_options *options, const struct post_sum *sum,
			  struct slice company, const struct hash *received,
			  struct buffer *out, struct fault *fault)
{
	const char *site = options->word[POST_SITE];
	char hex[HASH_HEX_CHARS + 1];
	struct manifest manifest = {
		.origin = slice_of_text(options->vkey.name),
		.company = company,
		.ref = slice_of_text(options->word[POST_REFERENCE]),
		.date = slice_of_text(options->word[POST_COLLECTED_ON]),
		.period = slice_of_text(options->word[POST_PERIOD]),
		.source = slice_of_text(options->word[POST_SOURCE]),
		.site = slice_of_text(site ? site : ""),
		.terms = slice_of_text(options->word[POST_TERMS]),
		.step = options->step,
		.count = (int64_t)sum->count,
		.zero = (int64_t)sum->zero,
		.is_correction = options->word[POST_CORRECTS] != NULL,
		.corrects = options->corrects,
	};

	hex_encode(received->b, HASH_BYTES, hex);
	manifest.received = slice_of_text(hex);
	manifest_put_head(&manifest, out);
	for (size_t i = 0; i < sum->part_count; i++)
		manifest_put_total(slice_of_text(sum->part[i].fund),
				   slice_of_text(giver_name(sum->part[i].giver)),
				   sum->part[i].amount, out);
	manifest_put_tail(&manifest, out);
	return buffer_check(out, "the manifest", fault);
}

static enum err fields_make(struct post_seal *seal, struct fault *fault)
{
	char hex[HEX_CHARS(BATCH_SALT_BYTES) + 1];
	enum err err;

	hex_encode(seal->salt, sizeof seal->salt, hex);
	(void)buffer_put_text(&seal->manifest_field, "Arrondi-Manifest: ");
	(void)buffer_put_base64(&seal->manifest_field, seal->note.p, seal->note.n);
	(void)buffer_printf(&seal->salt_field, "Arrondi-Salt: %s", hex);
	err = buffer_check(&seal->manifest_field, "the manifest", fault);
	if (!err)
		err = buffer_check(&seal->salt_field, "the salt", fault);
	if (err)
		return err;
	seal->fields[0] = buffer_text(&seal->manifest_field);
	seal->fields[1] = buffer_text(&seal->salt_field);
	return ERR_OK;
}

static enum err key_read(const struct post_options *options, struct keyfile *keyfile,
			 struct fault *fault)
{
	char passphrase[PASSPHRASE_BYTES_MAX + 1];
	const char *file = options->word[POST_PASSPHRASE_FILE];
	enum err err = ERR_OK;

	if (file)
		err = passphrase_read(file, passphrase, fault);
	if (!err)
		err = keyfile_read(options->word[POST_KEY], file ? passphrase : NULL,
				   keyfile, fault);
	bytes_wipe(passphrase, sizeof passphrase);
	return err;
}

enum err post_seal_make(const struct post_options *options, const struct post_sum *sum,
			struct slice body, struct post_seal *seal, struct fault *fault)
{
	struct keyfile keyfile = { .key = NULL };
	struct hash received;
	struct buffer text;
	enum err err = key_read(options, &keyfile, fault);

	buffer_init(&text, MANIFEST_TEXT_BYTES_MAX);
	if (!err)
		err = salt_make(options, &keyfile, seal->salt, fault);
	if (err)
		goto out;
	memcpy(seal->signer, keyfile.name, sizeof seal->signer);
	received = batch_digest(seal->salt, body);
	err = text_make(options, sum, slice_of_text(seal->signer), &received, &text,
			fault);
	if (!err)
		err = note_sign(buffer_slice(&text), keyfile.key, keyfile.name,
				&seal->note, fault);
	if (!err)
		err = fields_make(seal, fault);
	seal->is_made = !err;
out:
	buffer_release(&text);
	keyfile_clear(&keyfile);
	return err;
}
