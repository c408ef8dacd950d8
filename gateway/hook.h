/*
 * hook.h - deliveries of payment providers: whether they are authentic, and what they
 * tell.
 *
 * A provider posts to an address of ours what has happened to money of ours. One adapter
 * per provider knows how it signs and what its words mean; everything else (the
 * address, the inbox, the books) is the same for all. A new provider is one file
 * hook_NAME.c and one row in hook.c.
 *
 * The order of work:
 *	hook_verify()	on the raw bytes, before anything is parsed or stored
 *	(the delivery is stored, and answered)
 *	adapter->read()	what it tells (gateway/movement.h)
 *	(each movement that is wanted is fetched)
 *	adapter->read_fetched()
 *
 *  (1) Nothing here prints, stores or sends: what is fetched, is fetched by the caller.
 *  (2) Verifying and reading are pure functions of what they are given; they may run in
 *      several threads at once.
 *  (3) What read() is given was verified. A body that is authentic and yet not to be
 *      used is never an accident of ours: it is parked with a reason, and acknowledged,
 *      for the provider would only send it again.
 *  (4) No fault and no reason repeats what a delivery says.
 */
#ifndef ARRONDI_GATEWAY_HOOK_H
#define ARRONDI_GATEWAY_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/movement.h"
#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define HOOK_BODY_BYTES_MAX      ((size_t)1024 * 1024)
#define HOOK_HEADERS_MAX         64
#define HOOK_HEADER_CHARS_MAX    4096
#define HOOK_SECRETS_MAX         8
#define HOOK_AGE_S               300 /* of a signature's time, to either side of now */
#define HOOK_PATH_SECRET_MIN     16
#define HOOK_CURSOR_CHARS_MAX    300
#define HOOK_LIST_PATH_CHARS_MAX 900

enum hook_environment { HOOK_LIVE, HOOK_SANDBOX };

/* A line of the head: the white space around its value is off, as HTTP says. */
struct hook_header {
	struct slice name;
	struct slice value;
};

struct hook_request {
	const struct hook_header *header; /* in the order of the wire, none joined */
	size_t header_count;
	struct slice body;        /* as it came */
	struct slice path_secret; /* what follows the endpoint's name in the path */
	const char *address;      /* of who sends, as numbers; "" where not known */
};

struct hook_adapter;
struct hook_certificates; /* gateway/hook_certificates.h */
struct trust;

/* An address of ours, as configured. All is borrowed, and not changed while it is used.
 */
struct hook_endpoint {
	const char *name;
	const struct hook_adapter *adapter;
	enum hook_environment environment;

	/* As the provider shows them; of PayPal, the webhook's ids. Several while one
	 * replaces another: each is tried. */
	struct slice secret[HOOK_SECRETS_MAX];
	size_t secret_count;

	/* What the path must end with, for providers that do not sign; "" for nothing. */
	struct slice path_secret;

	/* Of HelloAsso: the association's own name in addresses (its slug); or NULL. */
	const char *account;

	/* From where a provider that does not sign may send; NULL: from where its
	 * documentation says. Ended by NULL. */
	const char *const *addresses;

	/* PayPal's certificates: who is believed, which hosts they may come from (NULL:
	 * as documented), and where they are kept. */
	const struct trust *trust;
	const char *const *certificate_hosts;
	struct hook_certificates *certificates;
};

struct hook_adapter {
	const char *name; /* "stripe": in configurations and in movements' keys */

	/* The answer to what is not authentic, and to what is. */
	unsigned refused_status;
	unsigned done_status;

	/* Where its API is, live and sandbox; NULL where it has none. And lines of the
	 * head that it asks for, ended by NULL; or NULL. */
	const char *api[2];
	const char *const *api_fields;

	/* Where its API lends tokens for a client's id and secret; NULL where it does
	 * not. And whether both stand in the head. */
	const char *oauth_path;
	bool oauth_is_basic;

	/* Its bodies only hint at what has changed: the same again is news. */
	bool sends_hints;

	/* ERR_USAGE where the endpoint lacks what this provider needs. */
	enum err (*check)(const struct hook_endpoint *endpoint, struct fault *fault);

	/* As hook_verify(), which has looked at the bounds and the path. */
	enum err (*verify)(const struct hook_endpoint *endpoint,
			   const struct hook_request *request, int64_t now_s,
			   struct fault *fault);

