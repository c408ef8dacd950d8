/*
 * forgery.c - see forgery.h.
 */
#include "tests/forgery.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/audit.h"
#include "tests/archive.h"
#include "tests/exhibit.h"

void forgery_must_be_found(struct world *world, struct slice leaf, const char *rule)
{
	struct archive *archive = archive_new();
	struct world *own = archive->world;
	struct audit_finding finding;
	struct audit_options options = { .without_rows = true, .finding = &finding };
	struct audit *audit = NULL;
	struct vkey vkey;
	struct fault fault;
	enum err err;

	archive->world = world;
	archive_forge(archive, (const char *)leaf.p, leaf.n);
	archive_write(archive);
	free(world->leaves[--world->leaf_count].bytes);
	world->leaves[world->leaf_count] = (struct world_leaf){ .bytes = NULL };
	assert_int_equal(vkey_parse(slice_of_text(world->log_vkey), &vkey, &fault),
			 ERR_OK);
	options.dir = archive->out;
	options.vkeys = &vkey;
	options.n_vkeys = 1;
	err = audit_run(&options, &audit, &fault);
	audit_free(audit);
	if (err && strcmp(finding.rule, rule) == 0)
		exhibit_keep(&options, &finding);
	archive->world = own;
	archive_free(archive);
	if (!err)
		fail_msg("the auditor accepts what rule '%s' should refuse", rule);
	if (strcmp(finding.rule, rule) != 0)
		fail_msg("the auditor finds '%s' instead of '%s': %s", finding.rule, rule,
			 finding.text);
	assert_int_equal(finding.position, world->leaf_count);
}
