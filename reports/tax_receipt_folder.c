/*
 * tax_receipt_folder.c - see tax_receipt_folder.h.
 */
#include "reports/tax_receipt_folder.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/encoding.h"
#include "keys/file.h"
#include "ledger/books_query_receipt.h"
#include "ledger/vault.h"
#include "reports/qr.h"
#include "reports/render.h"
#include "reports/source.h"
#include "reports/tax_receipt.h"

#define FILE_MODE       0600 /* a name and an address are on it */
#define PATH_BYTES      4096
#define DRAWN_BYTES_MAX ((size_t)16 << 20)

struct drawing {
	const struct tax_receipt_order *order;
	struct books *books;
	struct tax_receipts_drawn drawn;
	size_t all;
};

static enum err path_of(const struct drawing *drawing, const struct vault_copy *copy,
			const char *end, char ret_path[PATH_BYTES], struct fault *fault)
{
	int n = snprintf(ret_path, PATH_BYTES, "%s/recu-%" PRId64 "-%06" PRId64 ".%s",
			 drawing->order->out, copy->year, copy->number, end);

	return n > 0 && n < PATH_BYTES
		       ? ERR_OK
		       : fault_set(fault, ERR_TOO_BIG, "the folder's path is too long");
}

static enum err write_one(const struct drawing *drawing, const struct vault_copy *copy,
			  const char *end, struct slice bytes, struct fault *fault)
{
	char path[PATH_BYTES];
	enum err err = path_of(drawing, copy, end, path, fault);

	return err ? err : file_write(path, bytes, FILE_MODE, fault);
}

/* Of its own, for who lays receipts out otherwise. */
static enum err draw_code(const struct drawing *drawing, const struct vault_copy *copy,
			  struct fault *fault)
{
	char text[TAX_RECEIPT_PROOF_BYTES];
	struct buffer svg;
	struct qr qr;
	enum err err = tax_receipt_proof(copy->data, text, fault);

	buffer_init(&svg, DRAWN_BYTES_MAX);
	if (!err)
		err = qr_make(text, &qr, fault);
	if (!err)
		err = qr_svg(&qr, text, &svg, fault);
	if (!err)
		err = write_one(drawing, copy, "svg", buffer_slice(&svg), fault);
	buffer_release(&svg);
	return err;
}

static enum err draw_one(const struct drawing *drawing, const struct vault_copy *copy,
			 struct fault *fault)
{
	enum format format = drawing->order->format;
	const char *end = format == FORMAT_TEXT ? "txt" : format_name(format);
	struct document doc;
	struct buffer out;
	enum err err = tax_receipt_draw(copy->data, &doc, fault);

	buffer_init(&out, DRAWN_BYTES_MAX);
	if (!err)
		err = render(&doc, format, &out, fault);
	document_release(&doc);
	if (!err)
		err = draw_code(drawing, copy, fault);
	/* Its data have the name that a JSON form would have. */
	if (!err)
		err = write_one(drawing, copy, format == FORMAT_JSON ? "form.json" : end,
				buffer_slice(&out), fault);
	if (!err)
		err = write_one(drawing, copy, "json", copy->data, fault);
	buffer_release_secret(&out);
	return err;
}

/* Who drew it before it was void must not hand it out. */
static enum err remove_one(const struct drawing *drawing, const struct vault_copy *copy,
			   struct fault *fault)
{
	static const char *const ends[] = { "json", "form.json", "txt",  "pdf",
					    "html", "csv",       "xlsx", "svg" };
	char path[PATH_BYTES];
	enum err err = ERR_OK;

	for (size_t i = 0; i < sizeof ends / sizeof *ends && !err; i++) {
		err = path_of(drawing, copy, ends[i], path, fault);
		if (!err && unlink(path) != 0 && errno != ENOENT)
			err = fault_set(fault, ERR_IO, "'%s' cannot be removed: %s", path,
					strerror(errno));
	}
	return err;
}

static enum err copy_draw(void *ctx, const struct vault_copy *copy, struct fault *fault)
{
	struct drawing *drawing = ctx;
	const struct tax_receipt_order *order = drawing->order;
	struct hash digest = hash_bytes(copy->data.p, copy->data.n);
	char hex[HASH_HEX_CHARS + 1];
	struct receipt_view receipt;
	enum err err;

	hex_encode(digest.b, sizeof digest.b, hex);
	if (!query_receipt(drawing->books, copy->number, &receipt) ||
	    strcmp(receipt.digest, hex) != 0)
		return fault_set(fault, ERR_CORRUPT,
				 "receipt %" PRId64
				 " of the vault is not the one that the log has: they "
				 "are of two ledgers, or one is older than the other",
				 copy->number);
	err = receipt.voided ? remove_one(drawing, copy, fault)
			     : draw_one(drawing, copy, fault);
	if (err)
		return err;
	drawing->drawn.voided += receipt.voided != 0;
	drawing->drawn.count += receipt.voided == 0;
	if (order->progress)
		order->progress(order->ctx, drawing->drawn.count + drawing->drawn.voided,
				drawing->all);
	return ERR_OK;
}

static enum err folder_make(const char *path, struct fault *fault)
{
	struct stat status;

	if (mkdir(path, 0700) == 0)
		return ERR_OK;
	if (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return ERR_OK;
	return fault_set(fault, ERR_IO, "folder '%s' cannot be made: %s", path,
			 strerror(errno));
}

/* Those of the year, for who shows how far it is. */
static size_t count_of(struct books *books, int64_t year)
{
	int64_t last = query_receipt_count(books);
	struct receipt_view receipt;
	size_t count = 0;

	for (int64_t number = 1; number <= last; number++)
		count += query_receipt(books, number, &receipt) && receipt.year == year;
	return count;
}

enum err tax_receipts_draw(const struct tax_receipt_order *order,
			   struct tax_receipts_drawn *ret_drawn, struct fault *fault)
{
	struct drawing drawing = { .order = order };
	struct source *source = NULL;
	struct vault *vault = NULL;
	enum err err = vault_open(order->dir, order->key_file, VAULT_READ, &vault, fault);

	if (!err)
		err = source_open(order->dir, &source, fault);
	if (!err)
		err = folder_make(order->out, fault);
	if (!err) {
		drawing.books = source_books(source);
		drawing.all = count_of(drawing.books, order->year);
		err = vault_copy_each(vault, order->year, copy_draw, &drawing, fault);
	}
	source_close(source);
	vault_close(vault);
	*ret_drawn = drawing.drawn;
	return err;
}
