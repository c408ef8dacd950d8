/*
 * audit.c - one run of the verifier, from its options to what it has seen.
 *
 * What must never become false: audit_run() gives an audit only when every
 * check of audit.h was made and passed.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger/audit_ahead.h"
#include "ledger/audit_int.h"

/* Whether the export is to blame. */
static bool is_finding(enum err err)
{
	switch (err) {
	case ERR_INVALID:
	case ERR_RULE:
	case ERR_CONFLICT:
	case ERR_UNKNOWN:
	case ERR_DENIED:
	case ERR_NOT_FOUND:
	case ERR_TOO_BIG:
	case ERR_CORRUPT:
		return true;
	case ERR_OK:
	case ERR_USAGE:
	case ERR_BUSY:
	case ERR_IO:
	case ERR_MEMORY:
		return false;
	case ERR__COUNT:
		break;
	}
	abort();
}

enum err audit_finds(struct audit *audit, uint64_t position, const char *rule,
		     enum err err, struct fault *fault)
{
	struct audit_finding *finding = &audit->finding;

	if (!is_finding(err))
		return err;
	if (finding->rule[0] != '\0')
		return err; /* already one, on its way out */
	if (err == ERR_NOT_FOUND) {
		err = ERR_CORRUPT;
		rule = "file";
	}
	/* Only fault_rule() sets a rule; other errors come with an empty one. */
	if (fault->rule[0] == '\0')
		(void)snprintf(fault->rule, sizeof fault->rule, "%s", rule);
	fault->err = err;
	finding->position = position;
	memcpy(finding->rule, fault->rule, sizeof finding->rule);
	memcpy(finding->text, fault->text, sizeof finding->text);
	if (position != AUDIT_NO_POSITION)
		(void)fault_prefix(fault, "entry %" PRIu64, position);
	return err;
}

/* ---- the run ---- */

static enum err options_check(const struct audit_options *options, struct fault *fault)
{
	if (options->n_vkeys > 1 + AUDIT_COSIGNERS_MAX)
		return fault_set(fault, ERR_USAGE, "more than %d cosigners",
				 AUDIT_COSIGNERS_MAX);
	if (options->n_older > AUDIT_OLDER_MAX)
		return fault_set(fault, ERR_USAGE, "more than %d older checkpoints",
				 AUDIT_OLDER_MAX);
	if (options->threads > AUDIT_THREADS_MAX)
		return fault_set(fault, ERR_USAGE, "more than %d threads",
				 AUDIT_THREADS_MAX);
	return ERR_OK;
}

static enum err root_at(void *ctx, uint64_t size, struct hash *ret_root,
			struct fault *fault)
{
	struct audit *audit = ctx;

	return audit_tree_root_at(&audit->tree, size, ret_root, fault);
}

static enum err books_open(struct audit *audit, const char *temp_dir, struct fault *fault)
{
	struct books_hooks hooks = { .ctx = audit, .root_at = root_at };
	enum err err = state_file_open(temp_dir, &audit->state_file, fault);

	if (err)
		return err;

	struct state_backing backing = state_file_backing(audit->state_file);

	audit->state = state_new(&backing);
	audit->books = audit->state ? books_new(audit->state, &hooks) : NULL;
	return audit->books ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");
}

static struct audit *audit_new(const struct audit_options *options)
{
	const char *temp_dir = options->temp_dir ? options->temp_dir : "/tmp";
	struct audit *audit = calloc(1, sizeof *audit);

	if (!audit)
		return NULL;
	audit->options = options;
	audit->without_rows = options->without_rows;
	audit->folder.fd = -1;
	audit->finding.position = AUDIT_NO_POSITION;
	audit_tree_init(&audit->tree, &audit->folder);
	buffer_init(&audit->bundle, TILE_BUNDLE_BYTES_MAX);
	buffer_init(&audit->note, NOTE_BYTES_MAX);
	audit_rows_init(&audit->rows);
	audit_rows_init(&audit->old_rows);
	audit_claims_init(&audit->claims, temp_dir);
	audit->doc = json_doc_new();
	if (!audit->doc || books_open(audit, temp_dir, NULL)) {
		audit_free(audit);
		return NULL;
	}
	return audit;
}

