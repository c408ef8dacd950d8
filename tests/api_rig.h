/*
 * api_rig.h - the gateway in this process, over a temporary ledger, and a client.
 *
 * The client speaks through real sockets, one connection per request. rig_ask() may be
 * called from any thread, because it fails no test: who asks looks at the status.
 */
#ifndef ARRONDI_TESTS_API_RIG_H
#define ARRONDI_TESTS_API_RIG_H

#include "gateway/api.h"
#include "keys/token.h"
#include "tests/temporary.h"

#define API_TEXT_BYTES (1024 * 1024)

enum api_who {
	WHO_OPERATOR,
	WHO_TREASURER,
	WHO_SEAT,
	WHO_AUDITOR,
	WHO_EMPLOYER,
	WHO_OTHER,
	WHO__COUNT
};

struct api_rig {
	struct temporary *temporary; /* its ledger is closed while the gateway runs */
	struct config config;        /* may be changed before api_rig_start() */
	struct api *api;
	unsigned port; /* still known while the gateway stops */
	char token[WHO__COUNT][TOKEN_TEXT_BYTES + 1];
};

struct api_request {
	const char *method, *path;
	const char *token; /* NULL: none */
	const char *type;  /* NULL: none */
	const char *body;  /* NULL: none */
	size_t body_bytes; /* 0: as a text */
	const char *field; /* one more, "Name: value"; NULL: none */
};

struct api_answer {
	unsigned status; /* 0: no whole answer came */
	char *text;      /* owned: head and body */
	const char *body;
};

void api_rig_init(struct api_rig *rig);
void api_rig_start(struct api_rig *rig);
void api_rig_stop(struct api_rig *rig);
void api_rig_free(struct api_rig *rig);

void api_ask(const struct api_rig *rig, const struct api_request *request,
	     struct api_answer *ret_answer);
void api_answer_release(struct api_answer *answer);

/* The status alone. */
unsigned api_get(const struct api_rig *rig, const char *path, const char *token);
unsigned api_post(const struct api_rig *rig, const char *path, const char *token,
		  const char *json);

/* A gift of TEMPORARY_EMPLOYER as JSON. */
void api_gift(const char *ref, char ret_json[512]);

#endif
