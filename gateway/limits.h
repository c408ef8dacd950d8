/*
 * limits.h - every limit of the gateway, in one place.
 *
 * Whatever a client or a provider sends is bounded by one of these names before
 * it is believed. The ones marked "default" can be set in the configuration
 * file, between the bounds that gateway/config.c gives; the others are fixed.
 */
#ifndef ARRONDI_GATEWAY_LIMITS_H
#define ARRONDI_GATEWAY_LIMITS_H

#include <stddef.h>

/* A request's body (defaults). A batch of 100 000 rows takes about 20 MiB. */
#define LIMIT_BATCH_BODY_BYTES ((size_t)64 * 1024 * 1024)
#define LIMIT_BODY_BYTES       ((size_t)256 * 1024)
#define LIMIT_BATCH_ROWS       100000

/* The same of who has not shown a token that we gave: enough to be told so. */
#define LIMIT_STRANGER_BODY_BYTES ((size_t)16 * 1024)

/* The bodies of all requests that are being read or handled (default). */
#define LIMIT_IN_FLIGHT_BODY_BYTES ((size_t)256 * 1024 * 1024)

/* A refused body is still read up to this, so that its sender can hear why. */
#define LIMIT_DRAIN_BYTES ((size_t)64 * 1024 * 1024)

/* The request line and the header fields. */
#define LIMIT_TARGET_BYTES         2048
#define LIMIT_PATH_SEGMENTS        16
#define LIMIT_QUERY_PARAMETERS     32
#define LIMIT_PARAMETER_NAME_BYTES 64
#define LIMIT_HEADER_FIELDS        64
#define LIMIT_HEADER_BYTES         ((size_t)16 * 1024) /* default */
#define LIMIT_CONTENT_TYPE_BYTES   128
#define LIMIT_MANIFEST_BYTES       4096 /* decoded; as kinds.def has it */

/* The header fields of a reply, beside those that the server adds. */
#define LIMIT_REPLY_HEADER_FIELDS      12
#define LIMIT_REPLY_HEADER_VALUE_BYTES 512
#define LIMIT_REPLY_BODY_BYTES         ((size_t)256 * 1024 * 1024)

/* Connections (defaults). Behind a proxy all come from one address, so there is
 * no bound per address unless one is set. */
#define LIMIT_CONNECTIONS             1024
#define LIMIT_CONNECTIONS_PER_ADDRESS 0   /* none */
#define LIMIT_CONNECTIONS_EXCESS      512 /* those told to go before they are closed */
/* What the system keeps of a reply that its client does not take. */
#define LIMIT_SEND_BUFFER_BYTES (128 * 1024)
#define LIMIT_THREADS           2

/* Time (defaults). The deadline is absolute: from a request's line to the end of its
 * body. The line itself has the idle time, or the deadline if that is shorter. A reply
 * may take the deadline, too, and longer at this rate by its size. */
#define LIMIT_READ_DEADLINE_MS       30000
#define LIMIT_IDLE_MS                10000
#define LIMIT_STOP_GRACE_MS          10000
#define LIMIT_REPLY_RATE_BYTES_PER_S ((size_t)16 * 1024)
#define LIMIT_LINGER_MS              1000 /* from a last word to the hard close */
#define LIMIT_RETRY_AFTER_S          5

/* A problem document lists this many errors and says how many more there are. */
#define LIMIT_PROBLEM_ERRORS       1000
#define LIMIT_PROBLEM_BYTES        ((size_t)1024 * 1024)
#define LIMIT_PROBLEM_MEMBER_BYTES 128

/* Logged lines, and the configuration file. */
#define LIMIT_LOG_VALUE_BYTES   120
#define LIMIT_LOG_LINE_BYTES    1024
#define LIMIT_CONFIG_LINE_BYTES 190 /* inih cuts lines at 200 */
#define LIMIT_CONFIG_LINES      1000
#define LIMIT_LISTEN_BYTES      64
#define LIMIT_JSON_DEPTH        16

/* XML of banks. Its schemas go 15 deep and have texts of up to 500 characters. */
#define LIMIT_XML_DEPTH       32
#define LIMIT_XML_TEXT_BYTES  4096
#define LIMIT_XML_TOKEN_BYTES (64 * 1024)
#define LIMIT_XML_SPACE_BYTES 255

/* A bank file is read in pieces, so its lines are what takes memory: some 60 MiB. */
#define LIMIT_BANK_FILE_BYTES ((size_t)512 * 1024 * 1024)
#define LIMIT_BANK_LINES      150000
#define LIMIT_BANK_STATEMENTS 400

/* Days after which the body of a provider's delivery is destroyed: what tells of a donor
 * is kept no longer than it takes to look into a complaint. */
#define LIMIT_PURGE_DAYS 90

/* Days after its due day that a transfer is said to be missing, where no other number is
 * configured. */
#define LIMIT_MISSING_DAYS 7

/* A provider's delivery; whoever can reach us may send one. */
#define LIMIT_HOOK_BODY_BYTES ((size_t)512 * 1024)

#endif
