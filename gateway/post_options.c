/*
 * post_options.c - what arrondi-post was asked to do.
 */
#include "gateway/post_options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "keys/file.h"
#include "ledger/batch.h"
#include "ledger/kind.h"

#define OPTION_ID_BYTES_MAX 32

typedef enum err check_fn(struct post_options *options, const char *value,
			  struct fault *fault);

static enum err invalid_unless(bool is_good)
{
	return is_good ? ERR_OK : ERR_INVALID;
}

static enum err check_text(struct post_options *options, const char *value,
			   struct fault *fault)
{
	(void)options;
	(void)fault;
	return invalid_unless(*value != '\0');
}

static enum err check_url(struct post_options *options, const char *value,
			  struct fault *fault)
{
	return post_url_parse(value, &options->url, fault);
}

static enum err check_vkey(struct post_options *options, const char *value,
			   struct fault *fault)
{
	return vkey_parse(slice_of_text(value), &options->vkey, fault);
}

static enum err check_source(struct post_options *options, const char *value,
			     struct fault *fault)
{
	enum batch_source source;

	(void)options;
	(void)fault;
	return batch_source_parse(slice_of_text(value), &source);
}

static enum err check_period(struct post_options *options, const char *value,
			     struct fault *fault)
{
	struct month month;

	(void)options;
	(void)fault;
	return month_parse(value, &month);
}

static enum err check_date(struct post_options *options, const char *value,
			   struct fault *fault)
{
	struct date date;

	(void)options;
	(void)fault;
	return date_parse(value, &date);
}

static enum err check_step(struct post_options *options, const char *value,
			   struct fault *fault)
{
	(void)fault;
	if (cents_parse(value, &options->step) != ERR_OK)
		return ERR_INVALID;
	return invalid_unless(cents_is_positive(options->step));
}

static enum err check_id(struct post_options *options, const char *value,
			 struct fault *fault)
{
	(void)options;
	(void)fault;
	return invalid_unless(text_is_id(slice_of_text(value), OPTION_ID_BYTES_MAX));
}

static enum err check_reference(struct post_options *options, const char *value,
				struct fault *fault)
{
	(void)options;
	(void)fault;
	return invalid_unless(text_is_ref(slice_of_text(value)));
}

static enum err check_corrects(struct post_options *options, const char *value,
			       struct fault *fault)
{
	(void)fault;
	if (decimal_parse(value, strlen(value), &options->corrects) != ERR_OK)
		return ERR_INVALID;
	return invalid_unless(options->corrects <= INT64_MAX);
}

static enum err check_retries(struct post_options *options, const char *value,
			      struct fault *fault)
{
	uint64_t number;

	(void)fault;
	if (decimal_parse(value, strlen(value), &number) != ERR_OK ||
	    number > POST_RETRIES_MAX)
		return ERR_INVALID;
	options->retries = (unsigned)number;
	return ERR_OK;
}

static const struct option_def {
	const char *name;
	bool is_needed;
	check_fn *check;
	const char *form; /* for a person */
} defs[POST_WORD__COUNT] = {
	[POST_URL] = { "url", true, check_url, "https://HOST" },
	[POST_TOKEN_FILE] = { "token-file", true, check_text, "a file's name" },
	[POST_VKEY] = { "vkey", true, check_vkey, "the log's key, NAME+ID+BASE64" },
	[POST_STATE] = { "state", true, check_text, "a file's name" },
	[POST_SOURCE] = { "source", true, check_source, "salary, invoice or till" },
	[POST_PERIOD] = { "period", true, check_period, "a month, YYYY-MM" },
	[POST_COLLECTED_ON] = { "collected-on", true, check_date, "a day, YYYY-MM-DD" },
	[POST_STEP] = { "step", true, check_step, "the rounding step in euros: 1.00" },
	[POST_TERMS] = { "terms", true, check_id, "the consent terms' version" },
	[POST_REFERENCE] = { "reference", true, check_reference,
			     "1 to 32 of A-Z 0-9 . _ -" },
	[POST_SITE] = { "site", false, check_id, "1 to 32 of a-z 0-9 : . _ -" },
	[POST_COMPANY] = { "company", false, check_id, "employer:SIREN" },
	[POST_RETRIES] = { "retries", false, check_retries, "a number from 0 to 20" },
	[POST_KEY] = { "key", false, check_text, "a file's name" },
	[POST_PASSPHRASE_FILE] = { "passphrase-file", false, check_text,
				   "a file's name" },
	[POST_CORRECTS] = { "corrects", false, check_corrects,
			    "the position of the batch, a number" },
	[POST_REASON] = { "reason", false, check_id,
			  "amount, credit-note, no-consent or payslip-cancelled" },
	[POST_CA] = { "ca", false, check_text, "a file's name" },
};
static_assert(POST_RETRIES_MAX == 20, "as the table tells a person");

