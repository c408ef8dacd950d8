/*
 * http_target.h - the one strict reading of a request's target.
 *
 * A path that two programs read differently is how a proxy's rules are passed by, so
 * everything that has a second reading is refused: absolute forms, dot segments, empty
 * segments, encoded slashes, backslashes, percent signs and controls, bytes beyond
 * ASCII, and a parameter that comes twice.
 */
#ifndef ARRONDI_GATEWAY_HTTP_TARGET_H
#define ARRONDI_GATEWAY_HTTP_TARGET_H

#include "gateway/limits.h"
#include "keys/fault.h"

struct http_parameter {
	const char *name; /* into bytes */
	const char *value;
};

struct http_target {
	char bytes[LIMIT_TARGET_BYTES + 2];
	const char *path; /* into bytes */
	struct http_parameter parameter[LIMIT_QUERY_PARAMETERS];
	size_t parameter_count;
};

/* Reads the target as it stood in the request line. ERR_TOO_BIG past a limit,
 * ERR_INVALID when it is refused; *ret_target is then of no use. The target points
 * into itself: it must not be copied. */
MUST_USE enum err http_target_parse(const char *raw, struct http_target *ret_target,
				    struct fault *fault);

/* The value, or NULL. */
const char *http_target_parameter(const struct http_target *target, const char *name);

#endif
