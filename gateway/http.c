/*
 * http.c - the server's start and its stop.
 *
 * The listening socket is ours, so that what is wrong with an address is told in the
 * system's words, and so that a stop can refuse new clients at once while the requests
 * under way are finished.
 *
 * The stop, in this order: no connection is accepted, new requests are refused and idle
 * connections shut; the requests under way get their grace; deferred ones that are
 * left are answered 503; then libmicrohttpd is stopped, which ends its threads.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/http_exchange_int.h"
#include "gateway/http_request_int.h"

/* Files beside the connections: the ledger's, the log's, epoll's. */
#define FILES_RESERVED  128
#define LISTEN_BACKLOG  4096 /* a storm of them waits here, with those who mean it */
#define POOL_BYTES_MIN  ((size_t)32 * 1024)
#define LAST_ANSWERS_MS 1000 /* for those that are there when the grace is over */

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} socket;
	socklen_t bytes;
};

void http_options_init(struct http_options *options)
{
	*options = (struct http_options){
		.listen = "127.0.0.1:0",
		.threads = LIMIT_THREADS,
		.connections_max = LIMIT_CONNECTIONS,
		.connections_per_address_max = LIMIT_CONNECTIONS_PER_ADDRESS,
		.read_deadline_ms = LIMIT_READ_DEADLINE_MS,
		.idle_ms = LIMIT_IDLE_MS,
		.stop_grace_ms = LIMIT_STOP_GRACE_MS,
		.header_bytes_max = LIMIT_HEADER_BYTES,
		.in_flight_body_bytes_max = LIMIT_IN_FLIGHT_BODY_BYTES,
		.drain_bytes_max = LIMIT_DRAIN_BYTES,
	};
}

void http_server_lock(struct http_server *server)
{
	if (pthread_mutex_lock(&server->mutex))
		abort();
}

void http_server_unlock(struct http_server *server)
{
	if (pthread_mutex_unlock(&server->mutex))
		abort();
}

void http_server_unref(struct http_server *server)
{
	if (atomic_fetch_sub(&server->refs, 1) > 1)
		return;
	(void)pthread_cond_destroy(&server->quiet); /* nobody waits: cannot fail */
	(void)pthread_mutex_destroy(&server->mutex);
	free(server);
}

static bool port_parse(const char *text, in_port_t *ret_port)
{
	size_t n = strlen(text);
	long port;

	if (n == 0 || n > 5 || strspn(text, "0123456789") != n)
		return false;
	port = strtol(text, NULL, 10);
	if (port > UINT16_MAX)
		return false;
	*ret_port = htons((uint16_t)port);
	return true;
}

/* ADDRESS:PORT, where an IPv6 address stands in brackets. No names: what is listened
 * on should not depend on a resolver. */
static bool address_parse(const char *text, struct address *ret_address)
{
	char host[LIMIT_LISTEN_BYTES + 1];
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	struct address address = { 0 };
	in_port_t port;

	if (n == 0 || n >= sizeof host || !port_parse(colon + 1, &port))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		address.socket.v6.sin6_family = AF_INET6;
		address.socket.v6.sin6_port = port;
		address.bytes = sizeof address.socket.v6;
		if (inet_pton(AF_INET6, host + 1, &address.socket.v6.sin6_addr) != 1)
			return false;
	} else {
		address.socket.v4.sin_family = AF_INET;
		address.socket.v4.sin_port = port;
		address.bytes = sizeof address.socket.v4;
		if (inet_pton(AF_INET, host, &address.socket.v4.sin_addr) != 1)
			return false;
	}
	*ret_address = address;
	return true;
}

static enum err listen_open(const char *listen_text, int *ret_fd, unsigned *ret_port,
			    struct fault *fault)
{
	struct address address;
	const int yes = 1, send_bytes = LIMIT_SEND_BUFFER_BYTES;
	enum err err = ERR_OK;
	int fd = -1;

