/*
 * shim_clock.c - a wall clock that torture sets: LD_PRELOAD before a program of ours.
 *
 * TRIAL_CLOCK names a file of one int64_t, the seconds by which the clock is wrong. It is
 * mapped, so that a change holds at once. The clocks that count since boot go right.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static const volatile int64_t *offset_s;

__attribute__((constructor)) static void offset_map(void)
{
	const char *path = getenv("TRIAL_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *page = MAP_FAILED;

	if (fd >= 0) {
		page = mmap(NULL, sizeof *offset_s, PROT_READ, MAP_SHARED, fd, 0);
		(void)close(fd); /* the map stays */
	}
	if (page == MAP_FAILED)
		abort();
	offset_s = page;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (syscall(SYS_clock_gettime, clock, now))
		return -1;
	if (clock == CLOCK_REALTIME && offset_s)
		now->tv_sec += *offset_s;
	return 0;
}

int gettimeofday(struct timeval *now, void *zone)
{
	struct timespec precise;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &precise))
		return -1;
	*now = (struct timeval){ .tv_sec = precise.tv_sec,
				 .tv_usec = precise.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *ret_now)
{
	struct timespec precise;

	if (clock_gettime(CLOCK_REALTIME, &precise))
		return -1;
	if (ret_now)
		*ret_now = precise.tv_sec;
	return precise.tv_sec;
}