const char *post_word_name(enum post_word word)
{
	assert(word < POST_WORD__COUNT);
	return defs[word].name;
}

void post_options_init(struct post_options *options)
{
	*options = (struct post_options){ .retries = POST_RETRIES_DEFAULT };
	buffer_init(&options->config, POST_CONFIG_BYTES_MAX);
}

void post_options_release(struct post_options *options)
{
	buffer_release(&options->config);
}

/* ---- the configuration file ---- */

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r", end[-1]))
		end--;
	*end = '\0';
	return text;
}

static bool is_printable(const char *line)
{
	for (; *line; line++)
		if (((unsigned char)*line < ' ' && *line != '\t') || *line == 0x7f)
			return false;
	return true;
}

/* The option of that name, or POST_WORD__COUNT. */
static enum post_word word_by_name(const char *name)
{
	for (unsigned i = 0; i < POST_WORD__COUNT; i++)
		if (strcmp(defs[i].name, name) == 0)
			return (enum post_word)i;
	return POST_WORD__COUNT;
}

/* Cuts one line into a name and a value. The line is the options' own. */
static enum err take_line(const char *found[POST_WORD__COUNT], char *line,
			  struct fault *fault)
{
	enum post_word word;
	char *text = trim(line), *equals;

	if (*text == '\0' || *text == '#')
		return ERR_OK;
	equals = strchr(text, '=');
	if (!equals || !is_printable(text))
		return fault_set(fault, ERR_USAGE, "a line must be 'name = value'");
	*equals = '\0';
	word = word_by_name(trim(text));
	if (word == POST_WORD__COUNT)
		return fault_set(fault, ERR_USAGE, "there is no option of this name");
	if (found[word])
		return fault_set(fault, ERR_USAGE, "'%s' stands twice", defs[word].name);
	found[word] = trim(equals + 1);
	return ERR_OK;
}

enum err post_options_read(struct post_options *options, const char *path,
			   struct fault *fault)
{
	const char *found[POST_WORD__COUNT] = { NULL };
	struct buffer *config = &options->config;
	unsigned number = 1;
	char *line, *end;
	enum err err = file_read(path, POST_CONFIG_BYTES_MAX, config, fault);

	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_IO, "file '%s' does not exist", path);
	if (err || config->n == 0)
		return err;
	if (memchr(config->p, 0, config->n))
		return fault_set(fault, ERR_USAGE, "%s:1: this is no text file", path);
	for (line = (char *)config->p; line; line = end, number++) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		err = take_line(found, line, fault);
		if (err) {
			(void)fault_prefix(fault, "%s:%u", path, number);
			return err;
		}
	}
	for (unsigned i = 0; i < POST_WORD__COUNT; i++)
		if (!options->word[i])
			options->word[i] = found[i];
	return ERR_OK;
}

/* ---- what must hold ---- */

enum err post_options_check(struct post_options *options, struct fault *fault)
{
	for (unsigned i = 0; i < POST_WORD__COUNT; i++) {
		const struct option_def *def = &defs[i];
		const char *value = options->word[i];
		struct fault why = { .err = ERR_OK };

		if (!value && def->is_needed)
			return fault_set(fault, ERR_USAGE, "--%s is missing: give %s",
					 def->name, def->form);
		if (!value || def->check(options, value, &why) == ERR_OK)
			continue;
		if (why.err != ERR_OK)
			return fault_set(fault, ERR_USAGE, "--%s: %s", def->name,
					 why.text);
		return fault_set(fault, ERR_USAGE, "--%s must be %s", def->name,
				 def->form);
	}
	if (!options->word[POST_CORRECTS] != !options->word[POST_REASON])
		return fault_set(fault, ERR_USAGE,
				 "--corrects and --reason are given together");
	if (!options->file)
		return fault_set(fault, ERR_USAGE, "name the file to post");
	return ERR_OK;
}