	if (!address_parse(listen_text, &address))
		return fault_set(fault, ERR_USAGE,
				 "listen address is not ADDRESS:PORT: write it like"
				 " 127.0.0.1:8080 or [::1]:8080");
	fd = socket(address.socket.any.sa_family,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The connections inherit the buffer's size: else it grows to megabytes each. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes) ||
	    bind(fd, &address.socket.any, address.bytes) || listen(fd, LISTEN_BACKLOG) ||
	    getsockname(fd, &address.socket.any, &address.bytes)) {
		err = fault_set(fault, ERR_IO, "listen address '%s' cannot be used: %s",
				listen_text, strerror(errno));
		goto out;
	}
	/* sin_port and sin6_port share their place. */
	*ret_port = ntohs(address.socket.v4.sin_port);
	*ret_fd = fd;
	fd = -1;
out:
	if (fd >= 0)
		(void)close(fd); /* never used: nothing to lose */
	return err;
}

/* Room for all connections, those that are told 429, and our own files. */
static enum err files_reserve(const struct http_options *options, struct fault *fault)
{
	rlim_t need = (rlim_t)options->connections_max + LIMIT_CONNECTIONS_EXCESS +
		      FILES_RESERVED;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return fault_set(fault, ERR_IO, "limit of open files cannot be read: %s",
				 strerror(errno));
	if (limit.rlim_cur >= need)
		return ERR_OK;
	if (limit.rlim_max < need)
		return fault_set(
			fault, ERR_USAGE,
			"limit of open files is %llu and %llu are needed: raise it"
			" or lower connections_max",
			(unsigned long long)limit.rlim_max, (unsigned long long)need);
	limit.rlim_cur = need;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		return fault_set(fault, ERR_IO,
				 "limit of open files cannot be raised: %s",
				 strerror(errno));
	return ERR_OK;
}

/* A stop refuses connections here and not by MHD_quiesce_daemon(): that removes the
 * listening socket from each thread's epoll set, and ends the program where a
 * thread that is at its connection limit has just done the same (0.9.75). */
static enum MHD_Result accept_or_not(void *ctx, const struct sockaddr *address,
				     socklen_t address_bytes)
{
	const struct http_server *server = ctx;

	(void)address;
	(void)address_bytes;
	if (atomic_load(&server->connections) >=
	    server->options.connections_max + LIMIT_CONNECTIONS_EXCESS)
		return MHD_NO; /* our other files need theirs */
	return server->is_stopping ? MHD_NO : MHD_YES;
}

/* A thread of libmicrohttpd 0.9.75 that was told of exactly 128, 256, ... events waits
 * for another one before it acts on them. At its connection limit it does not listen, so
 * where all its connections ended at once it waited for ever. So each thread's limit is
 * never reached (accept_or_not() bounds them all), and a new connection always
 * wakes it; and it has a time-out, past all deadlines of ours. */
static unsigned daemon_connections(const struct http_options *options)
{
	return options->threads *
	       (options->connections_max + LIMIT_CONNECTIONS_EXCESS + options->threads);
}

static unsigned daemon_timeout_s(const struct http_options *options)
{
	unsigned longest_ms = options->read_deadline_ms > options->idle_ms
				      ? options->read_deadline_ms
				      : options->idle_ms;

	return (longest_ms + LIMIT_LINGER_MS) / 1000 + 1;
}

