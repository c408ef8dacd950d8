/*
 * torture_full.c - the disk fills up at any moment, and is freed again: what was
 * acknowledged stays, who is refused is told so, and the same gateway goes on.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n BIN=programs torture_full
 *
 * The ledger stands on a small memory disk in a mount namespace of the trial's own. Where
 * that may not be made, the trial is skipped, and says so.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/caller.h"
#include "tests/clerk.h"
#include "tests/gate.h"
#include "tests/trial.h"

#define DEFAULT_S  30
#define CLERKS     8
#define DISK_BYTES "96m"
#define LEFT_MIN   ((unsigned long)24 << 20) /* less, and the ledger itself fills it */
#define SPARE_MAX  65536                     /* what a filling leaves */
#define PROGRESS   20
#define WAIT_US    30000000
#define GOES_ON_US 200000

struct flood {
	struct house house;
	struct witness witness;
	struct desk desk;
	struct gate gate;
	struct chance chance;
	struct caller reader;
	char filler[HOUSE_PATH_BYTES * 2];
	unsigned floods, kills, closed_starts;
};

/* ---- the disk ---- */

static bool file_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool is_put = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		(void)close(fd); /* a file of /proc */
	return is_put;
}

/* As root, or as root of a user namespace of our own. */
static void namespace_enter(void)
{
	char users[64], groups[64];

	if (unshare(CLONE_NEWNS) == 0)
		return;
	snprintf(users, sizeof users, "0 %u 1", (unsigned)getuid());
	snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getgid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) ||
	    !file_put("/proc/self/uid_map", users) ||
	    !file_put("/proc/self/setgroups", "deny") ||
	    !file_put("/proc/self/gid_map", groups))
		trial_skip("a mount namespace may not be made here (%m)");
}

static void disk_make(struct flood *flood)
{
	namespace_enter();
	house_begin(&flood->house);
	if (mkdir(flood->house.dir, 0700) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("trial", flood->house.dir, "tmpfs", MS_NODEV | MS_NOSUID,
		  "mode=0700,size=" DISK_BYTES))
		trial_skip("a memory disk may not be mounted here (%m)");
	snprintf(flood->filler, sizeof flood->filler, "%s/filler", flood->house.dir);
}

static unsigned long disk_left(const struct flood *flood)
{
	struct statvfs disk;

	if (statvfs(flood->house.dir, &disk))
		trial_fail("%s: %m", flood->house.dir);
	return disk.f_bavail * disk.f_frsize;
}