void audit_free(struct audit *audit)
{
	if (!audit)
		return;
	audit_ahead_free(audit->ahead);
	books_free(audit->books);
	state_free(audit->state);
	state_file_free(audit->state_file);
	json_doc_free(audit->doc);
	audit_claims_release(&audit->claims);
	audit_rows_release(&audit->rows);
	audit_rows_release(&audit->old_rows);
	buffer_release(&audit->bundle);
	buffer_release(&audit->note);
	free(audit->log_keys);
	audit_tree_release(&audit->tree);
	audit_folder_close(&audit->folder);
	free(audit->older);
	free(audit->older_sizes);
	free(audit);
}

static enum err run_begin(struct audit *audit, struct fault *fault)
{
	enum err err = audit_folder_open(audit->options->dir, &audit->folder, fault);

	if (!err)
		err = audit_open_checkpoint(audit, fault);
	if (!err)
		err = audit_open_older(audit, fault);
	if (err)
		return err;
	err = audit_folder_walk(&audit->folder, audit->checkpoint.size,
				&audit->rows_files, fault);
	if (err)
		return audit_finds(audit, AUDIT_NO_POSITION, "file", err, fault);
	if (audit->options->threads == AUDIT_THREADS_MAX && !audit->without_rows)
		err = audit_ahead_new(&audit->folder, &audit->ahead, fault);
	return err;
}

static enum err run_end(struct audit *audit, struct fault *fault)
{
	enum err err = audit_tree_finish(&audit->tree, fault);

	if (err)
		return audit_finds(audit, AUDIT_NO_POSITION, "tile", err, fault);
	err = audit_compare_root(audit, fault);
	if (!err)
		err = audit_check_keys(audit, fault);
	if (!err)
		err = audit_finish_older(audit, fault);
	if (!err)
		err = audit_rows_all_met(audit, fault);
	return err;
}

enum err audit_run(const struct audit_options *options, struct audit **ret_audit,
		   struct fault *fault)
{
	struct fault own = { .err = ERR_OK };
	struct audit *audit = NULL;
	enum err err = options_check(options, &own);

	if (options->finding)
		*options->finding = (struct audit_finding){ AUDIT_NO_POSITION, "", "" };
	if (!err && !(audit = audit_new(options)))
		err = fault_set(&own, ERR_MEMORY, "out of memory");
	if (!err)
		err = run_begin(audit, &own);
	if (!err)
		err = audit_entries_run(audit, &own);
	if (!err)
		err = run_end(audit, &own);
	if (err) {
		if (audit && options->finding)
			*options->finding = audit->finding;
		audit_free(audit);
		if (fault)
			*fault = own;
		return err;
	}
	assert(audit->next_older == audit->n_older);
	audit->options = NULL;
	*ret_audit = audit;
	return ERR_OK;
}

/* ---- what was verified ---- */

const struct checkpoint *audit_checkpoint(const struct audit *audit)
{
	return &audit->checkpoint;
}

const struct audit_counts *audit_counts(const struct audit *audit)
{
	return &audit->counts;
}

uint64_t audit_counts_batches(const struct audit_counts *counts)
{
	return counts->entries[KIND_batch] + counts->entries[KIND_correction];
}

bool audit_without_rows(const struct audit *audit)
{
	return audit->without_rows;
}

bool audit_key_believed(const struct audit *audit)
{
	return audit->key_believed;
}

const struct audit_signer *audit_signers(const struct audit *audit, size_t *ret_count)
{
	*ret_count = audit->n_signers;
	return audit->signers;
}

const uint64_t *audit_older_sizes(const struct audit *audit, size_t *ret_count)
{
	*ret_count = audit->n_older;
	return audit->older_sizes;
}

int64_t audit_last_at_s(const struct audit *audit)
{
	return audit->last_at_s;
}

struct books *audit_books(struct audit *audit)
{
	return audit->books;
}

enum err audit_books_err(const struct audit *audit, struct fault *fault)
{
	const struct fault *file = state_file_fault(audit->state_file);
	enum err err = file->err ? file->err : state_err(audit->state);

	if (file->err && fault)
		*fault = *file;
	else if (err)
		(void)fault_set(fault, err, "the books could not be read whole");
	return err;
}
