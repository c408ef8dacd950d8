/*
 * provider.h - a provider on this machine that says, one after the other, what it was
 * told to say, and keeps what it was asked.
 */
#ifndef ARRONDI_TESTS_PROVIDER_H
#define ARRONDI_TESTS_PROVIDER_H

#include <pthread.h>
#include <stddef.h>

#define PROVIDER_ANSWERS_MAX   32
#define PROVIDER_REQUEST_BYTES 4096

struct provider {
	int listener;
	unsigned port;
	pthread_t thread;
	const char *answer[PROVIDER_ANSWERS_MAX]; /* "": the connection just ends */
	size_t count;
	size_t asked; /* read after provider_stop() alone, as are the requests */
	char request[PROVIDER_ANSWERS_MAX][PROVIDER_REQUEST_BYTES];
};

#define ANSWERS(...)                                                                     \
	(const char *const[])                                                            \
	{                                                                                \
		__VA_ARGS__, NULL                                                        \
	}
#define ANSWER(status, more, body)                                                       \
	"HTTP/1.1 " status "\r\nConnection: close\r\n" more "\r\n" body

/* Its answers are in place; the port is then known. */
void provider_start(struct provider *provider);
/* Nobody is asked any more; what was not asked for is left. */
void provider_stop(struct provider *provider);

#endif
