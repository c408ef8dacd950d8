/*
 * api_seal.c - the signature that a company sends beside its file.
 *
 * Manifest and salt travel in the request's head, because what is signed is the very
 * bytes of the body, be they CSV or JSON. They are only decoded here: what they say is
 * judged by the books, where a verifier judges it again.
 */
#include "gateway/api_int.h"
#include "gateway/limits.h"
#include "keys/encoding.h"
#include "keys/note.h"

/* NULL for a field that is left out. */
static enum err field_read(const struct api_call *call, const char *name,
			   const char **ret_value, struct fault *fault)
{
	enum err err = http_request_header(call->request, name, ret_value);

	if (err == ERR_NOT_FOUND)
		*ret_value = NULL;
	else if (err)
		return fault_set(fault, ERR_INVALID, "%s is sent once", name);
	return ERR_OK;
}

enum err call_seal(const struct api_call *call, struct api_seal *ret_seal,
		   struct fault *fault)
{
	const char *manifest, *salt;
	size_t n;
	enum err err = field_read(call, "Arrondi-Manifest", &manifest, fault);

	ret_seal->is_given = false;
	if (!err)
		err = field_read(call, "Arrondi-Salt", &salt, fault);
	if (err || (!manifest && !salt))
		return err;
	if (!manifest || !salt)
		return fault_set(fault, ERR_INVALID,
				 "Arrondi-Manifest and Arrondi-Salt are sent together");
	/* Of bytes that are no text no draft could be made. */
	if (base64_decode(manifest, strlen(manifest), ret_seal->note,
			  sizeof ret_seal->note, &n) != ERR_OK ||
	    note_text_check(slice_of(ret_seal->note, n), NULL) != ERR_OK)
		return fault_set(fault, ERR_INVALID,
				 "Arrondi-Manifest must be the base64 of a signed note "
				 "of at most %d bytes",
				 LIMIT_MANIFEST_BYTES);
	if (hex_decode(salt, strlen(salt), ret_seal->seal.salt, BATCH_SALT_BYTES) !=
	    ERR_OK)
		return fault_set(fault, ERR_INVALID,
				 "Arrondi-Salt must be %d lower-case digits of "
				 "hexadecimal",
				 2 * BATCH_SALT_BYTES);
	ret_seal->seal.manifest = slice_of(ret_seal->note, n);
	ret_seal->is_given = true;
	return ERR_OK;
}
