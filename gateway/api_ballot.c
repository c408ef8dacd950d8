/*
 * api_ballot.c - POST /v1/proposals/{position}/ballots: a seat's signed vote.
 *
 * As text the body is the signed note itself, as arrondi-keys prints it, and what the
 * entry states beside it is read from the note's own lines; as JSON it is the draft.
 * Either way the rules compare the whole signed text with what it must be.
 */
#include <inttypes.h>

#include "gateway/api_int.h"
#include "keys/encoding.h"
#include "keys/note.h"

/* A note's reference is made of its hash: the same note sent again is the same. */
#define BALLOT_REF_PREFIX     "BALLOT-"
#define BALLOT_REF_HASH_BYTES 12

/* The first word behind "NAME " on the line that begins so; empty where there is none. */
static struct slice line_word(struct slice text, const char *name)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	size_t name_n = strlen(name);

	while (p < end) {
		const uint8_t *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((stop ? stop : end) - p);

		if (n > name_n && memcmp(p, name, name_n) == 0 && p[name_n] == ' ') {
			const uint8_t *word = p + name_n + 1;
			size_t rest = n - name_n - 1;
			const uint8_t *blank = memchr(word, ' ', rest);

			return slice_of(word, blank ? (size_t)(blank - word) : rest);
		}
		p += n + 1;
	}
	return slice_of(NULL, 0);
}

static void ref_make(struct slice note, char ret_ref[REF_BYTES_MAX + 1])
{
	struct hash hash = hash_bytes(note.p, note.n);
	char hex[HEX_CHARS(BALLOT_REF_HASH_BYTES) + 1];

	hex_encode(hash.b, BALLOT_REF_HASH_BYTES, hex);
	for (char *c = hex; *c; c++)
		if (*c >= 'a')
			*c = (char)(*c - 'a' + 'A');
	(void)snprintf(ret_ref, REF_BYTES_MAX + 1, BALLOT_REF_PREFIX "%s", hex);
}

static enum err note_draft(struct api_call *call, struct json *draft, struct fault *fault)
{
	struct slice body = http_request_body(call->request), key, proposal, seat, vote;
	char ref[REF_BYTES_MAX + 1];
	uint64_t position, named;
	struct note note;
	enum err err = note_parse(body, &note, fault);

	if (!err)
		err = call_position(call, 0, &position, fault);
	if (!err)
		err = call_idempotency(call, NULL, &key, fault);
	if (err)
		return err;
	proposal = line_word(note.text, "proposal");
	seat = line_word(note.text, "seat");
	vote = line_word(note.text, "vote");
	if (!proposal.n || !seat.n || !vote.n ||
	    decimal_parse((const char *)proposal.p, proposal.n, &named) != ERR_OK)
		return fault_set(fault, ERR_INVALID, "the note is not a signed ballot");
	if (named != position)
		return fault_set(fault, ERR_INVALID,
				 "the ballot is on another proposal than the address");
	ref_make(body, ref);
	(void)json_add_text(call->doc, draft, "ref", key.n ? key : slice_of_text(ref));
	(void)json_add_integer(call->doc, draft, "proposal", (int64_t)position);
	(void)json_add_text(call->doc, draft, "seat", seat);
	(void)json_add_text(call->doc, draft, "vote", vote);
	(void)json_add_text(call->doc, draft, "note", body);
	return ERR_OK;
}

enum err route_ballot_draft(struct api_call *call, struct ledger *ledger,
			    struct http_reply *reply, struct fault *fault)
{
	const char *type = http_request_content_type(call->request);
	struct json *draft = NULL;
	enum err err;

	if (strcmp(type, "application/json") == 0)
		return route_entry_draft(call, ledger, reply, fault);
	if (strcmp(type, "text/plain") != 0) {
		call_refuse_type(call, reply,
				 "text/plain (the signed note) or "
				 "application/json");
		return ERR_OK;
	}
	err = call_dry_run(call, fault);
	if (err)
		return err;
	call->doc = json_doc_new();
	draft = call->doc ? json_new(call->doc, JSON_OBJECT) : NULL;
	(void)json_add_cstring(call->doc, draft, "kind", "ballot");
	if (!draft)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = note_draft(call, draft, fault);
	return err ? err : draft_submit(call, draft, fault);
}
