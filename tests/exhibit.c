/*
 * exhibit.c - see exhibit.h.
 */
#include "tests/exhibit.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "keys/buffer.h"

#define PATH_BYTES      512
#define TEXT_BYTES_MAX  ((size_t)1 << 16)
#define FOLDER_MODE     0755
#define EXHIBITS_ENV    "ARRONDI_FORGERIES"
#define EXHIBIT_NUMBERS 100000

extern char **environ;

static const char *next_name;

/* One that is being kept. */
struct exhibit {
	char dir[PATH_BYTES];
	struct buffer arguments;
};

void exhibit_name(const char *name)
{
	next_name = name;
}

static void path_in(const struct exhibit *exhibit, const char *name,
		    char path[PATH_BYTES])
{
	int n = snprintf(path, PATH_BYTES, "%.*s/%s", PATH_BYTES / 2, exhibit->dir, name);

	assert_true(n > 0 && n < PATH_BYTES);
}

static void text_keep(const struct exhibit *exhibit, const char *name, struct slice text)
{
	char path[PATH_BYTES];
	FILE *file;

	path_in(exhibit, name, path);
	file = fopen(path, "wbxe");
	assert_non_null(file);
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fclose(file), 0);
}

/* Links, empty folders and what else a forger may have put there, as they are. */
static void folder_keep(const struct exhibit *exhibit, const char *name, const char *from)
{
	char path[PATH_BYTES], source[PATH_BYTES];
	char command[] = "cp", options[] = "-a", end[] = "--";
	char *const args[] = { command, options, end, source, path, NULL };
	int status = -1;
	pid_t pid;

	path_in(exhibit, name, path);
	assert_true(snprintf(source, sizeof source, "%s", from) < PATH_BYTES);
	assert_int_equal(posix_spawnp(&pid, command, NULL, NULL, args, environ), 0);
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	assert_int_equal(status, 0);
}

static void argument(struct exhibit *exhibit, const char *text)
{
	buffer_printf(&exhibit->arguments, "%s\n", text);
}

/* False where nothing is to be kept. */
static bool begin(struct exhibit *exhibit)
{
	static unsigned number;
	const char *dir = getenv(EXHIBITS_ENV);
	int n;

	if (!dir || !*dir)
		return false;
	assert_true(number < EXHIBIT_NUMBERS);
	n = snprintf(exhibit->dir, sizeof exhibit->dir, "%s/%s-%05u", dir,
		     program_invocation_short_name, number++);
	assert_true(n > 0 && n < PATH_BYTES / 2);
	assert_int_equal(mkdir(exhibit->dir, FOLDER_MODE), 0);
	buffer_init(&exhibit->arguments, TEXT_BYTES_MAX);
	return true;
}

static void end(struct exhibit *exhibit, const char *rule, uint64_t position)
{
	struct buffer expected;

	buffer_init(&expected, TEXT_BYTES_MAX);
	if (position == AUDIT_NO_POSITION)
		buffer_put_text(&expected, "position   no single entry\n");
	else
		buffer_printf(&expected, "position   %" PRIu64 "\n", position);
	buffer_printf(&expected, "rule       %s\n", rule);
	assert_int_equal(buffer_err(&expected), ERR_OK);
	assert_int_equal(buffer_err(&exhibit->arguments), ERR_OK);
	text_keep(exhibit, "expected", buffer_slice(&expected));
	text_keep(exhibit, "arguments", buffer_slice(&exhibit->arguments));
	if (next_name)
		text_keep(exhibit, "name", slice_of_text(next_name));
	next_name = NULL;
	buffer_release(&expected);
	buffer_release(&exhibit->arguments);
}

static void export_keep(struct exhibit *exhibit, const char *name, const char *dir)
{
	folder_keep(exhibit, name, dir);
	argument(exhibit, name);
}

static void keys_keep(struct exhibit *exhibit, const struct audit_options *options)
{
	for (size_t i = 0; i < options->n_vkeys; i++) {
		char text[VKEY_TEXT_BYTES_MAX + 1];

		vkey_format(&options->vkeys[i], text);
		argument(exhibit, "--vkey");
		argument(exhibit, text);
	}
}

static void older_keep(struct exhibit *exhibit, const struct audit_options *options)
{
	for (size_t i = 0; i < options->n_older; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "older-%zu", i);
		text_keep(exhibit, name, options->older[i]);
		argument(exhibit, "--checkpoint");
		argument(exhibit, name);
	}
}

void exhibit_keep(const struct audit_options *options,
		  const struct audit_finding *finding)
{
	struct exhibit exhibit;

	/* arrondi-verify does not run without a key. */
	if (options->n_vkeys == 0 || !begin(&exhibit))
		return;
	export_keep(&exhibit, "export", options->dir);
	keys_keep(&exhibit, options);
	older_keep(&exhibit, options);
	end(&exhibit, finding->rule, finding->position);
}

void exhibit_keep_pair(const struct audit_options *old, const struct audit_options *new,
		       const struct audit_finding *finding)
{
	struct exhibit exhibit;

	if (!begin(&exhibit))
		return;
	export_keep(&exhibit, "export", old->dir);
	export_keep(&exhibit, "successor", new->dir);
	keys_keep(&exhibit, old);
	keys_keep(&exhibit, new);
	end(&exhibit, finding->rule, finding->position);
}

void exhibit_keep_proof(const struct audit_options *options, struct slice proof,
			const char *rule)
{
	struct exhibit exhibit;

	if (!begin(&exhibit))
		return;
	export_keep(&exhibit, "export", options->dir);
	keys_keep(&exhibit, options);
	text_keep(&exhibit, "proof", proof);
	argument(&exhibit, "--proof");
	argument(&exhibit, "proof");
	end(&exhibit, rule, AUDIT_NO_POSITION);
}
