/*
 * json_writer.h - JSON for answers, written straight into a bounded buffer.
 *
 * The writer puts the commas, the colons and the escapes, so that no answer is
 * ever glued together from text. It is for what the gateway says; entries are
 * canonical JSON and are written by ledger/json.h alone.
 *
 *	json_writer_init(&writer, &reply->body);
 *	json_put_object(&writer, NULL);
 *	json_put_integer(&writer, "position", 41);
 *	json_put_array(&writer, "rows");
 *	json_put_text(&writer, NULL, "one");
 *	json_put_end(&writer);
 *	json_put_end(&writer);
 *	err = json_writer_finish(&writer);
 *
 * Failures stick in the buffer, so only the end has to be looked at.
 */
#ifndef ARRONDI_GATEWAY_JSON_WRITER_H
#define ARRONDI_GATEWAY_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/limits.h"
#include "keys/buffer.h"

struct json_writer {
	struct buffer *out; /* borrowed */
	unsigned depth;
	bool is_object[LIMIT_JSON_DEPTH + 1];
	bool is_filled[LIMIT_JSON_DEPTH + 1]; /* the next value needs a comma */
};

/* Writes one value behind what is in out. */
void json_writer_init(struct json_writer *writer, struct buffer *out);

/* In an object, key is the member's name; in an array and at the top it is NULL.
 * Getting that wrong, nesting past LIMIT_JSON_DEPTH, or a second value at the top is
 * a mistake of ours and is asserted. */
void json_put_object(struct json_writer *writer, const char *key);
void json_put_array(struct json_writer *writer, const char *key);
void json_put_end(struct json_writer *writer); /* of the innermost that is open */
void json_put_integer(struct json_writer *writer, const char *key, int64_t integer);
void json_put_bool(struct json_writer *writer, const char *key, bool truth);
void json_put_null(struct json_writer *writer, const char *key);

/* Text is UTF-8. A byte that is not becomes U+FFFD, so that the answer stays valid
 * whatever it quotes; text NULL is written as null. */
void json_put_text(struct json_writer *writer, const char *key, const char *text);
void json_put_slice(struct json_writer *writer, const char *key, struct slice text);

/* Lower-case hex and standard base64 with padding, of any bytes. */
void json_put_hex(struct json_writer *writer, const char *key, struct slice bytes);
void json_put_base64(struct json_writer *writer, const char *key, struct slice bytes);

/* A value that is JSON already, such as a canonical entry; it is not looked at. */
void json_put_json(struct json_writer *writer, const char *key, struct slice json);

/* All that was opened is closed (asserted). The first failure of the buffer, where it
 * also stays: who looks there need not look here. */
enum err json_writer_finish(const struct json_writer *writer);

#endif
