/*
 * http_watch.c - who holds a connection, since when, and for how much longer.
 *
 *	idle ---read---> reading ---handle---> handling ---reply---> replying
 *	 ^  \               |  \______________________reply_____________^ |
 *	 |   \              |                                             |
 *	 |    `---cut-------+--> last word --(linger)--> shut <--(late)---+
 *	 `------------------------------rest------------------------------'
 *
 * A connection is idle until its request line is whole, so the idle time also bounds
 * a request line that dribbles in. Nothing bounds `handling`: that time is ours.
 *
 * After the last word only our sending side is shut, so that a client that is still
 * sending can read it: shutting both at once makes the kernel answer the client's next
 * byte with a reset. The rest follows when the linger time is over.
 *
 * Whoever comes when all places are taken gets that of the one who keeps us waiting for
 * the longest: who is idle, or sends a request, or takes a reply more slowly than
 * LIMIT_REPLY_RATE_BYTES_PER_S. So thousands who say nothing keep nobody out, and an
 * upload by who is known is not cut as long as it goes on at that rate. The list is in
 *the order of waiting: who enters a phase goes to its front.
 */
#include <assert.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>

#include "gateway/http_watch.h"
#include "gateway/limits.h"

enum phase {
	PHASE_IDLE,
	PHASE_READING,
	PHASE_HANDLING,
	PHASE_REPLYING,
	PHASE_LAST_WORD,
	PHASE_SHUT,
};

struct http_peer {
	struct http_peer *previous, *next;
	int fd;
	enum phase phase;
	int64_t since_ms;        /* when the phase began */
	int64_t looked_ms;       /* idle: when its bytes were last counted */
	int64_t reply_ms;        /* replying: the time that it has */
	uint64_t bytes_received; /* what had come when it was idle last */
	uint64_t bytes_taken;    /* replying: what the client had taken before */
	unsigned last_word;
	bool is_listed;
	bool is_trusted; /* reading: may take its time, as long as it goes on */
};

struct http_watch {
	struct http_watch_options options;
	pthread_mutex_t mutex; /* of everything below */
	pthread_cond_t wake;
	pthread_t thread;
	struct http_peer *first, *last;
	unsigned open_count; /* peers that are not yet told to go */
	bool is_closed;
	bool is_stopping;
};

static const struct last_word {
	unsigned status;
	const char *reason;
	const char *fields;
	const char *problem;
} last_words[] = {
	{ 408, "Request Timeout", "",
	  "{\"type\":\"/problems/timeout\",\"title\":\"The request took too long\","
	  "\"status\":408}" },
	{ 413, "Content Too Large", "",
	  "{\"type\":\"/problems/too-big\",\"title\":\"What was sent is past a limit\","
	  "\"status\":413}" },
	{ 429, "Too Many Requests", "Retry-After: 5\r\n",
	  "{\"type\":\"/problems/connections\",\"title\":\"There are too many "
	  "connections\",\"status\":429}" },
	{ 503, "Service Unavailable", "Retry-After: 5\r\n",
	  "{\"type\":\"/problems/busy\",\"title\":\"The service is busy\","
	  "\"status\":503}" },
};
static_assert(LIMIT_RETRY_AFTER_S == 5, "the last word says so, too");

static int64_t now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* always there on Linux */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void watch_lock(struct http_watch *watch)
{
	if (pthread_mutex_lock(&watch->mutex))
		abort();
}

static void watch_unlock(struct http_watch *watch)
{
	if (pthread_mutex_unlock(&watch->mutex))
		abort();
}

static struct tcp_info connection_info(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof info;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n))
		return (struct tcp_info){ 0 };
	return info;
}

/* What the kernel has taken in on this connection since it began. */
static uint64_t bytes_received(int fd)
{
	return connection_info(fd).tcpi_bytes_received;
}

/* What the client has confirmed to have. */
static uint64_t bytes_taken(int fd)
{
	return connection_info(fd).tcpi_bytes_acked;
}

/* A client that does not take the last word has only itself to blame: nothing is
 * tried twice, and nothing waits. */
