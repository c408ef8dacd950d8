/*
 * http_exchange_int.h - libmicrohttpd's calls to us; only for gateway/http.c.
 */
#ifndef ARRONDI_GATEWAY_HTTP_EXCHANGE_INT_H
#define ARRONDI_GATEWAY_HTTP_EXCHANGE_INT_H

#include <microhttpd.h>

/* Their contracts are those of MHD_OPTION_NOTIFY_CONNECTION, of
 * MHD_OPTION_URI_LOG_CALLBACK, of MHD_start_daemon() and of
 * MHD_OPTION_NOTIFY_COMPLETED; user is the struct http_server. */
void http_exchange_connection(void *user, struct MHD_Connection *connection,
			      void **peer_place,
			      enum MHD_ConnectionNotificationCode code);
void *http_exchange_begin(void *user, const char *raw_target,
			  struct MHD_Connection *connection);
enum MHD_Result http_exchange_step(void *user, struct MHD_Connection *connection,
				   const char *url, const char *method,
				   const char *version, const char *bytes,
				   size_t *byte_count, void **request_place);
void http_exchange_end(void *user, struct MHD_Connection *connection,
		       void **request_place, enum MHD_RequestTerminationCode code);

#endif
