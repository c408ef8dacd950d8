/*
 * hook_certificates.c - the certificates that deliveries name, kept by their address.
 */
#include "gateway/hook_certificates.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct kept {
	char url[HOOK_CERTIFICATE_URL_CHARS + 1];
	struct certificate *certificate; /* NULL: the place is free */
	int64_t fetched_s;
};

struct hook_certificates {
	hook_certificate_fetch_fn *fetch;
	void *ctx;
	pthread_mutex_t mutex; /* of all below */
	struct kept kept[HOOK_CERTIFICATES_MAX];
	int64_t minute_s; /* when the count of fetches began */
	unsigned fetches;
};

enum err hook_certificates_new(hook_certificate_fetch_fn *fetch, void *ctx,
			       struct hook_certificates **ret_certificates,
			       struct fault *fault)
{
	struct hook_certificates *certificates = calloc(1, sizeof *certificates);

	if (!certificates || pthread_mutex_init(&certificates->mutex, NULL) != 0) {
		free(certificates);
		return fault_set(fault, ERR_MEMORY, "certificates: out of memory");
	}
	certificates->fetch = fetch;
	certificates->ctx = ctx;
	*ret_certificates = certificates;
	return ERR_OK;
}

void hook_certificates_free(struct hook_certificates *certificates)
{
	if (!certificates)
		return;
	for (size_t i = 0; i < HOOK_CERTIFICATES_MAX; i++)
		certificate_free(certificates->kept[i].certificate);
	pthread_mutex_destroy(&certificates->mutex);
	free(certificates);
}

static struct kept *kept_find(struct hook_certificates *certificates, const char *url,
			      int64_t now_s)
{
	for (size_t i = 0; i < HOOK_CERTIFICATES_MAX; i++) {
		struct kept *kept = &certificates->kept[i];

		if (kept->certificate && strcmp(kept->url, url) == 0 &&
		    now_s >= kept->fetched_s &&
		    now_s - kept->fetched_s < HOOK_CERTIFICATE_AGE_S)
			return kept;
	}
	return NULL;
}

/* A free place, or the same address's, or the oldest. */
static struct kept *place_find(struct hook_certificates *certificates, const char *url)
{
	struct kept *oldest = &certificates->kept[0];

	for (size_t i = 0; i < HOOK_CERTIFICATES_MAX; i++) {
		struct kept *kept = &certificates->kept[i];

		if (!kept->certificate || strcmp(kept->url, url) == 0)
			return kept;
		if (kept->fetched_s < oldest->fetched_s)
			oldest = kept;
	}
	return oldest;
}

static bool may_fetch(struct hook_certificates *certificates, int64_t now_s)
{
	int64_t since_s = now_s - certificates->minute_s;

	if (since_s < 0 || since_s >= HOOK_CERTIFICATE_FETCH_S) {
		certificates->minute_s = now_s;
		certificates->fetches = 0;
	}
	return certificates->fetches++ < HOOK_CERTIFICATE_FETCHES;
}

static enum err certificate_get(struct hook_certificates *certificates, const char *url,
				int64_t now_s, struct kept **ret_kept,
				struct fault *fault)
{
	struct certificate *certificate = NULL;
	struct buffer pem;
	enum err err;

	if (!may_fetch(certificates, now_s))
		return fault_set(fault, ERR_BUSY,
				 "certificates are asked for too often: try again later");
	buffer_init(&pem, CERTIFICATE_PEM_BYTES_MAX);
	err = certificates->fetch(certificates->ctx, url, &pem, fault);
	if (err)
		err = fault_set(fault, ERR_BUSY,
				"the certificate could not be fetched: try again later");
	else
		err = certificate_from_pem(buffer_slice(&pem), &certificate, fault);
	buffer_release(&pem);
	if (err)
		return err == ERR_INVALID
			       ? fault_set(fault, ERR_BUSY,
					   "what was fetched is no certificate")
			       : err;
	*ret_kept = place_find(certificates, url);
	certificate_free((*ret_kept)->certificate);
	(*ret_kept)->certificate = certificate;
	(*ret_kept)->fetched_s = now_s;
	memcpy((*ret_kept)->url, url, strlen(url) + 1);
	return ERR_OK;
}

enum err hook_certificates_verify(struct hook_certificates *certificates, const char *url,
				  const struct trust *trust, const char *domain,
				  struct slice message, struct slice signature,
				  int64_t now_s, struct fault *fault)
{
	struct kept *kept;
	enum err err = ERR_OK;

	assert(strlen(url) <= HOOK_CERTIFICATE_URL_CHARS);
	pthread_mutex_lock(&certificates->mutex);
	kept = kept_find(certificates, url, now_s);
	if (!kept)
		err = certificate_get(certificates, url, now_s, &kept, fault);
	if (!err)
		err = certificate_check(kept->certificate, trust, domain, now_s, fault);
	if (!err) {
		err = certificate_verify(kept->certificate, message, signature);
		if (err)
			fault_set(fault, err, "the certificate did not sign this body");
	}
	pthread_mutex_unlock(&certificates->mutex);
	if (err == ERR_CORRUPT && fault)
		fault->err = ERR_UNKNOWN;
	return err == ERR_CORRUPT ? ERR_UNKNOWN : err;
}
