/*
 * provider.c - a provider on this machine (provider.h).
 */
#include "tests/provider.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* The head, and the body that it announces. */
static bool request_is_whole(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n");
	const char *length = strcasestr(text, "\r\nContent-Length: ");

	if (!end || !length)
		return end != NULL;
	return strlen(end + 4) >=
	       strtoul(length + strlen("\r\nContent-Length: "), NULL, 10);
}

static void request_read(int fd, char *text)
{
	size_t n = 0;

	while (n < PROVIDER_REQUEST_BYTES - 1 && !request_is_whole(text)) {
		ssize_t got = read(fd, text + n, PROVIDER_REQUEST_BYTES - 1 - n);

		if (got <= 0)
			return;
		n += (size_t)got;
		text[n] = '\0';
	}
}

static void *provider_run(void *ctx)
{
	struct provider *provider = ctx;

	while (provider->asked < provider->count) {
		const char *answer = provider->answer[provider->asked];
		int fd = accept(provider->listener, NULL, NULL);

		if (fd < 0)
			break;
		request_read(fd, provider->request[provider->asked++]);
		if (answer[0] && write(fd, answer, strlen(answer)) < 0)
			perror("write");
		close(fd);
	}
	return NULL;
}

void provider_start(struct provider *provider)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t n = sizeof address;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	provider->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(provider->listener >= 0);
	assert_int_equal(bind(provider->listener, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(provider->listener, 8), 0);
	assert_int_equal(getsockname(provider->listener, (struct sockaddr *)&address, &n),
			 0);
	provider->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&provider->thread, NULL, provider_run, provider),
			 0);
}

void provider_stop(struct provider *provider)
{
	shutdown(provider->listener, SHUT_RDWR);
	pthread_join(provider->thread, NULL);
	close(provider->listener);
}
