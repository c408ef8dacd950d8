/*
 * caller.c - see caller.h.
 */
#include "tests/caller.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/trial.h"

#define PATIENCE_MS 60000 /* past it, a request is one that was never answered */
#define HEAD_BYTES  1024

void caller_init(struct caller *caller)
{
	*caller = (struct caller){ .fd = -1 };
	caller->answer = malloc(CALLER_ANSWER_BYTES + 1);
	if (!caller->answer)
		trial_fail("out of memory");
	caller->answer[0] = '\0';
	caller->body = caller->answer;
}

void caller_close(struct caller *caller)
{
	if (caller->fd >= 0)
		(void)close(caller->fd); /* whatever was said is said */
	caller->fd = -1;
}

void caller_release(struct caller *caller)
{
	caller_close(caller);
	free(caller->answer);
}

int caller_connect(unsigned port, unsigned patience_ms)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons((uint16_t)port),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct timeval patience = { .tv_sec = patience_ms / 1000,
					  .tv_usec = patience_ms % 1000 * 1000 };
	const int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) ||
	    connect(fd, (const struct sockaddr *)&address, sizeof address)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static bool send_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes += sent;
		n -= (size_t)sent;
	}
	return true;
}

static bool call_send(int fd, const struct call *call)
{
	char head[HEAD_BYTES];
	size_t body_n = call->body ? strlen(call->body) : 0;
	int n = snprintf(head, sizeof head,
			 "%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s%s%s%s%s%s"
			 "Content-Length: %zu\r\n\r\n",
			 call->method ? call->method : "POST", call->target,
			 call->token ? "Authorization: Bearer " : "",
			 call->token ? call->token : "", call->token ? "\r\n" : "",
			 call->type ? "Content-Type: " : "", call->type ? call->type : "",
			 call->type ? "\r\n" : "", call->fields ? call->fields : "",
			 body_n);

	if (n < 0 || (size_t)n >= sizeof head)
		trial_fail("a head is too long");
	return send_all(fd, head, (size_t)n) && send_all(fd, call->body, body_n);
}

/* 0 until the answer is whole. */
static size_t answer_whole(struct caller *caller)
{
	const char *end = strstr(caller->answer, "\r\n\r\n");
	const char *length = strcasestr(caller->answer, "\r\ncontent-length:");
	size_t whole;

	if (!end || !length || length > end)
		return 0;
	caller->body = end + 4;
	whole = (size_t)(end + 4 - caller->answer) + strtoul(length + 17, NULL, 10);
	if (whole > CALLER_ANSWER_BYTES)
		trial_fail("an answer is too long");
	return whole;
}

static unsigned answer_receive(struct caller *caller)
{
	size_t n = 0, whole = 0;

	caller->answer[0] = '\0';
	caller->body = caller->answer;
	while (!whole || n < whole) {
		ssize_t got =
			recv(caller->fd, caller->answer + n, CALLER_ANSWER_BYTES - n, 0);

		if (got <= 0)
			return 0;
		n += (size_t)got;
		caller->answer[n] = '\0';
		if (!whole)
			whole = answer_whole(caller);
	}
	if (strncmp(caller->answer, "HTTP/1.1 ", 9) != 0)
		trial_fail("an answer is none of HTTP: %.100s", caller->answer);
	return (unsigned)strtoul(caller->answer + 9, NULL, 10);
}

unsigned caller_ask(struct caller *caller, unsigned port, const struct call *call)
{
	unsigned status = 0;

	if (caller->fd >= 0 && caller->port != port)
		caller_close(caller);
	if (caller->fd < 0)
		caller->fd = caller_connect(port, PATIENCE_MS);
	caller->port = port;
	if (caller->fd < 0)
		return 0;
	/* Who refuses may answer before all was sent. */
	(void)call_send(caller->fd, call);
	status = answer_receive(caller);
	if (!status || strcasestr(caller->answer, "\r\nConnection: close"))
		caller_close(caller);
	return status;
}

/* Where the value of a member begins. Names are ours, and none of them stands in a
 * value. */
static const char *member_find(const struct caller *caller, const char *name)
{
	char key[64];
	const char *found;

	snprintf(key, sizeof key, "\"%s\":", name);
	found = strstr(caller->body, key);
	return found ? found + strlen(key) : NULL;
}

bool caller_number(const struct caller *caller, const char *name, uint64_t *ret_number)
{
	const char *value = member_find(caller, name);
	char *end;

	if (!value)
		return false;
	*ret_number = strtoull(value, &end, 10);
	return end != value;
}

bool caller_text(const struct caller *caller, const char *name, struct buffer *ret_text)
{
	const char *value = member_find(caller, name);

	if (!value || *value++ != '"')
		return false;
	for (; *value && *value != '"'; value++) {
		if (*value == '\\' && *++value == 'n')
			buffer_put(ret_text, "\n", 1);
		else
			buffer_put(ret_text, value, 1);
	}
	return *value == '"';
}

bool caller_entry(const struct caller *caller, struct slice *ret_entry)
{
	const char *value = member_find(caller, "entry");
	size_t n = value ? strlen(value) : 0;

	if (n < 3 || value[n - 1] != '}')
		return false;
	*ret_entry = slice_of(value, n - 1);
	return true;
}
