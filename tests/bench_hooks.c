/*
 * bench_hooks.c - how quickly deliveries that were stored become entries.
 *
 *   bench_hooks DELIVERIES
 *
 * Each tells one donation (Standard Webhooks) and is stored, durably, before the clock
 * starts. Then they are read and booked as the worker does it (gateway/hook_worker.c),
 * by a real writer with all its syncs, in a folder below TMPDIR. At the end each is
 * booked and nothing is parked, or the program ends with 2. Prints "nanoseconds
 * deliveries nanoseconds-of-reading nanoseconds-of-booking".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/hook_work.h"
#include "tests/hook_place.h"
#include "tests/stopwatch.h"

#define GROUP      512
#define BODY_BYTES 256

static void must(const struct hook_place *place, enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "bench_hooks: %s: %s\n", what, place->fault.text);
	exit(2);
}

static void deliveries_store(struct hook_place *place, unsigned count)
{
	static char body[GROUP][BODY_BYTES];
	struct inbox_arrival arrival[GROUP];
	const struct inbox_arrival *arrivals[GROUP];
	unsigned told = 0;

	while (told < count) {
		size_t n = 0;

		for (; n < GROUP && told < count; n++, told++) {
			(void)snprintf(body[n], BODY_BYTES,
				       "{\"type\":\"donation.received\",\"timestamp\":"
				       "\"%sT00:00:00Z\",\"data\":{\"id\":\"D-%u\","
				       "\"amount\":%u,\"currency\":\"EUR\"}}",
				       temporary_today(), told, 100 + told % 9900);
			arrival[n] =
				(struct inbox_arrival){ .endpoint = HOOK_PLACE_NAME,
							.body = slice_of_text(body[n]),
							.received_at =
								place->work.now_s };
			arrivals[n] = &arrival[n];
		}
		must(place, inbox_store(place->work.inbox, arrivals, n, &place->fault),
		     "a delivery is stored");
	}
}

/* A round of the worker; whether there was anything. */
static bool round_run(struct hook_place *place, int64_t *read_ns, int64_t *book_ns)
{
	int64_t start = stopwatch_ns(), middle;
	size_t read = 0, booked, count;

	do {
		must(place, hook_work_read(&place->work, &count, &place->fault),
		     "reading");
		read += count;
	} while (count && read < HOOK_WORK_GROUP);
	middle = stopwatch_ns();
	must(place, hook_work_book(&place->work, &booked, &place->fault), "booking");
	*read_ns += middle - start;
	*book_ns += stopwatch_ns() - middle;
	return read + booked > 0;
}

int main(int argc, char **argv)
{
	static struct hook_place place;
	static const struct hook_place_hook hook = { .provider = "standard" };
	int64_t read_ns = 0, book_ns = 0;
	struct inbox_counts counts;
	unsigned count;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_hooks DELIVERIES\n");
		return 2;
	}
	count = stopwatch_number(argv[1]);
	hook_place_make(&place, &hook);
	deliveries_store(&place, count);
	while (round_run(&place, &read_ns, &book_ns))
		;
	must(&place, inbox_count(place.work.inbox, &counts, &place.fault), "counting");
	if (counts.movement[INBOX_MOVEMENT_BOOKED] != count || place.parked) {
		fprintf(stderr, "bench_hooks: %" PRIu64 " of %u are booked: %s\n",
			counts.movement[INBOX_MOVEMENT_BOOKED], count, place.why);
		return 2;
	}
	printf("%" PRId64 " %u %" PRId64 " %" PRId64 "\n", read_ns + book_ns, count,
	       read_ns, book_ns);
	hook_place_release(&place);
	return 0;
}
