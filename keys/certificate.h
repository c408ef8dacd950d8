/*
 * certificate.h - an X.509 certificate that a stranger shows, and what it signed.
 *
 * A provider signs its deliveries with a key whose certificate it shows. That proves
 * something only when the certificate was issued, to a host of the provider, by an
 * authority that is in the store that the operator gave, and is of date. Each
 * of these is asked for here; none is asked of the network.
 */
#ifndef ARRONDI_KEYS_CERTIFICATE_H
#define ARRONDI_KEYS_CERTIFICATE_H

#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

#define CERTIFICATE_PEM_BYTES_MAX ((size_t)64 * 1024)
#define CERTIFICATES_MAX          8 /* in one PEM file of a stranger */

struct trust;       /* the authorities that are believed */
struct certificate; /* one certificate, with those that lead to an authority */

/* Neither is changed after it was made: several threads may use one at once. */

/* One or more certificates in PEM; the caller frees it. ERR_INVALID where there is none
 * or one cannot be read. */
MUST_USE enum err trust_from_pem(struct slice pem, struct trust **ret_trust,
				 struct fault *fault);

/* The store of this machine (where OpenSSL looks for it). */
MUST_USE enum err trust_of_machine(struct trust **ret_trust, struct fault *fault);
void trust_free(struct trust *trust);

/* The first certificate in the PEM text; those that follow may lead to an authority.
 * ERR_INVALID where there is none, or there are more than CERTIFICATES_MAX. */
MUST_USE enum err certificate_from_pem(struct slice pem,
				       struct certificate **ret_certificate,
				       struct fault *fault);
void certificate_free(struct certificate *certificate);

/*
 * ERR_OK where, at that second, an authority of `trust` answers for the certificate and
 * it is for a host within `domain` (".paypal.com": any host below it, at any depth).
 * ERR_CORRUPT otherwise, with the reason; ERR_MEMORY.
 */
MUST_USE enum err certificate_check(const struct certificate *certificate,
				    const struct trust *trust, const char *domain,
				    int64_t now_s, struct fault *fault);

/* ERR_OK where it is this certificate's RSA signature over the message, PKCS #1 v1.5
 * with SHA-256; ERR_CORRUPT where it is not, or the key is no RSA key; ERR_MEMORY. Says
 * nothing of who holds the certificate: see above. */
MUST_USE enum err certificate_verify(const struct certificate *certificate,
				     struct slice message, struct slice signature);

#endif
