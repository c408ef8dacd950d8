/*
 * verify_main.c - arrondi-verify: the auditor's program.
 *
 * It reads an export and nothing else: no database, no network, no clock. It
 * links libcrypto alone, so that what has to be trusted can be read in an
 * afternoon. Two runs on one export print the same bytes.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/buffer.h"
#include "keys/cli.h"
#include "keys/encoding.h"
#include "keys/note.h"
#include "keys/version.h"
#include "keys/vkey.h"
#include "ledger/audit.h"
#include "ledger/audit_continues.h"
#include "ledger/audit_summary.h"
#include "ledger/proof.h"

#define PROGRAM "arrondi-verify"

#define PROOF_FILES_MAX      64
#define CHECKPOINT_FILES_MAX 64
#define VKEYS_MAX            (1 + AUDIT_COSIGNERS_MAX)
#define SUMMARY_BYTES_MAX    ((size_t)64 << 20)

static const char HELP[] =
	"usage: " PROGRAM
	" OUT --vkey VKEY [--vkey COSIGNER ...] [--checkpoint FILE ...]\n"
	"                      [--proof FILE ...] [--json] [--threads N]\n"
	"       " PROGRAM
	" OLD NEW --vkey OLDKEY [--vkey NEWKEY] [--json] [--threads N]\n"
	"\n"
	"Verifies an export OUT of a ledger, offline: signature, every hash, every "
	"rule,\n"
	"every row, no unexpected file. Prints the balances that follow from it, and "
	"what\n"
	"no hash can prove. Of two exports, that NEW continues OLD (a new host, a "
	"restored\n"
	"backup), and which of OLD's entries it lacks.\n"
	"\n"
	"  --vkey VKEY        the log's key in force, or an older one that still signs "
	"beside\n"
	"                     it; then those of cosigners, who must all have\n"
	"                     signed. Get them from somebody else than the operator\n"
	"  --checkpoint FILE  a checkpoint that you kept: the log must begin with it\n"
	"  --proof FILE       a proof of an entry or of a row that you were given\n"
	"  --json             print one JSON document; amounts are cents\n"
	"  --threads N        1, or 2 (the default) to read rows ahead\n"
	"  --help             print this and exit\n"
	"  --version          print the version and exit\n"
	"\n"
	"A temporary file is made in TMPDIR, or /tmp, and has no name.\n"
	"\n"
	"exit status: 0 verified, 1 the export is at fault (or NEW lacks entries of "
	"OLD),\n"
	"2 usage or I/O\n";

struct options {
	const char *dir;
	const char *successor; /* NEW, or NULL */
	const char *vkeys[VKEYS_MAX];
	size_t n_vkeys;
	const char *checkpoints[CHECKPOINT_FILES_MAX];
	size_t n_checkpoints;
	const char *proofs[PROOF_FILES_MAX];
	size_t n_proofs;
	unsigned threads;
	bool json, help, version;
};

