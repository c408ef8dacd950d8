/*
 * breaker.h - when to stop asking a provider that does not answer.
 *
 *	            BREAKER_FAILURES in a row
 *	closed ----------------------------------> open
 *	  ^                                       |    ^
 *	  | the one try succeeds          its time|    | the one try fails:
 *	  |                                is over|    | twice the time
 *	  +------------------ half open <---------+    |
 *	                          |                    |
 *	                          +--------------------+
 *
 * A provider that is down gets one request in a while instead of thousands, and what
 * waits for it is not tried in vain. A pure state: the caller has the clock, the chance
 * and, where several threads use one, the lock.
 */
#ifndef ARRONDI_GATEWAY_BREAKER_H
#define ARRONDI_GATEWAY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#define BREAKER_FAILURES      5
#define BREAKER_OPEN_FIRST_MS 10000
#define BREAKER_OPEN_MAX_MS   600000

struct breaker {
	unsigned failures; /* in a row */
	int64_t open_ms;   /* how long it is open; 0: closed */
	int64_t open_until_ms;
	bool is_trying; /* half open, and the one try is under way */
};

/* Closed. A breaker of zeroes is, too. */
void breaker_init(struct breaker *breaker);

/* Whether to ask now. After true, breaker_tell() or breaker_forget() must follow. */
bool breaker_may_ask(struct breaker *breaker, int64_t now_ms);

/* How it went. chance is a random number: breakers that opened together close apart. */
void breaker_tell(struct breaker *breaker, bool has_answered, int64_t now_ms,
		  uint32_t chance);

/* It was not asked after all, or it cannot be said how it went. */
void breaker_forget(struct breaker *breaker);

/* How long until it may be asked; 0 when it may. */
int64_t breaker_wait_ms(const struct breaker *breaker, int64_t now_ms);

#endif
