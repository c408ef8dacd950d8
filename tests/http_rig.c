/*
 * http_rig.c - a server to be tried, and a client that may say anything.
 *
 * The client is plain sockets on purpose: a library would refuse to send most of what
 * the server has to withstand.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/http_rig.h"

#define CLIENT_PATIENCE_MS 20000

#define must(condition)                                                                  \
	do {                                                                             \
		if (!(condition)) {                                                      \
			perror(#condition);                                              \
			abort();                                                         \
		}                                                                        \
	} while (0)

int64_t rig_now_ms(void)
{
	struct timespec now;

	must(!clock_gettime(CLOCK_MONOTONIC, &now));
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void rig_sleep_ms(unsigned ms)
{
	const struct timespec pause = { .tv_sec = ms / 1000,
					.tv_nsec = (long)(ms % 1000) * 1000000 };

	must(!nanosleep(&pause, NULL));
}

static size_t rig_body_bytes_max(void *user, const struct http_request *request)
{
	(void)user;
	return strcmp(http_request_path(request), "/none") == 0 ? 0 : RIG_BODY_BYTES;
}

static void answer_echo(struct http_request *request, struct http_reply *reply)
{
	reply->content_type = "application/octet-stream";
	buffer_put_slice(&reply->body, http_request_body(request));
}

static void answer_text(struct http_reply *reply, const char *text)
{
	reply->content_type = "text/plain";
	buffer_put_text(&reply->body, text);
}

static void answer_field(struct http_request *request, const char *name,
			 struct http_reply *reply)
{
	const char *value;
	enum err err = http_request_header(request, name, &value);

	answer_text(reply, err ? err_name(err) : value);
}

static void rig_defer(struct rig *rig, struct http_request *request, bool is_never)
{
	http_request_defer(request);
	must(!pthread_mutex_lock(&rig->mutex));
	if (is_never) {
		must(!rig->kept);
		rig->kept = request;
	} else {
		must(rig->waiting_count < RIG_WAITING_MAX);
		rig->waiting[rig->waiting_count++] = request;
	}
	must(!pthread_cond_broadcast(&rig->more));
	must(!pthread_mutex_unlock(&rig->mutex));
}

static void rig_handle(void *user, struct http_request *request, struct http_reply *reply)
{
	struct rig *rig = user;
	const char *path = http_request_path(request);
	const char *a = http_request_parameter(request, "a");

	must(!pthread_mutex_lock(&rig->mutex));
	rig->handled++;
	must(!pthread_mutex_unlock(&rig->mutex));
	if (strcmp(path, "/hello") == 0) {
		http_request_name_route(request, "/hello");
		http_reply_header(reply, "Cache-Control", "max-age=%d", 60);
		answer_text(reply, "hello");
	} else if (strcmp(path, "/echo") == 0) {
		answer_echo(request, reply);
	} else if (strcmp(path, "/type") == 0) {
		answer_text(reply, http_request_content_type(request));
	} else if (strcmp(path, "/token") == 0) {
		answer_field(request, "authorization", reply);
	} else if (strcmp(path, "/note") == 0) {
		answer_field(request, "X-Note", reply);
	} else if (strcmp(path, "/query") == 0) {
		answer_text(reply, a ? a : "none");
	} else if (strcmp(path, "/bad") == 0) {
		http_reply_header(reply, "X-Bad", "%s", "one\r\ntwo");
	} else if (strcmp(path, "/large") == 0) {
		reply->content_type = "application/octet-stream";
		for (size_t i = 0; i < RIG_LARGE_BYTES / 16; i++)
			buffer_put_text(&reply->body, "0123456789abcdef");
	} else if (strcmp(path, "/later") == 0 || strcmp(path, "/never") == 0) {
		rig_defer(rig, request, path[1] == 'n');
	} else {
		reply->status = 404;
	}
}

static void rig_ended(void *user, const struct http_end *end)
{
	struct rig *rig = user;

	must(!pthread_mutex_lock(&rig->mutex));
	rig->ended++;
	rig->last_status = end->status;
	must(!pthread_cond_broadcast(&rig->more));
	must(!pthread_mutex_unlock(&rig->mutex));
}

/* An answer that the server's thread fills, maybe when nobody takes it. */
struct owed {
	struct rig *rig;
	struct http_request *request;
	const char *text; /* NULL: what was sent */
};

