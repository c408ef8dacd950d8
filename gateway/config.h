/*
 * config.h - the gateway's configuration file.
 *
 * An INI file of a few sections, described by one table in config.c: the name, type,
 * bounds and default of every key. What is not in the table, comes twice, or is out
 * of its bounds is refused with file and line: a mistyped key that is quietly
 * ignored would leave a limit open.
 */
#ifndef ARRONDI_GATEWAY_CONFIG_H
#define ARRONDI_GATEWAY_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/http.h"
#include "gateway/limits.h"
#include "keys/fault.h"

#define CONFIG_HOOKS_MAX       16
#define CONFIG_NOTIFIES_MAX    64
#define CONFIG_HOOK_NAME_CHARS 32
#define CONFIG_ID_CHARS        64
#define CONFIG_FILE_CHARS      255

/* [hook NAME]: an address that a payment provider posts to, /hooks/NAME. Secrets stand in
 * files that only the service reads, one a line; "" where there is none. */
struct config_hook {
	char name[CONFIG_HOOK_NAME_CHARS + 1];
	char provider[CONFIG_ID_CHARS + 1]; /* an adapter's name (gateway/hook.h) */
	bool sandbox;
	char member[CONFIG_ID_CHARS + 1]; /* the provider in the ledger */
	char fund[CONFIG_ID_CHARS + 1];   /* that its gifts go to */
	unsigned authorisation;           /* position, of the appeal; 0: none */
	char secret_file[CONFIG_FILE_CHARS + 1];
	char path_secret_file[CONFIG_FILE_CHARS + 1];
	char token_file[CONFIG_FILE_CHARS + 1];     /* for its API */
	char client_id_file[CONFIG_FILE_CHARS + 1]; /* which borrow a token for it */
	char client_secret_file[CONFIG_FILE_CHARS + 1];
	char api[CONFIG_FILE_CHARS + 1];        /* where that is; "": as documented */
	char trust_file[CONFIG_FILE_CHARS + 1]; /* certificates; "": the machine's */
	char addresses[CONFIG_FILE_CHARS + 1];  /* that may post; "": as documented */
	char reconcile_at[5 + 1];               /* an hour of the day, or "": never */
	char account[CONFIG_ID_CHARS + 1];      /* the association's slug (HelloAsso) */
};

/* [notify NAME]: where a member is told what has happened. */
struct config_notify {
	char name[CONFIG_HOOK_NAME_CHARS + 1];
	char member[CONFIG_ID_CHARS + 1];
	char url[CONFIG_FILE_CHARS + 1];
	char secret_file[CONFIG_FILE_CHARS + 1];
	char trust_file[CONFIG_FILE_CHARS + 1]; /* certificates; "": the machine's */
	char events[CONFIG_FILE_CHARS + 1];     /* names, by commas; "": all */
	unsigned missing_days; /* after which a transfer is said to be missing */
};

struct config {
	/* [gateway] */
	char listen[LIMIT_LISTEN_BYTES + 1];
	unsigned threads;
	bool entries_public; /* entry bundles are served without a token */
	/* The header field in which the reverse proxy says who connects to it; "": none.
	 */
	char address_field[CONFIG_ID_CHARS + 1];

	/* [limits] */
	unsigned connections_max;
	unsigned connections_per_address_max; /* 0: no bound */
	unsigned read_deadline_s;
	unsigned idle_s;
	unsigned stop_grace_s;
	size_t header_bytes_max;
	size_t body_bytes_max;
	size_t batch_body_bytes_max;
	size_t batch_rows_max;
	size_t in_flight_body_bytes_max;
	size_t drain_bytes_max;

	/* [inbox] */
	unsigned purge_days; /* after which a delivery's body is destroyed */

	/* [outbox] */
	unsigned outbox_purge_days; /* the same of what a member was told */

	struct config_hook hook[CONFIG_HOOKS_MAX];
	size_t hook_count;
	struct config_notify notify[CONFIG_NOTIFIES_MAX];
	size_t notify_count;
};

/* The defaults of gateway/limits.h; listens on 127.0.0.1:8080. */
void config_init(struct config *config);

/* Reads a file over the defaults. On error *ret_config is untouched: ERR_USAGE with
 * "PATH:LINE: ..." when the file is off, ERR_IO when it cannot be read. */
MUST_USE enum err config_read(const char *path, struct config *ret_config,
			      struct fault *fault);

/* The part that the server takes. options->listen points into *config. */
void config_http_options(const struct config *config, struct http_options *options);

#endif
