/*
 * keys_main.c - arrondi-keys: make a key, look at it, sign and verify notes.
 *
 * A board member runs this on a machine of their own; it needs no ledger and no
 * network. Nothing secret is ever printed, and a passphrase comes from a file,
 * because arguments can be seen by every user of a machine.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/buffer.h"
#include "keys/cli.h"
#include "keys/encoding.h"
#include "keys/keyfile.h"
#include "keys/note.h"
#include "keys/version.h"
#include "keys/vkey.h"

#define PROGRAM "arrondi-keys"

/* How often --key or --vkey may be given. */
#define OPTION_REPEATS_MAX 32

static const char HELP[] =
	"usage: " PROGRAM " COMMAND [OPTIONS]\n"
	"\n"
	"commands:\n"
	"  generate --name NAME --out FILE [--passphrase-file FILE]\n"
	"        make a key, write it to FILE (never overwritten) and print its vkey\n"
	"  show FILE [--passphrase-file FILE]\n"
	"        print the name and the vkey of a key file\n"
	"  sign --key FILE [--key FILE ...] [--passphrase-file FILE] TEXT\n"
	"        print TEXT as a signed note; TEXT is a file, or - for standard input\n"
	"  verify --vkey VKEY [--vkey VKEY ...] NOTE\n"
	"        say which of the keys have signed NOTE, a file or -; exit 1 when none\n"
	"        has, or when a signature of one of them does not verify\n"
	"\n"
	"  --help     print this and exit\n"
	"  --version  print the version and exit\n"
	"\n"
	"A passphrase is the first line of its file. Key and passphrase files must be\n"
	"readable by their owner alone (chmod 600).\n"
	"\n"
	"exit status: 0 done, 1 refused or verification failed, 2 usage or I/O\n";

/* An option that may be given several times. The texts are argv's. */
struct repeats {
	const char *values[OPTION_REPEATS_MAX];
	size_t count;
};

struct options {
	const char *name;
	const char *out;
	const char *passphrase_file;
	struct repeats keys;
	struct repeats vkeys;
	const char *operand; /* the one argument that is not an option, or NULL */
	bool help;
};

struct command {
	const char *name;
	const char *allowed; /* the letters of OPTIONS that it takes */
	const char *operand; /* what its argument is, or NULL */
	int (*run)(const struct options *options);
};

