/*
 * cmd_identities.c - who wants a tax receipt: into the vault, and how it is kept.
 */
#include <getopt.h>
#include <inttypes.h>
#include <time.h>

#include "keys/cli.h"
#include "ledger/books_query.h"
#include "ledger/cmd.h"
#include "ledger/identity.h"
#include "ledger/vault.h"

#define FILE_BYTES_MAX (64 << 20)

struct import {
	struct vault *vault;
	struct slice member;
	size_t count;
	bool only_looks; /* the first pass: nothing is taken of a file with a bad line */
};

static void bad_print(void *ctx, size_t line, const char *why)
{
	(void)ctx;
	fprintf(stderr, "line %zu: %s\n", line, why);
}

static enum err person_take(void *ctx, const struct identity *identity,
			    struct fault *fault)
{
	struct import *import = ctx;
	struct slice references[IDENTITY_REFERENCES_MAX];
	struct slice rest = identity->field[IDENTITY_REFERENCE];
	struct buffer data;
	size_t n = 0;
	enum err err;

	import->count++;
	if (import->only_looks)
		return ERR_OK;
	while (n < IDENTITY_REFERENCES_MAX && identity_reference(&rest, &references[n]))
		n++;
	buffer_init(&data, VAULT_DATA_BYTES_MAX);
	identity_write(identity, &data);
	err = buffer_check(&data, "an identity", fault);
	if (!err)
		err = vault_person_put(import->vault, import->member, references, n,
				       buffer_slice(&data), fault);
	buffer_release_secret(&data);
	return err;
}

static enum err member_check(const char *dir, const char *member, struct fault *fault)
{
	struct ledger *ledger = NULL;
	struct member_view view;
	struct books *books;
	enum err err = ledger_open(dir, LEDGER_READ, &ledger, fault);

	if (!err)
		err = ledger_books(ledger, &books, fault);
	if (!err) {
		if (!query_member(books, slice_of_text(member), &view) ||
		    strcmp(view.role, "seat") == 0 || strcmp(view.role, "auditor") == 0)
			err = fault_set(fault, ERR_INVALID,
					"'%s' is no member through whom anybody gives: "
					"an employer, a provider, or the operator",
					member);
		ledger_books_done(ledger);
	}
	ledger_close(ledger);
	return err;
}

static enum err import_run(struct import *import, struct slice file, struct fault *fault)
{
	struct identity_reader reader = { import, person_take, bad_print };
	size_t bad = 0;
	enum err err;

	import->only_looks = true;
	err = identity_file_read(file, &reader, &bad, fault);
	if (!err && bad)
		err = fault_set(fault, ERR_INVALID,
				"%zu line%s wrong: nothing was imported", bad,
				bad == 1 ? " is" : "s are");
	if (err)
		return err;
	import->only_looks = false;
	import->count = 0;
	err = vault_begin(import->vault, fault);
	if (err)
		return err;
	err = identity_file_read(file, &reader, &bad, fault);
	return vault_end(import->vault, err, fault);
}

static enum err identities_import(const char *dir, const char *key, const char *file,
				  const char *member, struct fault *fault)
{
	struct import import = { .member = slice_of_text(member) };
	struct buffer bytes;
	enum err err = member_check(dir, member, fault);

	buffer_init(&bytes, FILE_BYTES_MAX);
	if (!err)
		err = cli_read_file(file, FILE_BYTES_MAX, &bytes, fault);
	if (!err)
		err = vault_open(dir, key, VAULT_WRITE, &import.vault, fault);
	if (!err)
		err = import_run(&import, buffer_slice(&bytes), fault);
	vault_close(import.vault);
	buffer_release_secret(&bytes);
	if (!err)
		printf("%zu identities are in the vault; keep '%s' and its key apart, "
		       "and delete the file\n",
		       import.count, dir);
	return err;
}

static enum err identities_backup(const char *dir, const char *key, const char *file,
				  struct fault *fault)
{
	struct vault *vault = NULL;
	enum err err = vault_open(dir, key, VAULT_READ, &vault, fault);

	if (!err)
		err = vault_backup(vault, file, fault);
	vault_close(vault);
	if (!err)
		puts("copied, sealed; its key is not in it: keep that elsewhere");
	return err;
}

static enum err identities_purge(const char *dir, const char *key, struct fault *fault)
{
	struct vault *vault = NULL;
	struct date today;
	int64_t count = 0;
	enum err err = vault_open(dir, key, VAULT_WRITE, &vault, fault);

	if (!err && date_paris(time(NULL), &today))
		err = fault_set(fault, ERR_INVALID, "the clock gives no day of ours");
	if (!err)
		err = vault_copy_purge(vault, today, &count, fault);
	vault_close(vault);
	if (!err)
		printf("%" PRId64 " copies of receipts destroyed: issued more than %d "
		       "years ago\n",
		       count, VAULT_KEEP_YEARS);
	return err;
}

int cmd_identities(int argc, char **argv)
{
	static const struct option options[] = {
		{ "member", required_argument, NULL, 'm' },
		{ "vault-key", required_argument, NULL, 'k' },
		{ 0 },
	};
	const char *member = NULL, *key = NULL, *dir, *verb, *file;
	struct fault fault;
	int option, words;
	enum err err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'm')
			member = optarg;
		else if (option == 'k')
			key = optarg;
		else
			return CLI_TROUBLE;
	}
	words = argc - optind;
	if (words < 2 || words > 3)
		return cmd_usage("identities");
	dir = argv[optind];
	verb = argv[optind + 1];
	file = words == 3 ? argv[optind + 2] : NULL;
	if (strcmp(verb, "import") == 0 && file && member)
		err = identities_import(dir, key, file, member, &fault);
	else if (strcmp(verb, "backup") == 0 && file && !member)
		err = identities_backup(dir, key, file, &fault);
	else if (strcmp(verb, "purge") == 0 && !file && !member)
		err = identities_purge(dir, key, &fault);
	else
		return cmd_usage("identities");
	return err ? cli_fail(CMD_PROGRAM, &fault) : cli_finish(CMD_PROGRAM, CLI_DONE);
}
