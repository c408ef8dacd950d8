/*
 * api.h - the service: a ledger behind HTTP.
 *
 * Opens the ledger folder for writing, starts the writer, the workers and the server,
 * and stops them in an order in which every request that was taken is answered.
 *
 *  (1) What was answered with 201 is recorded, whatever happens afterwards.
 *  (2) What cannot be done now (a full disk, a locked or read-only database) is
 *      answered with 503, and is done again as soon as it can be, without a restart.
 */
#ifndef ARRONDI_GATEWAY_API_H
#define ARRONDI_GATEWAY_API_H

#include "gateway/config.h"
#include "keys/fault.h"

struct api;

/* The errors of ledger_open() and http_server_start(). dir and config are copied. */
MUST_USE enum err api_start(const char *dir, const struct config *config,
			    struct api **ret_api, struct fault *fault);

/* Puts the hooks and the endpoints of members of another configuration, and what their
 * files say now, in the place of those in force; all else stays. On error nothing
 * changes: ERR_USAGE, ERR_IO, ERR_MEMORY.
 */
MUST_USE enum err api_reload(struct api *api, const struct config *config,
			     struct fault *fault);

/* The port that is listened on. */
unsigned api_port(const struct api *api);

/* Stops accepting, answers what was taken, stops the writer, frees. Takes NULL. ERR_BUSY
 * when a request had to be given up: it was answered 503. */
MUST_USE enum err api_stop(struct api *api);

#endif
