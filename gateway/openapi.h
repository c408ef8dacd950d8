/*
 * openapi.h - the API's description (OpenAPI 3.1), drawn from the routes and kinds.
 *
 * Nothing is described by hand that a table knows: paths, methods, roles and
 * parameters come from api_route.h, the bodies from ledger/schema.h. So the document
 * cannot fall behind the service.
 */
#ifndef ARRONDI_GATEWAY_OPENAPI_H
#define ARRONDI_GATEWAY_OPENAPI_H

#include "gateway/api_route.h"
#include "keys/buffer.h"
#include "keys/fault.h"

#define OPENAPI_BYTES_MAX ((size_t)2 * 1024 * 1024)

/* Appends the document. The buffer's errors. */
MUST_USE enum err openapi_write(const struct routes *routes, struct buffer *out,
				struct fault *fault);

#endif
