/*
 * http_rig.h - a server to be tried, and a client that may say anything.
 *
 * The server's routes:
 *	/hello		"hello" at once
 *	/echo		the body
 *	/type		the content type
 *	/token		the Authorization field
 *	/note		the X-Note field
 *	/query		the parameter "a"
 *	/bad		a reply that cannot be sent
 *	/large		RIG_LARGE_BYTES bytes
 *	/later		the body, by another thread, RIG_LATER_MS after the first that
 *waits /never		deferred until rig_release()
 */
#ifndef ARRONDI_TESTS_HTTP_RIG_H
#define ARRONDI_TESTS_HTTP_RIG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/http.h"

#define RIG_BODY_BYTES  1000 /* what a body may have */
#define RIG_LARGE_BYTES ((size_t)8 * 1024 * 1024)
#define RIG_LATER_MS    20
#define RIG_WAITING_MAX 256
#define RIG_TEXT_BYTES  16384

struct rig {
	struct http_options options; /* may be changed before rig_start() */
	struct http_server *server;
	pthread_t writer;
	pthread_mutex_t mutex; /* of everything below */
	pthread_cond_t more;
	struct http_request *waiting[RIG_WAITING_MAX];
	size_t waiting_count;
	struct http_request *kept; /* by /never */
	bool is_ending;
	bool kept_is_filled;   /* /never is answered by http_request_finish_by() */
	unsigned owed, filled; /* answers by it */
	unsigned handled;
	unsigned ended;
	unsigned last_status; /* of the last request that ended */
};

struct client {
	int fd;
	char text[RIG_TEXT_BYTES]; /* what was received and not yet taken */
	size_t n;
};

struct answer {
	unsigned status; /* 0: the connection ended without a whole answer */
	bool is_closing; /* Connection: close */
	char head[RIG_TEXT_BYTES];
	char body[RIG_TEXT_BYTES];
};

void rig_init(struct rig *rig);
void rig_start(struct rig *rig);
void rig_stop(struct rig *rig);       /* expects that nothing was left over */
void rig_end_writer(struct rig *rig); /* the part of rig_stop() after the server's */
void rig_release(struct rig *rig);    /* answers /never */
unsigned rig_handled(struct rig *rig);
unsigned rig_last_status(struct rig *rig, unsigned ended); /* waits for that many */

int64_t rig_now_ms(void);
void rig_sleep_ms(unsigned ms);

void client_open(struct client *client, const struct rig *rig);
void client_close(struct client *client);

/* false when the server has closed. */
bool client_send(struct client *client, const void *bytes, size_t n);
bool client_say(struct client *client, const char *text);

/* The next answer. without_body: to HEAD. */
void client_take(struct client *client, bool without_body, struct answer *ret_answer);

/* true when the server ends the connection within that time, saying nothing more. */
bool client_sees_end(struct client *client, unsigned within_ms);

/* One request on a connection of its own. */
void rig_ask(const struct rig *rig, const char *request, struct answer *ret_answer);

#endif