static void owed_fill(void *ctx, struct http_reply *reply)
{
	struct owed *owed = ctx;
	struct rig *rig = owed->rig;

	if (owed->text)
		answer_text(reply, owed->text);
	else
		answer_echo(owed->request, reply);
	free(owed);
	must(!pthread_mutex_lock(&rig->mutex));
	rig->filled++;
	must(!pthread_mutex_unlock(&rig->mutex));
}

static void finish_by(struct rig *rig, struct http_request *request, const char *text)
{
	struct owed *owed = malloc(sizeof *owed);

	must(owed);
	*owed = (struct owed){ rig, request, text };
	must(!pthread_mutex_lock(&rig->mutex));
	rig->owed++;
	must(!pthread_mutex_unlock(&rig->mutex));
	http_request_finish_by(request, owed_fill, owed);
}

/* The one writer: lets requests gather for a while, then answers them all. */
static void *rig_write(void *user)
{
	struct rig *rig = user;
	struct http_request *batch[RIG_WAITING_MAX];
	size_t count;

	for (;;) {
		must(!pthread_mutex_lock(&rig->mutex));
		while (rig->waiting_count == 0 && !rig->is_ending)
			must(!pthread_cond_wait(&rig->more, &rig->mutex));
		must(!pthread_mutex_unlock(&rig->mutex));
		rig_sleep_ms(RIG_LATER_MS);
		must(!pthread_mutex_lock(&rig->mutex));
		count = rig->waiting_count;
		memcpy(batch, rig->waiting, count * sizeof *batch);
		rig->waiting_count = 0;
		must(!pthread_mutex_unlock(&rig->mutex));
		if (count == 0)
			return NULL;
		for (size_t i = 0; i < count; i++) {
			struct http_reply reply;

			if (i % 2) {
				finish_by(rig, batch[i], NULL);
				continue;
			}
			http_reply_init(&reply);
			answer_echo(batch[i], &reply);
			http_request_finish(batch[i], &reply);
		}
	}
}

void rig_init(struct rig *rig)
{
	*rig = (struct rig){ .mutex = PTHREAD_MUTEX_INITIALIZER,
			     .more = PTHREAD_COND_INITIALIZER };
	http_options_init(&rig->options);
}

void rig_start(struct rig *rig)
{
	const struct http_hooks hooks = { .user = rig,
					  .body_bytes_max = rig_body_bytes_max,
					  .handle = rig_handle,
					  .ended = rig_ended };
	struct fault fault = { 0 };

	if (http_server_start(&rig->options, &hooks, &rig->server, &fault)) {
		fprintf(stderr, "%s\n", fault.text);
		abort();
	}
	must(!pthread_create(&rig->writer, NULL, rig_write, rig));
}

void rig_release(struct rig *rig)
{
	struct http_reply reply;
	struct http_request *kept;

	must(!pthread_mutex_lock(&rig->mutex));
	while (!rig->kept)
		must(!pthread_cond_wait(&rig->more, &rig->mutex));
	kept = rig->kept;
	rig->kept = NULL;
	must(!pthread_mutex_unlock(&rig->mutex));
	if (rig->kept_is_filled) {
		finish_by(rig, kept, "at last");
		return;
	}
	http_reply_init(&reply);
	answer_text(&reply, "at last");
	http_request_finish(kept, &reply);
}

void rig_end_writer(struct rig *rig)
{
	must(!pthread_mutex_lock(&rig->mutex));
	rig->is_ending = true;
	must(!pthread_cond_broadcast(&rig->more));
	must(!pthread_mutex_unlock(&rig->mutex));
	must(!pthread_join(rig->writer, NULL));
}

