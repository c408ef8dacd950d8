/*
 * hook_paypal.c - PayPal: how it signs its deliveries.
 *
 * Five lines of the head: PAYPAL-TRANSMISSION-ID, -TIME, -SIG, PAYPAL-AUTH-ALGO and
 * PAYPAL-CERT-URL. Signed, by RSA with SHA-256, is the text
 *
 *	ID "|" TIME "|" WEBHOOK "|" CRC32(body)
 *
 * where WEBHOOK is the id of our webhook, from our own configuration, and the CRC is in
 * decimal, unsigned, without leading zeroes. The certificate is fetched from the
 * address in the head, which a stranger wrote: only PayPal's own host and folder are
 *asked, and the certificate must be of PayPal's and of an authority that we believe.
 *
 * A CRC is no hash. Anybody who holds one genuine delivery can change its amount
 * and mend the CRC with a few bytes elsewhere. So what is authentic here is that a
 * delivery was made, and nothing in it: every object is fetched (hook_paypal_read.c).
 */
#include "gateway/hook.h"
#include "gateway/hook_certificates.h"
#include "gateway/hook_paypal.h"

#include <stdio.h>
#include <string.h>

#include "keys/encoding.h"

#define DOMAIN              ".paypal.com"
#define CERTIFICATE_FOLDER  "/v1/notifications/certs/CERT-"
#define CERTIFICATE_ID_MAX  100
#define TRANSMISSION_MAX    64
#define SIGNATURE_BYTES_MAX 512 /* an RSA key of 4096 bits */

static const char *const live_hosts[] = { "api.paypal.com", NULL };
static const char *const sandbox_hosts[] = { "api.sandbox.paypal.com", NULL };

static enum err paypal_check(const struct hook_endpoint *endpoint, struct fault *fault)
{
	if (endpoint->secret_count == 0)
		return fault_set(fault, ERR_USAGE,
				 "hook '%s' needs the webhook's id, in the place of a "
				 "secret",
				 endpoint->name);
	if (!endpoint->trust || !endpoint->certificates)
		return fault_set(fault, ERR_USAGE,
				 "hook '%s' needs the certificates that are believed",
				 endpoint->name);
	return ERR_OK;
}

/* IEEE 802.3, as zlib's: four bits at a time. */
uint32_t paypal_crc32(struct slice bytes)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < bytes.n; i++) {
		crc ^= bytes.p[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

/* Letters, digits and these marks: none can be taken for the text's own "|". */
static bool is_plain(struct slice text, size_t chars_max, const char *marks)
{
	if (text.n == 0 || text.n > chars_max)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		      (c >= 'A' && c <= 'Z') || (c && strchr(marks, c))))
			return false;
	}
	return true;
}

static bool starts_with(struct slice *text, const char *start)
{
	size_t n = strlen(start);

	if (text->n < n || memcmp(text->p, start, n) != 0)
		return false;
	*text = slice_of(text->p + n, text->n - n);
	return true;
}

bool paypal_url_is_good(const struct hook_endpoint *endpoint, struct slice url)
{
	const char *const *host = endpoint->certificate_hosts;

	if (!host)
		host = endpoint->environment == HOOK_LIVE ? live_hosts : sandbox_hosts;
	if (url.n > HOOK_CERTIFICATE_URL_CHARS || !starts_with(&url, "https://"))
		return false;
	for (; *host; host++) {
		struct slice rest = url;

		if (starts_with(&rest, *host) && starts_with(&rest, CERTIFICATE_FOLDER))
			return is_plain(rest, CERTIFICATE_ID_MAX, "-");
	}
	return false;
}

/* The lines of the head that are signed, or say by what. */
struct lines {
	struct slice id;
	struct slice time;
	struct slice url;
	struct slice algorithm;
	struct slice signature;
};