/* The letters are only names inside this file: no short option is accepted. */
static const struct option OPTIONS[] = {
	{ "name", required_argument, NULL, 'n' },
	{ "out", required_argument, NULL, 'o' },
	{ "passphrase-file", required_argument, NULL, 'p' },
	{ "key", required_argument, NULL, 'k' },
	{ "vkey", required_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* Fills ret_passphrase and points *ret_given at it, or at NULL without the option. */
static enum err passphrase_given(const struct options *options,
				 char ret_passphrase[PASSPHRASE_BYTES_MAX + 1],
				 const char **ret_given, struct fault *fault)
{
	enum err err;

	*ret_given = NULL;
	if (!options->passphrase_file)
		return ERR_OK;
	err = passphrase_read(options->passphrase_file, ret_passphrase, fault);
	if (err == ERR_OK)
		*ret_given = ret_passphrase;
	return err;
}

static enum err keyfile_print(const struct keyfile *keyfile, bool with_name,
			      struct fault *fault)
{
	char text[VKEY_TEXT_BYTES_MAX + 1];
	struct vkey vkey;
	enum err err = keyfile_vkey(keyfile, &vkey, fault);

	if (err != ERR_OK)
		return err;
	vkey_format(&vkey, text);
	if (with_name)
		printf("name: %s\nvkey: %s\n", keyfile->name, text);
	else
		printf("%s\n", text);
	return ERR_OK;
}

/* Reads a key file under the passphrase that the options name. */
static enum err keyfile_open(const struct options *options, const char *path,
			     struct keyfile *ret_keyfile, struct fault *fault)
{
	char passphrase[PASSPHRASE_BYTES_MAX + 1];
	const char *given = NULL;
	enum err err = passphrase_given(options, passphrase, &given, fault);

	if (err == ERR_OK)
		err = keyfile_read(path, given, ret_keyfile, fault);
	bytes_wipe(passphrase, sizeof passphrase);
	return err;
}

static int generate_run(const struct options *options)
{
	char passphrase[PASSPHRASE_BYTES_MAX + 1];
	const char *given = NULL;
	struct keyfile keyfile = { .key = NULL };
	struct fault fault;
	enum err err;

	if (!options->name || !options->out)
		return cli_usage(PROGRAM, "generate needs --name and --out");
	err = key_name_check(options->name, &fault);
	if (err == ERR_OK)
		err = passphrase_given(options, passphrase, &given, &fault);
	if (err == ERR_OK)
		err = signing_key_generate(&keyfile.key, &fault);
	if (err == ERR_OK) {
		memcpy(keyfile.name, options->name, strlen(options->name) + 1);
		err = keyfile_write(options->out, keyfile.name, keyfile.key, given,
				    &fault);
	}
	if (err == ERR_OK)
		err = keyfile_print(&keyfile, /* with_name= */ false, &fault);
	bytes_wipe(passphrase, sizeof passphrase);
	keyfile_clear(&keyfile);
	return err == ERR_OK ? CLI_DONE : cli_fail(PROGRAM, &fault);
}

static int show_run(const struct options *options)
{
	struct keyfile keyfile = { .key = NULL };
	struct fault fault;
	enum err err = keyfile_open(options, options->operand, &keyfile, &fault);

	if (err == ERR_OK)
		err = keyfile_print(&keyfile, /* with_name= */ true, &fault);
	keyfile_clear(&keyfile);
	return err == ERR_OK ? CLI_DONE : cli_fail(PROGRAM, &fault);
}

/* Appends the first key's note, or a further key's line. */
static enum err note_sign_with(const struct options *options, const char *path,
			       struct slice text, struct buffer *note,
			       struct fault *fault)
{
	struct keyfile keyfile = { .key = NULL };
	enum err err = keyfile_open(options, path, &keyfile, fault);

	if (err == ERR_OK && note->n == 0)
		err = note_sign(text, keyfile.key, keyfile.name, note, fault);
	else if (err == ERR_OK)
		err = note_sign_line(text, keyfile.key, keyfile.name, note, fault);
	keyfile_clear(&keyfile);
	return err;
}

static int sign_run(const struct options *options)
{
	struct buffer text, note;
	struct fault fault;
	enum err err;

	if (options->keys.count == 0)
		return cli_usage(PROGRAM, "sign needs --key");
	buffer_init(&text, NOTE_BYTES_MAX);
	buffer_init(&note, NOTE_BYTES_MAX);
	err = cli_read_file(options->operand, NOTE_BYTES_MAX, &text, &fault);
	for (size_t i = 0; err == ERR_OK && i < options->keys.count; i++)
		err = note_sign_with(options, options->keys.values[i],
				     buffer_slice(&text), &note, &fault);
	if (err == ERR_OK)
		fwrite(note.p, 1, note.n, stdout); /* cli_finish() looks */
	buffer_release(&text);
	buffer_release(&note);
	return err == ERR_OK ? CLI_DONE : cli_fail(PROGRAM, &fault);
}

static void signer_print(const struct vkey *vkey, const struct note_signer *signer)
{
	if (!signer->verified)
		printf("not signed by %s\n", vkey->name);
	else if (vkey->type == VKEY_COSIGNATURE)
		printf("cosigned by %s at %" PRIu64 " seconds after 1970 (UTC)\n",
		       vkey->name, signer->cosigned_at_s);
	else
		printf("signed by %s\n", vkey->name);
}

/* Verifies the note in bytes and prints what came of each key. */
static enum err note_verify_print(struct slice bytes, const struct vkey *vkeys,
				  size_t count, struct fault *fault)
{
	struct note_signer signers[OPTION_REPEATS_MAX];
	struct note note;
	enum err err = note_parse(bytes, &note, fault);

	if (err == ERR_OK)
		err = note_verify(&note, vkeys, count, signers, fault);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		signer_print(&vkeys[i], &signers[i]);
	return err;
}

static int verify_run(const struct options *options)
{
	struct vkey vkeys[OPTION_REPEATS_MAX];
	struct buffer bytes;
	struct fault fault;
	enum err err = ERR_OK;

	if (options->vkeys.count == 0)
		return cli_usage(PROGRAM, "verify needs --vkey");
	buffer_init(&bytes, NOTE_BYTES_MAX);
	for (size_t i = 0; err == ERR_OK && i < options->vkeys.count; i++)
		err = vkey_parse(slice_of_text(options->vkeys.values[i]), &vkeys[i],
				 &fault);
	/* A vkey that does not parse is a slip on the command line, not a verdict. */
	if (err != ERR_OK) {
		fault.err = ERR_USAGE;
		goto out;
	}
	err = cli_read_file(options->operand, NOTE_BYTES_MAX, &bytes, &fault);
	if (err == ERR_OK)
		err = note_verify_print(buffer_slice(&bytes), vkeys, options->vkeys.count,
					&fault);
out:
	buffer_release(&bytes);
	return err == ERR_OK ? CLI_DONE : cli_fail(PROGRAM, &fault);
}

static const struct command COMMANDS[] = {
	{ "generate", "nop", NULL, generate_run },
	{ "show", "p", "a key file", show_run },
	{ "sign", "kp", "a text", sign_run },
	{ "verify", "v", "a note", verify_run },
};

static bool repeats_add(struct repeats *repeats, const char *value)
{
	if (repeats->count == OPTION_REPEATS_MAX)
		return false;
	repeats->values[repeats->count++] = value;
	return true;
}

/* Stores one option; false when a repeated one is given too often. */
static bool option_store(struct options *options, int letter, const char *value)
{
	switch (letter) {
	case 'n':
		options->name = value;
		return true;
	case 'o':
		options->out = value;
		return true;
	case 'p':
		options->passphrase_file = value;
		return true;
	case 'k':
		return repeats_add(&options->keys, value);
	case 'v':
		return repeats_add(&options->vkeys, value);
	case 'h':
		options->help = true;
		return true;
	}
	abort();
}

/* Reads the arguments behind the command's name; returns an exit status. */
static int options_parse(const struct command *command, int argc, char **argv,
			 struct options *options)
{
	int letter, index = 0;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":", OPTIONS, &index)) != -1) {
		if (letter == ':')
			return cli_usage(PROGRAM, "'%s' needs a value", argv[optind - 1]);
		if (letter == '?')
			return cli_usage(PROGRAM, "'%s' is not an option of %s",
					 argv[optind - 1], command->name);
		if (letter != 'h' && !strchr(command->allowed, letter))
			return cli_usage(PROGRAM, "'--%s' is not an option of %s",
					 OPTIONS[index].name, command->name);
		if (!option_store(options, letter, optarg))
			return cli_usage(PROGRAM, "'--%s' is given more than %d times",
					 OPTIONS[index].name, OPTION_REPEATS_MAX);
	}
	if (options->help)
		return CLI_DONE;
	if (command->operand && optind != argc - 1)
		return cli_usage(PROGRAM, "%s needs %s", command->name, command->operand);
	if (!command->operand && optind != argc)
		return cli_usage(PROGRAM, "%s takes no argument '%s'", command->name,
				 argv[optind]);
	options->operand = command->operand ? argv[optind] : NULL;
	return CLI_DONE;
}

static int command_run(const struct command *command, int argc, char **argv)
{
	struct options options = { .help = false };
	int status = options_parse(command, argc, argv, &options);

	if (status != CLI_DONE)
		return status;
	if (!options.help)
		return command->run(&options);
	fputs(HELP, stdout); /* cli_finish() looks */
	return CLI_DONE;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return cli_usage(PROGRAM, "a command is missing");
	if (strcmp(argv[1], "--help") == 0) {
		fputs(HELP, stdout);
		return cli_finish(PROGRAM, CLI_DONE);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts(PROGRAM " " ARRONDI_VERSION);
		return cli_finish(PROGRAM, CLI_DONE);
	}
	for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
		if (strcmp(argv[1], COMMANDS[i].name) == 0)
			return cli_finish(PROGRAM,
					  command_run(&COMMANDS[i], argc - 1, argv + 1));
	return cli_usage(PROGRAM, "'%s' is not a command", argv[1]);
}
