/*
 * config.c - the gateway's configuration file.
 *
 * inih splits the lines; this file alone decides what they mean. inih tells its
 * handler no line number, so the lines are counted where they are handed to it; and
 * it cuts a long line in two, so a long line never reaches it.
 */
#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <inttypes.h>

#include "gateway/config.h"

enum config_type {
	CONFIG_TEXT,     /* char[max + 1] */
	CONFIG_YES_NO,   /* bool */
	CONFIG_UNSIGNED, /* unsigned */
	CONFIG_SIZE,     /* size_t */
};

struct config_key {
	const char *section;
	const char *name;
	enum config_type type;
	uint64_t min, max, fallback; /* of numbers; CONFIG_YES_NO: fallback 0 or 1 */
	const char *fallback_text;   /* of CONFIG_TEXT */
	size_t offset;               /* in struct config, or in an item of a family */
};

#define MIB        ((uint64_t)1024 * 1024)
#define AT(member) offsetof(struct config, member)
#define NUMBER(type, min, max, fallback, member)                                         \
	type, min, max, fallback, NULL, AT(member)

/* clang-format off */
static const struct config_key keys[] = {
	{ "gateway", "listen", CONFIG_TEXT, 1, LIMIT_LISTEN_BYTES, 0, "127.0.0.1:8080",
	  AT(listen) },
	{ "gateway", "threads",
	  NUMBER(CONFIG_UNSIGNED, 1, 64, LIMIT_THREADS, threads) },
	{ "gateway", "address_field", CONFIG_TEXT, 1, CONFIG_ID_CHARS, 0, "",
	  AT(address_field) },
	{ "gateway", "entries_public",
	  NUMBER(CONFIG_YES_NO, 0, 1, 0, entries_public) },
	{ "limits", "connections_max",
	  NUMBER(CONFIG_UNSIGNED, 8, 60000, LIMIT_CONNECTIONS, connections_max) },
	{ "limits", "connections_per_address_max",
	  NUMBER(CONFIG_UNSIGNED, 0, 60000, LIMIT_CONNECTIONS_PER_ADDRESS,
		 connections_per_address_max) },
	{ "limits", "read_deadline_s",
	  NUMBER(CONFIG_UNSIGNED, 1, 600, LIMIT_READ_DEADLINE_MS / 1000, read_deadline_s) },
	{ "limits", "idle_s",
	  NUMBER(CONFIG_UNSIGNED, 1, 600, LIMIT_IDLE_MS / 1000, idle_s) },
	{ "limits", "stop_grace_s",
	  NUMBER(CONFIG_UNSIGNED, 1, 600, LIMIT_STOP_GRACE_MS / 1000, stop_grace_s) },
	{ "limits", "header_bytes_max",
	  NUMBER(CONFIG_SIZE, 4096, 65536, LIMIT_HEADER_BYTES, header_bytes_max) },
	{ "limits", "body_bytes_max",
	  NUMBER(CONFIG_SIZE, 1024, 16 * MIB, LIMIT_BODY_BYTES, body_bytes_max) },
	{ "limits", "batch_body_bytes_max",
	  NUMBER(CONFIG_SIZE, 1024, 256 * MIB, LIMIT_BATCH_BODY_BYTES, batch_body_bytes_max) },
	{ "limits", "batch_rows_max",
	  NUMBER(CONFIG_SIZE, 1, LIMIT_BATCH_ROWS, LIMIT_BATCH_ROWS, batch_rows_max) },
	{ "limits", "in_flight_body_bytes_max",
	  NUMBER(CONFIG_SIZE, MIB, 16384 * MIB, LIMIT_IN_FLIGHT_BODY_BYTES,
		 in_flight_body_bytes_max) },
	{ "limits", "drain_bytes_max",
	  NUMBER(CONFIG_SIZE, 0, 1024 * MIB, LIMIT_DRAIN_BYTES, drain_bytes_max) },
	{ "inbox", "purge_days",
	  NUMBER(CONFIG_UNSIGNED, 1, 3660, LIMIT_PURGE_DAYS, purge_days) },
	{ "outbox", "purge_days",
	  NUMBER(CONFIG_UNSIGNED, 5, 3660, LIMIT_PURGE_DAYS, outbox_purge_days) },
};

