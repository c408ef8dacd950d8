/*
 * cmd_beneficiary.c - arrondi-gateway beneficiary: who is paid, and where to.
 *
 * Names and IBANs are read from standard input and never from the command line, which
 * other users of the machine can see and a shell keeps. What is printed is a digest and
 * a masked IBAN, but for the first letter of the name: enough to find one's way.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/beneficiary_file.h"
#include "gateway/command.h"
#include "keys/buffer.h"
#include "keys/cli.h"
#include "keys/encoding.h"

#define INPUT_BYTES_MAX ((size_t)1 << 20)

struct wish {
	const char *file, *verb, *payee; /* payee: of remove */
	char passphrase[PASSPHRASE_BYTES_MAX + 1];
};

static void print_payee(const struct hash *payee, const char *iban, const char *rest)
{
	char digest[HASH_HEX_CHARS + 1], masked[IBAN_PRINTED_BYTES];

	hex_encode(payee->b, HASH_BYTES, digest);
	iban_mask(iban, masked);
	printf("%s  %s%s\n", digest, masked, rest);
}

/* ---- add ---- */

/* Cuts "IBAN;NAME[;BIC]" where it stands; false for another shape. */
static bool line_split(char *line, char **ret_name, char **ret_bic)
{
	char *name = strchr(line, ';'), *bic;

	if (!name)
		return false;
	*name++ = '\0';
	bic = strchr(name, ';');
	if (bic)
		*bic++ = '\0';
	*ret_name = name;
	*ret_bic = bic && *bic ? bic : NULL;
	return !bic || !strchr(bic, ';');
}

static enum err add_line(const struct wish *wish, char *line, struct fault *fault)
{
	char *name, *bic, iban[IBAN_TEXT_BYTES];
	struct hash payee;
	bool new;
	enum err err;

	if (!line_split(line, &name, &bic))
		return fault_set(fault, ERR_INVALID,
				 "a payee is IBAN;NAME or IBAN;NAME;BIC");
	err = beneficiary_add(wish->file, wish->passphrase, name, line, bic, &payee, &new,
			      fault);
	if (!err)
		err = iban_parse(slice_of_text(line), iban, fault);
	if (!err)
		print_payee(&payee, iban, new ? "" : "  (known already)");
	return err;
}

/* Lines that were added before one that is refused stay added, and are printed. */
static enum err add(const struct wish *wish, struct fault *fault)
{
	struct buffer input;
	char *line, *next;
	size_t number = 1;
	enum err err;

	buffer_init(&input, INPUT_BYTES_MAX);
	err = cli_read_file("-", INPUT_BYTES_MAX, &input, fault);
	if (!err && input.n > 0 && memchr(input.p, '\0', input.n))
		err = fault_set(fault, ERR_INVALID, "standard input holds a NUL");
	for (line = (char *)input.p; !err && line && *line; line = next, number++) {
		char *end = strchrnul(line, '\n');

		next = *end ? end + 1 : end;
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		*end = '\0';
		if (*line == '\0')
			continue;
		err = add_line(wish, line, fault);
		if (err)
			err = fault_prefix(fault, "line %zu", number);
	}
	buffer_release_secret(&input);
	return err;
}

/* ---- list, remove ---- */

static enum err list(const struct wish *wish, struct fault *fault)
{
	struct beneficiary_file file;
	enum err err;

	beneficiary_file_init(&file);
	err = beneficiary_file_read(&file, wish->file, wish->passphrase, fault);
	for (size_t i = 0; i < file.count && !err; i++) {
		const struct beneficiary *one = &file.list[i];
		size_t at = 0;
		char rest[64];

		(void)utf8_next(one->name, strlen(one->name), &at);
		snprintf(rest, sizeof rest, "  %.*s***%s%s", (int)at, one->name,
			 one->bic[0] ? "  " : "", one->bic);
		print_payee(&one->payee, one->iban, rest);
	}
	beneficiary_file_release(&file);
	return err;
}

static enum err remove_one(const struct wish *wish, struct fault *fault)
{
	struct hash payee;

	if (!wish->payee ||
	    hex_decode(wish->payee, strlen(wish->payee), payee.b, HASH_BYTES))
		return fault_set(
			fault, ERR_USAGE,
			"remove wants the payee's digest: 64 hexadecimal digits");
	return beneficiary_remove(wish->file, wish->passphrase, &payee, fault);
}

/* ---- the command ---- */

static enum err carry_out(const struct wish *wish, struct fault *fault)
{
	if (strcmp(wish->verb, "add") == 0)
		return add(wish, fault);
	if (strcmp(wish->verb, "list") == 0)
		return list(wish, fault);
	return remove_one(wish, fault);
}

static bool verb_known(const char *verb, int words)
{
	if (strcmp(verb, "remove") == 0)
		return words == 3;
	return words == 2 && (strcmp(verb, "add") == 0 || strcmp(verb, "list") == 0);
}

int cmd_beneficiary(int argc, char **argv)
{
	static const struct option options[] = {
		{ "passphrase-file", required_argument, NULL, 'p' },
		{ 0 },
	};
	const char *passphrase_file = NULL;
	struct wish wish = { .file = NULL };
	struct fault fault = { .err = ERR_OK };
	int option, words;
	enum err err;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'p')
			return CLI_TROUBLE; /* getopt has said why */
		passphrase_file = optarg;
	}
	words = argc - optind;
	if (words < 2 || !passphrase_file || !verb_known(argv[optind + 1], words))
		return command_usage("beneficiary");
	wish.file = argv[optind];
	wish.verb = argv[optind + 1];
	wish.payee = words == 3 ? argv[optind + 2] : NULL;
	err = passphrase_read(passphrase_file, wish.passphrase, &fault);
	if (!err)
		err = carry_out(&wish, &fault);
	bytes_wipe(wish.passphrase, sizeof wish.passphrase);
	if (err == ERR_NOT_FOUND && !wish.payee)
		fault.err = ERR_IO; /* a file that the user has named */
	if (err)
		(void)cli_finish(COMMAND_PROGRAM, CLI_DONE); /* what was added is told */
	return err ? cli_fail(COMMAND_PROGRAM, &fault)
		   : cli_finish(COMMAND_PROGRAM, CLI_DONE);
}
