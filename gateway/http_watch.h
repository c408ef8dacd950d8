/*
 * http_watch.h - who holds a connection, since when, and for how much longer.
 *
 * libmicrohttpd's own time-out is per inactivity: a byte per second outlives it, and
 * it closes without a word. So the server tells this registry what each connection is
 * doing, and a thread of the registry ends those that are past their time, with a last
 * word (408) when no reply has begun.
 *
 * Promises:
 *  (1) A socket is touched only under the lock and only while it is registered, so its
 *      number cannot mean another file by then.
 *  (2) A last word and a reply exclude each other: whoever comes first under the
 *      lock writes, the other is told.
 *  (3) The lock is held for no blocking call, and no call goes back to the server.
 *  (4) Who keeps us waiting keeps nobody out: past connections_max, the one that has
 *      done so for the longest makes room.
 */
#ifndef ARRONDI_GATEWAY_HTTP_WATCH_H
#define ARRONDI_GATEWAY_HTTP_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/fault.h"

struct http_watch;
struct http_peer; /* one connection */

struct http_watch_options {
	unsigned connections_max;
	unsigned read_deadline_ms;
	unsigned idle_ms;
};

MUST_USE enum err http_watch_start(const struct http_watch_options *options,
				   struct http_watch **ret_watch);

/* Ends the thread. Every peer was removed before. Takes NULL. */
void http_watch_stop(struct http_watch *watch);

/* Registers a connection that is idle; past connections_max another is shut for it (4).
 * NULL where all others are served or send as they should, after http_watch_close() or
 * out of memory: then the socket was told 429 or 503 and shut. */
struct http_peer *http_watch_add(struct http_watch *watch, int fd);

/* Before the socket is closed. Takes NULL. */
void http_watch_remove(struct http_watch *watch, struct http_peer *peer);

/* From here on no connection is added, and those that are idle are shut. */
void http_watch_close(struct http_watch *watch);

/* What the peer does from now on. The two that answer say false when the connection
 * was given its last word: nothing more may be written. */
void http_peer_read(struct http_watch *watch, struct http_peer *peer);
/* It is known who sends this request: as long as it goes on, it makes no room. */
void http_peer_trust(struct http_watch *watch, struct http_peer *peer);
MUST_USE bool http_peer_handle(struct http_watch *watch, struct http_peer *peer);
MUST_USE bool http_peer_reply(struct http_watch *watch, struct http_peer *peer,
			      size_t reply_bytes);
void http_peer_rest(struct http_watch *watch, struct http_peer *peer);

/* Gives the peer its last word at once, when no reply has begun. status is 408, 413
 * or 503. */
void http_peer_cut(struct http_watch *watch, struct http_peer *peer, unsigned status);

/* The status of the last word, or 0. */
unsigned http_peer_last_word(struct http_watch *watch, const struct http_peer *peer);

#endif
