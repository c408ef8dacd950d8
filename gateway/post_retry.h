/*
 * post_retry.h - when to try again, and how long to wait before.
 *
 * An answer can be lost after the batch was booked. Because every try carries the
 * same reference, trying again is always safe; because many companies post in the
 * same hour, each waits a different time.
 */
#ifndef ARRONDI_GATEWAY_POST_RETRY_H
#define ARRONDI_GATEWAY_POST_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* All tries of one request together, and one of them. */
#define POST_TOTAL_MS 120000
#define POST_TRY_MS   60000

#define POST_DELAY_FIRST_MS 500
#define POST_DELAY_MAX_MS   20000

/* 408, 429 and 5xx: the server may well do it the next time. */
bool post_retry_is_status(unsigned status);

/*
 * The wait after the given number of failed tries, from 1: it doubles with each of
 * them up to POST_DELAY_MAX_MS, and half of it is by chance (`chance` is a random
 * number). It is never less than what the server asked for (Retry-After, in seconds, 0
 * for nothing), up to POST_TOTAL_MS.
 */
int64_t post_retry_delay_ms(unsigned failed, unsigned retry_after_s, uint32_t chance);

#endif