static void socket_say(int fd, unsigned status)
{
	const struct last_word *word = last_words;
	char text[512];
	ssize_t sent;
	int n;

	while (word->status != status) {
		word++;
		assert(word < last_words + sizeof last_words / sizeof *last_words);
	}
	n = snprintf(text, sizeof text,
		     "HTTP/1.1 %u %s\r\nContent-Type: application/problem+json\r\n"
		     "Content-Length: %zu\r\n%sConnection: close\r\n\r\n%s",
		     status, word->reason, strlen(word->problem), word->fields,
		     word->problem);
	assert(n > 0 && (size_t)n < sizeof text);
	sent = send(fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)sent;
}

static bool is_open(enum phase phase)
{
	switch (phase) {
	case PHASE_IDLE:
	case PHASE_READING:
	case PHASE_HANDLING:
	case PHASE_REPLYING:
		return true;
	case PHASE_LAST_WORD:
	case PHASE_SHUT:
		return false;
	}
	abort();
}

static void watch_link(struct http_watch *watch, struct http_peer *peer)
{
	peer->previous = NULL;
	peer->next = watch->first;
	if (peer->next)
		peer->next->previous = peer;
	else
		watch->last = peer;
	watch->first = peer;
	watch->open_count += is_open(peer->phase);
	peer->is_listed = true;
}

static void watch_unlink(struct http_watch *watch, struct http_peer *peer)
{
	if (peer->previous)
		peer->previous->next = peer->next;
	else
		watch->first = peer->next;
	if (peer->next)
		peer->next->previous = peer->previous;
	else
		watch->last = peer->previous;
	watch->open_count -= is_open(peer->phase);
	peer->is_listed = false;
}

static void peer_enter(struct http_watch *watch, struct http_peer *peer, enum phase phase)
{
	if (peer->is_listed)
		watch_unlink(watch, peer);
	peer->phase = phase;
	peer->since_ms = now_ms();
	peer->looked_ms = peer->since_ms;
	peer->is_trusted = false;
	watch_link(watch, peer);
}

static void peer_say(struct http_watch *watch, struct http_peer *peer, unsigned status)
{
	socket_say(peer->fd, status);
	(void)shutdown(peer->fd, SHUT_WR); /* fails when the client is gone: fine */
	peer->last_word = status;
	peer_enter(watch, peer, PHASE_LAST_WORD);
}

static void peer_shut(struct http_watch *watch, struct http_peer *peer)
{
	(void)shutdown(peer->fd, SHUT_RDWR);
	peer_enter(watch, peer, PHASE_SHUT);
}

static bool idle_peer_sends(const struct http_peer *peer)
{
	return bytes_received(peer->fd) > peer->bytes_received;
}

/* When something has to be looked at or done; INT64_MAX: never. */
static int64_t peer_due_ms(const struct http_watch *watch, const struct http_peer *peer)
{
	const struct http_watch_options *options = &watch->options;
	int64_t idle_end_ms = peer->since_ms + options->idle_ms;
	int64_t look_ms = peer->looked_ms + options->read_deadline_ms;

	switch (peer->phase) {
	case PHASE_IDLE:
		return idle_end_ms < look_ms ? idle_end_ms : look_ms;
	case PHASE_READING:
		return peer->since_ms + options->read_deadline_ms;
	case PHASE_REPLYING:
		return peer->since_ms + peer->reply_ms;
	case PHASE_LAST_WORD:
		return peer->since_ms + LIMIT_LINGER_MS;
	case PHASE_HANDLING:
	case PHASE_SHUT:
		return INT64_MAX;
	}
	abort();
}

static void peer_act(struct http_watch *watch, struct http_peer *peer, int64_t now)
{
	switch (peer->phase) {
	case PHASE_IDLE:
		if (idle_peer_sends(peer))
			peer_say(watch, peer, 408);
		else if (now >= peer->since_ms + watch->options.idle_ms)
			peer_shut(watch, peer);
		else
			peer->looked_ms = now;
		return;
	case PHASE_READING:
		peer_say(watch, peer, 408);
		return;
	case PHASE_REPLYING:
	case PHASE_LAST_WORD:
		peer_shut(watch, peer);
		return;
	case PHASE_HANDLING:
	case PHASE_SHUT:
		break;
	}
	abort();
}

