/*
 * fault_vfs.h - a file system of SQLite's that fails when it is told to.
 *
 * It stands before the machine's own and passes everything on, but for the call that is
 * to fail: the n-th of a class from the arming on, and all behind it where the disk is
 * to be dead. One thread.
 */
#ifndef ARRONDI_TESTS_FAULT_VFS_H
#define ARRONDI_TESTS_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

enum fault_class {
	FAULT_WRITE, /* nothing is written */
	FAULT_TORN,  /* a write's first sectors are */
	FAULT_FULL,  /* nothing is written: the disk is full */
	FAULT_SYNC,
	FAULT_TRUNCATE,
	FAULT_READ,
	FAULT_LOCK,
	FAULT_OPEN,
	FAULT_DELETE,
	FAULT_SHARED, /* memory that processes share */
	FAULT_POWER,  /* whatever changes the disk: a write is torn, the rest not done */
	FAULT_CLASS__COUNT
};

extern const char *const fault_class_names[FAULT_CLASS__COUNT];

/* Becomes the default of every database that is opened from here on. The program's own
 * fsync() and its kin are void from then on: it has no disk but this one (unsynced.h). */
void fault_vfs_install(void);

/* The n-th call (from 0) of a class fails; with `dead` all later ones of it, too. */
void fault_vfs_arm(enum fault_class class, uint64_t n, bool dead);
/* After that one a second: the n-th call of its class from there on. */
void fault_vfs_arm_also(enum fault_class class, uint64_t n);
/* How many have failed of those. After disarming nothing fails any more. */
unsigned fault_vfs_failed(void);
unsigned fault_vfs_disarm(void);

/* Nothing fails, and nothing is counted, until this ends. */
void fault_vfs_pause(bool pauses);

/* Calls of a class since the last arming or disarming. */
uint64_t fault_vfs_calls(enum fault_class class);

/* The power is cut (unsynced.h), and the memory that processes shared is gone. No
 * database is open. */
uint64_t fault_vfs_cut(bool (*choose)(void *ctx), void *ctx);

#endif
