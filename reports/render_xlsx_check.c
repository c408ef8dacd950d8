/*
 * render_xlsx_check.c - see render_xlsx_int.h.
 *
 * The zip format as PKWARE's APPNOTE has it: at the end a record that says where the
 * list of parts is; each entry of the list says how long its part is and where. All
 * numbers are little-endian.
 */
#include "reports/render_xlsx_int.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define END_BYTES       22
#define ENTRY_BYTES     46
#define LOCAL_BYTES     30
#define END_MAGIC       0x06054b50u
#define ENTRY_MAGIC     0x02014b50u
#define LOCAL_MAGIC     0x04034b50u
#define METHOD_DEFLATED 8
#define PART_BYTES_MAX  ((size_t)1 << 30)
#define ROOT_BYTES_MAX  64

static uint32_t number(const uint8_t *at, size_t bytes)
{
	uint32_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | at[bytes];
	return n;
}

static enum err broken(struct fault *fault)
{
	return fault_set(fault, ERR_IO,
			 "the workbook cannot be written whole: is there room for "
			 "temporary files (in TMPDIR, or /tmp)?");
}

/* The bytes of one part, which the caller frees, with a NUL behind them. */
static enum err part_unpack(struct slice packed, size_t bytes, char **ret_text,
			    struct fault *fault)
{
	z_stream stream = { .next_in = (Bytef *)packed.p, .avail_in = (uInt)packed.n };
	char *text = malloc(bytes + 1);
	int status;

	if (!text)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	stream.next_out = (Bytef *)text;
	stream.avail_out = (uInt)bytes;
	/* Below zero: without zlib's own header. */
	status = inflateInit2(&stream, -MAX_WBITS);
	if (status == Z_OK) {
		status = inflate(&stream, Z_FINISH);
		(void)inflateEnd(&stream);
	}
	if (status != Z_STREAM_END || stream.total_out != bytes) {
		free(text);
		return status == Z_MEM_ERROR
			       ? fault_set(fault, ERR_MEMORY, "out of memory")
			       : broken(fault);
	}
	text[bytes] = '\0';
	*ret_text = text;
	return ERR_OK;
}

/* Whether a part ends with "</NAME>" of its first element, behind the declaration. */
static bool part_ends(const char *text, size_t bytes)
{
	char end[ROOT_BYTES_MAX + 4];
	const char *root = strchr(text, '\n');
	size_t n;

	if (!root || root[1] != '<')
		return false;
	root += 2;
	n = strcspn(root, " />");
	if (n == 0 || n > ROOT_BYTES_MAX)
		return false;
	(void)snprintf(end, sizeof end, "</%.*s>", (int)n, root);
	n = strlen(end);
	bytes -= bytes > 0 && text[bytes - 1] == '\n';
	return bytes >= n && memcmp(text + bytes - n, end, n) == 0;
}

static size_t cells_of(const char *text)
{
	size_t cells = 0;

	for (const char *at = strstr(text, "<c r=\""); at; at = strstr(at + 1, "<c r=\""))
		cells++;
	return cells;
}

/* One entry of the list of parts, and the part that it is of. */
static enum err part_check(struct slice zip, const uint8_t *entry, size_t *cells,
			   struct fault *fault)
{
	size_t packed = number(entry + 20, 4), bytes = number(entry + 24, 4);
	size_t local = number(entry + 42, 4), begin;
	struct slice name = slice_of(entry + ENTRY_BYTES, number(entry + 28, 2));
	char *text = NULL;
	enum err err;

	if (number(entry + 10, 2) != METHOD_DEFLATED || bytes > PART_BYTES_MAX ||
	    local + LOCAL_BYTES > zip.n || number(zip.p + local, 4) != LOCAL_MAGIC)
		return broken(fault);
	begin = local + LOCAL_BYTES + number(zip.p + local + 26, 2) +
		number(zip.p + local + 28, 2);
	if (begin > zip.n || packed > zip.n - begin)
		return broken(fault);
	err = part_unpack(slice_of(zip.p + begin, packed), bytes, &text, fault);
	if (err)
		return err;
	if (!part_ends(text, bytes))
		err = broken(fault);
	if (name.n > 13 && memcmp(name.p, "xl/worksheets", 13) == 0)
		*cells += cells_of(text);
	free(text);
	return err;
}

enum err workbook_check(struct slice zip, size_t cells, struct fault *fault)
{
	size_t at, parts, found = 0;
	enum err err = ERR_OK;

	if (zip.n < END_BYTES || number(zip.p + zip.n - END_BYTES, 4) != END_MAGIC)
		return broken(fault);
	parts = number(zip.p + zip.n - END_BYTES + 10, 2);
	at = number(zip.p + zip.n - END_BYTES + 16, 4);
	for (; parts > 0 && !err; parts--) {
		const uint8_t *entry = zip.p + at;

		if (at + ENTRY_BYTES > zip.n || number(entry, 4) != ENTRY_MAGIC)
			return broken(fault);
		at += ENTRY_BYTES + number(entry + 28, 2) + number(entry + 30, 2) +
		      number(entry + 32, 2);
		if (at > zip.n)
			return broken(fault);
		err = part_check(zip, entry, &found, fault);
	}
	if (!err && found != cells)
		err = broken(fault);
	return err;
}
