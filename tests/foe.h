/*
 * foe.h - many hostile connections at once, driven by one thread.
 *
 * Each foe connects, says its greeting, then its drip again and again, and is replaced
 * when the gateway ends it. The table of attacks says what they say.
 */
#ifndef ARRONDI_TESTS_FOE_H
#define ARRONDI_TESTS_FOE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct attack {
	const char *name;
	unsigned connections;
	const char *greeting; /* "" says nothing */
	unsigned greetings;   /* how many times, at once */
	const char *drip;     /* "" says nothing */
	unsigned pace_us;     /* from one drip to the next */
	bool half_closes;     /* shuts its sending side after the greeting */
	bool never_reads;     /* and has a small window */
};

extern const struct attack attacks[];
extern const size_t attack_count;

struct foe;

struct horde {
	const struct attack *attack;
	unsigned port;
	struct foe *foe;
	pthread_t thread;
	atomic_bool is_ending;
	atomic_ulong opened, ended, failed; /* by us; by the gateway; no socket for us */
};

/* Room for that many sockets of ours; returns how many there is room for. */
unsigned foe_sockets_allow(unsigned wanted);

/* A connection of 127.0.0.1:port from another address of this machine, so that 28 000
 * ports are not all there are. Non-blocking; -1. */
int foe_connect(unsigned port, unsigned number, bool never_reads);

void horde_begin(struct horde *horde, const struct attack *attack, unsigned port);
/* Closes what is open. */
void horde_end(struct horde *horde);

#endif
