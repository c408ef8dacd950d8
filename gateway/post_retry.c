/*
 * post_retry.c - when to try again, and how long to wait before.
 */
#include "gateway/post_retry.h"

#include <assert.h>

bool post_retry_is_status(unsigned status)
{
	return status == 408 || status == 429 || (status >= 500 && status <= 599);
}

int64_t post_retry_delay_ms(unsigned failed, unsigned retry_after_s, uint32_t chance)
{
	int64_t delay_ms = POST_DELAY_FIRST_MS;
	int64_t asked_ms = (int64_t)retry_after_s * 1000;

	assert(failed > 0);
	for (unsigned i = 1; i < failed && delay_ms < POST_DELAY_MAX_MS; i++)
		delay_ms *= 2;
	if (delay_ms > POST_DELAY_MAX_MS)
		delay_ms = POST_DELAY_MAX_MS;
	delay_ms = delay_ms / 2 + (int64_t)(chance % (uint32_t)(delay_ms / 2 + 1));
	if (asked_ms > POST_TOTAL_MS)
		asked_ms = POST_TOTAL_MS;
	return delay_ms > asked_ms ? delay_ms : asked_ms;
}