static enum err lines_read(const struct hook_request *request, struct lines *ret_lines,
			   struct fault *fault)
{
	const struct {
		const char *name;
		struct slice *value;
	} wanted[] = {
		{ "PAYPAL-TRANSMISSION-ID", &ret_lines->id },
		{ "PAYPAL-TRANSMISSION-TIME", &ret_lines->time },
		{ "PAYPAL-CERT-URL", &ret_lines->url },
		{ "PAYPAL-AUTH-ALGO", &ret_lines->algorithm },
		{ "PAYPAL-TRANSMISSION-SIG", &ret_lines->signature },
	};
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < sizeof wanted / sizeof *wanted; i++)
		err = hook_header_one(request, wanted[i].name, wanted[i].value, fault);
	if (!err && (!is_plain(ret_lines->id, TRANSMISSION_MAX, "-") ||
		     !is_plain(ret_lines->time, TRANSMISSION_MAX, "-:.+")))
		err = fault_set(fault, ERR_UNKNOWN,
				"the transmission's id or time is not of their form");
	return err;
}

static enum err signature_check(const struct hook_endpoint *endpoint,
				const struct lines *lines, struct slice webhook,
				uint32_t crc, struct slice signature, int64_t now_s,
				struct fault *fault)
{
	char url[HOOK_CERTIFICATE_URL_CHARS + 1], text[3 * TRANSMISSION_MAX + 32];
	int n = snprintf(text, sizeof text, "%.*s|%.*s|%.*s|%lu", (int)lines->id.n,
			 (const char *)lines->id.p, (int)lines->time.n,
			 (const char *)lines->time.p, (int)webhook.n,
			 (const char *)webhook.p, (unsigned long)crc);

	if (n <= 0 || (size_t)n >= sizeof text)
		return fault_set(fault, ERR_UNKNOWN, "the webhook's id is too long");
	memcpy(url, lines->url.p, lines->url.n);
	url[lines->url.n] = '\0';
	return hook_certificates_verify(endpoint->certificates, url, endpoint->trust,
					DOMAIN, slice_of(text, (size_t)n), signature,
					now_s, fault);
}

static enum err paypal_verify(const struct hook_endpoint *endpoint,
			      const struct hook_request *request, int64_t now_s,
			      struct fault *fault)
{
	uint8_t signature[SIGNATURE_BYTES_MAX];
	struct lines lines;
	uint32_t crc;
	size_t n = 0;
	enum err err = lines_read(request, &lines, fault);

	if (err)
		return err;
	if (!slice_equal_text(lines.algorithm, "SHA256withRSA"))
		return fault_set(fault, ERR_UNKNOWN,
				 "the line PAYPAL-AUTH-ALGO is not SHA256withRSA");
	if (!paypal_url_is_good(endpoint, lines.url))
		return fault_set(
			fault, ERR_UNKNOWN,
			"the line PAYPAL-CERT-URL is no certificate of PayPal's");
	if (base64_decode((const char *)lines.signature.p, lines.signature.n, signature,
			  sizeof signature, &n) != ERR_OK)
		return fault_set(fault, ERR_UNKNOWN,
				 "the line PAYPAL-TRANSMISSION-SIG is no base64");
	crc = paypal_crc32(request->body);
	err = fault_set(fault, ERR_UNKNOWN, "the hook has no webhook id");
	for (size_t i = 0; err == ERR_UNKNOWN && i < endpoint->secret_count; i++)
		err = signature_check(endpoint, &lines, endpoint->secret[i], crc,
				      slice_of(signature, n), now_s, fault);
	return err;
}

const struct hook_adapter hook_paypal = {
	.name = "paypal",
	.refused_status = 400,
	.done_status = 200,
	.api = { "https://api-m.paypal.com", "https://api-m.sandbox.paypal.com" },
	.oauth_path = "/v1/oauth2/token",
	.oauth_is_basic = true,
	.check = paypal_check,
	.verify = paypal_verify,
	.read = paypal_read,
	.read_fetched = paypal_read_fetched,
	.list_path = paypal_list_path,
	.read_list = paypal_read_list,
	.retell = paypal_retell,
};
