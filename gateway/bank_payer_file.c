/*
 * bank_payer_file.c - whose account an IBAN is.
 */
#include "gateway/bank_payer_file.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/bank_format.h"
#include "gateway/bank_value.h"
#include "keys/buffer.h"
#include "keys/cli.h"

#define LINE_BYTES_MAX   256
#define FILE_BYTES_MAX   ((size_t)BANK_PAYERS_MAX * LINE_BYTES_MAX)
#define PAYERS_BYTES_MAX ((size_t)BANK_PAYERS_MAX * sizeof(struct bank_payer))

/* "IBAN MEMBER": the member is behind the last blank, an IBAN may have some. */
static enum err line_parse(struct slice line, struct bank_payer *ret_payer,
			   struct fault *fault)
{
	struct bank_payer payer = { .iban = "" };
	size_t at = line.n, n;
	enum err err;

	while (at > 0 && line.p[at - 1] != ' ' && line.p[at - 1] != '\t')
		at--;
	n = line.n - at;
	if (at == 0 || n >= BANK_MEMBER_BYTES)
		return fault_set(fault, ERR_INVALID, "a payer is an IBAN and a member");
	err = iban_parse(bank_trim(slice_of(line.p, at)), payer.iban, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	bank_id_copy(slice_of(line.p + at, n), payer.member, BANK_MEMBER_BYTES);
	if (payer.member[0] == '\0')
		return fault_set(fault, ERR_INVALID, "a payer is an IBAN and a member");
	*ret_payer = payer;
	return ERR_OK;
}

static enum err add(struct buffer *payers, const struct bank_payer *payer,
		    struct fault *fault)
{
	const struct bank_payer *all = (const struct bank_payer *)(const void *)payers->p;
	enum err err;

	for (size_t i = 0; i < payers->n / sizeof *payer; i++)
		if (strcmp(all[i].iban, payer->iban) == 0)
			return fault_set(fault, ERR_INVALID, "this account stands twice");
	err = buffer_put(payers, payer, sizeof *payer);
	return err ? fault_set(fault, err, "there are more than %d payers",
			       BANK_PAYERS_MAX)
		   : ERR_OK;
}

static enum err text_parse(struct slice text, struct buffer *payers, struct fault *fault)
{
	for (size_t number = 1; text.n > 0; number++) {
		const uint8_t *lf = memchr(text.p, '\n', text.n);
		struct slice line = slice_of(text.p, lf ? (size_t)(lf - text.p) : text.n);
		struct bank_payer payer;
		enum err err = ERR_OK;

		text = lf ? slice_of(lf + 1, text.n - line.n - 1) : slice_of(NULL, 0);
		line = bank_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		err = line_parse(line, &payer, fault);
		if (!err)
			err = add(payers, &payer, fault);
		if (err) {
			if (fault)
				fault->err = err;
			return fault_prefix(fault, "line %zu", number);
		}
	}
	return ERR_OK;
}

enum err bank_payer_file_read(const char *path, struct bank_payer **ret_payers,
			      size_t *ret_count, struct fault *fault)
{
	struct buffer text, payers; /* of payers what malloc() gave is handed on */
	enum err err;

	buffer_init(&text, FILE_BYTES_MAX);
	buffer_init(&payers, PAYERS_BYTES_MAX);
	err = cli_read_file(path, FILE_BYTES_MAX, &text, fault);
	if (!err && text_parse(buffer_slice(&text), &payers, fault))
		err = fault_prefix(fault, "file '%s'", path);
	buffer_release(&text);
	if (err) {
		buffer_release(&payers);
		return err;
	}
	*ret_count = payers.n / sizeof **ret_payers;
	*ret_payers = (struct bank_payer *)(void *)payers.p;
	return ERR_OK;
}
