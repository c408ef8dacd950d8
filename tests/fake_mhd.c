/*
 * fake_mhd.c - see fake_mhd.h.
 */
#include "tests/fake_mhd.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/http_exchange_int.h"
#include "tests/fuzz.h"

#define FIELDS_MAX   80
#define ANSWER_BYTES ((size_t)64 << 20)

struct field {
	struct slice name, value;
};

struct MHD_Connection {
	struct field field[FIELDS_MAX];
	size_t field_count;
	union MHD_ConnectionInfo fd, peer;
	pthread_mutex_t mutex; /* of is_suspended */
	pthread_cond_t resumed;
	bool is_suspended;
	struct fake_answer *answer;
};

struct MHD_Response {
	unsigned refs;
	size_t n;
	bool is_constant; /* the bytes are not ours */
	void *bytes;      /* owned */
	char type[64];
};

/* ---- the library ---- */

struct MHD_Daemon *MHD_start_daemon(unsigned int flags, uint16_t port,
				    MHD_AcceptPolicyCallback accept, void *accept_ctx,
				    MHD_AccessHandlerCallback handle, void *ctx, ...)
{
	static int daemon;

	(void)flags;
	(void)port;
	(void)accept;
	(void)accept_ctx;
	(void)handle;
	(void)ctx;
	return (struct MHD_Daemon *)&daemon;
}

void MHD_stop_daemon(struct MHD_Daemon *daemon)
{
	(void)daemon;
}

const union MHD_ConnectionInfo *MHD_get_connection_info(struct MHD_Connection *connection,
							enum MHD_ConnectionInfoType type,
							...)
{
	return type == MHD_CONNECTION_INFO_SOCKET_CONTEXT ? &connection->peer
							  : &connection->fd;
}

int MHD_get_connection_values_n(struct MHD_Connection *connection,
				enum MHD_ValueKind kind, MHD_KeyValueIteratorN each,
				void *ctx)
{
	for (size_t i = 0; i < connection->field_count; i++) {
		const struct field *field = &connection->field[i];
		char *name = fuzz_text(field->name.p, field->name.n);
		char *value = fuzz_text(field->value.p, field->value.n);

		(void)each(ctx, kind, name, strlen(name), value, strlen(value));
		free(name);
		free(value);
	}
	return (int)connection->field_count;
}

struct MHD_Response *MHD_create_response_from_buffer(size_t n, void *bytes,
						     enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *response = calloc(1, sizeof *response);

	FUZZ_MUST(response &&
		  (mode == MHD_RESPMEM_MUST_FREE || mode == MHD_RESPMEM_PERSISTENT));
	*response = (struct MHD_Response){ .refs = 1, .n = n, .bytes = bytes };
	response->is_constant = mode == MHD_RESPMEM_PERSISTENT;
	return response;
}

enum MHD_Result MHD_add_response_header(struct MHD_Response *response, const char *name,
					const char *value)
{
	/* The library refuses an empty value and what would break a line. */
	FUZZ_MUST(name[0] && value[0] && !strpbrk(value, "\r\n"));
	if (strcmp(name, "Content-Type") == 0)
		snprintf(response->type, sizeof response->type, "%s", value);
	return MHD_YES;
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
				   struct MHD_Response *response)
{
	struct fake_answer *answer = connection->answer;

	FUZZ_MUST(answer->status == 0 && status >= 200 && status <= 599);
	answer->status = status;
	memcpy(answer->type, response->type, sizeof answer->type);
	buffer_put(&answer->body, response->bytes, response->n);
	return MHD_YES;
}

void MHD_destroy_response(struct MHD_Response *response)
{
	if (!response->is_constant)
		free(response->bytes);
	free(response);
}

void MHD_suspend_connection(struct MHD_Connection *connection)
{
	FUZZ_MUST(pthread_mutex_lock(&connection->mutex) == 0);
	connection->is_suspended = true;
	FUZZ_MUST(pthread_mutex_unlock(&connection->mutex) == 0);
}

void MHD_resume_connection(struct MHD_Connection *connection)
{
	FUZZ_MUST(pthread_mutex_lock(&connection->mutex) == 0);
	FUZZ_MUST(connection->is_suspended);
	connection->is_suspended = false;
	FUZZ_MUST(pthread_cond_signal(&connection->resumed) == 0);
	FUZZ_MUST(pthread_mutex_unlock(&connection->mutex) == 0);
}

static void resumed_wait(struct MHD_Connection *connection)
{
	FUZZ_MUST(pthread_mutex_lock(&connection->mutex) == 0);
	while (connection->is_suspended)
		FUZZ_MUST(pthread_cond_wait(&connection->resumed, &connection->mutex) ==
			  0);
	FUZZ_MUST(pthread_mutex_unlock(&connection->mutex) == 0);
}

