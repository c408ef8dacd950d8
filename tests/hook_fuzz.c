/*
 * hook_fuzz.c - a delivery made of any bytes, and what must hold of what it tells.
 */
#include "tests/hook_fuzz.h"

#include <string.h>

#include "gateway/hook.h"
#include "gateway/hook_certificates.h"
#include "keys/certificate.h"
#include "tests/certificates.h"
#include "tests/fuzz.h"

#define NOW_S       INT64_C(1800000000)
#define HEADERS_MAX 70
#define FETCHES_MAX 8

static struct fault fault;

/* ---- the bytes' parts ---- */

/* Up to the next line "%%", which is passed over. */
static struct slice part_take(struct slice *rest)
{
	struct slice part = *rest;
	const uint8_t *mark = rest->n ? memmem(rest->p, rest->n, "\n%%\n", 4) : NULL;

	if (!mark) {
		rest->n = 0;
		return part;
	}
	part.n = (size_t)(mark - part.p);
	*rest = slice_of(mark + 4, rest->n - part.n - 4);
	return part;
}

static size_t head_take(struct slice *rest, struct hook_header *header)
{
	struct fuzz_feed feed = { *rest };
	size_t n = 0;

	while (n < HEADERS_MAX && feed.rest.n > 0) {
		struct slice line = fuzz_line(&feed);
		const uint8_t *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
		size_t name_n;

		if (line.n == 0)
			break;
		if (!colon)
			continue;
		name_n = (size_t)(colon - line.p);
		header[n].name = slice_of(line.p, name_n);
		line = slice_of(colon + 1, line.n - name_n - 1);
		if (line.n > 0 && line.p[0] == ' ')
			line = slice_of(line.p + 1, line.n - 1);
		header[n++].value = line;
	}
	*rest = feed.rest;
	return n;
}

/* ---- what must hold ---- */

static bool is_of(const char *text, const char *marks)
{
	for (; *text; text++)
		if (!((*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'z') ||
		      (*text >= 'A' && *text <= 'Z') || strchr(marks, *text)))
			return false;
	return true;
}

static void movement_check(const char *provider, const struct movement *movement)
{
	char key[MOVEMENT_KEY_CHARS_MAX + 1];
	enum movement_kind kind;

	FUZZ_MUST(is_of(movement->object, "_-") && is_of(movement->parent, "_-") &&
		  is_of(movement->event, "_-"));
	FUZZ_MUST(is_of(movement->path, "_-/?=&,") && !strstr(movement->path, ".."));
	FUZZ_MUST((movement->path[0] == '/') == (movement->state == MOVEMENT_WANTED));
	FUZZ_MUST(movement->state != MOVEMENT_PARKED || movement->reason);
	FUZZ_MUST(movement_kind_parse(movement_kind_name(movement->kind), &kind) ==
			  ERR_OK &&
		  kind == movement->kind);
	movement_key(provider, movement, key);
	if (movement->state != MOVEMENT_KNOWN)
		return;
	FUZZ_MUST(movement->object[0] && !movement->reason);
	FUZZ_MUST(movement->date.day >= 0 && movement->date.day <= DATE_DAY_MAX);
	FUZZ_MUST(cents_is_positive(movement->amount) ||
		  (cents_is_zero(movement->amount) &&
		   movement->kind == MOVEMENT_MANDATE_ENDED));
}

static void movements_check(enum err err, const char *provider,
			    const struct movements *movements)
{
	fuzz_must_be_said(err, &fault);
	FUZZ_MUST(err == ERR_OK || err == ERR_INVALID || err == ERR_TOO_BIG);
	for (size_t i = 0; !err && i < movements->count; i++)
		movement_check(provider, &movements->item[i]);
}

/* ---- an endpoint ---- */

static enum err certificate_serve(void *ctx, const char *url, struct buffer *ret_pem,
				  struct fault *unused)
{
	(void)ctx;
	(void)unused;
	FUZZ_MUST(strncmp(url, "https://api.paypal.com/v1/notifications/certs/CERT-",
			  51) == 0);
	FUZZ_MUST(is_of(url + 51, "-"));
	return buffer_put_text(ret_pem, PEM_LEAF);
}

