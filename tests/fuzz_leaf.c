/*
 * fuzz_leaf.c - any bytes as the next leaf of a log, signed with the log's own key: the
 * auditor says of it what the books say, by the same rule.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/audit.h"
#include "tests/archive.h"
#include "tests/fuzz.h"
#include "tests/world_fixed.h"

static struct archive *archive; /* of the smallest world: each run audits it whole */

static void archive_end(void)
{
	archive_free(archive);
}

static void archive_begin(void)
{
	archive = archive_new();
	world_free(archive->world);
	archive->world = world_fixed_new();
	FUZZ_MUST(atexit(archive_end) == 0);
}

static enum err books_say(struct world *world, struct slice leaf, struct fault *ret_fault)
{
	struct world_trial trial;
	enum err err;

	world_try(world, &trial);
	world->fault = (struct fault){ .err = ERR_OK };
	err = world_replay(world, leaf);
	*ret_fault = world->fault;
	world_undo(world, &trial);
	return err;
}

static enum err auditor_says(struct world *world, struct slice leaf,
			     struct audit_finding *ret_finding)
{
	struct vkey vkey = fuzz_vkey(0, WORLD_ORIGIN, VKEY_ED25519);
	struct audit_options options = {
		.vkeys = &vkey, .n_vkeys = 1, .without_rows = true, .finding = ret_finding
	};
	struct world_leaf *forged;
	struct audit *audit = NULL;
	struct fault fault;
	enum err err;

	archive_forge(archive, (const char *)leaf.p, leaf.n);
	archive_write(archive);
	options.dir = archive->out;
	err = audit_run(&options, &audit, &fault);
	audit_free(audit);
	forged = &world->leaves[--world->leaf_count];
	free(forged->bytes);
	*forged = (struct world_leaf){ .bytes = NULL };
	return err;
}

FUZZ_TARGET(leaf)
{
	struct slice leaf = slice_of(bytes, n);
	struct world *world;
	struct audit_finding finding = { .position = 0 };
	struct fault fault;
	enum err books, auditor;

	if (n > ENTRY_BYTES_MAX)
		return 0;
	if (!archive)
		archive_begin();
	world = archive->world;
	books = books_say(world, leaf, &fault);
	auditor = auditor_says(world, leaf, &finding);
	FUZZ_MUST((books == ERR_OK) == (auditor == ERR_OK));
	if (!books)
		return 0;
	FUZZ_MUST(finding.position == world->leaf_count);
	FUZZ_MUST(strcmp(finding.rule, fault.rule[0] ? fault.rule : "entry") == 0);
	return 0;
}
