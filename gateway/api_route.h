/*
 * api_route.h - every address that the gateway answers: the one table.
 *
 * A route is a method, a path's template, who may use it, and the functions that
 * do it. Requests are matched against this table, roles are checked by it, the
 * OpenAPI document and the metrics' labels are drawn from it: an address that is
 * not here is not answered, and one that is here is described. The routes of kinds
 * of entry are unfolded from ledger/kinds.def.
 *
 * A template's segment "{position}" stands for one segment, "{tile+}" at the end for
 * one or more.
 */
#ifndef ARRONDI_GATEWAY_API_ROUTE_H
#define ARRONDI_GATEWAY_API_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/http.h"
#include "gateway/metrics.h"
#include "keys/slice.h"
#include "ledger/kind.h"
#include "ledger/ledger.h"

struct api;
struct api_call;

#define ROUTE_VARIABLES_MAX  2
#define ROUTE_PATH_BYTES_MAX 64

enum route_body {
	ROUTE_BODY_NONE,
	ROUTE_BODY_ENTRY,    /* the draft of an entry of route->kind, as JSON */
	ROUTE_BODY_BATCH,    /* JSON, or CSV with the members as parameters */
	ROUTE_BODY_BALLOT,   /* a signed note as text, or JSON */
	ROUTE_BODY_DECISION, /* nothing, or JSON */
	ROUTE_BODY_DELIVERY, /* a payment provider's, as it came */
};

/* The media type of what is answered, and how OpenAPI describes it. */
enum route_answer {
	ROUTE_JSON,
	ROUTE_TEXT,
	ROUTE_BYTES,
	ROUTE_HTML,
};

/* Fills the reply, or returns an error that becomes a problem. */
typedef enum err route_fn(struct api_call *call, struct ledger *ledger,
			  struct http_reply *reply, struct fault *fault);

struct route {
	enum http_method method; /* HTTP_GET or HTTP_POST */
	const char *path;        /* the template */
	unsigned roles;          /* enum role bits; 0: public */
	enum kind kind;          /* of what it records or lists */
	enum route_body body;
	enum route_answer answers;
	const char *parameters; /* "after limit"; "" for none */
	const char *does;       /* one line, for OpenAPI */

	bool is_hook; /* a delivery, for the inbox: none of the functions below */

	/* One of three. direct: in the server's thread, without the ledger. read: from
	 * a ledger that was opened for reading. draft: prepares a submission, which is
	 * handed to the writer unless call->is_answered; `answer` follows, without a
	 * ledger where the route is brief. */
	void (*direct)(struct api *api, struct http_reply *reply);
	route_fn *read;
	route_fn *draft;
	route_fn *answer;
	bool answers_refusal; /* `answer` also sees what the writer refused */
	bool is_brief; /* its draft and answer are the server's threads' own work */
};

struct routes {
	struct route route[METRICS_ROUTES_MAX];
	size_t count;
	char paths[KIND__COUNT][ROUTE_PATH_BYTES_MAX]; /* of the kinds' routes */
};

/* entries_public: entry bundles are served without a token. *routes must not move
 * afterwards. */
void routes_init(struct routes *routes, bool entries_public);

struct route_match {
	const struct route *route; /* NULL: no such path, or not with that method */
	bool is_path_known;
	bool has_get, has_post;                     /* methods of that path */
	struct slice variable[ROUTE_VARIABLES_MAX]; /* into the path */
};

/* HTTP_HEAD is matched as HTTP_GET. */
void routes_match(const struct routes *routes, enum http_method method, const char *path,
		  struct route_match *ret_match);

/* Whether the route knows a query parameter of that name. */
bool route_takes(const struct route *route, const char *parameter);

#endif
