/*
 * audit_older.c - checkpoints that somebody has kept: the log must begin with each.
 *
 * One is signed by the key that was in force at its size, which is known when the
 * entries up to there were read. Of one that is larger than the export all that can be
 * said is whose it is.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "ledger/audit_int.h"
#include "ledger/books_query.h"

static enum err find(struct audit *audit, const char *rule, enum err err,
		     struct fault *fault)
{
	return audit_finds(audit, AUDIT_NO_POSITION, rule, err, fault);
}

static int older_cmp(const void *a, const void *b)
{
	uint64_t left = ((const struct audit_older *)a)->head.size;
	uint64_t right = ((const struct audit_older *)b)->head.size;

	return left < right ? -1 : left > right;
}

static enum err older_refuse(struct audit *audit, size_t number, enum err err,
			     struct fault *fault)
{
	(void)fault_prefix(fault, "older checkpoint %zu", number + 1);
	return find(audit, "older", err, fault);
}

static enum err cut_short(struct audit *audit, const struct audit_older *older,
			  struct fault *fault)
{
	(void)fault_rule(fault, "cut_short",
			 "the export has %" PRIu64 " entries, expected at least "
			 "%" PRIu64 " from older checkpoint %zu",
			 audit->checkpoint.size, older->head.size, older->number + 1);
	return find(audit, "cut_short", ERR_CORRUPT, fault);
}

static enum err older_open(struct audit *audit, size_t number, struct fault *fault)
{
	struct audit_older *older = &audit->older[number];
	struct checkpoint said;
	enum err err;

	older->number = number;
	older->note = audit->options->older[number];
	err = checkpoint_peek(older->note, &said, fault);
	if (err)
		return older_refuse(audit, number, err, fault);
	older->head = checkpoint_head(&said);
	audit->n_older++;
	/* Signed by the key given, it need not wait for the end to be judged. */
	if (said.size > audit->checkpoint.size && !audit->key_believed &&
	    checkpoint_open(older->note, &audit->signers[0].vkey, NULL, 0, NULL, &said,
			    fault) == ERR_OK)
		return cut_short(audit, older, fault);
	return ERR_OK;
}

enum err audit_open_older(struct audit *audit, struct fault *fault)
{
	size_t n = audit->options->n_older;
	enum err err = ERR_OK;

	audit->older = calloc(n + 1, sizeof *audit->older);
	audit->older_sizes = calloc(n + 1, sizeof *audit->older_sizes);
	if (!audit->older || !audit->older_sizes)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !err && i < n; i++)
		err = older_open(audit, i, fault);
	if (err)
		return err;
	qsort(audit->older, n, sizeof *audit->older, older_cmp);
	for (size_t i = 0; i < n; i++)
		audit->older_sizes[i] = audit->older[i].head.size;
	return ERR_OK;
}

static enum err older_compare(struct audit *audit, const struct audit_older *older,
			      struct fault *fault)
{
	struct checkpoint opened;
	struct hash root;
	enum err err = query_checkpoint_open(audit->books, older->note, &opened, fault);

	if (err)
		return older_refuse(audit, older->number, err, fault);
	/* That of no entry has the empty root, or could not be read. */
	if (older->head.size == 0)
		return ERR_OK;
	merkle_frontier_root(&audit->tree.frontier, &root);
	if (hash_equal(&root, &older->head.root))
		return ERR_OK;
	err = audit_roots_differ("older", &root, &older->head.root, older->head.size,
				 "the older checkpoint: history was rewritten", fault);
	return find(audit, "older", err, fault);
}

enum err audit_compare_older(struct audit *audit, struct fault *fault)
{
	uint64_t size = audit->tree.frontier.size;

	for (; audit->next_older < audit->n_older; audit->next_older++) {
		const struct audit_older *older = &audit->older[audit->next_older];
		enum err err;

		/* The key of an empty log is known with its charter. */
		if (older->head.size > size || size == 0)
			return ERR_OK;
		err = older_compare(audit, older, fault);
		if (err)
			return err;
	}
	return ERR_OK;
}

/* Of those that are left the entries were never there to be compared. */
enum err audit_finish_older(struct audit *audit, struct fault *fault)
{
	const struct audit_older *older;
	struct checkpoint opened;

	if (audit->next_older == audit->n_older)
		return ERR_OK;
	older = &audit->older[audit->next_older];
	assert(older->head.size > audit->checkpoint.size);
	for (size_t i = 0; i < audit->n_log_keys; i++) {
		struct vkey vkey;

		if (vkey_parse(slice_of_text(audit->log_keys[i].log.vkey), &vkey,
			       fault) == ERR_OK &&
		    checkpoint_open(older->note, &vkey, NULL, 0, NULL, &opened, fault) ==
			    ERR_OK)
			return cut_short(audit, older, fault);
	}
	(void)fault_set(fault, ERR_UNKNOWN,
			"checkpoint of %" PRIu64
			" entries: signed by no key that this log has had",
			older->head.size);
	return older_refuse(audit, older->number, ERR_UNKNOWN, fault);
}