void rig_stop(struct rig *rig)
{
	must(http_server_stop(rig->server) == ERR_OK);
	rig_end_writer(rig);
	must(rig->filled == rig->owed);
	http_server_free(rig->server);
}

unsigned rig_handled(struct rig *rig)
{
	unsigned handled;

	must(!pthread_mutex_lock(&rig->mutex));
	handled = rig->handled;
	must(!pthread_mutex_unlock(&rig->mutex));
	return handled;
}

unsigned rig_last_status(struct rig *rig, unsigned ended)
{
	unsigned status;

	must(!pthread_mutex_lock(&rig->mutex));
	while (rig->ended < ended)
		must(!pthread_cond_wait(&rig->more, &rig->mutex));
	status = rig->last_status;
	must(!pthread_mutex_unlock(&rig->mutex));
	return status;
}

void client_open(struct client *client, const struct rig *rig)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)http_server_port(rig->server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	client->n = 0;
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(client->fd >= 0);
	must(!connect(client->fd, (const struct sockaddr *)&address, sizeof address));
}

void client_close(struct client *client)
{
	must(!close(client->fd));
}

bool client_send(struct client *client, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t sent = send(client->fd, at, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

bool client_say(struct client *client, const char *text)
{
	return client_send(client, text, strlen(text));
}

/* More bytes; false at the end of the connection, and when the server is silent for
 * too long. */
static bool client_receive(struct client *client, int within_ms)
{
	struct pollfd poll_fd = { .fd = client->fd, .events = POLLIN };
	ssize_t n;

	must(client->n < sizeof client->text - 1);
	if (poll(&poll_fd, 1, within_ms) != 1)
		return false;
	n = recv(client->fd, client->text + client->n,
		 sizeof client->text - 1 - client->n, 0);
	if (n <= 0)
		return false;
	client->n += (size_t)n;
	client->text[client->n] = '\0';
	return true;
}

static void client_drop(struct client *client, size_t n)
{
	client->n -= n;
	memmove(client->text, client->text + n, client->n);
	client->text[client->n] = '\0';
}

static size_t head_length(const char *head)
{
	const char *field = strcasestr(head, "\r\nContent-Length:");

	return field ? (size_t)strtoul(field + 17, NULL, 10) : 0;
}

void client_take(struct client *client, bool without_body, struct answer *ret_answer)
{
	char *end;
	size_t head, body;

	ret_answer->status = 0;
	ret_answer->head[0] = ret_answer->body[0] = '\0';
	client->text[client->n] = '\0';
	while (!(end = strstr(client->text, "\r\n\r\n")))
		if (!client_receive(client, CLIENT_PATIENCE_MS))
			return;
	head = (size_t)(end + 4 - client->text);
	memcpy(ret_answer->head, client->text, head);
	ret_answer->head[head] = '\0';
	client_drop(client, head);
	body = without_body ? 0 : head_length(ret_answer->head);
	must(body < sizeof ret_answer->body);
	while (client->n < body)
		if (!client_receive(client, CLIENT_PATIENCE_MS))
			return;
	memcpy(ret_answer->body, client->text, body);
	ret_answer->body[body] = '\0';
	client_drop(client, body);
	ret_answer->is_closing =
		strcasestr(ret_answer->head, "Connection: close") != NULL;
	ret_answer->status = (unsigned)strtoul(ret_answer->head + 9, NULL, 10);
}

bool client_sees_end(struct client *client, unsigned within_ms)
{
	struct pollfd poll_fd = { .fd = client->fd, .events = POLLIN };
	char byte;

	return client->n == 0 && poll(&poll_fd, 1, (int)within_ms) == 1 &&
	       recv(client->fd, &byte, 1, 0) <= 0;
}

void rig_ask(const struct rig *rig, const char *request, struct answer *ret_answer)
{
	struct client client;

	client_open(&client, rig);
	must(client_say(&client, request));
	client_take(&client, strncmp(request, "HEAD ", 5) == 0, ret_answer);
	client_close(&client);
}
