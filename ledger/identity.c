/*
 * identity.c - see identity.h.
 */
#include "ledger/identity.h"

#include <string.h>

#include "ledger/batch.h"
#include "ledger/kind.h"

#define FIELD_BYTES_MAX 200
#define HEADER          "reference;name;street;postcode;city;country"

static const char *const field_names[IDENTITY_FIELDS] = {
	"reference", "name", "street", "postcode", "city", "country",
};

/* ---- in the vault ---- */

void identity_write(const struct identity *identity, struct buffer *out)
{
	for (size_t i = 0; i < IDENTITY_FIELDS; i++) {
		buffer_put_slice(out, identity->field[i]);
		buffer_put_byte(out, '\n');
	}
}

enum err identity_read(struct slice bytes, struct identity *ret_identity,
		       struct fault *fault)
{
	const uint8_t *p = bytes.p, *end = bytes.p + bytes.n;

	for (size_t i = 0; i < IDENTITY_FIELDS; i++) {
		const uint8_t *stop = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

		if (!stop)
			return fault_set(fault, ERR_CORRUPT,
					 "an identity in the vault is damaged");
		ret_identity->field[i] = slice_of(p, (size_t)(stop - p));
		p = stop + 1;
	}
	return ERR_OK;
}

bool identity_reference(struct slice *rest, struct slice *ret_reference)
{
	const uint8_t *p = rest->p, *end = rest->p + rest->n, *stop;

	while (p < end && *p == ' ')
		p++;
	for (stop = p; stop < end && *stop != ' ';)
		stop++;
	*ret_reference = slice_of(p, (size_t)(stop - p));
	*rest = slice_of(stop, (size_t)(end - stop));
	return ret_reference->n > 0;
}

/* ---- a line of a file ---- */

/* One field into room, from *p on; *p is behind its `;` or at the end. NULL when right.
 */
static const char *field_take(struct slice *rest, char room[FIELD_BYTES_MAX + 1],
			      struct slice *ret_field)
{
	const uint8_t *p = rest->p, *end = rest->p + rest->n;
	bool quoted = p < end && *p == '"', closed = !quoted;
	size_t n = 0;

	p += quoted;
	for (; p < end && (!closed || *p != ';'); p++) {
		if (quoted && *p == '"' && !closed) {
			if (p + 1 == end || p[1] != '"') {
				closed = true;
				continue;
			}
			p++;
		} else if (*p == '"' || (quoted && closed)) {
			return "a double quote stands alone";
		}
		if (n == FIELD_BYTES_MAX)
			return "a field is longer than 200 bytes";
		room[n++] = (char)*p;
	}
	if (!closed)
		return "a double quote is not closed";
	room[n] = '\0';
	*ret_field = slice_of(room, n);
	*rest = p < end ? slice_of(p + 1, (size_t)(end - p) - 1) : slice_of(NULL, 0);
	return NULL;
}

static bool reference_is_right(struct slice reference)
{
	static const char *const prefixes[] = { "invoice:", "gift:" };

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(prefixes[i]);

		if (reference.n > n && memcmp(reference.p, prefixes[i], n) == 0)
			reference = slice_of(reference.p + n, reference.n - n);
	}
	for (size_t i = 0; i < reference.n; i++)
		if (reference.p[i] < '!' || reference.p[i] > '~')
			return false;
	return reference.n > 0 && reference.n <= BATCH_SUBJECT_BYTES_MAX;
}

static const char *references_problem(struct slice rest)
{
	struct slice reference;
	size_t count = 0;

	while (identity_reference(&rest, &reference)) {
		if (!reference_is_right(reference))
			return "a reference has more than 32 characters, or others than "
			       "letters, digits and signs";
		count++;
	}
	if (!count)
		return "the reference is missing";
	return count > IDENTITY_REFERENCES_MAX ? "it has more than 64 references" : NULL;
}

/* What a label may be, a line of a person's address may. */
static const char *field_problem(enum identity_field field, struct slice text,
				 char room[120])
{
	const struct member *label = kind_member(KIND_charter, slice_of_text("name"));
	const char *problem;

	if (field == IDENTITY_REFERENCE)
		return references_problem(text);
	if (field == IDENTITY_COUNTRY && !text.n)
		return NULL;
	problem = member_text_problem(label, text);
	if (!problem)
		return NULL;
	(void)snprintf(room, 120, "the %s %s", field_names[field], problem);
	return room;
}

struct line_rooms {
	char field[IDENTITY_FIELDS][FIELD_BYTES_MAX + 1];
	char why[120];
};

static const char *line_take(struct slice line, struct line_rooms *rooms,
			     struct identity *ret_identity)
{
	const char *why = NULL;

	for (size_t i = 0; i < IDENTITY_FIELDS && !why; i++) {
		if (i && !line.p)
			return "it has too few fields: " HEADER;
		why = field_take(&line, rooms->field[i], &ret_identity->field[i]);
		if (!why)
			why = field_problem((enum identity_field)i,
					    ret_identity->field[i], rooms->why);
	}
	return !why && line.p ? "it has too many fields: " HEADER : why;
}

/* ---- the file ---- */

static bool line_next(struct slice *rest, struct slice *ret_line)
{
	const uint8_t *stop;

	if (!rest->n)
		return false;
	stop = memchr(rest->p, '\n', rest->n);
	if (!stop)
		stop = rest->p + rest->n;
	*ret_line = slice_of(rest->p, (size_t)(stop - rest->p));
	*rest = slice_of(stop + 1,
			 stop < rest->p + rest->n ? rest->n - ret_line->n - 1 : 0);
	if (ret_line->n && ret_line->p[ret_line->n - 1] == '\r')
		ret_line->n--;
	return true;
}

enum err identity_file_read(struct slice file, const struct identity_reader *reader,
			    size_t *ret_bad, struct fault *fault)
{
	struct line_rooms rooms;
	struct identity identity;
	struct slice line;
	size_t number = 1;
	enum err err = ERR_OK;

	*ret_bad = 0;
	if (file.n >= 3 && memcmp(file.p, "\xef\xbb\xbf", 3) == 0)
		file = slice_of(file.p + 3, file.n - 3);
	if (!line_next(&file, &line) || !slice_equal_text(line, HEADER))
		return fault_set(fault, ERR_INVALID, "the first line is to be '%s'",
				 HEADER);
	while (!err && line_next(&file, &line)) {
		const char *why;

		number++;
		if (!line.n)
			continue;
		why = line_take(line, &rooms, &identity);
		if (why)
			reader->bad(reader->ctx, number, why);
		else
			err = reader->each(reader->ctx, &identity, fault);
		*ret_bad += why != NULL;
	}
	bytes_wipe(&rooms, sizeof rooms);
	return err;
}
