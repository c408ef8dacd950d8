/*
 * cmd_donor.c - a company's donors, of whom the ledger knows keyed secrets: 'donor'.
 *
 * A company that changes its payroll software often changes its employees' numbers
 * with it. Without being told, the ledger would take each of them for a new donor, and
 * a month that is posted again under the new numbers would be booked twice.
 */
#include <getopt.h>

#include "keys/cli.h"
#include "keys/hash.h"
#include "ledger/batch.h"
#include "ledger/books_query.h"
#include "ledger/cmd.h"
#include "ledger/vault.h"

static enum err company_check(struct ledger *ledger, const char *id, struct fault *fault)
{
	struct member_view member;
	struct books *books;
	bool is_found;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	is_found = query_member(books, slice_of_text(id), &member) &&
		   strcmp(member.role, "employer") == 0;
	ledger_books_done(ledger);
	return is_found ? ERR_OK
			: fault_set(fault, ERR_NOT_FOUND, "'%s' is not an employer", id);
}

enum err cmd_donor_key(struct ledger *ledger, const char *member, const char *reference,
		       uint8_t ret_key[32], struct fault *fault)
{
	uint8_t secret[BATCH_SECRET_BYTES];
	enum err err = company_check(ledger, member, fault);

	if (!err)
		err = ledger_company_secret(ledger, slice_of_text(member), secret, fault);
	if (!err)
		err = batch_donor_key(secret, slice_of_text(reference), ret_key, fault);
	bytes_wipe(secret, sizeof secret);
	return err;
}

static enum err donor_rename(struct ledger *ledger, const char *member,
			     const char *old_reference, const char *new_reference,
			     struct fault *fault)
{
	uint8_t old_key[BATCH_SECRET_BYTES], new_key[BATCH_SECRET_BYTES];
	struct slice company = slice_of_text(member);
	struct consent consent;
	enum err err = cmd_donor_key(ledger, member, old_reference, old_key, fault);

	if (!err)
		err = cmd_donor_key(ledger, member, new_reference, new_key, fault);
	if (!err)
		err = ledger_donor_rename(ledger, company, old_key, new_key, fault);
	if (err)
		return err;
	/* What the person agreed to goes with it. */
	if (ledger_consent(ledger, company, old_key, &consent, NULL) == ERR_OK)
		err = ledger_consent_set(ledger, company, new_key, &consent, fault);
	return err;
}

int cmd_donor(int argc, char **argv)
{
	static const struct option options[] = { { "member", required_argument, NULL,
						   'm' },
						 { "rename", no_argument, NULL, 'r' },
						 { 0 } };
	const char *member = NULL;
	bool is_rename = false;
	struct ledger *ledger;
	struct fault fault;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'm')
			member = optarg;
		else if (option == 'r')
			is_rename = true;
		else
			return CLI_TROUBLE;
	}
	if (argc - optind != 3 || !member || !is_rename)
		return cmd_usage("donor");
	ledger = cmd_open(argv[optind], LEDGER_WRITE, &status);
	if (!ledger)
		return status;
	if (donor_rename(ledger, member, argv[optind + 1], argv[optind + 2], &fault) ==
	    ERR_OK)
		status = cli_finish(CMD_PROGRAM, CLI_DONE);
	else
		status = cli_fail(CMD_PROGRAM, &fault);
	ledger_close(ledger);
	return status;
}

/* What the law makes the foundation keep, and until when. */
static void print_forgotten(const struct forgotten *forgotten)
{
	char until[MONTH_TEXT_BYTES];

	month_format(forgotten->until, until);
	printf("forgotten: the secret that led to this donor's rows is destroyed, for "
	       "%zu "
	       "number%s\n"
	       "kept: its rows, by a tag that names nobody and their amounts, for %d "
	       "years "
	       "after their fiscal year (code de commerce, art. L123-22); the registered "
	       "consents, under a random key\n"
	       "refused: its rows until the end of %s, so that nothing is claimed "
	       "twice\n",
	       forgotten->numbers, forgotten->numbers == 1 ? "" : "s",
	       LEDGER_RETENTION_YEARS, until);
}

/* First, for it is what names the person. */
static enum err identity_forget(const char *dir, const char *key, const char *member,
				const char *donor, bool *ret_was_there,
				struct fault *fault)
{
	struct vault *vault = NULL;
	enum err err;

	*ret_was_there = false;
	if (!vault_is_there(dir))
		return ERR_OK;
	err = vault_open(dir, key, VAULT_WRITE, &vault, fault);
	if (err)
		return err;
	err = vault_person_forget(vault, slice_of_text(member), slice_of_text(donor),
				  fault);
	vault_close(vault);
	*ret_was_there = err == ERR_OK;
	if (err == ERR_NOT_FOUND)
		return ERR_OK;
	if (!err)
		printf("forgotten: name and address, with the key under which they were "
		       "sealed\n"
		       "kept: copies of the receipts that were issued, sealed, for %d "
		       "years "
		       "from their issue (LPF, art. L102 B)\n",
		       VAULT_KEEP_YEARS);
	return err;
}

int cmd_forget(int argc, char **argv)
{
	static const struct option options[] = {
		{ "member", required_argument, NULL, 'm' },
		{ "donor", required_argument, NULL, 'd' },
		{ "vault-key", required_argument, NULL, 'k' },
		{ 0 }
	};
	const char *member = NULL, *donor = NULL, *vault_key = NULL;
	struct forgotten forgotten;
	bool in_vault = false;
	struct ledger *ledger;
	struct fault fault;
	uint8_t key[32];
	int option, status;
	enum err err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'm')
			member = optarg;
		else if (option == 'd')
			donor = optarg;
		else if (option == 'k')
			vault_key = optarg;
		else
			return CLI_TROUBLE;
	}
	if (argc - optind != 1 || !member || !donor)
		return cmd_usage("forget");
	ledger = cmd_open(argv[optind], LEDGER_WRITE, &status);
	if (!ledger)
		return status;
	err = identity_forget(argv[optind], vault_key, member, donor, &in_vault, &fault);
	if (!err)
		err = cmd_donor_key(ledger, member, donor, key, &fault);
	if (!err)
		err = ledger_donor_forget(ledger, slice_of_text(member), key, &forgotten,
					  &fault);
	if (!err)
		print_forgotten(&forgotten);
	else if (err == ERR_NOT_FOUND && in_vault)
		err = ERR_OK; /* a client, or a direct donor: the vault alone knew it */
	status = err ? cli_fail(CMD_PROGRAM, &fault) : cli_finish(CMD_PROGRAM, CLI_DONE);
	ledger_close(ledger);
	return status;
}