/* No peer that enters a phase after this look is due before the shortest time is
 * over, so nobody has to wake the thread. */
static int64_t watch_look(struct http_watch *watch)
{
	const struct http_watch_options *options = &watch->options;
	int64_t now = now_ms();
	int64_t next = now + LIMIT_LINGER_MS;

	if (next > now + options->idle_ms)
		next = now + options->idle_ms;
	if (next > now + options->read_deadline_ms)
		next = now + options->read_deadline_ms;
	/* What is done to a peer takes it to the front of the list. */
	for (struct http_peer *peer = watch->first, *after; peer; peer = after) {
		int64_t due = peer_due_ms(watch, peer);

		after = peer->next;

		if (due <= now) {
			peer_act(watch, peer, now);
			due = peer_due_ms(watch, peer);
		}
		if (due < next)
			next = due;
	}
	return next > now ? next : now + 1;
}

static void *watch_run(void *argument)
{
	struct http_watch *watch = argument;

	watch_lock(watch);
	while (!watch->is_stopping) {
		int64_t next = watch_look(watch);
		struct timespec until = { .tv_sec = next / 1000,
					  .tv_nsec = next % 1000 * 1000000 };

		/* A time-out and a wake-up mean the same: look again. */
		(void)pthread_cond_clockwait(&watch->wake, &watch->mutex, CLOCK_MONOTONIC,
					     &until);
	}
	watch_unlock(watch);
	return NULL;
}

enum err http_watch_start(const struct http_watch_options *options,
			  struct http_watch **ret_watch)
{
	struct http_watch *watch = malloc(sizeof *watch);

	if (!watch)
		return ERR_MEMORY;
	*watch = (struct http_watch){
		.options = *options,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.wake = PTHREAD_COND_INITIALIZER,
	};
	if (pthread_create(&watch->thread, NULL, watch_run, watch)) {
		free(watch);
		return ERR_MEMORY;
	}
	*ret_watch = watch;
	return ERR_OK;
}

void http_watch_stop(struct http_watch *watch)
{
	if (!watch)
		return;
	watch_lock(watch);
	watch->is_stopping = true;
	assert(!watch->first);
	(void)pthread_cond_signal(&watch->wake); /* cannot fail */
	watch_unlock(watch);
	if (pthread_join(watch->thread, NULL))
		abort();
	(void)pthread_cond_destroy(&watch->wake); /* nobody waits: cannot fail */
	(void)pthread_mutex_destroy(&watch->mutex);
	free(watch);
}

/* ---- making room ---- */

/* Looks at sockets cost a call each. */
#define LOOKS_MAX 64

/* Whether so many bytes since the phase began are what a client of ours would do. */
static bool is_slow(const struct http_peer *peer, uint64_t bytes, int64_t now)
{
	int64_t rate_bytes_per_ms = LIMIT_REPLY_RATE_BYTES_PER_S / 1000;

	return (int64_t)bytes < (now - peer->since_ms) * rate_bytes_per_ms;
}

static bool keeps_us_waiting(const struct http_peer *peer, int64_t now)
{
	switch (peer->phase) {
	case PHASE_IDLE:
		return true;
	case PHASE_READING:
		return !peer->is_trusted ||
		       is_slow(peer, bytes_received(peer->fd) - peer->bytes_received,
			       now);
	case PHASE_REPLYING:
		return is_slow(peer, bytes_taken(peer->fd) - peer->bytes_taken, now);
	case PHASE_HANDLING:
	case PHASE_LAST_WORD:
	case PHASE_SHUT:
		return false;
	}
	abort();
}

/* There is no time to linger: the place is needed. */
static void peer_evict(struct http_watch *watch, struct http_peer *peer)
{
	if (peer->phase == PHASE_READING)
		peer_say(watch, peer, 503);
	peer_shut(watch, peer);
}