#define HOOK_SECTION "hook "
#define HOOK_TEXT(name, min, max)                                                        \
	{ HOOK_SECTION, #name, CONFIG_TEXT, min, max, 0, "", offsetof(struct config_hook, name) }
/* Of each section [hook NAME]. */
static const struct config_key hook_keys[] = {
	HOOK_TEXT(provider, 1, CONFIG_ID_CHARS),
	{ HOOK_SECTION, "sandbox", CONFIG_YES_NO, 0, 1, 0, NULL,
	  offsetof(struct config_hook, sandbox) },
	HOOK_TEXT(member, 1, CONFIG_ID_CHARS),
	HOOK_TEXT(fund, 1, CONFIG_ID_CHARS),
	{ HOOK_SECTION, "authorisation", CONFIG_UNSIGNED, 1, UINT32_MAX, 0, NULL,
	  offsetof(struct config_hook, authorisation) },
	HOOK_TEXT(secret_file, 1, CONFIG_FILE_CHARS),
	HOOK_TEXT(path_secret_file, 1, CONFIG_FILE_CHARS),
	HOOK_TEXT(token_file, 1, CONFIG_FILE_CHARS),
	HOOK_TEXT(client_id_file, 1, CONFIG_FILE_CHARS),
	HOOK_TEXT(client_secret_file, 1, CONFIG_FILE_CHARS),
	HOOK_TEXT(api, 1, CONFIG_FILE_CHARS),
	HOOK_TEXT(trust_file, 1, CONFIG_FILE_CHARS),
	HOOK_TEXT(addresses, 1, CONFIG_FILE_CHARS),
	HOOK_TEXT(reconcile_at, 5, 5),
	HOOK_TEXT(account, 1, CONFIG_ID_CHARS),
};

#define NOTIFY_SECTION "notify "
#define NOTIFY_TEXT(name, min, max)                                                      \
	{ NOTIFY_SECTION, #name, CONFIG_TEXT, min, max, 0, "",                           \
	  offsetof(struct config_notify, name) }
/* Of each section [notify NAME]. */
static const struct config_key notify_keys[] = {
	NOTIFY_TEXT(member, 1, CONFIG_ID_CHARS),
	NOTIFY_TEXT(url, 1, CONFIG_FILE_CHARS),
	NOTIFY_TEXT(secret_file, 1, CONFIG_FILE_CHARS),
	NOTIFY_TEXT(trust_file, 1, CONFIG_FILE_CHARS),
	NOTIFY_TEXT(events, 1, CONFIG_FILE_CHARS),
	{ NOTIFY_SECTION, "missing_days", CONFIG_UNSIGNED, 0, 365, 0, NULL,
	  offsetof(struct config_notify, missing_days) },
};
/* clang-format on */

#define KEY_COUNT        (sizeof keys / sizeof *keys)
#define HOOK_KEY_COUNT   (sizeof hook_keys / sizeof *hook_keys)
#define NOTIFY_KEY_COUNT (sizeof notify_keys / sizeof *notify_keys)

static const struct config_hook fresh_hook;
static const struct config_notify fresh_notify = { .missing_days = LIMIT_MISSING_DAYS };

/* Sections of which there may be several, "[PREFIX NAME]". */
static const struct config_family {
	const char *prefix; /* with its blank */
	const char *word;   /* of messages */
	const struct config_key *key;
	size_t key_count;
	size_t items, item_bytes, items_max; /* the array in struct config */
	size_t count;                        /* and how many of it are in use */
	const void *fresh;                   /* what one begins as */
} families[] = {
	{ HOOK_SECTION, "hook", hook_keys, HOOK_KEY_COUNT, AT(hook),
	  sizeof(struct config_hook), CONFIG_HOOKS_MAX, AT(hook_count), &fresh_hook },
	{ NOTIFY_SECTION, "notify", notify_keys, NOTIFY_KEY_COUNT, AT(notify),
	  sizeof(struct config_notify), CONFIG_NOTIFIES_MAX, AT(notify_count),
	  &fresh_notify },
};
#define FAMILY_COUNT (sizeof families / sizeof *families)
#define FAMILY_ITEMS CONFIG_NOTIFIES_MAX /* the most of any */
#define FAMILY_KEYS  HOOK_KEY_COUNT
static_assert(CONFIG_HOOKS_MAX <= FAMILY_ITEMS && NOTIFY_KEY_COUNT <= FAMILY_KEYS,
	      "every key of every section has a place");
static_assert(offsetof(struct config_hook, name) == 0 &&
		      offsetof(struct config_notify, name) == 0,
	      "an item begins with its name");

struct config_reader {
	const char *path;
	FILE *file;
	unsigned line;
	unsigned first_line[KEY_COUNT]; /* where a key was set; 0: not yet */
	unsigned item_line[FAMILY_COUNT][FAMILY_ITEMS][FAMILY_KEYS];
	struct config config;
	struct fault *fault;
	enum err err; /* the first failure */
};

static void config_fail(struct config_reader *reader, enum err err, const char *what)
{
	if (!reader->err)
		reader->err = fault_set(reader->fault, err, "%s:%u: %s", reader->path,
					reader->line, what);
}

static void key_store_number(const struct config_key *key, void *base, uint64_t number)
{
	char *place = (char *)base + key->offset;

	switch (key->type) {
	case CONFIG_YES_NO:
		*(bool *)place = number != 0;
		return;
	case CONFIG_UNSIGNED:
		*(unsigned *)place = (unsigned)number;
		return;
	case CONFIG_SIZE:
		*(size_t *)place = (size_t)number;
		return;
	case CONFIG_TEXT:
		break;
	}
	abort();
}

void config_init(struct config *config)
{
	*config = (struct config){ 0 };
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct config_key *key = &keys[i];

		if (key->type == CONFIG_TEXT)
			(void)snprintf((char *)config + key->offset, key->max + 1, "%s",
				       key->fallback_text);
		else
			key_store_number(key, config, key->fallback);
	}
}

