/*
 * post_exchange.h - one question to the gateway, asked until it is answered.
 */
#ifndef ARRONDI_GATEWAY_POST_EXCHANGE_H
#define ARRONDI_GATEWAY_POST_EXCHANGE_H

#include "gateway/post.h"
#include "gateway/post_http.h"

/* All that is the same for every question of a run. */
struct post_session {
	const struct post_options *options;
	const struct post_watch *watch;
	struct post_client *client;
	const char *token;
};

/*
 * Asks until there is an answer that is not for later (post_retry.h), options->retries
 * more times or POST_TOTAL_MS at most; without_retries asks once. ERR_OK for any such
 * answer, whatever its status. ERR_IO where there was none: the text says why.
 */
MUST_USE enum err post_exchange(const struct post_session *session,
				struct post_request *request, bool without_retries,
				struct post_response *response, struct fault *fault);

#endif