/* ---- a request ---- */

struct head {
	char *method, *target, *version; /* owned */
};

/* What is behind the first n bytes. (NULL has no bytes, and C adds nothing to it.) */
static struct slice slice_behind(struct slice slice, size_t n)
{
	return slice_of(n ? slice.p + n : slice.p, slice.n - n);
}

static struct slice word_take(struct slice *line)
{
	const uint8_t *blank = line->n ? memchr(line->p, ' ', line->n) : NULL;
	struct slice word =
		slice_of(line->p, blank ? (size_t)(blank - line->p) : line->n);

	*line = slice_behind(*line, word.n + (blank != NULL));
	return word;
}

static bool head_read(struct fuzz_feed *feed, struct head *ret_head,
		      struct MHD_Connection *connection)
{
	struct slice line = fuzz_line(feed);
	struct slice method = word_take(&line), target = word_take(&line);

	if (!method.n || !target.n || !line.n)
		return false;
	while (feed->rest.n > 0 && connection->field_count < FIELDS_MAX) {
		struct slice field = fuzz_line(feed);
		const uint8_t *colon;

		if (field.n == 0)
			break;
		colon = memchr(field.p, ':', field.n);
		if (!colon)
			return false;
		connection->field[connection->field_count].name =
			slice_of(field.p, (size_t)(colon - field.p));
		while (++colon < field.p + field.n && *colon == ' ')
			;
		connection->field[connection->field_count++].value =
			slice_of(colon, (size_t)(field.p + field.n - colon));
	}
	*ret_head =
		(struct head){ fuzz_text(method.p, method.n),
			       fuzz_text(target.p, target.n), fuzz_text(line.p, line.n) };
	return true;
}

static bool step(struct http_server *server, struct MHD_Connection *connection,
		 const struct head *head, struct slice bytes, void **place)
{
	size_t n = bytes.n;

	return http_exchange_step(server, connection, head->target, head->method,
				  head->version, (const char *)bytes.p, &n,
				  place) == MHD_YES;
}

/* The head, the body in two parts, the end; and once more when it was deferred. */
static void exchange(struct http_server *server, struct MHD_Connection *connection,
		     const struct head *head, struct slice body)
{
	struct slice half = slice_of(body.p, body.n / 2);
	struct slice rest = slice_behind(body, half.n);
	struct slice none = slice_of(NULL, 0);
	void *place = http_exchange_begin(server, head->target, connection);
	bool goes_on;

	FUZZ_MUST(place != NULL);
	goes_on = step(server, connection, head, none, &place);
	if (goes_on && half.n && connection->answer->status == 0)
		goes_on = step(server, connection, head, half, &place);
	if (goes_on && rest.n && connection->answer->status == 0)
		goes_on = step(server, connection, head, rest, &place);
	if (goes_on && connection->answer->status == 0)
		goes_on = step(server, connection, head, none, &place);
	resumed_wait(connection);
	if (goes_on && connection->answer->status == 0)
		goes_on = step(server, connection, head, none, &place);
	FUZZ_MUST(!goes_on || connection->answer->status != 0);
	http_exchange_end(server, connection, &place,
			  MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

bool fake_ask(struct http_server *server, struct slice request,
	      struct fake_answer *ret_answer)
{
	struct MHD_Connection connection = { .answer = ret_answer };
	struct fuzz_feed feed = { request };
	struct head head = { NULL, NULL, NULL };
	void *peer = NULL;
	int ends[2];

	ret_answer->status = 0;
	if (!head_read(&feed, &head, &connection))
		return false;
	FUZZ_MUST(pthread_mutex_init(&connection.mutex, NULL) == 0);
	FUZZ_MUST(pthread_cond_init(&connection.resumed, NULL) == 0);
	FUZZ_MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	connection.fd.connect_fd = ends[0];
	http_exchange_connection(server, &connection, &peer,
				 MHD_CONNECTION_NOTIFY_STARTED);
	connection.peer.socket_context = peer;
	exchange(server, &connection, &head, feed.rest);
	http_exchange_connection(server, &connection, &peer,
				 MHD_CONNECTION_NOTIFY_CLOSED);
	FUZZ_MUST(close(ends[0]) == 0 && close(ends[1]) == 0);
	FUZZ_MUST(pthread_cond_destroy(&connection.resumed) == 0);
	FUZZ_MUST(pthread_mutex_destroy(&connection.mutex) == 0);
	free(head.method);
	free(head.target);
	free(head.version);
	return true;
}