/* Digits alone: no sign, no blank, no unit; at most what the key allows. */
static enum err number_parse(const struct config_key *key, const char *value,
			     uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!*value || strlen(value) > 15)
		return ERR_USAGE;
	for (const char *c = value; *c; c++) {
		if (*c < '0' || *c > '9')
			return ERR_USAGE;
		number = number * 10 + (uint64_t)(*c - '0');
	}
	if (number < key->min || number > key->max)
		return ERR_USAGE;
	*ret_number = number;
	return ERR_OK;
}

static void key_set_number(struct config_reader *reader, const struct config_key *key,
			   void *base, const char *value)
{
	char what[160];
	uint64_t number;

	if (number_parse(key, value, &number) == ERR_OK) {
		key_store_number(key, base, number);
		return;
	}
	(void)snprintf(what, sizeof what,
		       "'%s' must be a whole number from %" PRIu64 " to %" PRIu64,
		       key->name, key->min, key->max);
	config_fail(reader, ERR_USAGE, what);
}

static void key_set(struct config_reader *reader, const struct config_key *key,
		    void *base, const char *value)
{
	char what[160];
	size_t n = strlen(value);

	switch (key->type) {
	case CONFIG_YES_NO:
		if (strcmp(value, "yes") == 0 || strcmp(value, "no") == 0) {
			key_store_number(key, base, value[0] == 'y');
			return;
		}
		(void)snprintf(what, sizeof what, "'%s' must be yes or no", key->name);
		config_fail(reader, ERR_USAGE, what);
		return;
	case CONFIG_TEXT:
		if (n >= key->min && n <= key->max) {
			memcpy((char *)base + key->offset, value, n + 1);
			return;
		}
		(void)snprintf(what, sizeof what,
			       "'%s' must have 1 to %" PRIu64 " characters", key->name,
			       key->max);
		config_fail(reader, ERR_USAGE, what);
		return;
	case CONFIG_UNSIGNED:
	case CONFIG_SIZE:
		key_set_number(reader, key, base, value);
		return;
	}
	abort();
}

