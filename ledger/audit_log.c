/*
 * audit_log.c - the keys that the log has had, and which of them have signed.
 *
 * The log itself leads from the charter's key to the one in force, by amendments and
 * successions that were voted or consented to; the rules have judged each when it was
 * applied. The checkpoint must be signed by the key in force at its size. A key before
 * it may sign beside it, so that who only has that one can go on for a while; alone it
 * proves nothing any more.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "ledger/audit_int.h"

static enum err keys_read(struct audit *audit, struct fault *fault)
{
	struct log_view log = { .position = UINT64_MAX };
	size_t n = 0;

	while (query_log_at(audit->books, log.position, &log))
		n++;
	audit->log_keys = calloc(n + 1, sizeof *audit->log_keys);
	if (!audit->log_keys)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	audit->n_log_keys = n;
	log.position = UINT64_MAX;
	while (query_log_at(audit->books, log.position, &log))
		audit->log_keys[--n].log = log;
	return ERR_OK;
}

/* The one in force must have signed; a line of another of this origin, where there is
 * one, must be good. */
static enum err signatures_check(struct audit *audit, struct fault *fault)
{
	struct audit_log_key *last = &audit->log_keys[audit->n_log_keys - 1];
	struct slice note = buffer_slice(&audit->note);
	struct checkpoint opened;

	for (size_t i = 0; i < audit->n_log_keys; i++) {
		struct audit_log_key *key = &audit->log_keys[i];
		struct vkey vkey;
		enum err err = vkey_parse(slice_of_text(key->log.vkey), &vkey, fault);

		if (err)
			return err;
		if (strcmp(key->log.origin, last->log.origin) != 0)
			continue;
		err = checkpoint_open(note, &vkey, NULL, 0, NULL, &opened, fault);
		key->has_signed = !err;
		if (err && (err != ERR_UNKNOWN || key == last))
			break;
		if (key == last)
			audit->signers[0].vkey = vkey;
	}
	if (last->has_signed)
		return ERR_OK;
	if (fault->err == ERR_UNKNOWN)
		(void)fault_set(fault, ERR_UNKNOWN,
				"checkpoint of %" PRIu64
				" entries: not signed by the log's key since entry "
				"%" PRIu64 ", %s",
				audit->checkpoint.size, last->log.position,
				last->log.vkey);
	return audit_finds(audit, AUDIT_NO_POSITION, "checkpoint", fault->err, fault);
}

/* The key given is one that the log names. */
static enum err given_check(struct audit *audit, struct fault *fault)
{
	char given[VKEY_TEXT_BYTES_MAX + 1];
	const struct audit_log_key *keys = audit->log_keys;
	size_t n = audit->n_log_keys;

	if (audit->key_believed)
		return ERR_OK;
	vkey_format(&audit->signers[0].vkey, given);
	audit->key_is_older = strcmp(keys[n - 1].log.vkey, given) != 0;
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i].log.vkey, given) == 0)
			return ERR_OK;
	(void)fault_rule(fault, "key", "the charter's log key is %s, expected %s%s",
			 keys[0].log.vkey, given,
			 n > 1 ? ", which no later entry names either" : "");
	return audit_finds(audit, 0, "key", ERR_RULE, fault);
}

enum err audit_check_keys(struct audit *audit, struct fault *fault)
{
	enum err err = keys_read(audit, fault);

	if (!err)
		err = given_check(audit, fault);
	return err ? err : signatures_check(audit, fault);
}

const struct audit_log_key *audit_log_keys(const struct audit *audit, size_t *ret_count)
{
	*ret_count = audit->n_log_keys;
	return audit->log_keys;
}

bool audit_key_is_older(const struct audit *audit)
{
	return audit->key_is_older;
}