	/* Appends what the body tells. ERR_INVALID or ERR_TOO_BIG: the whole of it is to
	 * be parked, for the fault's reason; ERR_MEMORY: to be tried again. On an error,
	 * what was appended means nothing. */
	enum err (*read)(const struct hook_endpoint *endpoint, struct slice body,
			 struct movements *movements, struct fault *fault);

	/* The same of what was fetched for a movement that is wanted. It may want more,
	 * or the same again. NULL where nothing is ever wanted. */
	enum err (*read_fetched)(const struct hook_endpoint *endpoint,
				 const struct movement *wanted, struct slice body,
				 struct movements *movements, struct fault *fault);

	/* For reconciling: what to GET that lists what has moved on these days in Paris,
	 * from the cursor on ("" at first). ERR_INVALID where these days cannot be
	 * listed, ERR_USAGE where the endpoint lacks what is needed. NULL: there is no
	 * list. */
	enum err (*list_path)(const struct hook_endpoint *endpoint, struct date from,
			      struct date until, const char *cursor,
			      char ret_path[HOOK_LIST_PATH_CHARS_MAX + 1],
			      struct fault *fault);

	/* Appends what a page of it tells, under the same objects as the events do, and
	 * sets the cursor of the next page; "" where this was the last. Rows may lie
	 * outside of the days: a list from the newest backwards (Mollie's) is left when
	 * its rows are older. Errors as read()'s. */
	enum err (*read_list)(const struct hook_endpoint *endpoint, struct slice body,
			      struct movements *movements,
			      char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1],
			      struct fault *fault);

	/* Its list is of donations of these days, each with all that became of it, on
	 * whatever days. */
	bool lists_donations;

	/* For a movement that was only listed: what to GET first, "" for nothing; and the
	 * body of the delivery that would have told it, of what was fetched. read() then
	 * tells it as if it had been posted, and what is always fetched, is fetched.
	 * ERR_NOT_FOUND where no delivery tells such a movement. Both NULL: none does. */
	enum err (*retell_path)(const struct movement *missed,
				char ret_path[MOVEMENT_PATH_CHARS_MAX + 1],
				struct fault *fault);
	enum err (*retell)(const struct hook_endpoint *endpoint,
			   const struct movement *missed, struct slice fetched,
			   struct buffer *ret_body, struct fault *fault);
};

/* The table of adapters, ended by NULL; and one by its name, or NULL. */
extern const struct hook_adapter *const hook_adapters[];
const struct hook_adapter *hook_adapter_find(const char *name);

/* When a configuration is read: whether deliveries to this endpoint could ever be
 * authentic. ERR_USAGE with the sentence. */
MUST_USE enum err hook_endpoint_check(const struct hook_endpoint *endpoint,
				      struct fault *fault);

/*
 * ERR_OK where the delivery comes from the endpoint's provider. ERR_UNKNOWN where it is
 * not known to; ERR_INVALID, ERR_TOO_BIG where it is past bounds or has no body.
 * ERR_BUSY, ERR_IO, ERR_MEMORY: it could not be found out now; the provider should try
 * again.
 */
MUST_USE enum err hook_verify(const struct hook_endpoint *endpoint,
			      const struct hook_request *request, int64_t now_s,
			      struct fault *fault);

/* The HTTP status that answers what hook_verify() has returned; ERR_OK once stored. */
unsigned hook_status(const struct hook_adapter *adapter, enum err err);

/* ---- for adapters ---- */

/* The value of the only line of that name, compared without case. ERR_UNKNOWN where there
 * is none, or more than one. */
MUST_USE enum err hook_header_one(const struct hook_request *request, const char *name,
				  struct slice *ret_value, struct fault *fault);

/* Whether a line is of that name. */
bool hook_header_is(const struct hook_header *header, const char *name);

/* Takes what stands before the next mark off the front of *rest, or all of it. False when
 * there was nothing left to take from. The first call has *rest.p not NULL. */
bool hook_part_next(struct slice *rest, char mark, struct slice *ret_part);

/* Whether a signature's time, in decimal, is near enough to now. */
bool hook_is_fresh(struct slice decimal, int64_t now_s);

/* Every provider's rows; hook.c alone needs them. */
extern const struct hook_adapter hook_stripe, hook_gocardless, hook_mollie,
	hook_mollie_classic, hook_helloasso, hook_paypal, hook_standard, hook_svix;

#endif