/* What is no name is not repeated: it could be anything. */
static const char *name_or_mark(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz_")] ? "?" : text;
}

/* NAME of a section "hook NAME": a part of an address, or of a file's line. */
static bool item_name_fits(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n <= CONFIG_HOOK_NAME_CHARS && name[n] == '\0';
}

/* The item of that name, which is new or was begun before; its number in *ret_at. NULL
 * where there is no room for one more. */
static void *item_find(const struct config_family *family, struct config *config,
		       const char *name, size_t *ret_at)
{
	char *items = (char *)config + family->items;
	size_t *count = (size_t *)(void *)((char *)config + family->count);
	size_t at = 0;

	while (at < *count && strcmp(items + at * family->item_bytes, name) != 0)
		at++;
	if (at == family->items_max)
		return NULL;
	if (at == *count) {
		memcpy(items + at * family->item_bytes, family->fresh,
		       family->item_bytes);
		(void)snprintf(items + at * family->item_bytes,
			       CONFIG_HOOK_NAME_CHARS + 1, "%s", name);
		++*count;
	}
	*ret_at = at;
	return items + at * family->item_bytes;
}

/* The family that a section is of; NULL where it stands alone. */
static const struct config_family *family_of(const char *section)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++)
		if (strncmp(section, families[i].prefix, strlen(families[i].prefix)) == 0)
			return &families[i];
	return NULL;
}

/* The places that a section's keys are told apart, stored, and remembered by. */
struct key_group {
	const struct config_key *key;
	size_t count;
	void *base;
	unsigned *first_line;
	const char *word; /* the section, for messages */
};

static bool group_find(struct config_reader *reader, const char *section,
		       struct key_group *ret_group)
{
	const struct config_family *family = family_of(section);
	const char *name;
	char what[80];
	void *item;
	size_t at;

	if (!family) {
		*ret_group = (struct key_group){ keys, KEY_COUNT, &reader->config,
						 reader->first_line, section };
		return true;
	}
	name = section + strlen(family->prefix);
	if (!item_name_fits(name)) {
		(void)snprintf(what, sizeof what,
			       "a %s's name is 1 to 32 of a-z, 0-9 and '-'",
			       family->word);
		config_fail(reader, ERR_USAGE, what);
		return false;
	}
	item = item_find(family, &reader->config, name, &at);
	if (!item) {
		(void)snprintf(what, sizeof what, "there are too many sections of '%s'",
			       family->word);
		config_fail(reader, ERR_USAGE, what);
		return false;
	}
	*ret_group = (struct key_group){ family->key, family->key_count, item,
					 reader->item_line[family - families][at],
					 family->word };
	return true;
}

/* inih calls this for each pair; 1 means that it was understood. */
static int config_take(void *user, const char *section, const char *name,
		       const char *value)
{
	struct config_reader *reader = user;
	struct key_group group;
	char what[160];

	if (!group_find(reader, section, &group))
		return 0;
	for (size_t i = 0; i < group.count; i++) {
		if (strcmp(group.key[i].name, name) != 0 ||
		    (group.key == keys && strcmp(keys[i].section, section) != 0))
			continue;
		if (group.first_line[i]) {
			(void)snprintf(what, sizeof what,
				       "'%s' was set on line %u already", name,
				       group.first_line[i]);
			config_fail(reader, ERR_USAGE, what);
			return 0;
		}
		group.first_line[i] = reader->line;
		key_set(reader, &group.key[i], group.base, value);
		return reader->err == ERR_OK;
	}
	(void)snprintf(what, sizeof what, "there is no key '%.40s' in section '%.40s'",
		       name_or_mark(name), name_or_mark(group.word));
	config_fail(reader, ERR_USAGE, what);
	return 0;
}

