/*
 * xml_reader.c - XML of strangers, in pieces, with bounds.
 *
 * Expat keeps a token that has not ended yet and looks at it anew with each piece; so
 * how long one may be bounds both its memory and its time.
 */
#include "gateway/xml_reader.h"

#include <assert.h>
#include <stdlib.h>

#include <expat.h>

#include "gateway/limits.h"
#include "keys/buffer.h"

/* Between a namespace and a name; no namespace may hold it. */
#define SEPARATOR '\n'

/* Expat's lengths are int, and a piece that is too long would be one token's. */
#define PIECE_BYTES_MAX ((size_t)16 * 1024)

struct xml_reader {
	XML_Parser parser;
	const struct xml_events *events;
	void *who;
	struct buffer text;
	unsigned depth;
	bool keep;
	uint64_t fed_bytes;
	struct fault fault; /* what stopped it; ERR_OK as long as nothing did */
};

static void stop(struct xml_reader *reader, enum err err)
{
	assert(err && reader->fault.err == err);
	(void)XML_StopParser(reader->parser, XML_FALSE);
}

/* Of a handler that expat still calls after it was stopped. */
static bool stopped(const struct xml_reader *reader)
{
	return reader->fault.err != ERR_OK;
}

static void on_begin(void *data, const XML_Char *name, const XML_Char **attributes)
{
	static const char none[] = "";
	struct xml_reader *reader = data;
	const char *between = strchr(name, SEPARATOR);
	char space[LIMIT_XML_SPACE_BYTES + 1];
	bool keep = false;
	enum err err;

	if (stopped(reader))
		return;
	if (++reader->depth > LIMIT_XML_DEPTH) {
		stop(reader,
		     fault_set(&reader->fault, ERR_TOO_BIG,
			       "there are more than %d elements inside each other",
			       LIMIT_XML_DEPTH));
		return;
	}
	if (between && (size_t)(between - name) > LIMIT_XML_SPACE_BYTES) {
		stop(reader, fault_set(&reader->fault, ERR_TOO_BIG,
				       "a namespace has more than %d bytes",
				       LIMIT_XML_SPACE_BYTES));
		return;
	}
	if (between)
		snprintf(space, sizeof space, "%.*s", (int)(between - name), name);
	buffer_clear(&reader->text);
	err = reader->events->begin(reader->who, between ? space : none,
				    between ? between + 1 : name, attributes, &keep,
				    &reader->fault);
	reader->keep = keep;
	if (err)
		stop(reader, err);
}

static void on_end(void *data, const XML_Char *name)
{
	struct xml_reader *reader = data;
	enum err err;

	(void)name;
	if (stopped(reader))
		return;
	reader->depth--;
	err = reader->events->end(reader->who, buffer_slice(&reader->text),
				  &reader->fault);
	buffer_clear(&reader->text);
	reader->keep = false; /* what follows is the parent's, which has elements */
	if (err)
		stop(reader, err);
}

static void on_text(void *data, const XML_Char *text, int n)
{
	struct xml_reader *reader = data;
	enum err err;

	if (stopped(reader) || !reader->keep)
		return;
	err = buffer_put(&reader->text, text, (size_t)n);
	if (err == ERR_TOO_BIG)
		stop(reader,
		     fault_set(&reader->fault, err, "a text has more than %d bytes",
			       LIMIT_XML_TEXT_BYTES));
	else if (err)
		stop(reader, fault_set(&reader->fault, err, "out of memory"));
}

static void on_doctype(void *data, const XML_Char *name, const XML_Char *system_id,
		       const XML_Char *public_id, int has_internal)
{
	struct xml_reader *reader = data;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal;
	if (!stopped(reader))
		stop(reader, fault_set(&reader->fault, ERR_INVALID,
				       "a document type declaration stands there, which "
				       "no bank file has"));
}

enum err xml_reader_new(const struct xml_events *events, void *who,
			struct xml_reader **ret_reader, struct fault *fault)
{
	struct xml_reader *reader = calloc(1, sizeof *reader);

	if (!reader)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	buffer_init(&reader->text, LIMIT_XML_TEXT_BYTES);
	reader->events = events;
	reader->who = who;
	reader->parser = XML_ParserCreateNS(NULL, SEPARATOR);
	if (!reader->parser) {
		xml_reader_free(reader);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_begin, on_end);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
	*ret_reader = reader;
	return ERR_OK;
}

/* Where expat is, it says, and what it says of itself is in words of its own. */
static enum err name_line(struct xml_reader *reader, enum XML_Error error)
{
	unsigned long line = XML_GetCurrentLineNumber(reader->parser);

	if (error == XML_ERROR_NO_MEMORY)
		return fault_set(&reader->fault, ERR_MEMORY, "out of memory");
	if (!stopped(reader))
		(void)fault_set(&reader->fault, ERR_INVALID,
				"it is not well-formed XML (%s)", XML_ErrorString(error));
	return fault_prefix(&reader->fault, "line %lu", line);
}

static enum err feed_piece(struct xml_reader *reader, const uint8_t *bytes, size_t n,
			   bool last)
{
	XML_Index at;

	reader->fed_bytes += n;
	if (XML_Parse(reader->parser, (const char *)bytes, (int)n, last) ==
	    XML_STATUS_ERROR)
		return name_line(reader, XML_GetErrorCode(reader->parser));
	at = XML_GetCurrentByteIndex(reader->parser);
	if (last || at < 0 || reader->fed_bytes - (uint64_t)at <= LIMIT_XML_TOKEN_BYTES)
		return ERR_OK;
	(void)fault_set(&reader->fault, ERR_TOO_BIG,
			"a tag or a text has more than %d bytes", LIMIT_XML_TOKEN_BYTES);
	return name_line(reader, XML_ERROR_NONE);
}

enum err xml_reader_feed(struct xml_reader *reader, struct slice bytes, bool last,
			 struct fault *fault)
{
	enum err err = reader->fault.err;

	while (!err && bytes.n > PIECE_BYTES_MAX) {
		err = feed_piece(reader, bytes.p, PIECE_BYTES_MAX, false);
		bytes = slice_of(bytes.p + PIECE_BYTES_MAX, bytes.n - PIECE_BYTES_MAX);
	}
	if (!err)
		err = feed_piece(reader, bytes.p, bytes.n, last);
	if (err && fault)
		*fault = reader->fault;
	return err;
}

void xml_reader_free(struct xml_reader *reader)
{
	if (!reader)
		return;
	if (reader->parser)
		XML_ParserFree(reader->parser);
	buffer_release(&reader->text);
	free(reader);
}

const char *xml_attribute(const char **attributes, const char *name)
{
	for (size_t i = 0; attributes[i]; i += 2)
		if (strcmp(attributes[i], name) == 0)
			return attributes[i + 1];
	return NULL;
}
