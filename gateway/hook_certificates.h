/*
 * hook_certificates.h - the certificates that deliveries name, kept by their address.
 *
 * A delivery of PayPal's names the address of the certificate that signed it. It is
 * fetched once and kept for a day. Whoever can post to us could make us fetch: so the
 * address was checked before it comes here (hook_paypal.c), and not more than
 * HOOK_CERTIFICATE_FETCHES are made in a minute, whatever comes.
 */
#ifndef ARRONDI_GATEWAY_HOOK_CERTIFICATES_H
#define ARRONDI_GATEWAY_HOOK_CERTIFICATES_H

#include <stdint.h>

#include "keys/buffer.h"
#include "keys/certificate.h"
#include "keys/fault.h"

#define HOOK_CERTIFICATES_MAX      8
#define HOOK_CERTIFICATE_AGE_S     86400
#define HOOK_CERTIFICATE_FETCHES   10 /* in HOOK_CERTIFICATE_FETCH_S */
#define HOOK_CERTIFICATE_FETCH_S   60
#define HOOK_CERTIFICATE_URL_CHARS 200

/* GETs the address: https, no redirects, bounded in time, and to
 * CERTIFICATE_PEM_BYTES_MAX by the buffer. Any error means that it is to be tried again.
 */
typedef enum err hook_certificate_fetch_fn(void *ctx, const char *url,
					   struct buffer *ret_pem, struct fault *fault);

struct hook_certificates;

MUST_USE enum err hook_certificates_new(hook_certificate_fetch_fn *fetch, void *ctx,
					struct hook_certificates **ret_certificates,
					struct fault *fault);
void hook_certificates_free(struct hook_certificates *certificates);

/*
 * Whether the message was signed by the certificate at that address, which some authority
 * of `trust` answers for, as a host of `domain`'s, at that second. ERR_UNKNOWN where not;
 * ERR_BUSY where it could not be fetched, or not now; ERR_MEMORY. From any thread; one
 * fetches while the others wait.
 */
MUST_USE enum err hook_certificates_verify(struct hook_certificates *certificates,
					   const char *url, const struct trust *trust,
					   const char *domain, struct slice message,
					   struct slice signature, int64_t now_s,
					   struct fault *fault);

#endif
