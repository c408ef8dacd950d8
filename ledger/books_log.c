/*
 * books_log.c - which key signs the log, and under which origin, at each position.
 *
 * The charter names the first key; an amendment gives the same log another key, and a
 * succession another log a key and an origin of its own. A checkpoint of `size` entries
 * is signed by the key that the last of these entries to name one has named, so the log
 * itself leads from the charter's key to the one in force. Every key that was ever one
 * stays known: it cannot come back, under whatever name.
 */
#include "ledger/books_int.h"

static const char *const changes[] = {
	[LOG_FOUNDED] = "charter",
	[LOG_ROTATED] = "amendment",
	[LOG_SUCCEEDED] = "succession",
};

const char *log_change_name(enum log_change change)
{
	return changes[change];
}

static bool log_of_record(const struct state_cursor *cursor, struct log_view *ret_log)
{
	struct record_reader reader = record_reader(cursor->value);
	struct slice change = record_read_text(&reader);

	ret_log->position = strtoull(cursor->key + strlen("log/"), NULL, 10);
	text_copy(ret_log->vkey, sizeof ret_log->vkey, record_read_text(&reader));
	text_copy(ret_log->origin, sizeof ret_log->origin, record_read_text(&reader));
	for (int i = LOG_FOUNDED; i <= LOG_SUCCEEDED; i++)
		if (text_is(change, changes[i])) {
			ret_log->change = (enum log_change)i;
			return true;
		}
	return false;
}

/* The last one before `size` for which `wanted` holds is *ret_log. */
static bool log_last(struct books *books, uint64_t size,
		     bool (*wanted)(const struct log_view *log, const void *ctx),
		     const void *ctx, struct log_view *ret_log)
{
	struct state_cursor cursor;
	bool found = false;

	/* A key changes a few times in the life of a log. */
	for (state_first(books->state, &cursor, "log/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct log_view log;

		if (!log_of_record(&cursor, &log) || log.position >= size)
			break;
		if (wanted(&log, ctx)) {
			*ret_log = log;
			found = true;
		}
	}
	return found;
}

static bool is_any(const struct log_view *log, const void *ctx)
{
	(void)log;
	(void)ctx;
	return true;
}

static bool has_origin(const struct log_view *log, const void *ctx)
{
	return slice_equal_text(*(const struct slice *)ctx, log->origin);
}

static bool has_public_key(const struct log_view *log, const void *ctx)
{
	const struct vkey *vkey = ctx;
	struct vkey other;

	return vkey_parse(slice_of_text(log->vkey), &other, NULL) == ERR_OK &&
	       memcmp(other.public_key, vkey->public_key, sizeof other.public_key) == 0;
}

bool query_log_at(struct books *books, uint64_t size, struct log_view *ret_log)
{
	return log_last(books, size, is_any, NULL, ret_log);
}

bool query_log_before(struct books *books, const struct log_view *log,
		      struct log_view *ret_before)
{
	return log->change == LOG_ROTATED &&
	       query_log_at(books, log->position, ret_before);
}

enum err query_checkpoint_open(struct books *books, struct slice note,
			       struct checkpoint *ret_checkpoint, struct fault *fault)
{
	struct checkpoint said;
	struct log_view log;
	struct vkey vkey;
	enum err err = checkpoint_peek(note, &said, fault);

	if (err)
		return err;
	/* The charter's key signs for the log that has no entry yet, too. */
	if (!query_log_at(books, said.size ? said.size : 1, &log))
		return state_err(books->state)
			       ? fault_set(fault, state_err(books->state),
					   "the books cannot be read")
			       : fault_set(fault, ERR_CORRUPT,
					   "the books name no key of the log: rebuild");
	err = vkey_parse(slice_of_text(log.vkey), &vkey, fault);
	if (!err)
		err = checkpoint_open(note, &vkey, NULL, 0, NULL, ret_checkpoint, fault);
	if (err == ERR_UNKNOWN)
		(void)fault_set(fault, err,
				"checkpoint of %" PRIu64
				" entries: not signed by the log's key in force there, "
				"%s+%08" PRIx32,
				said.size, vkey.name, vkey.id);
	return err;
}

void log_put(struct books *books, struct charter_record *charter, enum log_change change,
	     struct slice vkey, struct slice origin)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(changes[change]));
	record_text(&record, vkey);
	record_text(&record, origin);
	books_put(books, key_of(&key, "log/%016" PRIu64, books->position), &record);
	text_copy(charter->log, sizeof charter->log, vkey);
	text_copy(charter->origin, sizeof charter->origin, origin);
}

bool log_has_origin(struct books *books, struct slice origin)
{
	struct log_view log;

	return log_last(books, UINT64_MAX, has_origin, &origin, &log);
}

enum err log_check_key(struct books *books, struct slice text, struct slice origin,
		       const char *rule, struct fault *fault)
{
	struct log_view log;
	struct vkey vkey;

	if (vkey_parse(text, &vkey, fault) != ERR_OK || vkey.type != VKEY_ED25519)
		return fault_rule(fault, rule,
				  "the log's new key is no key to sign with");
	if (!slice_equal_text(origin, vkey.name))
		return fault_rule(
			fault, rule,
			"the log's new key is named '%s', and not as the origin "
			"'%.*s'",
			vkey.name, SLICE(origin));
	if (log_last(books, UINT64_MAX, has_public_key, &vkey, &log))
		return fault_rule(fault, rule,
				  "the log's new key was one already, from position "
				  "%" PRIu64 " on: make another",
				  log.position);
	return ERR_OK;
}
