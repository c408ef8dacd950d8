/*
 * fake_mhd.h - a libmicrohttpd without sockets and threads: requests as text.
 *
 * A program that is linked with this has its functions in the place of the library's: the
 * server starts and stops, but what it is asked comes from fake_ask() alone, in the
 * caller's thread. What is deferred is waited for.
 *
 * A request's text is a request line, fields, an empty line, and the body; lines end in
 * LF. What libmicrohttpd itself would refuse (no method, no target) is refused here.
 */
#ifndef ARRONDI_TESTS_FAKE_MHD_H
#define ARRONDI_TESTS_FAKE_MHD_H

#include "gateway/http_request_int.h"
#include "keys/buffer.h"

struct fake_answer {
	unsigned status;    /* 0: the connection was closed without one */
	char type[64];      /* its Content-Type, or "" */
	struct buffer body; /* the caller inits and releases */
};

/* False where the text is no request at all; else it was answered or closed. */
bool fake_ask(struct http_server *server, struct slice request,
	      struct fake_answer *ret_answer);

#endif
