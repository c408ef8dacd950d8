/*
 * spool.c - see spool.h.
 */
#include "reports/spool.h"

#include <stdlib.h>

#define SPOOL_ONE_PUT_MAX ((size_t)64 << 20) /* a voucher of very many lines */

enum err spool_open(struct spool *spool, struct fault *fault)
{
	const char *dir = getenv("TMPDIR");

	buffer_init(&spool->text, SPOOL_BYTES + SPOOL_ONE_PUT_MAX);
	spool->sent = 0;
	return scratch_open(dir && *dir ? dir : "/tmp", "a report", &spool->file, fault);
}

void spool_close(struct spool *spool)
{
	buffer_release(&spool->text);
	scratch_close(&spool->file);
}

static enum err spool_send(struct spool *spool, struct fault *fault)
{
	enum err err = buffer_check(&spool->text, "the report", fault);

	if (!err)
		err = scratch_write(&spool->file, spool->sent, spool->text.p,
				    spool->text.n, fault);
	if (err)
		return err;
	spool->sent += spool->text.n;
	buffer_clear(&spool->text);
	return ERR_OK;
}

enum err spool_drain(struct spool *spool, struct fault *fault)
{
	if (spool->text.n < SPOOL_BYTES && buffer_err(&spool->text) == ERR_OK)
		return ERR_OK;
	return spool_send(spool, fault);
}

uint64_t spool_bytes(const struct spool *spool)
{
	return spool->sent + spool->text.n;
}

enum err spool_each(struct spool *spool,
		    enum err (*put)(void *ctx, struct slice part, struct fault *fault),
		    void *ctx, struct fault *fault)
{
	uint8_t *part = malloc(SPOOL_BYTES);
	enum err err = part ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");

	for (uint64_t at = 0; !err && at < spool->sent;) {
		uint64_t left = spool->sent - at;
		size_t n = left < SPOOL_BYTES ? (size_t)left : SPOOL_BYTES;

		err = scratch_read(&spool->file, at, part, n, fault);
		if (!err)
			err = put(ctx, slice_of(part, n), fault);
		at += n;
	}
	free(part);
	if (!err)
		err = buffer_check(&spool->text, "the report", fault);
	if (!err && spool->text.n)
		err = put(ctx, buffer_slice(&spool->text), fault);
	return err;
}

static enum err append_part(void *ctx, struct slice part, struct fault *fault)
{
	struct spool *spool = ctx;

	buffer_put_slice(&spool->text, part);
	return spool_drain(spool, fault);
}

enum err spool_append(struct spool *spool, struct spool *from, struct fault *fault)
{
	return spool_each(from, append_part, spool, fault);
}
