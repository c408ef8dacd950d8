/*
 * log.c - one structured line per event.
 *
 *  (1) No byte outside of the safe set gets into a line, whoever sent it.
 *  (2) A line is one write(2) that ends in the only newline of the line.
 *
 * A line that cannot be written is lost: a service that stops because nobody takes
 * its log would be worse.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "gateway/log.h"

/* Room that is kept for the end: " cut=yes" and the newline. */
#define LINE_END_BYTES 9

static enum log_level level_least = LOG_INFO;
static int log_fd = STDERR_FILENO;

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

void log_level_set(enum log_level least)
{
	level_least = least;
}

void log_fd_set(int fd)
{
	log_fd = fd;
}

static bool is_safe(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("._-:/{}+=@,", c));
}

static bool is_safe_value(const char *value)
{
	size_t n = strnlen(value, LIMIT_LOG_VALUE_BYTES + 1);

	if (n == 0 || n > LIMIT_LOG_VALUE_BYTES)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_safe(value[i]))
			return false;
	return true;
}

/* Puts " key=value" whole or not at all; value is safe. */
static void put_pair(struct log_line *line, const char *key, const char *value)
{
	size_t room = sizeof line->bytes - LINE_END_BYTES - line->n;
	size_t key_n = strlen(key), value_n = strlen(value);
	char *at = line->bytes + line->n;

	if (!line->is_wanted || line->is_cut)
		return;
	if (1 + key_n + 1 + value_n >= room) {
		line->is_cut = true;
		return;
	}
	if (line->n)
		*at++ = ' ';
	memcpy(at, key, key_n);
	at[key_n] = '=';
	memcpy(at + key_n + 1, value, value_n);
	line->n = (size_t)(at + key_n + 1 + value_n - line->bytes);
}

void log_begin(struct log_line *line, enum log_level level, const char *event)
{
	char stamp[sizeof "2026-11-22T20:16:27Z"];
	struct timespec now = { 0 };
	struct tm civil = { 0 };

	line->n = 0;
	line->is_cut = false;
	line->is_wanted = level <= level_least;
	if (!line->is_wanted)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now); /* has no way to fail here */
	if (!gmtime_r(&now.tv_sec, &civil) ||
	    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &civil) == 0)
		(void)snprintf(stamp, sizeof stamp, "-");
	put_pair(line, "time", stamp);
	put_pair(line, "level", level_names[level]);
	put_pair(line, "event", event);
}

void log_text(struct log_line *line, const char *key, const char *value)
{
	put_pair(line, key, value && is_safe_value(value) ? value : "REFUSED");
}

void log_integer(struct log_line *line, const char *key, int64_t value)
{
	char digits[sizeof "-9223372036854775808"];

	(void)snprintf(digits, sizeof digits, "%" PRId64, value);
	put_pair(line, key, digits);
}

void log_bool(struct log_line *line, const char *key, bool value)
{
	put_pair(line, key, value ? "yes" : "no");
}

void log_sentence(struct log_line *line, const char *key, const char *sentence)
{
	char text[LIMIT_LOG_LINE_BYTES / 2];
	size_t n = strnlen(sentence, sizeof text - 1);

	for (size_t i = 0; i < n; i++)
		text[i] = is_safe(sentence[i]) ? sentence[i] : '_';
	text[n] = '\0';
	put_pair(line, key, n ? text : "-");
}

void log_end(struct log_line *line)
{
	ssize_t n;

	if (!line->is_wanted)
		return;
	assert(line->n + LINE_END_BYTES <= sizeof line->bytes);
	if (line->is_cut) {
		memcpy(line->bytes + line->n, " cut=yes", LINE_END_BYTES - 1);
		line->n += LINE_END_BYTES - 1;
	}
	line->bytes[line->n++] = '\n';
	do {
		n = write(log_fd, line->bytes, line->n);
	} while (n < 0 && errno == EINTR);
}

void log_trouble(const char *troubled, const char *goes_on, const char *text,
		 bool *is_troubled)
{
	struct log_line line;

	if (*is_troubled == (text != NULL))
		return;
	*is_troubled = text != NULL;
	log_begin(&line, text ? LOG_ERROR : LOG_INFO, text ? troubled : goes_on);
	if (text)
		log_sentence(&line, "text", text);
	log_end(&line);
}