/* To the last byte but `spare`. The clients write meanwhile, so it takes a few steps. */
static void disk_fill(struct flood *flood, unsigned long spare)
{
	int fd = open(flood->filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct stat info;

	if (fd < 0)
		trial_fail("%s: %m", flood->filler);
	for (unsigned long left; (left = disk_left(flood)) > spare;) {
		if (fstat(fd, &info))
			trial_fail("%s: %m", flood->filler);
		/* Fails where a client was quicker: then there is less to take. */
		(void)posix_fallocate(fd, info.st_size, (off_t)(left - spare));
	}
	(void)close(fd); /* nothing of worth is in it */
}

static void disk_free(struct flood *flood)
{
	if (unlink(flood->filler))
		trial_fail("%s: %m", flood->filler);
}

/* ---- what is tried ---- */

static void progress_await(const atomic_ulong *counter, const char *what)
{
	unsigned long from = atomic_load(counter);
	int64_t until = trial_now_us() + WAIT_US;

	while (atomic_load(counter) - from < PROGRESS) {
		if (trial_now_us() > until)
			trial_fail("%s", what);
		trial_sleep_us(1000);
	}
}

static void gate_renew(struct flood *flood)
{
	const struct gate_options options = { 0 };

	gate_open(&flood->gate, &flood->house, 0, &options);
	atomic_store(&flood->desk.port[0], flood->gate.port);
}

static void gate_end(struct flood *flood)
{
	gate_kill(&flood->gate);
	atomic_store(&flood->desk.port[0], 0);
	flood->kills++;
}

/* Readers are served from a full disk. */
static void assert_read(struct flood *flood)
{
	const struct call call = { .method = "GET", .target = "/log/checkpoint" };
	unsigned status = caller_ask(&flood->reader, flood->gate.port, &call);

	if (status != 200)
		trial_fail("the checkpoint is answered %u: %.300s", status,
			   flood->reader.body);
}

static void assert_doctor(const struct flood *flood)
{
	const char *words[] = { "arrondi-ledger", "doctor", flood->house.dir, NULL };
	char said[HOUSE_PATH_BYTES], text[4096];

	house_path(&flood->house, "said.doctor", said);
	if (program_run(said, words) != 1)
		trial_fail("the doctor finds a full disk healthy");
	file_begins(said, text, sizeof text);
	if (!strstr(text, "space: "))
		trial_fail("the doctor says: %s", text);
}

/* A gateway that starts on a full disk either serves, or says that the disk is full. */
static void start_while_full(struct flood *flood)
{
	const struct gate_options options = { 0 };
	int64_t until = trial_now_us() + WAIT_US;
	char port[16] = "", log[4096];

	gate_end(flood);
	(void)unlink(flood->gate.log);
	gate_begin(&flood->gate, &flood->house, 0, &options);
	while (gate_is_alive(&flood->gate) && !strchr(port, '\n')) {
		if (trial_now_us() > until)
			trial_fail("a gateway hangs when it starts on a full disk");
		file_begins(flood->gate.port_file, port, sizeof port);
		trial_sleep_us(500);
	}
	if (strchr(port, '\n')) {
		gate_await(&flood->gate);
		atomic_store(&flood->desk.port[0], flood->gate.port);
		progress_await(&flood->desk.busy, "a full disk refuses nobody");
		return;
	}
	file_begins(flood->gate.log, log, sizeof log);
	if (program_wait(flood->gate.pid) != 2 || !strstr(log, "the disk is full"))
		trial_fail("a gateway that starts on a full disk says: %s", log);
	flood->closed_starts++;
	disk_free(flood);
	gate_renew(flood);
	progress_await(&flood->desk.answered, "nothing is recorded on a freed disk");
	disk_fill(flood, 0);
}

static void flood_once(struct flood *flood)
{
	unsigned long spare = chance_below(&flood->chance, 2)
				      ? chance_below(&flood->chance, SPARE_MAX)
				      : 0;

	progress_await(&flood->desk.answered, "nothing is recorded");
	trial_sleep_us(chance_below(&flood->chance, GOES_ON_US));
	disk_fill(flood, spare);
	progress_await(&flood->desk.busy, "a full disk refuses nobody");
	assert_read(flood);
	assert_doctor(flood);
	if (chance_below(&flood->chance, 4) == 0)
		start_while_full(flood);
	trial_sleep_us(chance_below(&flood->chance, GOES_ON_US));
	disk_free(flood);
	/* The same gateway. */
	progress_await(&flood->desk.answered, "nothing is recorded once there is room");
	flood->floods++;
}

int main(void)
{
	static struct flood flood;

	trial_begin("torture_full", DEFAULT_S);
	flood.chance = chance_of(0);
	disk_make(&flood);
	house_furnish(&flood.house, CLERKS);
	caller_init(&flood.reader);
	witness_init(&flood.witness);
	desk_open(&flood.desk, &flood.house, &flood.witness, 1, CLERKS);
	gate_renew(&flood);
	do
		flood_once(&flood);
	while (!trial_is_over() && disk_left(&flood) > LEFT_MIN);
	desk_close(&flood.desk);
	gate_close(&flood.gate);
	house_check(&flood.house);
	house_verify(&flood.house, NULL);
	witness_check(&flood.witness, &flood.house, true);
	if (umount2(flood.house.dir, MNT_DETACH))
		trial_fail("the disk cannot be taken away: %m");
	trial_end("%u times a full disk, %u kills on it, %u starts that it refused; %lu "
		  "requests acknowledged, %lu told to try again",
		  flood.floods, flood.kills, flood.closed_starts, flood.desk.answered,
		  flood.desk.busy);
}
