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
	FAULT_SHARED, /* memory that processes share */
	FAULT_CLASS__COUNT
};

extern const char *const fault_class_names[FAULT_CLASS__COUNT];

/* Becomes the default of every database that is opened from here on. */
void fault_vfs_install(void);

/* The n-th call (from 0) of a class fails; with `dead` all later ones of it, too. */
void fault_vfs_arm(enum fault_class class, uint64_t n, bool dead);
/* Whether it has failed. Nothing fails any more. */
bool fault_vfs_disarm(void);

/* From here on, what is written and not yet synced is remembered with what was there
 * before. */
void fault_vfs_remember(void);
/* The power is cut: of all that was not synced, each sector is lost or not, as choose()
 * says; and so is the memory that processes shared. No database is open. How many sectors
 * were lost. */
uint64_t fault_vfs_cut(bool (*choose)(void *ctx), void *ctx);

#endif