static bool daemon_start(struct http_server *server, int listen_fd)
{
	const struct http_options *options = &server->options;
	size_t pool_bytes = 2 * options->header_bytes_max;
	struct MHD_OptionItem pool[] = {
		{ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)options->threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	/* MHD_OPTION_STRICT_FOR_CLIENT is 0 because http_head.c is stricter, and because
	 * libmicrohttpd 0.9.75 writes the head of its own refusals twice. */
	if (options->threads == 1)
		pool[0].option = MHD_OPTION_END; /* a pool of one is refused */
	if (pool_bytes < POOL_BYTES_MIN)
		pool_bytes = POOL_BYTES_MIN;
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0,
		accept_or_not, server, http_exchange_step, server,
		MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_CONNECTION_LIMIT,
		daemon_connections(options), MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		options->connections_per_address_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		pool_bytes, MHD_OPTION_CONNECTION_TIMEOUT, daemon_timeout_s(options),
		MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_NOTIFY_CONNECTION,
		http_exchange_connection, server, MHD_OPTION_URI_LOG_CALLBACK,
		http_exchange_begin, server, MHD_OPTION_NOTIFY_COMPLETED,
		http_exchange_end, server, MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
	return server->daemon != NULL;
}

static struct http_server *server_new(const struct http_options *options,
				      const struct http_hooks *hooks)
{
	struct http_server *server = malloc(sizeof *server);

	if (!server)
		return NULL;
	*server = (struct http_server){
		.options = *options,
		.hooks = *hooks,
		.refs = 1,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.quiet = PTHREAD_COND_INITIALIZER,
	};
	server->options.listen = NULL;
	return server;
}

enum err http_server_start(const struct http_options *options,
			   const struct http_hooks *hooks,
			   struct http_server **ret_server, struct fault *fault)
{
	const struct http_watch_options watch_options = {
		.connections_max = options->connections_max,
		.read_deadline_ms = options->read_deadline_ms,
		.idle_ms = options->idle_ms,
	};
	struct http_server *server = NULL;
	int listen_fd = -1;
	enum err err;

	assert(options->threads > 0 && options->connections_max > 0);
	assert(options->read_deadline_ms > 0 && options->idle_ms > 0);
	err = files_reserve(options, fault);
	if (err)
		goto out;
	server = server_new(options, hooks);
	if (!server || http_watch_start(&watch_options, &server->watch)) {
		err = fault_set(fault, ERR_MEMORY, "no memory to start the server");
		goto out;
	}
	err = listen_open(options->listen, &listen_fd, &server->port, fault);
	if (err)
		goto out;
	if (!daemon_start(server, listen_fd)) {
		err = fault_set(fault, ERR_IO, "the server's threads cannot be started");
		goto out;
	}
	*ret_server = server;
	server = NULL;
	listen_fd = -1;
out:
	if (listen_fd >= 0)
		(void)close(listen_fd); /* nobody was accepted: nothing to lose */
	if (server) {
		http_watch_stop(server->watch);
		http_server_unref(server);
	}
	return err;
}

unsigned http_server_port(const struct http_server *server)
{
	return server->port;
}

/* Until no request is under way, or for that long; false where one still is. */
static bool quiet_wait(struct http_server *server, unsigned wait_ms)
{
	int64_t until_ms = http_now_ms() + wait_ms;
	struct timespec until = { .tv_sec = until_ms / 1000,
				  .tv_nsec = until_ms % 1000 * 1000000 };
	bool is_quiet;

	http_server_lock(server);
	while (server->under_way > 0 && http_now_ms() < until_ms)
		(void)pthread_cond_clockwait(&server->quiet, &server->mutex,
					     CLOCK_MONOTONIC,
					     &until); /* a time-out shows above */
	is_quiet = server->under_way == 0;
	http_server_unlock(server);
	return is_quiet;
}

enum err http_server_stop(struct http_server *server)
{
	bool is_quiet;

	server->is_stopping = true;
	http_watch_close(server->watch);
	(void)quiet_wait(server, server->options.stop_grace_ms); /* asked again below */
	http_request_abandon_all(server);
	/* Those that were answered a moment ago have yet to be sent, too. */
	is_quiet = quiet_wait(server, LAST_ANSWERS_MS);
	MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
	http_watch_stop(server->watch);
	server->watch = NULL;
	/* Its threads are gone, and whoever still holds a request abandons none. */
	return server->abandoned > 0 || !is_quiet ? ERR_BUSY : ERR_OK;
}

void http_server_free(struct http_server *server)
{
	if (!server)
		return;
	assert(!server->daemon);
	http_server_unref(server);
}
