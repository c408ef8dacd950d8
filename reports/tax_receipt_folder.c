/*
 * tax_receipt_folder.c - see tax_receipt_folder.h.
 *
 * Where there are many, each processor has a process of its own, which draws the numbers
 * that are its part: what draws pages keeps fonts and more for a whole process, and no
 * two share it. Each tells the first one through a pipe what it has done, in messages
 * that the system does not mix (PIPE_BUF).
 */
#include "reports/tax_receipt_folder.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
#define PARTS_MAX       16
#define PART_RECEIPTS   100 /* fewer are not worth a process */

struct drawing {
	const struct tax_receipt_order *order;
	struct books *books;
	struct tax_receipts_drawn drawn;
	int64_t part, parts; /* the numbers that are drawn here */
	/* After each; done counts those of this part. */
	void (*told)(void *ctx, size_t done);
	void *ctx;
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
	struct hash digest;
	char hex[HASH_HEX_CHARS + 1];
	struct receipt_view receipt;
	enum err err;

	if (copy->number % drawing->parts != drawing->part)
		return ERR_OK;
	digest = hash_bytes(copy->data.p, copy->data.n);
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
	drawing->told(drawing->ctx, drawing->drawn.count + drawing->drawn.voided);
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

static enum err part_draw(struct drawing *drawing, struct fault *fault)
{
	const struct tax_receipt_order *order = drawing->order;
	struct source *source = NULL;
	struct vault *vault = NULL;
	enum err err = vault_open(order->dir, order->key_file, VAULT_READ, &vault, fault);

	if (!err)
		err = source_open(order->dir, &source, fault);
	if (!err) {
		drawing->books = source_books(source);
		err = vault_copy_each(vault, order->year, copy_draw, drawing, fault);
	}
	source_close(source);
	vault_close(vault);
	return err;
}

/* ---- in parts ---- */

/* From a part: one more is done, or it has ended. */
struct message {
	bool has_ended;
	enum err err;
	struct fault fault;
	struct tax_receipts_drawn drawn;
};

static_assert(sizeof(struct message) <= PIPE_BUF, "messages are not mixed");

static void message_send(int fd, const struct message *message)
{
	ssize_t n;

	do
		n = write(fd, message, sizeof *message);
	while (n < 0 && errno == EINTR);
	/* Who does not read any more has ended, and this part with it. */
	if (n != (ssize_t)sizeof *message)
		_exit(1);
}

static void part_tell(void *ctx, size_t done)
{
	static const struct message one_more;

	(void)done;
	message_send(*(int *)ctx, &one_more);
}

static _Noreturn void part_run(const struct tax_receipt_order *order, int64_t part,
			       int64_t parts, int fd)
{
	struct drawing drawing = { .order = order,
				   .part = part,
				   .parts = parts,
				   .told = part_tell,
				   .ctx = &fd };
	struct message end = { .has_ended = true };

	end.err = part_draw(&drawing, &end.fault);
	end.drawn = drawing.drawn;
	message_send(fd, &end);
	_exit(0);
}

struct parts {
	const struct tax_receipt_order *order;
	pid_t pid[PARTS_MAX];
	int64_t count, ended;
	size_t done, all;
	struct tax_receipts_drawn drawn;
	enum err err; /* the first one's */
};

static void message_take(struct parts *parts, const struct message *message,
			 struct fault *fault)
{
	if (!message->has_ended) {
		parts->done++;
		if (parts->order->progress)
			parts->order->progress(parts->order->ctx, parts->done,
					       parts->all);
		return;
	}
	parts->ended++;
	parts->drawn.count += message->drawn.count;
	parts->drawn.voided += message->drawn.voided;
	if (message->err && !parts->err) {
		parts->err = message->err;
		if (fault)
			*fault = message->fault;
	}
}

static void parts_read(struct parts *parts, int fd, struct fault *fault)
{
	struct message message;
	ssize_t n;

	while ((n = read(fd, &message, sizeof message)) != 0) {
		if (n == (ssize_t)sizeof message)
			message_take(parts, &message, fault);
		else if (n >= 0 || errno != EINTR)
			break;
	}
}

static void parts_end(struct parts *parts, struct fault *fault)
{
	for (int64_t i = 0; i < parts->count; i++)
		while (waitpid(parts->pid[i], NULL, 0) < 0 && errno == EINTR)
			;
	if (!parts->err && parts->ended < parts->count)
		parts->err = fault_set(fault, ERR_IO,
				       "a process that was drawing receipts has ended by "
				       "itself: begin again");
}

static enum err parts_draw(struct parts *parts, int64_t wanted, struct fault *fault)
{
	int ends[2];

	if (pipe(ends) != 0)
		return fault_set(fault, ERR_IO, "a pipe could not be made: %s",
				 strerror(errno));
	for (; parts->count < wanted; parts->count++) {
		pid_t pid = fork();

		if (pid == 0) {
			(void)close(ends[0]);
			part_run(parts->order, parts->count, wanted, ends[1]);
		}
		if (pid < 0) {
			parts->err = fault_set(fault, ERR_IO,
					       "a process could not be started: %s",
					       strerror(errno));
			break;
		}
		parts->pid[parts->count] = pid;
	}
	(void)close(ends[1]); /* theirs are the others */
	parts_read(parts, ends[0], fault);
	(void)close(ends[0]);
	parts_end(parts, fault);
	return parts->err;
}

/* ---- the whole ---- */

static void whole_tell(void *ctx, size_t done)
{
	struct parts *parts = ctx;

	if (parts->order->progress)
		parts->order->progress(parts->order->ctx, done, parts->all);
}

/* Those of the year, for who shows how far it is; and that both can be opened, before
 * anything is made. */
static enum err all_count(const struct tax_receipt_order *order, size_t *ret_all,
			  struct fault *fault)
{
	struct source *source = NULL;
	struct vault *vault = NULL;
	enum err err = vault_open(order->dir, order->key_file, VAULT_READ, &vault, fault);

	if (!err)
		err = source_open(order->dir, &source, fault);
	if (!err)
		*ret_all = count_of(source_books(source), order->year);
	source_close(source);
	vault_close(vault);
	return err;
}

static int64_t parts_wanted(size_t all)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t parts = (int64_t)(all / PART_RECEIPTS);

	if (parts > processors)
		parts = processors;
	return parts > PARTS_MAX ? PARTS_MAX : parts;
}

enum err tax_receipts_draw(const struct tax_receipt_order *order,
			   struct tax_receipts_drawn *ret_drawn, struct fault *fault)
{
	struct parts parts = { .order = order };
	struct drawing drawing = {
		.order = order, .parts = 1, .told = whole_tell, .ctx = &parts
	};
	int64_t wanted;
	enum err err = all_count(order, &parts.all, fault);

	if (!err)
		err = folder_make(order->out, fault);
	wanted = parts_wanted(parts.all);
	if (!err && wanted > 1)
		err = parts_draw(&parts, wanted, fault);
	else if (!err)
		err = part_draw(&drawing, fault);
	*ret_drawn = wanted > 1 ? parts.drawn : drawing.drawn;
	return err;
}