/* The letters are only names inside this file: no short option is accepted. */
static const struct option OPTIONS[] = {
	{ "vkey", required_argument, NULL, 'v' },
	{ "checkpoint", required_argument, NULL, 'c' },
	{ "proof", required_argument, NULL, 'p' },
	{ "threads", required_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* ---- options ---- */

static int repeat_add(const char **values, size_t *n, size_t max, const char *name)
{
	if (*n == max)
		return cli_usage(PROGRAM, "'--%s' is given more than %zu times", name,
				 max);
	values[(*n)++] = optarg;
	return CLI_DONE;
}

static int threads_parse(struct options *options)
{
	if (strcmp(optarg, "1") != 0 && strcmp(optarg, "2") != 0)
		return cli_usage(PROGRAM, "'--threads' must be 1 or 2");
	options->threads = optarg[0] == '1' ? 1 : 2;
	return CLI_DONE;
}

static int option_store(struct options *options, int letter)
{
	switch (letter) {
	case 'v':
		return repeat_add(options->vkeys, &options->n_vkeys, VKEYS_MAX, "vkey");
	case 'c':
		return repeat_add(options->checkpoints, &options->n_checkpoints,
				  CHECKPOINT_FILES_MAX, "checkpoint");
	case 'p':
		return repeat_add(options->proofs, &options->n_proofs, PROOF_FILES_MAX,
				  "proof");
	case 't':
		return threads_parse(options);
	case 'j':
		options->json = true;
		return CLI_DONE;
	case 'h':
		options->help = true;
		return CLI_DONE;
	case 'V':
		options->version = true;
		return CLI_DONE;
	}
	abort();
}

static int options_complete(struct options *options, int argc, char **argv)
{
	if (options->help || options->version)
		return CLI_DONE;
	if (optind != argc - 1 && optind != argc - 2)
		return cli_usage(PROGRAM,
				 "name one export, or an old one and the new one "
				 "that continues it");
	if (optind == argc - 2)
		options->successor = argv[optind + 1];
	if (options->successor &&
	    (options->n_checkpoints || options->n_proofs || options->n_vkeys > 2))
		return cli_usage(PROGRAM,
				 "two exports go with a key each and no checkpoint or "
				 "proof: give those with one export");
	if (options->n_vkeys == 0)
		return cli_usage(PROGRAM,
				 "'--vkey' is missing: the log's key must come from "
				 "outside the export");
	for (size_t i = 0; i < options->n_proofs; i++)
		if (!utf8_valid(options->proofs[i], strlen(options->proofs[i])))
			return cli_usage(PROGRAM, "a proof's file name is not UTF-8");
	options->dir = argv[optind];
	return CLI_DONE;
}

static int options_parse(struct options *options, int argc, char **argv)
{
	int letter, status = CLI_DONE;

	opterr = 0;
	while (status == CLI_DONE &&
	       (letter = getopt_long(argc, argv, ":", OPTIONS, NULL)) != -1) {
		if (letter == ':')
			return cli_usage(PROGRAM, "'%s' needs a value", argv[optind - 1]);
		if (letter == '?')
			return cli_usage(PROGRAM, "'%s' is not an option",
					 argv[optind - 1]);
		status = option_store(options, letter);
	}
	return status == CLI_DONE ? options_complete(options, argc, argv) : status;
}

/* ---- the run ---- */

/* All that one run reads and makes. */
struct run {
	const struct options *options;
	struct vkey vkeys[VKEYS_MAX];
	struct buffer notes[CHECKPOINT_FILES_MAX];
	struct slice older[CHECKPOINT_FILES_MAX];
	struct audit *audit;
	struct audit *successor;
	struct audit_continues continues;
	struct audit_proof_file proofs[PROOF_FILES_MAX];
	struct audit_finding finding;
	struct buffer out;
};

static void run_init(struct run *run, const struct options *options)
{
	*run = (struct run){ .options = options };
	for (size_t i = 0; i < CHECKPOINT_FILES_MAX; i++)
		buffer_init(&run->notes[i], NOTE_BYTES_MAX);
	buffer_init(&run->out, SUMMARY_BYTES_MAX);
}

static void run_release(struct run *run)
{
	audit_continues_release(&run->continues);
	audit_free(run->audit);
	audit_free(run->successor);
	for (size_t i = 0; i < CHECKPOINT_FILES_MAX; i++)
		buffer_release(&run->notes[i]);
	buffer_release(&run->out);
}

/* A key that is not one is a mistake on the command line, not the export's. */
static enum err keys_read(struct run *run, struct fault *fault)
{
	const struct options *options = run->options;

	for (size_t i = 0; i < options->n_vkeys; i++) {
		if (vkey_parse(slice_of_text(options->vkeys[i]), &run->vkeys[i], fault)) {
			fault->err = ERR_USAGE;
			return fault_prefix(fault, "--vkey %zu", i + 1);
		}
	}
	if (run->vkeys[0].type != VKEY_ED25519)
		return fault_set(fault, ERR_USAGE,
				 "the first --vkey is a cosigner's: give the log's own");
	return ERR_OK;
}

static enum err notes_read(struct run *run, struct fault *fault)
{
	const struct options *options = run->options;

	for (size_t i = 0; i < options->n_checkpoints; i++) {
		enum err err = cli_read_file(options->checkpoints[i], NOTE_BYTES_MAX,
					     &run->notes[i], fault);

		if (err)
			return err;
		run->older[i] = buffer_slice(&run->notes[i]);
	}
	return ERR_OK;
}

static enum err export_verify(struct run *run, struct fault *fault)
{
	const char *temp_dir = getenv("TMPDIR");
	struct audit_options options = {
		.dir = run->options->dir,
		.vkeys = run->vkeys,
		/* Of two exports each has one. */
		.n_vkeys = run->options->successor ? 1 : run->options->n_vkeys,
		.older = run->older,
		.n_older = run->options->n_checkpoints,
		.threads = run->options->threads,
		.temp_dir = temp_dir && *temp_dir ? temp_dir : NULL,
		.finding = &run->finding,
	};

	return audit_run(&options, &run->audit, fault);
}

/* Without a key of its own the new log is believed as far as the old one leads to it: by
 * the succession, to which more than half of the old log's seats consented. */
static enum err successor_verify(struct run *run, struct fault *fault)
{
	const char *temp_dir = getenv("TMPDIR");
	struct audit_options options = {
		.dir = run->options->successor,
		.vkeys = &run->vkeys[1],
		.n_vkeys = run->options->n_vkeys - 1,
		.threads = run->options->threads,
		.temp_dir = temp_dir && *temp_dir ? temp_dir : NULL,
		.finding = &run->finding,
	};
	enum err err = audit_run(&options, &run->successor, fault);

	if (!err)
		err = audit_continues_check(run->audit, run->successor, &run->continues,
					    &run->finding, fault);
	return err ? fault_prefix(fault, "'%s'", run->options->successor) : ERR_OK;
}

/* A proof that fails is a finding, too, though not one of the export's. */
static enum err proof_verify_file(struct run *run, size_t number, struct fault *fault)
{
	struct audit_proof_file *file = &run->proofs[number];
	struct buffer text;
	enum err err;

	file->name = run->options->proofs[number];
	buffer_init(&text, ROW_PROOF_BYTES_MAX);
	err = cli_read_file(file->name, ROW_PROOF_BYTES_MAX, &text, fault);
	if (err)
		goto out;
	err = audit_proof_verify(run->audit, buffer_slice(&text), &file->proof, fault);
	if (err) {
		err = fault_prefix(fault, "proof '%s'", file->name);
		if (cli_status(err) != CLI_REFUSED)
			goto out;
		(void)snprintf(run->finding.rule, sizeof run->finding.rule, "proof");
		(void)snprintf(run->finding.text, sizeof run->finding.text, "%s",
			       fault->text);
	}
out:
	buffer_release(&text);
	return err;
}

static enum err run_verify(struct run *run, struct fault *fault)
{
	enum err err = keys_read(run, fault);

	if (!err)
		err = notes_read(run, fault);
	if (!err)
		err = export_verify(run, fault);
	if (!err && run->options->successor)
		err = successor_verify(run, fault);
	for (size_t i = 0; !err && i < run->options->n_proofs; i++)
		err = proof_verify_file(run, i, fault);
	return err;
}

/* Trouble in telling of a finding must not hide it. */
static int run_print_finding(struct run *run, const struct fault *found)
{
	struct fault fault;
	enum err err = run->options->json
			       ? audit_finding_json(&run->finding, &run->out, &fault)
			       : audit_finding_text(&run->finding, &run->out, &fault);

	if (err)
		(void)cli_fail(PROGRAM, &fault);
	else
		(void)fwrite(run->out.p, 1, run->out.n, stdout); /* cli_finish() looks */
	return cli_fail(PROGRAM, found);
}

/* Whether what was written for a person does not stand on all of the books; what kept it
 * from them is said rather than that it was kept. */
static bool books_refuse(struct audit *audit, enum err *err, struct fault *fault)
{
	enum err books_err = audit_books_err(audit, fault);

	if (books_err)
		*err = books_err;
	return *err != ERR_OK;
}

static int run_print(struct run *run)
{
	const struct options *options = run->options;
	struct fault fault;
	enum err err = options->json
			       ? audit_summary_json(run->audit, run->proofs,
						    options->n_proofs, &run->out, &fault)
			       : audit_summary_text(run->audit, run->proofs,
						    options->n_proofs, &run->out, &fault);

	if (books_refuse(run->audit, &err, &fault))
		return cli_fail(PROGRAM, &fault);
	(void)fwrite(run->out.p, 1, run->out.n, stdout); /* cli_finish() looks */
	return CLI_DONE;
}

static int run_print_continues(struct run *run)
{
	struct fault fault;
	enum err err = run->options->json
			       ? audit_continues_json(run->audit, run->successor,
						      &run->continues, &run->out, &fault)
			       : audit_continues_text(run->audit, run->successor,
						      &run->continues, &run->out, &fault);

	if (books_refuse(run->audit, &err, &fault) ||
	    books_refuse(run->successor, &err, &fault))
		return cli_fail(PROGRAM, &fault);
	(void)fwrite(run->out.p, 1, run->out.n, stdout); /* cli_finish() looks */
	return audit_continues_missing(&run->continues) ? CLI_REFUSED : CLI_DONE;
}

static int verify(const struct options *options)
{
	static struct run run; /* too large for some stacks */
	struct fault fault = { .err = ERR_OK };
	enum err err;
	int status;

	run_init(&run, options);
	err = run_verify(&run, &fault);
	if (!err)
		status = options->successor ? run_print_continues(&run) : run_print(&run);
	else if (run.finding.rule[0] != '\0')
		status = run_print_finding(&run, &fault);
	else
		status = cli_fail(PROGRAM, &fault);
	run_release(&run);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { .threads = AUDIT_THREADS_MAX };
	int status = options_parse(&options, argc, argv);

	if (status != CLI_DONE)
		return status;
	if (options.help)
		fputs(HELP, stdout); /* cli_finish() looks */
	else if (options.version)
		puts(PROGRAM " " ARRONDI_VERSION);
	else
		status = verify(&options);
	return cli_finish(PROGRAM, status);
}