static const struct hook_endpoint *endpoint_of(const char *adapter)
{
	static struct hook_endpoint endpoint;
	static struct trust *trust;

	endpoint = (struct hook_endpoint){
		.name = "fuzz",
		.adapter = hook_adapter_find(adapter),
		.secret = { slice_of_text("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"),
			    slice_of_text("whpk_11qYAYKxCrfVS/"
					  "7TyWQHOg7hcvPapiMlrwIaaPcHURo=") },
		.secret_count = 2,
		.certificates = endpoint.certificates,
		.account = "fondation-93",
	};
	if (!trust) {
		FUZZ_MUST(trust_from_pem(slice_of_text(PEM_ROOT), &trust, NULL) ==
			  ERR_OK);
		FUZZ_MUST(hook_certificates_new(certificate_serve, NULL,
						&endpoint.certificates, NULL) == ERR_OK);
	}
	endpoint.trust = trust;
	return &endpoint;
}

static void verify(const struct hook_endpoint *endpoint, const struct hook_header *header,
		   size_t header_count, struct slice body)
{
	struct hook_request request = {
		.header = header,
		.header_count = header_count,
		.body = body,
		.address = "51.138.206.200",
	};
	unsigned status;
	enum err err = hook_verify(endpoint, &request, NOW_S, &fault);

	fuzz_must_be_said(err, &fault);
	status = hook_status(endpoint->adapter, err);
	FUZZ_MUST(err ? status >= 400 : status == 200 || status == 204);
	FUZZ_MUST(err != ERR_CORRUPT);
}

/* Fetches for the first that is wanted, as long as there is something to give it. */
static void fetch(const struct hook_endpoint *endpoint, struct movements *movements,
		  struct slice rest)
{
	for (unsigned n = 0; n < FETCHES_MAX && rest.n > 0; n++) {
		struct movement wanted;
		size_t i = 0;
		enum err err;

		while (i < movements->count &&
		       movements->item[i].state != MOVEMENT_WANTED)
			i++;
		if (i == movements->count)
			return;
		FUZZ_MUST(endpoint->adapter->read_fetched != NULL);
		wanted = movements->item[i];
		movements->item[i].state = MOVEMENT_PARKED; /* done */
		err = endpoint->adapter->read_fetched(endpoint, &wanted, part_take(&rest),
						      movements, &fault);
		if (err) {
			movements_check(err, endpoint->adapter->name, movements);
			return;
		}
		for (i++; i < movements->count; i++)
			movement_check(endpoint->adapter->name, &movements->item[i]);
	}
}

/* The same bytes as a page of a list. */
static void list(const struct hook_endpoint *endpoint, struct slice body)
{
	char cursor[HOOK_CURSOR_CHARS_MAX + 1] = "";
	char path[HOOK_LIST_PATH_CHARS_MAX + 1];
	struct movements movements;
	struct date day;
	enum err err;

	if (!endpoint->adapter->list_path)
		return;
	movements_init(&movements);
	err = endpoint->adapter->read_list(endpoint, body, &movements, cursor, &fault);
	movements_check(err, endpoint->adapter->name, &movements);
	movements_release(&movements);
	FUZZ_MUST(is_of(cursor, "_-%"));
	FUZZ_MUST(date_paris(NOW_S, &day) == ERR_OK);
	FUZZ_MUST(endpoint->adapter->list_path(endpoint, day, day, cursor, path,
					       &fault) == ERR_OK);
	FUZZ_MUST(path[0] == '/' && is_of(path, "_-/?=&,:[]%"));
}

void hook_fuzz(const char *adapter, const uint8_t *bytes, size_t n)
{
	const struct hook_endpoint *endpoint = endpoint_of(adapter);
	struct hook_header header[HEADERS_MAX];
	struct slice rest = slice_of(bytes, n), body;
	struct movements movements;
	size_t header_count;
	enum err err;

	FUZZ_MUST(endpoint->adapter != NULL);
	body = part_take(&rest);
	header_count = head_take(&body, header);
	verify(endpoint, header, header_count, body);
	movements_init(&movements);
	err = endpoint->adapter->read(endpoint, body, &movements, &fault);
	movements_check(err, adapter, &movements);
	if (!err)
		fetch(endpoint, &movements, rest);
	movements_release(&movements);
	list(endpoint, body);
}