/* false where nobody keeps us waiting. */
static bool watch_make_room(struct http_watch *watch)
{
	int64_t now = now_ms();
	unsigned looks = 0;

	for (struct http_peer *peer = watch->last; peer; peer = peer->previous) {
		if (!is_open(peer->phase) || peer->phase == PHASE_HANDLING)
			continue;
		if (keeps_us_waiting(peer, now)) {
			peer_evict(watch, peer);
			return true;
		}
		if (++looks == LOOKS_MAX)
			break;
	}
	return false;
}

struct http_peer *http_watch_add(struct http_watch *watch, int fd)
{
	struct http_peer *peer = calloc(1, sizeof *peer);

	watch_lock(watch);
	if (peer && !watch->is_closed &&
	    (watch->open_count < watch->options.connections_max ||
	     watch_make_room(watch))) {
		peer->fd = fd;
		peer_enter(watch, peer, PHASE_IDLE);
	} else {
		/* Too many is for the client to wait for; a stop or no memory, ours. */
		socket_say(fd, peer && !watch->is_closed ? 429 : 503);
		free(peer);
		peer = NULL;
		(void)shutdown(fd, SHUT_RDWR);
	}
	watch_unlock(watch);
	return peer;
}

void http_watch_remove(struct http_watch *watch, struct http_peer *peer)
{
	if (!peer)
		return;
	watch_lock(watch);
	watch_unlink(watch, peer);
	watch_unlock(watch);
	free(peer);
}

void http_watch_close(struct http_watch *watch)
{
	watch_lock(watch);
	watch->is_closed = true;
	for (struct http_peer *peer = watch->first, *after; peer; peer = after) {
		after = peer->next;
		if (peer->phase == PHASE_IDLE && !idle_peer_sends(peer))
			peer_shut(watch, peer);
	}
	watch_unlock(watch);
}

/* Enters the phase unless the peer was given its last word. */
static bool peer_move(struct http_watch *watch, struct http_peer *peer, enum phase phase,
		      int64_t reply_ms)
{
	bool may;

	watch_lock(watch);
	may = is_open(peer->phase);
	if (may) {
		peer_enter(watch, peer, phase);
		peer->reply_ms = reply_ms;
		if (phase == PHASE_IDLE)
			peer->bytes_received = bytes_received(peer->fd);
		if (phase == PHASE_REPLYING)
			peer->bytes_taken = bytes_taken(peer->fd);
		if (phase == PHASE_IDLE && watch->is_closed)
			peer_shut(watch, peer);
	}
	watch_unlock(watch);
	return may;
}

void http_peer_read(struct http_watch *watch, struct http_peer *peer)
{
	(void)peer_move(watch, peer, PHASE_READING, 0);
}

void http_peer_trust(struct http_watch *watch, struct http_peer *peer)
{
	watch_lock(watch);
	peer->is_trusted = true;
	watch_unlock(watch);
}

bool http_peer_handle(struct http_watch *watch, struct http_peer *peer)
{
	return peer_move(watch, peer, PHASE_HANDLING, 0);
}

bool http_peer_reply(struct http_watch *watch, struct http_peer *peer, size_t reply_bytes)
{
	int64_t extra_ms = (int64_t)(reply_bytes / (LIMIT_REPLY_RATE_BYTES_PER_S / 1000));

	return peer_move(watch, peer, PHASE_REPLYING,
			 watch->options.read_deadline_ms + extra_ms);
}

void http_peer_rest(struct http_watch *watch, struct http_peer *peer)
{
	(void)peer_move(watch, peer, PHASE_IDLE, 0);
}

void http_peer_cut(struct http_watch *watch, struct http_peer *peer, unsigned status)
{
	watch_lock(watch);
	if (peer->phase == PHASE_IDLE || peer->phase == PHASE_READING)
		peer_say(watch, peer, status);
	watch_unlock(watch);
}

unsigned http_peer_last_word(struct http_watch *watch, const struct http_peer *peer)
{
	unsigned last_word;

	watch_lock(watch);
	last_word = peer->last_word;
	watch_unlock(watch);
	return last_word;
}
