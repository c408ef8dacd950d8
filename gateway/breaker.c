/*
 * breaker.c - when to stop asking a provider that does not answer.
 */
#include "gateway/breaker.h"

void breaker_init(struct breaker *breaker)
{
	*breaker = (struct breaker){ .failures = 0 };
}

bool breaker_may_ask(struct breaker *breaker, int64_t now_ms)
{
	if (breaker->open_ms == 0)
		return true;
	if (breaker->is_trying || now_ms < breaker->open_until_ms)
		return false;
	breaker->is_trying = true;
	return true;
}

void breaker_tell(struct breaker *breaker, bool has_answered, int64_t now_ms,
		  uint32_t chance)
{
	breaker->is_trying = false;
	if (has_answered) {
		breaker_init(breaker);
		return;
	}
	if (breaker->failures < BREAKER_FAILURES)
		breaker->failures++;
	if (breaker->failures < BREAKER_FAILURES)
		return;
	breaker->open_ms =
		breaker->open_ms ? 2 * breaker->open_ms : BREAKER_OPEN_FIRST_MS;
	if (breaker->open_ms > BREAKER_OPEN_MAX_MS)
		breaker->open_ms = BREAKER_OPEN_MAX_MS;
	/* Three quarters of it, and the last by chance. */
	breaker->open_until_ms = now_ms + breaker->open_ms - breaker->open_ms / 4 +
				 (int64_t)(chance % (uint32_t)(breaker->open_ms / 4 + 1));
}

void breaker_forget(struct breaker *breaker)
{
	breaker->is_trying = false;
}

int64_t breaker_wait_ms(const struct breaker *breaker, int64_t now_ms)
{
	if (breaker->open_ms == 0 || now_ms >= breaker->open_until_ms)
		return 0;
	return breaker->open_until_ms - now_ms;
}