/* A section that is not in the table is refused even when it is empty. */
static bool is_known_section(const char *line)
{
	char header[32];

	for (size_t i = 0; i < KEY_COUNT; i++) {
		int n = snprintf(header, sizeof header, "[%s]", keys[i].section);

		if (strncmp(line, header, (size_t)n) == 0)
			return true;
	}
	return line[0] == '[' && family_of(line + 1);
}

static void line_check(struct config_reader *reader, const char *line, size_t n)
{
	if (n > LIMIT_CONFIG_LINE_BYTES)
		config_fail(reader, ERR_USAGE, "the line is too long");
	else if (reader->line > LIMIT_CONFIG_LINES)
		config_fail(reader, ERR_USAGE, "the file has too many lines");
	else if (strlen(line) != n)
		config_fail(reader, ERR_USAGE, "there is a NUL in the line");
	else if (strchr(" \t\r\v\f", line[0]) && line[strspn(line, " \t\r\v\f\n")])
		config_fail(reader, ERR_USAGE, "a line may not begin with a blank");
	else if (line[0] == '[' && !is_known_section(line))
		config_fail(reader, ERR_USAGE, "there is no such section");
}

/* Gives inih the next line, like fgets(). NULL ends the file, or our patience. */
static char *config_line(char *line, int room, void *stream)
{
	struct config_reader *reader = stream;
	size_t n = 0;
	int c = EOF;

	if (reader->err)
		return NULL;
	assert(room > LIMIT_CONFIG_LINE_BYTES + 1);
	while (n < (size_t)room - 1 && (c = getc(reader->file)) != EOF) {
		line[n++] = (char)c;
		if (c == '\n')
			break;
	}
	line[n] = '\0';
	if (c == EOF && n == 0)
		return NULL;
	reader->line++;
	line_check(reader, line, n);
	return reader->err ? NULL : line;
}

enum err config_read(const char *path, struct config *ret_config, struct fault *fault)
{
	struct config_reader reader = { .path = path, .fault = fault };
	int line;

	reader.file = fopen(path, "rbe");
	if (!reader.file)
		return fault_set(fault, ERR_IO, "configuration '%s' cannot be read: %s",
				 path, strerror(errno));
	config_init(&reader.config);
	line = ini_parse_stream(config_line, &reader, config_take, &reader);
	if (reader.err == ERR_OK && ferror(reader.file))
		reader.err = fault_set(fault, ERR_IO, "configuration '%s' cannot be read",
				       path);
	if (reader.err == ERR_OK && line != 0) {
		reader.line = line > 0 ? (unsigned)line : 0;
		config_fail(&reader, ERR_USAGE,
			    "neither a [section], a comment nor key = value");
	}
	if (reader.err == ERR_OK)
		*ret_config = reader.config;
	(void)fclose(reader.file); /* read-only: nothing to lose */
	return reader.err;
}

void config_http_options(const struct config *config, struct http_options *options)
{
	http_options_init(options);
	options->listen = config->listen;
	options->threads = config->threads;
	options->connections_max = config->connections_max;
	options->connections_per_address_max = config->connections_per_address_max;
	options->read_deadline_ms = config->read_deadline_s * 1000;
	options->idle_ms = config->idle_s * 1000;
	options->stop_grace_ms = config->stop_grace_s * 1000;
	options->header_bytes_max = config->header_bytes_max;
	options->in_flight_body_bytes_max = config->in_flight_body_bytes_max;
	options->drain_bytes_max = config->drain_bytes_max;
}
